"""What claims rest on: compliance or quality, with a clause or without; and the defects that no ground covers.

A claim for want of compliance (consent, proof, opposition) says that the lead may not be used; a quality return, that
it is not what was ordered. Each is carried by a clause of the paper (`governance.checklist`), which the contract's file
lists among its `clauses`; a vendor can contest what none carries, though the file names it as a ground.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple

from pipelines.verdicts.claims import price_of_claim
from pipelines.verdicts.owed import OwedLeads

CLAIM_SIDES: Final = ("compliance", "quality")
CARRYING_CLAUSES: Final = {
    "consent": "cl_consent_warranty",
    "proof": "cl_proof_with_delivery",
    "opposition": "cl_optout_feeds",
    "conformity": "cl_replacement_credit",
    "quality": "cl_replacement_credit",
    "governance": "cl_replacement_credit",
}
"""By the dimension of a ground."""
_COMPLIANCE: Final = frozenset(("consent", "proof", "opposition"))
_NOTHING: Final = Decimal(0)


class ClaimSide(NamedTuple):
    """What can be claimed on one side of `CLAIM_SIDES`, in one currency.

    What stands under grounds of both is compliance; the rest of a lead sold by channel may be a quality return.
    """

    side: str
    currency: str
    leads_count: int
    amount: Decimal
    contestable_count: int
    contestable: Decimal
    """What of the amount no clause carries."""
    missing_clauses: tuple[str, ...]


class UncoveredRule(NamedTuple):
    """A rule that was no ground for refusal, and what it would have brought as one, claimed in time."""

    rule_id: str
    currency: str | None
    leads_count: int
    amount: Decimal


@dataclass(frozen=True)
class Uncovered:
    """Defective leads, and what no ground covers of them."""

    defective_count: int = 0
    """Leads that failed at the vendor's account."""
    covered_count: int = 0
    """Those under a ground, in the claim window or not."""
    rules: tuple[UncoveredRule, ...] = ()
    """What would have brought most first."""
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    """By currency, each lead once."""


def claim_sides(owed: Iterable[OwedLeads], dimensions: Mapping[str, str]) -> tuple[ClaimSide, ...]:
    """What is claimable now, by side and currency; `dimensions`: of each rule."""
    found: dict[tuple[str, str], ClaimSide] = {}
    for leads in owed:
        if leads.state == "claimable":
            for part in _sides_of(leads, dimensions):
                key = (part.side, part.currency)
                found[key] = _summed_sides(found[key], part) if key in found else part
    return tuple(found[key] for key in sorted(found))


def uncovered_rules(owed: Iterable[OwedLeads], defects: Collection[str]) -> Uncovered:
    """What leads failed beside the grounds of their contract; `defects`: rules that could be grounds."""
    found: dict[tuple[str, str], list[tuple[int, Decimal]]] = {}
    amounts: dict[str, Decimal] = {}
    defective = covered = 0
    for leads in owed:
        count, failed = leads.alike.leads_count, {fail.rule_id for fail in leads.alike.fails}
        beside = (failed & set(defects)) - leads.grounds
        defective += count if beside or leads.grounds else 0
        covered += count if leads.grounds else 0
        for rule in beside:
            worth = _added(leads, leads.grounds, {rule})
            if worth or not leads.grounds:
                found.setdefault((rule, leads.currency or ""), []).append((count, worth))
        if leads.currency and (whole := _added(leads, leads.grounds, beside)):
            amounts[leads.currency] = amounts.get(leads.currency, _NOTHING) + count * whole
    return Uncovered(defective, covered, _ranked(found), dict(sorted(amounts.items())))


def _ranked(found: Mapping[tuple[str, str], Sequence[tuple[int, Decimal]]]) -> tuple[UncoveredRule, ...]:
    rules = [
        UncoveredRule(
            rule,
            currency or None,
            sum(count for count, _ in parts),
            sum((count * worth for count, worth in parts), _NOTHING),
        )
        for (rule, currency), parts in found.items()
    ]
    return tuple(sorted(rules, key=lambda one: (-one.amount, -one.leads_count, one.rule_id, one.currency or "")))


def _sides_of(leads: OwedLeads, dimensions: Mapping[str, str]) -> Iterable[ClaimSide]:
    compliance = frozenset(rule for rule in leads.grounds if dimensions.get(rule) in _COMPLIANCE)
    quality = leads.grounds - compliance
    for side, base, rules in zip(CLAIM_SIDES, (frozenset[str](), compliance), (compliance, quality), strict=True):
        amount = _added(leads, base, rules)
        if rules and (amount or not base):
            yield _side_of(leads, side, base, rules, amount, dimensions)


def _side_of(
    leads: OwedLeads,
    side: str,
    base: AbstractSet[str],
    rules: AbstractSet[str],
    amount: Decimal,
    dimensions: Mapping[str, str],
) -> ClaimSide:
    clauses = {rule: CARRYING_CLAUSES[dimensions.get(rule, "quality")] for rule in rules}
    carried = {rule for rule, clause in clauses.items() if clause in leads.contract.clauses}
    contestable = amount - _added(leads, base, carried)
    count = leads.alike.leads_count
    return ClaimSide(
        side=side,
        currency=leads.contract.currency,
        leads_count=count,
        amount=count * amount,
        contestable_count=count if contestable or not carried else 0,
        contestable=count * contestable,
        missing_clauses=tuple(sorted({clauses[rule] for rule in rules - carried})),
    )


def _summed_sides(one: ClaimSide, other: ClaimSide) -> ClaimSide:
    return ClaimSide(
        one.side,
        one.currency,
        one.leads_count + other.leads_count,
        one.amount + other.amount,
        one.contestable_count + other.contestable_count,
        one.contestable + other.contestable,
        tuple(sorted({*one.missing_clauses, *other.missing_clauses})),
    )


def _added(leads: OwedLeads, base: AbstractSet[str], rules: AbstractSet[str]) -> Decimal:
    """What rules add to the price of what other rules claim of one lead."""

    def price(some: AbstractSet[str]) -> Decimal:
        return (price_of_claim(leads.contract, leads.alike, some) if some else None) or _NOTHING

    return price(base | rules) - price(base)
