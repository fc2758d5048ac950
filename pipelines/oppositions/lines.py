"""One opposition file, line by line: what is good becomes an `OppositionLine`, what is bad a `RefusedLine`.

Files of our own header are cut into cells here; cells of others come under our names by `layouts`. Reading files,
keeping oppositions and deciding whether they block a lead belong elsewhere. No identifier outlives the parsing of its
line: a good one carries a keyed hash, a refused one says what was expected, never what was there.
"""

import csv
import functools
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Final, TypeVar

from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.identifiers.likeness import masked
from pipelines.oppositions.identifiers import EXPECTED_IDENTIFIERS, Keys, cause_of_unread, keys_of_identifiers
from pipelines.vocabulary.words import CHANNELS, OPPOSITION_KINDS, PARIS, VENDOR_KEY

REQUIRED_COLUMNS: Final = ("identifier", "kind", "channel", "opposed_at", "recorded_at", "origin")
OPTIONAL_COLUMNS: Final = ("shared_with", "shared_at", "revoked_at")
EVERY_CHANNEL: Final = "all"
EVERY_VENDOR: Final = "*"
YEARS: Final = range(1970, 2100)
ORIGIN_LENGTH: Final = 200

CHUNK: Final = 20_000

Value = TypeVar("Value")
_HASH: Final = re.compile(r"\b[0-9a-fA-F]{32,}\b")


class HeaderError(ValueError):
    """The first line is not the header of an opposition file."""


@dataclass(frozen=True, slots=True)
class OppositionLine:
    """One good line. Instants are UTC; `shared_at` is set exactly when `shared_with` names someone."""

    identity_key: str
    kind: str
    channel: str
    opposed_at: datetime
    recorded_at: datetime
    origin: str | None
    shared_with: tuple[str, ...]
    shared_at: datetime | None
    revoked_at: datetime | None
    alias_key: str | None = None
    """Of an e-mail in clear: key of its alias in Latin letters; None where that is the address itself."""


@dataclass(frozen=True, slots=True)
class LineFault:
    """A column of a refused line (None: the line as such) and what was expected there."""

    column: str | None
    expected: str
    cause: str | None = None
    """Of an identifier: why no lead can meet it, in few words, to be counted."""


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that was not imported, by its 1-based number in the file."""

    line_number: int
    faults: tuple[LineFault, ...]


Row = tuple[int, Mapping[str, str] | LineFault]
"""The number of a line, and its cells under our names or why it has none."""


def read_header(line: str) -> tuple[str, ...]:
    """Columns of an opposition file, in the order of the file.

    Raises:
        HeaderError: a column is missing, repeated or unknown. The line is not quoted: it may be a row of data.
    """
    columns = tuple(cell.strip() for cell in line.removeprefix("\ufeff").split(","))
    missing = [name for name in REQUIRED_COLUMNS if name not in columns]
    known = {*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS}
    if missing or len(set(columns)) < len(columns) or not set(columns) <= known:
        raise HeaderError(
            f"expected the header {','.join(REQUIRED_COLUMNS)} with, if need be, {', '.join(OPTIONAL_COLUMNS)}; "
            f"UTF-8, comma-separated, each column once{'; missing: ' + ', '.join(missing) if missing else ''}"
        )
    return columns


def read_lines(
    lines: Iterable[str], columns: tuple[str, ...], hasher: IdentityHasher
) -> Iterator[OppositionLine | RefusedLine]:
    """Every data line of a file of our own header, good or refused, in order; blank lines are skipped.

    One row is one physical line, so that a stray quote spoils its own line only.

    Args:
        lines: the lines after the header, in which bytes that are not UTF-8 are surrogate escapes.
        columns: the header.
        hasher: makes the identity keys.
    """
    numbered = enumerate(lines, start=2)
    rows = ((number, cells_of_line(line.strip(), columns)) for number, line in numbered if line.strip())
    return parse_rows(rows, hasher)


def parse_rows(rows: Iterable[Row], hasher: IdentityHasher) -> Iterator[OppositionLine | RefusedLine]:
    """Every row, good or refused, in order. Holds `CHUNK` rows in memory."""
    numbered = iter(rows)
    while chunk := list(islice(numbered, CHUNK)):
        keys = keys_of_identifiers((cells for _, cells in chunk if not isinstance(cells, LineFault)), hasher)
        for number, cells in chunk:
            parsed = (cells,) if isinstance(cells, LineFault) else _parse_cells(cells, keys)
            yield parsed if isinstance(parsed, OppositionLine) else RefusedLine(number, parsed)


def expected_instead(column: str, text: str) -> str | None:
    """What was expected of one cell, if it is not what may stand there; None also where any text may."""
    try:
        _LONE_CELLS.get(column, str)(text)
    except CellError as error:
        return str(error)
    return None


def event_digest(
    identity_key: str, kind: str, channel: str, opposed_at: datetime, revoked_at: datetime | None = None
) -> str:
    """SHA-256 that makes an opposition, or its revocation, one event however often it is imported."""
    instants = (moment.isoformat(timespec="microseconds") if moment else "" for moment in (opposed_at, revoked_at))
    return hashlib.sha256("\n".join((identity_key, kind, channel, *instants)).encode()).hexdigest()


@functools.lru_cache(maxsize=65536)
def to_instant(text: str, *, is_late: bool) -> datetime:
    """An ISO 8601 instant in UTC; without a zone it is Europe/Paris.

    Where the text leaves a choice (a date alone, an hour that the clocks show twice), the earliest instant is meant,
    or the latest if `is_late`: doubt blocks early and blames late.

    Raises:
        ValueError: not ISO 8601, or a year out of range.
    """
    moment = _local_instant(text, is_late)
    if moment.year not in YEARS:
        raise ValueError("year out of range")
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    readings = [moment.replace(tzinfo=PARIS, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return max(readings) if is_late else min(readings)


def _local_instant(text: str, is_late: bool) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return datetime.fromisoformat(text)
    if day.year not in YEARS:
        raise ValueError("year out of range")
    return datetime.combine(day + timedelta(days=is_late), time())


def cells_of_line(line: str, columns: tuple[str, ...]) -> dict[str, str] | LineFault:
    """The cells of one trimmed line under the header's names, or why it has none."""
    if not _is_utf8(line):
        return LineFault(None, "UTF-8 text")
    try:
        cells = next(csv.reader([line], strict=True)) if '"' in line else line.split(",")
    except csv.Error:
        return LineFault(None, "one row a line, with every quote closed")
    if len(cells) != len(columns):
        return LineFault(None, f"{len(columns)} cells, as in the header")
    return dict(zip(columns, map(str.strip, cells), strict=True))


