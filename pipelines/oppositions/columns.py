"""Opposition files, many lines at once: plain lines become columns, all others are left to `lines`, one by one.

What a line means is said in `lines` alone. A plain line reads the same in whole columns: it is printable ASCII without
a quote, and has nothing to refuse.
"""

import functools
import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import mapped_once
from pipelines.dates.instants import INSTANT, instants
from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.oppositions.identifiers import keys_of_columns
from pipelines.oppositions.lines import (
    CHUNK,
    EVERY_CHANNEL,
    OPTIONAL_COLUMNS,
    CellError,
    OppositionLine,
    RefusedLine,
    cells_of_line,
    origin_label,
    parse_rows,
    to_instant,
    vendors_shared_with,
)
from pipelines.vocabulary.clock import as_lake, paris_date
from pipelines.vocabulary.words import CHANNELS

Lines = Iterable[pa.Table | OppositionLine | RefusedLine]
"""Good lines as tables of the schema `GOOD_LINES` and one by one, and refused ones."""
GOOD_LINES: Final = pa.schema(
    {
        "identity_key": pa.string(),
        "kind": pa.string(),
        "channel": pa.string(),
        "opposed_at": INSTANT,
        "recorded_at": INSTANT,
        "origin": pa.string(),
        "shared_with": pa.string(),
        "shared_at": INSTANT,
        "revoked_at": INSTANT,
        "alias_key": pa.string(),
    }
)
"""As `OppositionLine`: instants are zone-less UTC, vendors joined by `|`, empty for none."""

_CLEAR_INSTANT: Final = (
    r"^(?:19[7-9]|20\d)\d-\d{2}-\d{2}[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3}|\.\d{6})?(?:Z|[+-]\d{2}:\d{2})$"
)
"""One that leaves no choice, in a year that is read: millions of a file differ, and each is read in its column."""
_HOUR: Final = 3_600 * 10**6


def read_in_columns(lines: Iterable[str], columns: tuple[str, ...], hasher: IdentityHasher) -> Lines:
    """What `lines.read_lines` reads, good lines mostly as tables; refused ones keep their order.

    Args:
        lines: the lines after the header, in which bytes that are not UTF-8 are surrogate escapes.
        columns: the header.
        hasher: makes the identity keys.
    """
    remaining, first = iter(lines), 2
    while chunk := [line.strip() for line in islice(remaining, CHUNK)]:
        numbers = [number for number, line in enumerate(chunk, first) if _is_plain_line(line, columns)]
        texts = pa.array([chunk[number - first] for number in numbers], pa.string())
        is_read, good = _read_cells(_cut_into_cells(texts, columns), hasher)
        yield good
        done = {*pa.array(numbers, pa.int64()).filter(is_read).to_pylist()}
        others = ((number, line) for number, line in enumerate(chunk, first) if line and number not in done)
        yield from parse_rows(((number, cells_of_line(line, columns)) for number, line in others), hasher)
        first += len(chunk)


def parse_in_columns(numbers: Sequence[int], cells: pa.Table, hasher: IdentityHasher) -> Lines:
    """What `lines.parse_rows` reads of rows of trimmed cells, by their numbers."""
    is_read, good = _read_cells(cells, hasher)
    yield good
    is_left = pc.invert(is_read)
    left = pa.array(numbers, pa.int64()).filter(is_left).to_pylist()
    yield from parse_rows(zip(left, cells.filter(is_left).to_pylist(), strict=True), hasher)


def table_of_lines(lines: Sequence[OppositionLine]) -> pa.Table:
    """Good lines as columns."""
    columns = {name: [getattr(line, name) for line in lines] for name in GOOD_LINES.names}
    for name in (field.name for field in GOOD_LINES if field.type == INSTANT):
        columns[name] = [at and as_lake(at) for at in columns[name]]
    columns["shared_with"] = ["|".join(vendors) for vendors in columns["shared_with"]]
    return pa.table(columns, schema=GOOD_LINES)


def event_digests(lines: pa.Table, *, is_revocation: bool = False) -> pa.Array:
    """`lines.event_digest` of the opposition of each line, or of its revocation."""
    opposed, revoked = (_iso_texts(lines[name]) for name in ("opposed_at", "revoked_at"))
    told = (lines["identity_key"], lines["kind"], lines["channel"], opposed, revoked if is_revocation else "")
    texts = pc.binary_join_element_wise(*told, "\n").cast(pa.binary()).to_pylist()
    return pa.array([hashlib.sha256(text).hexdigest() for text in texts], pa.string())


