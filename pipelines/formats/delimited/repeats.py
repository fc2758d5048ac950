"""Lines of the header that stand in a delimited text again, whichever way they are quoted there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipelines.formats.delimited.dialects import BLANKS, QUOTES, cells
from pipelines.formats.delimited.header import TextHead
from pipelines.formats.delimited.records import Dialect, Records

_SPECIAL: Final = re.compile(r"[\"'\\\r\n]")


@dataclass(frozen=True)
class LineAgain:
    """How to find a line of the header in a text, without cutting the text into records."""

    longest: bytes
    """Stands in every text that holds the line: told at once where it does not."""
    pattern: re.Pattern[bytes]
    reach: int
    """Bytes that the line may have."""

    def places_in(self, text: bytes) -> Iterator[int]:
        """Where the line may stand."""
        if self.longest in text:
            yield from (match.start() for match in self.pattern.finditer(text))


def lines_again(head: TextHead, codec: str = "utf-8") -> tuple[LineAgain, ...]:
    """How to find each line of the header in a text of some encoding."""
    return tuple(_line_again(line, head.dialect, codec) for line in head.lines)


def _line_again(line: bytes, dialect: Dialect, codec: str) -> LineAgain:
    names = [cell.strip() for cell in cells(line.rstrip(BLANKS + dialect.delimiter.encode()), dialect)]
    if any(map(_SPECIAL.search, names)):
        names = [line.decode("utf-8", "replace")]  # as it is written, and no other way
    written = [name.encode(codec, "replace") for name in names]
    return LineAgain(max(written, key=len), _pattern_of(written, dialect), 4 * len(line) + 1024)


def _pattern_of(names: list[bytes], dialect: Dialect) -> re.Pattern[bytes]:
    """Names with a delimiter between each two, and quotes and blanks beside both: no two quantifiers touch."""
    delimiter = dialect.delimiter.encode()
    beside = b"[%b\\0]*" % re.escape((BLANKS + QUOTES.encode()).replace(delimiter, b""))
    parts = [re.escape(names[0])]
    for name in names[1:]:
        parts += [beside, re.escape(delimiter), beside + re.escape(name) if name else b""]
    return re.compile(b"".join(parts))


def may_be_repeated(text: bytes, lines: tuple[LineAgain, ...]) -> bool:
    """Whether a line of the header may stand in a text; if not, it does not."""
    return any(True for line in lines for _ in line.places_in(text))


def repeats_in(records: Records, head: TextHead, lines: tuple[LineAgain, ...]) -> Iterator[int]:
    """Which records are a line of the header again."""
    for line in lines:
        for start in line.places_in(records.text):
            place = int(np.searchsorted(records.starts, start, side="right")) - 1
            is_sound = 0 <= place < len(records) and not records.is_broken[place]
            if is_sound and head.header.is_repeated_by(cells(records.record(place), head.dialect)):
                yield place
