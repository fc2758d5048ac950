"""What the UI must show failed: our own faults stop the run, vendors' faults only show."""

from collections.abc import Sequence

import dagster as dg

from pipelines.engines.conservation import broken_deliveries
from pipelines.partitions import days_by_vendor
from pipelines.resources.house import House

SAMPLE = 20
"""Names shown at most; counts are always exact."""


@dg.asset_check(
    asset="leads",
    name="every_row_is_accounted_for",
    blocking=True,
    description="Rows received = rows accepted + distinct rejected rows, each with a reason; counted on its own.",
)
def every_row_is_accounted_for(
    context: dg.AssetCheckExecutionContext, house: dg.ResourceParam[House]
) -> dg.AssetCheckResult:
    """Conservation over the run's deliveries."""
    keys = context.op_execution_context.partition_keys
    broken = broken_deliveries(house.judge.engine, house.lake, days_by_vendor(keys))
    return dg.AssetCheckResult(passed=not broken, metadata=_sample("files", broken))


@dg.asset_check(
    asset="leads",
    name="contracts_are_readable",
    description="Every contract file can be read; a vendor whose contract can't is left out of the runs.",
)
def contracts_are_readable(house: dg.ResourceParam[House]) -> dg.AssetCheckResult:
    """Unreadable contracts, with file, line and column."""
    problems = [str(problem) for problem in house.contracts().problems if problem.severity == "error"]
    return dg.AssetCheckResult(
        passed=not problems, severity=dg.AssetCheckSeverity.WARN, metadata=_sample("problems", problems)
    )


@dg.asset_check(
    asset="leads",
    name="inbox_folders_are_known",
    description="Every folder of the inbox belongs to a vendor with a contract.",
)
def inbox_folders_are_known(house: dg.ResourceParam[House]) -> dg.AssetCheckResult:
    """Folders of vendors without a contract."""
    inbox, known = house.settings.inbox, {path.name for path in house.settings.contracts.glob("*") if path.is_dir()}
    unknown = (
        sorted(path.name for path in inbox.glob("*") if path.is_dir() and path.name not in known)
        if inbox.exists()
        else []
    )
    return dg.AssetCheckResult(
        passed=not unknown, severity=dg.AssetCheckSeverity.WARN, metadata=_sample("folders", unknown)
    )


def build_checks() -> list[dg.AssetChecksDefinition]:
    """The checks of the code location."""
    return [every_row_is_accounted_for, contracts_are_readable, inbox_folders_are_known]


def _sample(what: str, names: Sequence[str]) -> dict[str, int | list[str]]:
    return {f"{what} concerned": len(names), "first of them": list(names[:SAMPLE])}
