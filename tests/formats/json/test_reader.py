"""JSON Lines and documents: every value as text, every digit kept, one bad row rejected alone."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.formats.json.reader import read_json
from pipelines.formats.json.rows import Shape
from pipelines.formats.json.rows import rows_of as rows_of_blocks
from pipelines.formats.limits import FileRefusal, Limits
from pipelines.formats.raw import RawFile
from pipelines.formats.readers import read_source
from pipelines.formats.source import BytesSource
from pipelines.vocabulary.reasons import Reason
from pipelines.wording.reasons import published
from tests.formats.test_readers import malformed, of_bytes, row_numbers, rows_of, terms

reads = of_bytes(read_json)
reads_or_refuses = of_bytes(read_source)


def lines(*rows: object) -> bytes:
    return "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows).encode()


def test_json_values_become_text_and_nested_ones_stay_json() -> None:
    rows = [
        {"Réf": 612345678, "Téléphone": "0612", "Nom": ["a", "é"]},
        {"Réf": 612345678.0, "Téléphone": None, "Nom": {"b": [1, 2.5]}},
        {"Réf": True, "Nom": "c"},
        {"Réf": 0.5},
        {"Réf": 1e-7},
        {"Réf": 6e22},
    ]
    assert rows_of(reads(lines(*rows), terms("jsonl"))) == [
        ["612345678", "0612", '["a", "é"]'],
        ["612345678", None, '{"b": [1, 2.5]}'],
        ["true", None, "c"],
        ["0.5", None, None],
        ["0.0000001", None, None],
        ["6E+22", None, None],
    ]


def test_a_bad_line_is_one_malformed_row() -> None:
    deep = '{"Réf": ' + "[" * 100_000
    raw = reads(lines({"Réf": "1"}, "", "{", "[1]", '{"Réf": NaN}', '"x"', deep, {"Réf": "2"}), terms("jsonl"))
    assert isinstance(raw, RawFile)
    assert rows_of(raw) == [["1"], ["2"]]
    assert malformed(raw) == (2, 3, 4, 5, 6)
    assert row_numbers(raw) == [1, 7]


def test_a_first_line_that_opens_an_array_by_mistake_is_one_malformed_row() -> None:
    raw = reads(lines('[{"Réf": "0"}', {"Réf": "1"}), terms("jsonl"))
    assert isinstance(raw, RawFile)
    assert (rows_of(raw), malformed(raw)) == ([["1"]], (1,))


def test_an_array_over_several_lines_is_no_broken_line() -> None:
    for content in (
        b'[{"Nom": "a"},\n{"Nom": "b"}]',
        b'[{"Nom": "a"}\n,{"Nom": "b"}]',
        b'[\n{"Nom": "a"},{"Nom": "b"}\n]',
    ):
        assert rows_of(reads(content, terms("json"))) == [["a"], ["b"]]


@pytest.mark.parametrize(
    "content", [b"\x00\x01\x02\x03" * 9, b"{\n]\n", b'["a", "b"]', b'[{"Nom": "a"}', b'[{"Nom": "a"}] x']
)
def test_what_is_no_json_is_refused(content: bytes) -> None:
    assert getattr(reads_or_refuses(content, terms("jsonl")), "reason", None) == "file_undecodable"


@pytest.mark.fault(area="files", fault="A JSON row of any size", promise="Refused before it is held in memory.")
def test_a_row_beyond_the_limit_is_refused_before_it_is_held() -> None:
    content = b'{"Nom": "' + b"x" * 3_000_000 + b'"}'
    for packed in (content, b"[" + content + b"]"):
        refusal = read_source(BytesSource(packed), terms("jsonl"), Limits(cell_characters=1000))
        assert isinstance(refusal, FileRefusal)
        assert "OPPOSABLE_MAX_CELL_CHARACTERS" in published(refusal.cause)


def test_columns_are_bounded() -> None:
    content = json.dumps({f"column {place}": 1 for place in range(50)}).encode()
    with pytest.raises(Exception, match="limit_exceeded"):
        read_json(BytesSource(content), terms("jsonl"), Limits(columns=49))


SCALARS = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=8)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner))
ROWS = st.lists(st.dictionaries(st.sampled_from(["Réf", "Téléphone", "x"]), VALUES), max_size=12)


def text_of(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


@settings(max_examples=150, deadline=None)
@given(ROWS, st.sampled_from(["lines", "array", "wrapped", "pretty"]), st.booleans())
def test_every_shape_gives_the_rows_that_were_written(rows: list[dict[str, Any]], shape: str, is_ascii: bool) -> None:
    def dumped(value: Any, **options: Any) -> str:
        return json.dumps(value, ensure_ascii=is_ascii, **options)

    rows = [{"Nom": "x", **row} for row in rows]
    if shape == "lines":
        content = "".join(dumped(row) + "\n" for row in rows)
    else:
        indent = 1 if shape == "pretty" else None
        content = dumped({"made": "2026", "leads": rows} if shape == "wrapped" else rows, indent=indent)
    raw = reads(content.encode("utf-8", "replace"), terms("jsonl"))
    found = dict(zip(row_numbers(raw), rows_of(raw), strict=True))  # type: ignore[arg-type]
    assert isinstance(raw, RawFile)
    wanted = [name for name in raw.columns if name in ("Réf", "Téléphone", "Nom")]
    assert found == {number: [text_of(row.get(name)) for name in wanted] for number, row in enumerate(rows, start=1)}


@settings(max_examples=100, deadline=None)
@given(ROWS, st.integers(1, 40), st.booleans())
def test_where_blocks_are_cut_changes_nothing(rows: list[dict[str, Any]], size: int, is_lines: bool) -> None:
    content = "\n".join(map(json.dumps, rows)).encode() if is_lines else json.dumps(rows).encode()
    shape = Shape(True) if is_lines else Shape(False, 1, is_closed=True)
    blocks = [content[start : start + size] for start in range(0, len(content), size)]
    assert [row for row, _ in rows_of_blocks(blocks, shape, Limits())] == rows


@pytest.mark.fault(
    area="files", fault="A number with an exponent beyond all bounds", promise="That row is rejected, and no other."
)
@pytest.mark.parametrize("shape", ["[{}]", '{{"data": [{}]}}', "{}"])
def test_a_number_beyond_all_bounds_is_a_matter_of_its_row(shape: str) -> None:
    texts = [
        '{"Réf": "a", "Nom": 1e99999999999999999999}',
        '{"Réf": "b", "Nom": 123456789012345678901234567890.5}',
        '{"Réf": "c", "Nom": "x"}',
    ]
    between = "\n" if shape == "{}" else ","
    raw = reads_or_refuses(shape.format(between.join(texts)).encode(), terms("json"))
    assert isinstance(raw, RawFile), raw
    assert rows_of(raw) == [["b", "123456789012345678901234567890.5"], ["c", "x"]]
    assert [number for chunk in raw.chunks() for number in chunk.malformed.to_pylist()] == [1]


@pytest.mark.parametrize(
    "row",
    [
        '{"Réf": "1", "Réf": "2"}',
        '{"Réf": "1", "Nom": {"a": 1, "a": 2}}',
        '{"Réf" : "1", "R\\u00e9f": "2"}',
        '{"Réf": "1", "Nom": [{"a": 1, "a": 1}]}',
    ],
)
@pytest.mark.parametrize("shape", ["[{}]", "{}"])
def test_an_object_with_a_name_twice_is_no_row(row: str, shape: str) -> None:
    others = '{"Réf": "0", "Nom": "dit \\"a\\": b"}'
    between = "\n" if shape == "{}" else ","
    content = shape.replace("{}", between.join([others, row, others])) + "\n"
    raw = reads_or_refuses(content.encode(), terms("json"))
    assert isinstance(raw, RawFile), raw
    assert rows_of(raw) == [["0", 'dit "a": b']] * 2


def test_names_that_are_one_but_for_blanks_refuse_the_file() -> None:
    refusal = reads_or_refuses(b'{"Nom": "a", "Nom ": "b"}\n', terms("jsonl"))
    assert isinstance(refusal, FileRefusal)
    assert refusal.cause == Reason("columns_repeated", columns=("Nom",))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1.23457E+15", "1.23457E+15"), ("1.5e+11", "1.5E+11"), ("1e10", "10000000000"),
        ("1234567890123456", "1234567890123456"),
        ("612345678.0", "612345678"), ("1.5e2", "150"),
    ],
)  # fmt: skip
def test_a_number_whose_digits_were_rounded_away_keeps_its_exponent(number: str, text: str) -> None:
    assert rows_of(reads_or_refuses(f'{{"Réf": {number}}}\n'.encode(), terms("jsonl"))) == [[text]]
