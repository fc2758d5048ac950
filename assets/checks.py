"""What the UI must show failed: our own faults stop the run, vendors' faults only show. Finding them is elsewhere."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import dagster as dg
import pyarrow as pa

from pipelines.domain.clock import paris_date
from pipelines.domain.delivery_faults import late_deliveries, missing_deliveries, refused_files
from pipelines.domain.schemas import INTAKE_TABLES, VERDICT_TABLES, arrow_schema
from pipelines.engines.conservation import broken_deliveries
from pipelines.jobs import as_of
from pipelines.partitions import days_by_vendor
from pipelines.resources.house import House
from pipelines.storage.inbox import unread_folders
from pipelines.storage.lake import Lake
from pipelines.storage.schema_faults import row_faults, schema_faults

SAMPLE: Final = 20
"""Names shown at most; counts are always exact."""
WATCHED: Final = timedelta(days=7)
"""Vendors' faults are shown for the days of the run and for so long before it: a run over older days hides none."""

Days = Mapping[str, Sequence[date]]


def build_checks() -> list[dg.AssetChecksDefinition]:
    """The checks of the code location on deliveries and verdicts."""
    return [intake_is_sound, vendors_kept_to_it, verdicts_are_sound]


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            "every_row_is_accounted_for",
            asset="leads",
            blocking=True,
            description="Rows received = rows accepted + distinct rejected rows, each with a reason; counted anew.",
        ),
        dg.AssetCheckSpec(
            "intake_tables_have_their_schema",
            asset="leads",
            blocking=True,
            description="What the intake published has exactly the promised columns and types.",
        ),
    ]
)
def intake_is_sound(
    context: dg.AssetCheckExecutionContext, house: dg.ResourceParam[House]
) -> Iterator[dg.AssetCheckResult]:
    """Our own faults in the run's partitions, as the intake left them."""
    days = _days_of_run(context, house)
    broken = broken_deliveries(house.judge.engine, house.lake, days)
    yield _ours("leads", "every_row_is_accounted_for", broken)
    yield _ours("leads", "intake_tables_have_their_schema", schema_faults(house.lake, INTAKE_TABLES, days))


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            "verdict_tables_have_their_schema",
            asset="verdicts",
            blocking=True,
            description="What was judged has exactly the promised columns and types, and rows as promised.",
        )
    ]
)
def verdicts_are_sound(
    context: dg.AssetCheckExecutionContext, house: dg.ResourceParam[House]
) -> Iterator[dg.AssetCheckResult]:
    """Our own faults in the run's partitions, as the verdicts left them."""
    days = _days_of_run(context, house)
    faults = schema_faults(house.lake, VERDICT_TABLES, days) + row_faults(house.lake, VERDICT_TABLES, days)
    yield _ours("verdicts", "verdict_tables_have_their_schema", faults)


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(name, asset="leads", description=f"{about} Over the run's days and the week before it.")
        for name, about in (
            ("deliveries_came", "On every day that a contract's calendar names, leads came."),
            ("deliveries_came_in_time", "Leads were complete before the contract's cut-off."),
            ("files_were_accepted", "No delivered file was refused whole."),
        )
    ]
    + [
        dg.AssetCheckSpec(
            "contracts_are_readable",
            asset="leads",
            description="Every contract can be read; a vendor whose contract can't is left out of the runs.",
        ),
        dg.AssetCheckSpec(
            "inbox_folders_are_known",
            asset="leads",
            description="Everything in the inbox lies in the folder of a vendor with a contract, and of a date.",
        ),
    ]
)
def vendors_kept_to_it(
    context: dg.AssetCheckExecutionContext, house: dg.ResourceParam[House]
) -> Iterator[dg.AssetCheckResult]:
    """Vendors' faults, and what of theirs no run can read: failed, and stopping nothing."""
    book, lake = house.contracts(), house.lake
    deliveries = _deliveries(lake, _days_of_run(context, house), paris_date(as_of(context)))
    unreadable = [str(problem) for problem in book.problems if problem.severity == "error"]
    yield _theirs("deliveries_came", missing_deliveries(deliveries))
    yield _theirs("deliveries_came_in_time", late_deliveries(deliveries, book.in_force))
    yield _theirs("files_were_accepted", refused_files(deliveries))
    yield _theirs("contracts_are_readable", unreadable)
    yield _theirs("inbox_folders_are_known", unread_folders(house.settings.inbox, {*book.contracts, *book.skipped}))


def _days_of_run(context: dg.AssetCheckExecutionContext, house: House) -> Days:
    """The run's partitions by vendor, less those left out; the week before its tick when there are no partitions,
    because the check is run without the assets."""
    if context.has_partition_key or context.has_partition_key_range:
        days = days_by_vendor(context.op_execution_context.partition_keys)
        skipped = house.contracts(days).skipped
        return {vendor: theirs for vendor, theirs in days.items() if vendor not in skipped}
    before = paris_date(as_of(context))
    return {vendor: _published(house.lake, vendor, _week(before)) for vendor in house.lake.vendors()}


def _deliveries(lake: Lake, days: Days, before: date) -> pa.Table:
    """`deliveries` of the run's days, and of every vendor's last week."""
    watched = {vendor: {*days.get(vendor, ()), *_week(before)} for vendor in lake.vendors()}
    rows = [lake.read("deliveries", vendor, _published(lake, vendor, theirs)) for vendor, theirs in watched.items()]
    return pa.concat_tables([arrow_schema("deliveries").empty_table(), *rows])


def _published(lake: Lake, vendor: str, days: Iterable[date]) -> list[date]:
    return sorted(day for day in days if lake.partition("deliveries", vendor, day).exists())


def _week(before: date) -> list[date]:
    return [before - timedelta(days=age) for age in range(1, WATCHED.days + 1)]


def _ours(asset: str, check: str, faults: Sequence[str]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(asset_key=asset, check_name=check, passed=not faults, metadata=_sample(faults))


def _theirs(check: str, faults: Sequence[str]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key="leads",
        check_name=check,
        passed=not faults,
        severity=dg.AssetCheckSeverity.WARN,
        metadata=_sample(faults),
    )


def _sample(faults: Sequence[str]) -> dict[str, int | list[str]]:
    return {"count": len(faults), "first of them": list(faults[:SAMPLE])}
