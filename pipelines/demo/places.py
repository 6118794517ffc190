"""The places of the network: boutiques in six time zones, a warehouse and an online store."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pipelines.demo import rows
from pipelines.demo.chance import chance

CURRENCY = "USD"
_LAST_PENNY = date(2025, 11, 12)
BOUTIQUE, ONLINE, WAREHOUSE = "boutique", "online", "warehouse"


@dataclass(frozen=True)
class Place:
    """One place goods are sold from or kept in. `tax_rate` is per 100,000."""

    store_id: str
    name: str
    format: str
    city: str
    state: str
    postal_code: str
    time_zone: str
    latitude: float
    longitude: float
    tax_rate: int
    opens: int = 10
    closes: int = 20
    open_sundays: bool = True
    tickets_a_day: float = 5.0
    visitors_a_day: float = 45.0
    pieces: int = 60
    registers: tuple[str, ...] = ("01", "02")
    writes_offsets: bool = False
    has_walk_in_code: bool = False
    rounds_cash: bool = False  # to five cents, since the last penny was struck
    writes_change_apart: bool = False  # as a payment of its own
    opened_on: date = date(2015, 5, 4)
    area: int = 2400
    renovation: tuple[date, date] | None = None

    @property
    def sells(self) -> bool:
        return self.format != WAREHOUSE

    @property
    def walk_in(self) -> str:
        """The code this place rings anonymous clients on, if it has one."""
        return f"WALKIN-{self.store_id}" if self.has_walk_in_code else ""

    def in_cash(self, due: int, day: date) -> int:
        """What is paid in cash for so many cents."""
        if not self.rounds_cash or day < _LAST_PENNY:
            return due
        sign = -1 if due < 0 else 1
        return sign * ((abs(due) + 2) // 5 * 5)

    def stamp(self, local: datetime) -> str:
        """A local moment as this place's systems write it: some add the offset, some do not."""
        if not self.writes_offsets:
            return local.isoformat(timespec="seconds")
        return local.replace(tzinfo=ZoneInfo(self.time_zone)).isoformat(timespec="seconds")

    def utc(self, local: datetime) -> datetime:
        return local.replace(tzinfo=ZoneInfo(self.time_zone)).astimezone(UTC)

    def row(self) -> rows.Store:
        return rows.Store(
            self.store_id, self.name, self.format, self.city, self.state, self.postal_code, "US",
            self.time_zone, CURRENCY, self.opened_on.isoformat(), "", str(self.area),
            f"{self.latitude:.4f}", f"{self.longitude:.4f}",
        )  # fmt: skip


_EAST, _MIDDLE, _MOUNTAIN = "America/New_York", "America/Chicago", "America/Denver"
_WEST, _DESERT, _ISLANDS = "America/Los_Angeles", "America/Phoenix", "Pacific/Honolulu"

# code, street, city, state, postal code, zone, latitude, longitude, tax per 100,000, tickets a day.
# In an order that spreads even a network of three over three time zones.
_TWELVE = [
    ("NYC", "Fifth Avenue", "New York", "NY", "10022", _EAST, 40.7626, -73.9738, 8875, 8.0),
    ("BEV", "Rodeo Drive", "Beverly Hills", "CA", "90210", _WEST, 34.0690, -118.4029, 9500, 6.5),
    ("HNL", "Kalakaua Avenue", "Honolulu", "HI", "96815", _ISLANDS, 21.2793, -157.8292, 4712, 5.0),
    ("CHI", "Oak Street", "Chicago", "IL", "60611", _MIDDLE, 41.9007, -87.6252, 10250, 5.0),
    ("MIA", "Design District", "Miami", "FL", "33137", _EAST, 25.8130, -80.1918, 7000, 6.0),
    ("DEN", "Cherry Creek", "Denver", "CO", "80206", _MOUNTAIN, 39.7170, -104.9526, 8810, 3.0),
    ("PHX", "Fashion Park", "Scottsdale", "AZ", "85251", _DESERT, 33.5030, -111.9293, 8050, 3.5),
    ("NYC", "Mercer Street", "New York", "NY", "10012", _EAST, 40.7246, -73.9987, 8875, 5.0),
    ("DAL", "Highland Park", "Dallas", "TX", "75205", _MIDDLE, 32.8357, -96.8058, 8250, 4.5),
    ("LAS", "The Strip", "Las Vegas", "NV", "89109", _WEST, 36.1129, -115.1765, 8375, 6.5),
    ("BOS", "Newbury Street", "Boston", "MA", "02116", _EAST, 42.3522, -71.0752, 6250, 4.0),
    ("SFO", "Post Street", "San Francisco", "CA", "94108", _WEST, 37.7885, -122.4062, 8625, 4.5),
]
_MORE = [
    ("ATL", "Buckhead", "Atlanta", "GA", "30326", _EAST, 33.8463, -84.3621, 8900, 4.0),
    ("HOU", "River Oaks", "Houston", "TX", "77027", _MIDDLE, 29.7414, -95.4431, 8250, 4.5),
    ("SEA", "Pike Street", "Seattle", "WA", "98101", _WEST, 47.6114, -122.3363, 10350, 4.0),
    ("WAS", "City Center", "Washington", "DC", "20001", _EAST, 38.9008, -77.0256, 6000, 4.5),
    ("PHL", "Walnut Street", "Philadelphia", "PA", "19103", _EAST, 39.9499, -75.1700, 8000, 3.5),
    ("NSH", "Green Hills", "Nashville", "TN", "37215", _MIDDLE, 36.1072, -86.8153, 9250, 3.5),
    ("ORL", "Millenia", "Orlando", "FL", "32839", _EAST, 28.4855, -81.4316, 6500, 4.5),
    ("CLT", "South Park", "Charlotte", "NC", "28211", _EAST, 35.1518, -80.8315, 7250, 3.0),
    (
        "SLC",
        "Main Street",
        "Salt Lake City",
        "UT",
        "84101",
        _MOUNTAIN,
        40.7682,
        -111.8910,
        7750,
        3.0,
    ),
    ("MSP", "Galleria", "Edina", "MN", "55435", _MIDDLE, 44.8770, -93.3220, 7525, 3.0),
]
_CITIES = [row for number, row in enumerate(_TWELVE) if number != 7] + _MORE


