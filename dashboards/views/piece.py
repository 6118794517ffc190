"""Piece: find one by serial number or item, and read where it is and all that happened to it."""

from __future__ import annotations

import streamlit as st

from dashboards import stock_words, words
from dashboards.parts import download, filters, links, passport
from dashboards.parts.frame import chosen, not_yours
from dashboards.parts.html import Column, Html, address, badge, facts, link, safe, show, table
from dashboards.questions import piece
from dashboards.questions.piece import Passport
from dashboards.warehouse import Row
from dashboards.workbook import Sheet

LISTED = 200

here = chosen()
run = here.run


def leads(serial_number: str | None) -> str | None:
    """The passport of a piece."""
    return address("piece", here.params | {"serial": serial_number}) if serial_number else None


def event_badge(row: Row) -> Html:
    return badge(words.status(stock_words.EVENT, row["event_type"]))


def conflict_words(row: Row) -> Html:
    """What cannot be, in words."""
    status = words.status(stock_words.CONFLICT, row["kind"])
    events = f"events {row['other_event_no']} and {row['event_no']}"
    return Html(f"<li>{badge(status)} {safe(row['reason'])} ({events})</li>")


def conflicts_list(found: Passport) -> Html:
    listed = "".join(conflict_words(row) for row in found.conflicts)
    return Html(f'<ol class="blocks" data-lp="conflicts">{listed}</ol>')


def document(row: Row) -> Html:
    """The receipt an event belongs to, one click away; else the number of its document."""
    receipt = piece.receipt_of(row)
    return links.receipt(here, receipt) if receipt else safe(row["document_id"])


def events_table(found: Passport) -> Html:
    columns = [
        Column("event_no", "No."),
        Column(
            "event_at",
            "When (store time)",
            say=lambda r: words.short_moment(r["event_at"], r["time_zone"] or here.zone),
        ),
        Column("business_date", "Day", say=lambda r: words.day(r["business_date"])),
        Column("event_type", "What happened", say=event_badge),
        Column("store_name", "Store"),
        Column("counterpart_name", "Other place"),
        Column("document", "Document", say=document),
        Column("is_owned_stock_after", "Our stock after it"),
        links.source(here),
    ]
    return table(columns, found.events, caption="Oldest first; several sources may tell one act.")


def show_passport(found: Passport) -> None:
    show(link("← All pieces", address("piece", here.params)))
    st.title(f"Piece {found.serial_number}")
    show(f'<p class="lead" data-lp="answer">{passport.answer(here, found)}</p>')
    if found.hidden:
        hidden = words.counted(found.hidden, "event")
        show(f"<p>{hidden} of it at other boutiques are not shown to you.</p>")
    if found.conflicts:
        st.header("What cannot be", anchor="conflicts")
        show(conflicts_list(found))
    st.header("Passport", anchor="passport")
    show(events_table(found))
    item = found.item
    show(
        facts(
            [
                ("Item", link(item.get("item_id"), of_item(item.get("item_id")))),
                ("Name", item.get("item_name")),
                ("Category", item.get("category")),
                ("Collection", item.get("collection")),
                ("List price", said_price(item)),
            ]
        )
    )
    download.excel(
        "piece",
        f"Piece {found.serial_number}",
        here,
        lambda: passport.sheets(found),
        [("Serial number", found.serial_number)],
    )


def said_price(item: Row) -> str:
    if item.get("unit_retail_price") is None:
        return words.NONE
    return f"{item.get('currency') or ''} {words.number(item['unit_retail_price'], 2)}".strip()


def of_item(item_id: str | None) -> str | None:
    return address("piece", here.params | {"q": item_id}) if item_id else None


def found_table(rows: list[Row]) -> Html:
    columns = [
        Column("serial_number", "Serial number", href=lambda r: leads(r["serial_number"])),
        Column("item_id", "Item"),
        Column("item_name", "Name"),
        Column("event_type", "Last event", say=event_badge),
        Column("store_name", "Store"),
        Column("business_date", "Day", say=lambda r: words.day(r["business_date"])),
        Column("events", "Events", "number"),
    ]
    caption = words.counted(len(rows), "piece")
    if len(rows) == LISTED:
        caption = f"The first {LISTED} pieces; more of the serial number finds fewer"
    return table(columns, rows, tall=True, caption=f"{caption}.")


def show_search() -> None:
    st.title("Piece")
    head = st.container()
    with st.container(horizontal=True, gap="small", key="choices"):
        text = filters.text("q", "Look for", "Serial number (or 5 of its characters), item")
    if not text:
        told = "Type a serial number, five characters of one, or an item: here is where it is."
    else:
        rows = piece.find(run, text, here.own or here.stores, LISTED)
        told = f"<b>{words.counted(len(rows), 'piece')}</b> for “{safe(text)}”."
        if rows:
            show(found_table(rows))
            download.excel(
                "pieces",
                f"Pieces for {text}",
                here,
                lambda: [Sheet("Pieces", {n: words.label(n) for n in rows[0]}, rows)],
                [("Looked for", text)],
            )
        else:
            told = f"No piece for “{safe(text)}”, {safe(here.store_names())}."
    with head:
        show(f'<p class="lead" data-lp="answer">{told}</p>')


wanted = st.query_params.get("serial")
if not run.has(piece.EVENTS):
    st.title("Piece")
    show(
        '<p class="lead" data-lp="answer">This run does not publish the history of pieces yet: the'
        " next <code>loupe run</code> does.</p>"
    )
elif not wanted:
    show_search()
else:
    one = piece.passport(run, wanted, here.own)
    if one is None:
        st.title("Piece")
        show(f'<p class="lead" data-lp="answer">This run knows no piece “{safe(wanted)}”.</p>')
    elif not one.events:
        st.title("Piece")
        show(not_yours(f"Piece {wanted} was never at {here.store_names()}."))
    else:
        show_passport(one)
show('<span data-lp="drawn-piece"></span>')
