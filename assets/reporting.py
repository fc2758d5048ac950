"""What an asset tells of itself: its columns at definition, and the counts of each partition; never values."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import dagster as dg
from dagster._core.definitions.source_asset import SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION

from pipelines.orchestration.partitions import partition_key
from pipelines.orchestration.run_partitions import tags_of_dimensions
from pipelines.vocabulary.table_columns import columns_in
from pipelines.vocabulary.tables import TABLES, arrow_schema


def materialized(
    asset: str, vendor: str, day: date, counts: Mapping[str, int | str | float], reasons: Path | None = None
) -> dg.AssetMaterialization:
    """The event that one partition was published: its counts, and where their reasons lie."""
    links = {} if reasons is None else {"reasons": dg.MetadataValue.path(str(reasons))}
    key = partition_key(vendor, day)
    return dg.AssetMaterialization(asset, partition=key, metadata={**counts, **links}, tags=tags_of_dimensions(key))


def told_by_partition(asset: str) -> dg.MaterializeResult[None]:
    """The end of a step whose partitions were told one by one, so that only what was done counts as done.

    Left to itself Dagster logs every partition of the run's range, done or not. The word that stops it is its own: an
    import error here means that a new version has another way.
    """
    return dg.MaterializeResult(asset_key=asset, metadata={SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION: True})


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
        for name, spec in columns_in(TABLES[table]).items()
    ]
    return {"dagster/column_schema": dg.TableSchema(columns=columns)}
