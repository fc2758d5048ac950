"""Contracts of the market's vendors as files of the Open Data Contract Standard, the annex of the legal contract."""

import hashlib
import random
from datetime import timedelta
from pathlib import Path
from typing import Final

import yaml

from pipelines.simulation.law import plain_text
from pipelines.simulation.market_facts import Column, ContractTerms, FormReview, Layout, Vendor
from pipelines.simulation.people import draw_siren
from pipelines.simulation.writers import FLAGS, INSTANTS, LISTS
from pipelines.vocabulary import words
from pipelines.vocabulary.words import ODCS_VERSION

"""The first version with `enum` on a property."""
_CLOSED: Final = {
    "channels": words.CHANNELS,
    "audience": words.AUDIENCES,
    "decision": words.DECISIONS,
    "action": words.ACTIONS,
    "mentions": words.MENTIONS,
}
_STARRED: Final = {
    "leads": ("lead_id", "collected_at"),
    "consent_proofs": ("consent_id", "channels", "decision", "consent_at"),
}
_GOODS: Final = {"telecom": "accès à internet et téléphonie", "insurance": "assurance habitation"}
_CLAUSES: Final = ("cl_consent_warranty", "cl_proof_with_delivery", "cl_replacement_credit", "cl_audit_bilateral")


def write_contracts(folder: Path, vendor: Vendor) -> None:
    """One file a contract, named by the first day of its validity."""
    place = folder / vendor.slug
    place.mkdir(parents=True, exist_ok=True)
    for terms in vendor.terms:
        text = yaml.safe_dump(contract(vendor, terms), sort_keys=False, allow_unicode=True, width=120)
        (place / f"{terms.valid_from}.odcs.yaml").write_text(text, encoding="utf-8")


def contract(vendor: Vendor, terms: ContractTerms) -> dict[str, object]:
    """A contract as a document of the standard."""
    return {
        "apiVersion": ODCS_VERSION,
        "kind": "DataContract",
        "id": f"{vendor.slug}-{terms.version}",
        "name": f"{vendor.name}, fourniture de contacts",
        "version": terms.version,
        "status": "active",
        "description": {"purpose": f"Contacts et preuves de consentement livrés par {vendor.name}."},
        "servers": [_server_of_layout("leads", terms.leads), _server_of_layout("consent_proofs", terms.proofs)],
        "schema": [_contract_object("leads", terms.leads), _contract_object("consent_proofs", terms.proofs)],
        "price": {"priceAmount": terms.price, "priceCurrency": "EUR", "priceUnit": "lead"},
        "team": {"name": vendor.name, "members": [_contact(vendor)]},
        "slaProperties": _sla(terms),
        "customProperties": _property_entries(_particulars_of_vendor(vendor, terms)),
    }


def _contact(vendor: Vendor) -> dict[str, str]:
    return {"username": f"conformite@{vendor.slug}.example", "name": f"Conformité {vendor.name}", "role": "dpo"}


def _property_entries(properties: dict[str, object]) -> list[dict[str, object]]:
    return [{"property": name, "value": value} for name, value in properties.items()]


def _server_of_layout(role: str, layout: Layout) -> dict[str, object]:
    server: dict[str, object] = {"server": role, "type": "custom", "path": layout.glob, "format": layout.format}
    dialect = {"delimiter": layout.delimiter, "encoding": layout.encoding}
    server |= {name: value for name, value in dialect.items() if value}
    custom = {name: value for name, value in (("quote", layout.quote), ("sheet", layout.sheet)) if value}
    return server | {"customProperties": _property_entries(dict(custom))} if custom else server


def _contract_object(role: str, layout: Layout) -> dict[str, object]:
    properties = [_property_of_column(role, name, column) for name, column in layout.columns.items()]
    return {"name": role, "physicalType": "file", "properties": properties}


def _property_of_column(role: str, name: str, column: Column) -> dict[str, object]:
    is_required = column.is_required or name in _STARRED[role]
    document: dict[str, object] = {"name": name, "physicalName": column.physical_name, **_type_of_column(name, column)}
    if is_required:
        document["required"] = True
    if (role, name) == ("leads", "lead_id"):
        document["unique"] = True
    if enum := _enum_entries(name, column):
        document["enum"] = enum
    if name in LISTS and column.separator != "|":
        document["customProperties"] = _property_entries({"listSeparator": column.separator})
    return document


