"""Of what kind a file is, by its first bytes: what they say wins over the contract and over the name."""

import re
from typing import Final

from pipelines.formats.delimited.kind import DELIMITED
from pipelines.formats.file_kind import FileKind, is_plain_text
from pipelines.formats.json.kind import JSON
from pipelines.formats.limits import FileRefusal
from pipelines.formats.parquet.kind import PARQUET
from pipelines.formats.text_encodings import mark_of
from pipelines.formats.workbooks.kind import WORKBOOKS
from pipelines.vocabulary.file_formats import FILE_FORMATS
from pipelines.vocabulary.reasons import Reason

KINDS: Final = {kind.name: kind for kind in (DELIMITED, JSON, WORKBOOKS, PARQUET)}
"""Every kind of file that is read."""
HEAD: Final = 4096
"""Bytes that tell the kind."""
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
_PAGE: Final = re.compile(rb"<(?:!doctype html|html|head|body|meta|table|style|div)\b", re.IGNORECASE)
_XML: Final = re.compile(rb"<\?xml|<!--", re.IGNORECASE)


def kind_of(head: bytes, stated: str) -> FileKind | FileRefusal:
    """The kind of a file that the contract says to be of format `stated`. What nobody can read is refused.

    Text is of the kind that the contract says, unless it can't be.
    """
    known = next((kind for kind in KINDS.values() if kind.starts and head.startswith(kind.starts)), None)
    if known:
        return known
    foreign = next((thing for magic, thing in _FOREIGN.items() if head.startswith(magic)), None)
    if foreign:
        return _refused_kind(stated, foreign)
    text = _plain_head(head)
    if _PAGE.match(text):
        return _refused_kind(stated, "web_page")
    if _XML.match(text):
        return _refused_kind(stated, "web_page" if _PAGE.search(text) else "document_xml")
    return _kind_of_text(text, KINDS[FILE_FORMATS[stated].kind])


def _kind_of_text(text: bytes, stated: FileKind) -> FileKind:
    sure = next((kind for kind in KINDS.values() if kind.is_surely(text)), None)
    if sure or stated.may_be(text):
        return sure or stated
    return DELIMITED if is_plain_text(text) else stated


def _refused_kind(stated: str, found: str) -> FileRefusal:
    return FileRefusal("file_undecodable", Reason("file_foreign", stated=stated, found=found))


def _plain_head(head: bytes) -> bytes:
    """The head without a byte order mark, the zeros of UTF-16, and blanks before the text."""
    mark = mark_of(head)
    return head[len(mark) :].replace(b"\0", b"").lstrip() if mark else head.lstrip()
