"""What counts found against what was planted: the cause and outcome of every discrepant line.

Ten small networks of as many seeds and seasons, three of them without a serial number. Precision
and recall are of lines: a line with the wrong cause is neither found nor right.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pytest

from dashboards.warehouse import Published
from pipelines.demo import write_network
from pipelines.settings import Home
from tests.street.conftest import ALL_ARRIVED
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
    """The lines of one network: as labelled, and as published."""

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


def _network(seed: int, home: Home, children: Children) -> Network:
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
    labels = json.loads(home.truth_file.read_text("utf-8"))["stock_faults"]
    rows = Published(home.root).newest().ask("select * from inventory.stock_discrepancies")
    return Network(seed, {_line(one): one for one in labels}, {_line(one): one for one in rows})


def _line(row: dict[str, str | None]) -> Line:
    return str(row["count_id"]), row["item_id"], row["serial_number"]


@pytest.fixture(scope="module")
def networks(
    tmp_path_factory: pytest.TempPathFactory, children: Children
) -> dict[str, list[Network]]:
    told: dict[str, list[Network]] = {"serial": [], "item": []}
    for seed in SEEDS:
        home = Home(tmp_path_factory.mktemp("network"))
        told["item" if seed in BY_ITEM else "serial"].append(_network(seed, home, children))
    return told


@pytest.mark.parametrize("level", DEMANDED)
def test_causes_and_outcomes_are_those_planted(
    level: str, networks: dict[str, list[Network]], capsys: pytest.CaptureFixture[str]
) -> None:
    kinds = Counter(one["kind"] for network in networks[level] for one in network.labelled.values())
    assert len(kinds) > 10, kinds
    for measure, demanded in DEMANDED[level].items():
        tallies = [network.tally(measure) for network in networks[level]]
        agreed, found, labelled = (sum(column) for column in zip(*tallies, strict=True))
        precision, recall = agreed / found, agreed / labelled
        with capsys.disabled():
            print(
                f"\n{level} level, {len(tallies)} networks, {labelled} labels: {measure}"
                f" precision {precision:.4f}, recall {recall:.4f}"
            )
        wrong = [line for network in networks[level] for line in network.wrong(measure)]
        assert min(precision, recall) >= demanded, "\n".join(wrong)
