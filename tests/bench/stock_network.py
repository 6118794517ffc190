"""A network's stock for the bench, written by DuckDB straight into the lake.

One world of pieces, the same whatever part of it is written: every place in a boutique is taken by
one piece after another, and what happens to a piece hangs on the hash of its number. `Network` says
how large it is; a history may begin on any day of it, on a snapshot of what was there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import duckdb

from pipelines.build.views import BATCH_FORMAT
from pipelines.settings import Home
from tests.bench.lake import write_table

LAST_DAY = date(2026, 10, 31)
ZONES = 12


@dataclass(frozen=True)
class Days:
    """The business dates of one batch."""

    since: date
    until: date

    @property
    def words(self) -> dict[str, str]:
        return {"since": f"date '{self.since}'", "until": f"date '{self.until}'"}


@dataclass(frozen=True)
class Network:
    """Boutiques, serialised pieces in each, and the days up to the last that are written."""

    stores: int
    pieces: int
    days: int
    daily: int = 0
    """The last days, which have a snapshot each and are delivered one by one."""

    @property
    def first_day(self) -> date:
        return LAST_DAY - timedelta(days=self.days - 1)

    def begin(self) -> duckdb.DuckDBPyConnection:
        """The world as tables in memory. The caller closes the connection."""
        con = duckdb.connect()
        con.execute("set timezone = 'UTC'")
        for statement in _WORLD.format(**self._words()).split(";"):
            con.execute(statement)
        return con

    def write(self, con: duckdb.DuckDBPyConnection, home: Home, since: date, until: date) -> int:
        """One batch of everything these days delivered. Returns the rows of all files."""
        days = Days(since, until)
        known_from = datetime.combine(until, datetime.min.time()) + timedelta(days=1, hours=5)
        folder = home.batches / known_from.strftime(BATCH_FORMAT)
        folder.mkdir(parents=True)
        con.execute(
            "create or replace temp table scopes (dataset varchar, file_id varchar, scope varchar,"
            " store_id varchar, business_date date, row_count bigint)"
        )
        for dataset, (scope, query) in DATASETS.items():
            if dataset in {"stores", "items"} and since != self.first_day:
                continue
            con.execute(f"create or replace temp table delivered as {query.format(**days.words)}")
            _add_scopes(con, dataset, scope, days)
            file_id, scope_text = FILED[scope]
            write_table(
                con,
                home,
                folder,
                dataset,
                f"select *, row_number() over (partition by _file_id) + 1 as _line_no from ("
                f" select *, '{dataset}|' || {file_id} || '|{until}' as _file_id,"
                f" '{folder.name}' as _batch_id, {scope_text} as _scope from delivered)",
            )
        known = (
            f"'{folder.name}' as _batch_id, md5(file_id) as delivery_id, 1 as sequence_no,"
            f" timestamp '{known_from}' as known_from, timestamp '{known_from}' as received_at"
        )
        write_table(
            con, home, folder, "file_scopes", f"select *, 0 as rejected_count, {known} from scopes"
        )
        write_table(
            con,
            home,
            folder,
            "files",
            f"""
            select dataset, file_id, file_id || '.csv' as file_name, 'native' as source_system,
                'native' as mapping, row_count as lines_read, row_count as rows_loaded,
                0 as rows_rejected, 0 as rows_skipped, 'accepted' as status,
                'absent' as control_total_check, 1 as file_bytes, {known}
            from scopes
            """,
        )
        [(rows,)] = con.execute("select sum(row_count) from scopes").fetchall()
        return int(rows)

    def _words(self) -> dict[str, object]:
        return {
            "stores": self.stores,
            "pieces": self.pieces,
            "first": f"date '{self.first_day}'",
            "last": f"date '{LAST_DAY}'",
            "daily": self.daily,
            "zones": ZONES,
        }


# A place is taken by pieces of some 180 to 360 days each: 1.4 turns a year. Some are transferred to
# the next boutique half way, lent or repaired there and back, or lost and written off later.
_WORLD = """
create table shops as
    select range as store_no, printf('B%03d', range) as store_id from range({stores});
create table assortment as
    select
        range as item_no, printf('I%04d', range) as item_id,
        ['Bags', 'Watches', 'Jewellery', 'Shoes'][1 + range % 4] as category,
        cast(400 + hash(range) % 9000 as decimal(18, 4)) as unit_cost
    from range(4000);
create table calendar as
    select cast(unnest(generate_series({first}, {last}, interval 1 day)) as date) as day;
