"""What the criteria of rank chains are called, mean, and how a chain is packed into a number."""

from fabsim.dispatch.criteria import LONGEST_CHAIN, Criterion, pack, unpack

__all__ = ["LONGEST_CHAIN", "Criterion", "pack", "unpack"]
