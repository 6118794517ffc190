"""EPCIS: counts and movements out of JSON-LD and XML, codes and places, errors taken back."""

import contextlib
import gzip
import json
import random
import shutil
import tracemalloc
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from pipelines.ingest.contracts import load_contract
from pipelines.ingest.mapping.loading import read_mapping
from pipelines.ingest.readers import Refused, epcis
from pipelines.ingest.readers.epcis.epc import NoCode, check_digit, code, place
from pipelines.ingest.readers.epcis.events import Event, Item, term
from pipelines.settings import SHIPPED_MAPPINGS, Settings

EXAMPLES = Path(__file__).parent / "examples" / "gs1_epcis"
RING = "urn:epc:id:sgtin:0614141.107346."


def outcomes(network):
    return {one.dataset: one for one in network.take_in().files}


def put_example(network, name):
    (network.home.landing / "gs1_epcis").mkdir(parents=True, exist_ok=True)
    shutil.copy(EXAMPLES / name, network.home.landing / "gs1_epcis")


def skipped(network, dataset):
    table = network.table("skipped_rows").filter(pl.col("dataset") == dataset)
    return dict(table.select("reason", "row_count").iter_rows())


def rejects(network, dataset="count_scans"):
    table = network.table("rejected_rows").filter(pl.col("dataset") == dataset)
    return table.select("line_no", "rule", "value", "expected").rows()


def event(**told):
    return {
        "type": "ObjectEvent",
        "eventID": "urn:uuid:1",
        "eventTime": "2024-10-15T20:00:00-04:00",
        "eventTimeZoneOffset": "-04:00",
        "action": "OBSERVE",
        "bizStep": "cycle_counting",
        "bizLocation": {"id": "urn:epc:id:sgln:0614141.00777.0"},
        "epcList": [RING + "1"],
    } | told


def document(*events, **told):
    return json.dumps(
        {"type": "EPCISDocument", "schemaVersion": "2.0", **told}
        | {"epcisBody": {"eventList": list(events)}},
        indent=1,
    )


def scans(network, *events):
    network.put("gs1_epcis/f.json", document(*events))
    found = outcomes(network)["count_scans"]
    assert found.status == "accepted", found.reason
    return network.table("count_scans").sort("count_id", "scan_number").rows(named=True)


# ── codes and places ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("uri", "gtin", "serial"),
    [
        # The pairs of GS1's own documents.
        ("urn:epc:id:sgtin:0614141.107346.2017", "10614141073464", "2017"),
        ("https://id.gs1.org/01/70614141123451/21/2017", "70614141123451", "2017"),
        ("urn:epc:id:sgtin:0614141.712345.2017", "70614141123451", "2017"),
        ("urn:epc:id:sgtin:9521321.012345.A%2FB", "09521321123458", "A/B"),
        ("urn:epc:tag:sgtin-96:3.0614141.107346.2017", "10614141073464", "2017"),
        ("urn:epc:idpat:sgtin:0614141.107346.*", "10614141073464", None),
        ("urn:epc:class:lgtin:0614141.107346.LOT1", "10614141073464", None),
        ("https://shop.example.com/a/01/09521321123458/10/L1/21/S%202?17=251231", None, "S 2"),
        ("http://example.com/gtin/9521321123458/ser/7", "09521321123458", "7"),
        ("urn:epc:id:sgtin:061414.1107346.1", "10614141073464", "1"),
        ("urn:epc:id:sgtin:061414110734.1.1", "10614141107343", "1"),
    ],
)
def test_codes_give_gtin_and_serial(uri, gtin, serial):
    found = code(uri)
    assert found.serial == serial
    if gtin is not None:
        assert found.gtin == gtin and check_digit(gtin[:-1]) == gtin[-1]


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("urn:epc:id:sgtin:0614141.1073.2017", "makes 13"),
        ("urn:epc:id:sgtin:0614141.10734A.2017", "separated by points"),
        ("urn:epc:id:sgtin:06141.10734612.1", "6 to 12"),
        ("https://id.gs1.org/01/10614141073465/21/1", "mistyped"),
        ("https://id.gs1.org/01/123/21/1", "8, 12, 13 or 14"),
        ("urn:epc:raw:96.x30742", "decode"),
        ("3074257BF7194E4000001A85", "EPC URI"),
        ("urn:epc:id:sgtin:" + "1" * 500, "400 characters"),
    ],
)
def test_what_is_no_code_is_told_in_words(uri, words):
    with pytest.raises(NoCode, match=words):
        code(uri)


