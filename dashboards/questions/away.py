"""Goods in transit and out: what is away, since when, and what somebody has to look at.

All ages are to the run. A run that does not publish a table yet answers None.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboards.questions.network import only
from dashboards.warehouse import Row, Run

TRANSFERS = "inventory.transfers"
RECONCILIATION = "inventory.repair_reconciliation"
REPAIRS_FACT = "core.fct_repairs"


@dataclass(frozen=True)
class Kind:
    """One kind of goods that are away: its table, the key of a row, and what a row is worth."""

    table: str
    key: str
    worth: str
    stores: tuple[str, ...] = ("store_id",)
    age: str = "age_days"


TRANSIT = Kind(
    "inventory.transfers_in_transit",
    "transit_id",
    "in_transit_cost",
    ("sender_store_id", "receiver_store_id"),
    "age_business_days",
)
CONSIGNMENTS = Kind("inventory.open_consignments", "consignment_id", "value_held")
REPAIRS = Kind("inventory.open_repairs", "repair_id", "owned_cost")
RESERVATIONS = Kind("inventory.reservations", "reservation_id", "reserved_cost")
SUPPLIES = Kind("inventory.supply_replenishment", "supply_item", "on_hand", age="level_age_days")

# A transfer that is over, or on its way, as it should be.
_FINE = ("received", "in_transit", "partly_received", "cancelled")


def away(run: Run, kind: Kind, chosen: Sequence[str] = ()) -> list[Row] | None:
    """What is away, alarms first, then the oldest; each row with the names of its stores."""
    if not run.has(kind.table):
        return None
    keep, params = _of(chosen, kind.stores)
    names = "".join(
        f", coalesce((select s.store_name from core.dim_stores s where s.store_id = a.{column}),"
        f" a.{column}) as {column.removesuffix('_id')}_name"
        for column in kind.stores
    )
    return run.ask(
        f"select a.*{names}, (select f.file_name from quality.files f where f.file_id = a._file_id"
        " and f.status <> 'duplicate' order by f.known_from limit 1) as file_name"
        f" from {kind.table} a where {keep}"
        f" order by a.has_alarm desc, a.{kind.age} desc nulls last,"
        f" a.{kind.stores[0]}, a.{kind.key}",
        params,
    )


def odd_transfers(run: Run, chosen: Sequence[str] = ()) -> list[Row] | None:
    """Transfers that ended otherwise than they were sent, the newest first."""
    if not run.has(TRANSFERS):
        return None
    stores = ("sender_store_id", "receiver_store_id")
    keep, params = _of(chosen, stores)
    fine = ", ".join(f"'{status}'" for status in _FINE)
    return run.ask(
        f"select a.*, coalesce(a.shipped_on, a.last_received_on) as moved_on from {TRANSFERS} a"
        f" where (a.status not in ({fine}) or a.is_received_before_shipped"
        f" or a.received_elsewhere_by is not null) and {keep}"
        " order by moved_on desc nulls last, a.transfer_id",
        params,
    )


def reconciliation(run: Run, chosen: Sequence[str] = (), months: int = 3) -> list[Row] | None:
    """Pieces in care service by store, owner and month: the newest months."""
    if not run.has(RECONCILIATION):
        return None
    keep, params = only(chosen, "r.store_id")
    return run.ask(
        f"select r.*, coalesce(s.store_name, r.store_id) as store_name from {RECONCILIATION} r"
        f" left join core.dim_stores s using (store_id) where {keep} and r.month > (select"
        f" max(month) from {RECONCILIATION}) - to_months(?)"
        " order by r.month desc, store_name, r.owner",
        [*params, months],
    )


@dataclass(frozen=True)
class Turnaround:
    """How long the workshop took: pieces back in the year before the newest return."""

    pieces: int
    median_days: float | None
    ninetieth_days: float | None
    promised: int
    on_time: int


def turnaround(run: Run, chosen: Sequence[str] = ()) -> Turnaround:
    keep, params = only(chosen)
    row = run.ask(
        "select count(*) as pieces, median(returned_on - received_on) as median_days,"
        " quantile_cont(returned_on - received_on, 0.9) as ninetieth_days,"
        " count(promised_on) as promised,"
        " count(*) filter (where returned_on <= promised_on) as on_time"
        f" from {REPAIRS_FACT} where returned_on >= received_on and {keep} and returned_on >"
        f" (select max(returned_on) from {REPAIRS_FACT}) - interval 1 year",
        params,
    )[0]
    return Turnaround(**row)


def alarms(rows: Sequence[Row] | None) -> list[Row]:
    return [row for row in rows or [] if row["has_alarm"]]


def worth(rows: Sequence[Row], kind: Kind) -> dict[str, Decimal]:
    """What the rows are worth, by currency: amounts of different currencies are not added."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        currency = row["currency"] or ""
        sums[currency] = sums.get(currency, Decimal(0)) + (row[kind.worth] or 0)
    return dict(sorted(sums.items()))


def by_age(rows: Sequence[Row], kind: Kind) -> list[Row]:
    """The rows added up by bucket of age and currency, the youngest first."""
    added: dict[tuple[int, str], Row] = {}
    for row in rows:
        bucket = row["age_bucket_from"] or 0
        one = added.setdefault(
            (bucket, row["currency"] or ""),
            {
                "age_bucket": row["age_bucket"],
                "age_bucket_from": bucket,
                "currency": row["currency"],
                "rows": 0,
                "alarms": 0,
                "worth": Decimal(0),
            },
        )
        one["rows"] += 1
        one["alarms"] += bool(row["has_alarm"])
        one["worth"] += row[kind.worth] or 0
    return [added[key] for key in sorted(added)]


def _of(chosen: Sequence[str], columns: Sequence[str]) -> tuple[str, list[str]]:
    """A transfer is of both its stores: it is kept when either is chosen."""
    parts = [only(chosen, f"a.{column}") for column in columns]
    condition = " or ".join(f"coalesce({part}, false)" for part, _ in parts)
    return f"({condition})", [param for _, params in parts for param in params]
