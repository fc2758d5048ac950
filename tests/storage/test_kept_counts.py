"""What was counted of a day is believed as long as all its files are those that were counted, and not a moment longer.

What stands in the lake is kept on paper beside it: by day the number that its marker notes, where all its files are as
published.
"""

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.storage.kept_counts import KeptCounts, forget_counts, sweep_counts
from pipelines.storage.lake import Lake
from pipelines.vocabulary.tables import VERDICT_TABLES, arrow_schema

VENDOR, OTHER = "acme", "other"
MARKER = "scorecards"
FIRST = date(2026, 9, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(3)]
Counting = Callable[[Lake, str, Sequence[date]], pa.Table]


@dataclass
class Counter:
    """Counts the number that each day's writer noted, and remembers which days it was asked for."""

    asked: list[date] = field(default_factory=list)

    def __call__(self, lake: Lake, vendor: str, days: Sequence[date]) -> pa.Table:
        self.asked += days
        noted = [int(lake.facts(vendor, day, MARKER)["number"]) for day in days]
        return pa.table({"day": pa.array(days, pa.date32()), "number": pa.array(noted, pa.int64())})


def kept_by(counter: Counting, made_by: str | None = "this program") -> KeptCounts:
    return KeptCounts("numbers", {"number": pa.int64()}, {MARKER: counter}, lambda: made_by)


def numbers(
    lake: Lake, counter: Counting, made_by: str | None = "this program", vendor: str = VENDOR
) -> dict[date, int]:
    counts = kept_by(counter, made_by).of(lake, vendor)
    return dict(sorted(zip(counts["day"].to_pylist(), counts["number"].to_pylist(), strict=True)))


def publish(lake: Lake, day: date, number: int, vendor: str = VENDOR) -> None:
    tables = {table: arrow_schema(table).empty_table() for table in VERDICT_TABLES}
    with lake.writing(vendor):
        lake.publish(vendor, day, tables, facts={"number": str(number)})


def place_of(lake: Lake, vendor: str = VENDOR) -> Path:
    return lake.root / ".counted" / "numbers" / vendor


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    found = Lake(tmp_path / "lake")
    for number, day in enumerate(DAYS):
        publish(found, day, number)
    return found


def test_a_day_is_counted_once_until_it_is_published_anew(lake: Lake) -> None:
    counter = Counter()
    assert numbers(lake, counter) == numbers(lake, counter) == {DAYS[0]: 0, DAYS[1]: 1, DAYS[2]: 2}
    publish(lake, DAYS[1], 7)
    publish(lake, FIRST - timedelta(days=1), 8)
    assert numbers(lake, counter) == {FIRST - timedelta(days=1): 8, DAYS[0]: 0, DAYS[1]: 7, DAYS[2]: 2}
    assert counter.asked == [*DAYS, FIRST - timedelta(days=1), DAYS[1]]


def test_days_that_nobody_asks_for_stay_counted(lake: Lake) -> None:
    counter = Counter()
    assert kept_by(counter).of(lake, VENDOR, DAYS[0].__eq__)["number"].to_pylist() == [0]
    assert kept_by(counter).of(lake, VENDOR, DAYS[1].__eq__)["number"].to_pylist() == [1]
    assert numbers(lake, counter) == {DAYS[0]: 0, DAYS[1]: 1, DAYS[2]: 2}
    assert counter.asked == DAYS


def test_another_program_counts_everything_again(lake: Lake) -> None:
    before, after = Counter(), Counter()
    assert numbers(lake, before) == numbers(lake, after, "another program")
    assert after.asked == DAYS


@pytest.mark.fault(
    area="lake",
    fault="The program is upgraded under a process that counts what was published",
    promise="What it counts is not kept: nobody can tell which program counted.",
)
def test_nothing_is_believed_or_kept_while_nobody_can_tell_which_program_counts(lake: Lake) -> None:
    counter, programs = Counter(), iter(["this program", None])
    upgraded = replace(kept_by(counter), made_by=lambda: next(programs))
    assert len(upgraded.of(lake, VENDOR)) == len(DAYS)
    assert not place_of(lake).exists()
    counted = numbers(lake, counter)
    kept = place_of(lake).read_bytes()
    counter.asked.clear()
    assert numbers(lake, counter, None) == counted
    assert (counter.asked, place_of(lake).read_bytes()) == (DAYS, kept)


def test_what_nobody_asks_for_any_more_is_swept(lake: Lake) -> None:
    numbers(lake, Counter())
    earlier, gone = lake.root / ".counted" / f"{VENDOR}.parquet", place_of(lake, "gone")
    for place in (earlier, gone):
        place.write_bytes(b"")
    (place_of(lake).parent / "folder").mkdir()
    sweep_counts(lake, {VENDOR})
    assert [place.exists() for place in (earlier, gone, place_of(lake))] == [False, False, True]


def test_what_is_forgotten_of_a_vendor_is_counted_again_and_no_other(lake: Lake) -> None:
    counter = Counter()
    publish(lake, FIRST, 4, OTHER)
    for vendor in (VENDOR, OTHER):
        numbers(lake, counter, vendor=vendor)
    (lake.root / ".counted" / "numbers" / "folder").mkdir()
    forget_counts(lake, [VENDOR, "unknown", "folder", "", "../numbers/other"])
    counter.asked.clear()
    assert numbers(lake, counter, vendor=OTHER) == {FIRST: 4}
    assert numbers(lake, counter)[FIRST] == 0
    assert counter.asked == DAYS


