"""What the UI must show failed: our own faults stop the run, vendors' faults only show. Finding them is elsewhere."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.checks.column_readings import vendor_drifts
from pipelines.checks.conservation import broken_deliveries
from pipelines.checks.delivery_faults import late_deliveries, missing_deliveries, refused_files
from pipelines.checks.schema_faults import row_faults, schema_faults
from pipelines.contracts.contract import InForce
from pipelines.deliveries.inbox import unread_folders
from pipelines.house import House
from pipelines.orchestration.jobs import as_of
from pipelines.orchestration.partitions import days_by_vendor
from pipelines.storage.lake import Lake
from pipelines.vocabulary.clock import paris_date
from pipelines.vocabulary.tables import INTAKE_TABLES, VERDICT_TABLES, arrow_schema

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
            "columns_as_before",
            asset="leads",
            description="Files of leads and proofs have the columns of the vendor's last accepted delivery, and are "
            "written as before: none missing, renamed, added or re-typed. Over the run's days and the week before it.",
        ),
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
    watched = _watched(lake, _days_of_run(context, house), paris_date(as_of(context)))
    by_vendor = {vendor: lake.read("deliveries", vendor, list(days)) for vendor, days in watched.items()}
    deliveries = pa.concat_tables([arrow_schema("deliveries").empty_table(), *by_vendor.values()])
    unreadable = [str(problem) for problem in book.problems if problem.severity == "error"]
    yield _theirs("deliveries_came", missing_deliveries(deliveries))
    yield _theirs("deliveries_came_in_time", late_deliveries(deliveries, book.in_force))
    yield _theirs("files_were_accepted", refused_files(deliveries))
    yield _theirs("columns_as_before", _drifts(house, book.in_force, by_vendor))
    yield _theirs("contracts_are_readable", unreadable)
    yield _theirs("inbox_folders_are_known", unread_folders(house.settings.inbox, {*book.contracts, *book.skipped}))


def _days_of_run(context: dg.AssetCheckExecutionContext, house: House) -> Days:
    """The run's partitions by vendor, less those left out; the week before its tick when there are no partitions,
    because the check is run without the assets."""
    if context.has_partition_key or context.has_partition_key_range:
        days = days_by_vendor(context.op_execution_context.partition_keys)
        skipped = house.contracts(days).skipped
        return {vendor: asked for vendor, asked in days.items() if vendor not in skipped}
    before = paris_date(as_of(context))
    return {vendor: _published(house.lake, vendor, _week(before)) for vendor in house.lake.vendors()}


def _watched(lake: Lake, days: Days, before: date) -> Days:
    """Published days among the run's, and in every vendor's last week."""
    return {vendor: _published(lake, vendor, {*days.get(vendor, ()), *_week(before)}) for vendor in lake.vendors()}


def _drifts(house: House, in_force: InForce, deliveries: Mapping[str, pa.Table]) -> list[str]:
    """Drifts of columns in words, the newest day first. `deliveries`: of the days to compare, by vendor."""
    found = []
    for vendor, rows in deliveries.items():
        days = pc.unique(rows["delivery_date"]).to_pylist()
        found += vendor_drifts(house.judge.engine, house.lake, in_force, vendor, days, deliveries=rows)
    return [str(drift) for drift in sorted(found, key=lambda drift: drift.day, reverse=True)]


def _published(lake: Lake, vendor: str, days: Iterable[date]) -> list[date]:
    return sorted(day for day in days if lake.partition("deliveries", vendor, day).exists())


def _week(before: date) -> list[date]:
    return [before - timedelta(days=age) for age in range(1, WATCHED.days + 1)]


def _ours(asset: str, check: str, faults: Sequence[str]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(asset_key=asset, check_name=check, passed=not faults, metadata=_sample_of_faults(faults))


def _theirs(check: str, faults: Sequence[str]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key="leads",
        check_name=check,
        passed=not faults,
        severity=dg.AssetCheckSeverity.WARN,
        metadata=_sample_of_faults(faults),
    )


def _sample_of_faults(faults: Sequence[str]) -> dict[str, int | list[str]]:
    return {"count": len(faults), "first of them": list(faults[:SAMPLE])}
