"""Tenders: what receipts say was paid, what tills declared, what card and bank paid out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from dashboards import words
from dashboards.parts import correct, download, filters, links
from dashboards.parts.frame import chosen
from dashboards.parts.html import Column, Html, Tile, badge, link, safe, show, table, tiles
from dashboards.questions import corrections, tenders
from dashboards.questions.tenders import OddList, ThreeWay
from dashboards.warehouse import Row
from dashboards.workbook import Sheet

LISTED = 200
SIDES = {
    "computed_amount": "Receipts",
    "declared_amount": "Declared",
    "settled_amount": "Settled by card",
    "deposited_amount": "In bags",
}
DIFFERENCES = {
    "declared_difference": "Declared − receipts",
    "settled_difference": "Settled − receipts",
    "deposited_difference": "In bags − banked",
}
CASH = {
    "opening_float": "Float",
    "cash_tendered": "+ tendered",
    "change_given": "− change",
    "paid_in": "+ paid in",
    "paid_out": "− paid out",
    "banked_amount": "− banked",
    "expected_cash": "= expected",
    "left_amount": "Counted − banked",
    "rounding_amount": "Rounding",
    "over_short": "Over or short",
}
# Each is left out of the table where no drawer of the day has any.
SELDOM = ("paid_in", "paid_out", "rounding_amount")

here = chosen()
run, on = here.run, here.on


def money(row: Row, name: str) -> str:
    return words.NONE if row.get(name) is None else words.number(row[name], 2)


def kind(row: Row) -> str:
    return row["tender_type"].replace("_", " ")


def not_yet(what: str, table_name: str) -> Html:
    return Html(
        f"<p>This run does not publish {what} yet ({table_name}): the next <code>loupe run</code>"
        " of a newer Loupe does.</p>"
    )


def receipts_of(row: Row, **more: Any) -> str:
    """The receipts paid by the tender of a row, of its store and day."""
    return links.receipts(
        here,
        **{"date": on.isoformat(), "stores": row["store_id"], "tender": row["tender_type"]} | more,
    )


def difference(row: Row, name: str, href: str) -> Html:
    """Nothing, agreement, or how much and in which direction, in sign and word."""
    value = row.get(name)
    if value is None:
        settles = name == "settled_difference" and None not in (
            row.get("settled_amount"),
            row.get("computed_amount"),
        )
        return badge(words.SETTLEMENT["waiting"]) if settles else Html(words.NONE)
    if not (name in row["off"] if "off" in row else tenders.is_off(row, name)):
        return badge(words.AGREES)
    if not value:
        return badge(words.MORE_AND_LESS, href=href)
    word = words.MORE if value > 0 else words.LESS
    return badge(word, words.number(value, 2), href)


def opening_receipts(row: Row, name: str) -> Html:
    """A difference that opens the receipts of that tender."""
    return difference(row, name, receipts_of(row))


def answer(found: ThreeWay | None, unsettled: list[Row], waiting: list[Row]) -> Html:
    when = words.day(on)
    if found is None:
        return Html(f"The payments of {when} cannot be held against the tills in this run.")
    if not found.rows:
        return Html(f"No payment and no till closing is known for {when}.")
    stores = len({row["store_id"] for row in found.rows})
    off = found.off
    told = []
    if not off and not unsettled and waiting:
        owed = words.counted(len(waiting), "card payment or bag", "card payments or bags")
        told.append(
            f"<b>Nothing differs so far on {when}:</b> receipts and tills of"
            f" {words.counted(stores, 'store')} agree. {owed} still"
            f" {'waits' if len(waiting) == 1 else 'wait'} for the card processor or the bank;"
            " none is late."
        )
    elif not off and not unsettled:
        told.append(
            f"<b>Everything agrees on {when}:</b> receipts, tills, card and bank of"
            f" {words.counted(stores, 'store')} differ nowhere."
        )
    elif off:
        named = sorted({f"{r['store_name']} ({kind(r)})" for r in off})
        told.append(
            f"<b>{words.counted(len(off), 'tender')}"
            f" {'differs' if len(off) == 1 else 'differ'} on {when}:</b>"
            f" {safe(words.listing(named, 6))}."
        )
    if unsettled:
        named = sorted({str(row["store_name"]) for row in unsettled})
        told.append(
            f"<b>Not settled or credited as it should be:</b> {safe(words.listing(named, 6))}."
        )
    if found.short:
        drawers = [
            f"{r['store_name']} register {r['register_id']} {money(r, 'over_short')}"
            for r in found.short
        ]
        told.append(f"Cash over or short: {safe(words.listing(drawers, 6))}.")
    if found.floats:
        drawers = [f"{r['store_name']} register {r['register_id']}" for r in found.floats]
        told.append(f"Another float than was left: {safe(words.listing(drawers, 6))}.")
    return Html(" ".join(told))


def three_way_table(found: ThreeWay) -> Html:
    def explain(name: str) -> Callable[[Row], str | None]:
        return lambda r: (
            links.explain(
                here,
                tenders.BALANCES,
                name,
                store_id=r["store_id"],
                business_date=on.isoformat(),
                tender_type=r["tender_type"],
            )
            if r[name] is not None
            else None
        )

    columns = [
        Column("store_name", "Store"),
        Column("tender_type", "Paid by", say=kind, href=receipts_of),
        *(
            Column(name, label, "number", partial(money, name=name), explain(name))
            for name, label in SIDES.items()
        ),
        *(
            Column(name, label, say=partial(opening_receipts, name=name))
            for name, label in DIFFERENCES.items()
        ),
        Column("currency", "Currency"),
    ]
    return table(
        columns,
        found.rows,
        total=said_totals(found),
        caption="A difference, or a means of payment, opens its receipts.",
    )


def totals(found: ThreeWay) -> dict[str, Any] | None:
    if len({row["currency"] for row in found.rows}) != 1:
        return None
    return {name: found.total(name) for name in (*SIDES, *DIFFERENCES)}


def said_totals(found: ThreeWay) -> dict[str, Any] | None:
    sums = totals(found)
    if sums is None:
        return None
    return {"store_name": "Total"} | {n: words.number(v, 2) for n, v in sums.items()}


def agreement(found: ThreeWay) -> Html:
    """Whether the total of the table is the total of the receipts' own payments."""
    parts = []
    for currency, total in sorted(found.receipts_total.items()):
        listed = found.total("computed_amount", currency)
        list_link = link(
            f"{currency} {words.number(total, 2)}",
            links.receipts(here, date=on.isoformat()),
        )
        if listed == total:
            parts.append(
                f"Receipts add up to {list_link} in payments less change: the total above."
            )
        elif sum(found.receipts_total.values()) == found.total("computed_amount"):
            parts.append(
                f"Receipts add up to {list_link} in payments less change, the table to"
                f" {words.number(listed, 2)}: it takes each store's payments for its own currency."
                " Check F20 of <i>Close the day</i> names those that are not."
            )
        else:
            parts.append(
                f"<b>Receipts add up to {list_link} in payments less change, the table to"
                f" {words.number(listed, 2)}</b>: please tell whoever looks after the warehouse."
            )
    return Html("".join(f"<p>{part}</p>" for part in parts))


