"""The record of a run: what a floor writes while it runs, and the folder of parquet files that keeps it."""

from fabsim.trace.folder import CHECKPOINT, STATE, folder_transaction, unfinished
from fabsim.trace.record import Totals, Trace, read_trace
from fabsim.trace.recorder import Recorder, Written
from fabsim.trace.sink import Sink

__all__ = ["CHECKPOINT", "STATE", "Recorder", "Sink", "Totals", "Trace", "Written", "folder_transaction", "read_trace", "unfinished"]
