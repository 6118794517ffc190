"""Decisions of any kind, put into a batch of a test lake the way a run takes them in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from dashboards.decisions import Decision, Subject
from pipelines.build.decided import as_row
from pipelines.ingest.contracts import load_contract

CORRECTABLE = {
    "sales_lines": ("net_amount", "quantity", "is_voided_line", "client_id"),
    "tenders": ("tender_amount", "change_amount", "tender_type"),
    "till_closings": ("declared_amount", "counted_amount"),
}
VALUES = {
    "is_voided_line": ("true", "false", "perhaps"),
    "tender_type": ("cash", "card", "gold"),
    "client_id": ("C9", None),
}


@dataclass
class People:
    """Some who decide: about rows of any version, in any order, also what no store would keep."""

    random: Random
    kept: list[Decision] = field(default_factory=list)
    rows: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    _sequences: dict[str, int] = field(default_factory=dict)

    def look_at(self, batch: Path) -> None:
        """Rows that may be corrected from now on."""
        for dataset in CORRECTABLE:
            path = batch / f"{dataset}.parquet"
            if path.exists():
                rows = pl.read_parquet(path, hive_partitioning=False).to_dicts()
                self.rows += [(dataset, row) for row in rows]

    def decide(self, batch: Path, moment: datetime) -> None:
        """Take some decisions; they enter with `batch`, known from `moment` (naive UTC)."""
        new = [self._one(moment) for _ in range(self.random.randrange(1, 9))]
        table = load_contract().system["decisions"]
        rows = [as_row(one) | {"known_from": moment, "_batch_id": batch.name} for one in new]
        frame = pl.DataFrame(rows, schema=table.schema_in_lake, orient="row")
        frame.write_parquet(batch / "decisions.parquet")

    def _one(self, moment: datetime) -> Decision:
        corrections = [d for d in self.kept if d.kind == "correction"]
        if corrections and self.random.random() < 0.5:
            about = self.random.choice(corrections[-4:])
            kind = self.random.choice(["correction_approval"] * 3 + ["correction_withdrawn"])
            if not any(d.kind == kind and self._is_about(d, about) for d in self.kept):
                return self._keep(moment, kind, about, {"correction_id": about.decision_id})
        dataset, row = self.random.choice(self.rows)
        day = Subject.store_day(row["store_id"], row["business_date"])
        if self.random.random() < 0.25:
            return self._keep(moment, "sign_off", day, {"blockers": ["F4"], "override": True})
        key = [row[name] for name in load_contract().datasets[dataset].key]
        column = self.random.choice(CORRECTABLE[dataset])
        subject = Subject.row(dataset, key, row["store_id"], row["business_date"])
        told = {
            "dataset": dataset,
            "file_id": row["_file_id"],
            "column": column,
            "old_value": row[column],
            "new_value": self.random.choice(VALUES.get(column, ("7.50", "0", "11", None, "x"))),
        }
        return self._keep(moment, "correction", subject, told)

    def _is_about(self, decision: Decision, correction: Decision) -> bool:
        return decision.payload.get("correction_id") == correction.decision_id

    def _keep(
        self, moment: datetime, kind: str, subject: Subject | Decision, payload: dict[str, Any]
    ) -> Decision:
        sequence_no = self._sequences.get(subject.subject_key, 0) + 1
        self._sequences[subject.subject_key] = sequence_no
        number = len(self.kept) + 1
        kept = Decision(
            decision_no=number,
            decision_id=f"d{number:04}",
            decided_at=moment,
            decided_by=self.random.choice(["Ann", "Bob", "Cleo"]),
            kind=kind,
            subject_type=subject.subject_type,
            subject_key=subject.subject_key,
            store_id=subject.store_id,
            business_date=subject.business_date,
            payload=payload,
            reason="Looked at.",
            seen_run_id="run_unknown",
            sequence_no=sequence_no,
        )
        self.kept.append(kept)
        return kept
