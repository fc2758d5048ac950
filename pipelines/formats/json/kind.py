"""JSON Lines and JSON documents as one kind of file."""

import re
from typing import Final

from pipelines.formats.file_kind import FileKind, is_plain_text
from pipelines.formats.json.reader import outline_json, read_json
from pipelines.vocabulary.reasons import Reason

_START: Final = re.compile(rb"\[\s*(?:\{\s*[\"}]|\]\s*$)|\{\s*\"(?:[^\"\\]|\\.)*\"\s*:")


def _may_be_json(text: bytes) -> bool:
    """Not where the first line has cells and no bracket: that is delimited text."""
    first = text.split(b"\n")[0]
    has_cells = is_plain_text(text) and any(sign in first for sign in (b",", b";", b"\t", b"|"))
    return text[:1] in b"{[" or not has_cells


def _is_surely_json(text: bytes) -> bool:
    return _START.match(text) is not None


JSON: Final = FileKind(
    "json",
    Reason("json_broken"),
    read_json,
    outline_json,
    is_surely=_is_surely_json,
    may_be=_may_be_json,
)
