"""Quantities as people write them: durations, shares, counts, distributions.

Each reader takes what YAML gave and returns the checked value, or raises ``ValueError`` with what was found and expected.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from fabsim import chance
from fabsim.chance import Draw
from fabsim.layout.nodes import found
from fabsim.terms import DAY, HOUR, MINUTE, MONTH, SECOND

LONGEST_D = 1_000_000
"""The longest duration that may be written [d]."""

_UNITS = {"ms": 1, "s": SECOND, "min": MINUTE, "h": HOUR, "d": DAY, "week": 7 * DAY, "weeks": 7 * DAY, "month": MONTH, "months": MONTH}
_AMOUNT = re.compile(r"([-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)\s*([A-Za-z]+)")
_NOT_FINITE = re.compile(r"[-+]?\.?(nan|inf|infinity)\s*([A-Za-z]*)", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9_.#-]+")


def name(value: object) -> str:
    """Read a name: letters, digits and ``_ - . #``."""
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    hint = ", in quotes" if isinstance(value, int | float) else ""
    raise ValueError(f"{found(value)}, expected a name of letters, digits and _ - . #{hint}")


def text(value: object) -> str:
    """Read a text that is not empty."""
    if isinstance(value, str) and value:
        return value
    raise ValueError(f"{found(value)}, expected text")


def flag(value: object) -> bool:
    """Read ``true`` or ``false``."""
    if isinstance(value, bool):
        return value
    raise ValueError(f"{found(value)}, expected true or false")


def stagger(value: object) -> bool | Literal["every"]:
    """Read ``true``, ``false`` or ``every``."""
    if value == "every":
        return "every"
    if isinstance(value, bool):
        return value
    raise ValueError(f"{found(value)}, expected true, false or every")


def whole(value: object, least: int, most: int) -> int:
    """Read a whole number from ``least`` to ``most``."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{found(value)}, expected a whole number, at least {least}")
    if value < least:
        raise ValueError(f"{found(value)}, expected a whole number, at least {least}")
    if value > most:
        raise ValueError(f"{found(value)}, expected a whole number, at most {most}")
    return value


def number(value: object, least: float, most: float, *, positive: bool = False) -> float:
    """Read a finite number from ``least`` to ``most``; above 0 if it has to be ``positive``."""
    bound = "above 0" if positive else f"at least {least:g}"
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        raise ValueError(f"{found(value)}, expected a number, {bound}")
    if value < least or (positive and value <= 0):
        raise ValueError(f"{found(value)}, expected a number, {bound}")
    if value > most:
        raise ValueError(f"{found(value)}, expected a number, at most {most:g}")
    return float(value)


def share(value: object) -> float:
    """Read a share: ``0.02`` or ``2 %``; return it as a number from 0 to 1."""
    part: object = value
    if isinstance(value, str) and (match := re.fullmatch(r"([-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?))\s*%", value)):
        part = float(match[1]) / 100
    if isinstance(part, bool) or not isinstance(part, int | float) or not _finite(part):
        raise ValueError(f"{found(value)}, expected a share, as 0.02 or '2 %'")
    if not 0 <= part <= 1:
        raise ValueError(f"{found(value)}, expected a share from 0 to 1 (0 % to 100 %)")
    return float(part)


def duration(value: object) -> float:
    """Read a duration, ``45 min``; return it in milliseconds, at least 0."""
    if isinstance(value, str):
        if match := _AMOUNT.fullmatch(value):
            if match[2] in _UNITS:
                return _bounded(float(match[1]) * _UNITS[match[2]], LONGEST_D * DAY, value, "a duration", f"{LONGEST_D:,} d")
            raise ValueError(f"{found(value)}, expected a duration in ms, s, min, h, d, weeks or months")
        if _NOT_FINITE.fullmatch(value):
            raise ValueError(f"{found(value)}, expected a finite duration")
    raise ValueError(f"{found(value)}, expected a duration with its unit, as '45 min'")


def wafers(value: object) -> float:
    """Read a count of wafers, ``5000 wafers``."""
    if isinstance(value, str) and (match := _AMOUNT.fullmatch(value)) and match[2] in {"wafer", "wafers"}:
        return _bounded(float(match[1]), 1e12, value, "a count", "1e12 wafers")
    raise ValueError(f"{found(value)}, expected a count of wafers, as '5000 wafers'")


def _bounded(amount: float, most: float, value: str, kind: str, limit: str) -> float:
    if amount < 0:
        raise ValueError(f"{found(value)}, expected {kind} of at least 0")
    if not amount <= most:
        raise ValueError(f"{found(value)}, expected {kind} of at most {limit}")
    return amount


def _finite(value: float) -> bool:
    return abs(value) < 1e300 and math.isfinite(value)


@dataclass(frozen=True)
class Interval:
    """What lies between two events of a calendar."""

    draw: Draw
    counts_wafers: bool
    """Whether the draw is a number of wafers, not of milliseconds."""


_SHAPED: dict[str, tuple[str, Callable[[float, float], Draw]]] = {
    "lognormal": ("cv", chance.lognormal),
    "gamma": ("cv", chance.gamma),
    "weibull": ("shape", chance.weibull),
}
"""Families with a second parameter that is a plain number: its key, and what makes the draw."""

_SPREAD: dict[str, tuple[str, Callable[[float, float], Draw]]] = {
    "uniform": ("half_width", chance.uniform),
    "normal": ("sd", chance.normal),
}
"""Families with a second parameter in the unit of the mean."""

FAMILIES: dict[str, tuple[str, ...]] = {
    "empirical": (),
    "erlang": ("k",),
    "exponential": (),
    "gamma": ("cv",),
    "lognormal": ("cv",),
    "normal": ("sd",),
    "triangular": (),
    "uniform": ("half_width",),
    "weibull": ("shape",),
}
"""The families that are written as a map, and the key beside the family's own."""


