"""How to get the same digits again."""

from __future__ import annotations

import shlex
from typing import Any

from fabsim.report.blocks import Lines, Section, Table, words
from fabsim.report.folder import Run


def section(run: Run) -> Section:
    """Return the command, the digests it must give, and what it was run with."""
    about = run.about
    told = {
        "digest": about["digest"],
        "state digest": about["state_digest"],
        "seed": about["seed"],
        "replications": ", ".join(map(str, about["replications"])),
        "layout's hash": about["layout_hash"],
        "scenario's hash": about["scenario_hash"],
        "run's key": about["key"],
        "floor": about["floor"],
        **{f"version of {name}": version for name, version in about["versions"].items()},
        "platform": about["platform"],
        "begun": about["begun"],
        "took [s]": about["wall_s"],
    }
    lead = "The same files, versions and seed give the same digests on every machine: equal digests are equal runs, move by move."
    return Section(
        "repeat",
        "Repeat",
        "How to get the same digits again",
        lead,
        [
            Lines("The command", command(about)),
            Lines("The files it reads", "\n".join(about["sources"])),
            Table("What it was run with", ("what", "value"), [words(row) for row in told.items()], wide=True),
        ],
    )


def command(about: dict[str, Any]) -> str:
    """Return the command line that repeats the run, from the folder in which it was given."""
    replications = about["replications"]
    many = ["--rep", str(replications[0])] if len(replications) == 1 else ["--reps", str(len(replications))]
    sets = [part for override in about["overrides"] for part in ("--set", override)]
    source = about["sources"][0] if about["sources"] else "SCENARIO"
    return shlex.join(
        ["fabsim", "run", source, *sets, "--days", f"{about['days']!r}".removesuffix(".0"), "--seed", str(about["seed"]), *many]
    )
