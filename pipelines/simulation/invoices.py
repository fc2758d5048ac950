"""Electronic invoices of the sample market's vendors, in UBL 2.1 and CII, as the schemas of both want them.

Amounts are texts: an invoice says what its vendor wrote, right or wrong. Nothing here works out what is owed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final
from xml.sax.saxutils import escape

TAX_RATE: Final = Decimal(20)
_UBL: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
_CII: Final = "urn:un:unece:uncefact:data:standard:"
CREDITS: Final = ("381", "396")
"""Types that give back, by amounts without a sign."""
_UBL_CREDIT: Final = {
    "<Invoice ": "<CreditNote ",
    "</Invoice>": "</CreditNote>",
    ":Invoice-2": ":CreditNote-2",
    "cbc:InvoiceTypeCode": "cbc:CreditNoteTypeCode",
    "cac:InvoiceLine": "cac:CreditNoteLine",
    "cbc:InvoicedQuantity": "cbc:CreditedQuantity",
}
_PROFILE: Final = "urn:cen.eu:en16931:2017"


@dataclass(frozen=True)
class WrittenLine:
    """One line, as written."""

    line_id: str
    quantity: str
    price: str
    net: str
    lead_id: str | None = None
    period: tuple[date, date] | None = None
    item: str | None = None
    """The advertiser's word for what is sold, such as a channel."""


@dataclass(frozen=True)
class WrittenInvoice:
    """One invoice, as written. `totals` overrides what follows from the lines."""

    number: str
    issued_on: date
    lines: Sequence[WrittenLine]
    period: tuple[date, date] | None = None
    currency: str = "EUR"
    type_code: str = "380"
    vendor_siren: str = "552100554"
    advertiser_siren: str = "123456782"
    replaces: str | None = None
    charges: str | None = None
    totals: dict[str, str] = field(default_factory=dict)

    def total(self, name: str) -> str:
        """One of `net_of_lines`, `net`, `tax`, `gross`, `payable`."""
        net_of_lines = sum((Decimal(line.net) for line in self.lines), Decimal(0))
        net = net_of_lines + Decimal(self.charges or 0)
        tax = (net * TAX_RATE / 100).quantize(Decimal("0.01"))
        right = {"net_of_lines": net_of_lines, "net": net, "tax": tax, "gross": net + tax, "payable": net + tax}
        return self.totals.get(name) or f"{right[name]:.2f}"


def as_ubl(invoice: WrittenInvoice) -> bytes:
    """The invoice in UBL 2.1; a credit note is a document of its own."""
    if invoice.type_code in CREDITS:
        content = _as_ubl_invoice(invoice).decode()
        for ours, theirs in _UBL_CREDIT.items():
            content = content.replace(ours, theirs)
        return content.encode()
    return _as_ubl_invoice(invoice)


def _as_ubl_invoice(invoice: WrittenInvoice) -> bytes:
    prefixes = f'xmlns:cac="{_UBL}CommonAggregateComponents-2" xmlns:cbc="{_UBL}CommonBasicComponents-2"'
    return _document(f'<Invoice xmlns="{_UBL}Invoice-2" {prefixes}>{_ubl_content(invoice)}</Invoice>')


def as_cii(invoice: WrittenInvoice) -> bytes:
    """The invoice in CII, as Factur-X carries it in its profile EN 16931."""
    prefixes = (
        f'xmlns:rsm="{_CII}CrossIndustryInvoice:100" xmlns:ram="{_CII}ReusableAggregateBusinessInformationEntity:100" '
        f'xmlns:udt="{_CII}UnqualifiedDataType:100" xmlns:qdt="{_CII}QualifiedDataType:100"'
    )
    root = "rsm:CrossIndustryInvoice"
    return _document(f"<{root} {prefixes}>{_cii_content(invoice)}</{root}>")


