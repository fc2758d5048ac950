"""Each vendor's compliance score over its final deliveries."""

import dagster as dg

from pipelines.checks.results import SAMPLE
from pipelines.house import House
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.orchestration.jobs import as_of
from pipelines.orchestration.run_partitions import tell_left
from pipelines.storage.kept_corrections import damaged_corrections
from pipelines.storage.kept_counts import forget_counts
from pipelines.storage.lake_health import damages
from pipelines.upkeep.faults_of_ours import FAULTS_OF_OURS


@dg.asset(
    deps=["verdicts", "corrections"],
    group_name="scores",
    kinds={"sqlalchemy"},
    owners=["team:purchasing"],
    description="Points per vendor and dimension from realised rates, over final deliveries up to the run's `as_of`; "
    "for a vendor that is scored for the first time of the weeks before, too.",
)
def vendor_scores(context: dg.AssetExecutionContext, house: dg.ResourceParam[House]) -> dg.MaterializeResult[None]:
    """Score every vendor that has final deliveries, and keep the scores in the registry."""
    from pipelines.scores.scorer import Scorer

    scorer = Scorer(house.judge.engine, house.lake.as_found(), house.contracts(), house.registry, house.methods())
    left = LeftVendors("scoring", FAULTS_OF_OURS)
    scored = scorer.score_all(as_of=as_of(context), catalogue=house.catalogue, left=left)
    tell_left(context, "vendor_scores", left)
    return dg.MaterializeResult(metadata={"vendors scored": len(scored), "as of": as_of(context).isoformat()})


@dg.asset_check(
    asset="vendor_scores",
    description="Every published file is what was published: a damaged delivery counts in no score from the next on, "
    "until it is made anew, by its next run or by `opposable lake repair`.",
)
def lake_is_whole(house: dg.ResourceParam[House]) -> dg.AssetCheckResult:
    """Name every delivery that leaves the scores, from the next on, because a file is gone or changed."""
    found = damages(house.lake)
    forget_counts(house.lake, {one.vendor for one in found})  # made while these files were whole
    corrections = [f"{vendor}: {fault}" for vendor, fault in damaged_corrections(house.lake).items()]
    return dg.AssetCheckResult(
        passed=not found and not corrections,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "count": len(found) + len(corrections),
            "deliveries": len({(one.vendor, one.day) for one in found}),
            "first of them": [*corrections, *map(str, found)][:SAMPLE],
        },
    )
