"""A small published folder with known faults, for tests of the pages: six stores, forty days.

Written straight with DuckDB in the shapes the warehouse publishes; `test_fixture_shapes.py` holds
those shapes against the mart YAMLs, so that this cannot drift from the real thing.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

DAYS = 40
STORES = (
    ("US01", "Madison Avenue", "boutique", "New York", "NY", "America/New_York", 9),
    ("US02", "Rodeo Drive", "boutique", "Beverly Hills", "CA", "America/Los_Angeles", 8),
    ("US03", "Oak Street", "boutique", "Chicago", "IL", "America/Chicago", 6),
    ("US04", "Design District", "boutique", "Miami", "FL", "America/New_York", 6),
    ("US05", "Ala Moana", "department_store", "Honolulu", "HI", "Pacific/Honolulu", 5),
    ("US06", "Aspen <Galena>", "pop_up", "Aspen", "CO", "America/Denver", 3),
)
CATEGORIES = (("Rings", 4200), ("Watches", 9800), ("Necklaces", 6100), ("Earrings", 2500))
DATASETS = ("sales_lines", "tenders", "till_closings", "stock_snapshots", "store_traffic")
BLOCKING = ("sales_lines", "tenders", "till_closings")

TABLES: dict[str, dict[str, str]] = {
    "quality.files": {
        "delivery_id": "varchar", "file_id": "varchar", "file_name": "varchar",
        "source_system": "varchar", "mapping": "varchar", "dataset": "varchar",
        "received_at": "timestamp", "known_from": "timestamp", "known_to": "timestamp",
        "lines_read": "bigint", "rows_loaded": "bigint", "rows_rejected": "bigint",
        "rows_skipped": "bigint", "status": "varchar", "status_reason": "varchar",
        "control_total_check": "varchar",
    },
    "quality.rejected_rows": {
        "file_id": "varchar", "line_no": "bigint", "dataset": "varchar", "column_name": "varchar",
        "rule": "varchar", "value": "varchar", "expected": "varchar", "raw_line": "varchar",
    },
    "quality.check_results": {
        "run_id": "varchar", "checked_at": "timestamp", "border": "varchar", "subject": "varchar",
        "rule": "varchar", "severity": "varchar", "passed": "boolean", "observed": "varchar",
        "expected": "varchar", "rows_failed": "bigint",
    },
    "quality.dictionary": {
        "schema_name": "varchar", "table_name": "varchar", "column_name": "varchar",
        "data_type": "varchar", "description": "varchar", "kind": "varchar",
        "is_personal": "boolean", "promises": "varchar",
    },
    "quality.lineage": {
        "table_name": "varchar", "measure": "varchar", "fact_table": "varchar",
        "join_columns": "varchar", "row_filter": "varchar",
    },
    "core.dim_stores": {
        "store_id": "varchar", "store_name": "varchar", "store_format": "varchar",
        "city": "varchar", "state": "varchar", "time_zone": "varchar", "currency": "varchar",
    },
    "core.fct_sales_lines": {
        "transaction_id": "varchar", "line_number": "integer", "store_id": "varchar",
        "register_id": "varchar", "business_date": "date", "receipt_number": "integer",
        "item_id": "varchar", "category": "varchar", "quantity": "decimal(18,3)",
        "gross_amount": "decimal(18,2)", "discount_amount": "decimal(18,2)",
        "net_amount": "decimal(18,2)", "cost_amount": "decimal(18,2)",
        "tax_amount": "decimal(18,2)", "currency": "varchar", "is_net_sale": "boolean",
        "_file_id": "varchar", "_line_no": "bigint",
    },
    "finance.deliveries": {
        "dataset": "varchar", "store_id": "varchar", "business_date": "date", "status": "varchar",
        "due_at": "timestamp", "received_at": "timestamp", "minutes_late": "bigint",
        "file_id": "varchar", "row_count": "bigint", "reason": "varchar", "blocks_day": "boolean",
    },
    "finance.store_days": {
        "store_id": "varchar", "business_date": "date", "status": "varchar",
        "failed_checks": "integer", "blocking_checks": "integer", "blocking_reasons": "varchar",
        "net_sales": "decimal(18,2)", "tender_total": "decimal(18,2)", "transactions": "bigint",
        "currency": "varchar",
    },
    "finance.completeness_checks": {
        "store_id": "varchar", "business_date": "date", "check_id": "varchar",
        "check_name": "varchar", "severity": "varchar", "passed": "boolean",
        "expected_value": "varchar", "actual_value": "varchar", "difference": "decimal(18,2)",
        "detail": "varchar",
    },
    "finance.restatements": {
        "store_id": "varchar", "business_date": "date", "measure": "varchar",
        "old_value": "decimal(18,2)", "new_value": "decimal(18,2)", "change": "decimal(18,2)",
        "replaced_file_id": "varchar", "replacing_file_id": "varchar", "known_from": "timestamp",
    },
    "kpi.kpi_definitions": {
        "kpi_id": "varchar", "kpi_name": "varchar", "formula": "varchar", "numerator": "varchar",
        "denominator": "varchar", "format": "varchar", "good_direction": "varchar",
        "owner": "varchar", "caveats": "varchar", "unit": "varchar",
    },
}

KPIS = (
    ("net_sales", "Net sales", "Net amount of completed merchandise lines, returns subtracted",
     "net_sales", None, "money", "up"),
    ("transactions", "Transactions", "Receipts with at least one sold piece",
     "transactions", None, "number", "up"),
    ("average_transaction_value", "Average transaction", "Net sales divided by transactions",
     "net_sales", "transactions", "money", "up"),
    ("units_sold", "Units sold", "Pieces sold", "units_sold", None, "number", "up"),
    ("conversion", "Conversion", "Transactions divided by visitors",
     "transactions", "visitors", "percent", "up"),
    ("return_rate", "Return rate", "Returns divided by gross sales",
     "returns", "gross_sales", "percent", "down"),
)


@dataclass(frozen=True)
class PublishedHome:
    """Where it is, and the facts tests rely on."""

    home: Path
    last_day: date
    newest_run: str
    earlier_run: str
    missing_store: str = "US05"
    closed_store: str = "US06"
    blocked_store: str = "US02"
    restated_store: str = "US03"

    @property
    def restated_day(self) -> date:
        return self.last_day - timedelta(days=1)


def build(home: Path, now: datetime | None = None) -> PublishedHome:
    """Publish two runs into `home`: a day and a bit ago, and three hours ago."""
    now = (now or datetime.now(UTC)).astimezone(UTC).replace(tzinfo=None, microsecond=0)
    last_day = (now - timedelta(hours=3)).date() - timedelta(days=1)
    earlier = _publish(home, now - timedelta(hours=27), last_day - timedelta(days=1), restated=False)
    newest = _publish(home, now - timedelta(hours=3), last_day, restated=True)
    (home / "published" / "CURRENT").write_text(newest)
    write_last_run(home, newest, "published", now - timedelta(hours=3))
    return PublishedHome(home, last_day, newest, earlier)


def write_last_run(
    home: Path, run_id: str, status: str, finished: datetime, message: str = "", failed: Any = ()
) -> None:
    """What the end of a run leaves behind, whether or not it published."""
    told = {"run_id": run_id, "status": status, "finished_at": f"{finished.isoformat()}+00:00",
            "message": message, "failed_checks": list(failed)}
    (home / "published" / "last_run.json").write_text(json.dumps(told))


def run_name(moment: datetime) -> str:
    return f"run_{moment:%Y%m%dT%H%M%S%f}Z"


def _publish(home: Path, run_at: datetime, last: date, *, restated: bool) -> str:
    run_id = run_name(run_at)
    folder = home / "published" / run_id
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "loupe.duckdb")) as db:
        for schema in ("quality", "core", "finance", "kpi"):
            db.execute(f"create schema {schema}")
        for table, columns in TABLES.items():
            db.execute(f"create table {table} ({', '.join(f'{n} {t}' for n, t in columns.items())})")
        _fill(db, _Story(run_id, run_at, last, restated))
    told = {
        "run_id": run_id, "run_at": f"{run_at.isoformat()}+00:00",
        "published_at": f"{(run_at + timedelta(minutes=1)).isoformat()}+00:00",
        "status": "published", "data_as_of": (last - timedelta(days=1)).isoformat(),
        "files_loaded": 26, "rows_loaded": 900, "checks": {"passed": 40, "failed": 0, "warned": 1},
    }
    (folder / "run.json").write_text(json.dumps(told))
    return run_id


class _Story:
    """Everything that happened up to one run, as rows by table."""

    def __init__(self, run_id: str, run_at: datetime, last: date, restated: bool) -> None:
        self.run_id, self.run_at, self.last, self.restated = run_id, run_at, last, restated
        self.rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in TABLES}
        self.visitors: dict[tuple[str, date], int] = {}
        # The newest day's faults belong to the newest run only; the same days, told twice, agree.
        self.final = last if restated else last + timedelta(days=1)
        self._tell()

    def _tell(self) -> None:
        for store in STORES:
            self.rows["core.dim_stores"].append((*store[:6], "USD"))
        days = [self.final - timedelta(days=n) for n in range(DAYS)]
        for day in sorted(days + [d - timedelta(days=364) for d in days]):
            if day > self.last:
                continue
            for store in STORES:
                self._store_day(store, day, history=day < days[-1])
        self._definitions()
        self._checks()

    def _store_day(self, store: tuple[Any, ...], day: date, *, history: bool) -> None:
        code, size = store[0], store[6]
        chance = random.Random(f"{code}{day}")
        newest = day == self.final
        closed = (newest and code == "US06") or (day.month, day.day) == (12, 25)
        absent = newest and code == "US05"
        blocked = newest and code == "US02"
        replaced = self.restated and code == "US03" and day == self.final - timedelta(days=1)
        net = Decimal(0)
        for dataset in DATASETS:
            if history and dataset != "sales_lines":
                continue
            self._delivery(store, day, dataset, closed, absent, replaced)
        if not closed and not absent:
            net = self._sales(chance, code, size, day, replaced)
            self.visitors[code, day] = size * 9 + chance.randrange(30)
        if history:
            return
        status = "closed" if closed else "waiting" if absent else "blocked" if blocked else "complete"
        reasons = {
            "waiting": "Sales lines missing, tenders missing, till closings missing.",
            "blocked": "Receipts 10412 to 10414 of register R1 are missing in the middle of the day.",
        }.get(status)
        failed = 1 if blocked else 3 if absent else 0
        self.rows["finance.store_days"].append(
            (code, day, status, failed, failed, reasons,
             None if absent or closed else net, None if absent or closed else net,
             None if absent or closed else 0, "USD")
        )
        for check, name, severity, ok in (
            ("F1", "Everything due was received", "block", not absent),
            ("F4", "No receipt number is missing", "block", not blocked),
            ("F7", "Tenders equal the lines", "block", True),
        ):
            if not closed:
                self.rows["finance.completeness_checks"].append(
                    (code, day, check, name, severity, ok, "0", "0" if ok else "3",
                     Decimal(0 if ok else 3), reasons if not ok else "Nothing to report.")
                )

    def _delivery(
        self, store: tuple[Any, ...], day: date, dataset: str,
        closed: bool, absent: bool, replaced: bool,
    ) -> None:
        code = store[0]
        due = datetime.combine(day + timedelta(days=1), time(2))
        came = due - timedelta(minutes=37)
        held = dataset in BLOCKING
        if closed:
            self._deliver(dataset, code, day, "closed", None, None, None, None, None,
                          "The store did not open: renovation.", held)
            return
        if absent and held:
            self._deliver(dataset, code, day, "missing", due, None, 190, None, None,
                          "Not received.", held)
            return
        status, late, rejected = "received", 0, 0
        file = self._file(code, day, dataset, came, "a")
        if day == self.final and code == "US04" and dataset == "tenders":
            status, rejected = "incomplete", 2
        if day == self.final and code == "US01" and dataset == "store_traffic":
            came, late = due + timedelta(minutes=52), 52
        replacing = replaced and dataset == "sales_lines"
        self._book(file, code, day, dataset, came, "accepted", None, 12, rejected,
                   known_to=self.run_at if replacing else None)
        if rejected:
            for line in (5, 9):
                self.rows["quality.rejected_rows"].append(
                    (file, line, dataset, "tender_amount", "type", "12,40O", "an amount such as 12.40",
                     None)
                )
        if replacing:
            status, came = "reopened", self.run_at - timedelta(minutes=20)
            newer = self._file(code, day, dataset, came, "b")
            self._book(newer, code, day, dataset, came, "accepted", "Replaces an earlier file.", 13, 0)
            for measure, old, new in (("net_sales", 21400, 17200), ("units", 5, 4)):
                self.rows["finance.restatements"].append(
                    (code, day, measure, Decimal(old), Decimal(new), Decimal(new - old),
                     file, newer, self.run_at)
                )
            file = newer
        if code == "US01" and dataset == "sales_lines" and day == self.final - timedelta(days=2):
            self._book(file, code, day, dataset, came + timedelta(hours=1), "duplicate",
                       f"Same content as {self._name(code, day, dataset, 'a')}, ignored.", 12, 0)
        if code == "US02" and dataset == "sales_lines" and day == self.final - timedelta(days=3):
            bad = self._file(code, day, dataset, came, "x")
            self._book(bad, code, day, dataset, came - timedelta(hours=1), "refused",
                       "Column net_amount is missing from the header.", 12, 0)
        self._deliver(dataset, code, day, status, due, came, late, file, 12,
                      "2 lines were set aside." if rejected else None, held)

    def _deliver(self, dataset: str, code: str, day: date, status: str, *rest: Any) -> None:
        due, came, late, file, count, reason, held = rest
        self.rows["finance.deliveries"].append(
            (dataset, code, day, status, due, came, late, file, count, reason, held)
        )

    @staticmethod
    def _name(code: str, day: date, dataset: str, version: str) -> str:
        suffix = "" if version == "a" else f"_{version}"
        return f"{code}/{dataset}_{code}_{day:%Y%m%d}{suffix}.csv"

    def _file(self, code: str, day: date, dataset: str, came: datetime, version: str) -> str:
        return random.Random(f"{code}{day}{dataset}{version}").randbytes(32).hex()

    def _book(
        self, file: str, code: str, day: date, dataset: str, came: datetime, status: str,
        reason: str | None, lines: int, rejected: int, known_to: datetime | None = None,
    ) -> None:
        version = "a" if status == "accepted" and not reason else "b" if status == "accepted" else "x"
        name = self._name(code, day, dataset, version)
        loaded = lines - rejected if status == "accepted" else 0
        known = min(came + timedelta(hours=4), self.run_at)
        self.rows["quality.files"].append(
            (f"{file[:12]}{came:%H%M}", file, name, "native", dataset, dataset, came, known, known_to,
             lines, loaded, rejected, 0, status, reason, "absent")
        )

    def _sales(
        self, chance: random.Random, code: str, size: int, day: date, replaced: bool
    ) -> Decimal:
        file = self._file(code, day, "sales_lines", datetime.min, "b" if replaced else "a")
        total = Decimal(0)
        for line in range(1, max(1, chance.randrange(size // 2, size + 2)) + 1):
            if replaced and line == 2:
                continue
            category, price = CATEGORIES[chance.randrange(len(CATEGORIES))]
            back = chance.random() < 0.06
            sign = -1 if back else 1
            gross = Decimal(round(price * chance.uniform(0.6, 1.9), -1)) * sign
            off = (gross * Decimal("0.05")).quantize(Decimal("0.01")) if line % 4 == 0 else Decimal(0)
            net = gross - off
            total += net
            self.rows["core.fct_sales_lines"].append(
                (f"{code}-{day:%y%m%d}-{line // 2}", line, code, "R1", day, 10400 + line // 2,
                 f"SKU{chance.randrange(90):03}", category, Decimal(sign), gross, off, net,
                 (net * Decimal("0.4")).quantize(Decimal("0.01")),
                 (net * Decimal("0.08")).quantize(Decimal("0.01")), "USD", True, file, line + 1)
            )
        return total

    def _definitions(self) -> None:
        for kpi in KPIS:
            self.rows["kpi.kpi_definitions"].append(
                (*kpi, "Finance", "Stores whose sales have not come are not in it.",
                 "currency" if kpi[5] == "money" else kpi[5])
            )
        for measure in ("net_sales", "gross_sales", "discounts", "returns", "units_sold",
                        "transactions"):
            for table, keys in (("kpi.store_day_kpis", "store_id,business_date"),
                                ("kpi.store_day_category_kpis", "store_id,business_date,category")):
                self.rows["quality.lineage"].append(
                    (table, measure, "core.fct_sales_lines", keys, "is_net_sale")
                )
        for measure in ("net_sales", "transactions"):
            self.rows["quality.lineage"].append(
                ("finance.store_days", measure, "core.fct_sales_lines", "store_id,business_date",
                 "is_net_sale")
            )
        for table, columns in TABLES.items():
            schema, name = table.split(".")
            self._word(schema, name, None, None, f"What {name.replace('_', ' ')} holds. One row per key.")
            for column, kind in columns.items():
                words = f"The {column.replace('_', ' ').strip()} of it."
                self._word(schema, name, column, kind, words)
        self._word("incoming", "sales_lines", None, None, "Lines of receipts. One row per line.",
                   "incoming")
        self._word("incoming", "sales_lines", "net_amount", "decimal(18,2)",
                   "Amount after discount, without tax.", "incoming", "required")
        self._word("incoming", "clients", "last_name", "varchar", "Family name.", "incoming", None, True)

    def _word(
        self, schema: str, table: str, column: str | None, kind: str | None, text: str,
        side: str = "published", promises: str | None = None, personal: bool = False,
    ) -> None:
        self.rows["quality.dictionary"].append(
            (schema, table, column, kind, text, side, personal, promises)
        )

    def _checks(self) -> None:
        for border, subject, rule, severity, passed, observed, expected, failed in (
            ("incoming", "sales_lines", "net_amount is filled", "block", True, "0 empty", "0 empty", 0),
            ("incoming", "tenders", "tender_type is known", "warn", False, "2 unknown", "0 unknown", 2),
            ("outgoing", "finance.store_days", "net sales of the marts equal net sales of the lines",
             "block", True, "0.00", "0.00", 0),
            ("outgoing", "kpi.store_day_kpis", "every store-day is there once", "block", True, "0", "0", 0),
        ):
            self.rows["quality.check_results"].append(
                (self.run_id, self.run_at, border, subject, rule, severity, passed, observed,
                 expected, failed)
            )


def _fill(db: duckdb.DuckDBPyConnection, story: _Story) -> None:
    for table, rows in story.rows.items():
        if rows:
            _insert(db, table, rows)
    db.execute("create temp table visitors (store_id varchar, business_date date, visitors bigint)")
    _insert(db, "visitors", [(*k, v) for k, v in story.visitors.items()])
    db.execute("create temp table sums as " + SUMS.format(extra="", also=""))
    db.execute(
        "create table kpi.store_day_kpis as select s.store_id, s.business_date, currency,"
        " gross_sales, discounts, returns, net_sales, 0::decimal(18,2) as service_sales,"
        " 0::decimal(18,2) as distance_net_sales, cost_of_sales, units_sold, units_returned,"
        " transactions, return_transactions, visitors, transactions as identified_transactions,"
        " 0::bigint as new_clients, 25000::decimal(18,2) as target_net_sales,"
        " true as is_comparable from sums s join visitors using (store_id, business_date)"
    )
    db.execute(
        "create table kpi.store_day_category_kpis as "
        + SUMS.format(extra=", category", also=", category")
    )
    db.execute(
        "update finance.store_days d set transactions = s.transactions from sums s"
        " where s.store_id = d.store_id and s.business_date = d.business_date"
    )
    db.execute(
        """
        create table core.dim_dates as
        with days as (
            select range::date as business_date, range::date - date '2025-02-02' as n
            from range(timestamp '2024-02-04', timestamp '2028-01-30', interval 1 day)
        ), weeks as (
            select *, (floor(n / 364.0))::int as years, (n - 364 * floor(n / 364.0))::int // 7 as week
            from days
        )
        select business_date, 2025 + years as retail_year, week // 13 + 1 as retail_quarter,
            (week // 13) * 3 + case when week % 13 < 4 then 1 when week % 13 < 9 then 2 else 3 end
            as retail_period, week + 1 as retail_week,
            business_date - 364 as ly_date_fiscal, business_date - 364 as ly_date_restated,
            business_date - 364 as ly_same_weekday
        from weeks order by business_date
        """
    )


SUMS = """
select store_id, business_date{extra}, any_value(currency) as currency,
    sum(case when quantity > 0 then gross_amount else 0 end)::decimal(18,2) as gross_sales,
    sum(discount_amount)::decimal(18,2) as discounts,
    sum(case when quantity < 0 then -net_amount else 0 end)::decimal(18,2) as returns,
    sum(net_amount)::decimal(18,2) as net_sales, sum(cost_amount)::decimal(18,2) as cost_of_sales,
    sum(case when quantity > 0 then quantity else 0 end)::bigint as units_sold,
    sum(case when quantity < 0 then -quantity else 0 end)::bigint as units_returned,
    count(distinct case when quantity > 0 then transaction_id end)::bigint as transactions,
    count(distinct case when quantity < 0 then transaction_id end)::bigint as return_transactions
from core.fct_sales_lines where is_net_sale group by store_id, business_date{also}
"""


def _insert(db: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[Any, ...]]) -> None:
    """Many rows at once: row by row takes minutes."""
    import pyarrow as pa

    target = db.execute(f"select * from {table} limit 0").description
    names = [column[0] for column in target]
    arrays = pa.table({name: list(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)})
    db.register("arrived", arrays)
    db.execute(f"insert into {table} select * from arrived")
    db.unregister("arrived")