def cash_table(found: ThreeWay) -> Html:
    rows = found.drawers
    if not rows:
        return Html("<p>No till closed with cash on this day.</p>")
    shown = {n: v for n, v in CASH.items() if n not in SELDOM or any(row[n] for row in rows)}

    def explain(row: Row, name: str) -> str | None:
        if row[name] is None or name == "left_amount":
            return None
        keys = ("store_id", "register_id", "z_number", "tender_type")
        return links.explain(
            here,
            tenders.BALANCES,
            name,
            business_date=on.isoformat(),
            **{key: row[key] for key in keys},
        )

    def opens(row: Row) -> str:
        return receipts_of(row, register=row["register_id"], z=row["z_number"])

    columns = [
        Column("store_name", "Store"),
        Column("register_id", "Register"),
        Column("z_number", "Closing"),
        *(
            Column(n, label, "number", partial(money, name=n), partial(explain, name=n))
            for n, label in shown.items()
            if n != "over_short"
        ),
        Column(
            "over_short", CASH["over_short"], say=lambda r: difference(r, "over_short", opens(r))
        ),
        Column(
            "float_difference",
            "Float − left before",
            say=lambda r: difference(
                r, "float_difference", explain(r, "float_difference") or opens(r)
            ),
        ),
    ]
    return table(
        columns,
        rows,
        caption="Expected is what should be left in the drawer once the bank's part is out."
        " The float should be what the closing before left there.",
    )


