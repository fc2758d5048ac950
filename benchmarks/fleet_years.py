"""`python -m benchmarks.fleet_years`: what is read of a whole fleet at once, over years.

The scores, the first time, again, and with a day more; the control file, the first time and again; and the web app's
page of every day of every vendor.

One delivery is really taken in and judged; every vendor has the same files on every day, linked, so that a lake of
73,000 deliveries is made in a minute or two.
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.requests import Request

from benchmarks.__main__ import machine
from benchmarks.backfill import vendor_names
from benchmarks.data import write_contract, write_key, write_vendor
from benchmarks.measure import in_own_process, report
from benchmarks.product import run
from pipelines.checks.faults import Fault
from pipelines.checks.results import keep_results
from pipelines.commands.control_file import control_page
from pipelines.house import House
from pipelines.receipts.notices import PreparedReceipt
from pipelines.receipts.records import record_prepared
from pipelines.scores.scorer import Scorer
from pipelines.serve.answers import Pager
from pipelines.serve.delivery_pages import DeliveryPages
from pipelines.serve.shelf import Shelf
from pipelines.serve.visitors import Doorkeeper
from pipelines.settings import load_settings
from pipelines.storage.lake import Lake
from pipelines.vocabulary.clock import days_from
from pipelines.vocabulary.tables import INTAKE_TABLES, VERDICT_TABLES

_SCORES: Final = ("scores, first", "scores, again", "scores, with a day more")
_CONTROL_FILE: Final = ("control file, first", "control file, again")
WAYS: Final = (*_SCORES, *_CONTROL_FILE, "every day on a page")
FIRST_DAY: Final = date(2025, 1, 1)
LEADS: Final = 50
CHECKS: Final = (
    "every_row_is_accounted_for", "intake_tables_have_their_schema", "verdict_tables_have_their_schema",
    "deliveries_came", "deliveries_came_in_time", "files_were_accepted", "vendors_had_gone_live", "columns_as_before",
    "references_look_like_references", "words_are_known",
)  # fmt: skip
"""Those that look at each delivery."""
_FAILING: Final = 20


def main() -> None:
    """Generate, measure, print; or, for `main` itself, do the work in this process."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet_years", description=__doc__)
    parser.add_argument("--vendors", type=int, default=200)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--profile", action="store_true", help="profile it; its times are then too long")
    parser.add_argument("--folder", type=Path, help="where the temporary home is made")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--started-at", type=float, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.home:
        _in_this_process(options)
        return
    print("\n".join(machine()), flush=True)
    for ways, write, days in (
        ((*_CONTROL_FILE, *_SCORES), write_fleet, options.days),
        (WAYS[-1:], write_folders, 2 * options.days),
    ):
        with tempfile.TemporaryDirectory(prefix="opposable-benchmarks-", dir=options.folder) as name:
            write(Path(name), vendor_names(options.vendors), days_from(FIRST_DAY, _end(days)))
            for way in ways:
                print(_measured(way, Path(name), options, days), flush=True)


def write_folders(home: Path, vendors: Sequence[str], days: Sequence[date]) -> None:
    """What the page of every day looks at: contracts, folders of what was delivered and judged, and checks."""
    lake = _house(home).lake
    for vendor in vendors:
        write_contract(home, vendor)
        for day in days:
            for table in ("deliveries", "scorecards"):
                lake.partition(table, vendor, day).parent.mkdir(parents=True)
        keep_results(lake, vendor, days, _faults(vendor, days))


def write_fleet(home: Path, vendors: Sequence[str], days: Sequence[date]) -> None:
    """A home in which every vendor delivered on every day, was judged, told and checked."""
    write_key(home)
    for vendor in vendors:
        write_contract(home, vendor)
    house = _house(home)
    _judge_one(house, vendors[0], days[0])
    for vendor in vendors:
        _spread(house.lake, vendors[0], days[0], vendor, days)
        keep_results(house.lake, vendor, days, _faults(vendor, days))
        record_prepared(house.registry, [_receipt(vendor, day) for day in days[1:]], {}, prepared_at=_at(days[-1]))


def _judge_one(house: House, vendor: str, day: date) -> None:
    """Taken in and judged as any other, when all proof deadlines are over."""
    write_vendor(house.settings.home, vendor, first_number=0, days=[day], leads=LEADS)
    run(house.settings.home, vendor=vendor, day=day, as_of=_at(day + timedelta(days=30)))


