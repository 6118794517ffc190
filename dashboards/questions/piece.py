"""One piece: found by serial number or item, everything that happened to it, where it is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.questions.network import only
from dashboards.warehouse import Row, Run

EVENTS = "inventory.serial_events"
CONFLICTS = "inventory.serial_conflicts"
SHORTEST_PART = 5

# What an event says of where a piece is afterwards, in the words of the mart.
TOLD = {
    "sale": "client",
    "sale_line": "client",
    "transfer_out": "in_transit",
    "return_to_hq": "in_transit",
    "consignment_out": "on_consignment",
    "repair_out": "in_repair",
    "repair_collected": "client",
    "write_off": "written_off",
}
ARRIVALS = (
    *("receipt", "transfer_in", "sale_return", "return_line", "consignment_return"),
    *("repair_return", "repair_in"),
)
# A snapshot that shows a piece so has it on the premises.
ON_THE_PREMISES = ("available", "reserved", "display", "damaged", "client_owned")


@dataclass(frozen=True)
class Place:
    """Where a piece is: store, client, in_transit, on_consignment, in_repair, written_off, seen.

    The event tells it; `seen` is a later count that held the piece in hand.
    """

    word: str
    event: Row
    seen: Row | None = None


@dataclass(frozen=True)
class Passport:
    """A piece: its events oldest first, what is impossible among them, where it is now.

    `hidden` counts events at boutiques that the reader may not see; `has_left` says that one of
    these tells where the piece is, so that `place` is where it was.
    """

    serial_number: str
    item: Row
    events: list[Row]
    conflicts: list[Row]
    place: Place | None
    hidden: int = 0
    has_left: bool = False


def find(run: Run, text: str, stores: Sequence[str] = (), limit: int = 200) -> list[Row]:
    """Pieces whose serial number or item is that text, or whose serial number contains it.

    Each with its newest event. A part of a serial number has five characters or more.
    """
    keep, params = only(stores, "e.store_id")
    wanted = text.strip().upper()
    return run.ask(
        f"""
        with asked as (select ? as wanted),
        found as (
            select distinct serial_number from {EVENTS} e cross join asked
            where (upper(serial_number) = wanted or upper(item_id) = wanted
                or (length(wanted) >= {SHORTEST_PART} and contains(upper(serial_number), wanted)))
                and {keep}
        ),
        newest as (
            select e.serial_number, max_by(e.item_id, e.event_no) as item_id,
                count(*) as events, max_by(e.event_type, e.event_no) as event_type,
                max_by(e.business_date, e.event_no) as business_date,
                max_by(e.store_id, e.event_no) as store_id
            from {EVENTS} e join found using (serial_number)
            where {keep} group by e.serial_number
        )
        select n.*, coalesce(s.store_name, n.store_id) as store_name, i.item_name
        from newest n cross join asked left join core.dim_stores s using (store_id)
        left join core.dim_items i on n.item_id = i.item_id
        order by upper(n.serial_number) <> wanted, n.serial_number limit ?
        """,
        [wanted, *params, *params, limit],
    )


def passport(run: Run, serial_number: str, own: Sequence[str] = ()) -> Passport | None:
    """All that is known of a piece; None when nothing is.

    `own` are the only boutiques the reader may see; none named means all. Where a piece is may then
    be known only as far as these boutiques' events tell.
    """
    every = run.ask(
        f"""
        select e.*, coalesce(s.store_name, e.store_id) as store_name,
            coalesce(o.store_name, e.counterpart_store_id) as counterpart_name,
            s.time_zone, f.file_name
        from {EVENTS} e left join core.dim_stores s on e.store_id = s.store_id
        left join core.dim_stores o on e.counterpart_store_id = o.store_id
        left join (select file_id, any_value(file_name) as file_name from quality.files
            group by file_id) f on e._file_id = f.file_id
        where e.serial_number = ? order by e.event_no
        """,
        [serial_number],
    )
    events = [row for row in every if _may_see(row, own)]
    if not every:
        return None
    item_id = next((row["item_id"] for row in reversed(events) if row["item_id"]), None)
    conflicts = [row for row in _conflicts(run, serial_number) if _may_see(row, own)]
    now = place(every)
    return Passport(
        serial_number,
        _item(run, item_id),
        events,
        conflicts,
        place(events),
        len(every) - len(events),
        now is not None and not _may_see(now.event, own),
    )


def place(events: Sequence[Row]) -> Place | None:
    """Where the newest event that says so leaves the piece, and who held it in hand since."""
    seen = None
    for event in reversed(events):
        word = told(event)
        if word:
            return Place(word, event, seen)
        if event["event_type"] == "count_scan" and seen is None:
            seen = event
    return Place("seen", seen) if seen else None


def told(event: Row) -> str | None:
    """Where an event says the piece is afterwards; what a receipt tells too is left to it."""
    kind, status = event["event_type"], event.get("stock_status")
    if event.get("is_told_by_receipt"):
        return None
    if kind == "snapshot":
        return status if status and status not in ON_THE_PREMISES else "store"
    if kind in ("adjustment", "count_adjustment"):
        return "store" if (event.get("quantity") or 0) > 0 else "written_off"
    return "store" if kind in ARRIVALS else TOLD.get(kind)


def receipt_of(event: Row) -> str | None:
    """The receipt an event belongs to."""
    if event["event_type"] in ("sale_line", "return_line"):
        return event["document_id"]
    return event.get("transaction_id")


def _conflicts(run: Run, serial_number: str) -> list[Row]:
    if not run.has(CONFLICTS):
        return []
    return run.ask(
        f"select c.*, coalesce(s.store_name, c.store_id) as store_name from {CONFLICTS} c"
        " left join core.dim_stores s using (store_id) where c.serial_number = ? order by all",
        [serial_number],
    )


def _item(run: Run, item_id: str | None) -> Row:
    known = run.ask("select * from core.dim_items where item_id = ?", [item_id]) if item_id else []
    return known[0] if known else {"item_id": item_id}


def _may_see(row: Row, own: Sequence[str]) -> bool:
    return not own or row["store_id"] in own
