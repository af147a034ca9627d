"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

PATH = click.Path(path_type=Path)

SET = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a key of the scenario (starts.AI5.lot_size=13) or, after fab., of the fab (fab.toolsets.LITHO.tools=5). Repeatable.",
)

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else on standard output.")


class Share(click.ParamType[float]):
    """A share above 0 and at most 1, as ``0.85``, ``85%`` or ``85 %``."""

    name = "share"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the share [-]."""
        text = str(value).strip()
        try:
            share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            self.fail(f"found {value!r}, expected a share such as 85% or 0.85", param, ctx)
        if not 0 < share <= 1:
            self.fail(f"found {value!r}, expected a share above 0 and at most 1 (100%)", param, ctx)
        return share
