"""Names as they are shown: on one line, with nothing that a terminal obeys."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.identifiers.escaped_texts import escaped
from pipelines.identifiers.shown_names import shown_file_names, shown_name, shown_path


@pytest.mark.fault(
    area="content",
    fault="File names with control sequences, line ends or turned writing",
    promise="They are shown escaped: no terminal or log obeys them.",
)
def test_control_sequences_line_ends_and_turned_writing_are_shown_and_not_obeyed() -> None:
    names = {
        "leads\x1b[2J.csv": r"leads\x1b[2J.csv",
        "a\nb\r.csv": r"a\nb\r.csv",
        "leads\u202evsc.exe": r"leads\u202evsc.exe",
        "line\u2028end": r"line\u2028end",
        "été 2026 – leads’.csv": "été 2026 – leads’.csv",
    }
    assert shown_file_names(names) == names


@pytest.mark.fault(area="content", fault="Two names that would be shown alike", promise="They are told apart.")
def test_a_name_that_is_shown_as_another_is_called_is_told_apart() -> None:
    shown = shown_file_names(["a\n.csv", r"a\n.csv"])
    assert shown == {r"a\n.csv": r"a\n.csv", "a\n.csv": r"a\n.csv (2)"}


@given(st.lists(st.text(min_size=1), unique=True))
def test_names_stay_apart_and_on_one_line(names: list[str]) -> None:
    shown = shown_file_names(names)
    assert len(set(shown.values())) == len(names)
    assert all(len(name.splitlines()) <= 1 and escaped(name) == name for name in shown.values())


def test_a_columns_name_is_on_one_line_too() -> None:
    assert shown_name("Note\x1b[2J\n", 3) == r"Note\x1b[2J\n"


def test_an_error_tells_a_path_without_what_a_vendor_named_a_person_by() -> None:
    assert shown_path(Path("/in/acme/jeanne.dupont@example.org.csv")) == Path("/in/acme/[email].csv")
