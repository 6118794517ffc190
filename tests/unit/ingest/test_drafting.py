"""`loupe map` drafts what a person would write first: it reads its sample and marks its guesses."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner
from workbook_files import Look, make

from pipelines.cli import app
from pipelines.ingest.check import check_file
from pipelines.ingest.contracts import load_contract
from pipelines.ingest.drafting.draft import Draft, draft
from pipelines.ingest.drafting.looks import look_at
from pipelines.ingest.drafting.matching import words
from pipelines.ingest.mapping.loading import load_mappings, read_mapping
from pipelines.ingest.mapping.register import Register
from pipelines.ingest.readers import Refused
from pipelines.settings import SHIPPED_MAPPINGS, Home, Settings

CONTRACT = load_contract()


class Desk:
    """A person with a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = Home(folder / "home")
        self.zones: dict[str, str] = {}

    def put(self, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
        path = self.folder / "legacy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        return path

    def draft(self, path: Path, dataset: str | None = None) -> tuple[Draft, dict]:
        made = draft(path, CONTRACT, Settings(), zones=self.zones, dataset=dataset)
        return made, yaml.safe_load(made.text)

    def accepted(self, path: Path, made: Draft, rows: int, skipped: int = 0) -> Path:
        """The draft as it stands loads, claims the file by its name, and reads all of it."""
        kept = self.home.mappings / f"{made.export}.yml"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(made.text, "utf-8")
        mapping = read_mapping(kept, CONTRACT)
        assert mapping.claims(f"legacy/{path.name}") is not None
        (report,) = check_file(path, mapping.name, home=self.home, contract=CONTRACT)
        assert report.status == "accepted", (report.reason, made.text)
        assert (report.rows, report.rejected) == (rows, 0), made.text
        assert sum(report.skipped.values()) == skipped, report.skipped
        return kept


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


# ── six languages ────────────────────────────────────────────────────────────────────────────

COLUMNS = [
    "transaction_id",
    "line_number",
    "store_id",
    "register_id",
    "business_date",
    "item_id",
    "quantity",
    "net_amount",
    "tax_amount",
    "currency",
]
LANGUAGES = {
    "en": "Receipt,Line,Store,Till,Business date,SKU,Qty,Net amount,Tax,Currency",
    "fr": "N° ticket;Ligne;Magasin;Caisse;Date de vente;Code article;Qté;Montant HT;TVA;Devise",
    "de": "Bonnummer;Position;Filiale;Kasse;Datum;Artikelnummer;Menge;Nettobetrag;MwSt;Währung",
    "it": "Scontrino;Riga;Negozio;Cassa;Data;Codice articolo;Quantità;Importo netto;IVA;Valuta",
    "es": "Nº ticket;Línea;Tienda;Caja;Fecha;Referencia;Cantidad;Importe neto;IVA;Moneda",
    "pt": "Cupom;Linha;Loja;Caixa;Data;Código do produto;Quantidade;Valor líquido;Imposto;Moeda",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_headers_of_six_languages_are_known(desk, language):
    header = LANGUAGES[language]
    separator = "," if language == "en" else ";"
    rows = [
        ["1001", "1", "NYC", "T1", "14/02/2024", "BR-042", "1", "1250.50", "111.11", "USD"],
        ["1001", "2", "NYC", "T1", "14/02/2024", "BR-007", "-2", "-50.00", "0.00", "USD"],
        ["1002", "1", "LAX", "T1", "15/02/2024", "BR-007", "1", "12345.00", "9.00", "USD"],
    ]
    if language != "en":
        rows = [[cell.replace(".", ",") for cell in row] for row in rows]
    text = "\n".join([header, *(separator.join(row) for row in rows)]) + "\n"
    path = desk.put("ventes_2024.csv", text, "utf-8" if language == "en" else "cp1252")
    made, told = desk.draft(path)
    assert made.dataset == "sales_lines"
    names = header.split(separator)
    for column, name in zip(COLUMNS, names, strict=True):
        rule = told["columns"][column]
        assert (rule if isinstance(rule, str) else rule["from"]) == name, made.text
    assert told["columns"]["business_date"]["dates"] == ["%d/%m/%Y"]
    assert "line_type" in told["constants"]
    assert ("numbers" in told) == (language != "en")
    if language != "en":
        assert told["numbers"]["decimal"] == ","
        assert told["encoding"] == "cp1252"
        assert told["delimiter"] == ";"
    desk.accepted(path, made, 3)


def test_what_is_sure_is_plain_and_what_is_not_is_marked(desk):
    path = desk.put(
        "people.csv",
        "Store,Day,Visitors,Weather\nNYC,2024-02-14,120,rain\nNYC,2024-02-15,80,sun\n",
    )
    made, told = desk.draft(path)
    lines = {line.split(":")[0].strip(): line for line in made.text.splitlines()}
    assert made.dataset == "store_traffic"
    for sure in ("store_id", "business_date", "visitors", "system"):
        assert "# check:" not in lines[sure]
    for guessed in ("dataset", "files", "ignore"):
        assert "# check:" in lines[guessed]
    assert told["ignore"] == ["Weather"]
    assert len(re.findall("# check:", made.text)) == len(made.doubts)
    desk.accepted(path, made, 2)


# ── how a file is written ────────────────────────────────────────────────────────────────────


def test_titles_totals_and_the_number_style_of_a_french_list(desk):
    text = (
        "Journal des encaissements;;;;\nédité le 15/02/2024;;;;\n\n"
        "Magasin;Ticket;Date;Mode de paiement;Montant\n"
        "NYC;1001;14/02/2024;Espèces;1 250,50\n"
        "NYC;1002;14/02/2024;CB;2 000,00\n"
        "NYC;1003;14/02/2024;Chèque cadeau;-20,00\n"
        "NYC;1004;14/02/2024;XPAY;30,00\n"
        "Total;;;;3 260,50\n"
    )
    path = desk.put("reglements.csv", text, "cp1252")
    made, told = desk.draft(path)
    assert made.dataset == "tenders"
    assert told["find_header"] is True
    assert told["numbers"] == {"decimal": ",", "thousands": " "}
    assert told["columns"]["tender_type"]["codes"] == {
        "Espèces": "cash",
        "CB": "card",
        "Chèque cadeau": "gift_card",
        "XPAY": "other",
    }
    assert "# check: what is XPAY?" in made.text
    assert told["filters"][0]["reason"] == "total row"
    desk.accepted(path, made, 4, skipped=4)


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f"])
def test_whole_numbers_with_spaces_between_thousands(desk, space):
    rows = [f"P01;05/01/2026;10;1{space}204", "P01;13/01/2026;11;12"]
    path = desk.put("visites.csv", "\n".join(["Magasin;Jour;Heure;Entrées", *rows]))
    made, says = desk.draft(path)
    assert (says["dataset"], says["columns"]["visitors"]) == ("store_traffic", "Entrées")
    assert says["numbers"]["thousands"] == " "
    desk.accepted(path, made, 2)


def test_utf_16_with_tabs(desk):
    text = "Store\tDay\tVisitors\r\nNYC\t2024-02-14\t12\r\n"
    for encoding in ("utf-16", "utf-16-le"):
        path = desk.put(f"traffic_{encoding}.txt", text, encoding)
        made, told = desk.draft(path)
        assert told["delimiter"] == "\t"
        assert told["encoding"].startswith("utf-16")
        desk.accepted(path, made, 1)


@pytest.mark.parametrize(
    ("days", "form", "is_doubtful"),
    [
        (["14/02/2024", "01/03/2024"], "%d/%m/%Y", False),
        (["02/14/2024", "03/01/2024"], "%m/%d/%Y", False),
        # Three days in a row: nobody exports the fourth of three months.
        (["03/04/2024", "04/04/2024", "05/04/2024"], "%d/%m/%Y", True),
        (["04/03/2024", "04/04/2024", "04/05/2024"], "%m/%d/%Y", True),
        (["20240214", "20240301"], "%Y%m%d", False),
        (["14022024", "01032024"], "%d%m%Y", False),
        (["14.02.24", "01.03.24"], "%d.%m.%y", False),
        (["2024.02.14", "2024.03.01"], "%Y.%m.%d", False),
    ],
)
def test_the_form_of_dates(desk, days, form, is_doubtful):
    rows = "".join(f"NYC;{day};{at}\n" for at, day in enumerate(days))
    path = desk.put("traffic.csv", f"Magasin;Date;Visiteurs\n{rows}")
    made, told = desk.draft(path)
    assert told["columns"]["business_date"]["dates"] == [form]
    assert ("would fit too" in made.text) == is_doubtful
    desk.accepted(path, made, len(days))


def test_numbers_that_nothing_decides_are_marked(desk):
    path = desk.put("pieces.csv", "Store;Day;SKU;Qty;Stock status\nNYC;2024-02-14;A;3,000;ok\n")
    made, _ = desk.draft(path)
    (line,) = [one for one in made.text.splitlines() if one.startswith("numbers:")]
    assert "# check: nothing in the sample tells 1.234 from 1,234" in line


def test_the_name_of_the_file_gives_what_its_rows_do_not(desk):
    desk.zones = {"SFO": "America/Los_Angeles"}
    path = desk.put("Traffic_SFO_20240214_v2.csv", "Visitors\n12\n")
    made, told = desk.draft(path, "store_traffic")
    assert told["columns"]["store_id"] == {"file": "store_id"}
    assert told["columns"]["business_date"] == {"file": "business_date"}
    kept = desk.accepted(path, made, 1)
    mapping = read_mapping(kept, CONTRACT)
    other = mapping.claims("x/Traffic_NYC_20231231_v11.csv")
    assert other is not None
    assert (other.store_id, other.business_date) == ("NYC", date(2023, 12, 31))
    assert mapping.claims("Traffic_NYC_20241399_v1.csv") is None


def test_a_file_without_a_header_is_known_by_what_it_holds(desk):
    desk.zones = {"NYC": "America/New_York", "LAX": "America/Los_Angeles"}
    path = desk.put("counter.csv", "LAX,2024-02-14,12\nNYC,2024-02-14,15\n")
    made, told = desk.draft(path, "store_traffic")
    assert told["header"] == ["column_1", "column_2", "column_3"]
    assert told["columns"]["store_id"] == "column_1"
    assert told["columns"]["business_date"] == "column_2"
    assert "codes of stores known already" in made.text
    desk.accepted(path, made, 2)


def test_moments_local_times_and_ids_that_became_numbers(desk):
    text = (
        "Ticket,Store,Sold at,SKU,Qty,Net amount,Client\n"
        "1,NYC,02/14/2024 10:30,A1,1,$10.00,17850.0\n"
        "2,NYC,02/14/2024 11:30,A2,1,($12.50),17851.0\n"
    )
    path = desk.put("tickets.csv", text)
    made, told = desk.draft(path)
    assert told["columns"]["sold_at"] == {"from": "Sold at", "dates": ["%m/%d/%Y %H:%M"]}
    assert told["columns"]["business_date"]["from"] == "Sold at"
    assert "the day of a moment" in made.text
    assert told["columns"]["client_id"]["replace"] == {r"\.0$": ""}
    assert told["constants"]["currency"] == "USD"
    assert told["time_zone"] == "America/New_York"
    desk.accepted(path, made, 2)
    desk.zones = {"NYC": "Europe/Paris"}
    assert "time_zone" not in desk.draft(path)[1]


@pytest.mark.parametrize(
    ("name", "day", "rule"),
    [
        ("sales.csv", "14/02/2024", {"template": "{Day} {Time}", "dates": ["%d/%m/%Y %H:%M"]}),
        ("sales.csv", "2024-02-14", {"template": "{Day} {Time}"}),
        ("sales_20240214.csv", None, {"template": "{file.business_date} {Time}"}),
    ],
)
def test_a_time_of_day_joins_its_day(desk, name, day, rule):
    text = "Ticket,Store,Time,SKU,Qty,Net amount,Day\n1,NYC,10:30,A1,1,10.00,DAY\n"
    text = text.replace(",Day", "").replace(",DAY", "") if day is None else text.replace("DAY", day)
    made, told = desk.draft(desk.put(name, text), "sales_lines")
    assert told["columns"]["sold_at"] == rule
    assert "time_zone" in told
    assert "ignore" not in told
    desk.accepted(desk.folder / "legacy" / name, made, 1)


def test_what_a_price_and_a_quantity_make_and_what_is_empty(desk):
    text = (
        "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID,Currency\n"
        "536365,85123A,6,2010-12-01 08:26:00,2.55,17850.0,gbp\n"
        "536365,71053,2,2010-12-01 08:26:00,3.39,17850.0,gbp\n"
        "536366,22633,-1,2010-12-01 08:28:00,1.85,,gbp\n"
    )
    path = desk.put("online_retail.csv", text)
    made, told = desk.draft(path)
    assert made.dataset == "sales_lines"
    assert told["columns"]["net_amount"] == {"product": ["Quantity", "UnitPrice"]}
    assert told["columns"]["currency"]["codes"] == {"gbp": "GBP"}
    assert told["columns"]["business_date"] == {
        "from": "InvoiceDate",
        "replace": {"[T ].*$": ""},
    }
    desk.accepted(path, made, 3)


def test_a_list_whose_key_comes_again_and_again_is_no_list(desk):
    rows = "".join(f"BR-1,Ring,{no}.00\n" for no in range(1, 9))
    made, _ = desk.draft(desk.put("x.csv", f"SKU,Item name,Net amount\n{rows}"))
    assert made.dataset != "items"
    rows = "".join(f"BR-{no},Ring,{no}.00\n" for no in range(1, 9))
    made, _ = desk.draft(desk.put("x.csv", f"SKU,Item name,Price\n{rows}"))
    assert made.dataset == "items"


EXAMPLES = [
    path
    for path in sorted((Path(__file__).parent / "examples").rglob("*"))
    if path.suffix in (".csv", ".txt", ".xls", ".xlsx", ".xml", ".jsonld")
]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_whatever_a_shipped_system_writes_is_drafted_or_refused_in_words(desk, path, tmp_path):
    try:
        made, _ = desk.draft(path)
    except Refused as fault:
        assert len(str(fault)) > 20
        return
    kept = tmp_path / "draft.yml"
    kept.write_text(made.text, "utf-8")
    mapping = read_mapping(kept, CONTRACT)
    assert mapping.claims(f"anywhere/{path.name}") is not None


def test_a_mapping_that_knows_the_headers_already_is_named(desk):
    shipped = load_mappings([SHIPPED_MAPPINGS], CONTRACT)
    for name, wanted in (
        ("cegid_y2/LIGNE_FFO_NYC_20260520.csv", "cegid_y2/receipt_lines"),
        ("square/items-2026-05-20-2026-05-21.csv", "square/items"),
    ):
        made = draft(
            Path(__file__).parent / "examples" / name, CONTRACT, Settings(), mappings=shipped
        )
        assert wanted in made.familiar
    made = draft(
        desk.put("people.csv", "Store,Day,Visitors\nNYC,2024-02-14,120\n"),
        CONTRACT,
        Settings(),
        mappings=shipped,
    )
    assert made.familiar == []


# ── workbooks ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", ["xlsx", "xls", "ods", "xlsb"])
def test_a_workbook_with_a_title(desk, form):
    rows = [
        ["Stock au 14/02/2024"],
        [],
        ["Magasin", "Jour", "Code article", "Qté", "Statut"],
        ["NYC", date(2024, 2, 14), "BR-1", 1, "Disponible"],
        ["NYC", date(2024, 2, 14), "BR-2", 2, "Vitrine"],
    ]
    sheets = {"Couverture": [["Stock"], ["confidentiel"]], "Stock": rows}
    path = desk.put(f"stock_20240214.{form}", make(form, sheets))
    made, told = desk.draft(path)
    assert (made.dataset, told["sheet"]) == ("stock_snapshots", "Stock")
    assert told["columns"]["stock_status"]["codes"] == {
        "Disponible": "available",
        "Vitrine": "display",
    }
    assert told["columns"]["business_date"] == "Jour"
    desk.accepted(path, made, 2, skipped=2)


def test_a_sheet_for_each_store_and_a_header_of_two_rows(desk):
    rows = [
        ["Day", "Visitors", None],
        [None, "in", "out"],
        [datetime(2024, 2, 14), 12, 11],
        [datetime(2024, 2, 15), 13, 12],
    ]
    look = Look(merged={name: [(0, 0, 1, 0), (0, 1, 0, 2)] for name in ("NYC", "LAX")})
    path = desk.put("visitors.xlsx", make("xlsx", {"NYC": rows, "LAX": rows}, look))
    made, told = desk.draft(path)
    assert (told["sheet"], told["header_rows"]) == ("each", 2)
    assert told["columns"]["store_id"] == {"from": "_sheet"}
    assert told["columns"]["visitors"] == "Visitors in"
    desk.accepted(path, made, 4, skipped=2)


# ── what cannot be drafted, and what is never shown ──────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"Store,Day\n", "no rows"),
        ("a.xml", b"<POSLog/>", "XML"),
        ("a.json", b'{"a": 1}', "JSON"),
        ("a.csv", b"\x89PNG\r\n\x1a\n\0\0\0\0" * 9, "no text"),
        ("a.txt", b"|Material|Plant|\n|A|B|\n|C|D|\n|E|F|\n", "SAP"),
        ("a.xlsx", make("xlsx", {"a": []}), "no sheet with a table"),
        ("a.txt", b"P01 0801202610 12\nP01 0801202611 7\n", "none of its headers.*fixed_width"),
    ],
)
def test_what_cannot_be_drafted_is_said_in_words(desk, name, content, why):
    with pytest.raises(Refused, match=why):
        desk.draft(desk.put(name, content))


