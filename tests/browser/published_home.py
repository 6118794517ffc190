"""A small published folder with known faults, for tests of the pages: six stores, forty days.

Written straight with DuckDB into tables made from the mart YAMLs: a column this story tells that no
mart declares is an error, so it cannot drift from the real thing.
"""

from __future__ import annotations

import csv
import json
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import yaml

from tests.browser import published_money as money

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

MARTS = Path(__file__).resolve().parents[2] / "dbt_project" / "models" / "marts"
KPI_SEED = MARTS.parents[1] / "seeds" / "kpi_formulas.csv"
# The two tables that publishing writes itself; every other shape is its mart's YAML.
OWN_TABLES = {
    "quality.dictionary": {
        "schema_name": "varchar",
        "table_name": "varchar",
        "column_name": "varchar",
        "data_type": "varchar",
        "description": "varchar",
        "kind": "varchar",
        "is_personal": "boolean",
        "promises": "varchar",
    },
    "quality.lineage": {
        "table_name": "varchar",
        "measure": "varchar",
        "fact_table": "varchar",
        "join_columns": "varchar",
        "row_filter": "varchar",
        "row_value": "varchar",
        "applies_when": "varchar",
    },
}


@cache
def marts() -> dict[str, dict[str, Any]]:
    """Every published mart as its YAML declares it, by `schema.table`."""
    found = {}
    for path in sorted(MARTS.glob("*/*.yml")):
        for model in yaml.safe_load(path.read_text("utf-8")).get("models", []):
            found[f"{path.parent.name}.{model['name']}"] = model
    return found


def shapes() -> dict[str, dict[str, str]]:
    """Column name → type of every published table."""
    declared = {
        name: {column["name"]: column["data_type"] for column in model["columns"]}
        for name, model in marts().items()
    }
    return declared | OWN_TABLES


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
    earlier = _publish(
        home, now - timedelta(hours=27), last_day - timedelta(days=1), restated=False
    )
    newest = _publish(home, now - timedelta(hours=3), last_day, restated=True)
    (home / "published" / "CURRENT").write_text(newest)
    write_last_run(home, newest, "published", now - timedelta(hours=3))
    return PublishedHome(home, last_day, newest, earlier)


def write_last_run(
    home: Path, run_id: str, status: str, finished: datetime, message: str = "", failed: Any = ()
) -> None:
    """What the end of a run leaves behind, whether or not it published."""
    told = {
        "run_id": run_id,
        "status": status,
        "finished_at": f"{finished.isoformat()}+00:00",
        "message": message,
        "failed_checks": list(failed),
    }
    (home / "published" / "last_run.json").write_text(json.dumps(told))


def run_name(moment: datetime) -> str:
    return f"run_{moment:%Y%m%dT%H%M%S%f}Z"


def _publish(home: Path, run_at: datetime, last: date, *, restated: bool) -> str:
    run_id = run_name(run_at)
    folder = home / "published" / run_id
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "loupe.duckdb")) as db:
        for table, columns in shapes().items():
            db.execute(f"create schema if not exists {table.partition('.')[0]}")
            typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            db.execute(f"create table {table} ({typed})")
        story = _Story(run_id, run_at, last, restated)
        for table, rows in story.rows.items():
            _insert(db, table, rows)
        _sum_up(db)
    told = {
        "run_id": run_id,
        "run_at": f"{run_at.isoformat()}+00:00",
        "published_at": f"{(run_at + timedelta(minutes=1)).isoformat()}+00:00",
        "status": "published",
        "data_as_of": (last - timedelta(days=1)).isoformat(),
        "files_loaded": 26,
        "rows_loaded": 900,
        "checks": {"passed": 40, "failed": 0, "warned": 1},
    }
    (folder / "run.json").write_text(json.dumps(told))
    return run_id


