"""The code location: everything that Dagster loads, put together by one function and called by one line."""

import warnings
from collections.abc import Mapping
from typing import Any

import dagster as dg

from assets.checks import build_checks
from assets.intake import build_intake
from assets.oppositions import oppositions
from assets.vendor_scores import vendor_scores
from assets.verdicts import build_verdicts
from pipelines.jobs import DELIVERIES, PUBLISH, REGISTRY
from pipelines.partitions import deliveries_partitions
from pipelines.resources.house import House
from pipelines.schedules import build_schedules
from pipelines.sensors import build_sensors
from pipelines.settings import Settings, load_settings

warnings.filterwarnings("ignore", category=dg.BetaWarning)  # of features that the pinned version is known to have


def build_defs(*, settings: Settings, resource_overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
    """Assets, checks, jobs and resources under some settings. Opens no file and no connection."""
    partitions = deliveries_partitions(settings.first_day)
    house = House(settings)
    return dg.Definitions(
        assets=[oppositions, build_intake(partitions), build_verdicts(partitions), vendor_scores],
        asset_checks=build_checks(),
        jobs=[REGISTRY, DELIVERIES, PUBLISH],
        schedules=build_schedules(house),
        sensors=build_sensors(house),
        resources={"house": house, **(resource_overrides or {})},
        executor=dg.in_process_executor,
    )


defs = build_defs(settings=load_settings())
