"""What vendors did wrong with whole deliveries, one phrase each: missing, late, refused. Rows are judged in `verdicts`.

Phrases hold vendor, date, reason and the start of a digest; never a file's name, which may name a person.
"""

from datetime import timedelta
from typing import Any

import pyarrow as pa

from pipelines.checks.faults import Fault
from pipelines.contracts.calendar import IN_TIME, lateness
from pipelines.contracts.contract import InForce


def missing_deliveries(deliveries: pa.Table) -> list[Fault]:
    """Days on which the contract's calendar asked for leads and none came."""
    return [_fault(row, "") for row in _newest_first(deliveries) if row["status"] == "no_delivery"]


def late_deliveries(deliveries: pa.Table, in_force: InForce) -> list[Fault]:
    """Due days whose leads were complete only after the contract's cut-off; an assumed arrival proves nothing."""
    leads = [row for row in _newest_first(deliveries) if row["role"] == "leads" and row["delivered_at"] is not None]
    late: dict[str, tuple[timedelta, Fault]] = {}
    for row in leads:
        day, delivery = row["delivery_date"], _delivery_named(row)
        contract = in_force(row["vendor"], day)
        delay = lateness(contract, day, row["delivered_at"], is_assumed=bool(row["is_received_at_assumed"]))
        if delay > late.get(delivery, (IN_TIME,))[0]:
            late[delivery] = delay, _fault(row, f": {_delay_words(delay)} after the cut-off")
    return [fault for _, fault in late.values()]


def refused_files(deliveries: pa.Table) -> list[Fault]:
    """Files that were refused whole, with the reason."""
    refused = [row for row in _newest_first(deliveries) if row["status"] == "refused"]
    return [_fault(row, f": {row['reason']}, file {row['file_digest'][:12]}…") for row in refused]


def _newest_first(deliveries: pa.Table) -> list[dict[str, Any]]:
    """The newest day first."""
    names = ["vendor", "delivery_date", "file_digest", "role", "delivered_at", "is_received_at_assumed"]
    order = [("delivery_date", "descending"), ("vendor", "ascending"), ("file_digest", "ascending")]
    rows: list[dict[str, Any]] = deliveries.select([*names, "status", "reason"]).sort_by(order).to_pylist()
    return rows


def _fault(row: dict[str, Any], words: str) -> Fault:
    return Fault(row["vendor"], row["delivery_date"], f"{_delivery_named(row)}{words}")


def _delivery_named(row: dict[str, Any]) -> str:
    return f"{row['vendor']} {row['delivery_date']}"


def _delay_words(delay: timedelta) -> str:
    hours, minutes = divmod(int(delay.total_seconds()) // 60, 60)
    return f"{hours} h {minutes:02} min"
