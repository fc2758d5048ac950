"""Columns of values: their Arrow types, and a function called once for each distinct value. Knows no subject."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc


def mapped_once(texts: pa.Array, function: Callable[[str], object], type_: pa.DataType) -> pa.Array:
    """A Python function over a column of text, called once for each distinct value; NULL stays NULL."""
    encoded = texts.dictionary_encode()
    values = pa.array([function(text) for text in encoded.dictionary.to_pylist()], type_)
    return values.take(encoded.indices)


@dataclass(frozen=True)
class Distinct:
    """A column of text as its distinct values, NULL among them, and where each row's stands; as it is if all differ."""

    values: pa.Array
    places: pa.Array | None

    @classmethod
    def of(cls, texts: pa.Array) -> "Distinct":
        """A column; whether its values differ is told by its first rows."""
        sample = texts.slice(0, _SAMPLE)
        if pc.count_distinct(sample, mode="all").as_py() * _FEW > len(sample):
            return cls(texts, None)
        encoded = texts.dictionary_encode(null_encoding="encode")
        return cls(encoded.dictionary, encoded.indices)

    def spread(self, found: pa.Array) -> pa.Array:
        """What was found of each distinct value, for each row."""
        return found if self.places is None else found.take(self.places)


_SAMPLE: Final = 1024
_FEW: Final = 4
"""Rows a distinct value from which on it is worth finding them: a value costs some ten times what a row does."""


def parts_between(text: str, marks: Sequence[str]) -> list[str]:
    """What stands between any of some marks in a text; of marks that begin alike the longest is taken."""
    longest_first = sorted(marks, key=len, reverse=True)
    return re.split("|".join(map(re.escape, longest_first)), text)


TEXT: Final = pa.string()


TEXT_LIST: Final = pa.list_(TEXT)


NO_TEXT: Final = pa.nulls(1, TEXT)[0]


_BLANK: Final = (
    "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
)
"""White space, and what can't be seen either."""
_CONTROLS: Final = r"[\x00-\x08\x0e-\x1b\x7f]"
"""Control characters that are no white space."""
_ASCII_BLANK: Final = "".join(filter(str.isascii, _BLANK))


def clean(texts: pa.Array) -> pa.Array:
    """Trimmed of white space and zero-width characters, NFC; NULL where nothing is left."""
    if are_ascii(texts):
        trimmed = pc.ascii_trim(texts, _ASCII_BLANK)
    else:
        trimmed = pc.utf8_trim(pc.utf8_normalize(texts, form="NFC"), _BLANK)
    return null_where(pc.equal(trimmed, ""), trimmed)


def without_controls(texts: pa.Array) -> pa.Array:
    """Texts, NULL where one holds a control character: nobody sees one, and PostgreSQL keeps no NUL."""
    return null_where(pc.match_substring_regex(texts, _CONTROLS), texts)


def lowered(texts: pa.Array) -> pa.Array:
    """In lower case."""
    return pc.ascii_lower(texts) if are_ascii(texts) else pc.utf8_lower(texts)


def null_where(is_met: pa.Array, texts: pa.Array) -> pa.Array:
    """Texts, NULL where something is met; NULL stays."""
    return pc.if_else(is_met, NO_TEXT, texts) if pc.any(is_met).as_py() else texts


def are_ascii(texts: pa.Array) -> bool:
    """Whether texts hold ASCII alone: one look at the bytes of all, a tenth of what looking at each would cost."""
    if not isinstance(texts, pa.StringArray):
        return False
    _, offsets, content = texts.buffers()
    if content is None or not len(texts):
        return True
    first, last = np.frombuffer(offsets, np.int32)[[texts.offset, texts.offset + len(texts)]]
    return not len(held := np.frombuffer(content, np.uint8)[first:last]) or bool(held.max() < 0x80)


Truth = npt.NDArray[np.bool_]


def list_columns(lists: pa.Array) -> list[pa.Array]:
    """Lists of texts as columns of their first elements, second elements, …"""
    lengths = pc.fill_null(pc.list_value_length(lists), 0)
    columns = []
    for place in range(pc.max(lengths).as_py() or 0):
        is_there = pc.greater(lengths, place)
        elements = pc.list_element(lists.filter(is_there), place)
        columns.append(pc.replace_with_mask(pa.nulls(len(lists), TEXT), is_there, elements))
    return columns


def names_where(found: Mapping[str, Truth]) -> pa.Array:
    """The names under which a row is true, in the order of the names; a list a row."""
    truths = list(found.values())
    is_any = np.logical_or.reduce(truths)
    rows, columns = np.nonzero(np.column_stack([truth[is_any] for truth in truths]))
    counts = np.zeros(len(is_any), np.int32)
    counts[is_any] = np.bincount(rows, minlength=int(is_any.sum()))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    names = pa.array(list(found), TEXT).take(pa.array(columns))
    return pa.ListArray.from_arrays(pa.array(offsets), names).cast(TEXT_LIST)


def with_elements(lists: pa.Array, elements: pa.Array) -> pa.Array:
    """Lists with other elements in the places of theirs, without those that are NULL; a NULL list stays NULL."""
    is_kept = np.asarray(pc.is_valid(elements))
    parents = pc.list_parent_indices(lists).to_numpy()
    sizes = np.bincount(parents[is_kept], minlength=len(lists))
    offsets = pa.array(np.concatenate([[0], sizes.cumsum()]).astype(np.int32))
    return pa.ListArray.from_arrays(offsets, elements.filter(pa.array(is_kept)), mask=pc.is_null(lists))
