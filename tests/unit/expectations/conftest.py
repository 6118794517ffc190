"""The judge's own library is loaded once for all of these tests: it takes seconds."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from expectations.checks import Border, Check
from expectations.incoming import incoming_checks, lay
from expectations.verdict import Verdict
from pipelines.ingest.contracts import Contract, load_contract
from tests.unit.expectations.small_lake import BOOKS, SmallLake

Examine = Callable[[Border, Sequence[Check], Path], Verdict]
JudgeLake = Callable[..., Verdict]
COLUMN_KINDS = ("required", "one_of", "pattern", "range")


@pytest.fixture(scope="session")
def contract() -> Contract:
    return load_contract()


@pytest.fixture(scope="session")
def examine() -> Examine:
    """Carries checks out on a DuckDB file, in this process."""
    from expectations.engine import Source
    from expectations.examine import examine, quiet_context

    gc.freeze()

    def examined(border: Border, checks: Sequence[Check], file: Path) -> Verdict:
        context = quiet_context()
        source = Source(file).open(context)
        try:
            return examine(border, checks, source, context).verdict
        finally:
            source.close()

    return examined


@pytest.fixture
def judge_lake(contract: Contract, examine: Examine, tmp_path: Path) -> JudgeLake:
    """What the incoming border says of a small lake.

    With `only`, of those datasets and the books, the promises on single columns left out: they
    are many, and one test breaks them all.
    """

    def judged(lake: SmallLake, only: Iterable[str] | None = None) -> Verdict:
        wanted = None if only is None else set(only)
        batch = lake.write(tmp_path / "batches", wanted)
        given = lay(tmp_path / "incoming.duckdb", contract, [batch])
        checks = incoming_checks(contract, given)
        if wanted is not None:
            checks = [
                check
                for check in checks
                if check.subject in {*wanted, *BOOKS} and not check.rule.endswith(COLUMN_KINDS)
            ]
        return examine("incoming", checks, tmp_path / "incoming.duckdb")

    return judged


@pytest.fixture
def small_lake(contract: Contract) -> SmallLake:
    return SmallLake(contract)
