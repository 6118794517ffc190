"""What people decided, on its way into the lake, and what the pipeline itself asks of it.

The store numbers decisions without a hole. Where it does not hold the newest decision the lake
knows, it was lost or put back from an old copy: the lake gives back what it has.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from dashboards.knobs import DECISIONS_FILE, knob
from expectations.verdict import CheckResult
from pipelines.ingest.contracts import load_contract
from pipelines.ingest.ledger import NewestDecision
from pipelines.settings import Home

if TYPE_CHECKING:
    from dashboards.decisions import Decision, DecisionStore

STAMPS = ("known_from", "_batch_id")


@dataclass(frozen=True)
class Read:
    """New decisions as rows of the lake's table, without its stamps; and what was not well."""

    rows: pl.DataFrame
    warning: str | None = None


def after(home: Home, newest: NewestDecision | None) -> Read:
    """The decisions after the newest one the lake holds. Never raises for the store's sake."""
    schema = _schema()
    if newest is None and not _may_hold(home):
        return Read(pl.DataFrame(schema=schema))
    from dashboards.decisions import DecisionStore, StoreUnavailableError

    try:
        store = DecisionStore.open(home.root)
        warning = _put_back(home, store, newest) if newest else None
        new = store.since(newest.decision_no if newest else 0)
    except StoreUnavailableError as fault:
        return Read(
            pl.DataFrame(schema=schema), f"{fault} Decisions taken since wait for the next run."
        )
    return Read(pl.DataFrame([as_row(d) for d in new], schema=schema, orient="row"), warning)


def as_row(decision: Decision) -> dict[str, Any]:
    """A decision as the lake keeps it: what models ask of its payload in columns of its own."""
    from dashboards.decisions.rules import payload_text

    told = decision.payload
    gap = decision.subject_key.split("|") if decision.subject_type == "receipt_gap" else []
    _, register, series, first, last = gap if len(gap) == 5 else ("", "", "", "", "")
    row = asdict(decision) | {
        "payload": payload_text(told),
        "about_decision_id": told.get("correction_id"),
        "dataset": told.get("dataset"),
        "file_id": told.get("file_id"),
        "column_name": told.get("column"),
        "old_value": _text(told.get("old_value")),
        "new_value": _text(told.get("new_value")),
        "blockers": "".join(f"|{name}" for name in told.get("blockers") or []) + "|"
        if decision.kind == "sign_off"
        else None,
        "is_override": bool(told.get("override")) if decision.kind == "sign_off" else None,
        "gap_reason": told.get("gap_reason"),
        "register_id": register or None,
        "receipt_series": series or None,
        "first_missing": int(first) if first else None,
        "last_missing": int(last) if last else None,
        "locked_run_id": told.get("run_id") if decision.kind == "month_lock" else None,
    }
    return {name: row[name] for name in _schema()}


def locked_runs(home: Home) -> set[str] | None:
    """Runs that a month was locked with; None where nobody can say, so that nothing is deleted."""
    if not _may_hold(home):
        return set()
    from dashboards.decisions import DecisionStore, StoreUnavailableError

    try:
        locks = DecisionStore.open(home.root).find(kind="month_lock")
    except StoreUnavailableError:
        return None
    return {str(lock.payload["run_id"]) for lock in locks}


def as_check(warning: str) -> CheckResult:
    """What was not well with the store, where every page and the caller read it."""
    return CheckResult(
        border="incoming",
        subject="decisions",
        rule="decisions can be read and none is lost",
        severity="warn",
        passed=False,
        observed=warning,
        expected="every decision of the lake, and those after it",
        rows_failed=1,
    )


def _put_back(home: Home, store: DecisionStore, newest: NewestDecision) -> str | None:
    known = store.find(after=newest.decision_no - 1)
    if known and known[0].decision_id == newest.decision_id:
        return None
    missing = store.restore(_in_lake(home))
    return (
        f"{missing} decisions were missing in {store.place} and were put back from the lake. Was"
        " the file lost, or an old copy put in its place? What was decided after the last run and"
        " is in no copy is gone."
    )


def _in_lake(home: Home) -> list[Decision]:
    from dashboards.decisions import Decision

    names = list(Decision.__dataclass_fields__)
    rows = [
        row
        for path in sorted(home.batches.glob("[!_]*/decisions.parquet"))
        for row in pl.read_parquet(path, columns=names).to_dicts()
    ]
    return [Decision(**{**row, "payload": json.loads(row["payload"])}) for row in rows]


def _may_hold(home: Home) -> bool:
    """Whether somebody may have decided something; spares a run without decisions the library."""
    return (home.root / DECISIONS_FILE).exists() or bool(knob(home.root, "decisions_url"))


def _schema() -> dict[str, pl.DataType]:
    schema = load_contract().system["decisions"].schema_in_lake
    return {name: kind for name, kind in schema.items() if name not in STAMPS}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
