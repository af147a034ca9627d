"""What a newcomer relies on: the README's two commands, the pins, a quick start."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {"altair", "dask", "numba", "optuna", "ortools", "polars", "pydantic", "salabim", "scipy", "typst", "vl_convert", "yaml"}


def fenced(heading: str) -> list[str]:
    """Give the lines of all fenced blocks under a heading of README.md."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    _, found, rest = readme.partition(f"\n## {heading}\n")
    assert found, f"README.md has no '## {heading}'"
    blocks = re.findall(r"^```\w*\n(.*?)^```$", re.split(r"^## ", rest, maxsplit=1, flags=re.MULTILINE)[0], re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def pins() -> list[str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def loaded_after(code: str) -> set[str]:
    """Give the heavy libraries that a fresh interpreter has loaded after running ``code``."""
    code = f"import sys\n{code}\nprint()\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return HEAVY & set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("heading", ["Run it", "Test it"])
def test_readme_has_one_command_of_one_line_that_installs_what_was_tested(heading: str) -> None:
    lines = fenced(heading)
    assert len(lines) == 1
    assert lines[0].startswith("python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e ")
    assert not lines[0].endswith("\\")


def test_readme_tests_run_every_checker() -> None:
    for checker in ("ruff check", "ruff format --check", "mypy", "pytest"):
        assert f"&& .venv/bin/{checker}" in fenced("Test it")[0]


def test_constraints_are_plain_pins() -> None:
    wrong = [line for line in pins() if not re.fullmatch(r"[\w.-]+==[\w.]+( ; python_version (<|>=) '3\.\d+')?", line)]
    assert not wrong


def test_constraints_pin_every_library_that_pyproject_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = project["dependencies"] + [one for extra in project["optional-dependencies"].values() for one in extra]
    names = {re.split(r"[<>=\[]", one)[0].lower() for one in named} - {"fabsim"}
    assert names <= {pin.split("==")[0].lower() for pin in pins()}


HELP = """
from fabsim.cli import main
sys.argv = ["fabsim", "--help"]
try:
    main()
except SystemExit:
    pass
"""


@pytest.mark.parametrize("code", ["import fabsim", "import fabsim.cli", HELP], ids=["fabsim", "fabsim.cli", "--help"])
def test_a_quick_start_loads_no_heavy_library(code: str) -> None:
    assert not loaded_after(code)


def test_public_names_are_there() -> None:
    import fabsim

    for name in fabsim.__all__:
        assert getattr(fabsim, name) is not None
