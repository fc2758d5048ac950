"""Partitions as an earlier version wrote them: without columns that it did not know."""

import json
from collections.abc import Collection, Mapping
from datetime import date

import pyarrow.parquet as pq

from pipelines.storage.digests import digest_of_file
from pipelines.storage.lake import DIGESTS, Lake
from pipelines.vocabulary.tables import INTAKE_TABLES

BEFORE_RUNS: Mapping[str, Collection[str]] = {
    "rejected_rows": ("last_row_number", "row_count", "reason_row_count", "rejected_row_count")
}
"""What `rejected_rows` lacked while each line was one reason of one row."""


def write_without(lake: Lake, vendor: str, day: date, lacking: Mapping[str, Collection[str]]) -> None:
    """Write a day's intake anew without some columns; its marker holds the digests, so that it is trusted."""
    digests: dict[str, str] = {}
    for table in INTAKE_TABLES:
        path = lake.partition(table, vendor, day)
        rows = pq.ParquetFile(path).read()
        known = [name for name in rows.column_names if name not in lacking.get(table, ())]
        noted = pq.read_metadata(path).metadata or {}
        with pq.ParquetWriter(path, rows.select(known).schema, store_schema=False) as writer:
            writer.write_table(rows.select(known))
            if table == INTAKE_TABLES[-1]:
                writer.add_key_value_metadata({**noted, DIGESTS: json.dumps(digests).encode()})
        digests[table] = digest_of_file(path)
