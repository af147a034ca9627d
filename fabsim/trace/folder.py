"""The folder of a run: complete or absent, whatever happens while it is written."""

from __future__ import annotations

import glob
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
CHECKPOINT = "checkpoint"
"""Folder, inside a run's, of what a run has recorded so far and of the state it can go on from."""

STATE = "state.npz"
"""The state: the file that makes a folder a checkpoint."""

NEW = "new"
MARKS = ("run.json", "summary.json")
"""Files of which one stands in every folder of ours; no other folder is ever replaced."""


@contextmanager
def folder_transaction(target: Path, force: bool, *, go_on: bool = False) -> Iterator[Path]:
    """Yield a folder beside ``target`` that becomes ``target`` when the block ends, and vanishes if it raises.

    It is empty or, with ``go_on``, the one with a checkpoint that an interrupted process left for ``target``, if there is one: a folder
    that holds a checkpoint stays when the block raises, until ``target`` is complete.
    A ``target`` that exists and is not empty is an error, or with ``force`` is replaced (if it is a folder of ours).  The folder is held
    by a lock that ends with the process; what killed processes left beside ``target`` is removed first.  On a file system without
    locks nothing is removed.
    """
    target = target.absolute()
    _check(target, force)
    target.parent.mkdir(parents=True, exist_ok=True)
    _clean(target.parent)
    work, lock = (_adopt(target) if go_on else None) or _make(target)
    try:
        new = work / NEW
        new.mkdir(exist_ok=True)
        yield new
        _check(target, force)
        _put(new, target, work / "old")
        for left in unfinished(target):
            shutil.rmtree(left.parent, ignore_errors=True)
    finally:
        if not _is_checkpoint(work / NEW):
            shutil.rmtree(work, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def unfinished(target: Path) -> list[Path]:
    """Return the folders with a checkpoint that interrupted processes left for ``target``, the latest first."""
    return [work / NEW for work in _left(target.absolute()) if _is_free(work)]


def _left(target: Path) -> list[Path]:
    """Return the folders beside ``target`` that have a checkpoint and would have become it, the latest checkpoint first."""
    works = target.parent.glob(f".{glob.escape(target.name)}.*{SUFFIX}")
    # another target's name may go on where this one's ends, but what makes a folder's name unique has no dot
    ours = [work for work in works if work.name.count(".") == target.name.count(".") + 3 and _is_checkpoint(work / NEW)]
    return sorted(ours, key=lambda work: (work / NEW / CHECKPOINT / STATE).stat().st_mtime_ns, reverse=True)


def _is_checkpoint(folder: Path) -> bool:
    return (folder / CHECKPOINT / STATE).exists()


def _is_free(work: Path) -> bool:
    """Return whether no living process holds ``work``, as far as the file system can tell."""
    try:
        os.close(_hold(work))
    except (BlockingIOError, FileNotFoundError):
        return False
    except OSError:
        return True
    return True


def _adopt(target: Path) -> tuple[Path, int | None] | None:
    """Return a folder with a checkpoint for ``target``, locked, and its lock (None where there are none); None without such a folder."""
    for work in _left(target):
        try:
            return work, _hold(work)
        except (BlockingIOError, FileNotFoundError):
            continue
        except OSError:
            return work, None
    return None


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
    """Remove the folders in ``parent`` that no living process holds and no run could go on from."""
    for work in parent.glob(f".*{SUFFIX}"):
        if _is_checkpoint(work / NEW):
            continue
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
