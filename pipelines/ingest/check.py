"""A dry run of one file: what would be taken in, and what would not. The home stays as it is."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.ingest import lake, unclaimed
from pipelines.ingest.archive import Kept
from pipelines.ingest.card_numbers import masked_text
from pipelines.ingest.contracts import Contract, load_contract
from pipelines.ingest.delivery import Delivery
from pipelines.ingest.figures import ROWS, Compared, columns, compared, of_rows
from pipelines.ingest.landing import CONTROL, Found, Stamp
from pipelines.ingest.mapping.faults import MappingError
from pipelines.ingest.mapping.file_names import Named
from pipelines.ingest.mapping.loading import load_mappings, read_mapping
from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.mapping.register import Claim, Register
from pipelines.ingest.preview import ColumnShown, Preview, preview
from pipelines.ingest.reading.reader import Reader
from pipelines.ingest.reading.rows import Rows
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
    # What was found out about the file: its encoding, its separator, how it writes numbers.
    findings: dict[str, str] = field(default_factory=dict)
    # Key figures of each scope, beside those of the version loaded now.
    figures: list[Compared] = field(default_factory=list)
    # Each column of the dataset that gets something: its headers, its rule, a few values.
    columns: list[ColumnShown] = field(default_factory=list)
    # Headers that no rule reads, those the mapping leaves out on purpose, columns without a value.
    unused_headers: list[str] = field(default_factory=list)
    ignored_headers: list[str] = field(default_factory=list)
    empty_columns: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class MappingTold:
    """A mapping a file may be read with; `files` says which names it claims by itself."""

    name: str
    dataset: str
    description: str
    files: str


def list_mappings(home: Home | None = None, contract: Contract | None = None) -> list[MappingTold]:
    """The shipped mappings and the home's own, then the native layouts. Raises MappingError."""
    home = home or Home.find()
    found = load_mappings([SHIPPED_MAPPINGS, home.mappings], contract or load_contract())
    found.sort(key=lambda one: (one.is_native, one.name))
    return [
        MappingTold(one.name, one.dataset, one.description, one.files.glob or one.files.regex or "")
        for one in found
    ]


def check_file(
    path: Path,
    mapping: str | None = None,
    *,
    name: str | None = None,
    home: Home | None = None,
    settings: Settings | None = None,
    contract: Contract | None = None,
) -> list[CheckReport]:
    """Reads `path` as `take_in` would: one report for each dataset the file becomes.

    `mapping` is a name such as `native/sales_lines`, or the path of a mapping that lies anywhere
    (`draft.yml`); without it the file's name decides, told as a path below `home.landing` when it
    lies there. `name` says what to take for that path instead; it is matched, never opened. Stores'
    time zones come from the lake of `home`.
    Raises MappingError for an unknown mapping, ContractError for a faulty contract.
    """
    home = home or Home.find()
    settings = settings or home.settings()
    contract = contract or load_contract()
    mappings = load_mappings([SHIPPED_MAPPINGS, home.mappings], contract)
    if mapping is not None and mapping.endswith((".yml", ".yaml")):
        one = read_mapping(Path(mapping), contract, {told.name: told for told in mappings})
        mappings = [told for told in mappings if told.name != one.name] + [one]
        mapping = one.name
    if path.exists() and not path.is_file():
        what = "a folder, not a file" if path.is_dir() else "no ordinary file"
        return [CheckReport("refused", f"is {what}")]
    try:
        stamp = _stamp(path)
    except OSError as fault:
        return [CheckReport("refused", f"cannot be read: {(fault.strerror or '').lower()}")]
    try:
        name, claims = _claims([name] if name else _names(path, home), mapping, mappings)
    except _NotClaimed as fault:
        return [CheckReport("refused", str(fault))]
    found = Found(path, name, stamp)
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
            reader = Reader(settings, folder.spool)
            rows = reader.read([delivery], zones)
            figures = _figures(home, delivery, rows)
            reports.append(
                _report(delivery, figures, preview(delivery, settings, zones, reader.first_settled))
            )
        folder.abandon()
    return reports


