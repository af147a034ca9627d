"""Dies on the wafer, against the fact base's exact grid and by hand."""

from __future__ import annotations

import pytest

from fabsim.yields import gross_dies

# area, sides and count; the fact base does not give the sides of 100, 120, 209 and 645 mm2: assumed
KNOWN = [
    (100, 10, 10, 621),
    (120, 10, 12, 509),
    (209, 11, 19, 286),
    (413, 25.5, 16.2, 139),
    (429, 26, 16.5, 133),
    (645, 25.4, 25.4, 89),
    (826, 25.8, 32, 66),
]


@pytest.mark.parametrize(("area", "width", "height", "count"), KNOWN)
def test_gross_dies_are_those_of_the_fact_base(area: float, width: float, height: float, count: int) -> None:
    assert width * height == pytest.approx(area, abs=0.5)
    assert gross_dies(width, height) == count
    assert gross_dies(height, width) == count


def test_gross_dies_by_hand() -> None:
    # the corner of a centred die of 200 mm is 141.4 mm from the centre, that of one of 210 mm 148.5 mm
    assert (gross_dies(200, 200, 0, 8), gross_dies(210, 210, 0, 3)) == (1, 0)
    # four of 100 mm meet in the centre: again 141.4 mm; a scribe line of 8 mm moves their corners out to 147.1 mm
    assert (gross_dies(100, 100, 0, 8), gross_dies(100, 100, 8, 2), gross_dies(100, 100, 8, 3)) == (4, 4, 2)
