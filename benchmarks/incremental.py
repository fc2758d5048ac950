"""`python -m benchmarks.incremental`: what a run costs where most is as it was, by how many days there are.

One vendor. First everything; then the same again; then again with 1,000 new oppositions, ten of them of persons who
were delivered; then one more day; then a score. CPU seconds of this process and of those that ended meanwhile, after a
run over a day that loaded what is loaded late. A slope of 1 is linear.
"""

import argparse
import math
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.backfill import FIRST_DAY
from benchmarks.data import persons_of, write_key, write_vendor
from benchmarks.measure import cpu_seconds
from benchmarks.oppositions import import_file, import_into_house
from pipelines.house import House
from pipelines.intake.vendor import UnchangedDay
from pipelines.oppositions.snapshot import refresh_snapshot
from pipelines.scores.scorer import Scorer
from pipelines.settings import load_settings

VENDOR: Final = "acme"
OPPOSITIONS: Final = 10_000
NEW: Final = 1_000
MET: Final = 10
"""Of the new ones, persons who were delivered."""
AS_OF: Final = datetime(2028, 1, 1, tzinfo=UTC)
STEPS: Final = ("everything", "the same again", f"{NEW:,} new oppositions", "one more day", "a score")


def main() -> None:
    """Generate, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.incremental", description=__doc__)
    parser.add_argument("--days", type=int, nargs="+", default=(30, 120, 480))
    parser.add_argument("--leads", type=int, default=200, help="leads, and proofs, of each day")
    parser.add_argument("--folder", type=Path, help="where the temporary homes are made")
    options = parser.parse_args()
    from benchmarks.__main__ import machine  # which knows of benchmarks that import this one

    print("\n".join(machine()), flush=True)
    found: list[list[float]] = []
    for count in options.days:
        with tempfile.TemporaryDirectory(prefix="opposable-benchmarks-", dir=options.folder) as name:
            found.append(_measured(Path(name), count, options.leads))
    print("\n".join(_table(options.days, found)))


def _measured(home: Path, count: int, leads: int) -> list[float]:
    days = [FIRST_DAY + timedelta(days=number) for number in range(count + 1)]
    write_key(home)
    import_into_house(home, OPPOSITIONS)
    write_vendor(home, VENDOR, first_number=0, days=days, leads=leads)
    house = House(load_settings({"OPPOSABLE_HOME": str(home)}))
    _run(house, days[:1])
    took = [_cpu_of(lambda: _run(house, days[:-1])), _cpu_of(lambda: _run(house, days[:-1]))]
    _oppose(home, count * leads)
    took.append(_cpu_of(lambda: _run(house, days[:-1])))
    took += [_cpu_of(lambda: _run(house, days[-1:])), _cpu_of(lambda: _score(house))]
    house.registry.dispose()
    return took


def _run(house: House, days: Sequence[date]) -> None:
    """What the job `deliveries` does, without the orchestrator around it."""
    contracts = house.contracts().of(VENDOR)
    refresh_snapshot(house.registry, house.lake)
    with house.lake.writing(VENDOR):
        taken = list(house.intake.take_in(VENDOR, contracts, days))
        done = house.judged_days.publish(contracts, VENDOR, days, AS_OF)
    read_count = sum(not isinstance(one, UnchangedDay) for one in taken)
    print(f"{len(days)} days asked for, {read_count} taken in; {done}", flush=True)


def _oppose(home: Path, persons: int) -> None:
    """Strangers, and some persons who were delivered; recorded before the first delivery."""
    met = persons_of(np.linspace(0, persons - 1, MET, dtype=np.int64)).emails.to_pylist()
    strangers = [f"stranger-{number}@mail.example" for number in range(NEW - MET)]
    path = home / "new.csv"
    told = "email,all,2025-06-01T00:00:00Z,2025-06-02T00:00:00Z,site"
    lines = [f"{identifier},{told}\n" for identifier in (*met, *strangers)]
    path.write_text("identifier,kind,channel,opposed_at,recorded_at,origin\n" + "".join(lines), encoding="utf-8")
    import_file(path, f"sqlite:///{home / 'registry.db'}")


def _score(house: House) -> None:
    Scorer(house.engine, house.lake.as_found(), house.contracts(), house.registry, house.methods()).score(VENDOR, AS_OF)


def _cpu_of(work: Callable[[], None]) -> float:
    before = cpu_seconds()
    work()
    return cpu_seconds() - before


def _table(days: Sequence[int], found: Sequence[Sequence[float]]) -> list[str]:
    lines = [f"| CPU seconds | {' | '.join(f'{count} days' for count in days)} | slope |"]
    lines.append("|---" + "|---:" * (len(days) + 1) + "|")
    for step, took in zip(STEPS, zip(*found, strict=True), strict=True):
        slope = math.log(took[-1] / took[0]) / math.log(days[-1] / days[0]) if len(days) > 1 else math.nan
        lines.append(f"| {step} | {' | '.join(f'{seconds:.1f}' for seconds in took)} | {slope:.2f} |")
    return lines


if __name__ == "__main__":
    main()
