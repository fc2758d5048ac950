"""Every lead use judged on the clock at delivery, and the vendor's receipt of it prepared."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

import dagster as dg

from assets.reporting import columns_of, materialized, told_by_partition
from pipelines.canaries.watch import confirm_canaries
from pipelines.contracts.contract import Contract
from pipelines.house import House
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.oppositions.snapshot import mended_in_words, refresh_snapshot
from pipelines.orchestration.jobs import as_of, is_anew
from pipelines.orchestration.run_partitions import doable_days, tell_left, without_left
from pipelines.receipts.records import pick_up_acknowledgements
from pipelines.upkeep.faults_of_ours import FAULTS_OF_OURS

Counts = dict[str, int | str]


def build_verdicts(partitions: dg.MultiPartitionsDefinition, *, engine: str) -> dg.AssetsDefinition:
    """The asset `verdicts` over the given partitions. `engine`: its name, for the UI."""

    @dg.asset(
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        deps=["leads", "consent_proofs", "oppositions"],
        group_name="verdicts",
        metadata=columns_of("verdicts"),
        kinds={engine, "parquet"},
        owners=["team:compliance"],
        description="Verdicts, findings, scorecards and receipt of each delivery, by the rules in force at delivery.",
    )
    def verdicts(
        context: dg.AssetExecutionContext, house: dg.ResourceParam[House]
    ) -> Iterator[dg.AssetMaterialization | dg.MaterializeResult[None]]:
        """Judge the run's days, and the published days that they can reach."""
        (wanted, book), at = doable_days(context, house), as_of(context)
        canaries: Counts = {"canaries met": str(confirm_canaries(house, house.publishing_engine))}
        refreshed = refresh_snapshot(house.registry, house.lake)  # never judge on a registry that has moved on
        if refreshed.mended:
            context.log.warning(mended_in_words(refreshed))
        left = LeftVendors("judging", FAULTS_OF_OURS)
        for vendor, days in without_left(context, wanted).items():
            with left.one(vendor):
                yield from _judge_vendor(context, house, book.of(vendor), vendor, days, at, canaries)
        tell_left(context, "verdicts", left)
        yield told_by_partition("verdicts")

    return verdicts


def _judge_vendor(
    context: dg.AssetExecutionContext,
    house: House,
    contracts: Sequence[Contract],
    vendor: str,
    days: Sequence[date],
    at: datetime,
    canaries: Counts,
) -> Iterator[dg.AssetMaterialization]:
    with house.lake.writing(vendor):
        house.confirm_keys(vendor)
        house.kept_law.keep(house.catalogue, contracts)
        house.receipts.fill_in(vendor)  # from the judgement that this one replaces
        done = house.judged_days.publish(contracts, vendor, days, at, is_anew=is_anew(context))
    for day in sorted(done.counts.keys() & set(days)):
        reasons = house.lake.partition("findings", vendor, day)
        counts = {**done.counts[day], **_receipt(house, vendor, day), **canaries}
        yield materialized("verdicts", vendor, day, counts, reasons)
    for day in done.reopened:
        context.log.warning(f"{vendor} {day}: its verdicts are final and stay: as of {at.isoformat()} less is known")
    _, problems = pick_up_acknowledgements(house.registry, house.outbox, vendor, now=datetime.now(UTC))
    for problem in problems:
        context.log.warning(problem)
    context.log.info(f"{vendor}: as of {at.isoformat()}: {done}")


def _receipt(house: House, vendor: str, day: date) -> Counts:
    """Where the day's receipt lies; a day without files has none."""
    folder = house.outbox.folder(vendor, day)
    return {"receipt": str(folder)} if folder.exists() else {}
