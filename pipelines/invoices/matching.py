"""A line against deliveries, verdicts and contract price: what of its amount is due, disputed or open, and why.

A line that names a lead asks for that lead; any other for as many leads as it says of its period, the payable ones
first. Its net amount is split without a rest: what goes beyond quantity × price; per lead what goes beyond the agreed
price, what is claimed of it, and what is due. A price below the agreed one is taken as it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext

from pipelines.invoices.arithmetic import in_cents
from pipelines.invoices.invoice import EXACT, InvoiceLine
from pipelines.invoices.ledger import Ledger

ONE, NONE = Decimal(1), Decimal(0)


@dataclass(frozen=True)
class Part:
    """One part of a line's net amount."""

    cause: str | None
    """One of `causes.CAUSES`; None: it is due."""
    amount: Decimal
    quantity: Decimal
    taken: Decimal = NONE
    """Leads that it asks for and no part before."""
    day: date | None = None
    """Of the delivery."""
    agreed: Decimal | None = None
    """The contract's price of one."""
    rules: tuple[str, ...] = ()
    lapsed: Decimal = NONE
    """What of it could once have been claimed."""
    line: InvoiceLine | None = None
    """None for what concerns the whole invoice."""
    of_whole_rate: Decimal = NONE
    """Percent of tax on what concerns the whole invoice."""
    lead_id: str | None = None
    """The lead that it is about; one that we do not know is not repeated, since it could be anybody's name."""

    @property
    def rate(self) -> Decimal:
        """Percent of its tax."""
        return self.line.rate if self.line else self.of_whole_rate


def parts_of_line(line: InvoiceLine, ledger: Ledger, lead: int | None, *, is_known: bool) -> list[Part]:
    """The parts of one line, in cents; they sum to its net amount.

    Args:
        line: the line.
        ledger: what is left; what the line asks for is taken from it.
        lead: place of the alike leads of which the line's lead is.
        is_known: whether the line's lead was ever delivered.
    """
    named = line.lead_id if is_known else None
    with localcontext(EXACT):
        parts = _exact_parts(line, ledger, lead, is_known=is_known)
        return [replace(part, line=line, lead_id=named) for part in _rounded(_fitted(parts, in_cents(line.net), line))]


def _exact_parts(line: InvoiceLine, ledger: Ledger, lead: int | None, *, is_known: bool) -> list[Part]:
    """Parts that sum to quantity × price, or to the net amount of what gives back."""
    if line.quantity < 0 and line.net < 0:
        return [*_given_back_parts(line, ledger, lead)]
    if line.quantity <= 0 or line.net < 0:
        return [Part(None if line.net <= 0 else "line_total", line.net, line.quantity)]
    if line.lead_id is None:
        return [*_parts_of_many(line, ledger)]
    return [*_parts_of_lead(line, ledger, lead, is_known=is_known), *_beyond_one(line, line.quantity - 1)]


def _given_back_parts(line: InvoiceLine, ledger: Ledger, lead: int | None) -> Iterator[Part]:
    """What a line gives back: with the leads that had been asked for, which are left again, then what is beyond them.

    The amount is the line's, shared by its leads: who gives back more than was asked for is not corrected.
    """
    rest = -line.quantity
    for place, count in _leads_given_back(line, ledger, lead, rest):
        yield Part(None, line.net * count / -line.quantity, -count, -count, ledger.alike[place].day)
        rest -= count
    if rest:
        yield Part(None, line.net * rest / -line.quantity, -rest)


def _leads_given_back(
    line: InvoiceLine, ledger: Ledger, lead: int | None, most: Decimal
) -> Iterator[tuple[int, Decimal]]:
    if lead is not None:
        count = ledger.give_back(lead, line.channel, most)
        yield from [(lead, count)] if count else []
    elif line.lead_id is None and line.period is not None:
        yield from ledger.give_back_of_period(line.period, line.channel, most)


