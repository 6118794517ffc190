"""Receipts: find one by anything written on it, and read everything known about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboards import words
from dashboards.parts import correct, download, filters, links
from dashboards.parts.frame import chosen
from dashboards.parts.html import Column, Html, address, badge, facts, link, safe, show, table
from dashboards.questions import corrections, receipts
from dashboards.questions.receipts import Receipt, Search
from dashboards.warehouse import Row
from dashboards.workbook import EXCEL_ROWS, Sheet

LISTED = 500

here = chosen()
run, on = here.run, here.on


def money(row: Row, name: str) -> str:
    return words.number(row[name], 2)


def said(name: str) -> Callable[[Row], str]:
    return lambda row: money(row, name)


def local(row: Row, name: str = "sold_at") -> str:
    """The store's own time."""
    return words.short_moment(row[name], row.get("time_zone") or here.zone)[-5:]


def balance(row: Row) -> Html:
    """Whether lines and payments agree; what was not completed has nothing to agree on."""
    if row["transaction_status"] not in ("completed", "paid, no lines"):
        return Html(badge(words.status(words.RECEIPT, row["transaction_status"])))
    difference = (row["lines_total"] or 0) - (row["tenders_total"] or 0)
    if abs(difference) <= receipts.CENT:
        return badge(words.BALANCED)
    return badge(words.UNBALANCED, words.number(difference, 2))


def explained(table_name: str, measure: str, name: str) -> Callable[[Row], str | None]:
    """Where the rows behind a receipt's total are told, if it has any."""
    return lambda row: (
        None
        if row[name] is None
        else links.explain(here, table_name, measure, transaction_id=row["transaction_id"])
    )


def found_table(rows: list[Row], totals: receipts.Totals, search: Search) -> Html:
    columns = [
        Column(
            "receipt_number",
            "Receipt",
            say=lambda r: links.receipt(
                here,
                r["transaction_id"],
                r["transaction_id"] if r["receipt_number"] is None else f"{r['receipt_number']}",
            ),
        ),
        Column("store_name", "Store"),
        Column("business_date", "Day", say=lambda r: words.day(r["business_date"])),
        Column("sold_at", "Store time", say=local),
        Column("register_id", "Register"),
        Column(
            "lines_total",
            "Total with tax",
            "number",
            said("lines_total"),
            explained("core.fct_sales_lines", "net_amount", "lines_total"),
        ),
        Column(
            "tenders_total",
            "Paid, less change",
            "number",
            said("tenders_total"),
            explained("core.fct_tenders", "tender_amount", "tenders_total"),
        ),
    ]
    if search.tender_type:
        label = f"of it {search.tender_type.replace('_', ' ')}"
        columns.append(Column("tender_total", label, "number", said("tender_total")))
    columns += [
        Column("currency", "Currency"),
        Column("balance", "Balances", say=balance),
        Column(
            "tender_types", "Paid by", say=lambda r: (r["tender_types"] or "–").replace("_", " ")
        ),
    ]
    if search.text:
        columns.append(Column("matched", "Found in"))
    columns.append(Column("transaction_id", "Transaction id"))
    sums = None
    if len(totals.by_currency) == 1:
        names = ("lines_total", "tenders_total", "tender_total")
        sums = {n: words.number(totals.by_currency[0][n] or 0, 2) for n in names}
        sums["receipt_number"] = "Total"
    shown = words.counted(totals.receipts, "receipt")
    if len(rows) < totals.receipts:
        shown = f"The newest {len(rows)} of {shown}; the totals and the download hold all"
    return table(columns, rows, total=sums, tall=True, caption=f"{shown}.")


def answer(totals: receipts.Totals, search: Search, window: str) -> Html:
    """What was found, in a sentence."""
    what = words.counted(totals.receipts, "receipt")
    about = []
    if search.tender_type:
        about.append(f"paid by {search.tender_type.replace('_', ' ')}")
    if search.register_id:
        about.append(f"of register {search.register_id}")
    if search.z_number:
        about.append(f"in closing {search.z_number}")
    if search.text:
        about.append(f"with “{search.text}” on them")
    days = {"day": f"on {words.day(on)}", "all": "on any day"}.get(
        window, f"in the {window} days to {words.day(on)}"
    )
    span = f"{' '.join(about)} {days}, {here.store_names()}".strip()
    if not totals.receipts:
        return Html(f"<b>No receipt</b> {safe(span)}.")
    name = "tender_total" if search.tender_type else "lines_total"
    of = "paid that way, less change" if search.tender_type else "with tax"
    sums = "; ".join(
        f"{row['currency']} {words.number(row[name] or 0, 2)}" for row in totals.by_currency
    )
    return Html(f"<b>{what}</b> {safe(span)}: {safe(sums)} {of}.")


