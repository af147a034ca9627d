"""The checkpoints of runs: what is kept when, where a run goes on from, and why a checkpoint is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fabsim import __version__
from fabsim.engine import FLOORS, Keeping
from fabsim.engine.state import State, read_head, read_state, record_types, write_state
from fabsim.layout.quantities import duration
from fabsim.model import Scenario
from fabsim.study import requests
from fabsim.study.identity import fab_hash, fingerprint
from fabsim.study.options import Plan, RunOptions
from fabsim.study.stop import Stop
from fabsim.terms import DAY, HOUR, InputError
from fabsim.trace import CHECKPOINT, STATE, Written, unfinished

LEAST_MS = HOUR
"""Shortest time between two checkpoints [ms]."""

WARM = "warm.npz"
"""The state at the end of the warm-up, beside the latest one."""

FABS, STARTS = "fab_hash", "starts_hash"


def every_ms(options: RunOptions, floor: str) -> int | None:
    """Return the time between two checkpoints [ms], None without them.

    Raises
    ------
    InputError
        If it is no duration of at least `LEAST_MS`, or if the floor cannot stop and go on.
    """
    wanted = {"--checkpoint": options.checkpoint, "--resume": options.resume, "--from": options.start}
    asked = [name for name, value in wanted.items() if value is not None]
    if asked and floor != FLOORS[-1]:
        raise InputError(f"{asked[0]}: found --floor {floor}, expected {FLOORS[-1]}, the only floor that can stop and go on")
    if options.checkpoint is None:
        return None
    try:
        every = round(duration(options.checkpoint))
    except ValueError as error:
        raise InputError(f"--checkpoint: {error}") from error
    if every < LEAST_MS:
        raise InputError(f"--checkpoint: found {options.checkpoint!r}, expected at least 1 h")
    return every


def keeping(plan: Plan, replication: int, work: Path, stop: Stop) -> Keeping | None:
    """Return how a replication's state is kept in ``work``; None where the floor knows of none."""
    if plan.floor != FLOORS[-1]:
        return None
    about = {
        "fabsim": __version__,
        "key": plan.key_of((replication,)),
        "seed": plan.scenario.seed,
        "replication": replication,
        **_hashes(plan.scenario),
        "request": requests.request_of(plan),
    }

    def save(state: State) -> None:
        path = state_in(work)
        if state.now_ms == plan.scenario.warmup_ms:
            write_state(state, about, path.with_name(WARM))
        write_state(state, about, path)

    return Keeping(plan.every_ms, save, stop)


def beginning(plan: Plan, replication: int, work: Path) -> tuple[State | None, dict[str, Written] | None, Path | None]:
    """Return the state a replication goes on from, what was recorded by then and where it lies; nothing for one that begins at 0.

    ``work``: the replication's folder; what is kept there is later than the checkpoint the plan starts from.
    """
    path = state_in(work)
    if path.exists():
        head = _usable(path)
        if head["key"] != plan.key_of((replication,)):
            raise InputError(
                f"{plan.folder}: found an interrupted run of something else there; "
                f"fabsim run --resume {plan.folder} goes on with it, --force lets this one take its place"
            )
    elif plan.origins:
        path = plan.origins[plan.replications.index(replication)]
        _fitting(path, plan.scenario, replication)
    else:
        return None, None, None
    state = read_state(path)
    return state, dict(state.written), path.parent


def origins(scenario: Scenario, start: Path | None, replications: Sequence[int]) -> tuple[tuple[Path, ...], str]:
    """Return the checkpoint that each replication starts from, and a hash of what they are; nothing if ``start`` is None.

    Raises
    ------
    InputError
        If there is none for a replication, or one that cannot be used for this scenario.
    """
    if start is None:
        return (), ""
    paths = tuple(find(start, one) for one in replications)
    heads = [_fitting(path, scenario, one) for path, one in zip(paths, replications, strict=True)]
    return paths, fingerprint([(head["key"], head["now_ms"]) for head in heads])


def find(start: Path, replication: int) -> Path:
    """Return the state of a replication that ``start`` means: a checkpoint, a run's folder, or the run that will stand there.

    In a folder it is the one at the end of the warm-up, if that is kept, else the latest.
    """
    name = f"rep={replication}"
    folders = [start, start / CHECKPOINT, start / name / CHECKPOINT]
    for target in (start, *(pile / name for pile in requests.piles(start))):
        folders += [target / CHECKPOINT, *(left / CHECKPOINT for left in unfinished(target))]
    for place in (start, *(folder / file for folder in folders for file in (WARM, STATE))):
        if place.is_file():
            return place.absolute()
    raise InputError(f"{start}: found no checkpoint of replication {replication}; fabsim run SCENARIO --checkpoint 30d keeps one")


def state_in(folder: Path) -> Path:
    """Return where a run's folder keeps its state."""
    return folder / CHECKPOINT / STATE


def day_of(plan: Plan) -> float | None:
    """Return up to when a single replication that was interrupted is kept [d]; None if nothing is."""
    for folder in unfinished(plan.folder):
        head = read_head(state_in(folder))
        if head["key"] == plan.key_of(plan.replications[:1]):
            return float(head["now_ms"] / DAY)
    return None


def _usable(path: Path) -> dict[str, Any]:
    """Return the head of a checkpoint that this fabsim can read."""
    head = read_head(path)
    if head["fabsim"] != __version__:
        raise InputError(f"{path}: the checkpoint was made by fabsim {head['fabsim']}, this is {__version__}; run anew")
    if head["records"] != record_types():
        raise InputError(f"{path}: the checkpoint was made by a fabsim whose records differ from this one's; run anew")
    return head


def _fitting(path: Path, scenario: Scenario, replication: int) -> dict[str, Any]:
    """Return the head of a checkpoint that the scenario can start from: the same but for its policy."""
    head, hashes = _usable(path), _hashes(scenario)
    another = "start from another one, or leave out --from"
    if head[FABS] != hashes[FABS]:
        raise InputError(f"{path}: the checkpoint is of another layout: more than the policy of its fab differs; {another}")
    if head[STARTS] != hashes[STARTS]:
        raise InputError(
            f"{path}: the checkpoint is of another scenario: starts, tools over time, horizon, periods or trace differ; {another}"
        )
    for name, ours in (("seed", scenario.seed), ("replication", replication)):
        if head[name] != ours:
            raise InputError(f"{path}: the checkpoint is of {name} {head[name]}, expected {name} {ours}; {another}")
    return head


def _hashes(scenario: Scenario) -> dict[str, str]:
    """Return hashes of a scenario's fab and of everything else in it that a state depends on, both without the policy."""
    site = scenario.site
    toolsets = site.fab.toolsets.copy()
    toolsets["chain"] = 0
    starts = (site.streams, site.changes, site.initial, site.horizon_ms, site.warmup_ms, site.period_ms, site.trace, site.sample_every)
    # a planned stream's plan stands in the state, a point for each period
    period = site.releases.every_ms if site.releases else None
    return {FABS: fab_hash(replace(site.fab, toolsets=toolsets)), STARTS: fingerprint(*starts, period)}
