"""Files as people have them: the manual's example, the shipped layouts, a large one, the schema for editors."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from fabsim import layout
from fabsim.layout.batch_file import BatchFile
from fabsim.layout.fab_file import FabFile, Step
from fabsim.layout.nodes import Mark, Problems, plain
from fabsim.layout.scenario_file import ScenarioFile
from fabsim.layout.yaml_reader import parse_yaml
from tests.layout.layout_example import FAB, SCENARIO, write

LAYOUTS = Path(__file__).parents[2] / "layouts"


def manual() -> dict[str, str]:
    """Return the example files of layouts/README.md."""
    blocks = re.findall(r"^```(yaml|csv)\n(.*?)^```$", (LAYOUTS / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    names = {"kind: fab": "fab.yaml", "kind: sce": "scenario.yaml", "kind: bat": "batch.yaml", "step,tool": "route.csv"}
    return {names[text[:9]]: text for _, text in blocks}


def test_the_manuals_example_is_valid_and_complete(tmp_path: Path) -> None:
    write(tmp_path, manual())
    scenario = layout.read(tmp_path)
    assert scenario.fab.step_names == (
        "START",
        *(f"{layer}_{part}" for layer in ("ACT", "M1", "M2", "M3") for part in ("COAT", "PHOTO")),
        *("CLEAN", "OXIDE", "IMP1", "IMP2"),
    )
    assert [stream.name for stream in scenario.streams] == ["AI5", "AI5.hot"]
    write(tmp_path, {"ramp.yaml": "kind: scenario\nextends: scenario.yaml\n"})
    assert len(layout.read_batch(tmp_path / "batch.yaml").variants) == 12


def keys_of(kind: str) -> set[str]:
    root = parse_yaml(manual()[kind], Mark(kind, 1, 1), Problems())
    assert root is not None
    return set(plain(root))


def test_the_manuals_examples_show_every_key_of_a_file() -> None:
    assert keys_of("scenario.yaml") == set(ScenarioFile.model_fields) - {"extends", "notes"}
    assert keys_of("fab.yaml") == set(FabFile.model_fields) - {"extends", "notes", "facts"}
    assert keys_of("batch.yaml") == {field.alias or key for key, field in BatchFile.model_fields.items()} - {"extends", "notes"}


def test_the_manual_names_every_key_of_a_step() -> None:
    told = (LAYOUTS / "README.md").read_text(encoding="utf-8")
    assert not [key for key in Step.model_fields if f"`{key}" not in told]


def test_a_layout_is_found_by_its_name_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    by_name = layout.read("queues")
    assert (by_name.layout, by_name.name) == ("queues", "scenario")
    assert layout.read("queues/mm2_80").name == layout.read("queues/mm2_80.yaml").name == "mm2_80"
    write(tmp_path, {"layouts/queues/scenario.yaml": SCENARIO, "layouts/queues/fab.yaml": FAB, "mine.yaml": "kind: fab"})
    assert layout.read("queues").streams[0].name == "CHIP"
    assert layout.read(tmp_path / "layouts" / "queues" / "scenario.yaml").layout == "queues"


def test_a_folder_without_a_scenario_is_checked_as_a_fab(tmp_path: Path) -> None:
    write(tmp_path, {"fab.yaml": FAB})
    assert layout.check([tmp_path]) == []


def test_tables_count_in_what_a_run_is_known_by(tmp_path: Path) -> None:
    files = {"fab.yaml": FAB.replace("products:", "    - {table: route.csv}\nproducts:"), "scenario.yaml": SCENARIO}
    write(tmp_path, {**files, "route.csv": "step,toolset\nX,ETCH\n"})
    first = layout.read(tmp_path).resolved
    write(tmp_path, {"route.csv": "step,toolset\nX,LITHO\n"})
    assert list(first["tables"]) == ["route.csv"]
    assert first["tables"] != layout.read(tmp_path).resolved["tables"]
    assert json.loads(json.dumps(first)) == first


def test_a_layout_of_ten_thousand_lines_is_read_whole(tmp_path: Path) -> None:
    toolsets = "".join(f"  T{k}: {{tools: 5, process: 10 min, slots: 2}}\n" for k in range(100))
    routes = "".join(
        f"  R{r}:\n"
        + "".join(
            f"    - {{step: S{k}, toolset: T{(7 * k + r) % 100}, process: {{uniform: {20 + k % 50} min, half_width: 5 %}},"
            f" rework: {{share: 1 %, to: S{k - k % 10}}}, sampling: {50 + k % 50} %}}\n"
            for k in range(980)
        )
        for r in range(10)
    )
    products = "".join(f"  P{r}: {{route: R{r}}}\n" for r in range(10))
    fab = f"kind: fab\ntoolsets:\n{toolsets}routes:\n{routes}products:\n{products}"
    starts = "".join(f"  P{r}: {{wafers_per_month: 100}}\n" for r in range(10))
    write(tmp_path, {"fab.yaml": fab, "scenario.yaml": f"kind: scenario\nhorizon: 365 d\nstarts:\n{starts}"})
    assert fab.count("\n") > 9_900
    found = layout.read(tmp_path).fab
    assert (len(found.steps), len(found.tool_names)) == (9_800, 500)


def fits(schema: dict[str, Any], value: Any, names: dict[str, Any]) -> bool:
    """Return whether a value fits a JSON Schema, as far as the words that ours uses go."""
    if "$ref" in schema and not fits(names[schema["$ref"].removeprefix("#/$defs/")], value, names):
        return False
    kinds = schema.get("type", [])
    is_kind = {
        "object": isinstance(value, dict),
        "array": isinstance(value, list),
        "string": isinstance(value, str),
        "boolean": isinstance(value, bool),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "null": value is None,
    }
    if kinds and not any(is_kind[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        return False
    choices = [*schema.get("anyOf", []), *schema.get("oneOf", [])]
    checks = [
        value == schema["const"] if "const" in schema else True,
        value in schema["enum"] if "enum" in schema else True,
        not isinstance(value, str) or re.search(schema.get("pattern", ""), value) is not None,
        not choices or any(fits(one, value, names) for one in choices),
        all(fits(one, value, names) for one in schema.get("allOf", [])),
    ]
    if "if" in schema:
        checks.append(fits(schema["then"] if fits(schema["if"], value, names) else schema.get("else", {}), value, names))
    if isinstance(value, dict):
        properties, more = schema.get("properties", {}), schema.get("additionalProperties", True)
        checks.append(set(schema.get("required", [])) <= set(value))
        checks += [fits(properties[key], child, names) for key, child in value.items() if key in properties]
        patterns = schema.get("patternProperties", {})
        checks += [fits(one, child, names) for key, child in value.items() for pattern, one in patterns.items() if re.search(pattern, key)]
        others = [child for key, child in value.items() if key not in properties and not any(re.search(p, key) for p in patterns)]
        checks += [fits(more, child, names) if isinstance(more, dict) else more for child in others]
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        checks += [fits(schema["items"], child, names) for child in value]
    return all(checks)


def valid(text: str) -> bool:
    root = parse_yaml(text, Mark("f", 1, 1), Problems())
    assert root is not None
    schema = layout.schema()
    return fits(schema, plain(root), schema["$defs"])


def test_the_schema_takes_the_manuals_examples_and_the_shipped_layouts() -> None:
    shipped = [path.read_text(encoding="utf-8") for path in sorted(LAYOUTS.glob("*/*.yaml"))]
    # a file that only others extend need not be whole
    whole = [
        text
        for text in shipped
        if re.search(r"(?m)^kind: (fab|scenario|batch)$", text) and re.search(r"(?m)^(extends|routes|starts|variants|grid):", text)
    ]
    texts = [*(manual()[name] for name in ("fab.yaml", "scenario.yaml", "batch.yaml")), *whole]
    assert len(texts) > 5
    assert [text.splitlines()[:5] for text in texts if not valid(text)] == []


def test_the_schema_takes_files_that_extend_others_and_say_little() -> None:
    assert valid("kind: scenario\nextends: steady.yaml\nstarts: {AI5: {hot: {share: 2 %}}}\n")
    assert not valid("kind: scenario\nseed: 5\n")


@pytest.mark.parametrize(
    ("old", "new"), [("tools: 4 ", "tolls: 4 "), ("tools: 4 ", "tools: 0.5 "), ("per: batch", "per: bath"), ("load: 10 min", "load: 10")]
)
def test_the_schema_refuses_what_an_editor_can_see_is_wrong(old: str, new: str) -> None:
    assert old in manual()["fab.yaml"]
    assert not valid(manual()["fab.yaml"].replace(old, new))


def test_the_schema_says_what_every_key_is() -> None:
    models = {name: of for name, of in layout.schema()["$defs"].items() if "title" in of}
    keys = [(f"{name}.{key}", one) for name, of in models.items() for key, one in of["properties"].items()]
    assert len(keys) > 150
    assert [where for where, one in keys if "description" not in one and "$ref" not in one] == []
