"""Parquet as a kind of file."""

from typing import Final

from pipelines.formats.file_kind import FileKind
from pipelines.formats.parquet.reader import outline_parquet, read_parquet

PARQUET: Final = FileKind(
    "parquet",
    "a whole Parquet file, without encryption",
    read_parquet,
    outline_parquet,
    starts=(b"PAR1",),
)
