"""``fabsim schema``: what editors need to help with writing files."""

from __future__ import annotations

import json
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from fabsim.cli.files import save
from fabsim.cli.options import PATH
from fabsim.terms import InputError


@click.command("schema")
@click.argument("kind", required=False)
@click.option("--out", metavar="FILE", type=PATH, help="Write to this file instead of standard output.")
def command(kind: str | None, out: Path | None) -> None:
    """Print the JSON Schema of files. Editors complete and check with it; KIND is fab, scenario or batch, all of them if left out."""
    from fabsim import layout

    schema = layout.schema()
    if kind:
        _narrow(schema, kind)
    text = json.dumps(schema, indent=2) + "\n"
    if out:
        save(out, text)
    else:
        click.echo(text, nl=False)


def _narrow(schema: dict[str, Any], kind: str) -> None:
    """Let ``schema`` (modified in place) accept files of one kind only."""
    kinds = schema["properties"]["kind"]["enum"]
    if kind not in kinds:
        close = "".join(f"; did you mean {one}?" for one in get_close_matches(kind, kinds, 1))
        raise InputError(f"found kind {kind!r}, expected {' or '.join(kinds)}{close}")
    schema["properties"]["kind"]["enum"] = [kind]
