"""A group of commands that imports a command when it is asked for."""

from __future__ import annotations

import keyword
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """Commands by name; the module ``<package>.<name>`` of each holds it as ``command``.

    A name that is a word of Python has a module with an underscore behind it.
    """

    def __init__(self, *args: Any, package: str, names: tuple[str, ...], **options: Any) -> None:
        super().__init__(*args, **options)
        self._package, self._names = package, names

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click passes it
        """Return the names, in the order of the help."""
        return list(self._names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click passes it
        """Return a command, imported now."""
        if cmd_name not in self._names:
            return None
        command: click.Command = import_module(f"{self._package}.{cmd_name}{'_' * keyword.iskeyword(cmd_name)}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that ``args`` begin with; an unknown name is answered with the nearest ones."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            raise click.exceptions.NoSuchCommand(error.command_name, possibilities=self._names, ctx=ctx) from None
