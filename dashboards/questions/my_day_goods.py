"""My day, goods: transfers to receive and sent, repairs, consignments and reservations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from dashboards import day_words, words
from dashboards.questions import away
from dashboards.questions.away import CONSIGNMENTS, REPAIRS, RESERVATIONS, TRANSFERS, TRANSIT
from dashboards.questions.my_day import Item, Shop, dated, explained
from dashboards.questions.network import only
from dashboards.warehouse import Row, Run
from dashboards.words import Status

Shops = Mapping[str, Shop]
_STATUS = {"overdue": day_words.OVERDUE, "today": day_words.TODAY, "coming": day_words.COMING}


def piece(row: Row) -> str:
    return " ".join(str(row[name]) for name in ("item_id", "serial_number") if row.get(name))


def in_transit(run: Run, shops: Shops) -> tuple[list[Item], list[Item]] | None:
    """What the boutiques have to receive, and what they sent that has not arrived."""
    if not run.has(TRANSIT.table):
        return None
    transfers = _by_transfer(run, list(shops))
    receive, sent = [], []
    for lines in transfers:
        first = lines[0]
        if first["receiver_store_id"] in shops:
            receive.append(_transfer(lines, shops[first["receiver_store_id"]], "from"))
        if first["sender_store_id"] in shops:
            sent.append(_transfer(lines, shops[first["sender_store_id"]], "to"))
    return receive, sent


def _by_transfer(run: Run, stores: Sequence[str]) -> list[list[Row]]:
    """The lines on the way, those of one transfer together, with all that was sent under it."""
    sent: dict[str, Row] = {}
    if run.has(TRANSFERS):
        told = run.ask(f"select transfer_id, status, shipped_units from {TRANSFERS}")
        sent = {row["transfer_id"]: row for row in told}
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in away.away(run, TRANSIT, stores) or []:
        key = (row["transfer_id"], row["sender_store_id"], row["receiver_store_id"])
        whole = sent.get(row["transfer_id"], {})
        found.setdefault(key, []).append(row | {"whole": whole})
    return list(found.values())


def _transfer(lines: list[Row], shop: Shop, way: str) -> Item:
    first = lines[0]
    other = first["sender_store_name"] if way == "from" else first["receiver_store_name"]
    units = sum((row["in_transit_units"] or Decimal(0) for row in lines), Decimal(0))
    whole = first["whole"].get("shipped_units")
    partly = first["whole"].get("status") == "partly_received" or any(
        row["status"] == "partly_received" for row in lines
    )
    late = next((row for row in lines if row["is_overdue"]), None)
    expected = min((r["expected_on"] for r in lines if r["expected_on"]), default=None)
    state, _ = dated(expected, shop)
    status = day_words.MOVING
    if late is not None:
        status = day_words.OVERDUE
    elif state == "today":
        status = day_words.TODAY
    told = []
    if partly:
        of = f" of {words.figure(whole, 'number')}" if whole and whole > units else ""
        told.append(f"partly received, {words.figure(units, 'number')}{of} still on the way")
    said = f"expected {words.day(expected, year=False)}" if expected else "no day was promised"
    reasons = _reasons(late or first)
    if expected and reasons and reasons[0].startswith("expected "):
        said += f": {reasons.pop(0).removeprefix('expected ')}"
    elif late is None and state == "overdue":
        said += ", and that day is over"
    told += [said, *reasons]
    what = piece(first) if len(lines) == 1 else words.counted(len(lines), "line")
    number = words.counted(int(units), "unit") if units == int(units) else f"{units} units"
    return Item(
        shop.store_id,
        first["transfer_id"],
        f"{number}: {what}, {way} {other or 'an unknown place'}",
        status,
        "; ".join(told),
        explained(TRANSIT.table, transit_id=first["transit_id"]),
        expected,
        # Goods on the way are nothing to do before their day.
        is_open=late is not None or state in ("today", "overdue") or partly,
        is_late=late is not None,
    )


def repairs(run: Run, shops: Shops) -> list[Item] | None:
    """Orders promised by the last day looked ahead, and those with something to look at."""
    rows = _rows(run, REPAIRS.table, shops)
    if rows is None:
        return None
    found = []
    for row in rows:
        shop = shops[row["store_id"]]
        # What is back only waits for its owner: its promise was met, or missed, already.
        is_ready = row["step"] == "ready"
        state, days = dated(None if is_ready else row["promised_on"], shop)
        if state == "later" and not (is_ready or row["has_alarm"]):
            continue
        told = []
        if row["promised_on"]:
            told.append(f"promised for {words.day(row['promised_on'], year=False)}")
        else:
            told.append("no day was promised")
        if state == "overdue":
            told.append(f"{words.counted(days, 'day')} late")
        if is_ready:
            waits = ", waits to be collected" if row["is_client_owned"] else ""
            told.append(f"back from the workshop{waits}")
        told += _reasons(row, but="promised")
        owner = "client-owned" if row["is_client_owned"] else "our own stock"
        status = _status(state, bool(row["has_alarm"]))
        if is_ready and not row["has_alarm"]:
            status = day_words.READY
        found.append(
            Item(
                shop.store_id,
                row["repair_id"],
                f"{owner}: {piece(row) or 'a piece without a number'},"
                f" {words.label(row['step'] or 'unknown step').lower()}",
                status,
                "; ".join(told),
                explained(REPAIRS.table, repair_id=row["repair_id"]),
                row["promised_on"],
                is_open=is_ready or state in ("overdue", "today") or bool(row["has_alarm"]),
                is_late=state == "overdue",
            )
        )
    return found


def consignments(run: Run, shops: Shops) -> list[Item] | None:
    """Memos that have to be back by the last day looked ahead, or have something to look at."""
    rows = _rows(run, CONSIGNMENTS.table, shops)
    if rows is None:
        return None
    found = []
    for row in rows:
        shop = shops[row["store_id"]]
        state, days = dated(row["due_back_on"], shop)
        if state == "later" and not row["has_alarm"]:
            continue
        told = []
        if row["due_back_on"]:
            told.append(f"due back {words.day(row['due_back_on'], year=False)}")
        if state == "overdue":
            told.append(f"{words.counted(days, 'day')} overdue")
        told += _reasons(row, but="due back")
        holder = "with a client" if row["client_id"] else "with a partner"
        found.append(
            Item(
                shop.store_id,
                row["consignment_id"],
                f"{piece(row)}, {holder}",
                _status(state, bool(row["has_alarm"])),
                "; ".join(told),
                explained(CONSIGNMENTS.table, consignment_id=row["consignment_id"]),
                row["due_back_on"],
                is_open=state in ("overdue", "today") or bool(row["has_alarm"]),
                is_late=state == "overdue",
            )
        )
    return found


def reservations(run: Run, shops: Shops) -> tuple[list[Item], dict[str, int]] | None:
    """Pieces held for longer than is allowed, and how many each boutique holds at all.

    No export tells until when a piece is held: the days held are what there is.
    """
    rows = _rows(run, RESERVATIONS.table, shops)
    if rows is None:
        return None
    held = {store: sum(row["store_id"] == store for row in rows) for store in shops}
    found = [
        Item(
            row["store_id"],
            piece(row),
            f"held since {words.day(row['reserved_since'], year=False)}"
            + ("" if row["is_since_known"] else " or before"),
            day_words.OVERDUE,
            row["alarm_reason"] or "held for too long",
            explained(RESERVATIONS.table, reservation_id=row["reservation_id"]),
            row["reserved_since"],
            is_late=True,
        )
        for row in rows
        if row["has_alarm"]
    ]
    return found, held


def _rows(run: Run, table: str, shops: Shops) -> list[Row] | None:
    if not run.has(table):
        return None
    keep, params = only(list(shops))
    return run.ask(f"select * from {table} where {keep}", params)


def _reasons(row: Row, but: str = "") -> list[str]:
    """Why somebody has to look, reason by reason; those beginning with `but` are said already."""
    told = (row["alarm_reason"] or "").split("; ") if row["has_alarm"] else []
    return [reason for reason in told if reason and not (but and reason.startswith(but))]


def _status(state: str, has_alarm: bool) -> Status:
    """Overdue and today are said before an alarm; what only has an alarm is to be looked at."""
    if state in ("overdue", "today") or not has_alarm:
        return _STATUS.get(state, day_words.MOVING)
    return words.LOOK
