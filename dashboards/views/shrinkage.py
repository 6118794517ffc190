"""Shrinkage: what stock is short of the book, what of it is explained, known or unknown."""

from __future__ import annotations

import streamlit as st

from dashboards import stock_words, words
from dashboards.parts import chart, download, filters, links
from dashboards.parts import shrinkage as drawn
from dashboards.parts.frame import chosen
from dashboards.parts.html import Column, Html, Tile, safe, show, table, tiles
from dashboards.parts.shrinkage import money, percent
from dashboards.questions import shrinkage
from dashboards.questions.shrinkage import Period, Shrinkage
from dashboards.warehouse import Row

here = chosen()
run = here.run
TONES = {kind.word: kind.tone for kind in stock_words.KIND.values()}


def period_words(period: Period) -> str:
    return (
        f"{period.year}, period {period.number}"
        f" ({period.first['period_start']:%-d %b} – {period.first['period_end']:%-d %b %Y})"
    )


def own_period(every: list[Period]) -> Period:
    """The period of the day the page is about; the newest before it, else the oldest there is."""
    begun = (period for period in every if period.first["period_start"] <= here.on)
    return next(begun, every[-1])


def explain(period: Period, measure: str, store_id: str | None = None) -> str:
    return links.explain(
        here,
        shrinkage.SHRINKAGE,
        measure,
        store_id=store_id or ",".join(here.stores) or None,
        retail_year=period.year,
        retail_period=period.number,
    )


def answer(found: Shrinkage, basis: str, when: str) -> Html:
    total = found.total
    if total[f"gross_{basis}"] is None:
        return Html("No store of these has reported stock in that period.")
    lost, unknown = total[f"shrink_{basis}"], total[f"unknown_{basis}"]
    gross, explained = total[f"gross_{basis}"], total[f"explained_{basis}"]
    of_sales = percent(shrinkage.share(total, "trailing_shrink_retail", "trailing_net_sales"))
    return Html(
        f"<b>{safe(found.currency)} {money(lost)} lost {shrinkage.BASES[basis]}</b>, of it"
        f" <b>{money(unknown)} unknown</b>, {safe(when)}, {safe(here.store_names())}. Counts and"
        f" write-offs differ by {money(gross)}; {money(explained)} of that is explained and no"
        f" loss. Over the trailing 52 weeks the loss at list price is {of_sales} of net sales."
    )


def key_tiles(found: Shrinkage, basis: str, period: Period, whole: bool) -> Html:
    """Known, explained, unknown; then the two shares, each with its trailing year."""
    total = found.total
    made = []
    for name in ("explained", "known", "unknown"):
        kind = stock_words.KIND[name]
        made.append(
            Tile(
                f"{kind.sign} {words.label(kind.word)}, {shrinkage.BASES[basis]}",
                f"{found.currency} {money(total[f'{name}_{basis}'])}",
                None if whole else explain(period, f"{name}_cost"),
                note=kind.meaning,
            )
        )
    for title, above, below in (
        ("Loss at list price, of sales", "shrink_retail", "net_sales"),
        ("Loss at cost, of stock at cost", "shrink_cost", "average_stock_cost"),
    ):
        trailing = percent(shrinkage.share(total, f"trailing_{above}", f"trailing_{below}"))
        now = percent(shrinkage.share(total, above, below))
        if whole:
            made.append(Tile(title, trailing, note="Trailing 52 weeks."))
        else:
            made.append(Tile(title, now, against=[(trailing, "trailing 52 weeks")]))
    return tiles(made)


def amount_column(measure: str, title: str, period: Period | None) -> Column:
    """An amount; in one period it leads to what it is made of."""

    def href(row: Row) -> str | None:
        return explain(period, measure, row["store_id"]) if period else None

    return Column(measure, title, "number", lambda r: money(r[measure]), href)


def share_column(title: str, above: str, below: str) -> Column:
    def said(row: Row) -> str:
        return percent(shrinkage.share(row, above, below))

    return Column(title, title, "number", said, help="Of sales: at list price; of stock: at cost.")