def show_search() -> None:
    st.title("Receipts")
    head = st.container()
    with st.container(horizontal=True, gap="small", key="choices", vertical_alignment="bottom"):
        text = filters.text(
            "q", "Look for", "Number, transaction id, serial, last four, amount", width=400
        )
        # Whoever types a number does not know the day.
        default = "all" if text else "day"
        window = filters.choice(
            "days",
            "When",
            list(receipts.WINDOWS),
            receipts.WINDOWS.__getitem__,
            default,
            width=170,
        )
        tender = filters.choice(
            "tender",
            "Paid by",
            ["any", *receipts.tender_types(run)],
            lambda kind: kind.replace("_", " "),
            width=170,
        )
    search = Search.of_window(
        on,
        window,
        stores=here.stores,
        text=text,
        tender_type="" if tender == "any" else tender,
        register_id=st.query_params.get("register", ""),
        z_number=st.query_params.get("z", ""),
    )
    totals = receipts.totals(run, search)
    rows = receipts.find(run, search, LISTED)
    with head:
        show(f'<p class="lead" data-lp="answer">{answer(totals, search, window)}</p>')
    if search.register_id or search.z_number:
        kept = {k: st.query_params[k] for k in ("q", "days", "tender") if k in st.query_params}
        show(f"<p>{link('Show every register and closing', links.receipts(here, **kept))}</p>")
    if rows:
        show(found_table(rows, totals, search))
    elif text:
        show(
            "<p>What was looked for is a receipt number, part of a transaction id or serial number"
            " (five characters or more), the last four digits of a card, or an amount to the cent"
            " of a payment, a line or the whole receipt.</p>"
        )
    download.excel(
        "receipts",
        "Receipts",
        here,
        lambda: [found_sheet(receipts.find(run, search, EXCEL_ROWS), totals)],
        [
            ("Looked for", text or "everything"),
            ("When", receipts.WINDOWS[window]),
            ("Paid by", tender),
            ("Register and closing", f"{search.register_id} {search.z_number}".strip() or "any"),
        ],
        largest=totals.receipts,
    )


def found_sheet(rows: list[Row], totals: receipts.Totals) -> Sheet:
    columns = {
        "transaction_id": "Transaction id",
        "receipt_number": "Receipt",
        "store_id": "Store id",
        "store_name": "Store",
        "business_date": "Business date",
        "sold_at": "Sold at (UTC)",
        "register_id": "Register",
        "transaction_status": "Status",
        "lines_total": "Total with tax",
        "tenders_total": "Paid, less change",
        "tender_total": "Of it by the tender asked for",
        "currency": "Currency",
        "tender_types": "Paid by",
        "matched": "Found in",
    }
    sums = None
    if len(totals.by_currency) == 1:
        names = ("lines_total", "tenders_total", "tender_total")
        sums = {name: totals.by_currency[0][name] for name in names}
    return Sheet("Receipts", columns, rows, sums)


# --- one receipt --------------------------------------------------------------------------------


def verdict(found: Receipt) -> Html:
    """Whether the receipt is in order, and what is held against it."""
    total = f"{found.currency} {words.number(found.lines_total, 2)}"
    paid = f"{found.currency} {words.number(found.tenders_total, 2)}"
    status = words.status(words.RECEIPT, found.status)
    said_ = f"{badge(status)} "
    if found.status not in ("completed", "paid, no lines"):
        said_ += "It counts in no figure: it was not completed."
    elif abs(found.difference) <= receipts.CENT:
        said_ += f"<b>It balances:</b> lines with tax come to {total}, payments less change too."
    else:
        off = words.number(found.difference, 2)
        said_ += (
            f"<b>It does not balance:</b> lines with tax come to {total}, payments less change to"
            f" {paid}; {off} apart."
        )
    held = len(found.findings)
    if held:
        said_ += f" {words.counted(held, 'thing is', 'things are')} held against it, listed below."
    return Html(said_)


