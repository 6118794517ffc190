"""The same figures make the same sheets: a locked month can be exported again and compared."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

from dashboards.workbook import Sheet, workbook

ROWS = [{"store": "NYC", "on": date(2026, 3, 2), "net": Decimal("161000.00")}, {"store": "LAX"}]
COLUMNS = {"store": "Store", "on": "Day", "net": "Net sales"}


def made(rows: list[dict[str, object]], run: str = "run_1", written: datetime | None = None):
    sheet = Sheet("Store-days", COLUMNS, rows, {"net": Decimal("161000.00")})
    return workbook("Locked month", [("Run", run)], [sheet], written)


def parts(book: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def strings(book: bytes) -> list[bytes]:
    return parts(book)["xl/sharedStrings.xml"].split(b"<si>")[1:]


def test_the_same_rows_make_the_same_data_sheets_to_the_byte() -> None:
    first = made(ROWS)
    time.sleep(1.1)
    second = made(ROWS)
    sheet = "xl/worksheets/sheet2.xml"
    assert parts(first)[sheet] == parts(second)[sheet]
    # Texts stand in a part of their own: those of the data come first, and are the same.
    told = [
        n
        for n, (one, other) in enumerate(zip(strings(first), strings(second), strict=True))
        if one != other
    ]
    assert len(told) == 1 and b"UTC" in strings(first)[told[0]]
    assert all(text in b"".join(strings(first)[: told[0]]) for text in (b"Store", b"NYC", b"Total"))


def test_a_moment_given_makes_the_whole_file_the_same() -> None:
    moment = datetime(2026, 4, 1, 8, tzinfo=UTC)
    first = made(ROWS, written=moment)
    time.sleep(1.1)
    assert made(ROWS, written=moment) == first


def test_another_figure_makes_another_sheet() -> None:
    other = [ROWS[0] | {"net": Decimal("161000.01")}, ROWS[1]]
    sheet = "xl/worksheets/sheet2.xml"
    assert parts(made(other))[sheet] != parts(made(ROWS))[sheet]
