"""Parquet: foreign types as text, in bounded batches."""

import tracemalloc
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pytest

from pipelines.formats.limits import FileRefusedError, Limits
from pipelines.formats.parquet.reader import CHUNK_BYTES, read_parquet
from pipelines.formats.raw import RawFile
from pipelines.formats.source import BytesSource
from pipelines.wording.reasons import published
from tests.formats.test_readers import of_bytes, row_numbers, rows_of, terms
from tests.support.format_files import parquet

reads = of_bytes(read_parquet)
AT = datetime(2026, 8, 11, 10, 5, 9, 123456)


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        (pa.array(["0612", None]), ["0612", None]),
        (pa.array(["a", "b", None]).dictionary_encode(), ["a", "b", None]),
        (pa.array(["é", "b"], pa.large_string()), ["é", "b"]),
        (pa.array(["é", "b"], pa.string_view()), ["é", "b"]),
        (pa.array([b"abc", None]), ["abc", None]),
        (pa.array([b"\xff\xe9", b"b"]), ["\ufffd\ufffd", "b"]),
        (pa.array([b"abc"], pa.binary(3)), ["abc"]),
        (pa.array([612345678, None]), ["612345678", None]),
        (pa.array([-5, 7], pa.int8()), ["-5", "7"]),
        (pa.array([2**64 - 1], pa.uint64()), ["18446744073709551615"]),
        (pa.array([612345678.0, 0.5, float("nan"), None, 1e-7]), ["612345678", "0.5", None, None, "0.0000001"]),
        (pa.array([612345678.0, None]), ["612345678", None]),
        (pa.array(np.array([1.5], np.float16())), ["1.5"]),
        (pa.array([Decimal("12.00"), Decimal("12.50"), None]), ["12", "12.50", None]),
        (pa.array([Decimal("0.00000001")]), ["0.00000001"]),
        (pa.array([Decimal(1)], pa.decimal256(40)), ["1"]),
        (pa.array([True, False]), ["true", "false"]),
        (pa.array([date(2026, 8, 11), None]), ["2026-08-11", None]),
        (pa.array([date(2026, 8, 11)], pa.date64()), ["2026-08-11"]),
        (pa.array([AT], pa.timestamp("us", "UTC")), ["2026-08-11 10:05:09.123456Z"]),
        (pa.array([AT], pa.timestamp("us", "Europe/Paris")), ["2026-08-11 10:05:09.123456Z"]),
        (pa.array([AT], pa.timestamp("ns", "UTC")), ["2026-08-11 10:05:09.123456Z"]),
        (pa.array([datetime(2026, 8, 11, 10)], pa.timestamp("ms")), ["2026-08-11 10:00:00.000"]),
        (pa.array([time(10, 5)], pa.time32("s")), ["10:05:00.000"]),
        (pa.array([time(10, 5)], pa.time64("ns")), ["10:05:00.000000"]),
        (pa.array([timedelta(hours=26)], pa.duration("s")), ["26:00:00"]),
        (pa.array([["a", "é"], [], None]), ['["a", "é"]', "[]", None]),
        (pa.array([{"a": 1, "b": date(2026, 8, 11)}]), ['{"a": 1, "b": "2026-08-11"}']),
        (pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())), ['[["k", 1]]']),
        (pa.array([UUID(int=7).bytes], pa.uuid()), ["00000000-0000-0000-0000-000000000007"]),
        (pa.nulls(1), [None]),
    ],
)  # fmt: skip
def test_parquet_types_become_text(column: pa.Array, texts: list[str | None]) -> None:
    content = parquet({"Nom": column, "Autre": column})
    assert rows_of(reads(content, terms("parquet"))) == [[text] for text in texts]


@pytest.mark.parametrize("year", [1601, 1960, 2026, 2262, 2263, 2500, 9999])
def test_instants_of_96_bits_of_any_year_are_what_was_written(year: int) -> None:
    """As Spark, Hive and Impala write them; their nanoseconds go further than 64 bits do."""
    column = pa.array([datetime(year, 1, 1, 10, 5)], pa.timestamp("us"))
    content = parquet({"Nom": column, "Autre": column}, use_deprecated_int96_timestamps=True)
    assert rows_of(reads(content, terms("parquet"))) == [[f"{year}-01-01 10:05:00.000000"]]


def test_a_struct_is_read_where_the_contract_names_a_path_and_a_name_with_dots_wins() -> None:
    inner = pa.array([{"email": "a@b.fr", "tel": {"mobile": 612345678}}, None])
    columns = {"lead_id": "Réf", "email": "contact.email", "phone": "contact.tel.mobile"}
    raw = reads(
        parquet({"Réf": ["1", "2"], "contact": inner, "contact.email": ["c@d.fr", None]}), terms("parquet", columns)
    )
    assert isinstance(raw, RawFile)
    assert raw.columns == ("Réf", "contact.email", "contact.tel.mobile", "contact.email")
    assert rows_of(raw) == [["1", "a@b.fr", "612345678"], ["2", None, None]]
    assert rows_of(reads(parquet({"Réf": ["1"], "contact.email": ["c@d.fr"]}), terms("parquet", columns))) == [
        ["1", "c@d.fr"]
    ]


def test_rows_come_in_batches_over_row_groups_with_their_numbers() -> None:
    content = parquet({"Nom": [f"{number}" for number in range(150_000)]}, row_group_size=40_000)
    raw = reads(content, terms("parquet"))
    assert isinstance(raw, RawFile)
    assert row_numbers(raw) == list(range(1, 150_001))
    assert [row[0] for row in rows_of(raw)] == [f"{number}" for number in range(150_000)]
    assert max(chunk.table.num_rows for chunk in raw.chunks()) <= 65_536


@pytest.mark.fault(
    area="files",
    fault="A Parquet file that repeats one long text ten thousand times",
    promise="It is read in small parts.",
)
def test_a_long_text_repeated_by_a_dictionary_does_not_fill_the_memory() -> None:
    column = pa.DictionaryArray.from_arrays(np.zeros(10_000, np.int32), ["x" * 200_000])
    raw = reads(parquet({"Nom": column}), terms("parquet"))
    assert isinstance(raw, RawFile)
    before = pa.total_allocated_bytes()
    for chunk in raw.chunks():
        assert chunk.table.nbytes <= CHUNK_BYTES + 1_000_000
        assert pa.total_allocated_bytes() - before < 5 * CHUNK_BYTES
    assert tracemalloc.is_tracing() is False


@pytest.mark.parametrize(("limits", "setting"), [(Limits(columns=1), "MAX_COLUMNS"), (Limits(rows=2), "MAX_ROWS")])
def test_limits_are_judged_by_the_footer(limits: Limits, setting: str) -> None:
    content = parquet({"Nom": ["a", "b", "c"], "Autre": [1, 2, 3]})
    with pytest.raises(FileRefusedError) as error:
        read_parquet(BytesSource(content), terms("parquet"), limits)
    assert setting in published(error.value.refusal.cause)


def test_no_rows_are_no_rows() -> None:
    empty: dict[str, Any] = {"Nom": pa.array([], pa.string())}
    raw = reads(parquet(empty), terms("parquet"))
    assert isinstance(raw, RawFile)
    assert (raw.columns, rows_of(raw)) == (("Nom",), [])
