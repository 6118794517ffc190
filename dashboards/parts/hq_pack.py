"""The HQ pack: the week of `questions/pack.py` as a spreadsheet and on paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboards import stock_words, words
from dashboards.paper import Section
from dashboards.parts import download
from dashboards.parts.filters import Chosen
from dashboards.parts.html import Html, badge
from dashboards.questions.pack import Pack
from dashboards.warehouse import Row
from dashboards.workbook import Sheet

SUMMARY = {
    "store_id": "Store id",
    "store_name": "Boutique",
    "planned": "Counts planned",
    "done": "Counts done in time",
    "lines_compared": "Lines counted",
    "matched": "Lines matched",
    "accuracy": "Share matched",
    "findings": "Findings",
    "net_variance_cost": "Net difference at cost",
    "net_variance_retail": "Net difference at list price",
    "absolute_variance_cost": "Absolute difference at cost",
    "absolute_variance_retail": "Absolute difference at list price",
    "explained_cost": "Explained at cost",
    "known_cost": "Known loss at cost",
    "unknown_cost": "Unknown at cost",
    "currency": "Currency",
    "points": "Points of attention now",
    "reasons": "Why it needs attention now",
}
DISCREPANCIES = {
    "store_name": "Boutique",
    "count_id": "Count",
    "counted_on": "Counted on",
    "item_id": "Item",
    "serial_number": "Serial number",
    "outcome": "Outcome",
    "root_cause": "Proposed cause",
    "cause": "Cause",
    "kind": "Kind",
    "sure": "How sure",
    "variance_units": "Units",
    "variance_cost": "At cost",
    "variance_retail": "At list price",
    "currency": "Currency",
    "age_days": "Days since first seen",
    "status": "Status",
    "evidence": "Evidence",
    "paired_discrepancy_id": "Its other side",
    "discrepancy_id": "Discrepancy id",
}
CAUSES = {
    "cause": "Cause",
    "kind": "Kind",
    "sure": "How sure",
    "findings": "Findings",
    "variance_units": "Units",
    "variance_cost": "Net at cost",
    "absolute_cost": "Absolute at cost",
    "variance_retail": "Net at list price",
    "currency": "Currency",
}
ACTIONS = {
    "action_text": "What",
    "store_name": "Boutique",
    "owner": "Whose",
    "due_on": "Due on",
    "status": "Status",
    "days_overdue": "Days overdue",
    "proof": "Proof",
    "discrepancy_id": "Discrepancy",
    "asked_by": "Asked by",
    "ended_at": "Ended at (UTC)",
}
# Paper is narrower: what a reader at headquarters does not look up is left to the spreadsheet.
NOT_ON_PAPER = {
    "root_cause",
    *("store_id", "net_variance_retail", "absolute_variance_retail", "paired_discrepancy_id"),
    *("discrepancy_id", "count_id", "evidence", "status", "asked_by", "ended_at"),
}


def kind_badge(kind: str) -> Html:
    return badge(words.status(stock_words.KIND, kind))


def sure_badge(confidence: str) -> Html:
    return badge(words.status(stock_words.CONFIDENCE, confidence))


def sheets(week: Pack) -> list[Sheet]:
    """Summary, discrepancies, causes, actions; their totals are the page's."""
    found = [_said(row) for row in week.discrepancies]
    several = len(week.currencies) > 1
    names = ("variance_units",) if several else ("variance_units", "variance_cost")
    sums = {name: sum((row[name] or 0 for row in week.discrepancies), 0) for name in names}
    return [
        Sheet("Summary", SUMMARY, week.summary, week.totals),
        Sheet("Discrepancies", DISCREPANCIES, found, sums),
        Sheet("Causes", CAUSES, [_said(row) for row in week.causes], _cause_totals(week)),
        Sheet("Actions", ACTIONS, week.actions or []),
    ]


def sections(week: Pack) -> list[Section]:
    """The same four, as they stand on paper."""
    lacks = {"Actions": "Nothing is to be done." if week.actions is not None else NO_ACTIONS}
    made = []
    for sheet in sheets(week):
        columns = {k: title for k, title in sheet.columns.items() if k not in NOT_ON_PAPER}
        told = "" if sheet.rows else lacks.get(sheet.name, "None in this week.")
        totals = None if sheet.totals is None else _rounded(sheet.totals)
        made.append(Section(sheet.name, columns, [_rounded(r) for r in sheet.rows], totals, told))
    return made


NO_ACTIONS = "This run does not publish actions."


def buttons(here: Chosen, week: Pack, said: str) -> None:
    """Both files of the week, named by it and the run."""
    title = f"HQ pack: {said}"
    stamp = f"{week.first:%Y%m%d}-{week.last:%Y%m%d}"
    told = [("Week", said)]
    if week.actions is None:
        told.append(("Actions", NO_ACTIONS))
    with st.container(horizontal=True, gap="small", key="pack_buttons"):
        download.excel(
            "hq_pack",
            title,
            here,
            lambda: sheets(week),
            told,
            label="HQ pack to Excel",
            stamp=stamp,
        )
        download.pdf(
            "hq_pack",
            title,
            here,
            lambda: sections(week),
            told,
            label="HQ pack as PDF",
            stamp=stamp,
        )


def _said(row: Row) -> Row:
    """Codes as words, as the page says them."""
    told = {
        "cause": stock_words.cause(row["cause"]),
        "kind": words.status(stock_words.KIND, row["kind"]).word,
        "sure": words.status(stock_words.CONFIDENCE, row["sure"]).word,
    }
    if "outcome" in row:
        told["root_cause"] = stock_words.cause(row["root_cause"])
        told["outcome"] = stock_words.outcome(row["outcome"], row["root_cause"])
        told["status"] = words.status(stock_words.FINDING, row["status"]).word
    return {**row, **told}


def _cause_totals(week: Pack) -> Row:
    names = ["findings", "variance_units"]
    if len(week.currencies) <= 1:
        names += ["variance_cost", "absolute_cost", "variance_retail"]
    return {name: sum((row[name] or 0 for row in week.causes), 0) for name in names}


def _rounded(row: Mapping[str, Any]) -> Row:
    """A share as people read it, and whole units without their zeros."""
    told = dict(row)
    if row.get("accuracy") is not None:
        told["accuracy"] = words.figure(row["accuracy"], "percent")
    units = row.get("variance_units")
    if units is not None and units == int(units):
        told["variance_units"] = int(units)
    return told
