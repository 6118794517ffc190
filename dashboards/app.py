"""The frame around the pages. Run it: `streamlit run dashboards/app.py` (or `loupe serve`)."""

from __future__ import annotations

import streamlit as st

from dashboards.parts import frame
from dashboards.warehouse import Published, QuestionError

st.set_page_config(page_title="Loupe", page_icon="💎", layout="wide")

# The default page answers at "/" only and blocks its own name; so it gives its name away to a
# second entry, which answers where people type it.
pages = {
    "today": st.Page("views/today.py", title="Today", url_path="start", default=True),
    "today_by_name": st.Page("views/today.py", title="Today", url_path="today"),
    "close_day": st.Page("views/close_day.py", title="Close the day"),
    "tenders": st.Page("views/tenders.py", title="Tenders"),
    "receipts": st.Page("views/receipts.py", title="Receipts"),
    "exceptions": st.Page("views/exceptions.py", title="Exceptions"),
    "restatements": st.Page("views/restatements.py", title="Restatements"),
    "sales_trend": st.Page("views/sales_trend.py", title="Sales trend"),
    "files": st.Page("views/files.py", title="Files"),
    "try_mapping": st.Page("views/try_mapping.py", title="Try a mapping"),
    "dictionary": st.Page("views/dictionary.py", title="Dictionary"),
    "explain": st.Page("views/explain.py", title="Explain"),
}
page = st.navigation(list(pages.values()), position="hidden")
frame.styled()
frame.navigation(pages)
try:
    # A mapping is tried before there is anything to publish, too.
    if page is not pages["try_mapping"] or Published().runs():
        frame.open_page(Published())
    page.run()
except QuestionError as fault:
    frame.could_not_answer(fault)
