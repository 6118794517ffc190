"""A mapping is data: checked when it is read, and exact in what it makes of a file."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from pipelines.ingest.check import check_file
from pipelines.ingest.contracts import load_contract
from pipelines.ingest.mapping.faults import MappingError
from pipelines.ingest.mapping.loading import load_mappings, read_mapping
from pipelines.ingest.mapping.register import Register
from pipelines.settings import SHIPPED_MAPPINGS

TRAFFIC = """\
system: counter
export: people
dataset: store_traffic
files: {regex: '(?P<store_id>[A-Z]+)_(?P<business_date>\\d{8})\\.txt'}
columns:
  store_id: {file: store_id}
  business_date: {file: business_date}
  visitors: People
"""

SALES = """\
system: legacy
export: tickets
dataset: sales_lines
files: {regex: '(?P<store_id>[A-Z]+)-(?P<business_date>\\d{8})(?:-(?P<till>T\\d))?\\.csv'}
file_date: '%d%m%Y'
delimiter: ';'
encoding: cp1252
skip_lines: 1
numbers: {decimal: ',', thousands: '.'}
dates: ['%d/%m/%Y %H:%M']
time_zone: Europe/Paris
reject_tolerance: 0.5
scope_part: {file: till}
ready_marker: '{stem}.ok'
constants: {transaction_status: completed, currency: EUR, sale_channel: in_store}
columns:
  transaction_id: {template: '{file.store_id}-{Ticket}'}
  line_number: {from: _line_no}
  store_id: {file: store_id}
  register_id: {file: till}
  business_date: {file: business_date}
  sold_at: Heure
  line_type: {from: Nature, codes: {ART: merchandise, SRV: service}}
  item_id: {from: Réf, replace: {'^0+': ''}}
  quantity: Qté
  net_amount: {product: [Qté, Prix]}
  tax_amount: {from: TVA, negate: true}
  discount_amount: {from: Remise, optional: true}
ignore: [Libellé]
filters:
  - {reason: total, where: [{column: Ticket, equals: TOTAL}]}
