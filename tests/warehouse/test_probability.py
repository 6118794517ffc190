"""The tails of the exception report, worked out in portable SQL, against exact arithmetic.

They are told to six digits: to these they must be right.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from math import comb
from typing import Any

import duckdb
import pytest

from tests.warehouse.builds import Warehouse

RATES = '"warehouse"."intermediate"."int_exception_rates"'
# Acts, base, the network's rate: boutiques, whole networks, both sides of what was to be expected.
BINOMIAL = [
    (1, 30, Fraction(1, 100)),
    (6, 40, Fraction(1, 20)),
    (12, 40, Fraction(1, 20)),
    (1, 40, Fraction(1, 20)),
    (40, 40, Fraction(1, 2)),
    (25, 50, Fraction(1, 2)),
    (49, 50, Fraction(99, 100)),
    (7, 365, Fraction(1, 1000)),
    (150, 3000, Fraction(1, 25)),
    (119, 3000, Fraction(1, 25)),
    (90, 3000, Fraction(1, 25)),
    (600, 9000, Fraction(3, 50)),
]
POISSON = [
    (4, 100, Fraction(1, 100)),
    (1, 100, Fraction(1, 100)),
    (60, 30, Fraction(3, 2)),
    (30, 30, Fraction(3, 2)),
    (250, 5000, Fraction(1, 25)),
]


def exact_binomial(events: int, base: int, rate: Fraction) -> float:
    """P(X >= events), in whole numbers."""
    one, whole = rate.numerator, rate.denominator
    worth = sum(
        comb(base, k) * one**k * (whole - one) ** (base - k) for k in range(events, base + 1)
    )
    return float(Fraction(worth, whole**base))


def exact_poisson(events: int, base: int, rate: Fraction) -> float:
    """P(X >= events) to sixty digits."""
    with localcontext() as context:
        context.prec = 60
        mean = Decimal((base * rate).numerator) / Decimal((base * rate).denominator)
        term = (-mean).exp()
        below = Decimal(0)
        for k in range(events):
            below += term
            term = term * mean / (k + 1)
        return float(1 - below)


CASES = [("binomial", case, exact_binomial(*case)) for case in BINOMIAL] + [
    ("poisson", case, exact_poisson(*case)) for case in POISSON
]


@pytest.fixture(scope="module")
def tails(empty_warehouse: Warehouse, manifest: dict[str, Any]) -> dict[str, float]:
    """What the model makes of the cases, by the number of the case."""
    sql = manifest["nodes"]["model.loupe.int_exception_tails"]["compiled_code"]
    assert RATES in sql
    with duckdb.connect() as con:
        con.execute(f"attach '{empty_warehouse.file}' as warehouse (read_only)")
        con.execute(f"create table rates as from {RATES} limit 0")
        con.executemany(
            "insert into rates (rule_id, kind, distribution, minimum_n, event_count, base_count,"
            " network_p) values (?, 'rate', ?, 30, ?, ?, ?)",
            [
                (str(number), distribution, events, base, float(rate))
                for number, (distribution, (events, base, rate), _) in enumerate(CASES)
            ],
        )
        told = con.execute(sql.replace(RATES, "rates")).fetchdf()
    return dict(zip(told["rule_id"], told["tail_probability"], strict=True))


@pytest.mark.parametrize("number", range(len(CASES)))
def test_a_tail_is_what_exact_arithmetic_says(number: int, tails: dict[str, float]) -> None:
    assert tails[str(number)] == pytest.approx(CASES[number][2], rel=0, abs=0.5000001e-6)
