"""What else the format may say: other units, distributions, setups and groups, in a small model of one change at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fabsim import layout
from fabsim.chance import Kind
from fabsim.kernels.records import PER_WAFER
from fabsim.model import Scenario
from fabsim.terms import DAY, HOUR, MINUTE
from tests.layout.smt2020_example import TABLES, imported, told, write_model


def toolset(scenario: Scenario, name: str) -> Any:
    return scenario.fab.toolsets[scenario.fab.toolset_names.index(name)]


def step(scenario: Scenario, name: str) -> Any:
    return scenario.fab.steps[scenario.fab.step_names.index(name)]


def test_given_setup_times_stand_aside_where_a_toolset_ranks_by_its_table(tmp_path: Path) -> None:
    given = ("route_1.txt", "S2 need . .", "S2 need 4 min")
    scenario = imported(tmp_path, given)
    assert toolset(scenario, "BEAM")["rank_table"] == 1
    assert step(scenario, "3.beam")["setup_ms"] == 4 * MINUTE
    assert toolset(scenario, "SCAN")["rank_table"] == 0


@pytest.mark.parametrize(("setup", "name"), [("M1", "no_setup"), ("no_setup", "no_setup_")])
def test_a_job_without_setup_takes_the_tools_away_where_steps_give_the_times(setup: str, name: str, tmp_path: Path) -> None:
    bare = ("route_1.txt", "per_piece . . M2 need 8 min", "per_piece . . . . . .")
    scenario = imported(tmp_path, bare, ("route_1.txt", "M1 need", f"{setup} need"))
    assert step(scenario, "7.mask")["setup_key"] > 0
    assert step(scenario, "7.mask")["setup_ms"] == 0
    assert step(scenario, "5._mask__5")["setup_ms"] == 8 * MINUTE
    assert f",{name},0 min," in (tmp_path / "made" / "route_r_1.csv").read_text()


def test_a_tables_setup_stays_through_a_job_without_setup(tmp_path: Path) -> None:
    scenario = imported(tmp_path, ("route_1.txt", "S1 need . . . . . . 0.5 min . . . 40", ". . . . . . . . 0.5 min . . . 40"))
    assert step(scenario, "2")["setup_key"] == 0


def times(rows: str) -> tuple[str, str, str]:
    """Give a table of setups with these rows: CURSETUP NEWSETUP SDIST STIME STIME2 STUNITS."""
    return "setup.txt", TABLES["setup.txt"], f"CURSETUP NEWSETUP SDIST STIME STIME2 STUNITS\n{rows}"


NO_RANK = ("tool.txt", "rank_HP;rank_RSETUP;rank_FIFO", "rank_HP;rank_FIFO")
ALWAYS = ("route_1.txt", "M2 need 8 min", "M2 always . .")


def test_a_setup_may_be_done_for_every_job(tmp_path: Path) -> None:
    scenario = imported(tmp_path, ("route_1.txt", "M2 need 8 min", "M2 always 9 min"))
    given = [(step(scenario, name)["setup_ms"], step(scenario, name)["setup_always"]) for name in ("5._mask__5", "7.mask")]
    assert given == [(8 * MINUTE, 0), (9 * MINUTE, 1)]


def test_a_setup_for_every_job_may_take_the_time_from_any_setup(tmp_path: Path) -> None:
    # as engineering lots have it: drawn, from any setup, at a toolset that does not rank by setup
    scenario = imported(tmp_path, NO_RANK, ALWAYS, times(". M2 uniform 90 37.5 min\nS1 S2 constant 10 . min\n"))
    mask = step(scenario, "7.mask")
    assert (mask["setup_ms"], mask["setup_always"]) == (90 * MINUTE, 1)
    assert (mask["setup_kind"], mask["setup_a"], mask["setup_b"]) == (Kind.UNIFORM, 90 * MINUTE, 37.5 * MINUTE)
    assert toolset(scenario, "SCAN")["rank_table"] == 0


def test_a_setup_for_every_job_without_a_time_takes_none_as_a_change_does(tmp_path: Path) -> None:
    assert step(imported(tmp_path, NO_RANK, ALWAYS), "7.mask")["setup_ms"] == 0


def test_a_drawn_setup_time_stands_at_the_steps_and_ranks_by_its_mean(tmp_path: Path) -> None:
    scenario = imported(tmp_path, times(". S1 uniform 12 3 min\nS1 S2 . 10 . min\n"))
    beam = step(scenario, "2")
    assert (beam["setup_ms"], beam["setup_kind"], beam["setup_always"]) == (12 * MINUTE, Kind.UNIFORM, 0)
    assert step(scenario, "3.beam")["setup_ms"] == -1
    assert toolset(scenario, "BEAM")["rank_table"] == 0


def test_the_setup_time_that_a_step_gives_may_be_drawn(tmp_path: Path) -> None:
    header = TABLES["route_1.txt"].splitlines()[0]
    row = "M2 need 8 min" + " ." * 14
    drawn = [("route_1.txt", header, f"{header} SDIST STIME2"), ("route_1.txt", row, f"{row} uniform 2")]
    mask = step(imported(tmp_path, *drawn), "7.mask")
    assert (mask["setup_ms"], mask["setup_kind"], mask["setup_b"]) == (8 * MINUTE, Kind.UNIFORM, 2 * MINUTE)


def test_a_setup_time_that_no_step_can_give_is_told(tmp_path: Path) -> None:
    drawn = told(tmp_path, times("S1 S2 uniform 10 2 min\n"))
    assert "SETUP: found 'S2', whose time in the table 'setup' depends on the setup before, expected a time from any" in drawn
    always = told(tmp_path, ("route_1.txt", "S2 need", "S2 always"))
    assert "route_1.txt:4:" in always
    assert "SETUP: found 'S2', whose time in the table 'setup' depends on the setup before" in always
    ranked = told(tmp_path, ALWAYS, times(". M2 uniform 90 37.5 min\n"))
    assert "SETUP: found 'M2' at a toolset that ranks by setup, expected one that is neither drawn nor done for every job" in ranked


def test_batches_may_be_shared_by_the_parts_of_a_family_at_steps_of_one_number(tmp_path: Path) -> None:
    by_family = ("tool.txt", "crit_sameroutestep", "crit_samepartfam|crit_samestepname")
    row = "r_2 1 beam BEAM"
    oven = "r_2 1 oven OVEN uniform 100 5 min per_batch 50 75" + " ." * 17
    kin = ("part.txt", "Saleable large B", "Engineering small B")
    scenario = imported(tmp_path, by_family, kin, ("route_1.txt", row, f"{oven}\n{row.replace('1', '2')}"))
    keys = [step(scenario, name)["batch_key"] for name in ("1.first_oven", "1.oven")]
    assert keys[0] == keys[1] >= 0
    assert {stream.name: stream.kind for stream in scenario.streams if stream.name in {"Lot_A", "Few_B"}} == {
        "Lot_A": "production",
        "Few_B": "engineering",
    }


def test_families_that_batch_apart_cannot_have_one_route(tmp_path: Path) -> None:
    by_family = ("tool.txt", "crit_sameroutestep", "crit_samepartfam|crit_samestepname")
    found = told(tmp_path, by_family, ("part.txt", "large B route_1.txt r_2", "large B route_1.txt r_1"))
    assert "part.txt:3:10: PARTFAM: found 'large' with the route 'r_1', expected 'small'" in found


def test_a_toolset_may_stand_in_several_rows_and_a_calendar_belong_to_its_only_station(tmp_path: Path) -> None:
    rest = TABLES["tool.txt"].splitlines()[-1]
    more = rest.replace("REST REST", "REST REST_2").replace("9.0", "3")
    attached = ("attach.txt", "WEEK pm stnfam OVEN", "WEEK pm stn OVEN")
    scenario = imported(tmp_path, ("tool.txt", rest, f"{rest}\n{more}"), attached)
    assert toolset(scenario, "REST")["tools"] == 12
    assert "OVEN/WEEK" in scenario.fab.calendar_names


def test_rows_of_a_toolset_are_alike_and_its_stations_are_its_own(tmp_path: Path) -> None:
    rest = TABLES["tool.txt"].splitlines()[-1]
    slower = rest.replace("REST REST", "REST REST_2").replace("rank_FIFO", "rank_CR")
    found = told(tmp_path, ("tool.txt", rest, f"{rest}\n{slower}"))
    assert "tool.txt:6:24: FWLRANK: found 'rank_CR', expected rank_FIFO as in the first row of toolset 'REST'" in found
    assert "tool.txt:5:6: STN: found the station 'SCAN' twice" in told(tmp_path, ("tool.txt", "REST REST", "REST SCAN"))
    more = rest.replace("REST REST", "REST REST_2")
    found = told(tmp_path, ("tool.txt", rest, f"{rest}\n{more}"), ("attach.txt", "WEEK pm stnfam OVEN", "WEEK pm stn REST"))
    assert "attach.txt:3:13: RESNAME: found 'REST', one of several stations of its toolset" in found


def test_distributions_and_units_of_every_kind(tmp_path: Path) -> None:
    header = TABLES["route_1.txt"].splitlines()[0]
    scenario = imported(
        tmp_path,
        ("route_1.txt", "uniform 100 5 min per_batch", "uniform 1.5 0.5 hr per_piece"),
        ("route_1.txt", "constant 30 . min", "constant 1800 . sec"),
        ("route_1.txt", "20 min . . . . . . . . . .", "1200 sec . . . . . . . . . ."),
        ("route_1.txt", "uniform 180 9 min", "uniform 0.125 0.00625 day"),
        ("route_1.txt", "normal 2 0.1 min", "triangular 1 2 min"),
        ("route_1.txt", header, header.replace("IGNORE", "PTIME3")),
        ("route_1.txt", "M2 need 8 min . . . . . . . . . . . . . .", "M2 need 8 min . . . . . . . . . . . . . 6"),
        ("route_1.txt", "3 4 hr hot", "3 4 hr ."),
        ("downcal.txt", "1000 min exponential 60 min\nSPARE", "1 week exponential 1 hr\nSPARE"),
    )
    oven, beam, rest, mask = (step(scenario, name) for name in ("1.first_oven", "3.beam", "6.rest", "7.mask"))
    assert (oven["per"], oven["process_kind"], oven["batch_max"]) == (PER_WAFER, Kind.UNIFORM, 75)
    assert (beam["work_ms"], beam["interval_ms"]) == (32 * MINUTE, 20 * MINUTE)
    assert rest["work_ms"] == pytest.approx(3 * HOUR)
    # a wafer takes 3 min on average (1, 2 and 6), a lot of 25 an hour and a quarter, loading and unloading a minute each
    assert mask["process_kind"] == Kind.TRIANGULAR
    assert mask["work_ms"] == pytest.approx(77 * MINUTE)
    fails = dict(zip(scenario.fab.calendar_names, scenario.fab.calendars, strict=True))["BEAM/FAIL"]
    assert (fails["every_a"], fails["takes_a"]) == (7 * DAY, HOUR)


def test_a_cascade_may_hold_more_than_two_lots(tmp_path: Path) -> None:
    assert toolset(imported(tmp_path, ("tool.txt", " 2.0 3.0", " 3.0 3.0")), "BEAM")["slots"] == 3


def test_several_groups_of_setups(tmp_path: Path) -> None:
    scan = ("tool.txt", "SCAN SCAN rule_HotLotFIRST", "SCAN SCAN rule_LSSU")
    group = ("tool.txt", ". . . 60 sec 1.0 min . 2.0 Cold Fab no .", ". . . 60 sec 1.0 min . 2.0 Cold Fab no MASK")
    scan_rank = ("tool.txt", "rank_HP;rank_RSETUP;rank_FIFO wake_LeastSetupTime . .", "rank_HP;rank_RSETUP;rank_FIFO . . .")
    more = ("setupgrp.txt", ". S2 7\n", ". S2 7\nMASK M1 3\n. M2 3\n")
    scenario = imported(tmp_path, scan, scan_rank, (group[0], group[1].removeprefix(". "), group[2].removeprefix(". ")), more)
    assert (toolset(scenario, "BEAM")["min_run"], toolset(scenario, "SCAN")["min_run"]) == (7, 3)


def test_columns_without_content_may_have_any_name(tmp_path: Path) -> None:
    column = ("setupgrp.txt", "SETUPGRP SETUP MINRUN\n", "SETUPGRP SETUP MINRUN MAXQUEUE\n")
    layout.import_smt2020(write_model(tmp_path / "empty", column), tmp_path / "fine")
    found = told(tmp_path, column, ("setupgrp.txt", "GAS S1 7\n", "GAS S1 7 3\n"))
    assert "setupgrp.txt:1:23: MAXQUEUE: found 'MAXQUEUE', expected a column of this table" in found


REFUSED = [
    ("setup.txt", "IGNORE\n", "STIME2\n", "setup.txt:2:14: STIME2: found a second value"),
    ("route_1.txt", "constant 30 .", "triangular 30 20", "PTIME2: found 20, expected at least the value before it, 30"),
    ("order.txt", "constant 120 min 200000 1", ". . min . .", "RUNITS: found it in a row without REPEAT"),
    ("order.txt", "min 200000 1", "min . 1", "RPT#: found nothing, expected a number"),
    ("order.txt", "90 min 2 2", "90 min 2 2000000", "RPT#: found 2 repeats, expected as many as last 730 days"),
]


@pytest.mark.parametrize(("file", "old", "new", "expected"), REFUSED)
def test_what_it_cannot_express_is_told(tmp_path: Path, file: str, old: str, new: str, expected: str) -> None:
    assert expected in told(tmp_path, (file, old, new))
