"""Entries that are imported with an earlier date: which final days they would change, and which no run has read yet.

An entry counts from its `recorded_at` on: it is when the advertiser knew, whichever day the file reached this registry.
So a day that is final already comes out otherwise when it is judged again. Nothing here judges or changes a day.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from mmap import ACCESS_READ, mmap
from tempfile import TemporaryFile
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from pipelines.engines.interface import Engine
from pipelines.oppositions.lead_keys import KEY_COLUMNS, LEAD_KEYS
from pipelines.storage.lake import Lake
from pipelines.storage.registry.tables import OPPOSITIONS, SUPPRESSION_SHARES
from pipelines.vocabulary.clock import as_lake
from pipelines.vocabulary.tables import arrow_columns

LATE_ENTRIES: Final = pa.schema(
    {
        "id": pa.int64(), "identity_key": pa.string(), "alias_key": pa.string(),
        "opposed_at": pa.timestamp("us"), "recorded_at": pa.timestamp("us"),
    }
)  # fmt: skip
"""A row an event; `recorded_at` is since when it would count: of a share, the instant from which it was shared."""
CHUNK: Final = 50_000
"""Rows read from the registry at a time: a first import may be millions."""
_DAYS: Final = pa.schema({"vendor": pa.string(), "delivery_date": pa.date32(), "known_at": pa.timestamp("us")})
_READ: Final = ("vendor", "delivery_date", "delivered_at", *KEY_COLUMNS)
_REACHED: Final = f"""
    with keyed as (
        select identity_key, opposed_at, recorded_at from entries
        union
        select alias_key as identity_key, opposed_at, recorded_at from entries
    ),

    keys as (
        select vendor, delivery_date, delivered_at, unnest({LEAD_KEYS}) as identity_key
        from leads
    )

    select distinct keys.vendor, keys.delivery_date
    from keys
    inner join keyed on keys.identity_key = keyed.identity_key
    inner join days on keys.vendor = days.vendor and keys.delivery_date = days.delivery_date
    where keyed.recorded_at <= days.known_at and keyed.opposed_at < keys.delivered_at
    order by keys.vendor, keys.delivery_date
"""


@dataclass(frozen=True)
class FinalDay:
    """A published day whose verdicts are final."""

    vendor: str
    day: date
    known_at: datetime
    """Up to when facts counted; zone-less UTC."""


def final_days_of(lake: Lake, vendor: str) -> Iterator[FinalDay]:
    """A vendor's final days, the newest first; only Parquet's footers are read."""
    for day in reversed(lake.partition_days(vendor, "scorecards")):
        facts = lake.facts(vendor, day, "scorecards")
        if facts.get("is_final") == "true" and "known_at" in facts:
            yield FinalDay(vendor, day, datetime.fromisoformat(facts["known_at"]))


def newest_final(lake: Lake) -> datetime | None:
    """Up to when facts counted in each vendor's newest final verdicts, the latest of them; None where none is final."""
    newest = [next(final_days_of(lake, vendor), None) for vendor in lake.vendors("scorecards")]
    return max((one.known_at for one in newest if one is not None), default=None)


def late_entries(
    connection: sa.Connection, after: tuple[int, int], up_to: tuple[int, int], *, until: datetime | None
) -> pa.Table:
    """Events of some ids that are recorded up to an instant, and earlier ones of which a share of some ids counts by
    then; schema `LATE_ENTRIES`. There may be millions: they lie in a file without a name, and not in memory.

    Args:
        connection: to the registry that holds them.
        after: ids of an event and of a share; those that are greater are read.
        up_to: the greatest that are.
        until: zone-less UTC; None: nothing is late.
    """
    if until is None:
        return LATE_ENTRIES.empty_table()
    event, share = OPPOSITIONS.c, SUPPRESSION_SHARES.c
    key = (event.id, event.identity_key, event.alias_key, event.opposed_at)
    at = until.replace(tzinfo=UTC)
    added = sa.select(*key, event.recorded_at).where(event.id > after[0], event.id <= up_to[0], event.recorded_at <= at)
    shared = (
        sa.select(*key, share.shared_at)
        .join_from(SUPPRESSION_SHARES, OPPOSITIONS, event.id == share.opposition_id)
        .where(share.id > after[1], share.id <= up_to[1], event.id <= after[0], share.shared_at <= at)
    )
    return _on_disk(
        _late_batch(rows)
        for query in (added, shared)
        for rows in connection.execute(query.execution_options(yield_per=CHUNK)).partitions()
    )


def _on_disk(batches: Iterable[pa.RecordBatch]) -> pa.Table:
    """The rows of some batches, which the system reads from the disk as they are needed."""
    with TemporaryFile() as file:
        with pa.ipc.new_file(file, LATE_ENTRIES) as writer:
            for batch in batches:
                writer.write_batch(batch)
        file.flush()
        mapped = mmap(file.fileno(), 0, access=ACCESS_READ)  # holds the file open on its own
    return pa.ipc.open_file(pa.py_buffer(mapped)).read_all()


def _late_batch(rows: Sequence[sa.Row[Any]]) -> pa.RecordBatch:
    arrays = [
        pa.array([as_lake(value) if isinstance(value, datetime) else value for value in column], one.type)
        for column, one in zip(zip(*rows, strict=True), LATE_ENTRIES, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=LATE_ENTRIES)


def final_days_reached(engine: Engine, lake: Lake, entries: pa.Table) -> dict[str, list[date]]:
    """Vendor -> final days that hold a lead of a person of whom an entry says something by their last word.

    `entries`: schema `LATE_ENTRIES`.
    """
    since = pc.min(entries["recorded_at"]).as_py()
    if since is None:
        return {}
    days = [
        one for vendor in lake.vendors("scorecards") for one in final_days_of(lake, vendor) if one.known_at >= since
    ]
    paths = [lake.partition("leads", one.vendor, one.day) for one in days]
    with engine.session() as session:
        session.read_files("leads", [path for path in paths if path.exists()], arrow_columns("leads", _READ))
        session.register("entries", entries)
        session.register("days", pa.Table.from_pylist([_day_row(one) for one in days], schema=_DAYS))
        rows = session.fetch(_REACHED).to_pylist()
    found: dict[str, list[date]] = {}
    for row in rows:
        found.setdefault(row["vendor"], []).append(row["delivery_date"])
    return found


def unread_entries(registry: sa.Engine, event_id: int, keys: Collection[str], until: datetime) -> int:
    """How many events about a person came after the one that a run read last, recorded up to an instant (zone-less
    UTC). `keys`: those under which the person's lead can meet one."""
    event = OPPOSITIONS.c
    is_theirs = event.identity_key.in_(keys) | event.alias_key.in_(keys)
    is_unread = (event.id > event_id) & (event.recorded_at <= until.replace(tzinfo=UTC))
    with registry.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).where(is_unread, is_theirs)) or 0


def _day_row(one: FinalDay) -> dict[str, object]:
    return {"vendor": one.vendor, "delivery_date": one.day, "known_at": one.known_at}