def lag(row: Row) -> str:
    age = row["unmatched_age_business_days"]
    return words.NONE if age is None else words.counted(age, "business day")


def status_line(table_name: str, statuses: dict[str, words.Status]) -> Html:
    told = [
        f"{badge(words.status(statuses, row['status']))} {words.number(row['n'])}"
        for row in tenders.counts(run, table_name, on, here.stores)
    ]
    if not told:
        return Html("<p>Nothing up to this day.</p>")
    return Html(f'<div class="legend">{"".join(f"<span>{one}</span>" for one in told)}</div>')


def cards_table(rows: list[Row]) -> Html:
    columns = [
        Column(
            "status",
            "Settlement",
            say=lambda r: badge(
                words.status(words.SETTLEMENT, r["status"]),
                href=links.explain(here, tenders.CARDS, reconciliation_id=r["reconciliation_id"]),
            ),
        ),
        Column("unmatched_age_business_days", "Unmatched for", say=lag),
        Column("store_name", "Store"),
        Column("business_date", "Day", say=lambda r: words.day(r["business_date"])),
        Column("transaction_id", "Receipt", say=lambda r: links.receipt(here, r["transaction_id"])),
        Column("settlement_id", "Settlement id"),
        Column("tender_amount", "Paid", "number", partial(money, name="tender_amount")),
        Column("gross_amount", "Settled", "number", partial(money, name="gross_amount")),
        Column("difference", "Difference", "number", partial(money, name="difference")),
        Column("fee_amount", "Fee", "number", partial(money, name="fee_amount")),
    ]
    return table(columns, rows[:LISTED], tall=True, caption=listed(rows))


def deposits_table(rows: list[Row]) -> Html:
    columns = [
        Column(
            "status",
            "Bag",
            say=lambda r: badge(
                words.status(words.DEPOSIT, r["status"]),
                href=links.explain(
                    here, tenders.DEPOSITS, reconciliation_id=r["reconciliation_id"]
                ),
            ),
        ),
        Column("unmatched_age_business_days", "Not credited for", say=lag),
        Column("store_name", "Store"),
        Column("business_date", "Day", say=lambda r: words.day(r["business_date"])),
        Column("deposit_id", "Deposit"),
        Column("banked_amount", "Banked by tills", "number", partial(money, name="banked_amount")),
        Column("deposited_amount", "In the bag", "number", partial(money, name="deposited_amount")),
        Column("credited_amount", "Credited", "number", partial(money, name="credited_amount")),
        Column("bag_difference", "Bag − banked", "number", partial(money, name="bag_difference")),
        Column(
            "credit_difference",
            "Credited − bag",
            "number",
            partial(money, name="credit_difference"),
        ),
    ]
    return table(columns, rows[:LISTED], tall=True, caption=listed(rows))


def urgent(rows: list[Row]) -> list[Row]:
    """What somebody has to look at: what only waits for its time is counted, and downloaded."""
    return [row for row in rows if row["status"] != "waiting"]


def listed(rows: list[Row]) -> str:
    if len(rows) <= LISTED:
        return words.counted(len(rows), "row")
    return f"The first {LISTED} of {words.number(len(rows))} rows; the download holds all."


def odd_table(found: OddList) -> Html:
    columns = [
        Column("transaction_id", "Receipt", say=lambda r: links.receipt(here, r["transaction_id"])),
        Column("store_name", "Store"),
        Column("business_date", "Day", say=lambda r: words.day(r["business_date"])),
        Column("register_id", "Register"),
        Column(
            "amount",
            "Amount",
            "number",
            partial(money, name="amount"),
            lambda r: links.explain(here, tenders.ODDITIES, "amount", oddity_id=r["oddity_id"]),
        ),
        Column("currency", "Currency"),
        links.source(here),
    ]
    return table(columns, found.rows[:LISTED], tall=True, caption=listed(found.rows))


