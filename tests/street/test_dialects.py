"""The same network in other systems' clothes: the same figures, row for row.

Compared are all marts of what happened and what it means; left out are the columns that say which
file a row came from, and when that file was taken in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime

import duckdb
import pytest

from pipelines.demo import dialects, write_network
from pipelines.settings import Home
from tests.street.conftest import ALL_ARRIVED
from tests.street.town import Children, Town

UNTIL = date(2026, 3, 14)
SCHEMAS = ("core", "finance", "kpi")
ABOUT_FILES = {
    "_file_id",
    "_line_no",
    "_batch_id",
    "file_id",
    "replaced_file_id",
    "replacing_file_id",
    "restatement_id",
    "figure_id",
    "known_from",
    "known_to",
}
CLOTHES = ["cegid,sap", "cegid,sap,poslog"]

Marts = dict[str, list[tuple]]


@pytest.fixture(scope="module")
def published(
    tmp_path_factory: pytest.TempPathFactory, children: Children
) -> Callable[[str], Marts]:
    """The marts of the network in the clothes named; none: its own."""

    def run(clothes: str) -> Marts:
        home = Home(tmp_path_factory.mktemp("network"))
        names = [name for name in clothes.split(",") if name]
        dialects.write_mappings(names, home.mappings)
        write_network(
            home.landing,
            home.truth_file,
            stores=3,
            days=30,
            until=UNTIL,
            dialect=names,
            without=dialects.unsaid(dialects.NAMES),
        )
        now = datetime(*UNTIL.timetuple()[:3], tzinfo=UTC) + ALL_ARRIVED
        outcome = Town(home, children, now=now).run()
        assert outcome.folder, outcome.message
        return _marts(outcome.folder / "loupe.duckdb")

    return run


@pytest.fixture(scope="module")
def plain(published: Callable[[str], Marts]) -> Marts:
    return published("")


@pytest.mark.parametrize("clothes", CLOTHES)
def test_the_same_marts_come_of_it(
    plain: Marts, published: Callable[[str], Marts], clothes: str
) -> None:
    dressed = published(clothes)
    assert dressed.keys() == plain.keys()
    unequal = {
        table: (list(only)[:2], list(Counter(dressed[table]) - Counter(rows))[:2])
        for table, rows in plain.items()
        if (only := Counter(rows) - Counter(dressed[table])) or rows != dressed[table]
    }
    assert unequal == {}
    assert sum(bool(rows) for rows in plain.values()) > 15


def _marts(database) -> Marts:
    with duckdb.connect(str(database), read_only=True) as con:
        tables = con.execute(
            "select schema_name, table_name, list(column_name order by column_index)"
            f" from duckdb_columns() where schema_name in {SCHEMAS} group by all order by all"
        ).fetchall()
        return {
            f"{schema}.{table}": sorted(
                con.execute(
                    f"select {', '.join(c for c in columns if c not in ABOUT_FILES)}"
                    f" from {schema}.{table}"
                ).fetchall(),
                key=repr,
            )
            for schema, table, columns in tables
        }
