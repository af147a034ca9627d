"""What dies and yields must say beyond their keys."""

from __future__ import annotations

from collections.abc import Iterator

from fabsim.layout.product_file import Product, Yield
from fabsim.yields import gross_dies

PARAMETERS = {"negative_binomial": "cluster", "bose_einstein": "critical_layers"}
"""The key that a model needs, and no other may have."""

Mistake = tuple[tuple[str, ...], str]
"""The place below the product, and what was found there and expected."""


def product_mistakes(product: Product) -> Iterator[Mistake]:
    """Yield what is wrong with the die and the yield of a product."""
    if (product.die is None) != (product.yield_ is None):
        given, missing = ("yield", "die") if product.die is None else ("die", "yield")
        yield (given,), f"found {given} without {missing}, expected both or neither"
    if product.die is not None and gross_dies(**product.die.model_dump()) == 0:
        yield ("die",), "found a die of which none fits on the wafer, expected a smaller one"
    if product.yield_ is not None:
        for path, message in _yield(product.yield_):
            yield ("yield", *path), message


def _yield(found: Yield) -> Iterator[Mistake]:
    for model, key in PARAMETERS.items():
        given = getattr(found, key) is not None
        if found.model == model and not given:
            yield (), f"missing, expected the key {key!r} with model: {model}"
        elif given and found.model != model:
            yield (key,), f"found it with model: {found.model}, expected it with {model} only"
    learning = found.learning
    if learning is None:
        return
    if learning.mature_per_cm2 > found.defects_per_cm2:
        told = f"found {learning.mature_per_cm2:g}, expected at most the {found.defects_per_cm2:g} of defects_per_cm2"
        yield ("learning", "mature_per_cm2"), told
    if (learning.wafers is None) != (learning.exponent is None):
        key = "wafers" if learning.wafers is None else "exponent"
        yield ("learning",), f"missing, expected the key {key!r}: wafers and exponent go together"
    elif learning.time is None and learning.wafers is None:
        yield ("learning",), "missing, expected the key 'time', or 'wafers' with 'exponent'"
