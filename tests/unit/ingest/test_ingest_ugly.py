"""Whatever lands in the folder: words for a retail person, never a traceback."""

import gzip
import io
import os
import zipfile
import zlib

import polars as pl
import pytest
from ingest_exports import SALES_HEADER, sale, sales

NAME = "sales_lines_NYC_20240101.csv"
GOOD = sales(sale()).encode()


def packed_bomb(size: int) -> bytes:
    """A gzip file of `size` zeros, or nearly."""
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    step = b"0" * (1 << 20)
    return b"".join([pack.compress(step) for _ in range(size >> 20)] + [pack.flush()])


def workbook(rows, sheet: bytes | None = None) -> bytes:
    """An .xlsx of some rows, its sheet replaced when asked."""
    file = io.BytesIO()
    pl.DataFrame(rows[1:], schema=rows[0], orient="row").write_excel(file)
    if sheet is None:
        return file.getvalue()
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            is_sheet = entry.filename == "xl/worksheets/sheet1.xml"
            new.writestr(entry.filename, sheet if is_sheet else old.read(entry))
    return out.getvalue()


def header(text: str) -> bytes:
    return text.encode() + b"\n" + sale().encode() + b"\n"


UGLY = {
    "empty": (NAME, b"", "empty"),
    "only blank lines": (NAME, b"\n\n\n", "empty"),
    "binary": (NAME, os.urandom(20_000) + b"\0" * 5_000, "zero bytes|header"),
    "truncated gzip": (NAME + ".gz", gzip.compress(GOOD * 50)[:-20], "ends in the middle"),
    "damaged gzip": (NAME + ".gz", b"\x1f\x8b\x08\0" + os.urandom(500), "damaged|middle"),
    "gzip bomb": (NAME + ".gz", packed_bomb(64 << 20), "unpacks|longer than"),
    "gzip bomb of lines": (
        NAME + ".gz",
        gzip.compress(SALES_HEADER.encode() + b"\n" + b"," * 12 + (b"\n" * (40 << 20))),
        "unpacks",
    ),
    "another encoding": (
        NAME,
        sales(*[sale(f"caf\u00e9{n}") for n in range(9)]).encode("cp1252"),
        "encoding",
    ),
    "UTF-16": (NAME, sales(sale()).encode("utf-16"), "UTF-16"),
    "one line of 100 MB": (NAME, b"x" * (100 << 20), "longer than"),
    "a long line after the header": (NAME, GOOD + b"y" * 3_000_000, "longer than"),
    "a workbook called csv": (NAME, workbook([["a"], ["1"]]), "workbook"),
    "swapped names": (
        NAME,
        header(
            SALES_HEADER.replace("quantity", "q")
            .replace("net_amount", "quantity")
            .replace("q,", "net_amount,", 1)
        ),
        "none of its 1 lines|accepted",
    ),
    "a missing column": (
        NAME,
        header(SALES_HEADER.replace(",currency", "")),
        "currency is missing",
    ),
    "a renamed column": (
        NAME,
        header(SALES_HEADER.replace("net_amount", "Net_Amount")),
        "should be called net_amount",
    ),
    "a column twice": (
        NAME,
        header(SALES_HEADER.replace("tax_amount", "net_amount")),
        "net_amount stands there twice",
    ),
    "an extra column": (NAME, header(SALES_HEADER + ",colour"), "colour is not known"),
    "a column without a name": (NAME, header(SALES_HEADER + ","), "no name"),
    "all lines too short": (NAME, sales("a,b", "c,d").encode(), "none of its 2 lines fits"),
    "no parquet": ("sales_lines_NYC_20240101.parquet", b"PAR1 not really", "Parquet"),
    "empty parquet": ("sales_lines_NYC_20240101.parquet", b"", "empty"),
    "password workbook": (
        "sales_lines_NYC_20240101.xlsx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "password",
    ),
    "no workbook": ("sales_lines_NYC_20240101.xlsx", b"PK\x03\x04 torn", "workbook"),
    "workbook bomb": (
        "sales_lines_NYC_20240101.xlsx",
        workbook([["a"], ["1"]], b"<x>" + b" " * (96 << 20)),
        "unpacks",
    ),
    "workbook cut short": (
        "sales_lines_NYC_20240101.xlsx",
        workbook(
            [["a"], ["1"]], b'<worksheet><sheetData><row r="1"><c r="B7" t="e"><v>#N/A</v></c>'
        ),
        "cannot be read|no whole Excel workbook",
    ),
    "empty workbook": ("sales_lines_NYC_20240101.xlsx", b"", "empty"),
    "unknown name": ("report.pdf", b"%PDF", "no mapping knows"),
    "an impossible day": ("sales_lines_NYC_20241399.csv", GOOD, "no mapping knows"),
}


