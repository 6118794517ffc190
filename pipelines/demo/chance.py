"""Chance that depends on the seed and on nothing else: not the clock, not the hash seed."""

from __future__ import annotations

import math
from random import Random


def chance(*what: object) -> Random:
    """A stream of its own for each purpose, so that one decision never shifts another's dice."""
    return Random("|".join(map(str, what)))


def how_many(rng: Random, mean: float) -> int:
    """A count with this mean (Poisson); means above 60 are drawn in parts."""
    if mean > 60:
        return how_many(rng, mean / 2) + how_many(rng, mean / 2)
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
