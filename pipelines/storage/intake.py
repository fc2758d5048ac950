"""The intake of one vendor's days, from inbox folders to tables ready to publish. The rows' fate is the domain's."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.domain.contracts import Contract, contract_in_force
from pipelines.domain.delivered_files import Delivery
from pipelines.domain.identities import IdentityHasher
from pipelines.domain.intake import take_in_days
from pipelines.domain.intake_files import ROLES_READ, counting_digests
from pipelines.storage.inbox import delivery_days, read_inbox_folder
from pipelines.storage.lake import Lake
from pipelines.storage.readers import read_file

BATCH_BYTES: Final = 256 * 1024 * 1024
"""Delivered bytes that are taken in together; a larger delivery is a batch of its own."""


@dataclass(frozen=True)
class IntakeDay:
    """One day's tables, in the order of publishing."""

    day: date
    tables: dict[str, pa.Table]

    def counts(self, role: str) -> dict[str, int | str]:
        """What became of the day's files of a role."""
        files = self.tables["deliveries"]
        ours = files.filter(pc.equal(files["role"], role))
        rejected = pc.sum(ours["rows_rejected"]).as_py() or 0
        counts: dict[str, int | str] = {
            "dagster/row_count": self.tables[role].num_rows,
            "files": ours.num_rows,
            "rows rejected": rejected,
        }
        statuses = sorted(set(files["status"].to_pylist()) - {"accepted"})
        reasons = pc.value_counts(self.tables["rejected_rows"]["reason"]).to_pylist()
        if statuses:
            counts["not simply accepted"] = ", ".join(statuses)
        return counts | {f"reason {reason['values']}": int(reason["counts"]) for reason in reasons}


def take_in_vendor(
    inbox: Path, lake: Lake, contracts: Sequence[Contract], vendor: str, days: Sequence[date], *, hasher: IdentityHasher
) -> Iterator[IntakeDay]:
    """Take in some days of a vendor, and the published days that repeat their bytes.

    A published day whose folder is gone was purged: it stays as it is and is not among what comes back.
    """
    published = lake.read("deliveries", vendor, lake.published_days(vendor))
    held = _digests_by_day(published)
    in_inbox = set(delivery_days(inbox, vendor))
    opened = {day: _open(inbox, contracts, vendor, day) for day in sorted(set(days) | (in_inbox - held.keys()))}
    digests = held | {day: counting_digests(delivery) for day, delivery in opened.items()}
    repeated = frozenset[str]().union(*(held.get(day, frozenset()) | digests[day] for day in days))
    again = {day for day in held if day > min(days) and held[day] & repeated} - set(days)
    is_purged = {day for day in held if day not in in_inbox and held[day]}
    wanted = sorted((set(days) | again) - is_purged)
    first_days = _first_days(digests)
    for batch in _batches([opened.get(day) or _open(inbox, contracts, vendor, day) for day in wanted]):
        ours = [delivery.day for delivery in batch]
        elsewhere = {digest: day for digest, day in first_days.items() if day not in set(ours)}
        taken = take_in_days(vendor, batch, read=read_file, first_delivered_on=elsewhere, hasher=hasher)
        for day, tables in taken.tables_by_day(ours):
            yield IntakeDay(day, tables)


def _open(inbox: Path, contracts: Sequence[Contract], vendor: str, day: date) -> Delivery:
    return Delivery(day, contract_in_force(tuple(contracts), day), tuple(read_inbox_folder(inbox, vendor, day)))


def _digests_by_day(published: pa.Table) -> dict[date, frozenset[str]]:
    """Digests of published files that make a later file with the same bytes a duplicate; every published day."""
    digests: dict[date, set[str]] = {}
    for row in published.select(["delivery_date", "file_digest", "role", "status"]).to_pylist():
        found = digests.setdefault(row["delivery_date"], set())
        if row["role"] in ROLES_READ and row["status"] != "superseded" and row["file_digest"] is not None:
            found.add(row["file_digest"])
    return {day: frozenset(found) for day, found in digests.items()}


def _first_days(digests: Mapping[date, frozenset[str]]) -> dict[str, date]:
    first: dict[str, date] = {}
    for day in sorted(digests):
        for digest in digests[day]:
            first.setdefault(digest, day)
    return first


def _batches(deliveries: Sequence[Delivery]) -> Iterator[list[Delivery]]:
    batch: list[Delivery] = []
    for delivery in deliveries:
        if batch and _size([*batch, delivery]) > BATCH_BYTES:
            yield batch
            batch = []
        batch.append(delivery)
    if batch:
        yield batch


def _size(deliveries: Sequence[Delivery]) -> int:
    return sum(file.size for delivery in deliveries for file in delivery.files)
