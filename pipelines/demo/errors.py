"""Which errors are planted where: decided before the first day, from the calendar alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle

from pipelines.demo.chance import chance
from pipelines.demo.places import BOUTIQUE, Place
from pipelines.demo.selling import Wish
from pipelines.demo.trading import closed_because, hours

LATE, MISSING, DUPLICATE, REEXPORT = "late_file", "missing_file", "duplicate_file", "reexport_file"
GAP = "receipt_gap_"
BACK_DATED = "back_dated_file"
UNBALANCED, BAD_LINE, DRIFT = "unbalanced_receipt", "bad_line", "schema_drift"

DAILY = ("sales_lines", "tenders", "till_closings", "store_traffic", "stock_snapshots",
         "stock_movements")  # fmt: skip
_SALES = ("sales_lines",)
_TILL, _LEDGER = ("till_closings",), ("ledger_postings",)
_BAGS, _CARDS = ("bank_deposits",), ("card_settlements",)
# kind: how many a thousand boutique days, and the datasets it befalls in turn.
_PLAN: dict[str, tuple[float, tuple[str, ...]]] = {
    LATE: (6, DAILY),
    MISSING: (3, ("till_closings", "store_traffic", "sales_lines", "stock_snapshots")),
    DUPLICATE: (4, DAILY),
    REEXPORT: (5, DAILY),
    GAP + "inside": (2.2, _SALES),
    GAP + "start_of_day": (2.2, _SALES),
    GAP + "end_of_day": (2.2, _SALES),
    UNBALANCED: (3, ("tenders",)),
    BAD_LINE: (3, ("sales_lines", "store_traffic", "stock_snapshots")),
    DRIFT: (3, ("sales_lines", "store_traffic", "tenders", "stock_movements")),
    BACK_DATED: (1, ("sales_lines", "till_closings", "store_traffic")),
    "drawer_small": (2, _TILL),
    "drawer_large": (1.5, _TILL),
    "float_differs": (1.5, _TILL),
    "z_gap": (1, _TILL),
    "z_repeat": (1, _TILL),
    "z_declared_differs": (1.5, _TILL),
    "bag_short": (1.5, _BAGS),
    "bag_late": (1.5, _BAGS),
    "bag_missing": (1, _BAGS),
    "bag_differs": (1, _BAGS),
    "card_not_settled": (2, _CARDS),
    "card_unknown": (1.5, _CARDS),
    "card_amount_differs": (1.5, _CARDS),
    "card_chargeback": (1.5, _CARDS),
    "ledger_differs": (2, _LEDGER),
    "receipt_unpaid": (1, ("tenders",)),
    "payment_without_receipt": (1, ("tenders",)),
    "negative_tender": (1, ("tenders",)),
    "line_mismatch": (1, _SALES),
    "wrong_tax": (1.5, _SALES),
    "untaxed": (1, _SALES),
    "paper_missing": (2, ("sale_documents",)),
    "time_disorder": (1, _SALES),
    "outside_hours": (1.5, _SALES),
    "price_too_high": (1, _SALES),
    "price_too_low": (1, _SALES),
    "two_of_a_piece": (1, _SALES),
    "sold_not_moved": (1.5, ("stock_movements",)),
    "sold_twice": (1.5, _SALES),
    "quiet_day_unclosed": (1, _TILL),
    "quiet_day_unvisited": (1, ("store_traffic",)),
    "post_void": (1.5, _SALES),
    "employee_discount": (1.5, _SALES),
    "below_cost": (1, _SALES),
    "gift_card_unpaid": (1, ("tenders",)),
    "override_before_opening": (1, _SALES),
    "refund_without_receipt": (1.5, _SALES),
    "self_refund": (1.5, _SALES),
    "tender_changed": (1.5, ("till_events",)),
    "seller_changed": (1.5, ("till_events",)),
    "z_not_final": (1.5, _TILL),
}
KINDS = tuple(_PLAN)
_MOST_A_KIND = 60
_TRIES = 400
# A file with fewer lines than this has more than the tolerated share of bad ones with one.
_LONG_ENOUGH = 11
# Days before the end that an error needs for its lag to have passed: five bank days, or more.
_TO_COME_TO_LIGHT = {
    "bag_late": 16, "bag_missing": 16, "card_not_settled": 12, "card_unknown": 12,
    "card_amount_differs": 12, "card_chargeback": 16, BACK_DATED: 28,
    "receipt_unpaid": 9, UNBALANCED: 9,
    GAP + "inside": 9, GAP + "start_of_day": 9, GAP + "end_of_day": 9,
}  # fmt: skip
_AT_THE_END = 4

_BY_CARD = Wish(receipts=4, pays="card", piece=True)
_IN_CASH = Wish(receipts=4, kind="service", pays="cash")
_QUIET = Wish(quiet=True)
_RETURN = Wish(receipts=4, returns=True)
_WISHES = {
    "drawer_small": _IN_CASH, "drawer_large": _IN_CASH, "float_differs": _IN_CASH,
    "bag_short": _IN_CASH, "bag_late": _IN_CASH, "bag_missing": _IN_CASH, "bag_differs": _IN_CASH,
    "z_declared_differs": _BY_CARD, "card_not_settled": _BY_CARD,
    "card_amount_differs": _BY_CARD, "card_chargeback": _BY_CARD, "receipt_unpaid": _BY_CARD,
    "line_mismatch": _BY_CARD, "negative_tender": _BY_CARD, "outside_hours": _IN_CASH,
    "wrong_tax": _BY_CARD, "untaxed": _BY_CARD,
    "price_too_high": _BY_CARD, "price_too_low": _BY_CARD, "two_of_a_piece": _BY_CARD,
    "sold_not_moved": _BY_CARD, "sold_twice": _BY_CARD,
    "employee_discount": _BY_CARD, "below_cost": _BY_CARD, "override_before_opening": _BY_CARD,
    "tender_changed": _BY_CARD, "seller_changed": _BY_CARD,
    "post_void": Wish(receipts=4, kind="service", pays="card"),
    "gift_card_unpaid": Wish(receipts=4, kind="gift_card", pays="card"),
    "refund_without_receipt": _RETURN, "self_refund": _RETURN,
    "quiet_day_unclosed": _QUIET, "quiet_day_unvisited": _QUIET,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Error:
    """One planted error. `turn` counts those of its kind, to vary them."""

    kind: str
    dataset: str
    store_id: str
    day: date
    turn: int

    @property
    def wish(self) -> Wish:
        """What the store-day must hold for this error to be visible."""
        if self.kind.startswith(GAP):
            position = self.kind.removeprefix(GAP)
            return Wish(receipts=4, gap=position, gap_length=1 + self.turn % 3)
        if self.kind == BAD_LINE and self.dataset == "sales_lines":
            return Wish(receipts=_LONG_ENOUGH, lines_on_first=2)
        if self.kind == "paper_missing":
            special = ("diplomatic", "export", "distance")[self.turn % 3]
            return Wish(receipts=4, pays="card", piece=True, special=special)
        return _WISHES.get(self.kind, Wish(receipts=4))


def plan(seed: int, places: list[Place], first: date, days: int) -> dict[tuple[str, date], Error]:
    """Errors by store and day: never two on one day of a store, nor on neighbouring open days.

    None falls on the first two or the last four days, so that whatever is late or corrected
    has arrived by the end. A period too short for all kinds gets fewer.
    """
    boutiques = [place for place in places if place.format == BOUTIQUE]
    if days < 8:
        return {}
    rng = chance(seed, "errors")
    planned: dict[tuple[str, date], Error] = {}
    taken: set[tuple[str, date]] = set()
    for kind, dataset, turn in _wanted(len(boutiques) * days):
        last = days - _TO_COME_TO_LIGHT.get(kind, _AT_THE_END)
        for _ in range(_TRIES if last > 2 else 0):
            place = rng.choice(boutiques)
            day = first + timedelta(days=rng.randrange(2, last))
            around = _with_neighbours(place, day)
            if kind == BACK_DATED and day.month == (first + timedelta(days=days - 14)).month:
                continue  # its month has to be closed by the end
            if not _is_ordinary(place, day) or any((place.store_id, d) in taken for d in around):
                continue
            planned[place.store_id, day] = Error(kind, dataset, place.store_id, day, turn)
            taken.add((place.store_id, day))
            break
    return planned


def _wanted(store_days: int) -> list[tuple[str, str, int]]:
    """Kind, dataset and turn of every error, each kind once before any comes twice."""
    wanted = []
    for kind, (rate, datasets) in _PLAN.items():
        count = max(1, min(_MOST_A_KIND, round(store_days * rate / 1000)))
        wanted += list(zip([kind] * count, cycle(datasets), range(count), strict=False))
    return sorted(wanted, key=lambda one: (one[2], KINDS.index(one[0])))


def _is_ordinary(place: Place, day: date) -> bool:
    """Open for long enough that an hourly file is long enough too."""
    open_hours = hours(place, day)
    return open_hours is not None and open_hours.length >= _LONG_ENOUGH - 1


def _with_neighbours(place: Place, day: date) -> list[date]:
    """The day, with the open days before and after it."""
    around = [day]
    for step in (-1, 1):
        other = day + timedelta(days=step)
        while closed_because(place, other):
            other += timedelta(days=step)
        around.append(other)
    return around
