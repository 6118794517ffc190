"""Text becomes exactly what it says, or the line is set aside with the promise it breaks."""

from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.ingest.contracts import load_contract
from pipelines.ingest.mapping.own_headers import LINE
from pipelines.ingest.values import FILE, MASK, Zones, promises, repeats, suspicions, type_rows

CONTRACT = load_contract()
SALE = {
    "transaction_id": "T1",
    "line_number": "1",
    "store_id": "NYC",
    "register_id": "R1",
    "business_date": "2024-01-01",
    "transaction_status": "completed",
    "line_type": "merchandise",
    "quantity": "1",
    "net_amount": "100.00",
    "tax_amount": "8.88",
    "currency": "USD",
    "sale_channel": "in_store",
}
NEW_YORK = Zones({"NYC": "America/New_York"})


def typed(dataset="sales_lines", zones=NEW_YORK, base=SALE, **values):
    row = {**base, **values}
    frame = pl.DataFrame(
        {name: [text] for name, text in row.items()},
        schema_overrides=dict.fromkeys(row, pl.String),
    ).with_columns(pl.lit(0, dtype=pl.UInt32).alias(FILE), pl.lit(2, dtype=pl.Int64).alias(LINE))
    return type_rows(frame, CONTRACT.datasets[dataset], zones)


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("net_amount", "1234.5", Decimal("1234.50")),
        ("net_amount", "-.5", Decimal("-0.50")),
        ("net_amount", "+3.", Decimal("3.00")),
        ("net_amount", "1.5000", Decimal("1.50")),
        ("net_amount", "9999999999999999.99", Decimal("9999999999999999.99")),
        ("line_number", "007", 7),
        ("business_date", "2024-02-29", date(2024, 2, 29)),
        ("is_voided_line", "TRUE", True),
        ("item_id", "007", "007"),
        ("serial_number", "ab-12 34", "AB1234"),
        ("serial_number", " - ", None),
        ("sold_at", "2024-01-01T10:00:00Z", datetime(2024, 1, 1, 10)),
        ("sold_at", "2024-01-01T10:00:00+02:00", datetime(2024, 1, 1, 8)),
        ("sold_at", "2024-01-01 10:00", datetime(2024, 1, 1, 15)),
        ("sold_at", "2024-07-01T10:00:00.25", datetime(2024, 7, 1, 14, 0, 0, 250000)),
        ("sold_at", "2024-11-03T01:30:00", datetime(2024, 11, 3, 5, 30)),
    ],
)
def test_a_value_becomes_what_it_says(column, text, value):
    found = typed(**{column: text})
    assert found.faults.is_empty(), found.faults
    assert found.rows.get_column(column).to_list() == [value]


@pytest.mark.parametrize(
    ("column", "text", "rule"),
    [
        ("net_amount", "100.005", "decimals"),
        ("net_amount", "1e5", "number"),
        ("net_amount", "1,50", "number"),
        ("net_amount", "99999999999999999.00", "size"),
        ("net_amount", None, "required"),
        ("line_number", "1.0", "whole number"),
        ("line_number", "3000000000", "size"),
        ("business_date", "2024-02-30", "date"),
        ("business_date", "2024-1-1", "date"),
        ("business_date", "01/02/2024", "date"),
        ("business_date", "2024- 1-01", "date"),
        ("is_voided_line", "yes", "true or false"),
        ("line_type", "Merchandise", "one of"),
        ("currency", "usd", "pattern"),
        ("item_id", "1.23457E+12", "intact identifier"),
        ("transaction_id", "1,23457E+12", "intact identifier"),
        ("sold_at", "10:00", "time"),
        ("sold_at", "2024-03-10T02:30:00", "existing time"),
        ("sold_at", "2024-13-01T00:00:00Z", "existing time"),
    ],
)
def test_a_broken_promise_sets_the_line_aside_with_its_rule(column, text, rule):
    found = typed(**{column: text})
    assert found.rows.is_empty()
    (fault,) = found.faults.iter_rows(named=True)
    assert (fault["column_name"], fault["rule"], fault["value"]) == (column, rule, text)
    assert fault["expected"]
    assert fault["store_id"] == "NYC"


