"""Shrinkage: from the gross difference of counts to what nobody can explain, and how it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboards.questions.network import only
from dashboards.warehouse import Row, Run

SHRINKAGE = "inventory.shrinkage"
WATERFALL = "inventory.shrinkage_waterfall"
BASES = {"cost": "at cost", "retail": "at list price"}
SPANS = {"period": "This period", "year": "Twelve periods to it"}
# The mart tells every amount at cost and at list price.
AMOUNTS = ("gross", "explained", "known", "unknown", "shrink")
SUMS = (
    *(f"{name}_{basis}" for name in AMOUNTS for basis in BASES),
    "shrink_units",
    "net_sales",
    *(f"average_stock_{basis}" for basis in BASES),
    *(f"trailing_shrink_{basis}" for basis in BASES),
    "trailing_net_sales",
    "trailing_average_stock_cost",
)
KIND_ORDER = {"gross": 0, "explained": 1, "known": 2, "unknown": 3}


@dataclass(frozen=True)
class Period:
    """One retail period: NRF year and number, and the days of it that stores delivered."""

    year: int
    number: int
    first: Row

    @property
    def key(self) -> str:
        return f"{self.year}-{self.number:02}"

    @property
    def place(self) -> int:
        return self.year * 12 + self.number


@dataclass(frozen=True)
class Shrinkage:
    """The chosen stores in one period, in one currency.

    `total` and `stores` hold the sums of SUMS; `steps` lead from gross to unknown; `trend` has a
    row a period, oldest first, up to the chosen one.
    """

    currency: str
    total: Row
    stores: list[Row]
    steps: list[Row]
    trend: list[Row]


def periods(run: Run) -> list[Period]:
    """The retail periods anything was reported in, newest first."""
    if not run.has(SHRINKAGE):
        return []
    rows = run.ask(
        "select retail_year, retail_period, min(period_start) as period_start,"
        f" max(period_end) as period_end from {SHRINKAGE} group by all"
        " order by retail_year desc, retail_period desc"
    )
    return [Period(row["retail_year"], row["retail_period"], row) for row in rows]


def currencies(run: Run, chosen: Sequence[str] = ()) -> list[str]:
    """The currencies of the chosen stores, the most used first."""
    keep, params = only(chosen)
    rows = run.ask(
        f"select currency from {SHRINKAGE} where {keep} and currency is not null"
        " group by currency order by count(*) desc, currency",
        params,
    )
    return [row["currency"] for row in rows]


def shrinkage(
    run: Run, period: Period, currency: str, span: str, chosen: Sequence[str] = ()
) -> Shrinkage:
    """Shrinkage of a period, or of it and the eleven before it (`span` is one of SPANS)."""
    keep, params = only(chosen, "f.store_id")
    since = period.place - (11 if span == "year" else 0)
    within = f"{keep} and f.currency = ? and f.retail_year * 12 + f.retail_period between ? and ?"
    bounds = [*params, currency, since, period.place]
    stores = run.ask(
        "select f.store_id, coalesce(any_value(s.store_name), f.store_id) as store_name,"
        f" {_sums(period)} from {SHRINKAGE} f left join core.dim_stores s using (store_id)"
        f" where {within} group by f.store_id order by sum(f.shrink_cost) desc, store_name",
        bounds,
    )
    steps = run.ask(
        "select step, kind, sum(step_units) as step_units, sum(step_cost) as step_cost,"
        f" sum(step_retail) as step_retail from {WATERFALL} f where {within} group by step, kind",
        bounds,
    )
    total = {name: _added(row[name] for row in stores) for name in SUMS}
    return Shrinkage(
        currency,
        total,
        stores,
        sorted(steps, key=lambda s: (KIND_ORDER.get(s["kind"], 9), s["step_cost"], s["step"])),
        _trend(run, period, [*params, currency, period.place - 12, period.place], keep),
    )


def share(row: Row, above: str, below: str) -> float | None:
    """A sum as a share of another; None where there is nothing to divide by."""
    top, bottom = row[above], row[below]
    return float(top / bottom) if top is not None and bottom and bottom > 0 else None


def _sums(period: Period) -> str:
    """Flows add up over periods; what trails, and the stock, is that of the newest."""
    newest = f"f.retail_year * 12 + f.retail_period = {period.place}"
    return ", ".join(
        f"sum(case when {newest} then f.{name} end) as {name}"
        if name.startswith(("trailing", "average"))
        else f"sum(f.{name}) as {name}"
        for name in SUMS
    )


def _trend(run: Run, period: Period, bounds: list[object], keep: str) -> list[Row]:
    sums = ", ".join(f"sum(f.{name}) as {name}" for name in SUMS)
    return run.ask(
        "select f.retail_year, f.retail_period, min(f.period_start) as period_start,"
        f" max(f.period_end) as period_end, {sums} from {SHRINKAGE} f where {keep}"
        " and f.currency = ? and f.retail_year * 12 + f.retail_period between ? and ?"
        " group by all order by 1, 2",
        bounds,
    )


def _added(values: object) -> Decimal | None:
    known = [value for value in values if value is not None]  # type: ignore[attr-defined]
    return sum(known, Decimal(0)) if known else None
