"""Whether an invoice's totals and taxes follow from its lines: the rules BR-CO-10, -13, -14 to -17 of EN 16931.

Each step is worked out from the one before as the invoice states it, so that one slip is told once, and the slips sum
to what the invoice asks beyond what its lines come to.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from pipelines.invoices.invoice import CENT, Invoice


@dataclass(frozen=True)
class Slip:
    """A total that does not follow."""

    cause: str
    stated: Decimal
    expected: Decimal

    @property
    def excess(self) -> Decimal:
        """What is asked too much; below zero too little."""
        return self.stated - self.expected


def in_cents(amount: Decimal) -> Decimal:
    """An amount in whole cents, halves away from zero as commerce rounds."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def slips(invoice: Invoice) -> list[Slip]:
    """Totals that do not follow, in the order in which an invoice adds up."""
    steps = (
        Slip("sum_of_lines", invoice.net_of_lines, sum((line.net for line in invoice.lines), Decimal(0))),
        Slip("net_total", invoice.net, invoice.net_of_lines - invoice.allowances + invoice.charges),
        Slip("tax_total", invoice.tax, _expected_tax(invoice)),
        Slip("payable_total", invoice.payable, invoice.net + invoice.tax - invoice.prepaid + invoice.rounding),
    )
    return [step for step in steps if step.excess]


def _expected_tax(invoice: Invoice) -> Decimal:
    """Each rate of the breakdown on what it taxes; what is taxed at one rate alone is the invoice's net."""
    if len(invoice.taxes) == 1:
        return in_cents(invoice.net * invoice.taxes[0].rate / 100)
    return sum((in_cents(tax.taxable * tax.rate / 100) for tax in invoice.taxes), Decimal(0))
