"""A backfill through Dagster, beside the same backfill with asset bodies that do nothing: what is left is Dagster.

`python -m benchmarks.backfill product HOME` measures one of them on a home that `write_houses` wrote.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Self

import dagster as dg

from benchmarks.data import write_key, write_vendor
from benchmarks.measure import Measured, in_own_process, report
from benchmarks.oppositions import import_into_house
from pipelines.commands.runs import Runs
from pipelines.settings import Settings, load_settings

WAYS: Final = ("product", "empty_bodies")
FIRST_DAY: Final = date(2025, 9, 1)
OPPOSITIONS: Final = 10_000


def write_houses(folder: Path, *, days: int, vendors: int, leads: int) -> None:
    """Two homes with the same deliveries: one for each way, since a home has one Dagster instance."""
    dates = [FIRST_DAY + timedelta(days=number) for number in range(days)]
    for way in WAYS:
        home = folder / way
        write_key(home)
        import_into_house(home, OPPOSITIONS)
        for number, vendor in enumerate(vendor_names(vendors)):
            write_vendor(home, vendor, first_number=number * days * leads, days=dates, leads=leads)


def measured(way: str, folder: Path, *, days: int, vendors: int, is_profiled: bool = False) -> Measured:
    """Run the backfill one way, from the beginning."""
    arguments = [way, str(folder / way), "--days", f"{days}", "--vendors", f"{vendors}"]
    return in_own_process("benchmarks.backfill", [*arguments, *(["--profile"] if is_profiled else [])])


def vendor_names(count: int) -> list[str]:
    """Keys of so many vendors, in the order in which they are registered."""
    return [f"vendor-{number:03d}" for number in range(count)]


class EmptyRuns(Runs):
    """Runs of the same jobs over the same assets and checks, whose bodies do nothing."""

    def __enter__(self) -> Self:
        """Open the instance with the emptied definitions."""
        super().__enter__()
        self._definitions = _emptied(self._settings)
        return self


RUNS: Final[dict[str, type[Runs]]] = {"product": Runs, "empty_bodies": EmptyRuns}


def _emptied(settings: Settings) -> dg.Definitions:
    from assets.checks import build_checks
    from assets.intake import build_intake
    from assets.verdicts import build_verdicts
    from pipelines.orchestration.jobs import DELIVERIES
    from pipelines.orchestration.partitions import deliveries_partitions

    partitions = deliveries_partitions(settings.first_day)
    deliveries = (build_intake(partitions), build_verdicts(partitions, engine=settings.engine))
    return dg.Definitions(
        assets=[_empty_asset(real) for real in deliveries],
        asset_checks=[_empty_check(real) for real in build_checks() if _is_of_deliveries(real)],
        jobs=[DELIVERIES],
        executor=dg.in_process_executor,
    )


def _empty_asset(real: dg.AssetsDefinition) -> dg.AssetsDefinition:
    @dg.multi_asset(name=real.op.name, specs=list(real.specs), backfill_policy=real.backfill_policy)
    def empty() -> Iterator[dg.MaterializeResult[None]]:
        yield from (dg.MaterializeResult(asset_key=spec.key) for spec in real.specs)

    return empty


def _empty_check(real: dg.AssetChecksDefinition) -> dg.AssetChecksDefinition:
    specs = list(real.check_specs)

    @dg.multi_asset_check(name=real.op.name, specs=specs)
    def empty() -> Iterator[dg.AssetCheckResult]:
        yield from (dg.AssetCheckResult(passed=True, asset_key=spec.asset_key, check_name=spec.name) for spec in specs)

    return empty


def _is_of_deliveries(check: dg.AssetChecksDefinition) -> bool:
    ours: set[Any] = {dg.AssetKey(name) for name in ("leads", "consent_proofs", "verdicts")}
    return {spec.asset_key for spec in check.check_specs} <= ours


def _work(way: str, home: Path, vendors: Sequence[str], days: int) -> Callable[[], None]:
    settings = load_settings({"OPPOSABLE_HOME": str(home), "OPPOSABLE_FIRST_DAY": FIRST_DAY.isoformat()})
    kind, last = RUNS[way], FIRST_DAY + timedelta(days=days - 1)
    import_module("pipelines.definitions")  # before the clock starts
    as_of = datetime.combine(last + timedelta(days=30), datetime.min.time(), UTC)

    def work() -> None:
        with kind(settings) as runs:
            runs.register(list(vendors))
            for vendor in vendors:
                if not runs.deliveries(vendor, FIRST_DAY, last, as_of):
                    raise RuntimeError(f"the run of {vendor} failed")

    return work


def main() -> None:
    """Measure one way in this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("home", type=Path)
    parser.add_argument("--days", type=int, required=True)
    parser.add_argument("--vendors", type=int, required=True)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--started-at", type=float, required=True)
    options = parser.parse_args()
    work = _work(options.way, options.home, vendor_names(options.vendors), options.days)
    report(work, started_at=options.started_at, is_profiled=options.profile)


if __name__ == "__main__":
    main()
