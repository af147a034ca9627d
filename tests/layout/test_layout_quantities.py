"""What the texts of quantities come to, in milliseconds."""

from __future__ import annotations

import math
from typing import Any

import pytest

from fabsim.chance import Draw, Kind
from fabsim.layout import quantities


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("250 ms", 250),
        ("22.5 s", 22_500),
        ("45min", 2_700_000),
        ("12.5 h", 45_000_000),
        ("1e1 d", 864_000_000),
        ("1 week", 604_800_000),
        ("20 weeks", 12_096_000_000),
        ("3 months", 3 * 730 * 3_600_000),
        (".5 h", 1_800_000),
        ("0 h", 0),
    ],
)
def test_a_duration_is_read_in_its_unit(text: str, milliseconds: float) -> None:
    assert quantities.duration(text) == pytest.approx(milliseconds, rel=1e-15)


@pytest.mark.parametrize(("written", "share"), [(0.02, 0.02), ("2 %", 0.02), ("2%", 0.02), (1, 1.0), ("100 %", 1.0), (0, 0.0)])
def test_a_share_is_a_number_or_percent(written: object, share: float) -> None:
    assert quantities.share(written) == pytest.approx(share)


MINUTE = 60_000


@pytest.mark.parametrize(
    ("written", "mean", "sd"),
    [
        ("45 min", 45.0, 0.0),
        ({"uniform": "45 min", "half_width": "5 %"}, 45.0, 2.25 / math.sqrt(3)),
        ({"uniform": "45 min", "half_width": "9 min"}, 45.0, 9 / math.sqrt(3)),
        ({"exponential": "20 min"}, 20.0, 20.0),
        ({"normal": "45 min", "sd": "1 min"}, 45.0, 1.0),
        ({"lognormal": "45 min", "cv": 0.5}, 45.0, 22.5),
        ({"gamma": "45 min", "cv": 0.5}, 45.0, 22.5),
        ({"erlang": "45 min", "k": 4}, 45.0, 22.5),
        ({"weibull": "45 min", "shape": 1}, 45.0, 45.0),
        ({"triangular": ["40 min", "45 min", "50 min"]}, 45.0, math.sqrt(150) / 6),
        ({"empirical": ["40 min", "50 min"]}, 45.0, 5.0),
    ],
)
def test_a_distribution_has_the_mean_and_the_spread_that_are_written(written: Any, mean: float, sd: float) -> None:
    draw = quantities.distribution(written)
    assert draw.mean() / MINUTE == pytest.approx(mean, rel=1e-9)
    assert draw.sd() / MINUTE == pytest.approx(sd, rel=1e-6)


def test_an_interval_may_count_wafers() -> None:
    given = quantities.interval({"uniform": "5000 wafers", "half_width": "20 %"})
    assert given.counts_wafers
    assert given.draw == Draw(Kind.UNIFORM, 5000.0, 1000.0)
    assert not quantities.interval("168 h").counts_wafers


def repr_short(value: object) -> str:
    return repr(value)[:10]


@pytest.mark.parametrize("wrong", ["AI 5", "", "a/b", "ä", None, True, 5, ["A"], "A\n"])
def test_a_name_has_letters_digits_and_four_signs_only(wrong: object) -> None:
    with pytest.raises(ValueError, match="expected a name"):
        quantities.name(wrong)


@pytest.mark.parametrize("wrong", [True, None, "5", 1.0, math.nan, 10**400, -1, [], {}], ids=repr_short)
def test_a_whole_number_is_nothing_else(wrong: object) -> None:
    with pytest.raises(ValueError, match="expected a whole number"):
        quantities.whole(wrong, 0, 100)


@pytest.mark.parametrize("wrong", [True, None, "5", math.nan, math.inf, 10**400, -1, [], {}], ids=repr_short)
def test_a_number_is_finite_and_in_its_bounds(wrong: object) -> None:
    with pytest.raises(ValueError, match="expected a number"):
        quantities.number(wrong, 0, 100)