def _type_of_column(name: str, column: Column) -> dict[str, object]:
    if name in LISTS:
        return {"logicalType": "array", "items": {"logicalType": "string"}}
    if name in FLAGS:
        return {"logicalType": "boolean"}
    if name not in INSTANTS:
        return {"logicalType": "string"}
    options = {} if column.pattern is None else {"format": column.pattern}
    if column.zone and not column.is_date:
        options["defaultTimezone"] = column.zone
    kind: dict[str, object] = {"logicalType": "date" if column.is_date else "timestamp"}
    return kind | {"logicalTypeOptions": options} if options else kind


def _enum_entries(name: str, column: Column) -> list[dict[str, object]]:
    if column.is_open:
        return []
    if name in FLAGS:
        return [{"value": word == "true", "label": label} for word, label in column.words.items()]
    return [
        {"value": word, "label": column.words[word]} if word in column.words else {"value": word}
        for word in _CLOSED.get(name, ())
    ]


def _sla(terms: ContractTerms) -> list[dict[str, object]]:
    lengths = {
        "proofDeadline": terms.proof_deadline,
        "claimWindow": (30, "d"),
        "suppressionDelay": terms.suppression_delay,
        "maxLeadAge": terms.max_lead_age,
        "duplicateWindow": terms.duplicate_window,
        "retention": (1095, "d"),
    }
    entries: list[dict[str, object]] = [
        {"property": name, "value": length[0], "unit": length[1]} for name, length in lengths.items() if length
    ]
    schedule = f"{terms.cut_off.minute} {terms.cut_off.hour} * * {terms.days_due}"
    entries.append({"property": "timeOfAvailability", "value": f"{terms.cut_off:%H:%M}"})
    entries.append({"property": "frequency", "value": 1, "unit": "d", "scheduler": "cron", "schedule": schedule})
    return entries


def _particulars_of_vendor(vendor: Vendor, terms: ContractTerms) -> dict[str, object]:
    return {
        "advertiser": {"name": terms.advertiser_name, "siren": terms.advertiser_siren},
        "vendor": {"name": f"{vendor.name} SAS", "siren": draw_siren(random.Random(vendor.slug))},
        "instrument": "contract",
        "relationshipSince": f"{terms.valid_from - timedelta(days=730)}",
        "audience": terms.audience,
        **_orders(terms),
        "onlyGivenConsents": terms.is_only_given_consents,
        "sector": terms.sector,
        "goodsServices": _GOODS[terms.sector],
        "channels": list(terms.channels),
        "pricePerChannel": {"phone": terms.price},
        "collectors": [{"id": vendor.slug, "domains": [f"{vendor.slug}.example"]}],
        "doubleOptInRequired": terms.is_double_optin_required,
        "toleratedDefectRates": {
            "consent": 0.01,
            "proof": 0.01,
            "opposition": 0.01,
            "conformity": 0.05,
            "quality": 0.05,
        },
        "refusalGrounds": ["proof_individual_record", "opp_vendor_redelivery", "lead_duplicate"],
        "renewalOn": f"{terms.valid_from + timedelta(days=365)}",
        "noticeDays": 90,
        "clauses": list(_CLAUSES),
        "approvedForms": [_approval(*form, review) for form, review in terms.reviews.items()],
    }


def _orders(terms: ContractTerms) -> dict[str, object]:
    """What only some contracts say of the leads that they order."""
    said = {
        "otherAudiences": terms.other_audiences or None,
        "bases": terms.bases,
        "targetFunctions": terms.target_functions,
    }
    return {name: list(value) for name, value in said.items() if value is not None}


def _approval(form_id: str, form_version: str, review: FormReview) -> dict[str, object]:
    """What the advertiser reviewed; where the review is silent, the key is left out."""
    digest = hashlib.sha256(plain_text(review.text).encode()).hexdigest() if review.text else None
    lists = {name: getattr(review, name) for name in ("mentions", "recipients", "recipient_sirens")}
    document = {
        "form_id": form_id,
        "form_version": form_version,
        "text_sha256": digest,
        "box_prechecked": review.box_prechecked,
        "participation_requires_consent": review.participation_requires_consent,
        "refusal_equal_prominence": review.refusal_equal_prominence,
        "l223_2_notice": review.l223_2_notice,
        "informed_art13": review.informed_art13,
        "separate_from_terms": review.separate_from_terms,
        "withdrawal_as_easy": review.withdrawal_as_easy,
        "named_since": f"{review.named_since}" if review.named_since else None,
        **{name: list(value) if value is not None else None for name, value in lists.items()},
        "reviewed_on": f"{review.reviewed_on}",
    }
    return {name: value for name, value in document.items() if value is not None}
