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

DAYS = click.option("--days", metavar="D", type=click.FloatRange(min=0, min_open=True), help="Horizon, instead of the scenario's [days].")
SEED = click.option("--seed", metavar="S", type=click.IntRange(min=0), help="Seed of all random draws.")
REPS = click.option(
    "--reps", metavar="N", type=click.IntRange(min=1), help="Run replications 0 to N - 1 and give every figure its interval."
)
JOBS = click.option(
    "--jobs", metavar="J", type=click.IntRange(min=1), help="Processors to use, for replications or for buildings; default: all."
)
FLOOR = click.option("--floor", metavar="compiled|components", help="Form of the shop floor: both give the same run; compiled is fast.")
FORCE = click.option("--force", is_flag=True, help="Run anew though the folder holds a run, and replace it.")
QUIET = click.option("-q", "--quiet", is_flag=True, help="Show no progress, and one line of results.")
VERBOSE = click.option("-v", "--verbose", is_flag=True, help="Show also the plan and all toolsets of a run, the folders of a batch.")

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
