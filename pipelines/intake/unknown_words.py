"""Words of closed vocabularies that nobody knows: how many rows of each file hold one, and those that may be shown.

A word that is not known may be anything, a person's name in a column that has moved included. It is kept only if it is
a plain word, names nobody in the rows beside it, and makes a good part of what can't be read in a column most of which
can.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.identifiers.hidden import Places, impersonal
from pipelines.identifiers.shown_names import shown_name
from pipelines.identifiers.shown_words import MOST_WORDS, is_plain_word
from pipelines.intake.fields import FieldReading, Fields
from pipelines.intake.files import FileCase
from pipelines.intake.values import unread_elements
from pipelines.vocabulary.field_kinds import CLOSED, NAME
from pipelines.vocabulary.fields import FIELD_NAMED, PERSONAL

UNKNOWN_WORDS: Final = pa.schema(
    {
        "file": pa.int64(),
        "field": pa.string(),
        "word": pa.string(),
        "unread_count": pa.int64(),
        "filled_count": pa.int64(),
    }
)
"""Rows of a file whose field can't be read or is filled; with a `word`, those that can't be read and hold it."""
_LEAST_ROWS: Final = 3
_LEAST_PART: Final = 0.1
"""Of a delivery's unread rows of a column, those that hold a word that may be shown: a vendor has few, persons many."""
_MOST_TEXTS: Final = 1000
"""Texts of a block that are looked at, the most frequent first."""


def unknown_words(fields: Fields) -> pa.Table:
    """What can't be read in columns with a closed vocabulary, schema `UNKNOWN_WORDS`; counts of blocks add up."""
    names = [terms.name for terms in fields.rows.terms.fields if FIELD_NAMED[terms.name].kind in CLOSED]
    files, places = np.unique(np.asarray(fields.rows.files), return_inverse=True)
    parts = [_counts_of_field(fields[name], files, places) for name in names]
    parts += [_words_by_file(fields, fields[name]) for name in names if fields[name].is_bad.any()]
    return pa.concat_tables([UNKNOWN_WORDS.empty_table(), *parts])


def note_unknown_words(cases: Sequence[FileCase], found: Sequence[pa.Table]) -> None:
    """Write down with each file which columns hold words that nobody knows, as JSON."""
    summed = pa.concat_tables([UNKNOWN_WORDS.empty_table(), *found]).group_by(["file", "field", "word"])
    rows = summed.aggregate([("unread_count", "sum"), ("filled_count", "sum")]).to_pylist()
    kept = [row for row in rows if cases[row["file"]].is_to_be_read]
    shown = _showable_words(cases, kept)
    by_file: dict[int, list[dict[str, Any]]] = {}
    for row in kept:
        by_file.setdefault(row["file"], []).append(row)
    for place, case in enumerate(cases):
        if case.is_to_be_read:
            case.unknown_words = sorted(_unknown_words_told(case, by_file.get(place, []), shown))


def _counts_of_field(reading: FieldReading, files: Places, places: Places) -> pa.Table:
    """Unread and filled rows of a field in some files; `places`: of each row's file among them."""
    unread, filled = (
        np.bincount(places, weights=rows, minlength=len(files)).astype(np.int64)
        for rows in (reading.is_bad, ~reading.is_missing)
    )
    names = [[reading.terms.name] * len(files), pa.nulls(len(files), pa.string())]
    return pa.table([files, *names, unread, filled], schema=UNKNOWN_WORDS)


def _words_by_file(fields: Fields, reading: FieldReading) -> pa.Table:
    """The plain words among what can't be read, with the count of their rows."""
    name = reading.terms.name
    texts = impersonal(pc.if_else(pa.array(reading.is_bad), fields.texts(name), None), fields.persons)
    held = pa.table({"file": fields.rows.files, "text": texts}).filter(pc.is_valid(texts))
    order = [("count_all", "descending"), ("file", "ascending"), ("text", "ascending")]
    counted = held.group_by(["file", "text"]).aggregate([([], "count_all")]).sort_by(order)
    counts: Counter[tuple[int, str]] = Counter()
    for row in counted.slice(0, _MOST_TEXTS).to_pylist():
        for word in unread_elements(row["text"], reading.terms):
            counts[row["file"], word.casefold()] += row["count_all"]
    plain = [(file, name, word, count, 0) for (file, word), count in counts.items() if is_plain_word(word)]
    found = pa.Table.from_pylist([dict(zip(UNKNOWN_WORDS.names, row, strict=True)) for row in plain], UNKNOWN_WORDS)
    return found.filter(pc.invert(pc.is_in(found["word"], _names(fields))))


def _names(fields: Fields) -> pa.Array:
    """First and last names of all rows: in a column that has moved stands what others have in the right one."""
    names = [pc.unique(pc.utf8_lower(fields.values(name))) for name in PERSONAL if FIELD_NAMED[name].kind == NAME]
    return pa.concat_arrays(names)


Column = tuple[object, str | None, str]
"""Day, role, field: what is one column of a delivery, in however many files."""


def _column_of(cases: Sequence[FileCase], row: Mapping[str, Any]) -> Column:
    case = cases[row["file"]]
    return case.delivery.day, case.role, row["field"]


def _showable_words(cases: Sequence[FileCase], rows: Sequence[Mapping[str, Any]]) -> dict[Column, list[str]]:
    """By column of a delivery the words that may be shown, the most frequent first."""
    unread: Counter[Column] = Counter()
    filled: Counter[Column] = Counter()
    words: dict[Column, Counter[str]] = {}
    for row in rows:
        column = _column_of(cases, row)
        if row["word"] is None:
            unread[column] += row["unread_count_sum"]
            filled[column] += row["filled_count_sum"]
        else:
            words.setdefault(column, Counter())[row["word"]] += row["unread_count_sum"]
    return {
        column: [word for word, count in _most_common(found) if _is_frequent(count, unread[column])]
        for column, found in words.items()
        if 2 * unread[column] < filled[column]
    }


def _most_common(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST_WORDS]


def _is_frequent(count: int, unread: int) -> bool:
    return count >= _LEAST_ROWS and count >= _LEAST_PART * unread


def _unknown_words_told(
    case: FileCase, rows: Sequence[Mapping[str, Any]], shown: Mapping[Column, Sequence[str]]
) -> list[str]:
    """A JSON text for each column of a file in which something can't be read."""
    columns = {terms.name: shown_name(terms.physical_name, 0) for terms in case.terms.fields}
    words = {(row["field"], row["word"]) for row in rows}
    return [
        json.dumps(
            {
                "field": row["field"],
                "column": columns[row["field"]],
                "rows": row["unread_count_sum"],
                "words": [
                    word
                    for word in shown.get((case.delivery.day, case.role, row["field"]), ())
                    if (row["field"], word) in words
                ],
            },
            ensure_ascii=False,
        )
        for row in rows
        if row["word"] is None and row["unread_count_sum"]
    ]
