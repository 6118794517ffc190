"""Stock in words: what happened to a piece, why a count differs, how sure that is."""

from __future__ import annotations

from dashboards.words import Status

EVENT = {
    "receipt": Status("received", "+", "green", "It came into the stock of the store."),
    "transfer_in": Status("transfer received", "+", "green", "It came from another place."),
    "transfer_out": Status("sent away", "→", "blue", "It left for another place."),
    "sale": Status("sale posted", "−", "gray", "A sale took it off the stock."),
    "sale_line": Status("sold", "−", "gray", "It stands on a receipt."),
    "sale_return": Status("return posted", "+", "green", "A return put it back on the stock."),
    "return_line": Status("brought back", "+", "green", "A client brought it back."),
    "return_to_hq": Status("sent back to HQ", "→", "blue", "It left for the head office."),
    "write_off": Status("written off", "✕", "orange", "Given up as lost or broken."),
    "adjustment": Status("adjusted", "✎", "yellow", "Somebody changed the book."),
    "count_adjustment": Status("adjusted by a count", "✎", "yellow", "A count changed the book."),
    "reclass": Status("reclassed", "↻", "gray", "Moved between kinds of stock."),
    "consignment_out": Status("out on memo", "→", "blue", "With a client or partner on memo."),
    "consignment_return": Status("back from memo", "+", "green", "The memo has ended."),
    "repair_in": Status("taken in for care", "◔", "blue", "Taken in for repair or service."),
    "repair_out": Status("sent to the workshop", "→", "blue", "It left for the workshop."),
    "repair_return": Status("back from the workshop", "+", "green", "The work is done."),
    "repair_collected": Status("collected", "−", "gray", "The owner has it again."),
    "snapshot": Status("in the snapshot", "●", "gray", "A snapshot of the stock shows it."),
    "count_scan": Status("scanned in a count", "◉", "violet", "Somebody held it in their hand."),
}

OUTCOME = {
    "missing": "missing",
    "missing_explained": "missing, explained",
    "unexpected": "found, not in the book",
    "mislocated": "in another zone",
    "wrong_store": "in another boutique",
    "in_transit_found": "here, though booked on the way",
    "sold_still_present": "here, though sold",
    "repair_found": "here, though in repair",
    "consignment_found": "here, though out on memo",
    "client_property": "a client's own piece",
    "unknown_serial": "unknown serial number",
    "duplicate_scan": "scanned twice",
    "quantity_over": "more than the book",
    "quantity_short": "fewer than the book",
}

CAUSE = {
    "true_loss": "true loss",
    "serial_swap": "serial numbers swapped",
    "item_swap": "items swapped",
    "misdirected_transfer": "transfer went elsewhere",
    "unreceived_transfer": "transfer not received",
    "unposted_receipt": "receipt not posted",
    "unposted_sale": "sale not posted",
    "unposted_return": "return not posted",
    "double_scan": "scanned twice",
    "timing": "timing",
    "open_repair": "open repair",
    "open_consignment": "open memo",
    "client_owned": "client's own",
    "not_counted": "not counted",
    "write_off": "written off",
    "unknown": "unknown",
    "gross_difference": "Book less counted",
    "unknown_loss": "Unknown loss",
}

# What a cause does to a loss: a loss we know, none, or nobody can say.
KIND_OF_CAUSE = {
    **{"true_loss": "known", "write_off": "known"},
    **{"unknown": "unknown", "not_counted": "unknown"},
}
KIND = {
    "gross": Status("gross", "●", "gray", "Book less counted, overs taken off."),
    "explained": Status("explained", "✓", "green", "Its cause is accepted or proved, and no loss."),
    "known": Status("known loss", "✕", "orange", "It is lost: accepted, or with a document."),
    "unknown": Status("unknown", "?", "violet", "Nobody can explain it, or accepted a cause."),
}

CONFIDENCE = {
    "proved": Status("proved", "★", "green", "A document proves it."),
    "likely": Status("likely", "◐", "blue", "It fits; no document proves it."),
    "unknown": Status("unknown", "?", "violet", "Nothing speaks for a cause."),
    "person": Status("accepted", "✓", "green", "Somebody accepted the cause, or gave it."),
}

FINDING = {
    "open": Status("open", "◔", "blue", "Nothing in the stock settles it yet."),
    "resolved": Status("settled", "✓", "green", "The stock was put right."),
    "gone": Status("gone", "○", "gray", "A later count agrees with the book."),
    "counted_again": Status("counted again", "↻", "gray", "A later count saw it too."),
}

CONFLICT = {
    "sold_twice": Status("sold twice", "✕", "orange", "Sold again with no return between."),
    "in_two_stores": Status("in two stores", "✕", "orange", "Two stores show it on one day."),
    "received_before_shipped": Status(
        "received before it was sent", "▲", "yellow", "The receipt is older than the dispatch."
    ),
    "sold_while_away": Status("sold while away", "✕", "orange", "Sold while it was elsewhere."),
    "counted_while_away": Status(
        "counted while away", "▲", "yellow", "Scanned while the book has it elsewhere."
    ),
    "returned_without_sale": Status(
        "returned without a sale", "▲", "yellow", "It came back, but was never sold."
    ),
}


def kind_of(root_cause: str | None) -> str:
    """known, explained or unknown: what a cause does to a loss."""
    return KIND_OF_CAUSE.get(root_cause or "unknown", "explained")


def cause(code: str | None) -> str:
    return CAUSE.get(code or "unknown", (code or "unknown").replace("_", " "))


def outcome(code: str | None, root_cause: str | None = None) -> str:
    """What was seen; where nobody looked, that, and not that something is missing."""
    if root_cause == "not_counted":
        return CAUSE[root_cause]
    return OUTCOME.get(code or "", (code or "unknown").replace("_", " "))
