"""Files to a checked scenario with its fab, or every reason why not."""

from fabsim.layout.batches import Batch
from fabsim.layout.read import check, read, read_batch
from fabsim.layout.schema import schema
from fabsim.layout.smt2020 import Imported, import_smt2020

__all__ = ["Batch", "Imported", "check", "import_smt2020", "read", "read_batch", "schema"]
