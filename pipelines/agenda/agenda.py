"""The dates of all vendors, put together and chosen."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from pipelines.agenda.contract_dates import contract_dates
from pipelines.agenda.due_date import DueDate
from pipelines.agenda.file_dates import file_dates, tender_dates
from pipelines.agenda.knowledge_dates import knowledge_dates
from pipelines.contracts.book import TENDER, ContractBook, vendor_folders
from pipelines.contracts.contract import Contract
from pipelines.contracts.stages import may_be_used
from pipelines.disputes.kept_waits import KeptWait
from pipelines.governance.due_diligence import read_answers, read_due_diligence
from pipelines.governance.tender import Tender
from pipelines.governance.tender_grid import tender_grid
from pipelines.governance.vendor_review import vendor_review
from pipelines.reviews.decisions import RecordedDecision
from pipelines.rulebook.yaml_files import CatalogueError
from pipelines.vocabulary.clock import paris_date

OVER: Final = ("deprecated", "retired")
"""A vendor whose contracts are all of these statuses has no dates any more, but of defects that are known."""


@dataclass(frozen=True)
class Agenda:
    """Dates in order, and what could not be read: dates of those files are not among them."""

    dates: tuple[DueDate, ...]
    problems: tuple[str, ...] = ()
    """With file and line."""

    def between(self, first: date, last: date) -> list[DueDate]:
        """Every date from a civil day to another, both included, answered or not."""
        return [one for one in self.dates if first <= one.on <= last]

    def ahead(self, today: date, last: date) -> list[DueDate]:
        """What passed and waits still, then every date from today on."""
        return [one for one in self.dates if one.on <= last and (one.on >= today or one.is_open)]


@dataclass(frozen=True)
class AgendaBook:
    """Where the dates of vendors are said, and the instant (aware) whose knowledge counts."""

    folder: Path
    """Of all contracts."""
    book: ContractBook
    decisions: Sequence[RecordedDecision]
    waits: Sequence[KeptWait]
    """Of the knowledge clock."""
    as_of: datetime

    def agenda(self, until: date, vendors: Collection[str] = ()) -> Agenda:
        """The dates of all vendors, or of some; what recurs, up to a civil date."""
        dates: list[DueDate] = []
        skipped = [*vendors] or self.book.skipped
        problems = [str(one) for one in self.book.problems if one.vendor in skipped and one.severity == "error"]
        for vendor in vendors or [folder.name for folder in vendor_folders(self.folder)]:
            try:
                dates += self._contract_dates(vendor)
                dates += knowledge_dates(vendor, self.waits, self.as_of)
                dates += self._file_dates(vendor, until)
            except CatalogueError as error:
                problems += map(str, error.problems)
        return Agenda(tuple(sorted(dates, key=lambda one: one.place)), tuple(problems))

    def _contract_dates(self, vendor: str) -> Iterator[DueDate]:
        return contract_dates(vendor, self.book.of(vendor), self.decisions, self.as_of)

    def _file_dates(self, vendor: str, until: date) -> Iterator[DueDate]:
        contracts, today = self.book.of(vendor), paris_date(self.as_of)
        if contracts and all(one.status in OVER for one in contracts):
            return
        file = read_due_diligence(self.folder, vendor)
        gaps = vendor_review(self.book.in_force(vendor, today), file, on=today)
        yield from file_dates(vendor, file, {gap.item for gap in gaps}, on=today, until=until)
        if _is_undecided(contracts, today):
            criteria = tender_grid(self.folder).criteria
            known = [one.id for one in criteria]
            tender = read_answers(self.folder / vendor / TENDER, Tender, "criterion", known)
            yield from tender_dates(vendor, tender, criteria, on=today)


def _is_undecided(contracts: Sequence[Contract], on: date) -> bool:
    """Whether a vendor is still a candidate: it has no contract, or one of a stage, and nobody has decided."""
    active = [one for one in contracts if one.status == "active"]
    return not active or may_be_used(active[-1], on) is None