def make_places(stores: int, first: date, days: int, seed: int) -> list[Place]:
    """`stores` boutiques, then the online store, then the warehouse."""
    used: Counter[str] = Counter()
    boutiques = []
    for index in range(stores):
        entry = _TWELVE[index] if index < 12 else _CITIES[(index + 3) % len(_CITIES)]
        code, street, city, state, postal, zone, latitude, longitude, tax, tickets = entry
        used[code] += 1
        rng = chance(seed, "place", index)
        boutiques.append(
            Place(
                store_id=f"{code}{used[code]}",
                name=f"{city} {street}" + (f" {used[code]}" if index >= 12 else ""),
                format=BOUTIQUE,
                city=city,
                state=state,
                postal_code=postal,
                time_zone=zone,
                latitude=round(latitude + (index // 22) * 0.01, 4),
                longitude=longitude,
                tax_rate=tax,
                opens=10 if index % 4 else 9,
                closes=21 if index % 5 == 1 else 20,
                open_sundays=index % 6 != 5,
                tickets_a_day=tickets,
                visitors_a_day=tickets * rng.uniform(7, 11),
                pieces=int(56 + tickets * 6),
                registers=("01", "02") if tickets >= 4 else ("01",),
                writes_offsets=index % 3 == 1,
                has_walk_in_code=index % 2 == 0,
                rounds_cash=index % 3 == 2,
                writes_change_apart=index % 4 == 1,
                opened_on=_opened_on(index, first, rng.randrange(3000)),
                area=int(1400 + tickets * 320),
            )
        )
    if days >= 60 and len(boutiques) > 5:
        starts = first + timedelta(days=days // 2)
        works = (starts, starts + timedelta(days=min(days // 12, 21)))
        boutiques[5] = replace(boutiques[5], renovation=works)
    return [*boutiques, _online(stores), _warehouse(stores)]


def _opened_on(index: int, first: date, earlier: int) -> date:
    """One boutique in nine opened less than a year before: it is not yet comparable."""
    if index % 9 == 8:
        return first - timedelta(days=120 + earlier % 60)
    return first - timedelta(days=800 + earlier)


def _online(stores: int) -> Place:
    return Place(
        store_id="WEB1", name="Online store", format=ONLINE, city="Secaucus", state="NJ",
        postal_code="07094", time_zone=_EAST, latitude=40.7895, longitude=-74.0565, tax_rate=6625,
        opens=8, closes=23, tickets_a_day=2.0 + stores / 8, visitors_a_day=0,
        pieces=40 + stores, registers=("W1",), area=0, opened_on=date(2019, 9, 2),
    )  # fmt: skip


def _warehouse(stores: int) -> Place:
    return Place(
        store_id="WHS1", name="Central warehouse", format=WAREHOUSE, city="Secaucus", state="NJ",
        postal_code="07094", time_zone=_EAST, latitude=40.7891, longitude=-74.0570, tax_rate=0,
        opens=8, closes=17, open_sundays=False, tickets_a_day=0, visitors_a_day=0,
        pieces=60 + 16 * stores, registers=(), area=0, opened_on=date(2012, 3, 1),
    )  # fmt: skip
