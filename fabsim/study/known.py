"""Queues whose answers are known, as variations of the scenarios in ``layouts/queues``."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache

from fabsim.study.queueing import Answer, Queue
from fabsim.study.tally import ALL
from fabsim.terms import HOUR, MONTH
from fabsim.theory.chains import breakdown_group_sojourn, bulk_constant, bulk_exponential, wait_mdc
from fabsim.theory.closed import conwip, limited, machine_repair, practical_worst_case
from fabsim.theory.open import jackson
from fabsim.theory.queues import breakdown_sojourn, erlang_c, pollaczek_khinchine, priority_waits, wait_mmc, with_breakdowns, with_setups

LINE = (2.0, 1.25, 0.8)
"""Service time of a lot at each station of the closed line, summed over its visits [h]."""

DAYS = {
    "M/M/1 0.5": 1000,
    "M/M/1 0.8": 2300,
    "M/M/1 0.9": 6900,
    "M/M/1 0.95": 10_000,
    "M/M/2 0.8": 1800,
    "M/M/2 0.9": 3600,
    "M/M/3 0.8": 1400,
    "M/M/5 0.8": 1000,
    "M/M/5 0.9": 1380,
    "M/M/10 0.9": 1300,
    "M/M/10 0.95": 1130,
    "M/M/28 0.975": 1650,
    "M/D/2 0.8": 500,
    "M/D/5 0.9": 950,
    "M/D/10 0.95": 1000,
    "M/D/1 0.5": 750,
    "M/U/1 0.5": 750,
    "M/G/1 1/4 0.5": 990,
    "M/G/1 4 0.5": 2500,
    "M/D/1 0.8": 880,
    "M/U/1 0.8": 880,
    "M/G/1 1/4 0.8": 1090,
    "M/G/1 4 0.8": 8800,
    "M/D/1 0.9": 3000,
    "M/U/1 0.9": 3000,
    "M/G/1 1/4 0.9": 4000,
    "M/G/1 4 0.9": 14_000,
    "M/M/1 priorities": 3500,
    "M/M/5 priorities": 1900,
    "M/D/1 priorities": 1900,
    "M/M/1 random order": 2900,
    "M/M/1 down rare": 4700,
    "M/M/1 down often": 1040,
    "M/M/2 down, job kept": 600,
    "M/M/3 down, job kept": 400,
    "M/D/1 worn 0.5": 14_000,
    "M/D/1 worn 0.8": 10_000,
    "M/M/1 worn 0.5": 7000,
    "M/M/1 worn 0.8": 13_000,
    "FabTime 0.5": 150,
    "FabTime 0.55": 260,
    "FabTime 0.6": 310,
    "FabTime 0.65": 410,
    "M/D/1 setups": 1520,
    "M/D/1 drawn setups": 2300,
    "M/M/1 setups for every lot": 1550,
    "M/M(1,4)/1 3": 1000,
    "M/M(3,4)/1 3": 820,
    "M/M(4,4)/1 3": 1000,
    "M/M(3,4)/1 1": 100,
    "M/M(5,6)/1 4.5": 1150,
    "M/D(5,5)/1": 680,
    "M/D(3,5)/1": 710,
    "M/D(1,5)/1": 680,
    "CONWIP 1": 200,
    "CONWIP 3": 200,
    "CONWIP 5": 200,
    "CONWIP 10": 200,
    "CONWIP 20": 200,
    "balanced line 3": 30,
    "balanced line 10": 30,
    "blocking line 0": 20,
    "blocking line 1": 20,
    "blocking line 2": 20,
    "blocking line 5": 20,
    "blocking line 10": 20,
    "M/M/2, then M/M/1": 600,
    "M/M/1/5 0.8": 700,
    "M/M/1/10 0.9": 2000,
    "M/M/1/5 1": 320,
    "M/M/1/5/5 1/10": 200,
    "M/M/1/10/10 2/20": 580,
    "M/M/2/10/10 2/20": 200,
    "M/M/2/6/6 10/100": 1000,
    "Jackson with rework": 1010,
}
"""Horizon of each queue [d]: 64 replications of it leave intervals of 99 % over all answers that are 3 % of the answer wide on either side,
5 % at loads of 0.95 and more; lengths were chosen for the width alone, from the variance of short runs."""


@cache
def queues() -> dict[str, Queue]:
    """Return all of them by name."""
    families = (
        _mmc,
        _mdc,
        _mg1,
        _priorities,
        _breakdowns,
        _worn,
        _setups,
        _bulk,
        _batches,
        _closed,
        _blocking,
        _tandem,
        _limited,
        _repair,
        _jackson,
    )
    return {queue.name: queue for family in families for queue in family()}


def _rate(rate: float, stream: str = "customers") -> str:
    """Return the change that starts ``rate`` lots an hour of one wafer."""
    return f"starts.{stream}.wafers_per_month={rate * MONTH / HOUR:.9g}"


def _mmc() -> Iterator[Queue]:
    """M/M/c: all that Erlang C says."""
    shipped = {(1, 0.5): ("mm1_50", "MM1"), (1, 0.8): ("scenario", "MM1")} | {(c, 0.8): (f"mm{c}_80", f"MM{c}") for c in (2, 3, 5)}
    for tools, load in (*shipped, (1, 0.9), (1, 0.95), (2, 0.9), (5, 0.9), (10, 0.9), (10, 0.95), (28, 0.975)):
        rate = tools * load
        wait, waits = wait_mmc(tools, rate, 1.0), erlang_c(tools, rate)
        scenario, toolset = shipped.get((tools, load), ("mm5_80", "MM5"))
        answers = (
            Answer("customers", "wait h", wait),
            Answer("customers", "share waiting", waits),
            Answer("customers", "share over 1 h", waits * math.exp(-tools * (1 - load))),
            Answer(toolset, "queue lots", rate * wait),
        )
        changes = () if (tools, load) in shipped else (f"fab.toolsets.MM5.tools={tools}", _rate(rate))
        yield Queue(f"M/M/{tools} {load:g}", scenario, changes, answers, load > 0.8)


def _mdc() -> Iterator[Queue]:
    """M/D/c."""
    for tools, load in ((2, 0.8), (5, 0.9), (10, 0.95)):
        rate = tools * load
        answers = (Answer("customers", "wait h", wait_mdc(tools, rate, 1.0)),)
        yield Queue(f"M/D/{tools} {load:g}", "md1_80", (f"fab.toolsets.MD1.tools={tools}", _rate(rate)), answers, load > 0.8)


def _mg1() -> Iterator[Queue]:
    """M/G/1 by Pollaczek and Khinchine; that of cs2 1 is M/M/1."""
    kinds = (
        ("M/D/1", "md1_50", 0.0),
        ("M/U/1", "mu1_50", 1 / 1200),
        ("M/G/1 1/4", "mg1_quarter_50", 0.25),
        ("M/G/1 4", "mg1_four_50", 4.0),
    )
    for load in (0.5, 0.8, 0.9):
        for name, scenario, scv in kinds:
            answers = (Answer("customers", "wait h", pollaczek_khinchine(load, scv)),)
            yield Queue(f"{name} {load:g}", scenario, (_rate(load),), answers, load > 0.8)


def _priorities() -> Iterator[Queue]:
    """Priorities that do not pre-empt; over all classes the wait is that of any rule (conservation)."""
    streams = ("customers", "middle", "low")
    for name, scenario, rates, tools in (("M/M/1", "priority_mm1", (0.1, 0.3, 0.4), 1), ("M/M/5", "priority_mm5", (0.45, 1.35, 2.25), 5)):
        waits = priority_waits(rates, tools=tools)
        answers = tuple(Answer(stream, "wait h", wait) for stream, wait in zip(streams, waits, strict=True))
        every = Answer(ALL, "wait h", wait_mmc(tools, sum(rates), 1.0))
        yield Queue(f"{name} priorities", scenario, (), (*answers, every))
    constant = tuple(f"starts.{stream}.product=md1" for stream in streams)
    halves = (Answer(stream, "wait h", wait / 2) for stream, wait in zip(streams, priority_waits((0.1, 0.3, 0.4)), strict=True))
    yield Queue("M/D/1 priorities", "priority_mm1", constant, (*halves, Answer(ALL, "wait h", pollaczek_khinchine(0.8, 0.0))))
    yield Queue("M/M/1 random order", "scenario", ("policy.fab=[random]",), (Answer(ALL, "wait h", wait_mmc(1, 0.8, 1.0)),))


def _breakdowns() -> Iterator[Queue]:
    """Breakdowns in time: one server (White and Christie), and several that keep their jobs."""
    for name, rate, fails, repaired in (("down_rare", 0.6, 0.01, 0.1), ("down_often", 0.5, 0.05, 0.25)):
        sojourn = breakdown_sojourn(rate, 1.0, failure_rate=fails, repair_rate=repaired)
        yield Queue(f"M/M/1 {name.replace('_', ' ')}", name, (), (Answer("customers", "cycle time h", sojourn),))
    for tools, rate in ((2, 1.2), (3, 2.0)):
        sojourn = breakdown_group_sojourn(tools, rate, 1.0, failure_rate=0.02, repair_rate=0.2)
        changes = () if tools == 2 else (f"fab.toolsets.DOWN_PAIR.tools={tools}", _rate(rate))
        yield Queue(f"M/M/{tools} down, job kept", "down_pair", changes, (Answer("customers", "cycle time h", sojourn),))


def _worn() -> Iterator[Queue]:
    """Breakdowns while working: M/G/1 with the effective process time of Factory Physics, and FabTime's curve."""
    for name, scenario, scv in (("M/D/1 worn", "worn_constant", 0.0), ("M/M/1 worn", "worn_exponential", 1.0)):
        for rate in (0.5, 0.8):
            te, ce2 = with_breakdowns(1.0, scv, mttf=100.0, mttr=10.0)
            answer = Answer("customers", "wait h", pollaczek_khinchine(rate * te, ce2, te))
            yield Queue(f"{name} {rate:g}", scenario, (_rate(rate),), (answer,), rate * te > 0.8)
    slow: tuple[str, ...] = ("fab.toolsets.WORN_CONSTANT.process=2 h", "fab.toolsets.WORN_CONSTANT.calendars.0.every={exponential: 9 h}")
    slow = (*slow, "fab.toolsets.WORN_CONSTANT.calendars.0.takes={exponential: 1 h}")
    te, ce2 = with_breakdowns(2.0, 0.0, mttf=9.0, mttr=1.0)
    for load in (0.5, 0.55, 0.6, 0.65):
        answer = Answer("customers", "cycle time h", te + pollaczek_khinchine(load, ce2, te))
        yield Queue(f"FabTime {load:g}", "worn_constant", (*slow, _rate(load / te)), (answer,))


