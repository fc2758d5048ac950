"""What of the delivered leads is not invoiced yet: each may be asked for once, on a channel where channels are sold."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from pipelines.contracts.contract import Contract
from pipelines.contracts.stages import may_be_used
from pipelines.invoices.causes import CAUSES, DUPLICATE_RULE
from pipelines.invoices.delivered import AlikeLeads
from pipelines.invoices.invoice import InvoicedPeriod
from pipelines.verdicts.claims import InForceOn, claimed_leads, price_of_lead
from pipelines.vocabulary.clock import paris_date

_WHOLE: Final = (None,)
"""A lead that is sold as a whole, whatever its channels."""
_NOTHING: Final = Decimal(0)
_HELD: Final[Mapping[bool | None, str]] = {None: CAUSES["not_ordered_yet"].code, False: CAUSES["not_ordered"].code}
"""By whether a vendor's leads may be used."""


class Terms(NamedTuple):
    """What the contract says of one of some alike leads, as a line asks for it."""

    agreed: Decimal | None
    """Its price; None where there is none in the invoice's currency."""
    claimed: Decimal
    """What of it can be claimed today."""
    lapsed: Decimal
    """What could have been claimed on the day of the delivery, and can't any more."""
    grounds: tuple[str, ...] = ()
    held_cause: str | None = None
    """Why none of it is owed, whatever it is worth: the vendor had not gone live."""

    @property
    def is_payable(self) -> bool:
        """Whether it is owed in full, as far as the contract goes."""
        return self.held_cause is None and not self.claimed

    @property
    def claim_cause(self) -> str:
        """Why it is claimed."""
        return CAUSES["delivered_twice" if self.grounds == (DUPLICATE_RULE,) else "claimable"].code


class Ledger:
    """A vendor's delivered leads under its contracts, as they are asked for one after the other."""

    def __init__(self, alike: Sequence[AlikeLeads], in_force: InForceOn, *, today: date, currency: str) -> None:
        """Nothing is invoiced yet. `today`: the civil date (Paris) on which claims are counted."""
        self.alike = alike
        self._in_force, self._today, self._currency = in_force, today, currency
        self._taken: defaultdict[tuple[int, str | None], Decimal] = defaultdict(Decimal)
        self.terms = cache(self._terms)
        self.within = cache(self._within)
        self.delivered = cache(self._delivered)
        self._passed: defaultdict[tuple[InvoicedPeriod, str | None], int] = defaultdict(int)
        """Of `within`, how many from the first on have nothing left, since something was last given back."""

    def take(self, place: int, channel: str | None, most: Decimal) -> Decimal:
        """Ask for at most so many of some alike leads: how many there were left."""
        sold = self._sold(self.alike[place], channel)
        left = min(self.alike[place].leads.leads_count - self._taken[place, each] for each in sold)
        count = max(_NOTHING, min(most, left))
        for each in sold:
            self._taken[place, each] += count
        return count

    def take_of_period(
        self, period: InvoicedPeriod, channel: str | None, most: Decimal
    ) -> Iterator[tuple[int, Decimal]]:
        """Ask for at most so many leads of a period, payable ones first: places, and how many of each."""
        places, asked = self.within(period, channel), (period, channel)
        while most and self._passed[asked] < len(places):
            place = places[self._passed[asked]]
            if count := self.take(place, channel, most):
                yield place, count
                most -= count
            if most:
                self._passed[asked] += 1

    def give_back(self, place: int, channel: str | None, most: Decimal) -> Decimal:
        """Give back at most so many of some alike leads: how many had been asked for."""
        sold = self._sold(self.alike[place], channel)
        count = max(_NOTHING, min(most, *(self._taken[place, each] for each in sold)))
        for each in sold:
            self._taken[place, each] -= count
        self._passed.clear()
        return count

    def give_back_of_period(
        self, period: InvoicedPeriod, channel: str | None, most: Decimal
    ) -> Iterator[tuple[int, Decimal]]:
        """Give back at most so many leads of a period, those that are not payable first: places, and how many."""
        for place in reversed(self.within(period, channel)):
            if count := self.give_back(place, channel, most):
                yield place, count
                most -= count
            if not most:
                return

    def _delivered(self, period: InvoicedPeriod, channel: str | None) -> int:
        """How many leads of a period that are sold on a channel were delivered."""
        return sum(self.alike[place].leads.leads_count for place in self.within(period, channel))

    def _within(self, period: InvoicedPeriod, channel: str | None) -> tuple[int, ...]:
        """Places of alike leads of a period that are sold on a channel, payable ones first, then by day."""
        found = [place for place, alike in enumerate(self.alike) if period.holds(alike.day)]
        sold = [place for place in found if self._is_sold_on(self.alike[place], channel)]
        return tuple(sorted(sold, key=lambda place: (not self.terms(place, channel).is_payable, self.alike[place].day)))

    def _terms(self, place: int, channel: str | None) -> Terms:
        alike, contract = self.alike[place], self._contract(self.alike[place])
        sold = self._sold(alike, channel)
        if contract is None:
            return Terms(None, _NOTHING, _NOTHING)
        channels = [each for each in sold if each is not None]
        agreed = price_of_lead(contract, channels) if contract.currency == self._currency else None
        held_cause = _HELD.get(may_be_used(contract, alike.day))
        if agreed is None or held_cause:
            return Terms(agreed, _NOTHING, _NOTHING, held_cause=held_cause)
        leads = alike.leads if sold == _WHOLE else replace(alike.leads, channels=tuple(channels))
        now = claimed_leads(self._today, leads, contract, self._currency)
        once = claimed_leads(paris_date(leads.delivered_at), leads, contract, self._currency)
        claimed, claimable = ((each and each.price) or _NOTHING for each in (now, once))
        grounds = tuple(rule for rule, price in now.by_ground.items() if price) if now else ()
        return Terms(agreed, claimed, claimable - claimed, tuple(sorted(grounds)))

    def _contract(self, alike: AlikeLeads) -> Contract | None:
        return self._in_force(alike.day)

    def _sold(self, alike: AlikeLeads, channel: str | None) -> tuple[str | None, ...]:
        """The channels that a line asks for, where the contract sells channels."""
        contract = self._contract(alike)
        if contract is None or contract.price is not None:
            return _WHOLE
        return (channel,) if channel else alike.leads.channels or _WHOLE

    def _is_sold_on(self, alike: AlikeLeads, channel: str | None) -> bool:
        sold = self._sold(alike, channel)
        return sold == _WHOLE or set(sold) <= set(alike.leads.channels)
