"""Which days can be done, and which are left as they are because something of ours is away.

A folder, mount or contract that is not there for a moment says nothing about a vendor: only where presence was possible
is absence a fact. What the registry must hold is in `oppositions.snapshot`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.contracts.book import ContractBook
from pipelines.deliveries.inbox_folders import is_linked, kept_and_purged_days
from pipelines.deliveries.recorded_arrivals import recorded_arrivals
from pipelines.deliveries.unclaimed_seals import confirm_seals
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.storage.inboxes import Inbox, StateError
from pipelines.storage.lake import Lake


@dataclass(frozen=True)
class LeftOut:
    """A day that stays as it is, and why."""

    vendor: str
    day: date
    reason: str

    def __str__(self) -> str:
        return f"{self.vendor} {self.day}: {self.reason}"


@dataclass(frozen=True)
class Inputs:
    """Where a day's inputs lie, and what was published of earlier ones."""

    inbox: Inbox
    contracts: Path
    lake: Lake
    book: ContractBook

    def left_out(self, wanted: Mapping[str, Sequence[date]]) -> list[LeftOut]:
        """Of some days by vendor, those that can't be done now, in order of vendor and day."""
        failed = LeftVendors("looking for its inputs")
        found: list[LeftOut] = []
        for vendor, days in sorted(wanted.items()):
            with failed.one(vendor):
                found += list(self._of_vendor(vendor, sorted(days)))
            if vendor in failed.reasons:
                found += [LeftOut(vendor, day, failed.reasons[vendor]) for day in sorted(days)]
        return found

    def _of_vendor(self, vendor: str, days: Sequence[date]) -> Iterator[LeftOut]:
        reason = self._missing(vendor)
        if reason is not None:
            yield from (LeftOut(vendor, day, reason) for day in days)
            return
        kept, purged = kept_and_purged_days(self.inbox, vendor)
        for day in days:
            if day not in kept | purged and self._had_files(vendor, [day]):
                yield LeftOut(vendor, day, "its folder is gone from the inbox: put it back")
            elif self.book.in_force(vendor, day) is None and self._was_judged_by_contract(vendor, day):
                yield LeftOut(vendor, day, "no contract is in force that day, but one judged it: put it back")
            elif day in kept and (fault := self._record_fault(vendor, day)):
                yield LeftOut(vendor, day, fault)

    def _record_fault(self, vendor: str, day: date) -> str | None:
        """Why it can't be told which files of a folder were sealed, or when they came."""
        folder = self.inbox.folder(vendor, day)
        try:
            confirm_seals(self.inbox, self.lake, vendor, day)
            recorded_arrivals(self.inbox, folder)
        except StateError as error:
            return str(error)
        return None

    def _missing(self, vendor: str) -> str | None:
        """What is away for all of a vendor's days."""
        if not self.inbox.root.is_dir():
            return f"the inbox {self.inbox.root} is not there: mount it, or set OPPOSABLE_INBOX"
        if vendor in self.book.skipped:
            return f"the contract can't be read or has errors; `opposable contracts lint {vendor}` says why"
        if not self.book.of(vendor):
            return f"no contract lies in {self.contracts / vendor}: put it back"
        if is_linked(self.inbox, vendor):
            return "its folder in the inbox is a link, which is not followed: put a folder or a mount in its place"
        if not (self.inbox.root / vendor).is_dir() and self._had_files(vendor, self._published_days(vendor)):
            return "the vendor's folder is gone from the inbox: put it back"
        return None

    def _published_days(self, vendor: str) -> list[date]:
        return self.lake.published_days(vendor)

    def _had_files(self, vendor: str, days: Sequence[date]) -> bool:
        """Whether anything was delivered on some days, says what was published."""
        there = [day for day in days if self.lake.digests(vendor, day, "deliveries")]
        digests = self.lake.read("deliveries", vendor, there)["file_digest"]
        return bool(digests.null_count < len(digests))

    def _was_judged_by_contract(self, vendor: str, day: date) -> bool:
        is_there = self.lake.partition("scorecards", vendor, day).exists()
        return is_there and "known_at" in self.lake.facts(vendor, day, "scorecards")
