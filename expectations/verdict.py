"""What a border decided: one result a check, and whether the run may go on.

A check that could not be evaluated is not a check that passed. The floor sees to that: whatever was
declared and did not come back evaluated becomes a broken check, and a broken check blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from expectations.checks import Border, Check, Severity

ROWS_SHOWN = 500


@dataclass(frozen=True)
class CheckResult:
    """What one check found.

    `rows_failed` counts every row that breaks the promise; `failing_rows` holds the first 500 of
    them, without personal columns. `broken` means that the check itself could not be carried out.
    """

    border: Border
    subject: str
    rule: str
    severity: Severity
    passed: bool
    observed: str
    expected: str
    rows_failed: int = 0
    broken: bool = False
    version: int = 1
    failing_rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def blocks(self) -> bool:
        return self.broken or (not self.passed and self.severity == "block")

    @property
    def in_words(self) -> str:
        """What was found, what was expected, and by which rule."""
        expected = self.expected.removesuffix(".")
        return f"{self.subject}: {self.observed}. Expected: {expected} ({self.rule})"


@dataclass(frozen=True)
class Verdict:
    """The results of one border. `declared` is how many checks there were to evaluate."""

    results: list[CheckResult]
    declared: int
    evaluated: int
    seconds: float = 0.0

    @property
    def blocked(self) -> bool:
        """True when a blocking check failed, a check broke, or fewer ran than were declared."""
        return self.evaluated < self.declared or any(result.blocks for result in self.results)

    @property
    def failures(self) -> list[CheckResult]:
        """What did not pass, the blocking ones first."""
        failed = [result for result in self.results if not result.passed]
        return sorted(failed, key=lambda result: (not result.blocks, result.subject, result.rule))

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, answer: dict[str, Any]) -> Verdict:
        results = [CheckResult(**result) for result in answer["results"]]
        return cls(**{**answer, "results": results})


def broken(border: Border, subject: str, rule: str, why: str, expected: str) -> CheckResult:
    """A check that could not be carried out. It blocks whatever its severity was to be."""
    return CheckResult(
        border, subject, rule, "block", passed=False, observed=why, expected=expected, broken=True
    )


def nothing_judged(border: Border, why: str) -> Verdict:
    """The verdict when the border could not be judged at all."""
    expected = "Both borders are judged before anything goes on."
    return Verdict([broken(border, "judge", "judged", why, expected)], declared=1, evaluated=0)


def weigh(
    border: Border,
    declared: Sequence[Check],
    results: Iterable[CheckResult],
    *,
    seconds: float = 0.0,
) -> Verdict:
    """The verdict over `declared`, with a broken result for every check that has none.

    Two checks under one rule cannot both be answered: the second counts as not evaluated. And a
    border that declares nothing has not looked, which is no reason to let anything through.
    """
    by_rule = {result.rule: result for result in results}
    kept: list[CheckResult] = []
    for check in declared:
        result = by_rule.pop(check.rule, None)
        kept.append(
            result
            or broken(
                border,
                check.subject,
                check.rule,
                "was declared and not evaluated: is there another check equal to it?",
                check.words,
            )
        )
    if not declared:
        kept.append(
            broken(border, "judge", "declared", "no check was declared", "At least one check.")
        )
    evaluated = sum(not result.broken for result in kept)
    return Verdict(kept, declared=len(declared), evaluated=evaluated, seconds=round(seconds, 3))
