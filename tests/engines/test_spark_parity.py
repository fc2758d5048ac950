"""Spark answers as the embedded engine does: a market's published bytes, and corners of every word."""

import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipelines.engines.interface import Engine, EngineError, Session
from pipelines.engines.named import EMBEDDED, engine_named
from pipelines.house import House
from pipelines.rulebook.references import reference_key
from pipelines.vocabulary.tables import VERDICT_TABLES
from tests.support.houses import days_between, house_at, import_oppositions, lake_bytes, reconcile
from tests.support.paths import DATA

MARKET: Final = DATA / "hand_market"
VENDOR: Final = "atlas-leads"
DAYS: Final = days_between(date(2026, 8, 7), date(2026, 8, 14))
AS_OF: Final = datetime(2026, 11, 2, tzinfo=UTC)

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Both:
    """One session of either engine, with the same tables."""

    embedded: Session
    spark: Session

    def register(self, name: str, table: pa.Table) -> None:
        for session in (self.embedded, self.spark):
            session.register(name, table)

    def answers(self, sql: str) -> tuple[pa.Table, pa.Table]:
        return self.embedded.fetch(sql), self.spark.fetch(sql)


@pytest.fixture(scope="module")
def spark(spark_remote: str) -> Engine:
    return engine_named("spark", remote=spark_remote)


