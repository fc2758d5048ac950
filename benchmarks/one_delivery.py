"""One delivery, intake to scorecards, by the product and by two baselines: each in a process of its own.

`python -m benchmarks.one_delivery product HOME` measures one of them on a home that `benchmarks.data` wrote.
"""

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.data import AS_OF, DAY, SECRET, SIREN
from benchmarks.measure import Measured, in_own_process, peak_bytes, report

WAYS: Final = ("product", "one_query", "plain_script")
VENDOR: Final = "acme"
OUTPUTS: Final = ("leads", "consent_proofs", "rejected_rows", "deliveries", "verdicts", "findings", "dimension_scorecards",
                  "scorecards")  # fmt: skip


def measured(way: str, home: Path, *, is_profiled: bool = False) -> Measured:
    """Take in and judge the home's delivery one way, from the beginning."""
    for table in OUTPUTS if way == "product" else ():
        shutil.rmtree(home / "lake" / table, ignore_errors=True)
    return in_own_process("benchmarks.one_delivery", [way, str(home), *(["--profile"] if is_profiled else [])])


def work_of(way: str, home: Path) -> Callable[[], None]:
    """The work, with everything that it needs imported."""
    if way == "product":
        return _product(home)
    out = home / "baselines" / way
    out.mkdir(parents=True, exist_ok=True)
    if way == "one_query":
        from benchmarks.baselines import one_query as baseline
    else:
        from benchmarks.baselines import plain_script as baseline  # type: ignore[no-redef]
    return partial(baseline.run, home, out, secret=SECRET, day=DAY, siren=SIREN)


def _product(home: Path) -> Callable[[], None]:
    from pipelines.resources.house import House
    from pipelines.settings import load_settings
    from pipelines.storage.intake import take_in_vendor

    house = House(load_settings({"OPPOSABLE_HOME": str(home)}))

    def work() -> None:
        contracts = house.contracts().of(VENDOR)
        with house.lake.writing(VENDOR):
            with _stage("intake"):
                taken = take_in_vendor(
                    house.settings.inbox, house.lake, contracts, VENDOR, [DAY], hasher=house.hasher
                )
                for day in taken:
                    house.lake.publish(VENDOR, day.day, day.tables)
            with _stage("judgement"):
                for judged in house.judge.judge(contracts, VENDOR, [DAY], as_of=AS_OF):
                    house.lake.publish(VENDOR, judged.day, judged.tables, facts=judged.facts)

    return work


@contextmanager
def _stage(name: str) -> Iterator[None]:
    before = time.perf_counter()
    yield
    took = time.perf_counter() - before
    print(f"{name}: {took:.1f} s, {peak_bytes() / 1e9:.2f} GB at most so far", file=sys.stderr)


def main() -> None:
    """Measure one way in this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("home", type=Path)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--started-at", type=float, required=True)
    options = parser.parse_args()
    work = work_of(options.way, options.home)
    report(work, started_at=options.started_at, is_profiled=options.profile)


if __name__ == "__main__":
    main()
