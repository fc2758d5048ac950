"""Tables for people: CSV that a spreadsheet opens safely. Machines read the lake."""

import os
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from pipelines.domain.schemas import SORT_KEYS

FORMULA: Final = r"(^|[;\t\r\n])(\s*\"*)([=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}])"
"""A sign that a spreadsheet may take for the start of a formula (OWASP, CSV injection), full-width signs included.

It stands at the start of a text, or after a character at which some spreadsheets split a quoted text (`;` in France).
"""
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
"""Without it a spreadsheet misreads accents."""


def write_findings_csv(path: Path, findings: pa.Table) -> int:
    """Write all findings of a vendor beside its dossier: comma, UTF-8, header, the columns of the lake's `findings`.

    A sign that a spreadsheet could take for the start of a formula gets an apostrophe in front. Rows are ordered by
    delivery date, then by the table's key, so that the same findings give the same bytes. The file is replaced whole.

    Returns:
        Rows written.
    """
    keys = [(key, "ascending") for key in ("delivery_date", *SORT_KEYS["findings"])]
    ordered = neutralised(findings.sort_by(keys))
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.part")
    with aside.open("wb") as target:
        target.write(BYTE_ORDER_MARK)
        csv.write_csv(ordered, target)
    os.replace(aside, path)
    return len(ordered)


def neutralised(table: pa.Table) -> pa.Table:
    """The table, whose texts no spreadsheet takes for formulas."""
    columns = [_neutralised(column) if pa.types.is_string(column.type) else column for column in table.columns]
    return pa.table(columns, names=table.column_names)


def _neutralised(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.replace_substring_regex(column, FORMULA, r"\1\2'\3")
