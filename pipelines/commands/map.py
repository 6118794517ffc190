"""`loupe map`: draft a mapping for a file nobody has mapped yet, and try it at once."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from pipelines.commands.check import show_report
from pipelines.commands.screen import FAILED, out, print_json, stop
from pipelines.settings import SHIPPED_MAPPINGS, Home

if TYPE_CHECKING:
    from pipelines.ingest.drafting.draft import Draft


def draft_mapping(
    home: Home,
    file: Path,
    dataset: str | None,
    system: str | None,
    to: Path | None,
    force: bool,
    as_json: bool,
) -> int:
    """Write a draft beside the home's mappings and show what it makes of `file`.

    Ends 0 when the file would be accepted with the draft as it stands, else 1.
    """
    from pipelines.ingest.check import check_file
    from pipelines.ingest.mapping.faults import MappingError

    drafted = _drafted(home, file, dataset, system)
    path = to or home.mappings / drafted.system / f"{drafted.export}.yml"
    if path.exists() and not force:
        raise stop(
            f"{path} is there already: name another with --to, or write over it with --force"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(drafted.text, "utf-8")
    try:
        (report,) = check_file(file, str(path), home=home)
    except MappingError as fault:
        raise stop(f"{path} was written, but cannot be used yet: {fault}") from fault
    if as_json:
        told = {key: value for key, value in asdict(drafted).items() if key != "text"}
        print_json({"path": str(path), **told, "check": asdict(report)})
    else:
        _show(path, drafted)
        show_report(file, report)
        _say(
            f"\nLook at the {len(drafted.doubts)} line(s) marked '# check:' in {path}, then:\n"
            f"  loupe check {file} --mapping {drafted.name} --home {home.root}"
        )
    return 0 if report.status == "accepted" else FAILED


def _drafted(home: Home, file: Path, dataset: str | None, system: str | None) -> Draft:
    from pipelines.ingest import lake
    from pipelines.ingest.contracts import load_contract
    from pipelines.ingest.drafting.draft import draft
    from pipelines.ingest.mapping.faults import MappingError
    from pipelines.ingest.mapping.loading import load_mappings
    from pipelines.ingest.readers import Refused

    contract = load_contract()
    try:
        mappings = load_mappings([SHIPPED_MAPPINGS, home.mappings], contract)
    except MappingError:
        # Another draft may be unfinished: that keeps nobody from a new one.
        mappings = []
    if dataset is not None and dataset not in contract.datasets:
        raise stop(f"{dataset} is no dataset. There are: {', '.join(contract.datasets)}")
    if not file.is_file():
        raise stop(f"{file}: there is no such file")
    zones = dict(lake.current_stores(home))
    try:
        return draft(
            file,
            contract,
            home.settings(),
            zones=zones,
            dataset=dataset,
            system=system,
            mappings=mappings,
        )
    except Refused as fault:
        raise stop(f"{file}: no mapping can be drafted: {fault}") from fault
    except OSError as fault:
        raise stop(f"{file} cannot be read: {(fault.strerror or '').lower()}") from fault


def _show(path: Path, drafted: Draft) -> None:
    _say(f"{path}: {drafted.name} makes {drafted.dataset}")
    table = Table("header", "column", "a value", "check")
    for one in drafted.columns:
        table.add_row(*(cell or "" for cell in (one.header, one.column, one.value, one.doubt)))
    out.print(table)
    if drafted.familiar:
        known = ", ".join(drafted.familiar[:3])
        _say(f"These headers are known already: try --mapping {known} before this draft.")
    shown = {one.column for one in drafted.columns}
    for key, words in drafted.doubts:
        if key not in shown:
            _say(f"  check {key}: {words}")
    _say("")


def _say(text: str) -> None:
    out.print(text, highlight=False, markup=False, soft_wrap=True)