def test_no_personal_data_and_no_card_number_is_shown(desk):
    text = (
        "Client code,First name,Last name,Email,Card number,Store code\n"
        "C1,Ada,Lovelace,ada@example.com,4111 1111 1111 1111,NYC\n"
    )
    made, _ = desk.draft(desk.put("customers.csv", text))
    assert made.dataset == "clients"
    shown = made.text + repr(made.columns) + repr(made.doubts)
    for secret in ("Ada", "Lovelace", "ada@", "4111 1111"):
        assert secret not in shown


def test_a_card_number_in_the_name_of_the_file_is_not_written_down(desk):
    path = desk.put("refund_4111111111111111.csv", "Store,Day,Visitors\nP01,2024-01-13,5\n")
    assert "4111111111111111" not in desk.draft(path, "store_traffic")[0].text


def test_every_word_of_the_vocabulary_belongs_to_the_contract():
    columns = {name for one in CONTRACT.datasets.values() for name in one.columns}
    assert set(words()["columns"]) <= columns
    assert set(words()["datasets"]) <= set(CONTRACT.datasets)
    for column, values in words()["codes"].items():
        allowed = {
            value
            for one in CONTRACT.datasets.values()
            if column in one.columns
            for value in one.columns[column].one_of or ()
        }
        assert set(values) <= allowed, column


