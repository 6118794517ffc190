"""Card numbers are masked wherever they stand; what only looks like one is left as it is."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import time
import zipfile
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.ingest import card_numbers
from pipelines.ingest.card_fields import stretches
from pipelines.ingest.card_files import without_card_numbers
from pipelines.ingest.card_numbers import (
    Masked,
    Masker,
    is_card_number,
    masked_name,
    masked_text,
)
from pipelines.ingest.contracts import load_contract
from pipelines.ingest.readers import Refused
from pipelines.settings import Settings
from tests.unit.ingest.ingest_exports import SALES_HEADER, STORES, sale
from tests.unit.ingest.workbook_files import make

# Numbers card companies publish for tests; nobody's.
CARDS = {
    "visa": "4111111111111111",
    "visa of nineteen": "4000000000000000006",
    "mastercard": "5555555555554444",
    "mastercard of the second series": "2223003122003222",
    "american express": "378282246310005",
    "discover": "6011111111111117",
    "diners": "30569309025904",
    "diners international": "36227206271667",
    "jcb": "3530111333300000",
    "unionpay": "6205500000000000004",
    "maestro": "6759649826438453",
}


def masked_bytes(data: bytes, step: int = 1 << 20) -> bytes:
    stream = Masked(io.BytesIO(data), step)
    return b"".join(iter(lambda: stream.read(step), b""))


def starred(digits: str) -> str:
    return "*" * (len(digits) - 4) + digits[-4:]


@pytest.mark.parametrize("issuer", CARDS)
def test_every_issuer_is_known(issuer):
    card = CARDS[issuer]
    assert is_card_number(card)
    assert masked_text(f"on {card}.") == f"on {starred(card)}."
    wrong = card[:-1] + str((int(card[-1]) + 1) % 10)
    assert masked_text(f"on {wrong}.") == f"on {wrong}."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4111 1111 1111 1111", "**** **** **** 1111"),
        ("4111-1111-1111-1111", "****-****-****-1111"),
        ("3782 822463 10005", "**** ****** *0005"),
        ("4111.1111.1111.1111", "****.****.****.1111"),
        ("4111\u00a01111\u00a01111\u00a01111", "****\u00a0****\u00a0****\u00a01111"),
        ("3782\u202f822463\u202f10005", "****\u202f******\u202f*0005"),
        ("3056 930902 5904", "**** ****** 5904"),
        ("2026-05-20 4111 1111 1111 1111", "2026-05-20 **** **** **** 1111"),
        ("2026 4111 1111 1111 1111", "2026 **** **** **** 1111"),
        ("1,4111111111111111,2", "1,************1111,2"),
        ("%B4111111111111111^NOBODY/A^2512", "%B************1111^NOBODY/A^2512"),
        (";4111111111111111=2512101", ";************1111=2512101"),
        ("VISA4111111111111111exp12/27", "VISA************1111exp12/27"),
        ("client no. 7, card: 5555555555554444!", "client no. 7, card: ************4444!"),
        ("4111111111111111 5555555555554444", "************1111 ************4444"),
        ("Étui 4111111111111111 €", "Étui ************1111 €"),
        ("\ud800 4111111111111111", "\ud800 ************1111"),
    ],
)
def test_however_it_is_written(text, expected):
    assert masked_text(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "4006381333931",  # a bar code (EAN-13)
        "2000000000015",  # one of the house
        "txn_4111111111111111",  # somebody's identifier
        "GB29NWBK60161331926819",  # an account
        "0.4111111111111111",  # a fraction
        "12345678-1234-4111-8111-123456789012",
        "20260520140509",  # a moment
        "1747750000000",  # milliseconds since 1970
        "41111111111111111111",  # twenty digits
        "4111 1111 1111 1112",
        "4111  1111 1111 1111",
        "+1 212 555 0101 1234 567",
        "urn:epc:id:sgtin:4012345.011122.4111111111111111",
        "(01)30569309025904",
        "https://id.example/01/30569309025904/21/X",
        "",
    ],
)
def test_what_only_looks_like_one(text):
    assert masked_text(text) == text


def test_identifiers_keep_their_digits_under_their_header():
    card = CARDS["visa"]
    diners = CARDS["diners"]
    text = "gtin;note;transaction_id;GA_CODEBARRE\n"
    text += f"{diners};{card};{card};{diners}\n"
    text += f'"{diners}";"a;b {card}";"{card}";{card}\n'
    found = masked_bytes(text.encode()).decode()
    assert found == text.replace(f";{card};", f";{starred(card)};", 1).replace(
        f"b {card}", f"b {starred(card)}"
    )


@pytest.mark.parametrize("above", ["Sales, all of them\nprinted on 2 May\n\n", "\n" * 40])
def test_a_header_below_titles_protects_its_identifiers(above):
    card = CARDS["visa"]
    text = f"{above}gtin;note\n{card};{card}\n"
    assert masked_bytes(text.encode()).decode() == f"{above}gtin;note\n{card};{starred(card)}\n"


def test_a_row_is_no_header_whatever_its_values_sound_like():
    """Jean ends like EAN."""
    card = CARDS["visa"]
    text = f"day;name\n2024-01-31;Jean\n2024-01-31;{card}\n"
    assert masked_bytes(text.encode()).decode() == text.replace(card, starred(card))


def test_identifiers_of_xml_and_json():
    card = CARDS["visa"]
    text = (
        f"<GTIN>{card}</GTIN><Note>{card}</Note><ns:ItemID x='1'> {card}</ns:ItemID>"
        f'<a sku="{card}" memo="{card}"/>'
    )
    assert masked_text(text) == text.replace(f"<Note>{card}", f"<Note>{starred(card)}").replace(
        f'memo="{card}', f'memo="{starred(card)}'
    )
    told = {"transaction_id": card, "gtin": int(card), "memo": f"card {card}", "n": int(card)}
    found = json.loads(masked_bytes(json.dumps(told).encode()))
    assert found == {
        "transaction_id": card,
        "gtin": int(card),
        "memo": f"card {starred(card)}",
        "n": 1111,  # still a number
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("step", [64, 1_000, 1 << 20])
def test_wherever_the_pieces_are_cut(encoding, step, monkeypatch):
    monkeypatch.setattr(card_numbers, "_HEADER_BYTES", 256)
    rng = random.Random(7)
    lines = ["item;note;gtin"]
    for number in range(400):
        card = rng.choice(list(CARDS.values()))
        note = "é" * rng.randrange(30) + " " + (card if number % 3 else "4111 1111 1111 1111")
        lines.append(f"I{number};{note};{card}")
    text = "\r\n".join(lines)
    found = masked_bytes(text.encode(encoding), step).decode(encoding)
    assert len(found) == len(text)
    for line, before in zip(found.splitlines()[1:], lines[1:], strict=True):
        item, note, gtin = line.split(";")
        assert gtin == before.split(";")[2]
        assert item == before.split(";")[0]
        assert note.strip(" é*").strip("* ") == before.split(";")[1][-4:]


def test_a_file_without_line_ends_is_bounded_and_masked():
    card = CARDS["visa"].encode()
    data = (b"x" * 999 + b" " + card) * 300
    found = masked_bytes(data, 4096)
    assert card not in found
    assert found.count(b"************1111") == 300
    for run in (b"4" * 300_000, b"\0" * 300_000, b"4111 " * 60_000):
        stream = Masked(io.BytesIO(run), 4096)
        found = b""
        while piece := stream.read():
            found += piece
            assert len(stream._held) < 10_000, "held grows with the file"
        assert found == run


def test_both_ways_of_searching_agree():
    rng = random.Random(11)
    signs = "0123456789" * 12 + "  --,;.aB\n\u00a0\u202f" + "4" * 20
    between = [*" .-", "\u00a0", "\u202f", ""]
    some = list(CARDS.values())
    for round_ in range(60):
        parts = ["".join(rng.choices(signs, k=rng.randrange(200))) for _ in range(40)]
        text = "".join(
            part
            + rng.choice(" ,;\n")
            + rng.choice(some)
            + rng.choice(" ,;\n")
            + rng.choice(between).join(["4111", "1111", "1111", "1111"])
            for part in parts
        )
        data = text.encode()[: 2_500 + round_ * 40]
        masker = Masker(is_whole=False)
        quick = list(masker._spans(data))
        try:
            card_numbers._SHORT, short = 10**9, card_numbers._SHORT
            assert list(masker._spans(data)) == quick
        finally:
            card_numbers._SHORT = short
        assert len(quick) > 10


def test_groups_in_windows_1252():
    assert masked_bytes(b"x;4111\xa01111\xa01111\xa01111\n" * 200).count(b"****\xa01111") == 200


def test_a_number_on_the_border_of_two_blocks(monkeypatch):
    card = CARDS["visa"].encode()
    grouped = b"4111 1111 1111 1111"
    for one in (card, grouped):
        for before in range(card_numbers._BLOCK - 25, card_numbers._BLOCK + 5):
            data = b"a" * (before - 1) + b"," + one
            assert one not in masked_bytes(data), before


def test_clean_bytes_are_not_touched():
    data = bytes(range(256)) * 4_000
    stream = Masked(io.BytesIO(data))
    assert b"".join(iter(lambda: stream.read(1), b"")) == data
    assert not stream.found


# ── packed files ─────────────────────────────────────────────────────────────────────────────


def received(path):
    with without_card_numbers(path) as file:
        return b"".join(iter(lambda: file.read(1 << 20), b""))


def test_compressed_files_are_packed_anew_only_when_they_must(tmp_path):
    clean, dirty = tmp_path / "clean.csv.gz", tmp_path / "dirty.csv.gz"
    clean.write_bytes(gzip.compress(b"note\nnothing\n" * 1000))
    dirty.write_bytes(gzip.compress(b"note\n4111111111111111\n" * 1000))
    assert received(clean) == clean.read_bytes()
    assert gzip.decompress(received(dirty)) == b"note\n************1111\n" * 1000
    assert received(dirty) == received(dirty)  # the same bytes each time: it is the same file
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(dirty.read_bytes()[:-20])
    with pytest.raises(Refused, match="ends in the middle"):
        received(broken)


def test_workbooks_stay_workbooks(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["gtin", "note", "amount"])
    book.active.append(["2000000000015", "paid with 4111 1111 1111 1111", 12.5])
    book.active.append(["2000000000022", 378282246310005, 3])
    path = tmp_path / "counts.xlsx"
    book.save(path)
    found = received(path)
    assert found != path.read_bytes()
    (tmp_path / "again.xlsx").write_bytes(found)
    rows = list(openpyxl.load_workbook(tmp_path / "again.xlsx").active.values)
    assert rows[1] == ("2000000000015", "paid with **** **** **** 1111", 12.5)
    assert rows[2] == ("2000000000022", 5, 3)
    bomb = tmp_path / "odd.zip"
    with zipfile.ZipFile(bomb, "w") as packed:
        packed.writestr("a.txt", "nothing")
    assert received(bomb) == bomb.read_bytes()
    bomb.write_bytes(bomb.read_bytes()[:40])
    with pytest.raises(Refused, match="no whole Excel workbook"):
        received(bomb)


VISA = CARDS["visa"]
CELLS = {
    "text": [["note"], [f"paid with {VISA}"]],
    "groups": [["note"], ["4111 1111 1111 1111"]],
    "number": [["amount"], [int(VISA)]],
    "beside a long text": [["note", "label"], [VISA, "x" * 48], ["caf\u20ac", "y" * 55]],
    "far below": [["note"], *[["nothing"]] * 40, [VISA]],
    # So long that the string goes on in the next record.
    "in pieces": [["note"], ["x" * 8_200 + " " + VISA + " \u20ac"]],
}


@pytest.mark.parametrize("form", ["xls", "xlsb"])
@pytest.mark.parametrize("case", CELLS)
def test_a_binary_workbook_with_a_card_number_is_refused_in_words(tmp_path, form, case):
    path = tmp_path / f"counts.{form}"
    path.write_bytes(make(form, {"First": [["note"], ["nothing"]], "Second": CELLS[case]}))
    with pytest.raises(Refused, match=r"cell A\d+ of sheet Second holds a card number: .*\.xlsx"):
        received(path)


@pytest.mark.parametrize("form", ["xls", "xlsb"])
def test_a_binary_workbook_without_one_keeps_its_bytes(tmp_path, form):
    rows = [
        ["Barcode", "Serial", "n"],
        ["2000000000015", VISA, 4111111111111112],
        ["x" * 48, "", 1],
    ]
    path = tmp_path / f"counts.{form}"
    # Under an identifier's header it is one, as in every other file.
    path.write_bytes(make(form, {"First": [["Serial"], [VISA]], "Second": rows}))
    assert received(path) == path.read_bytes()
    path.write_bytes(make(form, {"First": [["Serial"], ["B6035517"]], VISA: rows[:1]}))
    with pytest.raises(Refused, match="outside of its cells"):
        received(path)


def test_a_number_of_which_a_part_is_bold_is_refused(tmp_path):
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = tmp_path / "counts.xlsx"
    book = xlsxwriter.Workbook(path)
    bold = book.add_format({"bold": True})
    book.add_worksheet().write_rich_string("A1", "paid 4111 ", bold, "1111 1111", " 1111")
    book.close()
    with pytest.raises(Refused, match="set in another type"):
        received(path)


def test_parquet_is_masked_column_by_column(tmp_path):
    clean = {"gtin": [VISA, None], "note": ["nothing", None], "n": [1, None], "f": [0.5, None]}
    dirty = clean | {"note": [f"on {VISA}.", None], "n": [378282246310005, None]}
    dirty |= {"f": [float(VISA), None], "d": [Decimal(VISA), None], "b": [VISA.encode(), None]}
    table = pa.table(dirty)
    table = table.append_column("coded", pa.array([VISA, VISA]).dictionary_encode())
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table(clean), path)
    assert received(path) == path.read_bytes()
    pq.write_table(table.replace_schema_metadata({"note": VISA}), path)
    (tmp_path / "b.parquet").write_bytes(received(path))
    found = pq.read_table(tmp_path / "b.parquet")
    assert found.to_pylist()[0] == {
        "gtin": VISA, "note": f"on {starred(VISA)}.", "n": 5, "f": 1111.0, "d": Decimal(1111),
        "b": starred(VISA).encode(), "coded": starred(VISA),
    }  # fmt: skip
    assert found.to_pylist()[1]["note"] is None
    assert VISA.encode() not in received(path).replace(b"gtin", b"").split(b"note")[-1]
    assert received(path) == received(path)


def test_parquet_that_cannot_be_masked_is_refused_in_words(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"notes": [[VISA]]}), path)
    with pytest.raises(Refused, match="inside of a list"):
        received(path)
    path.write_bytes(b"PAR1 not really")
    with pytest.raises(Refused, match="no whole Parquet"):
        received(path)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.7z", b"7z\xbc\xaf\x27\x1c and more", "7-Zip"),
        (
            "a.csv.gz",
            gzip.compress(gzip.compress(VISA.encode(), mtime=0), mtime=0),
            "packed once more",
        ),
        ("a.pdf", b"%PDF-1.4", "a PDF"),
    ],
)
def test_what_is_not_looked_into_is_refused_in_words(tmp_path, name, data, words):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(Refused, match=words):
        received(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("day.json", '[{"memo": "\\u0034111111111111111"}]'),
        ("day.jsonl", '{"memo": "a"}\n{"memo": "4111111\\u0031\\u003111111111"}\n'),
        ("day.xml", "<Log><Note>&#52;111111111111111</Note></Log>"),
        ("day.xml", '<?xml version="1.0"?><Log note="&#x0034;111111111111111"/>'),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_digits_in_escapes_are_refused(tmp_path, name, content, packed):
    path = tmp_path / name
    path.write_bytes(gzip.compress(content.encode()) if packed else content.encode())
    with pytest.raises(Refused, match="plain digits"), without_card_numbers(path) as file:
        file.read(1 << 20)


def test_other_escapes_do_no_harm(tmp_path):
    for content in ('[{"a": "caf\\u00e9"}]', "<a>&#233; &#x20AC;</a>", "a;\\u0034;&#52;\n"):
        path = tmp_path / "day.json"
        path.write_text(content, "utf-8")
        with without_card_numbers(path) as file:
            assert file.read(1 << 20) == content.encode()


def test_the_name_inside_a_compressed_file_is_taken_out(tmp_path):
    path = tmp_path / "a.csv.gz"
    with path.open("wb") as file, gzip.GzipFile(f"card {VISA}", "wb", 6, file) as packed:
        packed.write(b"note\n")
    assert VISA.encode() in path.read_bytes()
    assert VISA.encode() not in received(path)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (f"refund_{VISA}.csv", f"refund_{starred(VISA)}.csv"),
        (f"refund{VISA}x.csv", f"refund{starred(VISA)}x.csv"),
        ("note 4111.1111.1111.1111.txt", "note ****.****.****.1111.txt"),
        ("sales_lines_NYC_20240101_20240102030405.csv", None),
        ("count_2000000000015.csv", None),
    ],
)
def test_a_card_number_in_a_file_name(name, expected):
    assert masked_name(name) == (expected or name)


# ── at the landing ───────────────────────────────────────────────────────────────────────────


def everything_stored(home) -> str:
    """All text below the home but what lies in the landing folder: archive, lake, ledger."""
    told = []
    for path in sorted(home.root.rglob("*")):
        if not path.is_file() or path.is_relative_to(home.landing):
            continue
        if path.suffix == ".parquet":
            told += [str(row) for row in pl.read_parquet(path).iter_rows()]
        elif path.suffix == ".gz":
            told.append(gzip.decompress(path.read_bytes()).decode())
        else:
            told.append(path.read_bytes().decode("latin-1").replace("\0", ""))
    return "\n".join(told)


def test_nothing_that_is_stored_or_told_has_a_card_number(network):
    visa, amex = CARDS["visa"], "3782 822463 10005"
    header = SALES_HEADER + ",discount_reason,original_transaction_id"
    lines = [
        sale() + f",client gave {amex} by telephone,",
        sale("T2") + ",," + visa,  # under an identifier's header it is one
        sale("T3", net=visa) + ",,",  # unreadable: told in the message, masked
        sale("T4") + f",{visa},,one value too many {visa}",
    ]
    network.put("stores_20240101.csv", STORES)
    network.put("sales_lines_NYC_20240101.csv", "\n".join([header, *lines]) + "\n")
    network.put("sales_lines_NYC_20240102.csv.gz", gzip.compress(f"{visa}\n{amex}\n".encode()))
    network.settings = Settings(quiet_seconds=0, reject_tolerance=0.9)
    network.put("notes.txt", f"please charge {visa}")
    network.put("store_traffic_20240101.csv", f"store_id,business_date,visitors\nNYC,{visa},1\n")
    told = repr(network.take_in())
    (row,) = network.table("sales_lines").filter(transaction_id="T1").iter_rows(named=True)
    assert row["discount_reason"] == "client gave **** ****** *0005 by telephone"
    faults = network.table("rejected_rows").sort("line_no")
    assert starred(visa) in faults.get_column("value").to_list()
    told += everything_stored(network.home)
    assert amex not in told
    assert amex.replace(" ", "") not in told
    # Only where it is declared an identifier: in the row and in the archived line.
    assert told.count(visa) == 2
    assert network.table("sales_lines").filter(transaction_id="T2")["original_transaction_id"][
        0
    ] == (visa)


FIXED = """\
system: till
export: moves
dataset: stock_movements
files: {glob: '*.fix*'}
format: fixed_width
encoding: auto
columns_at:
  {day: [1, 8], gtin: [9, 24], note: [25, 44], pieces: [45, 47], part: [48, 57], rest: [58, 63]}
