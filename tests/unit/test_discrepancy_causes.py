"""The rules that explain discrepancies: words of the lists, one rank a rule, a last resort."""

from __future__ import annotations

import csv
from collections import defaultdict

from expectations.promises.causes import CONFIDENCES, OUTCOMES, ROOT_CAUSES
from pipelines.settings import DBT_PROJECT

with (DBT_PROJECT / "seeds" / "discrepancy_causes.csv").open(encoding="utf-8") as file:
    RULES = list(csv.DictReader(file))
SIDES = {(level, side) for level in ("serial", "item") for side in ("short", "over", "uncounted")}


def test_rules_use_the_words_of_the_lists() -> None:
    for rule in RULES:
        assert rule["outcome"] in OUTCOMES, rule
        assert rule["root_cause"] in ROOT_CAUSES, rule
        assert rule["confidence"] in CONFIDENCES, rule
        assert (rule["confidence"] == "unknown") <= (
            rule["root_cause"] in ("unknown", "not_counted")
        ), rule


def test_every_cause_can_be_found() -> None:
    assert {rule["root_cause"] for rule in RULES} == set(ROOT_CAUSES)
    assert {rule["outcome"] for rule in RULES} == set(OUTCOMES)


def test_no_two_rules_of_one_side_share_a_rank_or_a_kind_of_evidence() -> None:
    for name in ("rank", "evidence"):
        seen = defaultdict(list)
        for rule in RULES:
            if rule["version"] == "1":
                seen[rule["level"], rule["side"], rule[name]].append(rule["rule_id"])
        assert [ids for ids in seen.values() if len(ids) > 1] == []


def test_every_side_has_a_rule_that_takes_what_no_other_does() -> None:
    last = {"none", "not_counted", "repeated_scan"}
    kept = {(rule["level"], rule["side"]) for rule in RULES if rule["evidence"] in last}
    assert kept == {*SIDES, ("serial", "level"), ("item", "over")}
