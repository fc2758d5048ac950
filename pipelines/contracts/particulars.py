"""The customProperties of a contract: who buys what, for whom, what is tolerated, refused and reviewed.

Other terms are in `reading`, forms that were reviewed in `approved_forms`, the notice clause in `notice_clause`.
"""

from collections.abc import Mapping
from typing import Any, Final

from pipelines.contracts.approved_forms import read_approved_forms
from pipelines.contracts.contract_term import ContractTerm, keys_of
from pipelines.contracts.document import (
    DAY,
    DAYS,
    FLAG,
    MAPPING,
    MONTHS,
    NUMBER,
    RATE,
    SIREN,
    TEXT,
    Place,
    matching,
    one_of,
)
from pipelines.contracts.file_terms import custom_properties
from pipelines.contracts.notice_clause import read_notice_clause
from pipelines.contracts.sectors import SECTOR_BANS, SECTORS, sector_named
from pipelines.vocabulary import words

INSTRUMENTS: Final = ("contract", "order_form", "quote")
PERIOD: Final = matching(r"P(?=[0-9])([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?", "an ISO 8601 period, such as P3M")
METHOD_VERSION: Final = matching(r"[a-z0-9][a-z0-9._+-]{0,31}", 'a version of the scoring method, such as "2"')

_NOT_USED: Final = "Held to its shape, and not used yet."
PARTICULARS: Final = (
    ContractTerm("advertiser", "Who buys the leads: see below."),
    ContractTerm("vendor", "Who sells them: see below.", absent="dossiers show its key alone"),
    ContractTerm(
        "instrument", "What was signed. A `quote` is told in dossiers as a missing contract.", absent="dossiers say so"
    ),
    ContractTerm(
        "stage",
        f"How far the vendor has come: {', '.join(f'`{stage}`' for stage in words.STAGES)}. Leads of a candidate and "
        "of a pilot are judged and never used, and so are those of a `live` contract until `opposable candidates open` "
        "(`vendor_gone_live`).",
        absent="that of the vendor's contract before; a vendor whose contracts never name one is live",
    ),
    ContractTerm(
        "relationshipSince",
        "Since when the vendor delivers: it bears on the notice that ends the relationship.",
        absent="dossiers name it as missing",
    ),
    ContractTerm(
        "audience",
        "Whom the leads are about, where a lead does not say. A lead about others is a finding "
        "(`audience_not_contracted`), and is judged as whichever of the two the law protects more.",
    ),
    ContractTerm("otherAudiences", "Audiences that are ordered besides `audience`.", absent="`audience` alone"),
    ContractTerm(
        "bases",
        "The legal bases that leads may rest on. Another one is a finding (`basis_not_contracted`), whether or not the "
        "law admits it.",
        absent="no basis is compared with the contract",
    ),
    ContractTerm(
        "onlyGivenConsents",
        "Whether the vendor delivers proofs of given consents alone: then `decision` need not be mapped.",
        absent="`false`",
    ),
    ContractTerm(
        "sector",
        f"What is sold: {', '.join(f'`{sector}`' for sector in SECTORS)}; French names such as `pompe_a_chaleur` or "
        "`mutuelle` count as well. In some sectors consumers may be neither called nor sent messages: "
        f"{', '.join(f'`{sector}`' for sector in SECTOR_BANS)}. There leads are blocked (rules "
        "`sector_…`), but for callbacks that were asked for; `bases` may order those alone.",
        absent="no ban is checked",
        faults=("energy_renovation", "pompe à chaleur", "renovation"),
    ),
    ContractTerm(
        "goodsServices", "What is sold, in words, shown in dossiers.", absent="dossiers show that it is not set"
    ),
    ContractTerm(
        "channels", "The channels that are bought. A lead for another is a finding (`channel_not_contracted`)."
    ),
    ContractTerm(
        "pricePerChannel",
        "What a lead costs on a channel. Claims count it where there is no `price`, each claimed channel at its own.",
        absent="one price for all channels",
        faults=({"sms": 3.5}, {"fax": 3.5}),
    ),
    ContractTerm("brief", f"What was ordered: area, criteria, volumes. {_NOT_USED}", absent="nothing"),
    ContractTerm("role", f"Who is controller of the data, with whom. {_NOT_USED}", absent="nothing"),
    ContractTerm(
        "collectors", f"Who collects for the vendor, and on which domains: see below. {_NOT_USED}", absent="nothing"
    ),
    ContractTerm(
        "doubleOptInRequired",
        "Whether a consent to e-mails or SMS must be confirmed on a second message (`consent_double_optin_confirmed`).",
        absent="`false`",
    ),
    ContractTerm(
        "consentMaxAgeMonths",
        "How many calendar months a phone consent lasts, where that is fewer than the law allows "
        "(`tel_consent_max_age_one_year`). A contract may tighten the law and never loosen it: more is an error.",
        absent="the law's: twelve since 2026-08-11",
        faults=(0, 18),
    ),
    ContractTerm(
        "minRemainingValidity",
        f"How long a consent must still be valid when it is delivered. {_NOT_USED}",
        absent="nothing",
    ),
    ContractTerm(
        "targetFunctions",
        "Functions in companies that what is sold concerns, each in every spelling that counts. Without consent a "
        "person may only be written to about its own (`elec_b2b_function_relevance`): a function counts that holds all "
        "words of one of these, whatever its accents and capitals.",
        absent="such leads by e-mail and SMS stay on hold, and wait on us",
    ),
    ContractTerm(
        "alsaceMoselle",
        "Whether Good Friday and 26 December are public holidays where persons are called: one who asked to be called "
        "back may be for five working days (`callback_request_proven`).",
        absent="`false`",
    ),
    ContractTerm(
        "toleratedDefectRates",
        "Which rate of defects is tolerated in a dimension, for scores: at the tolerance there are 80 points.",
        absent="the scoring method's tolerance",
        faults=({"consent": 0.02}, {"quality": 0.2}, {"governance": 0.01}),
    ),
    ContractTerm(
        "scoringMethod",
        "Which version of the scoring method counts, for the whole contract period: from this contract to the next one "
        "that begins on or after `renewalOn`. An amendment that names another changes nothing before. The versions are "
        "on the page of the method (`docs/scores.md`); one that is not there is a warning, and no score is made.",
        absent="the version in force when the contract period began",
        faults=("Méthode 2",),
    ),
    ContractTerm(
        "refusalGrounds",
        "Rules for whose breach the contract lets us refuse a lead: such leads are claimed. For their ids see "
        "`opposable rules list`.",
        absent="nothing can be claimed",
        faults=(["lead_duplicates"],),
    ),
    ContractTerm(
        "noticeClause",
        "How the vendor is told of a receipt, and when that counts: see below.",
        absent="only an acknowledgement notifies",
    ),
    ContractTerm("renewalOn", "When the contract is renewed.", absent="dossiers name it as missing"),
    ContractTerm("noticeDays", "How many days before that notice must be given.", absent="dossiers name it as missing"),
    ContractTerm(
        "cureDays",
        "How many days the vendor has to mend a breach after a formal notice, before the contract may be terminated.",
        absent="recommendations count the time of the decision table, and say so",
    ),
    ContractTerm(
        "clauses",
        "Ids of the clauses that the contract has; `opposable contracts review` names those that are missing.",
        absent="every clause counts as missing",
    ),
    ContractTerm(
        "approvedForms",
        "The versions of forms that we reviewed: see below.",
        absent="no form is reviewed: what only a review can pass stays unknown and waits on us",
    ),
)
ADVERTISER_TERMS: Final = (
    ContractTerm(
        "name",
        "Legal name. Proofs are looked through for it, whatever its accents, capitals, signs, spaces and legal form. A "
        "brand alone, a name with something more, or another legal form shows neither that we are named nor that we "
        "are not.",
    ),
    ContractTerm("siren", "SIREN, nine digits. Proofs may name us by it.", faults=("732829321",)),
)
VENDOR_TERMS: Final = (
    ContractTerm("name", "Legal name, shown in dossiers.", absent="the key is shown"),
    ContractTerm("siren", "SIREN, nine digits, shown in dossiers.", absent="not shown", faults=("732829321",)),
)
COLLECTOR_TERMS: Final = (
    ContractTerm("id", "A collector, as leads and proofs name it in `collector_id`."),
    ContractTerm("domains", "Domains on which it collects.", absent="nothing"),
)


