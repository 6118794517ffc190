"""Exceptions: first the acts to review, then the rates that stand out, counts beside them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import words
from dashboards.decisions import Subject
from dashboards.parts import decide, download, filters, links
from dashboards.parts.frame import chosen
from dashboards.parts.html import Column, Html, address, badge, facts, link, safe, show, table
from dashboards.questions import exceptions
from dashboards.questions.exceptions import EXCEPTIONS, OUTCOMES, Finding, Month
from dashboards.warehouse import Row
from dashboards.workbook import Sheet

LISTED = 100
EVENTS_SHOWN = 200

here = chosen()
run, on = here.run, here.on


def percent(value: float | None) -> str:
    return words.NONE if value is None else words.figure(value, "percent")


def rule_name(row: Row) -> str:
    return f"{row['rule_id']} {row['rule_name']}"


def who(row: Row) -> str:
    person = row["employee_id"]
    return f"{person}, {row['store_name']}" if person else row["store_name"] or words.NONE


def opened(finding: Finding, text: Any) -> Html:
    kept = here.params | {"month": f"{month.first:%Y-%m}", "exception": finding.exception_id}
    rule = st.query_params.get("rule")
    return link(text, address("exceptions", kept | {"rule": rule}) + "#one")


def network_counts(row: Row) -> str:
    """The network's own rate, with what it is made of."""
    if not row["network_base_count"]:
        return percent(row["network_rate"])
    counted = f"{row['network_event_count']:,} of {row['network_base_count']:,}"
    return f"{percent(row['network_rate'])} ({counted})"


def rate_words(row: Row) -> str:
    """What the figures of a rate say, for somebody who does not read statistics."""
    told = f"{Finding(row).counts} ({percent(row['rate'])})"
    return f"{told}; the network does {network_counts(row)}: {row['reason']}."


def rate_mark(row: Row) -> Html:
    if row["is_flagged"]:
        return badge(words.STANDS_OUT)
    if (row["base_count"] or 0) < (row["minimum_n"] or 0):
        return badge(words.TOO_FEW)
    return badge(words.ORDINARY)


def answer(found: Month) -> Html:
    when = f"{found.first:%B %Y}"
    if found.acts:
        left = sum(f.row["event_count"] for f in found.open_acts)
        groups = words.counted(len(found.acts), "group")
        reviewed = len(found.acts) - len(found.open_acts)
        told = (
            f"<b>{words.counted(left, 'act')} to review in {when}.</b> {reviewed} of {groups}"
            " of acts (one rule, one person) reviewed."
        )
    else:
        told = f"<b>No act to review in {when}.</b>"
    if found.rates:
        names = [f"{rule_name(f.row)} ({who(f.row)})" for f in found.rates]
        one = len(names) == 1
        told += (
            f" {words.counted(len(names), 'rate')} {'stands' if one else 'stand'} out:"
            f" {safe(words.listing(names, 3))}."
        )
    else:
        judged = words.counted(len(found.ordinary), "rate was judged", "rates were judged")
        told += f" No rate stands out; {judged}."
    return Html(told)


def explain(row: Row, measure: str) -> str:
    return links.explain(here, EXCEPTIONS, measure, exception_id=row["exception_id"])


def acts_table(found: list[Finding]) -> Html:
    columns = [
        Column("rule_id", "What", say=lambda r: opened(r["it"], rule_name(r["it"].row))),
        Column(
            "review",
            "Review",
            say=lambda r: badge(words.status(words.REVIEW, r["it"].outcome)),
        ),
        Column("who", "Who and where", say=lambda r: who(r["it"].row)),
        Column(
            "event_count",
            "Acts",
            "number",
            lambda r: r["it"].counts,
            lambda r: explain(r["it"].row, "event_count"),
        ),
        Column(
            "amount",
            "Amount",
            "number",
            lambda r: words.number(r["it"].row["amount"], 2),
            lambda r: explain(r["it"].row, "amount"),
        ),
        Column("measure", "In words", "wide", lambda r: r["it"].row["measure"]),
    ]
    return table(columns, [{"it": f} for f in found[:LISTED]], tall=True, caption=listed(found))


