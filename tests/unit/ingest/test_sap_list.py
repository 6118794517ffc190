"""Lists as SAP writes them, in any language, and what they become (domain.md 1.2)."""

from collections import defaultdict
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from pipelines.ingest.check import check_file
from pipelines.ingest.contracts import load_contract
from pipelines.ingest.mapping.loading import load_mappings
from pipelines.ingest.readers import Refused, sap_list
from pipelines.ingest.readers.headers import _spoken, bare, known_names
from pipelines.settings import SHIPPED_MAPPINGS, Settings
from tests.unit.ingest.mapping_examples import Examples
from tests.unit.ingest.workbook_files import make

STORES = """store_id,store_name,store_format,country,time_zone,currency
US01,Fifth Avenue,boutique,US,America/New_York,USD
US02,Rodeo Drive,boutique,US,America/Los_Angeles,USD
"""


@pytest.fixture
def sap(network):
    examples = Examples(network, "sap")
    network.put("stores_20260102.csv", STORES)
    return examples


def shipped(name: str):
    mappings = load_mappings([SHIPPED_MAPPINGS], load_contract())
    return next(mapping for mapping in mappings if mapping.name == name)


def checked(network, name: str, content: str | bytes, mapping: str | None = None):
    path = network.put(name, content)
    (report,) = check_file(path, mapping, home=network.home, settings=network.settings)
    return report


# ── the shipped mappings ─────────────────────────────────────────────────────────────────────


def stock(network) -> list[tuple]:
    return (
        network.table("stock_snapshots")
        .sort("_line_no", "location")
        .select("_line_no", "store_id", "item_id", "location", "stock_status", "quantity")
        .rows()
    )


def test_mb52_in_german_framed_by_pipes(sap, network):
    sap.take("mb52_20260520.txt", "stock_snapshots")
    assert stock(network) == [
        (7, "US01", "B6035517", "0001", "available", Decimal(2)),
        (7, "US01", "B6035517", "0001 blocked", "damaged", Decimal(1)),
        (8, "US01", "12345", "0001", "available", Decimal(12)),
        # A text with a pipe, cut where the header has its pipes; nothing there is a row as well.
        (9, "US01", "CRN0001", "0002", "available", Decimal(0)),
        # Its pipes stand elsewhere than the header's.
        (15, "US02", "B6035517", "0001", "available", Decimal(1)),
        (15, "US02", "B6035517", "0001 in transfer", "in_transit", Decimal(3)),
        (17, "US02", "B6035517", "0001 O", "in_repair", Decimal(1)),
        (18, "US02", "CRN0001", "0001", "available", Decimal(-1)),
    ]
    assert sap.rejected() == []
    assert sap.skipped() == {
        "line above the header": 1,
        "rule between the rows": 6,
        "blank line": 1,
        "subtotal": 2,
        "page header": 1,
        "repeated header": 1,
        "stock of a supplier on consignment, not owned": 1,
    }
    assert network.table("stock_snapshots")["business_date"].unique().to_list() == [
        date(2026, 5, 20)
    ]


def test_mb52_in_french_as_the_text_that_sap_calls_xls(sap, network):
    sap.take("mb52_fr_20260521.xls", "stock_snapshots")
    assert stock(network) == [
        (5, "US01", "B6035517", "0001", "available", Decimal(2)),
        (6, "US01", "12345", "0001", "available", Decimal(12)),
    ]
    assert sap.skipped() == {"line above the header": 2, "blank line": 1, "subtotal": 1}


def test_what_was_found_out_is_told(network):
    data = (Path(__file__).parent / "examples/sap/mb52_20260520.txt").read_bytes()
    report = checked(network, "mb52_20260520.txt", data)
    assert report.findings == {
        "encoding": "Windows-1252",
        "layout": "framed by pipes",
        "header": "line 5",
        "numbers": "1.234,56",
    }


