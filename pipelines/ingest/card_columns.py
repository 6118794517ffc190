"""Card numbers in Parquet: masked column by column, the rest of the file as it is.

A column under an identifier's name is left alone, as in any other file. Text is masked to its last
four digits, a number becomes its last four digits. Columns in columns (lists, structures) hold
nothing a dataset reads: with a card number in them the file is refused in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.ingest.card_cells import LONG_NUMBER, card_number_in
from pipelines.ingest.card_identifiers import is_identifier
from pipelines.ingest.card_numbers import masked_text
from pipelines.ingest.readers import Refused
from pipelines.ingest.readers.parquet import bounded
from pipelines.settings import Settings

_ROWS = 65_536
# Shorter numbers are no card's, longer ones neither.
_LEAST, _MOST = 10**12, 10**19


def find_in_parquet(path: Path, settings: Settings) -> bool:
    """Whether the file holds a card number. Raises Refused when it cannot be looked into."""
    try:
        with pq.ParquetFile(path, memory_map=False) as file:
            bounded(file, path, settings)
            schema = file.schema_arrow
            if _told(schema) != masked_text(_told(schema)):
                return True
            return any(
                _masked(array, name) is not array
                for batch in file.iter_batches(_ROWS)
                for name, array in zip(batch.schema.names, batch.columns, strict=True)
            )
    except (pa.ArrowException, OSError, ValueError) as fault:
        raise Refused("it is no whole Parquet file: have it exported again") from fault


def parquet_anew(path: Path, result: IO[bytes]) -> None:
    """Writes the file without its card numbers; what is told beside its columns is left out."""
    with pq.ParquetFile(path, memory_map=False) as file:
        schema = file.schema_arrow.remove_metadata()
        if any(masked_text(name) != name for name in schema.names):
            raise Refused(
                "a name of its columns holds a card number: nothing of it was kept. Take it out, "
                "and send it again"
            )
        with pq.ParquetWriter(result, schema) as writer:
            for batch in file.iter_batches(_ROWS):
                columns = [
                    _masked(array, name)
                    for name, array in zip(batch.schema.names, batch.columns, strict=True)
                ]
                writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))


def _told(schema: pa.Schema) -> str:
    """What stands beside the columns: their names and notes, each on a line of its own."""
    told = {**(schema.metadata or {})}
    # The schema once more, as Arrow packs it.
    told.pop(b"ARROW:schema", None)
    notes = [part.decode("utf-8", "replace") for pair in told.items() for part in pair]
    return "\n".join([*schema.names, *notes])


def _masked(array: pa.Array, name: str) -> pa.Array:
    """The same array, or one without card numbers. Raises Refused."""
    kind = array.type
    if is_identifier(name.encode("utf-8", "replace")):
        return array
    if pa.types.is_dictionary(kind):
        values = _masked(array.dictionary, name)
        is_same = values is array.dictionary
        return array if is_same else pa.DictionaryArray.from_arrays(array.indices, values)
    if pa.types.is_nested(kind):
        if any(_masked(part, inner) is not part for inner, part in _parts(array, name)):
            raise Refused(
                f"column {name} holds a card number inside of a list or structure: nothing of it "
                "was kept. Take it out, and send it again"
            )
        return array
    if _is_text(kind):
        return _masked_text(array)
    is_number = pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_floating(kind)
    return _masked_number(array) if is_number else array


def _is_text(kind: pa.DataType) -> bool:
    return (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_binary_view(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def _parts(array: pa.Array, name: str) -> Iterator[tuple[str, pa.Array]]:
    if pa.types.is_struct(array.type):
        for at in range(array.type.num_fields):
            yield array.type.field(at).name, array.field(at)
    elif pa.types.is_map(array.type):
        yield name, array.keys
        yield name, array.items
    else:
        yield name, array.flatten()


def _masked_text(array: pa.Array) -> pa.Array:
    kind = array.type
    is_bytes = not (
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )
    if is_bytes:
        # Latin-1 gives every byte a sign, and digits are digits.
        told = [one if one is None else one.decode("latin-1") for one in array.to_pylist()]
        texts = pl.Series(told, dtype=pl.String)
    else:
        texts = pl.Series(array.cast(pa.large_string()), dtype=pl.String)
    if card_number_in(texts) is None:
        return array
    told = texts.to_list()
    for row in texts.str.contains(LONG_NUMBER).fill_null(False).arg_true():
        told[row] = masked_text(told[row])
    if is_bytes:
        return pa.array([one if one is None else one.encode("latin-1") for one in told], type=kind)
    return pa.array(told, type=kind)


def _masked_number(array: pa.Array) -> pa.Array:
    kind = array.type
    if len(array) == array.null_count or (kind.bit_width < 64 and not pa.types.is_decimal(kind)):
        return array
    most = pc.max(array).as_py()
    if most is None or not most >= _LEAST:
        return array
    values = array.to_pylist()
    found = {
        row: int(value)
        for row, value in enumerate(values)
        if value is not None and _LEAST <= value < _MOST and value == int(value)
    }
    cards = {row: one for row, one in found.items() if masked_text(str(one)) != str(one)}
    if not cards:
        return array
    for row, one in cards.items():
        values[row] = type(values[row])(one % 10_000)
    return pa.array(values, type=kind)