def lines_table(found: Receipt) -> Html:
    columns = [
        Column("line_number", "Line"),
        Column("item_id", "Item", say=lambda r: r["item_id"] or words.label(r["line_type"])),
        Column("serial_number", "Serial"),
        Column("quantity", "Quantity", "number", lambda r: words.figure(r["quantity"], "number")),
        Column("regular_unit_price", "List price", "number", said("regular_unit_price")),
        Column("discount_amount", "Discount", "number", said("discount_amount")),
        Column("net_amount", "Net", "number", said("net_amount")),
        Column("tax_amount", "Tax", "number", said("tax_amount")),
        Column("sales_associate_id", "Sold by"),
        Column("operator_id", "Rung by"),
        Column("remarks", "Remarks", say=line_remarks),
        links.source(here),
    ]
    counted = [r for r in found.lines if not r["is_voided_line"]]
    sums = {
        name: words.number(sum(r[name] or 0 for r in counted), 2)
        for name in ("net_amount", "tax_amount")
    }
    return table(columns, found.lines, total={"line_number": "Total", **sums})


def line_remarks(line: Row) -> str:
    told = [
        words.label(line["line_type"]).lower() if line["line_type"] != "merchandise" else "",
        "struck out" if line["is_voided_line"] else "",
        "return" if line["is_return"] else "",
        f"because {line['return_reason']}" if line["return_reason"] else "",
        "price overridden" if line["is_price_override"] else "",
        f"discount: {line['discount_reason']}" if line["discount_reason"] else "",
        f"tax: {line['tax_exemption']}" if line["tax_exemption"] not in (None, "none") else "",
        f"shipped to {line['ship_to_state']}" if line["ship_to_state"] else "",
        "corrected" if line.get("is_corrected") else "",
    ]
    return ", ".join(part for part in told if part) or "–"


def payments_table(found: Receipt) -> Html:
    settled: dict[Any, Row] = {row.get("tender_number"): row for row in found.settlements}
    columns = [
        Column("tender_number", "No."),
        Column("tender_type", "Paid by", say=lambda r: r["tender_type"].replace("_", " ")),
        Column("tender_amount", "Tendered", "number", said("tender_amount")),
        Column("change_amount", "Change", "number", said("change_amount")),
        Column(
            "card_last_four",
            "Card",
            say=lambda r: f"···· {r['card_last_four']}" if r["card_last_four"] else "–",
        ),
        Column("authorization_code", "Authorisation"),
        Column("remarks", "Remarks", say=lambda r: "corrected" if r.get("is_corrected") else "–"),
        Column("settled", "Settlement", say=lambda r: settlement(settled.get(r["tender_number"]))),
        links.source(here),
    ]
    sums = {
        name: words.number(sum(r[name] or 0 for r in found.tenders), 2)
        for name in ("tender_amount", "change_amount")
    }
    return table(columns, found.tenders, total={"tender_number": "Total", **sums})


def settlement(row: Row | None) -> Html:
    if row is None:
        return Html("–")
    return badge(
        words.status(words.SETTLEMENT, row["status"]),
        f"paid out {words.day(row['settled_on'], year=False)}" if row["settled_on"] else "",
        links.explain(
            here, "finance.card_reconciliation", reconciliation_id=row["reconciliation_id"]
        ),
    )


def findings_table(found: Receipt) -> Html:
    def leads(row: Row) -> str:
        if row["rule_id"]:
            return address("exceptions", here.params | {"rule": row["rule_id"]})
        return links.explain(
            here,
            "finance.completeness_checks",
            store_id=found.store_id,
            business_date=found.business_date.isoformat(),
            check_id=row["check_id"],
        )

    columns = [
        Column("source", "Found by", href=leads),
        Column("subject", "About"),
        Column("expected_value", "Expected", "number", said("expected_value")),
        Column("actual_value", "Actual", "number", said("actual_value")),
        Column("difference", "Difference", "number", said("difference")),
        Column("note", "In words", "wide"),
    ]
    return table(columns, found.findings)


def movements_table(found: Receipt) -> Html:
    columns = [
        Column("document_id", "Document"),
        Column("movement_type", "Movement", say=lambda r: r["movement_type"].replace("_", " ")),
        Column("item_id", "Item"),
        Column("serial_number", "Serial"),
        Column("quantity", "Quantity", "number", lambda r: words.figure(r["quantity"], "number")),
        Column("location", "Place"),
        Column(
            "posted_at",
            "Posted (store time)",
            say=lambda r: words.short_moment(r["posted_at"], found.zone),
        ),
        links.source(here),
    ]
    return table(columns, found.movements)


def serials_table(found: Receipt) -> Html:
    columns = [
        Column(
            "serial_number", "Serial", href=lambda r: links.receipts(here, q=r["serial_number"])
        ),
        Column("business_date", "Day", say=lambda r: words.day(r["business_date"])),
        Column("what", "What happened"),
        Column("store_name", "Store"),
        Column("transaction_id", "Receipt", say=lambda r: links.receipt(here, r["transaction_id"])),
    ]
    return table(columns, found.serials, tall=True)