def test_other_codes_are_no_items():
    assert code("urn:epc:id:sscc:0614141.1234567890").gtin is None
    assert code("https://id.gs1.org/00/106141412345678908").scheme == "sscc"
    assert code("urn:uuid:7b2a0001-0000-4000-8000-000000000001").scheme == "other"


@pytest.mark.parametrize(
    ("uri", "gln", "extension"),
    [
        ("urn:epc:id:sgln:0614141.07346.1234", "0614141073467", "1234"),
        ("urn:epc:id:sgln:0614141.07346.0", "0614141073467", None),
        ("urn:epc:id:pgln:0614141.07346", "0614141073467", None),
        ("https://id.gs1.org/414/0614141073467/254/SAFE", "0614141073467", "SAFE"),
        ("https://house.example/stores/NYC", None, None),
        ("urn:house:store:NYC", None, None),
    ],
)
def test_places_give_gln_and_extension(uri, gln, extension):
    found = place(uri)
    assert (found.gln, found.extension) == (gln, extension)
    assert found.name == (gln or uri)


def test_a_place_with_a_wrong_check_digit_is_none():
    with pytest.raises(NoCode, match="13 digits"):
        place("https://id.gs1.org/414/0614141073460")


@pytest.mark.parametrize(
    "told",
    [
        "shipping",
        "urn:epcglobal:cbv:bizstep:shipping",
        "https://ref.gs1.org/cbv/BizStep-shipping",
        "https://ns.gs1.org/cbv/BizStep-shipping",
        "cbv:BizStep-shipping",
    ],
)
def test_words_of_the_vocabulary_are_read_however_written(told):
    assert term(told) == "shipping"


@pytest.mark.parametrize(
    ("time", "offset", "utc", "day"),
    [
        (
            "2024-10-15T20:58:12.345-04:00",
            "-04:00",
            "2024-10-16 00:58:12.345000+00:00",
            "2024-10-15",
        ),
        ("2005-04-05T02:33:31.116Z", "-06:00", "2005-04-05 02:33:31.116000+00:00", "2005-04-04"),
        ("2024-10-15T20:58:12", "-04:00", "2024-10-16 00:58:12+00:00", "2024-10-15"),
        ("2024-10-15T23:30:00Z", "+09:00", "2024-10-15 23:30:00+00:00", "2024-10-16"),
        ("2024-10-15T23:30:00Z", None, "2024-10-15 23:30:00+00:00", "2024-10-15"),
        ("2024-10-15T20:58:12", None, "None", None),
        ("yesterday", "-04:00", "None", None),
        ("9999-12-31T23:59:59-23:00", "+23:00", "None", None),
    ],
)
def test_moments_are_utc_and_days_those_of_the_place(time, offset, utc, day):
    found = Event(1, "ObjectEvent", time=time, offset=offset)
    assert (str(found.moment), found.day) == (utc, day)


def test_an_event_without_an_id_has_one_of_its_content():
    def one(*codes):
        return Event(1, "ObjectEvent", items=[Item(told, 1) for told in codes])

    assert one("a", "b").id == one("b", "a").id
    assert one("a", "b").id != one("a", "c").id


# ── the examples ─────────────────────────────────────────────────────────────────────────────


