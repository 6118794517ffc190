"""A page for people who read paper: headings and tables of what a page shows, as a PDF."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from dashboards import words

# Points: the widest a word may make its column, and what stands free beside a text.
LONGEST_WORD, PADDING = 110.0, 8.0
INK, SOFT, RULE = "#1c1c1c", "#6b6b6b", "#c9c2b4"


@dataclass(frozen=True)
class Section:
    """A heading, a sentence, and a table: column key → heading; figures stand to the right."""

    heading: str
    columns: Mapping[str, str]
    rows: Sequence[Mapping[str, Any]]
    totals: Mapping[str, Any] | None = None
    told: str = ""


def paper(title: str, about: Sequence[tuple[str, str]], sections: Sequence[Section]) -> bytes:
    """A PDF in landscape. The same content makes the same bytes, whenever it is made."""
    # Only whoever presses the button waits for the library.
    from reportlab.lib.pagesizes import landscape, letter
    from reportlab.platypus import SimpleDocTemplate, Spacer

    styles = _styles()
    buffer = io.BytesIO()
    edge = 36
    document = SimpleDocTemplate(
        buffer,
        pagesize=landscape(letter),
        leftMargin=edge,
        rightMargin=edge,
        topMargin=edge,
        bottomMargin=edge,
        title=title,
        invariant=1,
    )
    story = [_text(title, styles["title"])]
    story += [_text(f"{name}: {value}", styles["soft"]) for name, value in about]
    for section in sections:
        story.append(Spacer(1, 10))
        story.append(_text(section.heading, styles["heading"]))
        if section.told:
            story.append(_text(section.told, styles["cell"]))
        if section.rows:
            story.append(_table(section, styles, document.width))
    document.build(story, onFirstPage=_foot, onLaterPages=_foot)
    return buffer.getvalue()


def _styles() -> dict[str, Any]:
    """Text styles in a font that comes with the library and knows minus and dash."""
    import reportlab
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    if "Vera" not in pdfmetrics.getRegisteredFontNames():
        fonts = Path(reportlab.__file__).parent / "fonts"
        pdfmetrics.registerFont(TTFont("Vera", str(fonts / "Vera.ttf")))
        pdfmetrics.registerFont(TTFont("VeraBd", str(fonts / "VeraBd.ttf")))

    def style(name: str, size: float, font: str = "Vera", **more: Any) -> Any:
        more = {"textColor": INK} | more
        return ParagraphStyle(name, fontName=font, fontSize=size, leading=size * 1.3, **more)

    right: dict[str, Any] = {"alignment": 2}
    return {
        "title": style("title", 16, "VeraBd", spaceAfter=4),
        "heading": style("heading", 11, "VeraBd", spaceAfter=4),
        "soft": style("soft", 7.5, textColor=SOFT),
        "cell": style("cell", 7),
        "figure": style("figure", 7, **right),
        "head": style("head", 7, "VeraBd"),
        "figure_head": style("figure_head", 7, "VeraBd", **right),
    }


def _text(value: str, style: Any) -> Any:
    from reportlab.platypus import Paragraph

    return Paragraph(escape(value), style)


def _table(section: Section, styles: Mapping[str, Any], width: float) -> Any:
    from reportlab.platypus import Table, TableStyle

    figures = {
        key
        for key in section.columns
        if any(_is_figure(row.get(key)) for row in section.rows)
        and all(row.get(key) is None or _is_figure(row[key]) for row in section.rows)
    }
    lines = [[_text(t, _style("head", k, figures, styles)) for k, t in section.columns.items()]]
    for row in section.rows:
        lines.append([_cell(row.get(k), k, "cell", figures, styles) for k in section.columns])
    rules: list[Any] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.25, RULE),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
    ]
    if section.totals is not None:
        first = next(iter(section.columns))
        totals = {first: "Total"} | dict(section.totals)
        lines.append([_cell(totals.get(k), k, "head", figures, styles) for k in section.columns])
        rules.append(("LINEABOVE", (0, -1), (-1, -1), 0.75, INK))
    widths = _widths(section, width)
    return Table(lines, colWidths=widths, repeatRows=1, style=TableStyle(rules), hAlign="LEFT")


def _cell(value: Any, key: str, kind: str, figures: set[str], styles: Mapping[str, Any]) -> Any:
    said = "" if value is None else words.cell(value)
    return _text(said, _style(kind, key, figures, styles))


def _style(kind: str, key: str, figures: set[str], styles: Mapping[str, Any]) -> Any:
    if key not in figures:
        return styles[kind]
    return styles["figure" if kind == "cell" else "figure_head"]


def _is_figure(value: Any) -> bool:
    return not isinstance(value, bool | str | type(None)) and hasattr(value, "__float__")


def _widths(section: Section, width: float) -> list[float]:
    """Room for the longest word of each column, for whole figures; the rest to long texts."""
    least, wish = [], []
    for key, title in section.columns.items():
        values = [*(row.get(key) for row in section.rows), (section.totals or {}).get(key)]
        said = [(words.cell(v), _is_figure(v)) for v in values if v is not None]
        needed = [part for text, whole in said for part in ([text] if whole else text.split())]
        longest = max(_long(part) for part in [*title.split(), *needed, "Total"])
        least.append(min(longest, LONGEST_WORD) + PADDING)
        wish.append(max([longest, *(_long(text) for text, _ in said)]) + PADDING)
    if sum(least) >= width:
        return [width * part / sum(least) for part in least]
    # What is left goes where texts would break, and never makes a table wider than its texts.
    open_ = [more - less for more, less in zip(wish, least, strict=True)]
    given = min(1.0, (width - sum(least)) / sum(open_)) if sum(open_) else 0.0
    return [less + more * given for less, more in zip(least, open_, strict=True)]


def _long(text: str) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return stringWidth(text, "VeraBd", 7)


def _foot(canvas: Any, document: Any) -> None:
    canvas.setFont("Vera", 7)
    canvas.setFillColor(SOFT)
    canvas.drawString(36, 20, document.title)
    canvas.drawRightString(document.pagesize[0] - 36, 20, f"Page {document.page}")
