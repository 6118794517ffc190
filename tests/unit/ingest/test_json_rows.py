"""JSON records into rows: by path, by element, one at a time, none lost."""

import gzip
import json
import tracemalloc

import polars as pl
import pytest

from pipelines.ingest.contracts import load_contract
from pipelines.ingest.mapping.loading import read_mapping
from pipelines.ingest.readers import Refused, json_rows
from pipelines.settings import Settings

MAPPING = """\
system: shop
export: orders
dataset: sales_lines
files: '*.json*'
encoding: auto
each: line_items
constants:
  register_id: WEB
  business_date: '2024-01-02'
  transaction_status: completed
  line_type: merchandise
  sale_channel: online
  tax_amount: '0'
columns:
  transaction_id: id
  line_number: line_items._number
  store_id: store.code
  currency: currency
  item_id: {from: line_items.sku, optional: true}
  quantity: line_items.quantity
  net_amount: line_items.price
  discount_reason: {from: line_items.discounts.0.code, optional: true}
  is_price_override: {from: line_items.manual, optional: true}
"""
ORDERS = [
    {
        "id": 1234567890123456789,
        "store": {"code": "NYC"},
        "currency": "USD",
        "line_items": [
            {"sku": "007", "quantity": 1, "price": 10.10, "manual": True},
            {"sku": "Étui", "quantity": 2, "price": "1250.50", "discounts": [{"code": "VIP"}]},
        ],
    },
    {"id": "T2", "store": {"code": "NYC"}, "currency": "USD", "line_items": []},
    {
        "id": "T3",
        "store": {"code": "LAX"},
        "currency": "USD",
        "line_items": [{"quantity": -1, "price": -10.10, "discounts": []}],
        "note": {"anything": ["else"]},
    },
]
ROWS = [
    ("1234567890123456789", "1", "NYC", "007", "1", "10.1", None, "true"),
    ("1234567890123456789", "2", "NYC", "Étui", "2", "1250.50", "VIP", None),
    ("T3", "1", "LAX", None, "-1", "-10.1", None, None),
]
COLUMNS = [
    "id",
    "line_items._number",
    "store.code",
    "line_items.sku",
    "line_items.quantity",
    "line_items.price",
    "line_items.discounts.0.code",
    "line_items.manual",
]


def read(tmp_path, data: bytes | str, mapping: str = MAPPING, check=lambda names: None):
    (tmp_path / "m.yml").write_text(mapping, "utf-8")
    path = tmp_path / "orders.json"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    found = read_mapping(tmp_path / "m.yml", load_contract())
    chunks = list(json_rows.read(path, found, Settings(), check))
    frame = pl.concat([chunk.frame for chunk in chunks])
    skipped: dict[str, int] = {}
    for chunk in chunks:
        for reason, rows in chunk.skipped.items():
            skipped[reason] = skipped.get(reason, 0) + rows
    return frame, [bad for chunk in chunks for bad in chunk.bad], skipped


LINES = "\n".join(json.dumps(order) for order in ORDERS)
LIST = json.dumps(ORDERS, indent=2, ensure_ascii=False)


@pytest.fixture(params=[7, 1 << 20], ids=["tiny blocks", "one block"])
def block(request, monkeypatch):
    if request.param == 7:
        monkeypatch.setattr(json_rows._Text, "_step", request.param)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
def test_a_list_of_records(tmp_path, block, encoding):
    frame, bad, skipped = read(tmp_path, LIST.encode(encoding))
    assert frame.select(COLUMNS).rows() == ROWS
    # Records are counted: the second has no element.
    assert frame["_line_no"].to_list() == [1, 1, 3]
    assert (bad, skipped) == ([], {"record without line_items": 1})


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_record_a_line_keeps_the_true_line_numbers(tmp_path, ending):
    torn = '{"id": "T9", "store": {"code":'
    data = ending.join(["", LINES.replace("\n", ending), "", torn, "[1]", "not json"])
    frame, bad, skipped = read(tmp_path, data)
    assert frame.select(COLUMNS).rows() == ROWS
    assert frame["_line_no"].to_list() == [2, 2, 4]
    assert [(one.line_no, one.rule) for one in bad] == [(6, "record"), (7, "record"), (8, "record")]
    assert skipped == {"blank line": 2, "record without line_items": 1}


def test_records_below_other_things(tmp_path, block):
    data = json.dumps({"meta": {"orders": [1]}, "data": {"n": 1.5e3, "orders": ORDERS}, "x": 1})
    frame, *_ = read(tmp_path, data, MAPPING + "records: data.orders\n")
    assert frame.select(COLUMNS).rows() == ROWS
    with pytest.raises(Refused, match="no list of records"):
        read(tmp_path, '{"data": 7}', MAPPING + "records: data\n")
    with pytest.raises(Refused, match="no field orders"):
        read(tmp_path, '{"data": {}}', MAPPING + "records: data.orders\n")


