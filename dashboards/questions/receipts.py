"""Receipts: finding one, and everything that is known about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from dashboards.questions.network import only
from dashboards.warehouse import Row, Run

WINDOWS = {"day": "The day", "7": "7 days to it", "30": "30 days to it", "all": "Any day"}

# What a receipt comes to: its completed lines with tax (`is_completed_line` of the warehouse).
_COMPLETED = "transaction_status = 'completed' and not coalesce(is_voided_line, false)"

_LONG_ENOUGH = 5
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Search:
    """What to look for. `text` is matched against everything written on a receipt; empty finds all.

    `tender_type`, `register_id`, `z_number` narrow to the payments of one till closing.
    """

    first: date | None
    last: date
    stores: Sequence[str] = ()
    text: str = ""
    tender_type: str = ""
    register_id: str = ""
    z_number: str = ""

    @classmethod
    def of_window(cls, on: date, window: str, **rest: Any) -> Search:
        first = {"day": on, "all": None}.get(window)
        if window in ("7", "30"):
            first = on - timedelta(days=int(window) - 1)
        last = date.max if window == "all" else on
        return cls(first=first, last=last, **rest)

    def within(self, alias: str) -> tuple[str, list[Any]]:
        """The stores and days as a condition on the columns of `alias`."""
        keep, params = only(self.stores, f"{alias}.store_id")
        days: list[Any] = [self.last]
        condition = f"{alias}.business_date <= ?"
        if self.first is not None:
            condition += f" and {alias}.business_date >= ?"
            days.append(self.first)
        return f"{condition} and {keep}", [*days, *params]


def tender_types(run: Run) -> list[str]:
    rows = run.ask("select distinct tender_type from core.fct_tenders order by tender_type")
    return [row["tender_type"] for row in rows]


def amount(text: str) -> Decimal | None:
    """`1,234.50` or `$1234.5` as a number; None when it is none."""
    plain = re.sub(r"[,\s$]|[A-Z]{3}", "", text)
    if not re.fullmatch(r"[-−]?\d+(\.\d{1,2})?", plain):
        return None
    try:
        return Decimal(plain.replace("−", "-"))
    except InvalidOperation:
        return None


def find(run: Run, search: Search, limit: int) -> list[Row]:
    """The receipts that match, newest first, each with what it came to and how it was paid.

    One row per transaction: lines_total (with tax), tenders_total (less change), tender_types,
    `matched` (what the search text was found in), `tender_total` (payments of the asked tender).
    At most `limit` rows.
    """
    matched, params = _matches(search)
    return run.ask(f"{matched} {_FOUND} limit {limit}", params)


@dataclass(frozen=True)
class Totals:
    """All receipts that match, however many are listed, by currency."""

    receipts: int
    by_currency: list[Row]


def totals(run: Run, search: Search) -> Totals:
    matched, params = _matches(search)
    rows = run.ask(
        f"{matched} select currency, count(*) as receipts, sum(lines_total) as lines_total,"
        " sum(tenders_total) as tenders_total, sum(tender_total) as tender_total"
        f" from ({_FOUND}) f group by currency order by currency",
        params,
    )
    return Totals(sum(row["receipts"] for row in rows), rows)


def _matches(search: Search) -> tuple[str, list[Any]]:
    """CTEs: the lines and payments of the days and stores, and why each transaction is shown."""
    text = search.text.strip()
    number = amount(text)
    in_lines, line_params = search.within("l")
    in_tenders, tender_params = search.within("t")
    params: list[Any] = [*line_params, *tender_params]
    asked = "true"
    if search.tender_type:
        asked += " and t.tender_type = ?"
        params.append(search.tender_type)
    if search.register_id:
        asked += " and t.register_id = ?"
        params.append(search.register_id)
    if search.z_number:
        asked += (
            " and exists (select 1 from core.fct_till_closings z where z.z_number = ?"
            " and z.store_id = t.store_id and z.register_id = t.register_id"
            " and z.business_date = t.business_date"
            " and (z.first_receipt_number is null or not exists (select 1 from lines l"
            "   where l.transaction_id = t.transaction_id and (l.receipt_number <"
            "   z.first_receipt_number or l.receipt_number > z.last_receipt_number))))"
        )
        params.append(search.z_number)
    narrowed = bool(search.tender_type or search.register_id or search.z_number)
    found = ["select null as transaction_id, null as matched where false"]
    if text:
        # A short text is all over the serial numbers: it has to be the whole of one.
        like = f"%{_escaped(text)}%" if len(text) >= _LONG_ENOUGH else _escaped(text)
        found += [
            "select transaction_id, 'transaction id' from lines"
            " where transaction_id ilike ? escape '!'",
            "select transaction_id, 'transaction id' from tenders"
            " where transaction_id ilike ? escape '!'",
            "select transaction_id, 'serial number' from lines"
            " where serial_number ilike ? escape '!'",
            "select transaction_id, 'receipt number' from lines"
            " where cast(receipt_number as varchar) = ?",
            "select transaction_id, 'last four' from tenders where card_last_four = ?",
        ]
        params += [like, like, like, text.lstrip("0#") or text, text.lstrip("*•·x. ")]
    if number is not None:
        found += [
            "select transaction_id, 'amount paid' from tenders where abs(tender_amount) = ?",
            "select transaction_id, 'amount of a line' from lines where abs(net_amount) = ?",
            "select transaction_id, 'receipt total' from sums where abs(lines_total) = ?",
        ]
        params += [abs(number)] * 3
    if not text:
        source = "asked" if narrowed else "(select transaction_id from lines union select"
        source += "" if narrowed else " transaction_id from tenders) a"
        found.append(f"select transaction_id, '' from {source}")
    chosen = " where transaction_id in (select transaction_id from asked)" if narrowed else ""
    return (
        f"with lines as (select * from core.fct_sales_lines l where {in_lines}),"
        f" tenders as (select * from core.fct_tenders t where {in_tenders}),"
        f" asked as (select * from tenders t where {asked}),"
        " sums as (select transaction_id, sum(net_amount + coalesce(tax_amount, 0)) as lines_total"
        f" from lines where {_COMPLETED} group by transaction_id),"
        " why as (select transaction_id, string_agg(distinct nullif(matched, ''), ', ') as matched"
        f" from ({' union all '.join(found)}) m {chosen} group by transaction_id)",
        params,
    )


_FOUND = """
    select w.transaction_id, w.matched,
        coalesce(l.store_id, t.store_id) as store_id,
        coalesce(s.store_name, l.store_id, t.store_id) as store_name, s.time_zone,
        coalesce(l.business_date, t.business_date) as business_date,
        coalesce(l.register_id, t.register_id) as register_id,
        l.receipt_number, coalesce(l.sold_at, t.tendered_at) as sold_at,
        coalesce(l.transaction_status, 'paid, no lines') as transaction_status,
        coalesce(l.currency, t.currency) as currency,
        l.line_count, u.lines_total, t.tenders_total, a.tender_total, t.tender_types
    from why w
    left join (
        select transaction_id, min(store_id) as store_id, min(business_date) as business_date,
            min(register_id) as register_id, min(receipt_number) as receipt_number,
            min(sold_at) as sold_at, min(transaction_status) as transaction_status,
            min(currency) as currency, count(*) as line_count
        from lines group by transaction_id
    ) l on l.transaction_id = w.transaction_id
    left join sums u on u.transaction_id = w.transaction_id
    left join (
        select transaction_id, min(store_id) as store_id, min(business_date) as business_date,
            min(register_id) as register_id, min(tendered_at) as tendered_at,
            min(currency) as currency,
            sum(case when is_completed then tender_amount - coalesce(change_amount, 0) end)
                as tenders_total,
            string_agg(distinct tender_type, ', ' order by tender_type) as tender_types
        from tenders group by transaction_id
    ) t on t.transaction_id = w.transaction_id
    left join (
        select transaction_id,
            sum(case when is_completed then tender_amount - coalesce(change_amount, 0) end)
                as tender_total
        from asked group by transaction_id
    ) a on a.transaction_id = w.transaction_id
    left join core.dim_stores s on s.store_id = coalesce(l.store_id, t.store_id)
    order by business_date desc, store_name, sold_at desc nulls last, w.transaction_id
