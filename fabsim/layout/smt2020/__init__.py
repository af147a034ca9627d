"""The importer of models in the format of SMT2020, the public fab testbed: AutoSched tables become a layout folder."""

from fabsim.layout.smt2020.importer import Imported, import_smt2020
from fabsim.layout.smt2020.reference import Reference, read_reference

__all__ = ["Imported", "Reference", "import_smt2020", "read_reference"]
