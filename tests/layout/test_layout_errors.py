"""Every mistake is told with file, line, column, place and what was expected; all of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fabsim import layout
from tests.layout.layout_example import FAB, SCENARIO, changed, mistakes, write


def wrong() -> Iterator[tuple[str, str, str, list[str]]]:
    """Yield the cases of wrong.txt: a name (##), a piece of the example (-), what is written instead (+), the messages."""
    for block in (Path(__file__).parent / "wrong.txt").read_text(encoding="utf-8").strip().split("\n\n"):
        name, *lines = block.split("\n")
        old, new = ("\n".join(line[2:] for line in lines if line[:2] == sign) for sign in ("- ", "+ "))
        yield name.removeprefix("## "), old, new, [line for line in lines if line[:2] not in {"- ", "+ "}]


WRONG = list(wrong())


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_example_has_no_mistake() -> None:
    assert mistakes() == []


@pytest.mark.parametrize(("name", "old", "new", "expected"), WRONG, ids=[case[0] for case in WRONG])
def test_a_mistake_is_told_exactly(name: str, old: str, new: str, expected: list[str]) -> None:
    assert mistakes(*changed(old, new)) == expected, name


WHOLE_FILES: dict[str, tuple[str | bytes, str]] = {
    "empty": (b"", "scenario.yaml:1:1: the file is empty, expected a map"),
    "only a comment": (b"# later\n", "scenario.yaml:1:1: the file is empty, expected a map"),
    "a list": (b"- a\n- b\n", "scenario.yaml:1:1: found a list, expected a map"),
    "a word": (b"scenario\n", "scenario.yaml:1:1: found 'scenario', expected a map"),
    "not UTF-8": (b"kind: scenario\nname: M\xfcnchen\n", "scenario.yaml:2:8: found the byte 0xfc, expected text in UTF-8"),
    "a control character": (b"kind: scen\x00ario\n", "scenario.yaml:1:11: not YAML: found a character that YAML does not allow"),
    "an open bracket": (b"kind: [", "scenario.yaml:1:8: not YAML: while parsing a flow node did not find expected node content"),
    "no kind": (b"horizon: 5 d\n", "scenario.yaml:1:1: kind: missing, expected the key 'kind' (fab or scenario or batch)"),
    "an alias inside itself": (b"a: &x [*x]\n", "scenario.yaml:1:8: found the alias '*x', expected an anchor '&x' before it"),
    "a list as a key": (b"? [1]\n: 2\n", "scenario.yaml:1:3: found a list as a key, expected text"),
    "too deep": (b"a: " + b"[" * 300_000, "scenario.yaml:1:53: nested too deeply, expected at most 50 levels"),
    "aliases of aliases": (
        b"".join(b"a%d: &a%d [%s]\n" % (k, k, b",".join([b"*a%d" % (k - 1)] * 9) if k else b"1") for k in range(9)),
        "scenario.yaml:7:38: too large, expected at most 1,000,000 values",
    ),
}


@pytest.mark.parametrize("case", WHOLE_FILES)
def test_a_file_that_cannot_be_read_is_told_and_never_a_traceback(case: str) -> None:
    content, expected = WHOLE_FILES[case]
    write(Path(), {"fab.yaml": FAB, "scenario.yaml": content})
    assert [str(problem) for problem in layout.check(["scenario.yaml"])] == [expected]


def test_a_file_that_is_not_there_is_told() -> None:
    expected = ["nowhere.yaml:1:1: the file 'nowhere.yaml' cannot be read: no such file"]
    assert [str(problem) for problem in layout.check(["nowhere.yaml"])] == expected


TABLES: dict[str, tuple[str, list[str]]] = {
    "an unknown column": (
        "step,tollset\nA,ETCH\n",
        [
            "route.csv:1:6: tollset: found 'tollset', expected a column of this table, did you mean 'toolset'?",
            "route.csv:2:1: A.toolset: missing, expected the key 'toolset'",
        ],
    ),
    "a column twice": ("step,toolset,step\nA,ETCH,B\n", ["route.csv:1:14: step: found the column 'step' twice"]),
    "a bad cell": (
        "step,toolset,process\nA,ETCH,5 min\n\nB,ETCH,5 mins\n",
        ["route.csv:4:8: B.process: found '5 mins', expected a duration in ms, s, min, h, d, weeks or months"],
    ),
    "a cell in quotes before a bad one": (
        'step,toolset,notes,sampling\nA,ETCH,"two\nlines, ""so""",120 %\n',
        ["route.csv:3:16: A.sampling: found '120 %', expected a share from 0 to 1 (0 % to 100 %)"],
    ),
    "half of a pair": ("step,toolset,rework_to\nA,ETCH,A\n", ["route.csv:2:8: A.rework.share: missing, expected the key 'share'"]),
    "an unknown step": (
        "step,toolset,rework,rework_to\nA,ETCH,2 %,AA\n",
        ["route.csv:2:12: A.rework.to: found 'AA', expected a step of route 'base', did you mean 'A'?"],
    ),
    "too many cells": ("step,toolset\nA,ETCH,5 min\n", ["route.csv:2:8: found 3 cells, expected 2 as in the first row"]),
    "a broken map": (
        "step,toolset,process\nA,ETCH,{uniform: 5 min\n",
        ["route.csv:2:23: not YAML: while parsing a flow mapping did not find expected ',' or '}'"],
    ),
    "a stray quote": (
        'step,toolset\nA,ET"CH\n',
        ["route.csv:2:3: found a quote inside a cell or a cell whose quote never ends, expected quotes around the whole cell"],
    ),
    "no rows": ("", ["route.csv:1:1: the table is empty, expected a row that names its columns"]),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_mistake_in_a_table_is_told_with_its_line_and_column(case: str) -> None:
    table, expected = TABLES[case]
    fab = FAB.replace("products:", "    - {table: route.csv}\nproducts:")
    assert mistakes(fab, route_csv=table) == expected


def test_a_mistake_in_a_table_of_initial_wip_is_told_with_its_line_and_column() -> None:
    scenario = changed("[{stream: CHIP, step: OX, lots: 2, age: 1 d}]", "{table: wip.csv}")[1]
    told = mistakes(FAB, scenario, wip_csv="stream,step,lots,age\nCHIP,OX,1,5 d\nCHOP,OX,1,\nCHIP,OXX,0.5,\n")
    assert told == [
        "wip.csv:3:1: stream: found 'CHOP', expected a stream, did you mean 'CHIP'?",
        "wip.csv:4:10: lots: found 0.5, expected a whole number, at least 1",
    ]


def test_mistakes_of_fab_scenario_and_table_come_together_in_file_order() -> None:
    fab = FAB.replace("tools: 2", "tools: 0").replace("products:", "    - {table: route.csv}\nproducts:")
    scenario = SCENARIO.replace("30 d", "30 days")
    told = mistakes(fab, scenario, route_csv="step,toolset\nA,NONE\n")
    assert [line.split(":")[0] for line in told] == ["fab.yaml", "route.csv", "scenario.yaml"]


def test_a_mistake_in_a_module_used_often_is_told_once() -> None:
    fab = FAB.replace("factor: $dose", "factor: -1").replace("with: {layer: M1}", "for_each: {layer: [M1, M2, M3]}")
    told = mistakes(fab)
    assert told == ["fab.yaml:16:58: modules.mask.steps.${layer}_PHOTO.factor: found -1, expected a number, above 0"]


def test_a_rank_chain_of_six_and_a_criterion_twice_are_both_told() -> None:
    told = mistakes(*changed("[priority, fifo]", "[fifo, fifo, edd, odd, spt, srpt]"))
    assert told == ["scenario.yaml:6:15: policy.fab: found 6 criteria, expected 1 to 5"]


def test_check_reads_several_files_and_tells_each_mistake_once() -> None:
    write(Path(), {"fab.yaml": FAB.replace("tools: 2", "tools: 0"), "scenario.yaml": SCENARIO})
    told = [str(problem) for problem in layout.check(["fab.yaml", "scenario.yaml", "scenario.yaml"])]
    assert told == ["fab.yaml:9:31: toolsets.LITHO.tools: found 0, expected a whole number, at least 1"]
