"""The days by themselves: what schedule and sensors ask for, day by day, ends in the bytes of one backfill."""

import json
import os
import shutil
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from dagster._utils.schedules import schedule_execution_time_iterator
from hypothesis import given
from hypothesis import strategies as st

from pipelines.definitions import build_defs
from pipelines.house import House
from pipelines.orchestration.partitions import day_ranges, days_by_vendor, vendor_ranges
from pipelines.orchestration.schedules import daily_requests
from pipelines.simulation.market import Market, simulate
from pipelines.vocabulary.clock import paris_instant, tick_of
from pipelines.vocabulary.tables import INTAKE_TABLES, arrow_schema
from tests.support.contract_files import VALID, write
from tests.support.houses import days_between, house_at, import_oppositions, lake_bytes, reconcile
from tests.support.instances import Daemon, days_of, instance_of

NOVA, TARDIVO = "nova-rappel", "tardivo-data"
DAYS = 4
LAST_WORD = 4
"""Days after the market until its last proof deadline, 72 hours, has passed at a tick."""
NOVA_SIGNS = 2
"""The day of the market on which a new vendor's contract is filed."""
UNRECORDED, LATE, CORRECTED = 0, 1, 3
"""The days whose delivery comes without a record, two days late, and is corrected on the next day."""


class DayByDay:
    """A market that reaches a house day by day: on time, late, unrecorded, corrected."""

    def __init__(self, source: Path, home: Path) -> None:
        self.source, self.home = source, home
        self.market: Market = simulate(source, seed=5, days=DAYS, leads=3)
        shutil.copytree(source / "contracts" / TARDIVO, home / "contracts" / TARDIVO)
        self.house = house_at(home, OPPOSABLE_THREADS="1")

    def day(self, number: int) -> date:
        return self.market.first_day + timedelta(days=number)

    def deliver(self, vendor: str, number: int, at: datetime) -> Path | None:
        """A vendor's folder of a day arrives; our transport noted its files as received then."""
        folder = self.source / "inbox" / vendor / self.day(number).isoformat()
        target = self.home / "inbox" / vendor / folder.name
        if not folder.exists():
            return None
        shutil.copytree(folder, target)
        note(target, at)
        return target


def note(folder: Path, at: datetime) -> None:
    names = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    record = {"files": [{"name": name, "received_at": at.isoformat()} for name in names]}
    (folder / ".received.json").write_text(json.dumps(record), encoding="utf-8")
    rest(folder, at)


def rest(folder: Path, since: datetime) -> None:
    """The simulated clock is also that of the files' last writing."""
    for path in folder.iterdir():
        os.utime(path, (since.timestamp(), since.timestamp()))


def unrecord(folder: Path) -> None:
    (folder / ".received.json").unlink()


def correct(folder: Path, at: datetime) -> None:
    """The vendor sends its lead file again, without its last lead, and a numbered manifest that lists the new one."""
    leads = min(path for path in folder.iterdir() if path.name.startswith("leads"))
    corrected = folder / leads.name.replace(".", "_corrected.", 1)
    corrected.write_bytes(b"".join(leads.read_bytes().splitlines(keepends=True)[:-1]))
    manifest = {"files": [{"name": corrected.name}], "sequence": 2}
    (folder / "manifest-2.json").write_text(json.dumps(manifest), encoding="utf-8")
    record = json.loads((folder / ".received.json").read_text(encoding="utf-8"))
    record["files"] += [{"name": name, "received_at": at.isoformat()} for name in (corrected.name, "manifest-2.json")]
    (folder / ".received.json").write_text(json.dumps(record), encoding="utf-8")
    rest(folder, at)


@pytest.fixture(scope="module")
def market_days(tmp_path_factory: pytest.TempPathFactory) -> DayByDay:
    folder = tmp_path_factory.mktemp("market")
    return DayByDay(folder / "source", folder / "home")


def evening(market_days: DayByDay, daemon: Daemon, number: int) -> None:
    """Deliveries of the day arrive; one is held up, one comes without a record; the day's oppositions are imported."""
    day, at = market_days.day(number), paris_instant(market_days.day(number), time(22))
    if number == NOVA_SIGNS:
        shutil.copytree(market_days.source / "contracts" / NOVA, market_days.home / "contracts" / NOVA)
    daemon.now = at
    for vendor in (TARDIVO, *([NOVA] if number >= NOVA_SIGNS else [])):
        if (vendor, number) != (TARDIVO, LATE):
            folder = market_days.deliver(vendor, number, at)
            if folder and (vendor, number) == (TARDIVO, UNRECORDED):
                unrecord(folder)
    files = [path for path in market_days.market.opposition_files if path.stem <= day.isoformat()]
    import_oppositions(files[-1:] if number else files, market_days.house)
    daemon.sensor("new_vendors")
    daemon.execute("registry", daemon.sensor("changed_registry"))
    for seconds in (0, 60):
        daemon.now = at + timedelta(seconds=seconds)
        daemon.sensor("arrivals")


