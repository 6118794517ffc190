"""Lists as SAP writes them: framed by pipes, separated by tabs, or workbooks.

    Stock on 02.01.2024                     1   ← a line above the header
    ---------------------------------------     ← a rule
    |   |Material |Plnt|  Unrestricted|BUn|     ← the header, in any logon language
    |   |B6035517 |1000|         1,000|PC |
    |*  |         |1000|         1,000|PC |     ← a subtotal

SAP calls its tab-separated text ".xls". A separator may stand elsewhere in a row than in the
header, the header comes again on each page, and a text may hold a pipe: rows are cut by count,
where that fails by the places of the header's pipes, and else set aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.readers import (
    ABOVE_HEADER,
    BLANK,
    BadLine,
    CheckHeader,
    Chunk,
    Refused,
    loose,
    text_frame,
)
from pipelines.ingest.readers.headers import FoundHeader, find_header, written_names
from pipelines.ingest.readers.lines import bad_line, text_lines
from pipelines.settings import Settings

RULE = "rule between the rows"
SUBTOTAL = "subtotal"
PAGE = "page header"
_ROWS = 20_000
_RULE_SIGNS = "-=_"
_DIGITS = re.compile(r"\d+")
# A quote in a SAP text is an inch, and closes nothing. No text holds this one.
_NO_QUOTE = "\x01"
_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0"
_MIDNIGHT = r"\A(\d{4}-\d{2}-\d{2})[ T]00:00:00(?:\.0+)?\z"


def read(
    path: Path, name: str, mapping: Mapping, settings: Settings, check_header: CheckHeader
) -> Iterator[Chunk]:
    """Chunks of the list at `path`, called `name` when received. Raises Refused."""
    with path.open("rb") as file:
        start = file.read(4)
    if start in (_ZIP, _COMPOUND):
        return _workbook(path, name, mapping, settings, check_header)
    settled, findings = loose.settle_encoding(path, mapping, settings)
    lines = loose.first_lines(path, settled, settings)
    if not any(line.strip() for line in lines):
        raise Refused("it is empty: not even a header")
    framed = sum(line.lstrip().startswith("|") for line in lines)
    if framed:
        findings["layout"] = "framed by pipes"
        return _framed(path, lines, settled, settings, check_header, findings)
    if any(line.count("\t") > 1 for line in lines):
        return _tabbed(path, mapping, settings, check_header)
    raise Refused(
        "it is no list of SAP: its rows are neither framed by | nor separated by tabs. Save the "
        "list as 'unconverted' or 'spreadsheet', or export it to Excel"
    )


def _workbook(
    path: Path, name: str, mapping: Mapping, settings: Settings, check_header: CheckHeader
) -> Iterator[Chunk]:
    """A list exported to Excel: the same rows, its dates at midnight dates again."""
    from pipelines.ingest.readers import workbook

    settled = mapping.model_copy(update={"find_header": True})
    for chunk in workbook.read(path, name, settled, settings, check_header):
        chunk.frame = chunk.frame.with_columns(pl.col(pl.String).str.replace(_MIDNIGHT, "${1}"))
        _without_subtotals(chunk)
        yield chunk


def _tabbed(
    path: Path, mapping: Mapping, settings: Settings, check_header: CheckHeader
) -> Iterator[Chunk]:
    settled = mapping.model_copy(
        update={"delimiter": "\t", "quote": _NO_QUOTE, "find_header": True}
    )
    layout = {"layout": "separated by tabs"}
    for chunk in loose.read(path, settled, settings, check_header, _without_subtotals):
        chunk.findings |= layout
        layout = {}
        yield chunk


def _without_subtotals(chunk: Chunk) -> None:
    """Leaves out the rows whose first value is a star."""
    frame = chunk.frame
    told = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    if not frame.height or not told:
        return
    filled = (
        pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name).str.strip_chars())
        for name in told
    )
    stars = frame.select(
        pl.coalesce(*filled).str.starts_with("*").fill_null(False).alias("is_subtotal")
    ).to_series()
    if stars.any():
        chunk.frame = frame.filter(~stars)
        chunk.skipped[SUBTOTAL] = chunk.skipped.get(SUBTOTAL, 0) + int(stars.sum())


# ── framed by pipes ──────────────────────────────────────────────────────────────────────────


def _cells(line: str) -> list[str]:
    """The values between the pipes of a framed line."""
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


@dataclass
class _Page:
    """What is known once the header is found."""

    cells: list[str]
    # Where the header's inner pipes stand in its line.
    pipes: list[int]
    # The lines above the first header, digits aside: they come again on each page.
    titles: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._has_framed_titles = any(title.startswith("|") for title in self.titles)

    def is_title(self, bare: str) -> bool:
        """Whether a line stands above the first header too, but for its numbers."""
        if bare.startswith("|") and not self._has_framed_titles:
            return False
        return _DIGITS.sub("0", bare) in self.titles

    def values(self, line: str) -> list[str] | None:
        """The values of a framed line, or None when nobody can tell them apart."""
        values = _cells(line)
        if len(values) <= len(self.cells):
            return values if len(values) == len(self.cells) else None
        # A text with a pipe: it is one value where the pipes of the header say so.
        if not all(at < len(line) and line[at] == "|" for at in self.pipes):
            return None
        edges = [*self.pipes, len(line)]
        cut = [line[edges[at] + 1 : edges[at + 1]] for at in range(len(self.cells))]
        return [cell.strip().removesuffix("|").rstrip() for cell in cut]


def _framed(
    path: Path,
    lines: list[str],
    mapping: Mapping,
    settings: Settings,
    check_header: CheckHeader,
    findings: dict[str, str],
) -> Iterator[Chunk]:
    found = find_header(
        (_cells(line) if line.lstrip().startswith("|") else [] for line in lines), mapping
    )
    findings["header"] = f"line {found.at + 1}"
    check_header([name for name in found.names if name])
    names = [name or f"{loose.UNNAMED}{at}" for at, name in enumerate(found.names)]
    page = _page(lines, found)
    rows: list[list[str]] = []
    numbers: list[int] = []
    bad: list[BadLine] = []
    skipped: dict[str, int] = {}

    def taken() -> Chunk:
        chunk = Chunk(text_frame(names, rows, numbers), list(bad), dict(skipped), findings=findings)
        chunk.written = written_names(found.cells, found.names)
        for part in (rows, numbers, bad, skipped):
            part.clear()
        loose.without_unnamed(chunk)
        loose.without_marked(chunk, mapping)
        return chunk

    for line in text_lines(path, mapping, settings):
        if line.number == found.at + 1:
            continue
        if line.fault is not None:
            bad.append(line.fault)
            continue
        told = _told(line.text, page, is_above=line.number <= found.at)
        if isinstance(told, str):
            skipped[told] = skipped.get(told, 0) + 1
        elif told is None:
            bad.append(_misfit(line.number, line.text, page))
        else:
            rows.append(told)
            numbers.append(line.number)
        if len(rows) >= _ROWS:
            yield taken()
            findings = {}
    yield taken()


def _page(lines: list[str], found: FoundHeader) -> _Page:
    header = lines[found.at].rstrip()
    pipes = [at for at, sign in enumerate(header) if sign == "|"]
    if header.endswith("|"):
        pipes = pipes[:-1]
    titles = {_DIGITS.sub("0", line.strip()) for line in lines[: found.at]}
    return _Page(found.cells, pipes, titles - {""})


def _told(text: str, page: _Page, *, is_above: bool) -> list[str] | str | None:
    """The values of a line, or why it is no row, or None when it does not fit."""
    bare = text.strip()
    if not bare:
        return BLANK
    if _is_rule(bare):
        return RULE
    if bare.startswith("|") and not is_above:
        return PAGE if page.is_title(bare) else _row(text, page)
    if is_above:
        return ABOVE_HEADER
    # A row torn by a line end inside a text still has pipes, and is not lost.
    return None if "|" in bare else PAGE


def _is_rule(bare: str) -> bool:
    return not bare.strip("-=_|+ \t") and any(sign in bare for sign in _RULE_SIGNS)


def _row(text: str, page: _Page) -> list[str] | str | None:
    """The same, of a framed line."""
    values = page.values(text.rstrip())
    first = next((value for value in values or _cells(text) if value), "")
    if first.startswith("*"):
        return SUBTOTAL
    if values is not None and not first:
        return BLANK
    return loose.REPEATED_HEADER if values == page.cells else values


def _misfit(number: int, text: str, page: _Page) -> BadLine:
    found = len(_cells(text))
    words = f"{len(page.cells)} values between pipes, as the header has; this line has {found}"
    if not text.lstrip().startswith("|"):
        words = "a row begins with a pipe; this may be the rest of one torn by a line end in a text"
    return bad_line(
        number,
        "number of values",
        words,
        text,
        value=str(found),
    )
