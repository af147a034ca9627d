"""What the tests of commands share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def scenario(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the name of a small scenario's file, in the working directory."""
    monkeypatch.setenv("COLUMNS", "132")  # pytest-xdist passes on the width of a terminal of its own
    return str(tiny.relative_to(Path.cwd()))
