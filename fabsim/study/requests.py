"""What an interrupted run was asked to be, kept beside what it has done, so that it can be asked for again by its folder alone."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fabsim import __version__
from fabsim.engine.state import read_head
from fabsim.study.options import Plan, RunOptions
from fabsim.study.store import read_about
from fabsim.terms import InputError
from fabsim.trace import CHECKPOINT, STATE, unfinished

REQUEST = "request.json"
PATHS = ("out", "start", "resume")


def request_of(plan: Plan) -> dict[str, Any] | None:
    """Return what a plan was asked to be; None for one that no single command asked for."""
    if plan.path is None:
        return None
    options = {name: str(Path(value).absolute()) if name in PATHS and value else value for name, value in asdict(plan.options).items()}
    return {"fabsim": __version__, "key": plan.key, "folder": _name(plan.folder), "path": str(plan.path), "options": options}


def write_request(plan: Plan, pile: Path) -> None:
    """Keep in ``pile``, where replications wait for each other, what was asked for."""
    (pile / REQUEST).write_text(json.dumps(request_of(plan)), encoding="utf-8")


def piles(folder: Path) -> list[Path]:
    """Return the folders in which replications wait to become ``folder`` together."""
    found = folder.absolute().parent.glob(f".partial-*/{REQUEST}")
    return [file.parent for file in found if (json.loads(file.read_text(encoding="utf-8")) or {}).get("folder") == _name(folder)]


def resumed(options: RunOptions) -> tuple[Path, RunOptions, str]:
    """Return the scenario, the options and the key of the interrupted run that ``options.resume`` names.

    Raises
    ------
    InputError
        If there is none, or it was made by another fabsim.
    """
    folder = options.resume
    assert folder is not None
    requests = [json.loads((pile / REQUEST).read_text(encoding="utf-8")) for pile in piles(folder)]
    requests += [read_head(left / CHECKPOINT / STATE)["request"] for left in unfinished(folder)]
    request = next(filter(None, requests), None)
    if request is None:
        if read_about(folder):
            raise InputError(f"{folder}: found a finished run, expected an interrupted one")
        raise InputError(f"{folder}: found no interrupted run to go on with; expected the folder of one")
    if request["fabsim"] != __version__:
        raise InputError(f"{folder}: the run was begun by fabsim {request['fabsim']}, this is {__version__}; run it anew")
    asked: dict[str, Any] = {name: Path(value) if name in PATHS and value else value for name, value in request["options"].items()}
    asked |= {"overrides": tuple(asked["overrides"]), "out": folder, "resume": folder}
    asked |= {name: value for name, value in (("jobs", options.jobs), ("checkpoint", options.checkpoint)) if value is not None}
    return Path(request["path"]), RunOptions(**asked), request["key"]


def _name(folder: Path) -> str:
    return str(folder.resolve())
