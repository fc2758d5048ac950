"""Of what kind a file is, by its first bytes: what they say wins over the contract and over the name."""

import re
from typing import Final

from pipelines.formats.limits import FileRefusal
from pipelines.formats.workbooks import compound_files
from pipelines.vocabulary.reasons import Reason

HEAD: Final = 4096
"""Bytes that tell the kind."""
WORKBOOKS: Final = ("xlsx", "xls", "ods")
JSON: Final = ("json", "jsonl")
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_FOREIGN: Final = {
    b"7z\xbc\xaf\x27\x1c": "archive_7z",
    b"Rar!": "archive_rar",
    b"BZh": "file_bzip2",
    b"\xfd7zXZ": "file_xz",
    b"%PDF": "document_pdf",
    b"\x89PNG": "picture",
    b"\xff\xd8\xff": "picture",
    b"PARE": "parquet_encrypted",
    b"SQLite format 3": "database",
    b"-----BEGIN PGP": "file_encrypted",
    b"age-encryption.org/": "file_encrypted",
}
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
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
    foreign = next((thing for magic, thing in _FOREIGN.items() if head.startswith(magic)), None)
    if foreign:
        return _refused_kind(stated, foreign)
    text = _plain_head(head)
    if _PAGE.match(text):
        return _refused_kind(stated, "web_page")
    if _XML.match(text):
        return _refused_kind(stated, "web_page" if _PAGE.search(text) else "document_xml")
    if stated in JSON:
        return "csv" if text and text[:1] not in b"{[" and _has_cells(text) else "json"
    if _JSON.match(text):
        return "json"
    return "csv" if stated == "csv" or _has_no_controls(text) else "workbook" if stated in WORKBOOKS else "parquet"


def _refused_kind(stated: str, found: str) -> FileRefusal:
    return FileRefusal("file_undecodable", Reason("file_foreign", stated=stated, found=found))


def _plain_head(head: bytes) -> bytes:
    """The head without a byte order mark, the zeros of UTF-16, and blanks before the text."""
    mark = next((mark for mark in _MARKS if head.startswith(mark)), b"")
    return head[len(mark) :].replace(b"\0", b"").lstrip() if mark else head.lstrip()


def _has_no_controls(text: bytes) -> bool:
    return bool(text) and not re.search(rb"[\x00-\x08\x0e-\x1f]", text)


def _has_cells(text: bytes) -> bool:
    first = text.split(b"\n")[0]
    return _has_no_controls(text) and any(first.count(sign) for sign in (b",", b";", b"\t", b"|"))