def test_native_files_are_recognised_whatever_the_dataset(desk):
    """The contract's own names are known too: a native export under another name."""
    import polars as pl

    values = {"date": "2024-02-14", "timestamp": "2024-02-14T10:00:00Z", "boolean": "true"}
    wrong = []
    for dataset in CONTRACT.datasets.values():
        row = {
            name: (column.one_of or [values.get(column.data_type, "1")])[0]
            for name, column in dataset.columns.items()
        } | {"currency": "USD"}
        row = {name: value for name, value in row.items() if name in dataset.columns}
        path = desk.put("x.csv", pl.DataFrame([row]).write_csv())
        made, _ = desk.draft(path)
        if made.dataset != dataset.name:
            wrong.append((dataset.name, made.dataset))
    assert not wrong


def test_looking_at_a_column():
    import polars as pl

    look = look_at(pl.Series(["2024-01-02 10:00:00", None]), frozenset())
    assert look.is_moment
    assert look.is_contract
    assert look_at(pl.Series([None, None], dtype=pl.String), frozenset()).filled == 0
    assert not look_at(pl.Series(["12345678", "87654321"]), frozenset()).is_date
    assert look_at(pl.Series(["-5", "3"]), frozenset()).negative


# ── the command ──────────────────────────────────────────────────────────────────────────────


