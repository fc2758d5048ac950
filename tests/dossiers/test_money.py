"""The money of a dossier: every amount worked out by hand from two contracts (`tests/support/money_market.py`)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contracts.contract import contract_in_force
from pipelines.dossiers.accepted_leads import AcceptedLeads
from pipelines.dossiers.claim_grounds import CARRYING_CLAUSES, ClaimSide, UncoveredRule
from pipelines.dossiers.facts import dossier_facts
from pipelines.dossiers.money import Money, MoneyLine, VendorMoney
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.engines.interface import Session
from pipelines.governance.checklist import checklist
from pipelines.rulebook.catalogue import load_catalogue
from pipelines.verdicts.claims import claims_on
from pipelines.verdicts.owed import owed_leads
from pipelines.vocabulary.tables import INTAKE_TABLES, VERDICT_TABLES, arrow_schema
from pipelines.vocabulary.words import DIMENSIONS as ALL_DIMENSIONS
from tests.support.money_market import (
    AUGUST,
    DUPLICATE,
    INVALID,
    JULY,
    NEW,
    OLD,
    OPPOSED,
    PROOF,
    SEPTEMBER,
    TODAY,
    accepted,
    candidate,
    money_of,
)

CENTS = Decimal
JULY_MONEY = Money(5, 4, 0, 0, 1, CENTS("20.00"), CENTS(0), CENTS("4.00"))
AUGUST_MONEY = Money(10, 4, 2, 0, 0, CENTS("40.00"), CENTS("8.00"))
SEPTEMBER_MONEY = Money(4, 2, 2, 0, 0, CENTS("17.20"), CENTS("7.80"))


# By delivery and month


def test_each_delivery_is_counted_at_the_price_of_its_own_contract() -> None:
    """Five and ten leads at 4.00; four at 0.80 + 3.50 = 4.30, of which 3.50 and 4.30 are claimed."""
    assert money_of().by_delivery == (
        MoneyLine(JULY, "EUR", JULY_MONEY),
        MoneyLine(AUGUST, "EUR", AUGUST_MONEY),
        MoneyLine(SEPTEMBER, "EUR", SEPTEMBER_MONEY),
    )
    assert [line.start for line in money_of().by_month] == [date(2026, month, 1) for month in (7, 8, 9)]


def test_the_whole_period_is_the_sum_and_a_usable_lead_costs_what_is_due_for_all() -> None:
    """77.20 less 15.80 is 61.40 EUR due, for ten usable leads 6.14 each."""
    (total,) = money_of().totals
    assert total == MoneyLine(JULY, "EUR", Money(19, 10, 4, 0, 1, CENTS("77.20"), CENTS("15.80"), CENTS("4.00")))
    assert (total.money.due, total.money.payable_count) == (CENTS("61.40"), 15)
    assert total.money.price_of_usable == CENTS("6.14")


def test_a_lead_that_cannot_be_used_is_payable_where_no_ground_covers_it() -> None:
    """August: four leads are blocked and payable, three by the vendor's fault; 32.00 EUR are due for four others."""
    august = money_of().by_month[1].money
    assert (august.payable_count, august.usable_count, august.due) == (8, 4, CENTS("32.00"))
    assert august.price_of_usable == CENTS("8.00")


def test_leads_of_which_none_is_usable_have_no_price_each() -> None:
    assert money_of([accepted(AUGUST, 3)]).totals[0].money.price_of_usable is None


def test_a_month_is_provisional_while_a_delivery_of_it_is() -> None:
    lines = money_of(final={JULY, SEPTEMBER}).by_month
    assert [line.money.is_final for line in lines] == [True, False, True]


def test_what_a_pilot_delivers_and_what_comes_after_the_dossier_counts_nowhere() -> None:
    assert money_of([accepted(AUGUST, 9, (PROOF, None))], candidate(OLD)) == VendorMoney()
    assert money_of([accepted(SEPTEMBER, 9)], on=SEPTEMBER - timedelta(days=1)) == VendorMoney()
    assert money_of([accepted(date(2025, 12, 31), 9)]) == VendorMoney()  # before the first contract


# What can be claimed, and until when


def test_what_expires_first_stands_first_with_the_last_day_of_its_own_contract() -> None:
    found = [(one.last_day, one.deliveries_count, one.money.claimable) for one in money_of().expiring]
    assert found == [(date(2026, 9, 10), 1, CENTS("8.00")), (date(2026, 9, 16), 1, CENTS("7.80"))]


def test_what_never_expires_stands_last() -> None:
    endless = replace(OLD, claim_window=None)
    leads = [accepted(AUGUST, 2, (PROOF, "phone")), accepted(SEPTEMBER, 1, (OPPOSED, "phone"))]
    found = [(one.last_day, one.money.claimable_count) for one in money_of(leads, endless, NEW).expiring]
    assert found == [(date(2026, 9, 16), 1), (None, 2)]


