"""Invoices in UBL, CII and Factur-X as text; held to the standards' own schemas; and what is refused."""

import io
from collections.abc import Callable
from datetime import date

import pytest
from facturx import generate_from_binary, xml_check_xsd
from pypdf import PdfReader, PdfWriter

from pipelines.formats.invoices.invoice_text import HEADER_FIELDS, LINE_FIELDS
from pipelines.formats.invoices.reader import read_invoice
from pipelines.formats.isolated import readers
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.source import BytesSource
from pipelines.simulation.invoices import WrittenInvoice, WrittenLine, as_cii, as_ubl
from pipelines.vocabulary.reasons import Reason

MAY = (date(2026, 5, 1), date(2026, 5, 31))
INVOICE = WrittenInvoice(
    "F-2026/7",
    date(2026, 6, 2),
    [
        WrittenLine("1", "10", "4.00", "40.00", period=MAY, item="email"),
        WrittenLine("2", "1", "3.5", "3.50", lead_id="L-<1>"),
    ],
    period=MAY,
    type_code="384",
    replaces="F-2026/6",
    charges="6.50",
)
HEADER = {
    "number": "F-2026/7",
    "type_code": "384",
    "currency": "EUR",
    "preceding": "F-2026/6",
    "vendor_id": "552100554",
    "vendor_address": "552100554",
    "vendor_address_scheme": "0225",
    "advertiser_id": "123456782",
    "net_of_lines": "43.50",
    "charges": "6.50",
    "net": "50.00",
    "tax": "10.00",
    "gross": "60.00",
    "payable": "60.00",
    "allowances": None,
    "prepaid": None,
    "rounding": None,
}
DAYS = {
    "ubl": ("2026-06-02", "2026-05-01", "2026-05-31"),
    "cii": ("20260602", "20260501", "20260531"),
}
LIMITS = Limits()


def a_pdf() -> PdfWriter:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    return writer


def bytes_of(writer: PdfWriter) -> bytes:
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


@pytest.mark.parametrize(("name", "write"), [("ubl", as_ubl), ("cii", as_cii)])
def test_what_the_schemas_of_the_standard_accept_is_read_field_by_field(
    name: str, write: Callable[[WrittenInvoice], bytes]
) -> None:
    content = write(INVOICE)
    assert xml_check_xsd(content)
    told = read_invoice(BytesSource(content), LIMITS)
    issued, start, end = DAYS[name]
    assert told.syntax == name
    assert told.header == HEADER | {"issue_date": issued, "period_start": start, "period_end": end}
    assert told.taxes == ({"taxable": "50.00", "tax": "10.00", "category": "S", "rate": "20"},)
    absent = dict.fromkeys(LINE_FIELDS)
    assert told.lines.to_pylist() == [
        absent
        | {"line_id": "1", "quantity": "10", "price": "4.00", "net": "40.00", "rate": "20", "advertiser_item": "email"}
        | {"period_start": start, "period_end": end},
        absent | {"line_id": "2", "quantity": "1", "price": "3.5", "net": "3.50", "rate": "20", "lead_id": "L-<1>"},
    ]
    assert set(told.header) == set(HEADER_FIELDS)


def test_the_invoice_that_a_pdf_carries_is_read_in_the_reading_process_as_alone() -> None:
    carried = as_cii(INVOICE)
    pdf = generate_from_binary(bytes_of(a_pdf()), carried, check_xsd=False, check_schematron=False)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    assert readers.read_invoice(BytesSource(pdf), LIMITS) == read_invoice(BytesSource(carried), LIMITS)


ENTITIES = b'<!DOCTYPE Invoice [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><Invoice>&b;</Invoice>'
FETCHED = b'<!DOCTYPE Invoice SYSTEM "http://127.0.0.1/invoice.dtd"><Invoice/>'
BROKEN, TYPED = Reason("invoice_broken"), Reason("invoice_document_type")


@pytest.mark.fault(
    area="files",
    fault="An invoice declares entities, or what is to be fetched; is cut, nested without end, or no invoice",
    promise="It is refused with the reason before any entity is read; nothing is fetched.",
)
@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (ENTITIES, TYPED),
        (FETCHED, TYPED),
        ('<?xml version="1.0" encoding="UTF-16"?>'.encode("utf-16") + FETCHED.decode().encode("utf-16-le"), TYPED),
        (b"", BROKEN),
        (b"number;amount", BROKEN),
        (b"<Invoice/>", BROKEN),
        (as_ubl(INVOICE)[:-40], BROKEN),
        (b"<a>" * 100_000, BROKEN),
        (as_ubl(INVOICE).replace(b"<cac:Price>", b"<a>" * 80 + b"</a>" * 80 + b"<cac:Price>", 1), BROKEN),
        (b"%PDF-1.7\n", BROKEN),
        (bytes_of(a_pdf()), Reason("invoice_not_in_pdf")),
    ],
)
def test_what_is_no_invoice_or_could_do_harm_is_refused(content: bytes, cause: Reason) -> None:
    assert readers.read_invoice(BytesSource(content), LIMITS) == FileRefusal("file_undecodable", cause)


def test_more_lines_or_longer_texts_than_the_limits_allow_are_refused() -> None:
    for limits, code in ((Limits(rows=1), "limit_rows"), (Limits(cell_characters=4), "limit_cell_characters")):
        with pytest.raises(FileRefusedError) as caught:
            read_invoice(BytesSource(as_ubl(INVOICE)), limits)
        assert caught.value.refusal.cause.code == code
