"""A canonical field means one thing wherever it is met: in contracts, the intake, the lake, the vault and drafts."""

from dataclasses import fields as attributes
from datetime import date
from functools import cache
from typing import Any

import pyarrow as pa
import pytest

from pipelines.contracts.contract import required_fields
from pipelines.contracts.lint import lint
from pipelines.contracts.reading import ContractReading, read_document
from pipelines.drafts.files import SURE, DraftedFiles, Sample, draft_files
from pipelines.identifiers.spellings import Person
from pipelines.intake.values import kind_of
from pipelines.storage.secrets.vault import IDENTIFIERS
from pipelines.vocabulary import words
from pipelines.vocabulary.channel_columns import CHANNEL_COLUMNS
from pipelines.vocabulary.column_names import VAGUE, field_nearness, words_of
from pipelines.vocabulary.field import Field
from pipelines.vocabulary.field_kinds import BASES, CLOSED, COUNTRY, FLAG, INSTANT, TEXT, FieldKind
from pipelines.vocabulary.fields import CANONICAL_FIELDS, COLUMN_FIELDS, FIELDS, PERSONAL, REACHED_BY, whole_field
from pipelines.vocabulary.table_columns import columns_in
from pipelines.vocabulary.tables import TABLES, arrow_schema
from tests.support.intake_boxes import Box, PublishedTables, contract, csv_bytes, file_terms

EVERY = [(role, field) for role, fields in FIELDS.items() for field in fields]
EACH = pytest.mark.parametrize(("role", "field"), EVERY, ids=[f"{role}.{field.name}" for role, field in EVERY])
EACH_ROLE = pytest.mark.parametrize("role", FIELDS)
TYPES = {"text": pa.string(), "list": pa.list_(pa.string()), "instant": pa.timestamp("us"), "boolean": pa.bool_()}
STAMPS = ("vendor", "delivery_date", "file_digest", "row_number", "email_key", "phone_key")
MADE = {
    "leads": {
        *(
            *STAMPS,
            "delivered_at",
            "email_alias_key",
            "other_phone_keys",
            "probe_keys",
            "contained_keys",
            "email_kind",
            "phone_kind",
            "phone_region",
        ),
        *("invalid_fields", "placeholder_fields", "unallocated_fields", "sheet_row"),
    },
    "consent_proofs": {*STAMPS, "received_at", "replaced_at", "corrected_at", "consent_text_digest", "invalid_fields"},
}
"""Columns that nobody delivers."""
SPELT = (
    *(
        "zq.kan@mail.example",
        "ZQ.KAN%40mail.example",
        "ref zq.kan (at) mail.example",
        "https://x.fr/zq.kan@mail.example",
    ),
    *("06 12 34 56 78", "+33612345678", "n° 06.12.34.56.78", "0033 6 12 34 56 78"),
)
"""Somebody's address and the person's own number, as vendors write them."""
LEFT = ("zq.kan", "12345678", "12 34 56 78", "12.34.56.78")
"""What is left of them wherever they were not found."""


def examples(role: str) -> dict[str, str]:
    return {field.name: field.example for field in FIELDS[role]}


def taken(role: str, *rows: dict[str, str], **terms: Any) -> PublishedTables:
    """The rows of one role, under a contract that maps every field under its own name."""
    names = dict.fromkeys(CANONICAL_FIELDS[role])
    mapped = contract(**{role: file_terms(role, {name: name for name in names}), **terms})
    return Box(**{f"{role}.csv": csv_bytes(rows, list(names))}).take(mapped)


