"""XLSX, XLS and ODS as one kind of file: a ZIP archive or a compound file, which its reader looks into."""

from typing import Final

from pipelines.formats.file_kind import FileKind
from pipelines.formats.workbooks import compound_files
from pipelines.formats.workbooks.reader import outline_workbook, read_workbook
from pipelines.vocabulary.reasons import Reason

WORKBOOKS: Final = FileKind(
    "workbooks",
    Reason("workbook_broken"),
    read_workbook,
    outline_workbook,
    starts=(b"PK\x03\x04", b"PK\x05\x06", compound_files.MAGIC),
)
