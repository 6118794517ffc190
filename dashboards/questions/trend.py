"""How a KPI went: by day, retail week or retail month, by store or category, against last year.

Last year is found day by day, so an unfinished week is held against the same days of its own
last-year week; a store-day whose sales have not come is left out of both sides. So is, when only
comparable stores are asked for, a store-day that may not be compared, with its last-year day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from typing import Any

from dashboards import words
from dashboards.questions.kpis import CATEGORIES, DAYS, Kpi
from dashboards.questions.network import SALES_KNOWN, only
from dashboards.warehouse import Row, Run

GRAINS = {"day": "Day", "week": "Retail week", "month": "Retail month"}
SPLITS = {"none": "All together", "store": "By store", "category": "By category"}
# Which stores count: all that traded, or those that may be held against last year.
LIKE = {"all": "All stores", "comparable": "Comparable stores only"}
COMPARABLE = (
    "comparable stores only: store-days that were open on the day and 364 days before, in boutiques"
    " and department stores from their first full month after a year of trading, unless the trading"
    " calendar says otherwise; the others are left out of both years"
)
# Weeks to look back, the first being what a page begins with.
SPANS = {"day": ("5", "13"), "week": ("13", "26", "53"), "month": ("53", "26", "106")}
_PERIOD = {
    "day": "calendar_date",
    "week": "retail_year * 100 + retail_week",
    "month": "retail_year * 100 + retail_period",
}
# The retail year begins in February.
_MONTHS = ("Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan")


@dataclass(frozen=True)
class Period:
    """One point of the trend. `before` is last year's figure of the same days.

    `left_out` counts store-days whose sales have not come; `not_comparable` those that have come
    and may not be compared, when only comparable ones are asked for.
    """

    label: str
    short: str
    first: date
    last: date
    value: Any
    before: Any
    before_first: date | None
    before_last: date | None
    left_out: int
    unfinished: bool
    not_comparable: int = 0


@dataclass(frozen=True)
class Group:
    """One store or category over the whole span, and its figure in each period."""

    key: str
    name: str
    value: Any
    before: Any
    series: list[Any]


@dataclass(frozen=True)
class Trend:
    """The answer: periods in order, the whole span, and its groups, largest first."""

    periods: list[Period] = field(default_factory=list)
    value: Any = None
    before: Any = None
    groups: list[Group] = field(default_factory=list)

    @property
    def left_out(self) -> int:
        return sum(period.left_out for period in self.periods)

    @property
    def not_comparable(self) -> int:
        return sum(period.not_comparable for period in self.periods)

    @property
    def finished(self) -> list[Period]:
        return [p for p in self.periods if p.value is not None and not p.unfinished]

    @property
    def middle(self) -> float | None:
        """The median of the finished periods: one large piece does not move it."""
        known = [float(period.value) for period in self.finished]
        return median(known) if known else None


@dataclass(frozen=True)
class Asked:
    """What a trend is asked about. `weeks` is how far back; the first period is shown whole."""

    kpi: Kpi
    grain: str
    weeks: int
    last: date
    basis: str
    stores: Sequence[str] = ()
    split: str = "none"
    currency: str | None = None
    comparable: bool = False


def trend(run: Run, asked: Asked) -> Trend:
    """Periods before the first figure are left out; without any figure there are none."""
    keep, params = _kept(asked)
    begun = run.ask(f"select min(business_date) as first from {DAYS} where {keep}", params)
    if begun[0]["first"] is None:
        return Trend()
    first = max(asked.last - timedelta(days=7 * asked.weeks - 1), begun[0]["first"])
    calendar = _calendar(asked)
    spans = run.ask(
        f"with {calendar} select period, min(day) as first, max(day) as last, max(ends) as ends,"
        " min(before) as before_first, max(before) as before_last, min(retail_year) as retail_year,"
        " min(retail_week) as retail_week, min(retail_period) as retail_period"
        " from calendar group by period order by min(day)",
        [asked.last, first],
    )
    sums = {row["period"]: row for row in _sums(run, asked, calendar, first, ["period"])}
    unlike = {row["period"]: row["days"] for row in _not_comparable(run, asked, calendar, first)}
    gone = {row["period"]: row["days"] for row in _left_out(run, asked, calendar, first)}
    periods = [
        Period(
            label=_label(asked.grain, span),
            short=_short(asked.grain, span),
            first=span["first"],
            last=span["last"],
            value=sums.get(span["period"], {}).get("value"),
            before=sums.get(span["period"], {}).get("before"),
            before_first=span["before_first"],
            before_last=span["before_last"],
            left_out=gone.get(span["period"], 0),
            unfinished=span["last"] < span["ends"],
            not_comparable=unlike.get(span["period"], 0),
        )
        for span in spans
    ]
    while periods and periods[0].value is None and periods[0].before is None:
        periods.pop(0)
        spans = spans[1:]
    whole = _sums(run, asked, calendar, first, [])[0]
    order = [span["period"] for span in spans]
    groups = [] if asked.split == "none" else _groups(run, asked, calendar, first, order)
    return Trend(periods, whole["value"], whole["before"], groups)


def currencies(run: Run, stores: Sequence[str]) -> list[str]:
    """The currencies the chosen stores trade in; amounts of different ones are never added."""
    keep, params = only(stores)
    rows = run.ask(
        f"select currency, count(*) as days from {DAYS} where {keep} and currency is not null"
        " group by currency order by days desc, currency",
        params,
    )
    return [row["currency"] for row in rows]


def table_of(split: str) -> str:
    return CATEGORIES if split == "category" else DAYS


def _kept(asked: Asked) -> tuple[str, list[Any]]:
    keep, stores = only(asked.stores)
    params: list[Any] = list(stores)
    if asked.currency:
        keep += " and currency = ?"
        params.append(asked.currency)
    return keep, params


def _calendar(asked: Asked) -> str:
    """Days of the span, each with its period and its last-year day. Takes last and first day."""
    gregorian = "cast(calendar_date - interval 1 year as date)"
    before = gregorian if asked.basis == "gregorian" else asked.basis
    period = _PERIOD[asked.grain]
    return (
        f"every_day as (select calendar_date as day, {before} as before, {period} as period,"
        " retail_year, retail_week, retail_period from core.dim_dates),"
        " ends as (select period, max(day) as ends from every_day group by period),"
        " calendar as (select * from every_day join ends using (period) where day <= ? and day >="
        " (select min(day) from every_day where period ="
        " (select period from every_day where day = ?)))"
    )


def _absent() -> str:
    known = ", ".join(f"'{status}'" for status in (*SALES_KNOWN, "closed", "not_due"))
    return (
        "absent as (select store_id, business_date from finance.deliveries"
        f" where dataset = 'sales_lines' and status not in ({known}))"
    )


def _sums(run: Run, asked: Asked, calendar: str, first: date, by: list[str]) -> list[Row]:
    """The figure and last year's, grouped by `by`."""
    keep, params = _kept(asked)
    table = table_of(asked.split)
    names = "".join(f"{name}, " for name in by)
    group = f"group by {', '.join(by)}" if by else ""
    # Last year's day counts when this year's may be compared with it: the same pairs on both sides.
    mine = " and k.is_comparable" if asked.comparable else ""
    theirs = (
        f" and exists (select 1 from {DAYS} d where d.store_id = k.store_id"
        "   and d.business_date = c.day and d.is_comparable)"
        if asked.comparable
        else ""
    )
    return run.ask(
        f"with {calendar}, {_absent()}, sides as ("
        f" select k.*, c.period, true as this_year from {table} k"
        f" join calendar c on c.day = k.business_date where {keep}{mine}"
        f" union all select k.*, c.period, false from {table} k"
        f" join calendar c on c.before = k.business_date where {keep}"
        " and not exists (select 1 from absent a"
        f"   where a.store_id = k.store_id and a.business_date = c.day){theirs})"
        f" select {names}{asked.kpi.over('this_year')} as value,"
        f" {asked.kpi.over('not this_year')} as before from sides {group}",
        [asked.last, first, *params, *params],
    )


