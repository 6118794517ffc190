"""When places are open, and how much clients feel like buying."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from pipelines.demo.places import BOUTIQUE, ONLINE, WAREHOUSE, Place
from pipelines.demo.rows import TradingDay

_WEEKDAY = (0.75, 0.8, 0.85, 0.95, 1.2, 1.6, 0.85)
_MONTH = (0.8, 1.0, 0.85, 0.85, 1.1, 0.95, 0.85, 0.85, 0.9, 0.95, 1.15, 1.75)


class Hours(NamedTuple):
    """Local opening and closing moment of an open day."""

    opens: datetime
    closes: datetime

    @property
    def length(self) -> float:
        return (self.closes - self.opens).total_seconds() / 3600


def easter(year: int) -> date:
    """Western Easter Sunday (Gauss's rule in its anonymous Gregorian form)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def thanksgiving(year: int) -> date:
    """The fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)


def is_holiday(day: date) -> bool:
    """The four days on which every door of the network is closed."""
    fixed = (day.month, day.day) in {(1, 1), (12, 25)}
    return fixed or day in (easter(day.year), thanksgiving(day.year))


def closed_because(place: Place, day: date) -> str:
    """Why the place is closed that day, in words; empty when it is open."""
    if place.format == ONLINE:
        return ""
    if is_holiday(day):
        return "holiday"
    if place.renovation and place.renovation[0] <= day <= place.renovation[1]:
        return "renovation"
    if day.weekday() == 6 and not place.open_sundays:
        return "weekly closing"
    if day.weekday() == 5 and place.format == WAREHOUSE:
        return "weekly closing"
    return ""


def hours(place: Place, day: date) -> Hours | None:
    """Opening hours of the day, or None when closed."""
    if closed_because(place, day):
        return None
    opens, closes = place.opens, place.closes
    if place.format == BOUTIQUE:
        if day.weekday() == 6:
            opens, closes = 12, 18
        if (day.month, day.day) in {(12, 24), (12, 31)}:
            closes = 17
    return Hours(datetime.combine(day, time(opens)), datetime.combine(day, time(closes)))


def next_open_day(place: Place, day: date) -> date:
    """`day`, or the first day after it on which the place is open."""
    while closed_because(place, day):
        day += timedelta(days=1)
    return day


def demand(day: date) -> float:
    """How busy a day is against an ordinary one, 1.0."""
    factor = _WEEKDAY[day.weekday()] * _MONTH[day.month - 1]
    if day.month == 2 and 7 <= day.day <= 14:
        factor *= 1.5
    if day.month == 12 and day.day > 26:
        factor *= 0.6
    if day == thanksgiving(day.year) + timedelta(days=1):
        factor *= 1.8
    return factor


def season(day: date) -> float:
    """How much more than usual a place stocks, looking two weeks ahead; never less than usual."""
    return max(1.0, _MONTH[(day + timedelta(days=14)).month - 1])


def trading_day(place: Place, day: date) -> TradingDay:
    """The calendar's row for a place and day."""
    open_hours = hours(place, day)
    reason = closed_because(place, day)
    if open_hours and (day.month, day.day) in {(12, 24), (12, 31)}:
        reason = "reduced hours"
    return TradingDay(
        place.store_id,
        day.isoformat(),
        "true" if open_hours else "false",
        place.stamp(open_hours.opens) if open_hours else "",
        place.stamp(open_hours.closes) if open_hours else "",
        reason,
        "false" if reason == "renovation" else "",
    )
