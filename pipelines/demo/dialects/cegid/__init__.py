"""The network's exports as Cegid Retail Y2 writes them: UTF-16, semicolons, its table's columns.

Seven datasets: items, clients, receipt lines, payments, till closings, stock and movements. What
Y2 has no column for stands in the house's own fields, U_…, as Y2's free tables would hold it; the
mappings beside this file read them. Y2 cannot carry, and the network goes on writing natively:

- stores, employees, trading_days, targets: not kept in the tables read here;
- store_traffic: JOURSETAB knows the visitors of a day, not of an hour.

Amounts have decimal commas, dates are day first, moments local without an offset. Transactions are
known by souche and number, which together are what the native exports call them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipelines.demo.dialects.layout import Delimited, Field, Layout

# Native word → the house's code.
_TENDERS = {
    "cash": ("ESP", "001"), "check": ("CHQ", "003"), "cashiers_check": ("CHB", "003"),
    "money_order": ("MDT", "009"), "bank_draft": ("TRB", "009"), "travelers_check": ("TRV", "009"),
    "card": ("CBN", "005"), "wire": ("VIR", "009"), "gift_card": ("BON", "008"),
    "store_credit": ("AVO", "002"), "account": ("CPT", "007"), "deposit_applied": ("ACP", "006"),
    "other": ("AUT", "009"),
}  # fmt: skip
_LINES = {
    "merchandise": ("MAR", ""), "service": ("PRE", ""), "gift_card": ("FI", "ABA"),
    "deposit": ("FI", "VAR"), "financial": ("FI", "ECR"),
}  # fmt: skip
_STATUSES = {
    "completed": "VAL", "voided": "ANN", "post_voided": "ANP", "suspended": "ATT",
    "training": "FOR",
}  # fmt: skip
_STATES = {
    "available": "DIS", "reserved": "RES", "display": "VIT", "damaged": "ABI", "in_transit": "TRA",
    "on_consignment": "CON", "in_repair": "SAV", "client_owned": "CLI",
}  # fmt: skip
# RET and REB are natures the house added: sent back to headquarters, thrown away.
_NATURES = {
    "receipt": "BLF", "sale": "FFO", "sale_return": "FFO", "transfer_out": "TEM",
    "transfer_in": "TRE", "return_to_hq": "RET", "write_off": "REB",
}  # fmt: skip
_LEAVING = ("sale", "sale_return", "transfer_out", "return_to_hq", "write_off")
_CLOSINGS = {"open": "OUV", "provisional": "CPR", "final": "CDE"}
_NO_DAY = "01/01/1900"

Of = Callable[[Any], object]


def _is(name: str) -> Of:
    return lambda row: getattr(row, name)


def _number(name: str) -> Of:
    return lambda row: str(getattr(row, name)).replace(".", ",")


def _day(name: str) -> Of:
    """2026-05-20 → 20/05/2026; no day is 01/01/1900."""
    return lambda row: _day_first(getattr(row, name)) if getattr(row, name) else _NO_DAY


def _day_first(text: str) -> str:
    return f"{text[8:10]}/{text[5:7]}/{text[:4]}"


def _day_of(name: str) -> Of:
    return lambda row: _day_first(getattr(row, name)) if getattr(row, name) else _NO_DAY


def _time_of(name: str) -> Of:
    return lambda row: getattr(row, name)[11:19]


def _code(name: str, codes: dict[str, Any], part: int | None = None) -> Of:
    """The house's code for a word; a word nobody knows stays as it is."""

    def value(row: Any) -> object:
        word = getattr(row, name)
        code = codes.get(word, word)
        return code if part is None or isinstance(code, str) else code[part]

    return value


def _flag(name: str) -> Of:
    return lambda row: {"true": "X", "false": "-"}.get(getattr(row, name), "")


def _article(name: str) -> Of:
    """The technical key: the code in 18 characters, room for sizes, and an X at the end."""
    return lambda row: f"{getattr(row, name):<34}X" if getattr(row, name) else ""


def _souche(name: str) -> Of:
    return lambda row: getattr(row, name).rpartition("-")[0]


def _numero(name: str) -> Of:
    return lambda row: getattr(row, name).rpartition("-")[2]


def _always(text: str) -> Of:
    return lambda row: text


def _fields(*told: tuple[str, Of] | tuple[str, Of, str]) -> list[Field]:
    return [Field(*one) for one in told]


