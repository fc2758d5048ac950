"""The opposition registry's keyed snapshot in the lake, and the check that its hashed lists are of use."""

import dagster as dg

from assets.reporting import columns_of
from pipelines.checks.results import SAMPLE
from pipelines.house import House
from pipelines.oppositions.records import has_hashed_oppositions
from pipelines.oppositions.snapshot import mended_in_words, refresh_snapshot
from pipelines.oppositions.unmet_lists import unmet_lists
from pipelines.orchestration.jobs import as_of
from pipelines.vocabulary.clock import paris_date


@dg.asset(
    group_name="registry",
    metadata=columns_of("oppositions"),
    kinds={"sqlalchemy", "parquet"},
    owners=["team:compliance"],
    description="Append-only snapshot of the internal opposition registry, keyed; only what is new is read.",
)
def oppositions(context: dg.AssetExecutionContext, house: dg.ResourceParam[House]) -> dg.MaterializeResult[None]:
    """Copy what is new in the registry into the lake."""
    refreshed = refresh_snapshot(house.registry, house.lake)
    if refreshed.mended:
        context.log.warning(mended_in_words(refreshed))
    return dg.MaterializeResult(
        metadata={
            "days rewritten": refreshed.day_count,
            "events in them": refreshed.row_count,
            "rebuilt": refreshed.is_rebuild,
            "damaged days written anew": len(refreshed.mended),
        }
    )


@dg.asset_check(
    asset="oppositions",
    description="Every hashed list that was known for a month met a lead delivered in it; `opposable oppositions check`"
    " says the same.",
)
def hashed_lists_meet_leads(
    context: dg.AssetCheckExecutionContext, house: dg.ResourceParam[House]
) -> dg.AssetCheckResult:
    """Name hashed lists that meet no lead; leads are read only where the registry holds a hash."""
    is_hashed, today = has_hashed_oppositions(house.registry), paris_date(as_of(context))
    unmet = unmet_lists(house.judge.engine, house.lake, today) if is_hashed else []
    return dg.AssetCheckResult(
        passed=not unmet,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "count": len(unmet),
            "first of them": list(map(str, unmet[:SAMPLE])),
            "hashed entries by origin": dg.JsonMetadataValue({one.origin: one.entry_count for one in unmet[:SAMPLE]}),
        },
    )
