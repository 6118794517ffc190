"""What an error must lead to: rows of published tables, each with its key and its values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from pipelines.demo import money
from pipelines.demo.chance import chance
from pipelines.demo.errors import Error
from pipelines.demo.exports import NETWORK, Export
from pipelines.demo.places import Place
from pipelines.demo.receipts import Receipt
from pipelines.demo.selling import Day

Expected = dict[str, Any]


@dataclass(slots=True)
class Label:
    """What one error did: in which file, with which details, and what has to show it."""

    file_name: str
    expected: list[Expected]
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Scene:
    """A store-day into which an error is put: its exports, and what truly happened."""

    seed: int
    error: Error
    place: Place
    exports: dict[str, Export]
    day: Day
    staff: list[str]
    had_bags: bool  # before this day
    shifts: dict[tuple[str, str], int]  # of Z numbers, by store and register, from now on

    def rng(self) -> Random:
        return chance(self.seed, self.error.kind, self.error.store_id, self.error.day)

    def edit(self, dataset: str) -> list[Any]:
        """The dataset's rows, to be changed in place; they go into a file of their own."""
        export = self.exports[dataset]
        export.is_planted = True
        rows = list(export.rows)
        export.rows = rows
        return rows

    def file(self, dataset: str) -> str:
        return self.exports[dataset].file_name

    def network_file(self, dataset: str, day: date | None = None) -> str:
        """The network's file of the error's day, or of another."""
        return f"{NETWORK}/{dataset}_{day or self.error.day:%Y%m%d}.csv"

    def first_sale(self) -> Receipt:
        return first_sale(self.day)

    def row(self, table: str, key: dict[str, Any], **values: Any) -> Expected:
        return row(table, self.error, key, **values)

    def failed(self, check: str, **values: Any) -> Expected:
        return failed(self.error, check, **values)

    def finding(self, check: str, *, transaction_id: str, **values: Any) -> Expected:
        """The one finding of a check about a receipt."""
        key = {"check_id": check, "transaction_id": transaction_id}
        return row("finance.check_findings", self.error, key, **values)


def row(table: str, error: Error, key: dict[str, Any], **values: Any) -> Expected:
    """A row of a published table about the error's store-day."""
    where = {"store_id": error.store_id, "business_date": error.day.isoformat(), **key}
    return {"table": table, "key": where, "values": values}


def failed(error: Error, check: str, **values: Any) -> Expected:
    key = {"check_id": check}
    return row("finance.completeness_checks", error, key, passed=False, **values)


def tender_balance(error: Error, register_id: str, kind: str, **cents: int) -> Expected:
    """A closing whose amounts differ, each difference in cents."""
    values = {name: money.written(amount) for name, amount in cents.items()}
    key = {"register_id": register_id, "tender_type": kind}
    return row("finance.tender_balances", error, key, **values)


def card(error: Error, subject: str, **values: str) -> Expected:
    """A line of the card reconciliation: its operation, or its receipt where there is none."""
    key = {"store_id": error.store_id, "subject": subject}
    return {"table": "finance.card_reconciliation", "key": key, "values": values}


def first_sale(day: Day) -> Receipt:
    """The sale the store-day was asked to begin with."""
    return next(
        receipt
        for receipt in day.receipts
        if receipt.counts and not receipt.is_withheld and receipt.payments and receipt.total > 0
    )


def replaced(rows: Iterable[Any], match: dict[str, Any], **values: Any) -> list[Any]:
    """The rows with these values where all of `match` fits."""
    return [
        one._replace(**values)
        if all(getattr(one, name) == value for name, value in match.items())
        else one
        for one in rows
    ]


def renumbered(closings: Iterable[Any], register_id: str, by: int) -> list[Any]:
    """Closings of a till with other Z numbers."""
    return [
        one._replace(z_number=f"{int(one.z_number) + by:05d}")
        if one.register_id == register_id
        else one
        for one in closings
    ]