def _left_out(run: Run, asked: Asked, calendar: str, first: date) -> list[Row]:
    keep, params = only(asked.stores)
    return run.ask(
        f"with {calendar}, {_absent()} select period, count(*) as days"
        f" from absent join calendar on day = business_date where {keep} group by period",
        [asked.last, first, *params],
    )


def _not_comparable(run: Run, asked: Asked, calendar: str, first: date) -> list[Row]:
    if not asked.comparable:
        return []
    keep, params = _kept(asked)
    return run.ask(
        f"with {calendar} select period, count(*) as days from {DAYS}"
        f" join calendar on day = business_date where not is_comparable and {keep}"
        " group by period",
        [asked.last, first, *params],
    )


def _groups(
    run: Run, asked: Asked, calendar: str, first: date, order: Sequence[Any]
) -> list[Group]:
    column = "store_id" if asked.split == "store" else "category"
    names = {}
    if column == "store_id":
        rows = run.ask("select store_id, store_name from core.dim_stores")
        names = {row["store_id"]: row["store_name"] for row in rows}
    series: dict[Any, dict[Any, Any]] = {}
    for row in _sums(run, asked, calendar, first, [column, "period"]):
        series.setdefault(row[column], {})[row["period"]] = row["value"]
    found = [
        Group(
            key=row[column] or "",
            name=names.get(row[column]) or row[column] or "(no category)",
            value=row["value"],
            before=row["before"],
            series=[series.get(row[column], {}).get(period) for period in order],
        )
        for row in _sums(run, asked, calendar, first, [column])
    ]
    return sorted(found, key=lambda g: (g.value is None, -float(g.value or 0), g.name))


def _label(grain: str, span: Row) -> str:
    if grain == "day":
        return words.day(span["first"])
    if grain == "week":
        return f"Week {span['retail_week']} of {span['retail_year']}"
    period = span["retail_period"]
    return f"{_MONTHS[period - 1]}, period {period} of {span['retail_year']}"


def _short(grain: str, span: Row) -> str:
    """The label of an axis."""
    if grain == "day":
        return f"{span['first'].day} {span['first']:%b %y}"
    name = f"W{span['retail_week']}" if grain == "week" else _MONTHS[span["retail_period"] - 1]
    return f"{name} ’{span['retail_year'] % 100}"
