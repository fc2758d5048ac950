"""A score is the same to the digit whether the days behind it were counted before or are read now."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NoReturn

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.control_file.counted import count_published
from pipelines.house import House
from pipelines.scores.counted import CountedDay, counted_days
from pipelines.scores.scorer import ScoredVendor, Scorer
from pipelines.storage.digests import digest_of_file
from pipelines.storage.lake import Lake
from pipelines.vocabulary.tables import INTAKE_TABLES, VERDICT_TABLES, arrow_schema
from tests.support.houses import house_at
from tests.support.receipt_lake import Row, found, opposed

VENDOR = "acme"
REDELIVERY, PROOF = "opp_vendor_redelivery", "proof_individual_record"
FIRST = date(2026, 9, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(3)]
AS_OF = datetime(2026, 9, 20, 4, tzinfo=UTC)
EARLY, LATE = "2026-09-10T04:00:00", "2026-09-30T04:00:00"
VERSIONS: Sequence[tuple[int, dict[str, str], list[Row]]] = (
    (0, {"known_at": EARLY, "is_final": "true"}, []),
    (2, {"known_at": EARLY, "is_final": "true"}, [opposed("1", "email"), opposed("1", "phone"), opposed("2", "phone")]),
    (1, {"known_at": EARLY, "is_final": "false"}, [found(PROOF, "3", "email")]),
    (3, {"known_at": LATE, "is_final": "true"}, [opposed("1", "email")]),
    (1, {"known_at": EARLY, "is_final": "true", "is_live": "false"}, [found(PROOF, "3", "email", outcome="unknown")]),
)
"""How a day may be published: leads of 300 that are defective, what the judge notes, and what was found."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = house_at(tmp_path_factory.mktemp("home"), OPPOSABLE_THREADS="1")
    yield found
    found.registry.dispose()


@pytest.fixture
def lake(house: House) -> Iterator[Lake]:
    yield house.lake
    shutil.rmtree(house.lake.root)


@cache
def tables_of(version: int) -> dict[str, pa.Table]:
    defective, _, findings = VERSIONS[version]
    rates = [(dimension, 300, defective) for dimension in ("all", "consent", "opposition")]
    names = ("dimension", "leads_received", "leads_vendor_defective")
    rows = {"findings": findings, "dimension_scorecards": [dict(zip(names, rate, strict=True)) for rate in rates]}
    return {table: pa.Table.from_pylist(rows.get(table, []), arrow_schema(table)) for table in VERDICT_TABLES}


def publish(lake: Lake, day: date, version: int) -> None:
    with lake.writing(VENDOR):
        lake.publish(VENDOR, day, tables_of(version), facts=VERSIONS[version][1])


def scored(house: House, lake: Lake) -> ScoredVendor:
    return Scorer(house.engine, lake, house.contracts(), house.registry, house.methods()).score(VENDOR, AS_OF)


def unkept(lake: Lake, place: Path) -> Lake:
    """The same tables, of which nothing was counted."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for table in VERDICT_TABLES:
        (place / table).symlink_to(lake.root / table)
    return Lake(place)


def test_what_a_day_tells_is_what_was_published(house: House, lake: Lake) -> None:
    """Leads 1 and 2 fail, lead 1 on two channels; what is unknown is no fail."""
    for day, version in zip(DAYS, (1, 2, 4), strict=True):
        publish(lake, day, version)
    for _ in range(2):
        first, second, third = (counted_days(house.engine, lake, VENDOR)[day] for day in DAYS)
        assert first.facts == VERSIONS[1][1]
        assert first.leads == [
            ("all", 300, 2),
            ("consent", 300, 2),
            ("opposition", 300, 2),
        ]
        assert (first.failed, second.failed, third.failed) == ({REDELIVERY: 2}, {PROOF: 1}, {})
        assert first.digests == {
            table: digest_of_file(lake.partition(table, VENDOR, DAYS[0])) for table in VERDICT_TABLES[:-1]
        }


def test_a_score_of_days_that_stand_reads_none_of_them(
    house: House, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*arguments: object, **named: object) -> NoReturn:
        raise AssertionError("read, hashed or asked")

    for day in DAYS:
        publish(lake, day, 1)
    before = scored(house, lake)
    monkeypatch.setattr("pipelines.storage.lake.digest_of_file", refused)
    monkeypatch.setattr(Lake, "read", refused)
    monkeypatch.setattr(type(house.engine), "session", refused)
    assert scored(house, lake) == before
    assert before.days == tuple(DAYS)


@pytest.mark.parametrize("count", [lambda house, lake: scored(house, lake), lambda house, lake: count_published(lake)])
def test_nothing_is_kept_of_a_program_that_changed_since_it_began(
    house: House, lake: Lake, monkeypatch: pytest.MonkeyPatch, count: Callable[[House, Lake], object]
) -> None:
    publish(lake, FIRST, 1)
    intake = {table: arrow_schema(table).empty_table() for table in INTAKE_TABLES}
    with lake.writing(VENDOR):
        lake.publish(VENDOR, FIRST, intake)
    monkeypatch.setattr("pipelines.storage.program_digest._AT_START", frozenset())
    count(house, lake)
    assert list((lake.root / ".counted").rglob(VENDOR)) == []
    monkeypatch.undo()
    count(house, lake)
    assert len(list((lake.root / ".counted").rglob(VENDOR))) == 1


def changes() -> st.SearchStrategy[tuple[str, date, object]]:
    days, versions = st.sampled_from(DAYS), st.sampled_from(range(len(VERSIONS)))
    return st.one_of(
        st.tuples(st.just("publish"), days, versions),
        st.tuples(st.just("damage"), days, st.sampled_from(VERDICT_TABLES)),
        st.tuples(st.just("remove"), days, st.sampled_from(VERDICT_TABLES)),
    )


@pytest.mark.fault(
    area="scores",
    fault="Days come, are judged anew, damaged or removed between two scores",
    promise="The second score is the one that reads everything: nothing of before is in it.",
)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(changes(), min_size=1, max_size=8))
def test_with_and_without_what_was_counted_a_score_is_the_same(
    house: House, lake: Lake, tmp_path: Path, drawn: list[tuple[str, date, object]]
) -> None:
    shutil.rmtree(lake.root, ignore_errors=True)
    publish(lake, DAYS[0], 1)
    for change, day, what in drawn:
        apply(lake, change, day, what)
        kept = counted_days(house.engine, lake, VENDOR)
        assert kept == counted_days(house.engine, unkept(lake, tmp_path / "unkept"), VENDOR)
    assert scored(house, lake) == scored(house, unkept(lake, tmp_path / "unkept"))


def apply(lake: Lake, change: str, day: date, what: object) -> None:
    """Damage keeps a file's size and time."""
    if isinstance(what, int):
        publish(lake, day, what)
        return
    path = lake.partition(str(what), VENDOR, day)
    if not path.exists():
        return
    if change == "remove":
        path.unlink()
        return
    content, seen = path.read_bytes(), path.stat()
    path.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))


def test_a_day_without_leads_or_findings_is_counted_as_such(house: House, lake: Lake) -> None:
    with lake.writing(VENDOR):
        empty = {table: arrow_schema(table).empty_table() for table in VERDICT_TABLES}
        lake.publish(VENDOR, FIRST, empty, facts={"known_at": EARLY, "is_final": "true"})
    [day] = counted_days(house.engine, lake, VENDOR).values()
    assert day == CountedDay(VERSIONS[0][1], day.digests, [], {})
    assert scored(house, lake).scores == ()
