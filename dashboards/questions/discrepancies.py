"""Discrepancies of counts: what is proposed, what speaks for it, and what people said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from dashboards import stock_words
from dashboards.decisions import Act, Decision, Subject
from dashboards.decisions.rules.stock import standing_verdict
from dashboards.questions.network import only
from dashboards.warehouse import Row, Run

DISCREPANCIES = "inventory.stock_discrepancies"
EVIDENCE = "inventory.discrepancy_evidence"
KIND = "discrepancy_verdict"


@dataclass(frozen=True)
class Finding:
    """One discrepancy, what was decided on it, and the other side of the piece if it has one.

    `settled_with`: what was decided on the side its standing acceptance was shared with. Figures
    may propose another pair by now.
    """

    row: Row
    history: list[Decision] = field(default_factory=list)
    other: Finding | None = None
    settled_with: list[Decision] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.row["discrepancy_id"]

    @property
    def standing(self) -> Decision | None:
        return standing_verdict(self.history, KIND)

    @property
    def state(self) -> str:
        """accepted, rejected, recount; else open, or what the figures say (resolved, gone …)."""
        if self.standing is None and self.row.get("review") in {"accepted", "rejected"}:
            return str(self.row["review"])  # on another count's line of the same finding
        verdict = str(self.standing.payload["verdict"]) if self.standing else "reopened"
        return self.row["status"] if verdict == "reopened" else verdict

    @property
    def judged(self) -> Decision | None:
        """The verdict on this line, where it stands and names a cause: newer than any figure."""
        verdict = self.standing.payload["verdict"] if self.standing else None
        return self.standing if verdict in {"accepted", "rejected"} else None

    @property
    def undone(self) -> bool:
        """Somebody judged the line and named no cause: what the rules say counts again."""
        return self.standing is not None and self.judged is None

    @property
    def cause(self) -> str:
        """The cause that counts: a person's, as soon as it is given, else the figures' own."""
        if self.judged:
            return str(self.judged.payload["root_cause"] or "unknown")
        told = None if self.undone else self.row.get("effective_cause")
        return str(told or self.row["root_cause"] or "unknown")

    @property
    def from_person(self) -> bool:
        told = self.row.get("cause_from") == "person" and not self.undone
        return bool(self.judged) or told

    @property
    def is_unknown(self) -> bool:
        """Nobody has said what it is: no verdict, and nothing that proves a cause."""
        proved = self.row.get("is_proved")
        if proved is None:  # of a run that does not tell
            proved = self.row["confidence"] == "proved"
        return self.cause == "unknown" or not (self.from_person or proved)

    @property
    def kind(self) -> str:
        """known, explained or unknown: what it is to the loss, with every verdict until now."""
        return "unknown" if self.is_unknown else stock_words.kind_of(self.cause)

    @property
    def latest(self) -> int:
        return self.history[-1].sequence_no if self.history else 0


def of_counts(
    run: Run, count_ids: Sequence[str], decisions: Sequence[Decision] = ()
) -> list[Finding]:
    """The discrepancies of counts: what waits and is dear first. `decisions`: all of them."""
    if not count_ids or not run.has(DISCREPANCIES):
        return []
    rows = _rows(run, "d.count_id", count_ids)
    found = {row["discrepancy_id"]: row for row in rows}
    away = [
        row["paired_discrepancy_id"]
        for row in rows
        if row["paired_discrepancy_id"] and row["paired_discrepancy_id"] not in found
    ]
    others = {row["discrepancy_id"]: row for row in _rows(run, "d.discrepancy_id", away)} | found
    by_key: dict[str, list[Decision]] = {}
    for decision in decisions:
        by_key.setdefault(decision.subject_key, []).append(decision)

    def finding(row: Row, other: Row | None = None) -> Finding:
        about = by_key.get(row["discrepancy_id"], [])
        return Finding(row, about, finding(other) if other else None, _shared(about, by_key))

    made = [finding(row, others.get(row["paired_discrepancy_id"])) for row in rows]
    return sorted(made, key=lambda f: (f.state != "open", -abs(f.row["variance_cost"] or 0), f.key))


def _rows(run: Run, column: str, values: Sequence[str]) -> list[Row]:
    if not values:
        return []
    keep, params = only(values, column)
    return run.ask(
        "select d.*, coalesce(s.store_name, d.store_id) as store_name, i.item_name, i.category"
        f" from {DISCREPANCIES} d left join core.dim_stores s using (store_id)"
        f" left join core.dim_items i using (item_id) where {keep} order by d.discrepancy_id",
        params,
    )


def evidence(run: Run, finding: Finding) -> list[Row]:
    """The rows that speak for a cause, those that decided first; each with its file."""
    if not run.has(EVIDENCE):
        return []
    return run.ask(
        "select e.*, (select f.file_name from quality.files f where f.file_id = e._file_id"
        f" and f.status <> 'duplicate' order by f.known_from limit 1) as file_name from {EVIDENCE}"
        " e where e.discrepancy_id = ? order by e.evidence_no",
        [finding.key],
    )


def _shared(history: Sequence[Decision], by_key: dict[str, list[Decision]]) -> list[Decision]:
    """What was decided on the side that was accepted together with this one, and still is."""
    own = standing_verdict(history, KIND)
    if own is None or own.payload.get("verdict") != "accepted":
        return []
    side = by_key.get(own.payload.get("paired_discrepancy_id") or "", [])
    its = standing_verdict(side, KIND)
    if its is None or its.payload.get("verdict") != "accepted":
        return []
    return side if its.payload.get("paired_discrepancy_id") == own.subject_key else []


def acts(finding: Finding, verdict: str, cause: str | None = None) -> list[Act]:
    """What a verdict decides: both sides of a pair are settled, and opened again, together."""
    other = finding.other
    told = [_act(finding, verdict, cause)]
    if other is not None and verdict == "accepted":
        told.append(_act(other, "accepted", other.row["root_cause"]))
    sides = [finding, other] if other is not None and len(told) > 1 else [finding]
    settled = {act.subject.subject_key for act in told}
    for side in sides:
        left = side.settled_with
        if left and left[-1].subject_key not in settled:
            told.append(_reopened(left))
    return told


def _reopened(history: Sequence[Decision]) -> Act:
    """The side whose acceptance was shared stands alone now: nobody has said what it is."""
    newest = history[-1]
    accepted = standing_verdict(history, KIND)
    subject = Subject(
        newest.subject_type, newest.subject_key, newest.store_id, newest.business_date
    )
    payload = dict(accepted.payload) if accepted else {}
    payload |= {"verdict": "reopened", "root_cause": None}
    return Act(KIND, subject, payload, newest.sequence_no)


def _act(finding: Finding, verdict: str, cause: str | None = None) -> Act:
    row = finding.row
    payload = {
        "verdict": verdict,
        "proposed_cause": row["root_cause"],
        "root_cause": cause,
        "confidence": row["confidence"],
        "count_id": row["count_id"],
        "finding_id": row.get("finding_id"),
        "paired_discrepancy_id": row["paired_discrepancy_id"],
    }
    return Act(KIND, Subject.discrepancy(row), payload, finding.latest)


@dataclass(frozen=True)
class Sum:
    """Differences of one currency at cost, each without its sign: of what is known and what not."""

    lines: int
    explained: Decimal
    known_loss: Decimal
    unknown: Decimal


def summed(findings: Sequence[Finding], currency: str) -> Sum:
    """What people and documents have explained, what is lost, and what nobody knows."""
    parts = {"explained": Decimal(0), "known": Decimal(0), "unknown": Decimal(0)}
    own = [f for f in findings if f.row["currency"] == currency]
    for finding in own:
        parts[finding.kind] += abs(finding.row["variance_cost"] or Decimal(0))
    return Sum(len(own), parts["explained"], parts["known"], parts["unknown"])
