"""Closing a day: which checks hold for which store, what stands in the way, which numbers miss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from dashboards.decisions import Decision
from dashboards.decisions.rules import standing_sign_off
from dashboards.questions.network import only
from dashboards.questions.restatements import Moment, between, moment_of
from dashboards.warehouse import Row, Run

IN_THE_WAY = ("block", "error")
WAITED_FOR = ("not_due", "due", "late", "missing")
# How far on either side of a gap its neighbours may lie; counters may begin again.
NEIGHBOUR_DAYS = 14
_WORST = {"block": 0, "error": 1, "warn": 2, "info": 3}


@dataclass(frozen=True)
class Blocker:
    """One thing between a store-day and its sign-off: the check's id, and what is wrong."""

    check_id: str
    words: str


@dataclass(frozen=True)
class StoreDay:
    """One store on the day. `checks` by check id; `state` says what can be done with it now.

    state: closed, unowed (a check fails, but no export is owed that a sign-off waits for: the bag
    of a store that has closed, a warehouse's stock), ready, in_the_way, signed_off (in the
    figures), signed_now (since they were made), reopened.
    """

    row: Row
    checks: dict[str, Row]
    blockers: list[Blocker]
    history: list[Decision]
    state: str

    @property
    def store_id(self) -> str:
        return self.row["store_id"]

    @property
    def name(self) -> str:
        return self.row["store_name"]

    @property
    def sign_off(self) -> Decision | None:
        return standing_sign_off(self.history)

    @property
    def can_be_signed(self) -> bool:
        return self.state in ("ready", "in_the_way", "reopened")

    @property
    def is_open(self) -> bool:
        """Whether there is anything to sign off."""
        return self.state not in ("closed", "unowed")


@dataclass(frozen=True)
class Day:
    """All stores on the day, those that need somebody first; the checks made, in their order."""

    on: date
    stores: list[StoreDay]
    checks: list[Row]

    def of(self, *states: str) -> list[StoreDay]:
        return [store for store in self.stores if store.state in states]

    def store(self, store_id: str | None) -> StoreDay | None:
        """The store asked for, else the first that is open and not signed off, else the first."""
        by_id = {store.store_id: store for store in self.stores}
        waiting = [store for store in self.stores if store.can_be_signed]
        first = next(iter(waiting or self.stores), None)
        return by_id.get(store_id or "", first)


_URGENCY = {
    "reopened": 0,
    "in_the_way": 1,
    "ready": 2,
    "signed_now": 3,
    "signed_off": 4,
    "unowed": 5,
    "closed": 6,
}


def day(run: Run, on: date, chosen: Sequence[str] = (), decisions: Sequence[Decision] = ()) -> Day:
    """`decisions` are those about store-days of the day, oldest first."""
    keep, params = only(chosen)
    days = run.ask(
        "select d.*, coalesce(s.store_name, store_id) as store_name, s.time_zone from ("
        "  from finance.store_days full join ("
        "    select distinct store_id, business_date from finance.completeness_checks"
        f"   where not passed and severity in ({_marks(IN_THE_WAY)})"
        "  ) using (store_id, business_date)"
        " ) d left join core.dim_stores s using (store_id)"
        f" where business_date = ? and {keep}",
        [*IN_THE_WAY, on, *params],
    )
    rows = run.ask(
        f"select * from finance.completeness_checks where business_date = ? and {keep}",
        [on, *params],
    )
    waiting = run.ask(
        "select store_id, dataset, status from finance.deliveries where business_date = ?"
        f" and blocks_day and status in ({_marks(WAITED_FOR)}) and {keep} order by dataset",
        [on, *WAITED_FOR, *params],
    )
    checks: dict[str, dict[str, Row]] = {}
    for row in rows:
        checks.setdefault(row["store_id"], {})[row["check_id"]] = row
    acts: dict[str | None, list[Decision]] = {}
    for decision in decisions:
        acts.setdefault(decision.store_id, []).append(decision)
    stores = []
    for told in days:
        store = told["store_id"]
        mine = checks.get(store, {})
        late = [row for row in waiting if row["store_id"] == store]
        stands = _blockers(mine, late)
        history = acts.get(store, [])
        state = _state(told, stands, history, run)
        stores.append(StoreDay(told, mine, stands, history, state))
    stores.sort(key=lambda s: (_URGENCY[s.state], -len(s.blockers), s.name))
    return Day(on, stores, _made(rows))


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


def _made(rows: Sequence[Row]) -> list[Row]:
    """Each check that was made for any store, once, F2 before F10."""
    found = {row["check_id"]: row for row in rows}
    return sorted(found.values(), key=lambda r: (len(r["check_id"]), r["check_id"]))


def _blockers(checks: Mapping[str, Row], waiting: Sequence[Row]) -> list[Blocker]:
    failed = [row for row in checks.values() if not row["passed"] and row["severity"] in IN_THE_WAY]
    failed.sort(key=lambda r: (_WORST[r["severity"]], len(r["check_id"]), r["check_id"]))
    found = [
        Blocker(r["check_id"], r["fault"] + (f" ({r['detail']})" if r["detail"] else ""))
        for r in failed
    ]
    if waiting and not any(b.check_id == "F1" for b in found):
        named = ", ".join(
            f"{row['dataset'].replace('_', ' ')} {row['status'].replace('_', ' ')}"
            for row in waiting
        )
        found.insert(0, Blocker("F1", f"Deliveries are waited for ({named})"))
    return found