"""
TICKETS = """\
Journal des ventes;;;;;;
Ticket;Heure;Nature;Réf;Qté;Prix;TVA;Libellé
1;02/01/2024 10:30;ART;00042;2;1.250,50;-500,20;Étui
2;02/07/2024 10:30;SRV;;-1;0,05;0,01-;
3;02/01/2024 10:30;XYZ;1;1;1,00;0;
4;02/01/2024 10:30;ART;1;1;1.5;0;
TOTAL;;;;;;;
"""


def write(network, text, name="mapping.yml"):
    network.home.mappings.mkdir(parents=True, exist_ok=True)
    path = network.home.mappings / name
    path.write_text(text, "utf-8")
    return path


def test_a_foreign_export_becomes_exact_rows(network):
    write(network, SALES)
    network.put("NYC-02012024-T1.ok", b"")
    outcome = network.one("NYC-02012024-T1.csv", TICKETS.encode("cp1252"))
    assert (outcome.lines_read, outcome.rows_loaded, outcome.rows_rejected) == (6, 2, 2)
    assert outcome.rows_skipped == 2
    first, second = network.table("sales_lines").sort("_line_no").iter_rows(named=True)
    assert first["transaction_id"] == "NYC-1"
    assert first["item_id"] == "42"
    assert first["net_amount"] == Decimal("2501.00")
    assert first["tax_amount"] == Decimal("500.20")
    assert first["sold_at"] == datetime(2024, 1, 2, 9, 30)
    assert second["sold_at"] == datetime(2024, 7, 2, 8, 30)
    assert (second["net_amount"], second["tax_amount"]) == (Decimal("-0.05"), Decimal("0.01"))
    assert second["line_number"] == 4
    assert first["_scope"] == "NYC|2024-01-02|T1"
    faults = network.table("rejected_rows").sort("line_no")
    assert faults.get_column("rule").to_list() == ["known code", "number"]
    assert faults.get_column("value")[0] == "XYZ"
    reasons = dict(network.table("skipped_rows").select("reason", "row_count").rows())
    assert reasons == {"total": 1, "line above the header": 1}


def test_a_file_waits_for_its_marker(network):
    write(network, SALES)
    outcome = network.one("NYC-02012024-T1.csv", TICKETS.encode("cp1252"))
    assert (outcome.status, outcome.reason) == (
        "waiting",
        "waits for its marker NYC-02012024-T1.ok",
    )
    network.put("NYC-02012024-T1.ok", b"")
    assert network.take_in().count("accepted") == 1


def test_a_part_cannot_follow_a_whole_day_but_a_whole_day_may_follow_parts(network):
    write(network, SALES.replace("  register_id: {file: till}", "  register_id: {constant: T0}"))
    for name in ("NYC-02012024-T1", "NYC-02012024", "NYC-02012024-T2"):
        network.put(f"{name}.ok", b"")
        text = TICKETS.replace("\n1;", f"\n{len(name)}{name[-1]};").encode("cp1252")
        outcome = network.one(f"{name}.csv", text)
        assert outcome.status == ("refused" if name.endswith("T2") else "accepted")
    assert "already delivered whole" in outcome.reason


def test_two_mappings_for_one_dataset_are_refused_with_both_names(network):
    write(network, TRAFFIC)
    write(network, TRAFFIC.replace("export: people", "export: guests"), "other.yml")
    outcome = network.one("NYC_20240101.txt", "People\n5\n")
    assert outcome.status == "refused"
    assert "counter/people" in outcome.reason
    assert "counter/guests" in outcome.reason


def test_equal_bytes_for_two_days_are_two_deliveries_when_the_name_gives_the_day(network):
    write(network, TRAFFIC)
    network.put("NYC_20240101.txt", "People\n5\n")
    network.put("NYC_20240102.txt", "People\n5\n")
    assert network.take_in().count("accepted") == 2
    days = network.table("store_traffic").sort("business_date").get_column("business_date")
    assert days.to_list() == [date(2024, 1, 1), date(2024, 1, 2)]


def test_the_time_of_export_goes_before_everything_else(network):
    write(
        network,
        TRAFFIC.replace(r"\d{8})", r"\d{8})_(?P<at>\d{6})").replace(
            "columns:", "exported_at: {file: at, format: '%H%M%S'}\ncolumns:"
        ),
    )
    network.put("NYC_20240101_110000.txt", "People\n5\n")
    network.put("NYC_20240101_090000.txt", "People\n6\n")
    network.take_in()
    files = network.table("files").sort("sequence_no")
    assert files.get_column("exported_at").dt.hour().to_list() == [9, 11]


def test_the_time_of_export_may_stand_inside_the_file(network):
    write(
        network,
        TRAFFIC.replace(
            "columns:", "exported_at: {column: At, format: '%Y-%m-%d %H:%M'}\ncolumns:"
        ),
    )
    network.put("LAX_20240101.txt", "People,At\n5,2024-01-02 09:00\n6,2024-01-02 11:00\n")
    network.put("NYC_20240101.txt", "People,At\n5,2024-01-02 10:00\n")
    network.take_in()
    files = network.table("files").sort("sequence_no")
    assert files.get_column("exported_at").dt.hour().to_list() == [10, 11]
    assert files.get_column("file_name")[0] == "NYC_20240101.txt"


def test_what_the_name_says(network):
    register = Register(load_mappings([write(network, SALES).parent], load_contract()))
    (claim,) = register.claims("NYC-02012024-T1.csv")
    assert claim.named.business_date == date(2024, 1, 2)
    assert claim.named.groups["till"] == "T1"
    assert register.claims("deep/NYC-02012024-T1.csv") == []
    (claim,) = register.claims("a/b/stock_snapshots_A_B_20240102_3.csv.gz")
    assert (claim.named.store_id, claim.named.suffix) == ("A_B", 3)
    assert claim.named.exported_at is None


def test_headers_and_codes_are_what_they_look_like(network):
    """To YAML `No` is false, 007 seven and 12:30 seven hundred and fifty."""
    mapping = """\
