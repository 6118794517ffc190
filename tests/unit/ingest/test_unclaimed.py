"""A file that no mapping reads is answered with where it would be read, or how to get a mapping."""

from pathlib import Path

import pytest

from pipelines.ingest import unclaimed
from pipelines.ingest.check import check_file
from pipelines.ingest.contracts import load_contract
from pipelines.ingest.mapping.loading import load_mappings
from pipelines.settings import SHIPPED_MAPPINGS, Home


@pytest.fixture(scope="module")
def shipped():
    return load_mappings([SHIPPED_MAPPINGS], load_contract())


@pytest.mark.parametrize(
    ("name", "folders"),
    [
        ("SMALL.xml", ["arts_poslog6", "gs1_epcis", "poslog_ncr"]),
        ("anywhere/SMALL.xml", ["arts_poslog6", "gs1_epcis", "poslog_ncr"]),
        ("orders_export_1.csv", ["shopify/<store>"]),
        ("holiday.pdf", []),
    ],
)
def test_the_folders_a_file_would_be_read_in(shipped, name, folders):
    assert unclaimed.folders(name, shipped) == folders


def test_a_file_in_the_wrong_place_is_told_the_right_one(network):
    found = network.one("SMALL.xml", "<POSLog/>")
    assert found.status == "refused"
    assert "a folder called arts_poslog6, gs1_epcis or poslog_ncr" in found.reason


def test_a_file_of_a_system_nobody_knows_is_led_to_a_draft(network, tmp_path: Path):
    found = network.one("holiday.pdf", "x")
    assert "loupe map FILE drafts a mapping" in found.reason
    path = tmp_path / "elsewhere" / "journal.csv"
    path.parent.mkdir()
    path.write_text("a;b\n1;2\n")
    (report,) = check_file(path, home=Home(tmp_path / "home"))
    assert report.status == "refused" and "loupe map FILE" in report.reason
