"""A fab of two toolsets that every lot passes one after the other, for tests of what happens around a run."""

from __future__ import annotations

from pathlib import Path

SCENARIO = """\
kind: scenario
fab: fab.yaml
name: steady
horizon: 30 d
warmup: 5 d
seed: 1
starts:
  P: {wafers_per_month: 16000}
"""


def fab(*, wet: str = "", dry: str = "", etch: str = "", products: str = "", more: str = "") -> str:
    """Give the fab as text, with further keys of its toolsets and of its second step, other products and other parts."""
    return f"""\
kind: fab
name: tiny
toolsets:
  WET: {{area: wet, tools: 1, process: {{exponential: 40 min}}{wet}}}
  DRY: {{area: dry, tools: 2, process: 60 min{dry}}}
routes:
  base:
    - {{step: CLEAN, toolset: WET}}
    - {{step: ETCH, toolset: DRY{etch}}}
products: {{P: {{route: base}}{products}}}
{more}"""


FAB = fab()


def write_tiny(folder: Path, fab: str = FAB, scenario: str = SCENARIO) -> Path:
    """Write the fab and a scenario of it into a folder, which is made if need be; return the scenario's file."""
    folder.mkdir(exist_ok=True)
    (folder / "fab.yaml").write_text(fab, encoding="utf-8")
    file = folder / "scenario.yaml"
    file.write_text(scenario, encoding="utf-8")
    return file
