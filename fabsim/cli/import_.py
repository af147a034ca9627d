"""``fabsim import``: layouts from models in other formats."""

from __future__ import annotations

from pathlib import Path

import click

from fabsim.cli.options import PATH


@click.group("import")
def command() -> None:
    """Turn a model in another format into a layout folder."""


@command.command("smt2020")
@click.argument("folder", type=PATH, metavar="DIR")
@click.option("--out", metavar="FOLDER", type=PATH, required=True, help="Folder of the layout.")
@click.option("--force", is_flag=True, help="Replace the layout that is there.")
def smt2020(folder: Path, out: Path, force: bool) -> None:
    """Import the AutoSched tables in DIR, in the format of the testbed SMT2020, as a layout."""
    from fabsim import layout

    made = layout.import_smt2020(folder, out, force=force)
    click.echo(f"{out}: {', '.join(made.files)}")
    click.echo(", ".join(f"{count:,} {thing}" for thing, count in made.counts.items()))
    for line in made.idle:
        click.echo(f"without effect: {line}")
