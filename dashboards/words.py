"""How figures, dates and statuses are said: one voice for pages, spreadsheets, command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NONE = "–"


@dataclass(frozen=True)
class Status:
    """One status: its word, a sign that stands without colour, the theme's tone, its meaning."""

    word: str
    sign: str
    tone: str
    meaning: str


DELIVERY = {
    "received": Status("received", "✓", "green", "The file came and all its lines went in."),
    "accepted": Status("accepted", "★", "green", "Received, checked and signed off."),
    "incomplete": Status("incomplete", "◐", "yellow", "The file came; some lines were set aside."),
    "late": Status("late", "▲", "yellow", "Past its due time and not here."),
    "missing": Status("missing", "✕", "orange", "So late that somebody has to ask for it."),
    "due": Status("due", "◔", "blue", "The day is over; its due time is not."),
    "not_due": Status("not due", "○", "gray", "The day is not over yet."),
    "duplicate": Status("duplicate", "=", "violet", "The same content came twice; ignored."),
    "reopened": Status(
        "reopened", "↻", "violet", "Replaced by a newer file after it was received."
    ),
    "closed": Status("closed", "—", "gray", "The store did not open: nothing is expected."),
}

STORE_DAY = {
    "complete": Status("complete", "✓", "green", "Everything due is in and no check blocks."),
    "signed_off": Status("signed off", "★", "green", "Complete, and signed off by a person."),
    "waiting": Status("waiting", "◔", "blue", "A file is not due yet, or late."),
    "blocked": Status("blocked", "✕", "orange", "A file is missing, or a check fails that blocks."),
    "reopened": Status("reopened", "↻", "violet", "A file changed after sign-off."),
    "closed": Status("closed", "—", "gray", "The store did not open: nothing is expected."),
}

FILE = {
    "accepted": Status("taken in", "✓", "green", "Its lines were loaded."),
    "duplicate": Status("duplicate", "=", "violet", "The same content came before; ignored."),
    "refused": Status("refused", "✕", "orange", "Nothing of it was loaded."),
    "superseded": Status("replaced", "↻", "gray", "A newer file replaced what it said."),
}

# A store-day on its way to being signed off.
CLOSING = {
    "ready": Status("ready", "○", "blue", "Nothing stands in the way of signing it off."),
    "in_the_way": Status("not ready", "✕", "orange", "Something stands in the way."),
    "signed_off": Status("signed off", "★", "green", "Signed off by a person."),
    "signed_now": Status("signed off", "★", "green", "Signed off since these figures were made."),
    "reopened": Status("reopened", "↻", "violet", "Something changed after it was signed off."),
    "closed": Status("closed", "—", "gray", "The store did not open: nothing to sign off."),
    "unowed": Status(
        "nothing to sign off", "—", "gray", "No export that a sign-off waits for is owed that day."
    ),
}

CHECK_FAILED = {
    "block": Status("blocks", "✕", "orange", "Fails, and keeps the day from being complete."),
    "error": Status("fails", "✕", "orange", "Fails, and stands in the way of a sign-off."),
    "warn": Status("warns", "▲", "yellow", "Fails; to be looked at."),
    "info": Status("note", "●", "blue", "Worth knowing; nothing is wrong by itself."),
}
CHECK_PASSED = Status("ok", "✓", "green", "Checked, and it holds.")

RECEIPT = {
    "completed": Status("completed", "✓", "green", "Rung up and paid."),
    "voided": Status("voided", "⊘", "gray", "Given up before it was paid: counts in nothing."),
    "post_voided": Status("voided afterwards", "⊘", "yellow", "Taken back after it was completed."),
    "suspended": Status("suspended", "◔", "blue", "Parked at the till: counts in nothing."),
    "training": Status("training", "○", "gray", "Rung for practice: counts in nothing."),
    "paid, no lines": Status("paid, no lines", "✕", "orange", "A payment without a receipt."),
}
BALANCED = Status("balances", "✓", "green", "Lines with tax equal payments less change.")
UNBALANCED = Status("differs", "✕", "orange", "Lines with tax are not payments less change.")
AGREES = Status("agrees", "✓", "green", "No difference.")
MORE = Status("more", "▲", "yellow", "More than it should be.")
LESS = Status("less", "▼", "orange", "Less than it should be.")
MORE_AND_LESS = Status(
    "more and less", "▼", "orange", "Closings differ, and come to nothing together."
)

