"""A run's folder is complete or absent, whatever happens while it is written."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fabsim.terms import FabsimError
from fabsim.trace import folder_transaction, unfinished

CHILD = """
import os, sys
from pathlib import Path
from fabsim.trace import folder_transaction
with folder_transaction(Path(sys.argv[1]), force=True) as folder:
    (folder / "run.json").write_text("half")
    print("writing", flush=True)
    sys.stdin.readline()
    os._exit(1)
"""


def writer(target: Path) -> subprocess.Popen[str]:
    """Give a process in the middle of writing ``target``; a line on its standard input makes it die there."""
    process = subprocess.Popen([sys.executable, "-c", CHILD, str(target)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    return process


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def write(target: Path, text: str, *, force: bool = False, then: Callable[[], None] = lambda: None) -> None:
    """Write a run's folder, doing something else before it is finished."""
    with folder_transaction(target, force) as folder:
        (folder / "run.json").write_text(text)
        then()


def fail(error: BaseException) -> Callable[[], None]:
    def go() -> None:
        raise error

    return go


def test_the_folder_appears_only_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "reports" / "run"
    with folder_transaction(target, force=False) as folder:
        (folder / "run.json").write_text("all")
        assert not target.exists()
    assert (target / "run.json").read_text() == "all"
    assert names(tmp_path / "reports") == ["run"]


@pytest.mark.parametrize("error", [ValueError(), KeyboardInterrupt()])
def test_an_exception_leaves_nothing_behind(tmp_path: Path, error: BaseException) -> None:
    with pytest.raises(type(error)):
        write(tmp_path / "run", "half", then=fail(error))
    assert not names(tmp_path)


def test_a_finished_run_is_not_overwritten_without_force(tmp_path: Path) -> None:
    write(tmp_path / "run", "first")
    with pytest.raises(FabsimError, match=r"exists already; .* use --force"):
        write(tmp_path / "run", "second")
    assert (tmp_path / "run" / "run.json").read_text() == "first"


def test_force_replaces_the_whole_folder(tmp_path: Path) -> None:
    write(tmp_path / "run", "first")
    (tmp_path / "run" / "report.html").touch()
    write(tmp_path / "run", "second", force=True)
    assert names(tmp_path) == ["run"]
    assert names(tmp_path / "run") == ["run.json"]
    assert (tmp_path / "run" / "run.json").read_text() == "second"


def test_force_that_fails_keeps_the_old_folder(tmp_path: Path) -> None:
    write(tmp_path / "run", "first")
    with pytest.raises(ValueError, match="disk"):
        write(tmp_path / "run", "second", force=True, then=fail(ValueError("disk")))
    assert (tmp_path / "run" / "run.json").read_text() == "first"


def test_an_interrupt_between_the_two_renames_keeps_the_old_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "run", "first")
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "run", "second", force=True)
    assert (tmp_path / "run" / "run.json").read_text() == "first"
    assert names(tmp_path) == ["run"]


def test_force_does_not_replace_a_folder_that_is_no_run(tmp_path: Path) -> None:
    precious = tmp_path / "home" / "thesis.tex"
    precious.parent.mkdir()
    precious.touch()
    with pytest.raises(FabsimError, match=r"neither of run\.json"):
        write(tmp_path / "home", "run", force=True)
    assert precious.exists()


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    write(tmp_path / "run", "all")
    assert names(tmp_path / "run") == ["run.json"]


def test_a_run_that_finished_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    with pytest.raises(FabsimError, match="exists already"):
        write(tmp_path / "run", "second", then=lambda: write(tmp_path / "run", "first"))
    assert (tmp_path / "run" / "run.json").read_text() == "first"


def test_what_a_killed_process_left_is_cleaned_up_and_what_a_living_one_writes_is_not(tmp_path: Path) -> None:
    with writer(tmp_path / "killed") as process:
        write(tmp_path / "other", "all")
        assert len(names(tmp_path)) == 2, "the living process's folder and ours"
        process.communicate("\n")
        left = [name for name in names(tmp_path) if name != "other"]
        assert len(left) == 1
        assert not (tmp_path / "killed").exists()
    write(tmp_path / "killed", "all")
    assert names(tmp_path) == ["killed", "other"]


def keep(target: Path, text: str, *, go_on: bool = False, force: bool = False) -> None:
    """Begin to write a run's folder, keep a checkpoint, and fail."""
    with folder_transaction(target, force, go_on=go_on) as folder:
        (folder / "checkpoint").mkdir(exist_ok=True)
        (folder / "checkpoint" / "state.npz").write_text(text)
        raise KeyboardInterrupt


def test_a_folder_with_a_checkpoint_outlives_its_process_until_the_run_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "run.1"
    for text in ("first", "second"):
        with pytest.raises(KeyboardInterrupt):
            keep(target, text, go_on=True)
    (left,) = unfinished(target)
    assert (left / "checkpoint" / "state.npz").read_text() == "second"
    write(tmp_path / "other", "all")
    with folder_transaction(target, force=False, go_on=True) as folder:
        assert folder == left
        assert unfinished(target) == [], "a living process holds it"
        (folder / "run.json").touch()
    assert names(tmp_path) == ["other", "run.1"]
    assert names(target) == ["checkpoint", "run.json"]


def test_a_run_from_the_beginning_takes_the_place_of_what_was_left(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            keep(tmp_path / "run", "old")
    assert len(unfinished(tmp_path / "run")) == 2
    assert unfinished(tmp_path / "ru") == unfinished(tmp_path / "run.old") == []
    with folder_transaction(tmp_path / "run", force=False) as folder:
        assert names(folder) == []
    assert names(tmp_path) == ["run"]
