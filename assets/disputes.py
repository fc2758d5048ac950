"""What vendors answer to findings, taken in; what they are told of it lies in the outbox."""

from collections import Counter
from datetime import UTC, datetime

import dagster as dg

from pipelines.house import House
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.orchestration.run_partitions import tell_left
from pipelines.upkeep.faults_of_ours import FAULTS_OF_OURS


@dg.asset(
    deps=["verdicts"],
    group_name="verdicts",
    kinds={"sql"},
    owners=["team:compliance"],
    description="What vendors dispute of findings, in the registry; statements and evidence encrypted, by digest.",
)
def disputes(context: dg.AssetExecutionContext, house: dg.ResourceParam[House]) -> dg.MaterializeResult[None]:
    """Read every new file of answers; when one came is the instant of the run that first reads it."""
    from pipelines.disputes.replies import write_replies

    now, book, counts = datetime.now(UTC), house.contracts(), Counter[str]()
    left = LeftVendors("taking in answers", FAULTS_OF_OURS)
    intake = house.answers
    for vendor in book.vendors:
        with left.one(vendor), house.lake.writing(vendor):
            taken = intake.take_in(vendor, book.of(vendor), now=now)
            counts.update(
                files=len(taken.files),
                disputes=taken.disputes_count,
                waiting=taken.waiting_count,
                unreadable=taken.unreadable_count,
                beyond=taken.beyond_count,
            )
            write_replies(house.registry, house.outbox, vendor, now=now, also=taken.digests)
            taken.confirm_whole()
    for vendor in book.skipped:
        with left.one(vendor), house.lake.writing(vendor):
            if count := intake.note_arrivals(vendor, now=now):
                context.log.warning(f"{vendor}: {count} files of answers wait: its contract can't be read")
                counts["waiting_for_contract"] += count
    tell_left(context, "disputes", left)
    return dg.MaterializeResult(metadata={**counts, "skipped": list(book.skipped), "at": now.isoformat()})
