"""How functions are compiled and where their machine code is kept."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import blake2b
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import numba
import numpy as np
from numba import config, types
from numba.extending import intrinsic

_Function = TypeVar("_Function", bound=Callable[..., Any])

UNUSED_S = 30 * 24 * 3600
"""How long the machine code of other sources is kept after its last use [s]."""

ROOMS = ("terms", "kernels")
"""Rooms whose constants and functions end up in machine code."""

_FOLDER = re.compile("numba-[0-9a-f]{16}")


def kernel(function: _Function) -> _Function:
    """Return the function compiled at its first call, or read from the cache.

    No fast mathematics: the compiler neither fuses a multiplication with an addition nor reorders sums, so that every
    platform, and the same function run as plain Python (``NUMBA_DISABLE_JIT=1``), gives the same bits.  Division by
    zero gives an infinity; indices are not checked unless ``NUMBA_BOUNDSCHECK=1``.
    """
    # said at each: numba would hand an `inlined` caller's choice on to what it compiles for it
    return _compiled(function, forceinline=False)


def inlined(function: _Function) -> _Function:
    """Return a `kernel` that is copied into those that call it: what nearly every event does, where a call costs as much as the work."""
    return _compiled(function, forceinline=True)


@intrinsic
def _seldom(typingctx: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        for attribute in ("cold", "noinline"):
            builder.function.attributes.add(attribute)
        return context.get_dummy_value()

    return types.void(), generate


seldom: Any = (lambda: None) if config.DISABLE_JIT else _seldom
"""First statement of a `kernel` that few events need: the compiler then keeps it, and the calls of it, out of the way of what all need."""


def _compiled(function: _Function, **options: bool) -> _Function:
    # numba looks at this setting when a function is decorated; functions that are not ours keep their own place
    theirs = config.CACHE_DIR
    config.CACHE_DIR = _CACHE
    try:
        compiled: _Function = numba.njit(cache=True, nogil=True, error_model="numpy", **options)(function)
        return compiled
    finally:
        config.CACHE_DIR = theirs


def load_without_scipy() -> None:
    """Load what numba needs at a first call, but not scipy, which takes a tenth of a second.

    numba imports scipy's linear algebra only to see whether it is there, and again where a function uses it; no kernel does.
    """
    blas, asking = "scipy.linalg.cython_blas", "numba.np.arraymath"
    if blas in sys.modules or asking in sys.modules or find_spec("scipy") is None:
        return
    sys.modules[blas] = None  # type: ignore[assignment]  # an import of it then fails at once
    try:
        import_module(asking)._HAVE_BLAS = True  # type: ignore[attr-defined]  # what it would have seen
    finally:
        del sys.modules[blas]


def is_kept(function: Callable[..., Any]) -> bool:
    """Return whether machine code of a kernel, made by an earlier process, is in the cache."""
    name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
    return any(Path(_CACHE).glob(f"*/{name}-*.nbi"))


def cache_folder() -> Path:
    """Return the writable folder for machine code, made if need be; it may be deleted at any time.

    It is named after everything the code depends on, since numba only notices a change in the file a function is
    written in, not in one it imports from.  It is in ``NUMBA_CACHE_DIR`` if that is set, else in the user's cache
    (``XDG_CACHE_HOME`` or ``~/.cache``), else in the folder for temporary files.
    """
    name = f"numba-{_version()}"
    for parent in _parents():
        folder = parent / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                os.utime(folder)
                _prune(parent, folder)
                return folder
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix="fabsim-")) / name


def _prune(parent: Path, used: Path) -> None:
    """Delete the folders of other sources that no process has asked for lately.

    A folder's time is that of the last process that asked for it.  One that still runs has its code in memory; numba makes a folder
    anew where it keeps more, and compiles what it does not find, so nothing is lost but time.
    """
    oldest = time.time() - UNUSED_S
    with suppress(OSError), os.scandir(parent) as there:
        for entry in there:
            with suppress(OSError):
                old = _FOLDER.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False) and entry.stat().st_mtime < oldest
                if old and entry.name != used.name:
                    shutil.rmtree(entry.path, ignore_errors=True)


def _parents() -> Iterator[Path]:
    """Yield the folders that may hold the cache, best first."""
    if config.CACHE_DIR:
        yield Path(config.CACHE_DIR)
    xdg = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if xdg.is_absolute():
        yield xdg / "fabsim"
    # a process in a container may have no home at all
    with suppress(RuntimeError):
        yield Path.home() / ".cache" / "fabsim"
    shared = _private(Path(tempfile.gettempdir()))
    if shared:
        yield shared


def _private(folder: Path) -> Path | None:
    """Return a folder of this user's own in a shared one: cached code is trusted, so nobody else may write it."""
    if not hasattr(os, "getuid"):
        return folder / "fabsim"
    own = folder / f"fabsim-{os.getuid()}"
    try:
        own.mkdir(mode=0o700, exist_ok=True)
        status = own.lstat()
    except OSError:
        return None
    return own if status.st_uid == os.getuid() and status.st_mode & 0o077 == 0 else None


def _version() -> str:
    """Return a hash of the sources, libraries and settings that machine code depends on."""
    package = Path(__file__).parents[1]
    settings = (sys.version, numba.__version__, np.__version__, config.BOUNDSCHECK, config.OPT, config.DEBUGINFO_DEFAULT)
    digest = blake2b(repr(settings).encode(), digest_size=8)
    for room in ROOMS:
        for path in sorted((package / room).rglob("*.py")):
            source = path.read_bytes()
            digest.update(f"{path.relative_to(package).as_posix()} {len(source)} ".encode() + source)
    return digest.hexdigest()


_CACHE = str(cache_folder())
