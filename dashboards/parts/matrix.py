"""Store by file type for one day: what has come, what is late, what is missing."""

from __future__ import annotations

from functools import partial

from dashboards import words
from dashboards.parts import links
from dashboards.parts.filters import Chosen
from dashboards.parts.html import Column, Html, badge, table
from dashboards.questions.today import Matrix
from dashboards.warehouse import Row


def deliveries(here: Chosen, matrix: Matrix) -> Html:
    """The matrix; each cell leads to the explanation of that delivery."""
    on = here.on.isoformat()
    columns = [
        Column("store_name", "Store"),
        Column(
            "status",
            "Day",
            say=lambda d: badge(
                words.status(words.STORE_DAY, d["status"]),
                href=links.explain(
                    here, "finance.store_days", store_id=d["store_id"], business_date=on
                ),
            ),
        ),
    ]
    for name in matrix.datasets:
        say = partial(_cell, dataset=name, matrix=matrix, here=here)
        columns.append(Column(name, words.label(name), say=say))
    return table(
        columns,
        matrix.stores,
        style="matrix",
        caption=f"When it came, in {here.zone or 'UTC'} time; in brackets how late.",
    )


def legend() -> str:
    marks = "".join(f"<span>{s.sign} {s.word}</span>" for s in words.DELIVERY.values())
    return f'<div class="legend">{marks}</div>'


def _cell(store: Row, dataset: str, matrix: Matrix, here: Chosen) -> Html:
    row = matrix.cells.get((store["store_id"], dataset))
    if row is None:
        return Html('<span class="soft">nothing due</span>')
    status = row["status"]
    note = ""
    if status in ("late", "missing"):
        note = words.lasting(row.get("minutes_late"))
    elif status == "due" and row.get("due_at"):
        note = f"by {words.short_moment(row['due_at'], here.zone)[-5:]}"
    elif row.get("received_at"):
        note = words.short_moment(row["received_at"], here.zone)[-5:]
        if (row.get("minutes_late") or 0) > 0:
            note += f" (+{words.lasting(row['minutes_late'])})"
    return badge(
        words.status(words.DELIVERY, status),
        note,
        links.explain(
            here,
            "finance.deliveries",
            store_id=store["store_id"],
            business_date=here.on.isoformat(),
            dataset=dataset,
        ),
    )
