"""What every part of a mapping is made of: no unknown keys, texts checked as they are read."""

from __future__ import annotations

import codecs
import re
from typing import Annotated
from zoneinfo import ZoneInfo

import polars as pl
from pydantic import AfterValidator, BaseModel, ConfigDict

AUTO = "auto"
# What stands for the name of a file in a ready marker.
MARKED = re.compile(r"\{(?:name|stem)\}")


def _expression(pattern: str) -> str:
    try:
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.PolarsError as fault:
        raise ValueError(f"{pattern!r} is no regular expression: {fault}") from fault
    return pattern


def is_zone(name: str) -> bool:
    """Whether `name` is a time zone of the IANA list."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError(f"{name!r} is no time zone (Europe/London, America/New_York …)")
    return name


def _encoding(name: str) -> str:
    if name == AUTO:
        return name
    try:
        return codecs.lookup(name).name
    except LookupError as fault:
        raise ValueError(f"{name!r} is no encoding (utf-8, cp1252, utf-16 …)") from fault


def _separator(text: str) -> str:
    return text if text == AUTO else _one_byte(text)


def _one_byte(text: str) -> str:
    if len(text.encode("utf-8")) != 1 or text in "\r\n":
        raise ValueError(f"{text!r} must be a single plain character")
    return text


def _marker(template: str) -> str:
    if len(MARKED.findall(template)) != 1 or "/" in template or template in ("{name}", "{stem}"):
        raise ValueError(f"{template!r} must hold {{name}} or {{stem}} once: {{name}}.done")
    return template


Expression = Annotated[str, AfterValidator(_expression)]
Encoding = Annotated[str, AfterValidator(_encoding)]
Separator = Annotated[str, AfterValidator(_separator)]
OneByte = Annotated[str, AfterValidator(_one_byte)]
Zone = Annotated[str, AfterValidator(_zone)]
Marker = Annotated[str, AfterValidator(_marker)]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