def read_particulars(document: Place) -> dict[str, Any]:
    """Terms of a Contract that `customProperties` hold, by the name of their attribute."""
    custom = custom_properties(document, keys_of(PARTICULARS))
    _check_shapes(custom)
    return {
        **_parties_read(custom),
        "price_per_channel": _prices_read(custom["pricePerChannel"]),
        **_quality(custom),
    }


def _parties_read(custom: Mapping[str, Place]) -> dict[str, Any]:
    """Who buys what, for whom, under which instrument."""
    advertiser = custom["advertiser"]
    advertiser.require(MAPPING, {})
    advertiser.report_unknown_keys(keys_of(ADVERTISER_TERMS))
    if isinstance(advertiser.value, dict):
        name, siren = advertiser.entry("name").require(TEXT, ""), advertiser.entry("siren").require(SIREN, "")
    else:
        name, siren = "", ""
    return {
        "advertiser_name": name,
        "advertiser_siren": siren,
        **_vendor_named(custom["vendor"]),
        "audience": custom["audience"].require(one_of(words.AUDIENCES), "consumer"),
        "channels": _channels_sold(custom["channels"]),
        "instrument": custom["instrument"].read(one_of(INSTRUMENTS)),
        "stage": custom["stage"].read(one_of(words.STAGES)),
        "relationship_since": custom["relationshipSince"].read(DAY),
        "is_only_given_consents": custom["onlyGivenConsents"].read_or(FLAG, False),
        "consent_max_age_months": custom["consentMaxAgeMonths"].read(MONTHS),
        "is_double_optin_required": custom["doubleOptInRequired"].read_or(FLAG, False),
        **_ordered_read(custom),
        "sector": _sector_read(custom["sector"]),
        "goods_services": custom["goodsServices"].read(TEXT),
        "renewal_on": custom["renewalOn"].read(DAY),
        "notice_days": custom["noticeDays"].read(DAYS),
        "cure_days": custom["cureDays"].read(DAYS),
        "notice_clause": read_notice_clause(custom["noticeClause"]),
    }


