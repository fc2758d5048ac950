"""Candidates side by side: what they answered, how far they have come, and what their pilots showed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from pipelines.candidates.go_live import GoLiveCase
from pipelines.candidates.pilot import Pilot, pilot_of
from pipelines.contracts.book import TENDER, ContractBook, vendor_folders
from pipelines.contracts.contract import Contract
from pipelines.engines.interface import Engine
from pipelines.governance.tender import TenderResult, ranked, tender_of
from pipelines.governance.tender_grid import TenderGrid, tender_grid
from pipelines.governance.vendor_review import vendor_gaps
from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.yaml_files import CatalogueError
from pipelines.scores.method import Methods
from pipelines.storage.lake import Lake
from pipelines.vocabulary.clock import paris_date


@dataclass(frozen=True)
class Candidate:
    """One vendor in a tender."""

    tender: TenderResult
    stage: str | None
    """Of its latest active contract; None without one, or where it never was a candidate."""
    pilot: Pilot

    @property
    def vendor(self) -> str:
        """Its key."""
        return self.tender.vendor


@dataclass(frozen=True)
class CandidateBook:
    """What is known of candidates at an instant (aware)."""

    contracts: Path
    """The folder in which vendors' files lie."""
    book: ContractBook
    engine: Engine
    lake: Lake
    catalogue: Catalogue
    methods: Methods
    at: datetime

    @cached_property
    def grid(self) -> TenderGrid:
        """The criteria of this advertiser.

        Raises:
            CatalogueError: its own grid can't be read.
        """
        return tender_grid(self.contracts)

    def vendors(self) -> list[str]:
        """Vendors that take part in a tender, by name."""
        return [folder.name for folder in vendor_folders(self.contracts) if (folder / TENDER).exists()]

    def compared(self, vendors: Collection[str]) -> tuple[list[Candidate], dict[str, str]]:
        """Candidates in the order in which a person looks at them; of those whose files can't be read, every problem.

        Raises:
            CatalogueError: this advertiser's own grid can't be read.
        """
        tenders, broken = [], {}
        _ = self.grid  # what is wrong with it is nobody's answers
        for vendor in vendors:
            try:
                tenders.append(self._tender(vendor))
            except CatalogueError as error:
                broken[vendor] = str(error)
        found = [Candidate(one, self._stage(one.vendor), self._pilot(one.vendor)) for one in ranked(tenders)]
        return found, broken

    def case(self, vendor: str) -> GoLiveCase:
        """What somebody has to know who decides whether a vendor goes live.

        Raises:
            CatalogueError: every problem of the vendor's files, with its line.
        """
        on, contract = paris_date(self.at), self.latest_contract(vendor)
        gaps = vendor_gaps(self.contracts, vendor, contract, on=on)
        return GoLiveCase(vendor, on, contract, gaps, self._tender(vendor), self._pilot(vendor))

    def latest_contract(self, vendor: str) -> Contract | None:
        """A vendor's last active contract, also where it is not in force yet: it is what was signed."""
        active = [contract for contract in self.book.of(vendor) if contract.status == "active"]
        return active[-1] if active else None

    def _tender(self, vendor: str) -> TenderResult:
        return tender_of(self.contracts, vendor, self.grid, on=paris_date(self.at))

    def _stage(self, vendor: str) -> str | None:
        contract = self.latest_contract(vendor)
        return contract.stage if contract is not None else None

    def _pilot(self, vendor: str) -> Pilot:
        """By the method of its latest contract, also where that is not in force yet."""
        contract = self.latest_contract(vendor)
        on = max(paris_date(self.at), contract.valid_from) if contract is not None else paris_date(self.at)
        contracts = self.book.of(vendor)
        method = self.methods.of_contract(contracts, on)
        asked = (self.engine, self.lake, self.catalogue, vendor, contract, method)
        return pilot_of(*asked, contracts=contracts, as_of=self.at)
