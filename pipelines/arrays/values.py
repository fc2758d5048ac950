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
