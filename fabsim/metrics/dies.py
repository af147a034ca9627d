"""Good dies: drawn wafer by wafer for the lots that were finished, and added up by month and product."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fabsim.chance import replication_key
from fabsim.kernels.dies import LOT_DIES, draw_dies
from fabsim.kernels.rows import STATUS_DONE, STATUS_IN_PROCESS
from fabsim.metrics.lots import made
from fabsim.metrics.measure import PRODUCTION, quotient, table, total, wafers_scrapped
from fabsim.model import Scenario
from fabsim.terms import MONTH
from fabsim.trace import Trace
from fabsim.yields import Model
from fabsim.yields.closed_forms import die_yield

NANO = 1_000_000_000
"""Defect densities are added up as whole billionths, so that no order of adding changes a digit."""

WHOLE = ["wafers_out", "wafers_scrapped", "dies", "good_dies"]


def good_dies(scenario: Scenario, trace: Trace, replication: int) -> pl.DataFrame:
    """Return a row a completed lot of the products that have dies, in the order of ``trace.lots``.

    ``lot``; ``dies``, ``good_dies``: gross and good dies of its wafers; ``density_nano``: its defect density [1e-9 per cm2].  A lot's
    density is that of its release: time counts from the product's first release in the run, wafers are those released before.
    """
    gross = scenario.fab.dies["gross"]
    rows = _all_lots(scenario, trace.lots)
    finished = (trace.lots["status"] == STATUS_DONE).to_numpy() & (gross[rows["product"]] > 0)
    drawn = rows[finished]
    if len(drawn):
        draw_dies(np.uint64(replication_key(scenario.seed, replication)), scenario.fab.dies.view(np.recarray), drawn)
    return pl.DataFrame(
        {
            "lot": trace.lots["lot"].filter(pl.Series(finished)),
            "dies": drawn["wafers"].astype(np.int64) * gross[drawn["product"]],
            "good_dies": drawn["good_dies"],
            "density_nano": np.floor(drawn["density"] * NANO + 0.5).astype(np.int64),
        }
    )


def _all_lots(scenario: Scenario, lots: pl.DataFrame) -> NDArray[Any]:
    """Return what draws the dies of each lot, `LOT_DIES`, shape ``(lots,)``."""
    products = {name: number for number, name in enumerate(scenario.fab.product_names)}
    rows = np.zeros(len(lots), LOT_DIES).view(np.recarray)
    for name in ("subject", "wafers", "spared"):
        rows[name] = lots[name].to_numpy()
    rows["product"] = [products[name] for name in lots["product"].cast(pl.String)]
    started = (lots["wafers"] + lots["wafers_lost"]).to_numpy().astype(np.int64)
    _place_on_learning_curve(rows, started, lots["release_ms"].to_numpy(), lots["lot"].to_numpy())
    return rows


def _place_on_learning_curve(rows: NDArray[Any], started: NDArray[np.int64], release_ms: NDArray[np.int64], lot: NDArray[np.int64]) -> None:
    """Fill ``age_ms`` and ``made`` of the lots (`LOT_DIES`, modified in place); arrays of shape ``(lots,)``, ``started`` in wafers."""
    order = np.lexsort((lot, release_ms))
    for product in np.unique(rows["product"]):
        mine = order[rows["product"][order] == product]
        introduced = max(0, int(release_ms[mine[0]]))
        rows["age_ms"][mine] = np.maximum(0, release_ms[mine] - introduced)
        rows["made"][mine] = np.cumsum(started[mine]) - started[mine]


def yields_by_month(scenario: Scenario, trace: Trace, dies: pl.DataFrame) -> pl.DataFrame:
    """Return a row a ``month`` (730 h, from 0) and ``product`` that is started, of the whole run, warm-up included, of production lots.

    ``wafers_out``, ``wafers_scrapped``: completed and scrapped in it, those lost one by one when their lot leaves;
    ``dies``, ``good_dies``: gross and good dies of those completed;
    ``die_yield`` = good dies / dies; ``expected_die_yield``: what the product's model says at the mean ``defects_per_cm2`` of the wafers
    completed; ``line_yield`` = wafers completed / (completed + scrapped).  ``dies``: from `good_dies`.  Null where there is nothing.
    """
    ends = trace.lots.filter(PRODUCTION).with_columns(month=pl.col("done_ms") // MONTH).join(dies, on="lot", how="left")
    done, left = ends.filter(pl.col("status") == STATUS_DONE), ends.filter(pl.col("status") != STATUS_IN_PROCESS)
    keys = ["month", "product"]
    sums = done.group_by(keys).agg(
        total("dies"), total("good_dies"), wafers_out=total("wafers"), density=(pl.col("density_nano") * pl.col("wafers")).sum()
    )
    lost = left.group_by(keys).agg(wafers_scrapped=wafers_scrapped())
    found = {(row["month"], str(row["product"])): row for row in sums.join(lost, on=keys, how="full", coalesce=True).iter_rows(named=True)}
    return table(_rows(scenario, found), names=["product"], whole=["month", *WHOLE])


def _rows(scenario: Scenario, sums: Mapping[tuple[int, str], Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the figures of each month and product from its ``sums``, which some do not have."""
    fab = scenario.fab
    for month in range(-(-scenario.horizon_ms // MONTH)):
        for product in made(scenario):
            name = fab.product_names[product]
            row = sums.get((month, name), {})
            out, lost = row.get("wafers_out") or 0, row.get("wafers_scrapped") or 0
            has_dies = fab.dies["gross"][product] > 0
            dies, good = (row.get(column) or 0 if has_dies else None for column in ("dies", "good_dies"))
            density = quotient(row.get("density"), out * NANO) if has_dies else None
            yield {
                "month": month,
                "product": name,
                "wafers_out": out,
                "wafers_scrapped": lost,
                "dies": dies,
                "good_dies": good,
                "die_yield": quotient(good, dies),
                "expected_die_yield": None if density is None else _expected(fab.dies[product], density),
                "line_yield": quotient(out, out + lost),
                "defects_per_cm2": density,
            }


def _expected(die: Any, density: float) -> float:
    """Return the yield of a product's model at a defect density [-]."""
    return float(die["systematic"]) * die_yield(Model(int(die["model"])), float(die["area_cm2"]) * density, float(die["parameter"]))
