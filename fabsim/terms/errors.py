"""Errors: one root; every message says where, what was found, what was expected, how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class FabsimError(Exception):
    """Anything fabsim tells its user instead of showing a traceback."""


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a file: ``file:line:column: where: message``."""

    file: str
    line: int
    column: int
    where: str
    message: str

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        return f"{self.file}:{self.line}:{self.column}: {where}{self.message}"


class InputError(FabsimError):
    """Files or options that cannot be used; holds every problem found, in file order."""

    def __init__(self, problems: Iterable[Problem] | str) -> None:
        self.problems = () if isinstance(problems, str) else tuple(sorted(set(problems)))
        super().__init__(problems if isinstance(problems, str) else "\n".join(map(str, self.problems)))


class StallError(FabsimError):
    """Lots wait and nothing that could still happen would ever move them."""
