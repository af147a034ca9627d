"""A small valid layout, and what reading a changed one finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from fabsim import layout
from fabsim.model import Scenario
from fabsim.terms import InputError

FAB = """\
kind: fab
areas: [litho, etch]
transport: {default: 5 min}
calendars:
  weekly: {kind: maintenance, every: 168 h, takes: 6 h}
setups:
  gas: {times: [{to: As, time: 70 min}, {to: P, time: 60 min}]}
toolsets:
  LITHO: {area: litho, tools: 2, process: 60 s, per: wafer, calendars: [weekly]}
  ETCH: {area: etch, tools: 1, process: 30 min, setup: gas}
  FURNACE: {area: etch, tools: 1, process: 4 h, per: batch, batch: {min: 50, max: 100}}
modules:
  mask:
    parameters: {layer: , dose: 1.0}
    steps:
      - {step: "${layer}_PHOTO", toolset: LITHO, factor: $dose, mask: $layer}
routes:
  base:
    - {step: START, toolset: ETCH, setup: As}
    - {module: mask, with: {layer: M1}}
    - {step: OX, toolset: FURNACE, queue_time: {from: M1_PHOTO, limit: 4 h}}
    - {step: END, toolset: ETCH, setup: P, dedicated_to: START, rework: {share: 2 %, to: OX}}
products:
  CHIP: {route: base}
"""

SCENARIO = """\
kind: scenario
horizon: 30 d
starts:
  CHIP: {wafers_per_month: 1000, lot_size: 25, hot: {share: 5 %, priority: 10}}
initial_wip: [{stream: CHIP, step: OX, lots: 2, age: 1 d}]
policy: {fab: [priority, fifo]}
changes:
  - {toolset: LITHO, tools: 1, at: 10 d}
"""


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files into a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def read(fab: str = FAB, scenario: str = SCENARIO, overrides: Sequence[str] = (), **more: str) -> Scenario:
    """Read a layout in the current folder; ``more``: further files, ``_csv`` in their names meaning ``.csv``."""
    files = {name.replace("_csv", ".csv"): text for name, text in more.items()}
    write(Path(), {"fab.yaml": fab, "scenario.yaml": scenario, **files})
    return layout.read("scenario.yaml", overrides)


def mistakes(fab: str = FAB, scenario: str = SCENARIO, overrides: Sequence[str] = (), **more: str) -> list[str]:
    """Return the messages that reading a layout in the current folder gives."""
    try:
        read(fab, scenario, overrides, **more)
    except InputError as error:
        return [str(problem) for problem in error.problems]
    return []


def changed(old: str, new: str) -> tuple[str, str]:
    """Return fab and scenario with a piece of one of them replaced."""
    assert FAB.count(old) + SCENARIO.count(old) == 1, old
    return FAB.replace(old, new), SCENARIO.replace(old, new)
