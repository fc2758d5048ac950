"""Dates that a tool wrote month first although the contract says day first, and whether a file gives it away."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from pipelines.simulation.market_facts import Bad, Column, Layout, Row, SimulatedFile

_DAY_FIRST: Final = "dd/MM/yyyy"
_LAST_MONTH: Final = 12
_AMERICAN: Final = "%m/%d/%Y %H:%M:%S"


def swap_dates(layout: Layout, rows: list[Row]) -> None:
    """Write the collection dates of a day-first layout month first: some can't be read then, others mean other days."""
    column = layout.columns["collected_at"]
    if not (column.pattern or "").startswith(_DAY_FIRST):
        return
    for row in rows:
        collected_at = row.values.get("collected_at")
        if isinstance(collected_at, datetime):
            local = _local_time(column, collected_at)
            is_bad = local.day > _LAST_MONTH
            row.values["collected_at"] = Bad(local.strftime(_AMERICAN)) if is_bad else _swapped(local)


def is_ambiguous(layout: Layout, file: SimulatedFile) -> bool:
    """True when a file's dates read both ways: one only month first, or day first only in the future, among others."""
    return any(
        _is_column_ambiguous(name, column, file)
        for name, column in layout.columns.items()
        if (column.pattern or "").startswith(_DAY_FIRST)
    )


def _is_column_ambiguous(name: str, column: Column, file: SimulatedFile) -> bool:
    values = [row.values.get(name) for row in file.rows if not row.is_malformed]
    read = [_local_time(column, value) for value in values if isinstance(value, datetime)]
    both = [local for local in read if local.day <= _LAST_MONTH and local.day != local.month]
    is_month_first = any(isinstance(value, Bad) and _is_american(value) for value in values)
    received = file.received_at
    is_to_come = any(local > received and _swapped(local) <= received for local in both)
    is_future = name != "period_end" and file.is_recorded and is_to_come
    return bool(both) and (is_month_first or is_future)


def _is_american(value: Bad) -> bool:
    try:
        datetime.strptime(str(value.text), _AMERICAN)  # noqa: DTZ007 - only whether it can be read
    except ValueError:
        return False
    return True


def _local_time(column: Column, instant: datetime) -> datetime:
    return instant.astimezone(ZoneInfo(column.zone or "UTC"))


def _swapped(local: datetime) -> datetime:
    return local.replace(day=local.month, month=local.day)
