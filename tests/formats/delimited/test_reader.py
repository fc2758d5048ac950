import csv
import io
from typing import Any

import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.formats.delimited import reader as csv_files
from pipelines.formats.delimited import records as csv_records
from pipelines.formats.delimited.reader import read_csv
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.raw import RawFile
from pipelines.formats.source import BytesSource
from tests.support.csv_cases import accepted, content_of, read, terms

ROWS = [["1", "06", "L’Œuvre €"], ["2", "07", "Éric"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ":", "^", "~", "#", "\x1f"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_dialect_that_the_contract_leaves_open_is_found_out(delimiter: str, encoding: str, end: str) -> None:
    lines = [delimiter.join(row) for row in (["Réf", "Téléphone", "Nom"], *ROWS)]
    found = accepted((end.join(lines) + end).encode(encoding), terms())
    assert (list(found.rows.values()), found.differences) == (ROWS, ())


@pytest.mark.parametrize(
    ("dialect", "differences"),
    [
        ({"delimiter": ";", "encoding": "ISO-8859-1", "quote": "'"}, ()),
        ({"delimiter": ",", "encoding": "windows-1252"}, ("contract says delimiter `,`, found `;`",)),
        ({"delimiter": "§"}, ("contract says delimiter `§`, found `;`",)),
        ({"encoding": "utf-16"}, ("contract says encoding utf-16, found Windows-1252",)),
        ({"encoding": "ISO-8859-15"}, ("contract says encoding ISO-8859-15, found Windows-1252",)),
        ({"quote": '"'}, ("contract says quote `\"`, found `'`",)),
    ],
)
def test_the_contracts_dialect_is_used_where_it_works(dialect: dict[str, Any], differences: tuple[str, ...]) -> None:
    found = accepted("Réf;Téléphone;Nom\n1;06;'l’a;b'\n".encode("cp1252"), terms(**dialect))
    assert (found.rows, found.differences) == ({1: ["1", "06", "l’a;b"]}, differences)


@pytest.mark.parametrize("stated", ["utf-8", "cp1252", "ISO-8859-1", "ascii", "cp850", None])
def test_plain_ascii_is_of_every_encoding_that_extends_it(stated: str | None) -> None:
    assert accepted("Ref;Nom\n1;a\n", terms(["Ref", "Nom"], encoding=stated)).differences == ()


def test_a_header_names_the_contracts_columns_as_they_are_compared() -> None:
    found = accepted(" Re\u0301f ,Nom,Nom,Âge\n1,a,b,7\n", terms())
    assert (found.columns, found.rows) == (("Réf", "Nom", "Nom", "Âge"), {1: ["1", "a"]})


@pytest.mark.parametrize("content", [b"R\xc3\xa9f,Nom", b"R\xc3\xa9f,Nom\n", b"R\xc3\xa9f,Nom\r\n\r\n"])
def test_a_header_alone_has_no_rows(content: bytes) -> None:
    found = accepted(content, terms())
    assert (found.columns, found.sheet_rows) == (("Réf", "Nom"), {})


@pytest.mark.parametrize("length", [3_000_000, 20_000_000])
def test_a_record_longer_than_a_block_is_read(length: int) -> None:
    text = f'Réf,Nom\n1,"{"x" * length}"\n2,b\n'
    assert [len(row[1]) for row in accepted(text, terms(), limits=Limits(cell_characters=length)).rows.values()] == [
        length,
        1,
    ]


@pytest.mark.parametrize(
    ("limits", "content"),
    [
        (Limits(cell_characters=9), "Réf,Nom\n1,éééééééééé\n"),
        (Limits(rows=2), "Réf,Nom\n1,a\n2,b\n3,c\n"),
        (Limits(columns=2), "Réf,Nom,Âge\n1,a,7\n"),
    ],
)
def test_what_exceeds_a_limit_is_refused(limits: Limits, content: str) -> None:
    refusal = read(content, terms(), limits=limits)
    assert isinstance(refusal, FileRefusal)
    assert refusal.reason == "limit_exceeded"


@pytest.mark.fault(area="files", fault="A text without line ends", promise="Refused at a limit.")
@pytest.mark.parametrize("block_bytes", [1 << 23, 1 << 16])
def test_a_line_without_end_is_refused(monkeypatch: pytest.MonkeyPatch, block_bytes: int) -> None:
    monkeypatch.setattr(csv_records, "LONGEST_LINE", 1 << 20)
    content = "Réf,Nom\n1,a\n".encode() + b"x" * (1 << 21)
    assert getattr(read(content, terms(), block_bytes=block_bytes), "reason", None) == "limit_exceeded"


def test_chunks_are_bounded_and_number_the_rows_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_files, "MOST_ROWS", 7)
    rows = [f"{n},{n}" if n % 10 else f"{n},{n},{n}" for n in range(1, 101)]
    raw = read_csv(BytesSource("\n".join(["Réf,Nom", "", *rows]).encode()), terms(), Limits())
    assert isinstance(raw, RawFile)
    assert max(chunk.row_count for chunk in raw.chunks()) == 7
    assert sum(pc.sum(chunk.row_numbers).as_py() or 0 for chunk in raw.chunks()) == sum(range(101)) - 550
    found = content_of(raw)
    assert found.rows == {n: [f"{n}", f"{n}"] for n in range(1, 101) if n % 10}
    assert found.malformed == list(range(10, 101, 10))
    assert found.sheet_rows == {n: n + 2 for n in range(1, 101)}


def test_signs_of_another_format_far_down_in_a_file_are_seen() -> None:
    rows = "".join(f"{n};06;Martin\r\n" for n in range(40_000))
    head = "Réf;Téléphone;Nom\r\n".replace("é", "e") + rows
    found = accepted(
        (head + "1;06;Zoé\r\n").encode("cp1252"), terms(["Ref", "Telephone", "Nom"], encoding="UTF-8", delimiter=";")
    )
    assert found.differences == ("contract says encoding UTF-8, found Windows-1252",)
    assert found.rows[40_001] == ["1", "06", "Zoé"]
    found = accepted(head + "Ref;Telephone;Nom\r\n1;06;a\n\r\nTotal;3\r\n", terms(["Ref", "Telephone", "Nom"]))
    assert found.differences == (
        "found the header again among the rows",
        "found total lines after the rows",
        "found mixed line ends",
    )
    assert (len(found.rows), found.rows[40_001], found.sheet_rows[40_001]) == (40_001, ["1", "06", "a"], 40_003)


@pytest.mark.parametrize("block_bytes", [7, 100, 1 << 12, 1 << 23])
def test_total_lines_are_no_rows_however_many_blocks_they_take(block_bytes: int) -> None:
    rows = [f"{n};06;Martin" for n in range(50)]
    foot = [f"Total {n};{n}" if n % 3 else ";;" for n in range(1, 600)]
    found = accepted(
        "\n".join(["Réf;Téléphone;Nom", *rows, "Total;50;", *rows, *foot]), terms(), block_bytes=block_bytes
    )
    assert found.differences == ("found total lines after the rows",)
    assert [found.rows[n][0] for n in (50, 51, 52, 101)] == ["49", "Total", "0", "49"]
    assert len(found.rows) == 101


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=8)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=15)


