"""Carries out checks with Great Expectations and weighs the answers.

    checks ─▶ one suite a table ─▶ the library's verdicts ─▶ rows of the failed ones, by our query
                                           └─▶ Data Docs

The library says whether a check holds. How many rows break it, and which, comes from the check's
own query: the library's samples stop at twenty and would carry personal values. When the library
says "fails" and our query finds nothing, the check is broken, not passed.
Imported by the judge's process only.
"""

from __future__ import annotations

import re
import time
import warnings
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import great_expectations as gx  # noqa: TID253
import great_expectations.expectations as library  # noqa: TID253

from expectations.checks import Border, Check
from expectations.engine import ExpectNoRows, Source
from expectations.verdict import ROWS_SHOWN, CheckResult, Verdict, broken, weigh

SEVERITY = {"block": "critical", "warn": "warning"}
DOCS_SITE = "data_docs"
PARAMETER = re.compile(r"(?<![:\w\\]):(?=\w+(?!:))")


@dataclass
class Examination:
    """A verdict, and what is needed to write its Data Docs afterwards."""

    verdict: Verdict
    context: Any

    def write_docs(self, folder: Path) -> None:
        """Data Docs of every suite evaluated, `index.html` in `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        self.context.add_data_docs_site(
            DOCS_SITE,
            {
                "class_name": "SiteBuilder",
                "store_backend": {
                    "class_name": "TupleFilesystemStoreBackend",
                    "base_directory": str(folder),
                },
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            },
        )
        self.context.build_data_docs(site_names=[DOCS_SITE])


def quiet_context() -> Any:
    """A context that writes nothing to disk and draws no progress bars."""
    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    # Nobody reads this context's configuration back, and writing it as YAML for every table and
    # suite added took a third of the time of a judgement.
    context._save_project_config = lambda: None
    return context


def examine(border: Border, checks: Sequence[Check], source: Source, context: Any) -> Examination:
    """Evaluates `checks` on an open `source`. Never raises for what is wrong with a table."""
    started = time.perf_counter()
    by_subject: dict[str, list[Check]] = defaultdict(list)
    for check in checks:
        by_subject[check.subject].append(check)
    results: list[CheckResult] = []
    for subject, its_checks in by_subject.items():
        try:
            results += _examine_table(border, subject, its_checks, source, context)
        except Exception as fault:
            results += [
                broken(
                    border, subject, check.rule, f"not evaluated: {in_a_line(fault)}", check.words
                )
                for check in its_checks
            ]
    verdict = weigh(border, checks, results, seconds=time.perf_counter() - started)
    return Examination(verdict, context)


def _examine_table(
    border: Border, subject: str, checks: Sequence[Check], source: Source, context: Any
) -> list[CheckResult]:
    schema, _, table = subject.rpartition(".")
    with warnings.catch_warnings():
        # Naming the schema of a table is deprecated in favour of one schema a datasource.
        warnings.simplefilter("ignore", DeprecationWarning)
        asset = source.datasource.add_table_asset(
            subject, table_name=table, schema_name=schema or None
        )
    suite = gx.ExpectationSuite(name=subject)
    for check in checks:
        suite.add_expectation(as_expectation(check))
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(
            name=subject,
            data=asset.add_batch_definition_whole_table("whole"),
            # Added when complete: the context writes a suite anew for each later expectation.
            suite=context.suites.add(suite),
        )
    )
    by_rule = {check.rule: check for check in checks}
    found = definition.run(result_format="BOOLEAN_ONLY").results
    return [
        _result(border, by_rule[found_one.expectation_config.meta["rule"]], found_one, source)
        for found_one in found
    ]


def as_expectation(check: Check) -> Any:
    """The library's expectation for a check; its id travels in `meta`."""
    common: dict[str, Any] = {
        "meta": {"rule": check.rule, "version": check.version},
        "description": check.words,
        "severity": SEVERITY[check.severity],
    }
    if check.built_in is not None:
        return getattr(library, check.built_in.kind)(**check.built_in.arguments, **common)
    # The library formats the query, so a brace is written twice to stay one; SQLAlchemy takes a
    # colon before a word for a parameter unless told otherwise.
    query = PARAMETER.sub(r"\\:", check.broken_by.replace("{", "{{").replace("}", "}}"))
    return ExpectNoRows(unexpected_rows_query=query, **common)


def _result(border: Border, check: Check, found: Any, source: Source) -> CheckResult:
    raised = raised_message(found.exception_info)
    if raised is not None:
        return broken(border, check.subject, check.rule, f"could not run: {raised}", check.words)
    if found.success:
        return _as_result(border, check, passed=True, observed="holds")
    try:
        count, rows = failing_rows(check, source)
    except Exception as fault:
        why = f"fails, and its rows could not be fetched: {in_a_line(fault)}"
        return broken(border, check.subject, check.rule, why, check.words)
    if count == 0:
        why = "the library says it fails, its own query finds no row"
        return broken(border, check.subject, check.rule, why, check.words)
    observed = "1 row breaks it" if count == 1 else f"{count:,} rows break it"
    return _as_result(border, check, passed=False, observed=observed, count=count, rows=rows)


def _as_result(
    border: Border,
    check: Check,
    *,
    passed: bool,
    observed: str,
    count: int = 0,
    rows: list[dict[str, Any]] | None = None,
) -> CheckResult:
    return CheckResult(
        border=border,
        subject=check.subject,
        rule=check.rule,
        severity=check.severity,
        passed=passed,
        observed=observed,
        expected=check.words,
        rows_failed=count,
        version=check.version,
        failing_rows=rows or [],
    )


def failing_rows(check: Check, source: Source) -> tuple[int, list[dict[str, Any]]]:
    """How many rows break a check, and the first of them as plain values."""
    count = source.run(f"select count(*) from ({check.broken_by}) as failing").scalar_one()
    if count == 0:
        return 0, []
    found = source.run(f"select * from ({check.broken_by}) as failing limit {ROWS_SHOWN}")
    names = list(found.keys())
    return count, [dict(zip(names, map(_plain, row), strict=True)) for row in found]


def _plain(value: Any) -> Any:
    """Decimals, dates and lists as text: the answer travels as JSON and keeps every digit."""
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def raised_message(exception_info: dict[str, Any] | None) -> str | None:
    """What an expectation raised, first line only; None when it did not.

    The library tells it flat for an expectation and nested by metric for a query.
    """
    if not exception_info:
        return None
    candidates = (
        [exception_info]
        if "raised_exception" in exception_info
        else [info for info in exception_info.values() if isinstance(info, dict)]
    )
    for info in candidates:
        if info.get("raised_exception"):
            return in_a_line(info.get("exception_message"))
    return None


def in_a_line(message: object) -> str:
    """The first line of what a library has to say."""
    lines = str(message or "").strip().splitlines()
    return lines[0] if lines else "no message"
