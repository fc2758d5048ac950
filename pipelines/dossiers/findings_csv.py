"""Tables for people: CSV that a spreadsheet opens safely. Machines read the lake."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from pipelines.arrays.spreadsheet_cells import BYTE_ORDER_MARK, neutralised
from pipelines.storage.folders import PRIVATE, replacing
from pipelines.vocabulary.tables import SORT_KEYS


def write_findings_csv(path: Path, findings: pa.Table) -> int:
    """Write all findings of a vendor beside its dossier, as `disputed_findings` has them, by `write_rows_csv`.

    Rows are ordered by delivery date, then by the table's key, so that the same findings give the same bytes.

    Returns:
        Rows written.
    """
    keys = [(key, "ascending") for key in ("delivery_date", *SORT_KEYS["findings"])]
    return write_rows_csv(path, findings.sort_by(keys))


def write_rows_csv(path: Path, rows: pa.Table) -> int:
    """Write rows in their order: comma, UTF-8, header. The file is replaced whole.

    A sign that a spreadsheet could take for the start of a formula gets an apostrophe in front.

    Returns:
        Rows written.
    """
    with replacing(path.parent, path, PRIVATE) as target:
        target.write(BYTE_ORDER_MARK)
        csv.write_csv(neutralised(_lists_joined(rows)), target)
    return len(rows)


def _lists_joined(rows: pa.Table) -> pa.Table:
    """A CSV has no lists: their elements in one cell, after one another."""
    columns = {
        field.name: pc.binary_join(rows[field.name], ", ") if pa.types.is_list(field.type) else rows[field.name]
        for field in rows.schema
    }
    return pa.table(columns)