def show_odd(found: list[OddList]) -> None:
    show(
        tiles(
            Tile(one.name, words.number(len(one.rows)), f"#{one.kind}" if one.rows else None)
            for one in found
        )
    )
    for one in found:
        if one.rows:
            st.subheader(f"{one.name}: {words.number(len(one.rows))}", anchor=one.kind)
            show(f'<p class="soft">{safe(one.what)}</p>', odd_table(one))


def sheets(found: ThreeWay | None, odd: list[OddList] | None) -> list[Sheet]:
    made = []
    if found is not None:
        names = {"store_id": "Store id", "store_name": "Store", "tender_type": "Paid by"}
        both = {**names, **SIDES, **DIFFERENCES, "currency": "Currency"}
        made.append(Sheet("By tender", both, found.rows, totals(found)))
        closing = {
            **names,
            "register_id": "Register",
            "z_number": "Closing",
            "business_date": "Business date",
            **SIDES,
            **DIFFERENCES,
            **CASH,
            "float_difference": "Float less what was left before",
            "currency": "Currency",
        }
        made.append(Sheet("Closings", closing, found.closings))
    for name, rows in (("Cards", open_cards), ("Deposits", open_deposits)):
        if rows:
            columns = {n: words.label(n) for n in rows[0] if not n.startswith("_")}
            made.append(Sheet(name, columns, rows))
    columns = {
        "store_id": "Store id",
        "business_date": "Business date",
        "transaction_id": "Transaction id",
        "register_id": "Register",
        "amount": "Amount",
        "currency": "Currency",
        "file_name": "File",
        "_line_no": "Line",
    }
    made += [Sheet(one.name[:31], columns, one.rows) for one in odd or []]
    return made


st.title("Tenders")
found = tenders.three_way(run, on, here.stores)
open_cards = tenders.cards(run, on, here.stores)
open_deposits = tenders.deposits(run, on, here.stores)
of_the_day = [
    row for row in (*(open_cards or []), *(open_deposits or [])) if row["business_date"] == on
]
unsettled = urgent(of_the_day)
waiting = [row for row in of_the_day if row["status"] == "waiting"]
show(f'<p class="lead" data-lp="answer">{answer(found, unsettled, waiting)}</p>')

st.header("Receipts, tills, card and bank", anchor="three-way")
if found is None:
    show(not_yet("the balance of tenders", tenders.BALANCES))
elif found.rows:
    show(three_way_table(found), agreement(found))
    st.header("Cash in the drawer", anchor="cash")
    show(cash_table(found))

st.header("Card payments not settled as paid", anchor="cards")
if open_cards is None:
    show(not_yet("card settlements", tenders.CARDS))
else:
    show(status_line(tenders.CARDS, words.SETTLEMENT))
    needed = urgent(open_cards)
    show(cards_table(needed) if needed else "<p>Nothing is overdue, and nothing differs.</p>")

st.header("Deposits not credited in full", anchor="deposits")
if open_deposits is None:
    show(not_yet("deposits", tenders.DEPOSITS))
else:
    show(status_line(tenders.DEPOSITS, words.DEPOSIT))
    needed = urgent(open_deposits)
    show(deposits_table(needed) if needed else "<p>Nothing is overdue, and nothing differs.</p>")

st.header("Payments and refunds that should not be", anchor="odd")
window = filters.choice(
    "days",
    "When",
    list(tenders.WINDOWS),
    tenders.WINDOWS.__getitem__,
    "30",
    width=180,
)
odd = tenders.odd_lists(run, on, window, here.stores)
if odd is None:
    show(not_yet("these lists", tenders.ODDITIES))
else:
    show_odd(odd)
correct.show_corrections(here, corrections.closings(run, on, here.stores), on)
download.excel(
    "tenders",
    f"Tenders: {words.day(on)}",
    here,
    lambda: sheets(found, odd),
    [("Payments and refunds that should not be", tenders.WINDOWS[window])],
)
show('<span data-lp="drawn-tenders"></span>')