def run(*arguments: str | Path) -> tuple[int, str]:
    told = CliRunner().invoke(app, list(map(str, arguments)))
    return told.exit_code, " ".join(told.output.split())


def test_the_command_writes_the_draft_and_tries_it(desk):
    path = desk.put("people.csv", "Store,Day,Visitors\nNYC,2024-02-14,120\n")
    code, output = run("map", path, "--home", desk.home.root, "--system", "Door Counter")
    written = desk.home.mappings / "door_counter" / "people.yml"
    assert code == 0, output
    assert "door_counter/people makes store_traffic" in output
    assert "1 lines: 1 rows, 0 set aside" in output
    mappings = load_mappings([desk.home.mappings], CONTRACT)
    assert Register(mappings).claims("legacy/people.csv")[0].mapping.name == "door_counter/people"

    written.write_text("kept", "utf-8")
    code, output = run("map", path, "--home", desk.home.root, "--system", "Door Counter")
    assert (code, written.read_text()) == (1, "kept")
    assert "--force" in output
    written.unlink()

    code, output = run(
        "map", path, "--home", desk.home.root, "--to", desk.folder / "d.yml", "--json"
    )
    told = json.loads(output)
    assert (code, told["dataset"], told["check"]["rows"]) == (0, "store_traffic", 1)


def test_the_command_says_what_is_wrong(desk):
    home = desk.home.root
    assert "no such file" in run("map", desk.folder / "absent.csv", "--home", home)[1]
    path = desk.put("a.csv", "")
    assert "no mapping can be drafted: it is empty" in run("map", path, "--home", home)[1]
    path = desk.put("a.csv", "Store,Day\nNYC,2024-01-01\n")
    code, output = run("map", path, "--home", home, "--dataset", "sales")
    assert code == 1
    assert "sales is no dataset. There are: stores" in output
