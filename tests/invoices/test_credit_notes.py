"""Credit notes: read with their sign, matched with the leads that they give back, and these are left again."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from facturx import xml_check_xsd

from pipelines.formats.invoices.invoice_text import InvoiceText
from pipelines.formats.invoices.reader import read_invoice
from pipelines.formats.limits import Limits
from pipelines.formats.source import BytesSource
from pipelines.invoices.checked import CheckedInvoice, check_invoice
from pipelines.invoices.invoice import Invoice, invoice_of
from pipelines.invoices.kept import KeptInvoice, KeptPart
from pipelines.simulation.invoices import WrittenInvoice, as_cii, as_ubl
from tests.support.invoice_market import (
    FIRST,
    PROOF,
    TERMS,
    TODAY,
    delivered,
    failed,
    many,
    ones,
    published,
    references,
    written,
)

TEN = delivered("a", FIRST, range(1, 11))
CLAIMED = [failed("a-01", FIRST, PROOF), failed("a-02", FIRST, PROOF)]
WRITERS = pytest.mark.parametrize("write", [as_ubl, as_cii])
Write = Callable[[WrittenInvoice], bytes]


def read(invoice: WrittenInvoice, write: Write = as_ubl) -> Invoice:
    text: InvoiceText = read_invoice(BytesSource(write(invoice)), Limits())
    return invoice_of(text)


def credit(number: str, *lines: object, **more: object) -> WrittenInvoice:
    return written(number, *lines, type_code="381", replaces="F-1", **more)  # type: ignore[arg-type]


def kept(turn: int, checked: CheckedInvoice) -> KeptInvoice:
    """As it is kept beside its page."""
    parts = [
        KeptPart(part.lead_id, part.day, part.line and part.line.channel, part.taken)
        for part in checked.parts
        if part.taken and part.day
    ]
    return KeptInvoice(checked.invoice.number, turn, tuple(parts), is_refused=False)


def checked_all(*invoices: WrittenInvoice, write: Write = as_ubl) -> list[CheckedInvoice]:
    """One after the other."""
    done: list[CheckedInvoice] = []
    for one in invoices:
        earlier = [kept(turn, before) for turn, before in enumerate(done, 1)]
        with published(TEN, CLAIMED) as session:
            done.append(check_invoice(read(one, write), session, [TERMS], vendor="acme", today=TODAY, earlier=earlier))
    return done


def told(checked: Sequence[CheckedInvoice]) -> list[tuple[Decimal, dict[str, Decimal], str]]:
    return [(one.due, {cause: one.amount_of(cause) for cause in one.causes}, one.answer) for one in checked]


@WRITERS
def test_amounts_of_a_credit_note_stand_below_zero(write: Write) -> None:
    """Two leads of 4.00 and 20 % of tax: 9.60 come back."""
    content = write(credit("A-1", *ones(*references("a", 1, 2))))
    assert xml_check_xsd(content)
    invoice = read(credit("A-1", *ones(*references("a", 1, 2))), write)
    assert (invoice.is_credit, invoice.credits, invoice.replaces) == (True, "F-1", None)
    assert (invoice.net, invoice.tax, invoice.payable) == (Decimal("-8.00"), Decimal("-1.60"), Decimal("-9.60"))
    assert [(line.quantity, line.price, line.net) for line in invoice.lines] == [
        (-1, Decimal("4.00"), Decimal("-4.00"))
    ] * 2


@WRITERS
def test_a_lead_that_was_given_back_may_be_asked_for_again(write: Write) -> None:
    """Ten leads at 4.00, two claimable: 32.00 due. They are given back: 8.00. Invoiced anew they are claimed anew, and
    not invoiced twice; a third time they are."""
    leads = ones(*references("a", 1, 2))
    found = checked_all(
        written("F-1", *ones(*references("a", *range(1, 11)))),
        credit("A-1", *leads),
        written("F-2", *leads),
        written("F-3", *leads),
        write=write,
    )
    eight = Decimal("8.00")
    assert told(found) == [
        (Decimal("32.00"), {"claimable": eight}, "206"),
        (-eight, {}, "205"),
        (Decimal(0), {"claimable": eight}, "207"),
        (Decimal(0), {"invoiced_twice": eight}, "207"),
    ]
    assert found[1].due_with_tax == Decimal("-9.60")
    assert [part.taken for part in found[1].parts] == [-1, -1]


def test_a_period_gives_back_what_can_be_claimed_first() -> None:
    """Of ten leads two are given back, the claimable ones: asked for anew, they are claimable again."""
    found = checked_all(
        written("F-1", many("1", FIRST, FIRST, 10)),
        credit("A-1", many("1", FIRST, FIRST, 2)),
        written("F-2", many("1", FIRST, FIRST, 3)),
    )
    assert told(found)[1:] == [
        (Decimal("-8.00"), {}, "205"),
        (Decimal(0), {"claimable": Decimal("8.00"), "invoiced_twice": Decimal("4.00")}, "207"),
    ]


def test_what_was_never_asked_for_is_given_back_all_the_same_and_leaves_nothing() -> None:
    found = checked_all(credit("A-1", *ones("a-03", "unknown-1")), written("F-1", *ones("a-03")))
    assert told(found) == [(Decimal("-8.00"), {}, "205"), (Decimal("4.00"), {}, "205")]
    assert [part.taken for part in found[0].parts] == [0, 0]
    assert [part.lead_id for part in found[0].parts] == ["a-03", None]


def test_a_total_that_gives_back_too_little_is_disputed() -> None:
    """Lines give back 8.00; the total says 6.00, and the tax of it 1.20: 2.00 are missing."""
    short = credit("A-1", *ones(*references("a", 1, 2)), totals={"net": "6.00", "tax": "1.20", "payable": "7.20"})
    [found] = checked_all(short)
    assert told([found]) == [(Decimal("-8.00"), {"net_total": Decimal("2.00")}, "207")]