def noon(market_days: DayByDay, daemon: Daemon, number: int) -> list[tuple[str, str]]:
    """Late and corrected files arrive, and the sensors run what they are for."""
    at = paris_instant(market_days.day(number), time(12))
    daemon.now = at + timedelta(minutes=3)
    if number == LATE + 2:
        assert market_days.deliver(TARDIVO, LATE, at)
    if number == CORRECTED + 1:
        correct(market_days.home / "inbox" / TARDIVO / market_days.day(CORRECTED).isoformat(), at)
    requests = daemon.sensor("corrections")
    daemon.execute("deliveries", requests)
    assert daemon.sensor("corrections") == []
    return [days_of(request) for request in requests]


def test_day_by_day_schedule_and_sensors_end_in_the_bytes_of_one_backfill(
    market_days: DayByDay, tmp_path: Path
) -> None:
    house, corrected = market_days.house, {}
    with instance_of(house) as instance:
        daemon = Daemon(house, instance, now=tick_of(market_days.day(0)))
        evening(market_days, daemon, 0)
        for number in range(1, DAYS + LAST_WORD + 1):
            requests = daemon.schedule(market_days.day(number))
            yesterday = market_days.day(number - 1).isoformat()
            newest = NOVA if number > NOVA_SIGNS else TARDIVO
            assert days_of(requests[0]) == (f"{yesterday}|{TARDIVO}", f"{yesterday}|{newest}")
            daemon.execute("deliveries", requests)
            corrected[number] = noon(market_days, daemon, number)
            if number < DAYS:
                evening(market_days, daemon, number)
        assert len(daemon.sensor("publish_after_deliveries")) == 1
        assert daemon.sensor("publish_after_deliveries") == []
    late, mended = f"{market_days.day(LATE)}|{TARDIVO}", f"{market_days.day(CORRECTED)}|{TARDIVO}"
    expected = {LATE + 2: [(late, late)], CORRECTED + 1: [(mended, mended)]}
    assert {number: found for number, found in corrected.items() if found} == expected
    assert_equal_to_a_backfill(market_days, tmp_path / "other", tick_of(market_days.day(DAYS + LAST_WORD)))


def assert_equal_to_a_backfill(market_days: DayByDay, home: Path, as_of: datetime) -> None:
    lasting = shutil.ignore_patterns("lake", "dagster")
    shutil.copytree(market_days.home, home, ignore=lasting)
    other = house_at(home)
    days = days_between(market_days.day(0), market_days.day(DAYS - 1))
    reconcile(other, [TARDIVO], days, as_of)
    reconcile(other, [NOVA], days[NOVA_SIGNS:], as_of)
    found, expected = lake_bytes(market_days.house.lake), lake_bytes(other.lake)
    assert [name for name in expected if found.get(name) != expected[name]] == []
    later = {name for name in found if name not in expected}
    assert all(name.split("delivery_date=")[1][:10] > days[-1].isoformat() for name in later)
    for vendor in (TARDIVO, NOVA):
        ours = [day for day in house_days(market_days.house, vendor) if day <= days[-1]]
        assert {market_days.house.lake.facts(vendor, day, "scorecards")["is_final"] for day in ours} == {"true"}


def house_days(house: House, vendor: str) -> list[date]:
    return house.lake.published_days(vendor, "scorecards")


def house_with(home: Path, *vendors: str, broken: str | None = None) -> House:
    for vendor in vendors:
        write(home / "contracts", "status: [" if vendor == broken else VALID, vendor)
    return house_at(home)


def test_yesterday_is_one_run_over_all_vendors_in_the_order_of_registration(tmp_path: Path) -> None:
    house = house_with(tmp_path, "zeta", "alpha", "mid")
    (request,) = daily_requests(house, ["zeta", "alpha", "mid"], tick_of(date(2026, 8, 12)))
    assert days_of(request) == ("2026-08-11|zeta", "2026-08-11|mid")
    assert request.tags["opposable/as_of"] == "2026-08-12T04:00:00+00:00"
    assert request.run_key == "2026-08-12T04:00:00+00:00 zeta..mid 2026-08-11..2026-08-11"


def test_a_vendor_whose_contract_cannot_be_read_is_left_out_and_the_others_run(tmp_path: Path) -> None:
    house = house_with(tmp_path, "alpha", "beta", "gamma", "delta", broken="beta")
    requests = list(daily_requests(house, ["alpha", "beta", "gamma", "delta"], tick_of(date(2026, 8, 12))))
    assert [days_of(request) for request in requests] == [
        ("2026-08-11|alpha", "2026-08-11|alpha"),
        ("2026-08-11|gamma", "2026-08-11|delta"),
    ]


