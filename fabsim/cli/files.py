"""Files that a command writes beside what it prints."""

from __future__ import annotations

from pathlib import Path

from fabsim.terms import InputError


def save(file: Path, text: str) -> None:
    """Write ``text`` to ``file``, replacing it; a place that cannot be written is the user's to mend."""
    try:
        file.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise InputError(f"{file}: cannot be written: {error.strerror}") from error
