"""Whom to ask for what has not come: when it was expected, how late it is, and the letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dashboards import words
from dashboards.questions.network import only
from dashboards.warehouse import Row, Run

# Head office sends these for the stores; they say nothing about who is there.
_FROM_HEAD_OFFICE = ("trading_days", "supply_levels")


@dataclass(frozen=True)
class Reminder:
    """What one store owes for one day, as known at `known_at` (UTC).

    `owed` has a row per export, the latest first: dataset, status, due_at (UTC), minutes_late.
    `last_contact` (UTC) is when the newest file of that store came; None when none ever did.
    """

    store_id: str
    store_name: str
    zone: str | None
    business_date: date
    owed: list[Row]
    known_at: datetime
    last_contact: datetime | None
    last_file: str | None

    @property
    def minutes_late(self) -> int:
        return max(int(row["minutes_late"] or 0) for row in self.owed)

    @property
    def expected_at(self) -> datetime | None:
        """When the first of them was expected."""
        return min((row["due_at"] for row in self.owed if row["due_at"]), default=None)

    @property
    def last_heard(self) -> str:
        if self.last_contact is None:
            return "no file has ever come"
        return f"{words.moment(self.last_contact, self.zone)} ({self.last_file})"

    @property
    def message(self) -> str:
        """A letter to the store, in its own time, ready to send."""
        listed = "\n".join(
            f"- {words.label(row['dataset'])}: expected by"
            f" {words.moment(row['due_at'], self.zone)}, {words.lasting(row['minutes_late'])} late"
            for row in self.owed
        )
        one = len(self.owed) == 1
        return (
            f"Subject: {self.store_name} ({self.store_id}), exports of"
            f" {words.day(self.business_date)} have not come\n\n"
            f"Hello {self.store_name},\n\n"
            f"by {words.moment(self.known_at, self.zone)} we had not received"
            f" {'this export' if one else 'these exports'} of {words.day(self.business_date)}:\n"
            f"{listed}\n\n"
            f"The last file we have from you: {self.last_heard}.\n\n"
            f"Please send {'it' if one else 'them'} again, or tell us if the store did not open"
            " that day.\n\nThank you"
        )


def reminders(run: Run, on: date, chosen: Sequence[str] = ()) -> list[Reminder]:
    """The stores with exports late or missing for the day, the longest late first."""
    keep, params = only(chosen, "d.store_id")
    rows = run.ask(
        "select d.store_id, coalesce(s.store_name, d.store_id) as store_name, s.time_zone,"
        " d.dataset, d.status, d.due_at, d.minutes_late"
        " from finance.deliveries d left join core.dim_stores s using (store_id)"
        f" where d.business_date = ? and d.status in ('late', 'missing') and {keep}"
        " order by max(d.minutes_late) over (partition by d.store_id) desc, store_name,"
        " d.store_id, d.minutes_late desc, d.dataset",
        [on, *params],
    )
    owed: dict[str, list[Row]] = {}
    for row in rows:
        owed.setdefault(row["store_id"], []).append(row)
    heard = _last_heard(run, list(owed))
    return [
        Reminder(
            store_id=store,
            store_name=mine[0]["store_name"],
            zone=mine[0]["time_zone"],
            business_date=on,
            owed=mine,
            known_at=run.run_at,
            last_contact=heard.get(store, {}).get("received_at"),
            last_file=heard.get(store, {}).get("file_name"),
        )
        for store, mine in owed.items()
    ]


def _last_heard(run: Run, stores: Sequence[str]) -> dict[str, Row]:
    """The newest file of each store, by store_id."""
    if not stores:
        return {}
    keep, params = only(stores, "c.store_id")
    office = ", ".join(f"'{name}'" for name in _FROM_HEAD_OFFICE)
    rows = run.ask(
        "select c.store_id, max(c.received_at) as received_at,"
        " arg_max(f.file_name, c.received_at) as file_name"
        " from quality.file_scopes c left join quality.files f using (delivery_id)"
        f" where {keep} and c.dataset not in ({office}) group by c.store_id",
        params,
    )
    return {row["store_id"]: row for row in rows}
