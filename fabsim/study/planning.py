"""Decide a run: read its files, name what it is, see whether it is there already."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from fabsim.engine import FLOORS, must_compile
from fabsim.layout import read
from fabsim.layout.read import find
from fabsim.model import Scenario
from fabsim.study import checkpoints
from fabsim.study.identity import run_key, scenario_hash
from fabsim.study.options import Plan, RunOptions
from fabsim.study.store import holds
from fabsim.study.workers import processors
from fabsim.terms import InputError
from fabsim.theory import overloads

REPORTS = Path("reports")
"""Where runs are kept, below the working directory."""

SHORT = 10
"""Digits of a key in a folder's name."""


def plan_run(path: Path, options: RunOptions) -> Plan:
    """Return the plan of a run of the scenario in ``path``.

    Raises
    ------
    InputError
        With every problem of the files; or if options contradict each other; or if the folder is taken.
    """
    floor_named(options.floor)
    if options.rep is not None and options.reps is not None:
        raise InputError("found both --reps and --rep; --reps N runs replications 0 to N - 1, --rep R runs R alone")
    return replace(plan_scenario(read(path, tuple(overrides(options))), options), path=find(path).absolute())


def plan_scenario(scenario: Scenario, options: RunOptions) -> Plan:
    """Return the plan of a run of a scenario that was read with the overrides of ``options``.

    Raises
    ------
    InputError
        If there is no such floor, or if the folder is taken.
    """
    floor = floor_named(options.floor)
    replications = tuple(range(scenario.replications)) if options.rep is None else (options.rep,)
    of_scenario = scenario_hash(scenario)
    every_ms = checkpoints.every_ms(options, floor)
    origins, origin = checkpoints.origins(scenario, options.start, replications)
    key = run_key(of_scenario, scenario.seed, replications, origin)
    folder = options.out or REPORTS / f"{scenario.layout}-{scenario.name}-{key[:SHORT]}"
    found = holds(folder, key)
    processes = min(options.jobs or processors(), len(replications))
    if not found:
        _check_free(folder, options.force)
        _make_parent(folder)
    return Plan(
        scenario=scenario,
        options=options,
        replications=replications,
        floor=floor,
        jobs=processes,
        threads=(options.jobs or processors()) // processes,
        scenario_hash=of_scenario,
        key=key,
        folder=folder,
        warnings=tuple(overloads(scenario)),
        reused=found and not options.force,
        compiles=must_compile(floor),
        every_ms=every_ms,
        origins=origins,
        origin=origin,
    )


def differing_floor(plan: Plan, recorded: str) -> Iterator[str]:
    """Yield a warning if the run that answers was made on another floor than the one asked for."""
    if plan.options.floor not in (None, recorded):
        yield f"{plan.folder} was run on the {recorded} floor, which gives the same figures; --force runs it on the {plan.floor} floor"


def overrides(options: RunOptions) -> Iterator[str]:
    """Yield the options that change the scenario, as changes of its keys; the later wins."""
    yield from options.overrides
    if options.days is not None:
        yield f"horizon={np.format_float_positional(options.days, trim='-')} d"
    if options.seed is not None:
        yield f"seed={options.seed}"
    if options.reps is not None:
        yield f"replications={options.reps}"


def floor_named(name: str | None) -> str:
    """Return the floor of a name, the default without one; raise `InputError` if there is none."""
    if name is None:
        return FLOORS[-1]
    if name not in FLOORS:
        close = get_close_matches(name, FLOORS, 1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise InputError(f"--floor: found {name!r}, expected {' or '.join(FLOORS)}{hint}")
    return name


def _check_free(folder: Path, force: bool) -> None:
    """Raise unless ``folder`` is absent, empty or, with ``force``, any run: nothing else is ever replaced."""
    if not os.path.lexists(folder) or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not (folder / "run.json").exists():
        raise InputError(f"{folder}: exists already and is no run's folder; choose another --out")
    if not force:
        raise InputError(f"{folder}: holds another run; choose another --out, or --force to replace it")


def _make_parent(folder: Path) -> None:
    """Make the folder that ``folder`` will stand in, or raise before anything has run."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent):
            pass
    except OSError as error:
        raise InputError(f"{folder}: cannot be made: {error.strerror or error}; choose another --out") from error