@pytest.mark.parametrize("case", UGLY)
def test_an_ugly_file_is_refused_in_words(network, case):
    name, content, words = UGLY[case]
    outcome = network.one(name, content)
    if "accepted" in words and outcome.status == "accepted":
        # Swapped names of two number columns: the header is good, and columns go by name.
        assert network.table("sales_lines").get_column("net_amount").to_list()[0] == 1
        return
    assert outcome.status == "refused", outcome
    assert any(word in outcome.reason for word in words.split("|")), outcome.reason
    assert network.table("sales_lines").is_empty()
    # It stays on record, and is not tried again.
    assert network.table("files").get_column("status").to_list() == ["refused"]
    assert network.take_in().batch_id is None


def test_header_only_is_no_fault(network):
    assert network.one(NAME, sales()).status == "accepted"


def test_columns_in_another_order_go_by_name(network):
    names = SALES_HEADER.split(",")
    values = sale().split(",")
    text = ",".join(reversed(names)) + "\n" + ",".join(reversed(values)) + "\n"
    assert network.one(NAME, text).status == "accepted"
    assert str(network.table("sales_lines").get_column("net_amount")[0]) == "100.00"


def test_odd_things_in_the_folder_wait_in_words_and_do_not_stop_the_rest(network):
    landing = network.home.landing
    network.put("good/" + NAME, GOOD)
    network.put("sales_lines_NYC_20240102.csv/inside.txt", b"x")
    network.put("sales_lines_NYC_20240103.csv.part", GOOD)
    network.put(".hidden.csv", GOOD)
    network.put("~$sales_lines_NYC_20240104.xlsx", GOOD)
    (landing / "loop").symlink_to(landing)
    (landing / "gone.csv").symlink_to(landing / "nowhere.csv")
    os.mkfifo(landing / "sales_lines_NYC_20240105.csv")
    files = {one.file_name: one for one in network.take_in().files}
    assert files["good/" + NAME].status == "accepted"
    waiting = {name: one.reason for name, one in files.items() if one.status == "waiting"}
    assert set(waiting) == {
        "sales_lines_NYC_20240102.csv",
        "sales_lines_NYC_20240103.csv.part",
        "loop",
        "gone.csv",
        "sales_lines_NYC_20240105.csv",
    }
    assert "folder" in waiting["sales_lines_NYC_20240102.csv"]
    assert "still being sent" in waiting["sales_lines_NYC_20240103.csv.part"]
    assert "already read" in waiting["loop"]
    assert "link to nothing" in waiting["gone.csv"]
    assert network.table("sales_lines").height == 1


def test_the_landing_folder_may_be_a_link(network, tmp_path):
    network.put(NAME, GOOD)
    network.home.landing.rename(tmp_path / "elsewhere")
    network.home.landing.symlink_to(tmp_path / "elsewhere")
    assert network.take_in().count("accepted") == 1


def test_an_unreadable_file_waits(network, monkeypatch):
    network.put(NAME, GOOD)
    network.put("sales_lines_NYC_20240102.csv", sales())

    def deny(source, folder, places):
        if source.name == NAME:
            raise PermissionError(13, "Permission denied")
        return keep(source, folder, places)

    from pipelines.ingest import archive

    keep = archive.keep
    monkeypatch.setattr(archive, "keep", deny)
    files = {one.file_name: one for one in network.take_in().files}
    assert (files[NAME].status, files[NAME].reason) == (
        "waiting",
        "cannot be read: permission denied",
    )
    monkeypatch.undo()
    assert network.take_in().count("accepted") == 1


def test_a_growing_file_waits(network, monkeypatch):
    from pipelines.ingest import landing

    network.settings = network.settings.model_copy(update={"quiet_seconds": 5})
    path = network.put(NAME, GOOD)
    os.utime(network.put("sales_lines_NYC_20240102.csv", sales()), (1_000, 1_000))
    naps = []

    def grow(seconds):
        naps.append(seconds)
        with path.open("ab") as file:
            file.write(sale("T2").encode())

    monkeypatch.setattr(landing.time, "sleep", grow)
    files = {one.file_name: one.status for one in network.take_in().files}
    assert files == {NAME: "waiting", "sales_lines_NYC_20240102.csv": "accepted"}
    assert naps == [1.0]
    monkeypatch.setattr(landing.time, "sleep", lambda seconds: None)
    assert network.take_in().count("accepted") == 1


def test_a_file_that_changes_while_it_is_copied_waits(network, monkeypatch):
    from pipelines.ingest import archive

    path = network.put(NAME, GOOD)
    keep = archive.keep

    def grow(source, folder, places):
        kept = keep(source, folder, places)
        with path.open("ab") as file:
            file.write(b"more")
        return kept

    monkeypatch.setattr(archive, "keep", grow)
    (outcome,) = network.take_in().files
    assert (outcome.status, outcome.reason) == ("waiting", "is still being written")
