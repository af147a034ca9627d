"""What came out, in a few figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fabsim.report.blocks import Cell, Section, Table, Tile, Tiles, figure, words
from fabsim.report.figures import Figure, days, lots, mean, number, share
from fabsim.report.folder import Run


def section(run: Run) -> Section:
    """Return the headline figures and the table of products."""
    summary = run.summary
    warmup = f" Figures count from day {summary['warmup_days']:g} on, when the warm-up ends." if summary["warmup_days"] else ""
    many = f" Every figure is a mean over {len(run.traces)} replications, ± half of its 95 % interval." if run.replicated else ""
    blocks: list[Tiles | Table] = [Tiles(list(_tiles(summary))), _products("Products", "product", summary["products"])]
    if set(summary["streams"]) != set(summary["products"]):
        blocks.append(_products("Regular, hot and other lots apart", "stream", summary["streams"], folded=True))
    lead = f"The run covers {summary['days']:g} days.{warmup}{many}"
    return Section("headline", "Headline", _claim(summary), lead, blocks)


def _claim(summary: Mapping[str, Any]) -> str:
    wafers = mean(summary["throughput_wafers_per_month"])
    if not wafers:
        return "No wafer left the fab in the time that counts"
    return f"{wafers:,.0f} wafers leave the fab each month, on average"


def _tiles(summary: Mapping[str, Any]) -> Iterator[Tile]:
    counts = summary["lots"]
    done = f"{number(counts['completed'])} of {number(counts['released'])} lots done"
    yield Tile("Throughput", number(summary["throughput_wafers_per_month"]), f"wafers a month; {done}")
    yield Tile("WIP", lots(summary["wip_lots"]), "lots in the fab, mean over time")
    main = main_product(summary)
    if main:
        product = summary["products"][main]
        note = f"mean of {main}; one lot in 20 takes more than {days(product['cycle_time_days']['p95'])} d"
        yield Tile("Cycle time", f"{days(product['cycle_time_days']['mean'])} d", note)
        yield Tile("X-factor", number(product["x_factor"], 2), f"cycle time over raw process time of {main}")
        if mean(product["on_time"]) is not None:
            yield Tile("On time", share(product["on_time"]), f"of {main}'s lots with a due date")
    name, toolset = busiest(summary)
    if name:
        yield Tile("Bottleneck", name, f"works {share(toolset['utilization'])} of its available time")
    yield Tile("Turns", number(summary["turns_per_day"], 2), "moves a day for each lot in the fab")


def main_product(summary: Mapping[str, Any]) -> str | None:
    """Return the product with the most lots done, None if no lot is done."""
    products: Mapping[str, Any] = summary["products"]
    name = max(products, key=lambda one: mean(products[one]["completed"]) or 0.0, default=None)
    return name if name and mean(products[name]["completed"]) else None


def busiest(summary: Mapping[str, Any]) -> tuple[str | None, Mapping[str, Any]]:
    """Return the toolset of the highest utilization and its figures, None if no toolset has one."""
    known = [(name, one) for name, one in summary["toolsets"].items() if mean(one["utilization"]) is not None]
    return max(known, key=lambda item: mean(item[1]["utilization"]) or 0.0, default=(None, {}))


def _products(title: str, name: str, groups: Mapping[str, Any], *, folded: bool = False) -> Table:
    columns = (
        name,
        "lots done",
        "wafers out",
        "cycle time [d]",
        "median [d]",
        "p95 [d]",
        "raw process time [d]",
        "X-factor",
        "per mask layer [d]",
        "on time",
        "tardiness [d]",
        "rework a lot",
    )
    return Table(title, columns, [[*words([group]), *_figures(one)] for group, one in groups.items()], folded)


def _figures(one: Mapping[str, Any]) -> list[Cell]:
    def two(value: Figure) -> str:
        return number(value, 2)

    times = one["cycle_time_days"]
    return [
        figure(one["completed"], number),
        figure(one["wafers_out"], number),
        *(figure(value, days) for value in (times["mean"], times["p50"], times["p95"], one["raw_process_time_days"])),
        figure(one["x_factor"], two),
        figure(one["days_per_mask_layer"], days),
        figure(one["on_time"], share),
        figure(one["tardiness_days"], days),
        figure(one["rework"], two),
    ]