_ITEMS = _fields(
    ("GA_ARTICLE", _article("item_id")),
    ("GA_CODEARTICLE", _is("item_id")),
    ("GA_CODEBARRE", _is("gtin")),
    ("GA_LIBELLE", _is("item_name")),
    ("GA_STATUTART", _always("UNI")),
    ("GA_TYPEARTICLE", _always("MAR")),
    ("GA_FAMILLENIV1", _is("category")),
    ("GA_COLLECTION", _is("collection")),
    ("GA_LIBREART1", _is("material")),
    ("GA_LOT", _flag("is_serialized")),
    ("GA_PMRP", _number("unit_cost")),
    ("GA_PVHT", _number("unit_retail_price")),
    ("GA_PAYSORIGINE", _is("supplier_country")),
)
_CLIENTS = _fields(
    ("T_TIERS", _is("client_id")),
    ("T_NATUREAUXI", _always("CLI")),
    ("T_LIBELLE", _is("last_name")),
    ("T_PRENOM", _is("first_name")),
    ("T_ADRESSE1", _is("address_line")),
    ("T_VILLE", _is("city")),
    ("T_CODEPOSTAL", _is("postal_code")),
    ("T_PAYS", _is("country")),
    ("T_TELEPHONE", _is("phone")),
    ("T_EMAIL", _is("email")),
    ("T_DATECREATION", _day("created_on")),
    ("U_RAISON", _is("company_name")),
    ("U_NAISSANCE", _day("birth_date")),
    ("U_ETAT", _is("state")),
    ("U_TYPEPIECE", _is("document_type")),
    ("U_NUMPIECE", _is("document_number")),
    ("U_PASSAGE", _flag("is_placeholder")),
)
_SALES = _fields(
    ("GL_NATUREPIECEG", _always("FFO")),
    ("GL_SOUCHE", _souche("transaction_id")),
    ("GL_NUMERO", _numero("transaction_id")),
    ("GL_INDICEG", _always("0")),
    ("GL_NUMLIGNE", _is("line_number")),
    ("GL_DATEPIECE", _day("business_date"), "business_date"),
    ("GP_DATECREATION", _day_of("sold_at")),
    ("GP_HEURECREATION", _time_of("sold_at")),
    ("GL_ETABLISSEMENT", _is("store_id")),
    ("GL_CAISSE", _is("register_id")),
    ("GP_DEVISE", _is("currency")),
    ("GP_TIERS", _is("client_id")),
    ("GP_CREATEUR", _is("operator_id")),
    ("GL_REPRESENTANT", _is("sales_associate_id")),
    ("GL_TYPELIGNE", _always("ART")),
    ("GL_TYPEARTICLE", _code("line_type", _LINES, 0)),
    ("GA_TYPEARTFINAN", _code("line_type", _LINES, 1)),
    ("GL_ARTICLE", _article("item_id")),
    ("SerialNumberId", _is("serial_number")),
    ("GL_QTEFACT", _number("quantity")),
    ("GL_PUHT", _number("regular_unit_price")),
    ("GL_TYPEREMISE", _is("discount_reason")),
    ("GL_TOTREMLIGNE", _number("discount_amount")),
    ("GL_TOTREMPIED", _always("0")),
    ("GL_TOTALHT", _number("net_amount"), "net_amount"),
    ("GL_TOTALTAXE1", _number("tax_amount")),
    ("GL_TOTALTAXE2", _always("0")),
    ("GL_TOTALTAXE3", _always("0")),
    ("GL_TOTALTAXE4", _always("0")),
    ("GL_TOTALTAXE5", _always("0")),
    ("GL_PIECEPRECEDENTE", _is("original_transaction_id")),
    ("U_STATUT", _code("transaction_status", _STATUSES)),
    ("U_ANNULEE", _flag("is_voided_line")),
    ("U_PRIXFORCE", _flag("is_price_override")),
    ("U_CANAL", _is("sale_channel")),
    ("U_LIVREETAT", _is("ship_to_state")),
    ("U_LIVRECP", _is("ship_to_postal_code")),
    ("U_LIVREPAYS", _is("ship_to_country")),
    ("U_EXO", _is("tax_exemption")),
    ("U_EXOREF", _is("tax_exemption_reference")),
    ("U_MOTIFRETOUR", _is("return_reason")),
)
_PAYMENTS = _fields(
    ("GPE_NATUREPIECEG", _always("FFO")),
    ("GPE_SOUCHE", _souche("transaction_id")),
    ("GPE_NUMERO", _numero("transaction_id")),
    ("GPE_INDICEG", _always("0")),
    ("GPE_NUMECHE", _is("tender_number")),
    ("GPE_DATEPIECE", _day("business_date")),
    ("GPE_DATEECHE", _always(_NO_DAY)),
    ("GP_DATECREATION", _day_of("tendered_at")),
    ("GP_HEURECREATION", _time_of("tendered_at")),
    ("GPE_ETABLISSEMENT", _is("store_id")),
    ("GPE_CAISSE", _is("register_id")),
    ("GP_DEVISE", _is("currency")),
    ("GP_TIERS", _is("client_id")),
    ("GPE_MODEPAIE", _code("tender_type", _TENDERS, 0), "tender_type"),
    ("MP_TYPEMODEPAIE", _code("tender_type", _TENDERS, 1)),
    ("GPE_MONTANTECHE", _number("tender_amount")),
    ("GPE_MONTANTENCAIS", _number("tender_amount")),
    ("GPE_DEVISEESP", _is("currency")),
    ("GPE_CBNUMTRANSAC", _is("authorization_code")),
    ("U_RENDU", _number("change_amount")),
    ("U_CARTE", _is("card_last_four")),
    ("U_PAYEUR", _is("payer_name")),
    ("U_PIECEPAYEUR", _is("payer_document_number")),
    ("U_NUMERO", _is("instrument_number")),
    ("U_EMETTEUR", _is("instrument_issuer")),
    ("U_VALEUR", _number("instrument_face_amount")),
)
_TILLS = _fields(
    ("GP_ETABLISSEMENT", _is("store_id")),
    ("GJC_CAISSE", _is("register_id")),
    ("GJC_NUMZCAISSE", _is("z_number")),
    ("GJC_DATEOUV", _day("business_date")),
    ("U_DATEOUV", _day_of("opened_at")),
    ("U_HEUREOUV", _time_of("opened_at")),
    ("GJC_DATEFERME", _day_of("closed_at")),
    ("GJC_HEUREFERME", _time_of("closed_at")),
    ("GJC_ETAT", _code("closing_status", _CLOSINGS)),
    ("GJM_MODEPAIE", _code("tender_type", _TENDERS, 0)),
    ("MP_TYPEMODEPAIE", _code("tender_type", _TENDERS, 1)),
    ("GJM_FDCAISOUV", _number("opening_float")),
    ("GJM_PIECBILTOT", _number("counted_amount")),
    ("Z_TOTAL", _number("declared_amount")),
    ("Z_NBPIECES", _is("transaction_count")),
    ("Z_PREMIER", _is("first_receipt_number")),
    ("Z_DERNIER", _is("last_receipt_number")),
    ("U_ENTREES", _number("paid_in")),
    ("U_SORTIES", _number("paid_out")),
    ("U_BANQUE", _number("banked_amount")),
)
_STOCK = _fields(
    ("GQ_ARTICLE", _article("item_id")),
    ("GQ_DEPOT", _is("store_id")),
    ("GQ_CLOTURE", _always("-")),
    ("GQ_DATECLOTURE", _always(_NO_DAY)),
    ("GQ_PHYSIQUE", _number("quantity")),
    ("GQ_EMPLACEMENT", _is("location")),
    ("GQ_PMRP", _number("unit_cost")),
    ("SerialNumberId", _is("serial_number")),
    ("U_ETAT", _code("stock_status", _STATES)),
    ("U_DATE", _day_of("snapshot_at")),
    ("U_HEURE", _time_of("snapshot_at")),
)


