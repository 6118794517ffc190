"""Verdicts, counts, actions and stock takes in words: one voice for pages and spreadsheets."""

from __future__ import annotations

from dashboards.words import Status

VERDICT = {
    "open": Status("to review", "◔", "blue", "Nobody has looked at it yet."),
    "accepted": Status("accepted", "✓", "green", "Somebody accepted the cause proposed."),
    "rejected": Status("other cause", "✎", "yellow", "Somebody gave another cause."),
    "recount": Status("recount", "↻", "violet", "Somebody asked for a recount."),
    "resolved": Status("put right", "✓", "green", "A movement has put the book right since."),
    "gone": Status("gone", "○", "gray", "A later count saw it no more."),
    "counted_again": Status("counted again", "↻", "gray", "A later count stands for it."),
}

COUNT = {
    "open": Status("to review", "◔", "blue", "Nobody has looked at the count yet."),
    "accepted": Status("accepted", "★", "green", "Somebody accepted the count."),
    "rejected": Status("rejected", "✕", "orange", "Somebody rejected the count."),
}

INCOMPLETE = Status("incomplete", "◐", "yellow", "Lines were not counted: it tells no loss.")

ACTION = {
    "open": Status("open", "◔", "blue", "Not done yet; its day is not over."),
    "overdue": Status("overdue", "✕", "orange", "Its day is over and it is not done."),
    "done": Status("done", "✓", "green", "Reported done, with proof."),
    "dropped": Status("dropped", "⊘", "gray", "Somebody dropped it."),
}

STOCK_TAKE = {
    "not_planned": Status("not planned", "✕", "orange", "Nobody has planned it yet."),
    "planned": Status("planned", "○", "blue", "It has its day."),
    "frozen": Status("frozen", "◔", "blue", "The book stands still for comparison."),
    "counting": Status("counting", "◑", "blue", "Every piece is being counted."),
    "recount": Status("recount", "↻", "violet", "Somebody else counts what differs."),
    "approved": Status("approved", "★", "green", "Somebody who did not count approved it."),
    "reported": Status("reported", "✓", "green", "Headquarters has it."),
}

STEP = {
    "planned": "Plan it",
    "frozen": "Freeze the book",
    "counting": "Begin to count",
    "recount": "Begin a recount",
    "approved": "Approve it",
    "reported": "Report it",
}
"""What a button that takes a stock take to that step says."""