create table lives as
    with places as (
        select store_no, range as place_no, hash(store_no, range) as chance
        from shops, range({pieces})
    ), laid as (
        select
            *, cast(180 + chance % 180 as integer) as length,
            cast((chance // 1000) % 360 as integer) as shift
        from places
    ), told as (
        select
            store_no, place_no, length,
            date '2022-01-01' + cast(shift + n * length as integer) as from_day,
            date '2022-01-01' + cast(shift + (n + 1) * length - 1 as integer) as until_day,
            printf('P%03d%05d%02d', store_no, place_no, n) as serial_number,
            hash(store_no, place_no, n) as chance
        from laid, range(11) as lifetimes (n)
    )
    select
        store_no, serial_number, from_day, until_day, chance,
        from_day + length // 2 as half_day,
        'zone ' || place_no % {zones} as zone,
        chance // 7 % 4000 as item_no,
        case
            when chance % 100 < 12 then 'moved' when chance % 100 < 16 then 'lent'
            when chance % 100 < 19 then 'repaired' when chance % 1000 < 195 then 'lost' else 'kept'
        end as fate,
        store_no as first_store, (store_no + case when chance % 100 < 12 then 1 else 0 end)
            % {stores} as last_store
    from told where until_day >= {first} and from_day <= {last};
create table pieces as
    select
        lives.*, items.item_id, items.unit_cost, least(half_day + 10, until_day - 1) as back_day,
        least(half_day + 40, until_day) as missed_day
    from lives join assortment as items on lives.item_no = items.item_no;
create table stays as
    select *, first_store as at_store, from_day as came, half_day as went, 'available' as status,
        true as is_there
    from pieces where fate <> 'kept'
    union all
    select *, last_store, half_day + 2, until_day, 'available', true from pieces
    where fate = 'moved'
    union all
    select *, first_store, half_day, back_day,
        case fate when 'lent' then 'on_consignment' else 'in_repair' end, false
    from pieces where fate in ('lent', 'repaired')
    union all
    select *, first_store, back_day, until_day, 'available', true
    from pieces where fate in ('lent', 'repaired')
    union all
    select *, first_store, half_day, missed_day, 'available', false from pieces where fate = 'lost'
    union all
    select *, first_store, from_day, until_day, 'available', true from pieces where fate = 'kept';
create table postings as
    select *, first_store as at_store, from_day as day, 'receipt' as kind, 1 as quantity,
        14 as hour, null as other_store from pieces
    union all
    select *, last_store, until_day, 'sale', -1, 20, null from pieces where fate <> 'lost'
    union all
    select *, first_store, half_day, 'transfer_out', -1, 15, last_store from pieces
    where fate = 'moved'
    union all
    select *, last_store, half_day + 2, 'transfer_in', 1, 16, first_store from pieces
    where fate = 'moved'
    union all
    select *, first_store, half_day,
        case fate when 'lent' then 'consignment_out' else 'repair_out' end,
        -1, 17, null from pieces where fate in ('lent', 'repaired')
    union all
    select *, first_store, back_day,
        case fate when 'lent' then 'consignment_return' else 'repair_return' end, 1, 16, null
    from pieces where fate in ('lent', 'repaired')
    union all
    select *, first_store, missed_day, 'count_adjustment', -1, 18, null from pieces
    where fate = 'lost';
create table snapshot_days as
    select day from calendar
    where day = {first} or dayofweek(day) = 0 or day = last_day(day)
        or day > {last} - {daily};
create table counts as
    select
        store_no, store_id, day, 'C' || store_id || strftime(day, '%Y%m%d') as count_id,
        case when (store_no * 7 + 3) % 365 = dayofyear(day) - 1 then 'full' else 'cycle' end
            as kind,
        'zone ' || (date_diff('week', date '2020-01-05', day) + store_no) % {zones} as zone
    from shops, calendar
    where dayofweek(day) = store_no % 7 or (store_no * 7 + 3) % 365 = dayofyear(day) - 1
"""

FILED = {
    "store_day": (
        "store_id || '|' || business_date",
        "store_id || '|' || cast(business_date as varchar)",
    ),
    "count": ("count_id", "count_id"),
    "whole_list": ("'all'", "'all'"),
    "key": ("'all'", "cast(null as varchar)"),
}
"""How the rows of a dataset are filed, and their scope, by the kind of its scope."""

DATASETS = {
    "stores": (
        "whole_list",
        """
        select store_id, store_id as store_name, 'boutique' as store_format, 'US' as country,
            'America/New_York' as time_zone, 'USD' as currency, date '2015-01-01' as opened_on
        from shops
        """,
    ),
    "items": (
        "key",
        """
        select item_id, item_id as item_name, category, true as is_serialized, unit_cost,
            unit_cost * 3 as unit_retail_price, 'USD' as currency
        from assortment
        """,
    ),
    "sales_lines": (
        "store_day",
        """
        select 'T' || serial_number as transaction_id, 1 as line_number,
            printf('B%03d', at_store) as store_id, 'R1' as register_id, day as business_date,
            cast(day as timestamp) + interval 20 hour as sold_at,
            'completed' as transaction_status, 'merchandise' as line_type, item_id, serial_number,
            quantity * -1 as quantity, unit_cost * 3 as regular_unit_price, 0 as discount_amount,
            unit_cost * 3 as net_amount, 0 as tax_amount, 'USD' as currency,
            false as is_voided_line, 'in_store' as sale_channel
        from postings where kind = 'sale' and day between {since} and {until}
        """,
    ),
    "tenders": (
        "store_day",
        """
        select 'T' || serial_number as transaction_id, 1 as tender_number,
            printf('B%03d', at_store) as store_id, 'R1' as register_id, day as business_date,
            cast(day as timestamp) + interval 20 hour as tendered_at,
            'card' as tender_type, unit_cost * 3 as tender_amount, 'USD' as currency
        from postings where kind = 'sale' and day between {since} and {until}
        """,
    ),
    "stock_movements": (
        "store_day",
        """
        select kind || '|' || serial_number as document_id, 1 as line_number,
            kind as movement_type, printf('B%03d', at_store) as store_id,
            case when quantity > 0 then zone end as location, item_id, serial_number, quantity,
            unit_cost, cast(day as timestamp) + to_hours(hour) as posted_at, day as business_date,
            case when other_store is not null then printf('B%03d', other_store) end
                as counterpart_store_id,
            case when other_store is not null then 'TR' || serial_number end as transfer_id,
            case when kind = 'sale' then 'T' || serial_number end as source_transaction_id
        from postings where day between {since} and {until}
        """,
    ),
    "stock_snapshots": (
        "store_day",
        """
        select printf('B%03d', stays.at_store) as store_id, zone as location, item_id,
            serial_number, day as business_date, 1 as quantity, status as stock_status, unit_cost,
            cast(day as timestamp) + interval 27 hour as snapshot_at
        from stays join snapshot_days as days on days.day >= stays.came and days.day < stays.went
        where day between {since} and {until}
        """,
    ),
    "count_plans": (
        "key",
        """
        select count_id, store_id, kind as count_type,
            case when kind = 'cycle' then zone end as zone, day as due_on,
            cast(day as timestamp) + interval 11 hour as frozen_at, 'approved' as status
        from counts where day between {since} and {until}
        """,
    ),
    "count_scans": (
        "count",
        """
        select counts.count_id,
            row_number() over (partition by counts.count_id order by serial_number) as scan_number,
            counts.store_id, 1 as count_pass,
            case when kind = 'full' and chance % 300 = 7 then 'zone 0' else stays.zone end as zone,
            item_id, serial_number, 1 as quantity,
            cast(day as timestamp) + interval 11 hour + to_milliseconds(scan_number * 700)
                as scanned_at,
            'E1' as counted_by
        from counts
        join stays
            on counts.store_no = stays.at_store and stays.is_there
            and stays.came < counts.day and stays.went >= counts.day
            and (kind = 'full' or counts.zone = stays.zone)
        where day between {since} and {until}
        """,
    ),
    "consignments": (
        "key",
        """
        select 'M' || serial_number as consignment_id, printf('B%03d', at_store) as store_id,
            item_id, serial_number, half_day as out_on, half_day + 14 as due_back_on,
            case when back_day <= {until} then back_day end as returned_on, true as is_signed
        from postings
        where kind like 'consignment%' and day between {since} and {until}
        qualify row_number() over (partition by serial_number order by day desc) = 1
        """,
    ),
    "repairs": (
        "key",
        """
        select 'W' || serial_number as repair_id, printf('B%03d', at_store) as store_id, item_id,
            serial_number, 'house' as owner, half_day as received_on, half_day + 20 as promised_on,
            half_day as sent_on, case when back_day <= {until} then back_day end as returned_on,
            case when back_day <= {until} then 'returned' else 'open' end as status
        from postings
        where kind like 'repair%' and day between {since} and {until}
        qualify row_number() over (partition by serial_number order by day desc) = 1
        """,
    ),
}
"""How the scope of each dataset is kept, and its rows of some days."""


def _add_scopes(con: duckdb.DuckDBPyConnection, dataset: str, scope: str, days: Days) -> None:
    """The file scopes of what was just made; a day without sales delivers an empty file."""
    file_id, scope_text = FILED[scope]
    filed = f"'{dataset}|' || {file_id} || '|{days.until}' as file_id, {scope_text} as scope"
    if scope == "store_day":
        told = "snapshot_days" if dataset == "stock_snapshots" else "calendar"
        con.execute(f"""
            insert into scopes
            with told as (
                select store_id, day as business_date from shops, {told}
                where day between {days.words["since"]} and {days.words["until"]}
            ), counted as (
                select store_id, business_date, count(*) as row_count from delivered group by all
            )
            select '{dataset}' as dataset, {filed}, store_id, business_date,
                coalesce(row_count, 0) as row_count
            from told left join counted using (store_id, business_date)
            """)
    else:
        con.execute(f"""
            insert into scopes
            select '{dataset}' as dataset, {filed}, cast(null as varchar), cast(null as date),
                count(*) as row_count
            from delivered group by all
            """)
