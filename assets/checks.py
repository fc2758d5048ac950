"""What the UI must show failed: our own faults stop the run, vendors' faults only show. Finding them is in `checks`.

Dagster keeps one result a check, and its checks by partition know no run over a range: what was found of each delivery
is kept beside it, and a check says what stands, whichever run found it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import dagster as dg
import pyarrow as pa

from assets.reporting import CheckResult
from pipelines.checks.column_drift import days_compared_with
from pipelines.checks.column_likeness import unlike_references
from pipelines.checks.column_readings import LOOK_BACK, vendor_drifts
from pipelines.checks.conservation import broken_deliveries
from pipelines.checks.delivery_faults import late_deliveries, missing_deliveries, refused_files, unexpected_deliveries
from pipelines.checks.faults import Fault
from pipelines.checks.results import SAMPLE, FailingResult, failing_results, keep_results
from pipelines.checks.schema_faults import row_faults, schema_faults
from pipelines.checks.unknown_words import unknown_words
from pipelines.contracts.contract import InForce
from pipelines.deliveries.inbox_folders import unread_folders
from pipelines.house import House
from pipelines.orchestration.backlog import waiting_in_words
from pipelines.orchestration.jobs import as_of
from pipelines.orchestration.run_partitions import days_of_run, has_partitions, watched_days, without_left
from pipelines.storage.lake import Lake
from pipelines.vocabulary.clock import paris_date
from pipelines.vocabulary.tables import INTAKE_TABLES, VERDICT_TABLES, arrow_schema

OF_EVERY_DELIVERY: Final = "Red while it fails for any delivery of any vendor; `opposable checks list` names them all."

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
    found = {
        "every_row_is_accounted_for": broken_deliveries(house.judge.engine, house.lake, days),
        "intake_tables_have_their_schema": schema_faults(house.lake, INTAKE_TABLES, days),
    }
    yield from _by_delivery("leads", house.lake, days, found, blocks=True)


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
    yield from _by_delivery("verdicts", house.lake, days, {"verdict_tables_have_their_schema": faults}, blocks=True)


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(name, asset="leads", description=f"{about} {OF_EVERY_DELIVERY}")
        for name, about in (
            ("deliveries_came", "On every day that a contract's calendar names, leads came."),
            ("deliveries_came_in_time", "Leads were complete before the contract's cut-off."),
            ("files_were_accepted", "No delivered file was refused whole."),
            (
                "vendors_had_gone_live",
                "No leads came of a vendor that began as a candidate and that nobody let go live, pilots excepted.",
            ),
        )
    ]
    + [
        dg.AssetCheckSpec(
            "columns_as_before",
            asset="leads",
            description="Files of leads and proofs have the columns of the vendor's last accepted delivery, and are "
            f"written as before: none missing, renamed, added or re-typed. {OF_EVERY_DELIVERY}",
        ),
        dg.AssetCheckSpec(
            "references_look_like_references",
            asset="leads",
            description="No reference of leads and proofs looks, in most rows, like what another column holds (a "
            f"postal code): columns moved, or one is mapped by mistake. {OF_EVERY_DELIVERY}",
        ),
        dg.AssetCheckSpec(
            "words_are_known",
            asset="leads",
            description="Yes and no, channels, audiences, decisions and their like come in words of our table or of "
            f"the contract. {OF_EVERY_DELIVERY}",
        ),
        dg.AssetCheckSpec(
            "contracts_are_readable",
            asset="leads",
            description="Every contract can be read; a vendor whose contract can't is left out of the runs.",
        ),
        dg.AssetCheckSpec(
            "no_delivery_waits",
            asset="leads",
            description="Everything that lies in the inbox of past days was taken in.",
        ),
        dg.AssetCheckSpec(
            "inbox_folders_are_known",
            asset="leads",
            description=(
                "Everything in the inbox lies in the folder of a vendor with a contract, and of a date; nothing "
                "bears the name of a record of ours."
            ),
        ),
    ]
)
def vendors_kept_to_it(
    context: dg.AssetCheckExecutionContext, house: dg.ResourceParam[House]
) -> Iterator[dg.AssetCheckResult]:
    """Vendors' faults, and what of theirs no run can read: failed, and stopping nothing."""
    book, lake, named = house.contracts(), house.lake, _days_of_run(context, house)
    days = {vendor: [day for day in theirs if lake.is_whole(vendor, day)] for vendor, theirs in named.items()}
    deliveries = {vendor: lake.read("deliveries", vendor, list(theirs)) for vendor, theirs in days.items()}
    all_of_them = pa.concat_tables([arrow_schema("deliveries").empty_table(), *deliveries.values()])
    found = {
        "deliveries_came": missing_deliveries(all_of_them),
        "deliveries_came_in_time": late_deliveries(all_of_them, book.in_force),
        "files_were_accepted": refused_files(all_of_them),
        "vendors_had_gone_live": unexpected_deliveries(all_of_them, book.in_force),
        "words_are_known": unknown_words(all_of_them),
        "references_look_like_references": unlike_references(house.judge.engine, lake, days),
    }
    yield from _by_delivery("leads", lake, days, found)
    moved = {vendor: _with_followers(lake, vendor, theirs) for vendor, theirs in days.items()}
    yield from _by_delivery("leads", lake, moved, {"columns_as_before": _drifts(house, book.in_force, moved)})
    unreadable = [str(problem) for problem in book.problems if problem.severity == "error"]
    yield _theirs("contracts_are_readable", unreadable)
    vendors = sorted({*book.contracts, *book.skipped})
    waiting = list(waiting_in_words(house, vendors, before=paris_date(as_of(context))))
    yield _theirs("no_delivery_waits", waiting)
    yield _theirs("inbox_folders_are_known", unread_folders(house.inbox, vendors))


