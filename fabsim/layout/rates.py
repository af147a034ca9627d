"""Rates that change from month to month, as files write them."""

from __future__ import annotations

from typing import Annotated

from fabsim.layout import quantities
from fabsim.layout.nodes import found
from fabsim.layout.vocabulary import Reader

MOST_WAFERS_PER_MONTH = 1e8
"""The highest rate of one stream."""


def _rate(value: object) -> float:
    return quantities.number(value, 0, MOST_WAFERS_PER_MONTH)


def _plan(value: object) -> tuple[tuple[float, float], ...]:
    """Read a rate, or a map from month to rate; return (month, wafers a month) from which on it holds."""
    if not isinstance(value, dict):
        return ((0.0, _rate(value)),)
    plan: list[tuple[float, float]] = []
    for key, rate in value.items():
        try:
            month = float(key)
        except ValueError:
            month = -1.0
        if not 0 <= month <= 1e6:
            raise ValueError(f"{found(key)}, expected the number of a month, 0 or more")
        if plan and month <= plan[-1][0]:
            raise ValueError(f"found month {key} after month {plan[-1][0]:g}, expected months in order")
        plan.append((month, _rate(rate)))
    if not plan:
        raise ValueError("found an empty map, expected {month: wafers a month}")
    return tuple(plan)


_RATE_SCHEMA = {"type": "number", "minimum": 0, "maximum": MOST_WAFERS_PER_MONTH}
_PLAN_SCHEMA = {"anyOf": [_RATE_SCHEMA, {"type": "object", "additionalProperties": _RATE_SCHEMA, "minProperties": 1}]}

Plan = Annotated[tuple[tuple[float, float], ...], Reader(_plan, _PLAN_SCHEMA)]
