"""Stock for the small published home: pieces with a history, counts, losses.

One piece per story: sold and scanned, sold twice, on its way. Rodeo Drive needs somebody most.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from dashboards import stock_words

Row = dict[str, Any]
Tell = Callable[..., None]

SOLD, TWICE, ON_ITS_WAY, LOST = "SN-GOLDEN-75", "SN-TWICE-01", "SN-AWAY-0001", "SN-LOST-0001"
# store, item, serial, outcome, cause, confidence, units, cost, list price, days after the count
FINDINGS = (
    ("US02", "SKU011", LOST, "missing", "unknown", "unknown", -1, 16200, 41200),
    ("US02", "SKU012", "SN-LOST-0002", "missing", "true_loss", "proved", -1, 9000, 21000),
    ("US01", "SKU013", "SN-SWAP-A", "missing", "serial_swap", "likely", -1, 5000, 12000),
    ("US01", "SKU013", "SN-SWAP-B", "unexpected", "serial_swap", "likely", 1, 5000, 12000),
    ("US03", "SKU014", "SN-RECEIPT", "unexpected", "unposted_receipt", "proved", 1, 700, 1900),
)
ATTENTION = (
    ("US02", "A1", "Pieces missing", 2, 25200, None, "52.60"),
    ("US02", "A2", "Count overdue", 1, None, 6, "28.00"),
    ("US01", "A7", "Differences to be put right", 2, 10000, None, "8.50"),
    ("US03", "A7", "Differences to be put right", 1, 700, None, "6.04"),
)
REASONS = {
    ("US02", "A1"): "2 pieces missing, USD 25,200 at cost",
    ("US02", "A2"): "count overdue 6 days",
    ("US01", "A7"): "2 pieces to be put right, USD 10,000 at cost",
    ("US03", "A7"): "1 piece to be put right, USD 700 at cost",
}
COUNTED = {"US01": (40, 40), "US02": (40, 38), "US03": (30, 30), "US04": (30, 30)}


def tell_all(day: date, tell: Tell, file_of: Callable[[str, date, str, str], str]) -> None:
    """Everything the stock pages show, as of `day`."""
    for weeks in range(16):
        _counts(day - timedelta(weeks=weeks), weeks, tell)
    _plans(day, tell)
    _action(day, tell)
    _findings(day, tell)
    _shrinkage(day, tell)
    _attention(tell)
    _histories(day, tell, file_of)


def _counts(on: date, weeks_ago: int, tell: Tell) -> None:
    """One count a store and week; Rodeo Drive's newest is off by two, older ones by one."""
    for store, (due, matched) in COUNTED.items():
        off = due - matched if not weeks_ago else int(store == "US02" and weeks_ago % 3 == 1)
        book = Decimal(due * 4000)
        lost = Decimal(25200) if off == 2 else Decimal(off * 4000)
        tell(
            "inventory.stock_accuracy",
            count_id=f"{store}-C{on:%y%m%d}",
            store_id=store,
            count_type="cycle",
            due_on=on,
            counted_on=on,
            currency="USD",
            is_final=True,
            lines_due=due,
            lines_counted=due,
            lines_compared=due,
            coverage=1.0,
            matched=due - off,
            missing=off,
            unexpected=0,
            serial_accuracy=(due - off) / due,
            line_accuracy=(due - off) / due,
            unit_accuracy=(due - off) / due,
            value_accuracy=float(1 - lost / book),
            net_variance_units=Decimal(-off),
            net_variance_cost=-lost,
            net_variance_retail=-lost * 2,
            absolute_variance_units=Decimal(off),
            absolute_variance_cost=lost,
            absolute_variance_retail=lost * 2,
        )


def _plans(day: date, tell: Tell) -> None:
    """One count a store and week was planned before this week (see published_counts)."""
    monday = day - timedelta(days=day.weekday())
    for weeks in range(1, 14):
        for store in COUNTED:
            tell(
                "inventory.count_compliance",
                store_id=store,
                week_starts_on=monday - timedelta(weeks=weeks),
                planned=1,
                cancelled=0,
                done_in_window=1,
                done_late=0,
                done_early=0,
                done_incomplete=0,
                overdue=0,
                awaited=0,
                most_days_overdue=None,
                compliance=1.0,
            )


