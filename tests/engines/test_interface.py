"""What any engine of the house must do: each of `ENGINES` is held to it."""

import os
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.engines.interface import Engine, EngineError, Session
from pipelines.engines.named import EMBEDDED, ENGINES, engine_named

AT = datetime(2026, 3, 29, 2, 30, 0, 123456)
"""A local time that Paris skips, and New York does not."""
KINDS = pa.table(
    {
        "words": pa.array(["é", None, ""], pa.string()),
        "lists": pa.array([["a", "b"], [], None], pa.list_(pa.string())),
        "count": pa.array([2**62, None, -1], pa.int64()),
        "is_so": pa.array([True, False, None], pa.bool_()),
        "day": pa.array([date(2026, 8, 11), None, date(1970, 1, 1)], pa.date32()),
        "seen_at": pa.array([AT, None, datetime(1970, 1, 1)], pa.timestamp("us")),
        "share": pa.array([0.1, None, -0.0], pa.float64()),
    }
)
"""Every type that published tables have, each with a NULL."""
PERSON = "jean.canari@example.org"


@pytest.fixture(params=sorted(ENGINES), scope="module")
def engine(request: pytest.FixtureRequest) -> Engine:
    remote = request.getfixturevalue("spark_remote") if request.param == "spark" else ""
    return engine_named(request.param, remote=remote)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with engine.session() as session:
        yield session


def numbers(count: int) -> pa.Table:
    return pa.table({"number": pa.array(range(count), pa.int64())})


def write_partition(root: Path, vendor: str, day: str, rows: pa.Table) -> Path:
    path = root / f"vendor={vendor}" / f"delivery_date={day}" / "part-0.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(rows, path, store_schema=False)
    return path


def test_a_registered_table_comes_back_as_it_was(session: Session) -> None:
    session.register("kinds", KINDS)
    assert session.fetch("select * from kinds").equals(KINDS)


def test_files_are_read_with_the_columns_of_the_schema_in_its_order(session: Session, tmp_path: Path) -> None:
    rows = pa.table({"b": pa.array([1, 2], pa.int64()), "unasked": pa.array(["x", "y"]), "a": pa.array(["p", None])})
    pq.write_table(rows, tmp_path / "part-0.parquet")
    session.read_files("files", [tmp_path / "part-0.parquet"], pa.schema({"a": pa.string(), "b": pa.int64()}))
    found = session.fetch("select * from files order by b")
    assert found.column_names == ["a", "b"]
    assert found.to_pylist() == [{"a": "p", "b": 1}, {"a": None, "b": 2}]


def test_columns_of_the_path_are_read_from_its_folders(session: Session, tmp_path: Path) -> None:
    root = tmp_path / "l'entrée"
    files = [
        write_partition(root, "acme", "2026-08-11", numbers(2)),
        write_partition(root, "0123", "2026-08-12", numbers(1)),
    ]
    schema = pa.schema({"vendor": pa.string(), "delivery_date": pa.date32(), "number": pa.int64()})
    session.read_files("files", files, schema)
    found = session.fetch("select * from files order by delivery_date, number")
    assert found.schema.types == schema.types
    assert [tuple(row.values()) for row in found.to_pylist()] == [
        ("acme", date(2026, 8, 11), 0),
        ("acme", date(2026, 8, 11), 1),
        ("0123", date(2026, 8, 12), 0),
    ]


def test_folders_that_are_no_columns_hide_no_column_of_the_file(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "vendor=elsewhere" / "oppositions" / "recorded_on=2026-08-11" / "part-0.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(pa.table({"vendor": pa.array(["acme"])}), path)
    session.read_files("files", [path], pa.schema({"vendor": pa.string()}))
    assert session.fetch("select * from files").to_pylist() == [{"vendor": "acme"}]


def test_no_files_are_a_table_of_no_rows(session: Session) -> None:
    session.read_files("files", [], KINDS.schema)
    found = session.fetch("select * from files")
    assert (found.num_rows, found.schema.names, found.schema.types) == (0, KINDS.schema.names, KINDS.schema.types)


def test_created_tables_and_views_are_read_by_later_statements(session: Session) -> None:
    session.register("numbers", numbers(10))
    session.create("even", "select number from numbers where number % 2 = 0")
    session.create("shifted", "select number + 1 as number from even", is_view=True)
    assert session.fetch("select sum(number) as total from shifted")["total"].to_pylist() == [0 + 2 + 4 + 6 + 8 + 5]


def test_a_table_that_was_let_go_leaves_its_name_to_another(session: Session) -> None:
    session.create("let_go", "select 1 as number")
    session.drop("let_go")
    session.create("let_go", "select 2 as number")
    assert session.fetch("select number from let_go")["number"].to_pylist() == [2]


def test_text_goes_by_its_bytes_and_null_comes_last(session: Session) -> None:
    session.register("words", pa.table({"word": ["b", None, "é", "a", "B", "Z", "ab"]}))
    found = session.fetch("select word from words order by word")["word"].to_pylist()
    assert found == ["B", "Z", "a", "ab", "b", "é", None]


def test_a_query_without_rows_has_its_columns(session: Session) -> None:
    session.register("kinds", KINDS)
    found = session.fetch("select day, seen_at from kinds where count = 5")
    assert (found.num_rows, found.schema.names) == (0, ["day", "seen_at"])
    assert found.schema.types == [pa.date32(), pa.timestamp("us")]


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(0, 9_000), rows=st.integers(1, 5_000))
def test_a_stream_has_every_row_once_in_order_in_tables_of_bounded_size(engine: Engine, count: int, rows: int) -> None:
    with engine.session() as session:
        session.register("numbers", numbers(count))
        parts = session.stream("select number from numbers order by number desc", rows=rows)
        found = [part["number"].to_pylist() for part in parts]
    assert all(1 <= len(part) <= rows for part in found)
    assert [number for part in found for number in part] == list(reversed(range(count)))


