"""What each receipt told, in the registry: rows that no statement changes, whatever a later judgement says.

A day that is judged anew replaces its findings and their `known_at`; when the house first told a defect stays here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, insert, select

from pipelines.receipts.notices import PreparedReceipt
from pipelines.receipts.told_defects import ToldByDay, ToldDefect, ToldReceipt
from pipelines.storage.registry.database import writing
from pipelines.storage.registry.vendor_tables import RECEIPTS, TOLD_DEFECTS, TOLD_RECEIPTS

_OF_DEFECT: Final = tuple(TOLD_DEFECTS.c[field.name] for field in fields(ToldDefect))
_HEADS_OF_RECEIPTS: Final = and_(
    TOLD_RECEIPTS.c.vendor == RECEIPTS.c.vendor,
    TOLD_RECEIPTS.c.delivery_date == RECEIPTS.c.delivery_date,
    TOLD_RECEIPTS.c.receipt_digest == RECEIPTS.c.digest,
)


class _ReceiptKey(NamedTuple):
    """A receipt of a vendor: one that returns with the same bytes is the same."""

    delivery_date: date
    digest: str


def record_told(
    connection: Connection,
    receipts: Sequence[PreparedReceipt],
    told: ToldByDay,
    delivered: Mapping[date, str],
    *,
    at: datetime | None,
) -> None:
    """Add what a vendor's receipts tell, where it is something else than what was last recorded of the day.

    Args:
        connection: within `registry.database.writing`; it has prepared the receipts.
        receipts: those that stand, changed or not.
        told: what each tells, by date; nothing where a date lacks.
        delivered: by date, a digest over the vendor's files that were judged.
        at: when they were prepared (aware); None: before this was recorded.
    """
    vendor, days = receipts[0].vendor, [one.delivery_date for one in receipts]
    recorded = _recorded_of_days(connection, vendor, days)
    keys = {_ReceiptKey(one.delivery_date, one.receipt_digest) for one in recorded}
    last = {one.delivery_date: one for one in recorded}
    first = _first_prepared(connection, vendor, days)
    for one in receipts:
        day, key = one.delivery_date, _ReceiptKey(one.delivery_date, one.digest)
        told_at = at if at and key in keys else first[key]
        now = ToldReceipt(
            vendor, day, one.digest, told_at, at is None or told_at < at, delivered.get(day), told.get(day, ())
        )
        if day not in last or _is_news(last[day], now):
            _add_told(connection, now)


def _is_news(last: ToldReceipt, now: ToldReceipt) -> bool:
    """Whether a receipt tells something else; of one that tells nothing it does not matter what was judged."""
    is_same = (last.receipt_digest, last.subjects) == (now.receipt_digest, now.subjects)
    return not is_same or (bool(now.defects) and last.delivered_digest != now.delivered_digest)


def record_filled_in(engine: Engine, receipts: Sequence[PreparedReceipt], told: ToldByDay) -> None:
    """Record what a vendor's receipts from before tell, marked so; `told`: what is published of their days."""
    with engine.connect() as connection, writing(connection):
        record_told(connection, receipts, told, {}, at=None)


def receipts_unrecorded(engine: Engine, vendor: str) -> list[PreparedReceipt]:
    """Standing receipts of a vendor of which nothing is recorded: they were prepared before this was."""
    latest = select(func.max(RECEIPTS.c.id)).where(RECEIPTS.c.vendor == vendor).group_by(RECEIPTS.c.delivery_date)
    columns = (RECEIPTS.c[field.name] for field in fields(PreparedReceipt))
    statement = (
        select(*columns)
        .outerjoin(TOLD_RECEIPTS, _HEADS_OF_RECEIPTS)
        .where(RECEIPTS.c.id.in_(latest), TOLD_RECEIPTS.c.id.is_(None))
        .order_by(RECEIPTS.c.delivery_date)
    )
    with engine.connect() as connection:
        return [PreparedReceipt(**row) for row in connection.execute(statement).mappings()]


def told_receipts(engine: Engine, vendor: str, *, before: datetime) -> list[ToldReceipt]:
    """Everything that a vendor's receipts told by an instant (aware), in the order in which it was recorded."""
    condition = and_(TOLD_RECEIPTS.c.vendor == vendor, TOLD_RECEIPTS.c.told_at <= before)
    with engine.connect() as connection:
        return _told_where(connection, condition)


def _recorded_of_days(connection: Connection, vendor: str, days: Sequence[date]) -> list[ToldReceipt]:
    return _told_where(connection, and_(TOLD_RECEIPTS.c.vendor == vendor, TOLD_RECEIPTS.c.delivery_date.in_(days)))


def _told_where(connection: Connection, condition: ColumnElement[bool]) -> list[ToldReceipt]:
    """Heads that meet a condition, with what they tell, in the order in which they were recorded."""
    lines = select(TOLD_DEFECTS).join(TOLD_RECEIPTS).where(condition).order_by(TOLD_DEFECTS.c.id)
    defects = _defects_by_head(connection.execute(lines).mappings())
    rows = connection.execute(select(TOLD_RECEIPTS).where(condition).order_by(TOLD_RECEIPTS.c.id)).mappings()
    return [ToldReceipt(defects=tuple(defects.get(row.pop("id"), ())), **row) for row in map(dict, rows)]


def _first_prepared(connection: Connection, vendor: str, days: Sequence[date]) -> dict[_ReceiptKey, datetime]:
    """When each receipt of some days of a vendor was first prepared."""
    columns = RECEIPTS.c.delivery_date, RECEIPTS.c.digest
    first = func.min(RECEIPTS.c.prepared_at).label("first_at")
    of_days = and_(RECEIPTS.c.vendor == vendor, RECEIPTS.c.delivery_date.in_(days))
    rows = connection.execute(select(*columns, first).where(of_days).group_by(*columns)).mappings()
    return {_ReceiptKey(row["delivery_date"], row["digest"]): row["first_at"] for row in rows}


def _add_told(connection: Connection, told: ToldReceipt) -> None:
    head = {field.name: getattr(told, field.name) for field in fields(told) if field.name != "defects"}
    told_id: int = connection.execute(insert(TOLD_RECEIPTS).values(head).returning(TOLD_RECEIPTS.c.id)).scalar_one()
    if told.defects:
        connection.execute(insert(TOLD_DEFECTS), [{"told_id": told_id, **asdict(one)} for one in told.defects])


def _defects_by_head(rows: Iterable[Mapping[Any, Any]]) -> dict[int, list[ToldDefect]]:
    found: dict[int, list[ToldDefect]] = {}
    for row in rows:
        found.setdefault(row["told_id"], []).append(_defect_read(row))
    return found


def _defect_read(row: Mapping[Any, Any]) -> ToldDefect:
    return ToldDefect(**{column.name: row[column.name] for column in _OF_DEFECT})
