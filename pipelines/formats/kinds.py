"""Of what kind a file is, by its first bytes: what they say wins over the contract and over the name."""

import re
from typing import Final

from pipelines.formats.limits import FileRefusal
from pipelines.formats.text_encodings import mark_of
from pipelines.formats.workbooks import compound_files

HEAD: Final = 4096
"""Bytes that tell the kind."""
WORKBOOKS: Final = ("xlsx", "xls", "ods")
JSON: Final = ("json", "jsonl")
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_FOREIGN: Final = {
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"PARE": "an encrypted Parquet file",
    b"SQLite format 3": "a database",
    b"-----BEGIN PGP": "an encrypted file",
    b"age-encryption.org/": "an encrypted file",
}
_PAGE: Final = re.compile(rb"<(?:!doctype html|html|head|body|meta|table|style|div)\b", re.IGNORECASE)
_XML: Final = re.compile(rb"<\?xml|<!--", re.IGNORECASE)
_JSON: Final = re.compile(rb"\[\s*(?:\{\s*[\"}]|\]\s*$)|\{\s*\"(?:[^\"\\]|\\.)*\"\s*:")


def kind_of(head: bytes, stated: str) -> str | FileRefusal:
    """The kind of a file that the contract says to be of format `stated`: `workbook`, `parquet`, `json` or `csv`.

    Text is of the kind that the contract says, unless it can't be. What nobody can read is refused.
    """
    if head.startswith((*_ZIP, compound_files.MAGIC)):
        return "workbook"
    if head.startswith(b"PAR1"):
        return "parquet"
    foreign = next((words for magic, words in _FOREIGN.items() if head.startswith(magic)), None)
    if foreign:
        return _refused_kind(stated, foreign)
    text = _plain_head(head)
    if _PAGE.match(text):
        return _refused_kind(stated, "a web page")
    if _XML.match(text):
        return _refused_kind(stated, "a web page" if _PAGE.search(text) else "XML")
    if stated in JSON:
        return "csv" if text and text[:1] not in b"{[" and _has_cells(text) else "json"
    if _JSON.match(text):
        return "json"
    return "csv" if stated == "csv" or _has_no_controls(text) else "workbook" if stated in WORKBOOKS else "parquet"


def _refused_kind(stated: str, found: str) -> FileRefusal:
    return FileRefusal("file_undecodable", f"a file of format {stated}; this is {found}")


def _plain_head(head: bytes) -> bytes:
    """The head without a byte order mark, the zeros of UTF-16, and blanks before the text."""
    mark = mark_of(head)
    return head[len(mark) :].replace(b"\0", b"").lstrip() if mark else head.lstrip()


def _has_no_controls(text: bytes) -> bool:
    return bool(text) and not re.search(rb"[\x00-\x08\x0e-\x1f]", text)


def _has_cells(text: bytes) -> bool:
    first = text.split(b"\n")[0]
    return _has_no_controls(text) and any(first.count(sign) for sign in (b",", b";", b"\t", b"|"))
