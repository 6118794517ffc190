"""My day: what waits for the coordinator of one boutique, in the order of a day."""

from __future__ import annotations

import streamlit as st

from dashboards import words
from dashboards.parts import decide, download
from dashboards.parts import my_day as parts
from dashboards.parts.frame import chosen
from dashboards.parts.html import show
from dashboards.questions.my_day import Day
from dashboards.questions.my_day_papers import Opening
from dashboards.questions.my_day_sections import Decided, days, paperwork_hour

here = chosen()
run, on = here.run, here.on


def decided() -> Decided:
    return Decided(
        store_days=decide.find(subject_type="store_day", business_date=on),
        verdicts=decide.find(subject_type="discrepancy"),
        about_stores=decide.find(subject_type="store"),
        live=not here.as_known_then,
    )


def show_day(day: Day, opening: Opening) -> None:
    hour, moment = paperwork_hour(run), words.moment(run.run_at, day.shop.zone)
    show(
        '<div class="sheet"><p class="lead" data-lp="answer">'
        f"{parts.lead(day, opening)}</p>{parts.drawn(here, day, opening, hour)}"
        f'<p class="soft">Days and ages are those of the run, {moment};'
        " the business date above changes the opening checks and the sign-off only.</p></div>"
    )
    download.excel("my_day", f"My day: {day.shop.name}", here, lambda: [parts.sheet(day)])


def show_choice(found: list[tuple[Day, Opening]]) -> None:
    todo = sum(len(day.open) for day, _ in found)
    late = sum(len(day.late) for day, _ in found)
    show(
        '<p class="lead" data-lp="answer"><b>Which boutique is yours?</b>'
        f" {words.counted(len(found), 'boutique')} have {words.counted(todo, 'thing')} to do,"
        f" {words.number(late)} of them overdue.</p>",
        parts.to_choose(here, found),
    )


st.title("My day")
found = days(run, here.stores, on, decided())
if len(found) == 1:
    show_day(*found[0])
elif found:
    show_choice(found)
else:
    show('<p class="lead" data-lp="answer">No boutique of this choice owes any day.</p>')
show('<span data-lp="drawn-my_day"></span>')
