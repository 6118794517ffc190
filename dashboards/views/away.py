"""In transit and out: what is away, how old and how much, and what somebody has to look at."""

from __future__ import annotations

import streamlit as st

from dashboards import words
from dashboards.parts import away as tables
from dashboards.parts import download, links
from dashboards.parts.frame import chosen
from dashboards.parts.html import Column, Html, Tile, badge, safe, show, table, tiles
from dashboards.questions import away
from dashboards.questions.away import Kind
from dashboards.warehouse import Row
from dashboards.workbook import Sheet

here = chosen()
run = here.run
KINDS = {
    "transit": (away.TRANSIT, "In transit", "goods in transit", "On the way"),
    "consignments": (away.CONSIGNMENTS, "Consignments", "consignments", "Out on memo"),
    "repairs": (away.REPAIRS, "Repairs", "repairs", "In care service"),
    "reservations": (away.RESERVATIONS, "Reservations", "reservations", "Reserved"),
    "supplies": (away.SUPPLIES, "Supplies", "supplies", "Supplies"),
}
found = {name: away.away(run, told[0], here.stores) for name, told in KINDS.items()}


def sums(rows: list[Row], kind: Kind) -> str:
    told = [f"{currency} {words.number(v, 2)}" for currency, v in away.worth(rows, kind).items()]
    return ", ".join(told).strip() or "0"


def answer() -> Html:
    """How much is on the way, and the worst of each kind, in words."""
    moving = found["transit"]
    if moving is None:
        return Html("This run does not publish goods in transit yet.")
    told = [f"<b>{words.counted(len(moving), 'line')} in transit</b>"]
    if moving:
        told[0] += f", {safe(sums(moving, away.TRANSIT))} at cost"
    told[0] += "."
    for name, (_, _, _, title) in KINDS.items():
        wrong = away.alarms(found[name])
        if not wrong:
            continue
        first = wrong[0]
        which = first.get("transfer_id") or first.get("consignment_id") or first.get("repair_id")
        which = which or first.get("serial_number") or first.get("supply_item") or first["item_id"]
        told.append(
            f"<b>{title}: {words.number(len(wrong))} to look at</b>, first {safe(which)}"
            f" ({safe(first['alarm_reason'])})."
        )
    if len(told) == 1:
        told.append("Nothing that is away needs somebody to look.")
    return Html(" ".join(told))


def tile(name: str) -> Tile:
    kind, _, _, title = KINDS[name]
    rows = found[name] or []
    wrong = words.number(len(away.alarms(rows)))
    worth = "" if name == "supplies" else sums(rows, kind)
    return Tile(title, words.number(len(rows)), f"#{name}", [(wrong, "to look at")], worth)


def show_kind(name: str, worth: str, bucket: str = "Days") -> None:
    kind, title, what, _ = KINDS[name]
    rows = found[name]
    st.header(title, anchor=name)
    if rows is None:
        show(
            f"<p>This run does not publish {what} yet ({kind.table}): the next"
            " <code>loupe run</code> of a newer Loupe does.</p>"
        )
    elif not rows:
        show("<p>None: 0 rows.</p>")
    else:
        ages = tables.ages_table(rows, kind, worth, bucket) if worth else ""
        show(ages, tables.rows_table(here, kind, rows))


def odd_table(rows: list[Row]) -> Html:
    def explained(name: str, label: str) -> Column:
        return Column(
            name,
            label,
            "number",
            lambda r: tables.units(r, name),
            lambda r: links.explain(here, away.TRANSFERS, name, transfer_id=r["transfer_id"]),
        )

    columns = [
        Column("transfer_id", "Transfer"),
        Column("status", "What became of it", say=ended),
        Column("sender_store_id", "From"),
        Column("receiver_store_id", "To"),
        Column("received_elsewhere_by", "Received by"),
        tables.dated("moved_on", "Sent on"),
        explained("shipped_units", "Sent"),
        explained("received_units", "Received"),
        explained("short_units", "Short"),
        explained("rejected_units", "Came back"),
        explained("in_transit_units", "On the way"),
        explained("over_received_units", "Too much"),
    ]
    caption = f"The newest {tables.LISTED} of {len(rows)}" if len(rows) > tables.LISTED else ""
    return table(columns, rows[: tables.LISTED], tall=True, caption=caption)


def ended(row: Row) -> Html:
    early = "received before it was sent" if row["is_received_before_shipped"] else ""
    return badge(words.status(words.TRANSFER, row["status"]), early)


def reconciliation_table(rows: list[Row]) -> Html:
    def counted(name: str, label: str) -> Column:
        def href(row: Row) -> str:
            keys = {"store_id": row["store_id"], "owner": row["owner"]}
            month = row["month"].isoformat()
            return links.explain(here, away.RECONCILIATION, name, month=month, **keys)

        return Column(name, label, "number", href=href)

    columns = [
        Column("store_name", "Store"),
        Column("month", "Month", say=lambda r: f"{r['month']:%B %Y}"),
        Column("owner", "Owner"),
        counted("opening_pieces", "At the start"),
        counted("pieces_in", "+ in"),
        counted("pieces_out", "− out"),
        counted("closing_pieces", "= at the end"),
        counted("closing_at_workshop", "of them at the workshop"),
        counted("residual_pieces", "Unexplained"),
    ]
    return table(columns, rows, tall=True)


def turnaround_words() -> str:
    told = away.turnaround(run, here.stores)
    if not told.pieces:
        return "No piece came back from a workshop yet."
    share = f" {told.on_time} of {told.promised} promises were kept." if told.promised else ""
    return (
        f"{words.counted(told.pieces, 'piece')} came back in the year to the newest return: half"
        f" within {words.number(told.median_days)} days, nine of ten within"
        f" {words.number(told.ninetieth_days)}.{share}"
    )


def sheets() -> list[Sheet]:
    made = [
        tables.sheet(here, title, kind, found[name] or [])
        for name, (kind, title, _, _) in KINDS.items()
        if found[name]
    ]
    for name, rows in (("Odd transfers", odd), ("Repairs by month", months)):
        if rows:
            names = {n: words.label(n) for n in rows[0] if not n.startswith("_")}
            made.append(Sheet(name, names, rows))
    return made


st.title("In transit and out")
show(
    f'<p class="lead" data-lp="answer">{answer()}</p>',
    '<p class="soft">Ages are counted to the run, in each store\'s own day; the business date'
    " above does not change them.</p>",
    tiles(tile(name) for name in KINDS),
)
odd = away.odd_transfers(run, here.stores)
months = away.reconciliation(run, here.stores)
show_kind("transit", "At cost", "Business days")
if odd:
    st.subheader("Transfers that did not arrive as they were sent", anchor="odd")
    show(odd_table(odd))
show_kind("consignments", "Worth")
show_kind("repairs", "Own stock at cost")
if months:
    st.subheader("Care service by month", anchor="by-month")
    show(f"<p>{safe(turnaround_words())}</p>", reconciliation_table(months))
show_kind("reservations", "At cost")
show_kind("supplies", "")
download.excel("in_transit_and_out", "In transit and out", here, sheets)
show('<span data-lp="drawn-away"></span>')
