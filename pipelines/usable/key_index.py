"""Rows of a table found by an identity key in microseconds: sorted numbers, sixteen bytes a row beside the table."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.identifiers.other_forms import leading_bits


@dataclass(frozen=True)
class KeyIndex:
    """Which rows of a column hold a key."""

    heads: npt.NDArray[np.uint64]
    """The leading half of every key, sorted."""
    rows: npt.NDArray[np.int64]
    """The row of each."""
    keys: pa.Array
    """The column that was indexed."""

    def rows_of(self, keys: Iterable[str]) -> pa.Array:
        """The rows that hold any of some keys, each once, in order: numbers from 0."""
        asked = pa.array(sorted(set(keys)), pa.string())
        wanted = leading_bits(asked)
        firsts, lasts = np.searchsorted(self.heads, wanted, "left"), np.searchsorted(self.heads, wanted, "right")
        near = {row for first, last in zip(firsts, lasts, strict=True) for row in self.rows[first:last].tolist()}
        known = set(asked.to_pylist())
        return pa.array(sorted(row for row in near if self.keys[row].as_py() in known), pa.int64())


def key_index(column: pa.ChunkedArray) -> KeyIndex:
    """An index of a column of identity keys; NULL has no entry."""
    keys = pa.concat_arrays([pa.array([], pa.string()), *column.chunks])
    heads = leading_bits(keys)
    order = np.argsort(heads, kind="stable")
    order = order[np.asarray(keys.is_valid())[order]]
    return KeyIndex(heads[order], order, keys)
