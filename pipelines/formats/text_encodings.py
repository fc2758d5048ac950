"""In which encoding a file is, decided over all of its bytes, and its text as UTF-8 in blocks.

The evidence decides, not the contract: a byte order mark, then UTF-16 by its zeros, then UTF-8, then the contract's
encoding, then Windows-1252 (`_RULES`). What the text means belongs to the readers.
"""

import codecs
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from pipelines.formats.source import Source
from pipelines.vocabulary.reasons import Reason

BLOCK: Final = 8 * 2**20
"""Bytes that are read at a time."""
WINDOWS: Final = "cp1252"
STRAY: Final = b"\0"
"""Stands in the text for bytes that are no character, as for zero bytes: a cell that holds one can't be read."""
UTF8_MARK: Final = codecs.BOM_UTF8
MARKS: Final = {UTF8_MARK: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
"""Byte order marks -> the encoding that each stands for."""
_SHOWN: Final = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", WINDOWS: "Windows-1252"}
_SAME: Final = {"iso8859-1": WINDOWS, "utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-16-be": "utf-16-le"}
_STARTS_OF_ARCHIVES: Final = (b"PK\x03\x04", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xd0\xcf\x11\xe0", b"%PDF-")
_HEAD: Final = 4096
_ZEROS_IN_BINARY: Final = 100  # one byte of so many is zero in what is no text
_UNDEFINED: Final = b"\x81\x8d\x8f\x90\x9d"
_CONTROLS: Final = bytes(range(0x80, 0xA0))
# in Windows-1252 undefined or next to never used, in the code pages of DOS and of old Macs the French accents
_RARE: Final = _UNDEFINED + b"\x82\x83\x84\x86\x87\x88\x89\x8b\x98"
_LETTERS: Final = bytes(range(0xC0, 0x100))
# where Windows-1252 has signs and foreign capitals, MacRoman and the code pages of DOS have French letters: none of the
# former stands within a word; and no word has an A with a tilde before a sign, as UTF-8 read as Windows-1252 has
_AFTER_LETTER: Final = b"\x82\x83\x86\x87\x88\x89\x8a\x8e\x98"
_BETWEEN_LETTERS: Final = b"\x85\x8c\x93\x94\x99"
_BEFORE_LETTER: Final = b"\x83"
_BEFORE_SIGN: Final = b"\xc3"
_SIGNS: Final = bytes(range(0x80, 0xC0))
_SMALL_LETTERS: Final = bytes(range(0x61, 0x7B))
_TWICE_ENCODED: Final = (b"\xc3\x83\xc2", b"\xc3\xa2\xe2\x82\xac")
"""What UTF-8 makes of letters, and of typographic signs, that were UTF-8 before and taken for Windows-1252."""

codecs.register_error("stray", lambda error: (STRAY.decode(), getattr(error, "end", 0)))


@dataclass(frozen=True)
class Encoding:
    """How to get from bytes to text."""

    codec: str
    mark: int = 0
    """Bytes of the byte order mark."""
    has_strays: bool = False
    """True if some bytes are, or may be, no characters."""
    is_ascii: bool = False
    """True if the bytes mean the same in every encoding that extends ASCII."""
    is_garbled: bool = False
    """True if some letters were written in another encoding, and read as others."""

    @property
    def name(self) -> str:
        """Its name, as contracts say it: the one of IANA."""
        return "windows-1252" if self.codec == WINDOWS else _SHOWN.get(self.codec, self.codec)

    def differences(self, stated: str | None) -> Iterator[Reason]:
        """Where this is not what the contract states, or not the same throughout."""
        if stated is not None and _same(stated) != _same(self.codec) and not (self.is_ascii and _extends_ascii(stated)):
            yield Reason("encoding_differs", stated=stated, found=_SHOWN.get(self.codec, self.codec))
        if self.is_garbled:
            yield Reason("letters_garbled")


@dataclass
class Bytes:
    """What was seen of a file's bytes: counts of what tells encodings apart."""

    head: bytes = b""
    size: int = 0
    zeros: int = 0
    zero_pairs: int = 0
    wide: int = 0
    """Bytes that go on with a character of good UTF-8."""
    odd: int = 0
    """Bytes that are none."""
    undefined: int = 0
    controls: int = 0
    rare: int = 0
    letters: int = 0
    garbled: int = 0
    """Places where letters of another encoding stand within words, if this is Windows-1252."""
    twice_encoded: int = 0
    """The same, if this is UTF-8."""
    _rest: bytes = field(default=b"", repr=False)

    def see(self, block: bytes) -> None:
        """Count a block in."""
        self.head = self.head or block[:_HEAD]
        self.size += len(block)
        zeros = block.count(STRAY)
        self.zeros += zeros
        self.zero_pairs += block.count(STRAY * 2) if zeros else 0
        if self._rest or not block.isascii():
            self._see_high(self._rest + block)

    def _see_high(self, block: bytes, *, is_last: bool = False) -> None:
        try:
            text, used = codecs.utf_8_decode(block, "strict", is_last)
            good = used
        except UnicodeDecodeError:
            text, used = codecs.utf_8_decode(block, "ignore", is_last)
            good = len(text.encode())
            self.odd += used - good
            self.undefined += _count_in_block(block, _UNDEFINED)
            self.controls += _count_in_block(block, _CONTROLS)
            self.rare += _count_in_block(block, _RARE)
            self.letters += _count_in_block(block, _LETTERS)
            self.garbled += _garbled_count(block)
        self.wide += good - len(text)
        self.twice_encoded += sum(map(block.count, _TWICE_ENCODED))
        self._rest = block[used:]

    def end(self) -> "Bytes":
        """All was seen."""
        rest, self._rest = self._rest, b""
        if rest:
            self._see_high(rest, is_last=True)
        return self


def survey(blocks: Iterable[bytes]) -> Bytes:
    """What there is to know of a file's bytes."""
    seen = Bytes()
    for block in blocks:
        seen.see(block)
    return seen.end()


def mark_of(head: bytes) -> bytes:
    """The byte order mark with which a text starts; nothing where there is none."""
    return next((mark for mark in MARKS if head.startswith(mark)), b"")


def encoding_of(seen: Bytes, stated: str | None) -> Encoding | None:
    """The encoding of a file, `stated` being the contract's; None for what is no text in any that it could be.

    The first rule that says something decides.
    """
    if _is_binary(seen):
        return None
    return next((found for rule in _RULES if (found := rule(seen, stated)) is not None), None)


def _is_binary(seen: Bytes) -> bool:
    """Whether bytes are no text: many are zero, in pairs for UTF-16; or they begin as an archive does."""
    if _utf16_codec(seen):
        return seen.zero_pairs * 2 * _ZEROS_IN_BINARY > seen.size
    return seen.zeros * _ZEROS_IN_BINARY > seen.size or seen.head.startswith(_STARTS_OF_ARCHIVES)


def _utf16(seen: Bytes, stated: str | None) -> Encoding | None:
    """UTF-16, by its mark or its zeros."""
    codec = _utf16_codec(seen)
    return Encoding(codec, len(mark_of(seen.head)), has_strays=True) if codec else None


def _foreign_as_stated(seen: Bytes, stated: str | None) -> Encoding | None:
    """An encoding of the contract's that writes even plain letters in its own way, where nothing shows UTF-8."""
    if stated is None or _extends_ascii(stated) or _same(stated) == "utf-16-le":
        return None
    is_open = not mark_of(seen.head) and not seen.wide and not seen.odd
    return Encoding(_codec(stated), has_strays=True) if is_open else None


def _utf8(seen: Bytes, stated: str | None) -> Encoding | None:
    """UTF-8, also where some bytes, fewer than those that only UTF-8 explains, are broken: they become `STRAY`."""
    mark = len(mark_of(seen.head))
    if seen.odd and seen.wide - mark <= seen.odd:
        return None
    is_ascii = not mark and seen.wide + seen.odd == 0
    return Encoding("utf-8", mark, bool(seen.odd or seen.zeros), is_ascii, is_garbled=seen.twice_encoded > 0)


def _code_page_as_stated(seen: Bytes, stated: str | None) -> Encoding | None:
    """The contract's encoding of one byte a character; ISO 8859 has no characters where Windows has punctuation."""
    named = _same(stated) if stated else WINDOWS
    if named in (WINDOWS, "ascii") or named.startswith("utf") or (named.startswith("iso8859") and seen.controls):
        return None
    return Encoding(named, len(mark_of(seen.head)), has_strays=True)


def _windows(seen: Bytes, stated: str | None) -> Encoding | None:
    """Windows-1252, unless bytes that it next to never uses say that it is an old code page."""
    is_iso = stated is not None and _same(stated).startswith("iso8859")
    if not is_iso and seen.rare and seen.rare >= seen.letters:
        return None
    has_strays = bool(seen.undefined or seen.zeros)
    return Encoding(WINDOWS, len(mark_of(seen.head)), has_strays, is_garbled=seen.garbled > 0)


_RULES: Final[tuple[Callable[[Bytes, str | None], Encoding | None], ...]] = (
    _utf16,
    _foreign_as_stated,
    _utf8,
    _code_page_as_stated,
    _windows,
)


def _utf16_codec(seen: Bytes) -> str | None:
    mark = mark_of(seen.head)
    codec = MARKS[mark] if mark else _by_zeros(seen.head)
    return codec if codec != "utf-8" else None


def _by_zeros(head: bytes) -> str | None:
    """UTF-16 without a mark has its zeros on one side of the pairs."""
    left, right = head[0::2].count(STRAY), head[1::2].count(STRAY)
    if len(head) < 4 or max(left, right) * 5 < len(head) or min(left, right) * 20 > len(head):
        return None
    return "utf-16-le" if right > left else "utf-16-be"


def utf8_blocks(source: Source, encoding: Encoding, block_bytes: int) -> Iterator[bytes]:
    """A file's text as UTF-8, without its mark, in blocks of about so many bytes, cut anywhere."""
    with source.open() as stream:
        stream.read(encoding.mark)
        blocks = iter(lambda: stream.read(block_bytes), b"")
        yield from blocks if encoding.codec == "utf-8" and not encoding.has_strays else _recoded(blocks, encoding)


def _recoded(blocks: Iterable[bytes], encoding: Encoding) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding.codec)("stray")
    for block in blocks:
        yield decoder.decode(block).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def recoded(content: bytes, encoding: Encoding, *, is_whole: bool) -> bytes:
    """The start of a file as UTF-8; unless it is all, a character that is cut at its end is left out."""
    if encoding.codec == "utf-8" and not encoding.has_strays:
        return content[encoding.mark :]
    decoder = codecs.getincrementaldecoder(encoding.codec)("stray")
    return decoder.decode(content[encoding.mark :], final=is_whole).encode("utf-8", "replace")


def _garbled_count(block: bytes) -> int:
    """Places where a sign of Windows-1252 stands in a word as only a letter can."""
    characters = np.frombuffer(block, np.uint8)
    places = np.flatnonzero(_among(_AFTER_LETTER + _BETWEEN_LETTERS + _BEFORE_SIGN)[characters])
    found = characters[places]
    before = np.where(places > 0, characters[places - 1], 0)
    after = np.append(characters, 0)[places + 1]
    letters = _among(_SMALL_LETTERS)
    is_garbled = (
        (_among(_AFTER_LETTER)[found] & letters[before])
        | (_among(_BETWEEN_LETTERS)[found] & letters[before] & letters[after])
        | (_among(_BEFORE_LETTER)[found] & letters[after])
        | (_among(_BEFORE_SIGN)[found] & _among(_SIGNS)[after])
    )
    return int(np.count_nonzero(is_garbled))


@lru_cache
def _among(wanted: bytes) -> npt.NDArray[np.bool_]:
    """For each byte, whether it is one of those wanted."""
    table = np.zeros(256, np.bool_)
    table[list(wanted)] = True
    return table


def _count_in_block(block: bytes, wanted: bytes) -> int:
    return len(block) - len(block.translate(None, wanted))


@lru_cache
def _codec(name: str) -> str:
    return codecs.lookup(name).name


def _same(name: str) -> str:
    """One name for what is one encoding in practice."""
    codec = _codec(name)
    return _SAME.get(codec, codec)


@lru_cache
def _extends_ascii(name: str) -> bool:
    plain = bytes(range(1, 0x80))
    try:
        return plain.decode(name) == plain.decode("ascii")
    except ValueError:
        return False
