"""The control totals that came beside a file, against what was found in it."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from pipelines.ingest.delivery import Control, Delivery
from pipelines.ingest.values import FILE


def look_up(delivery: Delivery) -> None:
    """Raises Refused when there are control totals that cannot be used."""
    if delivery.found.control is not None:
        _, dataset = delivery.read_with
        delivery.control = Control.read(delivery.found.control, dataset)


def add_up(frame: pl.DataFrame, deliveries: list[Delivery]) -> None:
    """Adds the columns that control totals tell of; FILE says whose a row is."""
    for index, delivery in enumerate(deliveries):
        if delivery.control is None:
            continue
        here = frame.filter(pl.col(FILE) == index)
        for name in delivery.control.sums:
            if name not in here.columns:
                continue
            exact = pl.Decimal(38, 6)
            total = here.select(pl.col(name).cast(exact, strict=False).sum()).item()
            delivery.sums[name] = delivery.sums.get(name, Decimal(0)) + (total or Decimal(0))


def compare(delivery: Delivery) -> None:
    """Refuses a file that was read to its end and is not what its control totals say."""
    control = delivery.control
    if control is None:
        return
    wrong = []
    if control.rows is not None and control.rows != delivery.lines_read:
        wrong.append(f"rows: {control.rows:,} told, {delivery.lines_read:,} found")
    for name, told in control.sums.items():
        found = delivery.sums.get(name, Decimal(0))
        if found != told:
            wrong.append(f"{name}: {told:,} told, {found.normalize():,f} found")
    delivery.control_check = "disagreed" if wrong else "agreed"
    if wrong:
        delivery.refuse(
            f"its control totals disagree ({'; '.join(wrong)}): the file is not what was "
            "exported. Have both sent again"
        )
