"""One check: a promise in words, and the query that finds the rows breaking it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["block", "warn"]
Border = Literal["incoming", "outgoing"]


@dataclass(frozen=True)
class BuiltIn:
    """An expectation of the library that says the check better than a query would.

    `kind` is its class name, for example `ExpectColumnValuesToNotBeNull`.
    """

    kind: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """A promise about one table.

    `rule` is its id: stable, unique within its border, and what a decision or an alert refers to.
    `words` is the promise as a person would say it. `broken_by` selects the rows that break it
    (none when it holds) and must select no personal column: those rows are shown to people.
    Without `built_in`, the library is given `broken_by` itself.
    """

    rule: str
    subject: str
    words: str
    broken_by: str
    severity: Severity = "block"
    version: int = 1
    built_in: BuiltIn | None = None


def text(value: str) -> str:
    """A SQL text literal."""
    return "'" + value.replace("'", "''") + "'"
