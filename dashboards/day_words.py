"""The day of a boutique in words: how urgent a thing is, and what became of first deliveries."""

from __future__ import annotations

from dashboards.words import Status

OVERDUE = Status("overdue", "✕", "orange", "Its day is over.")
TODAY = Status("today", "▲", "yellow", "It is for today.")
COMING = Status("coming", "○", "blue", "It falls due within the days looked ahead.")
MOVING = Status("on the way", "◔", "blue", "Nothing to do before it arrives.")
READY = Status("ready", "◐", "blue", "Back from the workshop, and still here.")
TO_SIGN = Status("to sign off", "◔", "blue", "Nothing stands in the way.")
IN_THE_WAY = Status("not ready", "✕", "orange", "Something stands in the way of the sign-off.")
MISSING = Status("missing", "✕", "orange", "It should be here and is not.")
THERE = Status("there", "✓", "green", "It is here.")
PLANNED = Status("planned", "◔", "blue", "It has its day, and has not been done.")
ALL_DONE = Status("nothing open", "✓", "green", "Nothing waits for you here.")
UNKNOWN = Status("not known", "?", "gray", "This run does not publish it.")
