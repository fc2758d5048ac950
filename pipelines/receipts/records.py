"""Receipts in the registry: prepared, sent, acknowledged. When a vendor counts as notified is said in `notices`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert, select, update

from pipelines.receipts.notices import (
    Acknowledgement,
    Notice,
    NoticeRefusedError,
    PreparedReceipt,
    check_instant,
    check_reference,
    read_acknowledgement,
)
from pipelines.receipts.outbox import Outbox
from pipelines.receipts.told_defects import ToldByDay
from pipelines.receipts.told_records import record_told
from pipelines.storage.registry.database import writing
from pipelines.storage.registry.vendor_tables import RECEIPTS

MOST_BYTES: Final = 65_536
"""Of an acknowledgement file."""


def record_prepared(
    engine: Engine,
    receipts: Sequence[PreparedReceipt],
    told: ToldByDay,
    delivered: Mapping[date, str] = MappingProxyType({}),
    *,
    prepared_at: datetime,
) -> int:
    """Add the receipts of a vendor that differ from the one that stands; the others keep their state.

    Args:
        engine: of the registry.
        receipts: the vendor's, one a day.
        told: by date, the defects that they tell: recorded for good.
        delivered: by date, a digest over the vendor's files that were judged, where it is known.
        prepared_at: aware.

    Returns:
        Receipts added.
    """
    if not receipts:
        return 0
    with engine.connect() as connection, writing(connection):
        standing = {
            notice.delivery_date: notice.digest for _, notice in _receipts_with_ids(connection, receipts[0].vendor)
        }
        fresh = [one for one in receipts if standing.get(one.delivery_date) != one.digest]
        if fresh:
            connection.execute(insert(RECEIPTS), [{**asdict(one), "prepared_at": prepared_at} for one in fresh])
        record_told(connection, receipts, told, delivered, at=prepared_at)
    return len(fresh)


def standing_receipts(engine: Engine, vendor: str | None = None) -> list[Notice]:
    """The latest receipt of each delivery, of one vendor or of all, by vendor and date."""
    with engine.connect() as connection:
        latest = {(notice.vendor, notice.delivery_date): notice for _, notice in _receipts_with_ids(connection, vendor)}
    return list(latest.values())


def all_receipts(engine: Engine, vendor: str, *, before: datetime) -> list[Notice]:
    """Every receipt of a vendor that was prepared by an instant (aware), those that others replaced included."""
    with engine.connect() as connection:
        return [notice for _, notice in _receipts_with_ids(connection, vendor) if notice.prepared_at <= before]


def delivery_of(engine: Engine, digest: str) -> tuple[str, date]:
    """The vendor and date of the receipt that has a digest.

    Raises:
        NoticeRefusedError: none has it.
    """
    with engine.connect() as connection:
        row = connection.execute(select(RECEIPTS).where(RECEIPTS.c.digest == digest)).mappings().first()
    if row is None:
        raise NoticeRefusedError("no receipt with this digest was prepared; see `opposable receipts list`")
    return row["vendor"], row["delivery_date"]


def record_sent(
    engine: Engine, vendor: str, day: date, *, at: datetime, means: str, now: datetime, digest: str = ""
) -> Notice:
    """Note that a receipt of a delivery was sent: the standing one, or the one whose digest begins so.

    Instants are timezone-aware.

    Raises:
        NoticeRefusedError: there is no such receipt, it was sent before, or the instant can't be.
    """
    with engine.connect() as connection, writing(connection):
        key, notice = _receipt_chosen(connection, vendor, day, digest)
        if (notice.sent_at, notice.sent_by_means) == (at, means):
            return notice
        if notice.sent_at is not None:
            raise NoticeRefusedError(f"this receipt was already sent at {notice.sent_at.isoformat()}; the first stands")
        check_instant("at", at, notice, now)
        return _changed(connection, key, notice, sent_at=at, sent_by_means=means, sent_recorded_at=now)


def record_acknowledged(
    engine: Engine, vendor: str, day: date, said: Acknowledgement, *, source: str, now: datetime
) -> Notice | None:
    """Note that a vendor acknowledged a receipt of a delivery, the standing one if it names none; None if known.

    Raises:
        NoticeRefusedError: no receipt has the digest, another acknowledgement stands, or the instant can't be.
    """
    check_reference(said.by)
    with engine.connect() as connection, writing(connection):
        key, notice = _receipt_chosen(connection, vendor, day, said.digest)
        if (notice.acknowledged_at, notice.acknowledged_by) == (said.acknowledged_at, said.by):
            return None
        if notice.acknowledged_at is not None:
            at = notice.acknowledged_at.isoformat()
            raise NoticeRefusedError(f"this receipt was already acknowledged at {at}; the first stands")
        check_instant("acknowledged_at", said.acknowledged_at, notice, now)
        changes = {"acknowledged_at": said.acknowledged_at, "acknowledged_by": said.by, "source": source}
        return _changed(connection, key, notice, **changes, acknowledgement_recorded_at=now)


def pick_up_acknowledgements(
    engine: Engine, outbox: Outbox, vendor: str | None = None, *, now: datetime
) -> tuple[int, list[str]]:
    """Record what vendors dropped back into the outbox; a file stays where it is and counts once.

    Returns:
        Acknowledgements that were new, and for each file that can't be recorded, where it lies and why.
    """
    count, problems = 0, []
    for whose, day, path in outbox.acknowledgements(vendor):
        try:
            said = read_acknowledgement(_receipt_content(outbox, path))
            count += record_acknowledged(engine, whose, day, said, source="file", now=now) is not None
        except NoticeRefusedError as error:
            problems.append(f"{whose}/{day}/{path.name}: {error}")
    return count, problems


def _receipt_content(outbox: Outbox, path: Path) -> bytes:
    try:
        content = outbox.dropped_back(path, MOST_BYTES + 1)
    except OSError as error:
        raise NoticeRefusedError(f"can't be read: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise NoticeRefusedError(f"expected at most {MOST_BYTES:,} bytes")
    return content


def _receipt_chosen(connection: Connection, vendor: str, day: date, digest: str) -> tuple[int, Notice]:
    """The latest receipt of a delivery whose digest begins so."""
    found = [row for row in _receipts_with_ids(connection, vendor, day) if row[1].digest.startswith(digest)]
    if not found:
        which = "with this digest " if digest else ""
        raise NoticeRefusedError(
            f"no receipt {which}was prepared for {vendor} and {day}; see `opposable receipts list`"
        )
    return found[-1]


def _changed(connection: Connection, key: int, notice: Notice, **changes: Any) -> Notice:
    connection.execute(update(RECEIPTS).where(RECEIPTS.c.id == key).values(**changes))
    return replace(notice, **changes)


def _receipts_with_ids(
    connection: Connection, vendor: str | None = None, day: date | None = None
) -> list[tuple[int, Notice]]:
    """Receipts with their ids, by vendor and date, oldest first."""
    query = select(RECEIPTS).order_by(RECEIPTS.c.vendor, RECEIPTS.c.delivery_date, RECEIPTS.c.id)
    if vendor is not None:
        query = query.where(RECEIPTS.c.vendor == vendor)
    if day is not None:
        query = query.where(RECEIPTS.c.delivery_date == day)
    return [(int(row.pop("id")), Notice(**row)) for row in map(dict, connection.execute(query).mappings())]