def _setups() -> Iterator[Queue]:
    """A setup before one lot in five; setups drawn for each lot that needs one, which are four in five, and drawn for every lot."""
    te, ce2 = with_setups(1.0, 0.0, run=5.0, setup=2.0)
    yield Queue("M/D/1 setups", "setups_5", (), (Answer(ALL, "wait h", pollaczek_khinchine(0.5 * te, ce2, te)),))
    te, ce2 = with_setups(1.0, 0.0, run=5 / 4, setup=1.0, setup_scv=1.0)
    step = "{{step: SERVE, toolset: SETUPS, setup: {}, setup_time: {{exponential: 1 h}}}}"
    kinds = {"customers": "a", "b": "b", "c": "c", "d": "d", "e": "e"}
    changes = (f"fab.routes.setup_{kind}=[{step.format(kind.upper())}]" for kind in kinds.values())
    rates = (_rate(0.4 / 5, stream) for stream in kinds)
    yield Queue("M/D/1 drawn setups", "setups_5", (*changes, *rates), (Answer(ALL, "wait h", pollaczek_khinchine(0.4 * te, ce2, te)),))
    te, ce2 = with_setups(1.0, 1.0, run=1.0, setup=0.5, setup_scv=1.0)
    every = "{step: SERVE, toolset: MM1, setup: A, setup_time: {exponential: 30 min}, setup_when: always}"
    answer = Answer("customers", "wait h", pollaczek_khinchine(0.5 * te, ce2, te))
    yield Queue("M/M/1 setups for every lot", "scenario", (f"fab.routes.mm1=[{every}]", _rate(0.5)), (answer,))