@pytest.mark.parametrize(("on", "state"), [(date(2026, 9, 10), "claimable"), (date(2026, 9, 11), "payable")])
def test_on_the_day_after_the_last_a_lead_is_payable_again(on: date, state: str) -> None:
    owed = owed_leads(on, accepted(AUGUST, 2, (PROOF, "phone")).leads, OLD)
    assert (owed.state, owed.has_lapsed) == (state, state == "payable")


def test_without_a_price_a_lead_can_only_be_replaced_and_has_no_amount() -> None:
    """Two of five stand under a ground; nothing says what they cost."""
    money = money_of(
        [accepted(AUGUST, 3, usable=True), accepted(AUGUST, 2, (PROOF, "phone"))], replace(OLD, price=None)
    )
    assert money.totals == (MoneyLine(AUGUST, None, Money(5, 3, 0, 2)),)
    assert (money.unpriced_count, money.priced_totals) == (5, ())
    assert [(one.money.replaceable_count, one.currency) for one in money.expiring] == [(2, None)]


def test_a_channel_without_a_price_leaves_the_other_payable_and_the_lead_to_be_replaced() -> None:
    """Sold on e-mail at 0.80 and on a phone that has no price, on which it failed."""
    terms = replace(NEW, price_per_channel={"email": 0.8})
    (line,) = money_of([accepted(SEPTEMBER, 2, (OPPOSED, "phone"))], terms).totals
    assert line == MoneyLine(SEPTEMBER, "EUR", Money(2, 0, 0, 2, 0, CENTS("1.60")))


def test_amounts_of_two_currencies_are_never_added() -> None:
    francs = money_of([accepted(AUGUST, 2), accepted(SEPTEMBER, 1)], replace(OLD, currency="CHF"), NEW)
    assert [(line.currency, line.money.agreed) for line in francs.totals] == [
        ("CHF", CENTS("8")),
        ("EUR", CENTS("4.30")),
    ]


# What lapsed


@pytest.mark.parametrize(
    ("since", "leads_count"), [(date(2026, 8, 10), 1), (date(2026, 8, 19), 1), (date(2026, 8, 20), 0), (None, 0)]
)
def test_what_lapsed_since_the_dossier_before_could_still_be_claimed_on_its_day(
    since: date | None, leads_count: int
) -> None:
    """One lead of July could be claimed until 19 August; 4.00 EUR."""
    money = money_of(since=since)
    assert sum(line.money.lapsed_count for line in money.lapsed_since) == leads_count
    assert sum(line.money.lapsed for line in money.lapsed_since) == 4 * leads_count
    assert money.totals[0].money.lapsed == CENTS("4.00")


# What claims rest on


def test_a_claim_is_contestable_where_no_clause_of_the_contract_of_its_day_carries_it() -> None:
    """8.00 EUR of August rest on the old clause on proof; the new contract has none: 3.50 and 4.30 EUR."""
    clauses = ("cl_optout_feeds", "cl_proof_with_delivery")
    assert money_of().sides == (ClaimSide("compliance", "EUR", 4, CENTS("15.80"), 2, CENTS("7.80"), clauses),)


def test_quality_returns_stand_apart_from_compliance() -> None:
    """By channel 3.50 EUR for the phone without proof, 0.80 for the e-mail that can't be read; whole leads once."""
    both = [accepted(SEPTEMBER, 1, (PROOF, "phone"), (INVALID, "email"))]
    by_channel = replace(NEW, refusal_grounds=(PROOF, INVALID), clauses=("cl_replacement_credit",))
    assert money_of(both, by_channel).sides == (
        ClaimSide("compliance", "EUR", 1, CENTS("3.50"), 1, CENTS("3.50"), ("cl_proof_with_delivery",)),
        ClaimSide("quality", "EUR", 1, CENTS("0.80"), 0, CENTS(0), ()),
    )
    (whole,) = money_of(both, replace(by_channel, price=4.0)).sides
    assert (whole.side, whole.leads_count, whole.amount) == ("compliance", 1, CENTS("4.00"))


def test_each_dimension_is_carried_by_a_clause_of_the_checklist() -> None:
    assert set(CARRYING_CLAUSES) == set(ALL_DIMENSIONS)
    assert set(CARRYING_CLAUSES.values()) <= {clause.id for clause in checklist().clauses}


# What other grounds would have brought


def test_defects_that_no_ground_covers_are_named_with_what_they_would_have_brought() -> None:
    """Three oppositions under the old contract at 4.00; a duplicate under the new at 4.30. Five of nine are covered."""
    uncovered = money_of().uncovered
    assert (uncovered.defective_count, uncovered.covered_count) == (9, 5)
    assert uncovered.rules == (
        UncoveredRule(OPPOSED, "EUR", 3, CENTS("12.00")),
        UncoveredRule(DUPLICATE, "EUR", 1, CENTS("4.30")),
    )
    assert uncovered.amounts == {"EUR": CENTS("16.30")}


