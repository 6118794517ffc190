"""Plants an error in a store-day's exports and writes down what has to be found, and where.

Each entry of the truth says what was done (`kind`, `dataset`, `store_id`, `business_date`,
`file_name` and details of the kind) and, under `expected`, every row of a published table that
must show it: `table`, `key`, `values`. Nothing else may be found. `not_judged` names tables that
can say nothing about the store-day, because a side of their comparison is absent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from pipelines.demo import (
    errors,
    measures,
    money,
    planting_bank,
    planting_people,
    planting_receipts,
    planting_tills,
)
from pipelines.demo.banking import settled
from pipelines.demo.cashiers import Cashiers
from pipelines.demo.chance import chance
from pipelines.demo.errors import Error
from pipelines.demo.exports import Export, due
from pipelines.demo.labels import (
    Label,
    Scene,
    card,
    failed,
    first_sale,
    renumbered,
    row,
    tender_balance,
)
from pipelines.demo.places import Place
from pipelines.demo.receipts import Payment, Receipt
from pipelines.demo.rows import columns
from pipelines.demo.selling import Alter, Day
from pipelines.demo.spoiling import spoiler
from pipelines.demo.stock import Parcel
from pipelines.demo.trading import next_open_day

Exports = dict[str, Export]
# Datasets whose absence keeps a store-day from being complete: the others do not block a day.
_OWED = ("sales_lines", "tenders", "till_closings")
_RENAMED = {
    "sales_lines": ("net_amount", "net_amt"),
    "tenders": ("tender_type", "payment_method"),
    "store_traffic": ("visitors", "footfall"),
    "stock_movements": ("movement_type", "mvt_type"),
}
# What is unreadable on a bad line, in turn: dataset, column, text, what is wrong with it.
_BAD = {
    "sales_lines": [
        ("net_amount", "12O0.00", "amount with a letter O for a zero"),
        ("business_date", "2026-02-31", "a day that does not exist"),
    ],
    "store_traffic": [("visitors", "twelve", "a number in words")],
    "stock_snapshots": [("stock_status", "on loan?", "an unknown code")],
}


_MONEY: dict[str, Callable[[Scene], Label | None]] = {
    name: getattr(module, name)
    for module in (planting_bank, planting_people, planting_receipts, planting_tills)
    for name in errors.KINDS
    if hasattr(module, name)
}
_BOOKS_CLOSE_AFTER = 10  # days after the end of a month
_DRAWER_NOTED = 5_00  # a drawer off by less is not worth a word
_REMEMBERED = 3  # sold pieces a place


class Planter:
    """Keeps the truth: every planted error with what it must lead to."""

    def __init__(self, seed: int, cashiers: Cashiers | None = None) -> None:
        self._seed = seed
        self._cashiers = cashiers
        self.truth: list[dict[str, Any]] = []
        self.files = {"duplicate": 0, "refused": 0, "superseded": 0, "never_sent": 0}
        self._first_bag: dict[str, date] = {}
        self._shifts: dict[tuple[str, str], int] = {}
        self._sold: dict[str, list[Parcel]] = {}
        self._how: dict[str, Callable[[Error, Exports, Day], list[Export]]] = {
            errors.LATE: self._late,
            errors.MISSING: self._missing,
            errors.DUPLICATE: self._duplicate,
            errors.REEXPORT: self._reexport,
            errors.BACK_DATED: self._reexport,
            errors.UNBALANCED: self._unbalanced,
            errors.BAD_LINE: self._bad_line,
            errors.DRIFT: self._drift,
        }

    def spoiler(self, error: Error) -> Alter | None:
        """What is done to the first receipt of the store-day while it is rung."""
        rng = chance(self._seed, "spoil", error.store_id, error.day)
        return spoiler(error.kind, rng, self._sold.get(error.store_id, []))

    def carry(self, place: Place, exports: Exports, day: Day) -> None:
        """What errors of earlier days do to this one, and what later ones need to know of it."""
        closings = exports.get("till_closings")
        for register in place.registers if closings else ():
            by = self._shifts.get((place.store_id, register), 0)
            if by and closings:
                closings.rows = renumbered(closings.rows, register, by)
        sold = self._sold.get(place.store_id, [])
        for receipt in day.receipts:
            back = [line.parcel.piece for line in receipt.lines if line.returns and line.parcel]
            sold = [one for one in sold if one.piece not in back]
            piece = receipt.piece
            if receipt.counts and not receipt.is_spoilt and piece and not piece.comes_back:
                sold += [piece.parcel] if piece.parcel else []
        self._sold[place.store_id] = sold[-_REMEMBERED:]
        if day.bag:
            self._first_bag.setdefault(place.store_id, day.bag.day)
        if self._cashiers:
            self._cashiers.act(place, exports, day)

    def finish(self) -> None:
        """Labels what went on over weeks."""
        for label in self._cashiers.labels() if self._cashiers else ():
            number = f"E{len(self.truth) + 1:04d}"
            self.truth.append({"error_id": number, **label})

    def plant(
        self, error: Error, place: Place, staff: list[str], exports: Exports, day: Day
    ) -> list[Export]:
        """The store-day's exports with the error in them."""
        if error.kind in _MONEY:
            had_bags = self._first_bag.get(place.store_id, error.day) < error.day
            scene = Scene(self._seed, error, place, exports, day, staff, had_bags, self._shifts)
            label = _MONEY[error.kind](scene)
            if label:
                self._found(error, label.file_name, label.expected, **label.details)
            return list(exports.values())
        for export in exports.values():
            export.is_planted = export.dataset in (error.dataset, self._also(error))
        return self._how.get(error.kind, self._gap)(error, exports, day)

    @staticmethod
    def _also(error: Error) -> str:
        """The second dataset an error touches, if any."""
        return "tenders" if error.kind.startswith(errors.GAP) else ""

    # -- how each error is made ------------------------------------------------------------

    def _late(self, error: Error, exports: Exports, day: Day) -> list[Export]:
        export = exports[error.dataset]
        rng = chance(self._seed, "late", error.store_id, error.day)
        export.arrives = due(export.place, error.day) + timedelta(
            seconds=rng.randrange(3 * 3600, 30 * 3600)
        )
        minutes = _minutes_late(export)
        expected = [_received(error, minutes), failed(error, "F11")]
        self._found(error, export.file_name, expected, minutes_late=minutes)
        return list(exports.values())

    def _missing(self, error: Error, exports: Exports, day: Day) -> list[Export]:
        export = exports.pop(error.dataset)
        self.files["never_sent"] += 1
        self._found(error, export.file_name, _absent(error), not_judged=_not_judged(error.dataset))
        return list(exports.values())

    def _duplicate(self, error: Error, exports: Exports, day: Day) -> list[Export]:
        export = exports[error.dataset]
        rng = chance(self._seed, "duplicate", error.store_id, error.day)
        again = replace(
            export, suffix="copy", arrives=export.arrives + timedelta(minutes=rng.randrange(1, 600))
        )
        self.files["duplicate"] += 1
        self._found(
            error,
            again.file_name,
            [
                _file(again.file_name, "duplicate"),
                _file(export.file_name, "accepted"),
                row("finance.deliveries", error, {"dataset": error.dataset}, status="duplicate"),
            ],
            original_file_name=export.file_name,
        )
        return [*exports.values(), again]

    def _reexport(self, error: Error, exports: Exports, day: Day) -> list[Export]:
        right = exports[error.dataset]
        rng = chance(self._seed, "reexport", error.store_id, error.day)
        wrong = replace(right, rows=_with_mistake(right, first_sale(day), rng.randrange(50, 400)))
        right.suffix = "2"
        right.arrives = due(right.place, error.day) + timedelta(
            seconds=rng.randrange(5 * 3600, 50 * 3600)
        )
        if error.kind == errors.BACK_DATED:
            right.arrives += timedelta(days=_closed_after(error.day) - 2)
        changed = measures.changes(error.dataset, wrong.rows, right.rows)
        expected = [
            row("finance.restatements", error, {"measure": name}, **values)
            for name, values in changed.items()
        ]
        expected += [
            _file(wrong.file_name, "superseded"),
            _file(right.file_name, "accepted"),
            row("finance.deliveries", error, {"dataset": error.dataset}, status="reopened"),
        ]
        if error.kind == errors.BACK_DATED:
            expected.append(failed(error, "F11"))
        self.files["superseded"] += 1
        self._found(
            error, right.file_name, expected, replaced_file_name=wrong.file_name, measures=changed
        )
        return [wrong, *exports.values()]

    def _gap(self, error: Error, exports: Exports, day: Day) -> list[Export]:
        gone = [receipt for receipt in day.receipts if receipt.is_withheld]
        names = {receipt.transaction_id for receipt in gone}
        for dataset in ("sales_lines", "tenders"):
            export = exports[dataset]
            export.rows = [row for row in export.rows if row[0] not in names]
        first, last = gone[0], gone[-1]
        payments = [one for receipt in gone if receipt.counts for one in receipt.payments]
        unexplained = Counter[str]()
        for payment in payments:
            unexplained[payment.kind] += payment.worth
        values = {
            "register_id": first.register_id,
            "receipt_series": first.series,
            "first_missing": first.number,
            "last_missing": last.number,
            "missing_count": len(gone),
            "position": error.kind.removeprefix(errors.GAP),
        }
        self._found(
            error,
            exports[error.dataset].file_name,
            [
                row("finance.receipt_gaps", error, values),
                *[failed(error, check) for check in ("F4", *_unpaid_checks(payments))],
                *[
                    tender_balance(error, first.register_id, kind, declared_difference=worth)
                    for kind, worth in unexplained.items()
                ],
                *[
                    card(error, settled(day.operations, one).settlement_id)
                    for one in payments
                    if one.kind == "card"
                ],
            ],
            **values,
            receipts=[
                {
                    "transaction_id": receipt.transaction_id,
                    "receipt_number": receipt.number,
                    "transaction_status": receipt.status,
                    "total": money.written(receipt.total),
                }
                for receipt in gone
            ],
        )
        return list(exports.values())

    def _unbalanced(self, error: Error, exports: Exports, day: Day) -> list[Export]:
        receipt = first_sale(day)
        payment = receipt.payments[-1]
        rng = chance(self._seed, "unbalanced", error.store_id, error.day)
        off = min(rng.randrange(100, 9000), payment.worth // 2)
        export = exports["tenders"]
        rows: list[Any] = list(export.rows)
        at = next(
            i
            for i, row in enumerate(rows)
            if (row[0], row.tender_amount)
            == (receipt.transaction_id, money.written(payment.amount))
        )
        rows[at] = rows[at]._replace(tender_amount=money.written(payment.amount - off))
        export.rows = rows
        unseen = _unpaid_checks([replace(payment, amount=off, change=0)])
        self._found(
            error,
            export.file_name,
            [
                _unbalanced_row(error, receipt, receipt.total, receipt.paid - off),
                *[failed(error, check) for check in ("F7", *unseen)],
                tender_balance(error, receipt.register_id, payment.kind, declared_difference=off),
                *_settled_otherwise(error, receipt, payment, day),
            ],
            transaction_id=receipt.transaction_id,
            line_no=export.layout.line(at),
            old_value=money.written(payment.amount),
            new_value=rows[at].tender_amount,
        )
        return list(exports.values())

    def _bad_line(self, error: Error, exports: Exports, day: Day) -> list[Export]:
        export = exports[error.dataset]
        rows: list[Any] = list(export.rows)
        variants = _BAD[error.dataset]
        column, text, what = variants[error.turn // 3 % len(variants)]
        receipt = first_sale(day)
        at = len(rows) // 2
        expected: list[dict[str, Any]] = []
        if error.dataset == "sales_lines":
            at = next(i for i, row in enumerate(rows) if row[0] == receipt.transaction_id)
            lost = money.read(rows[at].net_amount) + money.read(rows[at].tax_amount)
            expected = [
                _unbalanced_row(error, receipt, receipt.total - lost, receipt.paid),
                *[failed(error, check) for check in ("F7", "F14")],
            ]
            if rows[at].serial_number:  # it left the stock all the same
                expected.append(failed(error, "F15"))
        if error.dataset == "stock_snapshots":
            pieces = [i for i, row in enumerate(rows) if row.serial_number]
            at = pieces[len(pieces) // 2]
            expected = _one_piece_short(error, export.place)
        serial = getattr(rows[at], "serial_number", "")
        good = getattr(rows[at], column)
        rows[at] = rows[at]._replace(**{column: text})
        export.rows = rows
        line = {"file_name": export.file_name, "line_no": export.layout.line(at)}
        self._found(
            error,
            export.file_name,
            [
                {"table": "quality.rejected_rows", "key": line, "values": {"column_name": column}},
                row("finance.deliveries", error, {"dataset": error.dataset}, status="incomplete"),
                failed(error, "F10"),
                *expected,
            ],
            line_no=export.layout.line(at),
            column_name=column,
            value=text,
            true_value=str(good),
            serial_number=serial,
            what=what,
        )
        return list(exports.values())

    def _drift(self, error: Error, exports: Exports, day: Day) -> list[Export]:
        export = exports[error.dataset]
        old, new = _RENAMED[error.dataset]
        right = replace(export, suffix="2", arrives=export.arrives + timedelta(hours=26))
        export.header = tuple(new if name == old else name for name in columns(error.dataset))
        self.files["refused"] += 1
        comes = error.dataset in ("sales_lines", "tenders")
        minutes = _minutes_late(right)
        expected = [_file(export.file_name, "refused")]
        expected += [_received(error, minutes), failed(error, "F11")] if comes else _absent(error)
        self._found(
            error,
            export.file_name,
            expected,
            column_name=old,
            renamed_to=new,
            corrected_file_name=right.file_name if comes else None,
            minutes_late=minutes if comes else None,
            not_judged=[] if comes else _not_judged(error.dataset),
        )
        return [*exports.values(), right] if comes else list(exports.values())

    def _found(
        self, error: Error, file_name: str, expected: list[dict[str, Any]], **details: Any
    ) -> None:
        """One entry of the truth."""
        self.truth.append(
            {
                "error_id": f"E{len(self.truth) + 1:04d}",
                "kind": error.kind,
                "dataset": error.dataset,
                "store_id": error.store_id,
                "business_date": error.day.isoformat(),
                "file_name": file_name,
                **details,
                "expected": expected,
            }
        )


# -- what an error must lead to ----------------------------------------------------------------


def _file(name: str, status: str) -> dict[str, Any]:
    return {"table": "quality.files", "key": {"file_name": name}, "values": {"status": status}}


def _received(error: Error, minutes: int) -> dict[str, Any]:
    key = {"dataset": error.dataset}
    return row("finance.deliveries", error, key, status="received", minutes_late=minutes)


def _absent(error: Error) -> list[dict[str, Any]]:
    """What a file that never came leads to."""
    expected = [row("finance.deliveries", error, {"dataset": error.dataset}, status="missing")]
    if error.dataset in _OWED:
        expected.append(failed(error, "F1"))
    return expected


def _settled_otherwise(
    error: Error, receipt: Receipt, payment: Payment, day: Day
) -> list[dict[str, Any]]:
    """What a card payment told wrongly leads to: without its code, nothing matches it."""
    if payment.kind != "card":
        return []
    operation = settled(day.operations, payment)
    if operation.authorization:
        return [card(error, operation.settlement_id, status="amount_differs")]
    return [card(error, one) for one in (operation.settlement_id, receipt.transaction_id)]


def _unpaid_checks(payments: Sequence[Payment]) -> list[str]:
    """Checks that miss payments which till, ledger, drawer and processor know of."""
    kinds = {payment.kind for payment in payments if payment.worth}
    found = ["F8", "F14"] if kinds else []
    cash = sum(payment.worth for payment in payments if payment.kind == "cash")
    found += ["F9"] if abs(cash) >= _DRAWER_NOTED else []
    return found + (["F13"] if "card" in kinds else [])


def _not_judged(dataset: str) -> list[str]:
    """Tables that can say nothing about a store-day while this dataset is absent."""
    return {
        "sales_lines": ["finance.unbalanced_transactions", "finance.receipt_gaps"],
        "tenders": ["finance.unbalanced_transactions"],
        "till_closings": ["finance.tender_balances"],
        "stock_snapshots": ["inventory.stock_rollforward_daily"],
        "stock_movements": ["inventory.stock_rollforward_daily"],
    }.get(dataset, [])


def _unbalanced_row(error: Error, receipt: Receipt, lines: int, paid: int) -> dict[str, Any]:
    return row(
        "finance.unbalanced_transactions",
        error,
        {"transaction_id": receipt.transaction_id},
        lines_total=money.written(lines),
        tenders_total=money.written(paid),
    )


def _one_piece_short(error: Error, place: Place) -> list[dict[str, Any]]:
    """A piece missing from one snapshot is lost that day and found the next open day."""
    following = next_open_day(place, error.day + timedelta(days=1))
    found = replace(error, day=following)
    table = "inventory.stock_rollforward_daily"
    return [
        row(table, error, {}, residual_units="-1"),
        row(table, found, {}, residual_units="1"),
    ]


def _closed_after(day: date) -> int:
    """Days from a day to one on which its month is closed for sure."""
    next_month = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return (next_month - day).days + _BOOKS_CLOSE_AFTER + 3


def _minutes_late(export: Export) -> int:
    return int((export.arrives - due(export.place, export.day)).total_seconds() // 60)


# -- mistakes ----------------------------------------------------------------------------------


def _with_mistake(export: Export, sale: Receipt, amount: int) -> Sequence[Any]:
    """The rows as they were first, wrongly, sent. `amount` is whole dollars."""
    rows: list[Any] = list(export.rows)
    cents = amount * 100
    of_sale = [i for i, row in enumerate(rows) if row[0] == sale.transaction_id]
    if export.dataset == "sales_lines":
        goods = (i for i in of_sale if rows[i].line_type == "merchandise")
        at = next(goods, of_sale[0])
        units = int(rows[at].quantity)
        rows[at] = rows[at]._replace(
            regular_unit_price=money.written(money.read(rows[at].regular_unit_price) + cents),
            net_amount=money.written(money.read(rows[at].net_amount) + cents * units),
        )
    elif export.dataset == "tenders":
        at = of_sale[-1]
        new = money.read(rows[at].tender_amount) + cents
        rows[at] = rows[at]._replace(tender_amount=money.written(new))
    elif export.dataset == "till_closings":
        new = money.read(rows[0].declared_amount) + cents
        rows[0] = rows[0]._replace(declared_amount=money.written(new))
    elif export.dataset == "store_traffic":
        rows[-2] = rows[-2]._replace(visitors=rows[-2].visitors + amount // 10)
    else:  # a line of the stock exports was forgotten
        rows.pop(len(rows) // 2)
    return rows
