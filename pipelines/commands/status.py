"""`loupe status`: is what people see good, and what is missing for the rest."""

from __future__ import annotations

from rich.table import Table

from dashboards.warehouse import NothingPublishedError, Published
from pipelines.commands.screen import out, print_json
from pipelines.settings import Home

_LATE = """
select store_id, business_date, dataset, status
from finance.deliveries
where status in ('late', 'missing')
order by business_date desc, store_id, dataset
"""
_DAYS = "select status, count(*) as days from finance.store_days group by status order by status"


def show_status(home: Home, as_json: bool) -> None:
    """Print what is published, how the last run ended, and what is late or missing."""
    published = Published(home.root)
    last = published.last_run()
    try:
        run = published.newest()
    except NothingPublishedError as fault:
        if as_json:
            print_json({"home": str(home.root), "published": None})
        else:
            out.print(str(fault), soft_wrap=True)
        return
    days = {row["status"]: row["days"] for row in run.ask(_DAYS)}
    late = run.ask(_LATE)
    if as_json:
        print_json(
            {
                "home": str(home.root),
                "published": run.run_id,
                "published_at": run.published_at,
                "data_as_of": run.data_as_of,
                "last_run": vars(last) if last else None,
                "store_days": days,
                "late_or_missing": late,
            }
        )
        return
    out.print(
        f"Published {run.run_id} at {run.published_at:%Y-%m-%d %H:%M} UTC, "
        f"data as of {run.data_as_of}.",
        highlight=False,
    )
    if last and not last.published:
        out.print(
            f"The last run was {last.status}: {last.message}", style="bold yellow", markup=False
        )
    out.print("Store-days: " + ", ".join(f"{n:,} {s}" for s, n in days.items()), highlight=False)
    if late:
        table = Table(
            "Store", "Business date", "Dataset", "Status", title=f"{len(late):,} not here"
        )
        for row in late[:20]:
            table.add_row(
                *(str(row[k]) for k in ("store_id", "business_date", "dataset", "status"))
            )
        out.print(table)
