"""The tables of the page Counts: figures of the week, its counts, how the plan was kept."""

from __future__ import annotations

from typing import Any

from dashboards import review_words, words
from dashboards.parts import links
from dashboards.parts.filters import Chosen
from dashboards.parts.html import Column, Html, Tile, address, badge, link, safe, table, tiles
from dashboards.questions import counts, discrepancies
from dashboards.questions.counts import ACCURACY, Week
from dashboards.questions.discrepancies import Finding
from dashboards.warehouse import Row


def percent(value: Any) -> str:
    return words.NONE if value is None else words.figure(value, "percent")


def figures(week: Week, found: list[Finding]) -> Html:
    """Net and absolute side by side: overs and shorts must not hide each other."""
    items = []
    for currency in sorted({str(count.row["currency"]) for count in week.counts}):
        sums = counts.totals(week.counts, currency)
        known = discrepancies.summed(found, currency)
        items += [
            Tile(
                "Counted as the book says",
                percent(sums["accuracy"]),
                against=[
                    (f"{sums['matched']:,} of {sums['compared']:,}", "lines of complete counts"),
                    (percent(sums["coverage"]), "of the lines due were counted"),
                ],
            ),
            Tile(
                f"Net difference, {currency} at cost",
                words.number(sums["net_variance_cost"], 0),
                against=[
                    (words.number(sums["net_variance_units"]), "units"),
                    (words.number(sums["net_variance_retail"], 0), "at list price"),
                ],
                note="Overs and shorts added up.",
            ),
            Tile(
                f"Absolute difference, {currency} at cost",
                words.number(sums["absolute_variance_cost"], 0),
                against=[
                    (words.number(sums["absolute_variance_units"]), "units"),
                    (words.number(sums["absolute_variance_retail"], 0), "at list price"),
                ],
                note="Each difference without its sign.",
            ),
            Tile(
                f"Not explained, {currency} at cost",
                words.number(known.unknown, 0),
                against=[
                    (words.number(known.explained, 0), "explained"),
                    (words.number(known.known_loss, 0), "known loss"),
                ],
                note="With every verdict taken until now.",
            ),
        ]
    return tiles(items)


def counts_of(here: Chosen, week: Week) -> Html:
    """The counts of the week, the largest difference first; each figure leads to its lines."""

    def measure(name: str, label: str, say: Any) -> Column:
        def explained(row: Row) -> str:
            return links.explain(here, ACCURACY, name, count_id=row["count_id"])

        return Column(name, label, "number", lambda r: say(r[name]), explained)

    def money(value: Any) -> str:
        return words.number(value, 0)

    def opened(row: Row) -> Html:
        kept = here.params | {"week": week.starts_on.isoformat(), "count": row["count_id"]}
        return link(row["store_name"], address("counts", kept) + "#count")

    columns = [
        Column(
            "store_name",
            "Store",
            say=opened,
        ),
        Column("count_id", "Count"),
        Column(
            "verdict", "Review", say=lambda r: badge(words.status(review_words.COUNT, r["verdict"]))
        ),
        Column("counted_on", "Counted", say=lambda r: words.day(r["counted_on"], year=False)),
        measure("coverage", "Coverage", percent),
        measure("serial_accuracy", "Pieces right", percent),
        measure("line_accuracy", "Lines right", percent),
        measure("value_accuracy", "Value right", percent),
        measure("missing", "Missing", words.number),
        measure("unexpected", "Unexpected", words.number),
        measure("net_variance_cost", "Net at cost", money),
        measure("absolute_variance_cost", "Absolute at cost", money),
        Column(
            "is_final",
            "Complete",
            say=lambda r: badge(words.CHECK_PASSED if r["is_final"] else review_words.INCOMPLETE),
        ),
    ]
    rows = [{**count.row, "verdict": count.verdict} for count in week.counts]
    return table(columns, rows, caption=words.counted(len(rows), "count") + ".")


def plan(week: Week) -> Html:
    """How each store kept to the week's plan."""
    columns = [
        Column("store_name", "Store"),
        Column("compliance", "Kept to plan", "number", lambda r: percent(r["compliance"])),
        Column("planned", "Planned", "number"),
        Column("done_in_window", "In time", "number"),
        Column("done_late", "Late", "number"),
        Column("done_incomplete", "Incomplete", "number"),
        Column("cancelled", "Cancelled", "number"),
        Column("overdue", "Overdue", "number"),
        Column("awaited", "Not due yet", "number"),
    ]
    told = "Cancelled counts stay among the planned ones."
    return table(columns, week.compliance, caption=told)


def not_counted(week: Week) -> Html:
    """Counts that were due and that nobody scanned anything for."""
    items = "".join(
        f"<li>{safe(p['store_name'])}: {safe(p['count_id'])},"
        f" {safe(str(p['count_type']).replace('_', ' '))}, due {words.day(p['due_on'])}"
        f" ({safe(p['status'])})</li>"
        for p in week.not_counted
    )
    return Html(f"<p>Planned in this week and not counted:</p><ul>{items}</ul>")
