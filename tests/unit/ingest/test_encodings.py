"""Text in whatever encoding, with whatever separator, under whatever stands above its header."""

import gzip
import io
import textwrap

import pytest

from pipelines.ingest.check import check_file
from pipelines.ingest.readers import Refused, encodings

TEXT = "Magasin;Désignation;Qté\nZürich;“Bague” à 5 €;1\n"
TRAFFIC = """\
system: counter
export: people
dataset: store_traffic
files: {regex: '(?P<business_date>\\d{8})\\.txt'}
encoding: auto
delimiter: auto
find_header: true
reject_tolerance: 0.5
not_rows: {end of the list: '^Ende|^\\*\\*\\*'}
columns:
  store_id: Magasin
  business_date: {file: business_date}
  hour: Heure
  visitors: Entrées
filters:
  - {reason: total, where: [{column: Magasin, matches: '^Total'}]}
"""
PLAIN = "Magasin;Heure;Entrées\nZürich;10;5\nCôte;11;7\n"


def named(data: bytes) -> str:
    return encodings.decide(io.BytesIO(data)).name


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"a,b\n1,2\n", "utf-8"),
        (b"", "utf-8"),
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("utf-16"), "utf-16-le"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("cp1252"), "cp1252"),
        ("é".encode("latin-1"), "cp1252"),
        ("é\x81".encode("latin-1"), "iso8859-1"),
        (b"a;b\n" * 400_000 + "é".encode("cp1252"), "cp1252"),
        (b"a;b\n" * 400_000 + "é".encode(), "utf-8"),
        # A torn line does not make a file of UTF-8 something else.
        ("é\n".encode() * 20 + b"\xe9\n", "utf-8"),
        # Characters of up to four bytes across the edges of the blocks that are looked at.
        (b"x" * ((1 << 16) - 1) + "€💍é".encode() * 300_000, "utf-8"),
    ],
)
def test_the_bytes_decide(data, name):
    assert named(data) == name


def test_utf_32_is_refused_in_words():
    with pytest.raises(Refused, match="UTF-32"):
        named(TEXT.encode("utf-32"))


@pytest.fixture
def traffic(network):
    network.home.mappings.mkdir(parents=True)
    (network.home.mappings / "people.yml").write_text(TRAFFIC, "utf-8")

    def read(data: bytes | str, mapping: str = TRAFFIC):
        (network.home.mappings / "people.yml").write_text(mapping, "utf-8")
        path = network.put("20240102.txt", data)
        (report,) = check_file(path, home=network.home, settings=network.settings)
        return report

    return read


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 with a byte order mark"),
        ("utf-16", "UTF-16, little end first"),
        ("utf-16-le", "UTF-16, little end first, without a byte order mark"),
        ("utf-16-be", "UTF-16, big end first, without a byte order mark"),
        ("cp1252", "Windows-1252"),
        ("latin-1", "Windows-1252"),
    ],
)
def test_any_encoding_gives_the_same_rows(traffic, encoding, words):
    report = traffic(PLAIN.encode(encoding))
    assert (report.status, report.rows, report.rejected) == ("accepted", 2, 0), report
    assert {scope["store_id"] for scope in report.scopes} == {"Zürich", "Côte"}
    assert report.findings["encoding"] == words


@pytest.mark.parametrize(
    ("separator", "words"),
    [(";", "semicolon"), (",", "comma"), ("\t", "tab"), ("|", "pipe"), ("^", "^")],
)
def test_any_separator_gives_the_same_rows(traffic, separator, words):
    report = traffic(PLAIN.replace(";", separator))
    assert (report.status, report.rows, report.rejected) == ("accepted", 2, 0), report
    assert report.findings["separator"] == words


UGLY = textwrap.dedent("""\
    Fréquentation;;
    imprimé le 03.01.2024;;

    Magasin;Heure;Entrées;
    Zürich;10;5;
    Magasin;Heure;Entrées;
    ;;;
    Zürich;11;7;

    Total Zürich;;12;
    Côte;11;7;oops
    Ende der Liste
    Côte;12
    """)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_what_people_put_around_rows_is_left_out_and_counted(traffic, ending):
    report = traffic(UGLY.replace("\n", ending))
    assert report.status == "accepted", report.reason
    assert report.skipped == {
        "line above the header": 3,
        "repeated header": 1,
        "blank line": 2,
        "total": 1,
        "end of the list": 1,
    }
    assert (report.lines_read, report.rows, report.rejected) == (12, 2, 2)
    assert [(one.line_no, one.rule) for one in report.first_reasons] == [
        (11, "column without a name"),
        (13, "number of values"),
    ]
    assert report.findings["header"] == "line 4"


def test_the_hint_that_excel_hides_is_taken(traffic):
    mapping = TRAFFIC.replace("find_header: true\n", "")
    report = traffic("sep=;\n" + PLAIN, mapping)
    assert (report.status, report.rows, report.lines_read) == ("accepted", 2, 3), report
    assert report.skipped == {"line above the header": 1}


def test_a_packed_file_is_found_out_too(traffic):
    assert traffic(gzip.compress(PLAIN.encode("cp1252"))).rows == 2


def test_a_header_that_is_nowhere_is_refused_naming_what_was_looked_for(traffic):
    report = traffic("Bericht\n1;2;3\n")
    assert report.status == "refused"
    assert report.reason == (
        "no header in its first 50 lines: none of them names Entrées, Heure, Magasin"
    )
    report = traffic("Bericht\nMagasin;Heure;Passages\nA;1;2\n")
    assert "its header (line 2) lacks Entrées" in report.reason
    assert traffic("\n" * 60 + PLAIN).status == "refused"
    assert "empty" in traffic("").reason
    assert "workbook" in traffic(b"PK\x03\x04" + bytes(100)).reason


def test_a_column_that_stands_there_twice_is_refused(traffic):
    report = traffic("Magasin;Heure;Entrées;Entrées\nA;10;1;2\n")
    assert "Entrées stands there twice" in report.reason


def test_other_names_of_a_header(traffic):
    mapping = TRAFFIC + "synonyms: {Entrées: [Visitors, Passages]}\n"
    assert traffic("Magasin,Heure,PASSAGES\nA,10,5\n", mapping).rows == 1


def test_a_file_without_header_still_tells_its_separator(traffic):
    mapping = TRAFFIC.replace("find_header: true", "header: [Magasin, Heure, Entrées]")
    report = traffic("Zürich\t10\t5\nCôte, Sud\t11\t7\n", mapping)
    assert (report.rows, report.lines_read) == (2, 2), report
