"""The days by themselves: what schedule and sensors ask for, day by day, ends in the bytes of one backfill."""

import json
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import dagster as dg
import pytest

from pipelines.domain.clock import paris_instant, tick_of
from pipelines.engines.due_days import due_days
from pipelines.partitions import day_ranges, days_by_vendor, vendor_ranges
from pipelines.resources.house import House
from pipelines.schedules import daily_requests
from pipelines.simulation import Market, simulate
from tests.houses import days_between, house_at, import_oppositions, lake_bytes, reconcile
from tests.instances import Daemon, days_of, instance_of

HEXA, NOVA, TARDIVO = "hexa-leads", "nova-rappel", "tardivo-data"
DAYS = 8
LAST_WORD = 4
"""Days after the market until its last proof deadline, 72 hours, has passed at a tick."""
NOVA_SIGNS = 3
"""The day of the market on which a new vendor's contract is filed."""


class Fortnight:
    """A market that reaches a house day by day: on time, late, unrecorded, corrected."""

    def __init__(self, source: Path, home: Path) -> None:
        self.source, self.home = source, home
        self.market: Market = simulate(source, seed=5, days=DAYS, leads=3)
        for vendor in (HEXA, TARDIVO):
            shutil.copytree(source / "contracts" / vendor, home / "contracts" / vendor)
        self.house = house_at(home)

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
    (leads,) = (path for path in folder.iterdir() if path.name.startswith("leads") or "lead" in path.name)
    corrected = folder / leads.name.replace(".", "_corrected.", 1)
    corrected.write_bytes(b"".join(leads.read_bytes().splitlines(keepends=True)[:-1]))
    manifest = {"files": [{"name": corrected.name}], "sequence": 2}
    (folder / "manifest-2.json").write_text(json.dumps(manifest), encoding="utf-8")
    record = json.loads((folder / ".received.json").read_text(encoding="utf-8"))
    record["files"] += [{"name": name, "received_at": at.isoformat()} for name in (corrected.name, "manifest-2.json")]
    (folder / ".received.json").write_text(json.dumps(record), encoding="utf-8")
    rest(folder, at)


@pytest.fixture(scope="module")
def fortnight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortnight]:
    folder = tmp_path_factory.mktemp("fortnight")
    yield Fortnight(folder / "source", folder / "home")


def evening(fortnight: Fortnight, daemon: Daemon, number: int) -> None:
    """Deliveries of the day arrive; one is held up, one comes without a record; the day's oppositions are imported."""
    day, at = fortnight.day(number), paris_instant(fortnight.day(number), time(22))
    if number == NOVA_SIGNS:
        shutil.copytree(fortnight.source / "contracts" / NOVA, fortnight.home / "contracts" / NOVA)
    daemon.now = at
    for vendor in (HEXA, TARDIVO, *([NOVA] if number >= NOVA_SIGNS else [])):
        if (vendor, number) != (HEXA, 2):
            folder = fortnight.deliver(vendor, number, at)
            if folder and (vendor, number) == (TARDIVO, 1):
                unrecord(folder)
    files = [path for path in fortnight.market.opposition_files if path.stem <= day.isoformat()]
    import_oppositions(files[-1:] if number else files, fortnight.house)
    daemon.sensor("new_vendors")
    daemon.execute("registry", daemon.sensor("changed_registry"))
    for seconds in (0, 60):
        daemon.now = at + timedelta(seconds=seconds)
        daemon.sensor("arrivals")


def noon(fortnight: Fortnight, daemon: Daemon, number: int) -> list[tuple[str, str]]:
    """Late and corrected files arrive, and the sensors run what they are for."""
    at = paris_instant(fortnight.day(number), time(12))
    daemon.now = at + timedelta(minutes=3)
    if number == 4:
        assert fortnight.deliver(HEXA, 2, at)
    if number == 5:
        correct(fortnight.home / "inbox" / TARDIVO / fortnight.day(4).isoformat(), at)
    requests = daemon.sensor("corrections")
    daemon.execute("deliveries", requests)
    assert daemon.sensor("corrections") == []
    return [days_of(request) for request in requests]


def test_a_fortnight_by_schedule_and_sensors_ends_in_the_bytes_of_one_backfill(
    fortnight: Fortnight, tmp_path: Path
) -> None:
    house, corrected = fortnight.house, {}
    with instance_of(house) as instance:
        daemon = Daemon(house, instance, now=tick_of(fortnight.day(0)))
        evening(fortnight, daemon, 0)
        for number in range(1, DAYS + LAST_WORD + 1):
            requests = daemon.schedule(fortnight.day(number))
            yesterday = fortnight.day(number - 1).isoformat()
            newest = NOVA if number > NOVA_SIGNS else TARDIVO
            assert days_of(requests[0]) == (f"{yesterday}|{HEXA}", f"{yesterday}|{newest}")
            daemon.execute("deliveries", requests)
            corrected[number] = noon(fortnight, daemon, number)
            if number < DAYS:
                evening(fortnight, daemon, number)
        assert len(daemon.sensor("publish_after_deliveries")) == 1
        assert daemon.sensor("publish_after_deliveries") == []
    late, mended = f"{fortnight.day(2)}|{HEXA}", f"{fortnight.day(4)}|{TARDIVO}"
    assert {number: found for number, found in corrected.items() if found} == {4: [(late, late)], 5: [(mended, mended)]}
    assert_equal_to_a_backfill(fortnight, tmp_path / "other", tick_of(fortnight.day(DAYS + LAST_WORD)))


def assert_equal_to_a_backfill(fortnight: Fortnight, home: Path, as_of: datetime) -> None:
    lasting = shutil.ignore_patterns("lake", "dagster")
    shutil.copytree(fortnight.home, home, ignore=lasting)
    other = house_at(home)
    days = days_between(fortnight.day(0), fortnight.day(DAYS - 1))
    reconcile(other, [HEXA, TARDIVO], days, as_of)
    reconcile(other, [NOVA], days[NOVA_SIGNS:], as_of)
    found, expected = lake_bytes(fortnight.house.lake), lake_bytes(other.lake)
    assert [name for name in expected if found.get(name) != expected[name]] == []
    later = {name for name in found if name not in expected}
    assert all(name.split("delivery_date=")[1][:10] > days[-1].isoformat() for name in later)
    for vendor in (HEXA, TARDIVO, NOVA):
        ours = [day for day in house_days(fortnight.house, vendor) if day <= days[-1]]
        assert {fortnight.house.lake.facts(vendor, day, "scorecards")["is_final"] for day in ours} == {"true"}


def house_days(house: House, vendor: str) -> list[date]:
    return house.lake.published_days(vendor, "scorecards")
