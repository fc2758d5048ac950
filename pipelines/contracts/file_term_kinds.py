"""What the terms of delivered files can be: globs, formats, delimiters, encodings, zones. Terms are in `file_terms`."""

import codecs
import re
from pathlib import PurePosixPath
from typing import Any, Final
from zoneinfo import ZoneInfo

from pipelines.contracts.document import TEXT, TermKind
from pipelines.vocabulary.file_formats import FILE_FORMATS, FORMAT_WORDS

DELIMITERS: Final = {"\\t": "\t", "tab": "\t"}


def _zone(value: Any) -> str | None:
    try:
        return value if isinstance(value, str) and ZoneInfo(value) else None
    except (KeyError, ValueError, OSError):
        return None


def _encoding(value: Any) -> str | None:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,40}", value.strip()):
        return None
    try:
        codec = codecs.lookup(value.strip())
    except LookupError:
        return None
    return value.strip() if getattr(codec, "_is_text_encoding", True) else None


def _safe_glob(value: Any) -> str | None:
    """A glob stays below the delivery folder."""
    text = TEXT.parse(value)
    if text is None or "\x00" in text or text.startswith("/") or ".." in PurePosixPath(text).parts:
        return None
    return text


def _file_format(value: Any) -> str | None:
    found = FORMAT_WORDS.get(value.strip().lower()) if isinstance(value, str) else None
    return found.name if found else None


def _delimiter(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    mark = DELIMITERS.get(value, value)
    return mark if len(mark) == 1 and mark not in '\r\n"' else None


def _separators(value: Any) -> tuple[str, ...] | None:
    given = value if isinstance(value, list) else [value]
    are_texts = bool(given) and all(isinstance(mark, str) and mark for mark in given)
    return tuple(dict.fromkeys(given)) if are_texts else None


GLOB = TermKind(_safe_glob, "a glob below the delivery folder, such as leads_*.csv")
FORMAT = TermKind(_file_format, f"one of {', '.join(FILE_FORMATS)}", tuple(FORMAT_WORDS))
DELIMITER = TermKind(_delimiter, "one character, or tab")
ENCODING = TermKind(_encoding, "the name of a text encoding, such as utf-8 or windows-1252")
QUOTE = TermKind(lambda value: value if isinstance(value, str) and len(value) <= 1 else None, "one character, or empty")
ZONE = TermKind(_zone, "an IANA time zone, such as Europe/Paris")
SEPARATORS = TermKind(_separators, "a text that is not empty, or a list of such texts")