def rates_table(found: list[Finding]) -> Html:
    columns = [
        Column("rule_id", "What", say=lambda r: opened(r["it"], rule_name(r["it"].row))),
        Column("mark", "Verdict", say=lambda r: rate_mark(r["it"].row)),
        Column(
            "review",
            "Review",
            say=lambda r: badge(words.status(words.REVIEW, r["it"].outcome)),
        ),
        Column("who", "Who and where", say=lambda r: who(r["it"].row)),
        Column(
            "event_count",
            "Count",
            "number",
            lambda r: r["it"].counts,
            lambda r: explain(r["it"].row, "event_count"),
        ),
        Column("rate", "Rate", "number", lambda r: percent(r["it"].row["rate"])),
        Column("network_rate", "Network", "number", lambda r: network_counts(r["it"].row)),
        Column(
            "shrunken_rate",
            "Weighed",
            "number",
            lambda r: percent(r["it"].row["shrunken_rate"]),
            help="The rate, weighed with the network's: what is likely with so few cases.",
        ),
        Column(
            "tail_probability",
            "By chance alone",
            say=lambda r: exceptions.chance(r["it"].row["tail_probability"]),
            help="How often chance alone would bring as many or more.",
        ),
        Column("words", "In words", "wide", lambda r: r["it"].row["reason"]),
    ]
    return table(columns, [{"it": f} for f in found[:LISTED]], tall=True, caption=listed(found))


def listed(found: list[Finding]) -> str:
    if len(found) <= LISTED:
        return words.counted(len(found), "row")
    return f"The first {LISTED} of {words.number(len(found))} rows; the download holds all."


def events_table(rows: list[Row]) -> Html:
    columns = [
        Column("transaction_id", "Receipt", say=lambda r: links.receipt(here, r["transaction_id"])),
        Column("business_date", "Day", say=lambda r: words.day(r["business_date"])),
        Column("store_id", "Store"),
        Column("employee_id", "Who"),
        Column("line_number", "Line"),
        Column("amount", "Amount", "number", lambda r: words.number(r["amount"], 2)),
        Column("note", "In words", "wide"),
        links.source(here),
    ]
    caption = words.counted(len(rows), "act")
    if len(rows) > EVENTS_SHOWN:
        caption = f"The newest {EVENTS_SHOWN} of {caption}s; the download holds all"
    return table(columns, rows[:EVENTS_SHOWN], tall=True, caption=f"{caption}.")


def show_one(finding: Finding) -> None:
    row = finding.row
    st.header(f"{rule_name(row)}: {who(row)}", anchor="one")
    pairs = [
        ("Review", badge(words.status(words.REVIEW, finding.outcome))),
        ("Counted", row["measure"]),
        ("Count", link(finding.counts, explain(row, "event_count"))),
        ("In words", row["reason"] if row["is_hard_rule"] else rate_words(row)),
    ]
    if not row["is_hard_rule"]:
        pairs.append(("Weighed with the network", percent(row["shrunken_rate"])))
        pairs.append(("By chance alone", exceptions.chance(row["tail_probability"])))
        pairs.append(("Smallest number judged", words.number(row["minimum_n"])))
    pairs.append(("Rule", f"{row['rule_id']}, version {row['rule_version']}"))
    show(facts(pairs))
    acts = exceptions.events(run, row)
    show(events_table(acts) if acts else "<p>No single act is behind it.</p>")
    if here.as_known_then:
        show("<p>Decisions are taken on the newest figures: go back to them above.</p>")
    else:
        review_form(finding)
    show(decide.history(here, finding.history))


def review_form(finding: Finding) -> None:
    key = f"review_{finding.exception_id}"
    decide.asked_name()
    decide.outcome(key)

    def told() -> tuple[dict[str, Any], str]:
        payload = {
            "outcome": st.session_state.get(f"pick_{key}"),
            "rule_id": finding.row["rule_id"],
            "event_count": finding.row["event_count"],
        }
        return payload, st.session_state.get(f"why_{key}", "")

    with st.form(f"form_{key}", border=False):
        st.radio(
            "After looking at it",
            list(OUTCOMES),
            format_func=lambda name: words.label(OUTCOMES[name]),
            key=f"pick_{key}",
            horizontal=True,
        )
        st.text_input("Reason", key=f"why_{key}", width=520)
        decide.send(
            here,
            Subject.exception(finding.exception_id, finding.row["store_id"]),
            "exception_review",
            finding.history,
            "Keep this review",
            told,
            key=key,
        )


