"""The dossiers of all vendors and the portfolio, written to disk. What they say is counted in `facts`."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from pipelines.contracts.contract import Contract, last_day_in_force
from pipelines.disputes.dispute import RecordedDispute
from pipelines.disputes.policy import Policy
from pipelines.disputes.records import recorded_disputes
from pipelines.disputes.vendor_clock import vendor_clock
from pipelines.dossiers.disputed_findings import disputed_findings
from pipelines.dossiers.disputes_shown import ShownDisputes, shown_disputes
from pipelines.dossiers.facts import dossier_facts, vendor_tables
from pipelines.dossiers.findings_csv import write_findings_csv
from pipelines.dossiers.method_pages import render_method
from pipelines.dossiers.model import (
    Interval,
    Portfolio,
    PortfolioLine,
    PublishedPoint,
    ScoreMove,
    ScoreMovePart,
    ShownGate,
    ShownScore,
    VendorDossier,
)
from pipelines.dossiers.pages import METHOD_PAGES, render_dossier, render_portfolio
from pipelines.dossiers.recommended import recommendation
from pipelines.dossiers.rule_pages import findings_by_rule, render_rules
from pipelines.dossiers.score_story import VersionLine, vendor_events
from pipelines.engines.interface import Session
from pipelines.governance.vendor_review import vendor_gaps, vendor_risks
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.questionnaires.records import kept_statements
from pipelines.questionnaires.statements import stated_on
from pipelines.reviews.own_findings import OwnFinding, own_findings, undecided_renewals
from pipelines.reviews.records import recorded_decisions
from pipelines.reviews.written_dossiers import NOTE, DossierNote, dossier_before
from pipelines.rulebook.catalogue import Catalogue
from pipelines.scores.graded import GradedScore
from pipelines.scores.moves import move_since, snapshot_now
from pipelines.scores.plans import plan
from pipelines.scores.points import TOTAL, DimensionScore
from pipelines.scores.records import (
    CorrectedScore,
    PublishedScore,
    score_corrections,
    score_history,
    vendor_scores_as_of,
    whole_history,
)
from pipelines.scores.scorer import ScoredVendor, Scorer
from pipelines.scores.spells import beyond_promise
from pipelines.storage.folders import PRIVATE, replacing
from pipelines.vocabulary.clock import paris_date

PAGES: Final = {"fr": "index.html", "en": "index.en.html"}
RULE_PAGES: Final = {"fr": "rules.html", "en": "rules.en.html"}


@dataclass(frozen=True)
class DossierWriter:
    """Writes dossiers as of an instant (timezone-aware) below a folder: `<vendor>/<as_of>/`."""

    scorer: Scorer
    catalogue: Catalogue
    folder: Path
    as_of: datetime
    contracts_folder: Path
    """Where vendors' files beside their contracts lie."""
    policy: Policy
    """How long things may take where a contract is silent."""

    def write_all(self, left: LeftVendors | None = None) -> list[VendorDossier]:
        """Every vendor that has published days; at the root of the folder the portfolio, and the rules of all.

        A vendor at whom it fails is noted in `left`, and is not in the portfolio.
        """
        written: list[VendorDossier] = []
        for vendor in self.scorer.lake.vendors("scorecards"):
            with left.one(vendor) if left else nullcontext():
                written.append(self._write(vendor))
        on = paris_date(self.as_of).isoformat()
        for language, page in PAGES.items():
            lines = tuple(PortfolioLine(dossier, f"{dossier.vendor}/{on}/{page}") for dossier in written)
            portfolio = Portfolio(self.as_of, lines, self._own_findings(), RULE_PAGES[language])
            _replace_text(self.folder, self.folder / page, render_portfolio(portfolio, language=language))
        self._write_method()
        self._write_rules(written)
        return written

    def _own_findings(self) -> tuple[OwnFinding, ...]:
        contracts = self.scorer.contracts
        decisions = recorded_decisions(self.scorer.registry, before=self.as_of)
        return tuple(own_findings({name: contracts.of(name) for name in contracts.vendors}, decisions, self.as_of))

    def _write_method(self) -> None:
        methods = self.scorer.methods
        for language, page in METHOD_PAGES.items():
            text = render_method(methods, language=language, as_of=self.as_of)
            _replace_text(self.folder, self.folder / page, text)

    def _write_rules(self, written: Sequence[VendorDossier]) -> None:
        counts = findings_by_rule(written)
        for language, page in RULE_PAGES.items():
            text = render_rules(self.catalogue, language=language, as_of=self.as_of, counts=counts)
            _replace_text(self.folder, self.folder / page, text)

    def _write(self, vendor: str) -> VendorDossier:
        folder = self.folder / vendor / paris_date(self.as_of).isoformat()
        with vendor_tables(self.scorer.engine, self.scorer.lake, vendor, as_of=self.as_of) as session:
            scored = self.scorer.score(vendor, self.as_of)
            contracts = self.scorer.contracts.of(vendor)
            contract = self.scorer.contracts.in_force(vendor, paris_date(self.as_of))
            decisions = recorded_decisions(self.scorer.registry, vendor, before=self.as_of)
            facts = dossier_facts(
                session,
                self.catalogue,
                contracts,
                final=scored.days,
                as_of=self.as_of,
                since=dossier_before(self.folder, vendor, paris_date(self.as_of)),
            )
            answered = recorded_disputes(self.scorer.registry, vendor, before=self.as_of)
            findings = disputed_findings(session, answered)
            disputes = self._disputes(session, vendor, contracts, contract, answered)
        dossier = VendorDossier(
            vendor=vendor,
            name=(contract.vendor_name if contract else None) or vendor,
            as_of=self.as_of,
            method_version=(scored.method or self.scorer.method_of(vendor, self.as_of)).version,
            catalogue_digest=self.catalogue.digest,
            changes=self.catalogue.changes,
            root="../../",
            contract=contract,
            valid_until=last_day_in_force(contract, contracts) if contract else None,
            scores=tuple(_shown_score(score) for score in scored.scores),
            findings=facts.findings,
            forms=facts.forms,
            deliveries=facts.deliveries,
            reject_reasons=facts.reject_reasons,
            claims=facts.claims,
            money=facts.money,
            decisions=tuple(decisions),
            undecided=tuple(undecided_renewals(vendor, contracts, decisions, self.as_of)),
            corrections=facts.corrections,
            disputes=disputes,
            review_gaps=vendor_gaps(
                self.contracts_folder,
                vendor,
                contract,
                on=paris_date(self.as_of),
                stated=stated_on(kept_statements(self.scorer.registry, vendor, before=self.as_of)),
            ),
            accepted_risks=vendor_risks(self.contracts_folder, vendor, on=paris_date(self.as_of)),
            intra_delivery_correlation=max((score.correlation or 0.0 for score in scored.scores), default=None),
            gates=tuple(ShownGate(gate.reason, gate.since, gate.cap) for gate in scored.gates),
        )
        dossier = self._with_past(dossier, scored)
        for language, page in PAGES.items():
            _replace_text(self.folder, folder / page, render_dossier(dossier, language=language))
        write_findings_csv(folder / "findings.csv", findings)
        with replacing(self.folder, folder / NOTE, PRIVATE) as file:
            file.write(_note_of(dossier).as_json())
        return dossier

    def _disputes(
        self,
        session: Session,
        vendor: str,
        contracts: Sequence[Contract],
        contract: Contract | None,
        answered: Sequence[RecordedDispute],
    ) -> ShownDisputes:
        """The vendor's answers, and the knowledge clock."""
        registry = self.scorer.registry
        clock = vendor_clock(session, registry, self.catalogue, vendor, contracts, answered, self.policy, self.as_of)
        return shown_disputes(answered, clock, self.catalogue, contract, self.policy)

    def _with_past(self, dossier: VendorDossier, scored: ScoredVendor) -> VendorDossier:
        """History and grade as published, why the total moved since the publication before, and what happened."""
        dossier = self._with_method(dossier, scored)
        total = next((score for score in scored.scores if score.dimension == TOTAL), None)
        if total is None:
            return dossier
        past = score_history(self.scorer.registry, dossier.vendor, TOTAL, before=self.as_of)
        corrected = score_corrections(self.scorer.registry, dossier.vendor, TOTAL, before=self.as_of)
        now = _point(self.as_of, total, corrected)
        history = {point.on: point for point in [*(_point(row.as_of, row, corrected) for row in past), now]}
        method, counted = scored.method, scored.deliveries
        wanted = plan(snapshot_now(self.scorer, scored), method.scoring, method.grading, counted) if method else None
        causes = {step.cause for step in wanted.steps} if wanted else set()
        return replace(
            dossier,
            grade=total.grade,
            history=tuple(history[on] for on in sorted(history)),
            move=self._move(past[-1], scored, total.points) if past else None,
            plan=wanted,
            faults={card.id: card.fault for card in self.catalogue.cards if card.id in causes},
        )

    def _with_method(self, dossier: VendorDossier, scored: ScoredVendor) -> VendorDossier:
        """What happened, how far the band can be trusted, and what another version would say while it is shown."""
        contracts, on = self.scorer.contracts.of(dossier.vendor), paris_date(self.as_of)
        history = whole_history(self.scorer.registry, dossier.vendor, until=self.as_of)
        corrected = score_corrections(self.scorer.registry, dossier.vendor, TOTAL, before=self.as_of)
        events = vendor_events(history, corrected, scored.gates, contracts, dossier.decisions, on)
        method = scored.method
        if method is None:
            return replace(dossier, events=events)
        beside = self.scorer.methods.beside(method, on)
        versions = [scored, *([self.scorer.score(dossier.vendor, self.as_of, beside)] if beside else [])]
        within = {one.dimension: one.correlation for one in scored.scores if one.correlation is not None}
        return replace(
            dossier,
            events=events,
            scoring=method.scoring,
            promise=method.promise,
            spells=beyond_promise(scored.deliveries, within, method.promise),
            versions=tuple(_version_line(one, is_beside=one is not scored) for one in versions),
        )

    def _move(self, before: PublishedScore, scored: ScoredVendor, points: float) -> ScoreMove | None:
        published = vendor_scores_as_of(self.scorer.registry, scored.vendor, before.as_of)
        causes = move_since(self.scorer, published, scored, self.as_of)
        if causes is None:
            return None
        faults = {card.id: card.fault for card in self.catalogue.cards}
        return ScoreMove(
            since=paris_date(before.as_of),
            until=paris_date(self.as_of),
            points_before=before.points,
            points_after=points,
            contributions=tuple(
                ScoreMovePart(one.dimension, one.cause, float(one.points), faults.get(one.cause)) for one in causes
            ),
        )


