"""The network's stock exports as SAP prints them: MB52 and MB51 as lists in pipes, in German.

Two datasets: stock_snapshots (MB52) and stock_movements (MB51), "unconverted" lists with a title,
rules, the header again on every page and a total at the end; pieces with three decimals, decimal
commas, minus behind, dates 20.05.2026. What these lists have no field for stands in fields the
house appended to its materials and documents (Z…), as houses do; the mappings beside this file
read them. Everything else SAP cannot carry here: tills, clients, traffic and lists stay native.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import IO, Any, NamedTuple

from pipelines.demo.dialects.layout import Layout
from pipelines.demo.rows import columns

_PAGE = 55
_ABOVE = 5  # title, blank line, rule, header, rule
# Reversals are not written: the network has none.
_MOVEMENT_TYPES = {
    "receipt": "101", "sale": "251", "sale_return": "653", "transfer_out": "303",
    "transfer_in": "305", "return_to_hq": "161", "write_off": "551",
}  # fmt: skip

Of = Callable[[Any], str]


class _Field(NamedTuple):
    header: str
    width: int
    value: Of
    stands_for: str = ""
    is_right: bool = False


def _is(name: str) -> Of:
    return lambda row: str(getattr(row, name))


def _grouped(whole: str) -> str:
    return f"{int(whole):,}".replace(",", ".") if whole.isdigit() else whole


def _amount(name: str) -> Of:
    """1234.50 → 1.234,50; behind a minus one more place."""

    def value(row: Any) -> str:
        text = str(getattr(row, name))
        if not text:
            return ""
        whole, _, part = text.lstrip("-").partition(".")
        return f"{_grouped(whole)},{part}{'-' if text.startswith('-') else ' '}"

    return value


def _pieces(row: Any) -> str:
    """1 → 1,000: pieces are printed with three decimals, and a minus behind."""
    return f"{_grouped(str(abs(row.quantity)))},000{'-' if row.quantity < 0 else ' '}"


def _day(name: str) -> Of:
    def value(row: Any) -> str:
        text = getattr(row, name)
        return f"{text[8:10]}.{text[5:7]}.{text[:4]}" if text else ""

    return value


def _time(name: str) -> Of:
    return lambda row: getattr(row, name)[11:19]


def _document(row: Any) -> str:
    digits = "".join(sign for sign in row.document_id if sign.isdigit())
    return f"49{digits[-8:]:0>8}"


class _List(Layout):
    """A list as it is printed: framed, paged, totalled."""

    encoding = "cp1252"

    def __init__(self, transaction: str, title: str, fields: Sequence[_Field]) -> None:
        self._transaction = transaction
        self._title = title
        self._fields = tuple(fields)
        self._open: dict[int, tuple[str, int, int]] = {}  # header, rows and units so far

    def name(self, dataset: str, rest: str) -> str:
        return f"{self._transaction}_{rest}.txt"

    def line(self, at: int) -> int:
        return at + 1 + _ABOVE * (at // _PAGE + 1)

    def begin(self, stream: IO[str], dataset: str, header: Sequence[str]) -> None:
        renamed = dict(zip(columns(dataset), header, strict=True))
        names = [
            one.header
            if renamed.get(one.stands_for, one.stands_for) == one.stands_for
            else renamed[one.stands_for]
            for one in self._fields
        ]
        self._open[id(stream)] = (self._framed("", names), 0, 0)
        self._page(stream)

    def _page(self, stream: IO[str]) -> None:
        header, rows, _ = self._open[id(stream)]
        rule = "-" * len(header)
        title = f"21.05.2026{self._title:^60}{rows // _PAGE + 1:>6}"
        stream.write(f"{title}\r\n\r\n{rule}\r\n{header}\r\n{rule}\r\n")

    def _framed(self, level: str, values: Sequence[str]) -> str:
        cells = [
            f"{value:>{one.width}}" if one.is_right else f"{value:<{one.width}}"
            for value, one in zip(values, self._fields, strict=True)
        ]
        return "|".join(["", f"{level:<3}", *cells, ""])

    def write(self, stream: IO[str], rows: Iterable[Sequence[object]]) -> int:
        count = 0
        for row in rows:
            header, before, units = self._open[id(stream)]
            if before and before % _PAGE == 0:
                self._page(stream)
            stream.write(self._framed("", [one.value(row) for one in self._fields]) + "\r\n")
            self._open[id(stream)] = (header, before + 1, units + row.quantity)  # type: ignore[attr-defined]
            count += 1
        return count

    def end(self, stream: IO[str]) -> None:
        header, _, units = self._open.pop(id(stream))
        total = ["" for _ in self._fields]
        total[next(at for at, one in enumerate(self._fields) if one.value is _pieces)] = (
            f"{_grouped(str(abs(units)))},000{'-' if units < 0 else ' '}"
        )
        stream.write(f"{'-' * len(header)}\r\n{self._framed('*', total)}\r\n")
        stream.write(f"{'-' * len(header)}\r\n")


_STOCK = [
    _Field("Material", 18, _is("item_id")),
    _Field("Werk", 5, _is("store_id")),
    _Field("LOrt", 9, _is("location")),
    _Field("Charge", 10, _is("serial_number")),
    _Field("Frei verwendbar", 15, _pieces, is_right=True),
    _Field("BME", 3, lambda row: "ST"),
    _Field("ZZZUSTAND", 12, _is("stock_status")),
    _Field("ZZKOSTEN", 14, _amount("unit_cost"), is_right=True),
    _Field("ZZTAG", 10, _day("snapshot_at")),
    _Field("ZZZEIT", 8, _time("snapshot_at")),
]
_MOVEMENTS = [
    _Field("Werk", 5, _is("store_id")),
    _Field("LOrt", 9, _is("location")),
    _Field("BwA", 3, lambda row: _MOVEMENT_TYPES.get(row.movement_type, ""), "movement_type"),
    _Field("Materialbeleg", 13, _document),
    _Field("MatBelegPos", 11, _is("line_number"), is_right=True),
    _Field("Material", 18, _is("item_id")),
    _Field("Charge", 10, _is("serial_number")),
    _Field("Menge in BME", 12, _pieces, is_right=True),
    _Field("BME", 3, lambda row: "ST"),
    _Field("Buchungsdatum", 13, _day("business_date")),
    _Field("Erfassungsdatum", 15, _day("posted_at")),
    _Field("Uhrzeit", 8, _time("posted_at")),
    _Field("Benutzer", 8, _is("operator_id")),
    _Field("Referenz", 12, _is("transfer_id")),
    _Field("Grund der Bewegung", 18, _is("reason_code")),
    _Field("UMWRK", 5, _is("counterpart_store_id")),
    _Field("ZZBELEG", 26, _is("document_id")),
    _Field("ZZBON", 24, _is("source_transaction_id")),
    _Field("ZZKOSTEN", 14, _amount("unit_cost"), is_right=True),
    _Field("ZZSPEDITEUR", 20, _is("carrier")),
    _Field("ZZSENDUNG", 12, _is("tracking_number")),
    _Field("ZZWERT", 16, _amount("insured_value"), is_right=True),
    _Field("ZZZWEITER", 9, _is("second_person_id")),
    _Field("ZZERWARTET", 10, _day("expected_on")),
]

LAYOUTS: dict[str, Layout] = {
    "stock_snapshots": _List("mb52", "Lagerbestandsliste", _STOCK),
    "stock_movements": _List("mb51", "Materialbelegliste", _MOVEMENTS),
}
