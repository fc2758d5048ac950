"""Columns of values: their Arrow types, and a function called once for each distinct value. Knows no subject."""

import re
from collections.abc import Callable, Sequence
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


def parts_between(text: str, marks: Sequence[str]) -> list[str]:
    """What stands between any of some marks in a text; of marks that begin alike the longest is taken."""
    longest_first = sorted(marks, key=len, reverse=True)
    return re.split("|".join(map(re.escape, longest_first)), text)


TEXT: Final = pa.string()


TEXT_LIST: Final = pa.list_(TEXT)


NO_TEXT: Final = pa.scalar(None, TEXT)


_BLANK: Final = (
    "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
)
"""White space, and what can't be seen either."""


def clean(texts: pa.Array) -> pa.Array:
    """Trimmed of white space and zero-width characters, NFC; NULL where nothing is left."""
    trimmed = pc.utf8_trim(pc.utf8_normalize(texts, form="NFC"), _BLANK)
    return pc.if_else(pc.equal(trimmed, ""), NO_TEXT, trimmed)


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


def with_elements(lists: pa.Array, elements: pa.Array) -> pa.Array:
    """Lists with other elements in the places of theirs, without those that are NULL; a NULL list stays NULL."""
    is_kept = np.asarray(pc.is_valid(elements))
    parents = pc.list_parent_indices(lists).to_numpy()
    sizes = np.bincount(parents[is_kept], minlength=len(lists))
    offsets = pa.array(np.concatenate([[0], sizes.cumsum()]).astype(np.int32))
    return pa.ListArray.from_arrays(offsets, elements.filter(pa.array(is_kept)), mask=pc.is_null(lists))
