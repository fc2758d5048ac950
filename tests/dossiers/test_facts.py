"""What the engine counts for a dossier, from tables written by hand: money first, then findings, forms and days."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from pipelines.contracts.contract import ApprovedForm
from pipelines.dossiers.facts import DossierFacts, dossier_facts
from pipelines.dossiers.failed_leads import failed_leads
from pipelines.dossiers.model import DeliveryLine, FormUse, LeadReference, LegalBasis
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.engines.interface import Session
from pipelines.rulebook.catalogue import load_catalogue
from pipelines.verdicts.claims import Fail, FailedLeads
from pipelines.vocabulary.bilingual import Bilingual
from pipelines.vocabulary.tables import INTAKE_TABLES, VERDICT_TABLES, arrow_schema
from tests.support.intake_boxes import contract

MONDAY, TUESDAY, SATURDAY = date(2026, 8, 10), date(2026, 8, 11), date(2026, 8, 15)
PROOF, OPPOSED, DUPLICATE = "proof_individual_record", "opp_vendor_redelivery", "lead_duplicate"
TERMS = contract(
    price=4.0,
    claim_window=timedelta(days=30),
    refusal_grounds=(PROOF, OPPOSED, DUPLICATE),
    cut_off=time(16),
    calendar="0 0 * * 1-5",
)

Rows = list[dict[str, Any]]


def delivered(day: date, at: datetime | None, **values: Any) -> dict[str, Any]:
    good = {"delivery_date": day, "delivered_at": at, "role": "leads", "is_received_at_assumed": False}
    return {**good, "status": "accepted", "rows_received": 3, "rows_accepted": 3, "rows_rejected": 0, **values}


def use(lead_id: str, channel: str, day: date = TUESDAY) -> dict[str, Any]:
    return {"delivery_date": day, "lead_id": lead_id, "channel": channel, "verdict": "blocked"}


def fail(lead_id: str | None, rule_id: str, channel: str | None = None, **values: Any) -> dict[str, Any]:
    good = {"delivery_date": TUESDAY, "lead_id": lead_id, "rule_id": rule_id, "channel": channel}
    return {**good, "outcome": "fail", "is_proven": True, "attributable_to": "vendor", **values}


@pytest.fixture
def session() -> Iterator[Session]:
    with DuckDBEngine().session() as session:
        yield session


def fill(session: Session, **tables: Rows) -> None:
    for name in (*INTAKE_TABLES, *VERDICT_TABLES, "corrections"):
        rows = [{"vendor": "acme", **row} for row in tables.get(name, [])]
        session.register(name, pa.Table.from_pylist(rows, schema=arrow_schema(name)))


def facts(session: Session, *contracts: Any, on: date = date(2026, 8, 20)) -> DossierFacts:
    as_of = datetime.combine(on, time(4), UTC)
    return dossier_facts(session, load_catalogue(), contracts or (TERMS,), final=(), as_of=as_of)


NOON = datetime(2026, 8, 11, 10)
LEADS: dict[str, Rows] = {
    "deliveries": [delivered(TUESDAY, NOON), delivered(TUESDAY, NOON, role="consent_proofs")],
    "verdicts": [use("a", "email"), use("a", "phone"), use("b", "phone"), use("b", "email"), use("c", "phone")],
    "findings": [
        fail("a", PROOF, "phone"),
        fail("b", PROOF, "phone", is_proven=False),
        fail("c", PROOF, "phone"),
        fail("c", OPPOSED, "phone"),
        fail("d", DUPLICATE),
        # what is nobody's fault, unknown, of the delivery, or no ground
        fail("a", OPPOSED, "phone", attributable_to="nobody"),
        fail("e", OPPOSED, "phone", attributable_to="advertiser"),
        fail("f", PROOF, "phone", outcome="unknown", is_proven=None, attributable_to=None),
        fail(None, PROOF),
        fail("g", "field_invalid"),
    ],
}


def test_leads_are_counted_by_what_failed_at_the_vendors_account_and_by_their_channels(session: Session) -> None:
    fill(session, **LEADS)
    assert failed_leads(session, {PROOF, OPPOSED, DUPLICATE}) == [
        FailedLeads(TUESDAY, NOON, (Fail(DUPLICATE, None),), (), 1),
        FailedLeads(TUESDAY, NOON, (Fail(OPPOSED, "phone"), Fail(PROOF, "phone")), ("phone",), 1),
        FailedLeads(TUESDAY, NOON, (Fail(PROOF, "phone"),), ("email", "phone"), 2),
    ]
    assert [alike.leads_count for alike in failed_leads(session, {OPPOSED})] == [1]
    assert failed_leads(session, set()) == failed_leads(session, {"it's no rule"}) == []


def test_one_reference_in_two_deliveries_is_two_leads(session: Session) -> None:
    fill(
        session,
        deliveries=[delivered(MONDAY, datetime(2026, 8, 10, 10)), delivered(TUESDAY, NOON)],
        verdicts=[use("a", "email", MONDAY), use("a", "phone")],
        findings=[fail("a", PROOF, "email", delivery_date=MONDAY), fail("a", PROOF, "phone")],
    )
    assert failed_leads(session, {PROOF}) == [
        FailedLeads(MONDAY, datetime(2026, 8, 10, 10), (Fail(PROOF, "email"),), ("email",), 1),
        FailedLeads(TUESDAY, NOON, (Fail(PROOF, "phone"),), ("phone",), 1),
    ]


@pytest.mark.fault(
    area="scores",
    fault="A vendor takes its file back after it was judged",
    promise="Its leads are not counted on what is not there any more.",
)
def test_leads_of_a_day_that_has_lost_its_lead_file_since_it_was_judged_are_not_counted(session: Session) -> None:
    lost = [delivered(TUESDAY, None, role="consent_proofs")]
    fill(session, deliveries=lost, verdicts=LEADS["verdicts"], findings=LEADS["findings"])
    assert failed_leads(session, {PROOF}) == []


def test_a_dossier_claims_the_leads_at_the_price_of_the_contract(session: Session) -> None:
    """a, b, c and d, each once, at 4 EUR; by channel, three phones at 3.50 EUR, and d is sold on no channel."""
    fill(session, **LEADS)
    claims = facts(session).claims
    assert claims is not None
    assert (claims.leads_count, claims.amount, claims.expires_on) == (4, Decimal(16), date(2026, 9, 10))
    by_channel = replace(TERMS, price=None, price_per_channel={"phone": 3.5, "email": 0.8})
    claims = facts(session, by_channel).claims
    assert claims is not None
    assert (claims.leads_count, claims.amount, claims.unpriced_count) == (4, Decimal("10.5"), 1)


def test_a_dossier_claims_nothing_once_the_window_has_closed(session: Session) -> None:
    fill(session, **LEADS)
    last, after = (facts(session, on=day).claims for day in (date(2026, 9, 10), date(2026, 9, 11)))
    assert last is not None
    assert after is not None
    assert (last.leads_count, last.expiring_amount) == (4, Decimal(16))
    assert (after.leads_count, after.amount, after.expires_on) == (0, Decimal(0), None)


def test_a_dossier_without_a_contract_claims_nothing_and_finds_nothing_late(session: Session) -> None:
    fill(session, **LEADS)
    draft = replace(TERMS, status="draft")
    assert facts(session, draft).claims is None
    assert [line.is_late for line in facts(session, draft).deliveries] == [False]


# Findings, forms, deliveries and rejections


def test_findings_are_counted_by_rule_and_by_whom_they_wait_on_with_the_newest_fails_as_references(
    session: Session,
) -> None:
    waiting = {"outcome": "unknown", "is_proven": None, "attributable_to": None}
    fill(
        session,
        findings=[
            fail("a", DUPLICATE),
            fail("b", DUPLICATE, attributable_to="nobody"),
            fail("c", DUPLICATE, is_proven=False, delivery_date=MONDAY),
            fail("d", DUPLICATE, pending_on="vendor", **waiting),
            fail("e", DUPLICATE, pending_on="vendor", **waiting),
            fail("f", DUPLICATE, pending_on="advertiser", **waiting),
            fail("g", PROOF, "phone", pending_on="third_party", **waiting),
            fail("h", "a_rule_of_yesterday"),
        ],
    )
    duplicate, proof = facts(session).findings
    assert (duplicate.rule_id, duplicate.severity, duplicate.dimension) == (DUPLICATE, "minor", "quality")
    assert duplicate.title == Bilingual(
        "Le vendeur n'avait pas déjà livré cette personne", "The vendor had not delivered this person before"
    )
    assert duplicate.fault.en == "The vendor had delivered this person before"
    assert duplicate.remedy.en == "Remove duplicates by reference, address and number before each delivery."
    assert duplicate.remedy.fr == "Dédoublonner sur la référence, l'adresse et le numéro avant chaque livraison."
    assert duplicate.basis == (LegalBasis("Contrat (définition du lead valable, duplicateWindow)"),)
    assert (duplicate.proven_count, duplicate.not_proven_count, duplicate.unknown_count) == (2, 1, 3)
    assert (duplicate.vendor_count, duplicate.pending) == (2, {"vendor": 2, "advertiser": 1})
    assert [(one.delivery_date, one.lead_id, one.channel) for one in duplicate.references] == [
        *((TUESDAY, lead, None) for lead in "ab"),
        (MONDAY, "c", None),
        *((TUESDAY, lead, None) for lead in "def"),
    ]
    assert (proof.rule_id, proof.pending) == (PROOF, {"third_party": 1})
    assert proof.references == (LeadReference(TUESDAY, "g", "phone"),)


def test_forms_are_counted_by_the_leads_whose_proofs_name_them_beside_our_review(session: Session) -> None:
    """Three leads came through the first version, one of them by the lead's reference; a refusal counts nowhere."""
    review = ApprovedForm("devis", "7", date(2026, 1, 5), recipients=("Annonceur",))
    given = {"delivery_date": TUESDAY, "decision": "given", "form_id": "devis", "form_version": "7"}
    fill(
        session,
        leads=[{"delivery_date": TUESDAY, "lead_id": lead, "consent_id": f"C{lead}"} for lead in "abcd"],
        consent_proofs=[
            {**given, "consent_id": "Ca"},
            {**given, "consent_id": "Cb"},
            {**given, "consent_id": "other", "lead_id": "c"},
            {**given, "consent_id": "Cd", "decision": "refused"},
            {**given, "consent_id": "Cd", "form_version": "8"},
            {**given, "consent_id": "none", "form_id": None},
        ],
    )
    assert facts(session, replace(TERMS, approved_forms=(review,))).forms == (
        FormUse("devis", "7", 3, review, names_advertiser=True),
        FormUse("devis", "8", 1),
    )
    assert facts(session, replace(TERMS, status="draft")).forms == (FormUse("devis", "7", 3), FormUse("devis", "8", 1))


