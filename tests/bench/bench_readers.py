"""What a line costs by the format it comes in: the same sales lines in other clothes.

Each is taken in as a run would, archive and lineage included, in a process of its own. A mapping
may not cost much beside the native layout; the other formats are told, with a wide bound, so that
one that becomes many times slower is noticed.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import yaml

from pipelines.ingest.contracts import load_contract
from tests.bench.bench_ingest import fresh, ours, sales_lines
from tests.bench.rows import Row

LINES = 400_000
ROUNDS = 2
MICRO = "µs a line"
NUMBERS = ("quantity", "regular_unit_price", "discount_amount", "net_amount", "tax_amount")

Writer = Callable[[pl.DataFrame, Path], Path]


def rows() -> list[Row]:
    """Each format against the native layout."""
    with tempfile.TemporaryDirectory(prefix="loupe-bench-") as name:
        folder = Path(name)
        native = _cost(folder, _native, None, LINES)
        return [
            Row("delimited with a mapping / native", _mapped(folder), native, 1.5, MICRO),
            *(
                Row(f"{what} / native", _cost(folder, write, mapping, lines), native, bound, MICRO)
                for what, write, mapping, lines, bound in (
                    ("delimited, all of it guessed", _european, _guessing(), LINES, 5),
                    ("JSON lines", _json_lines, _plain("*.jsonl"), LINES // 4, 12),
                    ("fixed width", _fixed_width, _fixed_mapping(), LINES // 4, 8),
                    ("workbook", _workbook, None, LINES // 8, 24),
                    ("POSLog XML", _poslog, None, LINES // 8, 60),
                )
            ),
        ]


def _mapped(folder: Path) -> float:
    return _cost(folder, _european, _european_mapping(), LINES)


def _cost(folder: Path, write: Writer, mapping: dict | None, lines: int) -> float:
    """Microseconds a line, the best of some rounds."""
    frame = sales_lines(lines)
    best = float("inf")
    for _ in range(ROUNDS):
        home = fresh(folder)
        if mapping:
            path = home / "mappings" / "bench" / "sales.yml"
            path.parent.mkdir(parents=True)
            path.write_text(yaml.safe_dump(mapping), "utf-8")
        write(frame, home / "landing")
        told = ours(home)
        assert told["rows"] >= lines * 0.99, told
        best = min(best, told["seconds"] / told["rows"] * 1e6)
    return best


def _plain(files: str, **more: object) -> dict:
    """A mapping whose headers are the contract's own names."""
    columns = {name: name for name in load_contract().datasets["sales_lines"].columns}
    return {
        "system": "bench",
        "export": "sales",
        "dataset": "sales_lines",
        "files": files,
        "columns": columns,
        **more,
    }


def _european_mapping() -> dict:
    told = _plain(
        "vente_*.csv",
        delimiter=";",
        encoding="windows-1252",
        numbers={"decimal": ",", "thousands": "."},
        dates=["%d/%m/%Y"],
    )
    told["columns"] = {name: f"F_{name.upper()}" for name in told["columns"]}
    told["columns"]["sold_at"] = {"from": "F_SOLD_AT"}
    return told


def _guessing() -> dict:
    return _european_mapping() | {"delimiter": "auto", "encoding": "auto", "numbers": "auto"}


def _fixed_mapping() -> dict:
    columns = load_contract().datasets["sales_lines"].columns
    at = {name: [24 * n + 1, 24 * n + 24] for n, name in enumerate(columns)}
    return _plain("*.fix", format="fixed_width", columns_at=at)


def _native(frame: pl.DataFrame, landing: Path) -> Path:
    path = landing / "sales_lines_20241231.csv"
    frame.write_csv(path)
    return path


def _european(frame: pl.DataFrame, landing: Path) -> Path:
    """Semicolons, decimal commas, days before months, other headers, Windows-1252."""
    path = landing / "vente_20241231.csv"
    dressed = frame.with_columns(
        *(pl.col(name).str.replace(".", ",", literal=True) for name in NUMBERS),
        pl.col("business_date").str.to_date().dt.strftime("%d/%m/%Y"),
        discount_reason=pl.col("discount_reason").str.replace("loyalty", "fidélité"),
    ).rename(lambda name: f"F_{name.upper()}")
    path.write_bytes(dressed.write_csv(separator=";").encode("windows-1252"))
    return path


def _json_lines(frame: pl.DataFrame, landing: Path) -> Path:
    path = landing / "sales_20241231.jsonl"
    frame.write_ndjson(path)
    return path


def _fixed_width(frame: pl.DataFrame, landing: Path) -> Path:
    path = landing / "sales_20241231.fix"
    padded = frame.select(
        pl.concat_str(pl.all().fill_null("").str.slice(0, 24).str.pad_end(24))
    ).to_series()
    path.write_text("\n".join(padded) + "\n", "utf-8")
    return path


def _workbook(frame: pl.DataFrame, landing: Path) -> Path:
    path = landing / "sales_lines_20241231.xlsx"
    frame.write_excel(path)
    return path


def _poslog(frame: pl.DataFrame, landing: Path) -> Path:
    """Receipts of one line each, as the documented example writes them."""
    path = landing / "arts_poslog6" / "day.xml"
    path.parent.mkdir()
    with path.open("w", encoding="utf-8") as file:
        file.write(_POSLOG_BEGIN)
        file.writelines(_RECEIPT.format(number=number) for number in range(frame.height))
        file.write("</POSLog>")
    stores = "store_id,store_name,store_format,country,time_zone,currency"
    (landing / "stores_20240101.csv").write_text(
        f"{stores}\nPAR,Rive Gauche,boutique,FR,Europe/Paris,EUR\n", "utf-8"
    )
    return path


_POSLOG_BEGIN = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<POSLog xmlns="http://www.nrf-arts.org/IXRetail/namespace/" MajorVersion="6">\n'
)
_RECEIPT = """<Transaction>
  <BusinessUnit><UnitID>PAR</UnitID></BusinessUnit>
  <WorkstationID TypeCode="POS">1</WorkstationID>
  <SequenceNumber>{number}</SequenceNumber>
  <OperatorID>7</OperatorID>
  <ReceiptNumber>{number}</ReceiptNumber>
  <RetailTransaction>
    <LineItem>
      <SequenceNumber>1</SequenceNumber>
      <Sale ItemType="Stock">
        <ItemID Name="Ring">R-1</ItemID>
        <RegularSalesUnitPrice Currency="EUR">1200.00</RegularSalesUnitPrice>
        <ExtendedAmount Currency="EUR">1200.00</ExtendedAmount>
        <Quantity>1</Quantity>
      </Sale>
    </LineItem>
    <LineItem>
      <SequenceNumber>2</SequenceNumber>
      <Tender TenderType="Cash"><Amount Currency="EUR">1200.00</Amount></Tender>
    </LineItem>
  </RetailTransaction>
  <BusinessDayDate>2024-10-15</BusinessDayDate>
  <EndDateTime>2024-10-15T08:00:00Z</EndDateTime>
</Transaction>
"""


def main() -> None:
    print(json.dumps([vars(row) for row in rows()], indent=2))


if __name__ == "__main__":
    main()
