"""Cells that a spreadsheet opens as what they are: no text becomes a formula.

Files are written by `dossiers.findings_csv` and `receipts.writer`.
"""

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
"""Without it a spreadsheet misreads accents."""

_BLANKS: Final = r"[\s\x{A0}\x{1680}\x{2000}-\x{200D}\x{202F}\x{205F}\x{2060}\x{3000}\x{FEFF}]"
_FORMULA: Final = rf"(^|[;\t\r\n])({_BLANKS}*\"*{_BLANKS}*)([=+\-@\x{{FF1D}}\x{{FF0B}}\x{{FF0D}}\x{{FF20}}])"
"""A sign that a spreadsheet may take for the start of a formula (OWASP, CSV injection), full-width signs included.

It stands at the start of a text, or after a character at which some spreadsheets split a quoted text (`;` in France).
"""
_CONTROL: Final = r"^([\t\r\n])"
"""Some spreadsheets skip these and read what follows."""


def neutralised(table: pa.Table) -> pa.Table:
    """The table, whose texts no spreadsheet takes for formulas: an apostrophe stands before each suspect sign."""
    columns = [neutralised_texts(column) if _is_text_type(column.type) else column for column in table.columns]
    return pa.table(columns, names=table.column_names)


def neutralised_texts(texts: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """A column of text, neutralised; doing it again changes nothing."""
    without_formulas = pc.replace_substring_regex(texts, _FORMULA, r"\1\2'\3")
    return pc.replace_substring_regex(without_formulas, _CONTROL, r"'\1")


def _is_text_type(type_: pa.DataType) -> bool:
    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_))
