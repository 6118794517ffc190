"""Words of mappings that the shipped ones need: sums, signs by case, carried columns, extension."""

from decimal import Decimal

import pytest

from pipelines.ingest.contracts import load_contract
from pipelines.ingest.mapping.faults import MappingError
from pipelines.ingest.mapping.loading import load_mappings
from tests.unit.ingest.ingest_exports import STORES

LEGACY = """\
system: legacy
export: moves
dataset: stock_movements
files: {glob: 'moves_*.csv'}
ignore_unknown: true
constants: {store_id: NYC, movement_type: adjustment}
columns:
  document_id: Doc
  line_number: {from: _line_no}
  business_date: Day
  posted_at: {template: '{Day}T10:00:00Z'}
  item_id:
    cases:
      - {when: [{column: Kind, is_none_of: [FI]}], take: Item}
    otherwise: none
  quantity:
    sum: [In, -Out]
    absolute: true
    negate_when: [{column: Kind, is_one_of: [OUT, GONE]}]
"""
MOVES = """\
Doc,Day,Kind,Item,In,Out
D1,2024-01-02,IN,RING,3,1
D2,2024-01-02,OUT,RING,,2
D3,2024-01-02,GONE,RING,-1.5,
D4,2024-01-02,FI,FLOAT,1,
D5,2024-01-02,IN,RING,,
D6,2024-01-02,IN,RING,1,x
D7,2024-01-02,,RING,0.1,-0.2
"""


def put_mapping(network, text, name="legacy.yml"):
    network.home.mappings.mkdir(parents=True, exist_ok=True)
    (network.home.mappings / name).write_text(text, "utf-8")


def test_sums_are_exact_and_signs_go_by_case(network):
    put_mapping(network, LEGACY + "reject_tolerance: 0.5\n")
    network.put("stores_20240101.csv", STORES)
    outcome = network.one("moves_1.csv", MOVES)
    assert (outcome.rows_loaded, outcome.rows_rejected) == (5, 2)
    rows = network.table("stock_movements").sort("_line_no")
    assert dict(rows.select("document_id", "quantity").rows()) == {
        "D1": Decimal(2),
        "D2": Decimal(-2),
        "D3": Decimal("-1.5"),
        "D4": Decimal(1),
        "D7": Decimal("0.3"),
    }
    assert rows.get_column("item_id").to_list() == ["RING", "RING", "RING", "none", "none"]
    told = network.table("rejected_rows").sort("line_no")
    assert told.select("line_no", "rule", "value").rows() == [
        (6, "required", None),
        (7, "number", "x"),
    ]


def test_products_are_multiplied_before_they_are_added_up(network):
    put_mapping(network, LEGACY.replace("[In, -Out]", "[In * Out, -Off]") + "reject_tolerance: 1\n")
    text = "Doc,Day,Kind,Item,In,Out,Off\nA,2024-01-02,IN,R,2,1.005,0.01\n"
    text += "B,2024-01-02,IN,R,2,,1\nC,2024-01-02,IN,R,2,1,-\n"
    assert network.one("moves_1.csv", text).rows_rejected == 1
    quantities = network.table("stock_movements").sort("_line_no").get_column("quantity")
    assert quantities.to_list() == [Decimal("2"), Decimal("1")]


CARRIED = LEGACY.replace("  document_id: Doc", "  reason_code: Why\n  document_id: Doc") + (
    "carry: {by: Doc, columns: [Day, Why]}\n"
)


def test_columns_of_a_group_are_carried_from_its_first_line(network, monkeypatch):
    monkeypatch.setattr("pipelines.ingest.readers.delimited.BLOCK_BYTES", 40)
    put_mapping(network, CARRIED + "reject_tolerance: 0.5\n")
    text = "Doc,Day,Why,Kind,Item,In,Out\n"
    text += "A,2024-01-02,lost,IN,R,1,\nA,,,IN,R,2,\nA,,found,IN,R,3,\n"
    text += "B,2024-01-03,,IN,R,4,\nB,,,IN,R,5,\nC,,,IN,R,6,\n"
    for name in ("moves_1.csv", "moves_2.csv"):  # alone, and where files are joined
        network.put(name, text.replace("\n", f"{name[6]}\n") if name[6] == "2" else text)
    network.put("moves_2.csv", text.replace("IN,R", "IN,S"))
    outcomes = {one.file_name: one for one in network.take_in().files}
    assert {one.rows_loaded for one in outcomes.values()} == {5}
    rows = network.table("stock_movements").filter(item_id="R").sort("_line_no")
    assert rows.get_column("reason_code").to_list() == ["lost", "lost", "found", None, None]
    assert [str(day) for day in rows.get_column("business_date")] == (
        ["2024-01-02"] * 3 + ["2024-01-03"] * 2
    )
    # The line of C has nothing to take over: it is set aside, not given to B's day.
    assert network.table("rejected_rows").get_column("line_no").to_list() == [7, 7]


def test_a_home_extends_a_shipped_mapping_and_takes_its_place(tmp_path):
    shipped, home = tmp_path / "shipped", tmp_path / "home"
    shipped.mkdir(), home.mkdir()
    (shipped / "moves.yml").write_text(LEGACY)
    own = home / "own.yml"
    own.write_text(
        "extends: legacy/moves\ncolumns:\n  store_id: Shop\n  item_id: null\n"
        "constants: {item_id: ANY}\n"
    )
    (mapping,) = [
        one for one in load_mappings([shipped, home], load_contract()) if one.system == "legacy"
    ]
    assert mapping.constants == {"movement_type": "adjustment", "item_id": "ANY"}
    assert mapping.columns["store_id"].source == "Shop"
    assert mapping.columns["document_id"].source == "Doc"
    assert mapping.rules["item_id"].constant == "ANY"
    own.write_text("extends: legacy/moves\nexport: other\nfiles: other.csv\n")
    names = [one.name for one in load_mappings([shipped, home], load_contract())]
    assert names[-2:] == ["legacy/moves", "legacy/other"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("extends: legacy/none\n", "line 1, key extends: there is no mapping legacy/none"),
        ("extends: legacy/moves\ncolumns:\n  zone: Zone\n", "line 3, key columns.zone"),
        ("extends: legacy/moves\ncolumns:\n  quantity: null\n", "needs quantity, which no rule"),
        (LEGACY.replace("take: Item", "take: Item, then: x"), "either then: or take:"),
        (LEGACY.replace("    sum: [In, -Out]", "    sum: [In]\n    from: In"), "exactly one of"),
    ],
)
def test_wrong_words_are_told_with_their_line(tmp_path, text, words):
    (tmp_path / "a.yml").write_text(LEGACY.replace("export: moves", "export: moves"))
    home = tmp_path / "home"
    home.mkdir()
    (home / "b.yml").write_text(text)
    (tmp_path / "s").mkdir()
    (tmp_path / "a.yml").rename(tmp_path / "s" / "a.yml")
    with pytest.raises(MappingError) as told:
        load_mappings([tmp_path / "s", home], load_contract())
    assert words in str(told.value)


def test_one_name_twice_in_a_folder_is_refused(tmp_path):
    (tmp_path / "a.yml").write_text(LEGACY)
    (tmp_path / "b.yml").write_text(LEGACY)
    with pytest.raises(MappingError, match=r"b\.yml.*legacy/moves is already the name of .*a\.yml"):
        load_mappings([tmp_path], load_contract())
