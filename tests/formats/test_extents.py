"""What a small file announces is counted before room is made for it; memory that runs out refuses the file."""

import io

import pyarrow as pa
import pyarrow.parquet
import pytest

from pipelines.formats.limits import FREE_EXTENT, FileRefusal, FileRefusedError, Limits
from pipelines.formats.parquet import sizes
from pipelines.formats.readers import guarded, read_source
from pipelines.formats.source import BytesSource
from pipelines.vocabulary.reasons import Reason
from tests.formats.test_readers import rows_of, terms
from tests.support.format_files import ods_of, parquet, sheet_part, with_part, xls, xlsx

LOW = Limits(held_bytes=2**20)
FAR = '<row r="1"><c r="A1" t="str"><v>Nom</v></c></row><row r="60000"><c r="AA60000"><v>1</v></c></row>'
ROW = (
    "<table:table-row><table:table-cell office:value-type='string'>"
    "<text:p>Nom</text:p></table:table-cell></table:table-row>"
)


def refusal_of(content: bytes, format_: str, limits: Limits) -> FileRefusal:
    refusal = read_source(BytesSource(content), terms(format_), limits)
    assert isinstance(refusal, FileRefusal), refusal
    return refusal


@pytest.mark.fault(
    area="files",
    fault="A tiny workbook that announces a huge sheet",
    promise="Refused by what it would take, before it is opened.",
)
def test_a_far_cell_is_refused_by_what_it_makes_the_parser_hold() -> None:
    content = with_part(xlsx(("Leads", [])), "xl/worksheets/sheet1.xml", sheet_part(FAR))
    assert refusal_of(content, "xlsx", LOW).cause.code == "limit_held_bytes"  # 27 columns, 60,000 rows, 32 bytes each
    assert rows_of(read_source(BytesSource(content), terms("xlsx"), Limits())) == [[None]]


def test_a_small_file_may_not_ask_for_more_than_its_size_explains() -> None:
    Limits().check_extent(FREE_EXTENT, 1)
    Limits().check_extent(1000 * FREE_EXTENT // 1000, FREE_EXTENT // 1000 + 1)
    with pytest.raises(FileRefusedError) as error:
        Limits().check_extent(FREE_EXTENT + 1, 1000)
    assert error.value.refusal.cause.code == "limit_expansion"


def test_a_sheet_of_a_binary_workbook_is_bounded_by_the_extent_that_it_declares() -> None:
    content = xls(("Leads", [["Nom"], ["a"]]))
    declared = content.replace(b"\x00\x02\x0e\x00" + b"\0\0\0\0\2\0\0\0", b"\x00\x02\x0e\x00" + b"\0\0\0\0\0\0\1\0")
    assert declared != content
    assert refusal_of(declared, "xls", LOW).cause.code == "limit_held_bytes"


def test_the_sheets_of_an_open_document_do_not_add_up_their_heights() -> None:
    gap = '<table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row>'
    empty = f'<table:table table:name="e{{}}">{ROW}{gap}</table:table>'
    tables = "".join(empty.format(number) for number in range(60))
    content = ods_of(f'<table:table table:name="Leads">{ROW}{ROW.replace("Nom", "a")}</table:table>{tables}')
    assert rows_of(read_source(BytesSource(content), terms("ods"), Limits(held_bytes=2**22))) == [["a"]]


@pytest.mark.fault(
    area="files",
    fault="A small Parquet file with a huge nested column",
    promise="Counted and refused before it is read.",
)
def test_values_of_a_nested_column_are_counted_before_they_are_read() -> None:
    content = parquet({"Nom": pa.array([[0] * 20_000], pa.list_(pa.int64()))})
    assert refusal_of(content, "parquet", LOW).cause.code == "limit_held_bytes"  # 19,999 more than rows, 128 bytes each
    small = parquet({"Nom": pa.array([[0] * 8_000], pa.list_(pa.int64()))})
    assert len(rows_of(read_source(BytesSource(small), terms("parquet"), LOW))) == 1


def test_places_of_lists_of_fixed_size_count_although_they_are_empty() -> None:
    column = pa.array([None], pa.list_(pa.int8(), 100_000))
    assert refusal_of(parquet({"Nom": column}), "parquet", LOW).cause.code == "limit_held_bytes"


def test_leaves_of_a_struct_are_columns() -> None:
    column = pa.array([{f"c{place}": 1 for place in range(60)}])
    assert refusal_of(parquet({"Nom": column}), "parquet", Limits(columns=50)).cause.code == "limit_columns"


def test_texts_that_grow_from_each_other_are_decoded_in_small_parts() -> None:
    texts = pa.array(["a" * 2**20 + str(number) for number in range(40)])
    content = parquet({"Nom": texts}, use_dictionary=False, column_encoding={"Nom": "DELTA_BYTE_ARRAY"})
    metadata = pa.parquet.ParquetFile(io.BytesIO(content)).metadata
    assert sizes.rows_at_once(metadata, 0, {"Nom"}) * 2**20 <= 2**29
    assert sizes.rows_at_once(metadata, 0, {"other"}) == sizes.CHUNK


@pytest.mark.fault(
    area="files", fault="Memory runs out while a file is read", promise="That file is refused, and the run goes on."
)
@pytest.mark.parametrize("error", [MemoryError(), pa.ArrowMemoryError()])
def test_memory_that_runs_out_while_a_file_is_read_refuses_it(error: BaseException) -> None:
    def read() -> None:
        raise error

    with pytest.raises(FileRefusedError) as refused:
        guarded(read, Reason("workbook_broken"))
    assert refused.value.refusal == FileRefusal("limit_exceeded", Reason("memory_exceeded"))
