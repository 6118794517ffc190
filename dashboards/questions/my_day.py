"""My day: everything that waits for the coordinator of a boutique, section by section.

Ages and days are those of the run, in the boutique's own day; the opening checks are those of the
business date that is chosen. No client is named: what a client owns is said in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dashboards.questions.network import only
from dashboards.warehouse import Run
from dashboards.words import Status

# The sections in the order of a day; those not named in SECTIONS are not drawn.
SECTIONS = {
    "checks": "Opening checks",
    "counts": "Counts",
    "receive": "To receive",
    "sent": "Sent, not received yet",
    "repairs": "Repairs due",
    "consignments": "Consignments due back",
    "reservations": "Reservations held too long",
    "actions": "Actions",
    "paperwork": "Paperwork",
}


@dataclass(frozen=True)
class Shop:
    """A boutique, and which day and hour it had when the run was made."""

    store_id: str
    name: str
    zone: str
    today: date
    ahead: int = 0

    @property
    def horizon(self) -> date:
        """The last day that counts as coming."""
        return self.today + timedelta(days=self.ahead)


@dataclass(frozen=True)
class Item:
    """One thing of a boutique's day: what it is, how urgent, why, and where it is told in full.

    `leads_to`: a page and its parameters. `is_open` is false for what is only good to know.
    """

    store_id: str
    what: str
    about: str
    status: Status
    why: str
    leads_to: tuple[str, Mapping[str, Any]]
    due_on: date | None = None
    is_open: bool = True
    is_late: bool = False


@dataclass(frozen=True)
class Section:
    """One part of the day; `items` is None where the run does not publish what it needs.

    `note` is what its answer adds, whatever the items say.
    """

    name: str
    items: list[Item] | None
    note: str = ""

    @property
    def title(self) -> str:
        return SECTIONS[self.name]

    @property
    def open(self) -> list[Item]:
        return [item for item in self.items or [] if item.is_open]

    @property
    def late(self) -> list[Item]:
        return [item for item in self.open if item.is_late]


@dataclass(frozen=True)
class Day:
    """The day of one boutique."""

    shop: Shop
    sections: list[Section] = field(default_factory=list)

    @property
    def open(self) -> list[Item]:
        return [item for section in self.sections for item in section.open]

    @property
    def late(self) -> list[Item]:
        return [item for item in self.open if item.is_late]


def shops(run: Run, chosen: Sequence[str], ahead: int = 0) -> list[Shop]:
    """The chosen boutiques (all that owe days when none is), by name."""
    keep, params = only(chosen, "d.store_id")
    rows = run.ask(
        "select d.store_id, coalesce(s.store_name, d.store_id) as store_name,"
        " coalesce(s.time_zone, 'UTC') as time_zone"
        " from (select distinct store_id from finance.store_days) d"
        f" left join core.dim_stores s using (store_id) where {keep} order by store_name",
        params,
    )
    return [
        Shop(
            row["store_id"],
            row["store_name"],
            row["time_zone"],
            local_day(run.run_at, row["time_zone"]),
            ahead,
        )
        for row in rows
    ]


def local_day(moment: datetime, zone: str) -> date:
    """The day it was there at that moment (UTC); an unknown zone is taken for UTC."""
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    try:
        return aware.astimezone(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError):
        return aware.astimezone(UTC).date()


def explained(table: str, **keys: Any) -> tuple[str, Mapping[str, Any]]:
    """Leads to the page that says what a row means and where it comes from."""
    return "explain", {"table": table} | {f"key_{name}": value for name, value in keys.items()}


def dated(due_on: date | None, shop: Shop) -> tuple[str, int]:
    """overdue, today, coming or later; and the days since (or until) its day."""
    if due_on is None:
        return "later", 0
    days = (shop.today - due_on).days
    if days > 0:
        return "overdue", days
    if days == 0:
        return "today", 0
    return ("coming" if due_on <= shop.horizon else "later"), -days


def of_store(items: Sequence[Item] | None, store_id: str) -> list[Item] | None:
    """A boutique's own items, the late ones first, then by day."""
    if items is None:
        return None
    mine = [item for item in items if item.store_id == store_id]
    return sorted(
        mine,
        key=lambda i: (not i.is_late, not i.is_open, i.due_on or date.max, i.what),
    )