def sheets(found: Month) -> list[Sheet]:
    every = [*found.acts, *found.rates, *found.ordinary]
    rows = [
        {
            **finding.row,
            "rule": rule_name(finding.row),
            "review": words.status(words.REVIEW, finding.outcome).word,
            "words": finding.row["reason"]
            if finding.row["is_hard_rule"]
            else rate_words(finding.row),
        }
        for finding in every
    ]
    columns = {
        "rule": "Rule",
        "is_hard_rule": "Every act is reviewed",
        "is_flagged": "Stands out",
        "review": "Review",
        "store_id": "Store id",
        "employee_id": "Who",
        "event_count": "Count",
        "base_count": "Of",
        "rate": "Rate",
        "network_event_count": "Network count",
        "network_base_count": "Network of",
        "network_rate": "Network rate",
        "shrunken_rate": "Weighed rate",
        "tail_probability": "Tail probability",
        "amount": "Amount",
        "words": "In words",
        "exception_id": "Exception id",
    }
    acts = [row for finding in found.acts for row in exceptions.events(run, finding.row)]
    told = {
        "rule_id": "Rule",
        "store_id": "Store id",
        "employee_id": "Who",
        "business_date": "Business date",
        "transaction_id": "Transaction id",
        "line_number": "Line of the receipt",
        "amount": "Amount",
        "note": "In words",
        "file_name": "File",
        "_line_no": "Line",
    }
    return [Sheet("Exceptions", columns, rows), Sheet("Acts", told, acts)]


def only_rule(found: list[Finding], rule: str | None) -> list[Finding]:
    return [f for f in found if f.row["rule_id"] == rule] if rule else found


def show_month(found: Month) -> None:
    rule = st.query_params.get("rule")
    if rule:
        kept = here.params | {"month": f"{found.first:%Y-%m}"}
        every = link("Show every rule", address("exceptions", kept))
        show(f"<p>Only rule {safe(rule)}. {every}.</p>")
    one = found.find(st.query_params.get("exception"))
    if one is not None:
        show_one(one)
    st.header("Acts to review", anchor="acts")
    acts = only_rule(found.acts, rule)
    show(acts_table(acts) if acts else "<p>None: 0 acts.</p>")
    st.header("Rates that stand out", anchor="rates")
    rates = only_rule(found.rates, rule)
    show(rates_table(rates) if rates else "<p>None.</p>")
    ordinary = only_rule(found.ordinary, rule)
    if ordinary:
        with st.expander(f"{words.counted(len(ordinary), 'rate')} that chance alone explains"):
            show(rates_table(ordinary))


st.title("Exceptions")
every = exceptions.months(run)
if not every:
    if run.has(EXCEPTIONS):
        told = "No act and no rate was judged yet: nothing has been sold."
    else:
        told = "This run does not publish exceptions yet: the next <code>loupe run</code> does."
    show(f'<p class="lead" data-lp="answer">{told}</p>')
else:
    head = st.container()
    names = {f"{first:%Y-%m}": first for first in every}
    own = f"{on:%Y-%m}"
    picked = filters.choice(
        "month",
        "Month",
        list(names),
        lambda name: f"{names[name]:%B %Y}",
        own if own in names else None,
        width=220,
    )
    month = exceptions.month(run, names[picked], here.stores, decide.find(subject_type="exception"))
    with head:
        show(f'<p class="lead" data-lp="answer">{answer(month)}</p>')
    show_month(month)
    download.excel(
        "exceptions",
        f"Exceptions: {month.first:%B %Y}",
        here,
        lambda: sheets(month),
        [("Month", f"{month.first:%B %Y}")],
    )
show('<span data-lp="drawn-exceptions"></span>')
