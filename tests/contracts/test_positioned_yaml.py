"""YAML with places: what is taken, what is not, and where."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contracts.positioned_yaml import YamlError, parse_yaml
from tests.support.contract_files import VALID, changed, examine, only_problem, place

NOT_TAKEN = [
    ("", "the file is empty", (1, 1)),
    ("# nothing\n", "the file is empty", (1, 1)),
    ("a: 1\nb: [1\n", "not YAML", (3, 1)),
    ("a: 1\n a: 1\n", "not YAML", (2, 3)),
    ("a: 1\nb: 2\na: 3\n", "the key is given twice", (3, 1)),
    ("a: {b: 1, b: 2}\n", "the key is given twice", (1, 11)),
    ("a: 1\n---\nb: 2\n", "a second document begins", (2, 1)),
    ("a: !!python/object/apply:os.system [ls]\n", "tags are not taken", (1, 4)),
    ("a: !!float .nan\n", "tags are not taken", (1, 4)),
    ("a: &x {b: 1}\nc:\n  <<: *x\n", "merge keys are not taken", (3, 3)),
    ("a: &x [*x]\n", "alias refers to nothing", (1, 8)),
    ("[a]: 1\n", "a key is not a text", (1, 1)),
    ("a: \x07\n", "a character that YAML does not allow", (1, 4)),
    ("- a\n", "the document is not keys and values", (1, 1)),
    ("just words\n", "the document is not keys and values", (1, 1)),
    ("~\n", "the document is missing", (1, 1)),
    ("[" * 5000, "nested more than", (1, 33)),
    ("- " * 200_000, "nested more than", (1, 65)),
]


@pytest.mark.fault(
    area="content",
    fault="A contract that is nested too deep, refers to itself or is no contract",
    promise="Refused with line and column; the program goes on.",
)
@pytest.mark.parametrize(("text", "message", "where"), NOT_TAKEN, ids=[row[1] + repr(row[0][:9]) for row in NOT_TAKEN])
def test_a_file_that_is_no_contract_document_is_said_with_its_place(
    tmp_path: Path, text: str, message: str, where: tuple[int, int]
) -> None:
    examined = examine(tmp_path, text)
    assert examined.contract is None
    problem = only_problem(examined)
    assert message in problem.message
    assert (problem.line, problem.column) == where


@pytest.mark.fault(
    area="content", fault="A contract that grows beyond all bounds when it is read", promise="Refused with its place."
)
def test_aliases_are_taken_but_bombs_are_not(tmp_path: Path) -> None:
    text = changed("channels, value: [email, phone]", "channels, value: &bought [email, phone]")
    text = text.replace("targetFunctions, value: [buyer]", "targetFunctions, value: *bought")
    assert examine(tmp_path, text).problems == ()
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 30))
    assert "too large" in only_problem(examine(tmp_path, bomb)).message


def test_a_file_of_other_bytes_is_said_with_its_place(tmp_path: Path) -> None:
    problem = only_problem(examine(tmp_path, VALID.encode("cp1252")))
    assert (problem.message, problem.line, problem.column) == ("the file is not UTF-8", *place(VALID, "éférence"))


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    assert examine(tmp_path, VALID.encode("utf-8-sig")).problems == ()


def test_a_file_over_a_megabyte_is_not_read(tmp_path: Path) -> None:
    assert "larger than 1 MB" in only_problem(examine(tmp_path, VALID + "#" * 1_000_000)).message


def test_numbers_and_times_are_not_read_as_octal_or_base_60() -> None:
    document = parse_yaml("[16:00, 08:00, 012345674, 1_000, 2026-08-11, 3.5, -2, yes, ~, '7', 1e3, .nan, 0x1F]")
    expected = ["16:00", "08:00", "012345674", "1_000", "2026-08-11", 3.5, -2, True, None, "7", "1e3", ".nan", "0x1F"]
    assert document.data == expected


@given(text=st.text(alphabet="[]{}:-,&*!?|>'\"# \n\tab1", max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_document_or_a_fault_with_a_place(text: str) -> None:
    try:
        line, column = parse_yaml(text).position(())
    except YamlError as error:
        line, column = error.line, error.column
    assert 1 <= line <= text.count("\n") + 2
    assert column >= 1
