import csv
import gzip
import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.domain.contracts import FieldTerms, FileTerms
from pipelines.domain.delivered_files import DeliveredFile, FileRefusal, RawFile
from pipelines.domain.limits import Limits
from pipelines.storage import csv_files, json_lines, typed_files
from pipelines.storage.readers import FormatReader, read_file
from pipelines.storage.sources import BytesSource

COLUMNS = {"lead_id": "Réf", "phone": "Téléphone", "last_name": "Nom"}
DAY = date(2026, 8, 11)


def terms(format_: str = "csv", columns: Mapping[str, str] = COLUMNS, **dialect: Any) -> FileTerms:
    fields = tuple(FieldTerms(name, column) for name, column in columns.items())
    return FileTerms("leads", f"*.{format_}", format_, fields=fields, **dialect)


def rows_of(raw: RawFile | FileRefusal) -> list[list[str | None]]:
    assert isinstance(raw, RawFile), raw
    return [list(row.values()) for chunk in raw.chunks() for row in chunk.table.to_pylist()]


def malformed(raw: RawFile) -> tuple[int, ...]:
    return tuple(number for chunk in raw.chunks() for number in chunk.malformed.to_pylist())


def row_numbers(raw: RawFile) -> list[int]:
    return [number for chunk in raw.chunks() for number in chunk.row_numbers.to_pylist()]


def of_bytes(reader: FormatReader) -> Callable[[bytes, FileTerms], RawFile | FileRefusal]:
    return lambda content, terms: reader(BytesSource(content), terms, Limits())


read_csv, read_json_lines = of_bytes(csv_files.read_csv), of_bytes(json_lines.read_json_lines)
read_xlsx, read_parquet = of_bytes(typed_files.read_xlsx), of_bytes(typed_files.read_parquet)


def read(path: Path, terms: FileTerms, *, member: str | None = None) -> RawFile | FileRefusal:
    return read_file(DeliveredFile(path.name, path, "", path.stat().st_size, member=member), terms)


# --- delimited text --------------------------------------------------------------------------------------------------


def test_leading_zeros_and_plus_signs_are_kept() -> None:
    raw = read_csv("Réf,Téléphone,Nom\n001,+33612345678,Œuvre\n1e5,0612345678,NULL\n".encode(), terms())
    assert rows_of(raw) == [["001", "+33612345678", "Œuvre"], ["1e5", "0612345678", "NULL"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_dialect_that_the_contract_leaves_open_is_found_out(delimiter: str, encoding: str, end: str) -> None:
    lines = [
        delimiter.join(row) for row in (["Réf", "Téléphone", "Nom"], ["1", "06", "L’Œuvre €"], ["2", "07", "Éric"])
    ]
    raw = read_csv((end.join(lines) + end).encode(encoding), terms())
    assert rows_of(raw) == [["1", "06", "L’Œuvre €"], ["2", "07", "Éric"]]


def test_the_contracts_dialect_holds_even_where_another_would_fit() -> None:
    content = b"R\xe9f;T\xe9l\xe9phone;Nom\n1;06;'a;b'\n"
    raw = read_csv(content, terms(delimiter=";", encoding="ISO-8859-1", quote="'"))
    assert rows_of(raw) == [["1", "06", "a;b"]]
    other = read_csv(content, terms(delimiter=",", encoding="ISO-8859-1"))
    assert isinstance(other, RawFile)
    assert other.columns == ("Réf;Téléphone;Nom",)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"R\xe9f,Nom\n1,a\n", "UTF-8"),
        (b"Ref,Nom\n1,\x81\n", "windows-1252"),
        (b"Ref,Nom\n1,\x81\xe9\n", None),
        (b"PK\x03\x04\x00\x00\x00\x00", None),
    ],
)
def test_bytes_that_are_not_in_the_encoding_are_refused(content: bytes, encoding: str | None) -> None:
    dialect: dict[str, Any] = {"encoding": encoding} if encoding else {}
    raw = read_csv(content, terms(**dialect))
    assert isinstance(raw, FileRefusal)
    assert raw.reason == "file_undecodable"


def test_ragged_records_are_malformed_by_their_number_and_blank_lines_are_no_records() -> None:
    content = 'Réf,Téléphone,Nom\n1,06,"a\nb"\n\n2,07\n3,08,c,d\n4,09,"e ""f"""\n'.encode()
    raw = read_csv(content, terms())
    assert rows_of(raw) == [["1", "06", "a\nb"], ["4", "09", 'e "f"']]
    assert isinstance(raw, RawFile)
    assert row_numbers(raw) == [1, 4]
    assert malformed(raw) == (2, 3)
    assert len(row_numbers(raw)) + len(malformed(raw)) == 4


def test_undeclared_columns_are_named_and_not_read() -> None:
    raw = read_csv("Réf,Âge,Téléphone,Nom,,\n1,42,06,a,,\n2,43,07,b,,x\n".encode(), terms())
    assert isinstance(raw, RawFile)
    assert raw.columns == ("Réf", "Âge", "Téléphone", "Nom", "", "column 6")
    assert next(raw.chunks()).table.column_names == ["Réf", "Téléphone", "Nom"]


