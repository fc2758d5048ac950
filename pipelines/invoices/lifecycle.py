"""The answer as a CDAR message: Cross Domain Acknowledgement and Response, UN/CEFACT D22B, of the French reform.

Elements, their order and their values are those of AFNOR XP Z12-012, annex A (MDT numbers stand beside them), for a
message of the advertiser on the processing of an invoice. What goes to the vendor says amounts and reasons, and names
no lead: leads are in `claims.csv`.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from pipelines.invoices.causes import APPROVED, CAUSES, PARTLY, SUSPENDED
from pipelines.invoices.checked import CheckedInvoice
from pipelines.vocabulary.words import PARIS
from pipelines.wording.words import Words

_PREFIXES: Final = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossDomainAcknowledgementAndResponse:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
_GUIDELINE: Final = "urn.cpro.gouv.fr:1p0:CDV:invoice"
_PROCESSING: Final = "23"
"""MDT-77: the message is about processing, not about transport."""
_SIREN_SCHEME, _ADDRESS_SCHEME = "0002", "0225"
_DAY, _SECOND = "102", "204"
"""Formats of UNTDID 2379: YYYYMMDD, YYYYMMDDHHMMSS."""
_OTHER_REASON: Final = "AUTRE"
_OPEN_REASON: Final = "JUSTIF_ABS"
"""Is allowed where an invoice is suspended, and nowhere else."""


class UnansweredInvoiceError(Exception):
    """No message can be made of an invoice; `key` is that of the sentence that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def lifecycle_message(checked: CheckedInvoice, advertiser_siren: str, *, at: datetime, say: Words) -> bytes:
    """The message, in UTF-8.

    Args:
        checked: the invoice.
        advertiser_siren: the advertiser's.
        at: when it is answered, timezone-aware.
        say: the language of its reasons.

    Raises:
        UnansweredInvoiceError: all of it is due, which only a payer may approve, or it does not say its vendor's SIREN.
    """
    if checked.answer == APPROVED:
        raise UnansweredInvoiceError("invoices.no_message_approved")
    if checked.invoice.vendor_siren is None:
        raise UnansweredInvoiceError("invoices.no_message_vendor")
    for prefix, name in _PREFIXES.items():
        register_namespace(prefix, name)
    root = Element(_tag("rsm:CrossDomainAcknowledgementAndResponse"))
    _add_context(root)
    _add_exchange(root, checked, advertiser_siren, at)
    _add_acknowledgement(root, checked, at, say)
    indent(root)
    content: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return content + b"\n"


def _add_context(root: Element) -> None:
    context = _add(root, "rsm:ExchangedDocumentContext")
    _add(_add(context, "ram:BusinessProcessSpecifiedDocumentContextParameter"), "ram:ID", "REGULATED")  # MDT-2
    _add(_add(context, "ram:GuidelineSpecifiedDocumentContextParameter"), "ram:ID", _GUIDELINE)  # MDT-3


def _add_exchange(root: Element, checked: CheckedInvoice, advertiser_siren: str, at: datetime) -> None:
    exchange = _add(root, "rsm:ExchangedDocument")
    _add(exchange, "ram:ID", f"{checked.invoice.number}-{checked.answer}-{at.astimezone(UTC):%Y%m%d%H%M%S}")  # MDT-4
    _add_instant(_add(exchange, "ram:IssueDateTime"), at)
    # Without an identifier: it is the platform's to set, and with one of another scheme than its own every refusal
    # breaks the rule BR-FR-CDV-CL-09 for public buyers.
    _add(_add(exchange, "ram:SenderTradeParty"), "ram:RoleCode", "BY")  # MDT-21
    _add_party(exchange, "ram:IssuerTradeParty", advertiser_siren, "BY")
    vendor = _add_party(exchange, "ram:RecipientTradeParty", _vendor_siren(checked), "SE")
    scheme, address = checked.invoice.vendor_address or (_ADDRESS_SCHEME, _vendor_siren(checked))
    place = _add(_add(vendor, "ram:URIUniversalCommunication"), "ram:URIID", address)  # MDT-73
    place.set("schemeID", scheme or _ADDRESS_SCHEME)


