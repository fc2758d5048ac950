"""Whole columns: what is read once a value is what is read row by row, and ASCII is trimmed as all else is."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.arrays import values
from pipelines.arrays.values import Distinct, are_ascii, clean, lowered, names_where

TEXTS = st.lists(st.none() | st.text(alphabet=" \t\x1cAzÀé\u00ad", max_size=3), max_size=12)


@settings(max_examples=30, derandomize=True)
@given(TEXTS, st.integers(1, 4), st.integers(0, 3))
def test_what_is_found_of_distinct_values_is_what_is_found_of_each_row(
    texts: list[str | None], few: int, start: int
) -> None:
    column = pa.array(texts, pa.string()).slice(start)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(values, "_FEW", few)
        distinct = Distinct.of(column)
    assert distinct.spread(distinct.values).equals(column)
    assert distinct.spread(pc.is_null(distinct.values)).to_pylist() == [text is None for text in texts[start:]]


def test_few_values_are_each_held_once_and_many_are_left_as_they_are() -> None:
    few, many = Distinct.of(pa.array(["a", None] * 100)), Distinct.of(pa.array([f"{n}" for n in range(200)]))
    assert few.values.to_pylist() == ["a", None]
    assert many.places is None


@settings(max_examples=40, derandomize=True)
@given(TEXTS, st.integers(0, 3))
def test_ascii_is_cleaned_as_it_is_beside_other_texts(texts: list[str | None], start: int) -> None:
    column = pa.array(texts, pa.string()).slice(start)
    beside = pa.array([*texts[start:], "é"], pa.string())
    assert clean(column).to_pylist() == clean(beside).to_pylist()[:-1]
    assert lowered(column).to_pylist() == lowered(beside).to_pylist()[:-1]
    assert are_ascii(column) == all(text is None or text.isascii() for text in texts[start:])


def test_a_row_lists_the_names_under_which_it_is_true() -> None:
    found = {"a": np.array([True, False, True]), "b": np.array([False, False, True])}
    assert names_where(found).to_pylist() == [["a"], [], ["a", "b"]]
    assert names_where({"a": np.zeros(2, np.bool_)}).to_pylist() == [[], []]
    assert names_where({"a": np.zeros(0, np.bool_)}).to_pylist() == []
