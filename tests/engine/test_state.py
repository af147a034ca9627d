"""A run goes on from its state as if it had never stopped, or under another policy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from fabsim.engine import Keeping, Stopped, simulate
from fabsim.engine.buildings import Parts
from fabsim.engine.state import State, read_head, read_state, record_types, write_state
from fabsim.metrics import check_laws
from fabsim.model import Scenario
from fabsim.model.policy import ReservePolicy
from fabsim.terms import DAY, HOUR, InputError, StallError
from fabsim.trace import Recorder, Totals, Trace
from tests.contracts.test_floor_identity import read
from tests.random_fabs import CRITERIA, layouts

FAB: dict[str, Any] = {
    "kind": "fab",
    "name": "small",
    "toolsets": {
        "A": {"area": "a", "tools": 2, "process": {"exponential": "50 min"}},
        "B": {"area": "a", "tools": 1, "process": {"gamma": "27 min", "cv": 0.5}},
    },
    "routes": {"r": [{"step": "S1", "toolset": "A"}, {"step": "S2", "toolset": "B"}, {"step": "S3", "toolset": "A"}]},
    "products": {"P": {"route": "r"}},
}
SCENARIO: dict[str, Any] = {
    "kind": "scenario",
    "fab": "fab.yaml",
    "name": "small",
    "trace": "all",
    "horizon": "20 d",
    "period": "4 d",
    "seed": 3,
    "starts": {"P": {"pattern": "poisson", "wafers_per_month": 17000, "due": {"x_factor": 3}}},
    "policy": {"fab": ["fifo"]},
}


def ran(scenario: Scenario, begin: State | None = None, keeping: Keeping | None = None) -> tuple[Trace, Totals]:
    recorder = Recorder(scenario, None, begin=dict(begin.written) if begin else None)
    totals = simulate(scenario, 0, recorder=recorder, begin=begin, keeping=keeping)
    return recorder.close(), totals


def assert_same(one: tuple[Trace, Totals], other: tuple[Trace, Totals]) -> None:
    for column in ("digest", "state_digest", "events", "moves", "released", "completed", "scrapped", "in_process", "lot_ms"):
        assert getattr(one[1], column) == getattr(other[1], column), column
    for table in ("lots", "moves", "tools", "wip"):
        assert_frame_equal(getattr(one[0], table).lazy().collect(), getattr(other[0], table).lazy().collect())


def stopped(scenario: Scenario, path: Path, at_ms: int) -> State:
    """Run until an instant and give the state then, which has been in a file."""

    def save(state: State) -> None:
        if state.now_ms == at_ms:
            write_state(state, {"note": "a test"}, path)
            raise Stopped

    with pytest.raises(Stopped):
        ran(scenario, keeping=Keeping(at_ms, save, lambda: False))
    return read_state(path)


def policy(scenario: Scenario, *chain: str) -> Scenario:
    """Give the scenario under another chain everywhere, and with tools reserved if it had none, else without."""
    toolsets = scenario.fab.toolsets.copy()
    toolsets["chain"] = sum((CRITERIA.index(name) + 1) << (4 * k) for k, name in enumerate(chain))
    apart = None if scenario.apart is None else policy(scenario.apart, *chain)
    reserve = None if scenario.reserve else ReservePolicy(1, ahead=True)
    return replace(scenario, fab=replace(scenario.fab, toolsets=toolsets), apart=apart, reserve=reserve)


def lasting(scenario: Scenario, horizon_ms: int) -> Scenario:
    """Give the scenario with a horizon of at least this."""
    apart = None if scenario.apart is None else lasting(scenario.apart, horizon_ms)
    return replace(scenario, horizon_ms=max(scenario.horizon_ms, horizon_ms), apart=apart)


@settings(max_examples=15, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(layouts(), st.integers(1, 24 * HOUR), st.lists(st.sampled_from(CRITERIA), min_size=1, max_size=5, unique=True))
def test_random_fabs_go_on_and_change_their_policy(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[dict[str, Any], dict[str, Any]], at_ms: int, chain: list[str]
) -> None:
    scenario = lasting(read(*drawn), 24 * HOUR)
    try:
        whole = ran(scenario)
    except StallError:
        return
    state = stopped(scenario, tmp_path_factory.mktemp("state") / "state.npz", at_ms)
    assert state.now_ms == at_ms
    assert_same(ran(scenario, state), whole)
    other = policy(scenario, *chain)
    assert check_laws(other, *ran(other, state)) == []
    # ranked anew twice, the lots wait in the order they did
    there, back = Parts(other.site, 0, split=True), Parts(scenario.site, 0, split=True)
    there.restore(state.worlds)
    back.restore(there.content())
    assert_same(ran(scenario, replace(state, worlds=back.content())), whole)


def test_a_state_is_kept_at_every_multiple_at_the_end_of_the_warm_up_and_at_the_horizon() -> None:
    kept: list[int] = []
    looks: list[None] = []

    def look() -> bool:
        looks.append(None)
        return False

    scenario = read(FAB, SCENARIO | {"warmup": "50 h"})
    whole = ran(scenario, keeping=Keeping(5 * DAY, lambda state: kept.append(state.now_ms), look))
    assert kept == [50 * HOUR, 5 * DAY, 10 * DAY, 15 * DAY, 20 * DAY]
    assert len(looks) == 1 + 79 + 1, "when it begins, every six hours, and at 50 h"
    assert_same(whole, ran(scenario))


def test_a_run_that_is_to_stop_does_so_within_six_hours_and_what_follows_may_be_stopped_again(tmp_path: Path) -> None:
    scenario = read(FAB, SCENARIO)
    whole, state, path = ran(scenario), None, tmp_path / "state.npz"
    for days in (7, 16):
        looks = 4 * (days - (state.now_ms // DAY if state else 0))
        answers = iter([False] * looks + [True])
        with pytest.raises(Stopped):
            ran(scenario, state, Keeping(None, lambda now: write_state(now, {}, path), answers.__next__))
        state = read_state(path)
        assert state.now_ms == days * DAY
    assert_same(ran(scenario, state), whole)


def test_a_state_at_the_horizon_only_has_to_be_closed(tmp_path: Path) -> None:
    scenario = read(FAB, SCENARIO)
    state = stopped(scenario, tmp_path / "state.npz", 20 * DAY)
    assert_same(ran(scenario, state), ran(scenario))


def test_tools_that_come_and_go_do_so_once(tmp_path: Path) -> None:
    changes = [
        {"toolset": "A", "tools": 1, "at": "5 d"},
        {"toolset": "B", "tools": 1, "at": "10 d"},
        {"toolset": "A", "tools": -1, "at": "12 d"},
    ]
    scenario = read(FAB, SCENARIO | {"changes": changes, "initial_wip": [{"stream": "P", "step": "S2", "lots": 7}]})
    assert_same(ran(scenario, stopped(scenario, tmp_path / "state.npz", 10 * DAY)), ran(scenario))


def test_what_a_state_says_about_itself_is_read_without_its_arrays(tmp_path: Path) -> None:
    path = tmp_path / "state.npz"
    stopped(read(FAB, SCENARIO), path, 3 * DAY)
    head = read_head(path)
    assert (head["note"], head["now_ms"], head["records"]) == ("a test", 3 * DAY, record_types())


@pytest.mark.parametrize("part", ["first", "array", "directory"])
def test_a_file_with_one_byte_changed_or_an_end_missing_is_damaged(tmp_path: Path, part: str) -> None:
    path = tmp_path / "state.npz"
    stopped(read(FAB, SCENARIO), path, 3 * DAY)
    content = path.read_bytes()
    at = {"first": 0, "array": len(content) // 3, "directory": content.rindex(b"PK\x05\x06")}[part]
    for damaged in (content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :], content[:at]):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=rf"^{path}: the checkpoint is damaged: .+; run anew$"):
            read_state(path)


def test_buildings_go_on_each_with_its_own_lots(tmp_path: Path) -> None:
    scenario = read(FAB | {"buildings": {"wafers_per_month": 7000}}, SCENARIO)
    assert scenario.buildings == 3
    state = stopped(scenario, tmp_path / "state.npz", 7 * DAY)
    assert len(state.worlds) == 3
    assert_same(ran(scenario, state), ran(scenario))
    assert check_laws(policy(scenario, "spt"), *ran(policy(scenario, "spt"), state)) == []


def test_a_batch_that_another_policy_had_put_off_starts_by_the_rule(tmp_path: Path) -> None:
    # Both lots are there at 0, and are done at A at 10 and 20 h. A batch is dear and long, so schedules let the first wait for the second.
    fab = FAB | {
        "toolsets": {
            "A": {"area": "a", "tools": 1, "process": "10 h"},
            "F": {"area": "a", "tools": 1, "process": "20 h", "per": "batch", "batch": {"min": 25, "max": 50}},
        },
        "routes": {"r": [{"step": "S1", "toolset": "A"}, {"step": "S2", "toolset": "F"}]},
    }
    furnaces = {"toolsets": ["F"], "every": "2 h", "look_ahead": "30 h", "horizon": "40 h", "batch_cost": "100 h"}
    starts = {"P": {"pattern": {"schedule": ["0 h", "0 h"]}}}
    scenario = read(fab, SCENARIO | {"horizon": "3 d", "period": "3 d", "starts": starts, "policy": {"furnaces": furnaces}})

    def begun(trace: Trace) -> list[int]:
        assert trace.moves is not None
        moves = trace.moves.collect()
        return sorted(moves.filter(moves["step"].cast(str) == "S2")["start_ms"].to_list())

    assert begun(ran(scenario)[0]) == [20 * HOUR, 20 * HOUR]
    state = stopped(scenario, tmp_path / "state.npz", 15 * HOUR)
    assert begun(ran(replace(scenario, furnaces=None), state)[0]) == [15 * HOUR, 35 * HOUR]
