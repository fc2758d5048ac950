"""What is owed of an accepted lead by its contract: payable, claimable or replaceable, whether it may be used or not.

A lead under no ground for refusal is payable, and so is one whose claim window has ended: what could have been claimed
of it has lapsed. Inside the window a lead under a ground is claimable at its price (`claims`); where the contract has
no price for what failed, no amount can be claimed, and what can be asked for is another lead: it is replaceable.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from pipelines.contracts.contract import Contract
from pipelines.verdicts.claims import FailedLeads, last_day_to_claim, price_of_claim, price_of_lead

OWED_STATES: Final = ("payable", "claimable", "replaceable")


@dataclass(frozen=True)
class OwedLeads:
    """Alike leads of one delivery as their contract sees them on a civil date; prices are those of one lead."""

    alike: FailedLeads
    contract: Contract
    state: str
    """One of `OWED_STATES`."""
    grounds: frozenset[str]
    """Grounds for refusal that they stand under, in the window or not."""
    last_day: date | None
    """Of the claim window, inclusive; None: it never ends."""
    agreed: Decimal | None
    """What the contract asks for one; None where it has no price."""
    refused: Decimal | None
    """What of it the grounds concern."""

    @property
    def currency(self) -> str | None:
        """Of the contract; None where the leads have no price."""
        return None if self.agreed is None else self.contract.currency

    @property
    def has_lapsed(self) -> bool:
        """Whether they could have been claimed, and can't any more."""
        return bool(self.grounds) and self.state == "payable"


def owed_leads(today: date, alike: FailedLeads, contract: Contract) -> OwedLeads:
    """Alike leads under the contract in force on their delivery date, as of a civil date (Europe/Paris)."""
    grounds = frozenset(fail.rule_id for fail in alike.fails) & set(contract.refusal_grounds)
    last_day = last_day_to_claim(contract, alike.delivered_at)
    refused = price_of_claim(contract, alike, grounds) if grounds else None
    is_open = bool(grounds) and (last_day is None or today <= last_day)
    in_window = "replaceable" if refused is None else "claimable"
    return OwedLeads(
        alike=alike,
        contract=contract,
        state=in_window if is_open else "payable",
        grounds=grounds,
        last_day=last_day,
        agreed=price_of_lead(contract, alike.channels),
        refused=refused,
    )