def _days_of_run(context: dg.AssetCheckExecutionContext, house: House) -> Days:
    """The run's partitions that are published, by vendor, but for vendors that it left; the week before its tick when
    there are no partitions, because the check is run without the assets."""
    if has_partitions(context):
        named = days_of_run(context, house)
    else:
        named = dict.fromkeys(house.lake.vendors(), watched_days(context))
    looked_at = without_left(context, named)
    return {vendor: _published(house.lake, vendor, days) for vendor, days in looked_at.items()}


def _with_followers(lake: Lake, vendor: str, days: Sequence[date]) -> list[date]:
    """Some days, and those after them that are compared with one of them."""
    if not days:
        return []
    later = [max(days) + timedelta(days=age) for age in range(1, LOOK_BACK + 1)]
    deliveries = lake.read("deliveries", vendor, [day for day in sorted({*days, *later}) if lake.is_whole(vendor, day)])
    return sorted({*days, *days_compared_with(deliveries, days)})


def _drifts(house: House, in_force: InForce, days: Days) -> list[Fault]:
    """Drifts of columns in words."""
    return [
        Fault(drift.vendor, drift.day, str(drift))
        for vendor, theirs in days.items()
        for drift in vendor_drifts(house.judge.engine, house.lake, in_force, vendor, theirs)
    ]


def _published(lake: Lake, vendor: str, days: Iterable[date]) -> list[date]:
    return sorted(day for day in days if lake.partition("deliveries", vendor, day).exists())


def _by_delivery(
    asset: str, lake: Lake, days: Days, found: Mapping[str, Sequence[Fault]], *, blocks: bool = False
) -> Iterator[dg.AssetCheckResult]:
    """Keep what checks found on some deliveries, then say of each what stands, whichever run found it.

    Checks that block do so for the faults of this run alone: another vendor's stop nobody.
    """
    for vendor, theirs in days.items():
        keep_results(lake, vendor, theirs, found)
    standing = failing_results(lake)
    for check, faults in found.items():
        failing = [result for result in standing if result.check == check]
        yield CheckResult(
            asset_key=asset,
            check_name=check,
            passed=not failing,
            severity=dg.AssetCheckSeverity.ERROR if blocks and faults else dg.AssetCheckSeverity.WARN,
            metadata=_metadata_of(failing),
        )


def _metadata_of(failing: Sequence[FailingResult]) -> dict[str, int | list[str] | dg.JsonMetadataValue]:
    by_vendor = Counter(result.vendor for result in failing)
    words = [words for result in failing for words in result.faults]
    return {
        **_sample_of_faults(words),
        "count": sum(result.fault_count for result in failing),
        "deliveries": len(failing),
        "deliveries by vendor": dg.JsonMetadataValue(dict(by_vendor.most_common(SAMPLE))),
    }


def _theirs(check: str, faults: Sequence[str]) -> dg.AssetCheckResult:
    return CheckResult(
        asset_key="leads",
        check_name=check,
        passed=not faults,
        severity=dg.AssetCheckSeverity.WARN,
        metadata=_sample_of_faults(faults),
    )


def _sample_of_faults(faults: Sequence[str]) -> dict[str, int | list[str]]:
    return {"count": len(faults), "first of them": list(faults[:SAMPLE])}
