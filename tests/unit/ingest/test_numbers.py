"""One parser for every way of writing a number, and one style for a whole file."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.mapping.layout import Numbers
from pipelines.ingest.numbers import Votes, plain, shown
from pipelines.ingest.readers import Refused

COMMA = Numbers(decimal=",", thousands=".")
SPACED = Numbers(decimal=",", thousands=" ")
POINT = Numbers(decimal=".", thousands=",")


def one(text: str, style: Numbers) -> str:
    return plain(pl.Series([text]), style)[0]


@pytest.mark.parametrize(
    ("text", "style", "number"),
    [
        ("1.234,56-", COMMA, "-1234.56"),
        ("1.234.567,891", COMMA, "1234567.891"),
        ("1 234,50", SPACED, "1234.50"),
        ("1\u00a0234,50", SPACED, "1234.50"),
        ("1\u202f234,50-", SPACED, "-1234.50"),
        ("(45.10)", POINT, "-45.10"),
        ("($12.00)", POINT, "-12.00"),
        ("$1,234.56", POINT, "1234.56"),
        ("-$5.10", POINT, "-5.10"),
        ("12,00 €", COMMA, "12.00"),
        ("3-", POINT, "-3"),
        ("\u22127", POINT, "-7"),
        ("+5", POINT, "5"),
        (".5", POINT, "0.5"),
        ("5,", COMMA, "5"),
        ("1'234.50", Numbers(thousands="'"), "1234.50"),
        ("1,000", POINT, "1000"),
        ("1,000", COMMA, "1.000"),
    ],
)
def test_the_one_parser(text, style, number):
    assert one(text, style) == number
    assert one(number, Numbers()) == number


@pytest.mark.parametrize(
    "text",
    ["1,23,456", "12,34.5", "--3", "-3-", "(3", "3)", "(-3)", "-", "", "1.23457E+12", "n/a", "$"],
)
def test_what_is_no_number_stays_to_be_set_aside(text):
    assert one(text, POINT).removesuffix(" (the decimal sign should be a point)") == text


def test_the_other_decimal_sign_is_never_taken_for_this_one():
    assert one("1.5", COMMA) == "1.5 (the decimal sign should be a comma)"
    assert one("1,5", POINT) == "1,5 (the decimal sign should be a point)"
    assert one("1.5", SPACED) == "1.5 (the decimal sign should be a comma)"
    group = " (the sign between its thousands is not the one expected)"
    assert one("1.234.567,89-", SPACED) == "1.234.567,89-" + group
    assert one("1,234.5", SPACED) == "1,234.5 (the decimal sign should be a comma)"


def test_the_text_that_was_given_is_left_alone():
    given_text = pl.Series(["1,5", None, "2"])
    assert plain(given_text, COMMA).to_list() == ["1.5", None, "2"]
    assert given_text.to_list() == ["1,5", None, "2"]


def style(*columns: list[str]) -> Numbers:
    votes = Votes()
    for column in columns:
        votes.add(
            pl.Series(column, dtype=pl.String),
            pl.int_range(2, 2 + len(column), eager=True),
        )
    return votes.style()


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ([["1.234", "2.000"], ["12,50", "7"]], COMMA),
        ([["1,234", "2,000"], ["12.50", "7"]], POINT),
        ([["1.234.567"], ["1.000"]], COMMA),
        ([["3,000", "1.250,00-"]], COMMA),
        ([["3,000", "0,5"]], Numbers(decimal=",")),
        ([["3.000", "1234.567"]], Numbers()),
        ([["1\u202f234,50", "1 000,00"]], SPACED),
        ([["1 234", "12"]], Numbers(thousands=" ")),
        ([["1'234.50"]], Numbers(thousands="'")),
        ([["(45.10)", "$1,234.56"]], POINT),
        ([["12", "7", "-3"]], Numbers()),
        ([["17.3-", "LOT-1.2,3"]], Numbers()),
        ([[]], Numbers()),
    ],
)
def test_a_file_votes_for_its_style(columns, found):
    assert style(*columns) == found


def test_a_file_of_numbers_that_could_be_either_is_refused_in_words():
    with pytest.raises(Refused, match=r"1\.234 on line 3 is 1234 or 1\.234.*like it.*decimals"):
        style(["7", "1.234", "2.000"])
    with pytest.raises(Refused, match="two ways"):
        style(["1.234", "1,234"])


def test_two_styles_in_one_file_are_refused_unless_the_odd_ones_cannot_be_misread():
    with pytest.raises(Refused, match=r"12,50 on line 2, 7\.25 on line 4"):
        style(["12,50", "1.234", "7.25"])
    assert style(["12,50"] * 9 + ["7.25"]) == Numbers(decimal=",")
    assert one("7.25", Numbers(decimal=",")).startswith("7.25 (")


@given(
    st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1, max_size=30),
    st.sampled_from([COMMA, POINT, SPACED, Numbers(thousands="'"), Numbers(decimal=",")]),
    st.sampled_from(["-{}", "{}-", "({})"]),
)
def test_what_is_written_in_a_style_is_read_in_it(numbers, given_style, minus):
    def written(number):
        text = f"{abs(number):,.2f}".replace(",", "\0").replace(".", given_style.decimal)
        text = text.replace("\0", given_style.thousands or "")
        return minus.format(text) if number < 0 else text

    column = [written(number) for number in numbers]
    voted = style(column)
    assert voted.decimal == given_style.decimal
    read = plain(pl.Series(column), voted).to_list()
    assert [f"{number:.2f}".replace("-0.00", "0.00") for number in numbers] == [
        text.replace("-0.00", "0.00") for text in read
    ]


def test_a_style_is_shown_as_an_example():
    assert shown(COMMA) == "1.234,56"
    assert shown(Numbers()) == "1234.56"


TICKETS = """\
system: till
export: tickets
dataset: sales_lines
files: {regex: '(?P<store_id>[A-Z]+)_(?P<business_date>\\d{8})\\.csv'}
delimiter: auto
numbers: auto
constants:
  register_id: R1
  transaction_status: completed
  line_type: merchandise
  sale_channel: in_store
  currency: USD
