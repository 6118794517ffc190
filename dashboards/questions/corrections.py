"""Corrections of a receipt's rows: what may be changed, what was proposed, what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboards.decisions import Decision, Subject
from dashboards.decisions.rules import open_corrections
from dashboards.questions.network import only
from dashboards.questions.receipts import Receipt
from dashboards.warehouse import Row, Run

COLUMNS = "quality.correctable_columns"
STATUS = "quality.corrections"


@dataclass(frozen=True)
class Editable:
    """One column that may be corrected, and what its new value has to be."""

    dataset: str
    name: str
    data_type: str
    is_required: bool
    one_of: tuple[str, ...]
    key_columns: tuple[str, ...]

    def fault(self, new: str | None) -> str | None:
        """Why a value cannot stand here; None when it can, as far as the page can tell."""
        if new is None and self.is_required:
            return f"{self.name.replace('_', ' ')} is needed: it may change, not go away."
        if new is not None and self.one_of and new not in self.one_of:
            return f"{self.name.replace('_', ' ')} is one of {', '.join(self.one_of)}."
        return None


def columns(run: Run, dataset: str) -> list[Editable]:
    """What may be corrected in a dataset; nothing in a run that does not say."""
    if not run.has(COLUMNS):
        return []
    rows = run.ask(
        f"select * from {COLUMNS} where dataset = ? order by version, column_name", [dataset]
    )
    found = {
        row["column_name"]: Editable(
            dataset=dataset,
            name=row["column_name"],
            data_type=row["data_type"].replace(" ", ""),
            is_required=bool(row["is_required"]),
            one_of=_listed(row["one_of"]),
            key_columns=_listed(row["row_key_columns"]),
        )
        for row in rows
    }
    return list(found.values())


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


@dataclass(frozen=True)
class Target:
    """A row of the receipt that may be corrected."""

    dataset: str
    words: str
    row: Row
    subject: Subject

    def payload(self, column: Editable, new: str | None) -> dict[str, Any]:
        """What a correction of that column to that value is, as the decisions keep it."""
        return {
            "dataset": self.dataset,
            "key": {name: str(self.row[name]) for name in column.key_columns},
            "file_id": self.row["_file_id"],
            "column": column.name,
            "old_value": plain(self.row.get(column.name)),
            "new_value": new,
            "data_type": column.data_type,
        }


# Dataset, the rows of a receipt that are its, the last column of their key, how a row is named.
_DATASETS = (("sales_lines", "lines", "line_number"), ("tenders", "tenders", "tender_number"))


def targets(found: Receipt) -> list[Target]:
    made = []
    for dataset, attribute, number in _DATASETS:
        for row in getattr(found, attribute):
            key = (row["transaction_id"], row[number])
            made.append(
                Target(
                    dataset,
                    _row_words(dataset, row),
                    row,
                    Subject.row(dataset, key, row["store_id"], row["business_date"]),
                )
            )
    return made


def closings(run: Run, on: date, chosen: Sequence[str] = ()) -> list[Target]:
    """The till closings of a day, each tender's row, as rows that may be corrected."""
    keep, params = only(chosen, "c.store_id")
    rows = run.ask(
        "select c.*, coalesce(s.store_name, c.store_id) as store_name from core.fct_till_closings c"
        f" left join core.dim_stores s using (store_id) where c.business_date = ? and {keep}"
        " order by store_name, c.register_id, c.z_number, c.tender_type",
        [on, *params],
    )
    made = []
    for row in rows:
        key = [row[name] for name in ("store_id", "register_id", "z_number", "tender_type")]
        kind = row["tender_type"].replace("_", " ")
        place = f"{row['store_name']}, register {row['register_id']}, closing {row['z_number']}"
        subject = Subject.row("till_closings", key, row["store_id"], on)
        made.append(Target("till_closings", f"{place}: {kind}", row, subject))
    return made


def _row_words(dataset: str, row: Mapping[str, Any]) -> str:
    if dataset == "tenders":
        kind = row["tender_type"].replace("_", " ")
        return f"Payment {row['tender_number']}: {row['tender_amount']:,.2f} by {kind}"
    return (
        f"Line {row['line_number']}: {row['item_id'] or row['line_type']}, {row['net_amount']:,.2f}"
    )


def plain(value: Any) -> str | None:
    """A value as a correction writes it: text, true or false, nothing as None."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


@dataclass(frozen=True)
class Proposal:
    """A correction of one row, and how it stands.

    status: waiting, approved (kept, not in these figures yet), withdrawn, or what the figures say
    of it (effective, superseded …), with the reason in words.
    """

    target: Target
    decision: Decision
    history: list[Decision]
    status: str
    status_reason: str | None

    @property
    def approved_by(self) -> str | None:
        said = [
            d.decided_by
            for d in self.history
            if d.kind == "correction_approval"
            and d.payload.get("correction_id") == self.decision.decision_id
        ]
        return said[-1] if said else None


def proposals(run: Run, rows: Sequence[Target], decisions: Sequence[Decision]) -> list[Proposal]:
    """Every correction proposed for these rows, newest first. `decisions` are oldest first."""
    published = {}
    if run.has(STATUS) and decisions:
        marks = ", ".join("?" * len(decisions))
        told = run.ask(
            f"select * from {STATUS} where decision_id in ({marks})",
            [d.decision_id for d in decisions],
        )
        published = {row["decision_id"]: row for row in told}
    found = []
    for target in rows:
        history = [d for d in decisions if d.subject_key == target.subject.subject_key]
        waiting = open_corrections(history)
        for decision in history:
            if decision.kind != "correction":
                continue
            status = _status(decision, history, waiting, published)
            found.append(Proposal(target, decision, history, *status))
    return sorted(found, key=lambda p: p.decision.decision_no, reverse=True)


def _status(
    decision: Decision,
    history: Sequence[Decision],
    waiting: Sequence[Decision],
    published: Mapping[str, Row],
) -> tuple[str, str | None]:
    if decision in waiting:
        return "waiting", "somebody else than its author has to approve it"
    answers = [d for d in history if d.payload.get("correction_id") == decision.decision_id]
    known = published.get(decision.decision_id)
    if answers and answers[-1].kind == "correction_withdrawn":
        return "withdrawn", answers[-1].words
    if known and known["status"] != "waiting":
        return known["status"], known["status_reason"]
    return "approved", "it enters the figures with the next run"
