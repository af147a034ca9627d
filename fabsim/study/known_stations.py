"""Single stations whose answers are known."""

from __future__ import annotations

import math
from collections.abc import Iterator

from fabsim.study.queueing import Answer, Queue, starts
from fabsim.study.tally import ALL
from fabsim.theory.chains import breakdown_group_sojourn, bulk_constant, bulk_exponential, wait_mdc
from fabsim.theory.queues import breakdown_sojourn, erlang_c, pollaczek_khinchine, priority_waits, wait_mmc, with_breakdowns, with_setups


def stations() -> Iterator[Queue]:
    """Yield all of them, family by family."""
    for family in (_mmc, _mdc, _mg1, _priorities, _breakdowns, _worn, _setups, _bulk, _batches):
        yield from family()


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
        changes = () if (tools, load) in shipped else (f"fab.toolsets.MM5.tools={tools}", starts(rate))
        yield Queue(f"M/M/{tools} {load:g}", scenario, changes, answers, load > 0.8)


def _mdc() -> Iterator[Queue]:
    """M/D/c."""
    for tools, load in ((2, 0.8), (5, 0.9), (10, 0.95)):
        rate = tools * load
        answers = (Answer("customers", "wait h", wait_mdc(tools, rate, 1.0)),)
        yield Queue(f"M/D/{tools} {load:g}", "md1_80", (f"fab.toolsets.MD1.tools={tools}", starts(rate)), answers, load > 0.8)


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
            yield Queue(f"{name} {load:g}", scenario, (starts(load),), answers, load > 0.8)


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
        changes = () if tools == 2 else (f"fab.toolsets.DOWN_PAIR.tools={tools}", starts(rate))
        yield Queue(f"M/M/{tools} down, job kept", "down_pair", changes, (Answer("customers", "cycle time h", sojourn),))


def _worn() -> Iterator[Queue]:
    """Breakdowns while working: M/G/1 with the effective process time of Factory Physics, and FabTime's curve."""
    for name, scenario, scv in (("M/D/1 worn", "worn_constant", 0.0), ("M/M/1 worn", "worn_exponential", 1.0)):
        for rate in (0.5, 0.8):
            te, ce2 = with_breakdowns(1.0, scv, mttf=100.0, mttr=10.0)
            answer = Answer("customers", "wait h", pollaczek_khinchine(rate * te, ce2, te))
            yield Queue(f"{name} {rate:g}", scenario, (starts(rate),), (answer,), rate * te > 0.8)
    slow: tuple[str, ...] = ("fab.toolsets.WORN_CONSTANT.process=2 h", "fab.toolsets.WORN_CONSTANT.calendars.0.every={exponential: 9 h}")
    slow = (*slow, "fab.toolsets.WORN_CONSTANT.calendars.0.takes={exponential: 1 h}")
    te, ce2 = with_breakdowns(2.0, 0.0, mttf=9.0, mttr=1.0)
    for load in (0.5, 0.55, 0.6, 0.65):
        answer = Answer("customers", "cycle time h", te + pollaczek_khinchine(load, ce2, te))
        yield Queue(f"FabTime {load:g}", "worn_constant", (*slow, starts(load / te)), (answer,))


def _setups() -> Iterator[Queue]:
    """A setup before one lot in five; setups drawn for each lot that needs one, which are four in five, and drawn for every lot."""
    te, ce2 = with_setups(1.0, 0.0, run=5.0, setup=2.0)
    yield Queue("M/D/1 setups", "setups_5", (), (Answer(ALL, "wait h", pollaczek_khinchine(0.5 * te, ce2, te)),))
    te, ce2 = with_setups(1.0, 0.0, run=5 / 4, setup=1.0, setup_scv=1.0)
    step = "{{step: SERVE, toolset: SETUPS, setup: {}, setup_time: {{exponential: 1 h}}}}"
    kinds = {"customers": "a", "b": "b", "c": "c", "d": "d", "e": "e"}
    changes = (f"fab.routes.setup_{kind}=[{step.format(kind.upper())}]" for kind in kinds.values())
    rates = (starts(0.4 / 5, stream) for stream in kinds)
    yield Queue("M/D/1 drawn setups", "setups_5", (*changes, *rates), (Answer(ALL, "wait h", pollaczek_khinchine(0.4 * te, ce2, te)),))
    te, ce2 = with_setups(1.0, 1.0, run=1.0, setup=0.5, setup_scv=1.0)
    every = "{step: SERVE, toolset: MM1, setup: A, setup_time: {exponential: 30 min}, setup_when: always}"
    answer = Answer("customers", "wait h", pollaczek_khinchine(0.5 * te, ce2, te))
    yield Queue("M/M/1 setups for every lot", "scenario", (f"fab.routes.mm1=[{every}]", starts(0.5)), (answer,))


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