def test_a_count_in_json_ld(network):
    put_example(network, "counts.jsonld")
    found = outcomes(network)
    assert {one.status for one in found.values()} == {"accepted"}
    assert (found["count_scans"].rows_loaded, found["stock_movements"].rows_loaded) == (6, 0)
    table = network.table("count_scans").sort("count_id", "scan_number").rows(named=True)
    assert [(row["count_id"], row["serial_number"], row["quantity"]) for row in table] == [
        ("CC-2024-42", "2017", 1),
        ("CC-2024-42", "20/18", 1),
        ("CC-2024-42", "A77", 1),
        ("CC-2024-42", "3001", 1),
        ("CC-2024-42", None, 12),
        # 9999 was declared an error; 2017 corrects it.
        ("ST-2024", "2017", 1),
    ]
    assert len({(row["count_id"], row["scan_number"]) for row in table}) == 6
    first = table[0]
    assert first["item_id"] == "10614141073464" and table[4]["item_id"] == "10614141073471"
    assert (first["store_id"], first["zone"]) == ("0614141007776", "SAFE")
    assert str(first["scanned_at"]) == "2024-10-16 00:58:12.345000"
    assert skipped(network, "count_scans") == {
        "taken back by an error declaration": 1,
        "error declaration: takes an event back": 1,
        "other step: commissioning": 1,
        "logistic unit or other code that is no item": 1,
    }


def test_movements_in_xml(network):
    put_example(network, "movements.xml")
    found = outcomes(network)
    assert (found["stock_movements"].rows_loaded, found["stock_movements"].rows_rejected) == (3, 0)
    out, other, arrived = (
        network.table("stock_movements").sort("posted_at", "serial_number").rows(named=True)
    )
    assert (out["movement_type"], out["quantity"], out["serial_number"]) == (
        "transfer_out", -1, "2017",
    )  # fmt: skip
    assert other["serial_number"] == "2018"
    assert (arrived["movement_type"], arrived["quantity"]) == ("transfer_in", 1)
    # Both halves name the same despatch advice, and each other's place.
    assert out["transfer_id"] == arrived["transfer_id"] == "TR-1001"
    assert out["counterpart_store_id"] == arrived["store_id"] == "0614141007776"
    assert arrived["counterpart_store_id"] == out["store_id"] == "0614141000012"
    # Half past ten in the evening in New York, the next day in Greenwich.
    assert str(out["business_date"]) == "2024-10-15"
    assert str(out["posted_at"]) == "2024-10-16 02:30:00"
    assert arrived["location"] == "BACK"
    assert skipped(network, "stock_movements") == {
        "taken back by an error declaration": 1,
        "error declaration: takes an event back": 1,
        "logistic unit or other code that is no item": 1,
    }


@pytest.mark.parametrize(
    ("name", "table"), [("counts.jsonld", "count_scans"), ("movements.xml", "stock_movements")]
)
def test_lines_of_the_file_are_true(network, name, table):
    put_example(network, name)
    network.take_in()
    lines = (EXAMPLES / name).read_text().splitlines()
    for row in network.table(table).rows(named=True):
        mark = "quantityElement" if "xml" in name else "epcClass"
        serial = (row["serial_number"] or "").removesuffix("/18").removesuffix("77")
        assert (serial or mark) in lines[row["_line_no"] - 1]


