"""What vendors did wrong with whole deliveries, one phrase each: missing, late, refused. Rows are judged in `verdicts`.

Phrases hold vendor, date, reason and the start of a digest; never a file's name, which may name a person.
"""

from datetime import timedelta
from typing import Any

import pyarrow as pa

from pipelines.contracts.calendar import is_due
from pipelines.contracts.contract import InForce
from pipelines.vocabulary.clock import as_lake, paris_instant


def missing_deliveries(deliveries: pa.Table) -> list[str]:
    """Days on which the contract's calendar asked for leads and none came."""
    return [_delivery_named(row) for row in _newest_first(deliveries) if row["status"] == "no_delivery"]


def late_deliveries(deliveries: pa.Table, in_force: InForce) -> list[str]:
    """Due days whose leads were complete only after the contract's cut-off; an assumed arrival proves nothing."""
    leads = [row for row in _newest_first(deliveries) if row["role"] == "leads" and row["delivered_at"] is not None]
    assumed = {_delivery_named(row) for row in leads if row["is_received_at_assumed"]}
    late: dict[str, timedelta] = {}
    for row in leads:
        contract = in_force(row["vendor"], row["delivery_date"])
        if contract is None or not is_due(contract, row["delivery_date"]) or _delivery_named(row) in assumed:
            continue
        delay = row["delivered_at"] - as_lake(paris_instant(row["delivery_date"], contract.cut_off))
        if delay > timedelta(0):
            late[_delivery_named(row)] = delay
    return [f"{delivery}: {_delay_words(delay)} after the cut-off" for delivery, delay in late.items()]


def refused_files(deliveries: pa.Table) -> list[str]:
    """Files that were refused whole, with the reason."""
    refused = [row for row in _newest_first(deliveries) if row["status"] == "refused"]
    return [f"{_delivery_named(row)}: {row['reason']}, file {row['file_digest'][:12]}…" for row in refused]


def _newest_first(deliveries: pa.Table) -> list[dict[str, Any]]:
    """The newest day first."""
    names = ["vendor", "delivery_date", "file_digest", "role", "delivered_at", "is_received_at_assumed"]
    order = [("delivery_date", "descending"), ("vendor", "ascending"), ("file_digest", "ascending")]
    rows: list[dict[str, Any]] = deliveries.select([*names, "status", "reason"]).sort_by(order).to_pylist()
    return rows


def _delivery_named(row: dict[str, Any]) -> str:
    return f"{row['vendor']} {row['delivery_date']}"


def _delay_words(delay: timedelta) -> str:
    hours, minutes = divmod(int(delay.total_seconds()) // 60, 60)
    return f"{hours} h {minutes:02} min"
