"""How many wafers a lot loses: a binomial draw."""

from __future__ import annotations

from math import comb

import pytest

from fabsim.kernels.losses import binomial


@pytest.mark.parametrize(("n", "p"), [(1, 0.3), (25, 0.01), (25, 0.5), (13, 0.97)])
def test_the_inverse_changes_where_the_distribution_does(n: int, p: float) -> None:
    below = 0.0
    for k in range(n + 1):
        term = comb(n, k) * p**k * (1 - p) ** (n - k)
        if term > 1e-9:
            assert binomial(n, p, below + 0.001 * term) == k
            assert binomial(n, p, below + 0.999 * term) == k
        below += term


def test_the_largest_draw_neither_underflows_nor_leaves_its_range() -> None:
    assert [binomial(1000, p, 0.5) for p in (0.5, 0.999999, 1e-9)] == [500, 1000, 0]
    assert binomial(1000, 0.5, 1 - 2.0**-33) <= 1000
