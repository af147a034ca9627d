"""From run folders to pages, one each, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fabsim.terms import InputError

PAGE = "report.html"


@dataclass(frozen=True)
class Page:
    """A page that was written."""

    run: str
    """Folder of the run."""
    file: str
    size: int
    """Length of the file [bytes]."""


def write_reports(folders: Sequence[Path], out: Path | None = None) -> list[Page]:
    """Write the page of each run in ``folders``: ``report.html`` in it, or the file ``out`` for a single run.

    Raises
    ------
    InputError
        If a folder is no run or an incomplete one, before anything is written; or if a page cannot be written.
    """
    if out is not None and len(folders) != 1:
        raise InputError(f"--out: found {len(folders)} runs for one page, expected one run")
    try:
        from fabsim.report.render import render
    except ImportError as error:
        raise InputError(f"pages need the extra [report], which brings {error.name}: install fabsim with it") from error
    from fabsim.report.folder import read_run

    runs = [read_run(folder) for folder in folders]
    return [_write(run.folder, render(run), out or run.folder / PAGE) for run in runs]


def _write(folder: Path, text: str, file: Path) -> Page:
    """Put ``text`` into ``file``, which is never seen half-written."""
    content = text.encode()
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        try:
            part.write_bytes(content)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{file}: cannot be written: {error.strerror}") from error
    return Page(str(folder), str(file), len(content))