def test_header_names_are_trimmed_and_composed_and_the_first_of_two_equal_ones_counts() -> None:
    raw = read_csv(" Re\u0301f ,Nom,Nom\n1,a,b\n".encode(), terms())
    assert rows_of(raw) == [["1", "a"]]


@pytest.mark.parametrize("content", [b"R\xc3\xa9f,Nom", b"R\xc3\xa9f,Nom\n", b"R\xc3\xa9f,Nom\r\n\r\n"])
def test_a_header_alone_has_no_rows(content: bytes) -> None:
    raw = read_csv(content, terms())
    assert isinstance(raw, RawFile)
    assert (len(row_numbers(raw)), raw.columns) == (0, ("Réf", "Nom"))


def test_a_record_longer_than_a_block_is_read() -> None:
    long = "x" * 3_000_000
    assert rows_of(read_csv(f'Réf,Nom\n1,"{long}"\n2,b\n'.encode(), terms())) == [["1", long], ["2", "b"]]


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=15)


@settings(max_examples=150, deadline=None)
@given(TABLES, st.sampled_from([",", ";", "|"]), st.sampled_from(["\n", "\r\n"]))
def test_records_are_those_of_pythons_own_reader(table: list[list[str]], delimiter: str, end: str) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([["Réf", "Téléphone", "Nom"], *table])
    raw = read_csv(buffer.getvalue().encode(), terms(delimiter=delimiter))
    assert isinstance(raw, RawFile)
    expected = {number: row for number, row in enumerate(table, start=1) if len(row) == 3}
    assert dict(zip(row_numbers(raw), rows_of(raw), strict=True)) == expected
    assert malformed(raw) == tuple(sorted({*range(1, len(table) + 1)} - set(expected)))


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=200), st.sampled_from(["csv", "jsonl", "xlsx", "parquet"]), st.sampled_from(["", ".gz", ".zst"])
)
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, content: bytes, format_: str, wrapper: str) -> None:
    path = tmp_path_factory.getbasetemp() / f"any.{format_}{wrapper}"
    path.write_bytes(content)
    assert isinstance(read(path, terms(format_)), RawFile | FileRefusal)


# --- JSON Lines ------------------------------------------------------------------------------------------------------


def lines(*rows: object) -> bytes:
    return "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows).encode()


def test_json_values_become_text_and_nested_ones_stay_json() -> None:
    rows = [
        {"Réf": 612345678, "Téléphone": "0612", "Nom": ["a", "é"]},
        {"Réf": 612345678.0, "Téléphone": None, "Nom": {"b": [1, 2.5]}},
        {"Réf": True, "Nom": "c"},
        {"Réf": 0.5},
    ]
    assert rows_of(read_json_lines(lines(*rows), terms("jsonl"))) == [
        ["612345678", "0612", '["a", "é"]'],
        ["612345678", None, '{"b": [1, 2.5]}'],
        ["true", None, "c"],
        ["0.5", None, None],
    ]


def test_a_bad_line_is_one_malformed_row() -> None:
    deep = '{"Réf": ' + "[" * 100_000
    raw = read_json_lines(
        lines({"Réf": "1"}, "", "{", "[1]", '{"Réf": NaN}', '"x"', deep, {"Réf": "2"}), terms("jsonl")
    )
    assert isinstance(raw, RawFile)
    assert rows_of(raw) == [["1"], ["2"]]
    assert malformed(raw) == (2, 3, 4, 5, 6)
    assert row_numbers(raw) == [1, 7]


def test_half_a_character_in_json_is_replaced() -> None:
    assert rows_of(read_json_lines(b'{"Nom": "a\\ud800"}\n', terms("jsonl"))) == [["a?"]]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"{\n[\n", b'{"Nom": "\xe9"}\n'])
def test_what_is_no_json_lines_is_refused(content: bytes) -> None:
    assert getattr(read_json_lines(content, terms("jsonl")), "reason", None) == "file_undecodable"


# --- XLSX and Parquet ------------------------------------------------------------------------------------------------


def workbook(rows: Sequence[Sequence[Any]], *, sheet: str = "Feuil1", hidden: str | None = None) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    if hidden:
        book.create_sheet(hidden).sheet_state = "hidden"
    page = book.create_sheet(sheet)
    for row in rows:
        page.append(list(row))
    book.active = book.sheetnames.index(sheet)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_spreadsheets_numbers_and_dates_become_text() -> None:
    header = ["Réf", "Téléphone", "Nom"]
    content = workbook(
        [
            header,
            ["007", 612345678, "a"],
            [7, 33612345678.0, datetime(2026, 8, 11, 10, 5, 9)],
            [None, None, None],
            [0.5, True, date(2026, 8, 11)],
        ],
        hidden="Notes",
    )
    raw = read_xlsx(content, terms("xlsx"))
    assert rows_of(raw) == [
        ["007", "612345678", "a"],
        ["7", "33612345678", "2026-08-11T10:05:09"],
        ["0.5", "true", "2026-08-11"],
    ]
    assert isinstance(raw, RawFile)
    assert row_numbers(raw) == [1, 2, 3]