def _bulk() -> Iterator[Queue]:
    """Batches of a to b lots, exponential."""
    for name, rate, least, most in (
        ("bulk_1_4", 3.0, 1, 4),
        ("bulk_3_4", 3.0, 3, 4),
        ("bulk_4_4", 3.0, 4, 4),
        ("bulk_3_4_slow", 1.0, 3, 4),
        ("bulk_5_6", 4.5, 5, 6),
    ):
        found = bulk_exponential(rate, least, most)
        toolset = name.removesuffix("_slow").upper()
        answers = (
            Answer("customers", "wait h", found.wait),
            Answer(toolset, "queue lots", found.queue),
            Answer(toolset, "busy", found.busy),
        )
        yield Queue(f"M/M({least},{most})/1 {rate:g}", name, (), answers)


def _batches() -> Iterator[Queue]:
    """Batches of a to 5 lots, constant."""
    for least in (5, 3, 1):
        found = bulk_constant(0.4, 10.0, least, 5)
        name = f"batch_{least}_5"
        answers = (Answer("customers", "wait h", found.wait), Answer(name.upper(), "busy", found.busy))
        yield Queue(f"M/D({least},5)/1", name, (), answers)


def _closed() -> Iterator[Queue]:
    """CONWIP, by mean value analysis."""
    for lots in (1, 3, 5, 10, 20):
        found = conwip(lots, LINE)
        answers = (Answer("customers", "cycle time h", found.cycle_time), Answer("customers", "lots/h", found.throughput))
        yield Queue(f"CONWIP {lots}", "conwip_5", (f"starts.customers.pattern.conwip={lots}",), answers)
    balanced = (
        "fab.routes.line=[{step: FIRST, toolset: LINE_1}, {step: SECOND, toolset: LINE_2}, {step: LAST, toolset: LINE_3}]",
        "fab.toolsets.LINE_2.process={exponential: 1 h}",
        "fab.toolsets.LINE_3.process={exponential: 1 h}",
    )
    for lots in (3, 10):
        found = practical_worst_case(lots, (1.0, 1.0, 1.0))
        answers = (Answer("customers", "cycle time h", found.cycle_time), Answer("customers", "lots/h", found.throughput))
        yield Queue(f"balanced line {lots}", "conwip_5", (*balanced, f"starts.customers.pattern.conwip={lots}"), answers)


