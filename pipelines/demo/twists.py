"""Where the book and the shelf part: what a fault of stock leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipelines.demo.rows import StockMovement
from pipelines.demo.stock import Parcel

# kind → its cause in the words of the marts; kinds not named are their own cause.
_CAUSES = {
    "sold_still_present": "unknown",
    "unknown_serial": "unknown",
    "mislocated": "unknown",
}
UNPOSTED = ("unposted_sale", "unposted_return")  # the checks of money see these, too
# Of one of these only the count tells: two in one place at a time would explain each other.
UNDOCUMENTED = ("true_loss", "serial_swap", "item_swap", "sold_still_present")
FROM_EVENTS = (
    "serial_swap", "item_swap", "sold_still_present", "unposted_sale", "unposted_return",
    "misdirected_transfer", "unreceived_transfer", "unposted_receipt", "open_consignment",
    "open_repair", "true_loss",
)  # fmt: skip
AT_THE_COUNT = ("double_scan", "unknown_serial", "client_owned", "mislocated", "not_counted")
TIMING = "timing"
KINDS = (*FROM_EVENTS, *AT_THE_COUNT, TIMING)


@dataclass(slots=True, eq=False)
class Fault:
    """One fault: from when on, what tells of it, and until when it lasts."""

    kind: str
    began: date
    ends: date
    documents: list[str]
    is_found: bool = False
    labels: list[dict[str, Any]] = field(default_factory=list)

    @property
    def cause(self) -> str:
        return _CAUSES.get(self.kind, self.kind)


@dataclass(slots=True, eq=False)
class Twist:
    """One parcel of a fault in one place, against what the world holds there.

    `booked` is what the book has more (or less) of it, `there` what lies on the shelf. When the
    fault ends, the book is adjusted by `adjust`, or `late` is posted, and the parcel may be sold
    again where `frees`.
    """

    fault: Fault
    index: int
    parcel: Parcel
    outcome: str
    booked: int = 0
    there: int = 0
    adjust: int = 0
    late: StockMovement | None = None
    frees: bool = False
    vanishes: bool = False  # what lay there without a book is gone when it ends
    has_memo: bool = False  # ends when its memo does
    is_over: bool = False
    pair: Twist | None = None

    @property
    def parts(self) -> bool:
        """Whether book and shelf part over it."""
        return self.booked != self.there

    def held(self, units: int) -> Parcel:
        return Parcel(self.parcel.item, self.parcel.piece, units)


class Twists:
    """All that is wrong in each place."""

    def __init__(self, places: int) -> None:
        self._at: list[list[Twist]] = [[] for _ in range(places)]

    def add(self, twist: Twist) -> None:
        self._at[twist.index].append(twist)

    def at(self, index: int) -> list[Twist]:
        return self._at[index]

    def booked(self, index: int) -> Iterator[Parcel]:
        """What the book holds beside the world."""
        return (one.held(one.booked) for one in self._at[index] if one.booked)

    def there(self, index: int) -> Iterator[Parcel]:
        """What lies on the shelf beside the world."""
        return (one.held(one.there) for one in self._at[index] if one.there)

    def open(self, index: int) -> Iterator[Twist]:
        return (one for one in self._at[index] if not one.is_over)

    def busy(self, index: int) -> set[str]:
        """Items of which one is amiss."""
        return {one.parcel.item.item_id for one in self.open(index)}

    def forget(self, index: int) -> None:
        """Drops what is over and has left no trace."""
        self._at[index] = [
            one for one in self._at[index] if not one.is_over or one.booked or one.there
        ]


def paired(one: Twist, other: Twist) -> list[Twist]:
    """Two sides of one fault."""
    one.pair, other.pair = other, one
    return [one, other]
