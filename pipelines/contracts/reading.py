"""A parsed contract document becomes a typed Contract, or issues that say why it can't.

Pure: no file is opened here. What a readable contract should not say is in `lint`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pipelines.contracts.contract import ApprovedForm, Contract
from pipelines.contracts.document import (
    COUNT,
    DAY,
    FLAG,
    MAPPING,
    NUMBER,
    RATE,
    TEXT,
    Issue,
    Kind,
    Place,
    matching,
    one_of,
)
from pipelines.contracts.file_terms import custom_properties, read_file_terms
from pipelines.contracts.notice_clause import read_notice_clause
from pipelines.contracts.service_levels import read_service_levels
from pipelines.vocabulary import words

INSTRUMENTS: Final = ("contract", "order_form", "quote")
CUSTOM_PROPERTIES: Final = (
    "advertiser",
    "instrument",
    "relationshipSince",
    "audience",
    "onlyGivenConsents",
    "sector",
    "goodsServices",
    "channels",
    "pricePerChannel",
    "brief",
    "role",
    "collectors",
    "doubleOptInRequired",
    "minRemainingValidity",
    "targetFunctions",
    "toleratedDefectRates",
    "refusalGrounds",
    "noticeClause",
    "renewalOn",
    "noticeDays",
    "clauses",
    "approvedForms",
)
SIREN: Final = matching(r"[0-9]{9}", "a SIREN of 9 digits")
DIGEST: Final = matching(r"[0-9a-fA-F]{64}", "a SHA-256 of 64 hex digits")
CURRENCY: Final = matching(r"[A-Z]{3}", "an ISO 4217 code, such as EUR")
PERIOD: Final = matching(r"P(?=[0-9])([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?", "an ISO 8601 period, such as P3M")


@dataclass(frozen=True)
class ContractReading:
    """What could be read of a document, and what is wrong with it."""

    terms: Contract
    """Defaults stand in for what could not be read: to judge by only through `contract`."""
    issues: tuple[Issue, ...]

    @property
    def contract(self) -> Contract | None:
        """The contract, if nothing keeps it from being read."""
        return None if any(issue.is_fatal for issue in self.issues) else self.terms


def read_document(document: object, *, vendor: str, valid_from: date, digest: str) -> ContractReading:
    """The contract that an ODCS v3 document holds.

    `document` is plain data (mappings, lists, texts, numbers, flags, dates); `digest` is the SHA-256 of its file.
    """
    root = Place(document)
    root.require(MAPPING, {})
    custom = custom_properties(root, CUSTOM_PROPERTIES)
    _check_shapes(custom)
    terms = Contract(
        vendor=vendor,
        valid_from=valid_from,
        digest=digest,
        version=root.entry("version").read_or(TEXT, ""),
        status=root.entry("status").require(TEXT, ""),
        leads=read_file_terms(root, "leads"),
        consent_proofs=read_file_terms(root, "consent_proofs"),
        contacts=_contacts(root.entry("team")),
        **_parties_read(custom),
        **_money(root.entry("price"), custom),
        **read_service_levels(root),
        **_quality(custom),
    )
    issues = root.issues if isinstance(document, dict) else root.issues[:1]
    return ContractReading(terms, tuple(issues))


def _parties_read(custom: Mapping[str, Place]) -> dict[str, Any]:
    """Who buys what, for whom, under which instrument."""
    advertiser = custom["advertiser"]
    advertiser.require(MAPPING, {})
    advertiser.report_unknown_keys(("name", "siren"))
    if isinstance(advertiser.value, dict):
        name, siren = advertiser.entry("name").require(TEXT, ""), advertiser.entry("siren").require(SIREN, "")
    else:
        name, siren = "", ""
    return {
        "advertiser_name": name,
        "advertiser_siren": siren,
        "audience": custom["audience"].require(one_of(words.AUDIENCES), "consumer"),
        "channels": _channels_sold(custom["channels"]),
        "instrument": custom["instrument"].read_or(one_of(INSTRUMENTS), "contract"),
        "relationship_since": custom["relationshipSince"].read(DAY),
        "is_only_given_consents": custom["onlyGivenConsents"].read_or(FLAG, False),
        "is_double_optin_required": custom["doubleOptInRequired"].read_or(FLAG, False),
        "sector": custom["sector"].read(TEXT),
        "goods_services": custom["goodsServices"].read(TEXT),
        "renewal_on": custom["renewalOn"].read(DAY),
        "notice_days": custom["noticeDays"].read(COUNT),
        "notice_clause": read_notice_clause(custom["noticeClause"]),
    }


def _channels_sold(place: Place) -> tuple[str, ...]:
    channels = place.read_all(one_of(words.CHANNELS))
    if not place.value:
        place.refuse("channels are missing", f"list those bought: {', '.join(words.CHANNELS)}")
    return channels


def _money(price: Place, custom: Mapping[str, Place]) -> dict[str, Any]:
    per_channel = custom["pricePerChannel"]
    per_channel.report_unknown_keys(words.CHANNELS)
    prices = {key: place.read(NUMBER) for key, place in per_channel.entries().items() if key in words.CHANNELS}
    price.read(MAPPING)
    return {
        "price": price.entry("priceAmount").read(NUMBER),
        "currency": price.entry("priceCurrency").read_or(CURRENCY, "EUR"),
        "price_per_channel": {key: amount for key, amount in prices.items() if amount is not None},
    }


def _quality(custom: Mapping[str, Place]) -> dict[str, Any]:
    """What is tolerated, refused and reviewed."""
    tolerated = custom["toleratedDefectRates"]
    tolerated.report_unknown_keys(words.RATED_DIMENSIONS)
    rates = {key: place.read(RATE) for key, place in tolerated.entries().items() if key in words.RATED_DIMENSIONS}
    return {
        "tolerances": {key: rate for key, rate in rates.items() if rate is not None},
        "refusal_grounds": custom["refusalGrounds"].read_all(TEXT),
        "approved_forms": _approved_forms(custom["approvedForms"]),
    }


def _approved_forms(place: Place) -> tuple[ApprovedForm, ...]:
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
    place.report_unknown_keys(tuple(ApprovedForm.__dataclass_fields__))
    digest = place.entry("text_sha256").read(DIGEST)
    return ApprovedForm(
        form_id=place.entry("form_id").require(TEXT, ""),
        form_version=place.entry("form_version").require(TEXT, ""),
        reviewed_on=place.entry("reviewed_on").require(DAY, date.min),
        text_sha256=digest.lower() if digest else None,
        box_prechecked=place.entry("box_prechecked").read(FLAG),
        refusal_equal_prominence=place.entry("refusal_equal_prominence").read(FLAG),
        participation_requires_consent=place.entry("participation_requires_consent").read(FLAG),
        mentions=_list_if_given(place.entry("mentions"), one_of(words.MENTIONS)),
        recipients=_list_if_given(place.entry("recipients"), TEXT),
        recipient_sirens=_list_if_given(place.entry("recipient_sirens"), SIREN),
    )


def _list_if_given(place: Place, kind: Kind[str]) -> tuple[str, ...] | None:
    """A list if it is given; an empty one says something, an absent one nothing."""
    return None if place.value is None else place.read_all(kind)


def _contacts(team: Place) -> tuple[str, ...]:
    """User names of the team, in either of the standard's two shapes."""
    members = team if isinstance(team.value, list) else team.entry("members")
    return tuple(name for member in members.items() if (name := member.entry("username").read(TEXT)))


def _check_shapes(custom: Mapping[str, Place]) -> None:
    """Terms that nothing reads yet are held to their shape all the same."""
    custom["brief"].read(MAPPING)
    custom["role"].read(TEXT)
    custom["minRemainingValidity"].read(PERIOD)
    custom["targetFunctions"].read_all(TEXT)
    for collector in custom["collectors"].items():
        collector.require(MAPPING, {})
        collector.report_unknown_keys(("id", "domains"))
        collector.entry("id").require(TEXT, "")
        collector.entry("domains").read_all(TEXT)
