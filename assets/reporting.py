"""What an asset tells of itself: its columns at definition, and the counts of each partition; never values."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationTargetMaterializationData,
)
from dagster._core.definitions.source_asset import SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION
from dagster._core.execution.context.system import StepExecutionContext

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


class CheckResult(dg.AssetCheckResult):
    """What a check found, told of the asset's last materialization.

    Dagster's own also asks for the data versions of all partitions there ever were, makes each one's key for it, and
    uses none: days times vendors. The method is its own: a version without it does as before.
    """

    __slots__ = ()

    def _get_unpartitioned_target_materialization_data(
        self, step_context: StepExecutionContext, asset_key: dg.AssetKey
    ) -> AssetCheckEvaluationTargetMaterializationData | None:
        records = step_context.instance.get_asset_records([asset_key])
        last = records[0].asset_entry.last_materialization_record if records else None
        if last is None:
            return None
        return AssetCheckEvaluationTargetMaterializationData(
            run_id=last.run_id, storage_id=last.storage_id, timestamp=last.timestamp
        )


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
