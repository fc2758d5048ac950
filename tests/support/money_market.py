"""Nineteen leads under two contracts, with what they cost and fail worked out by hand.

Until 31 August 2026 a lead costs 4.00 EUR, thirty days to claim, on two grounds; from September on an e-mail costs 0.80
and a phone number 3.50, fourteen days to claim, on two others. Of the clauses the old contract has that on proof alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from pipelines.contracts.contract import Contract, contract_in_force
from pipelines.dossiers.accepted_leads import AcceptedLeads
from pipelines.dossiers.money import VendorMoney, vendor_money
from pipelines.verdicts.claims import Fail, FailedLeads
from tests.support.intake_boxes import contract

JULY, AUGUST, SEPTEMBER = date(2026, 7, 20), date(2026, 8, 11), date(2026, 9, 2)
TODAY = date(2026, 9, 5)
"""The window of July has ended on 19 August; that of August ends on 10, that of September on 16 September."""
PROOF, OPPOSED, DUPLICATE, INVALID = (
    "proof_individual_record",
    "opp_vendor_redelivery",
    "lead_duplicate",
    "field_invalid",
)
DIMENSIONS = {PROOF: "proof", OPPOSED: "opposition", DUPLICATE: "quality", INVALID: "quality"}
BOTH = ("email", "phone")

OLD = contract(
    price=4.0,
    claim_window=timedelta(days=30),
    refusal_grounds=(PROOF, DUPLICATE),
    clauses=("cl_proof_with_delivery",),
)
NEW = contract(
    valid_from=date(2026, 9, 1),
    price_per_channel={"email": 0.8, "phone": 3.5},
    claim_window=timedelta(days=14),
    refusal_grounds=(PROOF, OPPOSED),
)


def accepted(
    day: date,
    count: int,
    *fails: tuple[str, str | None],
    usable: bool = False,
    channels: tuple[str, ...] = BOTH,
) -> AcceptedLeads:
    """Leads that were complete at noon in Paris and failed some rules at the vendor's account."""
    at_noon = datetime(day.year, day.month, day.day, 10)
    return AcceptedLeads(FailedLeads(day, at_noon, tuple(Fail(*fail) for fail in fails), channels, count), usable)


LEADS = (
    accepted(JULY, 4, usable=True),
    accepted(JULY, 1, (PROOF, "phone")),
    accepted(AUGUST, 4, usable=True),
    accepted(AUGUST, 1),  # blocked, and nobody's fault
    accepted(AUGUST, 2, (PROOF, "phone")),
    accepted(AUGUST, 3, (OPPOSED, "phone")),
    accepted(SEPTEMBER, 1, usable=True),
    accepted(SEPTEMBER, 1, (OPPOSED, "phone"), usable=True),
    accepted(SEPTEMBER, 1, (PROOF, "email"), (PROOF, "phone")),
    accepted(SEPTEMBER, 1, (DUPLICATE, None)),
)


def money_of(
    leads: Sequence[AcceptedLeads] = LEADS, *contracts: Contract, on: date = TODAY, **known: Any
) -> VendorMoney:
    """The money of some leads under the old and the new contract, unless told otherwise; all verdicts are final."""
    terms = contracts or (OLD, NEW)
    facts = {
        "since": None,
        "final": {one.leads.delivery_date for one in leads},
        "dimensions": DIMENSIONS,
        "defects": DIMENSIONS,
    }
    return vendor_money(leads, lambda day: contract_in_force(terms, day), today=on, **{**facts, **known})


def candidate(terms: Contract) -> Contract:
    """The same terms of a pilot, of which nobody has decided."""
    return replace(terms, stage="pilot")
