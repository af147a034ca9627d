"""Run one task on many items in processes that are reused; a killed process costs its item one try."""

from __future__ import annotations

import os
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from threading import Thread

from fabsim.terms import FabsimError

RETRIES = 3
"""How often an item is tried again after a process died under it."""

TICK_S = 0.2

ONE_THREAD = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""Variables that keep a library to one thread: the processes are the parallelism."""


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_processes(task: Callable[[int], None], items: Iterable[int], jobs: int, tick: Callable[[], None]) -> None:
    """Call ``task(item)`` for every item, ``jobs`` at a time, each in a spawned process; ``tick`` is called meanwhile.

    ``task`` must be picklable and give the same when it is called again: an item is retried up to `RETRIES` times when
    its process is killed.  An exception of a task, or an interrupt, ends all processes and is raised.
    """
    todo = deque(items)
    deaths: Counter[int] = Counter()
    with _one_thread_each():
        while todo:
            lost = _until_killed(task, todo, jobs, tick)
            deaths.update(lost)
            for item in lost:
                if deaths[item] > RETRIES:
                    raise FabsimError(
                        f"replication {item}: its process was killed {deaths[item]} times; if memory ran out, ask for fewer --jobs"
                    )
            todo.extendleft(reversed(lost))


def _until_killed(task: Callable[[int], None], todo: deque[int], jobs: int, tick: Callable[[], None]) -> list[int]:
    """Work on ``todo`` (modified in place) with one pool; return the items that were at work when a process of it died."""
    others = set(active_children())
    pool = ProcessPoolExecutor(min(jobs, len(todo)), mp_context=get_context("spawn"), initializer=_follow_parent)
    running: dict[Future[None], int] = {}
    try:
        while todo or running:
            while todo and len(running) < jobs:
                running[pool.submit(task, todo[0])] = todo[0]
                todo.popleft()
            finished, _ = wait(running, timeout=TICK_S, return_when=FIRST_COMPLETED)
            for future in finished:
                future.result()
                del running[future]
            tick()
    except BrokenProcessPool:
        wait(running)
        return sorted(item for future, item in running.items() if future.exception() is not None)
    except BaseException:
        for process in set(active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    return []


def _follow_parent() -> None:
    """Leave Ctrl-C, which a terminal sends to every process, to the parent, and end when it ends, however it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let processes started inside inherit `ONE_THREAD` as 1; libraries read it when they are loaded."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
