"""My day, papers: how the business date was closed, and what of it is not in yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboards import day_words, words
from dashboards.questions.close_day import StoreDay
from dashboards.questions.my_day import Item, Shop, explained
from dashboards.questions.network import OPEN_STATUSES, only
from dashboards.warehouse import Row, Run

CHECKS = "finance.completeness_checks"
DELIVERIES = "finance.deliveries"
FINDINGS = "finance.check_findings"
PAPERS = "F17"
# The checks that compare what receipts, payments and tills came to.
BALANCE = ("F7", "F8", "F9")
_WORST = {"block": 0, "error": 1, "warn": 2, "info": 3}
Shops = Mapping[str, Shop]


def checks(stores: Sequence[StoreDay], on: date) -> list[Item]:
    """The checks that fail for the business date, what blocks first."""
    found = []
    for store in stores:
        failed = [row for row in store.checks.values() if not row["passed"]]
        failed.sort(key=lambda r: (_WORST[r["severity"]], len(r["check_id"]), r["check_id"]))
        found += [_check(store.store_id, on, row) for row in failed]
        if not any(row["check_id"] == "F1" for row in failed):
            found += [
                Item(
                    store.store_id,
                    "F1",
                    blocker.words,
                    words.DELIVERY["due"],
                    "",
                    explained(DELIVERIES, store_id=store.store_id, business_date=on.isoformat()),
                )
                for blocker in store.blockers
                if blocker.check_id == "F1"
            ]
    return found


def _check(store_id: str, on: date, row: Row) -> Item:
    keys = {"store_id": store_id, "business_date": on.isoformat(), "check_id": row["check_id"]}
    return Item(
        store_id,
        row["check_id"],
        row["fault"] or row["check_name"],
        words.CHECK_FAILED[row["severity"]],
        row["detail"] or "",
        explained(CHECKS, **keys),
        is_open=row["severity"] != "info",
        is_late=row["severity"] == "block",
    )


@dataclass(frozen=True)
class Opening:
    """How the business date of one boutique stands: its status, and whether its money agrees."""

    on: date
    status: str | None
    made: int
    unbalanced: list[str]
    balanced: bool
    open_before: int

    @property
    def is_closed(self) -> bool:
        return self.status == "closed"


def opening(run: Run, store: StoreDay | None, store_id: str, on: date) -> Opening:
    before = run.ask(
        "select count(*) as days from finance.store_days where store_id = ?"
        f" and business_date < ? and status in ({', '.join('?' * len(OPEN_STATUSES))})",
        [store_id, on, *OPEN_STATUSES],
    )[0]["days"]
    if store is None:
        return Opening(on, None, 0, [], False, before)
    money = [store.checks[name] for name in BALANCE if name in store.checks]
    wrong = [row["check_id"] for row in money if not row["passed"]]
    status = store.row["status"]
    return Opening(on, status, len(store.checks), wrong, bool(money) and not wrong, before)


def paperwork(
    run: Run, shops: Shops, stores: Sequence[StoreDay], on: date, days_back: int
) -> list[Item]:
    """Deliveries owed, the sign-off of the business date, and papers of special sales."""
    return [*_owed(run, shops), *_sign_offs(stores, on), *_papers(run, shops, days_back)]


def _owed(run: Run, shops: Shops) -> list[Item]:
    """Deliveries of the boutique's yesterday and today that are not in, those of one day and one
    state together."""
    keep, params = only(list(shops))
    first = min((shop.today for shop in shops.values()), default=date.max) - timedelta(days=1)
    rows = run.ask(
        f"select * from {DELIVERIES} where business_date >= ? and {keep}"
        " and status in ('due', 'late', 'missing', 'incomplete')"
        " order by business_date, status, dataset",
        [first, *params],
    )
    groups: dict[tuple[str, date, str], list[Row]] = {}
    for row in rows:
        shop = shops[row["store_id"]]
        if shop.today - timedelta(days=1) <= row["business_date"] <= shop.today:
            key = (row["store_id"], row["business_date"], row["status"])
            groups.setdefault(key, []).append(row)
    return [_delivery(shops[store], day, told) for (store, day, _), told in groups.items()]


def _delivery(shop: Shop, day: date, rows: list[Row]) -> Item:
    first = rows[0]
    names = words.listing([row["dataset"].replace("_", " ") for row in rows], 6)
    why = f"of {words.day(day, year=False)}"
    if first["status"] == "incomplete":
        why += f"; {first['reason'] or 'lines were set aside'}".rstrip(".")
    elif first["due_at"]:
        why += f"; due {words.moment(first['due_at'], shop.zone)}"
    keys = {"store_id": shop.store_id, "business_date": day.isoformat()}
    late = first["status"] in ("late", "missing")
    return Item(
        shop.store_id,
        names[:1].upper() + names[1:],
        "",
        words.status(words.DELIVERY, first["status"]),
        why,
        explained(DELIVERIES, **keys),
        day,
        is_late=late,
    )


def _sign_offs(stores: Sequence[StoreDay], on: date) -> list[Item]:
    found = []
    for store in stores:
        if not store.can_be_signed:
            continue
        ways = {
            "ready": (day_words.TO_SIGN, "nothing stands in the way"),
            "in_the_way": (
                day_words.IN_THE_WAY,
                f"{words.counted(len(store.blockers), 'thing')} in the way",
            ),
            "reopened": (words.CLOSING["reopened"], "changed after it was signed off"),
        }
        status, why = ways[store.state]
        kept = {"store": store.store_id, "date": on.isoformat()}
        lead = ("close_day", kept)
        what = f"Sign-off of {words.day(on, year=False)}"
        found.append(Item(store.store_id, what, "", status, why, lead, on))
    return found


def _papers(run: Run, shops: Shops, days_back: int) -> list[Item]:
    """Papers that special sales of the last days lack."""
    if not run.has(FINDINGS):
        return []
    keep, params = only(list(shops))
    rows = run.ask(
        f"select store_id, business_date, transaction_id, note from {FINDINGS}"
        f" where check_id = ? and {keep} order by business_date desc, subject",
        [PAPERS, *params],
    )
    return [
        Item(
            row["store_id"],
            str(row["transaction_id"]),
            row["note"],
            day_words.MISSING,
            f"sold {words.day(row['business_date'], year=False)}",
            ("receipts", {"receipt": row["transaction_id"]}),
            row["business_date"],
        )
        for row in rows
        if row["business_date"] >= shops[row["store_id"]].today - timedelta(days=days_back)
    ]
