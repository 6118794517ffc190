"""Small native exports, as a till would write them."""

STORES = """store_id,store_name,store_format,country,time_zone,currency
NYC,Fifth Avenue,boutique,US,America/New_York,USD
LAX,Rodeo Drive,boutique,US,America/Los_Angeles,USD
"""
SALES_HEADER = (
    "transaction_id,line_number,store_id,register_id,business_date,sold_at,transaction_status,"
    "line_type,quantity,net_amount,tax_amount,currency,sale_channel"
)


def sale(
    transaction: str = "T1",
    line: object = 1,
    store: str = "NYC",
    day: str = "2024-01-01",
    net: str = "100.00",
    sold_at: str = "2024-01-01T15:00:00Z",
    quantity: str = "1",
) -> str:
    return (
        f"{transaction},{line},{store},R1,{day},{sold_at},completed,merchandise,{quantity},{net},"
        "8.88,USD,in_store"
    )


def sales(*lines: str) -> str:
    return "\n".join([SALES_HEADER, *lines]) + "\n"
