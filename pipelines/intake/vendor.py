"""The intake of one vendor's days, from inbox folders to tables ready to publish.

What becomes of rows is decided in `days`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

import pyarrow as pa

from pipelines.arrays.sorted_run_files import SortedRunFiles
from pipelines.contracts.contract import Contract, contract_in_force
from pipelines.deliveries.files import Delivery
from pipelines.deliveries.inbox import kept_and_purged_days, read_inbox_folder
from pipelines.deliveries.reading import read_file, read_together
from pipelines.deliveries.small_file_contents import SmallFileContents
from pipelines.formats.limits import Limits
from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.intake.days import IntakeDay, Vault, take_in_days
from pipelines.intake.files import counting_digests
from pipelines.storage.lake import Lake
from pipelines.storage.secrets.seals import Seals
from pipelines.vocabulary.words import ROLES_READ

BATCH_BYTES: Final = 2**30
"""Delivered bytes that are taken in together; a larger delivery is a batch of its own."""


def take_in_vendor(
    inbox: Path,
    lake: Lake,
    contracts: Sequence[Contract],
    vendor: str,
    days: Sequence[date],
    *,
    hasher: IdentityHasher,
    limits: Limits | None = None,
    vault: Vault | None = None,
    seals: Seals | None = None,
) -> Iterator[IntakeDay]:
    """Take in some days of a vendor, and the published days that repeat their bytes; each is to be published at once.

    A day whose files were purged, or whose folder is gone, stays as it was published and is not among what comes back.
    What does not fit in memory lies aside in the lake meanwhile. The caller holds `lake.writing(vendor)`.
    """
    bounds = limits or Limits()
    spills = SortedRunFiles(lake.aside(vendor))
    published = lake.read("deliveries", vendor, lake.published_days(vendor))
    held = _digests_by_day(published)
    in_inbox, purged = kept_and_purged_days(inbox, vendor)
    is_purged = purged | {day for day in held if day not in in_inbox and held[day]}
    contents = SmallFileContents()
    open_day = partial(_open_delivery, inbox, contracts, vendor, bounds, seals, contents)
    opened = {day: open_day(day) for day in sorted((set(days) | (in_inbox - held.keys())) - is_purged)}
    digests = held | {day: counting_digests(delivery) for day, delivery in opened.items()}
    none = frozenset[str]()
    repeated = none.union(*(held.get(day, none) | digests.get(day, none) for day in days))
    again = {day for day in held if day > min(days) and held[day] & repeated} - set(days)
    wanted = sorted((set(days) | again) - is_purged)
    first_days = _first_days(digests)
    for batch in _batches([opened.get(day) or open_day(day) for day in wanted]):
        ours = {delivery.day for delivery in batch}
        elsewhere = {digest: day for digest, day in first_days.items() if day not in ours}
        yield from take_in_days(
            vendor,
            batch,
            read=partial(read_file, limits=bounds, seals=seals),
            first_delivered_on=elsewhere,
            hasher=hasher,
            limits=bounds,
            set_aside=spills.set_aside,
            vault=vault,
            read_together=partial(read_together, limits=bounds, held=contents),
        )


def _open_delivery(
    inbox: Path,
    contracts: Sequence[Contract],
    vendor: str,
    limits: Limits,
    seals: Seals | None,
    contents: SmallFileContents,
    day: date,
) -> Delivery:
    files = read_inbox_folder(inbox, vendor, day, limits=limits, seals=seals, contents=contents)
    return Delivery(day, contract_in_force(tuple(contracts), day), tuple(files))


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
    byte_count = 0
    for delivery in deliveries:
        size = sum(file.size for file in delivery.files)
        if batch and byte_count + size > BATCH_BYTES:
            yield batch
            batch, byte_count = [], 0
        batch.append(delivery)
        byte_count += size
    if batch:
        yield batch