def test_a_delivery_is_a_line_of_its_lead_files_and_lead_uses(session: Session) -> None:
    fill(
        session,
        deliveries=[
            delivered(MONDAY, NOON),
            delivered(TUESDAY, NOON, rows_received=5, rows_accepted=4, rows_rejected=1, status="accepted_with_rejects"),
            delivered(TUESDAY, NOON, rows_received=2, rows_accepted=2),
            delivered(TUESDAY, NOON, role="consent_proofs", rows_received=9, rows_accepted=9),
            delivered(SATURDAY, None, role=None, status="no_delivery", rows_received=None, is_received_at_assumed=None),
        ],
        verdicts=[
            *(use(lead, "phone") | {"verdict": "usable"} for lead in "abc"),
            *(use(lead, "email") | {"verdict": "on_hold"} for lead in "ab"),
            use("c", "email"),
        ],
    )
    monday, tuesday, saturday = dossier_facts(
        session, load_catalogue(), (TERMS,), final=(TUESDAY,), as_of=datetime(2026, 8, 20, tzinfo=UTC)
    ).deliveries
    assert tuesday == DeliveryLine(TUESDAY, "accepted_with_rejects", 7, 6, 1, 3, 2, 1, is_final=True)
    assert (monday.status, monday.rows_received, monday.is_final) == ("accepted", 3, False)
    assert (monday.usable_count, monday.on_hold_count, monday.blocked_count) == (0, 0, 0)
    assert (saturday.status, saturday.rows_received, saturday.is_received_at_assumed) == ("no_delivery", None, False)


