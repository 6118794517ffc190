"""Headers that stand in no file: readers add them, and a rule may read them."""

from __future__ import annotations

# The line of the file a row stands on, from 1.
LINE = "_line_no"
# The name of the sheet a row stands on.
SHEET = "_sheet"
