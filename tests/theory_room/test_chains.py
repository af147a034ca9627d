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
    # from the root r in (0, 1) of r^(b+1) - (1 + lambda) r + lambda = 0 (Gross and Harris, 3.2): n lots wait for a busy tool with p r^n,
    # n < a for an idle one with p / lambda (1 - r^(n+1)) / (1 - r); r = 0.888180 for lambda 3 and b 4, 0.518790 for 1 and 4, 0.918316
    # for 4.5 and 6
    assert bulk_exponential(rate, least, most) == pytest.approx((wait, queue, busy), abs=6e-7)


def test_batches_of_one_are_a_plain_queue() -> None:
    assert bulk_exponential(0.8, 1, 1).wait == pytest.approx(wait_mmc(1, 0.8, 1.0))
    assert bulk_constant(0.8, 1.0, 1, 1).wait == pytest.approx(pollaczek_khinchine(0.8, 0.0))


def test_a_full_batch_waits_to_form_and_then_for_the_tool() -> None:
    # E5/D/1 at load 0.8: 2.89 by simulation of Lindley's recursion
    assert bulk_constant(0.4, 10.0, 5, 5).wait == pytest.approx(wait_to_batch(0.4, 5) + 2.89, abs=0.005)


@pytest.mark.parametrize(("tools", "load", "wait"), [(1, 0.8, 2.0), (2, 0.8, 0.903284), (5, 0.9, 0.776695), (10, 0.95, 0.837083)])
def test_mdc_waits_as_crommelin_says(tools: int, load: float, wait: float) -> None:
    # lots that wait, by the roots z of z^c = exp(c rho (z - 1)) in the unit circle, z = 1 left out:
    # ((c rho)^2 - c (c - 1)) / (2 c (1 - rho)) + sum of 1 / (1 - z); their wait by Little's law
    assert wait_mdc(tools, tools * load, 1.0) == pytest.approx(wait, abs=6e-7)


def test_an_overloaded_mdc_waits_for_ever() -> None:
    assert wait_mdc(2, 2.0, 1.0) == math.inf


@pytest.mark.parametrize(("tools", "rate"), [(1, 0.6), (2, 1.2), (3, 2.0)])
def test_tools_that_never_fail_are_mmc(tools: int, rate: float) -> None:
    found = breakdown_group_sojourn(tools, rate, 1.0, failure_rate=0.0, repair_rate=1.0)
    assert found == pytest.approx(wait_mmc(tools, rate, 1.0) + 1.0)


def test_one_tool_that_fails_is_white_and_christies() -> None:
    # (1 + mu f / (f + r)^2) / (mu r / (f + r) - lambda) = (1 + 0.05 / 0.09) / (0.25 / 0.3 - 0.5) = 14 / 3
    assert breakdown_group_sojourn(1, 0.5, 1.0, failure_rate=0.05, repair_rate=0.25) == pytest.approx(4.666667, abs=6e-7)


@pytest.mark.parametrize(("tools", "rate", "moving", "staying"), [(2, 1.2, 2.381481, 2.432389), (3, 2.0, 2.154580, 2.218987)])
def test_a_job_that_stays_in_a_broken_tool_is_later_than_one_that_moves(tools: int, rate: float, moving: float, staying: float) -> None:
    # staying: the chain in which every tool has a state of its own (up or down, with a job or without), not lumped by counting, up to
    # 100 lots waiting for two tools and 200 for three.  moving: the chain of tools up and lots there, of which min(up, lots) are served
    # (Mitrany and Avi-Itzhak 1968), up to 400 lots
    found = breakdown_group_sojourn(tools, rate, 1.0, failure_rate=0.02, repair_rate=0.2)
    assert moving < found == pytest.approx(staying, abs=6e-7)


@pytest.mark.parametrize(
    ("load", "room", "refused", "lots"), [(0.8, 5, 0.088819, 1.868332), (0.9, 10, 0.050814, 3.969441), (1.0, 5, 1 / 6, 2.5)]
)
def test_a_queue_with_little_room_refuses_lots(load: float, room: int, refused: float, lots: float) -> None:
    # P(K) and the mean of P(n) = load^n (1 - load) / (1 - load^(K + 1)); at load 1 all n from 0 to K are as likely
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
    # birth and death (Gross and Harris, 2.7): P(n + 1) / P(n) = (N - n) f / (min(n + 1, c) r); P(0), mean of n, (N - mean) f, mean / that
    assert machine_repair(machines, repairers, failure_rate=fails, repair_rate=repairs) == pytest.approx(answer, abs=1.1e-6)


def test_a_network_with_rework_is_jacksons() -> None:
    # visits a lot: third 1 / 0.8 = 1.25, second third / 0.9 = 1.388889, first 1 + 0.1 second = 1.138889; loads of a tool 0.759259, 0.694444
    # and 0.625; lots in M/M/1 load / (1 - load), in M/M/2 2 load / (1 - load^2)
    found = jackson((1.0, 0.0, 0.0), ((0.0, 1.0, 0.0), (0.1, 0.0, 0.9), (0.0, 0.2, 0.0)), (1.5, 1.0, 2.0), (1, 2, 1))
    assert found == pytest.approx((3.153846, 2.682563, 1.666667), abs=6e-7)
    assert sum(found) == pytest.approx(7.503076, abs=6e-7)
