"""The money: what can be claimed of a vendor on a civil date, at which price, and what expires next.

Which leads failed which rules is counted by the engine, in `dossiers.facts`; a dossier shows what comes out here.

**Which leads.** A lead is claimable if the vendor answers for a fail of it, proven or not proven in time, that is among
the refusal grounds of the contract in force on its delivery date. What is unknown, rejected at the intake or nobody's
fault is not: a lead whose opposition the vendor could not know is blocked, and payable. A pilot's leads are judged, not
bought: none of them is claimed.

**When.** From the civil day, Europe/Paris, on which the leads were complete, to the last day of that contract's claim
window, both inclusive; without a window there is no last day.

**Price.** A contract that names a price per lead sells whole leads: a claimable lead counts at that price once, on
however many channels it is sold and under however many grounds. A contract that names prices per channel alone sells
lead uses: a lead sold on e-mail and phone costs the sum of both; a fail on the phone claims the price of the phone and
leaves the e-mail payable; a fail of the lead itself claims every channel that it is sold on. A channel without a price
adds nothing, and a lead of which no claimed channel has one is counted as unpriced.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from pipelines.contracts.contract import Contract
from pipelines.contracts.stages import is_live
from pipelines.vocabulary.clock import civil_date_after, paris_date

InForceOn = Callable[[date], Contract | None]
"""The contract of a vendor that judges its delivery on a date."""


class Fail(NamedTuple):
    """A rule that failed, and on which channel; None where it failed for the lead as a whole."""

    rule_id: str
    channel: str | None


@dataclass(frozen=True)
class FailedLeads:
    """Leads of one delivery that are alike: the same fails at the vendor's account, sold on the same channels."""

    delivery_date: date
    delivered_at: datetime
    """When the leads were complete; zone-less UTC."""
    fails: tuple[Fail, ...]
    channels: tuple[str, ...]
    """Those of their lead uses."""
    leads_count: int


@dataclass(frozen=True)
class ClaimGround:
    """Leads that the contract lets us refuse on one ground; a lead may stand under several."""

    rule_id: str
    leads_count: int
    amount: Decimal | None = None


@dataclass(frozen=True)
class Claims:
    """Leads not to be paid for, each counted once, and their price; None where no contract names one."""

    leads_count: int
    amount: Decimal | None
    currency: str
    grounds: tuple[ClaimGround, ...] = ()
    """By rule id."""
    expires_on: date | None = None
    """Last day to claim what expires first."""
    expiring_amount: Decimal | None = None
    """What is lost after that day."""
    unpriced_count: int = 0
    """Leads among them that have no price in this currency."""


@dataclass(frozen=True)
class ClaimedLeads:
    """Alike leads that can be claimed, their price each, and that of what each ground claims of them."""

    leads_count: int
    last_day: date | None
    price: Decimal | None
    by_ground: dict[str, Decimal | None]


def claims_on(day: date, failed: Iterable[FailedLeads], in_force: InForceOn) -> Claims | None:
    """What can be claimed on a civil date (Europe/Paris); None without a contract in force on it.

    Amounts are in the currency of the contract in force on that date.
    """
    contract = in_force(day)
    if contract is None:
        return None
    claimed = [
        leads
        for alike in failed
        if (terms := in_force(alike.delivery_date))
        and is_live(terms, alike.delivery_date)
        and (leads := claimed_leads(day, alike, terms, contract.currency))
    ]
    expires_on = min((leads.last_day for leads in claimed if leads.last_day), default=None)
    expiring = [leads for leads in claimed if leads.last_day and leads.last_day == expires_on]
    amount = _sum_of_prices((leads.price, leads.leads_count) for leads in claimed)
    return Claims(
        leads_count=sum(leads.leads_count for leads in claimed),
        amount=Decimal(0) if not claimed and contract.is_priced else amount,
        currency=contract.currency,
        grounds=_claim_grounds(claimed),
        expires_on=expires_on,
        expiring_amount=_sum_of_prices((leads.price, leads.leads_count) for leads in expiring),
        unpriced_count=sum(leads.leads_count for leads in claimed if leads.price is None),
    )


def last_day_to_claim(contract: Contract, delivered_at: datetime) -> date | None:
    """The civil date (Europe/Paris) on which the claim window of a delivery ends; None without a window."""
    window = contract.claim_window
    return None if window is None else civil_date_after(delivered_at, window)


def claimed_leads(day: date, alike: FailedLeads, contract: Contract, currency: str) -> ClaimedLeads | None:
    """What of alike leads can be claimed on a civil date, in a currency.

    None if no ground holds, or if they are outside the claim window.
    """
    last_day = last_day_to_claim(contract, alike.delivered_at)
    grounds = {fail.rule_id for fail in alike.fails} & set(contract.refusal_grounds)
    if not grounds or day < paris_date(alike.delivered_at) or (last_day is not None and day > last_day):
        return None

    def price(rules: Collection[str]) -> Decimal | None:
        return price_of_claim(contract, alike, rules) if contract.currency == currency else None

    return ClaimedLeads(alike.leads_count, last_day, price(grounds), {rule: price([rule]) for rule in grounds})


def price_of_claim(contract: Contract, alike: FailedLeads, rules: Collection[str]) -> Decimal | None:
    """Of one of alike leads, as far as some of the rules that it failed concern it; None where it has no price."""
    return price_of_lead(contract, _channels_failed(alike, rules))


def _channels_failed(alike: FailedLeads, rules: Collection[str]) -> set[str]:
    """The channels that a lead is sold on and that the fails of some rules concern."""
    failed = {fail.channel for fail in alike.fails if fail.rule_id in rules}
    return {channel for channel in alike.channels if channel in failed or None in failed}


def price_of_lead(contract: Contract, channels: Collection[str]) -> Decimal | None:
    """Of one lead, of which some channels are claimed or invoiced; None where the contract has no price for them."""
    if contract.price is not None:
        return Decimal(str(contract.price))
    prices = [Decimal(str(price)) for name, price in contract.price_per_channel.items() if name in channels]
    return sum(prices, Decimal(0)) if prices else None


def _claim_grounds(claimed: Sequence[ClaimedLeads]) -> tuple[ClaimGround, ...]:
    found: dict[str, list[tuple[Decimal | None, int]]] = {}
    for leads in claimed:
        for rule, price in leads.by_ground.items():
            found.setdefault(rule, []).append((price, leads.leads_count))
    return tuple(
        ClaimGround(rule, sum(count for _, count in priced), _sum_of_prices(priced))
        for rule, priced in sorted(found.items())
    )


def _sum_of_prices(priced: Iterable[tuple[Decimal | None, int]]) -> Decimal | None:
    """The sum of price × leads over what has a price; None if nothing has."""
    known = [price * count for price, count in priced if price is not None]
    return sum(known, Decimal(0)) if known else None