def stores_table(found: Shrinkage, basis: str, period: Period, whole: bool) -> Html:
    names = {"gross": "Book less counted", "explained": "Explained", "known": "Known loss"}
    names |= {"unknown": "Unknown", "shrink": "Loss"}
    columns = [Column("store_name", "Store")]
    for name, title in names.items():
        columns.append(amount_column(f"{name}_{basis}", title, None if whole else period))
    shares = {
        "Of sales": ("shrink_retail", "net_sales"),
        "Of stock": ("shrink_cost", "average_stock_cost"),
        "Of sales, 52 weeks": ("trailing_shrink_retail", "trailing_net_sales"),
        "Of stock, 52 weeks": ("trailing_shrink_cost", "trailing_average_stock_cost"),
    }
    if whole:
        shares = {title: of for title, of in shares.items() if "52" in title}
    columns += [share_column(title, above, below) for title, (above, below) in shares.items()]
    sums = {c.name: c.say(found.total) for c in columns[1:] if c.say}
    return table(columns, found.stores, total={"store_name": "Total", **sums})


def show_page(every: list[Period]) -> None:
    head = st.container()
    own = own_period(every)
    keys = {period.key: period for period in every}
    money_of = shrinkage.currencies(run, here.stores) or ["–"]
    with st.container(horizontal=True, gap="small", key="choices", vertical_alignment="bottom"):
        key = filters.choice(
            "period",
            "Retail period",
            list(keys),
            lambda k: period_words(keys[k]),
            own.key,
            width=300,
        )
        basis = filters.choice(
            "basis", "Amounts", list(shrinkage.BASES), shrinkage.BASES.__getitem__, width=150
        )
        span = filters.choice(
            "span", "Waterfall of", list(shrinkage.SPANS), shrinkage.SPANS.__getitem__, width=200
        )
        currency = money_of[0]
        if len(money_of) > 1:
            currency = filters.choice("currency", "Currency", money_of, str, width=110)
    period, whole = keys[key], span == "year"
    found = shrinkage.shrinkage(run, period, currency, span, here.stores)
    when = f"{'the twelve periods to ' if whole else ''}{period_words(period)}"
    with head:
        show(f'<p class="lead" data-lp="answer">{answer(found, basis, when)}</p>')
    if found.total[f"gross_{basis}"] is not None:
        show_found(found, basis, period, whole)
    download.excel(
        "shrinkage",
        f"Shrinkage: {period_words(period)}",
        here,
        lambda: drawn.sheets(found),
        [("Retail period", when), ("Currency", currency)],
    )


def show_found(found: Shrinkage, basis: str, period: Period, whole: bool) -> None:
    show(key_tiles(found, basis, period, whole))
    name = f"{found.currency} {shrinkage.BASES[basis]}"
    st.header("From the gross difference to unknown loss", anchor="waterfall")
    hung = drawn.bars(found, basis)
    told = "; ".join(f"{bar['step']} {bar['said']}" for bar in hung)
    chart.waterfall(hung, TONES, name, f"Waterfall in {name}: {told}.")
    show(drawn.steps_table(found))
    st.header("Stores", anchor="stores")
    show(stores_table(found, basis, period, whole))
    st.header("By retail period", anchor="trend")
    rows = drawn.trend_rows(found, basis)
    tones = {word: tone for word, tone in TONES.items() if word != "gross"}
    chart.stacked(rows, tones, name, f"Explained, known and unknown by period in {name}.")
    show(drawn.trend_table(found, basis))


st.title("Shrinkage")
reported = shrinkage.periods(run)
if reported:
    show_page(reported)
else:
    lacks = "No count has been compared with the book yet."
    if not run.has(shrinkage.SHRINKAGE):
        lacks = "This run does not publish shrinkage yet: the next <code>loupe run</code> does."
    show(f'<p class="lead" data-lp="answer">{lacks}</p>')
show('<span data-lp="drawn-shrinkage"></span>')
