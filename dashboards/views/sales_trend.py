"""Sales trend: one KPI over time, by store or category, against last year."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import words
from dashboards.parts import chart, download, filters
from dashboards.parts.frame import chosen
from dashboards.parts.html import Column, Html, address, link, safe, show, spark, table
from dashboards.questions import calendar, kpis
from dashboards.questions.trend import (
    COMPARABLE,
    GRAINS,
    LIKE,
    SPANS,
    SPLITS,
    Asked,
    Group,
    Period,
    Trend,
    currencies,
    table_of,
    trend,
)
from dashboards.workbook import Sheet

here = chosen()
run = here.run
CHART_NUMBER = {"money": ",.0f", "percent": ".1%", "ratio": ",.2f"}
UNIT = {"day": "day", "week": "week", "month": "retail month"}


def explain(first: Any, last: Any, **keys: str | None) -> str:
    span = first.isoformat() if first == last else f"{first.isoformat()}..{last.isoformat()}"
    named = {"business_date": span, "store_id": ",".join(here.stores), "currency": currency}
    named |= {"is_comparable": "true" if comparable else None} | keys
    return address(
        "explain",
        here.params
        | {"table": table_of(split), "measure": kpi.kpi_id}
        | {f"key_{name}": value for name, value in named.items()},
    )


def say(value: Any) -> str:
    return words.figure(value, kpi.format)


def say_with_currency(value: Any) -> str:
    return words.figure(value, kpi.format, money_in if kpi.format == "money" else None)


def dates(first: Any, last: Any) -> str:
    if first == last:
        return words.day(first)
    return f"{first.day} {first:%b} – {last.day} {last:%b %Y}"


def summary(found: Trend, basis: calendar.Basis) -> Html:
    """The chart in words: level, change, best and weakest, what is unfinished or left out."""
    first, last = found.periods[0].first, found.periods[-1].last
    text = (
        f"<b>{safe(kpi.name)}: {link(say_with_currency(found.value), explain(first, last))}</b>"
        f" from {words.day(first)} to {words.day(last)}, {safe(here.store_names())}"
    )
    if found.before is None:
        text += "; there are no figures of last year to hold against it."
    else:
        text += (
            f"; <b>{words.change(found.value, found.before, kpi.format)}</b> against"
            f" {say_with_currency(found.before)} on the {safe(basis.words)}."
        )
    finished = found.finished
    if len(finished) > 2:
        best = max(finished, key=lambda p: p.value)
        weakest = min(finished, key=lambda p: p.value)
        text += (
            f" Half of the {UNIT[grain]}s were above {say(found.middle)}; the highest was"
            f" {safe(best.label)} ({say(best.value)}), the lowest {safe(weakest.label)}"
            f" ({say(weakest.value)})."
        )
    if found.periods[-1].unfinished:
        text += (
            f" {safe(found.periods[-1].label)} is not over: it is held against the same days of"
            " last year."
        )
    if found.left_out:
        text += (
            f" <b>{words.counted(found.left_out, 'store-day')}</b> whose sales have not come"
            f" {'is' if found.left_out == 1 else 'are'} left out of both sides."
        )
    if comparable:
        text += f" <b>Basis:</b> {safe(COMPARABLE)}"
        text += f" ({words.counted(found.not_comparable, 'store-day')} left out)."
    return Html(f'<p class="lead" data-lp="answer">{text}</p>')


def period_table(found: Trend, basis: calendar.Basis) -> Html:
    def mark(period: Period) -> str:
        notes = ["not over"] if period.unfinished else []
        if period.left_out:
            notes.append(f"{words.counted(period.left_out, 'store-day')} left out")
        if period.not_comparable:
            notes.append(f"{words.number(period.not_comparable)} not comparable")
        return ", ".join(notes)

    columns = [
        Column("label", UNIT[grain].capitalize()),
        Column("dates", "Days", say=lambda r: dates(r["first"], r["last"])),
        Column(
            "value",
            f"{kpi.name}{f' ({money_in})' if kpi.format == 'money' and money_in else ''}",
            "number",
            lambda r: say(r["value"]),
            lambda r: explain(r["first"], r["last"]) if r["value"] is not None else None,
        ),
        Column(
            "before",
            "Last year",
            "number",
            lambda r: say(r["before"]),
            lambda r: (
                explain(r["before_first"], r["before_last"])
                if r["before"] is not None and not r["left_out"] and not comparable
                else None
            ),
        ),
        Column(
            "change",
            "Change",
            "number",
            lambda r: words.change(r["value"], r["before"], kpi.format),
        ),
        Column("mark", "Mind", say=lambda r: r["mark"]),
    ]
    if grain == "day":
        columns = [column for column in columns if column.name != "dates"]
    rows = [vars(period) | {"mark": mark(period)} for period in reversed(found.periods)]
    total = {
        "label": "Whole span",
        "value": say(found.value),
        "before": say(found.before),
        "change": words.change(found.value, found.before, kpi.format),
    }
    caption = f"Last year is the {basis.words}{'; comparable stores only' if comparable else ''}."
    return table(columns, rows, total=total, tall=True, caption=caption)


def group_table(found: Trend) -> Html:
    first, last = found.periods[0].first, found.periods[-1].last
    key = "store_id" if split == "store" else "category"

    def lead(row: dict[str, Any]) -> str | None:
        return explain(first, last, **{key: row["key"]}) if row["value"] is not None else None

    columns = [
        Column("name", "Store" if split == "store" else "Category"),
        Column("value", kpi.name, "number", lambda r: say(r["value"]), lead),
        Column("before", "Last year", "number", lambda r: say(r["before"])),
        Column(
            "change",
            "Change",
            "number",
            lambda r: words.change(r["value"], r["before"], kpi.format),
        ),
        Column("series", f"By {UNIT[grain]}", say=lambda r: spark(r["series"], words_=r["name"])),
    ]
    total = {
        "name": "All",
        "value": say(found.value),
        "before": say(found.before),
        "change": words.change(found.value, found.before, kpi.format),
    }
    return table(columns, [vars(group) for group in found.groups], total=total, tall=True)


def sheets(found: Trend) -> list[Sheet]:
    additive = kpi.denominator is None
    totals = {"value": found.value, "before": found.before} if additive else None
    made = [
        Sheet(
            "By period",
            {
                "label": UNIT[grain].capitalize(),
                "first": "First day",
                "last": "Last day",
                "value": kpi.name,
                "before": "Last year",
                "before_first": "Last year's first day",
                "before_last": "Last year's last day",
                "left_out": "Store-days left out",
                "not_comparable": "Store-days not comparable",
            },
            [vars(period) for period in found.periods],
            totals,
        )
    ]
    if found.groups:
        made.append(
            Sheet(
                SPLITS[split],
                {"key": "Id", "name": "Name", "value": kpi.name, "before": "Last year"},
                [vars(group) for group in found.groups],
                totals,
            )
        )
    return made


def largest_change(groups: list[Group]) -> str:
    """The sentence above a breakdown: who moved the whole most."""
    moved = [g for g in groups if g.value is not None and g.before is not None]
    if len(moved) < 2 or kpi.format == "percent":
        return ""
    up = max(moved, key=lambda g: float(g.value) - float(g.before))
    down = min(moved, key=lambda g: float(g.value) - float(g.before))
    pieces = []
    for group, rose in ((up, True), (down, False)):
        by = float(group.value) - float(group.before)
        if (by > 0) == rose and by:
            pieces.append(
                f"{group.name} moved most {'up' if rose else 'down'} ({words.signed(by)})"
            )
    return "; ".join(pieces) + ("." if pieces else "")


split = st.query_params.get("by", "none")
split = split if split in SPLITS else "none"
offered = kpis.usable(run, table_of(split))
st.title("Sales trend")
if not offered:
    show("<p>This run publishes no KPI that can be shown this way.</p>")
    show('<span data-lp="drawn-sales_trend"></span>')
    st.stop()
names = {kpi.kpi_id: kpi for kpi in offered}
known_bases = [basis.column for basis in calendar.bases(run)]
with st.container(horizontal=True, gap="small", key="choices"):
    picked = filters.choice(
        "kpi", "KPI", list(names), lambda k: names[k].name, "net_sales", width=230
    )
    grain = filters.choice("grain", "Period", list(GRAINS), GRAINS.__getitem__, "week", width=150)
    split = filters.choice("by", "Shown", list(SPLITS), SPLITS.__getitem__, width=160)
    weeks = filters.choice("span", "Looking back", SPANS[grain], lambda w: f"{w} weeks", width=140)
    basis_name = filters.choice(
        "basis",
        "Last year means",
        known_bases,
        lambda column: calendar.BASES[column].name,
        calendar.DEFAULT_BASIS,
        width=240,
    )
    like = filters.choice("like", "Stores", list(LIKE), LIKE.__getitem__, width=210)
    kpi = names[picked]
    traded = currencies(run, here.stores)
    currency = None
    if kpi.format == "money" and len(traded) > 1:
        currency = filters.choice("currency", "Currency", traded, str, width=110)
money_in = currency or (traded[0] if len(traded) == 1 else None)
basis = calendar.BASES[basis_name]
comparable = like == "comparable"
found = trend(
    run,
    Asked(kpi, grain, int(weeks), here.on, basis_name, here.stores, split, currency, comparable),
)

if not found.periods or all(period.value is None for period in found.periods):
    show(
        f"<p>No sales of {safe(here.store_names())} are known up to {words.day(here.on)}, so there"
        " is nothing to draw. Choose a later day or other stores.</p>"
    )
else:
    said = summary(found, basis)
    show(said)
    plain = f"{kpi.name} by {UNIT[grain]}; the table below holds the same figures."
    number = CHART_NUMBER.get(kpi.format, ",.0f")
    if found.groups:
        more = len(found.groups) - chart.LINES_SHOWN
        note = (
            f" The chart shows the largest {chart.LINES_SHOWN}, the table all." if more > 0 else ""
        )
        show(f"<p>{safe(largest_change(found.groups))}{note}</p>")
        chart.by_group(found.periods, found.groups, kpi.name, number, plain)
        st.header(SPLITS[split])
        show(group_table(found))
    else:
        chart.against_last_year(found.periods, kpi.name, number, found.middle, plain)
    st.header(f"By {UNIT[grain]}")
    show(period_table(found, basis))
    show(
        f'<p class="soft">{safe(kpi.formula)}. {safe(kpi.caveats)} '
        f"{link('What it means', address('dictionary', here.params | {'q': kpi.kpi_id}))}</p>"
    )
    download.excel(
        "sales_trend",
        f"{kpi.name} by {UNIT[grain]}",
        here,
        lambda: sheets(found),
        [
            ("KPI", f"{kpi.name}: {kpi.formula}"),
            ("Shown", SPLITS[split]),
            ("Looking back", f"{weeks} weeks"),
            ("Currency", money_in or "several"),
            ("Last year is", basis.words),
            ("Stores counted", COMPARABLE if comparable else "all that traded"),
        ],
    )
show('<span data-lp="drawn-sales_trend"></span>')
