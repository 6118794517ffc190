"""Money as whole cents: exact, fast, and written with a point only at the very end."""

from __future__ import annotations


def written(cents: int) -> str:
    """`-120050` → `-1200.50`."""
    sign = "-" if cents < 0 else ""
    cents = abs(cents)
    return f"{sign}{cents // 100}.{cents % 100:02d}"


def read(text: str) -> int:
    """The inverse of `written`; an empty text is nothing."""
    if not text:
        return 0
    sign = -1 if text.startswith("-") else 1
    whole, _, part = text.lstrip("-").partition(".")
    return sign * (int(whole) * 100 + int(part.ljust(2, "0")[:2] or 0))


def tax_on(net: int, rate: int) -> int:
    """Tax in cents on `net` cents at `rate` per 100,000, halves away from zero.

    Symmetric, so that a return gives back exactly the tax that was paid.
    """
    sign = -1 if net < 0 else 1
    return sign * ((abs(net) * rate * 2 + 100_000) // 200_000)
