"""Files to a checked scenario with its fab, or every reason why not."""

from fabsim.layout.batches import Batch
from fabsim.layout.read import check, read, read_batch
from fabsim.layout.schema import schema

__all__ = ["Batch", "check", "read", "read_batch", "schema"]
