"""What `check` shows of a file's columns: header → rule → column → values, nothing personal."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from ingest_exports import SALES_HEADER, STORES, sale, sales
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.ingest.check import CheckReport, check_file, list_mappings
from pipelines.ingest.preview import ColumnShown, Sample

EXAMPLES = Path(__file__).parent / "examples"
TICKETS = """
system: legacy
export: tickets
dataset: sales_lines
files: '*.tkt'
format: csv
delimiter: ';'
numbers: {decimal: ',', thousands: '.'}
dates: ['%d/%m/%Y']
time_zone: Europe/Paris
constants: {currency: EUR, transaction_status: completed, sale_channel: in_store, tax_amount: '0'}
columns:
  transaction_id: {template: '{Shop}-{No}'}
  line_number: {from: _line_no}
  store_id: Shop
  register_id: {file: till}
  business_date: Day
  sold_at: {from: At, dates: ['%d/%m/%Y %H:%M']}
  line_type: {cases: [{when: [{column: Kind, equals: V}], then: service}], otherwise: merchandise}
  quantity: Qty
  net_amount: {product: [Qty, Price]}
  discount_reason: {from: Why, optional: true}
ignore: [Printed]
ignore_unknown: true
"""
CLIENTS = """
system: legacy
export: clients
dataset: clients
files: '*.cli'
format: csv
columns:
  client_id: Mail
  email: Mail
  last_name: {cases: [{when: [{column: Firm, is_empty: true}], take: Name}]}
  city: {template: '{Town} {Name?}'}
  country: Country