def published(intake: PublishedTables, role: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pa.Table.from_pandas(getattr(intake, role), preserve_index=False).to_pylist()
    return rows


@pytest.mark.parametrize("name", sorted(set(CANONICAL_FIELDS["leads"]) & set(CANONICAL_FIELDS["consent_proofs"])))
def test_what_is_called_alike_in_both_roles_is_of_one_kind(name: str) -> None:
    lead, proof = (next(field for field in fields if field.name == name) for fields in FIELDS.values())
    assert (lead.kind, lead.words, lead.exempt, lead.example) == (proof.kind, proof.words, proof.exempt, proof.example)


@EACH
def test_a_field_is_described_in_a_sentence_with_an_example(role: str, field: Field) -> None:
    assert field.description.endswith(".")
    assert field.example.strip()
    assert CANONICAL_FIELDS[role].count(field.name) == 1


def test_closed_vocabularies_are_our_words_in_our_order() -> None:
    ours = {
        "channels": words.CHANNELS,
        "audience": words.AUDIENCES,
        "claimed_basis": words.BASES,
        "decision": words.DECISIONS,
        "action": words.ACTIONS,
        "mentions": words.MENTIONS,
    }
    for _, field in EVERY:
        assert bool(field.words) == (field.kind in CLOSED), field.name
        assert tuple(field.words) == ours.get(field.name, ("true", "false") if field.kind == FLAG else ())


# The lake and the vault


@EACH_ROLE
def test_kept_fields_are_columns_of_their_type_and_nothing_else_is(role: str) -> None:
    schema = arrow_schema(role)
    kept = {field.name: TYPES[field.kind.type] for field in FIELDS[role] if field.is_kept}
    assert {column.name: column.type for column in schema if column.name not in MADE[role]} == kept
    assert MADE[role] <= set(schema.names)
    columns = columns_in(TABLES[role])
    assert [field.name for field in FIELDS[role] if field.is_required and columns[field.name].nullable] == []


def test_who_a_lead_is_goes_to_the_vault_and_is_known_to_the_search() -> None:
    assert PERSONAL == ("email", "phone", "first_name", "last_name", "other_phones")
    assert tuple(attribute.name for attribute in attributes(Person)) == PERSONAL
    assert IDENTIFIERS.names == ["lead_id", *PERSONAL, "file_digest", "row_number"]


@EACH_ROLE
def test_nothing_personal_is_published(role: str) -> None:
    [row] = published(taken(role, examples(role)), role)
    told = repr([*row.values()])
    assert [field.name for field in FIELDS[role] if not field.is_kept and field.example in told] == []


# Identifiers of persons in fields that are for something else


def test_a_new_field_is_searched_unless_a_word_says_why_not() -> None:
    told = {"description": "A campaign.", "example": "spring", "synonyms": "campagne"}
    assert Field("campaign", TEXT, **told).use == "text"
    assert Field("campaign", FieldKind("anything new"), **told).use == "text"
    assert Field("campaign", TEXT, **told, exempt="a number of ours").use is None


@EACH
def test_a_text_that_is_kept_is_searched_or_can_hold_nothing_of_its_own(role: str, field: Field) -> None:
    if field.use is None and not (field.kind.is_personal or field.exempt):
        assert field.kind.exempt
        assert field.kind in (*CLOSED, INSTANT, COUNTRY)


KEPT = [(role, field.name) for role, field in EVERY if field.is_kept]


@pytest.mark.fault(
    area="personal",
    fault="A vendor hides identifiers in any field that we keep",
    promise="They are cut, and the vendor is told.",
)
@pytest.mark.parametrize(("role", "name"), KEPT, ids=map(".".join, KEPT))
def test_no_identifier_stays_in_a_kept_field(role: str, name: str) -> None:
    rows = [{**examples(role), "lead_id": f"L{place}", name: spelt} for place, spelt in enumerate(SPELT)]
    found = [str(row[name]).casefold() for row in published(taken(role, *rows), role)]
    assert [text for text in found if any(part in text for part in LEFT)] == []


# The intake


@cache
def examples_taken(role: str) -> dict[str, Any]:
    [row] = published(taken(role, examples(role)), role)
    return row


@EACH
def test_its_example_is_read(role: str, field: Field) -> None:
    row = examples_taken(role)
    assert row.get("invalid_fields", []) == []
    if field.is_kept:
        assert row[field.name] not in (None, [])
    else:
        assert row["email_key"]
        assert row["phone_key"]


@EACH
def test_a_row_is_rejected_without_a_required_field_and_without_no_other(role: str, field: Field) -> None:
    intake = taken(role, {**examples(role), field.name: ""})
    reasons = [(row["reason"], row["column"]) for row in published(intake, "rejected_rows")]
    assert reasons == ([("required_missing", field.name)] if field.is_required else [])


@pytest.mark.parametrize("name", REACHED_BY)
def test_a_lead_needs_one_field_by_which_its_person_is_reached(name: str) -> None:
    alone = {**examples("leads"), **dict.fromkeys(REACHED_BY, ""), name: examples("leads")[name]}
    assert published(taken("leads", alone), "rejected_rows") == []
    neither = {**examples("leads"), **dict.fromkeys(REACHED_BY, "")}
    assert [row["reason"] for row in published(taken("leads", neither), "rejected_rows")] == ["no_valid_identifier"]


def test_defaults_are_those_that_are_told() -> None:
    lead = {**examples("leads"), **dict.fromkeys(("country", "audience", "channels", "claimed_basis"), "")}
    [row] = published(taken("leads", lead, audience="professional"), "leads")
    assert [row[name] for name in ("country", "audience", "channels", "claimed_basis")] == [
        "FR",
        "professional",
        None,
        None,
    ]
    assert {field.name for field in FIELDS["leads"] if field.default} == {
        "country",
        "audience",
        "channels",
        "claimed_basis",
    }
    proof = {**examples("consent_proofs"), "decision": ""}
    [row] = published(taken("consent_proofs", proof, is_only_given_consents=True), "consent_proofs")
    assert row["decision"] == "given"
    assert {field.name for field in FIELDS["consent_proofs"] if field.default} == {"decision"}


def test_only_the_contract_takes_the_place_of_a_required_field() -> None:
    plain, given = contract(), contract(is_only_given_consents=True)
    assert required_fields("leads", plain) == required_fields("leads", given) == ("lead_id", "collected_at")
    assert required_fields("consent_proofs", plain) == ("consent_id", "channels", "decision", "consent_at")
    assert required_fields("consent_proofs", given) == ("consent_id", "channels", "consent_at")


# Contracts


def read(role: str, *properties: dict[str, Any]) -> ContractReading:
    document = {"schema": [{"name": role, "properties": list(properties)}]}
    return read_document(document, vendor="acme", valid_from=date(2026, 1, 1), digest="0" * 64)


def of_schema(reading: ContractReading) -> list[str]:
    return [issue.message for issue in reading.issues if "properties" in issue.path]


@EACH
def test_a_contract_maps_it_and_reads_patterns_and_words_where_there_are_any(role: str, field: Field) -> None:
    entry = {"name": field.name, "physicalName": "Column", "logicalType": "timestamp"}
    entry |= {"logicalTypeOptions": {"format": "dd/MM/yyyy"}, "enum": [{"value": "zq", "label": "y"}]}
    reading = read(role, entry)
    [terms] = getattr(reading.terms, role).fields
    assert (terms.name, terms.format) == (field.name, "dd/MM/yyyy" if field.kind == INSTANT else None)
    assert bool(of_schema(reading)) == bool(field.words)
    for value in field.values:
        entry["enum"] = [{"value": value, "label": "theirs"}]
        reading = read(role, entry)
        assert getattr(reading.terms, role).fields[0].enum == {value: value, "theirs": value}
        assert of_schema(reading) == []


@EACH
def test_a_contract_that_does_not_map_a_required_field_is_told(role: str, field: Field) -> None:
    others = [{"name": name, "logicalType": "string"} for name in CANONICAL_FIELDS[role] if name != field.name]
    document = {"schema": [{"name": role, "properties": others}]}
    reading = read_document(document, vendor="acme", valid_from=date(2026, 1, 1), digest="0" * 64)
    told = [issue.message for issue in lint(document, reading) if issue.message.startswith(f"{role} do not map")]
    assert told == (
        [f"{role} do not map {field.name}, without which every row is rejected"] if field.is_required else []
    )


# Drafts


@cache
def drafted(role: str) -> DraftedFiles:
    """A draft from a sample whose columns bear the fields' own names, with the example six times; references differ."""
    columns = {
        field.name: pa.array(
            [f"{field.example}{number}" if field.is_reference else field.example for number in range(6)]
        )
        for field in FIELDS[role]
    }
    return draft_files(role, [Sample("leads_20260811.csv", file_terms(role, {}), columns, 6)])


@EACH
def test_a_draft_knows_it_by_name_and_reads_its_example(role: str, field: Field) -> None:
    found = drafted(role).field(field.name)
    assert found
    assert (found.terms.physical_name, found.confidence) == (field.name, SURE)
    assert (found.terms.is_required, found.is_unique) == (field.is_required, field.is_unique)
    listed = "array" if field.kind.is_listed and field.kind != BASES else "string"
    assert found.terms.logical_type == {INSTANT: "timestamp", FLAG: "boolean"}.get(field.kind, listed)
    assert kind_of(field.name).read(pa.array([field.example]), found.terms).null_count == 0


@EACH
def test_a_draft_asks_for_a_required_field_that_no_column_holds(role: str, field: Field) -> None:
    columns = {name: pa.nulls(6, pa.string()) for name in CANONICAL_FIELDS[role] if name != field.name}
    asked = draft_files(role, [Sample("a_1.csv", file_terms(role, {}), columns, 6)]).questions
    question = f"which column holds {field.name}? Without it every row is rejected"
    assert (question in asked) == (field.is_required and not field.contract_term)


@EACH
def test_its_synonyms_lead_to_it(role: str, field: Field) -> None:
    for phrase in field.names:
        near = field_nearness(role, phrase.rstrip("?"))[field.name]
        assert near >= (VAGUE if phrase.endswith("?") else 1.0), phrase


@EACH_ROLE
def test_no_phrase_means_two_fields_for_sure(role: str) -> None:
    meanings: dict[frozenset[str], set[str]] = {}
    for field in COLUMN_FIELDS[role]:
        for phrase in field.names:
            if not phrase.endswith("?"):
                meanings.setdefault(words_of(phrase), set()).add(field.name)
    assert {phrase: names for phrase, names in meanings.items() if len(names) > 1} == {}


# Yes/no columns


def test_each_channel_has_a_yes_no_column_that_is_a_part_of_the_channels() -> None:
    assert tuple(part.element for part in CHANNEL_COLUMNS) == words.CHANNELS
    assert {whole_field(part.name) for part in CHANNEL_COLUMNS} == {"channels"}
    assert [whole_field(name) for name in ("channels", "over_18", "nothing")] == ["channels", "over_18", "nothing"]
    assert [part.name for part in CHANNEL_COLUMNS if part.is_kept or part.kind != FLAG] == []


@EACH_ROLE
def test_synonyms_of_yes_no_columns_lead_to_them(role: str) -> None:
    for part in CHANNEL_COLUMNS:
        for phrase in part.names:
            assert field_nearness(role, phrase)[part.name] == 1.0, phrase