def dates_in_paris(column: pa.ChunkedArray) -> pa.Array:
    """Civil dates of instants; in Paris they change on the hour."""
    hours = pc.divide(column.combine_chunks().cast(pa.int64()), _HOUR).dictionary_encode()
    return pa.array(map(_date_at_hour, hours.dictionary.to_pylist()), pa.date32()).take(hours.indices)


@functools.lru_cache(maxsize=65536)
def _date_at_hour(hour: int) -> date:
    return paris_date(datetime.fromtimestamp(hour * 3_600, UTC))


def _iso_texts(column: pa.ChunkedArray) -> pa.Array:
    """Instants as Python writes those of UTC, with microseconds; NULL becomes an empty text."""
    texts = pc.utf8_replace_slice(column.cast(pa.string()), 10, 11, "T")
    return pc.fill_null(pc.binary_join_element_wise(texts, "+00:00", ""), "")


def _is_plain_line(line: str, columns: tuple[str, ...]) -> bool:
    return line.isascii() and line.isprintable() and '"' not in line and line.count(",") == len(columns) - 1


def _cut_into_cells(lines: pa.Array, columns: tuple[str, ...]) -> pa.Table:
    """Plain lines as columns of trimmed cells."""
    cells = pc.ascii_trim_whitespace(pc.split_pattern(lines, ",").flatten())
    places = (np.arange(place, len(cells), len(columns)) for place in range(len(columns)))
    return pa.table([cells.take(pa.array(ours)) for ours in places], list(columns))


def _read_cells(cells: pa.Table, hasher: IdentityHasher) -> tuple[pa.Array, pa.Table]:
    """Which rows are good beyond doubt, and these as `GOOD_LINES`."""
    absent = pa.repeat("", len(cells))
    text = {name: cells[name].combine_chunks() for name in cells.column_names}
    text = {**dict.fromkeys(OPTIONAL_COLUMNS, absent), **text}
    keys, alias_keys = keys_of_columns(text["kind"], text["identifier"], hasher)
    opposed_at, recorded_at = (_instants_of_cells(text[name], is_late=False) for name in ("opposed_at", "recorded_at"))
    shared_at, revoked_at = (_instants_of_cells(text[name], is_late=True) for name in ("shared_at", "revoked_at"))
    vendors = mapped_once(text["shared_with"], _vendors, pa.string())
    found = {
        "identity_key": keys,
        "kind": text["kind"],
        "channel": text["channel"],
        "opposed_at": opposed_at,
        "recorded_at": recorded_at,
        "origin": mapped_once(text["origin"], origin_label, pa.string()),
        "shared_with": vendors,
        "shared_at": shared_at,
        "revoked_at": revoked_at,
        "alias_key": alias_keys,
    }
    is_shared = pc.not_equal(vendors, "")  # NULL: a cell that names none
    conditions = (
        pc.is_valid(keys),
        pc.is_in(text["channel"], pa.array([EVERY_CHANNEL, *CHANNELS])),
        pc.is_valid(recorded_at),
        pc.if_else(is_shared, pc.greater_equal(shared_at, opposed_at), pc.equal(text["shared_at"], "")),
        pc.or_kleene(pc.equal(text["revoked_at"], ""), pc.greater_equal(revoked_at, opposed_at)),
        pc.is_valid(opposed_at),
    )
    is_read = functools.reduce(pc.and_, (pc.fill_null(one, False) for one in conditions))
    return is_read, pa.table(found, schema=GOOD_LINES).filter(is_read)


def _instants_of_cells(texts: pa.Array, *, is_late: bool) -> pa.Array:
    """What `lines.to_instant` reads, NULL where it is nothing."""
    is_clear = pc.match_substring_regex(texts, _CLEAR_INSTANT)
    clear = instants(pc.if_else(is_clear, texts, None))
    others = mapped_once(pc.if_else(is_clear, None, texts), functools.partial(_instant, is_late=is_late), INSTANT)
    return pc.coalesce(clear, others)


def _instant(text: str, *, is_late: bool) -> datetime | None:
    try:
        return as_lake(to_instant(text, is_late=is_late)) if text else None
    except ValueError:
        return None


def _vendors(text: str) -> str | None:
    try:
        return "|".join(vendors_shared_with(text))
    except CellError:
        return None
