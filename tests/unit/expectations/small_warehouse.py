"""A warehouse of one store and three days that keeps every promise, small enough to break.

Its tables are made from the YAML beside each mart and from the contract, so a column that is
renamed or retyped is so here too. Columns not named below are null.

The days: 3 January is closed. On 4 January there is a correction of the sales, a return, a voided
receipt, a receipt number that is missing (3) and a receipt that was not paid in full (T5). On
5 January, the day of the run, nothing is due yet.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from pipelines.ingest.contracts import Contract
from pipelines.settings import DBT_PROJECT

MARTS = DBT_PROJECT / "models" / "marts"
STORE = "S1"
CLOSED, DAY, TODAY = date(2026, 1, 3), date(2026, 1, 4), date(2026, 1, 5)
KNOWN, CORRECTED = datetime(2026, 1, 5, 6), datetime(2026, 1, 5, 7)
STAGED = {
    "sales_lines": "core.fct_sales_lines",
    "tenders": "core.fct_tenders",
    "till_closings": "core.fct_till_closings",
    "stock_movements": "core.fct_stock_movements",
}
DAILY = (*STAGED, "stock_snapshots", "store_traffic")
NOT_OWED = ("till_events", "ledger_postings")
BLOCKING = ("sales_lines", "tenders", "till_closings")
LINEAGE = {"_file_id": "varchar", "_line_no": "bigint", "_batch_id": "varchar"}

Row = dict[str, Any]
Columns = dict[str, str]


@lru_cache(maxsize=1)
def marts() -> dict[str, Row]:
    """Every mart declared, by `schema.table`, as its YAML says."""
    return {
        f"{path.parent.name}.{model['name']}": model
        for path in sorted(MARTS.glob("*/*.yml"))
        for model in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader).get("models", [])
    }


def published_tables() -> dict[str, Columns]:
    """Every mart with its columns and types."""
    return {
        table: {column["name"]: column["data_type"] for column in model["columns"]}
        for table, model in marts().items()
    }


def declared_keys() -> dict[str, tuple[str, ...]]:
    """The key every mart's YAML has tested."""
    keys = {}
    for table, model in marts().items():
        (key,) = [test["is_key"] for test in model["data_tests"] if "is_key" in test]
        keys[table] = tuple(key["arguments"]["columns"])
    return keys


def build(file: Path, contract: Contract) -> None:
    """Writes the warehouse."""
    tables = published_tables()
    for name in (*DAILY, "stores"):
        dataset = contract.datasets[name]
        columns = {column.name: column.data_type for column in dataset.columns.values()}
        tables[f"staging.stg_{name}"] = {**columns, **LINEAGE}
    tables["staging.stg_clock"] = {"run_id": "varchar", "run_at": "timestamp"}
    with duckdb.connect() as con:
        # Small blocks: a table takes at least one a column, and the file is copied for every test.
        con.execute(f"attach '{file}' as warehouse (block_size 16384)")
        con.execute("use warehouse")
        con.begin()
        for schema in {table.partition(".")[0] for table in tables}:
            con.execute(f"create schema {schema}")
        for table, columns in tables.items():
            listed = ", ".join(f"{name} {data_type}" for name, data_type in columns.items())
            con.execute(f"create table {table} ({listed})")
        for table, rows in rows_by_table().items():
            for names in dict.fromkeys(tuple(row) for row in rows):
                alike = [[*row.values()] for row in rows if tuple(row) == names]
                marks = ", ".join("(" + ", ".join("?" * len(names)) + ")" for _ in alike)
                con.execute(
                    f"insert into {table} ({', '.join(names)}) values {marks}",
                    [value for row in alike for value in row],
                )
        con.commit()


def rows_by_table() -> dict[str, list[Row]]:
    day = {"store_id": STORE, "business_date": DAY}
    rows = {
        "staging.stg_clock": [{"run_id": "run_1", "run_at": datetime(2026, 1, 5, 8)}],
        **_dimensions(),
        **_facts(day),
        **_books(day),
        **_finance(day),
        **_kpis(day),
    }
    for dataset, fact in STAGED.items():
        derived = {"is_net_sale", "gross_amount", "cost_amount", "category", "is_completed"}
        derived.add("is_corrected")
        rows[f"staging.stg_{dataset}"] = [
            {name: value for name, value in row.items() if name not in derived}
            for row in rows[fact]
        ]
    corrected = rows["core.fct_sales_lines"][0]
    corrected["is_corrected"] = True
    rows["staging.stg_sales_lines"][0]["net_amount"] = 999
    return rows | _decisions(corrected)