def _parts_of_lead(line: InvoiceLine, ledger: Ledger, lead: int | None, *, is_known: bool) -> Iterator[Part]:
    count = min(line.quantity, ONE)
    if lead is None:
        yield _unowed("invoiced_twice" if is_known else "not_delivered", count, line)
        return
    day = ledger.alike[lead].day
    if line.period and not line.period.holds(day):
        yield replace(_unowed("period_other", count, line), day=day)
    elif not ledger.take(lead, line.channel, count):
        yield replace(_unowed("invoiced_twice", count, line), day=day)
    else:
        yield from _owed(count, line, ledger, lead)


def _parts_of_many(line: InvoiceLine, ledger: Ledger) -> Iterator[Part]:
    if line.period is None:
        yield _unowed("period_missing", line.quantity, line)
        return
    found = NONE
    for place, count in ledger.take_of_period(line.period, line.channel, line.quantity):
        yield from _owed(count, line, ledger, place)
        found += count
    if found < line.quantity:  # nothing is left: what others did not take was found
        delivered = ledger.delivered(line.period, line.channel)
        yield from _beyond_delivered(line, line.quantity - found, delivered - found, is_delivered=bool(delivered))


def _beyond_delivered(line: InvoiceLine, rest: Decimal, before: Decimal, *, is_delivered: bool) -> Iterator[Part]:
    """What is asked for beyond what is left: as far as it was invoiced before, that is why."""
    twice = min(rest, before)
    if twice:
        yield _unowed("invoiced_twice", twice, line)
    if rest > twice:
        is_backwards = line.period is not None and line.period.end < line.period.start
        cause = "quantity_above" if is_delivered else "period_other" if is_backwards else "not_delivered"
        yield _unowed(cause, rest - twice, line)


def _beyond_one(line: InvoiceLine, count: Decimal) -> list[Part]:
    """What a line asks for beyond its one lead."""
    return [_unowed("quantity_above", count, line)] if count > 0 else []


def _unowed(cause: str, count: Decimal, line: InvoiceLine) -> Part:
    return Part(cause, count * line.price, count)


def _owed(count: Decimal, line: InvoiceLine, ledger: Ledger, place: int) -> Iterator[Part]:
    """So many of some alike leads: too dear, claimed, and due; only the last part takes them."""
    alike, terms = ledger.alike[place], ledger.terms(place, line.channel)
    whole = Part(None, count * line.price, count, count, alike.day, terms.agreed)
    if terms.agreed is None:
        yield replace(whole, cause=terms.held_cause or "price_unknown")
        return
    fair = min(line.price, terms.agreed)
    claimed = min(fair, terms.claimed)
    if line.price > fair:
        yield replace(whole, cause="price_above", amount=count * (line.price - fair), taken=NONE)
    if claimed:
        cause, rules = terms.claim_cause, terms.grounds
        yield replace(whole, cause=cause, amount=count * claimed, taken=NONE, rules=rules)
    lapsed = count * min(terms.lapsed, fair - claimed)
    held_cause = terms.held_cause or (None if alike.is_final else "not_final")
    yield replace(whole, cause=held_cause, amount=count * (fair - claimed), lapsed=lapsed)


def _fitted(parts: list[Part], net: Decimal, line: InvoiceLine) -> Iterator[Part]:
    """Parts that round to the line's net: what is beyond them is disputed, what is missing lowers what is due."""
    excess = net - in_cents(sum((part.amount for part in parts), NONE))
    if excess > 0:
        yield Part("line_total", excess, line.quantity)
    missing = max(NONE, -excess)
    for part in sorted(parts, key=lambda part: part.cause is not None):
        cut = min(missing, max(NONE, part.amount))
        missing -= cut
        yield replace(part, amount=part.amount - cut)


def _rounded(parts: Iterator[Part]) -> Iterator[Part]:
    """Parts in cents that sum to the rounded sum; those of no amount stay where they take leads."""
    exact = told = NONE
    for part in parts:
        exact += part.amount
        amount, told = in_cents(exact) - told, in_cents(exact)
        if amount or part.taken:
            yield replace(part, amount=amount)
