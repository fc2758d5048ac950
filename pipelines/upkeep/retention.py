"""The retention run: seals what was taken in, and removes what is due, with a row in the ledger for each object.

When something is due is in `retention_clock`, what was made for people in `made_folders`. The row comes first, then
the object goes: a kill in between is mended by the next run. Of a purged folder of the inbox a marker stays, so that no
run takes it for a delivery that did not come.
"""

import hashlib
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from pipelines.contracts.book import ContractBook
from pipelines.contracts.contract import Contract, contract_in_force
from pipelines.deliveries.inbox import read_inbox_folder
from pipelines.deliveries.inbox_folders import dated_folders, kept_and_purged_days
from pipelines.deliveries.recorded_arrivals import TRANSPORT_RECORD
from pipelines.disputes.records import recorded_files
from pipelines.formats.limits import Limits
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.reviews.records import recorded_decisions
from pipelines.storage.folders import (
    empty_folder,
    entries_below,
    folder_names,
    open_below,
    remove_file,
    remove_folder,
)
from pipelines.storage.inboxes import PURGED, Inbox
from pipelines.storage.lake import Lake
from pipelines.storage.secrets.kept_files import kept_files, kept_folder
from pipelines.storage.secrets.seals import Seals
from pipelines.storage.secrets.vault import Vault
from pipelines.upkeep.faults_of_ours import FAULTS_OF_OURS
from pipelines.upkeep.kept_law_sweep import unneeded_law
from pipelines.upkeep.made_folders import MadeClock, MadePlaces
from pipelines.upkeep.purges import Purge, masked, note_purges
from pipelines.upkeep.retention_clock import (
    DELIVERED_FILE,
    LAW,
    RECEIPT,
    VAULT_ROWS,
    RetentionEnd,
    RetentionSpans,
    delivery_retention_end,
    end_of,
    vault_retention_end,
)
from pipelines.upkeep.sealing import as_kept, count_to_seal, seal_vendor, seals_put_off, taken_in
from pipelines.upkeep.taken_answers import taken_answers
from pipelines.vocabulary.clock import paris_date


@dataclass
class Retained:
    """What a retention run did, or would do."""

    sealed_count: int = 0
    purged: Counter[str] = field(default_factory=Counter)
    """Objects removed, by kind."""
    held_up: list[str] = field(default_factory=list)
    """Folders, as `vendor/date`, that are due and hold files which no run took in."""
    put_off: list[str] = field(default_factory=list)
    """Folders, as `vendor/date`, with files that can't be sealed: a delivered file bears the name of their seal."""
    skipped: list[str] = field(default_factory=list)
    """Vendors left out, because their contract can't be read."""
    failed: LeftVendors = field(default_factory=lambda: LeftVendors("retention", FAULTS_OF_OURS))
    """Vendors at whom it failed, perhaps half done: the next run goes on."""