"""


def _escaped(text: str) -> str:
    return re.sub(r"([!%_])", r"!\1", text)


@dataclass(frozen=True)
class Receipt:
    """One receipt and everything said about it; every row carries `file_name` and `_line_no`.

    `lines_total` is net + tax of completed lines, `tenders_total` is tendered − change.
    """

    transaction_id: str
    store_id: str
    store_name: str
    zone: str | None
    business_date: date
    register_id: str | None
    receipt_number: int | None
    sold_at: Any
    status: str
    currency: str | None
    lines_total: Decimal
    tenders_total: Decimal
    lines: list[Row]
    tenders: list[Row]
    movements: list[Row] = field(default_factory=list)
    serials: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    findings: list[Row] = field(default_factory=list)
    settlements: list[Row] = field(default_factory=list)
    taxes: list[Row] = field(default_factory=list)
    related: list[Row] = field(default_factory=list)

    @property
    def difference(self) -> Decimal:
        return self.lines_total - self.tenders_total


# What may be said about a receipt beside its own rows: attribute, table, order.
_BESIDE = (
    ("events", "core.fct_till_events", "occurred_at"),
    ("settlements", "finance.card_reconciliation", "reconciliation_id"),
    ("taxes", "finance.tax_checks", "line_number"),
)


def receipt(run: Run, transaction_id: str) -> Receipt | None:
    """The whole receipt; None when this run knows neither a line nor a payment of it."""
    lines = _with_files(run, "core.fct_sales_lines", transaction_id, "line_number")
    tenders = _with_files(run, "core.fct_tenders", transaction_id, "tender_number")
    rows = lines or tenders
    if not rows:
        return None
    first = rows[0]
    place = run.ask(
        "select store_name, time_zone from core.dim_stores where store_id = ?", [first["store_id"]]
    )
    beside = {
        name: _with_files(run, table, transaction_id, order)
        for name, table, order in _BESIDE
        if run.has(table)
    }
    return Receipt(
        transaction_id=transaction_id,
        store_id=first["store_id"],
        store_name=(place[0]["store_name"] if place else None) or first["store_id"],
        zone=place[0]["time_zone"] if place else None,
        business_date=first["business_date"],
        register_id=first["register_id"],
        receipt_number=lines[0]["receipt_number"] if lines else None,
        sold_at=lines[0]["sold_at"] if lines else tenders[0]["tendered_at"],
        status=lines[0]["transaction_status"] if lines else "paid, no lines",
        currency=first["currency"],
        lines_total=_lines_total(lines),
        tenders_total=_tenders_total(tenders),
        lines=lines,
        tenders=tenders,
        movements=_movements(run, transaction_id),
        serials=_serials(run, [row["serial_number"] for row in lines if row["serial_number"]]),
        findings=_findings(run, transaction_id),
        related=_related(run, transaction_id, lines),
        **beside,
    )


def _lines_total(lines: Sequence[Row]) -> Decimal:
    return sum(
        (
            row["net_amount"] + (row["tax_amount"] or 0)
            for row in lines
            if row["transaction_status"] == "completed" and not row["is_voided_line"]
        ),
        Decimal(0),
    )


def _tenders_total(tenders: Sequence[Row]) -> Decimal:
    return sum(
        (row["tender_amount"] - (row["change_amount"] or 0) for row in tenders if _counts(row)),
        Decimal(0),
    )


def _counts(tender: Row) -> bool:
    return tender["is_completed"] is not False


def _with_files(run: Run, table: str, transaction_id: str, order: str) -> list[Row]:
    """The rows of one transaction, each with the name of the file it came in."""
    return _rows(run, table, "m.transaction_id = ?", [transaction_id], order)


def _rows(run: Run, table: str, where: str, params: Sequence[Any], order: str) -> list[Row]:
    named = "null as file_name"
    if "_file_id" in run.columns(table):
        named = (
            "(select f.file_name from quality.files f where f.file_id = m._file_id"
            " and f.status <> 'duplicate' order by f.known_from limit 1) as file_name"
        )
    return run.ask(f"select m.*, {named} from {table} m where {where} order by {order}", params)


def _movements(run: Run, transaction_id: str) -> list[Row]:
    return _rows(
        run,
        "core.fct_stock_movements",
        "m.source_transaction_id = ?",
        [transaction_id],
        "posted_at, document_id, line_number",
    )


def _serials(run: Run, serials: Sequence[str]) -> list[Row]:
    """Everywhere else the pieces of the receipt were seen: sold, returned, moved; oldest first."""
    if not serials:
        return []
    marks = ", ".join("?" * len(serials))
    return run.ask(
        "select h.*, coalesce(s.store_name, h.store_id) as store_name from ("
        " select serial_number, store_id, business_date, sold_at as happened_at,"
        " case when is_return then 'returned by a client' else 'sold' end as what,"
        " transaction_id, _file_id, _line_no"
        f" from core.fct_sales_lines where serial_number in ({marks}) and {_COMPLETED}"
        " union all select serial_number, store_id, business_date, posted_at,"
        " replace(movement_type, '_', ' '), source_transaction_id, _file_id, _line_no"
        f" from core.fct_stock_movements where serial_number in ({marks})"
        " and movement_type not in ('sale', 'sale_return')) h"
        " left join core.dim_stores s using (store_id)"
        " order by serial_number, business_date, happened_at, what",
        [*serials, *serials],
    )


def _findings(run: Run, transaction_id: str) -> list[Row]:
    """Everything a check or a rule holds against the receipt: source, what, difference, words."""
    pieces, params = [], []
    if run.has("finance.check_findings"):
        pieces.append(
            "select 'check ' || check_id as source, check_id, null as rule_id, subject,"
            " expected_value, actual_value, difference, note from finance.check_findings"
            " where transaction_id = ?"
        )
        params.append(transaction_id)
    else:
        pieces.append(
            "select 'check F7' as source, 'F7' as check_id, null as rule_id,"
            " transaction_id as subject, lines_total as expected_value,"
            " tenders_total as actual_value, -difference as difference, explanation as note"
            " from finance.unbalanced_transactions where transaction_id = ?"
        )
        params.append(transaction_id)
    if run.has("kpi.exception_events"):
        pieces.append(
            "select 'rule ' || rule_id as source, null, rule_id, employee_id, null, amount, null,"
            " note from kpi.exception_events where transaction_id = ?"
        )
        params.append(transaction_id)
    return run.ask(" union all ".join(pieces) + " order by source", params)


def _related(run: Run, transaction_id: str, lines: Sequence[Row]) -> list[Row]:
    """The receipts its pieces were sold on, and the receipts that took some of it back."""
    originals = sorted(
        {r["original_transaction_id"] for r in lines if r["original_transaction_id"]}
    )
    marks = ", ".join("?" * len(originals)) or "null"
    return run.ask(
        "select distinct transaction_id, store_id, business_date, receipt_number,"
        " case when original_transaction_id = ? then 'took back some of it' else 'first sale' end"
        " as what from core.fct_sales_lines where transaction_id <> ? and"
        f" (original_transaction_id = ? or transaction_id in ({marks}))"
        " order by business_date, transaction_id",
        [transaction_id, transaction_id, transaction_id, *originals],
    )
