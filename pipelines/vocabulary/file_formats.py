"""The file formats that vendors deliver: what contracts call them, and how the names of such files end.

Data. How a file is known by its bytes and read is in `formats`, one room a kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class FileFormat:
    """One format that a contract may agree to."""

    name: str
    """Its word, in contracts and in the code."""
    kind: str
    """The room of `formats` that reads it."""
    endings: tuple[str, ...]
    """How names of such files end, in lower case, without the dot."""
    synonyms: tuple[str, ...] = ()
    """Other words that contracts use for it."""
    is_typed: bool = False
    """True if its dates are dates, not text in the contract's pattern."""
    is_named_by_rows: bool = False
    """True if columns are named with each value, so that a file without rows has none."""


FILE_FORMATS: Final[Mapping[str, FileFormat]] = {
    one.name: one
    for one in (
        FileFormat("csv", "delimited", ("csv", "txt", "tsv")),
        FileFormat("xlsx", "workbooks", ("xlsx", "xlsm"), ("xlsm",), is_typed=True),
        FileFormat("xls", "workbooks", ("xls",), is_typed=True),
        FileFormat("ods", "workbooks", ("ods",), is_typed=True),
        FileFormat("jsonl", "json", ("jsonl", "ndjson"), ("ndjson",), is_named_by_rows=True),
        FileFormat("json", "json", ("json",), is_named_by_rows=True),
        FileFormat("parquet", "parquet", ("parquet",), is_typed=True),
    )
}
"""By name. `json` is one document, `jsonl` one object a line."""
FORMAT_WORDS: Final[Mapping[str, FileFormat]] = {
    **FILE_FORMATS,
    **{word: one for one in FILE_FORMATS.values() for word in one.synonyms},
}
"""By each word that a contract may use."""
FILE_ENDINGS: Final = tuple(ending for one in FILE_FORMATS.values() for ending in one.endings)
PACKINGS: Final = ("zip", "gz", "zst")
"""How names of archives and packed files end."""