def test_a_lead_of_several_uncovered_defects_is_worth_its_price_once() -> None:
    uncovered = money_of([accepted(AUGUST, 2, (OPPOSED, "phone"), (INVALID, None))]).uncovered
    assert [(one.leads_count, one.amount) for one in uncovered.rules] == [(2, CENTS(8)), (2, CENTS(8))]
    assert uncovered.amounts == {"EUR": CENTS(8)}


def test_a_lead_that_a_ground_covers_as_a_whole_would_bring_nothing_more() -> None:
    assert money_of([accepted(AUGUST, 2, (PROOF, "phone"), (OPPOSED, "phone"))]).uncovered.rules == ()


def test_a_further_ground_would_have_brought_the_channel_that_is_left() -> None:
    """The phone is claimed at 3.50; as a duplicate the whole lead would have been, for 0.80 more."""
    uncovered = money_of([accepted(SEPTEMBER, 1, (PROOF, "phone"), (DUPLICATE, None))]).uncovered
    assert uncovered.rules == (UncoveredRule(DUPLICATE, "EUR", 1, CENTS("0.80")),)


# Whatever is delivered

FAILS = st.tuples(st.sampled_from([PROOF, OPPOSED, DUPLICATE, INVALID]), st.sampled_from([None, "email", "phone"]))
ANY = st.builds(
    lambda day, count, fails, usable, channels: accepted(day, count, *fails, usable=usable, channels=channels),
    st.sampled_from([JULY, AUGUST, SEPTEMBER]),
    st.integers(1, 9),
    st.sets(FAILS, max_size=3),
    st.booleans(),
    st.sampled_from([(), ("email",), ("email", "phone")]),
)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(ANY, max_size=6), st.sampled_from([date(2026, 8, 15), TODAY, date(2026, 12, 1)]))
def test_every_lead_is_owed_in_one_way_and_what_can_be_claimed_is_what_claims_say(
    leads: list[AcceptedLeads], on: date
) -> None:
    money = money_of(leads, on=on)
    for lines in (money.by_delivery, money.by_month):
        assert sum((line.money for line in lines), Money()) == sum((line.money for line in money.totals), Money())
    for line in money.totals:
        assert line.money.leads_count >= line.money.payable_count >= line.money.lapsed_count
        assert line.money.agreed >= line.money.claimable + line.money.lapsed
    claims = claims_on(on, [one.leads for one in leads], lambda day: contract_in_force((OLD, NEW), day))
    assert claims is not None
    assert sum(line.money.claimable for line in money.totals) == (claims.amount or 0)
    counted = [one.money.claimable_count + one.money.replaceable_count for one in money.expiring]
    assert sum(counted) == claims.leads_count
    assert sum(side.amount for side in money.sides) == (claims.amount or 0)
    assert all(CENTS(0) <= side.contestable <= side.amount for side in money.sides)


# From tables


@pytest.fixture
def session() -> Iterator[Session]:
    with DuckDBEngine().session() as session:
        yield session


def test_the_engine_counts_what_is_known_now_and_corrections_turn_verdicts(session: Session) -> None:
    """a is clean; b lacks a proof; c was usable until it was found to be opposed; d has no lead use at all."""
    keys = {"vendor": "acme", "delivery_date": AUGUST}
    fails = {**keys, "outcome": "fail", "is_proven": True, "attributable_to": "vendor"}
    tables: dict[str, list[dict[str, Any]]] = {
        "leads": [{**keys, "lead_id": lead} for lead in "abcd"],
        "verdicts": [
            {**keys, "lead_id": lead, "channel": channel, "verdict": verdict, "is_final": True}
            for lead, channel, verdict in [
                ("a", "email", "blocked"),
                ("a", "phone", "usable"),
                ("b", "phone", "blocked"),
                ("c", "phone", "usable"),
            ]
        ],
        "findings": [{**fails, "lead_id": "b", "channel": "phone", "rule_id": PROOF}],
        "deliveries": [{**keys, "delivered_at": datetime(2026, 8, 11, 10), "role": "leads", "status": "accepted"}],
        "corrections": [
            {
                **keys,
                "lead_id": "c",
                "channel": "phone",
                "known_at": datetime(2026, 8, 30),
                "cause": "new_opposition",
                "from_verdict": "usable",
                "to_verdict": "blocked",
                "attributable_to": "vendor",
                "charged_rules": [OPPOSED],
                "released_rules": [],
            }
        ],
    }
    for name in (*INTAKE_TABLES, *VERDICT_TABLES, "corrections"):
        session.register(name, pa.Table.from_pylist(tables.get(name, []), schema=arrow_schema(name)))
    as_of = datetime(2026, 9, 5, 4, tzinfo=UTC)
    money = dossier_facts(session, load_catalogue(), (OLD,), final=(AUGUST,), as_of=as_of).money
    assert money.totals == (MoneyLine(AUGUST, "EUR", Money(4, 1, 1, agreed=CENTS(16), claimable=CENTS(4))),)
    assert money.uncovered.rules == (UncoveredRule(OPPOSED, "EUR", 1, CENTS(4)),)