def _dimensions() -> dict[str, list[Row]]:
    dates, first, last = [], date(2023, 6, 1), date(2027, 6, 30)
    starts = [date(2023, 1, 29), date(2024, 2, 4), date(2025, 2, 2), date(2026, 2, 1)]
    starts.append(date(2027, 1, 31))
    day = first
    while day <= last:
        start = max(s for s in starts if s <= day)
        year_ago = day - timedelta(days=364)
        dates.append(
            {
                "calendar_date": day,
                "retail_year": start.year,
                "retail_week": (day - start).days // 7 + 1,
                "ly_same_weekday": year_ago,
                "ly_date_fiscal": year_ago,
                "ly_date_restated": year_ago,
            }
        )
        day += timedelta(days=1)
    return {
        "core.dim_dates": dates,
        "core.dim_stores": [{"store_id": STORE, "currency": "USD"}],
        "core.dim_items": [{"item_id": "I1", "category": "rings"}],
        "core.dim_employees": [{"employee_id": "E1"}],
        "core.dim_clients": [{"client_id": "C1"}],
    }


def _facts(day: Row) -> dict[str, list[Row]]:
    def line(receipt: int, number: int, net: int, tax: int, **more: Any) -> Row:
        return {
            **day,
            "transaction_id": f"T{receipt}",
            "line_number": number,
            "register_id": "R1",
            "receipt_number": receipt,
            "transaction_status": "completed",
            "line_type": "merchandise",
            "item_id": "I1",
            "category": "rings",
            "quantity": 1,
            "net_amount": net,
            "tax_amount": tax,
            "gross_amount": net,
            "cost_amount": 40,
            "currency": "USD",
            "is_net_sale": True,
            "_file_id": "sales_lines corrected",
            "_line_no": 2,
            **more,
        }

    service = {"line_type": "service", "is_net_sale": False, "item_id": None, "category": None}
    voided = {"transaction_status": "voided", "is_net_sale": False}
    returned = {"quantity": -1, "cost_amount": -40}

    def tender(receipt: int, amount: int, change: int | None = None) -> Row:
        return {
            **day,
            "transaction_id": f"T{receipt}",
            "tender_number": 1,
            "tender_amount": amount,
            "change_amount": change,
            "is_completed": True,
            "_file_id": "tenders",
            "_line_no": 2,
        }

    def piece(serial: str, since: date, until: date | None) -> Row:
        return {
            "position_id": f"{serial} {since}",
            "store_id": STORE,
            "item_id": "I1",
            "serial_number": serial,
            "quantity": 1,
            "from_date": since,
            "to_date": until,
            "_file_id": "stock_snapshots",
            "_line_no": 2,
        }

    counts = ({"hour": 10, "visitors": 20}, {"hour": 11, "visitors": 5})
    snapshot = {**day, "item_id": "I1", "quantity": 1, "_file_id": "stock_snapshots"}
    return {
        "core.fct_sales_lines": [
            line(1, 1, 100, 8, gross_amount=110),
            line(1, 2, 20, 0, **service),
            line(2, 1, -30, -2, **returned),
            line(4, 1, 50, 4, **voided),
            line(5, 1, 200, 16),
        ],
        "core.fct_tenders": [tender(1, 130, 2), tender(2, -32), tender(5, 210)],
        "core.fct_till_closings": [
            {
                **day,
                "register_id": "R1",
                "z_number": "1",
                "tender_type": "cash",
                "declared_amount": 306,
                "_file_id": "till_closings",
                "_line_no": 2,
            }
        ],
        "core.fct_bank_deposits": [{**day, "deposit_id": "B1"}],
        "core.fct_card_settlements": [{"settlement_id": "P1", "store_id": STORE}],
        "core.fct_till_events": [{**day, "event_id": "J1", "_file_id": "till_events"}],
        "core.fct_ledger_postings": [{**day, "posting_id": "P1", "_file_id": "ledger_postings"}],
        "core.fct_store_traffic": [
            {**day, **count, "count_id": f"{count['hour']}", "_file_id": "store_traffic"}
            for count in counts
        ],
        "core.fct_client_purchases": [
            {**day, "transaction_id": "T1", "client_id": "C1", "purchase_no": 1}
        ],
        "core.fct_count_scans": [
            {"count_id": "C1", "scan_number": 1, "_file_id": "count_scans", "_line_no": 2}
        ],
        "core.fct_count_plans": [{"count_id": "C1", "store_id": STORE}],
        "core.fct_consignments": [{"consignment_id": "M1", "store_id": STORE}],
        "core.fct_repairs": [{"repair_id": "R1", "store_id": STORE}],
        "core.fct_supply_levels": [{**day, "supply_item": "boxes"}],
        "core.fct_daily_targets": [{**day, "target_net_sales": 300}],
        "core.fct_stock_movements": [
            {
                **day,
                "document_id": "M1",
                "line_number": 1,
                "quantity": -1,
                "_file_id": "stock_movements",
                "_line_no": 2,
            }
        ],
        "core.fct_stock_positions": [
            piece("A", date(2026, 1, 1), date(2026, 1, 2)),
            piece("A", DAY, None),
            piece("B", date(2026, 1, 1), None),
        ],
        "staging.stg_stock_snapshots": [
            {**snapshot, "serial_number": "A"},
            {**snapshot, "serial_number": "B"},
            {**snapshot, "serial_number": "A", "business_date": date(2026, 1, 2)},
        ],
        "staging.stg_store_traffic": [
            *({**day, **count} for count in counts),
            {**day, "business_date": TODAY, "hour": 10, "visitors": 3},
        ],
    }