def _action(day: date, tell: Tell) -> None:
    """Somebody at Rodeo Drive should have searched the vault by the day before."""
    tell(
        "inventory.actions",
        action_id="A-1",
        subject_type="store",
        subject_key="US02",
        store_id="US02",
        action_text="Search the vault for <SN-LOST-0001>",
        owner="Bea Brook",
        due_on=day - timedelta(days=1),
        status="open",
        is_overdue=True,
        days_overdue=1,
        asked_by="Ada Archer",
        asked_at=datetime.combine(day - timedelta(days=3), time(9)),
    )


def _findings(day: date, tell: Tell) -> None:
    pair = {"SN-SWAP-A": "SN-SWAP-B", "SN-SWAP-B": "SN-SWAP-A"}
    for store, item, serial, outcome, cause, sure, units, cost, retail in FINDINGS:
        count = f"{store}-C{day:%y%m%d}"
        other = pair.get(serial)
        tell(
            "inventory.stock_discrepancies",
            discrepancy_id=f"{count}|{item}|{serial}",
            finding_id=f"{store}|{item}|{serial}",
            count_id=count,
            store_id=store,
            item_id=item,
            serial_number=serial,
            counted_on=day,
            book_units=Decimal(int(units < 0)),
            counted_units=Decimal(int(units > 0)),
            outcome=outcome,
            root_cause=cause,
            confidence=sure,
            effective_cause=cause,
            cause_from="rule",
            is_proved=sure == "proved",
            loss_kind="unknown" if sure != "proved" else stock_words.kind_of(cause),
            variance_units=Decimal(units),
            variance_cost=Decimal(units * cost),
            variance_retail=Decimal(units * retail),
            currency="USD",
            paired_discrepancy_id=f"{count}|{item}|{other}" if other else None,
            evidence="Nothing speaks for a cause." if cause == "unknown" else f"Seen: {cause}.",
            first_seen_on=day,
            age_days=1,
            status="open",
        )


def _period(day: date) -> tuple[int, int, date]:
    """Retail year, period and its first day, by the story's own calendar."""
    start = date(2025, 2, 2)
    n = (day - start).days
    year, week = 2025 + n // 364, n % 364 // 7
    place = week % 13
    period = week // 13 * 3 + (1 if place < 4 else 2 if place < 9 else 3)
    first_week = week // 13 * 13 + (0, 4, 9)[(period - 1) % 3]
    return year, period, start + timedelta(days=(year - 2025) * 364 + first_week * 7)


def _shrinkage(day: date, tell: Tell) -> None:
    """Three periods; only the newest has a loss, and only Rodeo Drive."""
    seen, on = [], day
    while len(seen) < 3:
        year, period, first = _period(on)
        seen.append((year, period, first, on))
        on = first - timedelta(days=1)
    for place, (year, period, first, last) in enumerate(seen):
        for store in COUNTED:
            known = Decimal(9000 if store == "US02" and not place else 0)
            unknown = Decimal(16200 if store == "US02" and not place else 1000 if place else 0)
            explained = Decimal(-700 if store == "US03" and not place else 0)
            _period_of_store(store, year, period, (first, last), (known, unknown, explained), tell)