constants: {}
ignore_unknown: true
"""


@pytest.fixture
def checked(network):
    """`checked(name, content, mapping)`: the only report of that file."""

    def run(name: str, content: str | bytes, mapping: str | None = None) -> CheckReport:
        path = network.put(name, content)
        (report,) = check_file(path, mapping, home=network.home, settings=network.settings)
        return report

    network.home.mappings.mkdir(parents=True)
    text = TICKETS.replace("files: '*.tkt'", r"files: {regex: '(?:.*/)?(?P<till>[^/]+)\.tkt'}")
    (network.home.mappings / "tickets.yml").write_text(text)
    (network.home.mappings / "clients.yml").write_text(CLIENTS)
    run.network = network  # type: ignore[attr-defined]
    return run


def columns(report: CheckReport) -> dict[str, ColumnShown]:
    return {one.column: one for one in report.columns}


def test_every_rule_shows_its_headers_its_words_and_values_before_and_after(checked) -> None:
    report = checked(
        "T7.tkt",
        "Shop;No;Day;At;Kind;Qty;Price;Printed;Note\n"
        "PAR;1;05/03/2024;05/03/2024 18:30;V;2;1.234,50;x;n1\n"
        "PAR;2;05/03/2024;05/03/2024 18:31;;1;10,00;x;n2\n",
    )
    assert report.status == "accepted", report.reason
    shown = columns(report)
    assert shown["currency"].rule == "always EUR"
    assert shown["currency"].samples == [Sample(None, "EUR")]
    assert shown["transaction_id"].rule == "{Shop}-{No}"
    assert shown["transaction_id"].headers == ["Shop", "No"]
    assert shown["transaction_id"].samples[0] == Sample("Shop = PAR, No = 1", "PAR-1")
    assert shown["line_number"].rule == "the line of the file"
    assert shown["line_number"].samples == [Sample("2", "2"), Sample("3", "3")]
    assert shown["register_id"].rule == "the file's name (till)"
    assert shown["register_id"].samples == [Sample(None, "T7")]
    assert shown["business_date"].samples == [Sample("05/03/2024", "2024-03-05")]
    assert shown["sold_at"].samples[0] == Sample("05/03/2024 18:30", "2024-03-05 17:30:00 UTC")
    assert shown["line_type"].rule == "service where Kind is V; otherwise merchandise"
    assert [one.typed for one in shown["line_type"].samples] == ["service", "merchandise"]
    assert shown["net_amount"].rule == "Qty × Price"
    assert shown["net_amount"].data_type.startswith("decimal")
    assert shown["net_amount"].samples[0] == Sample("Qty = 2, Price = 1.234,50", "2469")
    assert report.unused_headers == ["Note"]
    assert report.ignored_headers == ["Printed"]
    assert "discount_reason" in report.empty_columns
    assert "item_id" in report.empty_columns
    assert "discount_reason" not in shown


def test_three_different_values_are_enough(checked) -> None:
    lines = [sale("T1", n, net=f"{n}.00") for n in range(1, 9)]
    report = checked("sales_lines_NYC_20240101.csv", sales(*lines))
    shown = columns(report)
    assert [one.read for one in shown["net_amount"].samples] == ["1.00", "2.00", "3.00"]
    assert len(shown["store_id"].samples) == 1


def test_values_of_lines_set_aside_are_shown_only_where_no_line_goes_in(checked) -> None:
    good, bad = sale("T1"), sale("T2", net="ten")
    some = checked("sales_lines_NYC_20240101.csv", sales(good, bad))
    assert [one.read for one in columns(some)["net_amount"].samples] == ["100.00"]
    none = checked("sales_lines_NYC_20240102.csv", sales(bad))
    assert columns(none)["net_amount"].samples == [Sample("ten", None, taken=False)]


def test_personal_values_are_masked_wherever_their_header_is_read(checked) -> None:
    text = "Mail,Name,Firm,Town,Country,Memo\nann@x.example,Ann Lee,,Oslo,NO,call Ann\n"
    report = checked("a.cli", text)
    assert report.status == "accepted", report.reason
    told = json.dumps(asdict(report), default=str)
    for secret in ("ann@x", "Ann", "call"):
        assert secret not in told
    shown = columns(report)
    for name in ("email", "last_name", "client_id", "city"):
        assert shown[name].samples == [Sample("•••", "•••")] or name in ("last_name", "city")
        assert all(one.typed == "•••" for one in shown[name].samples)
    assert shown["country"].samples == [Sample("NO", "NO")]
    assert report.unused_headers == ["Memo"]


def test_a_personal_cell_under_no_header_is_not_shown(checked) -> None:
    (checked.network.home.mappings / "clients.yml").write_text(
        CLIENTS + "find_header: true\nreject_tolerance: 0.9\n"
    )
    text = (
        "Mail,Name,Firm,Town,Country,\na@x.example,Ann,,Oslo,NO,\nb@x.example,Bo,,Oslo,NO,0701234\n"
    )
    report = checked("a.cli", text)
    assert (report.rows, report.rejected) == (1, 1)
    assert report.first_reasons[0].rule == "column without a name"
    assert "0701234" not in json.dumps(asdict(report), default=str)


def test_a_first_row_taken_for_a_header_is_not_shown(checked) -> None:
    report = checked("a.cli", "ann@x.example,Ann,,Oslo,NO\nbo@x.example,Bo,,Oslo,NO\n")
    assert report.status == "refused"
    told = json.dumps(asdict(report), default=str)
    assert "ann@x" not in told
    assert "Ann" not in told
    assert "Does its first line name the columns?" in told


def test_a_card_number_is_masked_on_both_sides(checked) -> None:
    line = sale("paid 4111 1111 1111 1111")
    report = checked("sales_lines_NYC_20240101.csv", sales(line))
    assert columns(report)["transaction_id"].samples == [
        Sample("paid **** **** **** 1111", "paid **** **** **** 1111")
    ]


def test_a_refused_header_shows_what_is_lacking(checked) -> None:
    text = sales(sale()).replace("net_amount", "netto")
    report = checked("sales_lines_NYC_20240101.csv", text)
    assert report.status == "refused"
    assert columns(report)["net_amount"].lacking == ["net_amount"]
    assert columns(report)["net_amount"].headers == []
    assert columns(report)["store_id"].lacking == []
    assert report.unused_headers == ["netto"]


def test_headers_are_told_in_the_words_of_the_file(network) -> None:
    network.put("stores_20240101.csv", STORES)
    path = EXAMPLES / "sap" / "mb52_fr_20260521.xls"
    (report,) = check_file(path, home=network.home, settings=network.settings)
    shown = columns(report)
    assert shown["store_id"].headers == ["Div. (WERKS)"]
    assert shown["item_id"].headers == ["Article (MATNR)"]
    # The columns side by side, of which each row is one.
    assert shown["quantity"].headers == ["Utilisation libre (QUANTITY)"]
    assert Sample("2,000", "2") in shown["quantity"].samples
    assert "Désignation article" in report.unused_headers


def test_while_a_time_zone_is_not_known_values_are_shown_as_written(network) -> None:
    line = sale(sold_at="2024-01-01T15:00:00")
    path = network.put("sales_lines_NYC_20240101.csv", sales(line))
    (report,) = check_file(path, home=network.home, settings=network.settings)
    assert report.status == "waiting"
    assert (report.rejected, report.first_reasons) == (0, [])
    (sample,) = columns(report)["sold_at"].samples
    assert sample == Sample("2024-01-01T15:00:00", "2024-01-01 15:00:00, zone not known")


def test_a_file_in_another_encoding_than_its_mapping_says_is_refused_in_words(checked) -> None:
    (checked.network.home.mappings / "clients.yml").write_text(CLIENTS + "encoding: utf-16\n")
    report = checked("a.cli", "Mail,Name\n")
    assert report.status == "refused"
    assert "not written as utf-16" in (report.reason or "")


@pytest.mark.parametrize("content", [b"", b"\x00\xff" * 500, b"a\n", SALES_HEADER.encode()])
def test_what_is_no_export_is_shown_without_a_fault(checked, content: bytes) -> None:
    report = checked("sales_lines_NYC_20240101.csv", content)
    assert report.columns or report.status == "refused"
    assert all(not one.samples for one in report.columns if one.headers)


def test_a_name_is_matched_and_never_opened(network, tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_text(sales(sale()))
    where = "../../etc/sales_lines_NYC_20240101.csv"
    (report,) = check_file(path, name=where, home=network.home, settings=network.settings)
    assert (report.status, report.dataset) == ("accepted", "sales_lines")


def test_the_command_line_lists_mappings_and_shows_columns(
    network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOUPE_HOME", str(network.home.root))
    monkeypatch.setenv("COLUMNS", "220")
    run = CliRunner()
    told = json.loads(run.invoke(app, ["check", "--list", "--json"]).stdout)
    names = [one["name"] for one in told]
    assert names.index("cegid_y2/stock") < names.index("native/sales_lines")
    assert names == [one.name for one in list_mappings(network.home)]
    assert run.invoke(app, ["check"]).exit_code == 2
    path = tmp_path / "upload"
    path.write_text(sales(sale()))
    told = run.invoke(app, ["check", str(path), "--as", "NYC/sales_lines_NYC_20240101.csv"])
    assert told.exit_code == 0, told.output