def test_a_day_before_the_first_is_not_asked_for(tmp_path: Path) -> None:
    house = house_at(house_with(tmp_path, "alpha").settings.home, OPPOSABLE_FIRST_DAY="2026-08-11")
    assert list(daily_requests(house, ["alpha"], tick_of(date(2026, 8, 11)))) == []
    assert len(list(daily_requests(house, ["alpha"], tick_of(date(2026, 8, 12))))) == 1


def test_days_due_are_ranges_without_holes_shared_by_neighbours(tmp_path: Path) -> None:
    """Taken in and never judged: 3 and 4 August of three vendors, 6 August of the first and the third."""
    vendors = ["one", "two", "three"]
    house = house_with(tmp_path, *vendors)
    tables = {table: arrow_schema(table).empty_table() for table in INTAKE_TABLES}
    for vendor, days in (("one", (3, 4, 6)), ("two", (3, 4)), ("three", (3, 4, 6))):
        with house.lake.writing(vendor):
            for day in days:
                house.lake.publish(vendor, date(2026, 8, day), tables)
    yesterday, *others = daily_requests(house, vendors, tick_of(date(2026, 8, 12)))
    assert days_of(yesterday) == ("2026-08-11|one", "2026-08-11|three")
    assert [days_of(request) for request in others] == [
        ("2026-08-03|one", "2026-08-04|three"),
        ("2026-08-06|one", "2026-08-06|one"),
        ("2026-08-06|three", "2026-08-06|three"),
    ]
    assert len({request.run_key for request in (yesterday, *others)}) == 4


def test_days_due_before_the_first_day_are_no_partitions_and_not_asked_for(tmp_path: Path) -> None:
    house = house_at(house_with(tmp_path, "acme").settings.home, OPPOSABLE_FIRST_DAY="2026-08-05")
    tables = {table: arrow_schema(table).empty_table() for table in INTAKE_TABLES}
    with house.lake.writing("acme"):
        for day in (4, 5):
            house.lake.publish("acme", date(2026, 8, day), tables)
    _, due = daily_requests(house, ["acme"], tick_of(date(2026, 8, 12)))
    assert days_of(due) == ("2026-08-05|acme", "2026-08-05|acme")


def test_without_a_vendor_the_schedule_says_what_to_do(tmp_path: Path) -> None:
    house = house_at(tmp_path)
    with instance_of(house) as instance:
        daemon = Daemon(house, instance, now=tick_of(date(2026, 8, 12)))
        assert daemon.schedule(date(2026, 8, 12)) == []
    assert "add a contract" in str(daemon.skipped["daily_reconciliation"])


@pytest.mark.parametrize(
    ("after", "hours"),
    [(datetime(2026, 3, 28, tzinfo=UTC), [5, 4, 4]), (datetime(2026, 10, 24, tzinfo=UTC), [4, 5, 5])],
)
def test_the_tick_is_six_in_paris_on_the_days_when_the_clock_changes_too(
    tmp_path: Path, after: datetime, hours: list[int]
) -> None:
    """Summer time begins on 29 March 2026 and ends on 25 October; 06:00 in Paris is 05:00 UTC in winter."""
    definitions = build_defs(settings=house_at(tmp_path).settings, has_marts=False)
    schedule = definitions.resolve_schedule_def("daily_reconciliation")
    ticks = schedule_execution_time_iterator(
        after.timestamp(), schedule.cron_schedule, schedule.execution_timezone, ascending=True
    )
    assert [next(ticks).astimezone(UTC).hour for _ in hours] == hours


@given(st.sets(st.dates(date(2026, 1, 1), date(2026, 3, 1))))
def test_ranges_hold_the_days_and_no_other_and_do_not_touch(days: set[date]) -> None:
    ranges = list(day_ranges(days))
    assert {day for first, last in ranges for day in days_between(first, last)} == days
    assert all(one[1] + timedelta(days=1) < other[0] for one, other in pairwise(ranges))


@given(st.lists(st.sampled_from("abcdefgh"), unique=True), st.data())
def test_ranges_of_vendors_hold_them_and_no_other_in_the_order_of_registration(
    registered: list[str], data: st.DataObject
) -> None:
    wanted = data.draw(st.sets(st.sampled_from(registered)) if registered else st.just(set[str]()))
    held = [
        registered[registered.index(first) : registered.index(last) + 1]
        for first, last in vendor_ranges(wanted, registered)
    ]
    assert [vendor for vendors in held for vendor in vendors] == [name for name in registered if name in wanted]


@pytest.mark.fault(
    area="runs",
    fault="A run is started without saying which deliveries",
    promise="That is an error, not a success that did nothing.",
)
def test_a_run_without_partitions_is_an_error_and_not_a_success() -> None:
    with pytest.raises(ValueError, match="no partitions"):
        days_by_vendor([])
    keys = ["2026-08-12|b", "2026-08-11|b", "2026-08-11|a"]
    assert days_by_vendor(keys) == {"a": [date(2026, 8, 11)], "b": [date(2026, 8, 11), date(2026, 8, 12)]}
