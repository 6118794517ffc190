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
