"""The sections of a boutique's day: the answer, a handful of rows, and the way to all of them."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards import day_words, words
from dashboards.parts.filters import Chosen
from dashboards.parts.html import Html, address, badge, link, safe
from dashboards.questions.my_day import Day, Item, Section
from dashboards.questions.my_day_papers import Opening
from dashboards.questions.my_day_sections import NEEDED
from dashboards.workbook import Sheet

HANDFUL = 4

# Section → what one and several of its things are called, and the page that tells it in full.
THINGS = {
    "checks": ("check fails", "checks fail", "close_day", "Close the day"),
    "counts": ("count to do", "counts to do", "count_sheet", "Count sheet"),
    "receive": ("transfer to receive", "transfers to receive", "away", "In transit and out"),
    "sent": ("transfer to ask about", "transfers to ask about", "away", "In transit and out"),
    "repairs": ("repair to look after", "repairs to look after", "away", "In transit and out"),
    "consignments": ("memo to call in", "memos to call in", "away", "In transit and out"),
    "reservations": ("piece held too long", "pieces held too long", "away", "In transit and out"),
    "actions": ("action to do", "actions to do", "counts", "Counts"),
    "paperwork": ("thing still to close", "things still to close", "close_day", "Close the day"),
}
ANCHORS = {
    "receive": "#transit",
    "sent": "#transit",
    "repairs": "#repairs",
    "consignments": "#consignments",
    "reservations": "#reservations",
    "actions": "#actions",
    "checks": "#store-day",
    "paperwork": "#store-day",
}


def lead(day: Day, opening: Opening) -> Html:
    """How the business date stands, how much is open, and where to begin."""
    late = len(day.late)
    number = words.counted(len(day.open), "thing")
    told = f"<b>{number} to do</b>" if day.open else "<b>Nothing waits for you</b>"
    told += f" in {safe(day.shop.name)} on {words.day(day.shop.today)}"
    told += f", <b>{words.number(late)} of them overdue</b>." if late else "."
    if late:
        names = [f"“{section.title}”" for section in day.sections if section.late]
        told += f" Begin with {safe(words.listing(names, 3))}."
    return Html(f"{told} {safe(opened(opening))}")


def opened(opening: Opening) -> str:
    """The business date in a sentence: complete or not, and whether its money agrees."""
    when = words.day(opening.on, year=False)
    if opening.is_closed:
        return f"{when} was closed."
    if opening.status is None:
        return f"No store-day is known for {when}."
    told = f"{when} is {words.status(words.STORE_DAY, opening.status).word}"
    joined = "and" if opening.status in words.DONE or opening.unbalanced else "but"
    return f"{told}, {joined} {money}." if (money := balance(opening)) else f"{told}."


def balance(opening: Opening) -> str:
    """Whether the money of the day agrees; empty where no check of it could be made."""
    if opening.unbalanced:
        return f"does not balance ({', '.join(opening.unbalanced)})"
    return "balances" if opening.balanced else ""


def drawn(here: Chosen, day: Day, opening: Opening, hour: str) -> Html:
    """The whole day; printed, it is one page."""
    parts = "".join(_section(here, section, day, opening, hour) for section in day.sections)
    return Html(f'<div class="day">{parts}</div>')


def _section(here: Chosen, section: Section, day: Day, opening: Opening, hour: str) -> Html:
    title = section.title
    if section.name == "paperwork" and hour:
        title += f" by {hour}"
    if section.items is None:
        lacks = f"This run does not publish {NEEDED[section.name]} yet."
        body = f"<p>{badge(day_words.UNKNOWN)} {safe(lacks)}</p>"
        return Html(f"<section><h3>{safe(title)}</h3>{body}</section>")
    said = f"<p>{_answer(section, opening)}</p>"
    rows = section.items[:HANDFUL]
    items = "".join(_row(here, item) for item in rows)
    listed = f'<ul class="rows">{items}</ul>' if items else ""
    note = f'<p class="soft">{safe(section.note)}</p>' if section.note else ""
    way = f'<p class="way">{_way(here, section, day, opening)}</p>'
    if not items and not note:
        # A quiet section is one line: a telephone is short.
        said, way = f"<p>{_answer(section, opening)} {_way(here, section, day, opening)}</p>", ""
    return Html(f"<section><h3>{safe(title)}</h3>{said}{listed}{note}{way}</section>")


def _answer(section: Section, opening: Opening) -> Html:
    one, many, _, _ = THINGS[section.name]
    late = len(section.late)
    told = Html("")
    if section.name == "checks":
        status = words.status(words.STORE_DAY, opening.status)
        if opening.status is None:
            return Html(f"{safe(opened(opening))}{_older(opening)}")
        money = balance(opening)
        when = words.day(opening.on, year=False) + (f" {money}." if money else ".")
        told = Html(f"{badge(status)} {safe(when)}")
        if opening.is_closed:
            return Html(f"{told}{_older(opening)}")
        held = f"All {opening.made} checks hold." if opening.made else "No check could be made."
        failed = f"{words.counted(len(section.open), one, many)}, of {opening.made} made."
        return Html(f"{told} {failed if section.open else held}{_older(opening)}")
    if not section.open:
        coming = len(section.items or [])
        more = f" {words.number(coming)} on the list, none due yet." if coming else ""
        return Html(f"{badge(day_words.ALL_DONE)}{more}")
    number = f"<b>{words.counted(len(section.open), one, many)}</b>"
    overdue = f", {words.number(late)} overdue" if late else ""
    return Html(f"{number}{overdue}.")


def _older(opening: Opening) -> str:
    if not opening.open_before:
        return ""
    one, many = "earlier day is still open", "earlier days are still open"
    return f" {words.counted(opening.open_before, one, many)}."


def _row(here: Chosen, item: Item) -> Html:
    page, params = item.leads_to
    what = link(item.what, address(page, here.params | dict(params)))
    about = f" {safe(item.about)}" if item.about else ""
    why = f'<br><span class="soft">{safe(item.why)}</span>' if item.why else ""
    return Html(f"<li>{badge(item.status)} <b>{what}</b>{about}{why}</li>")


def _way(here: Chosen, section: Section, day: Day, opening: Opening) -> Html:
    """The link to the full page; it says how many it holds where not all stand here."""
    _, _, page, name = THINGS[section.name]
    store = day.shop.store_id
    kept = here.params | {"stores": store}
    if page in ("count_sheet", "close_day"):
        kept |= {"store": store}
    if page == "close_day":
        kept |= {"date": opening.on.isoformat()}
    whole = len(section.items or [])
    text = f"All {whole}: {name}" if whole > HANDFUL else name
    return link(text, address(page, kept) + ANCHORS.get(section.name, ""))


def sheet(day: Day) -> Sheet:
    """The day as one sheet; it names no client."""
    columns = {
        "section": "Section",
        "status": "Status",
        "what": "What",
        "about": "About",
        "why": "Why",
        "due_on": "Day",
        "open": "To do",
    }
    rows = [
        {
            "section": section.title,
            "status": item.status.word,
            "what": item.what,
            "about": item.about,
            "why": item.why,
            "due_on": item.due_on,
            "open": "yes" if item.is_open else "no",
        }
        for section in day.sections
        for item in section.items or []
    ]
    return Sheet("My day", columns, rows)


def to_choose(here: Chosen, found: Sequence[tuple[Day, Opening]]) -> Html:
    """Several boutiques: each with how much it has open, what is overdue first."""
    ordered = sorted(found, key=lambda pair: (-len(pair[0].late), -len(pair[0].open)))
    items = []
    for day, opening in ordered:
        kept = here.params | {"stores": day.shop.store_id}
        name = link(day.shop.name, address("my_day", kept))
        late = len(day.late)
        status = day_words.OVERDUE if late else day_words.TODAY if day.open else day_words.ALL_DONE
        number = f"{words.number(len(day.open))} to do, {words.number(late)} overdue"
        items.append(
            f"<li>{badge(status)} <b>{name}</b> {number}"
            f'<br><span class="soft">{safe(opened(opening))}</span></li>'
        )
    return Html(f'<ul class="rows">{"".join(items)}</ul>')
