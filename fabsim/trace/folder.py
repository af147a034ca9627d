"""The folder of a run: complete or absent, whatever happens while it is written."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fabsim.terms import FabsimError

if sys.platform != "win32":
    import fcntl

SUFFIX = ".fabsim-part"
MARKS = ("run.json", "summary.json")
"""Files of which one stands in every folder of ours; no other folder is ever replaced."""


@contextmanager
def folder_transaction(target: Path, force: bool) -> Iterator[Path]:
    """Yield an empty folder beside ``target`` that becomes ``target`` when the block ends, and vanishes if it raises.

    A ``target`` that exists and is not empty is an error, or with ``force`` is replaced (if it is a folder of ours).  The folder is held
    by a lock that ends with the process; what killed processes left beside ``target`` is removed first.  On a file system without
    locks nothing is removed.
    """
    target = target.absolute()
    _check(target, force)
    target.parent.mkdir(parents=True, exist_ok=True)
    _clean(target.parent)
    work, lock = _make(target)
    try:
        new = work / "new"
        new.mkdir()
        yield new
        _check(target, force)
        _put(new, target, work / "old")
    finally:
        shutil.rmtree(work, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _check(target: Path, force: bool) -> None:
    if not os.path.lexists(target) or (target.is_dir() and not any(target.iterdir())):
        return
    if not force:
        raise FabsimError(f"{target}: exists already; choose another folder, or use --force to replace it")
    if not any((target / mark).exists() for mark in MARKS):
        raise FabsimError(f"{target}: found neither of {', '.join(MARKS)} in it, so it is no run's folder and --force leaves it alone")


def _put(new: Path, target: Path, old: Path) -> None:
    """Rename ``new`` to ``target``, with what was there put aside as ``old``; interrupted, ``target`` is one or the other."""
    try:
        if os.path.lexists(target):
            target.rename(old)
        new.rename(target)
    except BaseException:
        if os.path.lexists(old) and not os.path.lexists(target):
            old.rename(target)
        raise


def _make(target: Path) -> tuple[Path, int | None]:
    """Return a new locked folder beside ``target``, and its lock: None where the file system has none."""
    while True:
        work = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=SUFFIX, dir=target.parent))
        try:
            lock = _hold(work)
        except (BlockingIOError, FileNotFoundError):
            continue  # another process took it for a leftover before it was locked
        except OSError:
            return work, None
        if work.exists():
            return work, lock
        os.close(lock)


def _clean(parent: Path) -> None:
    """Remove the folders in ``parent`` that no living process holds."""
    for work in parent.glob(f".*{SUFFIX}"):
        try:
            lock = _hold(work)
        except OSError:
            continue
        shutil.rmtree(work, ignore_errors=True)
        os.close(lock)


def _hold(folder: Path) -> int:
    """Lock ``folder`` and return the open handle; OSError if another process holds it or it cannot be locked."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle
