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
    "quality.decisions": ("decision_id",),
    "quality.corrections": ("decision_id",),
    "quality.correctable_columns": ("dataset", "column_name"),
    "core.dim_dates": ("calendar_date",),
    "core.dim_stores": ("store_id",),
    "core.dim_items": ("item_id",),
    "core.dim_employees": ("employee_id",),
    "core.dim_clients": ("client_id",),
    "core.fct_sales_lines": (*STORE_DAY, "transaction_id", "line_number"),
    "core.fct_tenders": (*STORE_DAY, "transaction_id", "tender_number"),
    "core.fct_bank_deposits": ("deposit_id",),
    "core.fct_card_settlements": ("settlement_id",),
    "core.fct_till_closings": (*STORE_DAY, "register_id", "z_number", "tender_type"),
    "core.fct_till_events": (*STORE_DAY, "event_id"),
    "core.fct_ledger_postings": (*STORE_DAY, "posting_id"),
    "core.fct_store_traffic": ("count_id",),
    "core.fct_client_purchases": (*STORE_DAY, "transaction_id"),
    "core.fct_daily_targets": STORE_DAY,
    "core.fct_stock_movements": (*STORE_DAY, "document_id", "line_number"),
    "core.fct_stock_positions": ("position_id",),
    "core.fct_count_scans": ("count_id", "scan_number"),
    "core.fct_count_plans": ("count_id",),
    "core.fct_consignments": ("consignment_id",),
    "core.fct_repairs": ("repair_id",),
    "core.fct_supply_levels": (*STORE_DAY, "supply_item"),
    "finance.deliveries": ("dataset", *STORE_DAY),
    "finance.store_days": STORE_DAY,
    "finance.completeness_checks": (*STORE_DAY, "check_id"),
    "finance.check_findings": ("check_id", *STORE_DAY, "subject"),
    "finance.receipt_gaps": ("gap_id",),
    "finance.receipt_counters": ("store_id",),
    "finance.tender_balances": ("balance_id",),
    "finance.card_reconciliation": ("reconciliation_id",),
    "finance.deposit_reconciliation": ("reconciliation_id",),
    "finance.payment_oddities": ("oddity_id",),
    "finance.unbalanced_transactions": (*STORE_DAY, "transaction_id"),
    "finance.tax_checks": (*STORE_DAY, "transaction_id", "line_number"),
    "finance.nexus_watch": ("watch_id",),
    "finance.restatements": ("restatement_id",),
    "finance.known_figures": ("figure_id",),
    "kpi.store_day_kpis": STORE_DAY,
    "kpi.store_day_category_kpis": (*STORE_DAY, "category"),
    "kpi.kpi_definitions": ("kpi_id",),
    "kpi.exceptions": ("exception_id",),
    "kpi.exception_events": ("rule_id", *STORE_DAY, "subject"),
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