def _units(row: Any) -> object:
    """Documents say how many, their nature which way; returns stay negative receipts."""
    return -row.quantity if row.movement_type in _LEAVING else row.quantity


_MOVEMENTS = _fields(
    ("GL_NATUREPIECEG", _code("movement_type", _NATURES), "movement_type"),
    ("GL_SOUCHE", _souche("document_id")),
    ("GL_NUMERO", _numero("document_id")),
    ("GL_INDICEG", _always("0")),
    ("GL_NUMLIGNE", _is("line_number")),
    ("GL_DATEPIECE", _day("business_date")),
    ("GP_DATECREATION", _day_of("posted_at")),
    ("GP_HEURECREATION", _time_of("posted_at")),
    ("GL_DEPOT", _is("store_id")),
    ("GP_DEPOTDEST", _is("counterpart_store_id")),
    ("GP_REFINTERNE", _is("document_id")),
    ("GP_REFEXTERNE", _is("transfer_id")),
    ("GP_CREATEUR", _is("operator_id")),
    ("GL_TYPELIGNE", _always("ART")),
    ("GL_TYPEARTICLE", _always("MAR")),
    ("GL_ARTICLE", _article("item_id")),
    ("SerialNumberId", _is("serial_number")),
    ("GL_QTESTOCK", _units),
    ("GL_DPR", _number("unit_cost")),
    ("GL_PIECEPRECEDENTE", _is("source_transaction_id")),
    ("MovementReasonId", _is("reason_code")),
    ("U_EMPLACEMENT", _is("location")),
    ("U_TRANSPORTEUR", _is("carrier")),
    ("U_COLIS", _is("tracking_number")),
    ("U_VALEUR", _number("insured_value")),
    ("U_SECOND", _is("second_person_id")),
    ("U_ATTENDU", _day("expected_on")),
)


def _table(prefix: str, fields: list[Field]) -> Layout:
    return Delimited(prefix, fields, encoding="utf-16", delimiter=";", line_end="\r\n")


LAYOUTS: dict[str, Layout] = {
    "items": _table("ARTICLE", _ITEMS),
    "clients": _table("TIERS", _CLIENTS),
    "sales_lines": _table("LIGNE_FFO", _SALES),
    "tenders": _table("PIEDECHE", _PAYMENTS),
    "till_closings": _table("CTRLCAISMT", _TILLS),
    "stock_snapshots": _table("DISPO", _STOCK),
    "stock_movements": _table("LIGNE_STOCK", _MOVEMENTS),
}
