"""The shape of fabsim: levels, fences, sizes and names, as README.md draws them."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FABSIM = ROOT / "fabsim"

LEVEL = {
    "cli": 11,
    "report": 10,
    "study": 9,
    "engine": 8,
    "plan": 7,
    "metrics": 7,
    "layout": 6,
    "dispatch": 5,
    "theory": 5,
    "yields": 5,
    "trace": 5,
    "model": 4,
    "chance": 3,
    "kernels": 2,
    "terms": 1,
}

FENCE = {
    "click": {"cli"},
    "rich": {"cli"},
    "jinja2": {"report"},
    "altair": {"report"},
    "vl_convert": {"report"},
    "typst": {"report"},
    "optuna": {"study"},
    "scipy": {"study"},
    "dask": {"study"},
    "distributed": {"study"},
    "salabim": {"engine"},
    "ortools": {"plan"},
    "polars": {"metrics", "trace", "study", "report"},
    "pydantic": {"layout"},
    "pydantic_core": {"layout"},
    "yaml": {"layout"},
    "numba": {"kernels"},
    "llvmlite": {"kernels"},
}
EVERYWHERE = {"numpy", *sys.stdlib_module_names}

TOP_LEVEL = {"pyproject.toml", "README.md", "fabsim", "tests", "layouts", "reports", "LICENSE", "CHANGELOG.md", "constraints.txt"}

FILE_LINES = 500
FUNCTION_LINES, KERNEL_LINES = 60, 80
ROOM_NAMES, FABSIM_NAMES = 10, 15
VOCABULARY = {"terms", "chance"}
"""Rooms that export words, not behaviour: as many as there are words."""

SALABIM_DRAWS = (
    "Beta|Bounded|Cdf|Constant|CumPdf|CumPmf|Distribution|Erlang|Exponential|External|Gamma|IntUniform|Map|Normal|Pdf|Pmf|Poisson|Random"
    "|Triangular|Uniform|Weibull|random|random_seed"
)


def sources(folder: Path = FABSIM) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def texts() -> list[Path]:
    """Give every file of the project that people write: no run folders, no caches."""
    roots = [path for path in ROOT.iterdir() if path.name in TOP_LEVEL - {"reports"} or path.name in {".ci", ".gitignore"}]
    found = [path for root in roots for path in (root.rglob("*") if root.is_dir() else [root])]
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def room_of(path: Path) -> str:
    return path.relative_to(FABSIM).parts[0].removesuffix(".py")


def front(room: str) -> Path:
    """Give the file that speaks for a room, which may be a single file."""
    single = FABSIM / f"{room}.py"
    return single if single.exists() else FABSIM / room / "__init__.py"


def here(path: Path, node: ast.stmt | ast.expr) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """Give where and the full dotted name of everything a file imports, inside functions too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((here(path, node), alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((here(path, node), f"{'.' * node.level}{node.module or ''}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(name := node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in {"import_module", "__import__"}:
                yield here(path, node), str(name.value)


def exported(path: Path) -> list[str]:
    for node in tree(path).body:
        if isinstance(node, ast.Assign) and [getattr(target, "id", "") for target in node.targets] == ["__all__"]:
            return list(ast.literal_eval(node.value))
    return []


def lines_of(node: ast.stmt) -> int:
    assert node.end_lineno
    return node.end_lineno - node.lineno + 1


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Give the lines of a function, decorators and docstring not counted."""
    return lines_of(node) - (lines_of(node.body[0]) if ast.get_docstring(node) is not None else 0)


def long_functions(path: Path, most: int) -> list[str]:
    functions = (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return [f"{here(path, node)}: {node.name} has {length(node)} lines" for node in functions if length(node) > most]


def test_every_room_is_declared() -> None:
    rooms = {room_of(path) for path in sources()} - {"__init__"}
    assert rooms <= set(LEVEL), "a new room is declared here and in README.md, in the same commit"


def test_readme_draws_the_levels_that_are_checked() -> None:
    drawn = re.findall(r"^\| (\d+) \| `(\w+)` \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {room: int(level) for level, room in drawn} == LEVEL


def test_a_room_imports_only_rooms_of_lower_levels() -> None:
    wrong = []
    for path in sources():
        room = room_of(path)
        for where, name in imports(path):
            head, _, rest = name.partition(".")
            other = rest.partition(".")[0]
            if head != "fabsim" or room in {"__init__", other} or other == "__version__":
                continue
            if LEVEL.get(other, 99) >= LEVEL[room]:
                wrong.append(f"{where}: {room} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_a_fenced_library_stays_in_its_rooms() -> None:
    wrong = []
    for path in sources():
        for where, name in imports(path):
            library = name.partition(".")[0]
            if library not in EVERYWHERE | {"fabsim"} and room_of(path) not in FENCE.get(library, set()):
                wrong.append(f"{where}: {name} belongs to {sorted(FENCE.get(library, ())) or 'no room'}")
    assert not wrong, "\n".join(wrong)


def test_no_draw_comes_from_a_generator_of_a_library() -> None:
    wrong = []
    for path in sources():
        wrong += [f"{where}: {name}" for where, name in imports(path) if re.match(r"(random|secrets|numpy\.random)\b", name)]
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                owner, name = node.value.id, node.attr
                if (owner in {"np", "numpy"} and name == "random") or (owner in {"sim", "salabim"} and re.fullmatch(SALABIM_DRAWS, name)):
                    wrong.append(f"{here(path, node)}: {owner}.{name}")
    assert not wrong, "draws come from `chance`:\n" + "\n".join(wrong)


@pytest.mark.parametrize("room", sorted({room_of(path) for path in sources()} - {"__init__"}))
def test_a_room_says_its_one_job_in_one_sentence(room: str) -> None:
    assert front(room).exists(), f"{room} has no __init__.py"
    sentence = " ".join((ast.get_docstring(tree(front(room))) or "").split())
    assert re.fullmatch(r"[^.!?]+(?:[.!?][^\s][^.!?]*)*\.", sentence), f"not one sentence: {sentence!r}"


def test_a_room_exports_few_names() -> None:
    many = {room: len(exported(front(room))) for room in LEVEL if front(room).exists() and room not in VOCABULARY}
    assert not {room: names for room, names in many.items() if names > ROOM_NAMES}
    assert len(exported(FABSIM / "__init__.py")) <= FABSIM_NAMES


def test_every_file_is_short() -> None:
    lines = {path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in sources() + sources(ROOT / "tests")}
    assert not {str(path): count for path, count in lines.items() if count > FILE_LINES}


def test_every_function_is_short() -> None:
    wrong = [row for path in sources() for row in long_functions(path, KERNEL_LINES if room_of(path) == "kernels" else FUNCTION_LINES)]
    assert not wrong, "\n".join(wrong)


def test_the_top_level_holds_nothing_unexpected() -> None:
    assert {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} <= TOP_LEVEL


@pytest.mark.parametrize(
    ("what", "pattern"),  # each pattern is written so that it does not find itself
    [
        ("a path of one machine", r"(?<![\w.~-])/(home|root|Users|work|mnt|opt|srv)/[\w.]|[A-Z]:\\Users"),
        ("a registry's host", r"pypi[.]org|pythonhosted[.]|anaconda[.]org|npmjs[.]|artifactor[y]|--(extra-)?index-ur[l]|--find-link[s]"),
        ("a note left for later", r"\b(TO[D]O|FIX[M]E|XX[X])\b"),
    ],
)
def test_no_file_holds(what: str, pattern: str) -> None:
    found = []
    for path in texts():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if re.search(pattern, line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert not found, f"{what}:\n" + "\n".join(found)
