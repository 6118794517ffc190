"""Every line of a delimited file is accounted for, with its true number."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.ingest.contracts import load_contract
from pipelines.ingest.mapping.native import native
from pipelines.ingest.readers import Refused, delimited
from pipelines.settings import Settings

MAPPING = native(load_contract().datasets["stores"])


def read(data: bytes, *, mapping=MAPPING, **knobs):
    """(rows with line number, bad lines, skipped lines) of some bytes."""
    rows, bad, skipped = [], [], 0
    for chunk in delimited.read_stream(
        io.BytesIO(data), mapping, Settings(**knobs), lambda names: None
    ):
        rows += [tuple(value or "" for value in row[:-1]) + row[-1:] for row in chunk.frame.rows()]
        bad += chunk.bad
        skipped += sum(chunk.skipped.values())
    return rows, bad, skipped


@pytest.fixture(params=[40, 4 << 20], ids=["tiny blocks", "one block"])
def block(request, monkeypatch):
    monkeypatch.setattr(delimited, "BLOCK_BYTES", request.param)


def test_a_short_line_is_set_aside_although_polars_would_fill_it_with_nulls(block):
    rows, bad, _ = read(b"a,b,c\n1,2,3\n4,5\n6,7,8\n")
    assert rows == [("1", "2", "3", 2), ("6", "7", "8", 4)]
    assert [(one.line_no, one.rule) for one in bad] == [(3, "number of values")]


def test_a_short_and_a_long_line_do_not_cancel_out(block):
    rows, bad, _ = read(b"a,b\n1\n2,3,4\n5,6\n")
    assert rows == [("5", "6", 4)]
    assert [one.line_no for one in bad] == [2, 3]


def test_line_numbers_stay_true_after_values_that_span_lines(block):
    rows, bad, _ = read(b'a,b\n"x\ny\nz",1\n2,3\n"p ""q"" r","4,5"\n')
    assert rows == [("x\ny\nz", "1", 2), ("2", "3", 5), ('p "q" r', "4,5", 6)]
    assert not bad


def test_a_quote_nobody_closes_costs_its_own_line_only(block):
    rows, bad, _ = read(b'a,b\n"open,1\n' + b"2,3\n" * 300)
    assert [(one.line_no, one.rule) for one in bad] == [(2, "quotes")]
    assert len(rows) == 300
    assert rows[0] == ("2", "3", 3)


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("last", [True, False])
def test_every_kind_of_line_end(block, ending, last):
    data = ending.join([b"a,b", b"1,2", b"3,4"]) + (ending if last else b"")
    assert read(data)[0] == [("1", "2", 2), ("3", "4", 3)]


def test_blank_lines_are_counted_and_a_mark_of_order_is_no_text(block):
    rows, bad, skipped = read(b"\xef\xbb\xbf\n\na,b\n1,2\n\n   \n3,4\n")
    assert rows == [("1", "2", 4), ("3", "4", 7)]
    assert (bad, skipped) == ([], 4)


def test_lines_of_another_encoding_and_zero_bytes_are_set_aside(block):
    rows, bad, _ = read(b"a,b\n\xe9t\xe9,1\n2,3\n4,\x005\n")
    assert rows == [("2", "3", 3)]
    assert [(one.line_no, one.rule) for one in bad] == [(2, "encoding"), (4, "readable text")]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "latin-1"])
def test_a_mapping_may_say_the_encoding(block, encoding):
    mapping = MAPPING.model_copy(update={"encoding": encoding})
    assert read("a,b\nété,1\n".encode(encoding), mapping=mapping)[0] == [("été", "1", 2)]


def test_a_line_longer_than_any_export_is_refused_without_reading_on(tmp_path: Path):
    read_on = 0

    class Endless:
        def read(self, size: int) -> bytes:
            nonlocal read_on
            read_on += size
            return b"x" * size

        def close(self) -> None:
            pass

    with pytest.raises(Refused, match="longer than"):
        list(delimited.read_stream(Endless(), MAPPING, Settings(), lambda names: None))
    assert read_on < 32 << 20


CELL = st.text(st.sampled_from('ab,"\n é1 '), max_size=6)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=12),
    st.sampled_from([30, 200, 4 << 20]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_a_csv_writer_wrote_is_read_back(rows, size, ending):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=ending, quoting=csv.QUOTE_MINIMAL)
    writer.writerow(["a", "b", "c"])
    writer.writerows(rows)
    before, delimited.BLOCK_BYTES = delimited.BLOCK_BYTES, size
    try:
        found, bad, skipped = read(text.getvalue().encode())
    finally:
        delimited.BLOCK_BYTES = before
    assert not bad
    assert [row[:-1] for row in found] == rows
    lines, line = [], 2
    for row in rows:
        lines.append(line)
        line += 1 + sum(cell.count("\n") for cell in row)
    assert [row[-1] for row in found] == lines
    assert skipped == 0


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([20, 4 << 20]))
def test_any_bytes_are_read_or_refused_in_words(data, size):
    before, delimited.BLOCK_BYTES = delimited.BLOCK_BYTES, size
    try:
        read(b"a,b\n" + data, max_line_bytes=64)
    except Refused as fault:
        assert str(fault)
    finally:
        delimited.BLOCK_BYTES = before
