"""Which deliveries a run is about: one answer, from the run's tags, for assets, checks, metadata and events.

Dagster's own `context.partition_keys` is not asked: where a tag of one dimension stands beside the tags of a range, it
believes in that one partition alone, and tells of it as if it were the range.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import dagster as dg

from pipelines.canaries.watch import confirm_canaries
from pipelines.contracts.book import ContractBook
from pipelines.house import House
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.orchestration.jobs import as_of
from pipelines.orchestration.partitions import (
    DATE_DIMENSION,
    DIMENSION_TAGS,
    PARTITION_TAG,
    RANGE_END_TAG,
    RANGE_START_TAG,
    VENDORS,
    days_by_vendor,
    deliveries_partitions,
)
from pipelines.vocabulary.clock import days_from, paris_date

WATCHED: Final = timedelta(days=7)
"""Days so old are looked at by checks, whichever run asks."""
RUN_TAGS: Final = (PARTITION_TAG, RANGE_START_TAG, RANGE_END_TAG, *DIMENSION_TAGS.values())
_LEFT: Final = "vendors left"
_DID: Final = {dg.DagsterEventType.ASSET_OBSERVATION, dg.DagsterEventType.ASSET_MATERIALIZATION}

Context = dg.AssetExecutionContext | dg.AssetCheckExecutionContext


class RunTagsError(ValueError):
    """The tags of a run contradict each other, or name what is no partition; the message says which tag."""


def has_partitions(context: Context) -> bool:
    """Whether a run names partitions; one of the checks alone names none."""
    return any(context.run.tags.get(tag) for tag in RUN_TAGS)


def days_of_run(context: Context, house: House) -> Mapping[str, list[date]]:
    """The days that a run names, by vendor, in order.

    Raises:
        RunTagsError: its tags name none, contradict each other, or name what is no partition.
    """
    partitions = deliveries_partitions(house.settings.first_day)
    return days_by_vendor(keys_of_tags(context.run.tags, partitions, context.instance))


def doable_days(context: dg.AssetExecutionContext, house: House) -> tuple[Mapping[str, list[date]], ContractBook]:
    """Of the days that a run names, those that can be done, and the contracts by which; the log says why others can't.

    The contracts are read once: one that goes away a moment later must not empty what was found to be covered.

    Raises:
        RunTagsError, SettingsError, RegistryError, MissedCanaryError, EngineSettingError, EngineError: nothing can
            be done.
    """
    named = days_of_run(context, house)
    house.confirm_inputs()
    house.confirm_publishing_engine()
    met = confirm_canaries(house, house.publishing_engine)
    context.log.info(f"{met} canaries met: invented persons who said no, judged before any real one")
    book = house.contracts(named)
    left_out = house.left_out(named, book)
    for one in left_out:
        context.log.warning(f"left as it is, and not done: {one}")
    left = {(one.vendor, one.day) for one in left_out}
    doable = {vendor: [day for day in days if (vendor, day) not in left] for vendor, days in named.items()}
    return {vendor: days for vendor, days in doable.items() if days}, book


def done_partitions(context: Context, asset: dg.AssetKey) -> set[str]:
    """Partitions of an asset that the run, or one that it re-executes, told of."""
    return {
        str(record.asset_materialization.partition)
        for run_id in _runs_of(context)
        for record in context.instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        if record.asset_materialization is not None and record.asset_materialization.asset_key == asset
    }


def without_left(context: Context, wanted: Mapping[str, list[date]]) -> Mapping[str, list[date]]:
    """Some days by vendor, but for those of vendors that a step of the run left: nothing more is done on them."""
    left = set[str]().union(*told_left(context).values())
    return {vendor: days for vendor, days in wanted.items() if vendor not in left}


def tell_left(context: dg.AssetExecutionContext, asset: str, left: LeftVendors) -> None:
    """Say in the log and beside the asset which vendors were left, and why: `told_left` finds it again."""
    for words in left.in_words():
        context.log.error(f"left, the others go on: {words}")
    if left.reasons:
        context.log_event(dg.AssetObservation(asset, metadata={_LEFT: dg.JsonMetadataValue(left.reasons)}))


def told_left(context: Context) -> dict[dg.AssetKey, dict[str, str]]:
    """Vendors that were left, and why, by asset: in this run, else in the one that it re-executes."""
    found: dict[dg.AssetKey, dict[str, str]] = {}
    for run_id in _runs_of(context):
        told: dict[dg.AssetKey, dict[str, str]] = {}
        for record in context.instance.all_logs(run_id, of_type=_DID):
            event = record.asset_observation or record.asset_materialization
            if event is not None:
                reasons = event.metadata.get(_LEFT)
                told.setdefault(event.asset_key, {}).update(dict(reasons.value) if reasons else {})
        found = told | found
    return found


def _runs_of(context: Context) -> list[str]:
    run = context.run
    return [run.run_id, *(found for found in (run.parent_run_id, run.root_run_id) if found)]


def watched_days(context: Context) -> list[date]:
    """The days that checks look at without being told of any: the week before the run's tick."""
    before = paris_date(as_of(context))
    return days_from(before - WATCHED, before)


