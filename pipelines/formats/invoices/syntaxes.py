"""Where UBL and CII write the fields of the European standard EN 16931: its syntax bindings, CEN/TS 16931-3-2 and -3-3.

A path is of elements below the invoice, a tax or a line; `@` begins an attribute of the last one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from xml.etree.ElementTree import Element

_UBL: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
_CII: Final = "urn:un:unece:uncefact:data:standard:"


@dataclass(frozen=True)
class Syntax:
    """One way of writing an invoice."""

    name: str
    root: str
    line: str
    tax: str
    """Path from the root to each tax of the breakdown."""
    prefixes: Mapping[str, str]
    header_paths: Mapping[str, str]
    tax_paths: Mapping[str, str]
    line_paths: Mapping[str, str]

    def taxes(self, root: Element) -> list[Element]:
        """The taxes of the breakdown."""
        return root.findall(self.tax, self.prefixes)  # type: ignore[arg-type]  # a mapping is enough

    def fields(self, element: Element, paths: Mapping[str, str]) -> dict[str, str | None]:
        """Texts of an element by field, trimmed; None where there is none."""
        return {name: self._text(element, path) for name, path in paths.items()}

    def _text(self, element: Element, path: str) -> str | None:
        place, _, attribute = path.partition("@")
        found = element.find(place, self.prefixes)  # type: ignore[arg-type]
        if found is None:
            return None
        text = found.get(attribute) if attribute else found.text
        return (text or "").strip() or None


_PARTY: Final = "cac:{}/cac:Party/"
_TOTAL: Final = "cac:LegalMonetaryTotal/cbc:"
UBL: Final = Syntax(
    "ubl",
    root=f"{{{_UBL}Invoice-2}}Invoice",
    line=f"{{{_UBL}CommonAggregateComponents-2}}InvoiceLine",
    tax="cac:TaxTotal/cac:TaxSubtotal",
    prefixes={"cac": f"{_UBL}CommonAggregateComponents-2", "cbc": f"{_UBL}CommonBasicComponents-2"},
    header_paths={
        "number": "cbc:ID",
        "issue_date": "cbc:IssueDate",
        "type_code": "cbc:InvoiceTypeCode",
        "currency": "cbc:DocumentCurrencyCode",
        "preceding": "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID",
        "period_start": "cac:InvoicePeriod/cbc:StartDate",
        "period_end": "cac:InvoicePeriod/cbc:EndDate",
        "vendor_id": f"{_PARTY.format('AccountingSupplierParty')}cac:PartyLegalEntity/cbc:CompanyID",
        "vendor_address": f"{_PARTY.format('AccountingSupplierParty')}cbc:EndpointID",
        "vendor_address_scheme": f"{_PARTY.format('AccountingSupplierParty')}cbc:EndpointID@schemeID",
        "advertiser_id": f"{_PARTY.format('AccountingCustomerParty')}cac:PartyLegalEntity/cbc:CompanyID",
        "net_of_lines": f"{_TOTAL}LineExtensionAmount",
        "allowances": f"{_TOTAL}AllowanceTotalAmount",
        "charges": f"{_TOTAL}ChargeTotalAmount",
        "net": f"{_TOTAL}TaxExclusiveAmount",
        "tax": "cac:TaxTotal/cbc:TaxAmount",
        "gross": f"{_TOTAL}TaxInclusiveAmount",
        "prepaid": f"{_TOTAL}PrepaidAmount",
        "rounding": f"{_TOTAL}PayableRoundingAmount",
        "payable": f"{_TOTAL}PayableAmount",
    },
    tax_paths={
        "taxable": "cbc:TaxableAmount",
        "tax": "cbc:TaxAmount",
        "category": "cac:TaxCategory/cbc:ID",
        "rate": "cac:TaxCategory/cbc:Percent",
    },
    line_paths={
        "line_id": "cbc:ID",
        "lead_id": "cac:DocumentReference/cbc:ID",
        "quantity": "cbc:InvoicedQuantity",
        "net": "cbc:LineExtensionAmount",
        "period_start": "cac:InvoicePeriod/cbc:StartDate",
        "period_end": "cac:InvoicePeriod/cbc:EndDate",
        "price": "cac:Price/cbc:PriceAmount",
        "price_quantity": "cac:Price/cbc:BaseQuantity",
        "rate": "cac:Item/cac:ClassifiedTaxCategory/cbc:Percent",
        "vendor_item": "cac:Item/cac:SellersItemIdentification/cbc:ID",
        "advertiser_item": "cac:Item/cac:BuyersItemIdentification/cbc:ID",
    },
)
UBL_CREDIT: Final = replace(
    UBL,
    root=f"{{{_UBL}CreditNote-2}}CreditNote",
    line=f"{{{_UBL}CommonAggregateComponents-2}}CreditNoteLine",
    header_paths={**UBL.header_paths, "type_code": "cbc:CreditNoteTypeCode"},
    line_paths={**UBL.line_paths, "quantity": "cbc:CreditedQuantity"},
)
"""A credit note, which UBL writes as a document of its own; CII tells it by its type."""

_DEAL: Final = "rsm:SupplyChainTradeTransaction/"
_AGREED: Final = f"{_DEAL}ram:ApplicableHeaderTradeAgreement/"
_SETTLED: Final = f"{_DEAL}ram:ApplicableHeaderTradeSettlement/"
_SUM: Final = f"{_SETTLED}ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:"
_OF_LINE: Final = "ram:SpecifiedLineTradeSettlement/"
_PRICE: Final = "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:"
CII: Final = Syntax(
    "cii",
    root=f"{{{_CII}CrossIndustryInvoice:100}}CrossIndustryInvoice",
    line=f"{{{_CII}ReusableAggregateBusinessInformationEntity:100}}IncludedSupplyChainTradeLineItem",
    tax=f"{_SETTLED}ram:ApplicableTradeTax",
    prefixes={
        "rsm": f"{_CII}CrossIndustryInvoice:100",
        "ram": f"{_CII}ReusableAggregateBusinessInformationEntity:100",
        "udt": f"{_CII}UnqualifiedDataType:100",
    },
    header_paths={
        "number": "rsm:ExchangedDocument/ram:ID",
        "issue_date": "rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString",
        "type_code": "rsm:ExchangedDocument/ram:TypeCode",
        "currency": f"{_SETTLED}ram:InvoiceCurrencyCode",
        "preceding": f"{_SETTLED}ram:InvoiceReferencedDocument/ram:IssuerAssignedID",
        "period_start": f"{_SETTLED}ram:BillingSpecifiedPeriod/ram:StartDateTime/udt:DateTimeString",
        "period_end": f"{_SETTLED}ram:BillingSpecifiedPeriod/ram:EndDateTime/udt:DateTimeString",
        "vendor_id": f"{_AGREED}ram:SellerTradeParty/ram:SpecifiedLegalOrganization/ram:ID",
        "vendor_address": f"{_AGREED}ram:SellerTradeParty/ram:URIUniversalCommunication/ram:URIID",
        "vendor_address_scheme": f"{_AGREED}ram:SellerTradeParty/ram:URIUniversalCommunication/ram:URIID@schemeID",
        "advertiser_id": f"{_AGREED}ram:BuyerTradeParty/ram:SpecifiedLegalOrganization/ram:ID",
        "net_of_lines": f"{_SUM}LineTotalAmount",
        "allowances": f"{_SUM}AllowanceTotalAmount",
        "charges": f"{_SUM}ChargeTotalAmount",
        "net": f"{_SUM}TaxBasisTotalAmount",
        "tax": f"{_SUM}TaxTotalAmount",
        "gross": f"{_SUM}GrandTotalAmount",
        "prepaid": f"{_SUM}TotalPrepaidAmount",
        "rounding": f"{_SUM}RoundingAmount",
        "payable": f"{_SUM}DuePayableAmount",
    },
    tax_paths={
        "taxable": "ram:BasisAmount",
        "tax": "ram:CalculatedAmount",
        "category": "ram:CategoryCode",
        "rate": "ram:RateApplicablePercent",
    },
    line_paths={
        "line_id": "ram:AssociatedDocumentLineDocument/ram:LineID",
        "lead_id": f"{_OF_LINE}ram:AdditionalReferencedDocument/ram:IssuerAssignedID",
        "quantity": "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity",
        "net": f"{_OF_LINE}ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount",
        "period_start": f"{_OF_LINE}ram:BillingSpecifiedPeriod/ram:StartDateTime/udt:DateTimeString",
        "period_end": f"{_OF_LINE}ram:BillingSpecifiedPeriod/ram:EndDateTime/udt:DateTimeString",
        "price": f"{_PRICE}ChargeAmount",
        "price_quantity": f"{_PRICE}BasisQuantity",
        "rate": f"{_OF_LINE}ram:ApplicableTradeTax/ram:RateApplicablePercent",
        "vendor_item": "ram:SpecifiedTradeProduct/ram:SellerAssignedID",
        "advertiser_item": "ram:SpecifiedTradeProduct/ram:BuyerAssignedID",
    },
)
SYNTAXES: Final = {syntax.root: syntax for syntax in (UBL, UBL_CREDIT, CII)}
