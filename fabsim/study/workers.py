"""Run one task on many items in processes that are reused; a killed process costs its item one try."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import active_children, forkserver, get_all_start_methods, get_context, parent_process
from multiprocessing.context import BaseContext
from threading import Thread
from types import TracebackType
from typing import Generic, Self, TypeVar

from fabsim.terms import FabsimError

Item = TypeVar("Item")

RETRIES = 2
"""How often an item is tried again after a process died under it."""

HINT = "if memory ran out, ask for fewer --jobs"

ENDED = (BrokenProcessPool, KeyboardInterrupt)
"""What becomes of an item whose process was killed, or asked to end: no Ctrl-C ever reaches it."""

TICK_S = 0.2

ONE_THREAD = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""Variables that keep a library to one thread: the processes are the parallelism."""


FORKS = "forkserver" in get_all_start_methods()

LOADED = ["fabsim.kernels.warm", "fabsim.layout", "salabim"]
"""What processes have from the beginning: it is loaded once, in the process they are forked from.

polars is not among it: it starts threads as soon as it is imported, and a process with threads must not be forked.
"""


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass
class _Try(Generic[Item]):
    """An item, and how often a process died under it."""

    item: Item
    deaths: int = 0


class KilledError(FabsimError):
    """The process of an item was killed again and again."""


def _raise(item: object, error: Exception) -> None:
    raise FabsimError(f"{item}: {error}") if isinstance(error, KilledError) else error


def _nothing(_: object) -> tuple[()]:
    return ()


def in_processes(
    task: Callable[[Item], None],
    items: Iterable[Item],
    jobs: int,
    tick: Callable[[], None],
    *,
    done: Callable[[Item], Iterable[Item]] = _nothing,
    failed: Callable[[Item, Exception], None] = _raise,
) -> None:
    """Call ``task(item)`` for every item, ``jobs`` at a time, each in a process of its own; ``tick`` is called meanwhile.

    ``task`` and items must be picklable, and ``task`` give the same when it is called again: an item is retried up to `RETRIES` times
    when its process is killed, which no other item feels.  ``done`` hears of an item that is finished and returns what can be done now
    that could not before, and is done next.  ``failed`` hears of one that raised or was given up.  What these two raise, or an
    interrupt, ends all processes.
    """
    todo = deque(_Try(item) for item in items)
    with _one_thread_each(), _Processes(task) as processes:
        while todo or processes.running:
            while todo and len(processes.running) < jobs:
                processes.start(todo.popleft())
            for one, error in processes.finished():
                if isinstance(error, ENDED):
                    one.deaths += 1
                    if one.deaths <= RETRIES:
                        todo.appendleft(one)
                    else:
                        failed(one.item, KilledError(f"its process was killed {one.deaths} times; {HINT}"))
                elif isinstance(error, Exception):
                    failed(one.item, error)
                elif error is not None:
                    raise error
                else:
                    todo.extendleft(map(_Try, done(one.item)))
            tick()


class _Processes(Generic[Item]):
    """Processes, each in a pool of its own: who dies is then known, and nobody else is ended with it."""

    def __init__(self, task: Callable[[Item], None]) -> None:
        self._task = task
        self._idle: list[ProcessPoolExecutor] = []
        self.running: dict[Future[None], tuple[_Try[Item], ProcessPoolExecutor]] = {}
        self._others = set(active_children())

    def start(self, one: _Try[Item]) -> None:
        """Let an idle process, or a new one, work on an item."""
        pool = self._idle.pop() if self._idle else ProcessPoolExecutor(1, mp_context=_context(), initializer=_follow_parent)
        with _interrupts_for_us():
            try:
                future = pool.submit(self._task, one.item)
            except BrokenProcessPool as error:  # it was killed while it had nothing to do
                future = Future()
                future.set_exception(error)
        self.running[future] = one, pool

    def finished(self) -> Iterator[tuple[_Try[Item], BaseException | None]]:
        """Yield the items that have ended since the last call, each with its error if it has one; wait a tick for the first."""
        for future in wait(self.running, timeout=TICK_S, return_when=FIRST_COMPLETED).done:
            one, pool = self.running.pop(future)
            error = future.exception()
            if isinstance(error, BrokenProcessPool):
                pool.shutdown()
            else:
                self._idle.append(pool)
            yield one, error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        if kind is not None:
            for process in set(active_children()) - self._others:
                process.terminate()
        for pool in (*self._idle, *(pool for _, pool in self.running.values())):
            pool.shutdown(cancel_futures=True)


def prepare(jobs: int | None, items: int | None = None) -> None:
    """Begin to load what processes will need, beside whatever this one does until it calls `in_processes`.

    ``jobs``: as there, None for all `processors`; with one of them, or with a single one of ``items``, nothing is begun.
    """
    if FORKS and items != 1 and (jobs or processors()) > 1:
        _context()
        with _one_thread_each(), _interrupts_for_us():
            forkserver.ensure_running()


def _context() -> BaseContext:
    """Return how processes begin: forked from one that has no threads and has loaded `LOADED`, or anew where that is unknown."""
    context = get_context("forkserver" if FORKS else "spawn")
    context.set_forkserver_preload(LOADED)
    return context


@contextmanager
def _interrupts_for_us() -> Iterator[None]:
    """Let processes started inside never hear of Ctrl-C, which a terminal sends to all; for this one it waits until the end."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _follow_parent() -> None:
    """End when the parent ends, however it does."""
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
