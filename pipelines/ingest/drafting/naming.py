"""Which other files are of the same kind: the name of one, as a pattern."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

_DATES = (
    (r"\d{4}-\d{2}-\d{2}", ("%Y-%m-%d",)),
    (r"\d{2}-\d{2}-\d{4}", ("%d-%m-%Y", "%m-%d-%Y")),
    (r"\d{4}_\d{2}_\d{2}", ("%Y_%m_%d",)),
    (r"\d{4}\.\d{2}\.\d{2}", ("%Y.%m.%d",)),
    (r"\d{2}\.\d{2}\.\d{4}", ("%d.%m.%Y",)),
    (r"\d{8}", ("%Y%m%d", "%d%m%Y", "%m%d%Y")),
)
_SPECIAL = re.compile(r"([.^$*+?{}\[\]\\|()])")
_STORE_LIKE = re.compile(r"[A-Z][A-Z0-9]{1,4}|\d{3,4}")
_YEARS = range(1990, 2101)


@dataclass(frozen=True)
class FileName:
    """A pattern that fits the file and its like, and what its groups hold."""

    regex: str
    has_store: bool = False
    has_day: bool = False
    day_form: str = "%Y%m%d"
    is_day_unclear: bool = False
    store: str | None = None


def pattern_of(name: str, stores: frozenset[str], wants_store: bool, wants_day: bool) -> FileName:
    """The pattern of a file name; groups only for what the rows do not say themselves."""
    found = _day(name)
    before, day, after, forms = found if found else (name, "", "", ())
    group = rf"(?P<business_date>{_shape(day)})" if wants_day else _shape(day)
    parts = [before, after] if day else [before]
    store = _store(parts, stores) if wants_store else None
    told = [_escaped(part, store) for part in parts]
    regex = (group if day else "").join(told)
    return FileName(
        rf"(?:.*/)?{regex}",
        has_store=store is not None,
        has_day=bool(day) and wants_day,
        day_form=forms[0] if forms else "%Y%m%d",
        is_day_unclear=len(forms) > 1,
        store=store,
    )


def _day(name: str) -> tuple[str, str, str, tuple[str, ...]] | None:
    for shape, forms in _DATES:
        for one in re.finditer(rf"(?<!\d){shape}(?!\d)", name):
            fits = tuple(form for form in forms if _is_day(one[0], form))
            if fits:
                return name[: one.start()], one[0], name[one.end() :], fits
    return None


def _is_day(text: str, form: str) -> bool:
    try:
        return datetime.strptime(text, form).year in _YEARS
    except ValueError:
        return False


def _shape(text: str) -> str:
    return (
        _SPECIAL.sub(r"\\\1", re.sub(r"\d+", lambda one: rf"D{len(one[0])}E", text))
        .replace("D", r"\d{")
        .replace("E", "}")
    )


def _store(parts: list[str], stores: frozenset[str]) -> str | None:
    """The part of the name that is a store: one known already, else what looks like one."""
    words = [word for part in parts for word in re.split(r"[_\-. ]", part) if word]
    known = [word for word in words if word in stores]
    like = [word for word in words if _STORE_LIKE.fullmatch(word)]
    return next(iter(known or like), None)


def _escaped(text: str, store: str | None) -> str:
    """The text as a pattern: other numbers are any number, the store is a group."""
    out = []
    for word in re.split(r"([_\-. ])", text):
        if store is not None and word == store:
            out.append("(?P<store_id>[^_/.]+)")
        else:
            out.append(re.sub(r"\d+", r"\\d+", _SPECIAL.sub(r"\\\1", word)))
    return "".join(out)
