"""What assets need of the house, opened when first used: importing the code location touches no file."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa

from pipelines.domain.identities import IdentityHasher
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.engines.judge import Judge
from pipelines.rulebook.catalogue import Catalogue, load_catalogue
from pipelines.settings import Settings
from pipelines.storage.contracts import ContractBook, load_contracts
from pipelines.storage.keys import identity_secret
from pipelines.storage.lake import Lake
from pipelines.storage.oppositions import has_oppositions
from pipelines.storage.registry import open_registry


@dataclass(frozen=True)
class House:
    """The places and tools that the settings name."""

    settings: Settings

    @property
    def lake(self) -> Lake:
        """The Parquet lake."""
        return Lake(self.settings.lake)

    def contracts(self, vendors: Collection[str] = ()) -> ContractBook:
        """The contracts as they lie there now, of all vendors or of some: reading one takes some ten milliseconds."""
        return load_contracts(self.settings.contracts, vendors=vendors)

    @cached_property
    def hasher(self) -> IdentityHasher:
        """Keys identifiers under the house's secret."""
        return IdentityHasher(identity_secret(self.settings.keys, has_keyed_data=self._has_keyed_data))

    def _has_keyed_data(self) -> bool:
        return any(self.settings.lake.rglob("*.parquet")) or has_oppositions(self.registry)  # locks are no data

    @cached_property
    def registry(self) -> sa.Engine:
        """The registry database, migrated."""
        return open_registry(self.settings.database_url)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The rulebook: our cards, and the user's."""
        return load_catalogue(self.settings.rules)

    @cached_property
    def judge(self) -> Judge:
        """Judges under the catalogue, on the engine that the settings name."""
        engine = DuckDBEngine(threads=self.settings.threads)
        return Judge(engine=engine, lake=self.lake, catalogue=self.catalogue)
