"""What each receipt told, in the registry: rows that no statement changes, whatever a later judgement says.

A day that is judged anew replaces its findings and their `known_at`; when the house first told a defect stays here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, and_, func, insert, select

from pipelines.receipts.notices import PreparedReceipt
from pipelines.receipts.told_defects import ToldByDay, ToldDefect, ToldReceipt
from pipelines.storage.registry.database import writing
from pipelines.storage.registry.tables import RECEIPTS, TOLD_DEFECTS, TOLD_RECEIPTS

_OF_DEFECT: Final = tuple(TOLD_DEFECTS.c[field.name] for field in fields(ToldDefect))
_HEADS_OF_RECEIPTS: Final = and_(
    TOLD_RECEIPTS.c.vendor == RECEIPTS.c.vendor,
    TOLD_RECEIPTS.c.delivery_date == RECEIPTS.c.delivery_date,
    TOLD_RECEIPTS.c.receipt_digest == RECEIPTS.c.digest,
)


class _ReceiptKey(NamedTuple):
    """A receipt of a vendor: one that returns with the same bytes tells the same."""

    delivery_date: date
    digest: str


def record_told(
    connection: Connection, receipts: Sequence[PreparedReceipt], told: ToldByDay, *, at: datetime | None
) -> None:
    """Add what a vendor's receipts tell and was not recorded of them yet.

    Args:
        connection: within `registry.database.writing`; it has prepared the receipts.
        receipts: those that stand, changed or not.
        told: what each tells, by date; nothing where a date lacks.
        at: when they were prepared (aware); None: before this was recorded.
    """
    known = _recorded_of_vendor(connection, receipts[0].vendor)
    first = _first_prepared(connection, receipts[0].vendor)
    for one in receipts:
        key, defects = _ReceiptKey(one.delivery_date, one.digest), told.get(one.delivery_date, ())
        if key not in known:
            told_at = first[key]
            _add_told(connection, one, defects, told_at, is_filled_in=at is None or told_at < at)
        elif at and (more := [defect for defect in defects if defect.subject not in known[key]]):
            _add_told(connection, one, more, at, is_filled_in=False)


def record_filled_in(engine: Engine, receipts: Sequence[PreparedReceipt], told: ToldByDay) -> None:
    """Record what a vendor's receipts from before tell, marked so; `told`: what is published of their days."""
    with engine.connect() as connection, writing(connection):
        record_told(connection, receipts, told, at=None)


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
    heads = select(TOLD_RECEIPTS).where(TOLD_RECEIPTS.c.vendor == vendor, TOLD_RECEIPTS.c.told_at <= before)
    lines = select(TOLD_DEFECTS).join(TOLD_RECEIPTS).where(TOLD_RECEIPTS.c.vendor == vendor)
    with engine.connect() as connection:
        defects = _defects_by_head(connection.execute(lines.order_by(TOLD_DEFECTS.c.id)).mappings())
        rows = [dict(row) for row in connection.execute(heads.order_by(TOLD_RECEIPTS.c.id)).mappings()]
    return [ToldReceipt(defects=tuple(defects.get(row.pop("id"), ())), **row) for row in rows]


def _recorded_of_vendor(connection: Connection, vendor: str) -> dict[_ReceiptKey, set[tuple[str, str, str]]]:
    """Subjects of the defects that are recorded, by receipt; of one that told none, an empty set."""
    statement = (
        select(TOLD_RECEIPTS.c.delivery_date, TOLD_RECEIPTS.c.receipt_digest, *_OF_DEFECT)
        .outerjoin(TOLD_DEFECTS)
        .where(TOLD_RECEIPTS.c.vendor == vendor)
    )
    found: dict[_ReceiptKey, set[tuple[str, str, str]]] = {}
    for row in connection.execute(statement).mappings():
        subjects = found.setdefault(_ReceiptKey(row["delivery_date"], row["receipt_digest"]), set())
        subjects.update({_defect_read(row).subject} if row["rule_id"] else ())
    return found


def _first_prepared(connection: Connection, vendor: str) -> dict[_ReceiptKey, datetime]:
    """When each receipt of a vendor was first prepared."""
    columns = RECEIPTS.c.delivery_date, RECEIPTS.c.digest
    first = func.min(RECEIPTS.c.prepared_at).label("first_at")
    statement = select(*columns, first).where(RECEIPTS.c.vendor == vendor).group_by(*columns)
    rows = connection.execute(statement).mappings()
    return {_ReceiptKey(row["delivery_date"], row["digest"]): row["first_at"] for row in rows}


def _add_told(
    connection: Connection,
    receipt: PreparedReceipt,
    defects: Sequence[ToldDefect],
    told_at: datetime,
    *,
    is_filled_in: bool,
) -> None:
    head = ToldReceipt(receipt.vendor, receipt.delivery_date, receipt.digest, told_at, is_filled_in)
    values = {field.name: getattr(head, field.name) for field in fields(head) if field.name != "defects"}
    told_id: int = connection.execute(insert(TOLD_RECEIPTS).values(values).returning(TOLD_RECEIPTS.c.id)).scalar_one()
    if defects:
        connection.execute(insert(TOLD_DEFECTS), [{"told_id": told_id, **asdict(one)} for one in defects])


def _defects_by_head(rows: Iterable[Mapping[Any, Any]]) -> dict[int, list[ToldDefect]]:
    found: dict[int, list[ToldDefect]] = {}
    for row in rows:
        found.setdefault(row["told_id"], []).append(_defect_read(row))
    return found


def _defect_read(row: Mapping[Any, Any]) -> ToldDefect:
    return ToldDefect(**{column.name: row[column.name] for column in _OF_DEFECT})
