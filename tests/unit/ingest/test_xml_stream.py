"""XML as a stream: whole records, true lines, bounded memory; every attack refused in words."""

import gzip
import io
import time
import tracemalloc

import pytest

from pipelines.ingest.readers import Refused
from pipelines.ingest.readers.xml_stream import (
    Bounds,
    mentions,
    read_elements,
    stream_elements,
)
from pipelines.settings import Settings


def elements(content: str | bytes, **how):
    data = content.encode() if isinstance(content, str) else content
    return list(stream_elements(io.BytesIO(data), {"T"}, **how))


def refusal(content: str | bytes, **how) -> str:
    with pytest.raises(Refused) as fault:
        elements(content, **how)
    return str(fault.value)


def test_records_come_whole_with_their_lines_and_local_names():
    first, second = elements(
        '<a xmlns:v="urn:v">\n <b>skipped</b>\n <v:T v:x="2" x="1">\n  <v:c>  one </v:c><c>two</c>'
        "\n </v:T>\n\n <T/></a>"
    )
    assert (first.line, second.line) == (3, 7)
    assert first.space == "urn:v" and first.attribute("x") == "1"
    assert [one.text for one in first.all("c")] == ["one", "two"]
    assert first.value("c") == "one" and first.value("absent", "c") is None
    assert first.first("c").line == 4


def test_a_record_within_a_record_is_part_of_it():
    (outer,) = elements("<a><T><T>inner</T></T></a>")
    assert outer.value("T") == "inner"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_the_declared_encoding_is_used(encoding):
    told = f'<?xml version="1.0" encoding="{encoding}"?>\n<a><T>Grüße</T></a>'
    (one,) = elements(told.encode(encoding))
    assert one.text == "Grüße" and one.line == 2


def test_an_encoding_of_the_mapping_goes_before_a_missing_one():
    (one,) = elements("<a><T>Grüße €</T></a>".encode("cp1252"), encoding="cp1252")
    assert one.text == "Grüße €"


def test_a_document_type_that_declares_nothing_does_no_harm():
    assert len(elements("<!DOCTYPE a><a><T/></a>")) == 1


@pytest.mark.parametrize(
    "attack",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><a><T>&b;</T></a>',
        "<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://example.invalid/x'> %p;]><a><T/></a>",
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a><T/></a>',
        '<!DOCTYPE a PUBLIC "-//x//y" "http://example.invalid/a.dtd"><a><T/></a>',
        '<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;">]><a><T>&m;</T></a>',
        "<!DOCTYPE a [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><a><T>&f;</T></a>",
    ],
)
def test_entities_and_outside_references_are_refused_in_words(attack):
    assert "never read" in refusal(attack)
    assert "etc/passwd" not in refusal(attack)


def test_an_entity_nobody_declared_is_refused():
    assert "entity" in refusal("<a><T>&secret;</T></a>")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<a>" * 99 + "</a>" * 99, "64 deep"),
        ("<a><T>" + "x" * 1_100_000 + "</T></a>", "1,000,000 characters"),
        ("<a><T " + "x" * 2_300_000 + '="1"/></a>', "tag or comment"),
        ("<a><!--" + "x" * 2_300_000 + "--></a>", "tag or comment"),
        ("<a><T " + " ".join(f'a{n}="1"' for n in range(300)) + "/></a>", "200 attributes"),
    ],
)
def test_what_is_too_large_is_refused(content, words):
    started = time.process_time()
    assert words in refusal(content)
    assert time.process_time() - started < 5


def test_a_record_of_too_many_parts_is_refused():
    assert "100 parts" in refusal("<a><T>" + "<b/>" * 200 + "</T></a>", bounds=Bounds(parts=100))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "empty"),
        ("   \n", "no XML"),
        ('{"a": 1}', "no XML"),
        ("a;b\n1;2\n", "no XML"),
        (b"PK\x03\x04zip", "no XML"),
        ("<a>\n<T>", "line 2, column 4: it ends in the middle"),
        ("<a>\n<T></b></a>", "line 2, column 6: it is damaged XML"),
        ("<a><v:T/></a>", "unbound prefix"),
        ('<?xml version="1.0" encoding="klingon"?><a/>', "encoding"),
        ('<?xml version="1.0" encoding="shift_jis"?><a/>', "encoding"),
        (b"<a><T>\xff\xfe</T></a>", "damaged XML"),
    ],
)
def test_what_is_no_whole_xml_is_refused(content, words):
    assert words in refusal(content)


def test_another_kind_of_document_is_refused():
    assert "first element is html" in refusal("<html><T/></html>", roots={"POSLog"})
    assert len(elements("<env><POSLog><T/></POSLog></env>", roots={"POSLog"})) == 1


def test_memory_stays_while_the_file_grows(tmp_path):
    record = "<T>" + "<part>some text that is not short</part>" * 200 + "</T>\n"
    path = tmp_path / "big.xml.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"<a>")
        for _ in range(700):
            file.write(record.encode())
        file.write(b"</a>")
    tracemalloc.start()
    found = sum(1 for _ in read_elements(path, {"T"}, Settings()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == 700
    assert peak < 3 << 20  # of 6 MB unpacked


def test_a_gzip_bomb_is_refused(tmp_path):
    path = tmp_path / "bomb.xml.gz"
    path.write_bytes(gzip.compress(b"<a>" + b" " * (40 << 20) + b"</a>"))
    with pytest.raises(Refused, match="unpacks to more than"):
        list(read_elements(path, {"T"}, Settings()))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_word_is_found_wherever_blocks_are_cut(tmp_path, encoding):
    path = tmp_path / "f.xml"
    for before in (0, (1 << 20) - 3, (1 << 20) - 12, 1 << 20):
        path.write_bytes(b"x" * before + "PostVoid".encode(encoding) + b"y")
        assert mentions(path, "PostVoid", Settings())
    path.write_bytes(b"x" * (3 << 20))
    assert not mentions(path, "PostVoid", Settings())
