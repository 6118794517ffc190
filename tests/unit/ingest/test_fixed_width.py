"""Columns of fixed width: cut where the mapping says, no line lost."""

import re

import pytest

from pipelines.ingest.contracts import load_contract
from pipelines.ingest.mapping.faults import MappingError
from pipelines.ingest.mapping.loading import read_mapping
from pipelines.ingest.readers import Refused, fixed_width
from pipelines.settings import Settings

# The layout of Cegid's accounting export: no separator, dates ddmmyyyy, a null date 01011900
# (domain.md 1.1.2).
MAPPING = """\
system: cegid
export: tra
dataset: repairs
files: '*.TRA'
format: fixed_width
encoding: auto
skip_lines: 1
columns_at:
  Etab: [1, 3]
  Numéro: [4, 9]
  Date: [10, 17]
  Rendu: [18, 25]
  Libellé: [26, 35]
  Montant: [36, 45]
dates: ['%d%m%Y']
constants: {status: open, owner: client}
columns:
  repair_id: Numéro
  store_id: Etab
  received_on: Date
  collected_on: Rendu
ignore: [Libellé, Montant]
filters:
  - {reason: total, where: [{column: Numéro, equals: TOTAL}]}
not_rows: {end of the file: '^\\*FIN'}
"""
LINES = (
    "***S5CLIJRL                                  \n"
    "NYC0000010201202401011900Étui cuir    12,50 \n"
    "NYC0000020201202403012024Bague\n"
    "\n"
    "NYCTOTAL                                25,00\n"
    "NYC00000302132024        Bague          1,00 and more\n"
    "NYC0000043013202401011900x\n"
    "*FIN de fichier, et quelques mots pour le dire à tous\n"
)


def read(tmp_path, data: bytes, text: str = MAPPING):
    (tmp_path / "tra.yml").write_text(text, "utf-8")
    mapping = read_mapping(tmp_path / "tra.yml", load_contract())
    path = tmp_path / "x.TRA"
    path.write_bytes(data)
    return list(fixed_width.read(path, mapping, Settings(), lambda names: None))


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_columns_are_cut_by_characters_in_any_encoding(tmp_path, encoding, ending):
    chunks = read(tmp_path, LINES.replace("\n", ending).encode(encoding))
    (_, chunk) = chunks
    assert chunk.frame["_line_no"].to_list() == [2, 3, 5, 7]
    assert chunk.frame.row(0) == (
        "NYC", "000001", "02012024", "01011900", "Étui cuir ", "   12,50", 2,
    )  # fmt: skip
    assert [(one.line_no, one.rule) for one in chunk.bad] == [(6, "length of the line")]
    assert chunk.skipped == {"blank line": 1, "end of the file": 1}
    assert sum(one.lines for one in chunks) == LINES.count("\n")


def test_dates_of_the_layout_and_the_null_date(network):
    network.home.mappings.mkdir(parents=True)
    (network.home.mappings / "tra.yml").write_text(MAPPING + "reject_tolerance: 0.5\n", "utf-8")
    outcome = network.one("x.TRA", LINES.encode("cp1252"))
    assert (outcome.rows_loaded, outcome.rows_rejected, outcome.rows_skipped) == (2, 2, 4)
    rows = network.table("repairs").sort("_line_no")
    assert rows["repair_id"].to_list() == ["000001", "000002"]
    assert [str(day) for day in rows["received_on"]] == ["2024-01-02", "2024-01-02"]
    assert [str(day) for day in rows["collected_on"]] == ["None", "2024-01-03"]


def test_a_mapping_that_does_not_say_where_columns_stand_is_refused(tmp_path):
    with pytest.raises(MappingError, match="does not say where Rendu stands"):
        read(tmp_path, b"", MAPPING.replace("  Rendu: [18, 25]\n", ""))
    with pytest.raises(MappingError, match="the first and the last character"):
        read(tmp_path, b"", MAPPING.replace("[18, 25]", "[25, 18]"))
    text = re.sub(r"columns_at:\n(  .*\n)+", "", MAPPING)
    with pytest.raises(MappingError, match="needs columns_at:"):
        read(tmp_path, b"", text)


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "0 lines"), (b"PK\x03\x04zip", "workbook"), (b"x" * 2_000_000, "longer")],
)
def test_what_cannot_be_read_is_refused_in_words(tmp_path, data, words):
    with pytest.raises(Refused, match=words):
        read(tmp_path, data)
