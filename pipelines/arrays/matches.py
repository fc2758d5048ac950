"""Whole columns of texts at once: which hold the part beside them, which are its digest. What a part is: not here.

Row by row in Python this costs about a microsecond a row and test; here it is a few hundredths of that.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import TEXT, Truth, null_where

GAP: Final = r"[\s\x{0b}\x{1c}-\x{1f}\x{85}\p{Z}.\-_/()\[\]\x{2010}-\x{2015}\x{2212}\x{b7}\x{2022}]"
"""What may stand between the digits of a number, as `identifiers.phones_in_texts` has it."""
_BLOCK: Final = 65_536
_WIDE: Final = 256
"""Longer texts, in bytes, are searched one by one: one of them would make the whole block as wide."""
_NO_LETTER: Final = r"[^\p{L}]"
_MARKS: Final = r"\p{Mn}"
_DIGEST: Final = r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}"
_BOUNDED: Final = rf"(?:^|[^0-9A-Za-z])(?P<digest>{_DIGEST})(?:$|[^0-9A-Za-z])"
_DIGESTS: Final[dict[int, Callable[[bytes], Any]]] = {32: hashlib.md5, 40: hashlib.sha1, 64: hashlib.sha256}

_ASCII: Final = np.arange(256, dtype=np.uint8)
_GAPS: Final = " \t\n\r\f\v\x1c\x1d\x1e\x1f.-_/()[]"
_LETTERS: Final = np.where(np.isin(_ASCII & 0xDF, list(range(ord("A"), ord("Z") + 1))), _ASCII, ord(" ")).astype(
    np.uint8
)
_SHAPE: Final = np.where(np.isin(_ASCII, list(b"0123456789")), ord("0"), _ASCII).astype(np.uint8)

Bytes = npt.NDArray[np.uint8]


def matching(texts: pa.Array, pattern: str) -> Truth:
    """Which texts a pattern of RE2 is found in; NULL is none."""
    truth: Truth = pc.fill_null(pc.match_substring_regex(texts, pattern), False).to_numpy(zero_copy_only=False)
    return truth


def held(texts: pa.Array, parts: pa.Array) -> Truth:
    """Which texts hold the part beside them, byte by byte; what is NULL or empty neither holds nor is held."""
    found = np.zeros(len(texts), np.bool_)
    for start in range(0, len(texts), _BLOCK):
        found[start : start + _BLOCK] = _held(texts.slice(start, _BLOCK), parts.slice(start, _BLOCK))
    return found


def _held(texts: pa.Array, parts: pa.Array) -> Truth:
    size, least = (pc.fill_null(pc.binary_length(column), 0).to_numpy() for column in (texts, parts))
    is_possible = (least > 0) & (size >= least)
    found = np.zeros(len(texts), np.bool_)
    short, long = np.flatnonzero(is_possible & (size <= _WIDE)), np.flatnonzero(is_possible & (size > _WIDE))
    if len(short):
        found[short] = np.strings.find(_fixed(texts.take(pa.array(short))), _fixed(parts.take(pa.array(short)))) >= 0
    pairs = (column.take(pa.array(long)).to_pylist() for column in (parts, texts))
    found[long] = [part in text for part, text in zip(*pairs, strict=True)]
    return found


def _fixed(texts: pa.Array) -> npt.NDArray[np.bytes_]:
    """Texts as bytes of one width, padded with NUL."""
    width = max(1, pc.max(pc.binary_length(texts)).as_py())
    padded = pc.ascii_rpad(texts, width, padding="\0")
    return np.frombuffer(padded.buffers()[2], f"S{width}", len(texts))


def folded_texts(texts: pa.Array) -> pa.Array:
    """Without accents and case, as `identifier_spellings.folded` does it for one."""
    return _where_not_ascii(
        pc.ascii_lower(texts),
        lambda foreign: pc.replace_substring(
            pc.replace_substring_regex(pc.utf8_lower(pc.utf8_normalize(foreign, "NFKD")), _MARKS, ""), "ß", "ss"
        ),
    )


def spaced_words(texts: pa.Array) -> pa.Array:
    """The letters of each text, a space instead of everything else and around it: ` a ` is held where `a` is a word."""
    plain = _where_not_ascii(texts, lambda foreign: pc.replace_substring_regex(foreign, _NO_LETTER, " "))
    return pc.binary_join_element_wise(" ", _mapped_bytes(plain, np.where(_ASCII < 128, _LETTERS, _ASCII)), " ", "")


def shapes(texts: pa.Array) -> pa.Array:
    """The texts with every digit made `0`."""
    return _mapped_bytes(texts, _SHAPE)


def packed(texts: pa.Array) -> pa.Array:
    """The texts without gaps (`GAP`); NULL is empty."""
    texts = _where_not_ascii(
        pc.fill_null(texts, ""), lambda foreign: pc.replace_substring_regex(foreign, rf"{GAP}+", "")
    )
    return without_signs(texts, _GAPS)


def without_signs(texts: pa.Array, signs: str) -> pa.Array:
    """The texts without some signs of ASCII, in a third of the time that a pattern takes; NULL stays."""
    texts = texts.cast(pa.string())  # not one of large texts, whose places are longer
    content, offsets = _text_bytes(texts)
    is_kept = ~np.isin(_ASCII, list(signs.encode()))[content]
    ends = np.concatenate([[0], np.cumsum(is_kept, dtype=np.int32)]).astype(np.int32)[offsets]
    found = pa.StringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(content[is_kept]))
    return null_where(pc.is_null(texts), found)


def _text_bytes(texts: pa.Array) -> tuple[Bytes, npt.NDArray[np.int32]]:
    """The bytes of all texts, and where each begins and the last one ends."""
    _, offsets, content = texts.buffers()
    starts = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(content, np.uint8) if content else np.zeros(0, np.uint8), starts


def _mapped_bytes(texts: pa.Array, table: Bytes) -> pa.Array:
    validity, offsets, content = texts.buffers()
    mapped = table[np.frombuffer(content, np.uint8)] if content else np.zeros(0, np.uint8)
    return pa.StringArray.from_buffers(len(texts), offsets, pa.py_buffer(mapped), validity, -1, texts.offset)


def _where_not_ascii(texts: pa.Array, function: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """A function over the texts that are not ASCII; the others as they are."""
    is_foreign = pc.fill_null(pc.invert(pc.string_is_ascii(texts)), False)
    if not pc.any(is_foreign).as_py():
        return texts
    return pc.replace_with_mask(texts, is_foreign, function(texts.filter(is_foreign)))


def digests_of(texts: pa.Array, forms: Iterable[pa.Array]) -> Truth:
    """Which texts hold the MD5, SHA-1 or SHA-256, in hex, of one of the forms beside them: in their first digest."""
    found = np.zeros(len(texts), np.bool_)
    places = np.flatnonzero(matching(texts, _BOUNDED))
    if len(places):
        delivered = pc.ascii_lower(_first_digests(texts.take(pa.array(places))))
        size = pc.binary_length(delivered).to_numpy()
        forms = [form.take(pa.array(places)) for form in forms]
        for width, make in _DIGESTS.items():
            alike = np.flatnonzero(size == width)
            if len(alike):
                found[places[alike]] = _are_digests(make, *(c.take(pa.array(alike)) for c in (delivered, *forms)))
    return found


def _first_digests(texts: pa.Array) -> pa.Array:
    """The first digest in each text, which often is the text; its extraction costs ten times the test for that."""
    if matching(texts, f"^(?:{_DIGEST})$").all():
        return texts
    return pc.struct_field(pc.extract_regex(texts, _BOUNDED), "digest")


def _are_digests(make: Callable[[bytes], Any], delivered: pa.Array, *forms: pa.Array) -> Truth:
    found = np.zeros(len(delivered), np.bool_)
    for form in forms:
        contents = pc.fill_null(form, "").cast(pa.binary()).to_pylist()
        digests = pa.array([make(content).hexdigest() for content in contents], TEXT)
        found |= pc.fill_null(pc.and_(pc.equal(digests, delivered), pc.is_valid(form)), False).to_numpy(
            zero_copy_only=False
        )
    return found
