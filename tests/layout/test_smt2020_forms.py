"""What else the format may say: lists of orders, other units, distributions and groups, in a small model of one change at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fabsim import layout
from fabsim.chance import Kind
from fabsim.kernels.records import CONSTANT, PER_WAFER, POISSON, SCHEDULE
from fabsim.model import Scenario, Stream
from fabsim.model.policy import ReservePolicy
from fabsim.terms import DAY, HOUR, MINUTE, InputError
from tests.layout.smt2020_example import TABLES, tabbed, write_model

HEAD = TABLES["order.txt"].splitlines()[0]
ORDERS = TABLES["order.txt"]


def imported(folder: Path, *changes: tuple[str, str, str], **form: str) -> Scenario:
    layout.import_smt2020(write_model(folder / "model", *changes, **form), folder / "made")
    return layout.read(folder / "made")


def ordered(folder: Path, orders: str, **form: str) -> dict[str, Stream]:
    """Give the streams of the model with other orders; a row: LOT PART PRIOR PIECES START ... HOTLOT."""
    scenario = imported(folder, ("order.txt", ORDERS, f"{HEAD}\n{orders}"), ("WIP.txt", "\nW1 A 10 25", "\n. A 10 25"), **form)
    return {stream.name: stream for stream in scenario.streams if not stream.name.startswith("WIP")}


def told(folder: Path, *changes: tuple[str, str, str]) -> str:
    with pytest.raises(InputError) as caught:
        layout.import_smt2020(write_model(folder / "model", *changes), folder / "made")
    return str(caught.value)


def toolset(scenario: Scenario, name: str) -> Any:
    return scenario.fab.toolsets[scenario.fab.toolset_names.index(name)]


def step(scenario: Scenario, name: str) -> Any:
    return scenario.fab.steps[scenario.fab.step_names.index(name)]


def hours(stream: Stream) -> list[float]:
    return list(stream.times_ms / HOUR)


LISTED = """\
Lot A 10 25 01/01/18_00:00:00 . . . . . 01/02/18_00:00:00 O1 no
Hot A 20 25 01/01/18_06:00 . . . . . 01/01/18_18:00:00 O2 no
Lot A 10 25 01/01/18_05:00:00 . . . . . 01/02/18_05:00:00 O1 no
Lot A 10 25 01/02/18 . . . . . 01/03/18_00:00:00 O1 no
"""


@pytest.mark.parametrize(("encoding", "ending"), [("utf-8", ".txt"), ("utf-16-le", ".asd"), ("utf-16", ".txt.1l")])
def test_rows_of_one_name_are_one_stream(tmp_path: Path, encoding: str, ending: str) -> None:
    streams = ordered(tmp_path, LISTED, encoding=encoding, ending=ending)
    assert {name: (s.pattern, hours(s), s.due_ms, s.dues_ms) for name, s in streams.items()} == {
        "Lot": (SCHEDULE, [0, 5, 24], 24 * HOUR, None),
        "Hot": (SCHEDULE, [6], 12 * HOUR, None),
    }
    assert not (tmp_path / "made" / "starts.csv").exists()


def test_lots_with_names_of_their_own_are_a_stream_by_their_order_or_their_kind(tmp_path: Path) -> None:
    rows = """\
Lot_1 A 10 25 01/01/18_00:00:00 . . . . . 01/02/18_00:00:00 O_(Lot) no
Lot_2 A 10 25 01/01/18_05:00:00 . . . . . 01/03/18_05:00:00 O_(Lot) no
Odd_1 B 10 25 01/01/18_03:00:00 . . . . . 01/02/18_03:00:00 . no
Odd_2 B 10 25 01/01/18_04:00:00 . . . . . . . no
Alone B 30 1 01/01/18_07:00:00 . . . . . . . no
"""
    streams = ordered(tmp_path, rows)
    assert {name: (hours(s), s.due_ms) for name, s in streams.items()} == {
        "O__Lot_": ([0, 5], -1),
        "B.10.25": ([3, 4], -1),
        "Alone": ([7], -1),
    }
    dues = [streams[name].dues_ms for name in ("O__Lot_", "B.10.25")]
    assert [list(due / HOUR) for due in dues if due is not None] == [[24, 48], [24, pytest.approx(-1 / HOUR)]]
    table = (tmp_path / "made" / "starts.csv").read_text().splitlines()
    assert table == ["stream,at,due", "O__Lot_,0 s,1 d", "O__Lot_,5 h,2 d", "B.10.25,3 h,1 d", "B.10.25,4 h,"]


def test_a_name_that_stands_for_several_kinds_of_lots_is_a_stream_for_each_called_after_what_differs(tmp_path: Path) -> None:
    rows = """\
E A 10 3 01/01/18_00:00:00 . . . . . . . no
E A 10 7 01/01/18_01:00:00 . . . . . . . no
E A 20 7 01/01/18_02:00:00 . . . . . . . no
E A 10 3 01/01/18_03:00:00 . . . . . . . no
"""
    assert {name: hours(s) for name, s in ordered(tmp_path, rows).items()} == {"E.10.3": [0, 3], "E.10.7": [1], "E.20.7": [2]}


def test_rows_that_repeat_under_one_name_are_numbered_streams(tmp_path: Path) -> None:
    rows = """\