def test_mb51_in_english(sap, network):
    rows = sap.take("mb51_20260520.txt", "stock_movements", tolerance=0.5)
    told = {
        line: (row["store_id"], row["movement_type"], row["quantity"], row["transfer_id"])
        for line, row in rows.items()
    }
    assert told == {
        6: ("US01", "receipt", Decimal(2), None),
        7: ("US01", "sale", Decimal(-1), None),
        8: ("US01", "transfer_out", Decimal(-1), "TR1"),
        10: ("US02", "transfer_in", Decimal(1), "TR1"),
        11: ("US01", "transfer_out", Decimal(-1), "4900000010"),
        12: ("US02", "transfer_in", Decimal(1), "4900000010"),
        # The reversal takes back what each side did.
        13: ("US01", "transfer_out", Decimal(1), "4900000011"),
        14: ("US02", "transfer_in", Decimal(-1), "4900000011"),
        # 701 is a gain, 711 a loss, whatever the numbers look like.
        21: ("US01", "count_adjustment", Decimal(1), None),
        22: ("US01", "count_adjustment", Decimal(-1), None),
        23: ("US01", "sale_return", Decimal(1), None),
        26: ("US01", "receipt", Decimal(1), None),
    }
    assert rows[6]["document_id"] == "5000000001/2026"
    assert rows[6]["business_date"] == date(2026, 5, 19)
    assert rows[6]["posted_at"] == datetime(2026, 5, 20, 13, 15)
    assert rows[7]["serial_number"] == "SN0001"
    assert sap.rejected() == [(27, "movement_type", "required")]
    (value,) = network.table("rejected_rows")["value"]
    assert "BWART=999" in value
    reasons = sap.skipped()
    assert reasons["stock on its way, on no shelf"] == 1
    assert reasons["receipt into blocked stock, not yet stock"] == 1
    assert reasons["stock of a supplier on consignment, not owned"] == 1


def test_mb51_in_french_gives_the_same_movements_as_in_english(sap, network):
    rows = sap.take("mb51_fr.xls", "stock_movements")
    assert [
        (row["document_id"], row["movement_type"], row["quantity"]) for row in rows.values()
    ] == [
        ("4900000007/2026", "sale", Decimal(-1)),
        ("5000000001/2026", "receipt", Decimal(2)),
    ]
    # Without the time of entry, the entry's midnight of the store.
    assert rows[5]["posted_at"] == datetime(2026, 5, 20, 4)


def test_mi24_counts_zero_and_not_counted_are_two_things(sap):
    rows = sap.take("mi24_20260520.txt", "count_scans")
    assert {line: (row["quantity"], row["count_pass"]) for line, row in rows.items()} == {
        5: (Decimal(1), 1),
        7: (Decimal(0), 2),
    }
    assert rows[5]["count_id"] == "100000001/2026"
    assert rows[5]["counted_by"] == "ANA"
    assert sap.skipped()["not counted yet"] == 1


def test_mi24_without_the_counted_flag_is_refused(network):
    text = (Path(__file__).parent / "examples/sap/mi24_20260520.txt").read_text("utf-8")
    report = checked(
        network,
        "mi24.txt",
        text.replace("Contado  ", "Otro     ").replace("|Contado|", "|Otro   |"),
    )
    assert report.status == "refused"
    assert "lacks XZAEL (Counted" in report.reason


def test_ikpf_under_its_field_names(sap):
    rows = sap.take("ikpf.txt", "count_plans")
    assert [(row["count_id"], row["status"], row["zone"]) for row in rows.values()] == [
        ("100000001/2026", "counting", "0001"),
        ("100000002/2026", "planned", "0001"),
        ("100000003/2026", "approved", None),
        ("100000004/2026", "cancelled", None),
    ]


