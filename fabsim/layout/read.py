"""Reading: from a path to a scenario or a batch of them, or to every reason why not."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from fabsim.layout.batches import Batch, Variant, asked, written
from fabsim.layout.build import build
from fabsim.layout.documents import Document, Override, from_command_line, load, override
from fabsim.layout.fab_checks import check_fab
from fabsim.layout.fab_file import FabFile
from fabsim.layout.nodes import Mark, Names, Node, Problems, found
from fabsim.layout.scenario_checks import check_scenario
from fabsim.layout.scenario_file import ScenarioFile
from fabsim.layout.tables import Tables
from fabsim.model import Scenario
from fabsim.terms import InputError, Problem


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep Python from looking for garbage in trees that only grow: on large files that takes half of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_no_collection()
def read(path: str | Path, overrides: Sequence[str] = ()) -> Scenario:
    """Return the scenario that a file describes, with its fab; raise `InputError` with every mistake found.

    ``path``: a scenario's file, a layout's folder (its ``scenario.yaml`` is meant), or either of these inside the
    folder ``layouts``.  ``overrides``: ``a.b=value`` as after ``--set``; keys that begin with ``fab.`` are the fab's.
    """
    problems = Problems()
    document = load(find(path), problems)
    if document is not None and _is_kind(document, ("scenario",), problems):
        return _read_scenario(document, from_command_line(overrides, problems), problems)
    raise problems.error()


@_no_collection()
def read_batch(path: str | Path, overrides: Sequence[str] = ()) -> Batch:
    """Return the variants that a batch file asks for; raise `InputError` with every mistake found in them.

    ``path``: as for `read`.  ``overrides``: of every variant, after what the file changes itself.
    """
    problems = Problems()
    document = load(find(path), problems)
    if document is not None and _is_kind(document, ("batch",), problems):
        return _read_batch(document, overrides, problems)
    raise problems.error()


@_no_collection()
def check(paths: Iterable[str | Path]) -> list[Problem]:
    """Return every mistake in files, in file order; a scenario's fab and a batch's scenarios are checked with it."""
    told: set[Problem] = set()
    for path in paths:
        problems = Problems()
        document = load(find(path), problems)
        if document is not None and _is_kind(document, ("fab", "scenario", "batch"), problems):
            with suppress(InputError):  # what it says is in ``problems``
                if document.kind() == "fab":
                    check_fab(document, Tables(problems), problems)
                elif document.kind() == "batch":
                    _read_batch(document, (), problems)
                else:
                    _read_scenario(document, (), problems)
        told |= problems.all()
    return sorted(told)


def find(path: str | Path) -> Path:
    """Return the file that a path means; the path itself if there is none."""
    given = Path(path)
    for base in (Path(), Path("layouts"), Path(__file__).parents[2] / "layouts"):
        for candidate in (base / given, base / f"{given}.yaml"):
            if candidate.is_file():
                return candidate
            for name in ("scenario.yaml", "fab.yaml"):
                if (candidate / name).is_file():
                    return candidate / name
    return given


def _read_batch(document: Document, overrides: Sequence[str], problems: Problems) -> Batch:
    """Return the batch of a document; raise all that ``problems`` holds if it holds anything, mistakes of every variant among it."""
    last = from_command_line(overrides, problems)
    variants: list[Variant] = []
    for one in asked(document, problems):
        own = Problems()
        scenario = load(document.beside(one.scenario), own, one.scenario.mark)
        with suppress(InputError):  # what it says is in ``own``
            if scenario is not None and _is_kind(scenario, ("scenario",), own):
                changes = (*one.overrides, *last)
                texts = tuple(f"{change.path}={written(change.value)}" for change in changes)
                variants.append(Variant(one.name, _read_scenario(scenario, changes, own), texts))
        problems.add_all(own)
    problems.raise_any()
    return Batch(document.path.stem, tuple(variants))


def _read_scenario(document: Document, overrides: Sequence[Override], problems: Problems) -> Scenario:
    """Return the scenario of a document; raise all that ``problems`` holds if it holds anything."""
    ours = [one for one in overrides if not one.path.startswith("fab.")]
    fabs = [one for one in overrides if one.path.startswith("fab.")]
    document = override(document, ScenarioFile, ours, problems)
    tables = Tables(problems)
    named = document.root.get("fab")
    if named is None or named.value is None:
        named = Node("fab.yaml", Mark(str(document.path), 1, 1))
    fab = None
    if isinstance(named.value, str):
        fab_document = load(document.beside(named), problems, named.mark)
        if fab_document is not None and _is_kind(fab_document, ("fab",), problems):
            fab = check_fab(override(fab_document, FabFile, fabs, problems, "fab."), tables, problems)
    scenario = check_scenario(document, fab, tables, problems)
    problems.raise_any()
    assert fab is not None
    assert scenario is not None
    return build(fab, scenario, tables, problems)


def _is_kind(document: Document, kinds: tuple[str, ...], problems: Problems) -> bool:
    """Return whether a file is of one of these kinds; note it if not."""
    kind = document.kind()
    if kind in kinds:
        return True
    node = document.root.get("kind")
    if node is None:
        problems.add(document.root.mark, "kind", f"missing, expected the key 'kind' ({' or '.join(kinds)})")
    elif isinstance(kind, str):
        problems.add(node.mark, "kind", Names("a kind of file that fits here", kinds).unknown(kind))
    else:
        problems.add(node.mark, "kind", f"{found(kind)}, expected {' or '.join(kinds)}")
    return False
