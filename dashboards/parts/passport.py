"""Where a piece is, in one sentence; and its passport as a spreadsheet."""

from __future__ import annotations

from dashboards import stock_words, words
from dashboards.parts import links
from dashboards.parts.filters import Chosen
from dashboards.parts.html import Html, safe
from dashboards.questions import piece
from dashboards.questions.piece import Passport, Place
from dashboards.warehouse import Row
from dashboards.workbook import Sheet


def whereabouts(here: Chosen, found: Passport) -> str:
    """Where the piece is now, in one sentence, as HTML."""
    place = found.place
    if found.has_left:
        return f"It is <b>not at {safe(here.store_names())}</b> any more, nor sold there."
    if place is None:
        return "Where it is nobody says: no event of it tells a place."
    said = place_words(here, place)
    if place.seen:
        where, day = safe(place.seen["store_name"]), words.day(place.seen["business_date"])
        said += f" A count held it in hand at {where} on {day}."
    return said


def place_words(here: Chosen, place: Place) -> str:
    event, store = place.event, safe(place.event["store_name"])
    since = safe(words.day(event["business_date"]))
    document = safe(event["document_id"] or "without a number")
    if place.word == "client":
        receipt = links.receipt(here, piece.receipt_of(event))
        if event["event_type"] == "repair_collected":
            return f"Its owner has it: <b>collected at {store}</b> on {since}, order {document}."
        return f"It was <b>sold at {store}</b> on {since}, receipt {receipt}."
    if event["event_type"] == "snapshot":
        if place.word == "store":
            return f"It is <b>at {store}</b>: its snapshots show it since {since}."
        status = safe(words.label(place.word).lower())
        return f"{store} has it <b>{status}</b>: its snapshots show it so since {since}."
    other = safe(event["counterpart_name"] or "a place that is not named")
    return {
        "store": f"It is <b>at {store}</b> since {since}, document {document}.",
        "in_transit": f"It is <b>on the way from {store} to {other}</b> since {since}, document"
        f" {document}.",
        "on_consignment": f"It is <b>out on memo from {store}</b> since {since}, memo {document}.",
        "in_repair": f"It is <b>at the workshop for {store}</b> since {since}, order {document}.",
        "written_off": f"It was <b>taken off the book of {store}</b> on {since}, document"
        f" {document}.",
        "seen": f"It was <b>last held in hand at {store}</b> on {since}, count {document}.",
    }[place.word]


def answer(here: Chosen, found: Passport) -> Html:
    said = whereabouts(here, found)
    if found.conflicts:
        number = words.counted(len(found.conflicts), "thing")
        said += f" <b>{number} in its history cannot be</b>; told below."
    else:
        said += " Nothing in its history contradicts itself."
    return Html(said)


def sheets(found: Passport) -> list[Sheet]:
    events = [{**row, "what": event_word(row)} for row in found.events]
    columns = {
        "event_no": "No.",
        "event_at": "Event at (UTC)",
        "business_date": "Business date",
        "what": "What happened",
        "store_id": "Store id",
        "store_name": "Store",
        "counterpart_store_id": "Other place",
        "document_id": "Document",
        "is_owned_stock_after": "Our stock after it",
        "file_name": "File",
        "_line_no": "Line",
    }
    conflicts = [
        {**row, "what": words.status(stock_words.CONFLICT, row["kind"]).word}
        for row in found.conflicts
    ]
    told = {
        "what": "What cannot be",
        "reason": "In words",
        "event_no": "Event",
        "other_event_no": "Against event",
        "store_id": "Store id",
        "business_date": "Business date",
    }
    return [Sheet("Events", columns, events), Sheet("What cannot be", told, conflicts)]


def event_word(row: Row) -> str:
    return words.status(stock_words.EVENT, row["event_type"]).word
