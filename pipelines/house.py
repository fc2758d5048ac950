"""What assets and commands need of the house, loaded and opened when first used: to know it touches no file.

What a command does not use, it does not wait for: a tool's module is imported where the tool is asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import pipelines.storage.program_digest  # before what it watches is loaded  # noqa: F401
from pipelines.settings import Settings, SettingsError

if TYPE_CHECKING:
    import sqlalchemy as sa

    from pipelines.comparisons.announcements import Announcements
    from pipelines.contracts.book import ContractBook
    from pipelines.deliveries.changed_folders import FolderWatch
    from pipelines.disputes.answers import AnswersIntake
    from pipelines.disputes.kept_answers import KeptAnswers
    from pipelines.engines.interface import Engine, EngineMemory
    from pipelines.identifiers.errors_without_values import LeftVendors
    from pipelines.identifiers.keyed_hashes import IdentityHasher
    from pipelines.intake.absences import LeftOut
    from pipelines.intake.vendor import Intake
    from pipelines.object_storage.store import Store
    from pipelines.publishing.judged_days import JudgedPublication
    from pipelines.receipts.outbox import Outbox
    from pipelines.receipts.writer import ReceiptWriter
    from pipelines.reviews.desk import ReviewDesk
    from pipelines.rulebook.catalogue import Catalogue
    from pipelines.scores.method import Methods
    from pipelines.storage.inboxes import Inbox
    from pipelines.storage.lake import Lake
    from pipelines.storage.secrets.seals import Seals
    from pipelines.storage.secrets.vault import Vault
    from pipelines.upkeep.retention import Retention
    from pipelines.upkeep.retention_clock import RetentionSpans
    from pipelines.verdicts.judge import Judge
    from pipelines.verdicts.kept_law import KeptLaw

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class House:
    """The places and tools that the settings name."""

    settings: Settings

    @property
    def lake(self) -> Lake:
        """The Parquet lake."""
        from pipelines.storage.lake import Lake

        plain = Lake(self.settings.lake, threads=self.settings.intake_threads)
        return replace(plain, sharing=self.store.writing) if self.store else plain

    @cached_property
    def store(self) -> Store | None:
        """The object store that machines share; None without one.

        Raises:
            StoreError: it can't be opened.
        """
        if not self.settings.store:
            return None
        from pipelines.object_storage.bucket import Bucket
        from pipelines.object_storage.store import Store

        return Store(Bucket.at(self.settings.store), self.settings)

    @contextmanager
    def up_to_date(self) -> Iterator[House]:
        """The house as it is on the object store, if there is one: what others published and vendors uploaded comes
        first, what was written outside of leases goes last.

        Raises:
            StoreError: the store can't be reached, or holds damaged objects.
        """
        for words in self.catch_up().in_words():
            _log.warning("as it lies here, others are up to date: %s", words)
        yield self
        self.share()

    def catch_up(self) -> LeftVendors:
        """Bring this machine's copy to what others published and vendors uploaded, if it is a copy; at whom it failed.

        Raises:
            StoreError: the store can't be reached, or holds damaged objects of what all vendors need.
        """
        left = _left_by_store()
        if self.store:
            self.store.pull(left)
            self.store.collect(left)
        return left

    def share(self) -> None:
        """Publish on the object store, if there is one, what was written outside of leases.

        Raises:
            StoreError: it could not be published of some; the others' is.
        """
        if self.store:
            from pipelines.object_storage.bucket import StoreError

            left = _left_by_store()
            self.store.push(left)
            if left.reasons:
                raise StoreError("\n".join(left.in_words()))

    def clean_store(self, now: datetime, left: LeftVendors) -> int:
        """Remove from the object store what nothing names any more; how many objects. `now`: aware. Of whom it failed
        is noted in `left`."""
        if self.store is None:
            return 0
        from pipelines.object_storage.health import clean

        self.store.push(left)
        return clean(self.store, now, left)

    @property
    def inbox(self) -> Inbox:
        """Where deliveries arrive, and what we know of them; records of earlier versions are moved first.

        Raises:
            StateError: the state folder was lost, or is another.
        """
        from pipelines.deliveries.old_records import move_old_records

        move_old_records(self._inbox, self.settings.keys, self.lake)
        return self._inbox

    @property
    def inbox_as_it_lies(self) -> Inbox:
        """The same for whoever writes nothing: no record is moved.

        Raises:
            StateError: the state folder was lost, or is another.
        """
        from pipelines.deliveries.old_records import confirm_state

        confirm_state(self._inbox, self.settings.keys, self.lake)
        return self._inbox

    @property
    def _inbox(self) -> Inbox:
        from pipelines.storage.inboxes import Inbox

        ours = self.settings
        return Inbox(ours.inbox, ours.state, ours.inbox_records == "transport")

    def contracts(self, vendors: Collection[str] = (), *, is_use_asked: bool = False) -> ContractBook:
        """The contracts as they lie there now, of all vendors or of some: reading one takes some ten milliseconds.

        With what was decided of vendors, which stands in the registry: also of those whose contracts name no stage.
        `is_use_asked`: among the problems also the warnings that no lead could ever be usable.

        Raises:
            RegistryError: the registry can't be read.
        """
        from pipelines.candidates.decisions import go_live_by_vendor
        from pipelines.contracts.book import load_contracts

        book = load_contracts(
            self.settings.contracts, vendors=vendors, catalogue=self._known_rules, is_use_asked=is_use_asked
        )
        return book.with_go_live(go_live_by_vendor(self.registry)) if book.contracts else book

    @property
    def _known_rules(self) -> Catalogue | None:
        """What contracts are checked against; none where it is broken or away, which judging says itself."""
        from pipelines.rulebook.yaml_files import CatalogueError

        try:
            return self.catalogue
        except (CatalogueError, SettingsError):
            return None

    def methods(self) -> Methods:
        """The versions of the scoring method: ours, and the house's own.

        Raises:
            SettingsError: the folder of own methods that was set is not there.
            MethodError: one of them is not whole.
        """
        from pipelines.scores.method import load_methods

        own = self.settings.methods
        if own != self.settings.home / "methods" and not own.is_dir():
            raise SettingsError(f"OPPOSABLE_METHODS: {own} is not there: mount it, or leave the setting out")
        return load_methods(own)

    def left_out(self, wanted: Mapping[str, Sequence[date]], book: ContractBook | None = None) -> list[LeftOut]:
        """Of some days by vendor, those that stay as they are because something of ours is away.

        `book`: the contracts by which the others will be done; as they lie there now unless given.
        """
        from pipelines.intake.absences import Inputs

        ours = self.settings
        return Inputs(self.inbox, ours.contracts, self.lake, book or self.contracts(wanted)).left_out(wanted)

    def confirm_inputs(self) -> None:
        """Make sure of what all vendors need, before any work.

        Raises:
            SettingsError: the folder of own rules that was set is not there.
            RegistryError: the registry holds fewer oppositions than were published of it.
        """
        from pipelines.oppositions.snapshot import confirm_registry

        self._confirm_rules()
        confirm_registry(self.registry, self.lake)

    def _confirm_rules(self) -> None:
        rules = self.settings.rules
        if rules != self.settings.home / "rules" and not rules.is_dir():
            raise SettingsError(f"OPPOSABLE_RULES: {rules} is not there: mount it, or leave the setting out")

    @property
    def hasher(self) -> IdentityHasher:
        """Keys identifiers under the house's secrets, each found to be the right one.

        It probes leads while the registry holds digests that others made.

        Raises:
            KeysError: a secret is missing or wrong, or a rotation is unfinished.
        """
        from pipelines.oppositions.records import has_hashed_oppositions

        return self._hasher.with_other_forms(has_hashed_oppositions(self.registry))

    @cached_property
    def _hasher(self) -> IdentityHasher:
        from pipelines.storage.secrets.identity_keys import open_hasher

        return open_hasher(self.registry, self.settings.keys, has_keyed_data=self.has_keyed_data)

    @property
    def key_id(self) -> str:
        """The newest identity secret: what is keyed now is keyed under it."""
        from pipelines.storage.secrets.keys import key_id

        return key_id(self._hasher.secret_count)

    @property
    def key_facts(self) -> dict[str, str]:
        """What the intake notes with a partition: under which secret it is keyed."""
        from pipelines.storage.secrets.identity_keys import KEY_FACT

        return {KEY_FACT: self.key_id}

    def confirm_keys(self, vendor: str) -> None:
        """Make sure, under the vendor's lock, that all keys that can meet are of one generation.

        Raises:
            KeysError: they are not, or may not be; the message says what to run.
        """
        from pipelines.storage.secrets.identity_keys import confirm_generation

        confirm_generation(self.registry, self.lake, vendor, self._hasher)

    @cached_property
    def vault(self) -> Vault:
        """The leads' identifiers, encrypted."""
        from pipelines.storage.secrets.vault import Vault

        return Vault(self.settings.vault, self.settings.keys)

    @cached_property
    def seals(self) -> Seals:
        """Encrypts delivered files after their intake, and opens them."""
        from pipelines.storage.secrets.seals import Seals

        return Seals(self.settings.keys, self.inbox)

    @property
    def intake(self) -> Intake:
        """Takes in what vendors delivered, under the house's keys.

        Raises:
            KeysError: a secret is missing or wrong, or a rotation is unfinished.
        """
        from pipelines.intake.vendor import Intake

        return Intake(
            inbox=self.inbox,
            lake=self.lake,
            hasher=self.hasher,
            limits=self.settings.limits,
            vault=self.vault,
            seals=self.seals,
            confirm_keys=self.confirm_keys,
            threads=self.settings.intake_threads,
            memory=self.settings.memory_shares,
            facts=self.key_facts,
        )

    @property
    def folder_watch(self) -> FolderWatch:
        """Finds folders that hold what their intake did not see."""
        from pipelines.deliveries.changed_folders import FolderWatch

        return FolderWatch(self.inbox, self.lake, self.seals, self.settings.limits)

    @property
    def review_desk(self) -> ReviewDesk:
        """Where persons decide on dossiers."""
        from pipelines.reviews.desk import ReviewDesk

        ours = self.settings
        return ReviewDesk(self.registry, ours.dossiers, ours.decisions, ours.four_eyes)

    @property
    def retention_spans(self) -> RetentionSpans:
        """How long things are kept where a contract is silent."""
        from pipelines.upkeep.retention_clock import RetentionSpans

        settings = self.settings
        return RetentionSpans(
            claim_window=timedelta(days=settings.claim_window_days),
            dispute_hold=timedelta(days=settings.dispute_hold_days),
            vault=timedelta(days=settings.vault_retention_days),
            decisions=timedelta(days=settings.decision_retention_days),
            invoices=timedelta(days=settings.invoice_retention_days),
            disputes=timedelta(days=settings.dispute_retention_days),
        )

    @property
    def retention(self) -> Retention:
        """Seals what was taken in, and removes what is due."""
        from pipelines.upkeep.made_folders import MadePlaces
        from pipelines.upkeep.retention import Retention

        ours = self.settings
        return Retention(
            registry=self.registry,
            lake=self.lake,
            inbox=self.inbox,
            outbox=ours.outbox,
            vault=self.vault,
            seals=self.seals,
            spans=self.retention_spans,
            limits=ours.limits,
            made=MadePlaces(
                ours.dossiers, ours.decisions, ours.comparisons, ours.invoices, ours.disputes, ours.annexes
            ),
            law=ours.law,
        )

    def has_keyed_data(self) -> bool:
        """Whether anything was keyed already."""
        from pipelines.oppositions.records import has_oppositions

        found = self.settings.lake.rglob("*.parquet")  # locks are no data, nor are canaries
        return any(not path.is_relative_to(self.lake.canaries) for path in found) or has_oppositions(self.registry)

    @cached_property
    def registry(self) -> sa.Engine:
        """The registry database, migrated."""
        from pipelines.storage.registry.database import open_registry

        return open_registry(self.settings.database_url)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The rulebook: our cards, and the user's.

        Raises:
            SettingsError: the folder of own rules that was set is not there.
            CatalogueError: cards do not hold together, or one of the user's decides an example otherwise than it says.
        """
        from pipelines.rulebook.catalogue import load_catalogue

        self._confirm_rules()
        catalogue = load_catalogue(self.settings.rules)
        if catalogue.own_cards:
            from pipelines.verdicts.examples import confirm_own_examples

            confirm_own_examples(catalogue, self.engine)
        return catalogue

    def with_rules_anew(self) -> House:
        """A house of the same settings, on the same registry, that reads its rules anew: for a process that outlives
        them."""
        other = House(self.settings)
        vars(other)["registry"] = self.registry
        return other

    @property
    def engine(self) -> Engine:
        """The embedded engine, for questions about what is published."""
        from pipelines.engines.named import EMBEDDED, engine_named

        return engine_named(EMBEDDED, threads=self.settings.threads, memory=self._engine_memory)

    @property
    def publishing_engine(self) -> Engine:
        """The engine that the settings name: it judges deliveries, and makes receipts, for publication."""
        from pipelines.engines.named import engine_named

        ours = self.settings
        return engine_named(ours.engine, threads=ours.threads, remote=ours.spark_remote, memory=self._engine_memory)

    @property
    def _engine_memory(self) -> EngineMemory:
        from pipelines.engines.interface import EngineMemory

        shares = self.settings.memory_shares
        return EngineMemory(self.settings.spill, shares.engine_bytes if shares else None)

    def confirm_publishing_engine(self) -> None:
        """Make sure, before any work, that the engine that the settings name can be had.

        Raises:
            EngineSettingError: it can't; the message names the setting and what would mend it.
        """
        with self.publishing_engine.session():
            pass

    @cached_property
    def judge(self) -> Judge:
        """Judges under the catalogue, on the embedded engine: for questions."""
        from pipelines.verdicts.judge import Judge

        return Judge(engine=self.engine, lake=self.lake, catalogue=self.catalogue)

    @cached_property
    def publishing_judge(self) -> Judge:
        """Judges under the catalogue, on the engine that the settings name: for publication."""
        from pipelines.verdicts.judge import Judge

        return Judge(engine=self.publishing_engine, lake=self.lake, catalogue=self.catalogue)

    @property
    def judged_days(self) -> JudgedPublication:
        """Judges vendors' days under the catalogue, for publication."""
        from pipelines.publishing.judged_days import JudgedPublication

        return JudgedPublication(self.publishing_judge, self.lake, self.receipts, self.engine)

    @property
    def kept_law(self) -> KeptLaw:
        """The rules and contracts that days were judged by."""
        from pipelines.verdicts.kept_law import KeptLaw

        return KeptLaw(self.settings.law, self.settings.contracts)

    @property
    def outbox(self) -> Outbox:
        """Where receipts lie for vendors, and what vendors dropped back."""
        from pipelines.receipts.outbox import Outbox

        return Outbox(self.settings.outbox)

    @property
    def announcements(self) -> Announcements:
        """Tells vendors of changed rules."""
        from pipelines.comparisons.announcements import Announcements
        from pipelines.oppositions.snapshot import refresh_snapshot

        return Announcements(
            engine=self.engine,
            outbox=self.outbox,
            home=self.settings.home,
            refresh_oppositions=lambda: refresh_snapshot(self.registry, self.lake),
            lake_of=self.lake_of,
            methods=self.methods,
        )

    @contextmanager
    def lake_of(self, vendor: str) -> Iterator[Lake]:
        """One vendor's lake as found, under its lock, for what judges past days again.

        Raises:
            KeysError: keys that can meet are not of one generation, or may not be.
            RegistryError: the registry can't be read.
        """
        with self.lake.writing(vendor):
            self.confirm_keys(vendor)
            yield self.lake.as_found()

    @property
    def kept_answers(self) -> KeptAnswers:
        """What vendors wrote and showed in disputes, encrypted."""
        from pipelines.disputes.kept_answers import KeptAnswers

        return KeptAnswers(self.settings.disputes, self.seals)

    @property
    def answers(self) -> AnswersIntake:
        """Takes in what vendors answer to findings."""
        from pipelines.deliveries.inbox_folders import DISPUTES
        from pipelines.disputes.answers import AnswersIntake

        return AnswersIntake(
            inbox=self.settings.inbox,
            folder=DISPUTES,
            engine=self.engine,
            lake=self.lake,
            registry=self.registry,
            kept=self.kept_answers,
            limits=self.settings.limits,
            policy=self.settings.policy.reply,
        )

    @property
    def receipts(self) -> ReceiptWriter:
        """Prepares receipts under the catalogue."""
        from pipelines.receipts.writer import ReceiptWriter

        return ReceiptWriter(self.publishing_engine, self.lake, self.catalogue, self.outbox, self.registry)


def _left_by_store() -> LeftVendors:
    from pipelines.identifiers.errors_without_values import LeftVendors
    from pipelines.upkeep.faults_of_ours import FAULTS_OF_OURS

    return LeftVendors("sharing its folders", FAULTS_OF_OURS)
