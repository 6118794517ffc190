"""How a file is written: its format, its numbers, what stands side by side or only once."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from pipelines.ingest.mapping.strict import Strict

Format = Literal["csv", "parquet", "xlsx", "sap_list", "fixed_width", "json", "poslog", "epcis"]
EXTENSIONS: dict[str, Format] = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    # Any workbook, whichever program wrote it.
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xlsb": "xlsx",
    ".xls": "xlsx",
    ".ods": "xlsx",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
}


class Numbers(Strict):
    """How the source writes numbers."""

    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'"] | None = None

    @model_validator(mode="after")
    def _differ(self) -> Numbers:
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands cannot be the same character")
        return self


class Pieces(Strict):
    """Quantities that count pieces: whole numbers, and not all of them thousands.

    SAP prints pieces with three decimals, so `3,000` is three to one user and three thousand to
    another. A file whose pieces come out as fractions, or all as thousands, is refused.
    """

    quantities: tuple[str, ...] = Field(min_length=1, description="Headers of the quantities.")
    unit: str | None = Field(None, description="The header of their unit; without it, all count.")
    # The unit's code changes with the logon language: PC, ST (Stück), PZA (pieza), PZ (pezzo) …
    # [GK], domain.md 1.2.
    units: tuple[str, ...] = ("PC", "PCE", "PCS", "EA", "ST", "STK", "PZA", "PZ", "UN", "PÇ")


class Unpivot(Strict):
    """Quantities side by side that become a row each.

    `names` and `values` are headers that the rules read as if they stood in the file: which of
    the columns a row is from, and what stood there.
    """

    columns: tuple[str, ...] = Field(min_length=2, description="The first one must be there.")
    names: str
    values: str


class Carry(Strict):
    """Columns that only the first line of a group fills: the lines that follow take them over.

    A group is lines in a row with the same value under `by`.
    """

    by: str
    columns: tuple[str, ...] = Field(min_length=1)


class Poslog(Strict):
    """What the amounts of a POSLog mean; registers of different makes differ."""

    extended_amount: Literal["after_discount", "before_discount"] = Field(
        "after_discount", description="Whether ExtendedAmount has the line's discount off already."
    )
    tax: Literal["added", "included"] = Field(
        "added", description="Whether tax comes on top of ExtendedAmount or is part of it."
    )