@pytest.fixture(scope="module")
def both(spark: Engine) -> Iterator[Both]:
    with engine_named(EMBEDDED, threads=1).session() as embedded, spark.session() as session:
        yield Both(embedded, session)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The market written by hand, of one vendor, judged and told by the embedded engine."""
    home = tmp_path_factory.mktemp("embedded") / "home"
    for folder in ("contracts", "inbox"):
        shutil.copytree(MARKET / folder / VENDOR, home / folder / VENDOR)
    house = house_at(home)
    import_oppositions([MARKET / "oppositions.csv"], house)
    reconcile(house, [VENDOR], DAYS, AS_OF)
    return house


def receipts_of(house: House) -> dict[str, bytes]:
    root = house.settings.outbox
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_market_is_published_byte_for_byte(published: House, spark_remote: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(published.settings.home, home)
    shutil.rmtree(home / "outbox")
    for table in VERDICT_TABLES:
        shutil.rmtree(home / "lake" / table)
    house = house_at(home, OPPOSABLE_ENGINE="spark", OPPOSABLE_SPARK_REMOTE=spark_remote)
    reconcile(house, [VENDOR], DAYS, AS_OF)
    assert lake_bytes(house.lake) == lake_bytes(published.lake)
    assert receipts_of(house) == receipts_of(published)
    assert any(name.endswith("receipt.json") for name in receipts_of(house))


WORDS: Final = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.sampled_from(
        ["İSTANBUL", "ΑΣ", "ß", "é", "e\u0301", "a\n", "Abcdefgh1", "ABCDEFGH", "{a}/", "urn:uuid:" + "0aA" * 10 + "00",
         "https://Exemple.fr/AbcdEfgh?x#y", "a>b→c|d", "\\", "'", '"', "\u2028", "😀", " a ", "\u0001\u001f\u007f"]
    ),
)  # fmt: skip
LISTS: Final = st.one_of(st.none(), st.lists(st.one_of(st.none(), st.sampled_from("abc")), max_size=3))
CLOCKS: Final = st.one_of(
    st.none(),
    st.datetimes(datetime(1971, 1, 1), datetime(2037, 12, 31)),
    *(
        st.integers(-7_200, 7_200).map(partial(lambda at, seconds: at + timedelta(seconds=seconds), at))
        for at in (datetime(2026, 3, 29, 2), datetime(2026, 10, 25, 2), datetime(2024, 2, 29), datetime(2026, 1, 31))
    ),
)
NUMBERS: Final = st.one_of(st.none(), st.integers(-3, 3), st.sampled_from([2**31 - 1, 1 - 2**31]))
ROWS: Final = st.lists(
    st.tuples(WORDS, WORDS, LISTS, LISTS, CLOCKS, CLOCKS, NUMBERS, st.none() | st.booleans()), max_size=8
)
CORNERS: Final = pa.schema(
    {
        "place": pa.int64(),
        "word": pa.string(),
        "other": pa.string(),
        "list": pa.list_(pa.string()),
        "more": pa.list_(pa.string()),
        "seen": pa.timestamp("us"),
        "later": pa.timestamp("us"),
        "number": pa.int64(),
        "is_so": pa.bool_(),
    }
)
ASKED: Final = f"""
    select
        place, word < other as is_less, word = other as is_same, lower(word) as low, {reference_key("word")} as ref,
        array_contains(list, word) as has, list_has_any(list, more) as meets, list_concat(list, more) as joined,
        len(list) as size, array_to_string(list, '|') as told, list_sort(more) as sorted,
        list_filter(list, lambda one: one is not null) as known, list_transform(list, lambda one: 'x.' || one) as made,
        string_split_regex(word, '>|→|[|;,]') as parts, regexp_extract(word, '(^|[|])([a-z0-9_]+)', 2) as found,
        regexp_full_match(word, 'a.') as is_full, ltrim(word, '{{') as left_part, rtrim(word, '}}/') as right_part,
        trim(word) as bare, right(word, 2) as last_signs, replace(word, 'a', 'b') as replaced,
        concat_ws(' ', word, other) as both_words, word || other as glued, nullif(word, other) as is_other,
        greatest(number, 1) as most, cast((number >> 3) & 7 as tinyint) as digit,
        least(seen, later) as first_at, greatest(seen, later) as last_at,
        seen at time zone 'UTC' at time zone 'Europe/Paris' as in_paris,
        seen at time zone 'Europe/Paris' at time zone 'UTC' as in_utc, cast(seen as date) as day,
        seen + (number % 4) * interval '1' month as months, seen + number * interval '1' second as seconds,
        seen - interval '1' microsecond as before, cast(seen as varchar) as at_text, is_so and number > 0 as both_so,
        seen < timestamp 'infinity' as is_before_end, coalesce(later, timestamp '-infinity') <= seen as is_after,
        word is not distinct from other as is_alike, cast(number as varchar) as number_text,
        cast(to_json(struct_pack(
            word := word, list := list, seen := seen, number := number, is_so := is_so, day := cast(seen as date)
        )) as varchar) as json
    from corners
    order by place"""
ORDERED: Final = "select place from corners order by word, other desc, number, place"
GROUPED: Final = """
    select is_so, list(word order by word, place) as words, list(distinct other order by other) as others,
        count(*) filter (number > 0) as positive, count(distinct list) as lists, bool_or(number > 0) as is_any,
        cast(sum(number) as bigint) as total, min(seen) as first_at
    from corners group by is_so order by is_so"""
UNNESTED: Final = "select place, unnest(list) as one, unnest(more) as two from corners order by all"
KEPT: Final = """
    select * from corners qualify row_number() over (partition by is_so order by number desc, word, place) = 1
    order by place"""


def test_a_server_that_sees_fewer_rows_than_files_hold_is_refused(spark: Engine, tmp_path: Path) -> None:
    rows = pa.table({"a": ["1", "2"]})
    files = [tmp_path / "part-0.parquet", tmp_path / "_part-1.parquet"]  # the server passes names over that begin so
    for file in files:
        pq.write_table(rows, file)
    with (
        spark.session() as session,
        pytest.raises(EngineError, match=r"oppositions: the server reads 2 rows where .* 4"),
    ):
        session.read_files("oppositions", files, rows.schema)


@settings(max_examples=8, deadline=None, derandomize=True, phases=[Phase.generate])
@given(rows=ROWS)
def test_corners_of_every_word_are_answered_alike(both: Both, rows: Rows) -> None:
    named = [dict(zip(CORNERS.names, (place, *row), strict=True)) for place, row in enumerate(rows)]
    both.register("corners", pa.Table.from_pylist(named, schema=CORNERS))
    for sql in (ASKED, ORDERED, GROUPED, UNNESTED, KEPT):
        embedded, told = both.answers(sql)
        assert told.to_pylist() == embedded.to_pylist()


def test_every_letter_is_lowered_alike_but_those_that_came_into_unicode_last(both: Both) -> None:
    letters = [chr(point) for point in range(1, 0x110000) if not 0xD800 <= point < 0xE000]
    both.register("letters", pa.table({"letter": letters}))
    embedded, told = map(lowered, both.answers("select letter, lower(letter) as low from letters"))
    more = {letter: low for letter, low in told.items() if letter not in embedded}
    assert told == {**embedded, **more}
    assert {unicodedata.category(letter) for letter in more} == {"Cn"}


def lowered(letters: pa.Table) -> dict[str, str]:
    return {row["letter"]: row["low"] for row in letters.to_pylist() if row["low"] != row["letter"]}


@pytest.mark.parametrize("sum_of", ["9223372036854775807 + number", "number * 9223372036854775807"])
def test_what_overflows_is_an_error_on_both(both: Both, sum_of: str) -> None:
    both.register("numbers", pa.table({"number": pa.array([2], pa.int64())}))
    for session in (both.embedded, both.spark):
        with pytest.raises(RuntimeError, match="from numbers"):
            session.fetch(f"select {sum_of} as total from numbers")
