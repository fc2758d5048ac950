"""What became known of final verdicts: rows beside them, which never take their place."""

from collections import Counter

import dagster as dg

from assets.reporting import columns_of
from pipelines.comparisons.corrections import Corrector
from pipelines.comparisons.ladder import Ladder, judges_of
from pipelines.disputes.records import recorded_disputes
from pipelines.house import House
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.oppositions.snapshot import refresh_snapshot
from pipelines.orchestration.jobs import as_of
from pipelines.orchestration.run_partitions import tell_left
from pipelines.upkeep.faults_of_ours import FAULTS_OF_OURS


@dg.asset(
    deps=["verdicts", "oppositions", "disputes"],
    group_name="verdicts",
    metadata=columns_of("corrections"),
    kinds={"parquet"},
    owners=["team:compliance"],
    description="What became known after a verdict was final, with cause and account: the verdict stays, scores and "
    "claims count the correction from the run's instant on.",
)
def corrections(context: dg.AssetExecutionContext, house: dg.ResourceParam[House]) -> dg.MaterializeResult[None]:
    """Look at every vendor's final days again, where law or facts moved on since the last look."""
    house.confirm_inputs()
    refresh_snapshot(house.registry, house.lake)
    at, book, counts = as_of(context), house.contracts(), Counter[str]()
    left = LeftVendors("correcting", FAULTS_OF_OURS)
    judges = judges_of(house.engine, house.lake)
    for vendor in (one for one in house.lake.vendors("scorecards") if one in book.vendors):
        with left.one(vendor), house.lake.writing(vendor):
            house.confirm_keys(vendor)
            ladder = Ladder(house.engine, house.lake.as_found(), vendor, house.catalogue, judges)
            answered = recorded_disputes(house.registry, vendor, before=at)
            found = Corrector(ladder, house.lake, house.kept_law, book.of(vendor)).publish(at, answered)
            counts.update(found["cause"].to_pylist())
    tell_left(context, "corrections", left)
    return dg.MaterializeResult(metadata={"corrections": counts.total(), **counts, "as of": at.isoformat()})
