"""Which dies of a wafer work: defects, dies, wafer maps."""
