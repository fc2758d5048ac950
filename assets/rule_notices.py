"""Changed rules, told to vendors once: what `opposable rules notices` does, by every run of `publish`."""

import dagster as dg

from pipelines.comparisons.announcements import AnnouncementError
from pipelines.house import House
from pipelines.identifiers.errors_without_values import errors_without_values
from pipelines.orchestration.jobs import as_of
from pipelines.upkeep.faults_of_ours import FAULTS_OF_OURS


@dg.asset(
    deps=["verdicts", "oppositions"],
    group_name="dossiers",
    kinds={"text"},
    owners=["team:compliance"],
    description="What vendors are told of changed rules: a notice each in the outbox, once a catalogue, with what it "
    "would have made of its last 90 days. The first run notes the rules as known.",
)
def rule_notices(context: dg.AssetExecutionContext, house: dg.ResourceParam[House]) -> dg.MaterializeResult[None]:
    """Compare the rules of now with those that were announced last; nobody is told before everybody can be."""
    try:
        with errors_without_values("the notices", *FAULTS_OF_OURS, AnnouncementError):
            done = house.announcements.announce(house.catalogue, house.contracts(), as_of(context))
    except AnnouncementError as error:
        context.log.warning(str(error))
        return dg.MaterializeResult(metadata={"notices": 0, "put off": str(error)})
    if done.paths:
        context.log.info(f"the rules changed to {done.digest[:12]}: {len(done.paths)} notices lie in the outbox")
    return dg.MaterializeResult(
        metadata={
            "catalogue": done.digest,
            "first rules noted": done.is_first,
            "notices": len(done.paths),
            "notices prepared": [str(path) for path in done.paths[:20]],
        }
    )