@dataclass(frozen=True)
class Retention:
    """Seals and purges. One vendor at a time, under its lock."""

    registry: sa.Engine
    lake: Lake
    inbox: Inbox
    outbox: Path
    vault: Vault
    seals: Seals
    spans: RetentionSpans
    limits: Limits
    """Those of the intake."""
    made: MadePlaces
    law: Path

    def run(self, book: ContractBook, *, as_of: datetime, now: datetime, is_dry_run: bool = False) -> Retained:
        """Seal what was taken in, then remove what is due on the civil date of an instant.

        Args:
            book: the contracts; vendors whose contract can't be read are left out.
            as_of: aware; what is due then goes.
            now: aware; noted as the instant of removal.
            is_dry_run: only count.
        """
        done = Retained(skipped=[vendor for vendor in self.vendors() if vendor in book.skipped])
        for vendor in self.vendors():
            if vendor not in book.skipped:
                with done.failed.one(vendor), self.lake.writing(vendor):
                    self._run_vendor(vendor, book.of(vendor), done, paris_date(as_of), now, is_dry_run)
        for due in self._due_law(paris_date(as_of), now):
            self._remove(due, done, now, is_dry_run)
        return done

    def vendors(self) -> list[str]:
        """Vendors of whom something is kept that goes some day."""
        receipts = folder_names(self.outbox, self.outbox)
        return sorted({*self.lake.vendors(), *self.vault.vendors(), *receipts, *self.made.vendors()})

    def _run_vendor(
        self, vendor: str, contracts: Sequence[Contract], done: Retained, on: date, now: datetime, is_dry_run: bool
    ) -> None:
        clock = _Clock(tuple(contracts), self.spans, self._delivered_at(vendor))
        if is_dry_run:
            done.sealed_count += count_to_seal(self.inbox, self.lake, self.seals, self.limits, vendor)
        else:
            done.sealed_count += seal_vendor(self.inbox, self.lake, self.seals, self.limits, vendor)
            self.vault.discard_aside(vendor)
        done.put_off += seals_put_off(self.inbox, self.lake, vendor)
        files, others = self._due_files(vendor, clock, on, done, now), self._due_others(vendor, clock, on)
        answers = self._due_answers(vendor, on)
        for due in (*files, *others, *answers, *self._due_made(vendor, clock, on)):
            self._remove(due, done, now, is_dry_run)

    def _remove(self, due: "_Due", done: Retained, now: datetime, is_dry_run: bool) -> None:
        done.purged.update(purge.kind for purge in due.purges)
        if not is_dry_run:
            note_purges(self.registry, due.purges, purged_at=now)
            due.remove()

    def _delivered_at(self, vendor: str) -> Mapping[date, datetime]:
        """When the last file of each delivery in the inbox came, zone-less UTC, where its intake was published."""
        days = [day for day in self._days(vendor) if self.lake.partition("deliveries", vendor, day).exists()]
        came: dict[date, list[datetime]] = {day: [] for day in days}
        for row in self.lake.read("deliveries", vendor, days).select(["delivery_date", "received_at"]).to_pylist():
            came[row["delivery_date"]] += [row["received_at"]] if row["received_at"] else []
        return {day: max(instants, default=end_of(day)) for day, instants in came.items()}

    def _days(self, vendor: str) -> list[date]:
        """Dates of which something lies in the inbox, or is known though their folder is gone; purged ones included.

        Where all of a vendor's folders are gone, a mount may be away: then none of them says anything.
        """
        kept, purged = kept_and_purged_days(self.inbox, vendor)
        is_there = bool(dated_folders(self.inbox.root, vendor))
        gone = dated_folders(self.inbox.state, vendor).keys() if is_there else set()
        return sorted(kept | purged | gone)

    def _due_files(self, vendor: str, clock: "_Clock", on: date, done: Retained, now: datetime) -> Iterator["_Due"]:
        """Folders of the inbox. That readers trust a day is asked last: it reads the vendor's whole lake."""
        ends = {day: clock.delivery(day) for day in self._days(vendor) if day in clock.delivered}
        folders = {day: self.inbox.folder(vendor, day) for day in ends}
        due = [day for day, end in ends.items() if end.is_due(on) and self._is_anything_left(folders[day])]
        published = set(self.lake.published_days(vendor)) if due else set()
        for day in due:
            purges = self._delivered_files(vendor, day, ends[day]) if day in published else None
            if purges is None:
                done.held_up.append(f"{vendor}/{day}")
            else:
                yield _Due(purges, partial(_empty_delivered_folder, self.inbox, folders[day], now))

    def _is_anything_left(self, folder: Path) -> bool:
        is_kept = bool(kept_files(self.inbox, folder))
        return is_kept or bool(_folder_contents(self.inbox.root, folder) or self.inbox.records(folder))

    def _due_others(self, vendor: str, clock: "_Clock", on: date) -> Iterator["_Due"]:
        for day in self.vault.days(vendor):
            end = clock.vault(day)
            if end.is_due(on):
                parts = self.vault.parts(vendor, day)
                yield _Due(
                    _purges(self.vault.root, VAULT_ROWS, vendor, day, parts, end),
                    partial(self.vault.purge, vendor, day),
                )
        for day, folder in dated_folders(self.outbox, vendor).items():
            end = clock.delivery(day)
            if end.is_due(on):
                purges = _purges(self.outbox, RECEIPT, vendor, day, _folder_contents(self.outbox, folder), end)
                yield _Due(purges, partial(remove_folder, self.outbox, folder))

    def _due_made(self, vendor: str, clock: "_Clock", on: date) -> Iterator["_Due"]:
        decisions = recorded_decisions(self.registry, vendor)
        for made in MadeClock(self.made, vendor, clock.contracts, decisions, self.spans).due(on):
            contents = _folder_contents(made.root, made.path)
            purges = _purges(made.root, made.kind, vendor, made.day, contents, made.end)
            yield _Due(purges, partial(remove_folder, made.root, made.path))

    def _due_answers(self, vendor: str, on: date) -> Iterator["_Due"]:
        root = self.inbox.root
        recorded = recorded_files(self.registry, vendor)
        for taken in taken_answers(root, recorded, vendor, self.spans, on):
            yield _Due([taken.purge], partial(remove_file, root, taken.path))

    def _due_law(self, on: date, now: datetime) -> Iterator["_Due"]:
        end = RetentionEnd(on, "nothing published names it")
        for path in unneeded_law(self.law, self.lake, (self.made.dossiers, self.made.decisions), now):
            yield _Due(_purges(self.law, LAW, "", on, [path], end), partial(_remove_law, self.law, path))

    def _delivered_files(self, vendor: str, day: date, end: RetentionEnd) -> list[Purge] | None:
        """A folder's files as in `deliveries`, and what else lies there; None where one was not taken in."""
        folder = self.inbox.folder(vendor, day)
        files = read_inbox_folder(self.inbox, vendor, day, limits=self.limits, seals=self.seals)
        if not set(as_kept(files)) <= taken_in(self.lake, vendor, day):
            return None
        known = {file.path for file in files}
        lying = _folder_contents(self.inbox.root, folder)
        others = [path for path in lying if path not in known and path.name != TRANSPORT_RECORD]
        due = (end.due_on, end.basis)
        purges = [Purge(DELIVERED_FILE, vendor, day, masked(file.name), file.digest, *due) for file in files]
        noted = {file.digest for file in files} | {file.archive[1] for file in files if file.archive}
        replaced = [kept for kept in kept_files(self.inbox, folder) if kept.digest not in noted]
        purges += [Purge(DELIVERED_FILE, vendor, day, masked(kept.path.name), kept.digest, *due) for kept in replaced]
        return purges + _purges(self.inbox.root, DELIVERED_FILE, vendor, day, others, end)


