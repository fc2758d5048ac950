"""The money that can be claimed: leads, days and amounts worked out by hand from the words of a contract."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.contracts.contract import Contract, contract_in_force
from pipelines.verdicts.claims import ClaimGround, Claims, Fail, FailedLeads, claims_on, last_day_to_claim
from tests.support.intake_boxes import contract

DAY = date(2026, 8, 11)
AT_NOON = datetime(2026, 8, 11, 10)
"""In the lake; noon in Paris."""
THIRTY_DAYS = timedelta(days=30)
PROOF, OPPOSED, DUPLICATE = "proof_individual_record", "opp_vendor_redelivery", "lead_duplicate"
GROUNDS = (PROOF, OPPOSED, DUPLICATE)
BY_LEAD = contract(price=4.0, claim_window=THIRTY_DAYS, refusal_grounds=GROUNDS)
BY_CHANNEL = replace(BY_LEAD, price=None, price_per_channel={"email": 0.8, "phone": 3.5})


def failed(count: int, *fails: tuple[str, str | None], **changes: Any) -> FailedLeads:
    """Leads of one day that failed on some channels, or as leads; sold on e-mail and phone unless said otherwise."""
    alike = FailedLeads(DAY, AT_NOON, tuple(Fail(*fail) for fail in fails), ("email", "phone"), count)
    return replace(alike, **changes)


def claimed(leads: Sequence[FailedLeads], *contracts: Contract, on: date = DAY) -> Claims:
    claims = claims_on(on, leads, lambda day: contract_in_force(contracts, day))
    assert claims is not None
    return claims


def amounts(claims: Claims) -> tuple[int, Decimal | None, Decimal | None]:
    return claims.leads_count, claims.amount, claims.expiring_amount


# Which leads


def test_leads_that_failed_a_refusal_ground_are_claimed_once_each_at_the_price_per_lead() -> None:
    """Three leads failed on two channels, two on one, and one twice over: six leads, at 4 EUR 24 EUR."""
    leads = [
        failed(3, (PROOF, "email"), (PROOF, "phone")),
        failed(2, (PROOF, "phone"), channels=("phone",)),
        failed(1, (PROOF, "email"), (OPPOSED, "phone"), (DUPLICATE, None)),
    ]
    assert claimed(leads, BY_LEAD) == Claims(
        leads_count=6,
        amount=Decimal(24),
        currency="EUR",
        grounds=(
            ClaimGround(DUPLICATE, 1, Decimal(4)),
            ClaimGround(OPPOSED, 1, Decimal(4)),
            ClaimGround(PROOF, 6, Decimal(24)),
        ),
        expires_on=date(2026, 9, 10),
        expiring_amount=Decimal(24),
    )


def test_a_fail_that_the_contract_names_no_ground_leaves_the_lead_payable() -> None:
    terms = replace(BY_LEAD, refusal_grounds=(PROOF,))
    leads = [failed(5, (OPPOSED, "email")), failed(2, (OPPOSED, "email"), (PROOF, "phone"))]
    claims = claimed(leads, terms)
    assert claims.grounds == (ClaimGround(PROOF, 2, Decimal(8)),)
    assert amounts(claims) == (2, Decimal(8), Decimal(8))
    assert amounts(claimed(leads, replace(terms, refusal_grounds=()))) == (0, Decimal(0), None)


def test_without_a_contract_nothing_is_worked_out() -> None:
    assert claims_on(DAY, [failed(1, (PROOF, "email"))], lambda day: None) is None


def test_a_delivery_before_the_first_contract_is_not_claimed() -> None:
    later = replace(BY_LEAD, valid_from=DAY + timedelta(days=1))
    assert claimed([failed(1, (PROOF, "email"))], later, on=DAY + timedelta(days=1)).leads_count == 0


# Which contract: the one in force on the delivery date

OLD = replace(BY_LEAD, valid_from=date(2026, 1, 1))
NEW = replace(OLD, valid_from=date(2026, 8, 12), price=9.0, refusal_grounds=(OPPOSED,), claim_window=timedelta(days=7))
BOTH_DAYS = [
    failed(2, (PROOF, "email")),
    failed(3, (PROOF, "email"), delivery_date=date(2026, 8, 12), delivered_at=datetime(2026, 8, 12, 10)),
    failed(1, (OPPOSED, "email"), delivery_date=date(2026, 8, 12), delivered_at=datetime(2026, 8, 12, 10)),
]


def test_grounds_price_and_window_are_those_of_the_contract_in_force_on_the_delivery_date() -> None:
    """Two leads of 11 August at the old 4 EUR until 10 September; one of 12 August at the new 9 EUR until the 19th."""
    claims = claimed(BOTH_DAYS, OLD, NEW, on=date(2026, 8, 12))
    assert amounts(claims) == (3, Decimal(17), Decimal(9))
    assert claims.expires_on == date(2026, 8, 19)
    assert claims.grounds == (ClaimGround(OPPOSED, 1, Decimal(9)), ClaimGround(PROOF, 2, Decimal(8)))
    after = claimed(BOTH_DAYS, OLD, NEW, on=date(2026, 8, 20))
    assert amounts(after) == (2, Decimal(8), Decimal(8))
    assert after.expires_on == date(2026, 9, 10)


def test_a_draft_changes_nothing() -> None:
    """All six leads at the old 4 EUR."""
    assert claimed(BOTH_DAYS, OLD, replace(NEW, status="draft"), on=date(2026, 8, 12)).amount == Decimal(24)


# When


@pytest.mark.parametrize(
    ("on", "leads_count"),
    [
        (date(2026, 8, 10), 0),
        (date(2026, 8, 11), 5),
        (date(2026, 9, 10), 5),
        (date(2026, 9, 11), 0),
    ],
)
def test_a_delivery_is_claimed_from_its_day_to_the_last_of_the_window(on: date, leads_count: int) -> None:
    claims = claimed([failed(5, (PROOF, "email"))], BY_LEAD, on=on)
    assert amounts(claims) == (leads_count, Decimal(4 * leads_count), Decimal(20) if leads_count else None)
    assert claims.expires_on == (date(2026, 9, 10) if leads_count else None)


@pytest.mark.parametrize(
    ("window", "delivered_at", "last_day"),
    [
        (THIRTY_DAYS, datetime(2026, 8, 11, 10), date(2026, 9, 10)),
        # 00:30 of 12 August in Paris
        (THIRTY_DAYS, datetime(2026, 8, 11, 22, 30), date(2026, 9, 11)),
        (timedelta(hours=36), datetime(2026, 8, 11, 9, 59), date(2026, 8, 12)),
        (timedelta(hours=36), datetime(2026, 8, 11, 10), date(2026, 8, 13)),
        (timedelta(days=0), datetime(2026, 8, 11, 10), date(2026, 8, 11)),
        # 23:30 of 10 March: thirty days later it is 9 April, though 30 times 24 hours end on the 10th, at 00:30
        (THIRTY_DAYS, datetime(2026, 3, 10, 22, 30), date(2026, 4, 9)),
        # 00:30 of 1 October: thirty days later it is the 31st, though 30 times 24 hours end on the 30th, at 23:30
        (THIRTY_DAYS, datetime(2026, 9, 30, 22, 30), date(2026, 10, 31)),
        (None, datetime(2026, 8, 11, 10), None),
    ],
)
def test_the_window_runs_in_civil_days_of_paris_from_when_the_leads_were_complete(
    window: timedelta | None, delivered_at: datetime, last_day: date | None
) -> None:
    assert last_day_to_claim(replace(BY_LEAD, claim_window=window), delivered_at) == last_day


def test_what_a_vendor_delivers_late_can_be_claimed_for_as_long() -> None:
    """Complete three days after its date, on 14 August: to be claimed until 13 September."""
    late = failed(1, (PROOF, "email"), delivered_at=datetime(2026, 8, 14, 10))
    assert claimed([late], BY_LEAD, on=date(2026, 8, 13)).leads_count == 0
    claims = claimed([late], BY_LEAD, on=date(2026, 9, 13))
    assert (claims.leads_count, claims.expires_on) == (1, date(2026, 9, 13))


def test_without_a_window_nothing_expires() -> None:
    claims = claimed([failed(5, (PROOF, "email"))], replace(BY_LEAD, claim_window=None), on=date(2036, 1, 1))
    assert amounts(claims) == (5, Decimal(20), None)
    assert claims.expires_on is None


def test_what_expires_first_is_all_that_ends_on_that_day_and_nothing_else() -> None:
    """Five leads of the 11th in two groups end on 10 September, seven of the 12th a day later."""
    next_day = {"delivery_date": date(2026, 8, 12), "delivered_at": datetime(2026, 8, 12, 10)}
    leads = [failed(7, (PROOF, "email"), **next_day), failed(2, (PROOF, "email")), failed(3, (OPPOSED, "phone"))]
    claims = claimed(leads, BY_LEAD, on=date(2026, 8, 13))
    assert amounts(claims) == (12, Decimal(48), Decimal(20))
    assert claims.expires_on == date(2026, 9, 10)
    assert amounts(claimed(leads, BY_LEAD, on=date(2026, 9, 11))) == (7, Decimal(28), Decimal(28))


def test_what_never_expires_is_no_part_of_what_expires_first() -> None:
    """The old contract names no window, the new one 7 days: 9 EUR of the new can be lost."""
    claims = claimed(BOTH_DAYS, replace(OLD, claim_window=None), NEW, on=date(2026, 8, 12))
    assert amounts(claims) == (3, Decimal(17), Decimal(9))


# At which price


def test_a_lead_sold_on_several_channels_costs_the_sum_of_their_prices() -> None:
    """A duplicate is one on every channel: 0.80 + 3.50 = 4.30 EUR a lead, and 3.50 EUR sold on the phone alone."""
    leads = [failed(2, (DUPLICATE, None)), failed(1, (DUPLICATE, None), channels=("phone",))]
    assert amounts(claimed(leads, BY_CHANNEL)) == (3, Decimal("12.10"), Decimal("12.10"))


def test_a_fail_on_one_channel_claims_the_price_of_that_channel_and_leaves_the_other_payable() -> None:
    assert claimed([failed(10, (PROOF, "phone"))], BY_CHANNEL).amount == Decimal(35)
    assert claimed([failed(10, (PROOF, "email"))], BY_CHANNEL).amount == Decimal(8)
    assert claimed([failed(10, (PROOF, "email"), (PROOF, "phone"))], BY_CHANNEL).amount == Decimal(43)


def test_a_channel_claimed_on_two_grounds_is_claimed_once() -> None:
    """Under the proof 4.30 EUR, under the opposition 3.50 EUR, in the total 4.30 EUR."""
    claims = claimed([failed(1, (PROOF, "email"), (PROOF, "phone"), (OPPOSED, "phone"))], BY_CHANNEL)
    assert claims.grounds == (ClaimGround(OPPOSED, 1, Decimal("3.5")), ClaimGround(PROOF, 1, Decimal("4.3")))
    assert claims.amount == Decimal("4.30")


def test_only_the_channels_of_grounds_are_claimed() -> None:
    """That the opposition failed on the phone is no ground here: 0.80 EUR for the e-mail."""
    terms = replace(BY_CHANNEL, refusal_grounds=(PROOF,))
    assert claimed([failed(1, (PROOF, "email"), (OPPOSED, "phone"))], terms).amount == Decimal("0.80")


def test_the_price_per_lead_counts_where_the_contract_names_both() -> None:
    both = replace(BY_CHANNEL, price=4.0)
    assert claimed([failed(3, (PROOF, "phone")), failed(1, (DUPLICATE, None))], both).amount == Decimal(16)


def test_a_lead_of_which_no_claimed_channel_has_a_price_is_counted_and_in_no_amount() -> None:
    """Five failed on e-mail and phone, of which the phone has a price; four on the e-mail, which has none."""
    terms = replace(BY_CHANNEL, price_per_channel={"phone": 3.5})
    claims = claimed([failed(5, (PROOF, "email"), (PROOF, "phone")), failed(4, (PROOF, "email"))], terms)
    assert amounts(claims) == (9, Decimal("17.5"), Decimal("17.5"))
    assert claims.unpriced_count == 4
    assert claims.grounds == (ClaimGround(PROOF, 9, Decimal("17.5")),)


def test_without_any_price_leads_are_counted_and_no_amount_is_known() -> None:
    terms = replace(BY_LEAD, price=None)
    claims = claimed([failed(5, (PROOF, "email"))], terms)
    assert amounts(claims) == (5, None, None)
    assert (claims.unpriced_count, claims.grounds) == (5, (ClaimGround(PROOF, 5, None),))
    assert amounts(claimed([], terms)) == (0, None, None)


@pytest.mark.parametrize("terms", [BY_LEAD, BY_CHANNEL])
def test_nothing_to_claim_under_a_price_is_nothing_and_not_unknown(terms: Contract) -> None:
    assert claimed([], terms) == Claims(0, Decimal(0), "EUR")


def test_amounts_are_in_the_currency_of_the_contract_in_force_now_and_others_are_not_added_to_them() -> None:
    francs = replace(OLD, currency="CHF")
    claims = claimed(BOTH_DAYS, francs, NEW, on=date(2026, 8, 12))
    assert (claims.currency, claims.leads_count, claims.amount, claims.unpriced_count) == ("EUR", 3, Decimal(9), 2)


def test_a_price_with_cents_is_exact() -> None:
    """Ten times 0.10 EUR is one EUR; as floating point it is not, summed."""
    leads = [failed(1, (PROOF, "email")) for _ in range(10)]
    assert claimed(leads, replace(BY_LEAD, price=0.1)).amount == Decimal(1)


# Whatever is delivered

FAILS = st.tuples(st.sampled_from(GROUNDS), st.sampled_from([None, "email", "phone"]))
ALIKE = st.builds(
    lambda count, fails, channels, age: failed(
        count,
        *fails,
        channels=tuple(sorted(channels)),
        delivery_date=DAY - timedelta(days=age),
        delivered_at=AT_NOON - timedelta(days=age),
    ),
    st.integers(1, 9),
    st.sets(FAILS, min_size=1),
    st.sets(st.sampled_from(["email", "phone"]), min_size=1),
    st.integers(-2, 40),
)


@pytest.mark.fault(
    area="scores",
    fault="A lead with several defects might be claimed several times",
    promise="It is claimed once, and never above its price.",
)
@given(st.lists(ALIKE, max_size=6), st.sampled_from([BY_LEAD, BY_CHANNEL]))
def test_each_lead_counts_once_and_no_ground_claims_more_than_the_whole(
    leads: list[FailedLeads], terms: Contract
) -> None:
    claims = claimed(leads, terms)
    in_window = [alike for alike in leads if timedelta(0) <= DAY - alike.delivery_date <= THIRTY_DAYS]
    assert claims.leads_count == sum(alike.leads_count for alike in in_window)
    for ground, alike in product(claims.grounds, in_window):
        if ground.rule_id in {fail.rule_id for fail in alike.fails}:
            assert alike.leads_count <= ground.leads_count <= claims.leads_count
    known = [ground.amount for ground in claims.grounds if ground.amount is not None]
    assert max(known, default=Decimal(0)) <= (claims.amount or 0) <= sum(known)
    assert (claims.expiring_amount or 0) <= (claims.amount or 0)


@given(st.lists(ALIKE, max_size=6), st.sampled_from([BY_LEAD, BY_CHANNEL]), st.integers(0, 6))
def test_how_leads_are_gathered_makes_no_difference(leads: list[FailedLeads], terms: Contract, cut: int) -> None:
    one_by_one = [replace(alike, leads_count=1) for alike in leads for _ in range(alike.leads_count)]
    assert claimed(one_by_one, terms) == claimed([*leads[cut:], *leads[:cut]], terms)
