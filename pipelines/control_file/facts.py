"""The control file put together: each part is asked of the room that has it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from pipelines.agenda.agenda import Agenda, AgendaBook
from pipelines.candidates.decisions import decisions_on
from pipelines.contracts.book import ContractBook, vendor_folders
from pipelines.contracts.contract import Contract, contract_in_force, last_day_in_force
from pipelines.control_file.delivered import delivered_in
from pipelines.control_file.model import (
    ControlFile,
    ControlPeriod,
    Diligence,
    GoLiveLine,
    RunLine,
    Told,
    VendorControl,
    Watch,
)
from pipelines.control_file.registry_counts import registry_counts
from pipelines.disputes.kept_waits import kept_waits
from pipelines.governance.due_diligence import DueDiligence, read_due_diligence
from pipelines.governance.vendor_review import vendor_gaps, vendor_risks
from pipelines.questionnaires.records import kept_statements
from pipelines.questionnaires.statements import stated_on
from pipelines.receipts.notices import Notice, notified_at
from pipelines.receipts.records import standing_receipts
from pipelines.reviews.own_findings import own_findings
from pipelines.reviews.records import recorded_decisions
from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.yaml_files import CatalogueError
from pipelines.storage.lake import Lake
from pipelines.vocabulary.clock import paris_date, paris_instant

AHEAD: Final = timedelta(days=90)
"""How far beyond the period dates are shown."""


@dataclass(frozen=True)
class ControlDesk:
    """Where the facts of a control file are, and the instant (aware) whose knowledge counts."""

    lake: Lake
    registry: Engine
    contracts: Path
    book: ContractBook
    catalogue: Catalogue
    as_of: datetime

    def control_file(
        self, period: ControlPeriod, *, runs: Sequence[RunLine] | None = None, watch: Watch | None = None
    ) -> ControlFile:
        """Everything about a period.

        Args:
            period: which.
            runs: of the jobs in the period, where somebody asked for them.
            watch: canaries, where they were judged for this file.
        """
        decisions = recorded_decisions(self.registry, before=self.as_of)
        agenda = self._agenda(period)
        first, known_until = self._bounds(period)
        book = {name: self.book.of(name) for name in self.book.vendors}
        return ControlFile(
            period=period,
            as_of=self.as_of,
            vendors=tuple(self._vendor(name, period) for name in self._vendors()),
            cards={card.id: card for card in self.catalogue.cards},
            changes=tuple(self.catalogue.changes),
            catalogue_digest=self.catalogue.digest,
            decisions=tuple(one for one in decisions if period.holds(paris_date(one.decided_at))),
            go_live=tuple(self._go_live(period)),
            own=tuple(own_findings(book, decisions, known_until)),
            dates=tuple(agenda.between(period.first, period.last + AHEAD)),
            kept=registry_counts(self.registry, first, known_until),
            problems=len(agenda.problems),
            runs=tuple(runs) if runs is not None else None,
            watch=watch,
        )

    def _vendors(self) -> list[str]:
        """Whoever has contracts or deliveries."""
        return sorted({*(folder.name for folder in vendor_folders(self.contracts)), *self.lake.vendors()})

    def _bounds(self, period: ControlPeriod) -> tuple[datetime, datetime]:
        """From when on the period goes, and until when it is known: to its end, or to our instant before that."""
        end = paris_instant(period.last + timedelta(days=1), time(0))
        return paris_instant(period.first, time(0)), min(self.as_of, end)

    def _agenda(self, period: ControlPeriod) -> Agenda:
        decisions = recorded_decisions(self.registry, before=self.as_of)
        book = AgendaBook(self.contracts, self.book, decisions, kept_waits(self.lake), self.as_of)
        return book.agenda(period.last + AHEAD)

    def _vendor(self, vendor: str, period: ControlPeriod) -> VendorControl:
        contracts = self.book.of(vendor)
        theirs = tuple(one for one in contracts if _judged_in(one, contracts, period))
        latest = theirs[-1] if theirs else contract_in_force(contracts, period.last)
        return VendorControl(
            vendor=vendor,
            name=(latest.vendor_name if latest else None) or vendor,
            contracts=theirs,
            delivered=delivered_in(self.lake, vendor, period),
            told=self._told(vendor, period),
            diligence=self._diligence(vendor, latest, period),
        )

    def _told(self, vendor: str, period: ControlPeriod) -> Told:
        notices = [
            _known_by(one, self.as_of)
            for one in standing_receipts(self.registry, vendor)
            if period.holds(one.delivery_date) and one.prepared_at <= self.as_of
        ]
        return Told(
            prepared=len(notices),
            sent=sum(one.sent_at is not None for one in notices),
            acknowledged=sum(one.acknowledged_at is not None for one in notices),
            notified=sum(self._is_notified(one) for one in notices),
        )

    def _is_notified(self, notice: Notice) -> bool:
        contract = self.book.in_force(notice.vendor, notice.delivery_date)
        at = notified_at(contract.notice_clause if contract else None, notice)
        return at is not None and at <= self.as_of

    def _diligence(self, vendor: str, contract: Contract | None, period: ControlPeriod) -> Diligence:
        _, known_until = self._bounds(period)
        stated = stated_on(kept_statements(self.registry, vendor, before=known_until))
        gaps = vendor_gaps(self.contracts, vendor, contract, on=period.last, stated=stated)
        file = self._file(vendor)
        return Diligence(
            answered=sum(one.answered_on <= period.last for one in file.answers.values()),
            unreviewed=sum(gap.kind == "answered_unreviewed" for gap in gaps),
            gaps=gaps,
            risks=tuple(
                one for one in vendor_risks(self.contracts, vendor, on=period.last) if one.stands_on(period.last)
            ),
            audits=tuple(one for one in file.audits if period.holds(one.audited_on)),
            criticality=file.criticality,
        )

    def _file(self, vendor: str) -> DueDiligence:
        """The vendor's file; that it can't be read is among its gaps."""
        try:
            return read_due_diligence(self.contracts, vendor)
        except CatalogueError:
            return DueDiligence()

    def _go_live(self, period: ControlPeriod) -> list[GoLiveLine]:
        notes = [one for one in decisions_on(self.registry) if one.decided_at <= self.as_of]
        lines = [GoLiveLine(one.vendor, one.decision, paris_date(one.decided_at), len(one.unmet)) for one in notes]
        return [one for one in lines if period.holds(one.on)]


def _judged_in(contract: Contract, contracts: Sequence[Contract], period: ControlPeriod) -> bool:
    ends_on = last_day_in_force(contract, contracts)
    is_over = ends_on is not None and ends_on < period.first
    return contract.status == "active" and contract.valid_from <= period.last and not is_over


def _known_by(notice: Notice, as_of: datetime) -> Notice:
    """A receipt without what was noted of it later."""
    if notice.sent_recorded_at is not None and notice.sent_recorded_at > as_of:
        notice = replace(notice, sent_at=None, sent_by_means=None)
    if notice.acknowledgement_recorded_at is not None and notice.acknowledgement_recorded_at > as_of:
        notice = replace(notice, acknowledged_at=None)
    return notice
