"""The opposition registry's keyed snapshot in the lake."""

import dagster as dg

from assets.reporting import columns_of
from pipelines.house import House
from pipelines.oppositions.snapshot import mended_in_words, refresh_snapshot


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