CORRECTION = {
    "waiting": Status("waits for approval", "◔", "blue", "Proposed; changes nothing yet."),
    "approved": Status("approved", "✓", "green", "Approved by another person."),
    "effective": Status("in the figures", "★", "green", "Approved, and counted with."),
    "withdrawn": Status("taken back", "⊘", "gray", "Somebody took it back."),
    "replaced": Status("replaced", "↻", "gray", "A later correction of the same value counts."),
    "superseded": Status("superseded", "↻", "violet", "The row came again in a newer file."),
    "refused": Status("refused", "✕", "orange", "The value cannot stand in that column."),
    "no_such_row": Status("no such row", "✕", "orange", "The row is not there any more."),
}

CAUSE = {
    "file": Status("delivered again", "↻", "violet", "A newer file replaced the day."),
    "late": Status("came late", "◷", "violet", "Figures had been told without it."),
    "correction": Status("corrected", "✎", "yellow", "A person's correction was approved."),
}

REVIEW = {
    "open": Status("to review", "◔", "blue", "Nobody has looked at it yet."),
    "explained": Status("explained", "✓", "green", "Somebody looked, and it has its reason."),
    "follow_up": Status("to follow up", "▲", "yellow", "Somebody looked, and there is more to do."),
}
STANDS_OUT = Status("stands out", "▲", "yellow", "Chance alone hardly explains it.")
ORDINARY = Status("ordinary", "○", "gray", "Chance alone explains it.")
TOO_FEW = Status("too few", "–", "gray", "Too few to say anything of a rate.")

SETTLEMENT = {
    "matched": Status("settled", "✓", "green", "The card processor paid exactly this."),
    "waiting": Status("waiting", "◔", "blue", "Not settled yet, and not late."),
    "unmatched_tender": Status("not settled", "✕", "orange", "Paid by card, never settled."),
    "unmatched_settlement": Status("unknown", "✕", "orange", "Settled, but no such payment."),
    "chargeback": Status("charged back", "▲", "yellow", "The client's bank took it back."),
    "amount_differs": Status("differs", "✕", "orange", "Settled with another amount."),
}

DEPOSIT = {
    "credited": Status("credited", "✓", "green", "The bank credited what was banked."),
    "waiting": Status("waiting", "◔", "blue", "Not credited yet, and not late."),
    "late": Status("late", "▲", "yellow", "The bank should have credited it by now."),
    "short": Status("short", "✕", "orange", "The bank credited less than was banked."),
    "over": Status("over", "▲", "yellow", "The bank credited more than was banked."),
    "no_bag": Status("no bag", "✕", "orange", "Tills set cash aside, but no bag is known."),
}

TAX = {
    "plausible": Status("plausible", "✓", "green", "Within what the state and its places may ask."),
    "off": Status("off", "✕", "orange", "Outside what the state and its places may ask."),
    "zero_without_reason": Status("no tax, no reason", "✕", "orange", "Zero needs its reason."),
    "not_registered": Status("no tax there", "▲", "yellow", "Shipped to a state without us."),
    "no_rate": Status("no rate known", "○", "gray", "No rate is known for the state and day."),
}

DONE = ("complete", "signed_off")


def status(table: dict[str, Status], code: str | None) -> Status:
    """The status of that code; an unknown code is shown as it stands."""
    known = table.get(code or "")
    return known or Status((code or "unknown").replace("_", " "), "?", "gray", "")


