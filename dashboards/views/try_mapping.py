"""Try a mapping: what a run would make of one file, before it lands. Nothing is loaded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import streamlit as st

from dashboards import words
from dashboards.parts import filters
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
from dashboards.questions import mapping_preview
from dashboards.questions.mapping_preview import NoAnswerError, Offered, Report
from dashboards.warehouse import Row, home_folder

BY_NAME = "by_name"
SCOPES_SHOWN = 10
MONEY = ("net sales", "tax", "declared", "counted")
VERDICTS = {
    "accepted": words.Status("would be accepted", "✓", "green", "A run would load its rows."),
    "refused": words.Status("would be refused", "✕", "orange", "A run would load nothing of it."),
    "waiting": words.Status("would wait", "◔", "blue", "A run would wait for what it needs."),
}
PERSONAL = words.Status("personal, not shown", "◍", "gray", "Values of people are never shown.")
LACKING = words.Status(
    "not in the file", "✕", "orange", "The rule reads a header that is not there."
)
SAME = words.Status("same", "=", "green", "The file says what is loaded.")
DIFFERS = words.Status("changes", "↻", "yellow", "Loading the file would change this figure.")
NEW = words.Status("new", "+", "blue", "Nothing of it is loaded yet.")


@st.cache_data(ttl=30, show_spinner=False)
def offered(home: str) -> list[Offered]:
    """The mappings of the home, remembered for a moment: asking costs a second."""
    del home
    return mapping_preview.mappings()


def lines(count: Any) -> str:
    return words.counted(int(count or 0), "line")


# ── the answer ───────────────────────────────────────────────────────────────────────────────


def answer(name: str, report: Report) -> Html:
    """What would become of the file, in one sentence."""
    verdict = badge(words.status(VERDICTS, report["status"]))
    if not report.get("dataset"):
        return Html(f"{verdict} <b>{safe(name)}</b>")
    dataset = report["dataset"].replace("_", " ")
    skipped = sum((report.get("skipped") or {}).values())
    rows = words.counted(int(report["rows"]), "row goes in", "rows go in")
    if report["status"] != "accepted":
        rows = "nothing goes in yet" if report["status"] == "waiting" else "nothing goes in"
    aside = int(report["rejected"])
    if not report["lines_read"]:
        return Html(f"{verdict} <b>{safe(name)}</b> as <b>{safe(dataset)}</b>: <b>{rows}</b>.")
    return Html(
        f"{verdict} <b>{safe(name)}</b> as <b>{safe(dataset)}</b>: <b>{rows}</b>,"
        f" <b>{lines(aside)}</b> {'is' if aside == 1 else 'are'} set aside,"
        f" {words.number(skipped)} skipped on purpose, of {lines(report['lines_read'])} read."
    )


def why(report: Report) -> Html:
    """Why the file as a whole would not go in, in the words of the command line."""
    reason = report.get("reason")
    if not reason:
        return Html("")
    reason = reason.replace(
        "name one with --mapping, such as native/sales_lines",
        "choose one above, or say in which folder the file would lie",
    )
    tone, sign = ("blue", "◔ Why.") if report["status"] == "waiting" else ("orange", "✕ Why.")
    return banner(tone, sign, safe(reason[:1].upper() + reason[1:] + "."))


def found_out(report: Report) -> Html:
    """By what it was read, and what was decided about it on the way."""
    told = [("Read by", report["mapping"])]
    told += [(words.label(what), text) for what, text in (report.get("findings") or {}).items()]
    if report.get("control_total_check", "absent") != "absent":
        told.append(("Control totals", report["control_total_check"]))
    return Html("<p class='soft'>" + " · ".join(f"{safe(k)}: {safe(v)}" for k, v in told) + "</p>")


# ── reasons ──────────────────────────────────────────────────────────────────────────────────


def show_reasons(report: Report) -> None:
    first = report.get("first_reasons") or []
    st.header("Lines set aside")
    if first:
        show(
            table(
                [
                    Column("line_no", "Line", "number"),
                    Column("column", "Column"),
                    Column("value", "Value, and what was expected", "wide", against),
                    Column("rule", "Rule"),
                ],
                first,
                heads=False,
                caption=f"The first {len(first)} of {lines(report['rejected'])}."
                if report["rejected"] > len(first)
                else "",
            )
        )
    elif report["rejected"]:
        show(f"<p>{lines(report['rejected'])} would be set aside.</p>")
    elif report["status"] == "refused":
        show("<p>The file is refused as a whole: no line of it was judged.</p>")
    else:
        show("<p>✓ Every line fits: none would be set aside.</p>")
    if skipped := report.get("skipped"):
        rows = [{"lines": count, "reason": reason} for reason, count in skipped.items()]
        show(
            table(
                [
                    Column("reason", "Skipped on purpose"),
                    Column("lines", "Lines", "number", lambda r: words.number(r["lines"])),
                ],
                rows,
            )
        )


def against(row: Row) -> Html:
    value = row.get("value")
    stands = f"<b>{safe(value)}</b>" if value else "no value"
    return Html(f'{stands}<br><span class="soft">expected: {safe(row["expected"])}</span>')


# ── columns ──────────────────────────────────────────────────────────────────────────────────


def in_the_file(row: Row) -> Html:
    parts = [safe(name) for name in row["headers"]]
    parts += [
        Html(f"{safe(name)} {badge(LACKING)}")
        for name in row["lacking"]
        if name not in row["headers"]
    ]
    if not parts:
        return Html('<span class="soft">no header</span>')
    return Html("<br>".join(parts))


def becomes(row: Row) -> Html:
    note = " · required" if row["required"] else ""
    return Html(f"{soft('→')} <b>{safe(row['column'])}</b><br>{soft(row['data_type'] + note)}")


def soft(text: str) -> Html:
    return Html(f'<span class="soft">{safe(text)}</span>')


def samples(row: Row) -> Html:
    if row["personal"] or any(one["typed"] == "•••" for one in row["samples"]):
        return badge(PERSONAL)
    if not row["samples"]:
        return soft("no value in the first rows" if row["any_row"] else "")
    return Html("".join(f"<div>{sample(one)}</div>" for one in row["samples"]))


def sample(one: Row) -> Html:
    typed: str = safe(one["typed"])
    if one["typed"] is None:
        typed = '<span class="soft">nothing</span>' if one["taken"] else "✕ set aside"
    if one["read"] is None:
        return Html(typed)
    return Html(f'{safe(one["read"])} <span class="soft">→</span> {typed}')


def show_columns(report: Report) -> None:
    st.header("Header, column, sample")
    rows = report.get("columns") or []
    if not rows:
        show("<p>The file could not be looked into.</p>")
        return
    any_row = any(one["samples"] for one in rows)
    rows = [one | {"any_row": any_row} for one in rows]
    show(
        table(
            [
                Column("headers", "In the file", say=in_the_file),
                Column("column", "Becomes", say=becomes),
                Column("samples", "As read → as stored", "wide", samples),
                Column("rule", "Rule", "wide", lambda r: soft(r["rule"])),
            ],
            rows,
            caption="Up to three different values of the first thousand rows."
            if any_row
            else "No row was read, so there are no values to show.",
            style="stack",
        )
    )
    left = [
        ("Headers that no rule reads", report.get("unused_headers")),
        ("Headers left out on purpose", report.get("ignored_headers")),
        ("Columns that get nothing", report.get("empty_columns")),
    ]
    show(facts([(what, ", ".join(names)) for what, names in left if names]))


# ── key figures ──────────────────────────────────────────────────────────────────────────────


def amount(value: Decimal | None, measure: str) -> str:
    if value is None:
        return words.NONE
    return words.number(value, 2) if measure in MONEY else words.figure(value, "number")


def difference(row: Row) -> str:
    if row["loaded"] is None:
        return words.NONE
    gap = row["new"] - row["loaded"]
    return ("+" if gap > 0 else "") + amount(gap, row["measure"])


def standing(row: Row) -> Html:
    if row["loaded"] is None:
        return badge(NEW)
    return badge(DIFFERS if row["new"] != row["loaded"] else SAME)


def figures_of(report: Report) -> list[Row]:
    """The figures scope by scope, exact."""
    return [
        one
        | {
            "new": Decimal(str(one["new"])),
            "loaded": None if one["loaded"] is None else Decimal(str(one["loaded"])),
        }
        for one in report.get("figures") or []
    ]


def totals(figures: list[Row], known: bool) -> list[Row]:
    """One row a measure, of the scopes that are loaded already or of those that are not."""
    here = [one for one in figures if (one["loaded"] is not None) is known]
    found: dict[str, Row] = {}
    for one in here:
        row = found.setdefault(
            one["measure"],
            {"measure": one["measure"], "new": Decimal(0), "loaded": Decimal(0) if known else None},
        )
        row["new"] += one["new"]
        if known:
            row["loaded"] += one["loaded"]
    return list(found.values())


def figure_name(row: Row) -> Html:
    scope = f"{safe(str(row['scope']).replace('|', ' '))}<br>" if "scope" in row else ""
    return Html(f"{scope}{safe(words.label(row['measure']))} {standing(row)}")


FIGURES = [
    Column("measure", "Figure", say=figure_name),
    Column("new", "This file", "number", lambda r: amount(r["new"], r["measure"])),
    Column("loaded", "Loaded now", "number", lambda r: amount(r["loaded"], r["measure"])),
    Column("change", "Difference", "number", difference),
]


def show_figures(report: Report) -> None:
    figures = figures_of(report)
    if not figures:
        return
    st.header("Key figures against what is loaded")
    scopes = {one["scope"] for one in figures}
    known = {one["scope"] for one in figures if one["loaded"] is not None}
    differing = [one for one in figures if one["loaded"] not in (None, one["new"])]
    kind = "store-day" if any("|" in str(scope) for scope in scopes) else "list or count"
    what = words.counted(len(scopes), kind, "lists or counts" if kind[0] == "l" else None)
    if not known:
        show(f"<p>+ It brings {what}, of which nothing is loaded yet.</p>")
    elif not differing:
        show(f"<p>= It brings {what}; {len(known)} loaded before, with the same figures.</p>")
    else:
        changed = len({one["scope"] for one in differing})
        show(
            f"<p>↻ It brings {what}; {len(known)} loaded before, of which <b>{changed}</b> would"
            " change.</p>"
        )
    for part, title in ((True, "Loaded before"), (False, "New")):
        rows = totals(figures, part)
        if rows:
            show(table(FIGURES, rows, caption=title if known else ""))
    if differing:
        differing.sort(key=lambda one: -abs(one["new"] - one["loaded"]))
        more = len(differing) - SCOPES_SHOWN
        show(
            table(
                FIGURES,
                differing[:SCOPES_SHOWN],
                caption=f"The largest changes first; {more} more." if more > 0 else "",
            )
        )


# ── the page ─────────────────────────────────────────────────────────────────────────────────


def show_report(name: str, report: Report, lead: bool) -> None:
    show(f'<p class="lead"{" data-lp=answer" if lead else ""}>{answer(name, report)}</p>')
    if reason := why(report):
        show(reason)
    if report.get("dataset"):
        show(found_out(report))


def show_details(report: Report) -> None:
    show_reasons(report)
    show_columns(report)
    show_figures(report)


def say_mapping(name: str) -> str:
    if name == BY_NAME:
        return "By the file's name, as a run would"
    return f"{name} → {by_name[name].dataset.replace('_', ' ')}"


st.title("Try a mapping")
back = link("Files", address("files", filters.params()))
show(
    f"<p>See what a run would make of one file before it lands: nothing is loaded. Back to {back}."
    "</p>"
)
try:
    by_name = {one.name: one for one in offered(str(home_folder()))}
except NoAnswerError as fault:
    by_name = {}
    show(banner("orange", "✕ The mappings cannot be listed.", safe(str(fault))))

if by_name:
    upload = st.file_uploader(
        f"A file, at most {mapping_preview.LARGEST_MB} MB",
        key="upload",
        max_upload_size=mapping_preview.LARGEST_MB,
    )
    with st.container(horizontal=True, gap="small", key="choices", vertical_alignment="bottom"):
        mapping = filters.choice("mapping", "Mapping", [BY_NAME, *by_name], say_mapping, width=380)
        folder = st.text_input(
            "Folder it would lie in",
            max_chars=120,
            placeholder="e.g. shopify/NYC",
            help="Below the landing folder. Some mappings take the store from it.",
            key="folder",
            width=220,
        )
        go = st.button("Try it", type="primary", disabled=upload is None)
    show(
        '<p class="soft">The file is kept in a private folder while it is read, at most'
        f" {mapping_preview.SECONDS} seconds, and deleted with the answer.</p>"
    )
    asked = (upload.file_id, mapping, folder) if upload is not None else None
    if go and upload is not None:
        st.session_state.pop("tried", None)
        chosen = None if mapping == BY_NAME else mapping
        kept: dict[str, Any] = {"asked": asked}
        with st.spinner("Reading the file …"):
            try:
                kept["reports"] = mapping_preview.tried(
                    upload.getvalue(), upload.name, folder or "", chosen
                )
            except NoAnswerError as fault:
                kept["fault"] = str(fault)
        st.session_state["tried"] = kept
    told = st.session_state.get("tried") or {}
    if upload is None or told.get("asked") != asked:
        told = {}
    if "fault" in told:
        show(banner("orange", "✕ No answer.", safe(told["fault"])))
    # First what did not go as wished; a file that has nothing for a dataset says so last.
    reports = sorted(
        told.get("reports") or [],
        key=lambda one: (one["status"] == "accepted", not one.get("rejected"), not one.get("rows")),
    )
    name = mapping_preview.landing_name(upload.name) if upload is not None else ""
    # The answer comes first, for every dataset the file becomes; then the rest of each.
    for place, report in enumerate(reports):
        show_report(name, report, place == 0)
    detailed = [report for report in reports if report.get("dataset")]
    if len(detailed) > 1:
        tabs = st.tabs([report["dataset"].replace("_", " ").capitalize() for report in detailed])
        for tab, report in zip(tabs, detailed, strict=True):
            with tab:
                show_details(report)
    elif detailed:
        show_details(detailed[0])
show('<span data-lp="drawn-try-mapping"></span>')