def test_the_first_broken_promise_in_contract_order_counts():
    (fault,) = typed(tax_amount="x", quantity="y").faults.iter_rows(named=True)
    assert fault["column_name"] == "quantity"


def test_personal_values_are_masked_and_their_lines_not_shown():
    client = {"client_id": "C1", "birth_date": "12 May 1970"}
    (fault,) = typed("clients", base=client).faults.iter_rows(named=True)
    assert (fault["column_name"], fault["value"], fault["raw_line"]) == ("birth_date", MASK, None)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Erika", MASK), ("ﺎﻧ", MASK), ("12,50", "12,50"), ("1.25E+05", "1.25E+05"), ("5x", "5x")],
)
def test_words_in_the_place_of_a_number_may_be_a_name(text, shown):
    """A comma in a name moves the columns of its line."""
    tender = {"transaction_id": "T1", "tender_number": "1", "store_id": "NYC", "register_id": "R1"}
    tender |= {"business_date": "2024-01-01", "tender_type": "cash", "currency": "USD"}
    (fault,) = typed("tenders", base=tender, tender_amount=text).faults.iter_rows(named=True)
    assert (fault["column_name"], fault["value"]) == ("tender_amount", shown)
    # Where nobody is named, it helps to see it.
    (fault,) = typed(net_amount=text).faults.iter_rows(named=True)
    assert fault["value"] == text


def test_a_local_time_of_an_unknown_store_is_nobodys_guess():
    assert typed(store_id="ROM", sold_at="2024-01-01T10:00:00").unplaced == {0: "ROM"}
    assert typed(store_id="ROM", sold_at="2024-01-01T10:00:00Z").unplaced == {}
    found = typed(
        store_id="ROM", sold_at="2024-01-01T10:00:00", zones=Zones({}, default="Europe/Rome")
    )
    assert found.rows.get_column("sold_at").to_list() == [datetime(2024, 1, 1, 9)]


COLUMNS = sorted(
    {
        (
            c.data_type,
            c.required,
            c.one_of,
            c.pattern,
            c.at_least,
            c.at_most,
            c.format,
            c.is_identifier,
        ): c
        for d in CONTRACT.datasets.values()
        for c in d.columns.values()
        if c.data_type != "timestamp"
    }.values(),
    key=lambda c: c.name,
)
TEXTS = st.one_of(
    st.none(),
    st.text(st.sampled_from("0123456789+-.,eE_ aT:Z"), min_size=1, max_size=12),
    st.from_regex(r"[+-]?[0-9]{1,18}(\.[0-9]{0,5})?", fullmatch=True),
    st.from_regex(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", fullmatch=True),
    st.sampled_from(["nan", "inf", "true", "FALSE", "completed", "USD", "1.2E+11", "0x1", "1_0"]),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(COLUMNS), st.lists(TEXTS, min_size=1, max_size=20))
def test_whatever_breaks_a_promise_is_suspected(column, texts):
    from pipelines.ingest.values import _typed, _typed_name

    frame = pl.DataFrame({column.name: pl.Series(texts, dtype=pl.String)}).with_columns(
        _typed(column).alias(_typed_name(column.name))
    )
    suspected = frame.select(
        pl.any_horizontal(pl.lit(False), *suspicions(column)).fill_null(False).alias("s")
    ).to_series()
    broken = frame.select(
        pl.any_horizontal(
            pl.lit(False), *(r.broken.fill_null(False) for r in promises(column))
        ).alias("b")
    ).to_series()
    assert not (broken & ~suspected).any(), frame.filter(broken & ~suspected)


def test_a_repeated_key_with_equal_content_differs_from_one_with_another():
    rows = pl.concat([typed(net_amount=net).rows for net in ("1.00", "1.00", "2.00")])
    rows = rows.with_columns(pl.Series(LINE, [2, 3, 4]))
    found = repeats(rows, CONTRACT.datasets["sales_lines"])
    assert found.same.get_column(LINE).to_list() == [3]
    assert found.different.get_column(LINE).to_list() == [4]
    assert repeats(rows.head(1), CONTRACT.datasets["sales_lines"]) is None
