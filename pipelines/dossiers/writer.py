"""The dossiers of all vendors and the portfolio, written to disk. What they say is counted in `facts`."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.contracts.contract import last_day_in_force
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
from pipelines.governance.vendor_review import vendor_gaps, vendor_risks
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.questionnaires.records import kept_statements
from pipelines.questionnaires.statements import stated_on
from pipelines.reviews.own_findings import OwnFinding, own_findings, undecided_renewals
from pipelines.reviews.records import recorded_decisions
from pipelines.reviews.written_dossiers import NOTE, DossierNote, dossier_before
from pipelines.rulebook.catalogue import Catalogue
from pipelines.scores.contributions import DimensionSnapshot, Snapshot, contributions
from pipelines.scores.graded import GradedScore
from pipelines.scores.plans import plan
from pipelines.scores.points import TOTAL, DimensionScore, LeadCounts
from pipelines.scores.records import CorrectedScore, PublishedScore, score_corrections, score_history
from pipelines.scores.scorer import ScoredVendor, Scorer, final_days, method_version
from pipelines.storage.folders import PRIVATE, replacing
from pipelines.storage.lake import Lake
from pipelines.vocabulary.clock import paris_date
from pipelines.vocabulary.words import RATED_DIMENSIONS

PAGES: Final = {"fr": "index.html", "en": "index.en.html"}
RULE_PAGES: Final = {"fr": "rules.html", "en": "rules.en.html"}
REJECTED_ROWS: Final = "rejected_rows"
CSV_FINDINGS: Final = """
    select
        delivery_date, lead_id, channel, rule_id, outcome, is_proven, severity, attributable_to, pending_on, dimension,
        missing_facts
    from findings
"""


@dataclass(frozen=True)
class DossierWriter:
    """Writes dossiers as of an instant (timezone-aware) below a folder: `<vendor>/<as_of>/`."""

    scorer: Scorer
    catalogue: Catalogue
    folder: Path
    as_of: datetime
    contracts_folder: Path
    """Where vendors' files beside their contracts lie."""

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
        for language, page in METHOD_PAGES.items():
            _replace_text(self.folder, self.folder / page, render_method(language=language, as_of=self.as_of))

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
            findings = session.fetch(CSV_FINDINGS)
        dossier = VendorDossier(
            vendor=vendor,
            name=(contract.vendor_name if contract else None) or vendor,
            as_of=self.as_of,
            method_version=method_version(),
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

    def _with_past(self, dossier: VendorDossier, scored: ScoredVendor) -> VendorDossier:
        """History and grade as published, and why the total moved since the publication before."""
        total = next((score for score in scored.scores if score.dimension == TOTAL), None)
        if total is None:
            return dossier
        past = score_history(self.scorer.registry, dossier.vendor, TOTAL, before=self.as_of)
        corrected = score_corrections(self.scorer.registry, dossier.vendor, TOTAL, before=self.as_of)
        now = _point(self.as_of, total, corrected)
        history = {point.on: point for point in [*(_point(row.as_of, row, corrected) for row in past), now]}
        today = self._snapshot(dossier.vendor, self.as_of)
        wanted = plan(today)
        causes = {step.cause for step in wanted.steps} if wanted else set()
        return replace(
            dossier,
            grade=total.grade,
            history=tuple(history[on] for on in sorted(history)),
            move=self._move(dossier, past[-1].as_of, today) if past else None,
            plan=wanted,
            faults={card.id: card.fault for card in self.catalogue.cards if card.id in causes},
        )

    def _move(self, dossier: VendorDossier, before: datetime, later: Snapshot) -> ScoreMove | None:
        earlier = self._snapshot(dossier.vendor, before)
        if not earlier or not later:
            return None
        parts = contributions(earlier, later)
        faults = {card.id: card.fault for card in self.catalogue.cards}
        change = float(sum(part.points for part in parts))
        after = next(score.points for score in dossier.scores if score.dimension == TOTAL)
        return ScoreMove(
            since=paris_date(before),
            until=paris_date(self.as_of),
            points_before=after - change,
            points_after=after,
            contributions=tuple(
                ScoreMovePart(part.dimension, part.cause, float(part.points), faults.get(part.cause)) for part in parts
            ),
        )

    def _snapshot(self, vendor: str, instant: datetime) -> dict[str, DimensionSnapshot]:
        lake: Lake = self.scorer.lake
        days = final_days(lake, vendor, instant)
        scores = {score.dimension: score for score in self.scorer.score(vendor, instant).scores}
        findings = _findings_by_rule(lake.read("scorecards", vendor, days), lake.read("rejected_rows", vendor, days))
        return {
            name: DimensionSnapshot(
                _dimension_counts(scores[name]), scores[name].tolerance or 0.0, findings.get(name, {})
            )
            for name in RATED_DIMENSIONS
            if name in scores
        }


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


def _findings_by_rule(scorecards: pa.Table, rejected: pa.Table) -> Mapping[str, Mapping[str, int]]:
    summed = scorecards.group_by(["dimension", "rule_id"]).aggregate([("vendor_attributable_count", "sum")])
    found: dict[str, dict[str, int]] = {}
    for row in summed.to_pylist():
        found.setdefault(row["dimension"], {})[row["rule_id"]] = row["vendor_attributable_count_sum"]
    if rejected.num_rows:
        found.setdefault("conformity", {})[REJECTED_ROWS] = pc.sum(pc.fill_null(rejected["row_count"], 1)).as_py()
    return found


def _dimension_counts(score: DimensionScore) -> LeadCounts:
    return LeadCounts(score.leads_received, score.leads_vendor_defective)


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
