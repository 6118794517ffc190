"""The menu: pages by what they are about, each link keeping the shared filters."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.parts import filters
from dashboards.parts.html import Html, address, link, safe, show

# The pages of the menu by what they are about; the names are those of dashboards/app.py.
MENU = {
    "": {"today": "Today", "monday": "Monday", "my_day": "My day"},
    "Money": {
        "close_day": "Close the day",
        "tenders": "Tenders",
        "receipts": "Receipts",
        "exceptions": "Exceptions",
        "restatements": "Restatements",
        "sales_trend": "Sales trend",
    },
    "Stock": {
        "counts": "Counts",
        "stock_take": "Stock take",
        "away": "In transit and out",
        "piece": "Piece",
        "shrinkage": "Shrinkage",
    },
    "Data": {
        "files": "Files",
        "dictionary": "Dictionary",
    },
}


def navigation(pages: dict[str, Any], page: Any) -> None:
    """Links to the pages, each keeping the shared filters; folded together on a telephone."""
    kept = filters.params()
    brand = link(Html("LOUPE"), address("", kept)).replace("<a ", '<a class="brand" ')
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="navigation"):
        show(brand)
        for group, names in MENU.items():
            if group:
                show(f'<span class="group">{group}</span>')
            for name, title in names.items():
                st.page_link(pages[name], label=title, query_params=kept)
    with st.container(key="folded_navigation"):
        show(folded(brand, kept, page.title))


def folded(brand: str, kept: dict[str, str], here: str) -> Html:
    """The same menu behind one word, for narrow screens."""
    groups = []
    for group, names in MENU.items():
        listed = " ".join(
            link(title, address("" if name == "today" else name, kept))
            for name, title in names.items()
        )
        groups.append(f"<li>{group or 'Start'}<div>{listed}</div></li>")
    fold = f"<details><summary>Menu: {safe(here)}</summary><ul>{''.join(groups)}</ul></details>"
    return Html(f'<nav class="menu" aria-label="Pages">{brand}{fold}</nav>')
