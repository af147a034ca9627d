"""The two JSON files of a run's folder: ``run.json``, what was run, and ``summary.json``, the figures."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fabsim.study.identity import fab_hash
from fabsim.study.options import Plan
from fabsim.study.versions import versions
from fabsim.terms import DAY
from fabsim.trace import Totals

RUN, SUMMARY = "run.json", "summary.json"


def write(folder: Path, about: dict[str, Any], summary: dict[str, Any]) -> None:
    """Write both files into ``folder``; the same content gives the same bytes."""
    for name, content in ((RUN, about), (SUMMARY, summary)):
        (folder / name).write_text(as_text(content), encoding="utf-8")


def as_text(content: dict[str, Any]) -> str:
    """Return JSON with sorted keys; a figure that does not exist is null, and NaN is an error."""
    return json.dumps(content, indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False, default=str) + "\n"


def about(plan: Plan, replications: Sequence[int], totals: Sequence[Totals], begun: datetime) -> dict[str, Any]:
    """Return the content of ``run.json`` for ``replications`` of a plan that began at ``begun``; its caller adds ``warnings``."""
    scenario = plan.scenario
    return {
        "key": plan.key_of(tuple(replications)),
        "layout": scenario.layout,
        "scenario": scenario.name,
        "sources": list(scenario.sources),
        "layout_hash": fab_hash(scenario.fab),
        "scenario_hash": plan.scenario_hash,
        "overrides": list(plan.options.overrides),
        "from": [str(origin) for origin in plan.origins],
        "days": scenario.horizon_ms / DAY,
        "seed": scenario.seed,
        "replications": list(replications),
        "floor": plan.floor,
        "versions": versions(),
        "platform": platform.platform(),
        "begun": begun.isoformat(timespec="seconds"),
        "wall_s": round((datetime.now(UTC) - begun).total_seconds(), 3),
        "digest": _hex(one.digest for one in totals),
        "state_digest": _hex(one.state_digest for one in totals),
        "totals": [asdict(one) for one in totals],
        "resolved": scenario.resolved,
    }


def _hex(digests: Iterable[int]) -> str:
    """Return the sum of 64-bit digests as 16 hex digits."""
    return f"{sum(digests) % 2**64:016x}"


def read_about(folder: Path) -> dict[str, Any] | None:
    """Return the content of a folder's ``run.json``; None if it has none or not one of ours."""
    try:
        found = json.loads((folder / RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and "key" in found else None


def holds(folder: Path, key: str) -> bool:
    """Return whether ``folder`` is the finished run of this key."""
    found = read_about(folder)
    return found is not None and found["key"] == key


def read_totals(folder: Path) -> list[Totals]:
    """Return the totals of each replication of a finished run."""
    return [Totals(**one) for one in json.loads((folder / RUN).read_text(encoding="utf-8"))["totals"]]


def read_summary(folder: Path) -> dict[str, Any]:
    """Return the content of a finished run's ``summary.json``."""
    found: dict[str, Any] = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    return found
