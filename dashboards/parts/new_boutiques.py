"""New boutiques on Monday: each of their firsts there, with its day and file, or missing."""

from __future__ import annotations

import streamlit as st

from dashboards import day_words, words
from dashboards.parts import links
from dashboards.parts.filters import Chosen
from dashboards.parts.html import Column, Html, badge, link, safe, show, table
from dashboards.questions.new_boutiques import First, NewBoutique


def shown(here: Chosen, found: list[NewBoutique]) -> None:
    """Nothing at all where no boutique is new."""
    if not found:
        return
    st.header("New boutiques", anchor="new-boutiques")
    show(f"<p>{answer(found)}</p>", rows_table(here, found))


def answer(found: list[NewBoutique]) -> Html:
    number = words.counted(len(found), "new boutique")
    waiting = [boutique for boutique in found if boutique.missing]
    if not waiting:
        return Html(f"✓ {number}: first files and first count are all here.")
    first = waiting[0]
    return Html(
        f"<b>{number}, something is still missing for {len(waiting)}</b>, first"
        f" {safe(first.store_name)}: {safe(words.listing(first.missing))}."
    )


def rows_table(here: Chosen, found: list[NewBoutique]) -> Html:
    def first(name: str, title: str) -> Column:
        return Column(name, title, say=lambda r: said(here, title, getattr(r["it"], name)))

    columns = [
        Column("store", "Boutique", say=lambda r: r["it"].store_name),
        Column("opened", "Opened", say=lambda r: opened(r["it"])),
        first("sales", "First transaction file"),
        first("stock", "First stock file"),
        first("count", "First count"),
    ]
    return table(columns, [{"it": boutique} for boutique in found], style="stack")


def opened(boutique: NewBoutique) -> str:
    days = words.counted(boutique.days_open, "day")
    return f"opened {words.day(boutique.opened_on)}, {days} ago"


def said(here: Chosen, title: str, first: First) -> Html:
    """In words and icon; a telephone shows no heads, so the cell names what it is about."""
    what = safe(title.lower())
    if not first.is_there:
        if first.planned_for:
            status, note = day_words.PLANNED, f"for {words.day(first.planned_for)}"
        else:
            status, note = day_words.MISSING, ""
        return Html(f"{badge(status)} {what} {safe(note)}".strip())
    day = words.day(first.on)
    told = Html(f"{badge(day_words.THERE)} {what} of {safe(day)}")
    if not first.file_id:
        return told
    file = links.explain(here, "quality.files", file_id=first.file_id)
    return Html(f"{told}<br>{link(first.file_name or 'its file', file)}")
