"""Columns whose words nobody knows, delivery by delivery: read in no row, and mended by a line in the contract.

What may be shown of them is decided in the intake, which keeps it with the file.
"""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Final

import pyarrow as pa

from pipelines.checks.faults import Fault

_REMEDY: Final = "map the vendor's words in the contract (`enum`), or tell the vendor which words are agreed"
_Column = tuple[str, date, str, str, str]
"""Vendor, day, role, canonical field, delivered column."""


def unknown_words(deliveries: pa.Table) -> list[Fault]:
    """One fault a column of a delivery that holds words outside of its vocabulary. `deliveries`: rows of that table."""
    counts: Counter[_Column] = Counter()
    words: dict[_Column, dict[str, None]] = {}
    names = ["vendor", "delivery_date", "role", "unknown_words"]
    for row in deliveries.select(names).to_pylist():
        for told in map(json.loads, row["unknown_words"] or ()):
            column = (row["vendor"], row["delivery_date"], row["role"], told["field"], told["column"])
            counts[column] += told["rows"]
            words.setdefault(column, {}).update(dict.fromkeys(told["words"]))
    return [_fault_of_words(column, counts[column], list(words[column])) for column in sorted(counts)]


def _fault_of_words(column: _Column, row_count: int, words: Sequence[str]) -> Fault:
    vendor, day, role, field, name = column
    shown = f", such as {', '.join(f'`{word}`' for word in words)}" if words else ", not shown here"
    rows = "1 row holds" if row_count == 1 else f"{row_count} rows hold"
    return Fault(vendor, day, f"{vendor} {day} {role}: `{name}` ({field}): {rows} words not known{shown}: {_REMEDY}")