@pytest.mark.parametrize("form", ["xlsx", "xls"])
def test_mb51_exported_to_excel(sap, network, form):
    header = [
        "Plant", "Storage Location", "Movement Type", "Special Stock", "Material Document",
        "Material Doc.Item", "Material", "Quantity", "Base Unit of Measure", "Amount in LC",
        "Posting Date", "Entry Date", "Time of Entry", "User name",
    ]  # fmt: skip
    day = date(2026, 5, 20)
    rows = [
        ["US01", "0001", 251, None, 4900000007, 1, "B60", -1, "PC", -1.234, day, day,
         time(18, 2, 11), "POS"],
        ["US01", "0001", "101", "K", "5000000003", 1, "B60", 1, "PC", 0, day, day, None, "ANNA"],
        ["*", None, None, None, None, None, None, 0, "PC", None, None, None, None, None],
    ]  # fmt: skip
    sheet = [["Material Document List"], [], header, *rows]
    network.put(f"mb51_20260520.{form}", make(form, {"Sheet1": sheet}))
    (outcome,) = [one for one in network.take_in().files if one.dataset == "stock_movements"]
    assert (outcome.status, outcome.rows_loaded) == ("accepted", 1), outcome.reason
    (row,) = network.table("stock_movements").iter_rows(named=True)
    assert (row["_line_no"], row["document_id"]) == (4, "4900000007/2026")
    assert row["posted_at"] == datetime(2026, 5, 20, 22, 2, 11)
    assert row["quantity"] == -1
    assert sap.skipped()["subtotal"] == 1


# ── languages ────────────────────────────────────────────────────────────────────────────────


def test_every_header_names_one_field():
    named = defaultdict(set)
    for field, headers in _spoken("sap").items():
        for header in (field, *headers):
            named[bare(header)].add(field)
    assert {header: fields for header, fields in named.items() if len(fields) > 1} == {}


@pytest.mark.parametrize(
    "header",
    [
        ["Material", "Plant", "Storage Location", "Unrestricted", "Base Unit of Measure"],
        ["Materialnummer", "Werk", "Lagerort", "Frei verwendbar", "Basismengeneinheit"],
        ["Article", "Division", "Magasin", "Utilisation libre", "UQS"],
        ["Material", "Centro", "Almacén", "Libre utilización", "Unidad medida base"],
        ["Materiale", "Divisione", "Magazzino", "A utilizzo libero", "UM base"],
        ["Material", "Centro", "Depósito", "Utilização livre", "UM básica"],
        ["Artikel", "Betrieb", "Lagerort", "Frei verwendbar", "BME"],
        ["matnr", "WERKS", "lgort", "labst", "meins"],
        ["MATERIAL", "  plnt ", "SLoc", "unrestricted", "BUn"],
    ],
)
def test_any_language_names_the_same_fields(header):
    names = known_names(header, shipped("sap/mb52"))
    assert names == ["MATNR", "WERKS", "LGORT", "LABST", "MEINS"]


def test_a_header_that_comes_again_and_is_read_by_no_rule_gets_a_number():
    mapping = shipped("sap/mb52")
    assert known_names(["Crcy", "Crcy", "x", "x"], mapping) == ["Crcy", "Crcy (2)", "x", "x (2)"]
    # One that a rule reads stays twice, and is refused: nobody knows which is meant.
    assert known_names(["Plnt", "Plant"], mapping) == ["WERKS", "WERKS"]


# ── pieces with three decimals ───────────────────────────────────────────────────────────────

LIST = "|Material|Plnt|Unrestricted|BUn|Value Unrestricted|\n"


def row(item: str, quantity: str, value: str = "", unit: str = "PC") -> str:
    return f"|{item}|US01|{quantity}|{unit}|{value}|\n"


FRENCH_TWICE = [
    "Article", "Div.", "Mag.", "CMv", "Doc. art.", "Poste", "Date cpt.", "Saisi le",
    "Qté en UQS", "UQS", "Quantité",
]  # fmt: skip
FRENCH_ROW = [
    "R-1", "US01", "0001", "101", "5000000011", "1", "05.01.2026", "05.01.2026", "1", "PC", "1",
]  # fmt: skip


@pytest.mark.parametrize("form", ["txt", "xlsx"])
def test_two_headers_of_one_field_are_both_named(network, form):
    content = "\n".join("\t".join(row) for row in [["Liste"], FRENCH_TWICE, FRENCH_ROW])
    if form == "xlsx":
        content = make(form, {"a": [["Liste"], FRENCH_TWICE, FRENCH_ROW]})
    report = checked(network, f"mb51_fr.{form}", content)
    assert report.status == "refused"
    assert "Qté en UQS and Quantité are both taken for MENGE" in report.reason