def _state(told: Row, blockers: Sequence[Blocker], history: Sequence[Decision], run: Run) -> str:
    if told["status"] in ("closed", None):
        return told["status"] or "unowed"
    signed = standing_sign_off(history)
    if signed and signed.decided_at > run.run_at.replace(tzinfo=None):
        return "signed_now"
    if told["status"] in ("signed_off", "reopened") and (signed or not history):
        return told["status"]
    if signed:
        return "signed_now"
    return "in_the_way" if blockers else "ready"


def findings(run: Run, store: str, on: date) -> list[Row] | None:
    """What is behind the failed checks of a store-day; None when the run does not publish it."""
    if not run.has("finance.check_findings"):
        return None
    return run.ask(
        "select f.*, c.severity, c.fault, c.check_name, (select q.file_name from quality.files q"
        " where q.file_id = f._file_id and q.status <> 'duplicate' order by q.known_from limit 1)"
        " as file_name from finance.check_findings f"
        " left join finance.completeness_checks c on c.store_id = f.store_id"
        " and c.business_date = f.business_date and c.check_id = f.check_id"
        " where f.store_id = ? and f.business_date = ?"
        " order by case c.severity when 'block' then 0 when 'error' then 1 when 'warn' then 2"
        " else 3 end, length(f.check_id), f.check_id, f.subject",
        [store, on],
    )


def reopened(run: Run, on: date, chosen: Sequence[str] = ()) -> list[Row]:
    """Store-days up to the day that were signed off and have changed since, newest first."""
    keep, params = only(chosen, "d.store_id")
    return run.ask(
        "select d.*, coalesce(s.store_name, d.store_id) as store_name from finance.store_days d"
        " left join core.dim_stores s using (store_id)"
        f" where d.status = 'reopened' and d.business_date <= ? and {keep}"
        " order by d.business_date desc, store_name",
        [on, *params],
    )


def gaps(run: Run, on: date, chosen: Sequence[str] = (), days: int = 30) -> list[Row]:
    """Missing receipt numbers of the `days` up to the day, each with the receipts around it.

    before_, after_: number, transaction_id, at of the nearest receipts of the same counter.
    """
    keep, params = only(chosen, "g.store_id")
    near = (
        "l.store_id = g.store_id and (g.register_id is null or l.register_id = g.register_id)"
        " and l.receipt_series is not distinct from g.receipt_series"
        f" and l.business_date between g.business_date - {NEIGHBOUR_DAYS}"
        f" and g.business_date + {NEIGHBOUR_DAYS}"
    )
    told = "struct_pack(number := l.receipt_number, id := l.transaction_id, at := l.sold_at)"
    return run.ask(
        "select g.*, coalesce(s.store_name, g.store_id) as store_name, s.time_zone,"
        f" (select arg_max({told}, l.receipt_number) from core.fct_sales_lines l"
        f"   where {near} and l.receipt_number < g.first_missing) as before,"
        f" (select arg_min({told}, l.receipt_number) from core.fct_sales_lines l"
        f"   where {near} and l.receipt_number > g.last_missing) as after"
        " from finance.receipt_gaps g left join core.dim_stores s using (store_id)"
        f" where g.business_date <= ? and g.business_date > ? and {keep}"
        " order by g.business_date desc, store_name, g.register_id, g.first_missing",
        [on, on - timedelta(days=days), *params],
    )


@dataclass(frozen=True)
class Month:
    """A calendar month in this run: how far it is, its locks, and what moved since the last one."""

    first: date
    last: date
    due: int
    done: int
    locks: list[Decision] = field(default_factory=list)
    moved_since: int = 0

    @property
    def lock(self) -> Decision | None:
        return self.locks[-1] if self.locks else None


def months(run: Run, decisions: Sequence[Decision], known: Sequence[Moment]) -> list[Month]:
    """Every month of the run, of all stores, newest first.

    `decisions` are the month locks, oldest first; `known` are the publishes a lock may name.
    """
    rows = run.ask(
        "select date_trunc('month', business_date)::date as first, max(business_date) as last,"
        " count(*) filter (where status <> 'closed') as due,"
        " count(*) filter (where status in ('complete', 'signed_off')) as done"
        " from finance.store_days group by 1 order by 1 desc"
    )
    found = []
    for row in rows:
        locks = [d for d in decisions if d.subject_key == f"{row['first']:%Y-%m}"]
        moved = _moved(run, row["first"], locks[-1], known) if locks else 0
        found.append(Month(**row, locks=locks, moved_since=moved))
    return found


def _moved(run: Run, first: date, lock: Decision, known: Sequence[Moment]) -> int:
    """Store-days of the month whose figures moved after the publish it was locked with."""
    start = moment_of(str(lock.payload.get("run_id", "")), known)
    end = next(iter(known), None)
    if start is None or end is None:
        return 0
    return len(between(run, start, end, (), first))
