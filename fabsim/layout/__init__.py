"""Files to a checked scenario with its fab, or every reason why not."""

from fabsim.layout.read import check, read
from fabsim.layout.schema import schema
from fabsim.layout.smt2020 import Imported, import_smt2020

__all__ = ["Imported", "check", "import_smt2020", "read", "schema"]
