"""Tables, tiles and marks as plain HTML: readable by keyboard, screen reader, printer and eye.

Everything that comes from data is escaped here, so no page has to remember to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from statistics import median
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from dashboards import words
from dashboards.warehouse import Row


class Html(str):
    """Text that is already HTML; any other text is escaped where it is used."""


def safe(value: Any) -> Html:
    return value if isinstance(value, Html) else Html(escape(words.cell(value)))


def show(*pieces: str) -> None:
    """Put pieces of HTML on the page, in the page's own style."""
    st.html(f'<div class="lp">{"".join(pieces)}</div>')


def address(page: str, params: Mapping[str, Any]) -> str:
    """A relative link to a page (`""` is Today) with those parameters; empty ones are left out."""
    query = urlencode({name: str(value) for name, value in params.items() if value})
    return f"./{page}?{query}" if query else f"./{page}"


def link(text: Any, href: str | None, title: str | None = None) -> Html:
    if not href:
        return safe(text)
    hint = f' title="{escape(title)}"' if title else ""
    return Html(f'<a href="{escape(href)}"{hint}>{safe(text)}</a>')


def badge(status: words.Status, note: str = "", href: str | None = None) -> Html:
    """A status: sign, word, tone, and a note in small."""
    small = f" <small>{escape(note)}</small>" if note else ""
    inner = f'<i aria-hidden="true">{status.sign}</i>{escape(status.word)}{small}'
    hint = f' title="{escape(status.meaning)}"' if status.meaning else ""
    if href:
        return Html(f'<a class="badge {status.tone}" href="{escape(href)}"{hint}>{inner}</a>')
    return Html(f'<span class="badge {status.tone}"{hint}>{inner}</span>')


def banner(tone: str, sign: str, text: str, more: Iterable[str] = ()) -> Html:
    """A loud sentence across the page; `text` may hold HTML made here."""
    points = "".join(f"<li>{safe(point)}</li>" for point in more)
    listed = f"<ul>{points}</ul>" if points else ""
    return Html(f'<div class="banner {tone}" role="alert"><b>{sign}</b> {text}{listed}</div>')


@dataclass(frozen=True)
class Column:
    """One column of a table: which value, how it is said, where it leads.

    `say` and `href` are given the whole row. `kind`: text, number (right), wide (long text).
    """

    name: str
    label: str
    kind: str = "text"
    say: Callable[[Row], Any] | None = None
    href: Callable[[Row], str | None] | None = None
    help: str = ""

    def html(self, row: Row) -> Html:
        value = self.say(row) if self.say else row.get(self.name)
        return link(value, self.href(row)) if self.href else safe(value)


CELL_CLASS = {"number": ' class="r"', "wide": ' class="w"'}


def table(
    columns: Sequence[Column],
    rows: Sequence[Row],
    *,
    caption: str = "",
    total: Mapping[str, Any] | None = None,
    tall: bool = False,
    style: str = "",
    heads: bool = True,
) -> Html:
    """A table; its first column heads the rows. `total` fills a last row by column name."""

    def cells(tag: str, values: Iterable[tuple[Column, Html]]) -> str:
        parts = []
        for place, (column, value) in enumerate(values):
            head = place == 0 and heads
            name = "th" if head else tag
            scope = ' scope="row"' if head else ""
            parts.append(f"<{name}{scope}{CELL_CLASS.get(column.kind, '')}>{value}</{name}>")
        return "".join(parts)

    top = "".join(
        f'<th scope="col"{CELL_CLASS.get(c.kind, "")}'
        f"{f' title={chr(34)}{escape(c.help)}{chr(34)}' if c.help else ''}>{escape(c.label)}</th>"
        for c in columns
    )
    body = "".join(f"<tr>{cells('td', ((c, c.html(row)) for c in columns))}</tr>" for row in rows)
    foot = ""
    if total is not None:
        values = ((c, safe(total[c.name]) if c.name in total else Html("")) for c in columns)
        foot = f"<tfoot><tr>{cells('td', values)}</tr></tfoot>"
    below = f"<caption>{escape(caption)}</caption>" if caption else ""
    return Html(
        f'<div class="scroll{" tall" if tall else ""}" tabindex="0"><table class="{style}">{below}'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody>{foot}</table></div>"
    )


def spark(
    values: Sequence[float | None], same: set[int] | None = None, *, words_: str = ""
) -> Html:
    """A row of small bars, the last one lit, days like it darker, the median dashed.

    A day without figures is hatched, not zero. `same` holds the places of comparable days.
    """
    known = [float(v) for v in values if v is not None]
    if not known:
        return Html("")
    top = max(*known, 0.0) or 1.0
    middle = max(0.0, median(known))
    bars = []
    for place, value in enumerate(values):
        if value is None:
            bars.append('<span class="none"></span>')
            continue
        name = "now" if place == len(values) - 1 else "same" if same and place in same else ""
        height = max(0.0, float(value)) / top * 100
        bars.append(f'<span class="{name}" style="height:{height:.0f}%"></span>')
    line = f'<hr style="bottom:{middle / top * 100:.0f}%">'
    return Html(
        f'<div class="spark" role="img" aria-label="{escape(words_)}">{"".join(bars)}{line}</div>'
    )


@dataclass(frozen=True)
class Tile:
    """A key figure: its name, the figure, what it is held against, how it went."""

    name: str
    value: str
    href: str | None = None
    against: Sequence[tuple[str, str]] = ()
    note: str = ""
    spark: str = ""

    def html(self) -> str:
        lines = "".join(f"<b>{safe(v)}</b><span>{safe(k)}</span>" for v, k in self.against)
        note = (
            f'<div class="soft" style="font-size:.78rem">{safe(self.note)}</div>'
            if self.note
            else ""
        )
        return (
            f'<div class="tile"><div class="name">{safe(self.name)}</div>'
            f'<div class="value">{link(self.value, self.href)}</div>'
            f'<div class="against">{lines}</div>{note}{self.spark}</div>'
        )


def tiles(items: Iterable[Tile]) -> Html:
    return Html(f'<div class="tiles">{"".join(item.html() for item in items)}</div>')


def facts(pairs: Iterable[tuple[str, Any]]) -> Html:
    """A short list of name and value."""
    return Html(
        "<dl>" + "".join(f"<dt>{safe(k)}</dt><dd>{safe(v)}</dd>" for k, v in pairs) + "</dl>"
    )
