"""The intake of one vendor's days, from inbox folders to published tables.

Which days are read is decided in `days_to_read`, what they are made from in `made_from`, what becomes of rows in
`days`. A day that would come out as it is published is left as it is.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from heapq import merge
from operator import attrgetter
from typing import Any, Final

import pyarrow as pa

from pipelines.arrays.memory_shares import MemoryShares
from pipelines.arrays.sorted_run_files import SortedRunFiles
from pipelines.contracts.contract import Contract, contract_in_force
from pipelines.deliveries.files import Delivery
from pipelines.deliveries.inbox import delivered_names, read_inbox_folder
from pipelines.deliveries.inbox_folders import kept_and_purged_days
from pipelines.deliveries.reading import read_file, read_together
from pipelines.deliveries.recorded_arrivals import adopt_arrivals
from pipelines.deliveries.replaced_files import keep_taken_in, replaced_files, with_stays
from pipelines.deliveries.small_file_contents import SmallFileContents
from pipelines.deliveries.taken_in_files import settle_arrivals
from pipelines.deliveries.unclaimed_seals import confirm_seals
from pipelines.formats.isolated.desk import DESK
from pipelines.formats.limits import Limits
from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.intake.days import IntakeDay, take_in_days
from pipelines.intake.days_to_read import DaysToRead, PublishedDay, days_to_read
from pipelines.intake.made_from import intake_digest
from pipelines.intake.opened_files import counting_digests, dated_claimed_files
from pipelines.storage.inboxes import Inbox
from pipelines.storage.lake import Lake
from pipelines.storage.outcome_notes import Counts, OutcomeNotes
from pipelines.storage.secrets.seals import Seals
from pipelines.storage.secrets.vault import Vault
from pipelines.vocabulary.words import ROLES_READ

BATCH_BYTES: Final = 2**30
"""Delivered bytes that are taken in together; a larger delivery is a batch of its own."""
_MARKER: Final = "deliveries"


@dataclass(frozen=True)
class UnchangedDay:
    """A day that is published as it would come out again."""

    delivery: Delivery
    told: Mapping[str, Counts]

    @property
    def day(self) -> date:
        """Its date."""
        return self.delivery.day

    def counts(self, role: str) -> Counts:
        """What became of the day's files of a role, and since when that is published."""
        return self.told[role]


@dataclass(frozen=True)
class _Folders:
    """Folders of a vendor that an intake has to look at, and how it looks at them."""

    published: Collection[date]
    """Days that were published and can be trusted."""
    to_read: DaysToRead
    contents: SmallFileContents
    delivery_on: Callable[[date], Delivery]


