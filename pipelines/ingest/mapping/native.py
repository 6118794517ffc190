"""The reference layout, a mapping made from the contract."""

from __future__ import annotations

from pipelines.ingest.contracts import Dataset
from pipelines.ingest.mapping.file_names import FilePattern
from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.mapping.rules import ColumnRule


def native(dataset: Dataset) -> Mapping:
    """The mapping of the reference layout for a dataset."""
    return Mapping(
        system="native",
        export=dataset.name,
        dataset=dataset.name,
        files=FilePattern(
            regex=rf"(?:.*/)?{dataset.name}(?:_(?P<store_id>[^/]+?))??_(?P<business_date>\d{{8}})"
            r"(?:_(?P<suffix>[^/_.]+))?\.(?i:csv|csv\.gz|parquet|xls[xmb]?|ods)"
        ),
        columns={
            column.name: ColumnRule(source=column.name, optional=not column.required)
            for column in dataset.columns.values()
        },
        is_native=True,
    )
