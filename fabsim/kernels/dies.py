"""Good dies: drawn wafer by wafer once it is known which lots were finished.

A wafer's draw belongs to its lot's name and its place in the lot, and its lot's defect density to the day of release: neither
depends on what else happened in the fab, so every policy finds the same wafers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabsim.kernels.draws import binomial_quantile, draw
from fabsim.kernels.jit import kernel
from fabsim.kernels.maths import exp, log
from fabsim.kernels.philox import mix64, uniforms

PURPOSE = np.uint64(0xF7FB5FB3983893A6)
"""Stable hash of ``good dies``: a step, whose draws belong to its name, cannot be called so."""

LOT_DIES = np.dtype(
    [
        ("subject", "u8"),
        ("product", "i4"),
        ("wafers", "i4"),
        ("age_ms", "i8"),
        ("made", "i8"),
        ("density", "f8"),
        ("good_dies", "i8"),
        ("spared", "f8"),
    ],
    align=True,
)
"""A lot whose wafers are drawn.  ``subject``: hash of its name; ``age_ms``, ``made``: time since the product's first release, and wafers of
it released before; ``spared``: share of its good dies that broken queue-time windows have left.  What `draw_dies` finds: defect density
[per cm2], good dies of all its wafers.
"""


@kernel
def defect_density(die: Any, age_ms: int, made: int) -> float:
    """Return the defect density [per cm2] of a product (a record `fabsim.kernels.records.DIE`) at a point of its learning curve.

        D = mature + (density - mature) exp(-t / falls) max(1, W / wafers)^-exponent

    t: time since the product was introduced; W: wafers of it made before.  The exponential is the usual description of a
    process that matures, the power law the learning curve of Wright, "Factors affecting the cost of airplanes", J. Aeronautical
    Sciences 3, 1936.
    """
    fallen = exp(-(die.age_ms + age_ms) / die.falls_ms)
    learned = exp(-die.exponent * log(max(1.0, (die.made + made) / die.wafers)))
    return die.mature + (die.density - die.mature) * fallen * learned


@kernel
def draw_dies(key: np.uint64, dies: NDArray[Any], lots: NDArray[Any]) -> None:
    """Fill ``density`` and ``good_dies`` of ``lots`` (`LOT_DIES`, shape ``(lots,)``), modified in place.

    ``dies``: `fabsim.kernels.records.DIE`, shape ``(products,)``.  A wafer has density D times a spread of mean 1; each of its
    dies is then good with probability systematic x spared x exp(-A D spread), independently.
    """
    no_tables = np.zeros(1)
    for i in range(len(lots)):
        lot = lots[i]
        die = dies[lot.product]
        lot.density = defect_density(die, lot.age_ms, lot.made)
        lot.good_dies = 0
        for wafer in range(lot.wafers):
            u_spread, u_good, _, _ = uniforms(key, lot.subject, mix64(PURPOSE ^ np.uint64(wafer)))
            spread = draw(die.spread_kind, die.spread_a, die.spread_b, die.spread_c, no_tables, u_spread)
            good = die.systematic * lot.spared * exp(-die.area_cm2 * lot.density * spread)
            lot.good_dies += binomial_quantile(die.gross, good, u_good)
