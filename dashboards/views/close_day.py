"""Close the day: what holds, what stands in the way, and who signed it off."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from dashboards import words
from dashboards.decisions import GAP_REASONS, Decision, Subject
from dashboards.parts import decide, download, filters, links, matrix
from dashboards.parts.frame import chosen
from dashboards.parts.html import (
    Column,
    Html,
    address,
    badge,
    banner,
    facts,
    link,
    safe,
    show,
    table,
)
from dashboards.questions import close_day, restatements, today
from dashboards.questions.close_day import Blocker, Day, Month, StoreDay
from dashboards.warehouse import Published, Row
from dashboards.workbook import Sheet

MATRICES = {"checks": "Checks", "files": "Files"}
FINDINGS_SHOWN = 100
GAPS_SHOWN = 20
REOPENED_SHOWN = 25
GAP_DAYS = 30

here = chosen()
run, on = here.run, here.on
when = words.day(on)


def store_link(store_id: str, text: Any, day: date | None = None) -> Html:
    kept = here.params | {"store": store_id, "date": (day or on).isoformat()}
    return link(text, address("close_day", kept) + "#store-day")


def answer(found: Day) -> Html:
    open_days = [store for store in found.stores if store.is_open]
    if not found.stores:
        return Html(f"No store-day is known for {when}.")
    if not open_days:
        return Html(f"Every store was closed on {when}: there is nothing to sign off.")
    signed = found.of("signed_off", "signed_now")
    told = f"<b>{len(signed)} of {words.counted(len(open_days), 'open store')}"
    told += f" {'is' if len(signed) == 1 else 'are'} signed off for {when}.</b>"
    parts = (
        ("reopened", "changed after being signed off"),
        ("in_the_way", "cannot be yet"),
        ("ready", "can be"),
    )
    for state, said in parts:
        names = [store.name for store in found.of(state)]
        if names:
            told += f" {safe(words.listing(names, 6))} {said}."
    return Html(told)


# --- the matrix ---------------------------------------------------------------------------------


def check_cell(told: Row, check_id: str) -> Html:
    store: StoreDay = told["it"]
    row = store.checks.get(check_id)
    if row is None:
        return Html('<span class="soft" title="Nothing to judge it by yet">–</span>')
    status = words.CHECK_PASSED if row["passed"] else words.CHECK_FAILED[row["severity"]]
    return badge(
        status,
        href=links.explain(
            here,
            "finance.completeness_checks",
            store_id=store.store_id,
            business_date=on.isoformat(),
            check_id=check_id,
        ),
    )


def check_matrix(found: Day) -> Html:
    columns = [
        Column("store", "Store", say=lambda r: store_link(r["it"].store_id, r["it"].name)),
        Column(
            "state",
            "Day",
            say=lambda r: badge(words.status(words.CLOSING, r["it"].state)),
        ),
    ]
    for check in found.checks:
        columns.append(
            Column(
                check["check_id"],
                check["check_id"],
                say=partial(check_cell, check_id=check["check_id"]),
                help=check["check_name"],
            )
        )
    return table(
        columns,
        [{"it": store} for store in found.stores],
        style="matrix dense",
        caption="A store opens its day below; a check opens what it means and its rows.",
    )


def check_names(found: Day) -> Html:
    """What the ids in the heads of the matrix stand for."""
    items = "".join(
        f"<span><b>{safe(check['check_id'])}</b> {safe(check['check_name'])}</span>"
        for check in found.checks
    )
    return Html(f'<div class="legend">{items}</div>')


def show_matrix(found: Day) -> None:
    which = filters.choice(
        "matrix",
        "Store by",
        list(MATRICES),
        MATRICES.__getitem__,
        width="content",
        segmented=True,
    )
    if which == "files":
        grid = today.matrix(run, on, here.stores)
        show(matrix.deliveries(here, grid), matrix.legend())
    elif found.checks:
        show(check_matrix(found), check_names(found))
    else:
        show(check_matrix(found), "<p>No check could be made yet: nothing has come.</p>")


# --- signing off --------------------------------------------------------------------------------


def figures_seen(store: StoreDay) -> dict[str, Any]:
    """What the day came to when it was signed off, kept with the decision."""
    names = ("status", "net_sales", "tender_total", "transactions")
    return {f"seen_{name}": store.row.get(name) for name in names}


def sign_off_all(ready: list[StoreDay]) -> None:
    """One act per store-day, for all with nothing in the way."""
    told = []
    for store in ready:
        tone, sentence = decide.take(
            run.run_id,
            Subject.store_day(store.store_id, on),
            "sign_off",
            max((d.sequence_no for d in store.history), default=0),
            {"blockers": [], "override": False} | figures_seen(store),
            "",
        )
        told.append((tone, f"{store.name}: {sentence}"))
    worst = next((tone for tone, _ in told if tone != "green"), "green")
    st.session_state["outcome_all"] = (worst, " ".join(sentence for _, sentence in told))


def show_ready(found: Day) -> None:
    ready = found.of("ready")
    decide.outcome("all")
    if not ready:
        return
    names = safe(words.listing([store.name for store in ready], 24))
    show(f"<p>Nothing stands in the way of {names}.</p>")
    st.button(
        f"Sign off {words.counted(len(ready), 'store-day')}",
        type="primary",
        key="sign_off_all",
        on_click=sign_off_all,
        args=(ready,),
    )


def day_facts(store: StoreDay) -> Html:
    row = store.row
    pairs: list[tuple[str, Any]] = [("State", badge(words.status(words.CLOSING, store.state)))]
    signed = store.sign_off
    if signed:
        told = f"{signed.decided_by}, {words.moment(signed.decided_at, here.zone, seconds=True)}"
        pairs.append(("Signed off by", told))
        pairs.append(("On the figures of", signed.seen_run_id))
        if signed.payload.get("blockers"):
            pairs.append(("In spite of", ", ".join(signed.payload["blockers"])))
        if signed.reason:
            pairs.append(("Reason", signed.reason))
    elif row.get("signed_off_by"):
        told = f"{row['signed_off_by']}, {words.moment(row['signed_off_at'], here.zone)}"
        pairs.append(("Signed off by", told))
    if store.state == "signed_now":
        pairs.append(("In the figures", "with the next run"))
    if row.get("reopened_because"):
        pairs.append(("Reopened because", row["reopened_because"]))
    for name, kind in (
        ("net_sales", "money"),
        ("tender_total", "money"),
        ("transactions", "number"),
    ):
        value = row.get(name)
        text = words.NONE if value is None else words.number(value, 2 if kind == "money" else 0)
        unit = f" {row['currency']}" if kind == "money" and value is not None else ""
        where = links.explain(
            here,
            "finance.store_days",
            name,
            store_id=store.store_id,
            business_date=on.isoformat(),
        )
        pairs.append((words.label(name), link(f"{text}{unit}", where)))
    return facts(pairs)


def blocker_list(blockers: list[Blocker]) -> Html:
    more = {"F4": link("Give them their reason", "#gaps")}
    items = "".join(
        f"<li><b>{safe(b.check_id)}</b> {safe(b.words)} {more.get(b.check_id, '')}</li>"
        for b in blockers
    )
    return Html(f'<ol class="blocks" data-lp="blockers">{items}</ol>')


def findings_table(rows: list[Row]) -> Html:
    def mark(row: Row) -> Html:
        status = words.CHECK_FAILED.get(row["severity"] or "", words.CHECK_FAILED["warn"])
        return badge(status, row["check_id"])

    def amount(row: Row, name: str) -> str:
        return words.cell(row[name])

    columns = [
        Column("check_id", "Check", say=mark),
        Column("subject", "About"),
        Column("transaction_id", "Receipt", say=lambda r: links.receipt(here, r["transaction_id"])),
        Column("expected_value", "Expected", "number", partial(amount, name="expected_value")),
        Column("actual_value", "Actual", "number", partial(amount, name="actual_value")),
        Column("difference", "Difference", "number", partial(amount, name="difference")),
        Column("note", "In words", "wide"),
        links.source(here),
    ]
    shown = rows[:FINDINGS_SHOWN]
    caption = words.counted(len(rows), "row")
    if len(shown) < len(rows):
        caption = f"The first {len(shown)} of {caption}; the download holds all"
    return table(columns, shown, tall=True, caption=f"{caption}.")


def sign_off_form(store: StoreDay) -> None:
    """Disabled while something stands in the way, until somebody overrides it with a reason."""
    key = f"sign_{store.store_id}_{on}"
    decide.outcome(key)
    blocked = bool(store.blockers)
    override = False
    if blocked:
        st.write(
            f"**{words.counted(len(store.blockers), 'thing stands', 'things stand')}"
            " in the way of signing off:**"
        )
        show(blocker_list(store.blockers))
        override = st.checkbox("Sign off in spite of that, with a reason", key=f"over_{key}")

    def told() -> tuple[dict[str, Any], str]:
        blockers = [blocker.check_id for blocker in store.blockers]
        payload = {"blockers": blockers, "override": blocked} | figures_seen(store)
        return payload, st.session_state.get(f"why_{key}", "")

    with st.form(f"form_{key}", border=blocked):
        if override or not blocked:
            st.text_area(
                "Reason" if blocked else "Remark (may stay empty)", key=f"why_{key}", height=70
            )
        again = "again" if store.state == "reopened" else ""
        decide.send(
            here,
            Subject.store_day(store.store_id, on),
            "sign_off",
            store.history,
            f"Sign off {store.name} {again}".strip(),
            told,
            key=key,
            disabled=blocked and not override,
            help_="Mend what stands in the way, or override it with a reason." if blocked else None,
        )


def withdraw_form(store: StoreDay) -> None:
    key = f"back_{store.store_id}_{on}"
    decide.outcome(f"sign_{store.store_id}_{on}")
    decide.outcome(key)

    def told() -> tuple[dict[str, Any], str]:
        return {}, st.session_state.get(f"why_{key}", "")

    with (
        st.expander("Take the sign-off back"),
        st.form(f"form_{key}", border=False),
    ):
        st.text_area("Reason", key=f"why_{key}", height=70)
        decide.send(
            here,
            Subject.store_day(store.store_id, on),
            "sign_off_withdrawn",
            store.history,
            "Take it back",
            told,
            key=key,
            primary=False,
        )


def show_store_day(store: StoreDay) -> None:
    st.header(f"{store.name}, {when}", anchor="store-day")
    show(day_facts(store))
    rows = close_day.findings(run, store.store_id, on)
    if not store.is_open:
        show(f"<p>{safe(words.status(words.CLOSING, store.state).meaning)}</p>")
        if rows:
            show(findings_table(rows))
        return
    if here.as_known_then:
        show("<p>Decisions are taken on the newest figures: go back to them above.</p>")
    elif store.can_be_signed:
        sign_off_form(store)
    else:
        withdraw_form(store)
    st.subheader("What is behind the checks that fail")
    if rows is None:
        show("<p>This run does not publish the rows behind its checks yet.</p>")
    elif rows:
        show(findings_table(rows))
    elif any(not check["passed"] for check in store.checks.values()):
        show("<p>The failing checks speak of the day as a whole: no single row is behind them.</p>")
    else:
        show("<p>Nothing: every check that could be made holds.</p>")
    st.subheader("Who decided what about this day")
    show(decide.history(here, store.history))


def show_reopened(rows: list[Row]) -> None:
    if not rows:
        show("<p>No day that was signed off has changed since.</p>")
        return
    columns = [
        Column(
            "store_name",
            "Store",
            say=lambda r: store_link(r["store_id"], r["store_name"], r["business_date"]),
        ),
        Column("business_date", "Day", say=lambda r: words.day(r["business_date"])),
        Column("signed_off_by", "Signed off by"),
        Column(
            "signed_off_at", "When", say=lambda r: words.moment(r.get("signed_off_at"), here.zone)
        ),
        Column("reopened_because", "What changed", "wide", lambda r: r.get("reopened_because")),
    ]
    caption = f"The newest {REOPENED_SHOWN} of {len(rows)}." if len(rows) > REOPENED_SHOWN else ""
    show(table(columns, rows[:REOPENED_SHOWN], caption=caption))


# --- receipt gaps -------------------------------------------------------------------------------


def numbers(gap: Row) -> str:
    first, last = gap["first_missing"], gap["last_missing"]
    return f"{first}" if first == last else f"{first} to {last}"


def neighbour(gap: Row, side: str) -> Html:
    told = gap[side]
    if not told:
        return Html("none known")
    at = words.moment(told["at"], gap["time_zone"])
    return Html(f"{links.receipt(here, told['id'], told['number'])}, {safe(at)}")


def gap_reason(told: list[Decision]) -> Decision | None:
    """The reason that holds; one taken back leaves none."""
    given = [d for d in told if d.kind == "gap_reason"]
    if not given or given[-1].payload.get("gap_reason") == "unexplained":
        return None
    return given[-1]


def show_gap(gap: Row, told: list[Decision]) -> None:
    subject = Subject.receipt_gap(gap)
    key = f"gap_{subject.subject_key}"
    reason = gap_reason(told)
    sign = f"★ {reason.payload['gap_reason']}" if reason else "✕ no reason yet"
    register = f"register {gap['register_id']}" if gap["register_id"] else "all registers"
    head = f"{gap['store_name']}, {register}: {numbers(gap)} missing on"
    # What became of the act stands outside: with its new label the fold closes.
    decide.outcome(key)
    with st.expander(f"{head} {words.day(gap['business_date'], year=False)} ({sign})"):
        show(
            facts(
                [
                    (
                        "Missing",
                        f"{numbers(gap)} ({words.counted(gap['missing_count'], 'number')})",
                    ),
                    ("First missing", str(gap["first_missing"])),
                    ("Last missing", str(gap["last_missing"])),
                    ("Register", gap["register_id"] or "one counter for all registers"),
                    ("Series", gap["receipt_series"] or "one only"),
                    ("Receipt before", neighbour(gap, "before")),
                    ("Receipt after", neighbour(gap, "after")),
                    ("Found because", gap["explanation"]),
                    (
                        "Its day",
                        store_link(
                            gap["store_id"], words.day(gap["business_date"]), gap["business_date"]
                        ),
                    ),
                ]
            )
        )
        if not here.as_known_then:
            gap_form(gap, subject, told, key)
        show(decide.history(here, told))


def gap_form(gap: Row, subject: Subject, seen: list[Decision], key: str) -> None:
    def told() -> tuple[dict[str, Any], str]:
        return (
            {"gap_reason": st.session_state.get(f"pick_{key}")},
            st.session_state.get(f"why_{key}", ""),
        )

    choices = (
        list(GAP_REASONS) if gap_reason(seen) else [r for r in GAP_REASONS if r != "unexplained"]
    )
    with st.form(f"form_{key}", border=False):
        st.radio(
            "Why the numbers are missing",
            choices,
            format_func=lambda name: f"{words.label(name)}: {GAP_REASONS[name]}",
            key=f"pick_{key}",
        )
        st.text_input("In words (needed for “other”)", key=f"why_{key}")
        decide.send(here, subject, "gap_reason", seen, "Keep this reason", told, key=key)


def show_gaps(rows: list[Row], decisions: list[Decision]) -> None:
    if not rows:
        show(f"<p>No receipt number is missing in the {GAP_DAYS} days to {when}.</p>")
        return
    by_key: dict[str, list[Decision]] = {}
    for decision in decisions:
        by_key.setdefault(decision.subject_key, []).append(decision)
    told = [(gap, by_key.get(Subject.receipt_gap(gap).subject_key, [])) for gap in rows]
    # What still needs a reason comes first.
    told.sort(key=lambda pair: gap_reason(pair[1]) is not None)
    for gap, seen in told[:GAPS_SHOWN]:
        show_gap(gap, seen)
    if len(told) > GAPS_SHOWN:
        show(f"<p>and {len(told) - GAPS_SHOWN} more: choose stores above, or a later day.</p>")


# --- months -------------------------------------------------------------------------------------


def lock_words(month: Month) -> Html:
    lock = month.lock
    if lock is None:
        return Html("not locked")
    run_id = str(lock.payload["run_id"])
    opened = address("", {"run": run_id, "date": month.last.isoformat()})
    told = f"{lock.decided_by}, {words.moment(lock.decided_at, here.zone)}"
    return Html(f"{safe(told)}; {link('open it as it was locked', opened, run_id)}")


def moved_words(month: Month) -> Html:
    if month.lock is None:
        return Html(words.NONE)
    moved = words.counted(month.moved_since, "store-day")
    if not month.moved_since:
        return Html("nothing")
    return link(
        moved,
        address(
            "restatements", {"from": month.lock.payload["run_id"], "month": f"{month.first:%Y-%m}"}
        ),
    )


def show_months(found: list[Month], locks: list[Decision]) -> None:
    columns = [
        Column("first", "Month", say=lambda r: f"{r['it'].first:%B %Y}"),
        Column("done", "Complete", "number", lambda r: f"{r['it'].done} of {r['it'].due}"),
        Column("lock", "Locked", say=lambda r: lock_words(r["it"])),
        Column("moved", "Moved since", say=lambda r: moved_words(r["it"])),
    ]
    show(table(columns, [{"it": month} for month in found], style="stack"))
    decide.outcome("lock")
    by_name = {f"{month.first:%Y-%m}": month for month in found}
    before = [name for name, month in by_name.items() if month.last < on.replace(day=1)]
    # Once the reader has chosen, the form keeps it.
    default = list(by_name).index(before[0]) if before else 0
    picked = st.selectbox(
        "Month",
        list(by_name),
        index=default,
        format_func=lambda name: f"{by_name[name].first:%B %Y}",
        key="lock_month",
        width=240,
    )
    month = by_name[picked]
    left = month.due - month.done
    if left:
        show(
            banner(
                "yellow",
                "▲ Not complete.",
                f"{words.counted(left, 'store-day')} of {month.first:%B %Y}"
                f" {'is' if left == 1 else 'are'} not complete; the lock keeps it as it is.",
            )
        )

    def told() -> tuple[dict[str, Any], str]:
        return {"run_id": run.run_id}, st.session_state.get("why_lock", "")

    with st.form("form_lock", border=False):
        st.text_input("Remark (may stay empty)", key="why_lock", width=420)
        decide.send(
            here,
            Subject.month(month.first),
            "month_lock",
            month.locks,
            f"Lock {month.first:%B %Y} as known in {run.run_id}",
            told,
            key="lock",
            primary=False,
        )
    show(
        '<p class="soft">A lock keeps the run it names: its figures can be opened, exactly, for as'
        " long as decisions are kept. Later changes still come in, and stand in Restatements.</p>"
    )
    mine = [lock for lock in locks if lock.subject_key == picked]
    if mine:
        show(decide.history(here, mine))


def sheets(found: Day, missing: list[Row]) -> list[Sheet]:
    days = []
    for store in found.stores:
        signed = store.sign_off
        days.append(
            {
                **store.row,
                "state": words.status(words.CLOSING, store.state).word,
                "blockers": "; ".join(f"{b.check_id} {b.words}" for b in store.blockers),
                "signed_by": signed.decided_by if signed else None,
                "signed_at": signed.decided_at if signed else None,
                "signed_run": signed.seen_run_id if signed else None,
                "signed_reason": signed.reason if signed else None,
            }
        )
    checks = [row for store in found.stores for row in store.checks.values()]
    behind = [
        row for store in found.stores for row in close_day.findings(run, store.store_id, on) or []
    ]
    return [
        Sheet(
            "Store-days",
            {
                "store_id": "Store id",
                "store_name": "Store",
                "business_date": "Business date",
                "state": "State",
                "blockers": "In the way",
                "signed_by": "Signed off by",
                "signed_at": "Signed off at (UTC)",
                "signed_run": "Signed off on run",
                "signed_reason": "Reason",
                "currency": "Currency",
                "net_sales": "Net sales",
                "tender_total": "Payments",
                "transactions": "Transactions",
            },
            days,
        ),
        Sheet(
            "Checks",
            {
                "store_id": "Store id",
                "check_id": "Check",
                "check_name": "What must hold",
                "passed": "Holds",
                "severity": "Severity",
                "expected_value": "Expected",
                "actual_value": "Actual",
                "difference": "Difference",
                "detail": "Detail",
            },
            checks,
        ),
        Sheet(
            "Findings",
            {
                "store_id": "Store id",
                "check_id": "Check",
                "subject": "About",
                "transaction_id": "Transaction id",
                "expected_value": "Expected",
                "actual_value": "Actual",
                "difference": "Difference",
                "note": "In words",
                "file_name": "File",
                "_line_no": "Line",
            },
            behind,
        ),
        Sheet(
            "Missing numbers",
            {
                "store_id": "Store id",
                "register_id": "Register",
                "receipt_series": "Series",
                "business_date": "Business date",
                "first_missing": "First missing",
                "last_missing": "Last missing",
                "missing_count": "Numbers",
                "explanation": "Found because",
            },
            missing,
        ),
    ]


st.title("Close the day")
found = close_day.day(run, on, here.stores, decide.find(subject_type="store_day", business_date=on))
show(f'<p class="lead" data-lp="answer">{answer(found)}</p>')
show_matrix(found)

st.header("Sign off", anchor="sign-off")
if here.as_known_then:
    show("<p>Decisions are taken on the newest figures: go back to them above.</p>")
else:
    decide.asked_name()
    show_ready(found)
one = found.store(st.query_params.get("store"))
if one is not None:
    show_store_day(one)

st.header("Signed off, and changed since", anchor="reopened")
reopened = close_day.reopened(run, on, here.stores)
show_reopened(reopened)

st.header("Receipt numbers that are missing", anchor="gaps")
missing = close_day.gaps(run, on, here.stores, GAP_DAYS)
show_gaps(missing, decide.find(subject_type="receipt_gap"))

st.header("Months", anchor="months")
locks = decide.find(kind="month_lock")
known = restatements.moments(run, Published().runs())
# A lock keeps the month of every store, whatever stores are looked at.
show_months(close_day.months(run, locks, known), locks)

download.excel("close_day", f"Close the day: {when}", here, lambda: sheets(found, missing))
show('<span data-lp="drawn-close_day"></span>')