class _NotClaimed(Exception):
    pass


def _claims(
    names: list[str], wanted: str | None, mappings: list[Mapping]
) -> tuple[str, list[Claim]]:
    """Who reads a file that may be called any of `names`, and what it is called then."""
    if wanted is None:
        register = Register(mappings)
        for name in names:
            try:
                if claims := register.claims(name):
                    return name, claims
            except MappingError as fault:
                raise _NotClaimed(str(fault)) from fault
        where = unclaimed.elsewhere(names[0], mappings)
        raise _NotClaimed(
            f"no mapping knows a file of this name; {f'{where}; ' if where else ''}name one with "
            f"--mapping, such as native/sales_lines; {unclaimed.DRAFT}"
        )
    for mapping in mappings:
        if mapping.name == wanted:
            for name in names:
                if (named := mapping.claims(name)) is not None:
                    return name, [Claim(mapping, named)]
            return names[0], [Claim(mapping, Named())]
    known = ", ".join(mapping.name for mapping in mappings)
    raise MappingError(f"no mapping is called {wanted}. There are: {known}")


def _names(path: Path, home: Home) -> list[str]:
    """What the file is called below the landing folder.

    One that lies elsewhere may land in any folder: the ends of its path are tried.
    """
    whole = path.absolute()
    try:
        return [whole.relative_to(home.landing).as_posix()]
    except ValueError:
        parts = whole.parts[1:]
        return ["/".join(parts[-count:]) for count in (2, 1, 3, 4) if count <= len(parts)]


def _stamp(path: Path) -> Stamp:
    told = path.stat()
    with path.open("rb"):
        pass
    control = "yes" if path.with_name(path.name + CONTROL).exists() else ""
    return Stamp(told.st_size, told.st_mtime_ns, told.st_ino, control)


def _figures(home: Home, delivery: Delivery, rows: Rows) -> list[Compared]:
    """The key figures of an accepted file, scope by scope, beside the loaded ones."""
    _, dataset = delivery.read_with
    if delivery.status != "accepted":
        return []
    typed = rows.frame
    if rows.spool is not None:
        wanted = columns(dataset)
        typed = pl.read_parquet(rows.spool, columns=wanted, hive_partitioning=False)
    told = {} if typed is None else of_rows(typed, dataset)
    if dataset.scope == "store_day":
        # A file may deliver a store-day with nothing in it.
        for one in delivery.scopes:
            told.setdefault(f"{one['store_id']}|{one['business_date']}", {ROWS: Decimal(0)})
    return compared(home, dataset, told, {one["scope"] for one in delivery.scopes})


def _report(delivery: Delivery, figures: list[Compared], shown: Preview) -> CheckReport:
    mapping, dataset = delivery.read_with
    faults = delivery.faults
    if delivery.status == "waiting":
        # Nobody can say yet whether a time exists in a zone that is not known.
        faults = faults.filter(pl.col("rule") != "existing time")
    first = faults.sort("_line_no").head(FIRST_REASONS)
    return CheckReport(
        delivery.status,
        delivery.reason,
        mapping.name,
        dataset.name,
        delivery.lines_read,
        delivery.loaded if delivery.status == "accepted" else 0,
        faults.height if delivery.status == "waiting" else delivery.rejected,
        dict(delivery.skipped),
        [
            Reason(
                one["_line_no"],
                one["column_name"],
                one["rule"],
                # In the archive a card number is masked already; here the file is as it came.
                masked_text(one["value"]) if one["value"] else one["value"],
                one["expected"],
            )
            for one in first.iter_rows(named=True)
        ],
        delivery.scopes,
        delivery.control_check,
        dict(delivery.findings),
        figures,
        shown.columns,
        shown.unused,
        shown.ignored,
        shown.empty,
    )
