"""Monday: which boutiques need somebody today and why, and the week for headquarters."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from dashboards import stock_words, words
from dashboards.parts import boutique as boutique_parts
from dashboards.parts import filters, hq_pack, new_boutiques
from dashboards.parts.frame import chosen
from dashboards.parts.html import Column, Html, Tile, address, link, safe, show, table, tiles
from dashboards.questions import away, monday, pack
from dashboards.questions import new_boutiques as openings
from dashboards.questions.monday import Boutique
from dashboards.questions.pack import Pack
from dashboards.warehouse import Row

here = chosen()
run, on = here.run, here.on


def opened(boutique: Boutique) -> str:
    return address("monday", here.params | {"open": boutique.store_id}) + "#boutique"


def week_words(first: date) -> str:
    last = first + timedelta(days=6)
    return f"{first:%-d %b} – {last:%-d %b %Y}"


def share(part: int, whole: int) -> str:
    return words.NONE if not whole else words.figure(part / whole, "percent")


def answer(found: list[Boutique]) -> Html:
    """Who needs somebody most, and why, in words."""
    waiting = [boutique for boutique in found if boutique.reasons]
    if not waiting:
        return Html(f"<b>No boutique needs attention</b>, of {safe(here.store_names())}.")
    first = waiting[0]
    needs = "needs" if len(waiting) == 1 else "need"
    number = words.counted(len(waiting), "boutique")
    return Html(
        f"<b>{number} of {len(found)} {needs} attention</b>, first"
        f" {link(first.store_name, opened(first))}: {safe(first.top)}."
    )


def week_tiles(week: Pack, moving: list[Row] | None, late: list[Row] | None) -> Html:
    totals = week.totals
    matched, compared = int(totals["matched"]), int(totals["lines_compared"])
    made = [
        Tile(
            "Lines counted right in the week",
            share(matched, compared),
            note=f"{words.number(matched)} of {words.number(compared)} lines",
        ),
        Tile(
            "Counts done in time",
            f"{words.number(totals['done'])} of {words.number(totals['planned'])}",
            note="Cancelled counts stay in the plan.",
        ),
        Tile(
            "Differences nobody can explain",
            unknown(week),
            note="At cost, counted less book, of the week's counts.",
        ),
    ]
    if moving is not None:
        old = sum(bool(row["is_overdue"]) for row in moving)
        sums = away.worth(moving, away.TRANSIT)
        told = ", ".join(f"{c} {words.number(v, 2)}" for c, v in sums.items()).strip() or "0"
        made.append(
            Tile(
                "In transit at cost",
                told,
                address("away", here.params) + "#transit",
                [(words.number(len(moving)), "lines"), (words.number(old), "overdue")],
            )
        )
    if late is not None:
        made.append(Tile("Actions overdue", words.number(len(late)), "#actions"))
    return tiles(made)


def unknown(week: Pack) -> str:
    if len(week.currencies) > 1:
        return "several currencies"
    amount = words.number(week.totals["unknown_cost"], 0)
    return " ".join([*week.currencies, amount])


def attention_table(found: list[Boutique]) -> Html:
    rows = [{"place": place, "it": b} for place, b in enumerate(found, start=1)]
    columns = [
        Column("store", "Boutique", say=lambda r: link(r["it"].store_name, opened(r["it"]))),
        Column("points", "Points", say=lambda r: f"{words.number(r['it'].points, 1)} points"),
        Column("why", "Why", "wide", say=lambda r: why(r["it"])),
    ]
    return table(columns, rows, style="stack", caption="Points are added over all reasons.")


def why(boutique: Boutique) -> Html:
    if not boutique.reasons:
        return Html('<span class="soft">✓ nothing</span>')
    more = f" (and {boutique.more} more)" if boutique.more else ""
    return Html(f"{safe(boutique.top)}{more}")


def show_actions(late: list[Row]) -> None:
    st.header("Actions overdue", anchor="actions")
    if not late:
        show("<p>✓ None: 0 actions.</p>")
        return
    columns = [
        Column("action_text", "What", "wide"),
        Column("store_name", "Store"),
        Column("owner", "Whose"),
        Column("due_on", "Due", say=lambda r: words.day(r["due_on"])),
        Column("days_overdue", "Overdue", say=lambda r: words.counted(r["days_overdue"], "day")),
    ]
    show(table(columns, late, style="stack"))


def amount_column(name: str, title: str) -> Column:
    return Column(name, title, "number", lambda r: words.number(r[name], 2))


def summary_table(week: Pack) -> Html:
    titles = {
        "net_variance_cost": "Net difference",
        "absolute_variance_cost": "Absolute difference",
        "explained_cost": "Explained",
        "known_cost": "Known loss",
        "unknown_cost": "Unknown",
    }
    columns = [
        Column("store_name", "Boutique"),
        Column("done", "Counts done", "number", lambda r: f"{r['done']:,} of {r['planned']:,}"),
        Column("lines_compared", "Lines counted", "number"),
        Column("matched", "Matched", "number"),
        Column("accuracy", "%", "number", lambda r: words.figure(r["accuracy"], "percent")),
        Column("findings", "Findings", "number"),
        *(amount_column(name, title) for name, title in titles.items()),
        Column("currency", "Currency"),
    ]
    totals = week.totals
    said = {"store_name": "Total", "done": f"{totals['done']:,} of {totals['planned']:,}"}
    said |= {n: words.number(totals[n]) for n in ("lines_compared", "matched", "findings")}
    said["accuracy"] = share(int(totals["matched"]), int(totals["lines_compared"]))
    said |= {name: words.number(totals[name], 2) for name in titles if name in totals}
    caption = "Amounts at cost, counted less book; complete counts of the week."
    return table(columns, week.summary, total=said, caption=caption)


def causes_table(week: Pack) -> Html:
    columns = [
        Column("cause", "Cause", say=lambda r: stock_words.cause(r["cause"])),
        Column("kind", "Kind", say=lambda r: hq_pack.kind_badge(r["kind"])),
        Column("sure", "How sure", say=lambda r: hq_pack.sure_badge(r["sure"])),
        Column("findings", "Findings", "number"),
        Column("variance_cost", "Net", "number", lambda r: words.number(r["variance_cost"], 2)),
        Column(
            "absolute_cost", "Absolute", "number", lambda r: words.number(r["absolute_cost"], 2)
        ),
        Column("currency", "Currency"),
    ]
    return table(columns, week.causes)


def show_pack(week: Pack) -> None:
    show(summary_table(week))
    if week.causes:
        st.subheader("Causes")
        show(causes_table(week))
    hq_pack.buttons(here, week, week_words(week.first))


def show_page() -> None:
    head = st.container()
    st.header("The week for headquarters", anchor="pack")
    every = {f"{first:%Y-%m-%d}": first for first in pack.weeks(on, here.calendar.first)}
    key = filters.choice("week", "Week", list(every), lambda k: week_words(every[k]), width=240)
    found = monday.attention(run, here.every_store, here.stores)
    week = pack.pack(run, every[key], found, here.stores)
    moving = away.away(run, away.TRANSIT, here.stores)
    late = monday.overdue_actions(run, here.stores)
    with head:
        show(f'<p class="lead" data-lp="answer">{answer(found)}</p>')
        show(week_tiles(week, moving, late))
        show(attention_table(found))
    wanted = st.query_params.get("open")
    with head:
        for boutique in found:
            if boutique.store_id == wanted:
                boutique_parts.show_boutique(here, boutique)
        if late is not None:
            show_actions(late)
        new_boutiques.shown(here, openings.new_boutiques(run, here.stores))
    show_pack(week)


st.title("Monday")
if run.has(monday.ATTENTION):
    show_page()
else:
    show(
        '<p class="lead" data-lp="answer">This run does not say yet which boutiques need attention:'
        " the next <code>loupe run</code> does.</p>"
    )
show('<span data-lp="drawn-monday"></span>')
