"""Folders of what was made for people, and which are due: dossiers, those decided on, comparisons, checked
invoices, what vendors said in disputes.

Spans are in `retention_clock`; removing belongs to `retention`. A folder counts from the last change of its files: what
is made anew is kept anew. A dossier that a decision rests on stays as long as the decision is kept, wherever it lies.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from pipelines.contracts.contract import Contract, contract_in_force
from pipelines.deliveries.inbox_folders import dated_folders
from pipelines.reviews.decisions import RecordedDecision
from pipelines.reviews.written_dossiers import dossier_digest
from pipelines.storage.folders import entries_below, folder_names
from pipelines.upkeep.retention_clock import (
    ANNEX,
    CHECKED_INVOICE,
    COMPARISON,
    DECIDED_DOSSIER,
    DOSSIER,
    KEPT_ANSWER,
    RetentionEnd,
    RetentionSpans,
    answer_retention_end,
    decision_retention_end,
    delivery_retention_end,
    end_of,
    invoice_retention_end,
)
from pipelines.vocabulary.clock import paris_date
from pipelines.vocabulary.words import VENDOR_KEY

_OF_VENDOR: Final = "vendor="


@dataclass(frozen=True)
class MadeFolder:
    """One that is kept until `end`."""

    kind: str
    root: Path
    path: Path
    day: date
    """From which its span counts."""
    end: RetentionEnd


@dataclass(frozen=True)
class MadePlaces:
    """Where they lie, below the home."""

    dossiers: Path
    decisions: Path
    comparisons: Path
    invoices: Path
    disputes: Path
    annexes: Path

    def vendors(self) -> set[str]:
        """Vendors of whom something was made."""
        by_vendor = (self.dossiers, self.decisions, self.invoices, self.disputes, self.annexes)
        named = [name for root in by_vendor for name in folder_names(root, root)]
        root = self.comparisons
        for comparison in folder_names(root, root):
            named += [name.removeprefix(_OF_VENDOR) for name in folder_names(root, root / comparison)]
        return set(filter(VENDOR_KEY.fullmatch, named))


@dataclass(frozen=True)
class MadeClock:
    """The ends of what was made of one vendor."""

    places: MadePlaces
    vendor: str
    contracts: tuple[Contract, ...]
    decisions: Sequence[RecordedDecision]
    """The vendor's."""
    spans: RetentionSpans

    def due(self, on: date) -> Iterator[MadeFolder]:
        """What is to be removed on a date."""
        made_ones = (
            *(*self._dossiers(on), *self._decided(), *self._comparisons()),
            *(*self._invoices(), *self._answers(), *self._annexes()),
        )
        for made in made_ones:
            if made.end.is_due(on):
                yield made

    def _dossiers(self, on: date) -> Iterator[MadeFolder]:
        """All but the latest, which the portfolio shows and a person may be about to decide on."""
        root = self.places.dossiers
        folders = dated_folders(root, self.vendor)
        for folder in (folders[day] for day in sorted(folders)[:-1]):
            day = _changed_on(root, folder)
            end = self._working_end(day)
            if end.is_due(on):  # only then: a digest reads the whole folder
                last_on = self._last_decided_on(dossier_digest(folder))
                end = decision_retention_end(last_on, self.spans) if last_on else end
            yield MadeFolder(DOSSIER, root, folder, day, end)

    def _decided(self) -> Iterator[MadeFolder]:
        """Copies, those that a kill left unfinished or without a decision included."""
        for root, folder in self._folders_in(self.places.decisions):
            day = self._last_decided_on(folder.name.removeprefix(".")) or _changed_on(root, folder)
            yield MadeFolder(DECIDED_DOSSIER, root, folder, day, decision_retention_end(day, self.spans))

    def _comparisons(self) -> Iterator[MadeFolder]:
        """The vendor's part of each; the answer goes with the last part."""
        root, own = self.places.comparisons, f"{_OF_VENDOR}{self.vendor}"
        for place in (root / name for name in folder_names(root, root)):
            parts = folder_names(root, place)
            if own in parts:
                day = _changed_on(root, place)
                yield MadeFolder(
                    COMPARISON, root, place if parts == [own] else place / own, day, self._working_end(day)
                )

    def _invoices(self) -> Iterator[MadeFolder]:
        for root, folder in self._folders_in(self.places.invoices):
            day = _changed_on(root, folder)
            yield MadeFolder(CHECKED_INVOICE, root, folder, day, invoice_retention_end(day, self.spans))

    def _answers(self) -> Iterator[MadeFolder]:
        for root, folder in self._folders_in(self.places.disputes):
            day = _changed_on(root, folder)
            yield MadeFolder(KEPT_ANSWER, root, folder, day, answer_retention_end(day, self.spans))

    def _annexes(self) -> Iterator[MadeFolder]:
        for root, folder in self._folders_in(self.places.annexes):
            day = _changed_on(root, folder)
            yield MadeFolder(ANNEX, root, folder, day, self._working_end(day))

    def _folders_in(self, root: Path) -> Iterator[tuple[Path, Path]]:
        yield from ((root, root / self.vendor / name) for name in folder_names(root, root / self.vendor))

    def _working_end(self, day: date) -> RetentionEnd:
        """Of what is made to claim and to answer a dispute, as receipts are."""
        return delivery_retention_end(contract_in_force(self.contracts, day), end_of(day), self.spans)

    def _last_decided_on(self, digest: str) -> date | None:
        """When the last decision on a dossier was made, confirmed or takes effect; None where there is none.

        `digest`: its first digits.
        """
        resting = [one for one in self.decisions if one.dossier_digest.startswith(digest)]
        instants = [instant for one in resting for instant in (one.decided_at, one.confirmed_at) if instant]
        renewals = [one.renewal_on for one in resting if one.renewal_on]
        return max([*map(paris_date, instants), *renewals], default=None)


def _changed_on(root: Path, folder: Path) -> date:
    changed_at = [entry.state.st_mtime for entry in entries_below(root, folder)] or [folder.lstat().st_mtime]
    return paris_date(datetime.fromtimestamp(max(changed_at), UTC))
