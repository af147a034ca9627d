"""Files to a checked scenario with its fab, or every reason why not."""

from fabsim.layout.read import check, read
from fabsim.layout.schema import schema

__all__ = ["check", "read", "schema"]
