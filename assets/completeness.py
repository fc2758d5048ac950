"""Whether a run did what it named: a partition that was left as it is must never look done.

It fails the run after everything else, so that the other partitions of the run are published all the same.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

import dagster as dg

from pipelines.checks.results import SAMPLE
from pipelines.house import House
from pipelines.orchestration.partitions import partition_key
from pipelines.orchestration.run_partitions import days_of_run, has_partitions, watched_days
from pipelines.settings import SettingsError
from pipelines.storage.registry.database import RegistryError

CHECK: Final = "partitions_were_done"
RESTARTED: Final = "see the run's log; re-execute all steps, not only the failed ones"


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            CHECK,
            asset=asset,
            description="Every partition that the run names was done, and nothing that the last week's need is away: "
            "inbox, contracts, rules, registry.",
        )
        for asset in ("leads", "verdicts")
    ],
    can_subset=True,
)
def completeness(
    context: dg.AssetCheckExecutionContext, house: dg.ResourceParam[House]
) -> Iterator[dg.AssetCheckResult]:
    """Name what was left as it is, then fail the run if any of it is the run's."""
    named = days_of_run(context, house) if has_partitions(context) else {}
    reasons = {(one.vendor, one.day): str(one) for one in house.left_out(_watched(context, house, named))}
    undone: set[str] = set()
    for key in sorted(context.selected_asset_check_keys):
        done = _done(context.instance, context.run, key.asset_key)
        missed = {
            (vendor, day) for vendor, days in named.items() for day in days if partition_key(vendor, day) not in done
        }
        told = [reasons.get(one, f"{one[0]} {one[1]}: {RESTARTED}") for one in sorted(missed | reasons.keys())]
        told += _faults_of_ours(house)
        undone |= {reasons.get(one, f"{one[0]} {one[1]}: {RESTARTED}") for one in missed}
        yield dg.AssetCheckResult(
            asset_key=key.asset_key,
            check_name=key.name,
            passed=not told,
            severity=dg.AssetCheckSeverity.ERROR if missed else dg.AssetCheckSeverity.WARN,
            metadata={"count": len(told), "first of them": told[:SAMPLE]},
        )
    if undone:
        first = "; ".join(sorted(undone)[:SAMPLE])
        raise dg.Failure(f"{len(undone)} deliveries were left as they are, the others are done: {first}")


def _watched(
    context: dg.AssetCheckExecutionContext, house: House, named: Mapping[str, list[date]]
) -> dict[str, list[date]]:
    """The run's days, and the last week's of every vendor that was ever taken in."""
    week = watched_days(context)
    return {vendor: sorted({*named.get(vendor, ()), *week}) for vendor in {*named, *house.lake.vendors()}}


def _done(instance: dg.DagsterInstance, run: dg.DagsterRun, asset: dg.AssetKey) -> set[str]:
    """Partitions of an asset that a run, or one that it re-executes, told of."""
    runs = [run.run_id, *(found for found in (run.parent_run_id, run.root_run_id) if found)]
    events = [
        record.asset_materialization
        for run_id in runs
        for record in instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    ]
    return {str(event.partition) for event in events if event is not None and event.asset_key == asset}


def _faults_of_ours(house: House) -> list[str]:
    try:
        house.confirm_inputs()
    except (RegistryError, SettingsError) as error:
        return [str(error)]
    return []
