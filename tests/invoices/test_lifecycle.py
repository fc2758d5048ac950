"""The message that answers an invoice, held to what D22B and XP Z12-012 say of it.

No package ships the schemas of CDAR, so that the order of elements (UN/CEFACT D22B) and the reasons that each status
may have (rule BR-FR-CDV-CL-09) are written down here, for the elements that the advertiser's answer has.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest

from pipelines.formats.invoices.reader import read_invoice
from pipelines.formats.limits import Limits
from pipelines.formats.source import BytesSource
from pipelines.invoices.causes import CAUSES
from pipelines.invoices.checked import CheckedInvoice
from pipelines.invoices.invoice import Invoice, invoice_of
from pipelines.invoices.lifecycle import UnansweredInvoiceError, lifecycle_message
from pipelines.invoices.matching import Part
from pipelines.simulation.invoices import as_ubl
from pipelines.wording.words import words
from tests.support.invoice_market import FIRST, many, written

AT = datetime(2026, 8, 31, 8, tzinfo=UTC)
ADVERTISER = "123456782"
ORDER = {
    "CrossDomainAcknowledgementAndResponse": (
        "ExchangedDocumentContext",
        "ExchangedDocument",
        "AcknowledgementDocument",
    ),
    "ExchangedDocumentContext": (
        "BusinessProcessSpecifiedDocumentContextParameter",
        "GuidelineSpecifiedDocumentContextParameter",
    ),
    "ExchangedDocument": (
        "ID",
        "Name",
        "TypeCode",
        "IssueDateTime",
        "SenderTradeParty",
        "IssuerTradeParty",
        "RecipientTradeParty",
    ),
    "AcknowledgementDocument": (
        "MultipleReferencesIndicator",
        "ID",
        "TypeCode",
        "Name",
        "IssueDateTime",
        "ReferenceReferencedDocument",
    ),
    "ReferenceReferencedDocument": (
        "IssuerAssignedID",
        "StatusCode",
        "TypeCode",
        "FormattedIssueDateTime",
        "ProcessConditionCode",
        "ProcessCondition",
        "IssuerTradeParty",
        "RecipientTradeParty",
        "SpecifiedDocumentStatus",
    ),
    "SpecifiedDocumentStatus": (
        "ReasonCode",
        "Reason",
        "RequestedActionCode",
        "SequenceNumeric",
        "SpecifiedDocumentCharacteristic",
    ),
    "SpecifiedDocumentCharacteristic": ("ID", "TypeCode", "ValueAmount"),
    "SenderTradeParty": ("GlobalID", "RoleCode"),
    "IssuerTradeParty": ("GlobalID", "RoleCode"),
    "RecipientTradeParty": ("GlobalID", "RoleCode", "URIUniversalCommunication"),
}
IN_PART = "AUTRE CMD_ERR SIRET_ERR CODE_ROUTAGE_ERR REF_CT_ABSENT REF_ERR PU_ERR REM_ERR QTE_ERR ART_ERR MODPAI_ERR"
ALLOWED = {
    "206": f"{IN_PART} QUALITE_ERR LIVR_INCOMP",
    "207": f"{IN_PART} QUALITE_ERR LIVR_INCOMP COORD_BANC_ERR TX_TVA_ERR MONTANTTOTAL_ERR CALCUL_ERR NON_CONFORME "
    "DOUBLON DEST_INC DEST_ERR TRANSAC_INC EMMET_INC CONTRAT_TERM DOUBLE_FACT ADR_ERR",
    "208": "JUSTIF_ABS COORD_BANC_ERR CMD_ERR SIRET_ERR CODE_ROUTAGE_ERR REF_CT_ABSENT REF_ERR",
    "210": "TX_TVA_ERR MONTANTTOTAL_ERR CALCUL_ERR NON_CONFORME DOUBLON DEST_ERR TRANSAC_INC EMMET_INC CONTRAT_TERM "
    "DOUBLE_FACT CMD_ERR ADR_ERR REF_CT_ABSENT",
}


def an_invoice(**more: Any) -> Invoice:
    return invoice_of(read_invoice(BytesSource(as_ubl(written("F-1", many("1", FIRST, FIRST, 10), **more))), Limits()))


def found(invoice: Invoice, *causes: str | None) -> CheckedInvoice:
    """Four euros for each cause; None: due."""
    line = invoice.lines[0]
    parts = [Part(cause, Decimal(4), Decimal(1), line=line) for cause in causes]
    return CheckedInvoice("acme", invoice, tuple(parts))


def message(checked: CheckedInvoice, language: str = "fr") -> Element:
    return fromstring(lifecycle_message(checked, ADVERTISER, at=AT, say=words(language)))


def name_of(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def texts(root: Element, *path: str) -> list[str | None]:
    return [element.text for element in root.iterfind("/".join(f"{{*}}{name}" for name in path))]


STATUS = ("AcknowledgementDocument", "ReferenceReferencedDocument", "SpecifiedDocumentStatus")
WAYS: Sequence[tuple[str, tuple[str | None, ...]]] = [
    ("206", (None, *(code for code, cause in CAUSES.items() if not cause.is_open and not cause.refuses))),
    ("207", tuple(code for code, cause in CAUSES.items() if not cause.refuses)),
    ("208", (None, *(code for code, cause in CAUSES.items() if cause.is_open))),
    *(("210", (code,)) for code, cause in CAUSES.items() if cause.refuses),
]


@pytest.mark.parametrize(("answer", "causes"), WAYS)
def test_elements_stand_in_the_order_of_the_standard_and_reasons_are_those_of_their_status(
    answer: str, causes: tuple[str | None, ...]
) -> None:
    checked = found(an_invoice(), *causes)
    assert checked.answer == answer
    root = message(checked)
    for element in root.iter():
        order = ORDER.get(name_of(element), ())
        places = [order.index(name_of(child)) for child in element if order]
        assert places == sorted(places), name_of(element)
    assert texts(root, *STATUS[:2], "ProcessConditionCode") == [answer]
    reasons = texts(root, *STATUS, "ReasonCode")
    assert len(reasons) == len([cause for cause in causes if cause])
    assert set(reasons) <= set(ALLOWED[answer].split())
    assert texts(root, *STATUS, "SequenceNumeric") == [str(number) for number, _ in enumerate(reasons, 1)]


def test_a_part_approval_says_what_is_approved_and_what_is_not() -> None:
    """Two parts of 4.00 are due, with 20 % of tax 9.60; one of 4.00 is not."""
    root = message(found(an_invoice(), None, None, "price_above"))
    kinds = texts(root, *STATUS, "SpecifiedDocumentCharacteristic", "TypeCode")
    amounts = texts(root, *STATUS, "SpecifiedDocumentCharacteristic", "ValueAmount")
    assert dict(zip(kinds, amounts, strict=True)) == {"MNA": "4.00", "MAP": "8.00", "MAPTTC": "9.60"}


def test_it_names_invoice_and_parties_and_no_lead() -> None:
    root = message(found(an_invoice(), "price_above"), "en")
    assert texts(root, *STATUS[:2], "IssuerAssignedID") == ["F-1"]
    assert texts(root, "ExchangedDocument", "IssuerTradeParty", "GlobalID") == [ADVERTISER]
    recipient = ("ExchangedDocument", "RecipientTradeParty")
    assert texts(root, *recipient, "GlobalID") == ["552100554"]
    assert texts(root, *recipient, "URIUniversalCommunication", "URIID") == ["552100554"]
    assert texts(root, *STATUS, "Reason") == ["The price is above the agreed one."]


@pytest.mark.parametrize(
    ("checked", "key"),
    [
        (found(an_invoice(), None), "invoices.no_message_approved"),
        (found(replace(an_invoice(), vendor_siren=None), "price_above"), "invoices.no_message_vendor"),
    ],
)
def test_what_no_message_can_say_is_told(checked: CheckedInvoice, key: str) -> None:
    with pytest.raises(UnansweredInvoiceError) as caught:
        message(checked)
    assert caught.value.key == key
    assert words("fr")(key)
    assert words("en")(key)