def test_lists_within_lists(tmp_path):
    order = {
        "id": "T1",
        "store": {"code": "NYC"},
        "currency": "USD",
        "parcels": [
            {"to": "A", "line_items": [{"quantity": 1, "price": 1}, {"quantity": 2, "price": 2}]},
            {"to": "B", "line_items": None},
            {"to": "C", "line_items": [{"quantity": 3, "price": 3}]},
        ],
    }
    mapping = MAPPING.replace("line_items", "parcels.line_items").replace(
        "discount_reason: {from: parcels.line_items.discounts.0.code,",
        "discount_reason: {from: parcels.to,",
    )
    frame, *_ = read(tmp_path, json.dumps([order]), mapping)
    assert frame.select(
        "parcels.to", "parcels.line_items._number", "parcels.line_items.quantity"
    ).rows() == [("A", "1", "1"), ("A", "2", "2"), ("C", "1", "3")]


def test_numbers_stay_the_text_they_are(tmp_path):
    order = '{"id": 12345678901234567890, "store": {"code": 7}, "currency": "USD", '
    order += '"line_items": [{"quantity": 1.10, "price": 0.1000000000000000000001}]}'
    frame, *_ = read(tmp_path, order)
    assert frame.select("id", "store.code", "line_items.quantity", "line_items.price").row(0) == (
        "12345678901234567890", "7", "1.10", "0.1000000000000000000001",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"id": ["a"]}, "one value at id"),
        ({"store": "NYC"}, "store.code as a field"),
        ({"line_items": {"sku": 1}}, "a list at line_items"),
        ({"line_items": [None]}, "no empty element"),
        ({"id": "\ud800"}, "whole characters at id"),
        ({"id": "a\0b"}, "no zero bytes at id"),
    ],
)
def test_a_record_of_another_shape_is_set_aside_whole(tmp_path, record, expected):
    frame, bad, _ = read(tmp_path, json.dumps([ORDERS[0], ORDERS[0] | record, ORDERS[2]]))
    assert frame["_line_no"].to_list() == [1, 1, 3]
    assert [one.line_no for one in bad] == [2]
    assert expected in bad[0].expected
    assert bad[0].raw.startswith("{")


def test_a_name_that_stands_twice_in_a_record_is_no_record(tmp_path):
    _, bad, _ = read(tmp_path, LINES + '\n{"id": "a", "id": "b"}')
    assert "id stands there twice" in bad[0].expected or bad[0].rule == "record"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"[{}, ", "ends in the middle|is no JSON"),
        (b'[{"a": 1} {"b": 2}]', "stands where ',' should"),
        (b"[1]", "record 1 is no object"),
        (b"[{}]]", "stands behind its list"),
        (b'{\n  "id": 1\n}\n{\n  "id": 2\n}', "stands behind its record"),
        (b"[" * 200_000, "nested too deeply|no object"),
        (b'[{"a": NaN}]', "NaN is no number"),
        (b"PK\x03\x04 zip", "workbook"),
        (b'[{"a": "' + b"x" * (33 << 20) + b'"}]', "longer than 32 MB"),
    ],
)
def test_what_is_no_list_is_refused_in_words(tmp_path, data, words):
    with pytest.raises(Refused, match=words):
        read(tmp_path, data)


def test_a_day_without_records_is_an_empty_list(tmp_path):
    asked = []
    frame, bad, skipped = read(tmp_path, b" [ ]\n", check=asked.append)
    assert (frame.height, bad, skipped) == (0, [], {})
    assert "id" in asked[0]


def test_one_record_a_file(tmp_path):
    frame, *_ = read(tmp_path, json.dumps(ORDERS[0], indent=2))
    assert frame.select(COLUMNS).rows() == ROWS[:2]
    assert frame["_line_no"].to_list() == [1, 1]


def test_a_field_that_no_record_has_is_missing(tmp_path):
    asked = []
    orders = [{**order, "id2": 1} for order in ORDERS]
    for order in orders:
        del order["id"]
    read(tmp_path, json.dumps(orders), check=asked.append)
    assert "id" not in asked[0]
    assert "line_items.sku" in asked[0]


def test_rows_reach_the_lake_and_a_repeated_element_costs_no_other(network):
    network.home.mappings.mkdir(parents=True)
    (network.home.mappings / "m.yml").write_text(
        MAPPING.replace("line_number: line_items._number", "line_number: line_items.n"), "utf-8"
    )
    items = [{"n": n, "sku": "A", "quantity": 1, "price": 1} for n in (1, 2, 2, 3)]
    order = {"id": "T1", "store": {"code": "NYC"}, "currency": "USD", "line_items": items}
    outcome = network.one("o.json.gz", gzip.compress(json.dumps([order]).encode()))
    assert (outcome.lines_read, outcome.rows_loaded, outcome.rows_skipped) == (4, 3, 1)
    assert network.table("sales_lines")["line_number"].to_list() == [1, 2, 3]


def test_memory_does_not_grow_with_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(json_rows, "_ROWS", 500)
    monkeypatch.setattr(json_rows._Text, "_step", 1 << 16)
    (tmp_path / "m.yml").write_text(MAPPING, "utf-8")
    path = tmp_path / "orders.json"
    one = json.dumps(ORDERS[0] | {"note": "x" * 11_000})
    path.write_text("[" + ",".join([one] * 2_000) + "]")
    assert path.stat().st_size > 20 << 20
    found = read_mapping(tmp_path / "m.yml", load_contract())
    tracemalloc.start()
    rows = sum(
        chunk.frame.height for chunk in json_rows.read(path, found, Settings(), lambda names: None)
    )
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows == 4_000
    # The look at the encoding takes a few megabytes.
    assert peak < 8 << 20