def test_rejected_rows_are_counted_once_a_reason(session: Session) -> None:
    def rejected(row_number: int | None, reason: str, new: int | None, digest: str = "ab") -> dict[str, Any]:
        place = {"delivery_date": TUESDAY, "file_digest": digest, "row_number": row_number}
        return {**place, "reason": reason, "reason_row_count": new}

    fill(
        session,
        rejected_rows=[
            rejected(1, "required_missing", 1),
            rejected(1, "required_missing", 0),
            rejected(1, "no_valid_identifier", 1),
            rejected(2, "required_missing", 70),
            rejected(None, "file_empty", None, "cd"),
        ],
    )
    assert facts(session).reject_reasons == {"required_missing": 71, "no_valid_identifier": 1, "file_empty": 1}


# Late


def late_days(session: Session, *contracts: Any) -> list[date]:
    return [line.delivery_date for line in facts(session, *contracts).deliveries if line.is_late]


def test_a_delivery_is_late_after_the_cut_off_of_a_due_day_alone(session: Session) -> None:
    """16:00 in Paris is 14:00 in the lake; no leads are due on a Saturday."""
    fill(
        session,
        deliveries=[
            delivered(MONDAY, datetime(2026, 8, 10, 14)),
            delivered(TUESDAY, datetime(2026, 8, 11, 14, 0, 1)),
            delivered(SATURDAY, datetime(2026, 8, 17, 9)),
        ],
    )
    assert late_days(session) == [TUESDAY]


