"""What a mapping's rules do, in plain words: for the pages of the mappings and for screens."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pipelines.ingest.mapping.conditions import Condition
from pipelines.ingest.mapping.layout import Numbers
from pipelines.ingest.mapping.own_headers import LINE, SHEET
from pipelines.ingest.mapping.rules import Case, ColumnRule

_OWN_HEADERS = {LINE: "the line of the file", SHEET: "the name of the sheet"}


@dataclass(frozen=True)
class Wording:
    """One way to put it. The words are the same everywhere; these are the differences:

    `mark` is put around what the file or the YAML says word for word, `between` between cases.
    Of cases, codes, replacements and listed values at most `most` are said, the rest is counted.
    `untouched` stands for a header whose value is taken as it is; None says the header.
    """

    mark: Callable[[str], str] = str
    between: str = "; "
    most: int | None = None
    untouched: str | None = None

    def rule(self, rule: ColumnRule) -> str:
        """`always USD`, `Quantity × Price`, `service where Kind is V`, and what is done to it."""
        parts = [self._source(rule)]
        if rule.replace:
            told = [
                f"{self.mark(pattern)} becomes {self.mark(text) if text else 'nothing'}"
                for pattern, text in rule.replace.items()
            ]
            parts.append(self._few(told, "replacements", "; "))
        if rule.codes is not None:
            told = [f"{self.mark(code)} → {value}" for code, value in rule.codes.items()]
            parts.append(self._few(told, "codes", ", "))
            if rule.default is not None:
                parts.append(f"any other → {rule.default}")
        if rule.absolute:
            parts.append("without its sign")
        if rule.negate:
            parts.append("with the other sign")
        if rule.negate_when:
            parts.append(f"with the other sign where {self.all_of(rule.negate_when)}")
        if rule.numbers is not None:
            parts.append(f"numbers as {self.mark(_example(rule.numbers))}")
        if rule.dates:
            parts.append("dates as " + " or ".join(map(self.mark, rule.dates)))
        return "; ".join(parts)

    def all_of(self, tests: Iterable[Condition]) -> str:
        """`Kind is V and Quantity is below 0`."""
        return " and ".join(map(self._test, tests))

    def _source(self, rule: ColumnRule) -> str:  # noqa: PLR0911
        if rule.constant is not None:
            return f"always {self.mark(rule.constant)}"
        if rule.file is not None:
            return f"the file's name ({rule.file.replace('_', ' ')})"
        if rule.template is not None:
            return self.mark(rule.template)
        if rule.product is not None:
            return self._product(rule.product)
        if rule.sum is not None:
            return self._sum(rule)
        if rule.cases is not None:
            told = self._few([self._case(case) for case in rule.cases], "cases", self.between)
            if rule.otherwise is None:
                return told
            return f"{told}{self.between}otherwise {rule.otherwise}"
        if self.untouched is not None and rule.source not in _OWN_HEADERS:
            return self.untouched
        return self._header(rule.source or "")

    def _sum(self, rule: ColumnRule) -> str:
        told = ""
        for headers, is_taken_away in rule.summands:
            sign = "− " if is_taken_away else "+ " if told else ""
            told += f" {sign}{self._product(headers)}"
        return told.strip()

    def _product(self, headers: Iterable[str]) -> str:
        return " × ".join(map(self._header, headers))

    def _case(self, case: Case) -> str:
        value = self._header(case.take) if case.take is not None else case.then
        return f"{value} where {self.all_of(case.when)}"

    def _test(self, test: Condition) -> str:  # noqa: PLR0911
        name = self._header(test.column)
        if test.is_empty is not None:
            return f"{name} is {'' if test.is_empty else 'not '}empty"
        if test.equals is not None:
            return f"{name} is {self.mark(test.equals)}"
        if test.matches is not None:
            return f"{name} matches {self.mark(test.matches)}"
        if test.is_one_of is not None:
            return f"{name} is one of {self._values(test.is_one_of)}"
        if test.is_none_of is not None:
            return f"{name} is none of {self._values(test.is_none_of)}"
        if test.below is not None:
            return f"{name} is below {test.below:g}"
        return f"{name} is above {test.above:g}"

    def _values(self, values: tuple[str, ...]) -> str:
        return self._few([self.mark(value) for value in values], "", ", ")

    def _header(self, name: str) -> str:
        return _OWN_HEADERS.get(name) or self.mark(name)

    def _few(self, texts: list[str], what: str, between: str) -> str:
        if self.most is None or len(texts) <= self.most:
            return between.join(texts)
        said = texts[: self.most - 1]
        return f"{between.join(said)} and {len(texts) - len(said)} more {what}".rstrip()


def _example(style: Numbers) -> str:
    return f"1{style.thousands or ''}234{style.decimal}50"