def day(value: date | datetime | None, *, year: bool = True) -> str:
    """`Fri 20 Nov 2026`."""
    if value is None:
        return NONE
    return f"{value:%a} {value.day} {value:%b %Y}" if year else f"{value:%a} {value.day} {value:%b}"


def moment(value: datetime | None, zone: str | None = None, *, seconds: bool = False) -> str:
    """`Sun 22 Nov 2026, 06:31 EST`: in the zone asked for, which is always printed."""
    if value is None:
        return NONE
    local = _zoned(value, zone)
    clock = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    return f"{day(local)}, {clock} {zone_name(local)}"


def short_moment(value: datetime | None, zone: str | None = None) -> str:
    """`22 Nov 06:31`, for columns whose heading names the zone."""
    if value is None:
        return NONE
    local = _zoned(value, zone)
    return f"{local.day} {local:%b %H:%M}"


def zone_name(value: datetime) -> str:
    name = value.tzname() or "UTC"
    return f"UTC{name}" if name[0] in "+-" else name


def _zoned(value: datetime, zone: str | None) -> datetime:
    aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value
    try:
        return aware.astimezone(ZoneInfo(zone) if zone else UTC)
    except (ZoneInfoNotFoundError, ValueError):
        return aware.astimezone(UTC)


def lasting(minutes: float | int | Decimal | None) -> str:
    """`40 min`, `3 h`, `2 days`."""
    if minutes is None:
        return NONE
    whole = int(minutes)
    if whole < 60:
        return f"{whole} min"
    if whole < 48 * 60:
        return f"{whole // 60} h"
    return f"{whole // (24 * 60)} days"


def ago(then: datetime, now: datetime) -> str:
    return lasting((now - then) / timedelta(minutes=1))


def number(value: Any, places: int = 0) -> str:
    """`1,234` or `1,234.50`; a real minus sign; a dash for nothing."""
    if value is None:
        return NONE
    text = f"{value:,.{places}f}"
    if text.startswith("-"):
        return text if not text.strip("-0,.") else "−" + text[1:]
    return text


def figure(value: Any, kind: str, currency: str | None = None) -> str:
    """A figure in the format its KPI declares: money, number, percent or ratio."""
    if value is None:
        return NONE
    if kind == "money":
        whole = number(value, 0)
        return f"{currency} {whole}" if currency else whole
    if kind == "percent":
        return f"{number(float(value) * 100, 1)} %"
    if kind == "ratio":
        return number(value, 2)
    return number(value, 0 if float(value).is_integer() else 2)


def change(new: Any, old: Any, kind: str = "number") -> str:
    """`+4.1 %` against the old figure; percentages differ in points."""
    if new is None or old is None:
        return NONE
    if kind == "percent":
        return f"{signed(float(new) - float(old), 100, 1)} pt"
    if not old:
        return "from 0" if new else "0.0 %"
    return f"{signed((float(new) - float(old)) / abs(float(old)), 100, 1)} %"


def signed(value: float, scale: float = 1, places: int = 0) -> str:
    scaled = round(value * scale, places)
    return ("+" if scaled > 0 else "") + number(scaled, places)


def cell(value: Any) -> str:
    """Any value of a row, exactly enough to be checked against the file it came from."""
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, Decimal):
        return number(value, max(0, -int(value.as_tuple().exponent)))
    if isinstance(value, float):
        return number(value, 4).rstrip("0").rstrip(".")
    return str(value)


def label(name: str) -> str:
    """`net_sales` → `Net sales`."""
    text = name.strip("_").replace("_", " ")
    return text[:1].upper() + text[1:]


def listing(names: list[str], most: int = 4) -> str:
    """`Aspen, Boston and Miami`; beyond `most`, how many more."""
    if not names:
        return "none"
    shown = names[:most]
    more = len(names) - len(shown)
    if more:
        return f"{', '.join(shown)} and {more} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 file`, `2 files`."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"
