r"""Quotes that are not as they should be: blanks beside them, a delimiter lost before them, backslashes within values.

What may be read in one way only is read so, and told; what may be read in several is no row. Dialects are found in
`dialects`, records in `records`.
"""

import re
from functools import lru_cache
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

ESCAPES: Final = ("\\'", '\\"')
"""What PHP's `addslashes` makes of quotes: <https://www.php.net/addslashes>."""


@lru_cache(maxsize=64)
def _quoted_fields(delimiter: bytes, quote: bytes) -> re.Pattern[bytes]:
    """Whole fields in quotes, with the blanks beside these. Nothing in it backtracks."""
    side, mark, blank = re.escape(delimiter), re.escape(quote), b"[ ]" if delimiter == b"\t" else rb"[ \t]"
    quoted = rb"%b(?:[^%b]|%b%b)*+%b" % (mark, mark, mark, mark, mark)
    return re.compile(rb"(^|(?<=\r)|%b)%b*+(%b)%b*+(?=%b|[\r\n]|\Z)" % (side, blank, quoted, blank, side), re.M)


def without_blanks(text: bytes, delimiter: bytes, quote: bytes) -> bytes:
    """A text, from the start of a record on, without blanks between quotes and delimiters: `1; "a" ;2`."""
    return _quoted_fields(delimiter, quote).sub(rb"\1\2", text) if quote in text else text


@lru_cache(maxsize=64)
def _each_field(delimiter: bytes, quote: bytes) -> re.Pattern[bytes]:
    """One field after the other: the group holds those that are not in quotes as a whole."""
    side, mark = re.escape(delimiter), re.escape(quote)
    quoted = rb"%b(?:[^%b]|%b%b)*+%b(?=%b|\Z)" % (mark, mark, mark, mark, mark, side)
    return re.compile(rb"(?:\A|%b)(?:%b|([^%b]*+))" % (side, quoted, side))


@lru_cache(maxsize=64)
def _within_fields(delimiter: bytes, quote: bytes) -> re.Pattern[bytes]:
    """A quote that neither begins nor ends a field: without one nothing is odd."""
    side, mark = re.escape(delimiter), re.escape(quote)
    return re.compile(rb"[^%b%b]%b[^%b%b]" % (side, mark, mark, side, mark))


@lru_cache(maxsize=8)
def _odd_starts(quote: bytes) -> re.Pattern[bytes]:
    """A quote that opens in the middle of a field, or behind blanks, and is not closed there."""
    mark = re.escape(quote)
    return re.compile(rb"(?:[^%b]*%b[^%b\s]|[ \t]+%b)[^%b]*" % ((mark,) * 5))


def has_odd_quotes(record: bytes, delimiter: bytes, quote: bytes) -> bool:
    """Whether quotes of a record stand where it may be cut in two ways: `06"a;b"`, `1; "a"`.

    Where a delimiter is lost before a quoted field that holds one, the record has the right number of fields, and all
    later ones in the wrong place.
    """
    if _within_fields(delimiter, quote).search(record) is None:
        return False
    is_open = False
    for field in _each_field(delimiter, quote).finditer(record):
        plain = field[1]
        if not plain or quote not in plain:
            continue
        if plain.count(quote) == 1 and plain.endswith(quote) and is_open:
            return True
        is_open = _odd_starts(quote).fullmatch(plain) is not None
        bare = plain.strip(b" \t")
        if plain[:1] in b" \t" and len(bare) > 1 and bare.startswith(quote) and bare.endswith(quote):
            return True
    return False


def may_hold_escapes(text: bytes, codec: str) -> bool:
    """Whether some quote may have a backslash before it."""
    return any(sign.encode(codec, "replace") in text for sign in ESCAPES)


def holds_escapes(text: bytes, delimiter: bytes, quote: bytes) -> bool:
    """Whether a quote in some value has a backslash before it; the one that closes a field has none."""
    other = b"'" if quote == b'"' else b'"'
    side, mark = re.escape(delimiter), re.escape(quote)
    return re.search(rb"\\%b|\\%b(?![%b%b\r\n]|\Z)" % (other, mark, mark, side), text) is not None


def without_escapes(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    r"""Values without a backslash before a quote: `l\'été` is `l'été`."""
    return pc.replace_substring_regex(texts, r"\\(['\"])", r"\1")
