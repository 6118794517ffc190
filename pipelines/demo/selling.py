"""A day at the counter: who comes, what they buy, bring back or leave a deposit on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from pipelines.demo import banking, baskets, journal, ledger
from pipelines.demo.banking import Bag, Operation
from pipelines.demo.baskets import Promise
from pipelines.demo.chance import chance, how_many
from pipelines.demo.papers import papers
from pipelines.demo.payments import pay, pay_by
from pipelines.demo.people import Clients, Staff
from pipelines.demo.places import ONLINE, Place
from pipelines.demo.receipts import Payment, Receipt
from pipelines.demo.rows import (
    Client,
    LedgerPosting,
    SaleDocument,
    StoreTraffic,
    TillClosing,
    TillEvent,
)
from pipelines.demo.stock import Shelf
from pipelines.demo.till import Till
from pipelines.demo.trading import Hours, demand, next_open_day

_KINDS = ("sale", "service", "gift_card", "deposit", "account", "voided", "suspended", "training",
          "post_voided")  # fmt: skip
_SHARES = (0.83, 0.06, 0.018, 0.014, 0.006, 0.024, 0.02, 0.012, 0.008)
_UNSOLD = ("voided", "suspended", "training")
_RETURNED, _RETURNED_ELSEWHERE, _EXCHANGED = 0.055, 0.2, 0.4
_KEPT_OPEN = 40  # deposits and gift cards a place remembers


@dataclass(frozen=True, slots=True)
class Wish:
    """What a store-day must hold so that an error can be planted on it.

    `kind`, `pays`, `piece` and `special` are of the first receipt, `quiet` asks for a day without
    any, `returns` for one with a return. `gap` asks for receipts to be rung at that place of the
    first till's day and marked withheld.
    """

    receipts: int = 0
    lines_on_first: int = 1
    kind: str = "sale"
    pays: str = ""  # "", card, cash
    piece: bool = False
    special: str = ""  # "", diplomatic, export, distance
    quiet: bool = False
    returns: bool = False
    gap: str = ""  # "", inside, start_of_day, end_of_day
    gap_length: int = 0


_NO_WISH = Wish()
Alter = Callable[[Receipt], None]


@dataclass(slots=True)
class Slot:
    """A moment at a till."""

    at: datetime
    till: int
    kind: str
    promises: list[Promise] = field(default_factory=list)
    is_withheld: bool = False


@dataclass(slots=True)
class Day:
    """All that was rung in one place on one day."""

    receipts: list[Receipt] = field(default_factory=list)
    closings: list[TillClosing] = field(default_factory=list)
    events: list[TillEvent] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)
    bag: Bag | None = None
    postings: list[LedgerPosting] = field(default_factory=list)
    papers: list[SaleDocument] = field(default_factory=list)


class Counter:
    """Sells in every place of the network, day after day."""

    def __init__(
        self,
        seed: int,
        places: list[Place],
        shelves: list[Shelf],
        clients: Clients,
        staff: Staff,
        until: date,
    ) -> None:
        self._seed = seed
        self._places = places
        self._shelves = shelves
        self._clients = clients
        self._staff = staff
        self._until = until
        self._boutiques = len(places) - 2
        self._states: dict[str, int] = {}
        for place in places:
            if place.sells:
                self._states.setdefault(place.state, place.tax_rate)
        self._tills = [
            [Till(place, name, chance(seed, "till", place.store_id, name))
             for name in place.registers]
            for place in places
        ]  # fmt: skip
        self._coming_back: dict[tuple[date, int], list[Promise]] = defaultdict(list)
        self._deposits: list[list[tuple[date, Client, int]]] = [[] for _ in places]
        self._gift_cards: list[list[int]] = [[] for _ in places]
        self._kept: dict[int, Promise] = {}
        self._sold_gift_cards: dict[int, set[str]] = {}

    def day(
        self, index: int, day: date, hours: Hours, wish: Wish, alter: Alter | None = None
    ) -> Day:
        """The day of a place that is open. `alter` spoils the first receipt before it is paid."""
        rng = chance(self._seed, "sales", self._places[index].store_id, day)
        self._sold_gift_cards.pop(index, None)
        receipts: list[Receipt] = []
        for slot in self._slots(index, day, hours, wish, rng):
            first = not receipts
            receipt = self._ring(
                index, slot, wish if first else _NO_WISH, rng, alter if first else None
            )
            self._tills[index][slot.till].take(receipt)
            receipts.append(receipt)
        return self._closed(index, day, hours, receipts)

    def _closed(self, index: int, day: date, hours: Hours, receipts: list[Receipt]) -> Day:
        """The tills are closed, the bag is sealed, the books are told."""
        place, closings, events = self._places[index], [], []
        staff = self._staff.all_of(place)
        for till in self._tills[index]:
            rng = chance(self._seed, "drawer", place.store_id, till.register_id, day)
            rows = till.close(hours, rng)
            closings += rows
            cash = next(row for row in rows if row.tender_type == "cash")
            events += journal.events(place, cash, hours, staff, rng)
        return Day(
            receipts,
            closings,
            events,
            banking.operations(receipts, self._seed),
            banking.bag(place, day, closings, self._seed),
            ledger.postings(place, day, receipts),
            [paper for receipt in receipts for paper in papers(receipt, self._seed)],
        )

    def _slots(self, index: int, day: date, hours: Hours, wish: Wish, rng: Random) -> list[Slot]:
        """Moments in order of time, one a minute at most, so that more fit in between."""
        place = self._places[index]
        promises = self._coming_back.pop((day, index), [])
        if wish.quiet:
            return []
        kept = self._kept.get(index)
        if wish.returns and kept and kept.receipt.at.date() < day:
            promises = [self._kept.pop(index), *promises]
        count = max(how_many(rng, place.tickets_a_day * demand(day)), wish.receipts)
        minutes = int(hours.length * 60)
        count = min(count + len(promises), minutes - 20)
        moments = sorted(rng.sample(range(5, minutes - 10), count))
        slots = []
        for number, minute in enumerate(moments):
            busy_second = len(place.registers) > 1 and rng.random() < 0.3
            kind = rng.choices(_KINDS, _SHARES)[0]
            at = hours.opens + timedelta(minutes=minute)
            slot = Slot(at, int(busy_second), kind)
            if wish.receipts and number < 3:  # the errors are planted on the first till
                slot.till = 0
            if wish.receipts and number == 0:
                slot.kind = wish.kind
            slots.append(slot)
        free = [slot for number, slot in enumerate(slots) if number or not wish.receipts]
        for promise, slot in zip(promises, _shuffled(free, rng), strict=False):
            slot.kind, slot.promises = "return", [promise]
        return self._with_gap(slots, wish) if wish.gap else slots

    def _with_gap(self, slots: list[Slot], wish: Wish) -> list[Slot]:
        """Receipts that will be withheld: one service that was paid, then struck tickets."""
        first_till = [number for number, slot in enumerate(slots) if slot.till == 0]
        anchor = {"inside": 0, "start_of_day": 0, "end_of_day": -1}[wish.gap]
        where = first_till[anchor]
        before = wish.gap == "start_of_day"
        start = slots[where].at - timedelta(seconds=50) if before else slots[where].at
        extra = [
            Slot(
                start + timedelta(seconds=15 * (number + 1)),
                0,
                "service" if number == 0 else "voided",
                is_withheld=True,
            )
            for number in range(wish.gap_length)
        ]
        cut = where if before else where + 1
        return slots[:cut] + extra + slots[cut:]

    def _ring(
        self, index: int, slot: Slot, wish: Wish, rng: Random, alter: Alter | None
    ) -> Receipt:
        place, shelf = self._places[index], self._shelves[index]
        series, number = self._tills[index][slot.till].number(slot.at.year)
        receipt = Receipt(
            place, place.registers[slot.till], series, number, slot.at,
            associate=self._staff.anyone(place, rng), operator=self._staff.anyone(place, rng),
            is_withheld=slot.is_withheld,
        )  # fmt: skip
        if place.format == ONLINE:
            receipt.channel = "online"
        if slot.kind in _UNSOLD:
            receipt.status = slot.kind
            rate = baskets.tax_rate(receipt, self._states)
            receipt.lines = baskets.merchandise(receipt, shelf, 1, rate, rng, takes=False)
            receipt.lines = receipt.lines or [baskets.service(rate, rng)]
            return receipt
        if slot.kind == "return":
            self._give_back(index, receipt, slot.promises, rng)
        elif slot.kind == "sale":
            self._sell(index, receipt, wish, rng)
        elif slot.kind == "post_voided":
            self._sell_and_cancel(index, receipt, rng)
            return receipt
        else:
            self._other(index, receipt, slot.kind, rng, dear=bool(wish.pays))
        if alter:
            alter(receipt)
        if wish.pays:
            receipt.payments = pay_by(wish.pays, receipt, rng)
            return receipt
        receipt.payments = pay(receipt, rng, self._spendable(index, slot.kind, receipt))
        return receipt

    def _spendable(self, index: int, kind: str, receipt: Receipt) -> list[int]:
        """Gift cards that may be spent: none by the hand that sold one the same day."""
        sold_by = self._sold_gift_cards.get(index)
        is_own = sold_by is not None and receipt.operator in sold_by
        return self._gift_cards[index] if kind in ("sale", "return") and not is_own else []

    def _sell(self, index: int, receipt: Receipt, wish: Wish, rng: Random) -> None:
        """Goods change hands; some of them will come back."""
        shelf, at_least = self._shelves[index], wish.lines_on_first
        known = receipt.channel == "online" or rng.random() < 0.62 or bool(wish.special)
        if known:
            receipt.client = self._clients.somebody(index, receipt.at.date(), rng)
        self._where_to(index, receipt, wish.special, rng)
        count = max(at_least, rng.choices((1, 2, 3), (80, 16, 4))[0])
        rate = baskets.tax_rate(receipt, self._states)
        receipt.lines = baskets.merchandise(
            receipt, shelf, count, rate, rng, takes=True, piece_first=wish.piece
        )
        while len(receipt.lines) < at_least:
            receipt.lines.append(baskets.service(rate, rng))
        if not receipt.client and receipt.total > 3_000_00:  # nobody anonymous buys a necklace
            receipt.client = self._clients.somebody(index, receipt.at.date(), rng)
        receipt.lines += baskets.struck_out(receipt, shelf, rate, rng)
        if wish.receipts:
            return  # what errors are planted on is paid plainly and never comes back
        self._apply_deposit(index, receipt)
        for line in receipt.lines:
            if line.parcel and not line.is_voided and rng.random() < _RETURNED:
                self._promise(index, Promise(receipt, line), rng)
        self._keep(index, receipt)

    def _keep(self, index: int, receipt: Receipt) -> None:
        """A sale that nobody will bring back, unless a return is wished for."""
        line = receipt.piece
        if line and not line.comes_back and not receipt.exemption:
            self._kept[index] = Promise(receipt, line)

    def _where_to(self, index: int, receipt: Receipt, special: str, rng: Random) -> None:
        """Most goods are handed over; some are shipped, abroad or to another state."""
        client, dice = receipt.client, rng.random()
        if client is None:
            return
        if special:
            self._ask_for(special, receipt, rng)
            return
        if receipt.channel == "online":
            receipt.ship_to = (client.state, client.postal_code, client.country)
        elif dice < 0.16 and client.state and client.state != receipt.place.state:
            receipt.channel = "distance"
            receipt.ship_to = (client.state, client.postal_code, client.country)
        elif dice < 0.30 and client.country != "US":
            receipt.channel = "distance"
            receipt.ship_to = ("", "", client.country)
        elif dice > 0.994:
            receipt.exemption = "diplomatic"
            receipt.exemption_reference = f"MC-{rng.randrange(10**8):08d}"
        elif dice > 0.98:
            receipt.channel = "event"
        if receipt.ship_to[2] not in ("", "US"):
            receipt.exemption = "export"
            receipt.exemption_reference = f"AWB-{rng.randrange(10**8):08d}"

    def _ask_for(self, special: str, receipt: Receipt, rng: Random) -> None:
        """A special sale of the kind wished for."""
        if special == "diplomatic":
            receipt.exemption = special
            receipt.exemption_reference = f"MC-{rng.randrange(10**8):08d}"
            return
        receipt.channel = "distance"
        receipt.ship_to = ("", "", "CH") if special == "export" else ("DE", "19801", "US")
        if special == "export":
            receipt.exemption = special
            receipt.exemption_reference = f"AWB-{rng.randrange(10**8):08d}"

    def _apply_deposit(self, index: int, receipt: Receipt) -> None:
        """An older deposit of a client who came for their piece is used up."""
        waiting = self._deposits[index]
        if not waiting or receipt.exemption or receipt.ship_to[2]:
            return
        left_on, client, amount = waiting[0]
        if (receipt.at.date() - left_on).days >= 5 and receipt.total > amount:
            waiting.pop(0)
            receipt.client = client
            receipt.payments = [Payment("deposit_applied", amount)]

    def _promise(self, index: int, promise: Promise, rng: Random) -> None:
        promise.line.comes_back = True
        where = index
        if self._boutiques > 1 and rng.random() < _RETURNED_ELSEWHERE:
            where = rng.randrange(self._boutiques)
        sold_on = promise.receipt.at.date()
        day = next_open_day(self._places[where], sold_on + timedelta(days=rng.randrange(2, 25)))
        if day <= self._until:
            self._coming_back[day, where].append(promise)

    def _give_back(
        self, index: int, receipt: Receipt, promises: list[Promise], rng: Random
    ) -> None:
        """A return, or an exchange: something else leaves on the same receipt."""
        place, shelf = self._places[index], self._shelves[index]
        sold = promises[0].receipt
        if receipt.operator in (sold.operator, sold.associate):  # nobody takes back their own sale
            receipt.operator = self._staff.another(place, (sold.operator, sold.associate), rng)
        receipt.client = sold.client
        receipt.exemption = sold.exemption
        receipt.exemption_reference = sold.exemption_reference
        if rng.random() < _EXCHANGED and not receipt.exemption:
            rate = baskets.tax_rate(receipt, self._states)
            receipt.lines = baskets.merchandise(receipt, shelf, 1, rate, rng, takes=True)
        receipt.lines += [baskets.brought_back(one, place, shelf, rng) for one in promises]

    def _sell_and_cancel(self, index: int, receipt: Receipt, rng: Random) -> None:
        """Rung, paid, then cancelled at once: the money went both ways, the goods stayed."""
        receipt.status = "post_voided"
        rate = baskets.tax_rate(receipt, self._states)
        shelf = self._shelves[index]
        receipt.lines = baskets.merchandise(receipt, shelf, 1, rate, rng, takes=False)
        receipt.lines = receipt.lines or [baskets.service(rate, rng)]
        number = f"{rng.randrange(10_000):04d}"
        approval = f"{rng.randrange(10**6):06d}"
        total = receipt.total
        receipt.payments = [
            Payment("card", total, card=number, authorization=approval),
            Payment("card", -total, card=number, authorization=approval),
        ]

    def _other(self, index: int, receipt: Receipt, kind: str, rng: Random, *, dear: bool) -> None:
        """Services, and money that is not a sale: gift cards, deposits, accounts."""
        if kind == "service":
            rate = baskets.tax_rate(receipt, self._states)
            receipt.lines = [baskets.service(rate, rng, dear=dear)]
            if rng.random() < 0.5:
                receipt.client = self._clients.somebody(index, receipt.at.date(), rng)
            return
        receipt.client = self._clients.somebody(index, receipt.at.date(), rng)
        if kind == "gift_card":
            receipt.lines = [baskets.gift_card(rng)]
            sold_by = self._sold_gift_cards.setdefault(index, set())
            sold_by.add(receipt.operator)
            if len(self._gift_cards[index]) < _KEPT_OPEN:
                self._gift_cards[index].append(receipt.total)
        elif kind == "deposit":
            receipt.lines = [baskets.deposit(rng)]
            if len(self._deposits[index]) < _KEPT_OPEN:
                kept = (receipt.at.date(), receipt.client, receipt.total)
                self._deposits[index].append(kept)
        else:
            receipt.lines = [baskets.account_payment(rng)]


def _shuffled(slots: list[Slot], rng: Random) -> list[Slot]:
    return rng.sample(slots, len(slots))


def traffic(place: Place, day: date, hours: Hours, seed: int) -> list[StoreTraffic]:
    """Visitors by hour, the last hour being those who linger after closing."""
    rng = chance(seed, "traffic", place.store_id, day)
    first, last = hours.opens.hour, hours.closes.hour
    mean = place.visitors_a_day * demand(day) / max(last - first, 1)
    return [
        StoreTraffic(
            place.store_id, day.isoformat(), hour,
            how_many(rng, mean * (0.1 if hour == last else 0.6 + 0.8 * (hour >= 13))),
        )
        for hour in range(first, last + 1)
    ]  # fmt: skip
