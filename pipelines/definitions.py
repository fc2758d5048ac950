"""The code location: everything that Dagster loads, put together by one function and called by one line."""

import warnings
from collections.abc import Mapping
from typing import Any, Final

import dagster as dg

from assets.checks import build_checks
from assets.completeness import completeness, vendors_done
from assets.corrections import corrections
from assets.disputes import disputes
from assets.dossiers import dates_are_kept, dossiers, knowledge_is_acted_on, renewals_were_decided
from assets.intake import build_intake
from assets.marts import build_marts
from assets.oppositions import hashed_lists_meet_leads, oppositions
from assets.quality import quality
from assets.retention import purges
from assets.rule_notices import rule_notices
from assets.usable_leads import usable_leads, usable_leads_are_current
from assets.vendor_scores import lake_is_whole, vendor_scores
from assets.verdicts import build_verdicts
from pipelines.house import House
from pipelines.orchestration.houses_of_runs import house_of_runs
from pipelines.orchestration.jobs import ANSWERS, DELIVERIES, PUBLISH, REGISTRY, RETENTION
from pipelines.orchestration.partitions import deliveries_partitions
from pipelines.orchestration.run_locks import LOCKED_IN_PROCESS
from pipelines.orchestration.schedules import build_schedules
from pipelines.orchestration.sensors import build_sensors
from pipelines.settings import Settings, load_settings

warnings.filterwarnings("ignore", category=dg.BetaWarning)  # of features that the pinned version is known to have

RULES: Final = dg.AssetSpec(
    "rules",
    group_name="registry",
    kinds={"yaml"},
    owners=["team:compliance"],
    description="The rulebook: rule cards and dated parameters, as read when the marts are built.",
)


def build_defs(
    *, settings: Settings, resource_overrides: Mapping[str, Any] | None = None, has_marts: bool = True
) -> dg.Definitions:
    """Assets, checks, jobs and resources under some settings. Opens no connection, and no file but dbt's manifest.

    Without marts it opens no file at all, and spares the seconds that dbt takes to import.
    """
    partitions = deliveries_partitions(settings.first_day)
    house = House(settings)
    marts: list[dg.AssetsDefinition | dg.AssetSpec] = [build_marts(), RULES] if has_marts else []
    deliveries = [build_intake(partitions), build_verdicts(partitions, engine=settings.engine)]
    after = [rule_notices, usable_leads, purges]
    return dg.Definitions(
        assets=[oppositions, *deliveries, disputes, corrections, vendor_scores, dossiers, *after, *marts],
        asset_checks=[
            *build_checks(),
            completeness,
            dates_are_kept,
            vendors_done,
            hashed_lists_meet_leads,
            knowledge_is_acted_on,
            lake_is_whole,
            renewals_were_decided,
            usable_leads_are_current,
            *([quality] if has_marts else []),
        ],
        jobs=[REGISTRY, DELIVERIES, ANSWERS, PUBLISH, RETENTION],
        schedules=build_schedules(house),
        sensors=build_sensors(house),
        resources={"house": house_of_runs(house), **(resource_overrides or {})},
        executor=LOCKED_IN_PROCESS,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster loads."""
    return build_defs(settings=load_settings())
