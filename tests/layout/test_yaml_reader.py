"""YAML 1.2 values, not YAML 1.1's; every value with its place."""

from __future__ import annotations

import math
from typing import Any

import pytest

from fabsim.layout.nodes import Mark, Node, Problems, plain
from fabsim.layout.yaml_reader import parse_yaml, scalar


def parse(text: str) -> Node:
    problems = Problems()
    root = parse_yaml(text, Mark("f", 1, 1), problems)
    problems.raise_any()
    assert root is not None
    return root


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("22:30", "22:30"),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("-7", -7),
        ("1e3", 1000.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("1_000", "1_000"),
        ("2026-11-23", "2026-11-23"),
        ("true", True),
        ("FALSE", False),
        ("", None),
        ("~", None),
        ("-.inf", -math.inf),
        ("9" * 1000, math.inf),
        ("1e", "1e"),
        (".", "."),
        ("-", "-"),
    ],
)
def test_a_plain_scalar_means_what_yaml_1_2_says(text: str, value: Any) -> None:
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


def test_quotes_keep_text() -> None:
    assert plain(parse("[\"1\", 'true', '']")) == ["1", "true", ""]


def test_keys_are_text_as_written() -> None:
    assert plain(parse("{0: a, 010: b, on: c}")) == {"0": "a", "010": "b", "on": "c"}


def test_every_value_and_key_knows_its_place() -> None:
    root = parse("a:\n  - 1\n  - {b: 2}\n")
    assert root.keys["a"] == Mark("f", 1, 1)
    first, second = root.value["a"].value
    assert (first.mark, second.mark, second.keys["b"], second.value["b"].mark) == tuple(
        Mark("f", *place) for place in ((2, 5), (3, 5), (3, 6), (3, 9))
    )


def test_an_alias_gives_the_anchors_value() -> None:
    assert plain(parse("a: &x {k: 1}\nb: *x\n")) == {"a": {"k": 1}, "b": {"k": 1}}


def test_a_merge_key_is_a_key_like_any_other() -> None:
    assert plain(parse("a: &x {k: 1}\nb: {<<: *x}\n"))["b"] == {"<<": {"k": 1}}
