"""What stands on every page: navigation, filters, the status strip, and the loud sentences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from dashboards import words
from dashboards.parts import filters, theme
from dashboards.parts.filters import Chosen
from dashboards.parts.html import Html, address, banner, link, safe, show
from dashboards.questions import network
from dashboards.warehouse import (
    LastRun,
    NothingPublishedError,
    Published,
    QuestionError,
    UnknownRunError,
)

STALE_HOURS = 26
NAMES = {
    "today": "Today",
    "close_day": "Close the day",
    "tenders": "Tenders",
    "receipts": "Receipts",
    "exceptions": "Exceptions",
    "restatements": "Restatements",
    "sales_trend": "Sales trend",
    "files": "Files",
    "dictionary": "Dictionary",
}


def zone() -> str | None:
    """The time zone of the reader's browser; None (UTC) when it does not say."""
    return st.context.timezone


def navigation(pages: dict[str, Any]) -> None:
    """Links to the pages, each keeping the shared filters."""
    kept = filters.params()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="navigation"):
        show(link(Html("LOUPE"), address("", kept)).replace("<a ", '<a class="brand" '))
        for name, title in NAMES.items():
            st.page_link(pages[name], label=title, query_params=kept)


def open_page(published: Published) -> Chosen:
    """Everything above the page itself. Stops the page, with a sentence, when there is no data."""
    try:
        newest = published.newest()
    except NothingPublishedError as fault:
        _nothing(published, str(fault))
        st.stop()
    notes = []
    try:
        run = published.run(st.query_params.get("run"))
    except UnknownRunError as fault:
        run = newest
        notes.append(f"{fault} The newest figures are shown.")
    chosen = filters.draw(run, newest, published.runs(), zone())
    if chosen is None:
        show(
            '<p class="lead">This publish holds no store-day yet: no store has delivered a day.'
            " Put exports into the landing folder and run <code>loupe run</code>.</p>"
        )
        st.stop()
    now = datetime.now(UTC)
    show(strip(chosen, now))
    for loud in warnings(chosen, published.last_run(), now):
        show(loud)
    for note in [*notes, *chosen.notes]:
        show(banner("blue", "Note.", safe(note)))
    st.session_state["chosen"] = chosen
    return chosen


def chosen() -> Chosen:
    """What the frame decided this page is about."""
    return st.session_state["chosen"]


def strip(chosen: Chosen, now: datetime) -> Html:
    """Data as of, run, store-days complete of due, late stores by name: each part leads on."""
    run, kept = chosen.run, chosen.params
    here = network.standing(run, chosen.on, chosen.stores)
    checks = address("files", kept | {"show": "checks"})
    today = address("", kept | {"date": chosen.on.isoformat()})
    published = Html(f"<b>{words.moment(run.published_at, chosen.zone)}</b>")
    age = "" if chosen.as_known_then else f" ({words.ago(run.published_at, now)} ago)"
    accepted = Html(f"<b>{here.complete} of {here.due}</b> store-days accepted")
    meaning = f"Complete of due on {words.day(chosen.on)}; {here.closed} closed"
    through = link(Html(f"<b>{words.day(run.data_as_of)}</b>"), address("files", kept))
    parts = [
        f"Figures through {through}",
        f"Figures of {link(published, checks)}{age}",
        f"Run {link(run.run_id, checks)}",
        f"{link(accepted, today, meaning)} for {words.day(chosen.on, year=False)}",
    ]
    if here.late:
        names = ", ".join(
            link(row["store_name"], _late_link(chosen, row["store_id"]), row["datasets"])
            for row in here.late
        )
        parts.append(f"Late: <b>{names}</b>")
    else:
        parts.append("Late: none")
    if here.reopened:
        changed = f"↻ {words.counted(here.reopened, 'store-day')} reopened"
        parts.append(link(changed, address("close_day", kept) + "#reopened"))
    if here.open_before:
        parts.append(
            link(
                f"{words.counted(here.open_before, 'earlier store-day')} still open",
                address("", kept) + "#blocks",
            )
        )
    cells = "".join(f"<span>{part}</span>" for part in parts)
    return Html(f'<div class="strip" data-lp="strip">{cells}</div>')


def _late_link(chosen: Chosen, store: str) -> str:
    return address(
        "explain",
        chosen.params
        | {
            "table": "finance.deliveries",
            "key_store_id": store,
            "key_business_date": chosen.on.isoformat(),
        },
    )


def warnings(chosen: Chosen, last: LastRun | None, now: datetime) -> list[Html]:
    """The sentences nobody may miss, worst first."""
    said = []
    if last and not last.published and last.run_id > chosen.newest.run_id:
        said.append(_not_published(chosen, last))
    if chosen.as_known_then:
        kept = {k: v for k, v in chosen.params.items() if k != "run"}
        back = link("Back to the newest figures", "?" + address("", kept).partition("?")[2])
        said.append(
            banner(
                "violet",
                "As known then.",
                "Every figure on this page is what was known on"
                f" <b>{words.moment(chosen.run.published_at, chosen.zone)}</b>"
                f" ({safe(chosen.run.run_id)}). {back}.",
            )
        )
    elif now - chosen.run.published_at > timedelta(hours=STALE_HOURS):
        said.append(
            banner(
                "orange",
                "✕ These figures are old.",
                f"They were published {words.ago(chosen.run.published_at, now)} ago; a new run is"
                " expected every day. Check that the morning run started:"
                " <code>loupe status</code>.",
            )
        )
    return said


def _not_published(chosen: Chosen, last: LastRun) -> Html:
    verb = "was blocked by a check" if last.status == "blocked" else "failed"
    when = f" on {words.moment(last.finished_at, chosen.zone)}" if last.finished_at else ""
    return banner(
        "orange",
        f"✕ The last run {verb}.",
        f"{safe(last.run_id)} ended{when} and published nothing: these are the previous figures,"
        f" of {words.moment(chosen.newest.published_at, chosen.zone)}."
        + (f" {safe(last.message)}" if last.message else ""),
        [check_words(check) for check in last.failed_checks[:6]],
    )


def check_words(check: Any) -> str:
    """A failed check of `last_run.json`, whether it is a sentence or a record."""
    if not isinstance(check, dict):
        return str(check)
    text = ": ".join(str(check[k]) for k in ("subject", "rule") if check.get(k))
    for name in ("expected", "observed"):
        if check.get(name) is not None:
            text += f"; {name} {check[name]}"
    return text or ", ".join(f"{k} {v}" for k, v in check.items())


def _nothing(published: Published, sentence: str) -> None:
    st.title("Nothing to show yet")
    show(f'<p class="lead">{safe(sentence)}</p>')
    trial = link("Try a mapping on one file", address("try_mapping", {}))
    show(f"<p>Not sure that a file will be understood? {trial} first.</p>")
    last = published.last_run()
    if last and not last.published:
        verb = "was blocked" if last.status == "blocked" else "failed"
        show(
            banner(
                "orange",
                f"✕ The last run {verb}.",
                safe(last.message),
                [check_words(check) for check in last.failed_checks[:6]],
            )
        )


def could_not_answer(fault: QuestionError) -> None:
    """An older publish may lack a table that a newer page asks for: say so, and which."""
    show(
        banner(
            "orange",
            "✕ This page cannot be shown for this run.",
            f"{safe(str(fault))} An older run may lack what a newer page asks for:"
            " choose the newest under “As known on”, or publish again with <code>loupe run</code>.",
        )
    )


def styled() -> None:
    st.html(theme.stylesheet())
