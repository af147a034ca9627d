"""Whatever is done to a valid layout, reading it gives a scenario or an `InputError`, never another exception."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fabsim import layout
from fabsim.layout.nodes import Mark, Problems, plain
from fabsim.layout.yaml_reader import parse_yaml
from fabsim.model import Scenario
from fabsim.terms import InputError, Problem
from tests.layout.layout_example import FAB, SCENARIO, write

FILES = {
    "fab.yaml": FAB.replace("products:", "    - {table: route.csv}\nproducts:").replace(
        "tools: 1, process: 30 min", "tools: auto, process: 30 min"
    ),
    "scenario.yaml": "kind: scenario\nextends: base.yaml\nstarts: {CHIP: {due: {x_factor: 2}, ramp: linear}}\n",
    "base.yaml": SCENARIO.replace("[{stream: CHIP, step: OX, lots: 2, age: 1 d}]", "{x_factor: 2.5}").replace(
        "1000,", "{0: 1000, 12: 2000},"
    ),
    "route.csv": "step,toolset,process,sampling,rework,rework_to,queue_time_from,queue_time,batch_max\nT1,ETCH,5 min,50 %,2 %,T1,OX,4 h,\n",
}
"""A layout with a bit of everything."""

JUNK: list[Any] = [
    *(None, True, False, 0, 1, -1, 2.5, 1e308, 1e-308, float("nan"), float("inf"), 10**30, 7, 99_999),
    *("", " ", "x", "CHIP", "OX", "ETCH", "auto", "none", "batch", "wafer", "$layer", "${x}", "$", "\u0000", "ä", "a" * 500),
    *("5 min", "0 h", "-1 h", "1e9 d", "999999 d", "5 wafers", "50 %", "150 %", "nan h", "fab.yaml", "base.yaml", "route.csv", "/", ".."),
    *(
        [],
        [1],
        ["fifo"],
        ["OX", "START"],
        {},
        {"x": 1},
        {"x_factor": 3},
        {"uniform": "5 min", "half_width": "1 min"},
        {"schedule": ["0 h", "1 h"]},
    ),
    *(
        [{"step": "A", "toolset": "ETCH"}],
        [{"module": "mask"}],
        {"max": 20},
        {"table": "route.csv"},
        {"empirical": ["1 h", "2 h"]},
        {"0": 5},
    ),
]
"""What is put in the place of values."""

Random = np.random.Generator


def pick(random: Random, items: list[Any]) -> Any:
    return items[int(random.integers(len(items)))]


def junk(random: Random) -> Any:
    return deepcopy(pick(random, JUNK))


def containers(value: Any) -> list[Any]:
    """Return every map and list in a value that is not empty, itself first."""
    if not isinstance(value, dict | list) or not value:
        return []
    return [value, *(found for child in (value.values() if isinstance(value, dict) else value) for found in containers(child))]


def change_tree(random: Random, text: str) -> bytes:
    """Delete, replace, rename, copy or move a value of a YAML file."""
    root = parse_yaml(text, Mark("f", 1, 1), Problems())
    assert root is not None
    tree = plain(root)
    for _ in range(int(random.integers(1, 3))):
        places = containers(tree)
        place = pick(random, places)
        key = pick(random, list(place) if isinstance(place, dict) else list(range(len(place))))
        match int(random.integers(4)):
            case 0:
                del place[key]
            case 1:
                place[key] = junk(random)
            case 2:
                other = pick(random, places)
                place[key] = deepcopy(other) if random.integers(2) else junk(random)
            case _ if isinstance(place, dict):
                place[str(pick(random, [*place, "x", "", "from", "process", "1"]))] = place.pop(key)
            case _:
                place.append(deepcopy(place[key]))
    return json.dumps(tree).encode()


def change_lines(random: Random, text: str) -> bytes:
    """Delete, double or exchange lines."""
    lines = text.split("\n")
    k, other = int(random.integers(len(lines))), int(random.integers(len(lines)))
    match int(random.integers(3)):
        case 0:
            del lines[k]
        case 1:
            lines.insert(k, lines[other])
        case _:
            lines[k], lines[other] = lines[other], lines[k]
    return "\n".join(lines).encode()


def change_words(random: Random, text: str) -> bytes:
    """Put one word of the text in the place of another."""
    words = text.split(" ")
    words[int(random.integers(len(words)))] = pick(random, words)
    return " ".join(words).encode()


def change_bytes(random: Random, text: str) -> bytes:
    """Change, insert or take away some bytes."""
    data = bytearray(text.encode())
    for _ in range(int(random.integers(1, 5))):
        k = int(random.integers(len(data)))
        new = pick(random, [*b"{}[]:,-#&*!|>'\"%@`\t\n \x00\xff$.0", int(random.integers(256))])
        data[k : k + int(random.integers(2))] = bytes([new]) if random.integers(3) else b""
    return bytes(data)


CHANGES: dict[str, Callable[[Random, str], bytes]] = {
    "tree": change_tree,
    "lines": change_lines,
    "words": change_words,
    "bytes": change_bytes,
}


def problems_of(path: str) -> tuple[Problem, ...]:
    try:
        assert isinstance(layout.read(path), Scenario)
    except InputError as error:
        return error.problems
    return ()


@pytest.mark.parametrize("change", CHANGES)
def test_five_hundred_changed_layouts_give_a_scenario_or_every_reason_why_not(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(2026)
    valid = 0
    for _ in range(500):
        name = str(random.choice(["fab.yaml", "scenario.yaml", "base.yaml", "route.csv"], p=[0.6, 0.15, 0.15, 0.1]))
        how = change_bytes if name.endswith("csv") and change == "tree" else CHANGES[change]
        write(Path(), {**FILES, name: how(random, FILES[name])})
        problems = problems_of("scenario.yaml")
        assert all(p.file and p.line >= 1 and p.column >= 1 and p.message for p in problems)
        valid += not problems
    # a test that changed nothing, or spoiled everything, would show nothing
    assert 5 <= valid <= 450


def test_the_layout_that_is_changed_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path(), FILES)
    scenario = layout.read("scenario.yaml")
    assert scenario.initial
    assert scenario.plan
