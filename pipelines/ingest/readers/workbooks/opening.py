"""Which kind of workbook a file is, by its bytes; its name may say another."""

from __future__ import annotations

from pathlib import Path

from pipelines.ingest.readers import Refused
from pipelines.ingest.readers.workbooks.compound import MAGIC, Compound
from pipelines.ingest.readers.workbooks.facts import Book
from pipelines.ingest.readers.workbooks.ods import Ods
from pipelines.ingest.readers.workbooks.package import Package, damage_in_words
from pipelines.ingest.readers.workbooks.xls import PASSWORD, Xls
from pipelines.ingest.readers.workbooks.xlsb import Xlsb
from pipelines.ingest.readers.workbooks.xlsx import Xlsx
from pipelines.settings import Settings

_MACROS = "xl/vbaproject.bin"


def look_into(path: Path, name: str, settings: Settings) -> Book:
    """The workbook at `path`, called `name` when received, looked at. Raises Refused."""
    with path.open("rb") as file:
        start = file.read(512)
    if not start:
        raise Refused("it is empty: not even a header")
    if start.startswith(MAGIC):
        return _old(path)
    if not start.startswith(b"PK"):
        raise Refused(_what(start))
    package = Package(path, settings)
    with damage_in_words():
        if "xl/workbook.xml" in package:
            if _MACROS in package and name.lower().endswith(".xlsx"):
                raise Refused(
                    "it holds macros, which no .xlsx has: save it as .xlsx without macros, or "
                    "as .xlsm if they are meant (they are never run)"
                )
            return Xlsx(package)
        if "xl/workbook.bin" in package:
            return Xlsb(package)
        if package.is_ods:
            return Ods(package)
    raise Refused("it is no whole Excel workbook: save it again as .xlsx")


def _old(path: Path) -> Book:
    file = Compound(path)
    if "EncryptedPackage" in file or "EncryptionInfo" in file:
        raise Refused(PASSWORD)
    if "Workbook" not in file and "Book" not in file:
        raise Refused("it is no Excel workbook, but another old Office document")
    return Xls(file)


def _what(start: bytes) -> str:
    top = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if top.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")):
        return "it is a web page that is called a workbook: open it in Excel and save it as .xlsx"
    if b"\t" in start or b";" in start or b"," in start:
        return (
            "it is text that is called a workbook: say format: csv and its delimiter in the "
            "mapping, or save it as .xlsx"
        )
    return "it is no Excel workbook: save it again as .xlsx"
