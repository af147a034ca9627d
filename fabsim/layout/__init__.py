"""Files to a checked scenario with its fab, or every reason why not."""

from fabsim.layout.batches import Batch
from fabsim.layout.read import check, read, read_batch
from fabsim.layout.schema import schema
from fabsim.layout.smt2020 import Imported, Reference, import_smt2020, read_reference

__all__ = ["Batch", "Imported", "Reference", "check", "import_smt2020", "read", "read_batch", "read_reference", "schema"]
