"""The record of a run: what a floor writes while it runs, and the folder of parquet files that keeps it."""

from fabsim.trace.folder import folder_transaction
from fabsim.trace.record import Totals, Trace, read_trace
from fabsim.trace.recorder import Recorder
from fabsim.trace.sink import Sink

__all__ = ["Recorder", "Sink", "Totals", "Trace", "folder_transaction", "read_trace"]
