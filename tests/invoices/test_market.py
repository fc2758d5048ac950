"""Eight vendors, two invoices each, twelve faults: found to the cent, and nothing else."""

from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.formats.invoices.reader import read_invoice
from pipelines.formats.limits import Limits
from pipelines.formats.source import BytesSource
from pipelines.invoices.checked import CheckedInvoice, check_invoice
from pipelines.invoices.invoice import invoice_of
from pipelines.invoices.kept import LINES_FILE, earlier_invoices, folder_of, keep, next_turn
from pipelines.simulation.invoices import as_cii, as_ubl
from tests.support.invoice_market import MARKET, TODAY, InvoicingVendor, published

DIGESTS = ("1" * 64, "2" * 64)


def checked_in_turn(name: str, vendor: InvoicingVendor, folder: Path) -> list[CheckedInvoice]:
    found = []
    for digest, write, (written, _) in zip(DIGESTS, (as_ubl, as_cii), vendor.invoices, strict=True):
        invoice = invoice_of(read_invoice(BytesSource(write(written)), Limits()))
        earlier = earlier_invoices(folder, name, digest)
        with published(vendor.leads, vendor.fails) as session:
            checked = check_invoice(invoice, session, [vendor.terms], vendor=name, today=TODAY, earlier=earlier)
        kept = folder_of(folder, name, digest)
        kept.mkdir(parents=True)
        keep(kept / LINES_FILE, invoice.number, next_turn(folder, name, digest), checked.parts)
        found.append(checked)
    return found


@pytest.mark.parametrize("name", MARKET)
def test_each_fault_is_found_to_the_cent_and_nothing_else(name: str, tmp_path: Path) -> None:
    vendor = MARKET[name]
    for checked, (_, expected) in zip(checked_in_turn(name, vendor, tmp_path), vendor.invoices, strict=True):
        assert checked.due == Decimal(expected.due)
        assert {code: checked.amount_of(code) for code in checked.causes} == {
            code: Decimal(amount) for code, amount in expected.causes.items()
        }
        assert checked.answer == expected.answer
        assert not checked.open


def test_the_market_has_eight_vendors_two_invoices_each_and_twelve_faults() -> None:
    expected = [each for vendor in MARKET.values() for _, each in vendor.invoices]
    assert (len(MARKET), len(expected), sum(len(each.causes) for each in expected)) == (8, 16, 12)
