"""The leads that the house still holds, judged at one instant, vendor by vendor.

Held are days that are published, that the vault holds, and whose retention has not passed, under the contract of the
delivery. A vendor is judged with keys of one generation alone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time

import pyarrow as pa

from pipelines.contracts.book import ContractBook
from pipelines.contracts.contract import contract_in_force
from pipelines.house import House
from pipelines.oppositions.snapshot import refresh_snapshot
from pipelines.rulebook.uses_now import next_change_on
from pipelines.upkeep.retention_clock import vault_retention_end
from pipelines.verdicts.uses_now import uses_now
from pipelines.vocabulary.clock import paris_date, paris_instant


@dataclass(frozen=True)
class Today:
    """One look at what is held."""

    house: House
    book: ContractBook
    at: datetime
    """The instant of use, aware: what was known by then counts."""

    @property
    def law_changes_at(self) -> datetime | None:
        """The next instant at which other law is in force, by the catalogue; aware."""
        day = next_change_on(self.house.catalogue, paris_date(self.at))
        return None if day is None else paris_instant(day, time(0))

    def vendors(self) -> list[str]:
        """Vendors of whom the vault holds something."""
        return self.house.vault.vendors()

    def held_days(self, vendor: str) -> list[date]:
        """Days of a vendor that the vault holds, and may still hold, in order."""
        contracts, on, spans = self.book.of(vendor), paris_date(self.at), self.house.retention_spans
        return [
            day
            for day in self.house.vault.days(vendor)
            if not vault_retention_end(contract_in_force(contracts, day), day, spans).is_due(on)
        ]

    def uses(self, vendor: str, days: Collection[date] | None = None) -> pa.Table:
        """Every use of a vendor's held leads, or of those of some days; columns `USES_NOW`.

        Who goes on to use what he is told holds the vendor's lock.

        Raises:
            KeysError: what is keyed is not all of one generation.
        """
        self.house.confirm_keys(vendor)
        lake = self.house.lake.as_found()
        judge = self.house.judge.reading(lake)
        held = [day for day in self.held_days(vendor) if days is None or day in days]
        return uses_now(judge, lake, self.book.of(vendor), vendor, held, as_of=self.at)


def look(house: House, at: datetime, *, patience: float | None = None) -> Today:
    """Look at what is held, with the registry's oppositions as they are now.

    `patience`: seconds to wait while another program of this machine reads them; None for as long as it takes.

    Raises:
        filelock.Timeout: patience has passed.
        RegistryError, SettingsError: the registry or the rules are not those that were judged by.
    """
    house.confirm_inputs()
    refresh_snapshot(house.registry, house.lake, patience=patience)
    return Today(house, house.contracts(), at)
