"""What pages read: contracts and vendors' files, kept while they are the same; dossiers, scores and decisions as they
are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Final

from dateutil.relativedelta import relativedelta

from pipelines.agenda.agenda import Agenda, AgendaBook
from pipelines.candidates.decisions import latest_decision_id
from pipelines.contracts.book import ContractBook, vendor_folders
from pipelines.governance.due_diligence import DueDiligence, read_due_diligence
from pipelines.house import House
from pipelines.reviews.own_findings import own_findings
from pipelines.reviews.records import recorded_decisions
from pipelines.reviews.written_dossiers import latest_notes
from pipelines.rulebook.yaml_files import CatalogueError
from pipelines.scores.points import TOTAL
from pipelines.scores.records import PublishedScore, scores_as_of
from pipelines.serve.portfolio import VendorLine, vendor_line
from pipelines.vocabulary.clock import paris_date

AHEAD: Final = relativedelta(months=12)
"""How far the list of dates looks."""
Fingerprint = tuple[int, tuple[tuple[str, int, int], ...]]


@dataclass(frozen=True)
class Filed:
    """Contracts and vendors' files as read together."""

    vendors: tuple[str, ...]
    """That have a folder."""
    book: ContractBook
    files: dict[str, DueDiligence]
    """Those that can be read."""


class Shelf:
    """The house as pages read it. One for all threads."""

    def __init__(self, house: House, now: Callable[[], datetime]) -> None:
        self.house = house
        self.now = now
        self._lock = Lock()
        self._filed: tuple[Fingerprint, Filed] | None = None

    def filed(self) -> Filed:
        """Contracts and vendors' files as they lie there now; read anew only where a file, or a go-live, is another."""
        with self._lock:
            mark = self._fingerprint()
            if self._filed is None or self._filed[0] != mark:
                self._filed = (mark, self._read_files())
            return self._filed[1]

    def lines(self) -> list[VendorLine]:
        """Every vendor that has a contract or a dossier, by key."""
        filed, now = self.filed(), self.now()
        notes = latest_notes(self.house.settings.dossiers)
        scores = self._totals({note.as_of for note in notes.values()})
        decisions = recorded_decisions(self.house.registry)
        own = own_findings({name: filed.book.of(name) for name in filed.book.vendors}, decisions, now)
        return [
            vendor_line(
                vendor,
                contract=filed.book.in_force(vendor, paris_date(now)),
                criticality=filed.files[vendor].criticality if vendor in filed.files else None,
                note=notes.get(vendor),
                score=scores.get(vendor),
                waits=tuple(one.kind for one in own if one.vendor == vendor),
            )
            for vendor in sorted({*filed.vendors, *notes})
        ]

    def agenda(self, vendor: str | None = None) -> Agenda:
        """The dates of all vendors, or of one, as known now, up to `until`."""
        filed, now = self.filed(), self.now()
        decisions = recorded_decisions(self.house.registry, before=now)
        book = AgendaBook(self.house.settings.contracts, filed.book, decisions, now)
        return book.agenda(self.until(), (vendor,) if vendor else ())

    def until(self) -> date:
        """Up to when the list of dates looks."""
        return paris_date(self.now()) + AHEAD

    def _totals(self, instants: set[datetime]) -> dict[str, PublishedScore]:
        rows = (row for at in sorted(instants) for row in scores_as_of(self.house.registry, at))
        return {row.vendor: row for row in rows if row.dimension == TOTAL}

    def _fingerprint(self) -> Fingerprint:
        folder = self.house.settings.contracts
        states = ((path, path.stat()) for path in sorted(folder.glob("*/*")) if path.is_file())
        files = tuple((str(path), state.st_mtime_ns, state.st_size) for path, state in states)
        return latest_decision_id(self.house.registry), files

    def _read_files(self) -> Filed:
        folder = self.house.settings.contracts
        vendors = tuple(one.name for one in vendor_folders(folder))
        return Filed(vendors, self.house.contracts(), dict(self._readable(vendors)))

    def _readable(self, vendors: tuple[str, ...]) -> Iterator[tuple[str, DueDiligence]]:
        for vendor in vendors:
            try:
                yield vendor, read_due_diligence(self.house.settings.contracts, vendor)
            except CatalogueError:
                continue  # the vendor's page says so
