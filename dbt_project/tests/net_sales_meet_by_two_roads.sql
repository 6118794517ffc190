-- The figure of a store-day goes from lines to categories to days; here the lines are added up
-- directly. The roads part when a day was touched and one of the models on the way did not hear of
-- it. It does not say that the definition of net sales is right: the unit tests do.
with lines as (

    select
        store_id,
        business_date,
        sum(net_amount) as net_sales
    from {{ ref('fct_sales_lines') }}
    where is_net_sale
    group by store_id, business_date

),

days as (

    select * from {{ ref('store_day_kpis') }}

)

select
    coalesce(lines.store_id, days.store_id) as store_id,
    coalesce(lines.business_date, days.business_date) as business_date,
    lines.net_sales as net_sales_of_lines,
    days.net_sales as net_sales_of_days
from lines
full outer join days
    on lines.store_id = days.store_id
    and lines.business_date = days.business_date
where coalesce(lines.net_sales, 0) <> coalesce(days.net_sales, 0)
    or days.net_sales <> days.gross_sales - days.discounts - days.returns