class _Story:
    """Everything that happened up to one run, as rows by table."""

    def __init__(self, run_id: str, run_at: datetime, last: date, restated: bool) -> None:
        self.run_id, self.run_at, self.last, self.restated = run_id, run_at, last, restated
        # The newest day's faults belong to the newest run only; days told twice agree.
        self.final = last if restated else last + timedelta(days=1)
        self.rows: dict[str, list[dict[str, Any]]] = {}
        names = ("store_id", "store_name", "store_format", "city", "state", "time_zone")
        for store in STORES:
            self._tell("core.dim_stores", **dict(zip(names, store, strict=False)), currency="USD")
        days = [self.final - timedelta(days=n) for n in range(DAYS)]
        for day in sorted(days + [day - timedelta(days=364) for day in days]):
            for store in STORES:
                if day <= self.last:
                    self._store_day(store[0], store[6], day, history=day < days[-1])
        self._calendar()
        self._checks()
        self._definitions()

    def _tell(self, table: str, **row: Any) -> None:
        self.rows.setdefault(table, []).append(row)

    def _store_day(self, code: str, size: int, day: date, *, history: bool) -> None:
        newest = day == self.final
        closed = newest and code == "US06"
        absent = newest and code == "US05"
        gap = newest and code == "US02"
        lines = [] if closed or absent else self._lines(code, size, day)
        if newest and code == "US04":
            lines.append(money.golden_sale(code, day))
        replaced = self.restated and code == "US03" and day == self.final - timedelta(days=1)
        counted = lines[:-1] if replaced else lines
        version = "b" if replaced else "a"
        for line in counted:
            file = self._file(code, day, "sales_lines", version)
            self._tell("core.fct_sales_lines", **line, _file_id=file)
        if lines:
            visitors = size * 9 + random.Random(f"v{code}{day}").randrange(30)
            target = Decimal(size * 5000)
            about = {"store_id": code, "business_date": day, "_line_no": 2}
            door = self._file(code, day, "store_traffic", "a")
            self._tell("core.fct_store_traffic", **about, visitors=visitors, _file_id=door)
            self._tell("core.fct_daily_targets", **about, target_net_sales=target)
        if history:
            self._arrival(code, day, "sales_lines", "a", rows=len(lines))
            return
        self._money(code, day, counted)
        for dataset in DATASETS:
            self._delivery(code, day, dataset, len(lines), closed, absent, replaced)
        if replaced:
            self._restate(code, day, lines)
        status = "closed" if closed else "blocked" if absent or gap else "complete"
        changed = replaced and "reopened_because" in shapes()["finance.store_days"]
        signed: dict[str, Any] = {}
        if changed:
            status = "reopened"
            signed = {
                "signed_off_by": "Ada Archer",
                "signed_off_at": self.run_at - timedelta(hours=20),
                "reopened_because": "sales lines were delivered again",
            }
        reasons = None
        if absent:
            reasons = "A delivery has not come (sales lines missing, tenders missing)"
        elif gap:
            reasons = "Receipt numbers are missing (R1 10412-10414)"
        failed = {True: 1}.get(absent or gap, 0)
        net = sum((line["net_amount"] for line in counted), Decimal(0))
        self._tell(
            "finance.store_days",
            store_id=code,
            business_date=day,
            status=status,
            failed_checks=failed,
            blocking_checks=failed,
            blocking_reasons=reasons,
            currency="USD",
            net_sales=net if lines else None,
            tender_total=net if lines else None,
            transactions=len({n["transaction_id"] for n in counted if n["quantity"] > 0}) or None,
            **signed,
        )
        for check, name, fault, passed in (
            ("F1", "Every delivery has come", "A delivery has not come", not absent),
            ("F4", "No receipt number is missing", "Receipt numbers are missing", not gap),
            ("F7", "Payments equal receipts", "Payments do not equal receipts", True),
        ):
            if not closed:
                self._tell(
                    "finance.completeness_checks",
                    store_id=code,
                    business_date=day,
                    check_id=check,
                    check_name=name,
                    fault=fault,
                    severity="block",
                    passed=passed,
                    expected_value=Decimal(0),
                    actual_value=Decimal(0 if passed else 3),
                    difference=Decimal(0 if passed else 3),
                    detail=None if passed else reasons.partition("(")[2].rstrip(")"),
                    check_version=1,
                )

    def _money(self, code: str, day: date, lines: list[dict[str, Any]]) -> None:
        """Payments and closings of a store-day; on the newest, one of each fault."""
        newest = day == self.final
        payments = money.paid(lines)
        if newest and code == "US01":
            money.exceptions(day, lines, self._tell)
        if newest and code == "US02":
            payments = money.one_without_the_other(payments, lines, self._tell)
        if newest and code == "US04":
            money.faults(day, lines[-1], self._tell)
        if (code, self.final - day) == ("US03", timedelta(days=8)):
            money.later(day, payments, self._tell)
        file = self._file(code, day, "tenders", "a")
        for line, payment in enumerate(payments, start=2):
            self._tell("core.fct_tenders", **payment, _file_id=file, _line_no=line)
        short = newest and code == "US01"
        odd_float = newest and code == "US03"
        if lines:
            for row in money.closings(code, day, payments, short=short, odd_float=odd_float):
                self._tell("finance.tender_balances", **row)
                closing = self._file(code, day, "till_closings", "a")
                self._tell("core.fct_till_closings", **money.declared(row), _file_id=closing)

    def _lines(self, code: str, size: int, day: date) -> list[dict[str, Any]]:
        """The sales lines of a store-day, always the same ones."""
        chance = random.Random(f"{code}{day}")
        found = []
        for line in range(1, max(2, chance.randrange(size // 2, size + 2)) + 1):
            category, price = CATEGORIES[chance.randrange(len(CATEGORIES))]
            sign = -1 if chance.random() < 0.06 else 1
            gross = Decimal(round(price * chance.uniform(0.6, 1.9), -1)) * sign
            cent = Decimal("0.01")
            off = (gross * Decimal("0.05")).quantize(cent) if line % 4 == 0 else Decimal(0)
            found.append(
                {
                    "transaction_id": f"{code}-{day:%y%m%d}-{line // 2}",
                    "line_number": line,
                    "store_id": code,
                    "register_id": "R1",
                    "business_date": day,
                    "receipt_number": 10400 + line // 2,
                    "transaction_status": "completed",
                    "line_type": "merchandise",
                    "item_id": f"SKU{chance.randrange(90):03}",
                    "category": category,
                    "quantity": Decimal(sign),
                    "gross_amount": gross,
                    "discount_amount": off,
                    "net_amount": gross - off,
                    "cost_amount": (gross * Decimal("0.4")).quantize(cent),
                    "tax_amount": ((gross - off) * Decimal("0.08")).quantize(cent),
                    "currency": "USD",
                    "sale_channel": "in_store",
                    "is_net_sale": True,
                    "is_return": sign < 0,
                    "_line_no": line + 1,
                }
            )
        return found

    def _delivery(
        self,
        code: str,
        day: date,
        dataset: str,
        rows: int,
        closed: bool,
        absent: bool,
        replaced: bool,
    ) -> None:
        due = datetime.combine(day + timedelta(days=1), time(2))
        told: dict[str, Any] = {
            "dataset": dataset,
            "store_id": code,
            "business_date": day,
            "due_at": due,
            "blocks_day": dataset in BLOCKING,
        }
        if closed:
            self._tell(
                "finance.deliveries",
                **told | {"status": "closed", "due_at": None},
                reason="The store did not open: renovation.",
            )
            return
        if absent and dataset in BLOCKING:
            self._tell("finance.deliveries", **told, status="missing", minutes_late=1610)
            return
        status, reason, version, aside = "received", None, "a", 0
        late = 52 if (day, code, dataset) == (self.final, "US01", "store_traffic") else 0
        if (day, code, dataset) == (self.final, "US04", "tenders"):
            status, reason, aside = "incomplete", "2 lines were set aside.", 2
        arrival = due - timedelta(minutes=37) if not late else due + timedelta(minutes=late)
        rows = max(rows, 2) if dataset == "sales_lines" else 12
        if replaced and dataset == "sales_lines":
            self._arrival(code, day, dataset, "a", rows=rows, known_to=self.run_at)
            status, reason, version = "reopened", "Replaced by a newer file.", "b"
            rows -= 1
        received = self._arrival(
            code, day, dataset, version, rows=rows - aside, aside=aside, received=arrival
        )
        if (code, dataset) == ("US01", "sales_lines") and day == self.final - timedelta(days=2):
            self._arrival(code, day, dataset, "a", status="duplicate", rows=0, lines=rows)
        if (code, dataset) == ("US02", "sales_lines") and day == self.final - timedelta(days=3):
            self._arrival(code, day, dataset, "x", status="refused", rows=0, lines=rows)
        self._tell(
            "finance.deliveries",
            **told,
            status=status,
            received_at=received,
            minutes_late=late,
            file_id=self._file(code, day, dataset, version),
            row_count=rows - aside,
            reason=reason,
        )

    def _arrival(
        self,
        code: str,
        day: date,
        dataset: str,
        version: str,
        *,
        rows: int,
        aside: int = 0,
        lines: int | None = None,
        status: str = "accepted",
        received: datetime | None = None,
        known_to: datetime | None = None,
    ) -> datetime:
        """A file comes in: its own row, its scope, its lines set aside. Returns when."""
        came = received or datetime.combine(day + timedelta(days=1), time(1, 23))
        if version == "b":
            came = self.run_at - timedelta(minutes=20)
        elif status == "duplicate":
            came += timedelta(hours=1)
        file = self._file(code, day, dataset, version)
        reasons = {
            "duplicate": f"Same content as {dataset}_{code}_{day:%Y%m%d}.csv: ignored.",
            "refused": "Column net_amount is missing from the header.",
        }
        delivery = f"{file[:12]}{status[:4]}"
        suffix = {"a": "", "b": "_2", "x": "_1"}[version] + (
            "_copy" if status == "duplicate" else ""
        )
        self._tell(
            "quality.files",
            delivery_id=delivery,
            file_id=file,
            file_name=f"{code}/{dataset}_{code}_{day:%Y%m%d}{suffix}.csv",
            source_system="loupe",
            mapping="native",
            dataset=dataset,
            received_at=came,
            known_from=min(came + timedelta(hours=4), self.run_at),
            known_to=known_to,
            lines_read=rows + aside if lines is None else lines,
            rows_loaded=rows,
            rows_rejected=aside,
            rows_skipped=0,
            status="superseded" if known_to else status,
            status_reason=reasons.get(status),
            control_total_check="absent",
        )
        if status == "accepted":
            self._tell(
                "quality.file_scopes",
                delivery_id=delivery,
                file_id=file,
                dataset=dataset,
                scope=f"{code}|{day}",
                store_id=code,
                business_date=day,
                row_count=rows,
                received_at=came,
                known_to=known_to,
                is_current=known_to is None,
            )
        for line in (5, 9)[:aside]:
            self._tell(
                "quality.rejected_rows",
                delivery_id=delivery,
                file_id=file,
                line_no=line,
                dataset=dataset,
                column_name="tender_amount",
                rule="type",
                value="12,40O",
                expected="an amount such as 12.40",
                raw_line=f"{code},R1,cash,<b>12,40O</b>",
                store_id=code,
                business_date=day,
            )
        return came

    def _restate(self, code: str, day: date, lines: list[dict[str, Any]]) -> None:
        """The newer file lacks the last line of the older one."""
        before = sum((line["net_amount"] for line in lines), Decimal(0))
        lost = lines[-1]
        for measure, old, change in (
            ("net_sales", before, -lost["net_amount"]),
            ("units", Decimal(len(lines)), -lost["quantity"]),
        ):
            self._tell(
                "finance.restatements",
                restatement_id=f"{code}|{day}|{measure}",
                store_id=code,
                business_date=day,
                dataset="sales_lines",
                measure=measure,
                old_value=old,
                new_value=old + change,
                change=change,
                replaced_file_id=self._file(code, day, "sales_lines", "a"),
                replacing_file_id=self._file(code, day, "sales_lines", "b"),
                known_from=self.run_at,
            )

    @staticmethod
    def _file(code: str, day: date, dataset: str, version: str) -> str:
        return random.Random(f"{code}{day}{dataset}{version}").randbytes(32).hex()

    def _calendar(self) -> None:
        """Retail years of 52 weeks, near enough for pages; the real one is the warehouse's."""
        start = date(2025, 2, 2)
        for n in range(-364, 3 * 364):
            day = start + timedelta(days=n)
            year, week = 2025 + n // 364, n % 364 // 7
            period = week // 13 * 3 + (1 if week % 13 < 4 else 2 if week % 13 < 9 else 3)
            before = day - timedelta(days=364)
            self._tell(
                "core.dim_dates",
                calendar_date=day,
                retail_year=year,
                retail_quarter=week // 13 + 1,
                retail_period=period,
                retail_week=week + 1,
                ly_date_fiscal=before,
                ly_date_restated=before,
                ly_same_weekday=before,
            )

    def _checks(self) -> None:
        agree = "net sales of the marts equal net sales of the lines"
        names = ("border", "subject", "rule", "severity", "passed", "observed", "expected")
        for check in (
            ("incoming", "sales_lines", "net_amount is filled", "block", True, "0", "0"),
            ("incoming", "tenders", "tender_type is known", "warn", False, "2", "0"),
            ("outgoing", "finance.store_days", agree, "block", True, "0.00", "0.00"),
            ("outgoing", "kpi.store_day_kpis", "is there once", "block", True, "0", "0"),
        ):
            told = dict(zip(names, check, strict=True))
            self._tell(
                "quality.check_results",
                run_id=self.run_id,
                checked_at=self.run_at,
                rows_failed=0 if told["passed"] else 2,
                **told,
            )

    def _definitions(self) -> None:
        """What publishing writes from the project's own words."""
        with KPI_SEED.open(encoding="utf-8", newline="") as seed:
            for row in csv.DictReader(seed):
                self._tell("kpi.kpi_definitions", **{k: v or None for k, v in row.items()})
        for full_name, model in marts().items():
            schema, _, table = full_name.partition(".")
            about = {"schema_name": schema, "table_name": table, "kind": "published"}
            about["is_personal"] = False
            self._tell("quality.dictionary", **about, description=model["description"])
            for column in model["columns"]:
                self._tell(
                    "quality.dictionary",
                    **about,
                    column_name=column["name"],
                    data_type=column["data_type"],
                    description=column["description"],
                )
            for line in model.get("config", {}).get("meta", {}).get("explain", []):
                self._tell(
                    "quality.lineage",
                    table_name=full_name,
                    measure=line.get("measure"),
                    fact_table=line["fact"],
                    join_columns=",".join(line["on"]),
                    row_filter=line.get("where"),
                    row_value=line.get("value"),
                    applies_when=line.get("when"),
                )
        for dataset, column, kind, key in money.CORRECTABLE:
            self._tell(
                "quality.correctable_columns",
                dataset=dataset,
                column_name=column,
                data_type=kind,
                is_required=column == "tender_amount",
                one_of="card, cash" if column == "tender_type" else None,
                row_key_columns=money.CLOSING_KEY
                if dataset == "till_closings"
                else f"transaction_id, {key}",
                version=1,
            )
        for column, personal in (("client_id", False), ("last_name", True)):
            self._tell(
                "quality.dictionary",
                schema_name="incoming",
                table_name="clients",
                column_name=column,
                data_type="varchar",
                description=f"The {column.replace('_', ' ')} of a client.",
                kind="incoming",
                is_personal=personal,
                promises="required" if column == "client_id" else None,
            )


SUMS = """
select store_id, business_date, {also} any_value(currency) as currency,
    sum(case when quantity > 0 then gross_amount else 0 end) as gross_sales,
    sum(case when quantity > 0 then discount_amount else 0 end) as discounts,
    sum(case when quantity < 0 then -net_amount else 0 end) as returns,
    sum(net_amount) as net_sales, sum(cost_amount) as cost_of_sales,
    sum(net_amount) as costed_net_sales,
    sum(case when quantity > 0 then quantity else 0 end) as units_sold,
    sum(case when quantity < 0 then -quantity else 0 end) as units_returned,
    count(distinct case when quantity > 0 then transaction_id end) as transactions,
    count(distinct case when quantity < 0 then transaction_id end) as return_transactions,
    store_id <> 'US06' as is_comparable
from core.fct_sales_lines where is_net_sale group by all
"""


def _sum_up(db: duckdb.DuckDBPyConnection) -> None:
    """The KPI tables from the lines, as the warehouse does it."""
    db.execute(
        "insert into kpi.store_day_kpis by name select s.*, 0 as service_sales,"
        " 0 as distance_net_sales, visitors, transactions as counted_transactions,"
        " transactions as identified_transactions, net_sales as targeted_net_sales,"
        " 0 as new_clients, target_net_sales"
        f" from ({SUMS.format(also='')}) s"
        " join core.fct_store_traffic using (store_id, business_date)"
        " join core.fct_daily_targets using (store_id, business_date)"
    )
    db.execute(
        "insert into core.fct_client_purchases by name select store_id, business_date,"
        " transaction_id, 2 as purchase_no, any_value(_file_id) as _file_id,"
        " min(_line_no) as _line_no from core.fct_sales_lines where quantity > 0 group by all"
    )
    db.execute(
        "insert into kpi.store_day_category_kpis by name"
        " select * exclude (transactions, return_transactions)"
        f" from ({SUMS.format(also='category,')})"
    )


def _insert(db: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    """Many rows at once; a column the table does not have is an error."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    db.register("arrived", pa.table({name: [row.get(name) for row in rows] for name in names}))
    db.execute(f"insert into {table} by name select * from arrived")
    db.unregister("arrived")
