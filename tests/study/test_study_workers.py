"""What a pool promises: everything is done, a killed process costs one try, nothing is left running."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from functools import partial
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest
from numba import config

from fabsim.kernels import warm
from fabsim.study import workers
from fabsim.study.workers import in_processes
from fabsim.terms import FabsimError, InputError


def hold(folder: Path, item: int) -> None:
    """Hold a lock, which ends with the process at the latest."""
    with (folder / str(item)).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        (folder / f"held {item}").touch()
        time.sleep(600)


def nothing() -> None:
    pass


def note(folder: Path, item: int) -> None:
    (folder / f"{item} {os.getpid()} {os.environ['POLARS_MAX_THREADS']}").touch()
    time.sleep(0.05)


def note_loaded(folder: Path, item: int) -> None:
    from fabsim.kernels import loop

    advance: Any = loop.advance
    loaded = sum(advance.stats.cache_hits.values()) if "fabsim.kernels.warm" in sys.modules else 0
    (folder / f"{item} {os.getppid()} {loaded}").touch()


def threads_of(process: str) -> int:
    return len(list(Path(f"/proc/{process}/task").iterdir()))


def kill_seven(folder: Path, item: int) -> None:
    """Die with 7, stay at work with 8 until that has happened twice, end once with 9 as a process that is asked to end."""
    (folder / f"{item} {len(list(folder.iterdir()))}").touch()
    if item == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    while item == 8 and len(list(folder.glob("7 *"))) < 2:
        time.sleep(0.02)
    if item == 9 and len(list(folder.glob("9 *"))) < 2:
        raise KeyboardInterrupt


def refuse(item: int) -> None:
    raise InputError(f"item {item} is no good")


def sleep(folder: Path, item: int) -> None:
    (folder / str(item)).touch()
    time.sleep(600)


def test_every_item_is_done_in_reused_single_threaded_processes_and_the_environment_is_restored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLARS_MAX_THREADS", "7")
    in_processes(partial(note, tmp_path), range(5), 2, nothing)
    done = sorted(path.name.split() for path in tmp_path.iterdir())
    assert [item for item, _, _ in done] == ["0", "1", "2", "3", "4"]
    processes = {process for _, process, _ in done}
    assert len(processes) <= 2
    assert str(os.getpid()) not in processes
    assert {threads for *_, threads in done} == {"1"}
    assert os.environ["POLARS_MAX_THREADS"] == "7"
    assert not active_children()


@pytest.mark.skipif(not workers.FORKS or config.DISABLE_JIT, reason="needs processes that fork, and compiled code")
def test_processes_have_the_floor_from_one_that_has_loaded_it_and_has_no_threads(tmp_path: Path) -> None:
    assert warm.load()
    workers.prepare(2)
    in_processes(partial(note_loaded, tmp_path), range(3), 2, nothing)
    done = sorted(path.name.split() for path in tmp_path.iterdir())
    assert [(item, loaded) for item, _, loaded in done] == [("0", "1"), ("1", "1"), ("2", "1")]
    (server,) = {parent for _, parent, _ in done}
    assert server != str(os.getpid())
    if Path("/proc").is_dir():
        assert threads_of(server) == 1


def test_an_item_that_kills_its_process_every_time_is_given_up_and_ends_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "RETRIES", 1)
    failures: dict[int, Exception] = {}
    more = {8: [9]}
    in_processes(partial(kill_seven, tmp_path), [7, 8], 2, nothing, done=lambda item: more.get(item, []), failed=failures.__setitem__)
    assert [path.name.split()[0] for path in sorted(tmp_path.iterdir())] == ["7", "7", "8", "9", "9"]
    assert {item: str(error) for item, error in failures.items()} == {
        7: "its process was killed 2 times; if memory ran out, ask for fewer --jobs"
    }
    with pytest.raises(FabsimError, match="replication 7: its process was killed 2 times"):
        workers._raise("replication 7", failures[7])
    assert not active_children()


def test_an_error_of_a_task_is_raised_as_it_was() -> None:
    with pytest.raises(InputError, match="item 3 is no good"):
        in_processes(refuse, [3], 1, nothing)
    assert not active_children()


def test_an_interrupt_ends_tasks_that_would_go_on_for_long(tmp_path: Path) -> None:
    def interrupt() -> None:
        if any(tmp_path.iterdir()):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        in_processes(partial(sleep, tmp_path), range(2), 2, interrupt)
    assert not active_children()


def test_processes_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    code = f"""
from functools import partial
from pathlib import Path
from fabsim.study.workers import in_processes
from test_study_workers import hold, nothing
in_processes(partial(hold, Path({str(tmp_path)!r})), [0], 1, nothing)
"""
    paths = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    with subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": paths}) as parent:
        while not (tmp_path / "held 0").exists():
            assert parent.poll() is None
            time.sleep(0.02)
        parent.kill()
    with (tmp_path / "0").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # waits for ever if the worker lives on
