"""Which dies of a wafer work: gross dies, yield models, and the spread of defects from which good dies are drawn."""

# what the models predict stands apart, in closed_forms: it loads the compiler, which reading a layout does without
from fabsim.yields.models import Model, spread
from fabsim.yields.wafer import gross_dies

__all__ = ["Model", "gross_dies", "spread"]
