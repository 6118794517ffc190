"""Shrinkage drawn and listed: the steps of the waterfall, and the periods."""

from __future__ import annotations

from decimal import Decimal

from dashboards import stock_words, words
from dashboards.parts.html import Column, Html, badge, table
from dashboards.questions import shrinkage
from dashboards.questions.shrinkage import Shrinkage
from dashboards.warehouse import Row
from dashboards.workbook import Sheet


def money(value: Decimal | None) -> str:
    return words.number(value, 0)


def percent(value: float | None) -> str:
    return words.NONE if value is None else f"{words.number(value * 100, 2)} %"


def bars(found: Shrinkage, basis: str) -> list[Row]:
    """Each step hung where the one before it ended; the first and last stand on the ground."""
    made, level = [], Decimal(0)
    for step in found.steps:
        amount = step[f"step_{basis}"] or Decimal(0)
        stands = step["kind"] in ("gross", "unknown")
        start = Decimal(0) if stands else level
        level = start + amount
        made.append(
            {
                "step": words.label(stock_words.cause(step["step"])),
                "kind": words.status(stock_words.KIND, step["kind"]).word,
                "start": float(start),
                "end": float(level),
                "said": money(amount),
            }
        )
    return made


def steps_table(found: Shrinkage) -> Html:
    columns = [
        Column("step", "Step", say=lambda r: words.label(stock_words.cause(r["step"]))),
        Column("kind", "Kind", say=lambda r: badge(words.status(stock_words.KIND, r["kind"]))),
        Column(
            "step_units", "Units", "number", lambda r: words.figure(r["step_units"] or 0, "number")
        ),
        Column("step_cost", "At cost", "number", lambda r: words.number(r["step_cost"], 2)),
        Column(
            "step_retail", "At list price", "number", lambda r: words.number(r["step_retail"], 2)
        ),
    ]
    return table(
        columns, found.steps, caption="All steps but the last add up to the last: unknown loss."
    )


def trend_rows(found: Shrinkage, basis: str) -> list[Row]:
    return [
        {
            "period": f"{row['retail_year']} P{row['retail_period']:02}",
            "kind": stock_words.KIND[name].word,
            "value": float(row[f"{name}_{basis}"] or 0),
        }
        for row in found.trend
        for name in ("explained", "known", "unknown")
    ]


def trend_table(found: Shrinkage, basis: str) -> Html:
    def amount(name: str) -> Column:
        title = words.label(stock_words.KIND[name].word)
        return Column(name, title, "number", lambda r: money(r[f"{name}_{basis}"]))

    columns = [
        Column("period", "Period", say=lambda r: f"{r['retail_year']} P{r['retail_period']:02}"),
        Column(
            "days", "Days", say=lambda r: f"{r['period_start']:%-d %b} – {r['period_end']:%-d %b}"
        ),
        *(amount(name) for name in ("explained", "known", "unknown")),
        Column(
            "of_sales",
            "Of sales",
            "number",
            lambda r: percent(shrinkage.share(r, "shrink_retail", "net_sales")),
        ),
        Column(
            "trailing",
            "Of sales, 52 weeks",
            "number",
            lambda r: percent(shrinkage.share(r, "trailing_shrink_retail", "trailing_net_sales")),
        ),
    ]
    return table(columns, list(reversed(found.trend)))


def sheets(found: Shrinkage) -> list[Sheet]:
    steps = {"step": "Step", "kind": "Kind", "step_units": "Units", "step_cost": "At cost"}
    steps["step_retail"] = "At list price"
    sums = {name: words.label(name) for name in shrinkage.SUMS}
    stores = {"store_id": "Store id", "store_name": "Store", **sums}
    trend = {"retail_year": "Retail year", "retail_period": "Period", **sums}
    totals = {name: value for name, value in found.total.items() if value is not None}
    return [
        Sheet("Waterfall", steps, found.steps),
        Sheet("Stores", stores, found.stores, totals),
        Sheet("Periods", trend, found.trend),
    ]