@pytest.mark.parametrize("header", ["Pos.", "Item", "Poste", "Position"])
def test_the_item_of_a_document_under_its_short_header(network, header):
    network.put("stores_20260102.csv", STORES)
    network.take_in()
    names = [header if name == "Poste" else name for name in FRENCH_TWICE[:-1]]
    rows = [names, FRENCH_ROW[:-1]]
    report = checked(network, "mb51_fr.txt", "\n".join("\t".join(row) for row in rows))
    assert (report.status, report.rows) == ("accepted", 1), report.reason


def test_stock_of_suppliers_under_its_short_header_in_spanish_and_portuguese(sap, network):
    lines = [
        "|Material|Ce.|Alm.|E|Lote|UMB|Libre utilización|Mon.|Valor libre util.|",
        "|R-1|US01|0001||L1|UN|1,000|USD|1 234,50|",
        "|R-2|US01|0001|K|L2|UN|1,000|USD|1 234,50|",
    ]
    network.put("mb52_20260109.txt", "\n".join(lines))
    network.take_in()
    assert [one["item_id"] for one in network.table("stock_snapshots").to_dicts()] == ["R-1"]
    assert sap.skipped()["stock of a supplier on consignment, not owned"] == 1


def test_pieces_that_could_be_thousands_are_not_guessed_at(network):
    report = checked(network, "mb52_20260520.txt", LIST + row("A", "3,000") + row("B", "1,000"))
    assert report.status == "refused"
    assert "3,000 on line 2 is 3000 or 3, and" in report.reason
    assert "SAP prints pieces with three decimals" in report.reason


def test_amounts_in_the_same_list_tell_what_the_quantities_are(network):
    lines = LIST + row("A", "3,000", "7.275,00") + row("B", "1,000", "100,00")
    report = checked(network, "mb52_20260520.txt", lines)
    assert (report.status, report.rows) == ("accepted", 2), report.reason


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("1\u00a0234,50", "1"), ("1.234,50-", "1"), ("1,234.50", None), ("12.05.26", "two ways"),
     ("1.234", "two ways")],
)  # fmt: skip
def test_amounts_under_a_header_nobody_knows_tell_it_when_nothing_else_does(
    sap, network, amount, expected
):
    lines = [
        "Material\tPlant\tBase Unit\tUnrestricted\tMontant DI",
        f"R-1\tUS01\tPC\t1,000\t{amount}",
    ]
    outcome = network.one("mb52_20260109.txt", "\n".join(lines))
    if expected == "1":
        assert outcome.status == "accepted", outcome.reason
        assert network.table("stock_snapshots")["quantity"].to_list() == [1]
    else:
        assert outcome.status == "refused"
        assert (expected or "all 1 of them would be thousands") in outcome.reason


def test_a_nought_tells_it_too_although_it_gives_no_row(network):
    header = LIST.replace("|Value Unrestricted|", "|Blocked|")
    lines = header + row("A", "3,000", "0,000") + row("B", "1,000", "0,000")
    report = checked(network, "mb52_20260520.txt", lines)
    assert (report.status, report.rows) == ("accepted", 2), report.reason
    assert report.findings["numbers"] == "1234,56"


def test_all_pieces_thousands_is_refused_and_says_why(network):
    lines = LIST + row("A", "3,000", "7,275.00") + row("B", "12,000", "100.00")
    report = checked(network, "mb52_20260520.txt", lines + row("C", "2,500", "9.00", "G"))
    assert report.status == "refused"
    assert report.reason == (
        "its quantities cannot be pieces: all 2 of them would be thousands (3,000 on line 2 would "
        "be 3000). SAP prints pieces with three decimals. Most likely the comma is the decimal "
        "sign of this export: say numbers: {decimal: ','} in its mapping. If the quantities are "
        "right, take its unit out of pieces:"
    )


