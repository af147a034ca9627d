"""How often lots wait longer between two steps than they may."""

from __future__ import annotations

from fabsim.metrics.history import lot_history, over_replications
from fabsim.report.blocks import Chart, Section, Table, figure, words
from fabsim.report.charts import chart, extent, lines, named, tip
from fabsim.report.figures import Figure, mean, number
from fabsim.report.folder import Run
from fabsim.report.sections.cycle_time import most_made
from fabsim.report.sections.headline import main_product
from fabsim.report.sections.ramp import band


def section(run: Run) -> Section:
    """Return violations of queue-time windows per product and over time."""
    drawn = _over_time(run)
    lead = (
        "A queue-time window is the longest time a lot may take from one step to a later one; a window is violated when the lot "
        "gets there later."
    )
    if not int(run.lots["windows"].sum()):
        return Section("queue-times", "Queue times", "Is any queue-time limit exceeded? No window has ended in this run", lead, [])
    return Section("queue-times", "Queue times", _claim(run), lead, [*([drawn] if drawn else []), _table(run)])


def _claim(run: Run) -> str:
    name = main_product(run.summary)
    violations = mean(run.summary["products"][name]["queue_time_violations"]) if name else None
    if violations is None:
        return "How often is a queue-time limit exceeded?"
    if violations == 0:
        return f"No lot of {name} exceeds a queue-time limit"
    return f"A lot of {name} exceeds {violations:.2f} queue-time limits on its way"


def _over_time(run: Run) -> Chart | None:
    names = most_made(run)
    history = over_replications((lot_history(trace, run.span.ms) for trace in run.traces), ["product", "span"])
    rows = [
        {"at": extent(run, row["span"])[0], "product": row["product"], **band(row["late_windows"], most=1.0)}
        for row in history
        if row["product"] in names and mean(row["late_windows"]) is not None
    ]
    if not rows:
        return None
    tips = [named("product", "product"), tip("at", f"{run.span.name} of completion", ".1f"), tip("value", "violated", ".2%")]
    drawn = lines(run, rows, "share of windows", form=".1%", series="product", names=names, tips=tips)
    return chart(f"What share of windows ends late? By the {run.span.name} in which the lot was done", drawn, marks=2 * len(rows))


def _table(run: Run) -> Table:
    def two(value: Figure) -> str:
        return number(value, 2)

    rows = [
        [*words([name]), figure(one["completed"], number), figure(one["queue_time_violations"], two)]
        for name, one in run.summary["products"].items()
    ]
    return Table("Violations by product", ("product", "lots done", "violations a lot"), rows)
