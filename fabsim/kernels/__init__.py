"""Compiled functions on arrays: draws, state transitions, rank keys, the event loop."""
