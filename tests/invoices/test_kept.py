"""Invoices that were checked before: each keeps its turn, and nothing is owed twice."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.formats.invoices.reader import read_invoice
from pipelines.formats.limits import Limits
from pipelines.formats.source import BytesSource
from pipelines.invoices.checked import CheckedInvoice, check_invoice
from pipelines.invoices.invoice import UnreadInvoiceError, invoice_of
from pipelines.invoices.kept import LINES_FILE, earlier_invoices, folder_of, keep, next_turn
from pipelines.simulation.invoices import WrittenInvoice, as_cii
from tests.support.invoice_market import (
    FIRST,
    NOTHING,
    SECOND,
    TERMS,
    TODAY,
    many,
    ones,
    published,
    three_deliveries,
    written,
)


def check(folder: Path, digest: str, asked: WrittenInvoice) -> CheckedInvoice:
    invoice = invoice_of(read_invoice(BytesSource(as_cii(asked)), Limits()))
    earlier = earlier_invoices(folder, "acme", digest * 64)
    with published(three_deliveries("a")) as session:
        checked = check_invoice(invoice, session, [TERMS], vendor="acme", today=TODAY, earlier=earlier)
    kept = folder_of(folder, "acme", digest * 64)
    kept.mkdir(parents=True, exist_ok=True)
    keep(kept / LINES_FILE, invoice.number, next_turn(folder, "acme", digest * 64), checked.parts)
    return checked


def test_an_invoice_that_is_checked_again_owes_the_same_and_keeps_its_turn(tmp_path: Path) -> None:
    """The second invoice asks for five leads that the first one has and five of the next day: 20.00 each."""
    first, second = written("A-1", many("1", FIRST, FIRST, 10)), written("A-2", many("1", FIRST, SECOND, 15))
    for _ in range(2):
        assert check(tmp_path, "1", first).due == Decimal(40)
        again = check(tmp_path, "2", second)
        assert (again.due, again.amount_of("invoiced_twice")) == (Decimal(40), Decimal(20))
    assert [next_turn(tmp_path, "acme", digest * 64) for digest in "123"] == [1, 2, 3]


def test_leads_named_before_are_not_owed_again_however_they_are_asked_for(tmp_path: Path) -> None:
    """a-01 and a-02 by name; then a-02 and a-03 by name, 4.00 of it owed; then all ten of that day, seven left."""
    assert check(tmp_path, "1", written("A-1", *ones("a-01", "a-02"))).due == Decimal(8)
    named = check(tmp_path, "2", written("A-2", *ones("a-02", "a-03")))
    assert (named.due, named.causes) == (Decimal(4), ("invoiced_twice",))
    counted = check(tmp_path, "3", written("A-3", many("1", FIRST, FIRST, 10)))
    assert (counted.due, counted.amount_of("invoiced_twice")) == (Decimal(28), Decimal(12))


def test_a_corrected_invoice_stands_for_the_one_that_it_names(tmp_path: Path) -> None:
    check(tmp_path, "1", written("A-1", many("1", FIRST, FIRST, 10, "5.00")))
    corrected = written("A-2", many("1", FIRST, FIRST, 10), type_code="384", replaces="A-1")
    assert check(tmp_path, "2", corrected).answer == "205"


def test_a_refused_invoice_takes_no_lead(tmp_path: Path) -> None:
    refused = check(tmp_path, "1", written("A-1", many("1", FIRST, FIRST, 10), advertiser_siren="999999999"))
    assert (refused.answer, refused.causes) == ("210", ("advertiser_other",))
    assert check(tmp_path, "2", written("A-2", many("1", FIRST, FIRST, 10))).due == Decimal(40)


@pytest.mark.parametrize("fault", [{"advertiser_siren": "999999999"}, {"currency": "USD"}])
def test_a_refused_invoice_occupies_no_number_and_a_checked_one_does(tmp_path: Path, fault: dict[str, str]) -> None:
    lines = many("1", FIRST, FIRST, 10)
    assert check(tmp_path, "1", written("A-1", lines, **fault)).answer == "210"
    assert check(tmp_path, "2", written("A-1", lines)).due == Decimal(40)
    assert check(tmp_path, "3", written("A-1", lines)).causes == ("number_repeated",)
    assert check(tmp_path, "4", written("A-1", many("1", FIRST, SECOND, 20))).causes == ("number_repeated",)


def test_an_invoice_of_which_nothing_was_delivered_occupies_its_number(tmp_path: Path) -> None:
    assert check(tmp_path, "1", written("A-1", many("1", NOTHING, NOTHING, 5))).causes == ("not_delivered",)
    assert check(tmp_path, "2", written("A-1", many("1", FIRST, FIRST, 10))).causes == ("number_repeated",)


def test_another_currency_refuses_and_charges_are_disputed(tmp_path: Path) -> None:
    dollars = check(tmp_path, "1", written("A-1", many("1", FIRST, FIRST, 10), currency="USD"))
    assert (dollars.answer, dollars.amount_of("currency_other")) == ("210", Decimal(40))
    charged = check(tmp_path, "2", written("A-2", many("1", FIRST, FIRST, 10), charges="6.50"))
    assert (charged.due, charged.disputed, charged.amount_of("charge_unagreed")) == (
        40,
        Decimal("6.50"),
        Decimal("6.50"),
    )


def test_what_is_no_siren_is_none_and_a_line_named_like_a_person_is_called_by_its_place() -> None:
    """A SIRET begins with its SIREN."""
    lines = [
        replace(many(name, FIRST, FIRST, 1), line_id=name) for name in ("1", "L-02", "jean.dupont", "0612345678901")
    ]
    asked = replace(written("A-1", *lines), vendor_siren="552 100 554 00013", advertiser_siren="FR12345678201")
    invoice = invoice_of(read_invoice(BytesSource(as_cii(asked)), Limits()))
    assert (invoice.vendor_siren, invoice.advertiser_siren) == ("552100554", None)
    assert [line.line_id for line in invoice.lines] == ["1", "L-02", "(3)", "(4)"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"type_code": "325"}, "BT-3"),
        ({"totals": {"payable": "forty"}}, "BT-115"),
        ({"totals": {"payable": "1" * 11}}, "BT-115"),
        ({"number": "F" * 65}, "BT-1"),
        ({"lines": [replace(many("1", FIRST, FIRST, 10), quantity="1e3")]}, "BT-129"),
    ],
)
def test_what_can_not_be_read_is_named_by_its_number_and_never_repeated(changes: dict[str, object], field: str) -> None:
    asked = replace(written("A-1", many("1", FIRST, FIRST, 10)), **changes)  # type: ignore[arg-type]
    text = read_invoice(BytesSource(as_cii(asked)), Limits())
    with pytest.raises(UnreadInvoiceError) as caught:
        invoice_of(text)
    assert caught.value.reason.figures["field"] == field
