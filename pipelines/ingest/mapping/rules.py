"""Where each column of the dataset comes from."""

from __future__ import annotations

import re

from pydantic import Field, model_validator

from pipelines.ingest.mapping.conditions import Condition
from pipelines.ingest.mapping.layout import Numbers
from pipelines.ingest.mapping.own_headers import LINE
from pipelines.ingest.mapping.strict import Expression, Strict

# {Header} or {file.group} in a template.
PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
FILE_PREFIX = "file."


class Case(Strict):
    """`then`, or what stands under the header `take`, is the value when all of `when` hold."""

    when: tuple[Condition, ...] = Field(min_length=1)
    then: str | None = None
    take: str | None = Field(None, description="A header whose value is taken.")

    @model_validator(mode="after")
    def _one_value(self) -> Case:
        if (self.then is None) == (self.take is None):
            raise ValueError("a case needs either then: or take:")
        return self


class ColumnRule(Strict):
    """Where one column of the dataset comes from; exactly one source, then what is done to it."""

    source: str | None = Field(None, alias="from", description="A header of the file, or _line_no.")
    constant: str | None = None
    file: str | None = Field(None, description="A named group of the file pattern.")
    template: str | None = Field(
        None, description="Headers in braces: {Shop}-{Ticket}; {Lot?} may be empty."
    )
    product: tuple[str, str] | None = Field(None, description="Two headers multiplied, exactly.")
    sum: tuple[str, ...] | None = Field(
        None,
        description="Headers added up, exactly; -Header is taken away; Header * Header are "
        "multiplied first; an empty one adds nothing.",
        min_length=1,
    )
    cases: tuple[Case, ...] | None = Field(None, description="The first case that holds.")
    otherwise: str | None = Field(None, description="The value when no case holds.")
    replace: dict[Expression, str] = Field(default_factory=dict, description="Pattern to text.")
    codes: dict[str, str] | None = None
    default: str | None = Field(None, description="For codes not listed.")
    absolute: bool = Field(False, description="The number without its sign; before negate.")
    negate: bool = False
    negate_when: tuple[Condition, ...] = Field(
        (), description="Negated on the lines that meet all of these."
    )
    numbers: Numbers | None = None
    dates: tuple[str, ...] = ()
    optional: bool = Field(False, description="The header may be absent.")

    @model_validator(mode="after")
    def _one_source(self) -> ColumnRule:
        sources = ("source", "constant", "file", "template", "product", "sum", "cases")
        if sum(getattr(self, name) is not None for name in sources) != 1:
            raise ValueError(
                "needs exactly one of: from, constant, file, template, product, sum, cases"
            )
        if self.otherwise is not None and self.cases is None:
            raise ValueError("otherwise: belongs to cases:")
        if self.default is not None and self.codes is None:
            raise ValueError("default: belongs to codes:")
        return self

    @property
    def headers(self) -> set[str]:
        """The headers of the file this rule reads."""
        found: set[str] = set()
        if self.source:
            found.add(self.source)
        if self.product:
            found.update(self.product)
        found.update(header for headers, _ in self.summands for header in headers)
        found.update(condition.column for condition in self.negate_when)
        for case in self.cases or ():
            found.update(condition.column for condition in case.when)
            if case.take is not None:
                found.add(case.take)
        for name in PLACEHOLDER.findall(self.template or ""):
            if not name.startswith(FILE_PREFIX):
                found.add(name.removesuffix("?"))
        return found - {LINE}

    @property
    def value_headers(self) -> set[str]:
        """The headers whose values this rule hands on; those it only tests are not among them."""
        tested = {test.column for case in self.cases or () for test in case.when}
        tested |= {test.column for test in self.negate_when}
        taken = {case.take for case in self.cases or () if case.take is not None}
        return (self.headers - tested) | taken | ({self.source} if self.source else set())

    @property
    def summands(self) -> list[tuple[list[str], bool]]:
        """What sum: adds up: headers to be multiplied, and whether that is taken away."""
        return [(one.removeprefix("-").split(" * "), one.startswith("-")) for one in self.sum or ()]

    @property
    def groups(self) -> set[str]:
        """The named groups of the file pattern this rule reads."""
        found = {self.file} if self.file else set()
        for name in PLACEHOLDER.findall(self.template or ""):
            if name.startswith(FILE_PREFIX):
                found.add(name.removeprefix(FILE_PREFIX))
        return found

    @property
    def outcomes(self) -> set[str]:
        """The values this rule can give, when they are all written in the mapping."""
        if self.constant is not None:
            told = {self.constant}
        elif self.cases is not None:
            told = {case.then for case in self.cases if case.then is not None}
            if self.otherwise is not None:
                told.add(self.otherwise)
        else:
            told = set()
        if self.codes is not None:
            told = set(self.codes.values())
            if self.default is not None:
                told.add(self.default)
        return told
