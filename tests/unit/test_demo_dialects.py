"""The demonstration in other clothes: the same rows of the lake, whatever system wrote the files.

Compared is everything but where a row came from (file, line, batch) and what the ledger of files
says. Each dialect names what it cannot carry: those datasets stay native, and are compared too.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.demo import dialects, write_network
from pipelines.demo.errors import DAILY
from pipelines.demo.rows import DATASETS
from pipelines.ingest.batch import take_in
from pipelines.settings import Home, Settings
from tests.unit.demo_reading import contents

UNTIL = date(2026, 5, 20)
LINEAGE = ["_file_id", "_line_no", "_batch_id"]
# What stays native in each dialect, and why it does is in its own page.
MONEY = {"till_events", "bank_deposits", "card_settlements", "ledger_postings", "sale_documents"}
NATIVE = {
    "cegid": {"stores", "employees", "trading_days", "targets", "store_traffic"} | MONEY,
    "sap": set(DATASETS) - {"stock_snapshots", "stock_movements"},
    "poslog": set(DATASETS) - {"sales_lines", "tenders", "till_closings"},
}
# Stock as SAP prints it, receipts as registers log them, the rest as Cegid writes it.
TOGETHER = "cegid,sap,poslog"


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory):
    """Writes the same network in any clothes and takes it in, once."""
    done: dict[str, Home] = {}

    def taken(names: str = "", **more: object) -> Home:
        key = f"{names} {more}"
        if key not in done:
            home = Home(tmp_path_factory.mktemp("home"))
            told = [name for name in names.split(",") if name]
            dialects.write_mappings(told, home.mappings)
            arguments = {"stores": 2, "days": 14, "until": UNTIL, "dialect": told, **more}
            arguments["without"] = dialects.unsaid(dialects.NAMES)
            write_network(home.landing, home.root / "truth.json", **arguments)
            take_in(home, Settings(quiet_seconds=0))
            done[key] = home
        return done[key]

    return taken


def rows(home: Home, dataset: str) -> pl.DataFrame:
    """The rows of a dataset in an order that does not depend on files."""
    frame = pl.concat(
        pl.read_parquet(path) for path in sorted(home.batches.glob(f"[!_]*/{dataset}.parquet"))
    )
    return frame.drop(LINEAGE).sort(pl.all())


@pytest.mark.parametrize("clothes", ["cegid", TOGETHER])
def test_the_same_rows_come_of_it(network, clothes: str) -> None:
    plain, dressed = network(), network(clothes)
    for dataset in DATASETS:
        assert rows(dressed, dataset).equals(rows(plain, dataset)), dataset
        assert rows(plain, dataset).height > 0
    # No file fares better or worse for its clothes.
    one, other = (verdicts(home) for home in (plain, dressed))
    assert one.equals(other)


def verdicts(home: Home) -> pl.DataFrame:
    """What became of each file. How many lines of a refused one were bad depends on its format."""
    files = pl.read_parquet(next(home.batches.glob("[!_]*/files.parquet")))
    rejected = pl.when(status="accepted").then("rows_rejected").alias("rejected")
    return files.select("dataset", "status", "rows_loaded", rejected).sort(pl.all())


@pytest.mark.parametrize("clothes", sorted(NATIVE))
def test_what_it_cannot_carry_stays_native(clothes: str) -> None:
    assert set(DATASETS) - set(dialects.layouts([clothes])) == NATIVE[clothes]


def test_a_large_network_writes_its_days_in_any_clothes(network) -> None:
    plain = network(days=3, files_per="day")
    dressed = network(TOGETHER, days=3, files_per="day")
    for dataset in DAILY:
        assert rows(dressed, dataset).equals(rows(plain, dataset)), dataset


def test_cegid_looks_like_cegid(network) -> None:
    files = contents(network("cegid").landing)
    name = next(name for name in files if name.startswith("NYC1/LIGNE_FFO_NYC1_"))
    text = files[name][0].decode("utf-16")
    assert files[name][0].startswith(b"\xff\xfe")
    header, first = text.split("\r\n")[:2]
    assert header.startswith("GL_NATUREPIECEG;GL_SOUCHE;GL_NUMERO;GL_INDICEG;")
    assert first.startswith("FFO;NYC1-0")
    (articles,) = (body for name, (body, _) in files.items() if "ARTICLE_" in name)
    assert f"{'RG-1007':<34}X;RG-1007;20" in articles.decode("utf-16")


def test_sap_looks_like_sap(network) -> None:
    files = contents(network(TOGETHER).landing)
    name = next(name for name in sorted(files) if "/mb52_NYC1_" in name)
    lines = files[name][0].decode("cp1252").split("\r\n")
    assert lines[0].split() == ["21.05.2026", "Lagerbestandsliste", "1"]
    assert lines[2] == "-" * len(lines[3])
    assert lines[3].startswith(
        "|   |Material          |Werk |LOrt     |Charge    |Frei verwendbar|"
    )
    assert sum(line == lines[3] for line in lines) > 1, "the header comes again on each page"
    assert lines[-3].startswith("|*  |")
    # Where a label says a row stands, it stands.
    pieces = [
        number
        for number, line in enumerate(lines, 1)
        if line.startswith("|   |") and line != lines[3]
    ]
    layout = dialects.layouts(["sap"])["stock_snapshots"]
    assert [layout.line(at) for at in range(len(pieces))] == pieces


def test_poslog_looks_like_poslog(network) -> None:
    from xml.etree import ElementTree

    files = contents(network(TOGETHER).landing)
    name = next(name for name in sorted(files) if "/poslog_sales_NYC1_" in name)
    root = ElementTree.fromstring(files[name][0])
    space = "{http://www.nrf-arts.org/IXRetail/namespace/}"
    assert root.tag == f"{space}POSLog"
    first = root[0]
    assert first.findtext(f"{space}BusinessUnit/{space}UnitID") == "NYC1"
    assert first.findall(f".//{space}LineItem/{space}Sale/{space}ExtendedAmount")


def test_the_labels_of_errors_name_the_files_as_they_are(network) -> None:
    import json

    told = json.loads((network("cegid").root / "truth.json").read_text("utf-8"))
    names = set(contents(network("cegid").landing))
    missing = {error["file_name"] for error in told["errors"] if error["kind"] != "missing_file"}
    assert missing <= names
    assert any("/LIGNE_FFO_" in name for name in missing)


def test_an_unknown_dialect_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no dialect klingon; there are: cegid, sap, poslog"):
        dialects.layouts(["klingon"])
