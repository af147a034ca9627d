"""Machine code is kept where it can be written, and never outlives what it was made from."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from numba import config

from fabsim.kernels import jit

PACKAGE = Path(jit.__file__).parents[1]


@pytest.fixture
def no_cache_yet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give a folder that stands for the user's home and the folder of temporary files."""
    monkeypatch.setattr(config, "CACHE_DIR", "")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_cache_is_in_the_home_by_default(no_cache_yet: Path) -> None:
    assert jit.cache_folder().parent == no_cache_yet / ".cache" / "fabsim"


def test_cache_follows_xdg_cache_home(no_cache_yet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(no_cache_yet / "elsewhere"))
    assert jit.cache_folder().parent == no_cache_yet / "elsewhere" / "fabsim"


def test_cache_follows_numba_cache_dir_first(no_cache_yet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(no_cache_yet / "elsewhere"))
    monkeypatch.setattr(config, "CACHE_DIR", str(no_cache_yet / "theirs"))
    assert jit.cache_folder().parent == no_cache_yet / "theirs"


def test_folders_of_other_sources_are_deleted_a_month_after_their_last_use(no_cache_yet: Path) -> None:
    day_s = 24 * 3600
    used = jit.cache_folder()
    assert used.is_relative_to(no_cache_yet)
    ages = {used.name: 99, "numba-00000000000000aa": 31, "numba-00000000000000bb": 29, "numba-of-somebody-else": 99, "numba": 99}
    for name, days in ages.items():
        folder = used.parent / name
        (folder / "kernels").mkdir(parents=True)
        (folder / "kernels" / "code.nbi").touch()
        os.utime(folder, (time.time() - days * day_s,) * 2)
    assert jit.cache_folder() == used
    assert {folder.name for folder in used.parent.iterdir()} == set(ages) - {"numba-00000000000000aa"}
    assert time.time() - used.stat().st_mtime < day_s, "its use is noted"


@pytest.fixture
def no_home(no_cache_yet: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of temporary files of somebody whose home cannot be written."""
    (no_cache_yet / "file").touch()
    monkeypatch.setenv("HOME", str(no_cache_yet / "file"))
    return no_cache_yet


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="temporary files are each user's own here")
def test_cache_of_a_user_without_a_home_is_private(no_home: Path) -> None:
    folder = jit.cache_folder()
    assert folder.parent.parent == no_home
    assert folder.parent.stat().st_mode & 0o077 == 0
    assert jit.cache_folder() == folder


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="temporary files are each user's own here")
def test_cache_that_others_may_write_is_not_trusted(no_home: Path) -> None:
    planted = jit.cache_folder().parent
    planted.chmod(0o777)
    assert jit.cache_folder().parent != planted
    assert jit.cache_folder().is_relative_to(no_home)


def test_code_with_other_checks_is_kept_apart(monkeypatch: pytest.MonkeyPatch, no_cache_yet: Path) -> None:
    monkeypatch.setattr(config, "BOUNDSCHECK", None)
    plain = jit.cache_folder()
    monkeypatch.setattr(config, "BOUNDSCHECK", 1)
    assert jit.cache_folder() != plain
    assert plain.parent == no_cache_yet / ".cache" / "fabsim"


def test_other_peoples_functions_keep_their_cache() -> None:
    before = config.CACHE_DIR
    jit.kernel(lambda x: x)
    assert before == config.CACHE_DIR


def test_every_room_that_kernels_import_from_is_part_of_the_version() -> None:
    names = set()
    for path in (PACKAGE / "kernels").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("fabsim."):
                names.add(node.module.split(".")[1])
    assert names <= set(jit.ROOMS)


USER = """
from fabsim.kernels.jit import kernel
from fabsim.kernels.number import number

@kernel
def twice():
    return 2 * number()
"""
NUMBER = "from fabsim.kernels.jit import kernel\n@kernel\ndef number():\n    return {}\n"
SHOW = "from fabsim.kernels.user import twice; print(twice(), sum(twice.stats.cache_hits.values()))"


GONE = "import shutil; from fabsim.kernels import jit; from fabsim.kernels.user import twice; shutil.rmtree(jit._CACHE); print(twice())"


@pytest.fixture
def kernels(tmp_path: Path) -> Path:
    """Give the folder of a small package with two kernels, one of which calls the other."""
    kernels = tmp_path / "fabsim" / "kernels"
    kernels.mkdir(parents=True)
    shutil.copy(jit.__file__, kernels)
    for package in (kernels, kernels.parent):  # without these an installed fabsim would be found first
        (package / "__init__.py").touch()
    (kernels / "user.py").write_text(USER)
    (kernels / "number.py").write_text(NUMBER.format(1))
    return kernels


def shown(kernels: Path, program: str = SHOW) -> list[str]:
    """Run a program with the small package and give the words it prints."""
    home = kernels.parents[1]
    environment = os.environ | {"PYTHONPATH": str(home), "NUMBA_CACHE_DIR": str(home / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=home, check=True, capture_output=True, text=True
    ).stdout.split()


@pytest.mark.skipif(config.DISABLE_JIT, reason="needs compiled code")
def test_a_folder_that_is_deleted_under_a_process_is_made_anew(kernels: Path) -> None:
    assert shown(kernels) == ["2", "0"]
    assert shown(kernels, GONE) == ["2"]
    assert shown(kernels) == ["2", "1"]


@pytest.mark.skipif(config.DISABLE_JIT, reason="needs compiled code")
def test_a_change_in_an_imported_file_is_noticed_and_nothing_else_compiles_anew(kernels: Path) -> None:
    assert shown(kernels) == ["2", "0"]
    assert shown(kernels) == ["2", "1"]
    (kernels / "number.py").write_text(NUMBER.format(7))
    assert shown(kernels) == ["14", "0"]
    assert sorted(path.name for path in kernels.iterdir()) == [
        "__init__.py",
        "jit.py",
        "number.py",
        "user.py",
    ]  # the package may be read-only


LEAN = """
import sys
from fabsim.kernels.jit import load_without_scipy
from fabsim.kernels.philox import mix64
load_without_scipy()
mix64(1)
from numba.np import arraymath
print("scipy.linalg" in sys.modules, arraymath._HAVE_BLAS)
import scipy.linalg.cython_blas
"""


@pytest.mark.skipif(config.DISABLE_JIT, reason="needs compiled code")
def test_a_first_call_loads_no_linear_algebra_and_leaves_it_to_others() -> None:
    pytest.importorskip("scipy")
    done = subprocess.run([sys.executable, "-c", LEAN], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "True"]
