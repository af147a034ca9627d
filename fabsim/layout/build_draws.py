"""Distributions as the fields of records."""

from __future__ import annotations

from fabsim.chance import Draw
from fabsim.kernels.records import draw_fields

Numbers = tuple[int, float, float, float]
"""Kind, a, b and c of a draw."""

NOTHING: Numbers = (0, 0.0, 0.0, 0.0)
"""The numbers of a draw that is not made."""


def fields(name: str, draw: Draw | None) -> dict[str, int | float]:
    """Return the fields of the draw ``name``, whose values if it has any are placed; zeros for one that is not made."""
    return dict(zip(draw_fields(name), NOTHING if draw is None else _numbers(draw), strict=True))


class Values:
    """The values of empirical distributions, each list kept once."""

    def __init__(self) -> None:
        self.all: list[float] = []
        self._first: dict[tuple[float, ...], int] = {}

    def numbers(self, draw: Draw) -> Numbers:
        """Return a draw's four numbers, its values kept."""
        return _numbers(self._placed(draw))

    def fields(self, **draws: Draw | None) -> dict[str, int | float]:
        """Return the fields of a record's draws by their names, their values kept; zeros for one that is not made."""
        placed = {name: draw if draw is None else self._placed(draw) for name, draw in draws.items()}
        return {field: number for name, draw in placed.items() for field, number in fields(name, draw).items()}

    def _placed(self, draw: Draw) -> Draw:
        if not draw.values:
            return draw
        if draw.values not in self._first:
            self._first[draw.values] = len(self.all)
            self.all.extend(draw.values)
        return draw.placed(self._first[draw.values])


def _numbers(draw: Draw) -> Numbers:
    return int(draw.kind), draw.a, draw.b, draw.c
