"""What an asset tells of itself: its columns at definition, and the counts of each partition; never values."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import product
from pathlib import Path

import dagster as dg

from pipelines.orchestration.partitions import partition_key
from pipelines.vocabulary.tables import TABLES, arrow_schema


def report(
    context: dg.AssetExecutionContext,
    asset: str,
    vendor: str,
    day: date,
    counts: Mapping[str, int | str | float],
    reasons: Path | None = None,
) -> None:
    """Attach counts to one partition of one asset, and where their reasons lie. The partition has to be of the run."""
    links = {} if reasons is None else {"reasons": dg.MetadataValue.path(str(reasons))}
    context.add_asset_metadata({**counts, **links}, asset_key=asset, partition_key=partition_key(vendor, day))


def report_skipped(context: dg.AssetExecutionContext, assets: Iterable[str], vendor: str, days: Iterable[date]) -> None:
    """Say of a vendor's partitions that they stay as they are, because its contract can't be read."""
    context.log.warning(f"{vendor}: left out, its contract can't be read; `opposable contracts lint {vendor}` says why")
    for asset, day in product(assets, days):
        report(context, asset, vendor, day, {"left out": "the contract can't be read"})


def report_purged(context: dg.AssetExecutionContext, assets: Iterable[str], vendor: str, days: Iterable[date]) -> None:
    """Say of a vendor's partitions that they stay as published, because their input is gone."""
    for day in days:
        context.log.warning(f"{vendor} {day}: left as published, since its files were purged by the retention clock")
        for asset in assets:
            report(context, asset, vendor, day, {"left as published": "its files were purged"})


def columns_of(table: str) -> dict[str, dg.TableSchema]:
    """Metadata with the columns of a published table: types, descriptions, and which are always filled."""
    types = arrow_schema(table)
    columns = [
        dg.TableColumn(
            name=name,
            type=str(types.field(name).type),
            description=spec.description,
            constraints=dg.TableColumnConstraints(nullable=bool(spec.nullable)),
        )
        for name, spec in TABLES[table].to_schema().columns.items()
    ]
    return {"dagster/column_schema": dg.TableSchema(columns=columns)}