@dataclass(frozen=True)
class Intake:
    """Takes in vendors' days from an inbox into a lake. The caller holds `lake.writing(vendor)`."""

    inbox: Inbox
    lake: Lake
    hasher: IdentityHasher
    limits: Limits = field(default_factory=Limits)
    vault: Vault | None = None
    """Takes the identifiers of accepted leads; without one they are kept nowhere."""
    seals: Seals | None = None
    """Opens sealed files, and keeps what is taken in; without it nothing is kept."""
    confirm_keys: Callable[[str], None] = lambda vendor: None
    """Raises where a vendor's keys may not meet those of the hasher."""
    threads: int = 1
    """How many work on rows; what is published does not tell."""
    memory: MemoryShares | None = None
    """What may be held, if that is bounded; the same."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What is noted with each published partition."""

    def take_in(
        self, vendor: str, contracts: Sequence[Contract], days: Sequence[date], *, is_anew: bool = False
    ) -> Iterator[IntakeDay | UnchangedDay]:
        """Publish what some days of a vendor became; each comes back once it is published, or was found to be.

        Those are the days that `days_to_read` names: not all that were asked for, and others beside them. `is_anew`:
        none of them is left as it is published.
        """
        self.confirm_keys(vendor)
        folders = self._folders(vendor, contracts, days)
        notes = OutcomeNotes(self.lake, vendor, _MARKER, folders.published, is_anew)
        made_from = {day: self._made_from(folders, day) for day in folders.to_read.days}
        unchanged = list(self._unchanged(folders, notes, made_from))
        due = made_from.keys() - {one.day for one in unchanged}
        read = self._read(vendor, folders, due)
        both: Iterator[IntakeDay | UnchangedDay] = merge(unchanged, read, key=attrgetter("day"))
        for taken in both:
            if self.seals is not None:
                folder = self.inbox.folder(vendor, taken.day)
                keep_taken_in(self.inbox, self.seals, folder, dated_claimed_files(taken.delivery))
            if isinstance(taken, IntakeDay):
                self.lake.publish(vendor, taken.day, taken.tables, facts=self.facts)
                self._note(notes, taken, made_from[taken.day])
            yield taken
        if self.memory is not None:
            _give_back_memory()

    def read_days(self, vendor: str, contracts: Sequence[Contract], days: Sequence[date]) -> Iterator[IntakeDay]:
        """What the days became; each is to be published at once. What does not fit in memory lies aside in the lake."""
        folders = self._folders(vendor, contracts, days)
        yield from self._read(vendor, folders, folders.to_read.days)

    def _folders(self, vendor: str, contracts: Sequence[Contract], days: Sequence[date]) -> _Folders:
        contents = SmallFileContents()
        delivery_on = cache(partial(self._delivery_on, vendor, tuple(contracts), contents))
        in_inbox, purged = kept_and_purged_days(self.inbox, vendor)
        published = self.lake.published_days(vendor)
        to_read = days_to_read(
            days,
            in_inbox=in_inbox,
            purged=purged,
            published=_published_days(self.lake.read("deliveries", vendor, published)),
            counting_now=lambda day: counting_digests(delivery_on(day)),
        )
        return _Folders(frozenset(published), to_read, contents, delivery_on)

    def _made_from(self, folders: _Folders, day: date) -> str:
        first = folders.to_read.first_delivered_on
        return intake_digest(folders.delivery_on(day), first, hasher=self.hasher, limits=self.limits, facts=self.facts)

    def _unchanged(
        self, folders: _Folders, notes: OutcomeNotes, made_from: Mapping[date, str]
    ) -> Iterator[UnchangedDay]:
        for day, digest in made_from.items():
            noted = notes.standing(day, digest, partial(self._in_vault, notes.vendor, day))
            if noted is not None:
                yield UnchangedDay(folders.delivery_on(day), notes.told(day, noted))

    def _in_vault(self, vendor: str, day: date) -> str:
        return self.vault.digest(vendor, day) if self.vault is not None else ""

    def _note(self, notes: OutcomeNotes, taken: IntakeDay, made_from: str) -> None:
        """Of a day that hangs on more than its inputs nothing is noted."""
        if taken.is_repeatable:
            told = {role: taken.counts(role) for role in ROLES_READ}
            notes.note(taken.day, made_from, self._in_vault(notes.vendor, taken.day), told)

    def _read(self, vendor: str, folders: _Folders, days: Collection[date]) -> Iterator[IntakeDay]:
        for batch in _batches([folders.delivery_on(day) for day in sorted(days)]):
            yield from take_in_days(
                vendor,
                batch,
                read=partial(read_file, limits=self.limits, seals=self.seals),
                first_delivered_on=folders.to_read.first_delivered_on,
                hasher=self.hasher,
                limits=self.limits,
                set_aside=SortedRunFiles(self.lake.aside(vendor)).set_aside,
                vault=self.vault,
                read_together=partial(read_together, limits=self.limits, held=folders.contents),
                threads=self.threads,
                run_bytes=self.memory.run_bytes if self.memory else None,
            )

    def _delivery_on(
        self, vendor: str, contracts: tuple[Contract, ...], contents: SmallFileContents, day: date
    ) -> Delivery:
        confirm_seals(self.inbox, self.lake, vendor, day)
        settle_arrivals(self.inbox, self.lake, vendor, day, partial(delivered_names, self.inbox, vendor, day))
        files = read_inbox_folder(self.inbox, vendor, day, limits=self.limits, seals=self.seals, contents=contents)
        folder = self.inbox.folder(vendor, day)
        adopt_arrivals(self.inbox, folder, files)
        before = replaced_files(self.inbox, folder, files, limits=self.limits, seals=self.seals)
        files = with_stays(self.inbox, folder, files)
        return Delivery(day, contract_in_force(contracts, day), (*before, *files))


def _give_back_memory() -> None:
    """Leave to who comes next what the reading process and Arrow would keep for a next file."""
    DESK.end()
    pa.default_memory_pool().release_unused()


def _published_days(deliveries: pa.Table) -> dict[date, PublishedDay]:
    """The days of a `deliveries` table, all published days of a vendor that have any row."""
    files: dict[date, list[dict[str, Any]]] = {}
    columns = ["delivery_date", "file_digest", "role", "status", "replaced_at"]
    for row in deliveries.select(columns).to_pylist():
        files.setdefault(row["delivery_date"], []).extend([row] if row["file_digest"] is not None else [])
    return {
        day: PublishedDay(frozenset(row["file_digest"] for row in theirs if _is_counting(row)), bool(theirs))
        for day, theirs in files.items()
    }


def _is_counting(file: Mapping[str, Any]) -> bool:
    """Whether a published file makes a later one with the same bytes a duplicate."""
    is_old_proof = file["role"] == "consent_proofs" and file["replaced_at"] is not None
    return file["role"] in ROLES_READ and file["status"] != "superseded" and not is_old_proof


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