def _spread(lake: Lake, from_vendor: str, from_day: date, vendor: str, days: Sequence[date]) -> None:
    """The same files as another delivery's for every day: copied once a vendor, linked for the rest of its days."""
    for table in (*INTAKE_TABLES, *VERDICT_TABLES):
        first = lake.partition(table, vendor, days[0])
        if vendor != from_vendor:
            first.parent.mkdir(parents=True)
            shutil.copyfile(lake.partition(table, from_vendor, from_day), first)
        for day in days[1:]:
            path = lake.partition(table, vendor, day)
            path.parent.mkdir()
            path.hardlink_to(first)


def _copy_day(lake: Lake, vendor: str, from_day: date, day: date) -> None:
    """Not linked: a file that gets another link is one that has changed."""
    for table in (*INTAKE_TABLES, *VERDICT_TABLES):
        path = lake.partition(table, vendor, day)
        path.parent.mkdir()
        shutil.copyfile(lake.partition(table, vendor, from_day), path)


def _receipt(vendor: str, day: date) -> PreparedReceipt:
    digest = sha256(f"{vendor}{day}".encode()).hexdigest()
    return PreparedReceipt(vendor=vendor, delivery_date=day, digest=digest, is_final=True, line_count=3)


def _faults(vendor: str, days: Sequence[date]) -> dict[str, list[Fault]]:
    """Each check fails on its own one of twenty days."""
    return {
        check: [Fault(vendor, day, f"{vendor} {day}: {check}") for day in days[place::_FAILING]]
        for place, check in enumerate(CHECKS)
    }


def _measured(way: str, home: Path, options: argparse.Namespace, days: int) -> str:
    profiled = ["--profile"] if options.profile else []
    took = in_own_process("benchmarks.fleet_years", ["--way", way, "--home", str(home), "--days", str(days), *profiled])
    deliveries = options.vendors * days
    each = f"{took.cpu_seconds / deliveries * 1e6:.0f} µs of it a delivery, peak {took.peak_bytes / 1e9:.2f} GB"
    return f"{way}, {deliveries:,} deliveries: {took.wall_seconds:.1f} s, {took.cpu_seconds:.1f} s of CPU, {each}"


def _in_this_process(options: argparse.Namespace) -> None:
    house, last = _house(options.home), _end(options.days) - timedelta(days=1)
    if options.way in _SCORES:
        work = _scores(house, last, has_day_more=options.way == _SCORES[-1])
    else:
        work = _control_file(house, last) if options.way in _CONTROL_FILE else _page_of_days(house, last)
    report(work, started_at=options.started_at, is_profiled=options.profile)


def _scores(house: House, last: date, *, has_day_more: bool) -> Callable[[], None]:
    """As the asset has them made: the first time of thirteen weeks before, too."""
    if has_day_more:
        for vendor in house.lake.vendors():
            _copy_day(house.lake, vendor, last, last + timedelta(days=1))
    as_of = _at(last + timedelta(days=30 + has_day_more))
    scorer = Scorer(house.engine, house.lake.as_found(), house.contracts(), house.registry, house.methods())
    catalogue = house.catalogue

    def work() -> None:
        scorer.score_all(as_of=as_of, catalogue=catalogue)

    return work


def _control_file(house: House, last: date) -> Callable[[], None]:
    def work() -> None:
        control_page(house, FIRST_DAY, last, "fr", as_of=_at(last + timedelta(days=30)))

    return work


def _page_of_days(house: House, last: date) -> Callable[[], None]:
    """As the web app answers it first: contracts were read for some page before, no day was looked at."""

    def now() -> datetime:
        return _at(last + timedelta(days=1))

    pages = DeliveryPages(Shelf(house, now), Doorkeeper.of(house.settings, b"-"), Pager(now, is_https=False))
    pages.shelf.filed()
    scope = {"type": "http", "method": "GET", "path": "/deliveries", "query_string": b"months=24", "headers": []}

    def work() -> None:
        if b"months" not in pages.fleet(Request(scope)).body:
            raise RuntimeError("the page shows no months")

    return work


def _house(home: Path) -> House:
    return House(load_settings({"OPPOSABLE_HOME": str(home), "OPPOSABLE_FIRST_DAY": FIRST_DAY.isoformat()}))


def _end(days: int) -> date:
    return FIRST_DAY + timedelta(days=days)


def _at(day: date) -> datetime:
    return datetime.combine(day, time(4), UTC)


if __name__ == "__main__":
    main()
