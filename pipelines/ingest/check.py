"""A dry run of one file: what would be taken in, and what would not. The home stays as it is."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.ingest import lake
from pipelines.ingest.archive import Kept
from pipelines.ingest.contracts import Contract, load_contract
from pipelines.ingest.landing import CONTROL, Found, Stamp
from pipelines.ingest.mappings import (
    Claim,
    Mapping,
    MappingError,
    Named,
    Register,
    load_mappings,
)
from pipelines.ingest.reading import Delivery, Reader
from pipelines.settings import SHIPPED_MAPPINGS, Home, Settings

FIRST_REASONS = 10


@dataclass(frozen=True)
class Reason:
    """Why a line would be set aside."""

    line_no: int
    column: str | None
    rule: str
    value: str | None
    expected: str


@dataclass(frozen=True)
class CheckReport:
    """What one mapping would make of the file. `status`: accepted, refused or waiting."""

    status: str
    reason: str | None
    mapping: str | None = None
    dataset: str | None = None
    lines_read: int = 0
    rows: int = 0
    rejected: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    first_reasons: list[Reason] = field(default_factory=list)
    # scope, store_id, business_date, scope_part, row_count, rejected_count of each.
    scopes: list[dict[str, Any]] = field(default_factory=list)
    control_total_check: str = "absent"


def check_file(
    path: Path,
    mapping: str | None = None,
    *,
    home: Home | None = None,
    settings: Settings | None = None,
    contract: Contract | None = None,
) -> list[CheckReport]:
    """Reads `path` as `take_in` would: one report for each dataset the file becomes.

    `mapping` is a name such as `native/sales_lines`; without it the file's name decides, told as a
    path below `home.landing` when it lies there. Stores' time zones come from the lake of `home`.
    Raises MappingError for an unknown mapping, ContractError for a faulty contract.
    """
    home = home or Home.find()
    settings = settings or home.settings()
    contract = contract or load_contract()
    mappings = load_mappings([SHIPPED_MAPPINGS, home.mappings], contract)
    try:
        stamp = _stamp(path)
    except OSError as fault:
        return [CheckReport("refused", f"cannot be read: {(fault.strerror or '').lower()}")]
    if not path.is_file():
        return [CheckReport("refused", "is a folder, not a file")]
    found = Found(path, _name(path, home), stamp)
    try:
        claims = _claims(found, mapping, mappings)
    except _NotClaimed as fault:
        return [CheckReport("refused", str(fault))]
    with tempfile.TemporaryDirectory(prefix="loupe-check-") as room:
        folder = lake.BatchFolder(Home(Path(room)), "check", contract)
        zones = dict(lake.current_stores(home))
        reports = []
        for claim in claims:
            delivery = Delivery(
                found,
                Kept("", path, is_one_line=False),
                contract.datasets[claim.mapping.dataset],
                claim.mapping,
                claim.named,
            )
            Reader(contract, settings, zones, folder, lambda part, scope: None).read([delivery])
            reports.append(_report(delivery))
        folder.abandon()
    return reports


class _NotClaimed(Exception):
    pass


def _claims(found: Found, wanted: str | None, mappings: list[Mapping]) -> list[Claim]:
    if wanted is None:
        try:
            claims = Register(mappings).claims(found.name)
        except MappingError as fault:
            raise _NotClaimed(str(fault)) from fault
        if not claims:
            raise _NotClaimed(
                "no mapping knows a file of this name; name one with --mapping, such as "
                "native/sales_lines"
            )
        return claims
    for mapping in mappings:
        if mapping.name == wanted:
            return [Claim(mapping, mapping.claims(found.name) or Named())]
    names = ", ".join(mapping.name for mapping in mappings)
    raise MappingError(f"no mapping is called {wanted}. There are: {names}")


def _name(path: Path, home: Home) -> str:
    try:
        return path.absolute().relative_to(home.landing).as_posix()
    except ValueError:
        return f"{path.absolute().parent.name}/{path.name}"


def _stamp(path: Path) -> Stamp:
    told = path.stat()
    with path.open("rb") if path.is_file() else tempfile.TemporaryFile():
        pass
    control = "yes" if path.with_name(path.name + CONTROL).exists() else ""
    return Stamp(told.st_size, told.st_mtime_ns, told.st_ino, control)


def _report(delivery: Delivery) -> CheckReport:
    assert delivery.mapping is not None and delivery.dataset is not None
    first = delivery.faults.sort("_line_no").head(FIRST_REASONS)
    return CheckReport(
        delivery.status,
        delivery.reason,
        delivery.mapping.name,
        delivery.dataset.name,
        delivery.lines_read,
        delivery.loaded if delivery.status == "accepted" else 0,
        delivery.rejected,
        dict(delivery.skipped),
        [
            Reason(one["_line_no"], one["column_name"], one["rule"], one["value"], one["expected"])
            for one in first.iter_rows(named=True)
        ],
        delivery.scopes,
        delivery.control_check,
    )
