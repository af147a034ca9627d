"""Orders of every kind that the format may have, and the options that name their tables, in a small model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fabsim import layout
from fabsim.kernels.records import CONSTANT, POISSON, SCHEDULE
from fabsim.model import Stream
from fabsim.model.policy import ReservePolicy
from fabsim.terms import DAY, HOUR, MINUTE, InputError
from tests.layout.smt2020_example import TABLES, imported, tabbed, write_model

HEAD = TABLES["order.txt"].splitlines()[0]
ORDERS = TABLES["order.txt"]


def ordered(folder: Path, orders: str, **form: str) -> dict[str, Stream]:
    """Give the streams of the model with other orders; a row: LOT PART PRIOR PIECES START ... HOTLOT."""
    scenario = imported(folder, ("order.txt", ORDERS, f"{HEAD}\n{orders}"), ("WIP.txt", "\nW1 A 10 25", "\n. A 10 25"), **form)
    return {stream.name: stream for stream in scenario.streams if not stream.name.startswith("WIP")}


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


@pytest.mark.parametrize(("mark", "reserve"), [("no", None), ("yes", ReservePolicy(20, ahead=False))])
def test_a_tool_is_reserved_for_hot_lots(tmp_path: Path, mark: str, reserve: ReservePolicy | None) -> None:
    assert imported(tmp_path, ("order.txt", "O_H no", f"O_H {mark}")).reserve == reserve
