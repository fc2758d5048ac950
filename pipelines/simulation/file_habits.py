"""What vendors' tools do to whole files: titles, totals, other dialects, packing. Rows are spoiled elsewhere.

A habit works on the finished file. Those of `DIFFERENCES` are none that a contract of the market agrees to.
"""

import gzip
from collections.abc import Sequence
from typing import Any, Final

from pipelines.simulation.market_facts import Layout, SimulatedFile

TITLES, HEADER_AGAIN, TOTALS, OTHER_DELIMITER = "titles", "header_again", "totals", "other_delimiter"
OTHER_ENCODING, MIXED_LINE_ENDS, PACKED = "other_encoding", "mixed_line_ends", "packed"
HABITS: Final = (TITLES, HEADER_AGAIN, TOTALS, OTHER_DELIMITER, OTHER_ENCODING, MIXED_LINE_ENDS, PACKED)
DIFFERENCES: Final = (TITLES, HEADER_AGAIN, TOTALS, OTHER_DELIMITER, MIXED_LINE_ENDS)
"""Habits that always differ from the contract; another encoding does where the text is not plain ASCII."""

_OTHER: Final = {",": ";", ";": ",", "\t": ";"}


def with_extra_lines(file: SimulatedFile, header: list[str], rows: Sequence[list[Any]]) -> list[list[Any]]:
    """The records of a file with the titles, repeated headers and totals that its habits add; notes a difference."""
    file.differs = bool(set(file.habits) & set(DIFFERENCES))
    lines: list[list[Any]] = [header, *rows]
    if HEADER_AGAIN in file.habits and len(rows) > 1:
        lines.insert(1 + len(rows) // 2, header)
    if TITLES in file.habits:
        lines = [["Export des contacts"], ["Service partenaires"], *lines]
    if TOTALS in file.habits:
        lines.append(["Total", f"{len(rows)}"] + [""] * (len(header) - 2))
    return lines


def delimiter_of(layout: Layout, file: SimulatedFile) -> str:
    """The delimiter that the file is written with."""
    agreed = layout.delimiter or ","
    return _OTHER[agreed] if OTHER_DELIMITER in file.habits else agreed


def line_ends(file: SimulatedFile, text: str) -> str:
    """The text with every second line ending otherwise, where that is the habit."""
    if MIXED_LINE_ENDS not in file.habits:
        return text
    lines = text.split("\r\n")
    ends = ("\n" if number % 2 else "\r\n" for number in range(len(lines) - 1))
    return "".join(line + end for line, end in zip(lines, ends, strict=False)) + lines[-1]


def encoded(layout: Layout, file: SimulatedFile, text: str) -> bytes:
    """The text in the layout's encoding, or in the one that the vendor's tool prefers; notes whether it differs."""
    agreed = layout.encoding or "UTF-8"
    content = text.encode(agreed)
    if OTHER_ENCODING in file.habits:
        try:
            content = text.encode("UTF-8" if agreed == "windows-1252" else "windows-1252")
        except UnicodeEncodeError:
            return content
    file.differs = file.differs or content != text.encode(agreed)
    return content


def packed(file: SimulatedFile, content: bytes) -> bytes:
    """The bytes as they travel; the same rows always give the same bytes."""
    return gzip.compress(content, mtime=0) if PACKED in file.habits else content


def drawn_habits(layout: Layout, incidents: Sequence[str]) -> tuple[str, ...]:
    """The habits among a day's incidents that a file of this layout can have."""
    if layout.format == "csv":
        return tuple(habit for habit in HABITS if habit in incidents)
    possible = (TITLES, TOTALS) if layout.format == "xlsx" else (PACKED,)
    return tuple(habit for habit in possible if habit in incidents)