columns:
  transaction_id: Ticket
  line_number: {from: _line_no}
  store_id: {file: store_id}
  business_date: {file: business_date}
  item_id: Ref
  quantity: Qty
  net_amount: {product: [Qty, Price]}
  tax_amount: Tax
filters:
  - {reason: nothing sold, where: [{column: Price, below: 0.01}]}
"""
ROWS = [
    ("T1", "1.234", "1", "2500", "221.88"),
    ("T2", "A7", "-2", "12345.5", "-2191.33"),
    ("T3", "A8", "1", "0", "0"),
    ("T4", "A9", "1", "1234", "109.52"),
]


@pytest.mark.parametrize(
    ("given_style", "minus"),
    [
        (COMMA, "{}-"),
        (POINT, "({})"),
        (SPACED, "-{}"),
        (Numbers(thousands="'"), "{}-"),
        (Numbers(), "-{}"),
        (Numbers(decimal=","), "({})"),
    ],
    ids=str,
)
def test_one_export_in_every_style_gives_the_same_rows(network, given_style, minus):
    def written(number: str) -> str:
        text = f"{abs(float(number)):,.2f}".removesuffix(".00")
        text = text.replace(",", "\0").replace(".", given_style.decimal)
        text = text.replace("\0", given_style.thousands or "")
        return minus.format(text) if number.startswith("-") else text

    network.home.mappings.mkdir(parents=True)
    (network.home.mappings / "m.yml").write_text(TICKETS, "utf-8")
    lines = [(ticket, ref, *map(written, numbers)) for ticket, ref, *numbers in ROWS]
    text = "\n".join(";".join(line) for line in [("Ticket", "Ref", "Qty", "Price", "Tax"), *lines])
    outcome = network.one("NYC_20240102.csv", text)
    assert (outcome.rows_loaded, outcome.rows_skipped) == (3, 1), outcome.reason
    rows = network.table("sales_lines").sort("_line_no")
    told = rows.select("item_id", "quantity", "net_amount", "tax_amount").rows()
    assert [tuple(map(str, row)) for row in told] == [
        # An id is no number, whatever it looks like.
        ("1.234", "1.000", "2500.00", "221.88"),
        ("A7", "-2.000", "-24691.00", "-2191.33"),
        ("A9", "1.000", "1234.00", "109.52"),
    ]


def test_a_big_file_votes_as_a_whole(network):
    network.home.mappings.mkdir(parents=True)
    (network.home.mappings / "m.yml").write_text(TICKETS, "utf-8")
    # Only the last line tells what 1.000 is; more than a megabyte stands above it.
    lines = [f"T{at};A;1;1.000;0" for at in range(70_000)] + ["T;A;1;12,50;0"]
    outcome = network.one("NYC_20240102.csv", "Ticket;Ref;Qty;Price;Tax\n" + "\n".join(lines))
    assert outcome.rows_loaded == 70_001, outcome.reason
    assert str(network.table("sales_lines")["net_amount"].sum()) == "70000012.50"
    outcome = network.one("NYC_20240103.csv", "Ticket;Ref;Qty;Price;Tax\n" + "\n".join(lines[:-1]))
    assert outcome.status == "refused"
    assert "1.000 on line 2 is 1000 or 1, and no number of the file tells" in outcome.reason
