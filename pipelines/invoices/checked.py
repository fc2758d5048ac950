"""One invoice checked: amounts by cause, and the answer.

What is due, disputed and open is net of tax, and sums to the net amounts of the lines, plus charges, less allowances.
Totals that do not follow from the lines are disputed beside them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipelines.contracts.contract import Contract, contract_in_force
from pipelines.engines.interface import Session
from pipelines.invoices.arithmetic import in_cents, slips
from pipelines.invoices.causes import APPROVED, CAUSES, DISPUTED, PARTLY, REFUSED, REFUSING, SUSPENDED
from pipelines.invoices.delivered import Delivered, delivered_leads
from pipelines.invoices.invoice import Invoice
from pipelines.invoices.kept import KeptInvoice, KeptPart
from pipelines.invoices.ledger import Ledger
from pipelines.invoices.matching import NONE, Part, parts_of_line


@dataclass(frozen=True)
class CheckedInvoice:
    """What is owed of an invoice, and what not."""

    vendor: str
    invoice: Invoice
    parts: tuple[Part, ...]

    @property
    def due(self) -> Decimal:
        """Net amount to pay."""
        return _sum(part for part in self.parts if part.cause is None)

    @property
    def disputed(self) -> Decimal:
        """Amount not to pay."""
        return _sum(part for part in self.parts if part.cause and not CAUSES[part.cause].is_open)

    @property
    def open(self) -> Decimal:
        """Net amount that may be owed and waits."""
        return _sum(part for part in self.parts if part.cause and CAUSES[part.cause].is_open)

    @property
    def lapsed(self) -> Decimal:
        """What is due of it that could be claimed until a claim window ended."""
        return in_cents(sum((part.lapsed for part in self.parts), NONE))

    @property
    def due_with_tax(self) -> Decimal:
        """Amount to pay, each line's tax on it."""
        rates = {part.rate for part in self.parts}
        due = {rate: _sum(part for part in self.parts if part.cause is None and part.rate == rate) for rate in rates}
        return sum((net + in_cents(net * rate / 100) for rate, net in due.items()), NONE)

    @property
    def causes(self) -> tuple[str, ...]:
        """Why something is disputed or open, the gravest first."""
        found = {part.cause for part in self.parts if part.amount}
        return tuple(code for code in CAUSES if code in found)

    def amount_of(self, cause: str) -> Decimal:
        """What is disputed or open for one cause."""
        return _sum(part for part in self.parts if part.cause == cause)

    @property
    def answer(self) -> str:
        """The status of the invoice's life cycle that says so: one of `causes`."""
        if not REFUSING.isdisjoint(self.causes):
            return REFUSED
        if not self.disputed:
            return SUSPENDED if self.open else APPROVED
        has_slips = any(part.line is None and part.cause for part in self.parts)
        return PARTLY if self.due > 0 and not self.open and not has_slips else DISPUTED


def check_invoice(
    invoice: Invoice,
    session: Session,
    contracts: Sequence[Contract],
    *,
    vendor: str,
    today: date,
    earlier: Sequence[KeptInvoice] = (),
) -> CheckedInvoice:
    """Hold an invoice against what its vendor delivered.

    Args:
        invoice: the invoice.
        session: holds the vendor's published tables.
        contracts: the vendor's.
        vendor: its key.
        today: civil date (Paris) on which claims are counted.
        earlier: invoices that were checked before it; what they took is not owed again.
    """
    refused = _refusal(invoice, contract_in_force(tuple(contracts), invoice.issued_on), earlier)
    if refused:
        parts = [Part(refused, in_cents(line.net), line.quantity, line=line) for line in invoice.lines]
        return CheckedInvoice(vendor, invoice, tuple(parts))
    before = [part for kept in earlier if kept.number != invoice.replaces for part in kept.parts]
    named = _named_leads(before, invoice)
    grounds = {ground for contract in contracts for ground in contract.refusal_grounds}
    delivered = delivered_leads(session, grounds, named)
    ledger = Ledger(
        delivered.alike, lambda day: contract_in_force(tuple(contracts), day), today=today, currency=invoice.currency
    )
    _take_before(before, delivered, ledger)
    return CheckedInvoice(vendor, invoice, (*_parts_of_lines(invoice, delivered, ledger), *_parts_of_whole(invoice)))


def _refusal(invoice: Invoice, contract: Contract | None, earlier: Sequence[KeptInvoice]) -> str | None:
    """Why nothing of an invoice can be owed; None where something can."""
    if any(kept.number == invoice.number and not kept.is_refused for kept in earlier):
        return "number_repeated"
    if contract and invoice.advertiser_siren and invoice.advertiser_siren != contract.advertiser_siren:
        return "advertiser_other"
    return "currency_other" if contract and invoice.currency != contract.currency else None


def _named_leads(before: Sequence[KeptPart], invoice: Invoice) -> Iterator[tuple[int, str, int]]:
    """Leads by place, and of which delivery: those of earlier invoices below zero, in order, then those of the lines.

    The first line of a lead asks for its first delivery, the second for its second; what gives back is about the last
    that was asked for, which the next line may ask for again.
    """
    earlier = [(place, part.lead_id, part.taken < 0) for place, part in enumerate(before, -len(before))]
    lines = [(place, line.lead_id, line.quantity < 0) for place, line in enumerate(invoice.lines)]
    asked: Counter[str] = Counter()
    for place, lead_id, is_given_back in (*earlier, *lines):
        if lead_id is not None:
            asked[lead_id] += not is_given_back
            yield place, lead_id, max(asked[lead_id], 1)
            asked[lead_id] -= is_given_back and asked[lead_id] > 0


def _take_before(before: Sequence[KeptPart], delivered: Delivered, ledger: Ledger) -> None:
    """Count what earlier invoices took as taken, and what they gave back as left."""
    for place, part in enumerate(before, -len(before)):
        lead = delivered.of_lines.get(place)
        if lead is not None and part.taken < 0:
            ledger.give_back(lead, part.channel, -part.taken)
        elif lead is not None:
            ledger.take(lead, part.channel, part.taken)
        elif part.lead_id is None and part.taken < 0:
            _ = [*ledger.give_back_of_period(part.period, part.channel, -part.taken)]
        elif part.lead_id is None:
            _ = [*ledger.take_of_period(part.period, part.channel, part.taken)]


def _parts_of_lines(invoice: Invoice, delivered: Delivered, ledger: Ledger) -> Iterable[Part]:
    for place, line in enumerate(invoice.lines):
        is_known = place in delivered.of_lines
        yield from parts_of_line(line, ledger, delivered.of_lines.get(place), is_known=is_known)


def _parts_of_whole(invoice: Invoice) -> Iterable[Part]:
    """What concerns the whole invoice: charges, allowances, totals that do not follow."""
    rate = max(invoice.taxes, key=lambda tax: tax.taxable).rate if invoice.taxes else NONE
    if invoice.charges:
        yield Part("charge_unagreed" if invoice.charges > 0 else None, invoice.charges, NONE, of_whole_rate=rate)
    if invoice.allowances:
        yield Part(None, -invoice.allowances, NONE, of_whole_rate=rate)
    yield from (Part(slip.cause, slip.excess, NONE) for slip in slips(invoice) if slip.excess > 0)


def _sum(parts: Iterable[Part]) -> Decimal:
    return sum((part.amount for part in parts), NONE)