def _is_utf8(line: str) -> bool:
    return line.isascii() or not any("\ud800" <= character <= "\udfff" for character in line)


class CellError(Exception):
    """What was expected of a cell, and the cause to count it under; never what was there."""

    def __init__(self, expected: str, cause: str | None = None) -> None:
        super().__init__(expected)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the cells of a line and notes every fault, so that a line is mended in one pass."""

    cells: Mapping[str, str]
    faults: list[LineFault] = field(default_factory=list)

    def read(self, column: str, parse: Callable[[str], Value]) -> Value | None:
        try:
            return parse(self.cells.get(column, ""))
        except CellError as error:
            self.faults.append(LineFault(column, str(error), error.cause))
            return None


def _parse_cells(cells: Mapping[str, str], keys: Keys) -> OppositionLine | tuple[LineFault, ...]:
    line = _Reader(cells)
    kind = line.read("kind", _kind)
    found = line.read("identifier", lambda text: _keys_of_identifier(kind, text, keys)) if kind else None
    channel = line.read("channel", _channel)
    opposed_at = line.read("opposed_at", _early)
    recorded_at = line.read("recorded_at", _early)
    vendors = line.read("shared_with", vendors_shared_with)
    shared_at = line.read("shared_at", lambda text: _shared_at(text, vendors, opposed_at))
    revoked_at = line.read("revoked_at", lambda text: _not_before(text, opposed_at) if text else None)
    if line.faults or not (found and kind and channel and opposed_at and recorded_at):
        return tuple(line.faults)
    key, alias_key = found
    told = (kind, channel, opposed_at, recorded_at, origin_label(cells["origin"]), vendors or (), shared_at, revoked_at)
    return OppositionLine(key, *told, alias_key)


def _keys_of_identifier(kind: str, text: str, keys: Keys) -> tuple[str, str | None]:
    if (kind, text) not in keys:
        expected, cause = EXPECTED_IDENTIFIERS[kind], cause_of_unread(kind, text)
        raise CellError(f"{expected}; here: {cause}" if cause else expected, cause or f"not {expected}")
    return keys[kind, text]


def _kind(text: str) -> str:
    return _one_of_values(text, OPPOSITION_KINDS)


def _channel(text: str) -> str:
    return _one_of_values(text, (EVERY_CHANNEL, *CHANNELS))


def _one_of_values(text: str, values: tuple[str, ...]) -> str:
    if text not in values:
        raise CellError(f"one of {', '.join(values)}")
    return text


def _early(text: str) -> datetime:
    return _instant_of_cell(text, is_late=False)


def _instant_of_cell(text: str, *, is_late: bool) -> datetime:
    try:
        return to_instant(text, is_late=is_late)
    except ValueError:
        years = f"between {YEARS[0]} and {YEARS[-1]}"
        raise CellError(f"an ISO 8601 instant or date {years}, such as 2026-08-11T09:30:00+02:00") from None


_LONE_CELLS: Final[Mapping[str, Callable[[str], object]]] = {
    "kind": _kind, "channel": _channel, "opposed_at": _early, "recorded_at": _early
}  # fmt: skip
"""Columns whose cells mean something without the others."""


def _not_before(text: str, opposed_at: datetime | None) -> datetime:
    instant = _instant_of_cell(text, is_late=True)
    if opposed_at and instant < opposed_at:
        raise CellError("an instant not before opposed_at")
    return instant


def vendors_shared_with(text: str) -> tuple[str, ...]:
    """The vendors of a cell, in order; none of an empty one.

    Raises:
        CellError: other words than vendors' keys or `*`.
    """
    if text in ("", EVERY_VENDOR):
        return (text,) if text else ()
    vendors = sorted({vendor.strip() for vendor in text.split("|")})
    if not all(VENDOR_KEY.fullmatch(vendor) for vendor in vendors):
        raise CellError("vendor keys (lower-case letters, digits, hyphens) joined by |, or * alone")
    return tuple(vendors)


def _shared_at(text: str, vendors: tuple[str, ...] | None, opposed_at: datetime | None) -> datetime | None:
    if vendors and not text:
        raise CellError("when the share was acknowledged (leave shared_with empty until it was)")
    if text and vendors == ():
        raise CellError("nothing, since shared_with is empty")
    return _not_before(text, opposed_at) if text else None


@functools.lru_cache(maxsize=4096)
def origin_label(text: str) -> str | None:
    """A label: what looks like an address, a number or a hash is cut out, since the registry keeps none."""
    label = " ".join(_HASH.sub("[hash]", masked(text[: 10 * ORIGIN_LENGTH], "name")).split())
    printable = "".join(character for character in label if character.isprintable())
    return printable[:ORIGIN_LENGTH] or None