@pytest.mark.fault(
    area="lake",
    fault="What was counted of a vendor's days is damaged, at any byte",
    promise="It is counted again, and the same comes out.",
)
def test_no_damage_of_what_was_kept_is_believed(lake: Lake) -> None:
    counted = numbers(lake, Counter())
    kept = place_of(lake).read_bytes()
    for at in range(0, len(kept), 7):
        counter = Counter()
        place_of(lake).write_bytes(kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :])
        assert (numbers(lake, counter), counter.asked) == (counted, DAYS)
    for length in (0, 31, 32, len(kept) - 1):
        place_of(lake).write_bytes(kept[:length])
        assert numbers(lake, Counter()) == counted


def test_a_lake_that_takes_no_file_is_counted_each_time(lake: Lake) -> None:
    (lake.root / ".counted").write_bytes(b"")
    counter = Counter()
    assert numbers(lake, counter) == numbers(lake, counter)
    assert counter.asked == [*DAYS, *DAYS]


def test_those_who_count_at_once_all_count_right(lake: Lake) -> None:
    meeting, found = threading.Barrier(4), list[dict[date, int]]()

    def count() -> None:
        meeting.wait()
        found.append(numbers(lake, Counter()))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [{DAYS[0]: 0, DAYS[1]: 1, DAYS[2]: 2}] * 4
    counter = Counter()
    assert (numbers(lake, counter), counter.asked) == (found[0], [])


def test_a_day_that_is_published_while_it_is_counted_is_counted_again(lake: Lake) -> None:
    counter = Counter()

    def overtaken(lake: Lake, vendor: str, days: Sequence[date]) -> pa.Table:
        counts = counter(lake, vendor, days)
        publish(lake, DAYS[2], 9)
        return counts

    numbers(lake, overtaken)
    assert numbers(lake, counter) == {DAYS[0]: 0, DAYS[1]: 1, DAYS[2]: 9}
    assert counter.asked == [*DAYS, DAYS[2]]


@dataclass
class Paper:
    """A lake, and what stands in it."""

    lake: Lake
    numbers: dict[date, int] = field(default_factory=dict)
    held: dict[Path, bytes] = field(default_factory=dict)
    """Damaged files as they were."""

    @property
    def whole(self) -> dict[date, int]:
        """Days of which every file is as published."""
        damaged = {date.fromisoformat(path.parent.name.partition("=")[2]) for path in self.held}
        return {day: number for day, number in sorted(self.numbers.items()) if day not in damaged}

    def publish(self, day: date, number: int) -> None:
        publish(self.lake, day, number)
        self.numbers[day] = number
        self.held = {path: content for path, content in self.held.items() if f"={day}" not in path.parent.name}

    def damage(self, path: Path, how: str) -> None:
        """Changed with the file's size and time as they were, cut off, or gone."""
        if not path.exists() or path in self.held:
            return
        content, seen = path.read_bytes(), path.stat()
        self.held[path] = content
        if how == "gone":
            path.unlink()
            return
        path.write_bytes(content[:-1] if how == "cut" else content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
        os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))

    def restore(self) -> None:
        for path, content in self.held.items():
            path.write_bytes(content)
        self.held.clear()


def steps() -> st.SearchStrategy[tuple[object, ...]]:
    days, tables = st.sampled_from(DAYS), st.sampled_from(VERDICT_TABLES)
    return st.one_of(
        st.tuples(st.just("publish"), days, st.integers(0, 3)),
        st.tuples(st.just("damage"), days, tables, st.sampled_from(["changed", "cut", "gone"])),
        st.tuples(st.just("restore")),
        st.tuples(st.just("remove"), days),
        st.tuples(st.just("spoil")),
    )


@pytest.mark.fault(
    area="lake",
    fault="Days come, are published anew, damaged, mended or removed after they were counted",
    promise="What is counted is what stands, each time.",
)
@settings(max_examples=40, deadline=None)
@given(st.lists(steps(), min_size=1, max_size=12))
def test_after_any_changes_what_is_kept_says_what_stands(changes: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        paper = Paper(Lake(Path(name)))
        publish_first(paper)
        for change, *of in changes:
            apply(paper, str(change), *of)
            assert numbers(paper.lake, Counter()) == paper.whole


def publish_first(paper: Paper) -> None:
    paper.publish(DAYS[0], 0)
    paper.publish(DAYS[1], 1)


def apply(paper: Paper, change: str, *of: object) -> None:
    match change, *of:
        case "publish", date() as day, int() as number:
            paper.publish(day, number)
        case "damage", date() as day, str() as table, str() as how:
            paper.damage(paper.lake.partition(table, VENDOR, day), how)
        case "remove", date() as day:
            shutil.rmtree(paper.lake.partition(MARKER, VENDOR, day).parent, ignore_errors=True)
            paper.numbers.pop(day, None)
            paper.held = {path: content for path, content in paper.held.items() if f"={day}" not in path.parent.name}
        case "restore":
            paper.restore()
        case "spoil":
            place_of(paper.lake).write_bytes(b"spoilt")
