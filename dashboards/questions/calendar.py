"""Days held against earlier days: last week, and last year on a basis that is always printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dashboards.warehouse import Run


@dataclass(frozen=True)
class Basis:
    """A way to find last year's day: a column of `core.dim_dates`, and its words."""

    column: str
    name: str
    words: str


BASES = {
    basis.column: basis
    for basis in (
        Basis(
            "ly_date_restated",
            "Retail calendar, restated",
            "same day of last retail year (NRF 4-5-4, restated after a 53-week year)",
        ),
        Basis(
            "ly_date_fiscal",
            "Retail calendar, as reported",
            "same week and day of last retail year (NRF 4-5-4, not restated)",
        ),
        Basis(
            "ly_same_weekday",
            "Same weekday",
            "same weekday of last year (364 days earlier)",
        ),
        Basis("gregorian", "Same date", "same calendar date of last year"),
    )
}
DEFAULT_BASIS = "ly_date_restated"


def bases(run: Run) -> list[Basis]:
    """The bases this run can compare on."""
    columns = run.columns("core.dim_dates")
    return [basis for basis in BASES.values() if basis.column in ("gregorian", *columns)]


def same_date_last_year(on: date) -> date:
    """29 February is held against 28 February."""
    try:
        return on.replace(year=on.year - 1)
    except ValueError:
        return on.replace(year=on.year - 1, day=28)


def last_year(run: Run, on: date, basis: str = DEFAULT_BASIS) -> date | None:
    """Last year's day for `on`; None when the calendar does not say."""
    if basis == "gregorian":
        return same_date_last_year(on)
    rows = run.ask(f"select {basis} as then from core.dim_dates where calendar_date = ?", [on])
    return rows[0]["then"] if rows else None