def test_broken_pieces_are_refused_and_say_why(network):
    lines = LIST + row("A", "1.250", "7,275.00") + row("B", "3.000", "100.00")
    report = checked(network, "mb52_20260520.txt", lines)
    assert report.status == "refused"
    assert "1 of 2 would be broken (1.250 on line 2 would be 1.25)" in report.reason
    assert "say numbers: {decimal: ','}" in report.reason


def test_grams_may_be_broken_and_one_broken_piece_costs_its_own_line(network):
    lines = LIST + "".join(row(f"P{at}", "1.000", "100.00") for at in range(40))
    report = checked(
        network, "mb52_20260520.txt", lines + row("X", "0.500", "1.00") + row("G", "0.5", "1", "G")
    )
    assert (report.status, report.rows, report.rejected) == ("accepted", 41, 1), report.reason
    assert [(one.line_no, one.rule, one.value) for one in report.first_reasons] == [
        (42, "whole pieces", "0.500")
    ]


# ── ugly lists ───────────────────────────────────────────────────────────────────────────────


def read(path: Path, data: bytes | str, name: str = "sap/mb52"):
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    chunks = list(sap_list.read(path, path.name, shipped(name), Settings(), lambda names: None))
    frame = pl.concat([chunk.frame for chunk in chunks])
    bad = [one for chunk in chunks for one in chunk.bad]
    skipped: dict[str, int] = defaultdict(int)
    for chunk in chunks:
        for reason, lines in chunk.skipped.items():
            skipped[reason] += lines
    return frame, bad, dict(skipped)


def test_a_row_torn_by_a_line_end_in_a_text_is_set_aside_in_both_halves(tmp_path):
    frame, bad, _ = read(
        tmp_path / "torn.txt",
        "|Material|Text|Plnt|Unrestricted|BUn|\n|A|first\nhalf|US01|1|PC|\n|B|x|US01|2|PC|\n",
    )
    assert frame["MATNR"].to_list() == ["B"]
    assert [(one.line_no, one.rule) for one in bad] == [
        (2, "number of values"),
        (3, "number of values"),
    ]
    assert "this line has 2" in bad[0].expected
    assert "rest of one torn" in bad[1].expected


def test_a_text_with_a_pipe_that_nobody_can_place_is_set_aside(tmp_path):
    frame, bad, _ = read(
        tmp_path / "pipe.txt", "|Material|Text|Plnt|Unrestricted|BUn|\n|A|one|two|US01|1|PC|\n"
    )
    assert frame.height == 0
    assert (bad[0].value, bad[0].raw) == ("6", "|A|one|two|US01|1|PC|")


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_is_accounted_for(tmp_path, ending):
    text = (Path(__file__).parent / "examples/sap/mb51_20260520.txt").read_text("utf-8")
    frame, bad, skipped = read(tmp_path / "list.txt", text.replace("\n", ending), "sap/mb51")
    # The header is no line of the file's content.
    assert frame.height + len(bad) + sum(skipped.values()) == text.count("\n") - 1


def test_a_list_longer_than_a_chunk(tmp_path):
    lines = LIST + "".join(row(f"A{at}", "1,000") for at in range(45_000))
    frame, bad, _ = read(tmp_path / "long.txt", lines)
    assert (frame.height, bad) == (45_000, [])
    assert frame["_line_no"].to_list() == list(range(2, 45_002))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"no list at all\n" * 5, "neither framed"),
        (b"|a|b|\n" * 5, "no header in its first 50 lines: none of them names"),
        (b"|Material|Plnt|BUn|\n", r"lacks LABST \(Unrestricted"),
        (b"%PDF-1.4 ...", "PDF"),
        (b"a\tb\tc\n" * 3, "no header"),
        (b"|x" * 600_000, "longer than"),
    ],
)
def test_what_is_no_list_is_refused_in_words(tmp_path, data, words):
    with pytest.raises(Refused, match=words):
        read(tmp_path / "list.txt", data)
