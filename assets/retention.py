"""The ledger of purges: delivered files sealed after their intake, and what is due removed."""

from datetime import UTC, datetime

import dagster as dg

from pipelines.house import House
from pipelines.identifiers.errors_without_values import errors_without_values
from pipelines.orchestration.jobs import own_tick
from pipelines.orchestration.run_partitions import tell_left
from pipelines.upkeep.faults_of_ours import FAULTS_OF_OURS
from pipelines.upkeep.sealing import SEAL_NAME_TAKEN
from pipelines.usable.exports import purge_exports


@dg.asset(
    group_name="retention",
    kinds={"sqlalchemy"},
    owners=["team:compliance"],
    description="What the retention clock removed: files, vault rows, dossiers, comparisons, invoices; one row each.",
)
def purges(context: dg.AssetExecutionContext, house: dg.ResourceParam[House]) -> dg.MaterializeResult[None]:
    """Seal what was taken in, then remove what is due as of the run's tick."""
    at, now = own_tick(context), datetime.now(UTC)
    with errors_without_values("retention", *FAULTS_OF_OURS):  # a file's name may be a person's
        done = house.retention.run(house.contracts(), as_of=at, now=now)
        lists = purge_exports(house, now)
        objects = house.clean_store(now, done.failed)
    tell_left(context, "purges", done.failed)
    for folder in done.held_up:
        context.log.warning(f"{folder}: due, but it holds files that no run took in: reconcile the day, or move them")
    for folder in done.put_off:
        context.log.warning(f"{folder}: not sealed whole, {SEAL_NAME_TAKEN}")
    for vendor in done.skipped:
        context.log.warning(f"{vendor}: left out, its contract can't be read")
    purged = {kind.replace("_", " "): count for kind, count in sorted(done.purged.items())}
    purged |= {"call lists": lists} if lists else {}
    purged |= {"objects of the store": objects} if objects else {}
    return dg.MaterializeResult(metadata={"files sealed": done.sealed_count, **purged, "held up": len(done.held_up)})
