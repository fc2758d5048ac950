"""The daily reconciliation: yesterday over all vendors, and the days due for another word. The daily retention run."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from pipelines.house import House
from pipelines.orchestration.jobs import AS_OF_TAG, DELIVERIES, RETENTION
from pipelines.orchestration.partitions import VENDORS, day_ranges, partition_key, range_tags, vendor_ranges
from pipelines.verdicts.due_days import due_days
from pipelines.vocabulary.clock import paris_date


def build_schedules(house: House) -> list[dg.ScheduleDefinition]:
    """The schedules of a house."""

    @dg.schedule(
        name="daily_reconciliation",
        job=DELIVERIES,
        cron_schedule="0 6 * * *",
        execution_timezone="Europe/Paris",
        description="06:00 Europe/Paris: yesterday's deliveries of all vendors, and the days due for another word.",
    )
    def daily_reconciliation(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
        for words in house.catch_up().in_words():
            context.log.warning(f"left as it lies here: {words}")
        tick = context.scheduled_execution_time.astimezone(UTC)
        registered = context.instance.get_dynamic_partitions(str(VENDORS.name))
        if not registered:
            return dg.SkipReason("no vendor is registered: add a contract, and let the sensor `new_vendors` run")
        return list(daily_requests(house, registered, tick)) or dg.SkipReason(_idle_words(house, registered, tick))

    daily_retention = dg.ScheduleDefinition(
        name="daily_retention",
        job=RETENTION,
        cron_schedule="0 7 * * *",
        execution_timezone="Europe/Paris",
        description="07:00 Europe/Paris: delivered files sealed after their intake, and what is due removed.",
    )
    return [daily_reconciliation, daily_retention]


def _idle_words(house: House, registered: Sequence[str], tick: datetime) -> str:
    skipped = house.contracts().skipped
    unread = [vendor for vendor in registered if vendor in skipped]
    if len(unread) == len(registered):
        return f"no contract can be read ({', '.join(unread[:20])}): `opposable contracts lint` says why"
    return f"the day before {paris_date(tick)} lies before the first day, {house.settings.first_day}, and no day is due"


def daily_requests(house: House, registered: Sequence[str], tick: datetime) -> Iterator[dg.RunRequest]:
    """One range run for yesterday over all vendors, in the order of registration, then the days due for another word.

    An alphabetical range over vendors can hold nothing, hence the order (Dagster reads ranges of dynamic keys by it).
    Vendors whose contract can't be read are left out: what was published of them stays.
    """
    yesterday, book, first_day = paris_date(tick) - timedelta(days=1), house.contracts(), house.settings.first_day
    readable = [vendor for vendor in registered if vendor not in book.skipped]
    due = {}
    for vendor in readable:
        found = due_days(house.lake, book.of(vendor), vendor, before=yesterday, as_of=tick)
        due[vendor] = set(day_ranges(day for day in found if day >= first_day))
    if yesterday >= first_day:
        for vendors in vendor_ranges(readable, registered):
            yield run_request(tick, vendors, (yesterday, yesterday))
    for days in sorted(set[tuple[date, date]]().union(*due.values())):
        for vendors in vendor_ranges([vendor for vendor in readable if days in due[vendor]], registered):
            yield run_request(tick, vendors, days)


def run_request(
    tick: datetime, vendors: tuple[str, str], days: tuple[date, date], reason: str | None = None
) -> dg.RunRequest:
    """A run over every registered vendor and day from the first to the last, at the knowledge of a tick.

    It is made once a tick, range and reason: what failed is tried again on the next day, not in the next minute.
    """
    tags = range_tags(partition_key(vendors[0], days[0]), partition_key(vendors[1], days[1]))
    key = [tick.isoformat(), "..".join(vendors), f"{days[0]}..{days[1]}", *([reason] if reason else [])]
    return dg.RunRequest(run_key=" ".join(key), tags={AS_OF_TAG: tick.isoformat(), **tags})
