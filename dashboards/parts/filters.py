"""The filters every page shares. The address line is the truth; widgets only write to it.

`date` (business date), `stores` (ids, comma between), `run` (as known on that run). What is not in
the address is the newest there is, so a bookmark of Today stays today's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import streamlit as st

from dashboards import words
from dashboards.questions import network
from dashboards.warehouse import Row, Run

SHARED = ("date", "stores", "run")


@dataclass(frozen=True)
class Chosen:
    """What the page is about: the run, the day, the stores (none chosen means all)."""

    run: Run
    newest: Run
    on: date
    stores: list[str]
    every_store: list[Row]
    calendar: network.Calendar
    zone: str | None
    params: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def as_known_then(self) -> bool:
        return self.run.run_id != self.newest.run_id

    def store_names(self) -> str:
        if not self.stores:
            return f"all {len(self.every_store)} stores"
        names = {row["store_id"]: row["store_name"] for row in self.every_store}
        return words.listing([names.get(s, s) for s in self.stores], 6)

    def said(self) -> list[tuple[str, str]]:
        """The shared filters in words, for spreadsheets."""
        return [
            ("Business date", words.day(self.on)),
            ("Stores", self.store_names()),
            ("As known on run", self.run.run_id),
        ]


def params() -> dict[str, str]:
    """The shared filters as they stand in the address line."""
    return {name: st.query_params[name] for name in SHARED if st.query_params.get(name)}


def put(name: str, value: str | None) -> None:
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def day_from(text: str | None, calendar: network.Calendar) -> tuple[date, str | None]:
    """The day a text names, kept inside the calendar; and a sentence when it had to be changed."""
    if not text:
        return calendar.latest, None
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return (
            calendar.latest,
            f"“{text}” is not a date (2026-11-20 would be): the newest is shown.",
        )
    kept = min(max(asked, calendar.first), calendar.last)
    if kept != asked:
        return kept, f"There are no figures for {words.day(asked)}; {words.day(kept)} is shown."
    return kept, None


def choice(
    name: str,
    label: str,
    options: Sequence[str],
    say: Callable[[str], str],
    default: str | None = None,
    *,
    width: Any = "stretch",
    segmented: bool = False,
) -> str:
    """A choice of one, kept in the address line under `name`; the default is left out of it."""
    first = default if default is not None and default in options else options[0]
    asked = st.query_params.get(name)
    key = f"choice_{name}"
    st.session_state[key] = asked if asked in options else first

    def keep() -> None:
        picked = st.session_state[key]
        put(name, None if picked in (None, first) else picked)

    if segmented:
        picked = st.segmented_control(
            label, options, format_func=say, key=key, on_change=keep, width=width
        )
        return picked or first
    picked = st.selectbox(label, options, format_func=say, key=key, on_change=keep, width=width)
    return picked or first


def text(name: str, label: str, placeholder: str = "", *, width: Any = "stretch") -> str:
    """A line of text, kept in the address line under `name`."""
    key = f"text_{name}"
    st.session_state[key] = st.query_params.get(name, "")
    written = st.text_input(
        label,
        placeholder=placeholder,
        key=key,
        on_change=lambda: put(name, st.session_state[key].strip()),
        width=width,
    )
    return (written or "").strip()


def draw(run: Run, newest: Run, kept: Sequence[Run], zone: str | None) -> Chosen | None:
    """Draw the three filters; None when the run holds no store-day."""
    calendar = network.calendar(run)
    if calendar is None:
        return None
    notes = []
    on, note = day_from(st.query_params.get("date"), calendar)
    if note:
        notes.append(note)
    every = network.stores(run)
    names = {row["store_id"]: row["store_name"] for row in every}
    asked = [s for s in st.query_params.get("stores", "").split(",") if s]
    chosen = [s for s in asked if s in names]
    unknown = [s for s in asked if s not in names]
    if unknown:
        notes.append(f"Unknown to this run, so left out: {words.listing(unknown)}.")

    st.session_state["filter_date"] = on
    st.session_state["filter_stores"] = chosen
    st.session_state["filter_run"] = run.run_id
    with st.container(horizontal=True, gap="small", key="filters"):
        st.date_input(
            "Business date",
            min_value=calendar.first,
            max_value=calendar.last,
            format="YYYY-MM-DD",
            key="filter_date",
            on_change=lambda: put("date", _iso(st.session_state["filter_date"])),
            width=150,
        )
        st.multiselect(
            "Stores",
            list(names),
            format_func=lambda store: names.get(store, store),
            placeholder=f"All {len(names)} stores",
            key="filter_stores",
            on_change=lambda: put("stores", ",".join(st.session_state["filter_stores"])),
            width=340,
        )
        ids = [r.run_id for r in kept]
        said = {r.run_id: words.moment(r.published_at, zone) for r in kept}
        st.selectbox(
            "As known on",
            ids,
            format_func=lambda i: f"Newest: {said[i]}" if i == newest.run_id else said[i],
            key="filter_run",
            on_change=lambda: put(
                "run",
                None
                if st.session_state["filter_run"] == newest.run_id
                else st.session_state["filter_run"],
            ),
            width=300,
        )
    return Chosen(run, newest, on, chosen, every, calendar, zone, params(), notes)


def _iso(value: Any) -> str | None:
    return value.isoformat() if isinstance(value, date) else None