@dataclass(frozen=True)
class _Clock:
    """The ends of one vendor's objects."""

    contracts: tuple[Contract, ...]
    spans: RetentionSpans
    delivered: Mapping[date, datetime]

    def delivery(self, day: date) -> RetentionEnd:
        delivered_at = self.delivered.get(day, end_of(day))
        return delivery_retention_end(contract_in_force(self.contracts, day), delivered_at, self.spans)

    def vault(self, day: date) -> RetentionEnd:
        return vault_retention_end(contract_in_force(self.contracts, day), day, self.spans)


@dataclass(frozen=True)
class _Due:
    """Objects that are due together, and what removes them."""

    purges: list[Purge]
    remove: Callable[[], None]


def _empty_delivered_folder(inbox: Inbox, folder: Path, now: datetime) -> None:
    """Leave nothing but our record of the purge. What is kept goes first: without the files beside it, it could not be
    told what of it was replaced. The records that tell a seal from a delivery go last."""
    inbox.write(folder, PURGED, {"purged_at": now.astimezone(UTC).isoformat()})
    with suppress(FileNotFoundError):
        remove_folder(inbox.state, kept_folder(inbox, folder))
    empty_folder(inbox.root, folder, _folder_contents(inbox.root, folder))
    inbox.forget(folder)


def _remove_law(law: Path, path: Path) -> None:
    """Remove a file, and the folders that it leaves empty; nobody but us writes there."""
    remove_file(law, path)
    with suppress(OSError):
        for folder in path.relative_to(law).parents[:-1]:
            (law / folder).rmdir()


def _folder_contents(root: Path, folder: Path) -> list[Path]:
    """Everything that lies in a folder, hidden or not."""
    return [entry.path for entry in entries_below(root, folder)]


def _purges(root: Path, kind: str, vendor: str, day: date, paths: Sequence[Path], end: RetentionEnd) -> list[Purge]:
    return [
        Purge(kind, vendor, day, masked(path.name), _digest_of_removed(root, path), end.due_on, end.basis)
        for path in paths
    ]


def _digest_of_removed(root: Path, path: Path) -> str:
    """Of a file's bytes; of what is no file, of nothing."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return hashlib.sha256(b"").hexdigest()
    with open_below(root, path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
