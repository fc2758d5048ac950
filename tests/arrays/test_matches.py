"""Whole columns of texts agree with each text by itself."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.arrays.matches import without_signs


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.none() | st.sampled_from(["", " ", "06 12.34-56/78", "(0) é\u2003/é", "...", "+33 "]), max_size=8),
    st.sampled_from(["", " ", " .-", "()/ .-"]),
    st.integers(0, 3),
)
def test_signs_are_left_out_of_every_text(texts: list[str | None], signs: str, start: int) -> None:
    left = [None if text is None else "".join(sign for sign in text if sign not in signs) for text in texts]
    found = without_signs(pa.array(texts, pa.string()).slice(start), signs)
    found.validate(full=True)
    assert found.to_pylist() == left[start:]
