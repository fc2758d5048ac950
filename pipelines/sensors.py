"""What starts by itself: files arriving, corrections, new vendors, a changed registry, and publishing what was judged."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import dagster as dg

from pipelines.domain.clock import paris_date
from pipelines.jobs import AS_OF_TAG, DELIVERIES, PUBLISH, REGISTRY
from pipelines.partitions import VENDORS, partition_key, range_tags
from pipelines.resources.house import House
from pipelines.storage.arrivals import changed_folders, record_arrivals

_ACTIVE: Final = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]
_LOOK_BACK: Final = timedelta(days=400)
"""How old a folder the correction sensor still looks at; older ones are a backfill's."""


def build_sensors(house: House) -> list[dg.SensorDefinition]:
    """The sensors of a house."""
    return [_new_vendors(house), _arrivals(house), _corrections(house), _changed_registry(house), _publish(house)]


def _new_vendors(house: House) -> dg.SensorDefinition:
    @dg.sensor(
        name="new_vendors",
        minimum_interval_seconds=60,
        description="A new vendor's contract adds the vendor's partitions.",
    )
    def new_vendors(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        known = set(context.instance.get_dynamic_partitions(str(VENDORS.name)))
        new = [vendor for vendor in house.contracts().vendors if vendor not in known]
        if not new:
            return dg.SkipReason("every vendor with a readable contract is registered")
        return dg.SensorResult(dynamic_partitions_requests=[VENDORS.build_add_request(new)])

    return new_vendors


def _arrivals(house: House) -> dg.SensorDefinition:
    @dg.sensor(
        name="arrivals",
        minimum_interval_seconds=30,
        description="Notes in .received.json when a file was first seen, where our transport did not.",
    )
    def arrivals(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        seen: dict[str, Any] = json.loads(context.cursor) if context.cursor else {}
        recorded, still_moving = record_arrivals(house.settings.inbox, seen, now=datetime.now(UTC))
        context.update_cursor(json.dumps(still_moving))
        return dg.SkipReason(f"{recorded} files noted, {len(still_moving)} still moving")

    return arrivals


def _corrections(house: House) -> dg.SensorDefinition:
    @dg.sensor(
        name="corrections",
        job=DELIVERIES,
        minimum_interval_seconds=60,
        description="A folder that changed after it was taken in is taken in and judged again.",
    )
    def corrections(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest]:
        since = paris_date(datetime.now(UTC) - _LOOK_BACK)
        for vendor in context.instance.get_dynamic_partitions(str(VENDORS.name)):
            for day, fingerprint in changed_folders(house.settings.inbox, house.lake, vendor, since=since):
                key = partition_key(vendor, day)
                yield dg.RunRequest(run_key=f"{key} {fingerprint}", tags=range_tags(key, key))

    return corrections


def _changed_registry(house: House) -> dg.SensorDefinition:
    @dg.sensor(
        name="changed_registry",
        job=REGISTRY,
        minimum_interval_seconds=60,
        description="New oppositions, shares or revocations refresh the snapshot.",
    )
    def changed_registry() -> dg.RunRequest | dg.SkipReason:
        from pipelines.storage.snapshot import pending_watermark

        pending = pending_watermark(house.registry, house.lake)
        if pending is None:
            return dg.SkipReason("the snapshot holds everything that the registry holds")
        return dg.RunRequest(run_key=pending)

    return changed_registry


def _publish(house: House) -> dg.SensorDefinition:
    @dg.sensor(
        name="publish_after_deliveries",
        job=PUBLISH,
        minimum_interval_seconds=30,
        description="Once no deliveries run is under way, publishes what the last ones judged.",
    )
    def publish_after_deliveries(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        instance = context.instance
        if instance.get_runs(dg.RunsFilter(job_name="deliveries", statuses=_ACTIVE), limit=1):
            return dg.SkipReason("deliveries are under way")
        done = instance.get_runs(
            dg.RunsFilter(job_name="deliveries", statuses=[dg.DagsterRunStatus.SUCCESS]), limit=1
        )
        if not done or done[0].run_id == context.cursor:
            return dg.SkipReason("nothing was judged since the last time")
        context.update_cursor(done[0].run_id)
        as_of = done[0].tags.get(AS_OF_TAG)
        return dg.RunRequest(run_key=done[0].run_id, tags={AS_OF_TAG: as_of} if as_of else {})

    return publish_after_deliveries
