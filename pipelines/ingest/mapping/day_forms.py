"""Forms of dates that only a whole file can tell apart."""

from __future__ import annotations


def contested(forms: tuple[str, ...]) -> list[tuple[str, str]]:
    """Pairs of forms that differ in the order of day and month alone: 02/01 fits both."""
    swap = str.maketrans({"d": "m", "m": "d"})
    found = []
    for at, form in enumerate(forms):
        other = "%".join(part[:1].translate(swap) + part[1:] for part in form.split("%"))
        if other != form and other in forms[at + 1 :]:
            found.append((form, other))
    return found