def test_xml_and_json_give_the_same(network):
    told = event(
        bizStep="receiving",
        bizTransactionList=[{"type": "desadv", "bizTransaction": "T1"}],
        sourceList=[{"type": "location", "source": "urn:epc:id:sgln:0614141.00001.0"}],
        quantityList=[{"epcClass": "urn:epc:idpat:sgtin:0614141.107347.*", "quantity": 2.50}],
    )
    network.put("gs1_epcis/a.json", document(told))
    network.put(
        "gs1_epcis/b.xml",
        f"""<EPCISDocument><EPCISBody><EventList><ObjectEvent>
        <eventTime>{told["eventTime"]}</eventTime>
        <eventTimeZoneOffset>-04:00</eventTimeZoneOffset>
        <baseExtension><eventID>urn:uuid:1</eventID></baseExtension>
        <epcList><epc>{RING}1</epc></epcList><action>OBSERVE</action>
        <bizStep>urn:epcglobal:cbv:bizstep:receiving</bizStep>
        <bizLocation><id>urn:epc:id:sgln:0614141.00777.0</id></bizLocation>
        <bizTransactionList><bizTransaction type="urn:epcglobal:cbv:btt:desadv">T1</bizTransaction>
        </bizTransactionList>
        <extension><sourceList><source type="urn:epcglobal:cbv:sdt:location">
        urn:epc:id:sgln:0614141.00001.0</source></sourceList>
        <quantityList><quantityElement><epcClass>urn:epc:idpat:sgtin:0614141.107347.*</epcClass>
        <quantity>2.5</quantity></quantityElement></quantityList></extension>
        </ObjectEvent></EventList></EPCISBody></EPCISDocument>""",
    )
    network.take_in()
    table = network.table("stock_movements").drop("_file_id", "_line_no", "_scope", "_batch_id")
    assert table.height == 4 and table.unique().height == 2
    assert sorted(table.unique()["quantity"].to_list()) == [1, Decimal("2.5")]


# ── errors declared, events repeated ─────────────────────────────────────────────────────────


def test_a_declaration_takes_back_whether_before_or_after(network):
    wrong = event(eventID="urn:uuid:9", epcList=[RING + "9"])
    declared = wrong | {"errorDeclaration": {"declarationTime": "2024-10-15T21:00:00Z"}}
    found = scans(network, declared, wrong, event())
    assert [row["serial_number"] for row in found] == ["1"]


def test_without_an_id_the_content_tells_which_event_is_taken_back(network):
    wrong = event(epcList=[RING + "9"])
    del wrong["eventID"]
    found = scans(network, wrong, event(), wrong | {"errorDeclaration": {"reason": "x"}})
    assert [row["serial_number"] for row in found] == ["1"]


def test_a_declaration_about_another_file_is_set_aside(network):
    declared = event(eventID="urn:uuid:77") | {"errorDeclaration": {"reason": "did_not_occur"}}
    many = [event(eventID=f"urn:uuid:{at}", epcList=[f"{RING}{at}"]) for at in range(20)]
    assert len(scans(network, *many, declared)) == 20
    ((_, rule, value, expected),) = rejects(network)
    assert (rule, value) == ("error declaration", "urn:uuid:77") and "same file" in expected
    # Which event of which day, and what to do about it.
    told = "cycle counting of 2024-10-15T20:00:00-04:00 at urn:epc:id:sgln:0614141.00777.0"
    assert told in expected and "under its old name" in expected
    # It is on the account once, and no movement: nobody is bothered there.
    assert skipped(network, "count_scans") == {}
    assert rejects(network, "stock_movements") == []


def test_the_file_that_brought_an_error_mends_it_when_it_comes_again(network):
    """What the words of a declaration set aside tell people to do."""
    good = [
        event(eventID=f"g{at}", epcList=[f"{RING}{at}"], bizStep="receiving") for at in range(20)
    ]
    wrong = event(eventID="urn:uuid:9", epcList=[RING + "99"], bizStep="receiving")
    network.put("gs1_epcis/first.json", document(*good, wrong))
    network.take_in()
    declared = wrong | {"errorDeclaration": {"reason": "did_not_occur"}}
    network.put("gs1_epcis/first.json", document(*good, wrong, declared))
    found = outcomes(network)["stock_movements"]
    assert (found.status, found.rows_loaded, found.rows_rejected) == ("accepted", 20, 0)
    scopes = network.table("stock_movements").select("_scope", "_batch_id").unique()
    # The same scope in both batches: the newer one takes the place of the older.
    assert scopes.get_column("_scope").n_unique() == 1 and scopes.height == 2


