"""The rows of a JSON text, one parsed object each, without holding the text. `reader` makes columns of them.

A text is JSON Lines, or one document: an array of objects, an object with one such array, or objects one after another.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from pipelines.arrays.nesting import is_too_deep
from pipelines.formats.json.values import DECODER, fast_value
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.table_edges import SoughtNames
from pipelines.vocabulary.reasons import Reason

EXPECTED_LINE: Final = Reason("row_of_json")
EXPECTED_ELEMENT: Final = Reason("element_of_json")
ROW_CELLS: Final = 64
"""A row may have as many bytes as so many cells of the greatest length."""
_WHOLE: Final = FileRefusal("file_undecodable", Reason("json_cut"))
_BLANKS: Final = " \t\r\n"
_BLANK: Final = re.compile(f"[{_BLANKS}]*")
_TO_ZEROS: Final = bytes.maketrans(b"123456789", b"0" * 9)
_LONG_NUMBER: Final = b"0" * 16  # digits that a binary number may not hold
_CAREFUL: Final = (b"e+", b"E+", b'" :', b'"  ', b'"\t', b'"\r')
"""What begins the exponent of a rounded number, or may stand between a name and its colon."""
_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*("?)|[\[\]{},]', re.DOTALL)
_ANOTHER: Final = re.compile(r"\[\s*\{")

Row = tuple[dict[str, Any] | None, int]
"""A parsed object and about how many bytes it took; None for what is no object."""


@dataclass(frozen=True)
class Shape:
    """How the rows lie in the text."""

    is_lines: bool
    start: int = 0
    """Characters before the first element of a document."""
    is_closed: bool = False
    """Whether the elements end with a bracket."""


def shape_of(head: str, sought: SoughtNames) -> Shape:
    """The shape of a text, by its first characters. `sought`: columns; an array below one of them is a value."""
    text = head.lstrip(_BLANKS)
    start = len(head) - len(text)
    first, _, more = text.partition("\n")
    is_alone = not more.strip(_BLANKS)
    value = _parsed_line(first.encode("utf-8", "replace"), may_be_any=True)
    if text.startswith("[") and (value is None or is_alone):
        return Shape(True) if _is_broken_line(first, more) else Shape(False, start + 1, is_closed=True)
    if not text.startswith("{") or (value is not None and not is_alone):
        return Shape(True)
    is_row = isinstance(value, dict) and any(key in sought for key in value)
    inside = None if is_row else _array_in_object(text, sought)
    if inside is not None:
        return Shape(False, start + inside, is_closed=True)
    is_line = value is not None or any(_parsed_line(line.encode("utf-8", "replace")) for line in more.split("\n")[:20])
    return Shape(True) if is_line else Shape(False, start)


def _is_broken_line(first: str, more: str) -> bool:
    """True for a line that opens an array by mistake: no element goes on after it, and the next line is an object."""
    following = next((line for line in more.split("\n") if line.strip(_BLANKS)), "")
    is_open = first.rstrip(_BLANKS)[-1:] in ("[", ",")
    return not is_open and _parsed_line(following.encode("utf-8", "replace")) is not None


def rows_of(blocks: Iterable[bytes], shape: Shape, limits: Limits) -> Iterator[Row]:
    """The rows in order.

    Raises:
        FileRefusedError: a document that is cut, or a row that is too long.
    """
    most = limits.cell_characters * ROW_CELLS
    return _rows_of_lines(blocks, most, limits) if shape.is_lines else _rows_of_document(blocks, shape, most, limits)


def _rows_of_lines(blocks: Iterable[bytes], most: int, limits: Limits) -> Iterator[Row]:
    rest = b""
    for block in blocks:
        text = rest + block
        *lines, rest = text.split(b"\n")
        is_short = not _needs_care(text)
        for line in lines:
            if not _is_blank(line):
                yield _parsed_line(line, is_fast=is_short or not _needs_care(line)), len(line)
        if len(rest) > most:
            raise FileRefusedError(limits.refusal("cell_characters"))
    if not _is_blank(rest):
        yield _parsed_line(rest, is_fast=False), len(rest)


def _needs_care(text: bytes) -> bool:
    """Whether a text may hold what the fast parser takes without a word: a number with lost digits, a repeated name."""
    return _LONG_NUMBER in text.translate(_TO_ZEROS) or any(sign in text for sign in _CAREFUL)


def _is_blank(line: bytes) -> bool:
    return not line or line.isspace()


def _parsed_line(line: bytes, *, is_fast: bool = False, may_be_any: bool = False) -> Any:
    """A line's object, or None. The fast parser is used where it loses no digit; it refuses some of what is JSON."""
    try:
        value = fast_value(line) if is_fast else _decoded_line(line)
    except (ValueError, RecursionError):
        if is_fast:
            return _parsed_line(line, may_be_any=may_be_any)
        return None
    is_row = isinstance(value, dict) and not is_too_deep(value, line)
    return value if may_be_any or is_row else None


