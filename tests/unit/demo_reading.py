"""Reads a demonstration network's files back as plain dictionaries; knows nothing of its code."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

Row = dict[str, str]


def lines(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def dataset(landing: Path, name: str) -> Iterator[Row]:
    """Every row of a dataset, in the order of the file names."""
    for path in sorted(landing.rglob(f"{name}_*.csv")):
        yield from lines(path)


def money(text: str) -> Decimal:
    return Decimal(text or "0")


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Bytes and modification time of every file, by its name below the folder."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), int(path.stat().st_mtime))
        for path in folder.rglob("*")
        if path.is_file()
    }


def lines_total(sales: list[Row]) -> Decimal:
    """What the lines of one receipt add up to; struck-out lines count nowhere."""
    kept = (row for row in sales if row["is_voided_line"] != "true")
    return sum((money(row["net_amount"]) + money(row["tax_amount"]) for row in kept), Decimal())


def paid_total(tenders: list[Row]) -> Decimal:
    paid = (money(row["tender_amount"]) - money(row["change_amount"]) for row in tenders)
    return sum(paid, Decimal())


def by(rows: list[Row] | Iterator[Row], *names: str) -> dict[tuple[str, ...], list[Row]]:
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in names), []).append(row)
    return groups
