"""EPCs and locations out of their URIs: GTIN and serial number, GLN and extension.

Two spellings of each: the EPC URI (`urn:epc:id:sgtin:0614141.107346.2017`), whose check digit is
computed here, and the GS1 Digital Link (`https://id.gs1.org/01/10614141073464/21/2017`), whose
check digit must be right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

_LONGEST = 400
# What Digital Link names its parts: by application identifier, or (older) by word.
_WORDS = {"gtin": "01", "lot": "10", "ser": "21", "gln": "414", "glnx": "254", "sscc": "00"}
_PURE = re.compile(r"urn:epc:(?:id|idpat|class):([a-z]+):(.+)\Z")
_TAG = re.compile(r"urn:epc:tag:sgtin-(?:96|198):[0-7]\.(.+)\Z")
_DIGITS = re.compile(r"[0-9]+\Z")


class NoCode(Exception):
    """What stands there is no code; the message says what was expected."""


@dataclass(frozen=True)
class Code:
    """What a URI names. `scheme`: sgtin, lgtin, gtin, sscc … or other."""

    scheme: str
    gtin: str | None = None
    serial: str | None = None
    lot: str | None = None


@dataclass(frozen=True)
class Place:
    """A location: its GLN and extension, or the whole URI where it is no GLN."""

    uri: str
    gln: str | None = None
    extension: str | None = None

    @property
    def name(self) -> str:
        return self.gln or self.uri


def check_digit(digits: str) -> str:
    """The digit that makes a GTIN, GLN or SSCC whole."""
    weighted = (int(sign) * (3 if at % 2 == 0 else 1) for at, sign in enumerate(reversed(digits)))
    return str(-sum(weighted) % 10)


def code(uri: str) -> Code:
    """What `uri` names. Raises NoCode."""
    if len(uri) > _LONGEST:
        raise NoCode(f"a code of at most {_LONGEST} characters")
    if found := _TAG.match(uri):
        return _trade_item("sgtin", found[1])
    if found := _PURE.match(uri):
        if found[1] in ("sgtin", "lgtin", "upui", "itip"):
            return _trade_item(found[1], found[2])
        return Code(found[1])
    if uri.startswith("urn:epc:raw:"):
        raise NoCode("a decoded EPC; this one is the bare content of a tag: have the reader decode")
    if uri.startswith(("http://", "https://")):
        told = _linked(uri)
        if "01" in told:
            serial, lot = told.get("21"), told.get("10")
            scheme = "sgtin" if serial else "lgtin" if lot else "gtin"
            return Code(scheme, _gtin(told["01"]), serial, lot)
        return Code("sscc" if "00" in told else "other")
    if uri.startswith("urn:"):
        return Code("other")
    raise NoCode("an EPC URI (urn:epc:id:sgtin:…) or a GS1 Digital Link (https://…/01/…/21/…)")


def place(uri: str) -> Place:
    """The location that `uri` names; one of a house's own making is kept as it is."""
    if len(uri) > _LONGEST:
        raise NoCode(f"a location of at most {_LONGEST} characters")
    if found := _PURE.match(uri):
        parts = found[2].split(".", 2)
        if found[1] in ("sgln", "pgln") and len(parts) >= 2:
            digits = parts[0] + parts[1]
            if not _DIGITS.match(digits) or len(digits) != 12:
                raise NoCode("a GLN of 12 digits before its check digit")
            extension = unquote(parts[2]).strip() if len(parts) == 3 else None
            return Place(uri, digits + check_digit(digits), _extension(extension))
        return Place(uri)
    if uri.startswith(("http://", "https://")) and (gln := _linked(uri).get("414")):
        if not _DIGITS.match(gln) or len(gln) != 13 or check_digit(gln[:-1]) != gln[-1]:
            raise NoCode("a GLN of 13 digits whose last one checks the others")
        return Place(uri, gln, _extension(_linked(uri).get("254")))
    return Place(uri)


def _extension(text: str | None) -> str | None:
    """An extension of 0 says that there is none."""
    return None if text in (None, "", "0") else text


def _trade_item(scheme: str, text: str) -> Code:
    """`prefix.itemref.serial`: the indicator digit stands before the item reference."""
    prefix, _, rest = text.partition(".")
    item, _, rest = rest.partition(".")
    gtin = _of_prefix(prefix, item)
    rest = unquote(rest).strip() if rest != "*" else ""
    if scheme == "lgtin":
        return Code(scheme, gtin, lot=rest or None)
    return Code(scheme if rest else "gtin", gtin, serial=rest or None)


@lru_cache(maxsize=4_096)
def _of_prefix(prefix: str, item: str) -> str:
    """The GTIN of a company prefix and an item reference."""
    if not _DIGITS.match(prefix) or not _DIGITS.match(item):
        raise NoCode("company prefix, item reference and serial, separated by points")
    if not 6 <= len(prefix) <= 12 or len(prefix) + len(item) != 13:
        raise NoCode("a company prefix of 6 to 12 digits that makes 13 with the item reference")
    digits = item[0] + prefix + item[1:]
    return digits + check_digit(digits)


@lru_cache(maxsize=4_096)
def _gtin(text: str) -> str:
    if not _DIGITS.match(text) or len(text) not in (8, 12, 13, 14):
        raise NoCode("a GTIN of 8, 12, 13 or 14 digits")
    if check_digit(text[:-1]) != text[-1]:
        raise NoCode("a GTIN whose last digit checks the others: this one was mistyped")
    return text.zfill(14)


def _linked(uri: str) -> dict[str, str]:
    """The application identifiers of a Digital Link and their values, wherever it points."""
    address = uri.split("://", 1)[1].partition("#")[0].partition("?")[0]
    parts = [unquote(part).strip() for part in address.split("/")[1:]]
    parts = [_WORDS.get(part, part) for part in parts]
    for start in ("01", "414", "00"):
        if start in parts:
            pairs = parts[parts.index(start) :]
            return dict(zip(pairs[::2], pairs[1::2], strict=False))
    return {}
