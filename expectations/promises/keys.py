"""Every published table says what one row is, and has one row for it."""

from __future__ import annotations

from expectations.checks import Check

STORE_DAY = ("store_id", "business_date")
KEYS: dict[str, tuple[str, ...]] = {
    "quality.files": ("delivery_id",),
    "quality.file_scopes": ("delivery_id", "scope"),
    "quality.rejected_rows": ("delivery_id", "line_no", "fault_no"),
    "quality.skipped_rows": ("delivery_id", "reason"),
    "quality.check_results": ("run_id", "border", "subject", "rule"),
    "quality.runs": ("run_id",),
    "core.dim_dates": ("calendar_date",),
    "core.dim_stores": ("store_id",),
    "core.dim_items": ("item_id",),
    "core.dim_employees": ("employee_id",),
    "core.dim_clients": ("client_id",),
    "core.fct_sales_lines": (*STORE_DAY, "transaction_id", "line_number"),
    "core.fct_tenders": (*STORE_DAY, "transaction_id", "tender_number"),
    "core.fct_till_closings": (*STORE_DAY, "register_id", "z_number", "tender_type"),
    "core.fct_store_traffic": ("count_id",),
    "core.fct_client_purchases": (*STORE_DAY, "transaction_id"),
    "core.fct_daily_targets": STORE_DAY,
    "core.fct_stock_movements": (*STORE_DAY, "document_id", "line_number"),
    "core.fct_stock_positions": ("position_id",),
    "finance.deliveries": ("dataset", *STORE_DAY),
    "finance.store_days": STORE_DAY,
    "finance.completeness_checks": (*STORE_DAY, "check_id"),
    "finance.receipt_gaps": ("gap_id",),
    "finance.unbalanced_transactions": (*STORE_DAY, "transaction_id"),
    "finance.restatements": ("restatement_id",),
    "kpi.store_day_kpis": STORE_DAY,
    "kpi.store_day_category_kpis": (*STORE_DAY, "category"),
    "kpi.kpi_definitions": ("kpi_id",),
}


def key_promise(table: str, key: tuple[str, ...]) -> Check:
    """The key names one row, and no part of it is missing."""
    listed = ", ".join(key)
    missing = " or ".join(f"{column} is null" for column in key)
    return Check(
        rule=f"{table}.key",
        subject=table,
        words=f"{listed} names one row of {table}, and is never missing.",
        broken_by=f"""
            select {listed}, count(*) as rows from {table}
            group by {listed} having count(*) > 1 or {missing}
        """,
    )


PROMISES = [key_promise(table, key) for table, key in KEYS.items()]
