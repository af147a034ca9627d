"""Which dies of a wafer work: gross dies, yield models, and the spread of defects from which good dies are drawn."""

from fabsim.yields.models import Model, die_yield, spread
from fabsim.yields.wafer import gross_dies

__all__ = ["Model", "die_yield", "gross_dies", "spread"]
