"""Dates, booleans and keys as systems write them, exact or set aside."""

from datetime import date, datetime

import polars as pl
import pytest

from pipelines.ingest.check import check_file
from pipelines.ingest.contracts import load_contract
from pipelines.ingest.mapping.day_forms import contested
from pipelines.ingest.mapping.faults import MappingError
from pipelines.ingest.mapping.loading import read_mapping
from pipelines.ingest.translate import iso

MAPPING = """\
system: tool
export: repairs
dataset: repairs
files: 'R*.csv'
reject_tolerance: 0.9
may_lack: [Lot]
constants: {owner: client, status: open}
columns:
  repair_id: {template: '{Shop}-{No}{Lot?}'}
  store_id: Shop
  received_on: {from: In, dates: ['%d/%m/%Y', '%m/%d/%Y']}
  promised_on: {from: Promised, dates: ['%d.%m.%Y', '%d.%m.%y', '%Y%m%d'], optional: true}
"""
ITEMS = """\
system: tool
export: items
dataset: items
files: 'I*.csv'
columns: {item_id: Ref, item_name: Name, is_serialized: Serial}
"""


CLIENTS = """\
system: tool
export: clients
dataset: clients
files: 'C*.csv'
columns:
  client_id: Id
  birth_date: {from: Born, dates: ['%d/%m/%Y', '%m/%d/%Y']}
"""


def read(forms, *texts, kind="date"):
    frame = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)})
    return frame.select(iso(pl.col("text"), tuple(forms), kind)).to_series().to_list()


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        ("%d.%m.%Y", "31.12.2024", "2024-12-31"),
        ("%d.%m.%Y", "1.2.2024", "2024-02-01"),
        ("%m/%d/%Y", "12/31/2024", "2024-12-31"),
        ("%Y.%m.%d", "2024.12.31", "2024-12-31"),
        ("%d%m%Y", "31122024", "2024-12-31"),
        ("%Y%m%d", "20241231", "2024-12-31"),
        ("%d %b %Y", "31 Dec 2024", "2024-12-31"),
        ("%d.%m.%Y", "31.02.2024", "31.02.2024"),
        # No year 24: a form with four digits of the year takes four.
        ("%d.%m.%Y", "31.12.24", "31.12.24"),
        ("%d.%m.%y", "31.12.24", "2024-12-31"),
        # A spreadsheet ate the leading zero: 1 Oct 2024 or 10 Dec of the year 24 is not told.
        ("%d%m%Y", "1012024", "1012024"),
        ("%Y-%m-%d %H:%M:%S %z", "2012-01-01 23:13:25 -0500", "2012-01-01"),
    ],
)
def test_days(form, text, day):
    assert read([form], text) == [day]


def test_days_that_never_were_are_nothing():
    forms = ["%d%m%Y", "%d/%m/%Y", "%d.%m.%Y"]
    never = ["01011900", "01/01/1900", "00.00.0000", "00000000", "1900-01-01"]
    assert read(forms, *never) == [None] * 5
    assert read([], "1900-01-01", "1900-01-01T00:00:00Z", "2024-01-01", None) == [
        None, None, "2024-01-01", None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "text", "moment"),
    [
        # An offset tells the moment, and is not lost.
        ("%Y-%m-%d %H:%M:%S %z", "2012-01-01 11:13:25 -0500", "2012-01-01T16:13:25.000000Z"),
        ("%d.%m.%Y %H:%M:%S", "31.12.2024 10:30:00", "2024-12-31T10:30:00.000000"),
        ("%d.%m.%Y", "31.12.2024", "2024-12-31T00:00:00.000000"),
        ("%m/%d/%Y %I:%M %p", "12/31/2024 10:30 PM", "2024-12-31T22:30:00.000000"),
        ("%d.%m.%Y %H:%M:%S", "31.12.2024 24:00:00", "31.12.2024 24:00:00"),
    ],
)
def test_moments(form, text, moment):
    assert read([form], text, kind="timestamp") == [moment]


def test_only_the_order_of_day_and_month_is_contested():
    assert contested(("%d/%m/%Y", "%m/%d/%Y")) == [("%d/%m/%Y", "%m/%d/%Y")]
    assert contested(("%d.%m.%Y", "%m/%d/%Y", "%Y-%m-%d")) == []


@pytest.fixture
def repairs(network):
    network.home.mappings.mkdir(parents=True)
    (network.home.mappings / "m.yml").write_text(MAPPING, "utf-8")
    (network.home.mappings / "i.yml").write_text(ITEMS, "utf-8")
    return network


def checked(network, text):
    path = network.put("R1.csv", text)
    (report,) = check_file(path, home=network.home, settings=network.settings)
    return report


@pytest.mark.parametrize(
    ("days", "found", "form"),
    [
        (["02/01/2024", "13/01/2024"], [date(2024, 1, 2), date(2024, 1, 13)], "%d/%m/%Y"),
        (["02/01/2024", "01/13/2024"], [date(2024, 2, 1), date(2024, 1, 13)], "%m/%d/%Y"),
        (["02/02/2024", "03/03/2024"], [date(2024, 2, 2), date(2024, 3, 3)], "%d/%m/%Y"),
    ],
)
def test_the_dates_of_a_file_decide_together(repairs, days, found, form):
    lines = "".join(f"NYC,{at},{day}\n" for at, day in enumerate(days))
    repairs.put("R1.csv", "Shop,No,In\n" + lines)
    repairs.take_in()
    assert repairs.table("repairs").sort("_line_no")["received_on"].to_list() == found
    assert checked(repairs, "Shop,No,In\n" + lines).findings["dates of In"] == form


