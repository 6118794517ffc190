"""What the maison sells: jewellery piece by piece, small leather and care kits by quantity."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.demo import money, rows
from pipelines.demo.chance import chance
from pipelines.demo.places import BOUTIQUE, CURRENCY, Place

_SAFE_FROM = 50_000_00  # pieces from this price sleep in the vault


@dataclass(frozen=True, eq=False)
class Item:
    """One reference. Money in cents."""

    item_id: str
    gtin: str
    name: str
    category: str
    collection: str
    material: str
    serialized: bool
    cost: int
    price: int
    origin: str

    def kept_in(self, place: Place) -> str:
        """Where a place keeps it."""
        if place.format != BOUTIQUE:
            return "MAIN"
        if not self.serialized:
            return "STOCKROOM"
        return "VAULT" if self.price >= _SAFE_FROM else "SALON"

    def row(self) -> rows.Item:
        return rows.Item(
            self.item_id, self.gtin, self.name, self.category, self.collection, self.material,
            "true" if self.serialized else "false", money.written(self.cost),
            money.written(self.price), CURRENCY, self.origin,
        )  # fmt: skip


# category, code, singular, how many references, lowest and highest price in USD, one by one?
_CATEGORIES = [
    ("rings", "RG", "ring", 42, 1_200, 95_000, True),
    ("necklaces", "NK", "necklace", 34, 1_500, 180_000, True),
    ("earrings", "ER", "earrings", 34, 900, 60_000, True),
    ("bracelets", "BR", "bracelet", 32, 1_400, 85_000, True),
    ("watches", "WT", "watch", 32, 3_800, 140_000, True),
    ("high jewellery", "HJ", "parure", 18, 150_000, 1_900_000, True),
    ("leather", "LG", "pouch", 10, 800, 4_200, False),
    ("accessories", "AC", "scarf", 8, 800, 1_600, False),
    ("fragrance", "FR", "eau de parfum", 5, 140, 420, False),
    ("care", "CK", "care kit", 4, 60, 180, False),
]
_COLLECTIONS = ("Aurore", "Belvédère", "Cascade", "Étoile", "Lumière", "Orangerie", "Sérénade")
_MATERIALS = ("yellow gold", "white gold", "rose gold", "platinum", "gold, diamonds", "steel")
_SOFT = ("calfskin", "silk", "glass", "cotton")


def make_assortment(seed: int) -> list[Item]:
    """Every reference, cheap ones many and dear ones few."""
    items: list[Item] = []
    for category, code, singular, count, lowest, highest, serialized in _CATEGORIES:
        for number in range(1, count + 1):
            rng = chance(seed, "item", code, number)
            price = _round_price(lowest * (highest / lowest) ** (rng.random() ** 1.7))
            collection = rng.choice(_COLLECTIONS)
            items.append(
                Item(
                    item_id=f"{code}-{1000 + number * 7}",
                    gtin=_gtin(len(items) + 1),
                    name=f"{collection} {singular} {number}",
                    category=category,
                    collection=collection,
                    material=rng.choice(_MATERIALS if serialized else _SOFT),
                    serialized=serialized,
                    cost=int(price * rng.uniform(0.28, 0.45)) * 100,
                    price=price * 100,
                    origin=rng.choice(("FR", "IT", "CH")),
                )
            )
    return items


def _round_price(usd: float) -> int:
    """Prices end as a boutique's do."""
    for limit, step in ((1_000, 10), (10_000, 50), (50_000, 100), (200_000, 1_000)):
        if usd < limit:
            return max(step, round(usd / step) * step)
    return round(usd / 5_000) * 5_000


def _gtin(number: int) -> str:
    """An in-store article number with a right check digit."""
    digits = f"20{number:010d}"
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits))
    return digits + str(-total % 10)
