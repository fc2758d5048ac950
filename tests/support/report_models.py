"""Report models for tests: a rich synthetic vendor, one with nothing to show, and portfolios of any size."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipelines.contracts.contract import ApprovedForm, Contract, FileTerms
from pipelines.disputes.dispute import DisputeDecision, RecordedDispute
from pipelines.disputes.knowledge_clock import KnowledgeLine
from pipelines.dossiers.disputes_shown import ShownDisputes
from pipelines.dossiers.model import (
    DeliveryLine,
    FormUse,
    Interval,
    LeadReference,
    LegalBasis,
    Portfolio,
    PortfolioLine,
    PublishedPoint,
    RuleFindings,
    ScoreMove,
    ScoreMovePart,
    ShownGate,
    ShownScore,
    VendorDossier,
)
from pipelines.dossiers.score_story import KINDS, VendorEvent, VersionLine
from pipelines.scores.method import Promise
from pipelines.scores.plans import LiftPlan, PlanStep
from pipelines.scores.spells import Spells
from pipelines.verdicts.claims import ClaimGround, Claims
from pipelines.vocabulary.bilingual import Bilingual
from tests.support.money_market import AUGUST, accepted, money_of

AS_OF = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
FIRST_DAY = date(2026, 7, 20)
TITLES = {
    "proof_individual_record": Bilingual(
        "Une preuve individuelle et complète du consentement existe",
        "There is an individual and complete proof of the consent",
    ),
    "tel_consent_five_mentions": Bilingual(
        "La demande de consentement au démarchage téléphonique portait les cinq mentions",
        "The request for phone consent carried the five mentions",
    ),
    "opp_vendor_redelivery": Bilingual(
        "La personne ne s'était pas opposée avant la livraison",
        "The person had not objected before the delivery",
    ),
    "lead_too_old_at_delivery": Bilingual(
        "Le lead n'a pas dépassé l'âge maximal du contrat à la livraison",
        "The lead was not older than the contract allows when it was delivered",
    ),
    "min_only_contract_fields": Bilingual(
        "La livraison ne contient que les champs prévus au contrat",
        "The delivery holds only the fields agreed in the contract",
    ),
    "lead_duplicate": Bilingual(
        "Le vendeur n'avait pas déjà livré cette personne",
        "The vendor had not delivered this person before",
    ),
}
FAULTS = {
    "proof_individual_record": Bilingual(
        "La preuve du consentement manque ou est incomplète",
        "The proof of the consent is missing or incomplete",
    ),
    "tel_consent_five_mentions": Bilingual(
        "La demande de consentement au démarchage téléphonique ne portait pas les cinq mentions",
        "The request for phone consent did not carry the five mentions",
    ),
    "opp_vendor_redelivery": Bilingual(
        "La personne s'était opposée avant la livraison",
        "The person had objected before the delivery",
    ),
    "lead_too_old_at_delivery": Bilingual(
        "Le lead était plus vieux à la livraison que le contrat ne l'admet",
        "The lead was older at delivery than the contract allows",
    ),
    "min_only_contract_fields": Bilingual(
        "La livraison contient des champs que le contrat ne prévoit pas",
        "The delivery holds fields that the contract does not foresee",
    ),
    "lead_duplicate": Bilingual(
        "Le vendeur avait déjà livré cette personne",
        "The vendor had delivered this person before",
    ),
}
REASON = Bilingual(
    "Des personnes opposées ont été livrées à nouveau après une notification acquittée.",
    "Persons who had objected were delivered again after an acknowledged notice.",
)
LONG_NAME = "Compagnie Générale Méditerranéenne de Génération et de Qualification de Contacts Consentis & Associés"


def contract(**changes: Any) -> Contract:
    """A contract with every term set, but those given."""
    full = Contract(
        vendor="leads-du-midi",
        valid_from=date(2026, 7, 1),
        version="2.1.0",
        status="active",
        digest="9f2c" * 16,
        advertiser_name="Meubles Sereins SAS",
        advertiser_siren="732829320",
        audience="consumer",
        channels=("email", "sms", "phone"),
        leads=FileTerms("leads", "leads_*.csv", "csv"),
        consent_proofs=FileTerms("consent_proofs", "proofs_*.csv", "csv"),
        proof_deadline=timedelta(hours=72),
        relationship_since=date(2023, 3, 1),
        sector="furniture",
        goods_services="household furniture",
        price=12.0,
        claim_window=timedelta(days=30),
        suppression_delay=timedelta(hours=48),
        max_lead_age=timedelta(days=30),
        retention=timedelta(days=1095),
        cut_off=time(9, 0),
        calendar="0 0 * * 1-5",
        tolerances={"consent": 0.01, "proof": 0.01, "opposition": 0.005, "conformity": 0.05, "quality": 0.05},
        refusal_grounds=("proof_individual_record", "opp_vendor_redelivery"),
        renewal_on=date(2027, 3, 1),
        notice_days=90,
        contacts=("dpo@leads-du-midi.example", "qualite@leads-du-midi.example"),
    )
    return replace(full, **changes)


def scores() -> tuple[ShownScore, ...]:
    """Five dimensions, one in each state and one without, and the total."""
    rows = (
        ("consent", 70, 0.00676, 0.01, 86.5, Interval(74.1, 91.0), Interval(0.0045, 0.0117), "within_not_shown"),
        ("proof", 311, 0.03005, 0.01, 32.4, Interval(18.2, 49.7), Interval(0.0201, 0.0416), "breach_shown"),
        ("opposition", 64, 0.00618, 0.005, 70.8, Interval(46.0, 86.3), Interval(0.0034, 0.0109), "above_not_shown"),
        ("conformity", 98, 0.00947, 0.05, 96.2, Interval(93.8, 97.1), Interval(0.0072, 0.0155), "conformity_shown"),
        ("quality", 402, 0.03884, 0.05, 84.5, None, None, None),
        ("total", 812, 0.07845, None, 52.4, Interval(38.2, 69.7), None, None),
    )
    return tuple(ShownScore(name, 10_350, *row) for name, *row in rows)


def history(days: int = 118) -> tuple[PublishedPoint, ...]:
    """Publications of every day; the band begins with the twelfth."""
    points = [
        max(0.0, 72 + 9 * math.sin(day / 13) - 10.79 * day / 117 - 12.52 * (day / 117) ** 2) for day in range(days)
    ]
    widths = [10 + 200 / (day + 6) for day in range(days)]
    return tuple(
        PublishedPoint(
            AS_OF.date() - timedelta(days=days - 1 - day),
            value,
            Interval(max(0.0, value - 1.2 * width), min(100.0, value + 1.5 * width)) if day >= 12 else None,
            "C" if value > 60 else "D",
        )
        for day, (value, width) in enumerate(zip(points, widths, strict=True))
    )


def move() -> ScoreMove:
    """Six contributions that sum to -7.84 points."""
    parts = (
        ("proof", "proof_individual_record", -6.12),
        ("consent", "tel_consent_five_mentions", -2.35),
        ("opposition", "opp_vendor_redelivery", -0.44),
        ("conformity", "rejected_rows", 0.62),
        ("quality", "leads", 0.41),
        ("quality", "tolerance", 0.04),
    )
    contributions = tuple(ScoreMovePart(dimension, cause, gain, FAULTS.get(cause)) for dimension, cause, gain in parts)
    return ScoreMove(date(2026, 10, 21), date(2026, 11, 21), 60.24, 52.4, contributions)


def plan() -> LiftPlan:
    """Two steps from 52.4 points to a B, and a cause that is no rule."""
    steps = (
        PlanStep("proof", "proof_individual_record", 285, Fraction("12.6"), Fraction(65)),
        PlanStep("conformity", "rejected_rows", 98, Fraction(0), Fraction(65)),
        PlanStep("consent", "tel_consent_five_mentions", 70, Fraction("19.3"), Fraction("84.3")),
    )
    return LiftPlan("B", 83.0, Fraction("52.4"), steps)


def references(count: int, channel: str | None = "phone") -> tuple[LeadReference, ...]:
    """As many lead references as the model takes."""
    days = (FIRST_DAY + timedelta(days=3 * index) for index in range(min(count, 20)))
    return tuple(
        LeadReference(day, f"LDM-{day:%y%m%d}-{4711 + 37 * index:06d}", channel) for index, day in enumerate(days)
    )


def rule(rule_id: str, severity: str, dimension: str, *cites: str, **counts: Any) -> RuleFindings:
    """Findings of a rule with the titles of its card; the first citation carries a link."""
    links = ("https://eur-lex.europa.eu/eli/reg/2016/679/oj", None)
    basis = tuple(LegalBasis(cite, link) for cite, link in zip(cites, links, strict=False))
    remedy = Bilingual(
        "Livrer, avant le délai de preuve, un enregistrement par personne : qui, quand, où, à quel texte, pour qui.",
        "Deliver, before the proof deadline, a record for each person: who, when, where, to what text, for whom.",
    )
    return RuleFindings(rule_id, TITLES[rule_id], FAULTS[rule_id], severity, dimension, basis, remedy, **counts)


def findings() -> tuple[RuleFindings, ...]:
    """Rules of every severity, one of grain delivery, one without a finding."""
    return (
        rule(
            "proof_individual_record",
            "blocking",
            "proof",
            "RGPD, art. 5, 2 et 7, 1",
            "C. consom., art. L. 223-1, al. 3 (loi n° 2025-594 du 30 juin 2025, art. 13)",
            proven_count=41,
            not_proven_count=284,
            unknown_count=36,
            vendor_count=311,
            pending={"vendor": 36},
            references=references(361),
        ),
        rule(
            "tel_consent_five_mentions",
            "blocking",
            "consent",
            "C. consom., art. R. 223-1, I et II, 1° (décret n° 2026-662 du 23 juillet 2026)",
            proven_count=70,
            unknown_count=145,
            vendor_count=58,
            pending={"advertiser": 139, "third_party": 6},
            references=references(9),
        ),
        rule(
            "opp_vendor_redelivery",
            "blocking",
            "opposition",
            "RGPD, art. 21, 2 et 3",
            proven_count=64,
            vendor_count=64,
            references=references(4, "email"),
        ),
        rule(
            "lead_too_old_at_delivery",
            "major",
            "conformity",
            "Contrat (maxLeadAge)",
            proven_count=23,
            vendor_count=23,
            references=references(3, None),
        ),
        rule(
            "min_only_contract_fields",
            "minor",
            "conformity",
            "RGPD, art. 5, 1, c) (minimisation)",
            proven_count=2,
            vendor_count=2,
            references=(LeadReference(date(2026, 8, 3)), LeadReference(date(2026, 8, 4))),
        ),
        rule("lead_duplicate", "minor", "quality", "Contrat (duplicateWindow)"),
    )


def forms() -> tuple[FormUse, ...]:
    """A form that passes, one that fails, one with a silent review, two not reviewed, one of them with a long name."""
    mentions = ("identity", "choice", "duration", "withdrawal", "proof_access")
    good = ApprovedForm("salon", "3", date(2026, 6, 1), None, False, True, False, mentions)
    bad = ApprovedForm("concours-ete", "1", date(2026, 9, 14), None, True, False, True, mentions[:2])
    return (
        FormUse("salon", "3", 6_214, good, True),
        FormUse("concours-ete", "1", 1_870, bad, False),
        FormUse("carte", "1", 1_021, ApprovedForm("carte", "1", date(2026, 6, 1))),
        FormUse("salon", "4", 1_105),
        FormUse("formulaire-de-demande-de-rappel-immediat-par-un-conseiller-specialise", None, 140),
    )


def deliveries(days: int = 120) -> tuple[DeliveryLine, ...]:
    """Every weekday from the first day on, with a late, a missing, a refused and some provisional ones."""
    lines = []
    for index in range(days):
        day = FIRST_DAY + timedelta(days=index)
        if day.weekday() > 4:
            continue
        received = 110 + (index * 37) % 60
        line = DeliveryLine(
            day,
            "accepted_with_rejects" if index % 3 == 0 else "accepted",
            received,
            received - (index % 3 == 0) * 2,
            (index % 3 == 0) * 2,
            usable_count=received * 2 - index % 17 - 9,
            on_hold_count=index % 11,
            blocked_count=4 + (index % 7) * (4 if 60 < index < 80 else 1),
            is_late=index in (17, 66),
            is_received_at_assumed=index == 17,
            is_final=index < days - 3,
        )
        lines.append(line)
    lines[20] = DeliveryLine(lines[20].delivery_date, "no_delivery")
    lines[44] = DeliveryLine(lines[44].delivery_date, "refused")
    return tuple(lines)


def claims() -> Claims:
    """Two grounds that overlap on some leads."""
    return Claims(
        344,
        Decimal("4128.00"),
        "EUR",
        (
            ClaimGround("proof_individual_record", 311, Decimal("3732.00")),
            ClaimGround("opp_vendor_redelivery", 64, Decimal("768.00")),
        ),
        date(2026, 11, 28),
        Decimal("372.00"),
    )


def events() -> tuple[VendorEvent, ...]:
    """One of each kind."""
    figures: dict[str, dict[str, Any]] = {
        "contract": {}, "amendment": {}, "method_later": {"version": "2"}, "first_score": {"points": 81.5},
        "method": {"before": "1", "after": "2"}, "corrected": {"of": date(2026, 8, 25), "points": 78.4},
        "gate": {"title": REASON, "cap": "D"}, "grade": {"before": "not_enough_evidence", "after": "B"},
        "state": {"before": None, "after": "breach_shown"}, "decision": {"word": "suspend"},
    }  # fmt: skip
    return tuple(
        VendorEvent(date(2026, 8, number), kind, "consent" if kind == "state" else None, figures[kind])
        for number, kind in enumerate(KINDS, start=1)
    )


def rich_vendor(**changes: Any) -> VendorDossier:
    """A vendor with something in every section."""
    full = VendorDossier(
        vendor="leads-du-midi",
        name="Leads du Midi",
        as_of=AS_OF,
        method_version="2026.1",
        catalogue_digest="4be1" * 16,
        contract=contract(),
        grade="D",
        scores=scores(),
        history=history(),
        move=move(),
        plan=plan(),
        faults=FAULTS,
        gates=(ShownGate(REASON, date(2026, 10, 2), "D"),),
        findings=findings(),
        forms=forms(),
        deliveries=deliveries(),
        reject_reasons={"required_missing": 31, "no_valid_identifier": 52, "lead_id_repeated": 15},
        claims=claims(),
        money=money_of(since=date(2026, 8, 10)),
        intra_delivery_correlation=0.034,
        disputes=disputes(),
        promise=Promise(0.1, 0.2),
        spells=(Spells("consent", 0.31, 0.64, True, True),),
        versions=(
            VersionLine("1", date(2026, 1, 1), "all", None, 61.2, 40.0, 71.5, "D"),
            VersionLine("2", date(2026, 12, 1), "contract_to_date", date(2026, 1, 1), 60.9, 41.3, 70.1, "D", REASON),
        ),
        events=events(),
    )
    return replace(full, **changes)


def disputes() -> ShownDisputes:
    """Three disputes, one of which came late, and a defect that goes on."""
    told_at = datetime(2026, 11, 2, 9, tzinfo=UTC)
    decision = DisputeDecision(
        outcome="accepted", reason="La preuve était arrivée à temps.", decided_by="A. Martin", decided_at=AS_OF
    )
    answered = tuple(
        RecordedDispute(
            id=number,
            vendor="leads-du-midi",
            delivery_date=date(2026, 10, 1),
            lead_id=f"LDM-{number:06d}",
            channel=channel,
            rule=rule,
            statement_digest="b" * 64,
            evidence_digests=(),
            file_digest="c" * 64,
            row_number=number,
            received_at=told_at + timedelta(days=days),
            notified_at=told_at,
            due_at=told_at + timedelta(days=15),
            decisions=decisions,
        )
        for number, rule, channel, days, decisions in (
            (1, "proof_individual_record", "phone", 3, (decision,)),
            (2, "proof_individual_record", None, 4, ()),
            (3, "opposed", None, 16, ()),
        )
    )
    line = KnowledgeLine(
        rule_id="proof_individual_record",
        form="devis-auto 4",
        detected_at=told_at,
        notified_at=told_at + timedelta(days=1),
        answered_at=told_at + timedelta(days=3),
        decided_at=AS_OF,
        last_day=date(2026, 11, 18),
        last_at=told_at + timedelta(days=16),
        is_stopped=False,
        leads_count=1_204,
        after_count=311,
        usable_count=96,
        waits_for="stop",
        due_at=told_at + timedelta(days=16),
    )
    quiet = replace(line, form="", notified_at=None, waits_for=None, due_at=None, is_stopped=True)
    dimensions = {"proof_individual_record": "proof", "opposed": "opposition"}
    return ShownDisputes(answered, dimensions, timedelta(days=15), is_agreed=True, clock=(line, quiet))


def empty_vendor() -> VendorDossier:
    """A vendor of which nothing is known yet."""
    return VendorDossier("nouveau-venu", "Nouveau Venu", AS_OF, "2026.1", "4be1" * 16)


def calm_vendor() -> VendorDossier:
    """A vendor that shows conformity everywhere, with nothing to claim."""
    band, rates = Interval(95.2, 99.0), Interval(0.0001, 0.0009)
    *rated, total = scores()
    shown = [
        replace(score, points=98.1, rate=0.0004, band=band, rate_interval=rates, state="conformity_shown")
        for score in rated
    ]
    total = replace(total, points=97.6, band=Interval(94.4, 98.8))
    published = [replace(point, points=90 + point.points / 12, band=band, grade="A") for point in history()]
    flawless = [line for line in deliveries() if line.rows_received and not line.is_late and line.is_final]
    return rich_vendor(
        vendor="bretagne-contacts",
        name="Bretagne Contacts",
        grade="A",
        scores=(*shown, total),
        history=tuple(published),
        move=None,
        plan=None,
        gates=(),
        findings=(),
        forms=forms()[:1],
        reject_reasons={},
        claims=Claims(0, Decimal(0), "EUR"),
        money=money_of([accepted(AUGUST, 900, usable=True)]),
        deliveries=tuple(flawless),
    )


def portfolio(size: int) -> Portfolio:
    """As many vendors as asked: rich, calm, new and with a long name in turn."""
    kinds = (rich_vendor(), calm_vendor(), empty_vendor(), rich_vendor(name=LONG_NAME, gates=(), grade="C"))
    lines = []
    for index in range(size):
        dossier = kinds[index % len(kinds)]
        name = dossier.name if index < len(kinds) else f"{dossier.name} {index}"
        lines.append(PortfolioLine(replace(dossier, vendor=f"v{index}", name=name), f"v{index}/2026-11-21/index.html"))
    return Portfolio(AS_OF, tuple(lines))
