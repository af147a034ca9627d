"""The dies of products."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabsim.kernels.records import DIE
from fabsim.layout.build_draws import fields
from fabsim.layout.product_file import Die, Learning, Product, Yield
from fabsim.layout.work import to_ms
from fabsim.yields import Model, gross_dies, spread

MM2_PER_CM2 = 100.0


def build_dies(products: Iterable[Product], scale: float) -> NDArray[np.void]:
    """Return the products' dies, `DIE`, shape ``(products,)``; a fab scaled down learns from ``scale`` times as many wafers."""
    found = list(products)
    dies = np.zeros(len(found), DIE)
    for row, product in zip(dies, found, strict=True):
        if product.die is not None and product.yield_ is not None:
            for name, value in _die(product.die, product.yield_, scale).items():
                row[name] = value
    return dies


def _die(die: Die, said: Yield, scale: float) -> dict[str, Any]:
    model = Model[said.model.upper()]
    parameter = said.cluster or said.critical_layers or 1.0
    learning = said.learning or Learning(mature_per_cm2=said.defects_per_cm2)
    return {
        "gross": gross_dies(**die.model_dump()),
        "model": model,
        "area_cm2": die.width_mm * die.height_mm / MM2_PER_CM2,
        "parameter": parameter,
        **fields("spread", spread(model, parameter)),
        "systematic": said.systematic,
        "density": said.defects_per_cm2,
        "mature": learning.mature_per_cm2,
        "falls_ms": learning.time or math.inf,
        "wafers": (learning.wafers or 1) * scale,
        "exponent": learning.exponent or 0.0,
        "age_ms": to_ms(learning.age),
        "made": to_ms(learning.made * scale),
    }
