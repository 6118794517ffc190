"""Which lines of a file: conditions on its columns, and the lines left out on purpose."""

from __future__ import annotations

from pydantic import Field, model_validator

from pipelines.ingest.mapping.strict import Expression, Strict


class Condition(Strict):
    """Something true of one column of the file; exactly one test."""

    column: str
    matches: Expression | None = None
    equals: str | None = None
    is_one_of: tuple[str, ...] | None = None
    is_none_of: tuple[str, ...] | None = None
    is_empty: bool | None = None
    below: float | None = None
    above: float | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Condition:
        tests = self.model_dump(exclude={"column"}, exclude_none=True)
        if len(tests) != 1:
            raise ValueError(
                "a condition needs exactly one of: matches, equals, is_one_of, is_none_of, "
                "is_empty, below, above"
            )
        return self


class Filter(Strict):
    """Lines left out on purpose: those meeting all of `where`, or not meeting all of `unless`."""

    reason: str = Field(min_length=1)
    where: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()

    @model_validator(mode="after")
    def _one_side(self) -> Filter:
        if bool(self.where) == bool(self.unless):
            raise ValueError("a filter needs either where: or unless:")
        return self