def test_a_stream_keeps_its_order_where_threads_share_the_work(session: Session) -> None:
    session.register("numbers", numbers(250_000))
    parts = session.stream("select number from numbers order by number % 7, number", rows=10_000)
    found = [number for part in parts for number in part["number"].to_pylist()]
    assert found == sorted(range(250_000), key=lambda number: (number % 7, number))


def test_a_stream_that_was_closed_leaves_the_session_free(session: Session) -> None:
    session.register("numbers", numbers(50_000))
    parts = session.stream("select number from numbers order by number", rows=10)
    assert next(parts)["number"][0].as_py() == 0
    parts.close()  # type: ignore[attr-defined]
    assert session.fetch("select count(*) as count from numbers")["count"].to_pylist() == [50_000]


def test_threads_change_no_row() -> None:
    with engine_named(EMBEDDED, threads=1).session() as session:
        session.register("numbers", numbers(10))
        assert session.fetch("select sum(number) as total from numbers")["total"].to_pylist() == [45]


@pytest.fixture
def in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    os.environ.pop("TZ")
    time.tzset()


@pytest.mark.usefixtures("in_new_york")
def test_instants_are_zone_less_utc_wherever_the_process_runs(engine: Engine, tmp_path: Path) -> None:
    schema = pa.schema({"seen_at": pa.timestamp("us")})
    pq.write_table(pa.table({"seen_at": [AT]}, schema=schema), tmp_path / "part-0.parquet", store_schema=False)
    with engine.session() as session:
        session.read_files("files", [tmp_path / "part-0.parquet"], schema)
        found = session.fetch("select seen_at, cast(seen_at as varchar) as text from files")
        in_paris = session.fetch("select seen_at at time zone 'UTC' at time zone 'Europe/Paris' as told from files")
    assert found["seen_at"].type == pa.timestamp("us")
    assert found.to_pylist() == [{"seen_at": AT, "text": "2026-03-29 02:30:00.123456"}]
    assert in_paris["told"].to_pylist() == [datetime(2026, 3, 29, 4, 30, 0, 123456)]


@pytest.mark.usefixtures("in_new_york")
def test_an_instant_with_a_zone_is_that_instant_wherever_the_process_runs() -> None:
    with engine_named(EMBEDDED).session() as session:
        session.register("kinds", KINDS)
        sql = "select extract(epoch from cast(seen_at as timestamp with time zone)) as epoch from kinds limit 1"
        assert session.fetch(sql)["epoch"].to_pylist() == [AT.replace(tzinfo=UTC).timestamp()]


def ask(session: Session, way: str, sql: str) -> None:
    if way == "create":
        session.create("made", sql)
    elif way == "fetch":
        session.fetch(sql)
    else:
        list(session.stream(sql, rows=10))


@pytest.mark.parametrize("way", ["create", "fetch", "stream"])
def test_an_error_names_the_statement_and_never_a_value(session: Session, way: str) -> None:
    session.register("given_texts", pa.table({"text": [PERSON]}))
    sql = "select cast(text as bigint) as number from given_texts"
    with pytest.raises(EngineError) as caught:
        ask(session, way, sql)
    assert ("made" if way == "create" else "from given_texts") in str(caught.value)
    assert PERSON not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("way", ["create", "fetch", "stream"])
def test_an_error_says_what_is_wrong_with_a_statement_without_its_literals(session: Session, way: str) -> None:
    session.register("given_texts", pa.table({"text": [PERSON]}))
    sql = f"select txet from given_texts where text = '{PERSON}'"
    with pytest.raises(EngineError, match="txet") as caught:
        ask(session, way, sql)
    assert PERSON not in "".join(traceback.format_exception(caught.value))


def test_a_file_that_is_not_there_is_named(session: Session, tmp_path: Path) -> None:
    def read() -> None:
        session.read_files("files", [tmp_path / "gone.parquet"], pa.schema({"a": pa.string()}))
        session.fetch("select * from files")

    with pytest.raises(EngineError, match=r"gone\.parquet"):
        read()


def test_a_session_ends_with_its_block_and_shares_nothing(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with engine.session() as session, engine.session() as other:
        session.create("made", "select 1 as number")
        with pytest.raises(EngineError, match="made"):
            other.fetch("select * from made")
    with pytest.raises(EngineError):
        session.fetch("select * from made")
    assert list(tmp_path.iterdir()) == []


def test_a_session_ends_when_its_block_fails(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), engine.session() as session:
        raise ZeroDivisionError
    with pytest.raises(EngineError):
        session.fetch("select 1 as number")