@settings(max_examples=200, deadline=None)
@given(TABLES, st.sampled_from([",", ";", "|"]), st.sampled_from(["\n", "\r\n"]), st.integers(1, 100))
def test_records_are_those_of_pythons_own_reader(
    table: list[list[str]], delimiter: str, end: str, block_bytes: int
) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    table = [*table, ["a", "b", "c"]]  # a row at the end, so that no single cell is the foot of a report
    writer.writerows([["Réf", "Téléphone", "Nom"], *table])
    found = accepted(buffer.getvalue(), terms(delimiter=delimiter, encoding="UTF-8"), block_bytes=block_bytes)
    filled = [row for row in table if any(cell.strip() for cell in row)]
    expected = {number: row for number, row in enumerate(filled, start=1) if len(row) == 3}
    assert found.rows == expected
    assert found.malformed == sorted({*range(1, len(filled) + 1)} - set(expected))


def test_line_ends_and_delimiters_within_quotes_do_not_make_rows() -> None:
    names = [f"c{number}" for number in range(8)]
    cells = ["0\r", "", "", '["a", 1, 2, {"b": 2}]', "0\r", "", "", "x"]  # the middle line has seven commas, too
    content = ",".join(names) + "\r\n" + '"0\r",,,"[""a"", 1, 2, {""b"": 2}]","0\r",,,x\r\n' * 2
    assert accepted(content, terms(names)).rows == {1: cells, 2: cells}


@pytest.mark.parametrize("middle", [["", "", "", ""], ["x", "y", "z", "w"]])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_row_may_begin_and_end_with_a_cell_of_several_lines(middle: list[str], end: str) -> None:
    """Between them lies a line with as many fields as the header: it closes what the line before opened."""
    names = ["Réf", "B", "C", "D", "E", "Nom"]
    first, last = f"1{end}bis", f"Jeanne{end}dite Jo"
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator=end).writerows([names, [first, *middle, last], ["2", *middle, "Éric"]])
    found = accepted(buffer.getvalue(), terms(["Réf", "Nom"]))
    assert list(found.rows.values()) == [[first, last], ["2", "Éric"]]


@pytest.mark.fault(area="files", fault="A line of a hundred thousand columns", promise="Refused at once.")
@pytest.mark.parametrize("cell", ["a,", '"a",'])
def test_a_line_of_a_hundred_thousand_columns_without_an_end_is_refused(cell: str) -> None:
    with pytest.raises(FileRefusedError, match="limit_exceeded"):  # before a pattern is made of all its names
        read_csv(BytesSource(cell.encode() * 100_000), terms(), Limits())
