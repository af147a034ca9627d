"""Offers fabsim's commands: options, help, one library call, print."""

from fabsim.cli.main import command, main

__all__ = ["command", "main"]
