"""What starts by itself: arrivals noted, corrections, days never done, mended contracts, new vendors, publishing."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha256
from typing import Final

import dagster as dg
from dagster._core.storage.partition_status_cache import AssetPartitionStatus

from pipelines.deliveries.arrivals import record_arrivals, sightings_as_text, sightings_from_text
from pipelines.house import House
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.orchestration.backlog import (
    SeenContracts,
    days_under_changed,
    digests_of,
    settled_before,
    skipped_days,
    waiting_days,
)
from pipelines.orchestration.jobs import ANSWERS, AS_OF_TAG, DELIVERIES, PUBLISH, REGISTRY
from pipelines.orchestration.partitions import VENDORS, day_ranges, deliveries_partitions, partition_key
from pipelines.orchestration.schedules import run_request
from pipelines.upkeep.faults_of_ours import FAULTS_OF_OURS
from pipelines.verdicts.due_days import LOOK_BACK
from pipelines.vocabulary.clock import days_from, last_tick, paris_date, parse_as_of

Clock = Callable[[], datetime]

_JUDGED: Final = dg.AssetKey("verdicts")
_UNDER_WAY: Final = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_MOST_EVENTS: Final = 1_000
_MOST_TOLD: Final = 20


def utc_now() -> datetime:
    """The clock on the wall."""
    return datetime.now(UTC)


def build_sensors(house: House, *, clock: Clock = utc_now) -> list[dg.SensorDefinition]:
    """The sensors of a house; `clock` gives an aware instant."""
    return [
        _new_vendors(house),
        _arrivals_sensor(house, clock),
        _corrections(house, clock),
        _backlog(house, clock),
        _mended_contracts(house, clock),
        _changed_registry(house),
        _answers_sensor(house, clock),
        _publish(),
    ]


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


def _arrivals_sensor(house: House, clock: Clock) -> dg.SensorDefinition:
    @dg.sensor(
        name="arrivals",
        minimum_interval_seconds=30,
        description="Notes when a file was first seen, where our transport did not; brings what others put on the "
        "object store, if there is one.",
    )
    def arrivals(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        for words in house.catch_up().in_words():
            context.log.warning(f"left as it lies here: {words}")
        found = record_arrivals(house.inbox, sightings_from_text(context.cursor), now=clock(), lake=house.lake)
        context.update_cursor(sightings_as_text(found.moving))
        untold = f"; cannot be noted: {', '.join(found.untold[:20])}" if found.untold else ""
        return dg.SkipReason(f"{found.noted_count} files noted, {len(found.moving)} still moving{untold}")

    return arrivals


def _corrections(house: House, clock: Clock) -> dg.SensorDefinition:
    watch = cache(lambda: house.folder_watch)

    @dg.sensor(
        name="corrections",
        job=DELIVERIES,
        minimum_interval_seconds=60,
        description="A folder that changed after it was taken in is taken in and judged again.",
    )
    def corrections(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        now, readable = clock(), house.contracts().contracts
        since = max(house.settings.first_day, paris_date(now) - LOOK_BACK)
        unread: list[str] = []
        requests: list[dg.RunRequest] = []
        left = LeftVendors("looking at the inbox", FAULTS_OF_OURS)
        for vendor in context.instance.get_dynamic_partitions(str(VENDORS.name)):
            if vendor not in readable:
                unread.append(vendor)
                continue
            with left.one(vendor):
                found = list(watch().changed(vendor, since=since, now=now))
                for first, last in day_ranges(folder.day for folder in found):
                    state = "".join(folder.fingerprint for folder in found if first <= folder.day <= last)
                    requests.append(run_request(last_tick(now), (vendor, vendor), (first, last), reason=state))
        idle = f"no folder holds what its intake did not see{_unread_words(unread)}"
        yield from _requests_or_why(context, requests, idle, left)

    return corrections


def _backlog(house: House, clock: Clock) -> dg.SensorDefinition:
    @dg.sensor(
        name="backlog",
        job=DELIVERIES,
        minimum_interval_seconds=60,
        description="Past days that were never taken in, because nothing ran then or the vendor is new, are done.",
    )
    def backlog(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        now, before = clock(), settled_before(clock())
        if any(_judges(run) for run in context.instance.get_runs(dg.RunsFilter(statuses=_UNDER_WAY))):
            yield dg.SkipReason("runs that judge are under way: what is left is looked at after them")
            return
        vendors = context.instance.get_dynamic_partitions(str(VENDORS.name))
        left, wanted = LeftVendors("looking for days to do", FAULTS_OF_OURS), dict[str, list[date]]()
        for vendor in vendors:
            with left.one(vendor):
                wanted[vendor] = _never_done(house, vendor, before)
        left_out = house.left_out(wanted)
        away = {(one.vendor, one.day) for one in left_out}
        requests = [
            run_request(last_tick(now), (vendor, vendor), (first, last), reason="backlog")
            for vendor, days in wanted.items()
            for first, last in day_ranges(day for day in days if (vendor, day) not in away)
        ]
        waits = f"; waiting: {'; '.join(map(str, left_out[:_MOST_TOLD]))}" if left_out else ""
        yield from _requests_or_why(
            context, requests, f"every day before {before} that could be done was done{waits}", left
        )

    return backlog


def _never_done(house: House, vendor: str, before: date) -> list[date]:
    return sorted({*waiting_days(house, vendor, before=before), *skipped_days(house, vendor, before=before)})


def _mended_contracts(house: House, clock: Clock) -> dg.SensorDefinition:
    @dg.sensor(
        name="mended_contracts",
        job=DELIVERIES,
        minimum_interval_seconds=60,
        description="A contract that was changed, or can be read again, has its days judged again.",
    )
    def mended_contracts(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        seen, book = SeenContracts.from_text(context.cursor), house.contracts()
        vendors = context.instance.get_dynamic_partitions(str(VENDORS.name))
        unread = [vendor for vendor in vendors if vendor not in book.contracts]
        now = {vendor: digests_of(book.of(vendor)) for vendor in vendors if vendor in book.contracts}
        at, requests = last_tick(clock()), list[dg.RunRequest]()
        left = LeftVendors("looking at its contracts' days", FAULTS_OF_OURS)
        for vendor, digests in now.items():
            with left.one(vendor):
                days = set(
                    days_under_changed(house, vendor, seen.digests.get(vendor, digests), digests, until=paris_date(at))
                )
                if vendor in seen.unreadable:
                    days |= _failed_days(context.instance, house, vendor, paris_date(at))
                for first, last in day_ranges(days):
                    reason = f"contracts {' '.join(digest[:12] for digest in digests.values())}"
                    requests.append(run_request(at, (vendor, vendor), (first, last), reason=reason))
        looked_at = {vendor: digests for vendor, digests in now.items() if vendor not in left.reasons}
        still_unread = [*unread, *(vendor for vendor in left.reasons if vendor in seen.unreadable)]
        context.update_cursor(SeenContracts({**seen.digests, **looked_at}, still_unread).as_text())
        yield from _requests_or_why(context, requests, f"the contracts are as they were{_unread_words(unread)}", left)

    return mended_contracts


def _failed_days(instance: dg.DagsterInstance, house: House, vendor: str, before: date) -> set[date]:
    """Days of a vendor, before a date, that the last run over them left as they were."""
    since = max(house.settings.first_day, before - LOOK_BACK)
    keys = {str(partition_key(vendor, day)): day for day in days_from(since, before)}
    partitions = deliveries_partitions(house.settings.first_day)
    found = instance.get_status_by_partition(_JUDGED, list(keys), partitions) or {}
    return {keys[key] for key, status in found.items() if status == AssetPartitionStatus.FAILED}


def _requests_or_why(
    context: dg.SensorEvaluationContext, requests: Sequence[dg.RunRequest], idle: str, left: LeftVendors
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """The runs to start; where there are none, why the tick is idle. Vendors that were left are told either way."""
    for words in left.in_words():
        context.log.error(f"left, the others go on: {words}")
    if requests:
        yield from requests
    else:
        yield dg.SkipReason("; left: ".join([idle, *left.in_words()[:_MOST_TOLD]]))


def _unread_words(vendors: Sequence[str]) -> str:
    named = ", ".join(vendors[:_MOST_TOLD])
    return f"; contracts can't be read, or are away: {named}" if vendors else ""


def _changed_registry(house: House) -> dg.SensorDefinition:
    @dg.sensor(
        name="changed_registry",
        job=REGISTRY,
        minimum_interval_seconds=60,
        description="New oppositions, shares or revocations refresh the snapshot.",
    )
    def changed_registry() -> dg.RunRequest | dg.SkipReason:
        from pipelines.oppositions.snapshot import pending_watermark

        pending = pending_watermark(house.registry, house.lake)
        if pending is None:
            return dg.SkipReason("the snapshot holds everything that the registry holds")
        return dg.RunRequest(run_key=pending)

    return changed_registry


def _answers_sensor(house: House, clock: Clock) -> dg.SensorDefinition:
    @dg.sensor(
        name="answers",
        job=ANSWERS,
        minimum_interval_seconds=60,
        description="What a vendor answers to findings is taken in; from then on it has come.",
    )
    def answers(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        now, waiting, whose = clock(), list[str](), list[str]()
        left = LeftVendors("looking for answers", FAULTS_OF_OURS)
        under_way = context.instance.get_runs(dg.RunsFilter(job_name=ANSWERS.name, statuses=_UNDER_WAY))
        for vendor in context.instance.get_dynamic_partitions(str(VENDORS.name)) if not under_way else ():
            with left.one(vendor):
                found = house.answers.waiting(vendor, now=now)
                waiting += found
                whose += [vendor] if found else []
        if waiting:  # a contract that is mended starts a run for what waited for it
            waiting += sorted(set(whose) & set(house.contracts(whose).skipped))
        # one run for the same files: what fails waits for `publish`
        requests = [dg.RunRequest(run_key=sha256("".join(waiting).encode()).hexdigest())] if waiting else []
        yield from _requests_or_why(context, requests, "every answer that lies there is taken in", left)

    return answers


def _publish() -> dg.SensorDefinition:
    @dg.sensor(
        name="publish_after_deliveries",
        job=PUBLISH,
        minimum_interval_seconds=30,
        description="Once no run judges or publishes, publishes everything that was judged since the last time.",
    )
    def publish_after_deliveries(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        under_way = context.instance.get_runs(dg.RunsFilter(statuses=_UNDER_WAY))
        if any(_judges(run) or run.job_name == PUBLISH.name for run in under_way):
            return dg.SkipReason("runs that judge or publish are under way")
        since = int(context.cursor) if context.cursor else None
        judged = context.instance.fetch_materializations(
            dg.AssetRecordsFilter(asset_key=_JUDGED, after_storage_id=since), limit=_MOST_EVENTS
        ).records
        if not judged:
            return dg.SkipReason("nothing was judged since the last time")
        newest = str(max(record.storage_id for record in judged))
        context.update_cursor(newest)
        as_of = _latest_as_of(context.instance, {record.run_id for record in judged})
        return dg.RunRequest(run_key=newest, tags={AS_OF_TAG: as_of} if as_of else {})

    return publish_after_deliveries


def _judges(run: dg.DagsterRun) -> bool:
    """Whether a run gives verdicts: the job, or a backfill of its assets."""
    return run.job_name == DELIVERIES.name or _JUDGED in (run.asset_selection or ())


def _latest_as_of(instance: dg.DagsterInstance, run_ids: set[str]) -> str | None:
    """The latest knowledge instant of some runs; None where they had none but the last tick."""
    runs = instance.get_runs(dg.RunsFilter(run_ids=list(run_ids)))
    given = [run.tags[AS_OF_TAG] for run in runs if AS_OF_TAG in run.tags]
    return max(given, key=parse_as_of) if len(given) == len(run_ids) else None