def test_dates_that_nobody_can_tell_are_refused_in_words(repairs):
    report = checked(repairs, "Shop,No,In\nNYC,1,03/03/2024\nNYC,2,02/01/2024\n")
    assert report.status == "refused"
    assert "02/01/2024 on line 3 is %d/%m/%Y or %m/%d/%Y" in report.reason
    report = checked(repairs, "Shop,No,In\nNYC,1,13/01/2024\nNYC,2,01/13/2024\n")
    assert "two ways: 13/01/2024 on line 2, 01/13/2024 on line 3" in report.reason


CLOSINGS = """\
system: tool
export: closings
dataset: till_closings
files: 'Z*.csv'
time_zone: Europe/Paris
constants:
  {store_id: PAR, register_id: R1, tender_type: cash, closing_status: final, declared_amount: 1}
columns:
  z_number: No
  business_date: {constant: 2024-01-31}
  opened_at: {from: At, dates: FORMS}
"""


@pytest.mark.parametrize(
    ("forms", "first", "second", "wanted"),
    [
        ("['%d/%m/%Y', '%m/%d/%Y']", "31/01/2024", "02/01/2024", (30, 23, 1, 23)),
        ("['%d/%m/%Y', '%m/%d/%Y']", "2/1/24", "31/01/2024", (None, None, 30, 23)),
        (
            "['%d/%m/%Y %H:%M %z', '%m/%d/%Y %H:%M %z']",
            "31/01/2024 10:00 -0500",
            "02/01/2024 10:00 +0100",
            (31, 15, 2, 9),
        ),
    ],
)
def test_moments_whose_day_was_contested(network, forms, first, second, wanted):
    network.home.mappings.mkdir(parents=True)
    (network.home.mappings / "z.yml").write_text(
        CLOSINGS.replace("FORMS", forms) + "reject_tolerance: 0.9\n", "utf-8"
    )
    outcome = network.one("Z1.csv", f"No,At\n1,{first}\n2,{second}\n")
    assert outcome.status == "accepted", outcome.reason
    found = dict(network.table("till_closings").select("z_number", "opened_at").iter_rows())
    told = [found.get("1"), found.get("2")]
    days = [part for one in told for part in ((one.day, one.hour) if one else (None, None))]
    assert tuple(days) == wanted


@pytest.mark.parametrize(
    "rule", ["{template: '{Day} {Hour}', dates: F}", "{from: Day, replace: {'^x': ''}, dates: F}"]
)
def test_forms_that_no_header_could_decide_are_refused_in_the_mapping(tmp_path, rule):
    path = tmp_path / "z.yml"
    forms = "['%d/%m/%Y %H:%M', '%m/%d/%Y %H:%M']"
    told = CLOSINGS.replace("{from: At, dates: FORMS}", rule.replace("dates: F", f"dates: {forms}"))
    path.write_text(told, "utf-8")
    with pytest.raises(MappingError, match=r"line 11, key columns.opened_at: %d/%m/%Y %H:%M and"):
        read_mapping(path, load_contract())


def test_no_message_shows_a_birthday(repairs):
    (repairs.home.mappings / "c.yml").write_text(CLIENTS, "utf-8")
    path = repairs.put("C1.csv", "Id,Born\n1,03/03/1960\n2,02/01/1970\n")
    (report,) = check_file(path, home=repairs.home, settings=repairs.settings)
    assert report.status == "refused"
    assert "on line 3 is %d/%m/%Y or %m/%d/%Y" in report.reason
    assert "1970" not in report.reason


def test_a_damaged_number_within_a_key_is_found(repairs):
    report = checked(repairs, "Shop,No,In\nNYC,1.23457E+12,13/01/2024\nNYC,7,13/01/2024\n")
    assert [(one.line_no, one.column, one.rule) for one in report.first_reasons] == [
        (2, "repair_id", "intact identifier")
    ]


def test_a_part_of_a_key_that_may_be_empty(repairs):
    header = "Shop,No,Lot,In,Promised\n"
    repairs.put("R1.csv", header + "NYC,1,,13/01/2024,31.12.24\nNYC,1,-B,13/01/2024,00.00.0000\n")
    repairs.take_in()
    rows = repairs.table("repairs").sort("_line_no")
    assert rows["repair_id"].to_list() == ["NYC-1", "NYC-1-B"]
    assert rows["promised_on"].to_list() == [date(2024, 12, 31), None]


def test_words_for_true_and_false(repairs):
    words = ["X", "-", "x", "Y", "n", "1", "0", "TRUE", "no"]
    lines = "".join(f"{at},a,{word}\n" for at, word in enumerate(words))
    outcome = repairs.one("I1.csv", "Ref,Name,Serial\n" + lines + "9,a,maybe\n")
    assert (outcome.rows_loaded, outcome.rows_rejected) == (9, 1)
    told = repairs.table("items").sort("_line_no")["is_serialized"].to_list()
    assert told == [True, False, True, True, False, True, False, True, False]


def test_a_moment_of_the_year_1900_is_still_told(repairs):
    assert read(["%Y-%m-%d"], "1900-01-02") == ["1900-01-02"]
    assert datetime.fromisoformat(read([], "1900-01-02")[0]) == datetime(1900, 1, 2)
