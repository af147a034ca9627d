"""How a figure is written for people, on a terminal and on a page."""

from __future__ import annotations

from typing import Any

Figure = float | dict[str, Any] | None
"""A number; over replications its mean, half-width and count; None where there is none."""


def mean(figure: Figure) -> float | None:
    """Return the number, or the mean over replications."""
    return figure["mean"] if isinstance(figure, dict) else figure


def number(figure: Figure, digits: int = 0, *, percent: bool = False) -> str:
    """Return a figure as text, with its interval if it has one; "-" where it does not exist."""
    value = mean(figure)
    if value is None:
        return "-"
    scale = 100 if percent else 1
    unit = " %" if percent else ""
    half = figure["ci95"] if isinstance(figure, dict) else None
    interval = "" if half is None else f" ±{half * scale:,.{digits}f}"
    return f"{value * scale:,.{digits}f}{interval}{unit}"


def days(figure: Figure) -> str:
    """Return days, the shorter the more digits: hours still show, and a year has no decimals that nobody reads."""
    value = abs(mean(figure) or 0.0)
    return number(figure, 1 if value >= 100 else 2 if value >= 1 else 3)


def lots(figure: Figure) -> str:
    """Return a mean number of lots, small ones with a decimal."""
    return number(figure, 0 if abs(mean(figure) or 0.0) >= 100 else 1)


def share(figure: Figure) -> str:
    """Return a share in percent."""
    return number(figure, 1, percent=True)
