"""The KPIs as `kpi.kpi_definitions` declares them: always recomputed from sums."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from dashboards.questions.network import only
from dashboards.warehouse import Row, Run

DAYS = "kpi.store_day_kpis"
CATEGORIES = "kpi.store_day_category_kpis"
# What a formula may be made of: column names, numbers, arithmetic and conditions.
_FORMULA = re.compile(r"[a-z0-9_\s+\-*/().<>=]+")
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_WORDS = frozenset(
    ["case", "when", "then", "else", "end", "is", "not", "null", "and", "or", "nullif", "coalesce"]
)


@dataclass(frozen=True)
class Kpi:
    """One row of `kpi.kpi_definitions`."""

    kpi_id: str
    name: str
    formula: str
    numerator: str
    denominator: str | None
    format: str
    good_direction: str
    owner: str
    caveats: str
    unit: str

    @property
    def parts(self) -> list[str]:
        """The columns the figure is made of, in order, once each."""
        text = f"{self.numerator} {self.denominator or ''}".lower()
        return [n for n in dict.fromkeys(_NAME.findall(text)) if n not in _WORDS]

    def made_of(self, columns: Collection[str]) -> bool:
        """True when every part is one of these columns and the formula is safe to run."""
        formulas = [self.numerator, self.denominator or "0"]
        plain = all(_FORMULA.fullmatch(formula.lower()) for formula in formulas)
        return plain and bool(self.parts) and set(self.parts) <= set(columns)

    @property
    def sql(self) -> str:
        """The figure over any group of rows. Ask `made_of` first."""
        return self.over("true")

    def over(self, condition: str) -> str:
        """The figure over those rows of a group for which `condition` holds."""
        kept = "" if condition == "true" else f" filter (where {condition})"
        above = f"sum({self.numerator}){kept}"
        if not self.denominator:
            return above
        return f"cast({above} as double) / nullif(sum({self.denominator}){kept}, 0)"


def definitions(run: Run) -> list[Kpi]:
    """Every KPI of the run, in the order the definitions are published."""
    if not run.has("kpi.kpi_definitions"):
        return []
    rows = run.ask("select * from kpi.kpi_definitions")
    return [
        Kpi(
            kpi_id=row["kpi_id"],
            name=row["kpi_name"],
            formula=row.get("formula") or "",
            numerator=row.get("numerator") or "",
            denominator=row.get("denominator") or None,
            format=row.get("format") or "number",
            good_direction=row.get("good_direction") or "none",
            owner=row.get("owner") or "",
            caveats=row.get("caveats") or "",
            unit=row.get("unit") or "",
        )
        for row in rows
    ]


def usable(run: Run, table: str = DAYS) -> list[Kpi]:
    """The KPIs that `table` can answer."""
    columns = run.columns(table)
    return [kpi for kpi in definitions(run) if kpi.made_of(columns)]


def daily(
    run: Run, kpis: Sequence[Kpi], first: date, last: date, chosen: Sequence[str] = ()
) -> list[Row]:
    """Each KPI by business date and currency, over the chosen stores."""
    if not kpis:
        return []
    keep, params = only(chosen)
    figures = ", ".join(f"{kpi.sql} as {kpi.kpi_id}" for kpi in kpis)
    return run.ask(
        f"select business_date, currency, {figures} from {DAYS}"
        f" where business_date between ? and ? and {keep} group by all order by all",
        [first, last, *params],
    )
