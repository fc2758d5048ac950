"""Files that programs in use write, and that were refused."""

from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from pipelines.formats.limits import FileRefusal, Limits
from pipelines.formats.readers import read_source
from pipelines.formats.source import BytesSource
from tests.formats.test_readers import rows_of, terms
from tests.support.format_files import ods, parquet, with_part, xls, xlsx

ROWS = [["Réf", "Téléphone", "Nom"], ["1", "06", "a"], ["2", "07", "b"]]


def read(content: bytes, format_: str) -> list[list[str | None]]:
    return rows_of(read_source(BytesSource(content), terms(format_), Limits()))


@pytest.mark.parametrize("part", ["Configurations2/accelerator/current.xml", "layout-cache.xml"])
def test_an_empty_part_that_no_sheet_needs_does_no_harm(part: str) -> None:
    assert read(with_part(ods(("Leads", ROWS)), part, b""), "ods") == ROWS[1:]


def test_an_empty_sheet_part_is_a_broken_workbook() -> None:
    content = with_part(xlsx(("Leads", ROWS)), "xl/worksheets/sheet1.xml", b"")
    assert isinstance(read_source(BytesSource(content), terms("xlsx"), Limits()), FileRefusal)


@pytest.mark.parametrize("name", ["WORKBOOK", "workbook", "Workbook"])
def test_a_binary_workbook_is_known_by_its_stream_in_any_case(name: str) -> None:
    content = xls(("Leads", [*ROWS, ["3", "WORKBOOK", "Workbook"]]))
    entry = "Workbook".encode("utf-16-le") + b"\0\0"
    directory = content.rindex(entry)
    named = content[:directory] + name.encode("utf-16-le") + content[directory + 16 :]
    assert read(named, "xls") == [*ROWS[1:], ["3", "WORKBOOK", "Workbook"]]


@pytest.mark.parametrize("encoding", ["DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY", "PLAIN"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_parquet_texts_are_read_in_every_encoding(encoding: str, version: str) -> None:
    columns = {name: pa.array(values) for name, *values in zip(*ROWS, strict=True)}
    options: dict[str, Any] = {"column_encoding": dict.fromkeys(columns, encoding), "data_page_version": version}
    assert read(parquet(columns, use_dictionary=False, **options), "parquet") == ROWS[1:]


def test_row_groups_may_differ_in_their_encodings() -> None:
    sink = pa.BufferOutputStream()
    texts = [f"{number}" for number in range(3000)] + ["a" * 20_000] * 3000
    table = pa.table({"Nom": texts})
    with pa.parquet.ParquetWriter(sink, table.schema, dictionary_pagesize_limit=5000) as writer:
        for start in (0, 3000):
            writer.write_table(table.slice(start, 3000))
    assert [row[0] for row in read(sink.getvalue().to_pybytes(), "parquet")] == texts


def test_a_page_whose_checksum_is_wrong_is_a_broken_file() -> None:
    columns = {"Nom": pa.array([f"nom {number}" for number in range(500)])}
    content = parquet(columns, write_page_checksum=True, use_dictionary=False, compression="none")
    assert len(read(content, "parquet")) == 500
    place = content.index(b"nom 250")
    changed = content[:place] + b"non" + content[place + 3 :]
    raw = read_source(BytesSource(changed), terms("parquet"), Limits())
    with pytest.raises(Exception, match="file_undecodable"):
        rows_of(raw)


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_a_header_may_have_three_lines(format_: str) -> None:
    rows = [
        ["Réf", "", ""],
        ["", "Contact", "Nom"],
        ["", "Téléphone", ""],
        ["1", "06", "a"],
        ["2", "07", "b"],
    ]
    content = "".join(";".join(row) + "\n" for row in rows).encode()
    written = content if format_ == "csv" else xlsx(("Leads", [[cell or None for cell in row] for row in rows]))
    assert read(written, format_) == ROWS[1:]
