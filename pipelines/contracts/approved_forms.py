"""The versions of forms that we reviewed, as a contract lists them. What a review decides is in the rule cards."""

from datetime import date
from typing import Final

from pipelines.contracts.contract import ApprovedForm
from pipelines.contracts.contract_term import ContractTerm, keys_of
from pipelines.contracts.document import DAY, FLAG, MAPPING, SIREN, TEXT, Place, TermKind, matching, one_of
from pipelines.vocabulary import words

DIGEST: Final = matching(r"[0-9a-fA-F]{64}", "a SHA-256 of 64 hex digits")
_NAMED_BY_PROOF: Final = "with neither list, the proof's own one decides whether we are named"
FORM_TERMS: Final = (
    ContractTerm("form_id", "The form, as proofs name it in their field `form_id`."),
    ContractTerm("form_version", "Its version, as proofs name it in `form_version`."),
    ContractTerm(
        "text_sha256",
        "SHA-256 of the consent text that was reviewed: `opposable contracts text-digest FILE` prints it. A proof with "
        "another text fails `consent_form_version_known`.",
        absent="texts are not compared",
    ),
    ContractTerm(
        "box_prechecked",
        "Whether the box was ticked beforehand (`consent_box_not_prechecked`).",
        absent="unknown, and waits on us",
    ),
    ContractTerm(
        "refusal_equal_prominence",
        "Whether refusing was as easy to see as agreeing (`consent_equal_prominence_refusal`).",
        absent="unknown, and waits on us",
    ),
    ContractTerm(
        "participation_requires_consent",
        "Whether nobody could take part without agreeing (`consent_not_bundled_with_participation`).",
        absent="unknown, and waits on us",
    ),
    ContractTerm(
        "mentions",
        "Which of the mentions that the law asks for the text has (`tel_consent_five_mentions`).",
        absent="unknown, and waits on us",
    ),
    ContractTerm(
        "recipients", "The companies that the form names. An empty list: it names none.", absent=_NAMED_BY_PROOF
    ),
    ContractTerm("recipient_sirens", "The SIRENs of those companies.", absent=_NAMED_BY_PROOF),
    ContractTerm(
        "france_renov_sentence",
        "Whether a form for energy renovation shows the sentence on France Rénov' (`form_france_renov_sentence`).",
        absent="unknown, and waits on us, in that sector",
    ),
    ContractTerm(
        "l223_2_notice",
        "Whether the form says, where it asks for a phone number, that commercial calls need a consent "
        "(`tel_number_collection_notice`).",
        absent="unknown, and waits on us, of numbers collected since 11 August 2026",
    ),
    ContractTerm(
        "informed_art13",
        "Whether the form tells persons all that article 13 of the GDPR asks for (`consent_informed_art13`).",
        absent="unknown, and waits on us",
    ),
    ContractTerm(
        "separate_from_terms",
        "Whether the consent stands apart from terms of use and of sale (`consent_not_in_terms`).",
        absent="the rule is not asked",
    ),
    ContractTerm(
        "withdrawal_as_easy",
        "Whether withdrawing is as easy as agreeing was (`consent_withdrawal_as_easy`).",
        absent="unknown, and waits on us",
    ),
    ContractTerm(
        "named_since",
        "Since when the form, or the list of partners behind it, names us. An electronic consent of before fails "
        "`consent_partner_list_maintained`.",
        absent="the rule is not asked",
    ),
    ContractTerm("reviewed_on", "When we reviewed it: the review counts from then on."),
)


def read_approved_forms(place: Place) -> tuple[ApprovedForm, ...]:
    """The reviews, each form, version and day once."""
    found: dict[tuple[str, str, date], ApprovedForm] = {}
    for item in place.items():
        form = _approved_form(item)
        key = (form.form_id, form.form_version, form.reviewed_on)
        if form.form_id and key in found:
            item.refuse("the same review of a form is given twice", "keep one")
        found[key] = form
    return tuple(found.values())


def _approved_form(place: Place) -> ApprovedForm:
    place.require(MAPPING, {})
    place.report_unknown_keys(keys_of(FORM_TERMS))
    digest = place.entry("text_sha256").read(DIGEST)
    return ApprovedForm(
        form_id=place.entry("form_id").require(TEXT, ""),
        form_version=place.entry("form_version").require(TEXT, ""),
        reviewed_on=place.entry("reviewed_on").require(DAY, date.min),
        text_sha256=digest.lower() if digest else None,
        box_prechecked=place.entry("box_prechecked").read(FLAG),
        refusal_equal_prominence=place.entry("refusal_equal_prominence").read(FLAG),
        participation_requires_consent=place.entry("participation_requires_consent").read(FLAG),
        france_renov_sentence=place.entry("france_renov_sentence").read(FLAG),
        l223_2_notice=place.entry("l223_2_notice").read(FLAG),
        informed_art13=place.entry("informed_art13").read(FLAG),
        separate_from_terms=place.entry("separate_from_terms").read(FLAG),
        withdrawal_as_easy=place.entry("withdrawal_as_easy").read(FLAG),
        named_since=place.entry("named_since").read(DAY),
        mentions=_list_if_given(place.entry("mentions"), one_of(words.MENTIONS)),
        recipients=_list_if_given(place.entry("recipients"), TEXT),
        recipient_sirens=_list_if_given(place.entry("recipient_sirens"), SIREN),
    )


def _list_if_given(place: Place, kind: TermKind[str]) -> tuple[str, ...] | None:
    """A list if it is given; an empty one says something, an absent one nothing."""
    return None if place.value is None else place.read_all(kind)
