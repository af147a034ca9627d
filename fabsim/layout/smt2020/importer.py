"""From a folder of tables to a layout folder that is complete or absent."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from fabsim.layout.read import check
from fabsim.layout.smt2020 import writer
from fabsim.layout.smt2020.model import Model
from fabsim.layout.smt2020.routes import COLUMNS
from fabsim.layout.smt2020.starts import HORIZON_D, WARMUP_D
from fabsim.terms import InputError

FAB_HEAD = """\
# A model in the format of SMT2020 (Kopp, Hassoun, Kalir, Moench: SMT2020 - A Semiconductor Manufacturing Testbed, IEEE Transactions on
# Semiconductor Manufacturing 33(4), 2020), imported from the tables in the folder {source}. What the tables leave open:
# - a breakdown stops the jobs in the tool, which go on after it (preempts); one that falls due during maintenance starts at its end, and
#   the next one comes as if it had stopped the maintenance
# - several lots in a tool (slots) are a cascade: it takes the next lot its interval after it took the last, whatever the setups in between,
#   and keeps its place among the open tools until all its slots are at work at once (spaced)
# - wafers beyond the count of a maintenance count towards the next one (carry_over)
# - tool k of N has its first maintenance (k - 1)/N of the interval after FOA (stagger)
# - where setups have minimum runs (rule_LSSU), only an empty tool changes its setup (when_empty), and maintenance that is due waits until
#   a cascade is empty of itself (maintenance_in_gaps)
# - min_run is MINRUN and counts the lot that changes the setup
# - a setup for every job (WHEN always) is done on a fresh tool too, and takes the time from any setup where the step has none (setup_time)
# - the wake rule of least setup (choose_tool) knows the setup times that steps give and, with rule_LSSU, those of the table; where there
#   are neither it says nothing
# - at a toolset whose steps give setup times a job that needs no setup takes the tool's away (no_setup)
# - the least size of a batch counts for hot lots too (waive); no tool is reserved for lots on their way (the policy's reserve)
# - a step's name is its number, its identity in the tables, and its description
"""

SCENARIO_HEAD = """\
# Starts and initial WIP of the model in the folder {source}; horizon and warm-up are those of the published results.
# `--set initial_wip=false` starts with an empty fab.
"""

POLICY_HEAD = "`setup` ranks by setup tables only: a toolset whose steps give the time of their setups goes without it"

MARK = "fab.yaml"
"""The file by which a folder is known to be a layout."""


@dataclass(frozen=True)
class Imported:
    """What an import made."""

    folder: Path
    files: tuple[str, ...]
    """Names of the files in it."""
    counts: Mapping[str, int]
    """How many toolsets, tools, routes ... there are."""
    idle: tuple[str, ...]
    """What the folder holds and the layout does not: columns without effect, entries that nothing uses, other files."""


def import_smt2020(source: Path, folder: Path, *, force: bool = False) -> Imported:
    """Write the model whose tables are in ``source`` as a layout into ``folder``; raise `InputError` with every mistake.

    ``force``: replace the layout that is there.  The folder is complete or as it was.
    """
    _check_free(folder, force=force)
    if not source.is_dir():
        raise InputError(f"{source}: found no such folder, expected one with the tables of a model")
    model = Model(source)
    texts = dict(_texts(model, source.resolve().name))
    _write(folder, texts)
    return Imported(folder, tuple(texts), model.counts(), tuple(model.idle()))


def _texts(model: Model, source: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of each file of the layout."""
    yield MARK, _fab(model, source)
    yield "scenario.yaml", _scenario(model, source)
    for route, steps in model.routes.items():
        yield _route_file(route), writer.table(COLUMNS, steps)
    if model.starts:
        yield "starts.csv", writer.table(("stream", "at", "due"), model.starts)
    if model.wip:
        yield "wip.csv", writer.table(("stream", "step", "age", "due"), model.wip)


def _route_file(route: str) -> str:
    return f"route_{route}.csv"


def _fab(model: Model, source: str) -> str:
    areas = dict.fromkeys(family.area for family in model.families.values())
    toolsets = {name: family.entry for name, family in model.families.items()}
    routes = {route: [{"table": _route_file(route)}] for route in model.routes}
    parts = [
        FAB_HEAD.format(source=source) + f"kind: fab\nname: {writer.flow(source)}\nareas: {writer.flow(list(areas))}\n",
        writer.block("transport", model.transport, "from one area to another; nothing from release to the first step"),
        writer.block("calendars", model.calendars.entries) if model.calendars.entries else "",
        writer.block("toolsets", toolsets),
        writer.block("routes", routes),
        writer.block("products", model.products),
    ]
    return "\n".join(filter(None, parts))


def _scenario(model: Model, source: str) -> str:
    wip = "initial_wip: {table: wip.csv}\n" if model.wip else ""
    parts = [
        SCENARIO_HEAD.format(source=source) + f"kind: scenario\nfab: {MARK}\nhorizon: {HORIZON_D} d\nwarmup: {WARMUP_D} d\n{wip}",
        writer.block("starts", model.streams),
        writer.block("policy", model.policy(), POLICY_HEAD),
    ]
    return "\n".join(parts)


def _check_free(folder: Path, *, force: bool) -> None:
    """Raise unless ``folder`` is absent or, with ``force``, a layout: nothing else is ever replaced."""
    if not os.path.lexists(folder):
        return
    if not (folder / MARK).is_file():
        raise InputError(f"{folder}: exists already and is no layout's folder; choose another --out")
    if not force:
        raise InputError(f"{folder}: holds a layout already; choose another --out, or --force to replace it")


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write the files beside ``folder`` under another name, see that they can be read, and put them in its place."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent, prefix=".importing-") as beside:
            made = Path(beside) / folder.name
            made.mkdir()
            for name, text in texts.items():
                (made / name).write_text(text, encoding="utf-8", newline="")
            _check(made, folder)
            if folder.exists():
                folder.rename(Path(beside) / "before")
            made.rename(folder)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror or error}") from error


def _check(made: Path, folder: Path) -> None:
    """Raise if the layout cannot be read; its mistakes are told as of the folder that it will be."""
    problems = check([made / "scenario.yaml"])
    if problems:
        raise InputError([replace(one, file=one.file.replace(str(made), str(folder), 1)) for one in problems])
