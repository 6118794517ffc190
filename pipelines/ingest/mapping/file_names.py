"""Which files a mapping reads, and what their names say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from pydantic import model_validator

from pipelines.ingest.mapping.strict import Strict


class FilePattern(Strict):
    """Which files: a glob, or a regular expression of the whole path below the landing folder."""

    glob: str | None = None
    regex: str | None = None

    @model_validator(mode="after")
    def _one(self) -> FilePattern:
        if (self.glob is None) == (self.regex is None):
            raise ValueError("needs either glob: or regex:")
        try:
            re.compile(self.compiled_text)
        except re.error as fault:
            raise ValueError(f"{self.regex!r} is no regular expression: {fault}") from fault
        return self

    @property
    def compiled_text(self) -> str:
        return self.regex if self.regex is not None else _glob_to_regex(self.glob or "")


class ExportedAt(Strict):
    """When the source wrote the file: a group of its name, or the newest value of a column."""

    file: str | None = None
    column: str | None = None
    format: str

    @model_validator(mode="after")
    def _one(self) -> ExportedAt:
        if (self.file is None) == (self.column is None):
            raise ValueError("needs either file: or column:")
        return self


class ScopePart(Strict):
    """What narrows the store-day: a column of the dataset, or a group of the file's name."""

    column: str | None = None
    file: str | None = None

    @model_validator(mode="after")
    def _one(self) -> ScopePart:
        if (self.file is None) == (self.column is None):
            raise ValueError("needs either file: or column:")
        return self


@dataclass(frozen=True)
class Named:
    """What a file's name says."""

    groups: dict[str, str] = field(default_factory=dict)
    store_id: str | None = None
    business_date: date | None = None
    suffix: int | None = None
    exported_at: datetime | None = None


def parse_name(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)
    except ValueError:
        return None


def _glob_to_regex(glob: str) -> str:
    """`*` and `?` stay within a folder, `**/` is any folders; no slash means: any folder."""
    text = glob if "/" in glob else f"**/{glob}"
    out = ""
    index = 0
    while index < len(text):
        if text.startswith("**/", index):
            out += "(?:.*/)?"
            index += 3
            continue
        sign = text[index]
        out += {"*": "[^/]*", "?": "[^/]"}.get(sign, re.escape(sign))
        index += 1
    return out
