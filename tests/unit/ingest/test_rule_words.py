"""A rule in words: whole and marked for the pages, short and plain for screens."""

from __future__ import annotations

import pytest

from pipelines.ingest.mapping.conditions import Condition
from pipelines.ingest.mapping.rules import ColumnRule
from pipelines.ingest.mapping.words import Wording

PLAIN = Wording()
SHORT = Wording(most=4, untouched="as it stands")
MARKED = Wording(mark=lambda text: f"`{text}`", between="<br>")
KINDS = {"column": "Kind", "is_one_of": ["A", "B", "C", "D", "E", "F"]}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"from": "Qty"}, "`Qty`"),
        ({"from": "_line_no"}, "the line of the file"),
        ({"from": "_sheet"}, "the name of the sheet"),
        ({"constant": "EUR"}, "always `EUR`"),
        ({"file": "store_id"}, "the file's name (store id)"),
        ({"template": "{Shop}-{No}"}, "`{Shop}-{No}`"),
        ({"product": ["Qty", "Price"]}, "`Qty` × `Price`"),
        ({"sum": ["Net", "-Tax", "Qty * Fee"]}, "`Net` − `Tax` + `Qty` × `Fee`"),
        ({"sum": ["-Tax", "Net"]}, "− `Tax` + `Net`"),
        (
            {
                "cases": [
                    {"when": [{"column": "Kind", "equals": "V"}], "then": "service"},
                    {"when": [{"column": "_sheet", "matches": "^S"}], "take": "Old"},
                ],
                "otherwise": "merchandise",
            },
            "service where `Kind` is `V`<br>`Old` where the name of the sheet matches `^S`"
            "<br>otherwise merchandise",
        ),
        (
            {"from": "A", "replace": {"^0+": "", "X": "Y"}, "codes": {"1": "one"}, "default": "x"},
            "`A`; `^0+` becomes nothing; `X` becomes `Y`; `1` → one; any other → x",
        ),
        (
            {
                "from": "A",
                "absolute": True,
                "negate_when": [
                    {"column": "Qty", "below": 0.5},
                    {"column": "B", "is_empty": False},
                ],
            },
            "`A`; without its sign; with the other sign where `Qty` is below 0.5 and `B` "
            "is not empty",
        ),
        (
            {"from": "A", "negate": True, "numbers": {"decimal": ",", "thousands": "."}},
            "`A`; with the other sign; numbers as `1.234,50`",
        ),
        ({"from": "A", "dates": ["%d.%m.%Y", "%Y"]}, "`A`; dates as `%d.%m.%Y` or `%Y`"),
    ],
)
def test_each_thing_a_rule_can_say_has_its_words(said: dict, words: str) -> None:
    rule = ColumnRule.model_validate(said)
    assert MARKED.rule(rule) == words
    assert PLAIN.rule(rule) == words.replace("`", "").replace("<br>", "; ")


def test_every_test_of_a_condition_has_its_words() -> None:
    tests = [
        Condition(column="A", is_empty=True),
        Condition(column="A", above=3),
        Condition(column="_line_no", is_none_of=("1", "2")),
    ]
    assert (
        PLAIN.all_of(tests)
        == "A is empty and A is above 3 and the line of the file is none of 1, 2"
    )


def test_short_words_count_what_they_do_not_say() -> None:
    rule = ColumnRule.model_validate({"from": "A", "codes": {str(n): "x" for n in range(6)}})
    assert SHORT.rule(rule) == "as it stands; 0 → x, 1 → x, 2 → x and 3 more codes"
    rule = ColumnRule.model_validate({"cases": [{"when": [KINDS], "then": "x"}] * 5})
    assert SHORT.rule(rule).endswith("x where Kind is one of A, B, C and 3 more and 2 more cases")
    assert "F" in PLAIN.rule(rule) and "more" not in PLAIN.rule(rule)
    assert SHORT.rule(ColumnRule.model_validate({"from": "_sheet"})) == "the name of the sheet"
