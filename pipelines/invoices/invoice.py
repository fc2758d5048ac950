"""An invoice in our own types, read from its texts: dates, amounts and quantities, exact."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Context, Decimal
from typing import Final

from pipelines.formats.invoices.invoice_text import HEADER_FIELDS, LINE_FIELDS, TAX_FIELDS, Fields, InvoiceText
from pipelines.vocabulary.reasons import Reason
from pipelines.vocabulary.words import CHANNELS

CENT: Final = Decimal("0.01")
_NUMBER: Final = re.compile(r"[+-]?\d{1,10}(\.\d{1,8})?", re.ASCII)
"""Small enough for every product of two to be exact under `EXACT`."""
EXACT: Final = Context(prec=60)
_DATE: Final = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)", re.ASCII)
_SIREN: Final = re.compile(r"(\d{9})(\d{5})?", re.ASCII)
"""A SIRET begins with its SIREN."""
_LINE_ID: Final = re.compile(r"(?=.*\d)[\w./-]{1,12}", re.ASCII)
"""What is no number of a line could be anybody's name: such a line is called by its place."""
_LONGEST: Final = 64
"""Characters of a number or reference."""
_INVOICES: Final = ("380", "384", "389", "393")
"""Types of UNTDID 1001 that ask for payment."""
_CREDITS: Final = ("381", "396")
"""Those that give back: the standard writes their amounts without a sign, and here they have it."""
_CORRECTED: Final = "384"


class UnreadInvoiceError(Exception):
    """A field of the invoice is missing or can't be read: nothing of it can be checked."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


@dataclass(frozen=True)
class InvoicedPeriod:
    """Civil days, both inclusive."""

    start: date
    end: date

    def holds(self, day: date) -> bool:
        """Whether a day is among them."""
        return self.start <= day <= self.end


@dataclass(frozen=True)
class InvoiceLine:
    """What is asked for one lead, or for many of a period."""

    line_id: str
    lead_id: str | None
    """The lead that it is about; None for many."""
    channel: str | None
    """One of our channels, where the line's item is one."""
    period: InvoicedPeriod | None
    quantity: Decimal
    price: Decimal
    """Of one."""
    net: Decimal
    rate: Decimal
    """Of its tax, in percent."""


@dataclass(frozen=True)
class TaxLine:
    """One rate of the tax breakdown."""

    taxable: Decimal
    tax: Decimal
    rate: Decimal


@dataclass(frozen=True)
class Invoice:
    """One invoice. Amounts are in its currency."""

    number: str
    issued_on: date
    type_code: str
    currency: str
    period: InvoicedPeriod | None
    vendor_siren: str | None
    vendor_address: tuple[str | None, str] | None
    """Scheme and electronic address."""
    advertiser_siren: str | None
    net_of_lines: Decimal
    allowances: Decimal
    charges: Decimal
    net: Decimal
    tax: Decimal
    prepaid: Decimal
    rounding: Decimal
    payable: Decimal
    taxes: tuple[TaxLine, ...]
    lines: tuple[InvoiceLine, ...]
    replaces: str | None = None
    """Number of the invoice that a corrected one stands for."""
    credits: str | None = None
    """Number of the invoice that a credit note names."""

    @property
    def is_credit(self) -> bool:
        """Whether it gives back: its amounts and quantities are below zero."""
        return self.type_code in _CREDITS


def invoice_of(text: InvoiceText) -> Invoice:
    """The invoice that its texts tell.

    Raises:
        UnreadInvoiceError: a field that it needs is missing or not as the standard writes it.
    """
    header = _FieldTexts(text.header, HEADER_FIELDS)
    if header.needed("type_code") not in (*_INVOICES, *_CREDITS):
        raise header.unread("type_code")
    invoice = _plain_invoice(header, text)
    return _given_back(invoice) if invoice.is_credit else invoice


