"""A line set aside is missing on one store-day: that day says so, however many its file holds."""

import polars as pl
import pytest

from pipelines.settings import Settings
from tests.unit.ingest.ingest_exports import STORES

ORDERS = "store,till,day,ticket,kind,amount,note"


def aside(network):
    """Lines set aside, by store-day, as the checks of a day count them."""
    table = network.table("file_scopes").filter(pl.col("rejected_count") > 0)
    return {
        (store, str(day)): count
        for store, day, count in table.select(
            "store_id", "business_date", "rejected_count"
        ).iter_rows()
    }


MAPPING = """
system: house
export: payments
dataset: tenders
files: {regex: '(?:.*/)?house/(?P<part>[^/]+)\\.csv'}
%s
columns:
  transaction_id: ticket
  tender_number: {from: _line_no}
  store_id: store
  register_id: till
  business_date: day
  tender_type: {from: kind, codes: {C: cash}}
  tender_amount: amount
  currency: note
"""


@pytest.mark.parametrize(
    "part", ["", "scope_part: {file: part}", "scope_part: {column: register_id}"]
)
def test_unknown_codes_and_bad_numbers_count_on_their_day(network, part):
    network.home.mappings.mkdir(parents=True)
    (network.home.mappings / "payments.yml").write_text(MAPPING % part)
    network.put("stores_20240101.csv", STORES)
    good = [f"NYC,R1,2024-03-0{day},{day}{at},C,5,USD" for day in (1, 2) for at in range(20)]
    bad = ["NYC,R1,2024-03-02,X1,Z,5,USD", "NYC,R1,2024-03-02,X2,C,five,USD"]
    network.put("house/a.csv", "\n".join([ORDERS, *good, *bad]) + "\n")
    assert {one.status for one in network.take_in().files} == {"accepted"}
    assert aside(network) == {("NYC", "2024-03-02"): 2}


def test_a_line_of_a_poslog_counts_on_its_day(network):
    network.settings = Settings(quiet_seconds=0, default_time_zone="America/New_York")

    def receipt(day, number, more=""):
        return (
            "<Transaction><RetailStoreID>9</RetailStoreID><WorkstationID>1</WorkstationID>"
            f"<SequenceNumber>{number}</SequenceNumber><BusinessDayDate>{day}</BusinessDayDate>"
            f"<EndDateTime>{day}T12:00:00</EndDateTime><CurrencyCode>USD</CurrencyCode>"
            "<RetailTransaction><LineItem><SequenceNumber>1</SequenceNumber><Sale><ItemID>A</ItemID>"
            "<ExtendedAmount>5</ExtendedAmount><Quantity>1</Quantity></Sale></LineItem>"
            f"{more}</RetailTransaction></Transaction>\n"
        )

    odd = "<LineItem><SequenceNumber>2</SequenceNumber><Odd><Amount>3</Amount></Odd></LineItem>"
    told = [receipt(f"2024-03-0{day}", at) for day in (1, 2) for at in range(1, 20)]
    network.put(
        "poslog_ncr/a.xml", f"<POSLog>{''.join(told)}{receipt('2024-03-01', 99, odd)}</POSLog>"
    )
    network.take_in()
    assert aside(network) == {("9", "2024-03-01"): 1}
