"""Rows of a table found by an identity key in microseconds: sorted numbers, sixteen bytes a row beside the table."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.identifiers.other_forms import leading_bits

_HEAD_DIGITS: Final = 16


@dataclass(frozen=True)
class KeyIndex:
    """Which rows of a column hold a key."""

    heads: npt.NDArray[np.uint64]
    """The leading half of every key, sorted."""
    rows: npt.NDArray[np.int64]
    """The row of each."""
    keys: pa.Array
    """The column that was indexed."""

    def rows_of(self, keys: Iterable[str]) -> list[int]:
        """The rows that hold any of some keys, each once, in order: numbers from 0."""
        return sorted(row for key in set(keys) for row in self._rows_near(key) if self.keys[row].as_py() == key)

    def _rows_near(self, key: str) -> list[int]:
        found: list[int] = self.rows[places_of(self.heads, head_of(key))].tolist()
        return found


def head_of(key: str) -> int:
    """The leading half of a key as a number, as `leading_bits` has it of a column."""
    return int(key[:_HEAD_DIGITS], 16)


def places_of(heads: npt.NDArray[np.uint64], head: int) -> slice:
    """Where a number stands among sorted ones."""
    wanted = np.uint64(head)
    return slice(int(heads.searchsorted(wanted, "left")), int(heads.searchsorted(wanted, "right")))


def key_index(column: pa.ChunkedArray) -> KeyIndex:
    """An index of a column of identity keys; NULL has no entry."""
    keys = pa.concat_arrays([pa.array([], pa.string()), *column.chunks])
    heads = leading_bits(keys)
    order = np.argsort(heads, kind="stable")
    order = order[np.asarray(keys.is_valid())[order]]
    return KeyIndex(heads[order], order, keys)
