"""A page's text: the sections in their frame, with everything they need inside it."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined

from fabsim.report.blocks import Chart
from fabsim.report.folder import Run
from fabsim.report.sections import SECTIONS

CANVAS_FROM = 5000
"""Marks from which on a chart is drawn on a canvas: an SVG would be slow."""


def render(run: Run) -> str:
    """Return the page of ``run``: one HTML file that loads nothing."""
    sections = [made for made in (section(run) for section in SECTIONS) if made]
    charts = [block for section in sections for block in section.blocks if isinstance(block, Chart)]
    return (
        _environment()
        .get_template("page.html")
        .render(
            run=run,
            sections=sections,
            charts=as_json([{"spec": chart.spec, "renderer": "canvas" if chart.marks >= CANVAS_FROM else "svg"} for chart in charts]),
            bundle=as_script(vl_convert.javascript_bundle()),  # type: ignore[call-arg]  # its stub forgets the default
        )
    )


def as_json(content: Any) -> str:
    """Return JSON that may stand in a script element whatever names it holds."""
    text = json.dumps(content, allow_nan=False, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def as_script(code: str) -> str:
    """Return JavaScript that may stand in a script element: no text in it ends the element or begins a comment."""
    return re.sub(r"<(?=/script|!--)", r"\\x3c", code, flags=re.IGNORECASE)


def together(text: str) -> str:
    """Return ``text`` whose numbers are not parted from their unit or interval at the end of a line."""
    return re.sub(r"(?<=\d) (?=[%±])", "\N{NO-BREAK SPACE}", text)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("fabsim.report", "template"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.lstrip_blocks = True
    environment.filters["together"] = together
    return environment
