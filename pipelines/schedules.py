"""The daily reconciliation: yesterday over all vendors, and the days whose proof deadline has passed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from pipelines.domain.clock import as_lake, paris_date
from pipelines.engines.judge import delivered_days
from pipelines.jobs import AS_OF_TAG, DELIVERIES
from pipelines.partitions import VENDORS, partition_key, range_tags
from pipelines.resources.house import House


def build_schedules(house: House) -> list[dg.ScheduleDefinition]:
    """The schedules of a house."""

    @dg.schedule(
        name="daily_reconciliation",
        job=DELIVERIES,
        cron_schedule="0 6 * * *",
        execution_timezone="Europe/Paris",
        description="06:00 Europe/Paris: yesterday's deliveries of all vendors, and the days that became final.",
    )
    def daily_reconciliation(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest] | dg.SkipReason:
        tick = context.scheduled_execution_time.astimezone(UTC)
        registered = context.instance.get_dynamic_partitions(str(VENDORS.name))
        if not registered:
            return dg.SkipReason("no vendor is registered: add a contract, and let the sensor `new_vendors` run")
        return daily_requests(house, registered, tick)

    return [daily_reconciliation]


def daily_requests(house: House, registered: Sequence[str], tick: datetime) -> Iterator[dg.RunRequest]:
    """One range run for yesterday over all vendors, in the order of registration, then the days due for their last word.

    An alphabetical range over vendors can hold nothing, hence the order (Dagster reads ranges of dynamic keys by it).
    """
    yesterday = paris_date(tick) - timedelta(days=1)
    if yesterday >= house.settings.first_day:
        yield _request(tick, registered[0], registered[-1], yesterday, yesterday)
    due = {vendor: days for vendor in registered if (days := days_to_finish(house, vendor, tick, before=yesterday))}
    for first_vendor, last_vendor, first, last in grouped_ranges(due, registered):
        yield _request(tick, first_vendor, last_vendor, first, last)


def days_to_finish(house: House, vendor: str, as_of: datetime, *, before: date) -> list[date]:
    """Published days before a date whose verdicts are provisional although their proof deadline has passed."""
    lake = house.lake
    judged = lake.published_days(vendor, "scorecards")
    open_days = [d for d in judged if d < before and lake.facts(vendor, d, "scorecards").get("is_final") == "false"]
    contracts = house.contracts().of(vendor)
    days = delivered_days(vendor, contracts, lake.read("deliveries", vendor, open_days))
    return [day.day for day in days if day.deadline_at <= as_lake(as_of)]


def grouped_ranges(
    due: Mapping[str, Sequence[date]], registered: Sequence[str]
) -> Iterator[tuple[str, str, date, date]]:
    """Contiguous ranges: of all vendors together where each has the same one, else vendor by vendor."""
    ranges = {vendor: list(contiguous(days)) for vendor, days in due.items()}
    common = set.intersection(*(set(found) for found in ranges.values())) if set(ranges) == set(registered) else set()
    for first, last in sorted(common):
        yield registered[0], registered[-1], first, last
    for vendor, found in ranges.items():
        yield from ((vendor, vendor, first, last) for first, last in found if (first, last) not in common)


def contiguous(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """Days as ranges without holes, in order."""
    ordered = sorted(days)
    start = 0
    for index in range(1, len(ordered) + 1):
        if index == len(ordered) or ordered[index] - ordered[index - 1] != timedelta(days=1):
            yield ordered[start], ordered[index - 1]
            start = index


def _request(tick: datetime, first_vendor: str, last_vendor: str, first: date, last: date) -> dg.RunRequest:
    tags = range_tags(partition_key(first_vendor, first), partition_key(last_vendor, last))
    return dg.RunRequest(
        run_key=f"{tick.isoformat()} {first_vendor}..{last_vendor} {first}..{last}",
        tags={AS_OF_TAG: tick.isoformat(), **tags},
    )
