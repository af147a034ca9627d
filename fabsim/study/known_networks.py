"""Lines and networks of stations whose answers are known."""

from __future__ import annotations

from collections.abc import Iterator

from fabsim.study.queueing import Answer, Queue, starts
from fabsim.theory.closed import conwip, limited, machine_repair, practical_worst_case
from fabsim.theory.open import jackson
from fabsim.theory.queues import wait_mmc

LINE = (2.0, 1.25, 0.8)
"""Service time of a lot at each station of the closed line, summed over its visits [h]."""


def networks() -> Iterator[Queue]:
    """Yield all of them, family by family."""
    for family in (_closed, _blocking, _tandem, _limited, _repair, _jackson):
        yield from family()


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
        starts(1.2),
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
