"""Today: are we complete, what is in the way, and how did the day go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import streamlit as st

from dashboards import words
from dashboards.parts import download, filters, matrix
from dashboards.parts.frame import chosen
from dashboards.parts.html import (
    Column,
    Html,
    Tile,
    address,
    badge,
    facts,
    link,
    safe,
    show,
    spark,
    table,
    tiles,
)
from dashboards.questions import calendar, today
from dashboards.questions.kpis import DAYS
from dashboards.questions.reminders import Reminder, reminders
from dashboards.warehouse import Row
from dashboards.workbook import Sheet

BLOCKS_SHOWN = 9
REMINDERS_SHOWN = 12
# With more datasets than this the matrix needs the whole width.
BESIDE = 6

here = chosen()
run, on = here.run, here.on


def explain(table_name: str, measure: str | None = None, **keys: Any) -> str:
    named = {f"key_{name}": value for name, value in keys.items()}
    return address("explain", here.params | {"table": table_name, "measure": measure} | named)


def answer(grid: today.Matrix) -> Html:
    """The page in one or two sentences."""
    days = grid.stores
    due = [d for d in days if d["status"] != "closed"]
    done = [d for d in due if d["status"] in words.DONE]
    when = words.day(on)
    if not days:
        return Html(f"There is nothing to say about {when}: no store day is known for it.")
    if not due:
        return Html(f"Every store was closed on {when}.")
    closed = len(days) - len(due)
    tail = f" {words.counted(closed, 'store was', 'stores were')} closed." if closed else ""
    if len(done) == len(due):
        return Html(f"<b>{when} is complete:</b> all {len(due)} open stores are in.{tail}")
    waiting = [d["store_name"] for d in due if d["status"] == "waiting"]
    blocked = [d["store_name"] for d in due if d["status"] == "blocked"]
    reasons = []
    if waiting:
        reasons.append(
            f"{safe(words.listing(waiting))} {'is' if len(waiting) == 1 else 'are'} waited for"
        )
    if blocked:
        reasons.append(
            f"{safe(words.listing(blocked))} {'is' if len(blocked) == 1 else 'are'} blocked"
        )
    return Html(
        f"<b>{when} is not complete:</b> {len(done)} of {len(due)} open stores are;"
        f" {', '.join(reasons) or 'the others were reopened'}.{tail}"
    )


def figure_tiles(found: today.Figures) -> Html:
    weekday = f"{on:%A}"
    made = []
    for item in found.figures:
        kind = item.kpi.format
        several = len({f.currency for f in found.figures}) > 1
        name = f"{item.kpi.name} ({item.currency})" if several else item.kpi.name
        against = [
            (
                words.change(item.value, item.last_week, kind),
                f"on {words.day(found.week_before, year=False)}",
            ),
            (
                words.change(item.value, item.last_year, kind),
                f"on {words.day(found.year_before)}"
                if item.last_year is not None
                else "no last year",
            ),
            (words.change(item.value, item.typical, kind), f"on the median {weekday}"),
        ]
        value = words.figure(item.value, kind, item.currency if kind == "money" else None)
        typical = words.figure(item.typical, kind, item.currency)
        made.append(
            Tile(
                name=name,
                value=value,
                href=explain(
                    DAYS,
                    item.kpi.kpi_id,
                    business_date=on.isoformat(),
                    store_id=",".join(here.stores),
                    currency=item.currency if several else None,
                ),
                against=against,
                spark=spark(
                    item.series,
                    item.same_weekday,
                    words_=f"{name}, the last {len(item.series)} days; median {weekday} {typical}",
                ),
            )
        )
    return tiles(made)


def block_list(rows: list[Row]) -> Html:
    if not rows:
        return Html("<p>Nothing blocks a day: every store-day up to this one is complete.</p>")
    items = []
    for row in rows[:BLOCKS_SHOWN]:
        mark = badge(
            words.status(words.STORE_DAY, row["status"]),
            href=explain(
                "finance.store_days",
                store_id=row["store_id"],
                business_date=row["business_date"].isoformat(),
            ),
        )
        about = {"date": row["business_date"].isoformat(), "store": row["store_id"]}
        day = link(
            words.day(row["business_date"], year=False),
            address("close_day", here.params | about) + "#store-day",
        )
        items.append(
            f"<li>{mark} <b>{safe(row['store_name'])}</b>, {day}<br>"
            f"{safe(row['reasons'] or 'No reason was recorded.')}</li>"
        )
    more = len(rows) - BLOCKS_SHOWN
    if more > 0:
        items.append(
            f"<li>and {words.counted(more, 'more store-day')}: all are in the download.</li>"
        )
    return Html(f'<ol class="blocks">{"".join(items)}</ol>')


def show_reminders(late: list[Reminder]) -> None:
    """Each late store folded: what it owes, when it was last heard of, the letter to copy."""
    for one in late[:REMINDERS_SHOWN]:
        exports = words.counted(len(one.owed), "export")
        lasting = words.lasting(one.minutes_late)
        with st.expander(f"{one.store_name}: {exports}, {lasting} late"):
            minutes = f"{words.number(one.minutes_late)} minutes ({lasting}) at"
            known = words.moment(one.known_at, one.zone)
            pairs = {
                "Expected by": words.moment(one.expected_at, one.zone),
                "Late by": f"{minutes} {known}",
                "Last contact": one.last_heard,
            }
            show(facts(pairs.items()))
            st.code(one.message, language=None, wrap_lines=True)
    more = len(late) - REMINDERS_SHOWN
    if more > 0:
        show(f"<p>and {words.counted(more, 'more store')}: choose stores above to see them.</p>")


def store_table(rows: list[Row], found: today.Figures) -> tuple[Html, dict[str, Any]]:
    def amount(name: str) -> Any:
        return lambda r: words.figure(r[name], "money")

    def measure(name: str) -> Any:
        return lambda r: (
            explain(DAYS, name, store_id=r["store_id"], business_date=on.isoformat())
            if r["net_sales"] is not None
            else None
        )

    columns = [
        Column("store_name", "Store"),
        Column("status", "Day", say=lambda r: badge(words.status(words.STORE_DAY, r["status"]))),
        Column("net_sales", "Net sales", "number", amount("net_sales"), measure("net_sales")),
        Column("currency", "Currency"),
        Column(
            "week_before",
            f"{words.day(found.week_before, year=False)}",
            "number",
            amount("week_before"),
        ),
        Column(
            "change",
            "Change",
            "number",
            lambda r: words.change(r["net_sales"], r["week_before"]),
        ),
        Column(
            "year_before",
            words.day(found.year_before) if found.year_before else "Last year",
            "number",
            amount("year_before"),
        ),
        Column("transactions", "Transactions", "number", None, measure("transactions")),
        Column(
            "units_sold", "Units sold", "number", lambda r: words.figure(r["units_sold"], "number")
        ),
    ]
    absent = {r["store_id"] for r in found.left_out}
    sums = totals([r for r in rows if r["store_id"] not in absent])
    said = {
        "store_name": "Total",
        "change": words.change(sums.get("net_sales"), sums.get("week_before")),
        **{
            k: words.figure(v, "money")
            for k, v in sums.items()
            if k in ("net_sales", "week_before", "year_before")
        },
        **{k: words.figure(sums[k], "number") for k in ("transactions", "units_sold") if k in sums},
    }
    left = words.listing([r["store_name"] for r in found.left_out], 6)
    note = f"The totals leave out {left}: the sales have not come." if absent else ""
    return table(columns, rows, total=said, caption=note), sums


def totals(rows: list[Row]) -> dict[str, Any]:
    """Sums of the store table; money only when all of it is in one currency."""
    names = ["transactions", "units_sold"]
    if len({r["currency"] for r in rows if r["net_sales"] is not None}) <= 1:
        names += ["net_sales", "week_before", "year_before"]
    return {
        name: sum(r[name] for r in rows if r[name] is not None)
        for name in names
        if any(r[name] is not None for r in rows)
    }


grid = today.matrix(run, on, here.stores)
st.title("Today")
show(f'<p class="lead" data-lp="answer">{answer(grid)}</p>')

basis = st.query_params.get("basis", calendar.DEFAULT_BASIS)
known_bases = calendar.bases(run)
basis = basis if basis in {b.column for b in known_bases} else known_bases[0].column
found = today.figures(run, on, here.stores, basis)
if found.figures:
    show(figure_tiles(found))
    left = [r["store_name"] for r in found.left_out]
    without = (
        f" Without {words.listing(left, 6)}, whose sales have not come: left out of both sides."
        if left
        else ""
    )
    show(
        f'<p class="soft" style="font-size:.82rem">Bars: the last {today.SPARK_DAYS} days, {on:%A}s'
        f" darker, the median dashed. Last year is the {found.basis.words}.{safe(without)}</p>"
    )
else:
    show(f"<p>No store has sent sales for {words.day(on)} yet, so there are no figures.</p>")

blocked = today.blocks(run, on, here.stores)
if len(grid.datasets) <= BESIDE:
    wide, narrow = st.columns([3.1, 1], gap="medium")
else:
    wide, narrow = st.container(), st.container()
with wide:
    st.header("What has come in", anchor="matrix")
    if grid.stores:
        show(matrix.deliveries(here, grid))
    show(matrix.legend())
with narrow:
    st.header("What blocks which day", anchor="blocks")
    show(block_list(blocked))

late = reminders(run, on, here.stores)
if late:
    st.header("Ask for what is late", anchor="late")
    show(
        '<p class="soft">Times are the store’s own. Open a store for a message to copy: the sign'
        " stands at its top right.</p>"
    )
    show_reminders(late)

stores = today.by_store(run, on, found.year_before, here.stores)
st.header("By store", anchor="stores")
html, sums = store_table(stores, found)
show(html)
filters.choice(
    "basis",
    "Last year means",
    [b.column for b in known_bases],
    lambda column: calendar.BASES[column].name,
    calendar.DEFAULT_BASIS,
    width=280,
)

download.excel(
    "today",
    f"Today: {words.day(on)}",
    here,
    lambda: [
        Sheet(
            "By store",
            {
                "store_id": "Store id",
                "store_name": "Store",
                "status": "Day",
                "currency": "Currency",
                "net_sales": "Net sales",
                "week_before": f"Net sales {on - timedelta(days=7)}",
                "year_before": f"Net sales {found.year_before or 'last year'}",
                "transactions": "Transactions",
                "units_sold": "Units sold",
            },
            stores,
            sums,
        ),
        Sheet(
            "Deliveries",
            {
                "store_id": "Store id",
                "dataset": "Dataset",
                "status": "Status",
                "due_at": "Due (UTC)",
                "received_at": "Received (UTC)",
                "minutes_late": "Minutes late",
                "row_count": "Rows",
                "reason": "Reason",
            },
            list(grid.cells.values()),
        ),
        Sheet(
            "What blocks",
            {
                "store_id": "Store id",
                "store_name": "Store",
                "business_date": "Business date",
                "status": "Day",
                "reasons": "Reasons",
            },
            blocked,
        ),
    ],
    [("Last year is", found.basis.words)],
)
show('<span data-lp="drawn-today"></span>')