def _decoded_line(line: bytes) -> Any:
    if b"\0" in line:
        raise ValueError("bytes that are no character")
    return DECODER.decode(line.decode())


def _array_in_object(text: str, sought: SoughtNames) -> int | None:
    """Where the elements of the first array of objects in an object start; None when there is none in sight.

    An object with a column of the contract's is a row itself. An array of the object's own comes before those of
    objects in it.
    """
    place, nested = 1, None
    try:
        while True:
            key, place = DECODER.raw_decode(text, _after_blanks(text, place))
            place = _after_blanks(text, place)
            if text[place] != ":" or key in sought:
                return None
            place = _after_blanks(text, place + 1)
            if text[place] == "[" and text[_after_blanks(text, place + 1)] in "{]":
                return place + 1
            if text[place] == "{" and nested is None:
                inside = _array_in_object(text[place:], sought)
                nested = None if inside is None else place + inside
            place = _after_blanks(text, DECODER.raw_decode(text, place)[1])
            if text[place] != ",":
                return nested
            place += 1
    except (ValueError, IndexError, RecursionError):
        return nested


def _after_blanks(text: str, place: int) -> int:
    found = _BLANK.match(text, place)
    return found.end() if found else place


def _rows_of_document(blocks: Iterable[bytes], shape: Shape, most: int, limits: Limits) -> Iterator[Row]:
    """The elements of a document. One that is broken is no object; where it ends is told by its brackets."""
    window = _Window(blocks)
    window.skip(shape.start)
    while (sign := window.next_sign()) and not (sign == "]" and shape.is_closed):
        if sign == ",":
            window.skip(1)
            continue
        element = window.element()
        while element is None:
            if not window.grow():
                raise FileRefusedError(_WHOLE)
            if len(window.text) > most:
                raise FileRefusedError(limits.refusal("cell_characters"))
            element = window.element()
        yield element
    if shape.is_closed and (sign != "]" or not window.is_ended(most)):
        raise FileRefusedError(_WHOLE)


class _Window:
    """The part of a text that is being read."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._texts = codecs.iterdecode(blocks, "utf-8", "replace")
        self.text = ""
        self.place = 0

    def grow(self) -> bool:
        """Read on; False at the end. Reads as much as it holds, so that a long element is not parsed too often."""
        more: list[str] = []
        wanted = len(self.text) - self.place
        while sum(map(len, more)) <= wanted:
            text = next(self._texts, None)
            if text is None:
                break
            more.append(text)
        self.text, self.place = self.text[self.place :] + "".join(more), 0
        return bool(more)

    def skip(self, count: int) -> None:
        """Leave so many characters behind."""
        while len(self.text) < self.place + count and self.grow():
            pass
        self.place += count

    def next_sign(self) -> str:
        """The next character that is not blank; "" at the end."""
        while (place := _after_blanks(self.text, self.place)) == len(self.text):
            self.place = place
            if not self.grow():
                return ""
        self.place = place
        return self.text[place]

    def element(self) -> Row | None:
        """The next element; None while it is not whole."""
        start = self.place
        try:
            value, end = DECODER.raw_decode(self.text, start)
        except (ValueError, RecursionError):
            found = self._end_of_broken(start)
            if found is None:
                return None
            self.place = found
            return None, found - start
        if end == len(self.text) and not isinstance(value, dict):
            return None  # a number may go on
        self.place = end
        text = self.text[start:end]
        is_row = isinstance(value, dict) and "\0" not in text and not is_too_deep(value, text)
        return (value if is_row else None), end - start

    def _end_of_broken(self, start: int) -> int | None:
        depth = 0
        for token in _TOKEN.finditer(self.text, start):
            sign = token[0]
            if sign[0] == '"':
                if not token[1]:
                    return None
            elif sign in "[{":
                depth += 1
            elif sign == "," and not depth:
                return token.start()
            elif sign in "]}":
                depth -= 1
                if depth <= 0:
                    return token.start() if depth < 0 and token.start() > start else token.end()
        return None

    def is_ended(self, most: int) -> bool:
        """Whether after the closing bracket there is nothing more to read: no second array of objects, no garbage."""
        self.place += 1
        sign = self.next_sign()
        while self.grow():
            if len(self.text) > most:
                return False
        rest = self.text[self.place :]
        return not sign or (sign in ",}" and not _ANOTHER.search(rest) and rest.rstrip(_BLANKS).endswith("}"))
