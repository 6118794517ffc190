"""Stock take: one campaign per boutique and fiscal year, its state, and its next step."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import review_words, stock_words, words
from dashboards.parts import decide, filters, verdict
from dashboards.parts.frame import chosen
from dashboards.parts.html import Column, Html, address, badge, facts, link, safe, show, table
from dashboards.questions import stock_takes
from dashboards.questions.stock_takes import Campaign, Unexplained
from dashboards.warehouse import Row

here = chosen()
run = here.run
year = stock_takes.fiscal_year(run, here.on)


def answer(found: list[Campaign]) -> Html:
    reported = sum(c.state == "reported" for c in found)
    behind = [c.store["store_name"] for c in found if c.state == "not_planned"]
    told = (
        f"<b>{reported} of {len(found)} stores have reported their stock take</b> of fiscal {year}."
    )
    return Html(told + (f" Not planned: {safe(words.listing(behind, 4))}." if behind else ""))


def state(campaign: Campaign) -> Html:
    return badge(words.status(review_words.STOCK_TAKE, campaign.state))


def next_words(campaign: Campaign) -> str:
    told = [review_words.STEP[step] for step in campaign.next_steps]
    return " or ".join(told[:1] + [text.lower() for text in told[1:]]) or "Nothing: it is done"


def campaigns_table(found: list[Campaign]) -> Html:
    def opened(row: Row) -> Html:
        name = row["it"].store["store_name"]
        kept = here.params | {"store": row["it"].store["store_id"]}
        return link(name, address("stock_take", kept) + "#one")

    def last(row: Row, name: str) -> Any:
        return getattr(row["it"].last, name) if row["it"].last else None

    columns = [
        Column("store", "Store", say=opened),
        Column("state", "State", say=lambda r: state(r["it"])),
        Column("next", "Next step", say=lambda r: next_words(r["it"])),
        Column("by", "Last step by", say=lambda r: last(r, "decided_by") or words.NONE),
        Column("at", "When", say=lambda r: words.moment(last(r, "decided_at"), here.zone)),
        Column("counted", "Counted by", say=lambda r: ", ".join(r["it"].counted_by) or words.NONE),
    ]
    rows = [{"it": campaign} for campaign in found]
    return table(columns, rows, style="stack", caption=words.counted(len(rows), "stock take") + ".")


def unexplained_words(left: Unexplained, currency: str) -> str:
    told = words.counted(left.lines, "line")
    most = f"{currency} {words.number(left.tolerated_cost, 2)}"
    tolerated = f"tolerated are {left.tolerated_lines} and {most}"
    return f"{told}, {currency} {words.number(left.cost, 2)} at cost; {tolerated}"


def show_one(campaign: Campaign) -> None:
    st.header(f"{campaign.store['store_name']}, fiscal {year}", anchor="one")
    pairs: list[tuple[str, Any]] = [("State", state(campaign)), ("Next", next_words(campaign))]
    count = campaign.full_counts[0] if campaign.full_counts else None
    left = None
    if count is None:
        pairs.append(("Full count", "No full count of this year has arrived yet."))
    else:
        left = stock_takes.unexplained(
            run, count["count_id"], decide.find(subject_type="discrepancy")
        )
        covered = words.figure(count["coverage"], "percent")
        pairs += [
            ("Full count", f"{count['count_id']} of {words.day(count['counted_on'])}"),
            ("Coverage", covered),
            ("Net, absolute at cost", differences(count)),
            ("Not explained", unexplained_words(left, count["currency"])),
        ]
    show(facts(pairs))
    if left and left.findings:
        items = "".join(
            f"<li>{verdict.opened(here, f, verdict.goods(f.row))}:"
            f" {safe(stock_words.outcome(f.row['outcome'], f.row['root_cause']))}</li>"
            for f in left.findings[:10]
        )
        show(f"<p>Not explained, so far:</p><ul>{items}</ul>")
    if here.as_known_then:
        show("<p>Decisions are taken on the newest figures: go back to them above.</p>")
    elif campaign.next_steps:
        decide.asked_name()
        step_form(campaign, count, left)
    show(decide.history(here, campaign.history))


def differences(count: Row) -> str:
    net, gross = count["net_variance_cost"], count["absolute_variance_cost"]
    return f"{count['currency']} {words.number(net, 2)}, {words.number(gross, 2)}"


def step_form(campaign: Campaign, count: Row | None, left: Unexplained | None) -> None:
    key = f"step_{campaign.subject.subject_key}"

    def told(step: str) -> decide.Told:
        def payload() -> tuple[dict[str, Any], str]:
            about: dict[str, Any] = {"step": step}
            if step in {"counting", "recount"}:
                about["counter"] = st.session_state.get(f"counter_{key}", "").strip()
            if step == "approved" and count and left:
                about |= {
                    "count_id": count["count_id"],
                    "unexplained_lines": left.lines,
                    "unexplained_cost": str(left.cost),
                    "tolerated_lines": left.tolerated_lines,
                    "tolerated_cost": str(left.tolerated_cost),
                }
            return about, st.session_state.get(f"why_{key}", "")

        return payload

    decide.outcome(key)
    with st.form(f"form_{key}", border=False):
        if {"counting", "recount"} & set(campaign.next_steps):
            st.text_input("Who counts", key=f"counter_{key}", width=250)
        if {"approved", "recount"} & set(campaign.next_steps):
            st.text_input(
                "Reason",
                key=f"why_{key}",
                width=520,
                help="Needed when more is not explained than is tolerated.",
            )
        with st.container(horizontal=True):
            for place, step in enumerate(campaign.next_steps):
                decide.send(
                    here,
                    campaign.subject,
                    "stock_take_step",
                    campaign.history,
                    review_words.STEP[step],
                    told(step),
                    key=f"{key}_{step}",
                    primary=place == 0,
                    outcome_of=key,
                )


st.title("Stock take")
stores = [s for s in here.every_store if not here.stores or s["store_id"] in here.stores]
found = stock_takes.campaigns(run, year, stores, decide.find(subject_type="stock_take"))
show(f'<p class="lead" data-lp="answer">{answer(found)}</p>')
show(campaigns_table(found))
names = {c.store["store_id"]: c.store["store_name"] for c in found}
picked = filters.choice("store", "Store", list(names), lambda s: names[s], width=260)
show_one(next(c for c in found if c.store["store_id"] == picked))
show('<span data-lp="drawn-stock_take"></span>')
