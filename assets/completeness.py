"""Whether a run did what it named: a partition that was left as it is must never look done.

It fails the run after everything else, so that the other partitions of the run are published all the same.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Final

import dagster as dg

from assets.reporting import CheckResult
from pipelines.checks.results import SAMPLE
from pipelines.house import House
from pipelines.orchestration.jobs import PUBLISHED
from pipelines.orchestration.partitions import partition_key
from pipelines.orchestration.run_partitions import (
    days_of_run,
    done_partitions,
    has_partitions,
    told_left,
    watched_days,
)
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
    failed = told_left(context)
    undone: set[str] = set()
    for key in sorted(context.selected_asset_check_keys):
        done = done_partitions(context, key.asset_key)
        missed = {
            (vendor, day) for vendor, days in named.items() for day in days if partition_key(vendor, day) not in done
        }
        why = {one: reasons.get(one) or _failure(*one, failed) for one in sorted(missed | reasons.keys())}
        halves = _failed_after_all(failed.get(key.asset_key, {}), missed)
        told = [*why.values(), *halves, *_faults_of_ours(house)]
        undone |= {why[one] for one in missed} | set(halves)
        yield CheckResult(
            asset_key=key.asset_key,
            check_name=key.name,
            passed=not told,
            severity=dg.AssetCheckSeverity.ERROR if missed or halves else dg.AssetCheckSeverity.WARN,
            metadata={"count": len(told), "first of them": told[:SAMPLE]},
        )
    if undone:
        first = "; ".join(sorted(undone)[:SAMPLE])
        raise dg.Failure(f"{len(undone)} deliveries were left as they are, the others are done: {first}")


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec("vendors_were_done", asset=asset, description="No vendor was left because work on it failed.")
        for asset in (*PUBLISHED, "purges")
    ],
    can_subset=True,
)
def vendors_done(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
    """Name the vendors that were left, then fail the run if there is any."""
    failed, told = told_left(context), list[str]()
    for key in sorted(context.selected_asset_check_keys):
        left = _failed_after_all(failed.get(key.asset_key, {}), set())
        told += left
        yield CheckResult(
            asset_key=key.asset_key,
            check_name=key.name,
            passed=not left,
            metadata={"count": len(left), "first of them": left[:SAMPLE]},
        )
    if told:
        raise dg.Failure(f"vendors were left, the others are done: {'; '.join(told[:SAMPLE])}")


def _failure(vendor: str, day: date, failed: Mapping[dg.AssetKey, Mapping[str, str]]) -> str:
    """Why a step of this run left a delivery, if it said so."""
    told = (reasons[vendor] for reasons in failed.values() if vendor in reasons)
    return f"{vendor} {day}: {next(told, RESTARTED)}"


def _failed_after_all(reasons: Mapping[str, str], missed: Collection[tuple[str, date]]) -> list[str]:
    """Vendors at whom work failed although each of their days was done."""
    with_days = {vendor for vendor, _ in missed}
    return [f"{vendor}: {reason}" for vendor, reason in reasons.items() if vendor not in with_days]


def _watched(
    context: dg.AssetCheckExecutionContext, house: House, named: Mapping[str, list[date]]
) -> dict[str, list[date]]:
    """The run's days, and the last week's of every vendor that was ever taken in."""
    week = watched_days(context)
    return {vendor: sorted({*named.get(vendor, ()), *week}) for vendor in {*named, *house.lake.vendors()}}


def _faults_of_ours(house: House) -> list[str]:
    try:
        house.confirm_inputs()
    except (RegistryError, SettingsError) as error:
        return [str(error)]
    return []