def test_a_weight_is_no_number_of_pieces(network):
    pieces = [
        {"epcClass": "urn:epc:idpat:sgtin:0614141.107346.*", "quantity": 3},
        {"epcClass": "urn:epc:idpat:sgtin:0614141.107347.*", "quantity": 2, "uom": "EA"},
        {"epcClass": "urn:epc:class:lgtin:0614141.107346.L1", "quantity": 1.5, "uom": "GRM"},
    ]
    many = [event(eventID=f"g{at}", epcList=[f"{RING}{at}"]) for at in range(20)]
    found = scans(network, *many, event(eventID="q", epcList=[], quantityList=pieces))
    assert sorted(row["quantity"] for row in found)[-2:] == [2, 3]
    ((_, rule, value, _),) = rejects(network)
    assert (rule, value) == ("unit", "1.5 GRM")


def test_an_event_told_twice_counts_once_and_a_reused_id_is_set_aside(network):
    many = [event(eventID=f"urn:uuid:{at + 10}", epcList=[f"{RING}{at}"]) for at in range(20)]
    found = scans(network, event(), event(), event(epcList=[RING + "2"]), *many)
    assert len(found) == 21
    assert skipped(network, "count_scans")["event told twice"] == 1
    ((_, rule, value, _),) = rejects(network)
    assert (rule, value) == ("event id", "urn:uuid:1")


def test_scans_are_numbered_over_the_events_of_a_count(network):
    count = [{"type": "house:count", "bizTransaction": "C1"}]
    found = scans(
        network,
        event(eventID="a", epcList=[RING + "1", RING + "2"], bizTransactionList=count),
        event(eventID="b", epcList=[RING + "3"], bizTransactionList=count),
        event(eventID="c", epcList=[RING + "4"]),
    )
    assert [(row["count_id"], row["scan_number"]) for row in found] == [
        ("C1", 1), ("C1", 2), ("C1", 3), ("c", 1),
    ]  # fmt: skip


# ── what does not fit ────────────────────────────────────────────────────────────────────────


def test_codes_and_places_that_are_none_are_set_aside(network):
    many = [f"{RING}{at}" for at in range(30)]
    found = scans(
        network,
        event(epcList=[*many, "urn:epc:id:sgtin:0614141.1.1", "3074257BF7194E4000001A85"]),
        event(eventID="b", bizLocation={"id": "urn:epc:id:sgln:0614141.1.0"}),
    )
    assert len(found) == 30
    assert [(rule, value) for _, rule, value, _ in rejects(network)] == [
        ("code", "urn:epc:id:sgtin:0614141.1.1"),
        ("code", "3074257BF7194E4000001A85"),
        ("location", None),
    ]


def test_half_a_character_is_no_code(network):
    many = [f"{RING}{at}" for at in range(20)]
    assert len(scans(network, event(epcList=[*many, "\ud800"]))) == 20
    assert [(rule, value) for _, rule, value, _ in rejects(network)] == [("code", "?")]


@pytest.mark.parametrize("name", ["counts.jsonld", "movements.xml"])
def test_no_damage_gives_a_traceback(name, tmp_path):
    contract, chance = load_contract(), random.Random(name)
    folder = SHIPPED_MAPPINGS / "gs1_epcis"
    mappings = [read_mapping(path, contract) for path in folder.glob("*.yml")]
    whole = (EXAMPLES / name).read_bytes()
    path = tmp_path / name
    for _ in range(100):
        start = chance.randrange(len(whole))
        end = start + chance.randrange(30)
        path.write_bytes(whole[:start] + chance.choice(UGLY) + whole[end:])
        for mapping in mappings:
            with contextlib.suppress(Refused):
                for chunk in epcis.read(path, mapping, Settings(), lambda names: None):
                    assert chunk.lines >= 0


UGLY = [b"", b"-1", b"1e300", b"NaN", b"9" * 5_000, b"\\ud800", b"\xff", b"[", b"{", b"<a>", b"%"]