Lot A 10 25 01/01/18_00:00:00 constant 2 hr 200000 1 . . no
Lot A 10 25 01/01/18_01:00:00 constant 1 week 200000 2 . . no
Lot A 10 25 01/01/18_02:00:00 constant 30 sec 3 1 . . no
"""
    streams = ordered(tmp_path, rows)
    assert {name: s.pattern for name, s in streams.items()} == {"Lot": CONSTANT, "Lot.2": CONSTANT, "Lot.3": CONSTANT, "Lot.4": SCHEDULE}
    week = [np.interp([HOUR, HOUR + 7 * DAY], streams[name].times_ms, streams[name].lots) for name in ("Lot.2", "Lot.3")]
    assert np.array(week) == pytest.approx(np.array([[0.5, 1.5], [0.5, 1.5]]))
    assert list(streams["Lot.4"].times_ms / MINUTE) == [120, 120.5, 121]


def test_a_long_list_is_a_table(tmp_path: Path) -> None:
    streams = ordered(tmp_path, "Lot A 10 25 01/01/18_00:00:00 constant 90 min 2000 1 01/02/18_00:00:00 . no\n")
    assert (len(streams["Lot"].times_ms), streams["Lot"].times_ms[-1], streams["Lot"].due_ms) == (2000, 1999 * 90 * MINUTE, DAY)
    assert len((tmp_path / "made" / "starts.csv").read_text().splitlines()) == 2001


def test_exponential_starts_may_begin_later(tmp_path: Path) -> None:
    rows = "X A 10 25 01/01/18_00:00:00 . . . . . . . no\nP B 10 20 01/31/18_10:00:00 exponential 5 hr 200000 1 . . no\n"
    stream = ordered(tmp_path, rows)["P"]
    assert stream.pattern == POISSON
    # 30 d and 10 h are a month; the horizon is 24 of them; a lot each 5 h
    assert np.interp(np.array([0, 730, 1230]) * HOUR, stream.times_ms, stream.lots) == pytest.approx([0, 0, 100], abs=1e-4)


OPTIONS = """\
COMMENT_CHARACTER\t~
SIM_START\t12/31/17 12:00:00\t~ noon
ORDER_FILES\tfile\torder.txt
\tfile\tmore.txt
\tfile\t~ later.txt
\tfile\tWIP.txt
STATION_FILES\tfile\ttool.txt
PERIOD_FILE\tfile\tperiod.txt
SEQ_ADDS_SETUP_DELAYS\tN
"""


def with_options(folder: Path, options: str) -> Path:
    model = write_model(folder / "model", ("WIP.txt", "25 01/01/18_00:00:00", "25 12/31/17_12:00:00"))
    (model / "options.def").write_text(options, encoding="utf-16")
    (model / "more.txt").write_text(tabbed(f"{HEAD}\nMore B 10 25 01/01/18_00:00:00 . . . . . . . no\n"), encoding="utf-8")
    return model


def test_options_name_the_tables_of_orders_and_the_start(tmp_path: Path) -> None:
    made = layout.import_smt2020(with_options(tmp_path, OPTIONS), tmp_path / "made")
    assert "options.def: PERIOD_FILE" in made.idle
    scenario = layout.read(tmp_path / "made")
    streams = {stream.name: stream for stream in scenario.streams}
    assert hours(streams["More"]) == [12]
    assert list(streams["Few_B"].times_ms / HOUR) == [14, 14, 15.5, 15.5]
    # W2 and W1, released at the start, have no age; W1 is due at six in the morning, 18 h later
    assert [(lot.age_ms, lot.due_ms) for lot in scenario.initial] == [(0, 18 * HOUR), (0, 0)]


def test_mistakes_in_options_are_told(tmp_path: Path) -> None:
    wrong = OPTIONS.replace("\tN", "\tY").replace("12/31/17 12:00:00", "noon").replace("more.txt", "morx.txt")
    with pytest.raises(InputError) as caught:
        layout.import_smt2020(with_options(tmp_path, wrong), tmp_path / "made")
    at = str(tmp_path / "model" / "options.def")
    assert [str(problem) for problem in caught.value.problems] == [
        f"{at}:2:1: SIM_START: found 'noon', expected a date as 01/31/18 07:29:20 (month, day, year)",
        f"{at}:4:1: morx: found no such table in the folder, expected morx.txt.1l or morx.txt or morx.asd",
        f"{at}:9:1: SEQ_ADDS_SETUP_DELAYS: found 'Y', which is not supported, expected N",
    ]


def test_given_setup_times_stand_aside_where_a_toolset_ranks_by_its_table(tmp_path: Path) -> None:
    given = ("route_1.txt", "S2 need . .", "S2 need 4 min")
    scenario = imported(tmp_path, given)
    assert toolset(scenario, "BEAM")["rank_table"] == 1
    assert step(scenario, "3.beam")["setup_ms"] == 4 * MINUTE
    assert toolset(scenario, "SCAN")["rank_table"] == 0


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
    assert (toolset(scenario, "BEAM")["min_run"], toolset(scenario, "SCAN")["min_run"]) == (8, 4)


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


@pytest.mark.parametrize(("mark", "reserve"), [("no", None), ("yes", ReservePolicy(20, ahead=False))])
def test_a_tool_is_reserved_for_hot_lots(tmp_path: Path, mark: str, reserve: ReservePolicy | None) -> None:
    assert imported(tmp_path, ("order.txt", "O_H no", f"O_H {mark}")).reserve == reserve
