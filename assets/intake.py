"""The intake: what vendors delivered becomes leads and consent proofs, keyed; one step writes both and their record."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import dagster as dg

from assets.reporting import columns_of, materialized, told_by_partition
from pipelines.contracts.contract import Contract
from pipelines.house import House
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.intake.days import IntakeDay
from pipelines.intake.vendor import UnchangedDay
from pipelines.orchestration.jobs import is_anew
from pipelines.orchestration.run_partitions import doable_days, tell_left
from pipelines.storage.lake import Lake
from pipelines.upkeep.faults_of_ours import FAULTS_OF_OURS
from pipelines.vocabulary.words import ROLES_READ


def build_intake(partitions: dg.MultiPartitionsDefinition) -> dg.AssetsDefinition:
    """The step `intake` with its two assets over the given partitions."""

    def spec(name: str, description: str) -> dg.AssetSpec:
        return dg.AssetSpec(
            name,
            description=description,
            group_name="intake",
            metadata=columns_of(name),
            kinds={"pandas", "parquet"},
            owners=["team:data"],
        )

    @dg.multi_asset(
        name="intake",
        specs=[
            spec(
                "leads",
                "Accepted rows of lead files, without direct identifiers; rejected rows lie beside them, with reasons.",
            ),
            spec("consent_proofs", "Accepted rows of proof files, in the folder of the day they arrived."),
        ],
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def intake(
        context: dg.AssetExecutionContext, house: dg.ResourceParam[House]
    ) -> Iterator[dg.AssetMaterialization | dg.MaterializeResult[None]]:
        """Take in the run's days, vendor by vendor."""
        wanted, book = doable_days(context, house)
        if wanted:
            _ = house.hasher  # without its keys nothing can be done for anybody
        left = LeftVendors("the intake", FAULTS_OF_OURS)
        for vendor, days in wanted.items():
            with left.one(vendor):
                yield from _take_in_vendor(context, house, vendor, book.of(vendor), days)
        tell_left(context, "leads", left)
        yield from map(told_by_partition, ROLES_READ)

    return intake


def _take_in_vendor(
    context: dg.AssetExecutionContext,
    house: House,
    vendor: str,
    contracts: Sequence[Contract],
    days: Sequence[date],
) -> Iterator[dg.AssetMaterialization]:
    left, lake, unchanged_count = set(days), house.lake, 0
    with lake.writing(vendor):
        for taken in house.intake.take_in(vendor, contracts, days, is_anew=is_anew(context)):
            unchanged_count += isinstance(taken, UnchangedDay)
            if taken.day in left:
                left.remove(taken.day)
                yield from _materialized_roles(lake, vendor, taken)
    yield from _left_as_published(context, lake, vendor, sorted(left))
    told = f"{unchanged_count} of the days looked at are unchanged, and left as published"
    context.log.info(f"{vendor}: {len(days) - len(left)} days taken in; {told}")


def _materialized_roles(lake: Lake, vendor: str, taken: IntakeDay | UnchangedDay) -> Iterator[dg.AssetMaterialization]:
    for role in ROLES_READ:
        reasons = lake.partition("rejected_rows", vendor, taken.day)
        yield materialized(role, vendor, taken.day, taken.counts(role), reasons)


def _left_as_published(
    context: dg.AssetExecutionContext, lake: Lake, vendor: str, days: Iterable[date]
) -> Iterator[dg.AssetMaterialization]:
    """Partitions that stay as published, because the retention clock removed their input."""
    for day in (day for day in days if lake.partition("deliveries", vendor, day).exists()):
        context.log.warning(f"{vendor} {day}: left as published, since its files were purged by the retention clock")
        yield from (
            materialized(role, vendor, day, {"left as published": "its files were purged"}) for role in ROLES_READ
        )
