"""POSLog (ARTS / OMG), versions 2 and 6: one file feeds sales lines, tenders, till closings and
till events.

The mapping's `records` says which rows of it are wanted:

    sale_lines   a row for each line sold or returned (rewards and cash rounding that stand on no
                 line are rows too), tax and discounts on the lines they belong to
    tenders      a row for each tender line, change given for it beside it
    closings     a row for each settlement of a register and means of payment
    events       a row for each control transaction that is no settlement

Headers are the POSLog's own element names; those in small letters are worked out here (signs, sums,
status). Every LineItem, and every transaction that is no receipt, is accounted for: a row, set
aside, or skipped with what it was. Line numbers are those of the file; in a file without line
breaks all rows stand on its one line.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.readers import CheckHeader, Chunk, Refused
from pipelines.ingest.readers.chunking import Rows
from pipelines.ingest.readers.poslog import closings, events, sale_lines, tenders
from pipelines.ingest.readers.poslog.plausible import Plausible
from pipelines.ingest.readers.poslog.transactions import POST_VOID, RETAIL, Key, Transaction
from pipelines.ingest.readers.xml_stream import Element, declared_over, mentions, read_elements
from pipelines.settings import Settings

COLUMNS = {
    "sale_lines": sale_lines.COLUMNS,
    "tenders": tenders.COLUMNS,
    "closings": closings.COLUMNS,
    "events": events.COLUMNS,
}
_ROOTS = ("POSLog", "PosLog", "TransactionLogLookupResponse")
# More post voids than this are no day's work.
_MOST_POST_VOIDS = 200_000


class _Taker(Protocol):
    def take(self, transaction: Transaction) -> None: ...


def read(
    path: Path, mapping: Mapping, settings: Settings, check_header: CheckHeader
) -> Iterator[Chunk]:
    """Chunks of the POSLog at `path`, plain or gzip. Raises Refused."""
    records = mapping.records or ""
    rows = Rows(COLUMNS[records])
    check_header(rows.columns)
    plausible = Plausible(mapping.poslog)
    post_voided = _post_voided(path, mapping, settings)
    seen: set[Key] = set()
    takers_back: list[tuple[int, list[Key]]] = []
    taker: _Taker
    if records == "sale_lines":
        taker = sale_lines.SaleLines(rows, mapping.poslog, plausible)
    elif records == "tenders":
        taker = tenders.Tenders(rows)
    elif records == "events":
        taker = events.Events(rows)
    else:
        taker = closings.Closings(rows)
    yield from rows.chunks(ended=True)
    for element in _elements(path, mapping, settings):
        transaction = Transaction(element, post_voided)
        if transaction.key in post_voided:
            seen.add(transaction.key)
        if records in ("closings", "events") or transaction.kind == RETAIL:
            taker.take(transaction)
        elif transaction.kind == POST_VOID and records == "tenders":
            rows.skip(events.POST_VOIDED)
        elif transaction.kind == POST_VOID and transaction.status != "completed":
            rows.skip(f"{transaction.status} post void: it takes nothing back")
        elif transaction.kind == POST_VOID:
            links = transaction.taken_back
            takers_back.append((transaction.at, [transaction.key_of(link) for link in links]))
        else:
            rows.skip(closings.skipped_as(transaction))
        yield from rows.chunks()
    if records == "sale_lines":
        _account_for(takers_back, post_voided, seen, rows)
        plausible.check()
    yield from rows.chunks(ended=True)


def _account_for(
    takers_back: list[tuple[int, list[Key]]], post_voided: _PostVoided, seen: set[Key], rows: Rows
) -> None:
    """Each post void: skipped when all it takes back is in the file, else set aside, once."""
    for line, keys in takers_back:
        if not keys:
            rows.set_aside(line, "post void", "a TransactionLink to the receipt it takes back")
        elif missing := [key for key in keys if key not in seen]:
            _set_post_void_aside(line, missing, rows)
        else:
            rows.skip("post void: what it takes back is marked so")
    told = {key for _, keys in takers_back for key in keys}
    # Those written as a receipt: their own lines are rows already.
    for key in sorted(post_voided - seen - told, key=str):
        _set_post_void_aside(post_voided.lines[key], [key], rows)


def _set_post_void_aside(line: int, missing: list[Key], rows: Rows) -> None:
    """Receipts of another file: what was taken in before cannot be changed from here."""
    receipts = "; ".join(
        "receipt {3} of register {1}, store {0}, {2}".format(*(part or "?" for part in key))
        for key in missing
    )
    rows.set_aside(
        line,
        "post void",
        f"what it takes back in the same file. It is about {receipts[:400]}, which came in another "
        "file and counts there until that one is exported again, under its old name, with this "
        "post void in it; then have this file exported again without it",
        "; ".join(" / ".join(part or "?" for part in key) for key in missing)[:200],
    )


class _PostVoided(frozenset[Key]):
    """Receipts that a later transaction takes back; `lines` is where it says so."""

    lines: dict[Key, int]


def _post_voided(path: Path, mapping: Mapping, settings: Settings) -> _PostVoided:
    """A first reading, only of files that have post voids at all."""
    lines: dict[Key, int] = {}
    if mentions(path, "PostVoid", settings):
        for element in _elements(path, mapping, settings):
            transaction = Transaction(element)
            for link in transaction.taken_back:
                lines[transaction.key_of(link)] = transaction.at
            if len(lines) > _MOST_POST_VOIDS:
                raise Refused(
                    f"it has more than {_MOST_POST_VOIDS:,} post voids: this is no export"
                )
    found = _PostVoided(lines)
    found.lines = lines
    return found


def _elements(path: Path, mapping: Mapping, settings: Settings) -> Iterator[Element]:
    return read_elements(
        path, {"Transaction"}, settings, roots=_ROOTS, encoding=declared_over(mapping)
    )
