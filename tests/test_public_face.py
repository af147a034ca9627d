"""fabsim from Python: the README's example, and a result that is the run the command line would make."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import fabsim
from fabsim.study import RunOptions, run
from tests.study.test_study_running import without_costs

README = Path(__file__).parents[1] / "README.md"


def test_the_readme_s_example_runs_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(compile(example, str(README), "exec"), {})  # noqa: S102 - it is ours
    told = capsys.readouterr().out
    digests = re.findall(r"^(?:fifo|setup) ([0-9a-f]{16}) shape: \(3, 2\)$", told, re.MULTILINE)
    assert len(set(digests)) == 2
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("floor", ["components", "compiled"])
def test_a_result_is_the_run_that_the_command_line_makes(tiny: Path, floor: str) -> None:
    changes = ["starts.P.lot_size=20", "trace=all", "horizon=12 d"]
    result = fabsim.simulate(fabsim.read(tiny, changes), 2, floor=floor)
    assert not Path("reports").exists()
    made = run(tiny, RunOptions(overrides=tuple(changes), rep=2, floor=floor))
    assert without_costs(result.summary) == without_costs(made.summary)
    assert (result.digest, result.state_digest) == (made.summary["digest"], made.summary["state_digest"])
    kept = fabsim.simulate(fabsim.read(tiny, changes), 2, floor=floor, out=made.folder)
    assert kept.totals.wall_s == made.summary["wall_s"]
    assert result.moves is not None
    assert kept.moves is not None
    assert result.moves.collect().equals(kept.moves.collect())
    for table in ("lots", "tools", "wip"):
        assert getattr(result, table).equals(getattr(kept, table))
        assert getattr(result, table).height > 0


def test_a_result_goes_to_a_folder_when_asked(tiny: Path) -> None:
    result = fabsim.simulate(fabsim.read(tiny), out="mine")
    assert result.lots.height == fabsim.simulate(fabsim.read(tiny), out="mine").lots.height
    assert run(tiny, RunOptions(rep=0, out=Path("mine"))).reused
    with pytest.raises(fabsim.InputError, match="mine: holds another run"):
        fabsim.simulate(fabsim.read(tiny, ["seed=5"]), out="mine")


def test_a_result_warns_says_what_it_is_and_has_no_moves_if_none_are_recorded(tiny: Path) -> None:
    result = fabsim.simulate(fabsim.read(tiny, ["horizon=3 d", "trace=lots"]))
    assert [warning[:11] for warning in result.warnings] == ["the horizon"]
    assert repr(result) == f"<Result of tiny/steady, seed 1, replication 0, digest {result.digest}>"
    assert result.moves is None


def test_a_floor_that_is_none_is_an_error(tiny: Path) -> None:
    with pytest.raises(fabsim.InputError, match="did you mean compiled"):
        fabsim.simulate(fabsim.read(tiny), floor="compild")


def test_public_names_are_offered_and_others_are_not() -> None:
    assert set(fabsim.__all__) <= set(dir(fabsim))
    with pytest.raises(AttributeError, match="has no attribute 'simulat'"):
        _ = fabsim.simulat  # type: ignore[attr-defined]