def test_lateness_is_measured_by_the_contract_in_force_on_the_day(session: Session) -> None:
    """Complete at 13:00 in Paris: in time until 16:00, late under the contract that asks for noon from Tuesday on."""
    fill(
        session,
        deliveries=[
            delivered(MONDAY, datetime(2026, 8, 10, 11)),
            delivered(TUESDAY, datetime(2026, 8, 11, 11)),
        ],
    )
    newer = replace(TERMS, valid_from=TUESDAY, cut_off=time(12))
    assert late_days(session) == []
    assert late_days(session, TERMS, newer) == [TUESDAY]


def test_an_assumed_arrival_and_a_missing_delivery_are_not_late(session: Session) -> None:
    late = datetime(2026, 8, 20)
    fill(
        session,
        deliveries=[
            delivered(MONDAY, late, is_received_at_assumed=True),
            delivered(TUESDAY, None, role=None, status="no_delivery"),
        ],
    )
    assert late_days(session) == []
    assert [line.is_received_at_assumed for line in facts(session).deliveries] == [True, False]


def test_what_is_known_later_adds_to_the_failed_leads_and_takes_from_them(session: Session) -> None:
    """Lead b was charged wrongly by phone, lead d is charged since: the last word on a lead use and rule counts."""
    known = {"cause": "rule_changed", "charged_rules": [], "released_rules": [], "delivery_date": TUESDAY}
    corrections = [
        {**known, "lead_id": "b", "channel": "phone", "known_at": NOON, "released_rules": [PROOF]},
        {**known, "lead_id": "d", "channel": "email", "known_at": NOON, "charged_rules": [PROOF]},
        {**known, "lead_id": "c", "channel": "phone", "known_at": NOON, "released_rules": [PROOF]},
        {**known, "lead_id": "c", "channel": "phone", "known_at": NOON + timedelta(1), "charged_rules": [PROOF]},
    ]
    verdicts = [*LEADS["verdicts"], use("d", "email")]
    fill(session, **{**LEADS, "verdicts": verdicts, "findings": LEADS["findings"][:3], "corrections": corrections})
    found = failed_leads(session, {PROOF})
    assert sum(alike.leads_count for alike in found) == 3  # a, c and d
    assert sorted((fail.channel or "", alike.channels) for alike in found for fail in alike.fails) == [
        ("email", ("email",)),  # d
        ("phone", ("email", "phone")),  # a
        ("phone", ("phone",)),  # c
    ]