def keys_of_tags(
    tags: Mapping[str, str], partitions: dg.MultiPartitionsDefinition, instance: dg.DagsterInstance
) -> list[str]:
    """The partition keys that a run's tags name.

    Raises:
        RunTagsError: the tags name none, contradict each other, or name what is no partition.
    """
    start, end = tags.get(RANGE_START_TAG), tags.get(RANGE_END_TAG)
    if start and end:
        keys = _keys_in_range(start, end, partitions, instance)
        _confirm_same(tags, start, RANGE_START_TAG)
        _confirm_same(tags, end, RANGE_END_TAG)
        return keys
    if start or end:
        missing = RANGE_END_TAG if start else RANGE_START_TAG
        raise RunTagsError(f"{missing}: missing beside the other end of the range; launch the run again with both")
    if key := tags.get(PARTITION_TAG):
        _confirm_same(tags, key, PARTITION_TAG)
        return _keys_in_range(key, key, partitions, instance)
    key = "|".join(tags.get(tag, "") for tag in DIMENSION_TAGS.values())
    return _keys_in_range(key, key, partitions, instance)


def tags_of_dimensions(key: dg.MultiPartitionKey) -> dict[str, str]:
    """The tags of an event about one partition, by which Dagster finds its dimensions again."""
    return {DIMENSION_TAGS[name]: value for name, value in key.keys_by_dimension.items()}


def _keys_in_range(
    start: str, end: str, partitions: dg.MultiPartitionsDefinition, instance: dg.DagsterInstance
) -> list[str]:
    """Every day from the first to the last, times every vendor between, in their order of registration."""
    ends = [key.split("|") for key in (start, end)]
    if not all(len(values) == len(DIMENSION_TAGS) and all(values) for values in ends):
        raise RunTagsError(f"the run names no partition: its tags say {start!r} to {end!r}, expected <date>|<vendor>")
    known = (
        partitions.get_partitions_def_for_dimension(DATE_DIMENSION).get_partition_keys(),
        instance.get_dynamic_partitions(str(VENDORS.name)),
    )
    days, vendors = (_slice_of(keys, *limits) for keys, limits in zip(known, zip(*ends, strict=True), strict=True))
    if not days or not vendors:
        raise RunTagsError(
            f"no partition from {start} to {end}: register the vendors' contracts (sensor `new_vendors`), keep to "
            "their order of registration, and to days from the first to yesterday"
        )
    return [f"{day}|{vendor}" for day in days for vendor in vendors]


def _slice_of(keys: Sequence[str], first: str, last: str) -> Sequence[str]:
    return keys[keys.index(first) : keys.index(last) + 1] if first in keys and last in keys else []


def _confirm_same(tags: Mapping[str, str], key: str, source: str) -> None:
    """That every other tag of a partition says the same as a key."""
    said = {PARTITION_TAG: key, **dict(zip(DIMENSION_TAGS.values(), key.split("|"), strict=False))}
    for tag, value in said.items():
        if tags.get(tag, value) != value:
            raise RunTagsError(
                f"{tag}: {tags[tag]} contradicts {source}, {key}; nothing was done: launch the run again without one"
            )