def _add_acknowledgement(root: Element, checked: CheckedInvoice, at: datetime, say: Words) -> None:
    told = _add(root, "rsm:AcknowledgementDocument")
    _add(_add(told, "ram:MultipleReferencesIndicator"), "udt:Indicator", "false")
    _add(told, "ram:TypeCode", _PROCESSING)
    _add_instant(_add(told, "ram:IssueDateTime"), at)
    invoice = _add(told, "ram:ReferenceReferencedDocument")
    _add(invoice, "ram:IssuerAssignedID", checked.invoice.number)  # MDT-87
    _add(invoice, "ram:TypeCode", checked.invoice.type_code)  # MDT-91
    issued = _add(
        _add(invoice, "ram:FormattedIssueDateTime"), "qdt:DateTimeString", f"{checked.invoice.issued_on:%Y%m%d}"
    )
    issued.set("format", _DAY)
    _add(invoice, "ram:ProcessConditionCode", checked.answer)  # MDT-105
    _add(invoice, "ram:ProcessCondition", say(f"invoices.answer.{checked.answer}"))  # MDT-106
    _add_party(invoice, "ram:IssuerTradeParty", _vendor_siren(checked), "SE")
    for number, code in enumerate(checked.causes, 1):
        _add_reason(invoice, checked, code, number, say)


def _add_reason(invoice: Element, checked: CheckedInvoice, code: str, number: int, say: Words) -> None:
    """Why, and how much; with the first also what is approved."""
    status = _add(invoice, "ram:SpecifiedDocumentStatus")
    _add(status, "ram:ReasonCode", _reason_code(code, checked.answer))  # MDT-113
    _add(status, "ram:Reason", say(f"invoice_cause.{code}"))  # MDT-114
    _add(status, "ram:SequenceNumeric", str(number))  # MDT-124-2
    _add_amount(status, "MNA", checked.amount_of(code), checked.invoice.currency)
    if number == 1 and checked.answer == PARTLY:
        _add_amount(status, "MAP", checked.due, checked.invoice.currency)
        _add_amount(status, "MAPTTC", checked.due_with_tax, checked.invoice.currency)


def _reason_code(code: str, answer: str) -> str:
    cause = CAUSES[code]
    if answer == PARTLY:
        return cause.reason_in_part
    return _OTHER_REASON if cause.reason == _OPEN_REASON and answer != SUSPENDED else cause.reason


def _add_amount(status: Element, kind: str, amount: Decimal, currency: str) -> None:
    """A characteristic: its kind (MDT-207) and its amount (MDT-215)."""
    characteristic = _add(status, "ram:SpecifiedDocumentCharacteristic")
    _add(characteristic, "ram:TypeCode", kind)
    _add(characteristic, "ram:ValueAmount", f"{amount:.2f}").set("currencyID", currency)


def _add_party(parent: Element, tag: str, siren: str, role: str) -> Element:
    party = _add(parent, tag)
    _add(party, "ram:GlobalID", siren).set("schemeID", _SIREN_SCHEME)
    _add(party, "ram:RoleCode", role)
    return party


def _add_instant(parent: Element, at: datetime) -> None:
    _add(parent, "udt:DateTimeString", f"{at.astimezone(PARIS):%Y%m%d%H%M%S}").set("format", _SECOND)


def _vendor_siren(checked: CheckedInvoice) -> str:
    return checked.invoice.vendor_siren or ""


def _add(parent: Element, tag: str, text: str | None = None) -> Element:
    element = SubElement(parent, _tag(tag))
    element.text = text
    return element


def _tag(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{_PREFIXES[prefix]}}}{local}"
