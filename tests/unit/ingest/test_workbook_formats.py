"""Workbooks of every kind: the same cells give the same rows; what is damaged is said in words."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
import xlwt
from workbook_files import (
    FORMATS,
    Fault,
    Formula,
    Look,
    make,
    ods_content,
    ods_of,
    repacked,
    serial,
    xls_book,
)

from pipelines.ingest.contracts import load_contract
from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.mapping.own_headers import LINE
from pipelines.ingest.readers import BadLine, Refused, read
from pipelines.ingest.readers.workbooks import xlsx
from pipelines.ingest.readers.workbooks.days import with_days
from pipelines.ingest.readers.workbooks.facts import Facts
from pipelines.ingest.readers.workbooks.fast_xml import fast_walk, longest
from pipelines.ingest.readers.workbooks.package import Package
from pipelines.ingest.reading.header import check_header
from pipelines.settings import Settings

CONTRACT = load_contract()
SHEET = "xl/worksheets/sheet1.xml"
TRAFFIC: dict[str, Any] = {
    "system": "counter",
    "export": "people",
    "dataset": "store_traffic",
    "files": "*.*",
    "columns": {"store_id": "Store", "business_date": "Day", "visitors": "People"},
}
HEADER = ["Store", "Day", "People"]
ROWS = [HEADER, ["NYC", date(2024, 1, 2), 41], ["007", date(2024, 1, 3), 0]]
WANTED = [("NYC", "2024-01-02", "41"), ("007", "2024-01-03", "0")]


class Result:
    """What came out of a workbook."""

    def __init__(self, path: Path, mapping: Mapping) -> None:
        dataset = CONTRACT.datasets[mapping.dataset]
        chunks = read(
            path,
            path.name,
            mapping,
            Settings(),
            lambda names: check_header(names, mapping, dataset),
        )
        self.frames: list[pl.DataFrame] = []
        self.bad: list[BadLine] = []
        self.skipped: dict[str, int] = {}
        self.findings: dict[str, str] = {}
        self.lines = 0
        for chunk in with_days(chunks, mapping, dataset):
            self.lines += chunk.lines
            self.bad += chunk.bad
            self.findings |= chunk.findings
            for reason, lines in chunk.skipped.items():
                self.skipped[reason] = self.skipped.get(reason, 0) + lines
            if chunk.frame.height:
                self.frames.append(chunk.frame)

    @property
    def frame(self) -> pl.DataFrame:
        return pl.concat(self.frames)

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        return self.frame.drop(LINE).rows()


@pytest.fixture
def taken(tmp_path):
    def take(data: bytes, name: str = "book.xlsx", /, **told: Any) -> Result:
        path = tmp_path / name
        path.write_bytes(data)
        return Result(path, Mapping(**{**TRAFFIC, **told}))

    return take


# ── every format ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_gives_the_same_rows(taken, form):
    result = taken(make(form, {"Feuil1": ROWS}), f"book.{form}")
    assert result.rows == WANTED
    assert result.frame.get_column(LINE).to_list() == [2, 3]
    assert (result.lines, result.skipped, result.bad) == (2, {}, [])


@pytest.mark.parametrize("form", FORMATS)
def test_the_header_is_found_by_its_names_anywhere_at_the_top(taken, form):
    rows = [
        ["Traffic report"],
        ["Store", "all of them"],
        [None],
        [None, None, "printed", datetime(2024, 1, 4, 9, 30)],
        [None, *HEADER],
        [None, "NYC", date(2024, 1, 2), 41],
        [None, None, None, None],
        [None, *HEADER],
        [None, "007", date(2024, 1, 3), 0],
    ]
    result = taken(make(form, {"Feuil1": rows}), f"book.{form}")
    assert result.rows == WANTED
    assert result.frame.get_column(LINE).to_list() == [6, 9]
    assert result.skipped == {
        "line above the header": 3,
        "blank line": 2,
        "repeated header": 1,
    }
    assert result.lines == 8  # nine rows, one of them the header


@pytest.mark.parametrize("form", FORMATS)
def test_days_and_times_mean_the_same_in_both_date_systems(taken, form):
    moment = datetime(2024, 2, 29, 18, 5, 30)
    rows = [
        ["Store", "Day", "People", "At", "Clock"],
        ["NYC", date(2024, 2, 29), 1, moment, time(18, 5)],
    ]
    seen = []
    for is_1904 in (False, True):
        data = make(form, {"a": rows}, Look(is_1904=is_1904))
        (row,) = taken(data, f"book.{form}", ignore=["At", "Clock"]).rows
        seen.append([text.replace("T", " ") for text in row[1:]])
    assert seen[0] == seen[1] == ["2024-02-29", "1", "2024-02-29 18:05:30", "18:05:00"]


@pytest.mark.parametrize("form", FORMATS)
def test_a_moment_at_midnight_is_a_day(taken, form):
    rows = [HEADER, ["NYC", datetime(2024, 1, 2), 41]]
    assert taken(make(form, {"a": rows}), f"book.{form}").rows == [("NYC", "2024-01-02", "41")]


@pytest.mark.parametrize("form", ["xlsx", "xlsb", "xls"])
@pytest.mark.parametrize("is_1904", [False, True])
def test_a_number_in_a_date_column_counts_from_the_day_0_of_the_workbook(taken, form, is_1904):
    number = serial(date(2024, 2, 29), is_1904)
    data = make(form, {"a": [HEADER, ["NYC", number, 45_351]]}, Look(is_1904=is_1904))
    assert taken(data, f"book.{form}").rows == [("NYC", "2024-02-29", "45351")]
    # A moment is no business date: it stays one, and is set aside as one.
    data = make(form, {"a": [HEADER, ["NYC", number + 0.75, 1]]}, Look(is_1904=is_1904))
    assert taken(data, f"book.{form}").rows == [("NYC", "2024-02-29 18:00:00", "1")]
    # A form that is digits only may mean just these.
    data = make(form, {"a": [HEADER, ["NYC", 24031, 1]]}, Look(is_1904=is_1904))
    assert taken(data, f"book.{form}", dates=["%y%d%m"]).rows == [("NYC", "24031", "1")]


@pytest.mark.parametrize("form", FORMATS)
def test_hidden_rows_are_read_and_told(taken, form):
    rows = [*ROWS, [None, None, None], ["LAX", date(2024, 1, 3), 5]]
    result = taken(make(form, {"a": rows}, Look({"a": [2, 3, 4]})), f"book.{form}")
    assert result.frame.height == 3
    assert result.findings["hidden rows"].startswith("2,")


def test_a_run_tells_of_hidden_rows_and_of_sheets_it_did_not_read(network):
    rows = [["store_id", "business_date", "hour", "visitors"]]
    rows += [["NYC", date(2024, 1, 2), hour, 5] for hour in range(9, 12)]
    look = Look({"a": [1, 2]})
    outcome = network.one("store_traffic_20240102.xlsx", make("xlsx", {"a": rows, "b": []}, look))
    assert (outcome.status, outcome.rows_loaded) == ("accepted", 3)
    assert outcome.reason == "sheets not read: b; hidden rows: 2, read like the others"


@pytest.mark.parametrize("form", FORMATS)
def test_a_row_with_an_error_is_set_aside_and_the_cell_is_named(taken, form):
    rows = [[None, *row] for row in ROWS]
    rows[2][3] = Fault("#DIV/0!")
    rows.append([None, "LAX", date(2024, 1, 3), 5, Fault()])
    rows[0].append("Note")
    result = taken(make(form, {"a": rows}), f"book.{form}", ignore=["Note"])
    assert [row[0] for row in result.rows] == ["NYC", "LAX"]
    (bad,) = result.bad
    assert (bad.line_no, bad.rule, bad.value) == (3, "error cell", "#DIV/0!")
    assert "cell D3 (People)" in bad.expected
    assert result.lines == 3


@pytest.mark.parametrize("form", FORMATS)
def test_an_error_in_the_header_is_refused(taken, form):
    data = make(form, {"a": [[*HEADER, Fault("#REF!")], *ROWS[1:]]})
    with pytest.raises(Refused, match=r"cell D1 of its header shows #REF!"):
        taken(data, f"book.{form}")


@pytest.mark.parametrize("form", ["xlsx", "xlsb", "xls", "ods"])
def test_formulas_count_with_what_they_showed(taken, form):
    rows = [HEADER, ["NYC", date(2024, 1, 2), Formula("=40+1", 41)]]
    assert taken(make(form, {"a": rows}), f"book.{form}").rows == WANTED[:1]


@pytest.mark.parametrize("form", FORMATS)
def test_ids_that_became_numbers(taken, form):
    rows = [
        HEADER,
        [12345.0, date(2024, 1, 2), 1],
        [1234567890123, date(2024, 1, 2), 1],
        [123456789012345678, date(2024, 1, 2), 1],
        ["123456789012345678", date(2024, 1, 2), 1],
        ["1.23457E+12", date(2024, 1, 2), 1],
        ["00123", date(2024, 1, 2), 0.1 + 0.2],
    ]
    result = taken(make(form, {"a": rows}), f"book.{form}")
    assert result.frame.get_column("Store").to_list() == [
        "12345",
        "1234567890123",
        "1.23457E+17",  # Excel keeps fifteen digits: as damaged as the next but one
        "123456789012345678",
        "1.23457E+12",
        "00123",
    ]
    assert result.frame.get_column("People")[5] == "0.3"


def test_a_damaged_id_is_set_aside_by_the_contract(network):
    rows = [
        [
            "transaction_id",
            "line_number",
            "store_id",
            "register_id",
            "business_date",
            "transaction_status",
            "line_type",
            "quantity",
            "net_amount",
            "tax_amount",
            "currency",
            "sale_channel",
        ]
    ]
    for transaction in (1234567890123, 123456789012345678, "1.23457E+12", *range(20)):
        rows.append(
            [
                transaction,
                1,
                "NYC",
                "R1",
                date(2024, 1, 1),
                "completed",
                "merchandise",
                1,
                100.5,
                8.88,
                "USD",
                "in_store",
            ]
        )
    outcome = network.one("sales_lines_NYC_20240101.xls", make("xls", {"a": rows}))
    assert (outcome.rows_loaded, outcome.rows_rejected) == (21, 2)
    assert set(network.table("rejected_rows").get_column("rule")) == {"intact identifier"}
    assert str(network.table("sales_lines").get_column("net_amount")[0]) == "100.50"


@pytest.mark.parametrize("form", FORMATS)
def test_numbers_of_a_comma_country_stand_beside_text_numbers(taken, form):
    rows = [HEADER, ["NYC", date(2024, 1, 2), 1250.5], ["NYC", date(2024, 1, 3), "1.250,5"]]
    told = {"numbers": {"decimal": ",", "thousands": "."}}
    result = taken(make(form, {"a": rows}), f"book.{form}", **told)
    assert result.frame.get_column("People").to_list() == ["1250,5", "1.250,5"]


# ── headers ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", FORMATS)
def test_a_header_of_two_rows_with_merged_cells(taken, form):
    rows = [
        ["Week 1"],
        ["Store\ncode", "Day", "People", None, "Remark"],
        [None, None, "in", "out", None],
        ["NYC", date(2024, 1, 2), 41, 40, None],
    ]
    look = Look(merged={"a": [(0, 0, 0, 4), (1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 1, 3)]})
    columns = {"store_id": "Store code", "business_date": "Day", "visitors": "People in"}
    result = taken(
        make(form, {"a": rows}, look),
        f"book.{form}",
        columns=columns,
        header_rows=2,
        ignore=["People out", "Remark"],
    )
    assert result.frame.columns == ["Store code", "Day", "People in", "People out", "Remark", LINE]
    assert result.frame.get_column(LINE).to_list() == [4]
    assert result.skipped == {"line above the header": 2}


@pytest.mark.parametrize("form", FORMATS)
def test_one_name_over_two_columns_names_both(taken, form):
    rows = [["Store", None, "Day", "People"], ["NYC", "New York", date(2024, 1, 2), 41]]
    data = make(form, {"a": rows}, Look(merged={"a": [(0, 0, 0, 1)]}))
    assert "Store (2)" in taken(data, f"book.{form}", ignore=["Store (2)"]).frame.columns
    with pytest.raises(Refused, match=r"column Store \(2\) is not known"):
        taken(data, f"book.{form}")


def test_a_column_without_a_name_is_named_by_its_letter(taken):
    rows = [ROWS[0], [*ROWS[1], "seen by M."], ROWS[2]]
    data = make("xlsx", {"a": rows})
    with pytest.raises(Refused, match=r"column \(column D\) is not known"):
        taken(data)
    assert taken(data, ignore_unknown=True).frame.height == 2


def test_a_header_that_lacks_a_name_is_said_with_the_nearest_row(taken):
    data = make("xlsx", {"a": [["Traffic"], ["Store", "Day", "Peoples"], ["NYC", "x", 1]]})
    with pytest.raises(Refused, match="Peoples should be called People"):
        taken(data)


# ── sheets ───────────────────────────────────────────────────────────────────────────────────

BOOK = {
    "Notes": [["Made by hand"], ["do not print"]],
    "NYC": [["Day", "People"], [date(2024, 1, 2), 41], [date(2024, 1, 3), 42]],
    "LAX": [["People", "Day"], [7, date(2024, 1, 2)]],
    "Old": [["Day", "People"], [date(2019, 1, 2), 41]],
    "Empty": [],
}
BY_SHEET = {"store_id": "_sheet", "business_date": "Day", "visitors": "People"}


@pytest.mark.parametrize("form", FORMATS)
def test_each_sheet_is_read_under_its_name(taken, form):
    data = make(form, BOOK, Look(hidden_sheets=("Old",)))
    result = taken(data, f"book.{form}", columns=BY_SHEET, sheet="each")
    assert result.frame.select("_sheet", "Day", "People").rows() == [
        ("NYC", "2024-01-02", "41"),
        ("NYC", "2024-01-03", "42"),
        ("LAX", "2024-01-02", "7"),
    ]
    # The place of the sheet, then the row: no two rows of a file share a number.
    assert result.frame.get_column(LINE).to_list() == [20_000_002, 20_000_003, 30_000_002]
    assert result.skipped == {"row of a sheet without the header": 2}
    assert result.findings["sheets not read"] == "Old"
    assert "left out" in result.findings["sheet Notes"]


def test_a_sheet_is_named_by_a_pattern(taken):
    sheets = {"2024-01": ROWS, "Notes": [["x"]], "2024-02": [HEADER, ["LAX", "2024-02-01", 3]]}
    data = make("xlsx", sheets)
    assert taken(data, sheet="2024-*").frame.height == 3
    assert taken(data, sheet="2024-02").frame.get_column(LINE).to_list() == [2]
    with pytest.raises(Refused, match=r"no sheet called 2025.*only 2024-01, Notes, 2024-02"):
        taken(data, sheet="2025*")
    with pytest.raises(Refused, match="sheet Notes: its header is wrong"):
        taken(data, sheet="*")


@pytest.mark.parametrize("form", FORMATS)
def test_a_cover_before_the_table_is_passed_over(taken, form):
    sheets = {"Cover": [["Visitors"], ["Store list"]], "Data": [["title"], [], *ROWS], "b": ROWS}
    result = taken(make(form, sheets), f"book.{form}")
    assert result.frame.select("Store", "Day", "People").rows() == WANTED
    assert result.findings["sheets not read"] == "Cover, b"
    # Nowhere a whole header: the first sheet is told about, as ever.
    with pytest.raises(Refused, match="its header is wrong"):
        taken(make(form, {"Cover": [["Visitors"]], "Data": [["Store"], ["NYC"]]}), f"book.{form}")


def test_the_first_sheet_is_read_and_the_others_are_told(taken):
    result = taken(make("xlsx", {"a": ROWS, "b": ROWS, "c": ROWS}, Look(hidden_sheets=("c",))))
    assert result.frame.height == 2
    assert result.findings["sheets not read"] == "b, c"


def test_one_of_many_sheets_with_half_a_header_is_refused_not_left_out(taken):
    sheets = {"NYC": ROWS, "LAX": [["Store", "Day", "Visits"], ["LAX", "2024-01-01", 1]]}
    with pytest.raises(Refused, match="sheet LAX: its header is wrong"):
        taken(make("xlsx", sheets), sheet="each")


def test_a_sheet_that_is_hidden_or_empty_is_refused_by_name(taken):
    data = make("xlsx", BOOK, Look(hidden_sheets=("Old",)))
    with pytest.raises(Refused, match="sheet Old is hidden"):
        taken(data, sheet="Old")
    with pytest.raises(Refused, match="sheet Empty is empty"):
        taken(data, sheet="Empty")


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml,
        # The same, in ways that only a parser understands.
        lambda xml: re.sub(r"<(/?)(c|row|v)(?=[\s>/])", r"<\1x:\2", xml),
        lambda xml: xml.replace('"', "'"),
        lambda xml: xml.replace("<sheetData>", "<!-- <c r='A9'> --><sheetData>"),
        lambda xml: re.sub(r'<c r="\w+"', "<c", xml),
        lambda xml: re.sub(r'<row r="\d+"', "<row", xml),
    ],
    ids=["plain", "prefix", "quotes", "comment", "no place", "no row number"],
)
def test_a_sheet_is_looked_at_the_same_with_and_without_a_parser(change, tmp_path, monkeypatch):
    rows = [*ROWS, ["LAX", date(2024, 1, 3), Fault()], ["x", None, 1e17]]
    data = make("xlsx", {"a": rows}, Look({"a": [1, 2]}, merged={"a": [(9, 0, 9, 2)]}))
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        xml = book.read(SHEET).decode()
    changed = change(xml).replace("<worksheet ", '<worksheet xmlns:x="urn:x" ', 1)
    data = repacked(data, {SHEET: changed.encode()})
    seen = []
    for step in (1 << 20, 37):
        monkeypatch.setattr("pipelines.ingest.readers.workbooks.package.STEP", step)
        monkeypatch.setattr(xlsx, "fast_walk", fast_walk if step > 37 else lambda *_: None)
        path = tmp_path / "book.xlsx"
        path.write_bytes(data)
        package = Package(path, Settings())
        book = xlsx.Xlsx(package)
        facts = book.facts(book.sheets[0])
        seen.append(
            (
                *(facts.rows, facts.first_column, facts.last_column, facts.errors),
                *(facts.hidden, facts.merges, [facts.texts(at).tolist() for at in range(3)]),
            )
        )
    assert seen[0] == seen[1]
    assert seen[0][:4] == (5, 0, 2, 1)


def test_pieces_of_a_sheet_are_cut_before_a_tag():
    cells = "".join(f'<c r="A{no}" t="s"><v>{no}</v></c>' for no in range(1, 200)).encode()
    for step in (1, 7, 40, 5000):
        facts = Facts()
        pieces = [cells[at : at + step] for at in range(0, len(cells), step)]
        assert fast_walk(pieces, facts) == 199
        assert facts.texts(0).sum() == 199
    assert longest([b"<si><t>", b"abc" * 10, b"</t></si><si><t>x</t></si>"]) >= 30


def test_a_sheet_may_lie_anywhere_and_a_chart_is_no_table(taken):
    data = make("xlsx", {"a": ROWS})
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        links = book.read("xl/_rels/workbook.xml.rels").replace(b"worksheets/sheet1", b"table")
        moved = repacked(
            data, {"xl/_rels/workbook.xml.rels": links, "xl/table.xml": book.read(SHEET)}
        )
    assert taken(moved).rows == WANTED

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Table!$C$2:$C$3"})
    book.add_chartsheet("Chart").set_chart(chart)
    sheet = book.add_worksheet("Table")
    for at, row in enumerate([HEADER, ["NYC", "2024-01-02", 41]]):
        sheet.write_row(at, 0, row)
    book.close()
    result = taken(file.getvalue())
    assert result.rows == [("NYC", "2024-01-02", "41")]
    assert result.frame.get_column(LINE).to_list() == [2]
    with pytest.raises(Refused, match="sheet Chart is a chart or holds macros"):
        taken(file.getvalue(), sheet="Chart")


# ── what is no workbook, or a hostile one ────────────────────────────────────────────────────


def _stream(data: bytes, name: str) -> bytes:
    """A compound file with one stream."""
    file = io.BytesIO()
    xlwt.CompoundDoc.XlsDoc().save(file, data)
    old = "Workbook".encode("utf-16-le")
    at = file.getvalue().rindex(old)
    out = bytearray(file.getvalue())
    told = name.encode("utf-16-le")
    out[at : at + 64] = told.ljust(64, b"\0")
    out[at + 64 : at + 66] = struct.pack("<H", len(told) + 2)
    return bytes(out)


def _encrypted_xls() -> bytes:
    data = xls_book({"a": ROWS}, Look()).get_biff_data()
    (size,) = struct.unpack_from("<H", data, 2)
    at = 4 + size
    return _stream(data[:at] + struct.pack("<HH", 0x2F, 6) + bytes(6) + data[at:], "Workbook")


def _sheet_xml(cells: str, more: str = "") -> bytes:
    return (
        '<?xml version="1.0"?>' + more + "<worksheet xmlns="
        '"http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + cells
        + "</sheetData></worksheet>"
    ).encode()


PLAIN = make("xlsx", {"a": ROWS})


def _far_cell() -> bytes:
    cells = "".join(
        f'<row r="{row}"><c r="{column}{row}"><v>1</v></c></row>'
        for row, column in ((1, "A"), (1_048_576, "XFD"))
    )
    return repacked(PLAIN, {SHEET: _sheet_xml(cells)})


def _far_cell_xls() -> bytes:
    return make("xls", {"a": [["x"]] + [[None]] * 65_000 + [[None] * 255 + ["y"]]})


def _ods_with(rows: str) -> bytes:
    content = ods_content({"a": ROWS}, Look())
    end = '<table:table-row table:number-rows-repeated="1048000">'
    return ods_of(content.replace(end, rows + end))


def _far_cell_ods() -> bytes:
    cell = '<table:table-cell table:number-columns-repeated="9000" office:value-type="float" '
    rows = f'<table:table-row table:number-rows-repeated="1000000">{cell}office:value="1"/>'
    return _ods_with(f"{rows}</table:table-row>")


def _one_text_in_many_cells() -> bytes:
    cell = '<c t="s"><v>0</v></c>' * 20
    strings = "<sst><si><t>" + "x" * 30_000 + "</t></si></sst>"
    cells = "".join(f"<row>{cell}</row>" for _ in range(1_000))
    return repacked(PLAIN, {SHEET: _sheet_xml(cells), "xl/sharedStrings.xml": strings.encode()})


def _one_text_in_many_cells_xls() -> bytes:
    return make("xls", {"a": [["x" * 30_000] * 20] * 1_000})


def _one_text_in_many_cells_ods() -> bytes:
    text = "x" * 30_000
    cell = (
        '<table:table-row table:number-rows-repeated="20000"><table:table-cell '
        f'office:value-type="string"><text:p>{text}</text:p></table:table-cell></table:table-row>'
    )
    return _ods_with(cell)


def _twice() -> bytes:
    out = io.BytesIO(PLAIN)
    with zipfile.ZipFile(out, "a") as file:
        file.writestr(SHEET.upper(), _sheet_xml(""))
    return out.getvalue()


_ENTITIES = '<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;&x;">]>'
_BOMB = b"<worksheet>" + b" " * (40 << 20) + b"</worksheet>"

HOSTILE: dict[str, tuple[Any, str, str]] = {
    "xls with a password": (_encrypted_xls, "book.xls", "protected by a password"),
    "xlsx with a password": (
        lambda: _stream(bytes(9000), "EncryptedPackage"),
        "book.xlsx",
        "protected by a password",
    ),
    "ods with a password": (
        lambda: ods_of("damaged by encryption", "<manifest:encryption-data/>"),
        "book.ods",
        "protected by a password",
    ),
    "macros in an xlsx": (
        lambda: repacked(PLAIN, {"xl/vbaProject.bin": b"x"}),
        "book.xlsx",
        "holds macros",
    ),
    "a bomb": (lambda: repacked(PLAIN, {SHEET: _BOMB}), "book.xlsx", "unpacks to more than"),
    "a bomb elsewhere": (
        lambda: repacked(PLAIN, {"xl/media/image1.png": _BOMB}),
        "book.xlsx",
        "unpacks to more than",
    ),
    "entities": (
        lambda: repacked(PLAIN, {SHEET: _sheet_xml("", _ENTITIES)}),
        "book.xlsx",
        "declares XML entities",
    ),
    "entities in the list of sheets": (
        lambda: repacked(PLAIN, {"xl/workbook.xml": _sheet_xml("", _ENTITIES)}),
        "book.xlsx",
        "declares XML entities",
    ),
    "entities in an ods": (
        lambda: ods_of(ods_content({"a": ROWS}, Look()).replace("?>", "?>" + _ENTITIES, 1)),
        "book.ods",
        "declares XML entities",
    ),
    "a cell at the far end": (_far_cell, "book.xlsx", "1,048,576 and over 16,384 columns"),
    "a cell at the far end of an xls": (_far_cell_xls, "book.xls", "more than 5,000,000 cells"),
    "a cell repeated to the far end of an ods": (_far_cell_ods, "book.ods", "5,000,000 cells"),
    "a cell beyond the end": (
        lambda: repacked(PLAIN, {SHEET: _sheet_xml('<row r="1"><c r="ZZZZ1"><v>1</v></c></row>')}),
        "book.xlsx",
        "where no sheet has one",
    ),
    "one long text in all cells": (_one_text_in_many_cells, "book.xlsx", "256 MB of text"),
    "one long text in all cells of an xls": (
        _one_text_in_many_cells_xls,
        "book.xls",
        "256 MB of text",
    ),
    "one long text in all cells of an ods": (
        _one_text_in_many_cells_ods,
        "book.ods",
        "256 MB of text",
    ),
    "a part twice": (_twice, "book.xlsx", "holds a part twice"),
    "cut short": (lambda: PLAIN[:-300], "book.xlsx", "no whole Excel workbook"),
    "xls cut short": (
        lambda: make("xls", {"a": ROWS})[:2000],
        "book.xls",
        "ends in the middle|damaged",
    ),
    "a web page": (lambda: b"<html><table><tr><td>Store", "book.xls", "web page"),
    "text": (lambda: b"Store\tDay\tPeople\r\nNYC\t2024-01-02\t1\r\n", "book.xls", "format: csv"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(50), "book.xlsx", "no Excel workbook"),
    "a Word document": (
        lambda: _stream(bytes(9000), "WordDocument"),
        "book.xls",
        "another old Office document",
    ),
    "nothing": (lambda: b"", "book.ods", "empty"),
    "a zip of something else": (
        lambda: repacked(PLAIN, {}).replace(b"xl/workbook.xml", b"xx/workbook.xml"),
        "book.xlsx",
        "no whole Excel workbook",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_cannot_be_read_is_refused_in_words(taken, case):
    content, name, words = HOSTILE[case]
    with pytest.raises(Refused) as fault:
        taken(content(), name)
    assert re.search(words, str(fault.value)), fault.value


@pytest.mark.parametrize("form", FORMATS)
def test_a_damaged_byte_never_gives_anything_but_words(taken, form):
    data = make(form, {"a": ROWS})
    for at in range(0, len(data), max(1, len(data) // 60)):
        torn = bytearray(data)
        torn[at] ^= 0xFF
        try:
            taken(bytes(torn), f"book.{form}")
        except Refused as fault:
            assert len(str(fault)) > 10


def test_one_that_kills_the_process_that_opens_it_is_refused_and_the_next_is_read(taken):
    """Its sheet says it is four thousand million cells high: there is no memory for them."""
    data = bytearray(make("xls", {"a": ROWS}))
    at = data.index(struct.pack("<HH", 0x0200, 14), 512)
    struct.pack_into("<IIHH", data, at + 4, 0, 0xFFFFFFFF, 0, 0xFFFF)
    with pytest.raises(Refused, match="sheet a cannot be read: save the workbook again"):
        taken(bytes(data), "book.xls")
    assert taken(make("xls", {"a": ROWS}), "book.xls").rows == WANTED


def test_a_process_that_left_meanwhile_is_started_anew(taken):
    from pipelines.ingest.readers.workbooks.values import _opener

    for _ in range(2):
        assert taken(PLAIN).rows == WANTED
        assert _opener._process is not None
        _opener._process.kill()
        _opener._process.wait()


def test_a_workbook_that_never_ends_is_given_up(taken, monkeypatch):
    monkeypatch.setattr("multiprocessing.connection.Connection.poll", lambda *_: False)
    with pytest.raises(Refused, match="sheet a cannot be read"):
        taken(make("ods", {"a": ROWS * 500}), "book.ods")
    monkeypatch.undo()
    assert taken(PLAIN).rows == WANTED


def test_macros_of_an_xlsm_are_left_alone(taken):
    data = repacked(PLAIN, {"xl/vbaProject.bin": b"Shell"})
    assert taken(data, "book.xlsm").rows == WANTED


def test_its_name_may_say_another_kind_than_its_bytes(taken):
    assert taken(make("xls", {"a": ROWS}), "book.xlsx").rows == WANTED
    assert taken(make("ods", {"a": ROWS}), "book.xls").rows == WANTED
