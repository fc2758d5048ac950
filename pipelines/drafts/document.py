"""A drafted contract written down: the Open Data Contract Standard, with what only people can know as questions.

What the files seem to be is found out in `files`. Required terms that nobody has answered are null, so that
the lint names each of them; optional ones are comments.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pipelines.contracts.contract import FieldTerms
from pipelines.drafts.files import SURE, DraftedField, DraftedFiles
from pipelines.drafts.noted_yaml import Comment, Inline, Noted, yaml_text
from pipelines.vocabulary import words
from pipelines.vocabulary.channel_columns import CHANNEL_COLUMNS
from pipelines.vocabulary.field_kinds import FLAG
from pipelines.vocabulary.fields import FIELD_NAMED
from pipelines.vocabulary.words import ODCS_VERSION

"""The first version of the standard with `enum` on a property."""
QUESTION: Final = "QUESTION"
_TOLERANCES: Final = {"consent": 0.01, "proof": 0.01, "opposition": 0.01, "conformity": 0.05, "quality": 0.05}


def draft_document(vendor: str, leads: DraftedFiles, proofs: DraftedFiles | None) -> str:
    """The text of a draft. `proofs`: None when there was no sample of them."""
    document = {
        "apiVersion": ODCS_VERSION,
        "kind": "DataContract",
        "id": f"{vendor}-0.1.0",
        "name": f"Leads of {vendor}",
        "version": "0.1.0",
        "status": Noted("draft", ("Only `active` judges. Change it when every question is answered.",)),
        "servers": [_server_entry("leads", leads), _server_entry("consent_proofs", proofs)],
        "schema": [_schema_object("leads", leads), _schema_object("consent_proofs", proofs)],
        "price": Comment(_asks("what does a lead cost?", "price: {priceAmount: 4.50, priceCurrency: EUR, "
                               "priceUnit: lead}")),
        "team": Comment(_asks("who answers at the vendor?", "team: {name: …, members: [{username: "
                              "compliance@vendor.example, role: dpo}]}")),
        "slaProperties": _service_levels(),
        "customProperties": _particulars_asked(leads, proofs),
    }  # fmt: skip
    return yaml_text(document, (
        f"Draft of the contract with {vendor}, from samples of its files.",
        f"Lines with {QUESTION} wait for an answer; remove them as you answer. `opposable contracts lint {vendor}` "
        "names what is still missing.",
    ))  # fmt: skip


def _asks(question: str, *proposals: str) -> tuple[str, ...]:
    return (f"{QUESTION}: {question}", *proposals)


def _server_entry(role: str, files: DraftedFiles | None) -> Noted:
    if files is None:
        notes = _asks("which files hold the proofs of consent? There was no sample of them")
        return Noted({"server": role, "type": "custom", "path": None, "format": "csv"}, notes)
    terms = files.terms
    server: dict[str, Any] = {"server": role, "type": "custom", "path": terms.path, "format": terms.format}
    server |= {name: value for name in ("delimiter", "encoding") if (value := getattr(terms, name))}
    quote = terms.quote if terms.quote != '"' else None
    custom = {name: value for name, value in (("quote", quote), ("sheet", terms.sheet)) if value}
    return Noted(
        server | ({"customProperties": _named_properties(custom)} if custom else {}),
        tuple(f"{QUESTION}: {question}" for question in files.questions),
    )


def _named_properties(properties: Mapping[str, Any]) -> list[Any]:
    return [Inline({"property": name, "value": value}) for name, value in properties.items()]


def _schema_object(role: str, files: DraftedFiles | None) -> dict[str, Any]:
    if files is None:
        return {"name": role, "physicalType": "file", "properties": []}
    properties: list[Any] = [_property_entry(field) for field in files.fields]
    properties += [
        Comment((f"`{name}` is not understood and not declared (filled in {filled:.0%} of the rows). Not needed? Then "
                 "ask the vendor to leave it out.",))
        for name, filled in files.undeclared
    ]  # fmt: skip
    return {"name": role, "physicalType": "file", "properties": properties}


def _property_entry(field: DraftedField) -> Noted:
    terms = field.terms
    document: dict[str, Any] = {"name": terms.name, "physicalName": terms.physical_name, **_type_entry(terms)}
    if terms.is_required:
        document["required"] = True
    if field.is_unique:
        document["unique"] = True
    if terms.enum:
        document["enum"] = [Inline(_word_entry(terms, label, value)) for label, value in terms.enum.items()]
    if terms.list_separators != ("|",):
        marks = terms.list_separators
        document["customProperties"] = _named_properties({"listSeparator": marks[0] if len(marks) == 1 else [*marks]})
    doubt = "" if field.confidence == SURE else f" ({field.confidence})"
    return Noted(document, tuple(f"{QUESTION}{doubt}: {question}" for question in field.questions))


def _type_entry(terms: FieldTerms) -> dict[str, Any]:
    if terms.logical_type == "array":
        return {"logicalType": "array", "items": Inline({"logicalType": "string"})}
    options = {"format": terms.format, "defaultTimezone": terms.default_timezone}
    given = {name: value for name, value in options.items() if value}
    return {"logicalType": terms.logical_type} | ({"logicalTypeOptions": Inline(given)} if given else {})


def _word_entry(terms: FieldTerms, label: str, value: str) -> dict[str, Any]:
    meaning = value == "true" if FIELD_NAMED[terms.name].kind == FLAG else value
    return {"value": meaning} if label == value else {"value": meaning, "label": label}


def _service_levels() -> list[Any]:
    return [
        Noted(
            Inline({"property": "proofDeadline", "value": None, "unit": "h"}),
            _asks("until when after a delivery may its proofs still come (such as 72)?"),
        ),
        Comment(_asks(
            "what else was agreed? Keep what holds.",
            '- {property: timeOfAvailability, value: "22:00"}',
            '- {property: frequency, value: 1, unit: d, scheduler: cron, schedule: "0 22 * * 1-5"}',
            "- {property: claimWindow, value: 30, unit: d}",
            "- {property: suppressionDelay, value: 24, unit: h}",
            "- {property: maxLeadAge, value: 72, unit: h}",
            "- {property: duplicateWindow, value: 30, unit: d}",
            "- {property: retention, value: 1095, unit: d}",
        )),
    ]  # fmt: skip


def _particulars_asked(leads: DraftedFiles, proofs: DraftedFiles | None) -> list[Any]:
    def entry(name: str, value: Any, question: str) -> Noted:
        return Noted({"property": name, "value": value}, _asks(question))

    channels = _channels_named(leads, proofs)
    has_decisions = proofs is not None and proofs.field("decision") is not None
    only_given = "are only given consents delivered? " + ("" if has_decisions else "No column says what was decided")
    return [
        entry("advertiser", {"name": None, "siren": None}, "who buys: name and SIREN?"),
        entry("instrument", "contract", "contract, order_form or quote?"),
        entry("audience", None, f"whom are the leads, where they do not say: {', '.join(words.AUDIENCES)}?"),
        entry("channels", channels or None, f"which channels are bought: {', '.join(words.CHANNELS)}?"),
        entry("onlyGivenConsents", not has_decisions, only_given.strip()),
        entry("toleratedDefectRates", _TOLERANCES, "which rates of defects are tolerated? These are the highest."),
        Comment(_asks(
            "what else was agreed? Keep what holds.",
            "- {property: vendor, value: {name: …, siren: …}}",
            "- {property: relationshipSince, value: 2026-01-01}",
            "- {property: sector, value: telecom}",
            "- {property: goodsServices, value: …}",
            "- {property: pricePerChannel, value: {phone: 4.50}}",
            "- {property: doubleOptInRequired, value: true}",
            "- {property: refusalGrounds, value: [proof_individual_record, opp_vendor_redelivery, lead_duplicate]}",
            "- {property: renewalOn, value: 2027-01-01}",
            "- {property: noticeDays, value: 90}",
            "- approvedForms: what you reviewed yourself, form by form",
        )),
    ]  # fmt: skip


def _channels_named(leads: DraftedFiles, proofs: DraftedFiles | None) -> list[str]:
    """Channels that a column names in the vendor's own words, or that have a yes/no column of their own."""
    drafted = [files for files in (leads, proofs) if files]
    fields: Iterator[DraftedField | None] = (files.field("channels") for files in drafted)
    named = {value for field in fields if field for value in field.terms.enum.values()}
    named |= {part.element for part in CHANNEL_COLUMNS for files in drafted if files.field(part.name)}
    return [channel for channel in words.CHANNELS if channel in named]