def _blocking() -> Iterator[Queue]:
    """Two servers in line, the first never without work and blocked while the room between them is full.

    As a closed line: with room for b lots between them, b + 2 go round; a place that gets free at the end is a lot that comes in.
    """
    for room in (0, 1, 2, 5, 10):
        changes = ("fab.toolsets.LIMIT_SOURCE.process={exponential: 1 h}", f"starts.customers.pattern.conwip={room + 2}")
        yield Queue(f"blocking line {room}", "limited_5", changes, (Answer("customers", "lots/h", (room + 2) / (room + 3)),))


def _tandem() -> Iterator[Queue]:
    """A single server behind two: their departures are Poisson (Burke 1956), so each waits as if it were alone."""
    changes = (
        "starts.customers.product=mm2",
        "fab.routes.mm2=[{step: SERVE, toolset: MM2}, {step: NEXT, toolset: MM1}]",
        "fab.toolsets.MM1.process={exponential: 30 min}",
        _rate(1.2),
    )
    answers = (Answer("MM2", "queue lots", 1.2 * wait_mmc(2, 1.2, 1.0)), Answer("MM1", "queue lots", 1.2 * wait_mmc(1, 1.2, 0.5)))
    yield Queue("M/M/2, then M/M/1", "scenario", changes, answers)


def _limited() -> Iterator[Queue]:
    """M/M/1/K as the second station of a closed line."""
    for load, apart, room in ((0.8, "75 min", 5), (0.9, "4000 s", 10), (1.0, "1 h", 5)):
        found = limited(load, room)
        answers = (Answer("LIMIT_SOURCE", "idle", found.refused), Answer("LIMIT_SERVER", "lots", found.lots))
        changes = (f"fab.toolsets.LIMIT_SOURCE.process={{exponential: {apart}}}", f"starts.customers.pattern.conwip={room}")
        yield Queue(f"M/M/1/{room} {load:g}", "limited_5", changes, answers, load == 0.9)


def _repair() -> Iterator[Queue]:
    """Machine repair as a closed line."""
    for machines, repairers, up, repair in ((5, 1, 10, 1), (10, 1, 20, 2), (10, 2, 20, 2), (6, 2, 100, 10)):
        found = machine_repair(machines, repairers, failure_rate=1 / up, repair_rate=1 / repair)
        answers: tuple[Answer, ...] = (
            Answer("MACHINES", "lots", machines - found.down),
            Answer("REPAIRERS", "lots", found.down),
            Answer("customers", "lots/h", found.throughput),
        )
        if repairers == 1:
            answers = (*answers, Answer("REPAIRERS", "idle", found.all_up))
        changes = (
            f"starts.customers.pattern.conwip={machines}",
            f"fab.toolsets.MACHINES={{tools: {machines}, process: {{exponential: {up} h}}}}",
            f"fab.toolsets.REPAIRERS={{tools: {repairers}, process: {{exponential: {repair} h}}}}",
        )
        yield Queue(f"M/M/{repairers}/{machines}/{machines} {repair}/{up}", "repair_5", changes, answers)


def _jackson() -> Iterator[Queue]:
    """An open network with rework."""
    lots = jackson((1.0, 0.0, 0.0), ((0.0, 1.0, 0.0), (0.1, 0.0, 0.9), (0.0, 0.2, 0.0)), (1.5, 1.0, 2.0), (1, 2, 1))
    stations = (Answer(f"JACKSON_{number}", "lots", value) for number, value in enumerate(lots, 1))
    yield Queue("Jackson with rework", "jackson", (), (*stations, Answer("customers", "cycle time h", sum(lots))))
