"""The one download button: everything the page shows, with its read-me."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboards import words
from dashboards.paper import Section, paper
from dashboards.parts.filters import Chosen
from dashboards.workbook import EXCEL_ROWS, Sheet, workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"


def about(
    chosen: Chosen, filters: Sequence[tuple[str, str]] = (), *, day: bool = True
) -> list[tuple[str, str]]:
    """What every download says of itself; `day` leaves the business date out where it is a week's.

    `filters` are the page's own, in words.
    """
    run = chosen.run
    said = chosen.said()[:2] if day else chosen.said()[1:2]
    told = [
        ("Figures through", words.day(run.data_as_of)),
        ("Figures of", words.moment(run.published_at, chosen.zone, seconds=True)),
        ("Run", run.run_id),
        *said,
        *filters,
        ("Amounts", "in the currency beside them; amounts of different currencies are not added"),
    ]
    if chosen.as_known_then:
        told.append(("Note", "Figures as they were known on that run, not the newest."))
    return told


def excel(
    name: str,
    title: str,
    chosen: Chosen,
    sheets: Callable[[], Sequence[Sheet]],
    filters: Sequence[tuple[str, str]] = (),
    *,
    largest: int = 0,
    label: str = "Download to Excel",
    stamp: str = "",
) -> None:
    """A button that makes `sheets` and writes them when it is pressed.

    `filters` are the page's own, in words; `largest` is the row count of the longest sheet, which
    is said, and never cut, when a spreadsheet cannot hold it. `stamp` stands in the file's name in
    place of the business date.
    """
    if largest > EXCEL_ROWS:
        st.write(
            f"{words.number(largest)} rows are more than a spreadsheet can hold: choose fewer days"
            " or stores to download them."
        )
        return
    told = about(chosen, filters, day=not stamp)
    st.download_button(
        label,
        data=lambda: workbook(title, told, sheets()),
        file_name=file_name(name, chosen, stamp, "xlsx"),
        mime=XLSX,
        on_click="ignore",
        icon=":material/download:",
        key=f"download_{name}",
    )


def pdf(
    name: str,
    title: str,
    chosen: Chosen,
    sections: Callable[[], Sequence[Section]],
    filters: Sequence[tuple[str, str]] = (),
    *,
    label: str,
    stamp: str,
) -> None:
    """The same as a PDF, made when the button is pressed."""
    told = about(chosen, filters, day=False)
    st.download_button(
        label,
        data=lambda: paper(title, told, sections()),
        file_name=file_name(name, chosen, stamp, "pdf"),
        mime=PDF,
        on_click="ignore",
        icon=":material/picture_as_pdf:",
        key=f"paper_{name}",
    )


def file_name(name: str, chosen: Chosen, stamp: str, ending: str) -> str:
    return f"loupe_{name}_{stamp or f'{chosen.on:%Y%m%d}'}_{chosen.run.run_id}.{ending}"
