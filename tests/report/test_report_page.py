"""Pages: every section, escaped names, nothing loaded, runs of every kind."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import vl_convert

from fabsim.report import write_reports
from fabsim.study import RunOptions, run
from fabsim.terms import InputError
from tests.tiny import fab, write_tiny

FAB = fab(
    wet=', facts: {price_musd: 3.5, source: "a & b <estimate>"}',
    dry=", calendars: [{kind: breakdown, every: {exponential: 90 h}, takes: 5 h}]",
    etch=", queue_time: {from: CLEAN, limit: 1 h}",
    products=", R: {route: base}",
)

SCENARIO = """
kind: scenario
name: steady
seed: 7
fab: fab.yaml
horizon: 200 d
warmup: 5 d
period: 5 d
starts: {P: {wafers_per_month: 8000, due: {x_factor: 3}, hot: {share: 10 %, priority: 9}}, R: {wafers_per_month: 2000}}
"""

SECTIONS = ["headline", "ramp", "cycle-time", "bottlenecks", "states", "wip", "queue-times", "assumptions", "repeat"]
EVIL = "<script>alert('1')</script>"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with three runs: ``single``, ``replicated`` and ``short``, which completes nothing that counts."""
    folder = tmp_path_factory.mktemp("runs")
    scenario = write_tiny(folder, FAB, SCENARIO)
    run(scenario, RunOptions(out=folder / "single"))
    run(scenario, RunOptions(out=folder / "replicated", reps=3, jobs=1, days=30, overrides=("starts.P.lot_size=20",)))
    run(scenario, RunOptions(out=folder / "short", days=0.02))
    return folder


class Page(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text, self.scripts = text, [""]
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            self.scripts[-1] += data
        elif self.cdata_elem is None:
            self.words += data

    def values(self, tag: str, attribute: str) -> list[str]:
        return [value for name, attrs in self.tags if name == tag and (value := attrs.get(attribute))]

    @property
    def charts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.scripts[2])
        return found


def page(folder: Path) -> Page:
    (written,) = write_reports([folder])
    assert written.file == str(folder / "report.html")
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert written.size == len(text.encode())
    return Page(text)


@pytest.fixture(scope="module")
def pages(runs: Path) -> dict[str, Page]:
    """Give the pages of the three runs, which stand in their folders."""
    return {name: page(runs / name) for name in ("single", "replicated", "short")}


