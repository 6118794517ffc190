"""Sales and payments: the figures of a store-day are the sum of its lines, by every road."""

from __future__ import annotations

from expectations.checks import BuiltIn, Check
from expectations.promises.roads import roads_that_differ, staged_as_corrected

STORE_DAY = ("store_id", "business_date")
CATEGORY_PARTS = (
    "gross_sales",
    "discounts",
    "returns",
    "net_sales",
    "cost_of_sales",
    "units_sold",
    "units_returned",
)

MONEY = "decimal(18, 2)"
LINES = staged_as_corrected(
    "sales_lines",
    ("transaction_id", "line_number"),
    {
        "net_amount": MONEY,
        "tax_amount": MONEY,
        "quantity": "decimal(18, 3)",
        "is_voided_line": "boolean",
    },
)
TENDERS = staged_as_corrected(
    "tenders",
    ("transaction_id", "tender_number"),
    {"tender_amount": MONEY, "change_amount": MONEY},
)
CLOSINGS = staged_as_corrected(
    "till_closings",
    ("store_id", "register_id", "z_number", "tender_type"),
    {"declared_amount": MONEY},
)

PROMISES = [
    Check(
        rule="sales.lines_of_staging",
        subject="core.fct_sales_lines",
        words="Every current line of every store-day is among the sales lines, once, as corrected.",
        broken_by=roads_that_differ(
            """
            select store_id, business_date, count(*) as lines,
                sum(net_amount) as net_amount, sum(tax_amount) as tax_amount,
                sum(quantity) as quantity
            from core.fct_sales_lines group by store_id, business_date
            """,
            f"""
            select store_id, business_date, count(*) as lines,
                sum(net_amount) as net_amount, sum(tax_amount) as tax_amount,
                sum(quantity) as quantity
            from {LINES} group by store_id, business_date
            """,
            on=STORE_DAY,
            measures=("lines", "net_amount", "tax_amount", "quantity"),
        ),
    ),
    Check(
        rule="sales.net_sale_is_one",
        subject="core.fct_sales_lines",
        words="A net sale is a merchandise line, not voided, of a completed receipt; no other is.",
        broken_by="""
            select transaction_id, line_number, store_id, business_date, transaction_status,
                line_type, is_voided_line, is_net_sale, _file_id, _line_no
            from core.fct_sales_lines
            where is_net_sale is distinct from (
                transaction_status = 'completed'
                and line_type = 'merchandise'
                and not coalesce(is_voided_line, false)
            )
        """,
    ),
    Check(
        rule="sales.net_sales_of_the_day",
        subject="kpi.store_day_kpis",
        words="Net sales of a store-day are the sum of its net sale lines, to the cent.",
        broken_by=roads_that_differ(
            "select store_id, business_date, net_sales from kpi.store_day_kpis",
            f"""
            select store_id, business_date, sum(net_amount) as net_sales
            from {LINES}
            where transaction_status = 'completed' and line_type = 'merchandise'
                and not coalesce(is_voided_line, false)
            group by store_id, business_date
            """,
            on=STORE_DAY,
            measures=("net_sales",),
        ),
    ),
    Check(
        rule="sales.parts_of_net_sales",
        subject="kpi.store_day_kpis",
        words="Gross sales less discounts less returns are net sales, every store-day.",
        broken_by="""
            select store_id, business_date, gross_sales, discounts, returns, net_sales
            from kpi.store_day_kpis
            where gross_sales - discounts - returns is distinct from net_sales
        """,
    ),
    Check(
        rule="sales.units_of_the_day",
        subject="kpi.store_day_kpis",
        words="Units sold less units returned are the units on the day's net sale lines.",
        broken_by=roads_that_differ(
            """
            select store_id, business_date, units_sold - units_returned as units
            from kpi.store_day_kpis
            """,
            """
            select store_id, business_date, sum(quantity) as units
            from core.fct_sales_lines where is_net_sale group by store_id, business_date
            """,
            on=STORE_DAY,
            measures=("units",),
        ),
    ),
    Check(
        rule="sales.services_of_the_day",
        subject="kpi.store_day_kpis",
        words="Service sales of a store-day are the sum of its completed service lines.",
        broken_by=roads_that_differ(
            "select store_id, business_date, service_sales from kpi.store_day_kpis",
            """
            select store_id, business_date, sum(net_amount) as service_sales
            from core.fct_sales_lines
            where transaction_status = 'completed' and line_type = 'service'
                and not coalesce(is_voided_line, false)
            group by store_id, business_date
            """,
            on=STORE_DAY,
            measures=("service_sales",),
        ),
    ),
    Check(
        rule="sales.transactions_of_the_day",
        subject="kpi.store_day_kpis",
        words="Transactions of a store-day are its receipts with a piece of merchandise sold.",
        broken_by=roads_that_differ(
            "select store_id, business_date, transactions from kpi.store_day_kpis",
            """
            select store_id, business_date, count(distinct transaction_id) as transactions
            from core.fct_sales_lines
            where is_net_sale and not (quantity < 0 or (quantity = 0 and net_amount < 0))
            group by store_id, business_date
            """,
            on=STORE_DAY,
            measures=("transactions",),
        ),
    ),
    Check(
        rule="sales.categories_of_the_day",
        subject="kpi.store_day_category_kpis",
        words="The categories of a store-day add up to the store-day, in every measure.",
        broken_by=roads_that_differ(
            f"""
            select store_id, business_date,
                {", ".join(f"sum({part}) as {part}" for part in CATEGORY_PARTS)}
            from kpi.store_day_category_kpis group by store_id, business_date
            """,
            f"""
            select store_id, business_date, {", ".join(CATEGORY_PARTS)}
            from kpi.store_day_kpis
            """,
            on=STORE_DAY,
            measures=CATEGORY_PARTS,
        ),
    ),
    Check(
        rule="sales.visitors_of_the_day",
        subject="kpi.store_day_kpis",
        words="Visitors of a store-day are those its traffic export counted.",
        broken_by=roads_that_differ(
            "select store_id, business_date, visitors from kpi.store_day_kpis",
            """
            select store_id, business_date, sum(visitors) as visitors
            from staging.stg_store_traffic
            where (store_id, business_date) in (
                select store_id, business_date from kpi.store_day_kpis
            )
            group by store_id, business_date
            """,
            on=STORE_DAY,
            measures=("visitors",),
        ),
    ),
    Check(
        rule="sales.categories_of_the_lines",
        subject="kpi.store_day_category_kpis",
        words="Net sales and cost of a category are those of its lines.",
        broken_by=roads_that_differ(
            """
            select store_id, business_date, category, net_sales, cost_of_sales
            from kpi.store_day_category_kpis
            """,
            """
            select store_id, business_date, category,
                sum(net_amount) as net_sales, sum(cost_amount) as cost_of_sales
            from core.fct_sales_lines where is_net_sale
            group by store_id, business_date, category
            """,
            on=(*STORE_DAY, "category"),
            measures=("net_sales", "cost_of_sales"),
        ),
    ),
    Check(
        rule="sales.every_day_delivered",
        subject="kpi.store_day_kpis",
        words="Every store-day whose sales have come has its key figures, and no other has.",
        broken_by="""
            with delivered as (
                select distinct store_id, business_date from quality.file_scopes
                where dataset = 'sales_lines' and business_date is not null
            ),
            shown as (select store_id, business_date from kpi.store_day_kpis)
            select 'left out' as fault, * from (from delivered except from shown)
            union all
            select 'not delivered' as fault, * from (from shown except from delivered)
        """,
    ),
    Check(
        rule="sales.one_currency",
        subject="kpi.store_day_kpis",
        words="The net sale lines of a store-day are in the currency shown beside their sum.",
        severity="warn",
        broken_by="""
            select lines.store_id, lines.business_date, lines.currency,
                days.currency as shown_currency, count(*) as lines
            from core.fct_sales_lines as lines
            inner join kpi.store_day_kpis as days
                on days.store_id = lines.store_id and days.business_date = lines.business_date
            where lines.is_net_sale and lines.currency is distinct from days.currency
            group by lines.store_id, lines.business_date, lines.currency, days.currency
        """,
    ),
    Check(
        rule="sales.identified_within_transactions",
        subject="kpi.store_day_kpis",
        words="No store-day has more identified transactions than transactions.",
        broken_by="""
            select store_id, business_date, identified_transactions, transactions
            from kpi.store_day_kpis where identified_transactions > transactions
        """,
    ),
    Check(
        rule="sales.net_sales_is_there",
        subject="kpi.store_day_kpis",
        words="Every store-day has net sales, zero when nothing was sold.",
        broken_by="""
            select store_id, business_date from kpi.store_day_kpis where net_sales is null
        """,
        built_in=BuiltIn("ExpectColumnValuesToNotBeNull", {"column": "net_sales"}),
    ),
    Check(
        rule="sales.days_have_come",
        subject="kpi.store_day_kpis",
        words="No store-day has sales after the run's own day.",
        broken_by="""
            select store_id, business_date, net_sales from kpi.store_day_kpis
            where net_sales <> 0
                and business_date > (
                    select max(cast(run_at as date)) + interval 1 day from staging.stg_clock
                )
        """,
        severity="warn",
    ),
    Check(
        rule="tenders.rows_of_staging",
        subject="core.fct_tenders",
        words="Every current tender of every store-day is among the tenders, once, as corrected.",
        broken_by=roads_that_differ(
            """
            select store_id, business_date, count(*) as tenders,
                sum(tender_amount - coalesce(change_amount, 0)) as amount
            from core.fct_tenders group by store_id, business_date
            """,
            f"""
            select store_id, business_date, count(*) as tenders,
                sum(tender_amount - coalesce(change_amount, 0)) as amount
            from {TENDERS} group by store_id, business_date
            """,
            on=STORE_DAY,
            measures=("tenders", "amount"),
        ),
    ),
    Check(
        rule="tenders.total_of_the_day",
        subject="finance.store_days",
        words="Tenders of a store-day are what was received less what was given back as change.",
        broken_by=roads_that_differ(
            "select store_id, business_date, tender_total from finance.store_days",
            """
            select store_id, business_date,
                sum(tender_amount - coalesce(change_amount, 0)) as tender_total
            from core.fct_tenders where is_completed group by store_id, business_date
            """,
            on=STORE_DAY,
            measures=("tender_total",),
        ),
    ),
    Check(
        rule="closings.rows_of_staging",
        subject="core.fct_till_closings",
        words="Every current till closing is among the closings, once, as corrected.",
        broken_by=roads_that_differ(
            """
            select store_id, business_date, count(*) as closings, sum(declared_amount) as amount
            from core.fct_till_closings group by store_id, business_date
            """,
            f"""
            select store_id, business_date, count(*) as closings, sum(declared_amount) as amount
            from {CLOSINGS} group by store_id, business_date
            """,
            on=STORE_DAY,
            measures=("closings", "amount"),
        ),
    ),
    Check(
        rule="sales.one_net_sales",
        subject="finance.store_days",
        words="Finance and the key figures show the same net sales and transactions of a day.",
        broken_by=roads_that_differ(
            "select store_id, business_date, net_sales, transactions from finance.store_days",
            "select store_id, business_date, net_sales, transactions from kpi.store_day_kpis",
            on=STORE_DAY,
            measures=("net_sales", "transactions"),
        ),
    ),
]
