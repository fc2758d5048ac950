"""Parquet as a kind of file."""

from typing import Final

from pipelines.formats.file_kind import FileKind
from pipelines.formats.parquet.reader import outline_parquet, read_parquet
from pipelines.vocabulary.reasons import Reason

PARQUET: Final = FileKind(
    "parquet",
    Reason("parquet_broken"),
    read_parquet,
    outline_parquet,
    starts=(b"PAR1",),
)
