"""What pages read: contracts and vendors' files, kept while they are the same; dossiers, scores and decisions as they
are."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from dateutil.relativedelta import relativedelta

from pipelines.agenda.agenda import Agenda, AgendaBook
from pipelines.candidates.decisions import latest_decision_id
from pipelines.contracts.book import ContractBook, vendor_folders
from pipelines.disputes.kept_waits import kept_waits
from pipelines.governance.due_diligence import DueDiligence, read_due_diligence
from pipelines.house import House
from pipelines.reviews.decisions import RecordedDecision
from pipelines.reviews.own_findings import own_findings
from pipelines.reviews.records import recorded_decisions
from pipelines.reviews.written_dossiers import DossierNote, latest_note, latest_notes
from pipelines.rulebook.catalogue import rule_files
from pipelines.rulebook.yaml_files import CatalogueError
from pipelines.scores.points import TOTAL
from pipelines.scores.records import PublishedScore, scores_as_of, vendor_scores_as_of
from pipelines.serve.portfolio import VendorLine, vendor_line
from pipelines.vocabulary.clock import paris_date
from pipelines.vocabulary.words import VENDOR_KEY

AHEAD: Final = relativedelta(months=12)
"""How far the list of dates looks."""
FileMarks = tuple[tuple[str, int, int], ...]
"""Of files: path, instant of the last change in nanoseconds, bytes."""


class Fingerprint(NamedTuple):
    """By which it is seen that something is another than when it was read."""

    go_live: int
    contracts: FileMarks
    rules: FileMarks


@dataclass(frozen=True)
class Filed:
    """Contracts and vendors' files as read together."""

    house: House
    """That reads the rules as they lay there then."""
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
        """Contracts and vendors' files as they lie there; read anew only where a file, rule or go-live is another."""
        with self._lock:
            mark = self._fingerprint()
            if self._filed is None or self._filed[0] != mark:
                self._filed = (mark, self._read_files(mark))
            return self._filed[1]

    def lines(self) -> list[VendorLine]:
        """Every vendor that has a contract or a dossier, by key."""
        filed = self.filed()
        notes = latest_notes(self.house.settings.dossiers)
        scores = self._totals({note.as_of for note in notes.values()})
        waits = self._waits(filed, filed.book.vendors, recorded_decisions(self.house.registry))
        return [
            self._line(filed, vendor, notes.get(vendor), scores.get(vendor), waits.get(vendor, []))
            for vendor in sorted({*filed.vendors, *notes})
        ]

    def line(self, vendor: str) -> VendorLine | None:
        """The line of one vendor, without a look at what others have; None where there is none."""
        filed, registry = self.filed(), self.house.registry
        if vendor not in filed.vendors and not VENDOR_KEY.fullmatch(vendor):
            return None
        note = latest_note(self.house.settings.dossiers, vendor)
        if vendor not in filed.vendors and note is None:
            return None
        scores = vendor_scores_as_of(registry, vendor, note.as_of) if note else []
        total = next((row for row in scores if row.dimension == TOTAL), None)
        waits = self._waits(filed, {vendor} & set(filed.book.vendors), recorded_decisions(registry, vendor))
        return self._line(filed, vendor, note, total, waits.get(vendor, []))

    def agenda(self, vendor: str | None = None) -> Agenda:
        """The dates of all vendors, or of one, as known now, up to `until`."""
        filed, now = self.filed(), self.now()
        decisions = recorded_decisions(self.house.registry, before=now)
        waits = kept_waits(self.house.lake)
        book = AgendaBook(self.house.settings.contracts, filed.book, decisions, waits, now)
        return book.agenda(self.until(), (vendor,) if vendor else ())

    def until(self) -> date:
        """Up to when the list of dates looks."""
        return paris_date(self.now()) + AHEAD

    def _line(
        self, filed: Filed, vendor: str, note: DossierNote | None, score: PublishedScore | None, waits: list[str]
    ) -> VendorLine:
        file = filed.files.get(vendor)
        return vendor_line(
            vendor,
            contract=filed.book.in_force(vendor, paris_date(self.now())),
            criticality=file.criticality if file else None,
            note=note,
            score=score,
            waits=tuple(waits),
        )

    def _waits(
        self, filed: Filed, vendors: Collection[str], decisions: Sequence[RecordedDecision]
    ) -> dict[str, list[str]]:
        """By vendor, kinds of what the advertiser owes itself there."""
        found: dict[str, list[str]] = {}
        for one in own_findings({name: filed.book.of(name) for name in vendors}, decisions, self.now()):
            found.setdefault(one.vendor, []).append(one.kind)
        return found

    def _totals(self, instants: set[datetime]) -> dict[str, PublishedScore]:
        rows = (row for at in sorted(instants) for row in scores_as_of(self.house.registry, at))
        return {row.vendor: row for row in rows if row.dimension == TOTAL}

    def _fingerprint(self) -> Fingerprint:
        ours = self.house.settings
        go_live = latest_decision_id(self.house.registry)
        return Fingerprint(go_live, _marks(ours.contracts.glob("*/*")), _marks(rule_files(ours.rules)))

    def _read_files(self, mark: Fingerprint) -> Filed:
        house = self._filed[1].house if self._filed and self._filed[0].rules == mark.rules else None
        house = house or self.house.with_rules_anew()
        vendors = tuple(one.name for one in vendor_folders(house.settings.contracts))
        return Filed(house, vendors, house.contracts(), dict(self._readable(vendors)))

    def _readable(self, vendors: tuple[str, ...]) -> Iterator[tuple[str, DueDiligence]]:
        for vendor in vendors:
            try:
                yield vendor, read_due_diligence(self.house.settings.contracts, vendor)
            except CatalogueError:
                continue  # the vendor's page says so


def _marks(paths: Iterable[Path]) -> FileMarks:
    states = ((path, path.stat()) for path in sorted(paths) if path.is_file())
    return tuple((str(path), state.st_mtime_ns, state.st_size) for path, state in states)
