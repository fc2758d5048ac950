"""What the engine counts for a dossier, from tables written by hand: leads to claim, and deliveries that were late."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from pipelines.dossiers.facts import DossierFacts, dossier_facts, failed_leads
from pipelines.engines.duckdb import DuckDBEngine, Session
from pipelines.rulebook.catalogue import load_catalogue
from pipelines.verdicts.claims import Fail, FailedLeads
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
    for name in (*INTAKE_TABLES, *VERDICT_TABLES):
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
            delivered(MONDAY, late),
            delivered(MONDAY, late, is_received_at_assumed=True),
            delivered(TUESDAY, None, role=None, status="no_delivery"),
        ],
    )
    assert late_days(session) == []
    assert [line.is_received_at_assumed for line in facts(session).deliveries] == [True, False]
