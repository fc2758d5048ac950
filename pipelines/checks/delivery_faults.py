"""What is wrong with whole deliveries, one phrase each: missing, late, refused, come before the vendor went live.

Rows are judged in `verdicts`.
Phrases hold vendor, date, reason and the start of a digest; never a file's name, which may name a person.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import pyarrow as pa

from pipelines.checks.faults import Fault
from pipelines.contracts.calendar import IN_TIME, lateness
from pipelines.contracts.contract import InForce
from pipelines.contracts.stages import LIVE, may_be_used

_UNDECIDED: Final = "nobody has decided that the vendor goes live; its leads are on hold: `opposable candidates gate`"
_REFUSED: Final = "the vendor was refused; its leads are blocked: tell it to stop"
_NOT_LIVE: Final[Mapping[tuple[str | None, bool | None], str]] = {
    ("candidate", None): "the vendor is a candidate, and no pilot was agreed; its leads are on hold",
    (LIVE, None): _UNDECIDED,
    ("candidate", False): _REFUSED,
    ("pilot", False): _REFUSED,
    (LIVE, False): _REFUSED,
}
"""By stage, and whether the leads may be used."""


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


def unexpected_deliveries(deliveries: pa.Table, in_force: InForce) -> list[Fault]:
    """Leads of vendors that nobody let go live, or that were refused; a pilot's are what was asked for."""
    came: dict[str, Fault] = {}
    for row in _newest_first(deliveries):
        contract = in_force(row["vendor"], row["delivery_date"])
        if row["role"] == "leads" and row["delivered_at"] is not None and contract is not None:
            words = _NOT_LIVE.get((contract.stage, may_be_used(contract, row["delivery_date"])))
            if words:
                came[_delivery_named(row)] = _fault(row, f": {words}")
    return list(came.values())


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