def _vendor_named(vendor: Place) -> dict[str, Any]:
    vendor.read(MAPPING)
    vendor.report_unknown_keys(keys_of(VENDOR_TERMS))
    return {"vendor_name": vendor.entry("name").read(TEXT), "vendor_siren": vendor.entry("siren").read(SIREN)}


def _ordered_read(custom: Mapping[str, Place]) -> dict[str, Any]:
    """Who was ordered, on which bases, and which days count. An empty list says no more than none."""
    bases, functions = custom["bases"], custom["targetFunctions"]
    return {
        "other_audiences": custom["otherAudiences"].read_all(one_of(words.AUDIENCES)),
        "bases": bases.read_all(one_of(words.BASES)) or None,
        "target_functions": functions.read_all(TEXT) or None,
        "is_in_alsace_moselle": custom["alsaceMoselle"].read_or(FLAG, False),
    }


def _sector_read(place: Place) -> str | None:
    """Our word for the sector; as it is written where we know none."""
    named = place.read(TEXT)
    return named and (sector_named(named) or named)


def _channels_sold(place: Place) -> tuple[str, ...]:
    channels = place.read_all(one_of(words.CHANNELS))
    if not place.value:
        place.refuse("channels are missing", f"list those bought: {', '.join(words.CHANNELS)}")
    return channels


def _prices_read(per_channel: Place) -> dict[str, float]:
    per_channel.report_unknown_keys(words.CHANNELS)
    prices = {key: place.read(NUMBER) for key, place in per_channel.entries().items() if key in words.CHANNELS}
    return {key: amount for key, amount in prices.items() if amount is not None}


def _quality(custom: Mapping[str, Place]) -> dict[str, Any]:
    """What is tolerated, refused and reviewed."""
    tolerated = custom["toleratedDefectRates"]
    tolerated.report_unknown_keys(words.RATED_DIMENSIONS)
    rates = {key: place.read(RATE) for key, place in tolerated.entries().items() if key in words.RATED_DIMENSIONS}
    return {
        "tolerances": {key: rate for key, rate in rates.items() if rate is not None},
        "scoring_method": custom["scoringMethod"].read(METHOD_VERSION),
        "refusal_grounds": custom["refusalGrounds"].read_all(TEXT),
        "clauses": custom["clauses"].read_all(TEXT),
        "approved_forms": read_approved_forms(custom["approvedForms"]),
    }


def _check_shapes(custom: Mapping[str, Place]) -> None:
    """Terms that nothing reads yet are held to their shape all the same."""
    custom["brief"].read(MAPPING)
    custom["role"].read(TEXT)
    custom["minRemainingValidity"].read(PERIOD)
    for collector in custom["collectors"].items():
        collector.require(MAPPING, {})
        collector.report_unknown_keys(keys_of(COLLECTOR_TERMS))
        collector.entry("id").require(TEXT, "")
        collector.entry("domains").read_all(TEXT)
