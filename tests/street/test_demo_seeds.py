"""Found = planted, and nothing else, in ten small networks of as many seeds and seasons."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from dashboards.warehouse import Published
from pipelines.demo import write_network
from pipelines.settings import Home
from tests.street.conftest import ALL_ARRIVED
from tests.street.labels import FINDINGS, missed, unexplained
from tests.street.town import Children, Town

SEEDS = range(1, 11)


@pytest.mark.parametrize("seed", SEEDS)
def test_found_is_what_was_planted(
    seed: int, tmp_path_factory: pytest.TempPathFactory, children: Children
) -> None:
    home = Home(tmp_path_factory.mktemp("network"))
    until = date(2026, 1, 20) + timedelta(days=29 * seed)  # another season each
    write_network(
        home.landing, home.truth_file, stores=4, days=40, until=until, seed=seed, files_per="day"
    )
    now = datetime(*until.timetuple()[:3], tzinfo=UTC) + ALL_ARRIVED
    outcome = Town(home, children, now=now).run()
    assert outcome.folder, outcome.message
    run, errors = Published(home.root).newest(), json.loads(home.truth_file.read_text())["errors"]
    assert len(errors) > 30
    assert missed(run, errors) == []
    found = {table: extra for table in FINDINGS if (extra := unexplained(run, errors, table))}
    assert found == {}
