"""The one download button: everything the page shows, with its read-me."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboards import words
from dashboards.parts.filters import Chosen
from dashboards.workbook import EXCEL_ROWS, Sheet, workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def excel(
    name: str,
    title: str,
    chosen: Chosen,
    sheets: Callable[[], Sequence[Sheet]],
    filters: Sequence[tuple[str, str]] = (),
    *,
    largest: int = 0,
) -> None:
    """A button that makes `sheets` and writes them when it is pressed.

    `filters` are the page's own, in words; `largest` is the row count of the longest sheet, which
    is said, and never cut, when a spreadsheet cannot hold it.
    """
    run = chosen.run
    about = [
        ("Figures through", words.day(run.data_as_of)),
        ("Figures of", words.moment(run.published_at, chosen.zone, seconds=True)),
        ("Run", run.run_id),
        *chosen.said()[:2],
        *filters,
        ("Amounts", "in the currency beside them; amounts of different currencies are not added"),
    ]
    if chosen.as_known_then:
        about.append(("Note", "Figures as they were known on that run, not the newest."))
    if largest > EXCEL_ROWS:
        st.write(
            f"{words.number(largest)} rows are more than a spreadsheet can hold: choose fewer days"
            " or stores to download them."
        )
        return
    st.download_button(
        "Download to Excel",
        data=lambda: workbook(title, about, sheets()),
        file_name=f"loupe_{name}_{chosen.on:%Y%m%d}_{run.run_id}.xlsx",
        mime=XLSX,
        on_click="ignore",
        icon=":material/download:",
        key=f"download_{name}",
    )
