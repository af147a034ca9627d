"""``fabsim check``: every mistake in files, with its place."""

from __future__ import annotations

from pathlib import Path

import click

from fabsim.cli.options import PATH
from fabsim.terms import InputError


@click.command("check")
@click.argument("files", type=PATH, nargs=-1, required=True, metavar="FILE...")
def command(files: tuple[Path, ...]) -> None:
    """List every mistake in files or folders. Each line says file, line and column, what was found and what was expected."""
    from fabsim import layout

    each = [file for path in files for file in _files(path)]
    problems = layout.check(each)
    if problems:
        raise InputError(problems)
    for file in each:
        click.echo(f"{file}: ok")


def _files(path: Path) -> list[Path]:
    """Return the YAML files of a folder; a path that is no folder as it is."""
    if not path.is_dir():
        return [path]
    found = sorted([*path.glob("*.yaml"), *path.glob("*.yml")])
    if not found:
        raise InputError(f"{path}: found no .yaml file in this folder, expected those of a layout")
    return found
