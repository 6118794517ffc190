"""Ten small networks of as many seeds and seasons, three of them without a serial number.

Found is what was planted and nothing else; and what counts found has the cause and the outcome it
was given. Precision and recall are of lines: a line with the wrong cause is neither found nor
right.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import pytest

from dashboards.warehouse import Published
from pipelines.demo import write_network
from pipelines.settings import Home
from tests.street.conftest import ALL_ARRIVED
from tests.street.labels import FINDINGS, missed, unexplained
from tests.street.town import Children, Town

BY_ITEM = (3, 6, 9)
SEEDS = [*range(1, 11)]
# Level → measure → what is demanded of precision and of recall.
DEMANDED = {
    "serial": {"root_cause": 0.97, "outcome": 0.99},
    "item": {"root_cause": 0.93, "outcome": 0.93},
}
Line = tuple[str, str | None, str | None]


class Network(NamedTuple):
    """One network that was taken in and published."""

    seed: int
    home: Home

    @property
    def truth(self) -> dict[str, Any]:
        """What was planted."""
        return json.loads(self.home.truth_file.read_text("utf-8"))

    def ask(self, question: str) -> list[dict[str, Any]]:
        """Rows of the publish."""
        return Published(self.home.root).newest().ask(question)


class Lines(NamedTuple):
    """The lines of one network's counts: as labelled, and as published."""

    seed: int
    labelled: dict[Line, dict[str, str]]
    found: dict[Line, dict[str, str]]

    def tally(self, measure: str) -> tuple[int, int, int]:
        """Lines that agree, lines published, lines labelled."""
        agreed = sum(
            self.found[line][measure] == label[measure]
            for line, label in self.labelled.items()
            if line in self.found
        )
        return agreed, len(self.found), len(self.labelled)

    def wrong(self, measure: str) -> Iterator[str]:
        """What was labelled against what was found, where they differ."""
        for line in sorted(self.labelled.keys() | self.found.keys(), key=str):
            label = self.labelled.get(line, {}).get(measure, "no label")
            verdict = self.found.get(line, {}).get(measure, "not found")
            if label != verdict:
                kind = self.labelled.get(line, {}).get("kind", "")
                yield f"seed {self.seed} {line}: {kind} {measure} {label}, found {verdict}"


@pytest.fixture(scope="module")
def network(
    tmp_path_factory: pytest.TempPathFactory, children: Children
) -> Callable[[int], Network]:
    """The network of a seed, written and taken in when it is asked for first."""

    @cache
    def taken_in(seed: int) -> Network:
        home = Home(tmp_path_factory.mktemp("network"))
        until = date(2026, 1, 20) + timedelta(days=29 * seed)  # another season each
        write_network(
            home.landing,
            home.truth_file,
            stores=5,
            days=60,
            until=until,
            seed=seed,
            files_per="day",
            serials=seed not in BY_ITEM,
        )
        now = datetime(*until.timetuple()[:3], tzinfo=UTC) + ALL_ARRIVED
        outcome = Town(home, children, now=now).run()
        assert outcome.folder, outcome.message
        return Network(seed, home)

    return taken_in


@pytest.mark.parametrize("seed", SEEDS)
def test_found_is_what_was_planted(seed: int, network: Callable[[int], Network]) -> None:
    errors = network(seed).truth["errors"]
    run = Published(network(seed).home.root).newest()
    assert len(errors) > 30
    assert missed(run, errors) == []
    found = {table: extra for table in FINDINGS if (extra := unexplained(run, errors, table))}
    assert found == {}


@pytest.mark.parametrize("level", DEMANDED)
def test_causes_and_outcomes_are_those_planted(
    level: str, network: Callable[[int], Network], capsys: pytest.CaptureFixture[str]
) -> None:
    of_level = [seed for seed in SEEDS if (seed in BY_ITEM) == (level == "item")]
    networks = [_lines(network(seed)) for seed in of_level]
    kinds = Counter(one["kind"] for lines in networks for one in lines.labelled.values())
    assert len(kinds) > 10, kinds
    for measure, demanded in DEMANDED[level].items():
        tallies = [lines.tally(measure) for lines in networks]
        agreed, found, labelled = (sum(column) for column in zip(*tallies, strict=True))
        precision, recall = agreed / found, agreed / labelled
        with capsys.disabled():
            print(
                f"\n{level} level, {len(tallies)} networks, {labelled} labels: {measure}"
                f" precision {precision:.4f}, recall {recall:.4f}"
            )
        wrong = [line for lines in networks for line in lines.wrong(measure)]
        assert min(precision, recall) >= demanded, "\n".join(wrong)


def _lines(network: Network) -> Lines:
    labels = network.truth["stock_faults"]
    rows = network.ask("select * from inventory.stock_discrepancies")
    return Lines(
        network.seed, {_line(one): one for one in labels}, {_line(one): one for one in rows}
    )


def _line(row: dict[str, str | None]) -> Line:
    return str(row["count_id"]), row["item_id"], row["serial_number"]