def _books(day: Row) -> dict[str, list[Row]]:
    files, scopes = [], []
    deliveries = [(name, name, KNOWN, None) for name in (*DAILY, *NOT_OWED)]
    deliveries[0] = ("sales_lines", "sales_lines", KNOWN, CORRECTED)
    deliveries.append(("sales_lines", "sales_lines corrected", CORRECTED, None))
    for dataset, file, known_from, known_to in deliveries:
        about = {"delivery_id": f"d {file}", "file_id": file, "dataset": dataset}
        files.append(
            {
                **about,
                "lines_read": 5,
                "rows_loaded": 5,
                "rows_rejected": 0,
                "rows_skipped": 0,
                "status": "superseded" if known_to else "accepted",
                "known_from": known_from,
                "known_to": known_to,
            }
        )
        scopes.append(
            {
                **about,
                **day,
                "scope": f"{STORE}|{DAY}",
                "known_from": known_from,
                "known_to": known_to,
                "is_current": known_to is None,
            }
        )
    earlier = {"scope": "S1|2026-01-02", "business_date": date(2026, 1, 2)}
    snapshots = next(row for row in scopes if row["dataset"] == "stock_snapshots")
    count = {
        "delivery_id": "d count_scans",
        "file_id": "count_scans",
        "dataset": "count_scans",
        "scope": "C1",
        "known_from": KNOWN,
        "is_current": True,
    }
    # A file with two lines set aside, one of them for two faults, and a total left out.
    files[1].update(lines_read=8, rows_rejected=2, rows_skipped=1)
    rejected = {"delivery_id": "d tenders", "dataset": "tenders", "raw_line": None}
    refused = {"delivery_id": "d refused", "file_id": "refused", "status": "refused"}
    return {
        "quality.files": [*files, refused],
        "quality.file_scopes": [*scopes, {**snapshots, **earlier}, count],
        "quality.rejected_rows": [
            {**rejected, "line_no": 7, "fault_no": 1, "column_name": "currency", "value": "??"},
            {**rejected, "line_no": 7, "fault_no": 2, "column_name": "payer_name", "value": "•••"},
            {**rejected, "line_no": 8, "fault_no": 1, "column_name": "tender_type"},
        ],
        "quality.skipped_rows": [
            {"delivery_id": "d tenders", "dataset": "tenders", "reason": "total", "row_count": 1}
        ],
        "quality.check_results": [
            {"run_id": "run_0", "border": "incoming", "subject": "files", "rule": "files.status"}
        ],
        "quality.runs": [{"run_id": "run_0"}],
    }


