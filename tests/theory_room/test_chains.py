"""Queues solved as Markov chains against numbers that were worked out elsewhere, and against closed forms where those overlap."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fabsim.theory.chains import breakdown_group_sojourn, bulk_constant, bulk_exponential, stationary, wait_mdc
from fabsim.theory.closed import limited, machine_repair
from fabsim.theory.open import jackson
from fabsim.theory.queues import pollaczek_khinchine, wait_mmc, wait_to_batch


def test_a_chain_of_two_states_stays_in_each_as_long_as_it_takes_to_leave() -> None:
    assert stationary(np.array([[0.0, 2.0], [1.0, 0.0]])) == pytest.approx([1 / 3, 2 / 3])


@pytest.mark.parametrize(
    ("rate", "least", "most", "queue", "wait", "busy"),
    [
        (3.0, 1, 4, 7.657496, 2.552499, 0.964066),
        (3.0, 3, 4, 6.801908, 2.267303, 0.828202),
        (3.0, 4, 4, 6.442917, 2.147639, 0.750000),
        (1.0, 3, 4, 1.148825, 1.148825, 0.325474),
        (4.5, 5, 6, 9.545546, 2.121232, 0.803611),
    ],
)
def test_bulk_service_waits_as_its_chain_says(rate: float, least: int, most: int, queue: float, wait: float, busy: float) -> None:
    assert bulk_exponential(rate, least, most) == pytest.approx((wait, queue, busy), abs=6e-7)


def test_batches_of_one_are_a_plain_queue() -> None:
    assert bulk_exponential(0.8, 1, 1).wait == pytest.approx(wait_mmc(1, 0.8, 1.0))
    assert bulk_constant(0.8, 1.0, 1, 1).wait == pytest.approx(pollaczek_khinchine(0.8, 0.0))


def test_a_full_batch_waits_to_form_and_then_for_the_tool() -> None:
    # E5/D/1 at load 0.8: 2.89 by simulation of Lindley's recursion
    assert bulk_constant(0.4, 10.0, 5, 5).wait == pytest.approx(wait_to_batch(0.4, 5) + 2.89, abs=0.005)


@pytest.mark.parametrize(("tools", "load", "wait"), [(1, 0.8, 2.0), (2, 0.8, 0.903284), (5, 0.9, 0.776695), (10, 0.95, 0.837083)])
def test_mdc_waits_as_crommelin_says(tools: int, load: float, wait: float) -> None:
    assert wait_mdc(tools, tools * load, 1.0) == pytest.approx(wait, abs=6e-7)


def test_an_overloaded_mdc_waits_for_ever() -> None:
    assert wait_mdc(2, 2.0, 1.0) == math.inf


@pytest.mark.parametrize(("tools", "rate"), [(1, 0.6), (2, 1.2), (3, 2.0)])
def test_tools_that_never_fail_are_mmc(tools: int, rate: float) -> None:
    found = breakdown_group_sojourn(tools, rate, 1.0, failure_rate=0.0, repair_rate=1.0)
    assert found == pytest.approx(wait_mmc(tools, rate, 1.0) + 1.0)


def test_one_tool_that_fails_is_white_and_christies() -> None:
    assert breakdown_group_sojourn(1, 0.5, 1.0, failure_rate=0.05, repair_rate=0.25) == pytest.approx(4.666667, abs=6e-7)


@pytest.mark.parametrize(("tools", "rate", "moving", "staying"), [(2, 1.2, 2.381481, 2.432389), (3, 2.0, 2.154580, 2.218987)])
def test_a_job_that_stays_in_a_broken_tool_is_later_than_one_that_moves(tools: int, rate: float, moving: float, staying: float) -> None:
    found = breakdown_group_sojourn(tools, rate, 1.0, failure_rate=0.02, repair_rate=0.2)
    assert moving < found == pytest.approx(staying, abs=6e-7)


@pytest.mark.parametrize(
    ("load", "room", "refused", "lots"), [(0.8, 5, 0.088819, 1.868332), (0.9, 10, 0.050814, 3.969441), (1.0, 5, 1 / 6, 2.5)]
)
def test_a_queue_with_little_room_refuses_lots(load: float, room: int, refused: float, lots: float) -> None:
    assert limited(load, room) == pytest.approx((refused, lots), abs=6e-7)


@pytest.mark.parametrize(
    ("machines", "repairers", "fails", "repairs", "answer"),
    [
        (5, 1, 0.1, 1.0, (0.563952, 0.639522, 0.436048, 1.466632)),
        (10, 1, 0.05, 0.5, (0.214582, 2.145823, 0.392709, 5.464159)),
        (10, 2, 0.05, 0.5, (0.367955, 1.038638, 0.448068, 2.318036)),
        (6, 2, 0.01, 0.1, (0.560233, 0.566051, 0.054339, 10.416931)),
    ],
)
def test_machines_wait_for_their_repairers(machines: int, repairers: int, fails: float, repairs: float, answer: tuple[float, ...]) -> None:
    assert machine_repair(machines, repairers, failure_rate=fails, repair_rate=repairs) == pytest.approx(answer, abs=1.1e-6)


def test_a_network_with_rework_is_jacksons() -> None:
    found = jackson((1.0, 0.0, 0.0), ((0.0, 1.0, 0.0), (0.1, 0.0, 0.9), (0.0, 0.2, 0.0)), (1.5, 1.0, 2.0), (1, 2, 1))
    assert found == pytest.approx((3.153846, 2.682563, 1.666667), abs=6e-7)
    assert sum(found) == pytest.approx(7.503076, abs=6e-7)