def _document(content: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{content}'.encode()


def _ubl_content(invoice: WrittenInvoice) -> str:
    currency = f'currencyID="{invoice.currency}"'
    charge = (
        "<cac:AllowanceCharge><cbc:ChargeIndicator>true</cbc:ChargeIndicator><cbc:AllowanceChargeReason>Frais"
        f"</cbc:AllowanceChargeReason><cbc:Amount {currency}>{invoice.charges}</cbc:Amount>"
        f"<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>{TAX_RATE}</cbc:Percent><cac:TaxScheme><cbc:ID>VAT"
        "</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:AllowanceCharge>"
        if invoice.charges
        else ""
    )
    charges = f"<cbc:ChargeTotalAmount {currency}>{invoice.charges}</cbc:ChargeTotalAmount>" if invoice.charges else ""
    return (
        f"<cbc:CustomizationID>{_PROFILE}</cbc:CustomizationID>"
        f"<cbc:ID>{escape(invoice.number)}</cbc:ID><cbc:IssueDate>{invoice.issued_on}</cbc:IssueDate>"
        f"<cbc:InvoiceTypeCode>{invoice.type_code}</cbc:InvoiceTypeCode>"
        f"<cbc:DocumentCurrencyCode>{invoice.currency}</cbc:DocumentCurrencyCode>"
        f"{_ubl_period(invoice.period)}{_ubl_replaced(invoice.replaces)}"
        f"{_ubl_party('AccountingSupplierParty', invoice.vendor_siren)}"
        f"{_ubl_party('AccountingCustomerParty', invoice.advertiser_siren)}{charge}"
        f"<cac:TaxTotal><cbc:TaxAmount {currency}>{invoice.total('tax')}</cbc:TaxAmount><cac:TaxSubtotal>"
        f"<cbc:TaxableAmount {currency}>{invoice.total('net')}</cbc:TaxableAmount>"
        f"<cbc:TaxAmount {currency}>{invoice.total('tax')}</cbc:TaxAmount><cac:TaxCategory><cbc:ID>S</cbc:ID>"
        f"<cbc:Percent>{TAX_RATE}</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
        "</cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal><cac:LegalMonetaryTotal>"
        f"<cbc:LineExtensionAmount {currency}>{invoice.total('net_of_lines')}</cbc:LineExtensionAmount>"
        f"<cbc:TaxExclusiveAmount {currency}>{invoice.total('net')}</cbc:TaxExclusiveAmount>"
        f"<cbc:TaxInclusiveAmount {currency}>{invoice.total('gross')}</cbc:TaxInclusiveAmount>{charges}"
        f"<cbc:PayableAmount {currency}>{invoice.total('payable')}</cbc:PayableAmount></cac:LegalMonetaryTotal>"
        + "".join(_ubl_line(line, currency) for line in invoice.lines)
    )


def _ubl_line(line: WrittenLine, currency: str) -> str:
    lead = (
        f"<cac:DocumentReference><cbc:ID>{escape(line.lead_id)}</cbc:ID><cbc:DocumentTypeCode>130"
        "</cbc:DocumentTypeCode></cac:DocumentReference>"
        if line.lead_id
        else ""
    )
    item = (
        f"<cac:BuyersItemIdentification><cbc:ID>{line.item}</cbc:ID></cac:BuyersItemIdentification>"
        if line.item
        else ""
    )
    return (
        f'<cac:InvoiceLine><cbc:ID>{line.line_id}</cbc:ID><cbc:InvoicedQuantity unitCode="C62">{line.quantity}'
        f"</cbc:InvoicedQuantity><cbc:LineExtensionAmount {currency}>{line.net}</cbc:LineExtensionAmount>"
        f"{_ubl_period(line.period)}{lead}<cac:Item><cbc:Name>Leads</cbc:Name>{item}<cac:ClassifiedTaxCategory>"
        f"<cbc:ID>S</cbc:ID><cbc:Percent>{TAX_RATE}</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
        f"</cac:ClassifiedTaxCategory></cac:Item><cac:Price><cbc:PriceAmount {currency}>{line.price}"
        "</cbc:PriceAmount></cac:Price></cac:InvoiceLine>"
    )


def _ubl_period(period: tuple[date, date] | None) -> str:
    if period is None:
        return ""
    start, end = period
    days = f"<cbc:StartDate>{start}</cbc:StartDate><cbc:EndDate>{end}</cbc:EndDate>"
    return f"<cac:InvoicePeriod>{days}</cac:InvoicePeriod>"


def _ubl_replaced(number: str | None) -> str:
    if number is None:
        return ""
    document = f"<cac:InvoiceDocumentReference><cbc:ID>{escape(number)}</cbc:ID></cac:InvoiceDocumentReference>"
    return f"<cac:BillingReference>{document}</cac:BillingReference>"


def _ubl_party(role: str, siren: str) -> str:
    return (
        f'<cac:{role}><cac:Party><cbc:EndpointID schemeID="0225">{siren}</cbc:EndpointID><cac:PostalAddress>'
        "<cac:Country><cbc:IdentificationCode>FR</cbc:IdentificationCode></cac:Country></cac:PostalAddress>"
        "<cac:PartyLegalEntity><cbc:RegistrationName>Entreprise</cbc:RegistrationName>"
        f'<cbc:CompanyID schemeID="0002">{siren}</cbc:CompanyID></cac:PartyLegalEntity></cac:Party></cac:{role}>'
    )


def _cii_content(invoice: WrittenInvoice) -> str:
    charge = (
        "<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>true</udt:Indicator>"
        f"</ram:ChargeIndicator><ram:ActualAmount>{invoice.charges}</ram:ActualAmount><ram:Reason>Frais</ram:Reason>"
        "<ram:CategoryTradeTax><ram:TypeCode>VAT</ram:TypeCode><ram:CategoryCode>S</ram:CategoryCode>"
        f"<ram:RateApplicablePercent>{TAX_RATE}</ram:RateApplicablePercent></ram:CategoryTradeTax>"
        "</ram:SpecifiedTradeAllowanceCharge>"
        if invoice.charges
        else ""
    )
    charges = f"<ram:ChargeTotalAmount>{invoice.charges}</ram:ChargeTotalAmount>" if invoice.charges else ""
    replaced = (
        f"<ram:InvoiceReferencedDocument><ram:IssuerAssignedID>{escape(invoice.replaces)}</ram:IssuerAssignedID>"
        "</ram:InvoiceReferencedDocument>"
        if invoice.replaces
        else ""
    )
    lines = "".join(map(_cii_line, invoice.lines))
    return (
        "<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>"
        f"<ram:ID>{_PROFILE}</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>"
        f"<rsm:ExchangedDocument><ram:ID>{escape(invoice.number)}</ram:ID><ram:TypeCode>{invoice.type_code}"
        f"</ram:TypeCode><ram:IssueDateTime>{_cii_day(invoice.issued_on)}</ram:IssueDateTime></rsm:ExchangedDocument>"
        f"<rsm:SupplyChainTradeTransaction>{lines}<ram:ApplicableHeaderTradeAgreement>"
        f"{_cii_party('SellerTradeParty', invoice.vendor_siren)}"
        f"{_cii_party('BuyerTradeParty', invoice.advertiser_siren)}"
        "</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeDelivery/>"
        f"<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>{invoice.currency}</ram:InvoiceCurrencyCode>"
        f"<ram:ApplicableTradeTax><ram:CalculatedAmount>{invoice.total('tax')}</ram:CalculatedAmount>"
        f"<ram:TypeCode>VAT</ram:TypeCode><ram:BasisAmount>{invoice.total('net')}</ram:BasisAmount>"
        f"<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>{TAX_RATE}</ram:RateApplicablePercent>"
        f"</ram:ApplicableTradeTax>{_cii_period(invoice.period)}{charge}"
        f"<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:LineTotalAmount>{invoice.total('net_of_lines')}"
        f"</ram:LineTotalAmount>{charges}<ram:TaxBasisTotalAmount>{invoice.total('net')}</ram:TaxBasisTotalAmount>"
        f'<ram:TaxTotalAmount currencyID="{invoice.currency}">{invoice.total("tax")}</ram:TaxTotalAmount>'
        f"<ram:GrandTotalAmount>{invoice.total('gross')}</ram:GrandTotalAmount>"
        f"<ram:DuePayableAmount>{invoice.total('payable')}</ram:DuePayableAmount>"
        f"</ram:SpecifiedTradeSettlementHeaderMonetarySummation>{replaced}</ram:ApplicableHeaderTradeSettlement>"
        "</rsm:SupplyChainTradeTransaction>"
    )


def _cii_line(line: WrittenLine) -> str:
    lead = (
        f"<ram:AdditionalReferencedDocument><ram:IssuerAssignedID>{escape(line.lead_id)}</ram:IssuerAssignedID>"
        "<ram:TypeCode>130</ram:TypeCode></ram:AdditionalReferencedDocument>"
        if line.lead_id
        else ""
    )
    item = f"<ram:BuyerAssignedID>{line.item}</ram:BuyerAssignedID>" if line.item else ""
    return (
        f"<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument><ram:LineID>{line.line_id}"
        f"</ram:LineID></ram:AssociatedDocumentLineDocument><ram:SpecifiedTradeProduct>{item}<ram:Name>Leads</ram:Name>"
        "</ram:SpecifiedTradeProduct><ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice>"
        f"<ram:ChargeAmount>{line.price}</ram:ChargeAmount></ram:NetPriceProductTradePrice>"
        f'</ram:SpecifiedLineTradeAgreement><ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="C62">'
        f"{line.quantity}</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery><ram:SpecifiedLineTradeSettlement>"
        "<ram:ApplicableTradeTax><ram:TypeCode>VAT</ram:TypeCode><ram:CategoryCode>S</ram:CategoryCode>"
        f"<ram:RateApplicablePercent>{TAX_RATE}</ram:RateApplicablePercent></ram:ApplicableTradeTax>"
        f"{_cii_period(line.period)}<ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>{line.net}"
        f"</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation>{lead}"
        "</ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem>"
    )


def _cii_period(period: tuple[date, date] | None) -> str:
    if period is None:
        return ""
    start, end = map(_cii_day, period)
    days = f"<ram:StartDateTime>{start}</ram:StartDateTime><ram:EndDateTime>{end}</ram:EndDateTime>"
    return f"<ram:BillingSpecifiedPeriod>{days}</ram:BillingSpecifiedPeriod>"


def _cii_day(day: date) -> str:
    return f'<udt:DateTimeString format="102">{day:%Y%m%d}</udt:DateTimeString>'


def _cii_party(role: str, siren: str) -> str:
    return (
        f"<ram:{role}><ram:Name>Entreprise</ram:Name><ram:SpecifiedLegalOrganization>"
        f'<ram:ID schemeID="0002">{siren}</ram:ID></ram:SpecifiedLegalOrganization><ram:PostalTradeAddress>'
        "<ram:CountryID>FR</ram:CountryID></ram:PostalTradeAddress><ram:URIUniversalCommunication>"
        f'<ram:URIID schemeID="0225">{siren}</ram:URIID></ram:URIUniversalCommunication></ram:{role}>'
    )
