"""The money of a dossier, by delivery, month and currency: what the contract asks, what can be claimed, what is due.

Amounts are exact, net of tax, at the price of the contract in force on the delivery date (`verdicts.owed`); what was
invoiced and paid is in `invoices`. Candidates' and pilots' deliveries count nowhere; neither does what came after the
dossier's date, or without a contract. Leads without a price make lines of their own, without a currency. What claims
rest on, and what other grounds would have brought, is in `claim_grounds`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pipelines.contracts.stages import is_live
from pipelines.dossiers.accepted_leads import AcceptedLeads
from pipelines.dossiers.claim_grounds import ClaimSide, Uncovered, claim_sides, uncovered_rules
from pipelines.verdicts.claims import InForceOn
from pipelines.verdicts.owed import OwedLeads, owed_leads
from pipelines.vocabulary.clock import paris_date

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Money:
    """Of some accepted leads, in one currency."""

    leads_count: int = 0
    usable_count: int = 0
    """Leads that may be used on one channel at least."""
    claimable_count: int = 0
    replaceable_count: int = 0
    lapsed_count: int = 0
    """Payable ones that could have been claimed."""
    agreed: Decimal = NOTHING
    """What the contract asks for all of them."""
    claimable: Decimal = NOTHING
    lapsed: Decimal = NOTHING
    is_final: bool = True
    """Whether all their verdicts are."""

    @property
    def payable_count(self) -> int:
        """Leads that are neither claimable nor replaceable, usable or not."""
        return self.leads_count - self.claimable_count - self.replaceable_count

    @property
    def due(self) -> Decimal:
        """What is left to pay once everything that can be claimed is."""
        return self.agreed - self.claimable

    @property
    def price_of_usable(self) -> Decimal | None:
        """What is due, by usable lead; None without any."""
        return self.due / self.usable_count if self.usable_count else None

    def __add__(self, other: "Money") -> "Money":
        return Money(
            self.leads_count + other.leads_count,
            self.usable_count + other.usable_count,
            self.claimable_count + other.claimable_count,
            self.replaceable_count + other.replaceable_count,
            self.lapsed_count + other.lapsed_count,
            self.agreed + other.agreed,
            self.claimable + other.claimable,
            self.lapsed + other.lapsed,
            self.is_final and other.is_final,
        )


class MoneyLine(NamedTuple):
    """The money of a delivery date, or of a month by its first day; of everything, by the first delivery date."""

    start: date
    currency: str | None
    """None: the contract has no price for these leads."""
    money: Money


class Expiry(NamedTuple):
    """What can be claimed, or replaced, up to one day."""

    last_day: date | None
    """None: the contract names no claim window."""
    currency: str | None
    deliveries_count: int
    money: Money


@dataclass(frozen=True)
class VendorMoney:
    """Everything that a dossier says of money; lines by date, then by currency."""

    by_delivery: tuple[MoneyLine, ...] = ()
    by_month: tuple[MoneyLine, ...] = ()
    totals: tuple[MoneyLine, ...] = ()
    expiring: tuple[Expiry, ...] = ()
    """What expires first stands first."""
    since: date | None = None
    """Of the dossier before; None: this is the first."""
    lapsed_since: tuple[MoneyLine, ...] = ()
    """By currency: what could still be claimed on that day, and can't any more."""
    sides: tuple[ClaimSide, ...] = ()
    uncovered: Uncovered = field(default_factory=Uncovered)

    @property
    def priced_totals(self) -> tuple[MoneyLine, ...]:
        """Of leads that have a price."""
        return tuple(line for line in self.totals if line.currency)

    @property
    def unpriced_count(self) -> int:
        """Leads that have none."""
        return sum(line.money.leads_count for line in self.totals if not line.currency)


class _MoneyOfLeads(NamedTuple):
    """Alike leads and their money."""

    owed: OwedLeads
    money: Money

    @property
    def day(self) -> date:
        return self.owed.alike.delivery_date


def vendor_money(
    accepted: Iterable[AcceptedLeads],
    in_force: InForceOn,
    *,
    today: date,
    since: date | None,
    final: Collection[date],
    dimensions: Mapping[str, str],
    defects: Collection[str],
) -> VendorMoney:
    """The money of a vendor on a civil date (Europe/Paris).

    Args:
        accepted: its leads, with their fails of all rules that matter here.
        in_force: its contracts.
        today: on which claims are counted.
        since: the date of the dossier before, if there was one.
        final: delivery dates whose verdicts are final.
        dimensions: of each rule.
        defects: rules for whose breach a lead could be refused, if a contract said so.
    """
    counted = [*_leads_with_money(accepted, in_force, today, frozenset(final))]
    owed = [one.owed for one in counted]
    return VendorMoney(
        by_delivery=_lines(counted, lambda day: day),
        by_month=_lines(counted, lambda day: day.replace(day=1)),
        totals=_totals(counted),
        expiring=_expiring(counted),
        since=since,
        lapsed_since=_totals([one for one in counted if since and _lapsed_from(one, since)]),
        sides=claim_sides(owed, dimensions),
        uncovered=uncovered_rules(owed, defects),
    )


def _leads_with_money(
    accepted: Iterable[AcceptedLeads], in_force: InForceOn, today: date, final: Collection[date]
) -> Iterator[_MoneyOfLeads]:
    for one in accepted:
        day = one.leads.delivery_date
        contract = in_force(day)
        if contract is not None and is_live(contract, day) and paris_date(one.leads.delivered_at) <= today:
            owed = owed_leads(today, one.leads, contract)
            yield _MoneyOfLeads(owed, _money_of(owed, is_final=day in final, is_usable=one.is_usable))


def _money_of(owed: OwedLeads, *, is_final: bool, is_usable: bool) -> Money:
    count = owed.alike.leads_count
    refused = count * (owed.refused or NOTHING)
    money = Money(count, count if is_usable else 0, agreed=count * (owed.agreed or NOTHING), is_final=is_final)
    if owed.has_lapsed:
        return replace(money, lapsed_count=count, lapsed=refused)
    if owed.state == "claimable":
        return replace(money, claimable_count=count, claimable=refused)
    return replace(money, replaceable_count=count) if owed.state == "replaceable" else money


def _lines(counted: Iterable[_MoneyOfLeads], start_of: Callable[[date], date]) -> tuple[MoneyLine, ...]:
    found: dict[tuple[date, str], Money] = {}
    for one in counted:
        key = (start_of(one.day), one.owed.currency or "")
        found[key] = found.get(key, Money()) + one.money
    return tuple(MoneyLine(start, currency or None, money) for (start, currency), money in sorted(found.items()))


def _totals(counted: Collection[_MoneyOfLeads]) -> tuple[MoneyLine, ...]:
    first = min((one.day for one in counted), default=date.min)
    return _lines(counted, lambda _: first)


def _expiring(counted: Iterable[_MoneyOfLeads]) -> tuple[Expiry, ...]:
    found: dict[tuple[date, str], list[_MoneyOfLeads]] = {}
    for one in counted:
        if one.owed.state != "payable":
            found.setdefault((one.owed.last_day or date.max, one.owed.currency or ""), []).append(one)
    return tuple(
        Expiry(
            None if last_day == date.max else last_day,
            currency or None,
            len({one.day for one in group}),
            sum((one.money for one in group), Money()),
        )
        for (last_day, currency), group in sorted(found.items())
    )


def _lapsed_from(one: _MoneyOfLeads, since: date) -> bool:
    """Whether it could still be claimed on a day, and can't any more."""
    return one.owed.has_lapsed and one.owed.last_day is not None and since <= one.owed.last_day
