"""The intake alone, by the product and by one query: each in a process of its own.

`python -m benchmarks.intake_ways product HOME` measures one of them on a home that `benchmarks.intake_data` wrote.
"""

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Final

from benchmarks.data import DAY, SECRET
from benchmarks.intake_data import VENDOR
from benchmarks.measure import Measured, in_own_process, report
from pipelines.deliveries import reading
from pipelines.deliveries.inbox_folders import delivery_days
from pipelines.formats.delimited.together import read_csv_together
from pipelines.formats.isolated.desk import DESK
from pipelines.formats.readers import read_source
from pipelines.house import House
from pipelines.settings import load_settings

WAYS: Final = ("product", "reading", "one_query", "product_in_one_process", "reading_in_one_process")
"""`reading` reads and validates every row and publishes nothing; `…_in_one_process` has no process for the readers."""

_IN_ONE: Final = "_in_one_process"


def measured(way: str, home: Path, *, is_profiled: bool = False) -> Measured:
    """Take in what lies in the home's inbox one way, from the beginning."""
    shutil.rmtree(home / "lake", ignore_errors=True)
    return in_own_process("benchmarks.intake_ways", [way, str(home), *(["--profile"] if is_profiled else [])])


def work_of(way: str, home: Path) -> Callable[[], None]:
    """The work, with everything that it needs imported."""
    if way != "one_query":
        if way.endswith(_IN_ONE):
            reading.read_source, reading.read_csv_together = read_source, read_csv_together  # type: ignore[assignment]
        house = House(load_settings({"OPPOSABLE_HOME": str(home)}))
        house.hasher  # noqa: B018  # made before the clock starts
        return partial(_take_in, house, publishes=way.startswith("product"))
    out = home / "baselines" / way
    out.mkdir(parents=True, exist_ok=True)
    baseline = import_module("benchmarks.baselines.one_intake")
    return partial(baseline.run, home, out, secret=SECRET, day=DAY)


def _take_in(house: House, *, publishes: bool) -> None:
    """Without the vault: the baseline keeps no identifiers."""
    intake = replace(house.intake, vault=None)
    contracts, days = house.contracts().of(VENDOR), delivery_days(intake.inbox, VENDOR)
    with house.lake.writing(VENDOR):
        taken = intake.read_days(VENDOR, contracts, days)
        with _stage("reading and validating"):
            day = next(taken)
        if publishes:
            with _stage("writing"):
                house.lake.publish(VENDOR, day.day, day.tables)
                for day in taken:
                    house.lake.publish(VENDOR, day.day, day.tables)
    DESK.end()  # what it took is known then


@contextmanager
def _stage(name: str) -> Iterator[None]:
    before = time.perf_counter()
    yield
    print(f"{name}: {time.perf_counter() - before:.1f} s", file=sys.stderr)


def main() -> None:
    """Measure one way in this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("home", type=Path)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--started-at", type=float, required=True)
    options = parser.parse_args()
    report(work_of(options.way, options.home), started_at=options.started_at, is_profiled=options.profile)


if __name__ == "__main__":
    main()