def _version_line(scored: ScoredVendor, *, is_beside: bool) -> VersionLine:
    method, total = scored.method, next((one for one in scored.scores if one.dimension == TOTAL), None)
    if method is None:
        raise ValueError(f"{scored.vendor}: expected scores under a version of the method")
    return VersionLine(
        method.version,
        method.in_force_from,
        method.window,
        scored.since,
        total.points if total else None,
        total.lower_points if total else None,
        total.upper_points if total else None,
        total.grade if total else None,
        method.what_is_new if is_beside else None,
    )


def _note_of(dossier: VendorDossier) -> DossierNote:
    advised, contract = recommendation(dossier), dossier.contract
    return DossierNote(
        vendor=dossier.vendor,
        as_of=dossier.as_of,
        recommendation=advised.word,
        row=advised.row.id,
        table_version=advised.version,
        method_version=dossier.method_version,
        catalogue_digest=dossier.catalogue_digest,
        contract_digest=contract.digest if contract else None,
        renewal_on=contract.renewal_on if contract else None,
    )


def _shown_score(score: GradedScore) -> ShownScore:
    plain = {field.name: getattr(score, field.name) for field in fields(DimensionScore)}
    band = _interval(score.lower_points, score.upper_points)
    return ShownScore(
        **plain, band=band, rate_interval=_interval(score.rate_lower, score.rate_upper), state=score.state
    )


def _interval(low: float | None, high: float | None) -> Interval | None:
    return None if low is None or high is None else Interval(low, high)


def _point(as_of: datetime, score: GradedScore | PublishedScore, corrected: Sequence[CorrectedScore]) -> PublishedPoint:
    run = score.published_as_of if isinstance(score, PublishedScore) else None
    return PublishedPoint(
        paris_date(as_of),
        score.points,
        _interval(score.lower_points, score.upper_points),
        score.grade,
        is_afterwards=run is not None and run > as_of,
        points_before=tuple(one.points for one in corrected if one.as_of == as_of),
    )


def _replace_text(root: Path, path: Path, text: str) -> None:
    with replacing(root, path, PRIVATE) as file:
        file.write(text.encode())
