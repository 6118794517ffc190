"""Tables of goods that are away: what each kind shows, on the page and in its spreadsheet."""

from __future__ import annotations

from functools import partial

from dashboards import words
from dashboards.parts import links
from dashboards.parts.filters import Chosen
from dashboards.parts.html import Column, Html, badge, table
from dashboards.questions import away
from dashboards.questions.away import Kind
from dashboards.warehouse import Row
from dashboards.workbook import Sheet

LISTED = 200


def money(row: Row, name: str) -> str:
    return words.NONE if row.get(name) is None else words.number(row[name], 2)


def units(row: Row, name: str) -> str:
    return words.NONE if row.get(name) is None else words.figure(row[name], "number")


def day(row: Row, name: str) -> str:
    return words.day(row.get(name))


def figure(here: Chosen, kind: Kind, name: str, label: str, *, of: str = "money") -> Column:
    """A figure that leads to its explanation."""

    def href(row: Row) -> str | None:
        if row.get(name) is None:
            return None
        keys = {kind.key: row[kind.key]}
        if kind is away.SUPPLIES:
            keys["store_id"] = row["store_id"]
        return links.explain(here, kind.table, name, **keys)

    return Column(
        name, label, "number", partial(money if of == "money" else units, name=name), href
    )


def dated(name: str, label: str) -> Column:
    return Column(name, label, say=partial(day, name=name))


def aged(name: str, label: str) -> Column:
    return Column(name, label, "number")


def mark(row: Row) -> Html:
    return badge(words.LOOK if row["has_alarm"] else words.QUIET)


def piece(row: Row) -> str:
    return " ".join(str(part) for part in (row["item_id"], row["serial_number"]) if part)


def columns(here: Chosen, kind: Kind) -> list[Column]:
    """The columns of a kind; the first says whether somebody has to look, the second why."""
    shown = {
        away.TRANSIT: [
            Column("transfer_id", "Transfer"),
            Column("sender_store_name", "From"),
            Column("receiver_store_name", "To"),
            Column("serial_number", "Piece", say=piece),
            figure(here, kind, "in_transit_units", "Units", of="units"),
            aged("age_business_days", "Business days"),
            aged("age_days", "Days"),
            figure(here, kind, "in_transit_cost", "At cost"),
            figure(here, kind, "in_transit_retail", "At list price"),
            figure(here, kind, "insured_value", "Insured for"),
            Column("currency", "Currency"),
            dated("shipped_on", "Sent on"),
            dated("expected_on", "Expected on"),
            Column("carrier", "Carrier"),
            Column("tracking_number", "Tracking"),
        ],
        away.CONSIGNMENTS: [
            Column("consignment_id", "Memo"),
            Column("store_name", "Store"),
            Column("serial_number", "Piece", say=piece),
            Column("client_id", "Client (token)"),
            aged("age_days", "Days out"),
            dated("due_back_on", "Due back"),
            aged("days_overdue", "Days overdue"),
            figure(here, kind, "value_held", "Worth"),
            Column("currency", "Currency"),
            Column("is_unsigned", "Unsigned"),
        ],
        away.REPAIRS: [
            Column("repair_id", "Order"),
            Column("store_name", "Store"),
            Column("owner", "Owner"),
            Column("serial_number", "Piece", say=piece),
            Column("step", "Step", say=lambda r: words.label(r["step"]).lower()),
            Column("status", "In the source's words"),
            aged("age_days", "Days here"),
            dated("promised_on", "Promised for"),
            aged("days_late", "Days late"),
            aged("days_without_step", "Days without a step"),
            aged("turnaround_days", "Turnaround"),
            figure(here, kind, "owned_cost", "Own stock at cost"),
        ],
        away.RESERVATIONS: [
            Column("serial_number", "Piece", say=piece),
            Column("store_name", "Store"),
            aged("age_days", "Days held"),
            Column("reserved_since", "Held since", say=held_since),
            figure(here, kind, "reserved_units", "Units", of="units"),
            figure(here, kind, "reserved_cost", "At cost"),
            figure(here, kind, "reserved_retail", "At list price"),
            Column("currency", "Currency"),
        ],
        away.SUPPLIES: [
            Column("supply_item", "Supply"),
            Column("store_name", "Store"),
            figure(here, kind, "on_hand", "Last known level", of="units"),
            figure(here, kind, "reorder_point", "Reorder point", of="units"),
            figure(here, kind, "units_to_order", "To order", of="units"),
            dated("level_on", "Level of"),
            aged("level_age_days", "Days ago"),
        ],
    }[kind]
    why = Column("alarm_reason", "Why", "wide")
    return [Column("has_alarm", "Look", say=mark), why, *shown, links.source(here)]


def held_since(row: Row) -> str:
    since = words.day(row["reserved_since"])
    return since if row["is_since_known"] else f"{since} or before"


def rows_table(here: Chosen, kind: Kind, rows: list[Row]) -> Html:
    caption = words.counted(len(rows), "row")
    if len(rows) > LISTED:
        caption = f"The first {LISTED} of {words.number(len(rows))} rows; the download holds all."
    return table(columns(here, kind), rows[:LISTED], tall=True, caption=caption)


def ages_table(rows: list[Row], kind: Kind, worth: str, bucket: str) -> Html:
    """Rows, alarms and worth by age; the total where there is one currency."""
    added = away.by_age(rows, kind)
    total = None
    if len({row["currency"] for row in added}) == 1:
        total = {
            "age_bucket": "Total",
            "rows": words.number(sum(row["rows"] for row in added)),
            "alarms": words.number(sum(row["alarms"] for row in added)),
            "worth": words.number(sum(row["worth"] for row in added), 2),
        }
    return table(
        [
            Column("age_bucket", bucket),
            Column("rows", "Rows", "number"),
            Column("alarms", "To look at", "number"),
            Column("worth", worth, "number", partial(money, name="worth")),
            Column("currency", "Currency"),
        ],
        added,
        total=total,
    )


def sheet(here: Chosen, name: str, kind: Kind, rows: list[Row]) -> Sheet:
    """All rows of a kind, with the total of what they are worth where there is one currency."""
    named = {c.name: c.label for c in columns(here, kind) if c.name != "_file_id"}
    named |= (
        {"item_id": "Item", "serial_number": "Serial number"} if "serial_number" in named else {}
    )
    totals = None
    if kind is not away.SUPPLIES and len({row["currency"] for row in rows}) == 1:
        totals = {kind.worth: sum(row[kind.worth] or 0 for row in rows)}
    return Sheet(name, named | {"file_name": "File", "_line_no": "Line"}, rows, totals)
