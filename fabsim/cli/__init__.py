"""Offers fabsim's commands: options, help, one library call, print."""

from fabsim.cli.main import main

__all__ = ["main"]