def _finance(day: Row) -> dict[str, list[Row]]:
    deliveries, calendar = [], ((CLOSED, "closed"), (DAY, "received"), (TODAY, "not_due"))
    for dataset in DAILY:
        for business_date, status in calendar:
            came = status == "received"
            deliveries.append(
                {
                    "dataset": dataset,
                    "store_id": STORE,
                    "business_date": business_date,
                    "status": status,
                    "due_at": datetime(2026, 1, 6, 12),
                    "received_at": KNOWN if came else None,
                    "file_id": dataset if came else None,
                    "minutes_late": 0,
                    "blocks_day": dataset in BLOCKING,
                }
            )
    # Snapshots began earlier, before anybody owed them: shown, with no hour to be due at.
    deliveries.append(
        {
            "dataset": "stock_snapshots",
            "store_id": STORE,
            "business_date": date(2026, 1, 2),
            "status": "received",
            "received_at": KNOWN,
            "file_id": "stock_snapshots",
            "minutes_late": 0,
            "blocks_day": False,
        }
    )

    def check(check_id: str, actual: int) -> Row:
        return {
            **day,
            "check_id": check_id,
            "severity": "block",
            "passed": actual == 0,
            "expected_value": 0,
            "actual_value": actual,
            "difference": actual,
        }

    counted = {"failed_checks": 0, "blocking_checks": 0}
    return {
        "finance.deliveries": deliveries,
        "finance.store_days": [
            {**day, "business_date": CLOSED, "status": "closed", **counted},
            {
                **day,
                "status": "blocked",
                "failed_checks": 2,
                "blocking_checks": 2,
                "blocking_reasons": "Payments do not equal receipts (T5)",
                "net_sales": 270,
                "tender_total": 306,
                "transactions": 2,
            },
            {**day, "business_date": TODAY, "status": "waiting", **counted},
        ],
        "finance.completeness_checks": [check("F4", 1), check("F5", 0), check("F7", 1)],
        "finance.receipt_gaps": [
            {
                **day,
                "gap_id": "G1",
                "register_id": "R1",
                "first_missing": 3,
                "last_missing": 3,
                "missing_count": 1,
                "position": "inside",
                "is_explained": False,
            }
        ],
        "finance.check_findings": [{**day, "check_id": "F7", "subject": "T5"}],
        "finance.receipt_counters": [{"store_id": STORE, "is_frozen": False}],
        "finance.tender_balances": [{**day, "balance_id": "B1"}],
        "finance.card_reconciliation": [{**day, "reconciliation_id": "R1"}],
        "finance.deposit_reconciliation": [{**day, "reconciliation_id": "B1"}],
        "finance.payment_oddities": [{**day, "oddity_id": "O1"}],
        "finance.unbalanced_transactions": [
            {
                **day,
                "transaction_id": "T5",
                "lines_total": 216,
                "tenders_total": 210,
                "difference": 6,
            }
        ],
        "finance.tax_checks": [{**day, "transaction_id": "T1", "line_number": 1}],
        "finance.nexus_watch": [{"watch_id": "NY|2026-01-01"}],
        "finance.restatements": [
            {
                **day,
                "restatement_id": "RS1",
                "measure": "net_sales",
                "old_value": 300,
                "new_value": 270,
                "change": -30,
                "replaced_file_id": "sales_lines",
                "replacing_file_id": "sales_lines corrected",
                "known_from": CORRECTED,
                "is_current": True,
                "cause": "file",
            }
        ],
        "finance.known_figures": [
            {
                **day,
                "figure_id": "F1",
                "measure": "net_sales",
                "measure_value": 270,
                "known_from": CORRECTED,
            }
        ],
    }


def _decisions(line: Row) -> dict[str, list[Row]]:
    """The net amount of a line was corrected: Ann proposed it, Bob approved it."""
    about = {"subject_type": "row", "subject_key": "sales_lines|T1|1"}
    return {
        "quality.decisions": [
            {"decision_id": "D1", "decision_no": 1, "sequence_no": 1, **about},
            {"decision_id": "D2", "decision_no": 2, "sequence_no": 2, **about},
        ],
        "quality.corrections": [
            {
                "decision_id": "D1",
                "dataset": "sales_lines",
                "row_key": f"sales_lines|{line['transaction_id']}|{line['line_number']}",
                "_file_id": line["_file_id"],
                "column_name": "net_amount",
                "new_value": str(line["net_amount"]),
                "status": "effective",
                "proposed_by": "Ann",
                "approved_by": "Bob",
            }
        ],
        "quality.correctable_columns": [{"dataset": "sales_lines", "column_name": "net_amount"}],
    }


def _kpis(day: Row) -> dict[str, list[Row]]:
    parts = {
        "currency": "USD",
        "gross_sales": 310,
        "discounts": 10,
        "returns": 30,
        "net_sales": 270,
        "cost_of_sales": 40,
        "units_sold": 2,
        "units_returned": 1,
    }
    return {
        "kpi.store_day_kpis": [
            {
                **day,
                **parts,
                "service_sales": 20,
                "transactions": 2,
                "visitors": 25,
                "identified_transactions": 1,
            }
        ],
        "kpi.store_day_category_kpis": [{**day, **parts, "category": "rings"}],
        "kpi.exceptions": [{"exception_id": "X2|S1|E1|2026-01-01"}],
        "kpi.exception_events": [{**day, "rule_id": "X2", "subject": "T1"}],
        "kpi.kpi_definitions": [
            {"kpi_id": "net_sales", "numerator": "net_sales"},
            {
                "kpi_id": "conversion",
                "numerator": "case when visitors > 0 then transactions end",
                "denominator": "visitors",
            },
        ],
    }