def distribution(value: object) -> Draw:
    """Read a distribution of durations."""
    return _distribution(value, duration)


def interval(value: object) -> Interval:
    """Read a distribution of durations or of counts of wafers."""
    first = value
    while isinstance(first, dict | list) and first:
        first = next(iter(first.values())) if isinstance(first, dict) else first[0]
    counts_wafers = isinstance(first, str) and first.endswith(("wafer", "wafers"))
    return Interval(_distribution(value, wafers if counts_wafers else duration), counts_wafers)


def _distribution(value: object, amount: Callable[[object], float]) -> Draw:
    if not isinstance(value, dict):
        return chance.constant(amount(value))
    families = [key for key in value if key in FAMILIES]
    if len(families) != 1:
        raise ValueError(f"{_shown_keys(value)}, expected a distribution with one of the keys {', '.join(FAMILIES)}")
    family = families[0]
    if set(value) != {family, *FAMILIES[family]}:
        raise ValueError(f"{_shown_keys(value)}, expected the keys {', '.join((family, *FAMILIES[family]))}")
    return _draw(family, value, amount)


def _draw(family: str, value: dict[str, Any], amount: Callable[[object], float]) -> Draw:
    given = value[family]
    if family == "empirical":
        return chance.empirical(0, _amounts(given, amount))
    if family == "triangular":
        return _triangular(_amounts(given, amount))
    mean = amount(given)
    if family in _SPREAD:
        key, make = _SPREAD[family]
        spread = value[key]
        as_share = not isinstance(spread, str) or spread.endswith("%")
        width = share(spread) * mean if as_share else amount(spread)
        if family == "uniform" and width > mean:
            raise ValueError(f"{found(spread)} as half_width, expected at most the mean")
        return make(mean, width)
    if mean == 0:
        raise ValueError(f"{found(given)} as the mean, expected above 0")
    if family in _SHAPED:
        key, make = _SHAPED[family]
        return make(mean, number(value[key], 0, 1000))
    return chance.erlang(mean, whole(value["k"], 1, 1000)) if family == "erlang" else chance.exponential(mean)


def _triangular(amounts: list[float]) -> Draw:
    if len(amounts) != 3 or amounts != sorted(amounts):
        raise ValueError(f"found {len(amounts)} values, expected three: least, mode and most, in this order")
    return chance.triangular(*amounts)


def _amounts(given: object, amount: Callable[[object], float]) -> list[float]:
    if not isinstance(given, list) or not given:
        raise ValueError(f"{found(given)}, expected a list of values")
    return [amount(item) for item in given]


def _shown_keys(value: dict[Any, Any]) -> str:
    keys = ", ".join(map(str, value))
    return f"found a map with the keys {keys[:60]}{'...' * (len(keys) > 60)}" if keys else "found an empty map"