def _plain_invoice(header: "_FieldTexts", text: InvoiceText) -> Invoice:
    """As it is written."""
    address = header.text("vendor_address")
    return Invoice(
        number=header.needed("number"),
        issued_on=header.date("issue_date"),
        type_code=header.needed("type_code"),
        currency=header.needed("currency"),
        period=header.period(),
        vendor_siren=header.siren("vendor_id"),
        vendor_address=(header.text("vendor_address_scheme"), address) if address else None,
        advertiser_siren=header.siren("advertiser_id"),
        net_of_lines=header.number("net_of_lines"),
        allowances=header.number("allowances", Decimal(0)),
        charges=header.number("charges", Decimal(0)),
        net=header.number("net"),
        tax=header.number("tax", Decimal(0)),
        prepaid=header.number("prepaid", Decimal(0)),
        rounding=header.number("rounding", Decimal(0)),
        payable=header.number("payable"),
        taxes=tuple(_tax_line(fields) for fields in text.taxes),
        lines=tuple(_invoice_lines(text.lines.to_pylist(), header.period())),
        replaces=header.text("preceding") if header.text("type_code") == _CORRECTED else None,
        credits=header.text("preceding") if header.text("type_code") in _CREDITS else None,
    )


def _given_back(invoice: Invoice) -> Invoice:
    """A credit note with its sign."""
    amounts = ("net_of_lines", "allowances", "charges", "net", "tax", "prepaid", "rounding", "payable")
    return replace(
        invoice,
        **{name: -getattr(invoice, name) for name in amounts},
        taxes=tuple(replace(tax, taxable=-tax.taxable, tax=-tax.tax) for tax in invoice.taxes),
        lines=tuple(replace(line, quantity=-line.quantity, net=-line.net) for line in invoice.lines),
    )


def _tax_line(fields: Fields) -> TaxLine:
    texts = _FieldTexts(fields, TAX_FIELDS)
    return TaxLine(texts.number("taxable"), texts.number("tax"), texts.number("rate", Decimal(0)))


def _invoice_lines(lines: Iterable[Fields], period: InvoicedPeriod | None) -> Iterable[InvoiceLine]:
    """Lines in order; one without a period of its own has the invoice's."""
    for place, fields in enumerate(lines, 1):
        texts = _FieldTexts(fields, LINE_FIELDS, place)
        yield InvoiceLine(
            line_id=texts.line_id(),
            lead_id=texts.text("lead_id"),
            channel=next(
                (item for item in map(texts.text, ("advertiser_item", "vendor_item")) if item in CHANNELS), None
            ),
            period=texts.period() or period,
            quantity=texts.number("quantity"),
            price=EXACT.divide(texts.number("price"), texts.number("price_quantity", Decimal(1)) or Decimal(1)),
            net=texts.number("net"),
            rate=texts.number("rate", Decimal(0)),
        )


class _FieldTexts:
    """Texts of the invoice, or of one line of it, as values."""

    def __init__(self, fields: Fields, names: Mapping[str, str], line: int | None = None) -> None:
        self._fields, self._names, self._line = fields, names, line

    def unread(self, name: str) -> UnreadInvoiceError:
        field = self._names[name]
        if self._line is None:
            return UnreadInvoiceError(Reason("invoice_field", field=field))
        return UnreadInvoiceError(Reason("invoice_line_field", line=self._line, field=field))

    def text(self, name: str) -> str | None:
        text = self._fields[name]
        if text is not None and len(text) > _LONGEST:
            raise self.unread(name)
        return text

    def needed(self, name: str) -> str:
        text = self.text(name)
        if text is None:
            raise self.unread(name)
        return text

    def line_id(self) -> str:
        text = self.needed("line_id")
        return text if _LINE_ID.fullmatch(text) else f"({self._line})"

    def siren(self, name: str) -> str | None:
        found = _SIREN.fullmatch((self.text(name) or "").replace(" ", ""))
        return found.group(1) if found else None

    def number(self, name: str, default: Decimal | None = None) -> Decimal:
        text = self._fields[name]
        if text is None and default is not None:
            return default
        if text is None or not _NUMBER.fullmatch(text):
            raise self.unread(name)
        return Decimal(text)

    def date(self, name: str) -> date:
        found = _DATE.fullmatch(self.needed(name))
        if found is None:
            raise self.unread(name)
        try:
            return date(*map(int, found.groups()))
        except ValueError:
            raise self.unread(name) from None

    def period(self) -> InvoicedPeriod | None:
        """One that ends on no day, or begins on none, lasts one day."""
        given = [name for name in ("period_start", "period_end") if self._fields[name]]
        return InvoicedPeriod(self.date(given[0]), self.date(given[-1])) if given else None
