"""What an asset reports of each partition: counts, never values."""

from collections.abc import Mapping
from datetime import date

import dagster as dg

from pipelines.partitions import partition_key


def report(
    context: dg.AssetExecutionContext, asset: str, vendor: str, day: date, counts: Mapping[str, int | str | float]
) -> None:
    """Attach counts to one partition of one asset; a partition that is not of this run gets none."""
    key = partition_key(vendor, day)
    if key in context.partition_keys:
        context.add_asset_metadata(dict(counts), asset_key=asset, partition_key=key)
