"""When American banks work: Monday to Friday without the holidays of the Federal Reserve."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from pipelines.demo.trading import thanksgiving

# Month, weekday (Monday 0), which of the month; -1 is the last.
_MOVING = ((1, 0, 3), (2, 0, 3), (5, 0, -1), (9, 0, 1), (10, 0, 2))
_FIXED = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """Weekdays on which the Reserve banks are closed: a Sunday's holiday is kept on Monday."""
    days = {_which(year, *moving) for moving in _MOVING} | {thanksgiving(year)}
    fixed = (date(year, month, day) for month, day in _FIXED)
    days |= {day + timedelta(days=1) if day.weekday() == 6 else day for day in fixed}
    return frozenset(days)


def _which(year: int, month: int, weekday: int, number: int) -> date:
    if number < 0:
        last = date(year, month + 1, 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def is_bank_day(day: date) -> bool:
    return day.weekday() < 5 and day not in bank_holidays(day.year)


def after(day: date, count: int) -> date:
    """The bank day `count` bank days after `day`, which need not be one."""
    while count:
        day += timedelta(days=1)
        count -= is_bank_day(day)
    return day
