"""Cegid Retail Y2: what each line of the example files became, trap by trap (domain.md 1.1.4)."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from tests.unit.ingest.mapping_examples import Examples
from tests.unit.ingest.workbook_files import FORMATS, make


@pytest.fixture
def cegid(network):
    return Examples(network, "cegid_y2")


def take(cegid, name, dataset, tolerance=None):
    """The rows of an example, which reaches the landing folder as Y2 writes it: in UTF-16."""
    return cegid.take(name, dataset, encoding="utf-16", tolerance=tolerance)


def test_articles(cegid):
    rows = take(cegid, "ARTICLE_20260520.csv", "items", tolerance=0.5)
    # Padded keys: the code, and the size behind one blank; never what GA_CODEARTICLE says alone.
    assert {line: row["item_id"] for line, row in rows.items()} == {
        2: "RG-1007",
        4: "BR-2001 052",
        5: "CK-3007",
    }
    assert rows[5]["gtin"] == "0012345678905"
    assert rows[2]["unit_cost"] == Decimal("1234.5678")
    assert rows[2]["unit_retail_price"] == Decimal("3400")  # HT, not TTC
    assert [rows[line]["is_serialized"] for line in (2, 4, 5)] == [True, True, False]
    assert rows[2]["item_name"] == "Bague Étoile 1"
    assert cegid.skipped() == {
        "generic item, its sizes are listed one by one": 1,
        "financial operation, no goods": 1,
    }
    assert cegid.rejected() == [(7, "is_serialized", "known code")]


def test_stock_counts_the_current_state_once(cegid):
    rows = take(cegid, "DISPO_NYC_20260520.csv", "stock_snapshots")
    assert list(rows) == [2, 6]
    assert rows[2]["item_id"] == "RG-1007"
    assert rows[2]["serial_number"] == "RG000042"
    assert (rows[2]["quantity"], rows[2]["unit_cost"]) == (Decimal(1), Decimal("1234.5678"))
    assert rows[2]["business_date"] == date(2026, 5, 20)
    assert rows[6]["quantity"] == Decimal(-2)  # negative stock happens and is kept
    assert cegid.skipped() == {
        "closed snapshot, not the current stock": 2,
        "nothing on hand": 1,
    }


def test_receipt_lines(cegid):
    rows = take(cegid, "LIGNE_FFO_NYC_20260520.csv", "sales_lines", tolerance=0.5)
    told = {
        line: (row["transaction_id"], row["line_number"], row["line_type"], row["item_id"])
        for line, row in rows.items()
    }
    assert told == {
        2: ("FFO|NY1|1042|0", 1, "merchandise", "RG-1007"),
        4: ("FFO|NY1|1042|0", 3, "service", "GRAVURE"),
        6: ("FFO|NY1|1043|0", 1, "merchandise", "BR-2001 052"),
        # The same number in another series is another receipt.
        7: ("FFO|NY2|1042|0", 1, "deposit", None),
        8: ("FFO|NY2|1043|0", 1, "financial", None),
        9: ("FFO|NY2|1044|0", 1, "gift_card", None),
    }
    sale, back = rows[2], rows[6]
    # HT, both discounts, all five taxes.
    assert sale["regular_unit_price"] == Decimal(3400)
    assert (sale["discount_amount"], sale["net_amount"]) == (Decimal(400), Decimal(3000))
    assert sale["tax_amount"] == Decimal("266.25")
    assert sale["receipt_series"] == "NY1"
    assert (sale["receipt_number"], sale["client_id"]) == (1042, "C0042")
    # A return is a negative quantity; rung after midnight, booked on the day before.
    assert (back["quantity"], back["net_amount"]) == (Decimal(-1), Decimal(-2150))
    assert back["tax_amount"] == Decimal("-190.81")
    assert back["business_date"] == date(2026, 5, 20)
    assert back["sold_at"] == datetime(2026, 5, 21, 4, 12)
    assert sale["sold_at"] == datetime(2026, 5, 20, 18, 5, 9)
    assert cegid.skipped() == {
        "not a till receipt": 1,
        "comment or total, no line of sale": 2,
    }
    # A kind of article nobody has told us about is not guessed at.
    assert cegid.rejected() == [(10, "line_type", "required")]


def test_payments(cegid):
    rows = take(cegid, "PIEDECHE_NYC_20260520.csv", "tenders", tolerance=0.5)
    told = {line: (row["tender_type"], row["tender_amount"]) for line, row in rows.items()}
    assert told == {
        2: ("deposit_applied", Decimal(500)),  # 006: no money of that day
        3: ("card", Decimal("2520.69")),
        4: ("account", Decimal(300)),  # 007: still owed
        5: ("cash", Decimal("-2340.81")),
        6: ("cash", Decimal(500)),
    }
    assert (rows[6]["foreign_amount"], rows[6]["foreign_currency"]) == (Decimal("462.50"), "EUR")
    assert (rows[3]["foreign_amount"], rows[3]["foreign_currency"]) == (None, None)
    assert rows[3]["authorization_code"] == "A1B2C3"
    assert rows[3]["transaction_id"] == "FFO|NY1|1042|0"
    assert cegid.rejected() == [(7, "tender_type", "known code")]
    assert cegid.skipped() == {"not a till receipt": 1}


def test_till_closings(cegid):
    rows = take(cegid, "CTRLCAISMT_NYC_20260520.csv", "till_closings")
    told = {
        line: (row["register_id"], row["tender_type"], row["closing_status"], row["closed_at"])
        for line, row in rows.items()
    }
    closed = datetime(2026, 5, 21, 0, 10)
    assert told == {
        2: ("01", "cash", "final", closed),
        3: ("01", "card", "final", closed),
        4: ("02", "cash", "open", None),  # 1900-01-01 is no day
    }
    assert (rows[2]["declared_amount"], rows[2]["counted_amount"]) == (
        Decimal("-2340.81"),
        Decimal("-1840.86"),
    )
    assert (rows[2]["opening_float"], rows[2]["z_number"]) == (Decimal(500), "0311")
    assert cegid.skipped() == {"till not opened that day": 1}


def test_traffic_of_a_day_has_no_hour(cegid):
    rows = take(cegid, "JOURSETAB_20260520.csv", "store_traffic")
    assert [(row["store_id"], row["hour"], row["visitors"]) for row in rows.values()] == [
        ("NYC", None, 48)
    ]
    assert cegid.skipped() == {"nobody typed the visitors in": 1}


def test_movements_take_their_sign_from_the_nature(cegid):
    rows = take(cegid, "LIGNE_STOCK_NYC_20260520.csv", "stock_movements")
    told = {
        line: (row["movement_type"], row["quantity"], row["document_id"])
        for line, row in rows.items()
    }
    assert told == {
        2: ("transfer_out", Decimal(-1), "TEM|ST|77|0"),
        3: ("transfer_in", Decimal(1), "TRE|ST|12|0"),
        5: ("sale", Decimal(-1), "FFO|NY1|1042|0"),
        7: ("sale_return", Decimal(1), "FFO|NY1|1043|0"),
        8: ("adjustment", Decimal(-2), "SEX|ST|5|0"),
        9: ("adjustment", Decimal(1), "EEX|ST|6|0"),
        10: ("count_adjustment", Decimal(-1), "INV|ST|9|0"),
    }
    assert [rows[line]["transfer_id"] for line in (2, 3, 5)] == ["T-77", "T-61", None]
    assert [rows[line]["source_transaction_id"] for line in (2, 5)] == [None, "FFO|NY1|1042|0"]
    assert (rows[2]["counterpart_store_id"], rows[8]["reason_code"]) == ("LAX", "CASSE")
    assert cegid.skipped() == {
        "transfer not validated yet": 1,
        "a nature of document that moves no stock": 1,
        "service or financial operation, no goods": 1,
    }


def test_count_lists(cegid):
    rows = take(cegid, "LISTEINVENT_20260520.csv", "count_plans")
    assert [(row["count_id"], row["store_id"], row["status"]) for row in rows.values()] == [
        ("INV0042", "NYC", "approved"),
        ("INV0043", "LAX", "counting"),
    ]


def test_raw_scans_keep_what_cegid_loses(cegid):
    rows = take(cegid, "TRANSINVLIG_INV0042_20260520.csv", "count_scans")
    told = [(r["scan_number"], r["item_id"], r["zone"], r["quantity"]) for r in rows.values()]
    assert told == [
        (2, "RG-1007", "SALON", Decimal(1)),
        (3, "9780201379624", "SALON", Decimal(1)),  # a barcode Cegid does not know
        (4, "RG-1007", "VAULT", Decimal(1)),  # the same line number in another upload
    ]
    assert {row["count_id"] for row in rows.values()} == {"INV0042"}
    assert rows[2]["scanned_at"] == datetime(2026, 5, 20, 4)


def test_a_zero_of_an_integrated_list_is_no_count(cegid):
    rows = take(cegid, "LISTEINVLIG_INV0042_20260520.csv", "count_scans")
    assert [(row["item_id"], row["quantity"]) for row in rows.values()] == [("RG-1007", Decimal(2))]
    assert cegid.skipped() == {"not counted yet": 1, "zero, which may mean not counted": 1}


def test_clients_are_no_suppliers(cegid):
    rows = take(cegid, "TIERS_20260520.csv", "clients")
    assert list(rows) == [2, 3]
    assert (rows[2]["client_id"], rows[2]["postal_code"]) == ("C0042", "00501")
    assert (rows[2]["created_on"], rows[3]["created_on"]) == (date(2019, 3, 14), None)
    assert cegid.skipped() == {"supplier or other third party, no client": 1}


ARTICLES = (
    "GA_ARTICLE;GA_CODEBARRE;GA_LIBELLE;GA_STATUTART;GA_TYPEARTICLE;GA_FAMILLENIV1;GA_LOT;GA_PMRP"
)


def test_a_list_saved_from_the_screen_has_titles_above_and_totals_below(cegid, network):
    lines = [
        "Liste des articles \u2013 prix en \u20ac", "\u00c9dit\u00e9 le 05/01/2026;;;;;;;",
        "", ARTICLES,
        "RG1;3700000000014;Bague;DIM;MAR;RING;X;1\u00a0234,50", ARTICLES,
        "CH3;3700000000038;Cha\u00eene;DIM;MAR;CHAIN;-;45,1", "Total : 2;;;;;;;",
    ]  # fmt: skip
    network.put("ARTICLE_20260105.csv", "\r\n".join(lines).encode("cp1252"))
    (outcome,) = [one for one in network.take_in().files if one.dataset == "items"]
    assert (outcome.status, outcome.lines_read, outcome.rows_loaded) == ("accepted", 7, 2)
    rows = network.table("items").sort("_line_no")
    assert rows.select("_line_no", "item_name", "unit_cost").rows() == [
        (5, "Bague", Decimal("1234.5")),
        (7, "Cha\u00eene", Decimal("45.1")),
    ]
    assert cegid.skipped() == {
        "line above the header": 3, "repeated header": 1, "total": 1,
    }  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
def test_a_list_opened_in_a_spreadsheet_and_saved_as_a_workbook(cegid, network, form):
    head = [
        "GPE_NATUREPIECEG", "GPE_SOUCHE", "GPE_NUMERO", "GPE_INDICEG",
        "GPE_NUMECHE", "GPE_ETABLISSEMENT", "GPE_CAISSE", "GPE_DATEPIECE",
        "GP_DATECREATION", "GP_HEURECREATION", "MP_TYPEMODEPAIE", "GPE_MONTANTECHE",
        "GPE_DEVISEESP", "GPE_MONTANTENCAIS", "GP_DEVISE", "GP_TIERS",
    ]  # fmt: skip
    day = date(2026, 1, 5)
    row = ["FFO", "S1", 7, 0, 1, "NYC", "C1", day, day, "11:02:03", "001", 1234.5, "USD", 0, "USD"]
    # Excel makes a number of the code: 001 is 1 then.
    rows = [["R\u00e8glements"], head, [*row, "C1"], [*row[:4], 2, *row[5:10], 5, *row[11:], "C1"]]
    network.put(f"PIEDECHE_NYC_20260105.{form}", make(form, {"a": rows}))
    (outcome,) = [one for one in network.take_in().files if one.dataset == "tenders"]
    assert (outcome.status, outcome.rows_loaded) == ("accepted", 2), outcome.reason
    told, other = network.table("tenders").to_dicts()
    assert (told["tender_type"], other["tender_type"]) == ("cash", "card")
    assert told["transaction_id"] == "FFO|S1|7|0"
    assert told["tendered_at"] == datetime(2026, 1, 5, 16, 2, 3)
    assert told["tender_amount"] == Decimal("1234.5")


def test_visitors_in_thousands(cegid, network):
    head = "GJE_ETABLISSEMENT;GJE_JOURNEE;GJE_NBENTREES"
    lines = [head, "NYC;05/01/2026;1\u00a0204", "LAX;05/01/2026;1 204", "Total;;2\u202f408"]
    network.put("JOURSETAB_20260105.csv", "\n".join(lines))
    network.take_in()
    assert network.table("store_traffic")["visitors"].to_list() == [1204, 1204]
    assert cegid.skipped() == {"total": 1}


def test_what_was_expected_is_told_in_the_words_of_the_file(cegid, network):
    head = "T_TIERS;T_NATUREAUXI;T_LIBELLE;T_VILLE;T_CODEPOSTAL;T_PAYS;T_DATECREATION"
    lines = [head, "C1;CLI;A;B;1;US;31/02/2020", *[f"C{n};CLI;A;B;1;US;" for n in range(2, 30)]]
    network.put("TIERS_20260105.csv", "\n".join(lines))
    lines = ["GQ_ARTICLE;GQ_DEPOT;GQ_CLOTURE;GQ_PHYSIQUE;GQ_PMRP", "RG1;NYC;-;1;1.234,50"]
    network.put("DISPO_NYC_20260105.csv", "\n".join([*lines, *["RG2;NYC;-;1;2"] * 12]))
    network.take_in()
    told = network.table("rejected_rows").select("column_name", "value", "expected").rows()
    assert sorted(told)[0] == (
        "created_on",
        "31/02/2020",
        "a date such as 31/12/2024 or 31/12/2024 18:05:00, in T_DATECREATION",
    )  # fmt: skip
    assert (
        "unit_cost",
        "1.234,50 (the sign between its thousands is not the one expected)",
        "a number such as 1250,50, in GQ_PMRP",
    ) in told


@pytest.mark.parametrize("sign", [",", "\t", "|"])
def test_a_list_saved_again_with_another_separator(cegid, network, sign):
    row = 'RG1;3700000000014;Bague;DIM;MAR;RING;X;"1 234,50"'
    text = f"{ARTICLES}\n{row}\n".replace(";", sign)
    network.put("ARTICLE_20260105.csv", text)
    (outcome,) = [one for one in network.take_in().files if one.dataset == "items"]
    assert (outcome.status, outcome.rows_loaded) == ("accepted", 1), outcome.reason
    assert network.table("items")["unit_cost"].to_list() == [Decimal("1234.5")]


def test_a_web_page_called_a_list_is_refused_in_words(cegid, network):
    network.put(
        "ARTICLE_20260105.csv", "<!DOCTYPE html><html><body>Session expir\u00e9e</body></html>"
    )
    (outcome,) = [one for one in network.take_in().files if one.dataset == "items"]
    assert outcome.status == "refused"
    assert "it is a web page" in outcome.reason
