"""What happens at a till that is no receipt: floats, the drawer opened, cash taken out and away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from pipelines.demo import money
from pipelines.demo.chance import how_many
from pipelines.demo.places import Place
from pipelines.demo.rows import TillClosing, TillEvent
from pipelines.demo.trading import Hours

_OPENED_A_DAY = 0.09
_WHY_OPENED = ("change for a note", "float checked", "receipt roll")


def events(
    place: Place, cash: TillClosing, hours: Hours, staff: Sequence[str], rng: Random
) -> list[TillEvent]:
    """The journal of a till's day; `cash` is the cash row of its closing."""
    told: list[tuple[datetime, str, str, str]] = [
        (hours.opens, "float_set", cash.opening_float, ""),
    ]
    for _ in range(how_many(rng, _OPENED_A_DAY)):
        minute = rng.randrange(20, int(hours.length * 60) - 20)
        at = hours.opens + timedelta(minutes=minute)
        told.append((at, "drawer_opened", "", rng.choice(_WHY_OPENED)))
    for kind, amount, why in (
        ("paid_out", cash.paid_out, "courier"),
        ("paid_in", cash.paid_in, "float filled up from the safe"),
        ("pick_up", cash.banked_amount, "for the bank"),
    ):
        if money.read(amount):
            told.append((hours.closes, kind, amount, why))
    day = f"{hours.opens:%Y%m%d}"
    return [
        TillEvent(
            event_id=f"{cash.store_id}-{cash.register_id}-{day}-J{number:02d}",
            store_id=cash.store_id,
            register_id=cash.register_id,
            business_date=cash.business_date,
            occurred_at=place.stamp(at),
            event_type=kind,
            amount=amount,
            operator_id=rng.choice(staff),
            reason=why,
        )
        for number, (at, kind, amount, why) in enumerate(sorted(told, key=lambda t: t[0]), 1)
    ]
