"""One delivery, intake to scorecards, by the product and by baselines: each in a process of its own.

`python -m benchmarks.one_delivery product HOME` measures one of them on a home that `benchmarks.data` wrote.
"""

import argparse
import shutil
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from benchmarks.data import AS_OF, DAY, SECRET, SIREN
from benchmarks.measure import Measured, in_own_process, report
from pipelines.vocabulary.tables import INTAKE_TABLES, VERDICT_TABLES

HAS_POLARS: Final = find_spec("polars_hash") is not None
"""Not in the lock; `baselines.polars_script` says how to have it."""
WAYS: Final = ("product", "one_query", *(("polars_script",) if HAS_POLARS else ()), "plain_script")
VENDOR: Final = "acme"
OUTPUTS: Final = (*INTAKE_TABLES, *VERDICT_TABLES)


def measured(way: str, home: Path, *, is_profiled: bool = False) -> Measured:
    """Take in and judge the home's delivery one way, from the beginning."""
    for table in OUTPUTS if way == "product" else ():
        shutil.rmtree(home / "lake" / table, ignore_errors=True)
    return in_own_process("benchmarks.one_delivery", [way, str(home), *(["--profile"] if is_profiled else [])])


def work_of(way: str, home: Path) -> Callable[[], None]:
    """The work, with everything that it needs imported."""
    if way == "product":
        from benchmarks import product

        product.import_all()
        return partial(product.run, home, vendor=VENDOR, day=DAY, as_of=AS_OF)
    out = home / "baselines" / way
    out.mkdir(parents=True, exist_ok=True)
    baseline = import_module(f"benchmarks.baselines.{way}")
    return partial(baseline.run, home, out, secret=SECRET, day=DAY, siren=SIREN)


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
