"""Where a person decides and confirms: on which dossier, kept where, recorded how. Commands and pages come here."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from pipelines.reviews.decisions import (
    Decision,
    DecisionRefusedError,
    FourEyes,
    RecordedDecision,
    decide,
    dossier_named,
)
from pipelines.reviews.records import confirm_decision, record_decision
from pipelines.reviews.written_dossiers import DossierChangedError, found_dossiers, keep_dossier


@dataclass(frozen=True)
class MadeDecision:
    """A decision as recorded, its number, and where its dossier is kept."""

    number: int
    decision: Decision
    kept: Path


@dataclass(frozen=True)
class ReviewDesk:
    """The registry of decisions, the folders of dossiers and of those decided on, and the policy of four eyes."""

    registry: Engine
    dossiers: Path
    kept: Path
    four_eyes: FourEyes

    def decide(
        self, vendor: str, decision: str, *, by: str, reason: str, at: datetime, digest: str | None = None
    ) -> MadeDecision:
        """Record what a person decides on a dossier, which is kept as it was; nothing changes or removes it.

        Args:
            vendor: its key.
            decision: one of `DECISIONS`.
            by: who decides, by name and function.
            reason: why, in words.
            at: aware.
            digest: of the dossier, or its first digits; the latest if not given.

        Raises:
            DecisionRefusedError: there is no such dossier, or no longer as it was, or the decision can't be
                recorded.
        """
        dossier = dossier_named(found_dossiers(self.dossiers, vendor), vendor, digest)
        made = decide(dossier, decision, by=by, reason=reason, at=at, four_eyes=self.four_eyes)
        try:
            kept = keep_dossier(dossier, self.kept)
        except DossierChangedError as error:
            raise DecisionRefusedError("dossier", str(error)) from None
        return MadeDecision(record_decision(self.registry, made), made, kept)

    def confirm(self, vendor: str, *, by: str, at: datetime, number: str | None = None) -> RecordedDecision:
        """Note that a second person confirms the vendor's latest decision; `at` is aware.

        `number`: of the decision that they were shown; a later one is not confirmed in its place.

        Raises:
            DecisionRefusedError: nothing waits for a confirmation, or the person is the one who decided.
        """
        return confirm_decision(self.registry, vendor, by=by, at=at, number=number)
