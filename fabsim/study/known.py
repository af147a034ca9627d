"""Queues whose answers are known, as variations of the scenarios in ``layouts/queues``, and how long their runs are."""

from __future__ import annotations

from functools import cache

from fabsim.study.known_networks import networks
from fabsim.study.known_stations import stations
from fabsim.study.queueing import Queue

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
    return {queue.name: queue for queue in (*stations(), *networks())}
