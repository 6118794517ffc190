"""In which order the files of a batch are read, and what reading one means for the next.

    stores lists ─▶ all others ─▶ parts of store-days ─▶ the batch's tables

Stores lists come first: local times need the zones they tell. Parts come last: a part cannot be
added to a day that was delivered whole. Of equal bytes one file is read, the others are duplicates
of it. Who reads (this process or others) makes no difference: rows and outcomes are taken in the
order of the bunches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import polars as pl

from pipelines.ingest import scopes
from pipelines.ingest.delivery import Delivery
from pipelines.ingest.lake import BatchFolder
from pipelines.ingest.ledger import Earlier, Ledger
from pipelines.ingest.reading.bunches import Bunch, bunches
from pipelines.ingest.reading.rows import Rows
from pipelines.ingest.values import FILE

# (what is being done, how much of it is done, how much there is)
Progress = Callable[[str, int, int], None]
_TELL_EVERY = 100


class Readers(Protocol):
    """Whoever reads bunches."""

    def read(self, work: Iterable[Bunch], zones: dict[str, str]) -> Iterator[tuple[Bunch, Rows]]:
        """The rows of each bunch, in the order of `work`, its deliveries settled."""
        ...


class Rounds:
    """Reads the deliveries of one batch into its folder. `zones`: each store's, from the lake."""

    def __init__(
        self,
        readers: Readers,
        folder: BatchFolder,
        ledger: Ledger,
        zones: dict[str, str],
        progress: Progress,
    ) -> None:
        self._readers = readers
        self._folder = folder
        self._ledger = ledger
        self._zones = zones
        self._progress = progress
        # Store-days delivered whole in this batch: (dataset, scope) → (sequence, file name).
        self._whole: dict[tuple[str, str], list[tuple[int, str]]] = {}
        self._done = 0
        self._all = 0

    def read(self, todo: list[Delivery]) -> None:
        """Reads all, and settles each one's status."""
        self._all = len(todo)
        stores = [one for one in todo if one.dataset and one.dataset.name == "stores"]
        parts = [one for one in todo if one.mapping and one.mapping.scope_part]
        apart = {*stores, *parts}
        self._read_once_each(stores)
        self._zones = self._zones | _zones_of(stores)
        self._read_once_each([one for one in todo if one not in apart])
        self._read_once_each(parts)

    def _read_once_each(self, deliveries: list[Delivery]) -> None:
        """Reads the first of those with equal bytes; the others are duplicates of it."""
        rest = deliveries
        while rest:
            first: dict[tuple[str, ...], Delivery] = {}
            later: list[Delivery] = []
            for one in rest:
                assert one.mapping is not None and one.dataset is not None
                own_name = one.mapping.name_counts or one.kept.is_one_line
                same = (one.kept.file_id, one.dataset.name, one.named_as if own_name else "")
                if first.setdefault(same, one) is not one:
                    later.append(one)
            for bunch, rows in self._readers.read(bunches(first.values()), self._zones):
                self._take(bunch, rows)
            rest = _not_duplicates(later, list(first.values()))

    def _take(self, bunch: Bunch, rows: Rows) -> None:
        """Puts what was read of a bunch into the batch."""
        late = [n for n, one in enumerate(bunch) if self._refused_as_part(one)]
        dataset = bunch[0].dataset
        assert dataset is not None
        if rows.spool is not None:
            if late:
                rows.spool.unlink()
            else:
                self._folder.adopt(dataset.name, rows.spool, bunch[0].loaded)
        if rows.frame is not None:
            kept = rows.frame.filter(~pl.col(FILE).is_in(late)) if late else rows.frame
            self._folder.write(dataset.name, kept, [one.kept.file_id for one in bunch])
        for one in bunch:
            self._note_whole_days(one)
            self._done += 1
            if self._done % _TELL_EVERY == 0 or self._done == self._all:
                self._progress("reading", self._done, self._all)

    # ── parts of store-days ──────────────────────────────────────────────────────────────────

    def _refused_as_part(self, delivery: Delivery) -> bool:
        """Refuses an accepted part of a store-day that was delivered whole before."""
        if delivery.status != "accepted":
            return False
        for scope in delivery.scopes:
            if scope["scope_part"] is None:
                continue
            day = scopes.scope_text(scope["store_id"], scope["business_date"], None)
            if whole := self._whole_day_before(delivery, day):
                delivery.refuse(
                    f"is part {scope['scope_part']} of {scope['store_id']} on "
                    f"{scope['business_date']}, which {whole} already delivered whole: a part "
                    "cannot be added to a whole day. Send the whole day again"
                )
                return True
        return False

    def _whole_day_before(self, part: Delivery, scope: str) -> str | None:
        """The file that delivered the store-day whole before this part of it."""
        assert part.dataset is not None
        for sequence_no, name in self._whole.get((part.dataset.name, scope), []):
            if sequence_no < part.sequence_no:
                return name
        return self._ledger.whole_day(part.dataset.name, scope)

    def _note_whole_days(self, delivery: Delivery) -> None:
        if delivery.status != "accepted" or delivery.dataset is None:
            return
        if delivery.dataset.scope != "store_day":
            return
        for one in delivery.scopes:
            if one["scope_part"] is None:
                self._whole.setdefault((delivery.dataset.name, one["scope"]), []).append(
                    (delivery.sequence_no, delivery.found.name)
                )


# ── duplicates ───────────────────────────────────────────────────────────────────────────────


def accepted_twin(delivery: Delivery, earlier: Iterable[Earlier]) -> Earlier | None:
    """An accepted delivery of the same bytes that says the same.

    The name of a file without rows is all it says, and a mapping may read values from the name:
    there, equal bytes under another name are another delivery.
    """
    assert delivery.mapping is not None
    for one in earlier:
        if one.status != "accepted":
            continue
        name_matters = delivery.mapping.name_counts or one.rows == 0
        if not name_matters or one.named == delivery.named_as:
            return one
    return None


def _not_duplicates(later: list[Delivery], read: list[Delivery]) -> list[Delivery]:
    """Those of `later` that are to be read all the same; the others are marked as duplicates."""
    twins: dict[tuple[str, str], list[Earlier]] = {}
    for one in read:
        twins.setdefault(_bytes_of(one), []).append(_as_earlier(one))
    rest = []
    for one in later:
        if (twin := accepted_twin(one, twins[_bytes_of(one)])) is not None:
            one.status = "duplicate"
            one.reason = f"the same bytes as {twin.file_name}: ignored"
        else:
            rest.append(one)
    return rest


def _bytes_of(one: Delivery) -> tuple[str, str]:
    assert one.dataset is not None
    return one.kept.file_id, one.dataset.name


def _as_earlier(one: Delivery) -> Earlier:
    assert one.dataset is not None
    return Earlier(
        one.dataset.name,
        one.status,
        one.named_as,
        one.loaded + one.rejected,
        one.read_as,
        one.reason,
        one.found.name,
    )


def _zones_of(stores: list[Delivery]) -> dict[str, str]:
    """Time zones of the stores lists accepted in this batch, the later list winning."""
    zones: dict[str, str] = {}
    for one in sorted(stores, key=lambda one: one.sequence_no):
        if one.status == "accepted":
            zones.update(one.zones)
    return zones