system: till
export: paid
dataset: tenders
files: {regex: '(?P<store_id>[A-Z]+)_(?P<business_date>\\d{8})\\.csv'}
constants: {register_id: 007, currency: USD}
columns:
  transaction_id: No
  tender_number: {from: 2024}
  store_id: {file: store_id}
  business_date: {file: business_date}
  tender_type: {from: Yes, codes: {001: cash, No: card, 12:30: check}}
  tender_amount: On
"""
    path = network.home.mappings / "till" / "paid.yml"
    path.parent.mkdir(parents=True)
    path.write_text(mapping, "utf-8")
    outcome = network.one("NYC_20240131.csv", "No,2024,Yes,On\nA,1,001,5\nB,2,No,6\nC,3,12:30,7\n")
    assert outcome.status == "accepted", outcome.reason
    rows = network.table("tenders")
    assert rows["transaction_id"].to_list() == ["A", "B", "C"]
    assert rows["tender_type"].to_list() == ["cash", "card", "check"]
    assert set(rows["register_id"]) == {"007"}


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("dataset: store_traffic", "dataset: trafic", 3, "trafic"),
        ("visitors: People", "visitor: People", 8, "no such column"),
        ("visitors: People", "visitors: {form: People}", 8, "form"),
        ("visitors: People", "visitors: {constant: '1', from: People}", 8, "exactly one of"),
        ("{file: store_id}", "{file: shop}", 6, "(?P<shop>"),
        ("  visitors: People\n", "", 5, "needs visitors"),
        ("columns:", "time_zone: Paris\ncolumns:", 5, "no time zone"),
        ("columns:", "encoding: windows\ncolumns:", 5, "no encoding"),
        ("columns:", "delimiter: ';;'\ncolumns:", 5, "single plain character"),
        ("columns:", "scope_part: {column: hour}\ncolumns:", 5, "no rule gives hour"),
        ("columns:", "ready_marker: done\ncolumns:", 5, "{name}"),
        (
            "columns:",
            "filters: [{reason: x, where: [{column: a, matches: '('}]}]\ncolumns:",
            5,
            "regular expression",
        ),
        ("columns:", "columns: [\ncolumns:", 7, "expected"),
        ("export: people", "export: people\nexport: again", 3, "twice"),
    ],
)
def test_a_faulty_mapping_names_file_line_and_key(network, old, new, line, words):
    path = write(network, TRAFFIC.replace(old, new, 1))
    with pytest.raises(MappingError) as told:
        read_mapping(path, load_contract())
    assert f"{path}, line {line}" in str(told.value)
    assert words in str(told.value)


def test_codes_outside_the_contract_are_refused(network):
    path = write(network, SALES.replace("SRV: service", "SRV: servis"))
    with pytest.raises(MappingError, match="servis is none of: merchandise"):
        read_mapping(path, load_contract())


def test_the_shipped_mappings_are_good():
    names = {mapping.name for mapping in load_mappings([SHIPPED_MAPPINGS], load_contract())}
    assert {"uci_online_retail/invoices", "uci_online_retail/write_offs"} <= names


def test_checking_a_file_says_what_would_happen_and_changes_nothing(network):
    write(network, SALES)
    path = network.put("NYC-02012024-T1.csv", TICKETS.encode("cp1252"))
    before = sorted(network.home.root.rglob("*"))
    (report,) = check_file(path, home=network.home, settings=network.settings)
    assert (report.status, report.rows, report.rejected) == ("accepted", 2, 2)
    assert [one.line_no for one in report.first_reasons] == [5, 6]
    assert report.scopes[0]["scope"] == "NYC|2024-01-02|T1"
    (report,) = check_file(path, "native/tenders", home=network.home, settings=network.settings)
    assert report.status == "refused"
    (report,) = check_file(path.with_name("none.csv"), home=network.home)
    assert "no such file" in report.reason
    with pytest.raises(MappingError, match="legacy/tickets"):
        check_file(path, "legacy/ticket", home=network.home)
    assert sorted(network.home.root.rglob("*")) == before