dates: ['%Y%m%d']
reject_tolerance: 0.9
constants: {store_id: NYC, movement_type: receipt}
ignore: [rest]
columns:
  document_id: {template: '{day}-{part}'}
  line_number: {from: _line_no}
  item_id: gtin
  quantity: pieces
  posted_at: day
  business_date: day
  reason_code: note
"""


@pytest.mark.parametrize("encoding", ["ascii", "utf-8", "utf-8-sig", "cp1252", "utf-16", "gzip"])
def test_columns_of_fixed_width_are_searched_one_by_one(network, encoding):
    path = network.home.mappings / "till" / "moves.yml"
    path.parent.mkdir(parents=True)
    path.write_text(FIXED, "utf-8")
    network.put("stores_20240101.csv", STORES)
    accent = "-" if encoding in ("ascii", "gzip") else "\u00e9"

    def line(note: str, pieces: str = "001") -> str:
        return f"20240131{VISA}{note}{pieces}0120123456000099"

    lines = [
        line(f"{accent}{accent}  {VISA}"),
        line(f"{VISA}    "),
        # The first half of a card number; its second half is in the columns that follow.
        line(f"{accent}       6011111     "),
        line(f"{accent}   {VISA}", "00x"),
    ]
    assert {len(one) for one in lines} == {63}
    text = "\n".join(lines) + "\n"
    data = gzip.compress(text.encode()) if encoding == "gzip" else text.encode(encoding)
    network.put("day.fix" + (".gz" if encoding == "gzip" else ""), data)
    network.take_in()
    found = network.table("stock_movements").sort("_line_no")
    assert found["reason_code"].to_list() == [
        f"{accent}{accent}  {starred(VISA)}", starred(VISA), f"{accent}       6011111",
    ]  # fmt: skip
    # An identifier, with the digits of the day before it.
    assert found["item_id"].to_list() == [VISA] * 3
    ((value, raw),) = network.table("rejected_rows").select("value", "raw_line").rows()
    assert value == "00x" and starred(VISA) in raw
    archived = everything_stored(network.home)
    assert archived.count(f"20240131{VISA}") == 4
    assert f"{VISA}001" not in archived and f"{VISA}    001" not in archived


def test_digits_of_two_columns_are_no_card_number():
    """A store, a day and a register side by side pass for one, one time in ten."""
    line = b"store 60111111 11111117 and then\n6011111111111117\n"
    places = stretches({"store": (1, 8), "register": (9, 16)})
    assert Masked(io.BytesIO(line), places=places).read() == line
    assert Masked(io.BytesIO(line)).read() != line


def test_a_long_line_of_long_numbers_takes_no_long_time():
    places = stretches({"note": (1, 20)})
    line = b"\xc3\xa9 1234567890123;" * 60_000 + VISA.encode() + b"\n"
    start = time.process_time()
    assert Masked(io.BytesIO(line), places=places).read().endswith(starred(VISA).encode() + b"\n")
    assert time.process_time() - start < 5


def test_a_file_nobody_may_keep_is_on_record_without_a_card_number(network):
    name = "sales_lines_NYC_20240101.xlsb"
    network.put("stores_20240101.csv", STORES)
    network.put(name, make("xlsb", {"S": [["note"], [VISA]]}))
    network.put("holiday.xls", make("xls", {"S": [["note"], [VISA]]}))
    files = {one.file_name: one for one in network.take_in().files}
    assert files[name].status == "refused"
    assert "card number" in files[name].reason
    assert files["holiday.xls"].reason.startswith("no mapping knows")
    told = everything_stored(network.home)
    assert VISA not in told
    received_hash = hashlib.sha256((network.home.landing / name).read_bytes()).hexdigest()
    assert f"SHA-256 of what was received: {received_hash}" in told
    # It is not tried again until it changes.
    assert network.take_in().batch_id is None
    network.put(name, make("xlsb", {"S": [["note"], ["nothing"]]}))
    assert "card number" not in network.take_in().files[0].reason


def test_a_file_with_a_card_number_in_its_name_waits_to_be_renamed(network):
    network.put(f"sales_lines_NYC_20240101_{VISA}.csv", SALES_HEADER + "\n")
    network.put(f"cards {VISA}/sales_lines_NYC_20240101.csv", SALES_HEADER + "\n")
    network.put("stores_20240101.csv", STORES)
    result = network.take_in()
    waiting = {one.file_name: one.reason for one in result.files if one.status == "waiting"}
    assert set(waiting) == {
        f"sales_lines_NYC_20240101_{starred(VISA)}.csv", f"cards {starred(VISA)}",
    }  # fmt: skip
    assert set(waiting.values()) == {"its name holds a card number: rename it"}
    assert VISA not in repr(result) + everything_stored(network.home)
    names = [str(path) for path in network.home.root.rglob("*")]
    assert not any(VISA in one for one in names if "landing" not in one)


def test_the_same_file_again_is_a_duplicate(network):
    text = "\n".join([SALES_HEADER + ",discount_reason", sale() + f",{CARDS['visa']}"])
    network.put("stores_20240101.csv", STORES)
    assert network.one("sales_lines_NYC_20240101.csv", text).status == "accepted"
    assert network.one("sales_lines_NYC_20240101_copy.csv", text).status == "duplicate"


def test_what_the_contract_calls_an_identifier_is_left_alone():
    """Keys of the contract that may be long numbers are under names that are not masked."""
    contract = load_contract()
    keys = {name for dataset in contract.datasets.values() for name in dataset.key}
    long = {name for name in keys if name.endswith("_id")} | {"gtin", "serial_number"}
    known = {name for name in long if card_numbers.is_identifier(name.encode())}
    # Codes people give: never as long as a card's number.
    assert long - known <= {
        "store_id", "register_id", "employee_id", "client_id", "deposit_id", "consignment_id",
        "repair_id", "filing_id", "entry_id",
    }  # fmt: skip