def events_table(found: Receipt) -> Html:
    columns = [
        Column("event_type", "What happened", say=lambda r: words.label(r["event_type"])),
        Column(
            "occurred_at",
            "When (store time)",
            say=lambda r: words.short_moment(r["occurred_at"], found.zone),
        ),
        Column("operator_id", "By"),
        Column("old_value", "Before"),
        Column("new_value", "After"),
        Column("amount", "Amount", "number", said("amount")),
        Column("reason", "Reason"),
        links.source(here),
    ]
    return table(columns, found.events)


def taxes_table(found: Receipt) -> Html:
    columns = [
        Column("line_number", "Line"),
        Column("status", "Tax", say=lambda r: badge(words.status(words.TAX, r["status"]))),
        Column("tax_state", "State"),
        Column("taxable_amount", "Taxable", "number", said("taxable_amount")),
        Column("expected_tax", "Expected", "number", said("expected_tax")),
        Column("tax_amount", "Charged", "number", said("tax_amount")),
        Column("difference", "Difference", "number", said("difference")),
        Column("tax_exemption", "Exemption"),
    ]
    return table(columns, found.taxes)


def related_table(found: Receipt) -> Html:
    columns = [
        Column("what", "What it is"),
        Column("transaction_id", "Receipt", say=lambda r: links.receipt(here, r["transaction_id"])),
        Column("business_date", "Day", say=lambda r: words.day(r["business_date"])),
        Column("store_id", "Store"),
    ]
    return table(columns, found.related)


def head_facts(found: Receipt) -> Html:
    number = "–" if found.receipt_number is None else str(found.receipt_number)
    seen = "finance.store_days"
    day = links.explain(
        here, seen, store_id=found.store_id, business_date=found.business_date.isoformat()
    )
    return facts(
        [
            ("Store", f"{found.store_name} ({found.store_id})"),
            ("Business date", link(words.day(found.business_date), day)),
            ("Rung up", words.moment(found.sold_at, found.zone)),
            ("Register and number", f"{found.register_id or '–'}, {number}"),
            ("Transaction id", found.transaction_id),
        ]
    )


# Section: heading, rows of the receipt, how they are shown, what to say when there are none.
SECTIONS: tuple[tuple[str, str, Callable[[Receipt], Html], str], ...] = (
    ("What is held against it", "findings", findings_table, ""),
    ("Lines", "lines", lines_table, "No line of this receipt has come."),
    ("Payments", "tenders", payments_table, "No payment of this receipt has come."),
    ("Sales tax", "taxes", taxes_table, ""),
    ("Stock movements", "movements", movements_table, "No stock movement names this receipt."),
    ("Where its pieces have been", "serials", serials_table, "No serial number is on it."),
    ("At the till", "events", events_table, ""),
    ("Receipts that belong to it", "related", related_table, ""),
)


def show_receipt(found: Receipt) -> None:
    number = found.transaction_id if found.receipt_number is None else found.receipt_number
    show(link("← All receipts", links.receipts(here)))
    st.title(f"Receipt {number} of {found.store_name}")
    show(f'<p class="lead" data-lp="answer">{verdict(found)}</p>', head_facts(found))
    for heading, name, made, nothing in SECTIONS:
        rows = getattr(found, name)
        if rows or nothing:
            st.header(heading)
            show(made(found) if rows else f"<p>{nothing}</p>")
    correct.show_corrections(here, corrections.targets(found), found.business_date, found.store_id)
    download.excel(
        "receipt",
        f"Receipt {found.transaction_id}",
        here,
        lambda: [receipt_sheet(heading, getattr(found, name)) for heading, name, *_ in SECTIONS],
        [("Transaction id", found.transaction_id)],
    )


def receipt_sheet(heading: str, rows: list[Row]) -> Sheet:
    names = {name: words.label(name) for row in rows[:1] for name in row}
    return Sheet(heading, names or {"none": "Nothing"}, rows)


wanted = st.query_params.get("receipt")
if not wanted:
    show_search()
else:
    one = receipts.receipt(run, wanted)
    if one is None:
        show(link("← All receipts", links.receipts(here)))
        st.title("Receipts")
        show(
            f'<p class="lead" data-lp="answer">This run knows no receipt “{safe(wanted)}”.'
            " It may have come with a later file, or been taken out by one.</p>"
        )
    else:
        show_receipt(one)
show('<span data-lp="drawn-receipts"></span>')