def test_a_time_without_a_zone_is_set_aside(network):
    many = [event(eventID=f"urn:uuid:{at + 10}", epcList=[f"{RING}{at}"]) for at in range(20)]
    network.settings = Settings(quiet_seconds=0, default_time_zone="Europe/Paris")
    found = scans(network, event(eventTime="soon"), *many)
    assert len(found) == 20
    ((_, rule, value, _),) = rejects(network)
    assert (rule, value) == ("time", "soon")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"a": 1}', "no EPCIS document"),
        ("[1, 2]", "EPCIS document"),
        ("{", "damaged JSON"),
        ('{"epcisBody": {"eventList": [{"type": "ObjectEvent"', "line 1: it is damaged JSON"),
        ('{"epcisBody":\n {"eventList":\n [{"a": oops}]}}', "line 3: it is damaged JSON"),
        ('{"epcisBody": {"eventList": [1]}}', "an event"),
        ('{"epcisBody": {"eventList": [{"a": NaN}]}}', "NaN"),
        ('{"epcisBody": {"eventList": []}} more', "ends here"),
        ('{"epcisBody": {"eventList": [' + '{"a":' * 100_000, "nested too deep"),
        ("", "empty"),
        (b'{"epcisBody": "\xff\xfe"}', "not UTF-8"),
        ("<html/>", "first element is html"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><EPCISDocument/>", "never read"),
        ("epc;serial\n", "no XML"),
    ],
)
def test_what_is_no_epcis_is_refused(network, content, words):
    network.put("gs1_epcis/f.json", content)
    for found in outcomes(network).values():
        assert found.status == "refused" and words in found.reason


def test_single_events_query_results_gzip_and_marks(network):
    one = event()
    query = {"type": "EPCISQueryDocument", "epcisBody": {"queryResults": {"resultsBody": {}}}}
    query["epcisBody"]["queryResults"]["resultsBody"]["eventList"] = [event(eventID="b")]
    network.put("gs1_epcis/a.json", json.dumps(one))
    network.put("gs1_epcis/b.json.gz", gzip.compress(json.dumps(query).encode()))
    text = document(event(eventID="c"))
    network.put("gs1_epcis/c.jsonld", b"\xef\xbb\xbf" + text.encode())
    network.put("gs1_epcis/d.json", b"\xff\xfe" + text.replace('"c"', '"d"').encode("utf-16-le"))
    network.take_in()
    assert sorted(network.table("count_scans")["count_id"]) == ["b", "c", "d", "urn:uuid:1"]


def test_an_event_cut_anywhere_by_blocks_is_read_whole(tmp_path, monkeypatch):
    from pipelines.ingest.readers.epcis import json_events

    text = document(*[event(eventID=f"é{at}", epcList=[f"{RING}{at}"]) for at in range(8)])
    path = tmp_path / "f.json"
    path.write_text(text)
    for size in (1, 2, 3, 7, 64, 1_000):
        monkeypatch.setattr(json_events, "_BLOCK_BYTES", size)
        found = list(json_events.read(path, Settings()))
        assert [one.given_id for one in found] == [f"é{at}" for at in range(8)]
        assert [one.line for one in found] == sorted({one.line for one in found})
        assert text.splitlines()[found[3].items[0].line - 1].strip() == f'"{RING}3"'


def test_memory_stays_while_the_events_grow(tmp_path):
    mapping = read_mapping(SHIPPED_MAPPINGS / "gs1_epcis" / "counts.yml", load_contract())
    path = tmp_path / "big.json"
    with path.open("w") as file:
        file.write('{"epcisBody": {"eventList": [\n')
        for at in range(150):
            codes = [f"{RING}{at * 100 + one}" for one in range(100)]
            file.write((",\n" if at else "") + json.dumps(event(eventID=f"e{at}", epcList=codes)))
        file.write("]}}")
    tracemalloc.start()
    pieces = 0
    for chunk in epcis.read(path, mapping, Settings(), lambda names: None):
        pieces += chunk.frame.height
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert pieces == 15_000
    assert peak < 12 << 20
