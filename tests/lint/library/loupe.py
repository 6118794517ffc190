"""Macros of ours that give lists or whole statements, as sqlfluff's templater needs them."""


def correctable_columns() -> list[dict[str, object]]:
    return [
        {
            "dataset": "tenders",
            "name": "tender_type",
            "data_type": "string",
            "required": True,
            "one_of": ["cash"],
            "version": 1,
            "valid_from": "2000-01-01",
        }
    ]


def row_key_columns(dataset: str) -> list[str]:
    return ["transaction_id"]


def row_key(dataset: str, alias: str) -> str:
    return f"{alias}.transaction_id"


def is_usable_correction() -> str:
    return "(new_value is not null)"


def correction_cells(alias: str) -> str:
    return f"max({alias}.new_value) as tender_type"


def as_corrected(dataset: str, columns: list[str]) -> str:
    return " " + ", ".join(f"coalesce(cells.{name}, lines.{name}) as {name}" for name in columns)


def versions_of_corrected_rows(dataset: str, columns: list[str]) -> str:
    return f"select {', '.join(columns)} from {dataset}"


def version_measures() -> dict[str, dict[str, str]]:
    return {
        "sales_lines": {"net_sales": "sum(net_amount)"},
        "tenders": {"tender_total": "sum(tender_amount)"},
        "till_closings": {"declared_amount": "sum(declared_amount)"},
    }
