"""Money of a day: what receipts say was paid, what the till declared, what bank and card paid out.

A run that does not publish a table yet answers None: the page then says so in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dashboards.questions.network import only
from dashboards.warehouse import Row, Run

BALANCES = "finance.tender_balances"
CARDS = "finance.card_reconciliation"
DEPOSITS = "finance.deposit_reconciliation"
ODDITIES = "finance.payment_oddities"

# What the three-way table adds up, in the order it is read.
SIDES = ("computed_amount", "declared_amount", "settled_amount", "deposited_amount")
DIFFERENCES = ("declared_difference", "settled_difference", "deposited_difference")
CENT = Decimal("0.01")

_PAID = "tender_amount - coalesce(change_amount, 0)"


@dataclass(frozen=True)
class ThreeWay:
    """The day by store and tender type: three sides, three differences, and the closings below.

    `receipts_total` by currency is the sum of the payments themselves, without any closing: the
    total of `computed_amount` has to be it. Each row names in `off` the differences that one of its
    closings has: those of two tills may be nothing together.
    """

    rows: list[Row]
    closings: list[Row]
    receipts_total: dict[str, Decimal]

    def total(self, name: str, currency: str | None = None) -> Decimal | None:
        """The sum of a column; None where no row of it is known."""
        kept = [
            row[name]
            for row in self.rows
            if row[name] is not None and currency in (None, row["currency"])
        ]
        return sum(kept, Decimal(0)) if kept else None

    @property
    def off(self) -> list[Row]:
        return [row for row in self.rows if row["off"]]

    @property
    def drawers(self) -> list[Row]:
        """Cash closings, each with `left_amount`: counted, less what went to the bank."""
        return [
            row
            | {
                "left_amount": None
                if row["counted_amount"] is None
                else row["counted_amount"] - (row["banked_amount"] or 0)
            }
            for row in self.closings
            if row["expected_cash"] is not None
        ]

    @property
    def short(self) -> list[Row]:
        """Cash closings whose drawer was not what it should have been."""
        return [row for row in self.closings if is_off(row, "over_short")]

    @property
    def floats(self) -> list[Row]:
        """Cash closings that began with another float than the one before had left."""
        return [row for row in self.closings if is_off(row, "float_difference")]


def is_off(row: Row, name: str) -> bool:
    """Whether a difference of a closing is one: payments are rounded, and cash to its coin."""
    value = row.get(name)
    if value is None:
        return False
    if name != "declared_difference":
        return abs(value) >= CENT
    rounded = CENT * max(row.get("payments") or 0, 1)
    return min(abs(value), abs(value + (row.get("rounding_amount") or 0))) > rounded


def three_way(run: Run, on: date, chosen: Sequence[str] = ()) -> ThreeWay | None:
    if not run.has(BALANCES):
        return None
    keep, params = only(chosen, "b.store_id")
    closings = run.ask(
        f"select b.*, coalesce(s.store_name, b.store_id) as store_name from {BALANCES} b"
        " left join core.dim_stores s using (store_id)"
        f" where b.business_date = ? and {keep}"
        " order by store_name, b.register_id, b.z_number, b.tender_type",
        [on, *params],
    )
    keep, params = only(chosen, "t.store_id")
    paid = run.ask(
        "select t.store_id, coalesce(any_value(s.store_name), t.store_id) as store_name,"
        f" t.tender_type, t.currency, sum({_PAID}) as paid, count(*) as payments"
        " from core.fct_tenders t left join core.dim_stores s using (store_id)"
        f" where t.is_completed and t.business_date = ? and {keep}"
        " group by t.store_id, t.tender_type, t.currency",
        [on, *params],
    )
    totals: dict[str, Decimal] = {}
    for row in paid:
        totals[row["currency"]] = totals.get(row["currency"], Decimal(0)) + row["paid"]
    return ThreeWay(_by_tender(closings, paid), closings, totals)


def _by_tender(closings: Sequence[Row], paid: Sequence[Row]) -> list[Row]:
    """Closings added up by store and tender, those that differ first.

    Payments that no closing speaks of are rows of their own.
    """
    added: dict[tuple[str, str], Row] = {}
    for row in closings:
        key = (row["store_id"], row["tender_type"])
        names = ("store_id", "store_name", "tender_type", "currency")
        one = added.setdefault(
            key, {n: row[n] for n in names} | dict.fromkeys((*SIDES, *DIFFERENCES)) | {"off": set()}
        )
        one["off"] |= {name for name in DIFFERENCES if is_off(row, name)}
        for name in (*SIDES, *DIFFERENCES):
            if row[name] is not None:
                one[name] = (one[name] or Decimal(0)) + row[name]
    closed = set(added)
    for row in paid:
        key = (row["store_id"], row["tender_type"])
        one = added.setdefault(
            key,
            {n: row[n] for n in ("store_id", "store_name", "tender_type", "currency")}
            | dict.fromkeys((*SIDES, *DIFFERENCES))
            | {"off": set()},
        )
        if key not in closed:
            one["computed_amount"] = (one["computed_amount"] or Decimal(0)) + row["paid"]
        one["payments"] = one.get("payments", 0) + row["payments"]
    return sorted(
        added.values(),
        key=lambda r: (
            not r["off"],
            r["store_name"],
            r["tender_type"],
        ),
    )


def cards(run: Run, on: date, chosen: Sequence[str] = ()) -> list[Row] | None:
    """Card payments and settlements up to the day that do not simply agree, the oldest first."""
    return _open(run, CARDS, "'matched'", on, chosen)


def deposits(run: Run, on: date, chosen: Sequence[str] = ()) -> list[Row] | None:
    """Deposit bags up to the day that the bank has not credited in full, the oldest first."""
    return _open(run, DEPOSITS, "'credited'", on, chosen)


def _open(run: Run, table: str, settled: str, on: date, chosen: Sequence[str]) -> list[Row] | None:
    if not run.has(table):
        return None
    keep, params = only(chosen, "r.store_id")
    return run.ask(
        f"select r.*, coalesce(s.store_name, r.store_id) as store_name from {table} r"
        " left join core.dim_stores s using (store_id)"
        f" where r.status not in ({settled}) and r.business_date <= ? and {keep}"
        " order by case when r.status = 'waiting' then 1 else 0 end,"
        " r.unmatched_age_business_days desc nulls last, r.business_date, store_name",
        [on, *params],
    )


def counts(run: Run, table: str, on: date, chosen: Sequence[str] = ()) -> list[Row]:
    """How many rows up to the day have which status."""
    keep, params = only(chosen)
    return run.ask(
        f"select status, count(*) as n from {table} where business_date <= ? and {keep}"
        " group by status order by n desc, status",
        [on, *params],
    )


@dataclass(frozen=True)
class OddList:
    """One list of payments or refunds that should not be; `what` says what is in it."""

    kind: str
    name: str
    what: str
    rows: list[Row]


WINDOWS = {"day": "The day", "7": "7 days to it", "30": "30 days to it", "all": "All days to it"}

ODD = (
    (
        "receipt_without_payment",
        "Receipts without any payment",
        "Completed receipts that come to something, of days whose payments have come.",
    ),
    (
        "payment_without_receipt",
        "Payments without a receipt",
        "Payments whose receipt has not come, of days whose receipts have.",
    ),
    (
        "negative_tender",
        "Negative payments",
        "Money handed back on a completed receipt that does not pay out.",
    ),
    (
        "refund_without_original",
        "Refunds without the original sale",
        "Returns that name no original receipt.",
    ),
)


def odd_lists(run: Run, on: date, window: str, chosen: Sequence[str] = ()) -> list[OddList] | None:
    """The four lists, each with its rows (none: an empty list, which is a finding of its own)."""
    if not run.has(ODDITIES):
        return None
    keep, params = only(chosen, "o.store_id")
    within, days = f"o.business_date <= ? and {keep}", [on, *params]
    if window != "all":
        first = on if window == "day" else on - timedelta(days=int(window) - 1)
        within, days = f"o.business_date >= ? and {within}", [first, *days]
    rows = run.ask(
        "select o.*, coalesce(s.store_name, o.store_id) as store_name, (select f.file_name"
        " from quality.files f where f.file_id = o._file_id and f.status <> 'duplicate'"
        f" order by f.known_from limit 1) as file_name from {ODDITIES} o"
        f" left join core.dim_stores s using (store_id) where {within}"
        " order by o.business_date desc, store_name, o.transaction_id",
        days,
    )
    return [
        OddList(kind, name, what, [row for row in rows if row["kind"] == kind])
        for kind, name, what in ODD
    ]
