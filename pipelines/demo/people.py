"""Clients and employees: believable, invented, and easy to recognise should they ever leak.

A person is a pure function of the seed and a number, so a network of a million clients costs
no memory: only the numbers each place remembers are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from pipelines.demo.chance import chance
from pipelines.demo.places import Place
from pipelines.demo.rows import Client, Employee

# No such people: every last name below is made up, and each is found by a plain text search.
LAST_NAMES = tuple(
    head + tail
    for head in ("Quill", "Zephyr", "Bramble", "Thistle", "Marchmain", "Vesper", "Larkspur",
                 "Ottery", "Pemberwick", "Saffron", "Tamsin", "Wyver")
    for tail in ("feather", "worthy", "mantle", "hollow", "gate", "ingdale", "stane", "meer")
)  # fmt: skip
FIRST_NAMES = (
    "Aurelio", "Bettina", "Caspian", "Delphine", "Evander", "Fiorella", "Gideon", "Hermione",
    "Isidore", "Jocasta", "Kasimir", "Leonora", "Montague", "Nerissa", "Octavian", "Perpetua",
    "Quentin", "Rosalind", "Silvester", "Theodora", "Ulysses", "Valentina", "Wilhelmina", "Xanthe",
)  # fmt: skip
MAIL_DOMAIN = "letters.example"
STREET = "Imaginary Row"
DOCUMENT_PREFIX = "FICTION"

_ELSEWHERE = [
    ("Wilmington", "DE", "19801"), ("Portland", "OR", "97205"), ("Bozeman", "MT", "59715"),
    ("Portsmouth", "NH", "03801"), ("Greenwich", "CT", "06830"), ("Aspen", "CO", "81611"),
    ("Naples", "FL", "34102"), ("Austin", "TX", "78701"), ("Charleston", "SC", "29401"),
    ("New Orleans", "LA", "70130"), ("Detroit", "MI", "48226"), ("Columbus", "OH", "43215"),
]  # fmt: skip
_ABROAD = [("Geneva", "CH"), ("Singapore", "SG"), ("London", "GB"), ("Dubai", "AE")]
_REMEMBERED = 400
_MORE_SHIFTS = 2  # of the one who works full time


class Clients:
    """Every client of the network, and whom each place knows."""

    def __init__(self, seed: int, places: list[Place], first: date) -> None:
        self._seed = seed
        self._places = places
        self._first = first
        self._founders = 60
        self._known = [
            list(range(index * self._founders, (index + 1) * self._founders))
            for index, place in enumerate(places)
            if place.sells
        ]
        self._count = len(self._known) * self._founders
        self._met: dict[int, tuple[int, date]] = {}
        self._new: list[Client] = []

    def person(self, number: int, home: int | None = None, created: date | None = None) -> Client:
        """The client of this number. Founders' homes follow from their number."""
        rng = chance(self._seed, "client", number)
        place = self._places[number // self._founders if home is None else home]
        created = created or self._first - timedelta(days=rng.randrange(1, 1500))
        first_name, last_name = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
        city, state, postal, country = place.city, place.state, place.postal_code, "US"
        where = rng.random()
        if where < 0.30:
            city, state, postal = rng.choice(_ELSEWHERE)
        elif where < 0.34:
            (city, country), state, postal = rng.choice(_ABROAD), "", ""
        has_document = rng.random() < 0.12
        company = f"{last_name} Holdings (fictitious)" if rng.random() < 0.04 else ""
        return Client(
            client_id=f"C{number + 1:07d}",
            first_name=first_name,
            last_name=last_name,
            company_name=company,
            birth_date=(date(1938, 1, 1) + timedelta(days=rng.randrange(24_000))).isoformat(),
            phone=f"+1-{rng.randrange(201, 980)}-555-01{rng.randrange(100):02d}",
            email=f"{first_name}.{last_name}.{number + 1}@{MAIL_DOMAIN}".lower(),
            address_line=f"{rng.randrange(1, 990)} {STREET}, Apt {rng.randrange(1, 40)}",
            city=city,
            state=state,
            postal_code=postal,
            country=country,
            document_type="passport" if has_document else "",
            document_number=f"{DOCUMENT_PREFIX}-{rng.randrange(10**7):07d}" if has_document else "",
            created_on=created.isoformat(),
        )

    def founders(self) -> Iterator[Client]:
        """Everybody known before the first day, and the codes walk-in clients are rung on."""
        for place in self._places:
            if place.walk_in:
                yield Client(
                    client_id=place.walk_in, is_placeholder="true",
                    created_on=place.opened_on.isoformat(),
                )  # fmt: skip
        for number in range(len(self._known) * self._founders):
            yield self.person(number)

    def somebody(self, home: int, day: date, rng: Random) -> Client:
        """Who stands at the counter: mostly a known client, sometimes a new one."""
        known = self._known[home]
        if rng.random() < 0.82:
            return self._remembered(rng.choice(known))
        number, self._count = self._count, self._count + 1
        client = self.person(number, home, day)
        self._new.append(client)
        if len(known) < _REMEMBERED and client.country == "US":
            known.append(number)
            self._met[number] = (home, day)
        return client

    def _remembered(self, number: int) -> Client:
        return self.person(number, *self._met.get(number, ()))

    def new_today(self) -> list[Client]:
        """Clients met since this was last asked."""
        new, self._new = self._new, []
        return new


class Staff:
    """Who works where."""

    _ROLES = ("boutique_director", "sales_associate", "sales_associate", "sales_associate",
              "operations", "sales_associate")  # fmt: skip

    def __init__(self, seed: int, places: list[Place], first: date) -> None:
        self.rows: list[Employee] = []
        self._at: dict[str, list[str]] = {}
        for place in places:
            for role in self._ROLES:
                number = len(self.rows) + 1
                rng = chance(seed, "employee", number)
                hired = max(place.opened_on, first - timedelta(days=rng.randrange(60, 2500)))
                self.rows.append(
                    Employee(
                        f"E{number:05d}",
                        f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}",
                        place.store_id,
                        role if place.sells else "warehouse",
                        hired.isoformat(),
                        "",
                    )
                )
                self._at.setdefault(place.store_id, []).append(f"E{number:05d}")

    def full_time(self, place: Place) -> str:
        """Who is at the till more than anybody else."""
        return self._at[place.store_id][1]

    def anyone(self, place: Place, rng: Random) -> str:
        staff = self._at[place.store_id]
        return rng.choice([*staff, *[self.full_time(place)] * _MORE_SHIFTS])

    def another(self, place: Place, than: tuple[str, ...], rng: Random) -> str:
        return rng.choice([one for one in self._at[place.store_id] if one not in than])

    def all_of(self, place: Place) -> list[str]:
        return self._at[place.store_id]

    def two(self, place: Place, rng: Random) -> tuple[str, str]:
        one, other = rng.sample(self._at[place.store_id], 2)
        return one, other