def data(chart: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the rows that a chart is drawn from."""
    found = chart["spec"]["data"]
    rows: list[dict[str, Any]] = found["values"] if "values" in found else chart["spec"]["datasets"][found["name"]]
    return rows


@pytest.mark.parametrize("name", ["single", "replicated", "short"])
def test_every_page_has_its_sections_in_order_and_a_way_to_each(pages: dict[str, Page], name: str) -> None:
    found = pages[name]
    assert found.values("section", "id") == SECTIONS
    assert found.values("a", "href") == [f"#{section}" for section in SECTIONS]


@pytest.mark.parametrize("name", ["single", "replicated", "short"])
def test_a_page_loads_nothing_and_forbids_it(pages: dict[str, Page], name: str) -> None:
    found = pages[name]
    references = [value for tag, attrs in found.tags for key, value in attrs.items() if key in {"src", "href", "action", "data"} and tag]
    assert all(str(value).startswith(("#", "data:")) for value in references)
    (style,) = re.findall(r"<style>(.*?)</style>", found.text, re.DOTALL)
    assert "url(" not in style
    assert "@import" not in style
    (policy,) = [attrs["content"] or "" for tag, attrs in found.tags if attrs.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "http" not in policy
    assert not any("url" in json.dumps(chart["spec"]) for chart in found.charts)


def test_the_bundle_stands_in_a_page_once_and_whole(pages: dict[str, Page]) -> None:
    found = pages["single"]
    assert len(found.scripts) == 1 + 3
    assert found.scripts[1] == vl_convert.javascript_bundle()  # type: ignore[call-arg]


def test_text_of_a_script_never_ends_it() -> None:
    from fabsim.report.render import as_json, as_script

    assert as_script("x = '</SCRIPT><!-- </b>'; y = /</g") == "x = '\\x3c/SCRIPT>\\x3c!-- </b>'; y = /</g"
    assert json.loads(as_json([EVIL])) == [EVIL]
    assert "<" not in as_json([EVIL])


@pytest.mark.parametrize("name", ["single", "replicated", "short"])
def test_every_chart_can_be_drawn_and_has_units_on_its_axes(pages: dict[str, Page], name: str) -> None:
    found = pages[name]
    places = sum(attrs.get("class") == "chart" for _, attrs in found.tags)
    assert len(found.charts) == places >= 2
    for chart in found.charts:
        assert len(data(chart)) < 5000
        assert chart["renderer"] == "svg"
        text = json.dumps(chart["spec"])
        assert "since the start" in text or "share of" in text or "[d]" in text or "[h]" in text or "mean over time" in text
        assert "<svg" in vl_convert.vegalite_to_svg(re.sub(r'"@\w+"', '"#123456"', text))


def test_many_marks_are_drawn_on_a_canvas(runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fabsim.report.render.CANVAS_FROM", 1)
    write_reports([runs / "short"], tmp_path / "page.html")
    assert {chart["renderer"] for chart in Page((tmp_path / "page.html").read_text(encoding="utf-8")).charts} == {"canvas"}


def test_figures_are_those_of_the_summary(runs: Path, pages: dict[str, Page]) -> None:
    summary = json.loads((runs / "single" / "summary.json").read_text(encoding="utf-8"))
    words = pages["single"].words.replace("\N{NO-BREAK SPACE}", " ")
    assert f"{summary['throughput_wafers_per_month']:,.0f} wafers leave the fab each month" in words
    assert f"{summary['toolsets']['WET']['utilization']:.1%}".replace("%", " %") in words
    for quarter in summary["quarters"]:
        assert f"{quarter['wafers_in']:,}" in words
    assert summary["digest"] in words


def test_intervals_are_shown_over_replications(pages: dict[str, Page]) -> None:
    found = pages["replicated"]
    assert "3 replications" in found.words
    assert re.search(r"\d ±\d", found.words.replace("\N{NO-BREAK SPACE}", " "))
    banded = [row for chart in found.charts for row in data(chart) if row.get("high") is not None]
    assert banded
    assert all(0 <= row["low"] <= row["value"] <= row["high"] for row in banded)
    assert "±" not in pages["single"].words


def test_a_run_in_which_nothing_is_done_says_so(pages: dict[str, Page]) -> None:
    words = pages["short"].words
    assert "No wafer left the fab in the time that counts" in words
    assert "the horizon (0.02 d) ends before the warm-up (5 d)" in words
    assert "None that counts is done yet" in words
    assert "None" not in words.replace("None that counts", "").replace("None has worked", "")
    assert "nan" not in words.lower().split()


def test_names_of_products_and_toolsets_stay_names(runs: Path) -> None:
    folder = runs / "evil"
    shutil.copytree(runs / "single", folder, dirs_exist_ok=True)
    for file, column, name in (("lots", "product", "P"), ("tools", "toolset", "WET"), ("wip", "toolset", "WET")):
        frame = pl.read_parquet(folder / f"{file}.parquet").cast({column: pl.String})
        frame.with_columns(pl.col(column).replace(name, EVIL).cast(pl.Categorical)).write_parquet(folder / f"{file}.parquet")
    for file in ("run.json", "summary.json"):
        text = (folder / file).read_text(encoding="utf-8")
        (folder / file).write_text(text.replace('"P":', f'"{EVIL}":').replace('"WET":', f'"{EVIL}":'), encoding="utf-8")
    found = page(folder)
    assert EVIL not in found.text
    assert EVIL in found.words
    assert len(found.scripts) == 1 + 3
    assert "a & b <estimate>" in found.words
    assert EVIL in {row.get("product") for chart in found.charts for row in data(chart)}
    assert EVIL in {row.get("toolset") for chart in found.charts for row in data(chart)}


def test_yields_have_a_section_where_a_run_has_dies(runs: Path) -> None:
    folder = runs / "yields"
    shutil.copytree(runs / "single", folder, dirs_exist_ok=True)
    table = {"month": [0, 0, 1, 1], "product": ["P", "R"] * 2, "good_dies": [5, None, 60, None], "die_yield": [0.5, None, 0.6, None]}
    pl.DataFrame(table | {"line_yield": [1.0, 1.0, 0.9, 1.0]}).write_parquet(folder / "yields.parquet")
    assert "yield" not in page(folder).values("section", "id")
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    summary["products"]["P"] |= {"good_dies": 65, "die_yield": 0.59}
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    found = page(folder)
    assert [*SECTIONS[:6], "yield", *SECTIONS[6:]] == found.values("section", "id")
    assert "Good dies: 59.0" in found.words
    assert [[row["value"] for row in data(chart)] for chart in found.charts[-4:-1]] == [[5, 60], [0.5, 0.6], [1, 1, 0.9, 1]]


def test_assumptions_name_their_sources_and_the_command_repeats_the_run(runs: Path, pages: dict[str, Page]) -> None:
    words = pages["replicated"].words
    assert "a & b <estimate>" in words
    assert "price [M$]" in words
    assert "1 of 2 toolsets name the source" in words
    assert "starts.P.lot_size" in words
    assert f"fabsim run {runs / 'scenario.yaml'} --set starts.P.lot_size=20 --days 30 --seed 7 --reps 3" in words


@pytest.mark.usefixtures("pages")
def test_a_folder_that_is_no_run_or_not_all_of_one_is_told(runs: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder"):
        write_reports([tmp_path / "absent"])
    with pytest.raises(InputError, match=r"holds no run\.json"):
        write_reports([tmp_path])
    broken = tmp_path / "broken"
    shutil.copytree(runs / "replicated", broken, ignore=shutil.ignore_patterns("report.html"))
    (broken / "rep=1" / "wip.parquet").unlink()
    with pytest.raises(InputError, match=r"incomplete.*wip\.parquet is missing"):
        write_reports([broken])
    before = (runs / "single" / "report.html").stat().st_mtime_ns
    (broken / "rep=1" / "wip.parquet").write_bytes(b"no parquet")
    with pytest.raises(InputError, match="damaged"):
        write_reports([runs / "single", broken])
    assert not (broken / "report.html").exists()
    assert (runs / "single" / "report.html").stat().st_mtime_ns == before


def test_a_page_is_whole_or_absent(runs: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_reports([runs / "short"], tmp_path / "absent" / "page.html")
    with pytest.raises(InputError, match="found 2 runs"):
        write_reports([runs / "short", runs / "single"], tmp_path / "page.html")
    write_reports([runs / "short"], tmp_path / "page.html")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium to look at the page with")
def test_a_browser_draws_every_chart_without_complaint(runs: Path, pages: dict[str, Page], tmp_path: Path) -> None:
    found = pages["single"]
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=10000", "--dump-dom"]
    args = [str(CHROMIUM), *options, f"--user-data-dir={tmp_path}", (runs / "single" / "report.html").as_uri()]
    done = subprocess.run(args, capture_output=True, text=True, check=True, timeout=60)
    assert "CONSOLE" not in done.stderr
    assert done.stdout.count('<svg xmlns="http://www.w3.org/2000/svg"') == len(found.charts)
    assert "This chart cannot be drawn: " not in Page(done.stdout).words


def test_an_interval_of_a_share_stays_within_0_and_1() -> None:
    from fabsim.report.sections.ramp import band

    assert band({"mean": 0.5, "ci95": 3.0, "n": 2}, most=1.0) == {"value": 0.5, "low": 0, "high": 1}
    assert band({"mean": 8, "ci95": 2, "n": 2}, 0.5) == {"value": 16, "low": 12, "high": 20}
    assert band({"mean": 8, "ci95": None, "n": 1}) == band(8) == {"value": 8, "low": None, "high": None}
    assert band(None) == {"value": None, "low": None, "high": None}