def test_the_contracts_sheet_is_read_and_a_missing_one_is_named() -> None:
    content = workbook([["Nom"], ["a"]], sheet="Leads")
    assert rows_of(read_xlsx(content, terms("xlsx", sheet="Leads"))) == [["a"]]
    refusal = read_xlsx(content, terms("xlsx", sheet="Contacts"))
    assert refusal == FileRefusal("file_undecodable", "a sheet named `Contacts`")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(microsecond=0)),
        min_size=1,
        max_size=20,
    )
)
def test_a_spreadsheets_instants_are_exact_to_the_second(moments: list[datetime]) -> None:
    raw = read_xlsx(workbook([["Nom"], *([moment] for moment in moments)]), terms("xlsx"))
    read = [datetime.fromisoformat(text) for (text,) in rows_of(raw) if text]
    assert read == moments


def parquet(**columns: pa.Array) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({name.replace("Ref", "Réf"): column for name, column in columns.items()}), sink)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        (pa.array(["0612", None]), ["0612", None]),
        (pa.array(["a", "b"]).dictionary_encode(), ["a", "b"]),
        (pa.array(["é", "b"], pa.large_string()), ["é", "b"]),
        (pa.array([b"abc", None]), ["abc", None]),
        (pa.array([612345678, None]), ["612345678", None]),
        (pa.array([612345678.0, 0.5, float("nan"), None]), ["612345678", "0.5", None, None]),
        (pa.array([Decimal("12.00"), Decimal("12.50")]), ["12", "12.50"]),
        (pa.array([True, False]), ["true", "false"]),
        (pa.array([date(2026, 8, 11)]), ["2026-08-11"]),
        (pa.array([datetime(2026, 8, 11, 10)], pa.timestamp("us", "UTC")), ["2026-08-11 10:00:00.000000Z"]),
        (pa.array([datetime(2026, 8, 11, 10)], pa.timestamp("us", "Europe/Paris")), ["2026-08-11 10:00:00.000000Z"]),
        (pa.array([datetime(2026, 8, 11, 10)], pa.timestamp("ms")), ["2026-08-11 10:00:00.000"]),
        (pa.array([["a", "é"], [], None]), ['["a", "é"]', "[]", None]),
        (pa.array([{"a": 1}]), ['{"a": 1}']),
        (pa.nulls(1), [None]),
    ],
)
def test_parquet_types_become_text(column: pa.Array, texts: list[str | None]) -> None:
    assert rows_of(read_parquet(parquet(Nom=column, Autre=column), terms("parquet"))) == [[text] for text in texts]


# --- wrappers, archives, the folder ----------------------------------------------------------------------------------

CONTENT = "Réf,Nom\n1,a\n".encode()


def test_a_compressed_file_is_read_and_a_cut_one_refused(tmp_path: Path) -> None:
    for wrapper, compressed in ((".gz", gzip.compress(CONTENT)), (".zst", zstandard.compress(CONTENT))):
        path = tmp_path / f"leads.csv{wrapper}"
        path.write_bytes(compressed)
        assert rows_of(read(path, terms())) == [["1", "a"]]
        path.write_bytes(compressed + compressed)
        assert len(rows_of(read(path, terms()))) == 3
        path.write_bytes(compressed[:-5])
        assert read(path, terms()) == FileRefusal("file_undecodable", "delimited text")
        path.write_bytes(b"")
        assert read(path, terms()) in (
            FileRefusal("file_undecodable", "delimited text"),
            FileRefusal("file_empty", "a header and data rows"),
        )


def test_no_bytes_at_all_are_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_bytes(b"")
    assert read(tmp_path / "leads.csv", terms()) == FileRefusal("file_empty", "a header and data rows")


def test_what_expands_too_far_is_refused(tmp_path: Path) -> None:
    for wrapper, compress in ((".gz", gzip.compress), (".zst", zstandard.compress)):
        path = tmp_path / f"leads.csv{wrapper}"
        path.write_bytes(compress(b"0" * 10_000_000))
        file = DeliveredFile(path.name, path, "", path.stat().st_size)
        refused = read_file(file, terms(), Limits(file_bytes=100_000))
        assert getattr(refused, "reason", None) == "limit_exceeded"


@pytest.mark.parametrize(
    ("format_", "content"),
    [("xlsx", workbook([["Nom"], ["a"]])), ("parquet", parquet(Nom=pa.array(["a"])))],
)
def test_half_a_binary_file_is_refused(tmp_path: Path, format_: str, content: bytes) -> None:
    path = tmp_path / f"leads.{format_}"
    path.write_bytes(content)
    assert rows_of(read(path, terms(format_))) == [["a"]]
    path.write_bytes(content[: len(content) // 2])
    assert getattr(read(path, terms(format_)), "reason", None) == "file_undecodable"
