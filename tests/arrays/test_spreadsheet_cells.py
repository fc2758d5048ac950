"""No text of ours becomes a formula when a spreadsheet opens it."""

import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.arrays.spreadsheet_cells import neutralised, neutralised_texts

SIGNS = "=+-@＝＋－＠"


def cell(text: str) -> str:
    return str(neutralised_texts(pa.array([text]))[0].as_py())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("＝1", "'＝1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tA", "'\tA"),
        ("\rA", "'\rA"),
        ("\n=1", "'\n'=1"),
        (" =1", " '=1"),
        ("\u00a0=1", "\u00a0'=1"),
        ("\ufeff=1", "\ufeff'=1"),
        ('"=1', "\"'=1"),
        ("a;=1", "a;'=1"),
        ("A-1=2", "A-1=2"),
        ("", ""),
    ],
)
def test_an_apostrophe_stands_before_what_may_be_a_formula(text: str, expected: str) -> None:
    assert cell(text) == expected


@pytest.mark.fault(
    area="content",
    fault="A delivered text that a spreadsheet would run as a formula",
    promise="It is shown as text, and nothing of it is lost.",
)
@given(st.text(st.sampled_from([*SIGNS, *"\t\r\n ;'\"aé1\u00a0\u3000"]), max_size=12))
def test_no_part_of_any_text_begins_a_formula_and_nothing_is_lost(text: str) -> None:
    safe = cell(text)
    for part in re.split(r"[;\t\r\n]", safe):
        assert part.lstrip().lstrip('"').lstrip()[:1] not in tuple(SIGNS)
    assert safe[:1] not in ("\t", "\r", "\n")
    assert safe.replace("'", "") == text.replace("'", "")
    assert cell(safe) == safe


def test_only_texts_of_a_table_are_touched_and_nothing_stays_nothing() -> None:
    table = pa.table({"number": [-1, 2], "text": pa.array(["-1", None], pa.large_string())})
    assert neutralised(table).to_pydict() == {"number": [-1, 2], "text": ["'-1", None]}