def _period_of_store(
    store: str,
    year: int,
    period: int,
    days: tuple[date, date],
    amounts: tuple[Decimal, Decimal, Decimal],
    tell: Tell,
) -> None:
    known, unknown, explained = amounts
    gross, shrink = known + unknown + explained, known + unknown
    sales, stock = Decimal(500000), Decimal(2000000)
    about: Row = {"store_id": store, "retail_year": year, "retail_period": period}
    about["currency"] = "USD"
    tell(
        "inventory.shrinkage",
        **about,
        shrinkage_id=f"{store}|{year}|{period}",
        period_start=days[0],
        period_end=days[1],
        weeks=4,
        gross_units=Decimal(2 if known else 0),
        gross_cost=gross,
        gross_retail=gross * 2,
        explained_cost=explained,
        explained_retail=explained * 2,
        known_cost=known,
        known_retail=known * 2,
        unknown_cost=unknown,
        unknown_retail=unknown * 2,
        shrink_units=Decimal(2 if known else 0),
        shrink_cost=shrink,
        shrink_retail=shrink * 2,
        net_sales=sales,
        average_stock_cost=stock,
        average_stock_retail=stock * 2,
        shrink_pct_of_sales=float(shrink * 2 / sales),
        shrink_pct_of_stock=float(shrink / stock),
        trailing_weeks=52,
        trailing_shrink_cost=shrink + 2000,
        trailing_shrink_retail=(shrink + 2000) * 2,
        trailing_net_sales=sales * 12,
        trailing_average_stock_cost=stock,
        trailing_shrink_pct_of_sales=float((shrink + 2000) * 2 / (sales * 12)),
        trailing_shrink_pct_of_stock=float((shrink + 2000) / stock),
    )
    steps = [("gross_difference", "gross", gross)]
    if explained:
        steps.append(("unposted_receipt", "explained", -explained))
    if known:
        steps.append(("true_loss", "known", -known))
    steps.append(("unknown_loss", "unknown", unknown))
    for number, (step, kind, amount) in enumerate(steps, start=1):
        tell(
            "inventory.shrinkage_waterfall",
            **about,
            waterfall_id=f"{store}|{year}|{period}|{step}",
            step_no=number,
            step=step,
            kind=kind,
            step_units=Decimal(0),
            step_cost=amount,
            step_retail=amount * 2,
        )


def _attention(tell: Tell) -> None:
    points: dict[str, Decimal] = {}
    for store, *_, weight in ATTENTION:
        points[store] = points.get(store, Decimal(0)) + Decimal(weight)
    ranks = sorted(points, key=lambda store: -points[store])
    seen: dict[str, int] = {}
    for store, rule, name, pieces, value, days, weight in ATTENTION:
        seen[store] = seen.get(store, 0) + 1
        tell(
            "inventory.store_attention",
            attention_id=f"{store}|{rule}",
            store_id=store,
            rule_id=rule,
            rule_version=1,
            rule_name=name,
            reason_no=seen[store],
            reason=REASONS[store, rule],
            pieces=pieces,
            value_cost=None if value is None else Decimal(value),
            currency="USD",
            days=days,
            points=Decimal(weight),
            store_points=points[store],
            store_rank=ranks.index(store) + 1,
        )


def _histories(day: date, tell: Tell, file_of: Callable[[str, date, str, str], str]) -> None:
    golden = f"US04-{day:%y%m%d}-75"
    for serial, item, events in (
        (
            SOLD,
            "SKU075",
            (
                (30, "receipt", "US04", None, "RC-75", True),
                (8, "count_scan", "US04", None, f"US04-C{day:%y%m%d}", True),
                (0, "sale_line", "US04", None, golden, False),
            ),
        ),
        (
            TWICE,
            "SKU076",
            (
                (20, "receipt", "US01", None, "RC-76", True),
                (10, "sale_line", "US01", None, f"US01-{day:%y%m%d}-1", False),
                (3, "sale_line", "US03", None, f"US03-{day:%y%m%d}-1", False),
            ),
        ),
        (
            ON_ITS_WAY,
            "SKU021",
            (
                (40, "receipt", "US01", None, "RC-21", True),
                (9, "transfer_out", "US01", "US04", "TO-9", True),
            ),
        ),
    ):
        for number, (ago, kind, store, other, document, owned) in enumerate(events, start=1):
            on = day - timedelta(days=ago)
            tell(
                "inventory.serial_events",
                serial_number=serial,
                event_no=number,
                event_at=datetime.combine(on, time(15, number)),
                event_type=kind,
                is_told_by_receipt=False,
                business_date=on,
                item_id=item,
                store_id=store,
                counterpart_store_id=other,
                document_id=document,
                transaction_id=document if kind == "sale_line" else None,
                is_owned_stock_after=owned,
                _file_id=file_of(store, on, "stock_snapshots", "a"),
                _line_no=number + 1,
            )
    tell(
        "inventory.serial_conflicts",
        serial_number=TWICE,
        kind="sold_twice",
        event_no=3,
        other_event_no=2,
        item_id="SKU076",
        store_id="US03",
        other_store_id="US01",
        business_date=day - timedelta(days=3),
        other_business_date=day - timedelta(days=10),
        reason="Sold in US03, and sold before in US01, without a return between.",
    )
