"""What is known ahead of the days: when each place is open, and what it should reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from pipelines.demo import trading
from pipelines.demo.chance import chance
from pipelines.demo.places import Place
from pipelines.demo.rows import Target, TradingDay

_CALENDAR_AHEAD = timedelta(days=30)
_AVERAGE_TICKET = 15_500  # USD, for targets: what the simulated boutiques come to


def trading_days(places: Sequence[Place], first: date, until: date) -> Iterator[TradingDay]:
    """Every day of every place, and some ahead."""
    last = until + _CALENDAR_AHEAD
    for place in places:
        for number in range((last - first).days + 1):
            yield trading.trading_day(place, first + timedelta(days=number))


def targets(seed: int, places: Sequence[Place], first: date, until: date) -> Iterator[Target]:
    """What each place should reach in each month, from what such a month usually brings."""
    last = until + _CALENDAR_AHEAD
    for place in places:
        if not place.sells:
            continue
        month = first.replace(day=1)
        while month <= last:
            following = (month + timedelta(days=32)).replace(day=1)
            month_days = [month + timedelta(days=n) for n in range((following - month).days)]
            busy = sum(
                trading.demand(d) for d in month_days if not trading.closed_because(place, d)
            )
            ambition = chance(seed, "target", place.store_id, month).uniform(0.95, 1.15)
            tickets = max(1, round(busy * place.tickets_a_day * 0.85 * ambition))
            values = {
                "net_sales": tickets * _AVERAGE_TICKET // 1000 * 1000,
                "transactions": tickets,
                "units": round(tickets * 1.25),
            }
            for measure, value in values.items():
                yield Target(place.store_id, month.isoformat(), measure, f"{value}.00")
            month = following
