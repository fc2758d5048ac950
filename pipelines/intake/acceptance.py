"""Which rows become leads and consent proofs, which do not and why, and the columns of those that do.

FieldReading fields belongs to `fields`. Identifiers end here: what leaves are keyed hashes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import NO_TEXT, TEXT, TEXT_LIST, Truth, list_columns, names_where
from pipelines.contracts.contract import required_fields
from pipelines.identifiers.contained import contained_in
from pipelines.identifiers.emails import email_aliases
from pipelines.identifiers.hidden import without_identifiers
from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.identifiers.other_forms import Identifiers, contained_keys, listed_keys, other_form_keys
from pipelines.intake.attributes import lead_attributes
from pipelines.intake.date_orders import date_orders
from pipelines.intake.fields import FRANCE, Fields, Rows
from pipelines.intake.objections import unread_objections
from pipelines.intake.refusals import PLACE, Rejection, met_by_none, refused_rows
from pipelines.intake.unknown_words import unknown_words
from pipelines.intake.values import are_rounded, consent_text_digests
from pipelines.vocabulary.field_kinds import REFERENCE
from pipelines.vocabulary.fields import FIELD_NAMED, FIELDS, PERSONAL
from pipelines.vocabulary.reasons import Reason
from pipelines.vocabulary.tables import arrow_schema

_WHEN: Final = ("delivered_at", "received_at", "replaced_at", "corrected_at")
STAMPS: Final = ("vendor", "delivery_date", "file_digest", "role", *_WHEN)
"""Columns that come from a row's file and delivery, not from the row."""
LATEST_COLLECTION: Final = timedelta(hours=24)
"""After the recorded arrival of its file nobody's data was collected; a day is left to clocks and zones."""


@dataclass(frozen=True)
class Taken:
    """Accepted rows with the table's own columns and their place, and the refusals of the others."""

    accepted: pa.Table
    refused: pa.Table
    rejected: pa.Table
    """The rejected rows: their place, and their `lead_id`, which a later row may repeat; NULL where it is bad."""
    identifiers: pa.Table | None = None
    """Of accepted leads, for the vault alone: `lead_id`, the fields of `PERSONAL`, `file`, `row_number`."""
    date_orders: pa.Table | None = None
    """How dates read, by `file` and `field`: counts that add up; see `date_orders`."""
    unknown_words: pa.Table | None = None
    """What can't be read in columns with a closed vocabulary; see `unknown_words`."""
    refused_references: pa.Table | None = None
    """Of leads whose reference names their person: `file`, `lead_id` as delivered. See `refused_references`."""
    objections: pa.Table | None = None
    """Of rejected proof rows, those that are or may be a refusal or withdrawal; see `unread_objections`."""


def take_leads(rows: Rows, hasher: IdentityHasher, most: int) -> Taken:
    """Lead rows as leads and refusals. That a reference is repeated is found where all rows meet: in `rows`.

    `most`: rejected rows of a file that are told one by one.
    """
    fields = Fields(rows)
    has_identifier = np.asarray(pc.or_(pc.is_valid(fields.values("email")), pc.is_valid(fields.values("phone"))))
    rejections = [
        *_rejections(fields, required_fields("leads", rows.contract)),
        Rejection(~has_identifier, "no_valid_identifier", None, Reason("identifier_missing")),
        Rejection(_is_too_late(fields), "required_invalid", "collected_at", Reason("collected_too_late")),
    ]
    contract, is_accepted = rows.contract, met_by_none(rejections, rows.count)
    columns = _typed_columns("leads", fields) | {
        "country": _where_not_bad(fields, "country", FRANCE),
        "audience": _where_not_bad(fields, "audience", contract.audience),
        "claimed_basis": fields.values("claimed_basis") if "claimed_basis" in fields else _all(rows, "consent"),
        "invalid_fields": _invalid_fields(fields, required_fields("leads", contract)),
        **lead_attributes(fields),
        **_keys_to_compare(fields, hasher, is_accepted),
    }
    identifiers = {name: fields.values(name) for name in PERSONAL}
    taken = _taken_of(rows, without_identifiers(columns, fields.persons) | identifiers, rejections, most)
    return replace(
        taken,
        accepted=_keyed_leads(taken.accepted, hasher),
        identifiers=taken.accepted.select(["lead_id", *PERSONAL, "file", "row_number"]),
        date_orders=date_orders(fields),
        unknown_words=unknown_words(fields),
        refused_references=_refused_references(fields),
    )


def _refused_references(fields: Fields) -> pa.Table | None:
    if "lead_id" not in fields or not fields["lead_id"].is_bad.any():
        return None
    delivered = pa.table({"file": fields.rows.files, "lead_id": fields.texts("lead_id")})
    return delivered.filter(pa.array(fields["lead_id"].is_bad))


def take_consent_proofs(rows: Rows, hasher: IdentityHasher, most: int) -> Taken:
    """Proof rows as consent proofs and refusals; and what can be told of a NO in a row that is rejected.

    `most`: rejected rows of a file that are told one by one.
    """
    fields = Fields(rows)
    required = required_fields("consent_proofs", rows.contract)
    rejections = [
        *_rejections(fields, required),
        *(_bad(fields, "decision") if "decision" not in required else ()),
        Rejection(_covers_nothing(fields), "required_invalid", "channels", fields["channels"].expected),
    ]
    columns = _typed_columns("consent_proofs", fields) | {
        "decision": pc.fill_null(fields.values("decision"), "given"),
        "consent_text_digest": consent_text_digests(fields.texts("consent_text")),
        "invalid_fields": _invalid_fields(fields, required),
    }
    identifiers = {name: fields.values(name) for name in ("email", "phone", "email_sha256", "phone_sha256")}
    cleaned = without_identifiers(columns, fields.persons) | identifiers
    is_accepted = met_by_none(rejections, rows.count)
    taken = _taken_of(rows, cleaned, rejections, most)
    return replace(
        taken,
        accepted=_keyed_proofs(taken.accepted, hasher),
        date_orders=date_orders(fields),
        unknown_words=unknown_words(fields),
        objections=_keyed_proofs(unread_objections(fields, cleaned, ~is_accepted), hasher),
    )


def _covers_nothing(fields: Fields) -> Truth:
    """Proofs that say that no channel was chosen: a consent to nothing, or a refusal of who knows what."""
    counts = pc.list_value_length(fields.values("channels", TEXT_LIST))
    covers_nothing: Truth = np.asarray(pc.fill_null(pc.equal(counts, 0), False))
    return covers_nothing


def _rejections(fields: Fields, required: tuple[str, ...]) -> Iterator[Rejection]:
    for name in required:
        yield Rejection(fields[name].is_missing, "required_missing", name, fields[name].expected)
        yield from _bad(fields, name)


def _bad(fields: Fields, name: str) -> Iterator[Rejection]:
    if name not in fields:
        return
    is_bad = fields[name].is_bad
    if FIELD_NAMED[name].kind == REFERENCE:
        is_rounded = is_bad & np.asarray(are_rounded(fields.texts(name)))
        yield Rejection(is_rounded, "required_invalid", name, Reason("value_unrounded"))
        is_bad = is_bad & ~is_rounded
    yield Rejection(is_bad, "required_invalid", name, fields[name].expected)


def _is_too_late(fields: Fields) -> Truth:
    """Leads said to be collected long after their file came, where our transport recorded when."""
    if "collected_at" not in fields or fields.rows.received_at is None:
        return np.zeros(fields.rows.count, np.bool_)
    latest = pc.add(fields.rows.received_at, pa.scalar(LATEST_COLLECTION))
    is_too_late: Truth = np.asarray(pc.fill_null(pc.greater(fields.values("collected_at"), latest), False))
    return is_too_late


def _typed_columns(role: str, fields: Fields) -> dict[str, pa.Array]:
    """The table's columns that are fields of the row, typed."""
    schema = arrow_schema(role)
    kept = [field.name for field in FIELDS[role] if field.is_kept]
    return {name: fields.values(name, schema.field(name).type) for name in kept}


def _where_not_bad(fields: Fields, name: str, default: str) -> pa.Array:
    """A field with a default where nothing was delivered, and NULL where it was bad."""
    if name not in fields:
        return _all(fields.rows, default)
    return pc.if_else(pa.array(fields[name].is_missing), default, fields[name].values)


def _all(rows: Rows, value: str) -> pa.Array:
    return pa.repeat(pa.scalar(value), rows.count)


def _invalid_fields(fields: Fields, required: tuple[str, ...]) -> pa.Array:
    """Optional fields that are bad, or missing although the contract requires them; sorted by name, a list a row."""
    readings = {name: fields[name] for name in fields.names() if name not in required}
    if not readings:
        return pa.array([[]] * fields.rows.count, TEXT_LIST)
    return names_where({name: one.is_bad | (one.is_missing & one.terms.is_required) for name, one in readings.items()})


def _taken_of(rows: Rows, columns: Mapping[str, pa.Array], rejections: list[Rejection], most: int) -> Taken:
    is_accepted = met_by_none(rejections, rows.count)
    whole = pa.table({**columns, **{name: getattr(rows, f"{name}s") for name in PLACE}})
    accepted = whole if is_accepted.all() else whole.filter(pa.array(is_accepted))
    rejected = whole.select(["lead_id", *PLACE]).filter(pa.array(~is_accepted))
    return Taken(accepted, refused_rows(rejections, rows, columns["lead_id"], most), rejected)


def _keyed_leads(leads: pa.Table, hasher: IdentityHasher) -> pa.Table:
    emails, phones = _in_one_piece(leads, "email"), _in_one_piece(leads, "phone")
    keys, aliases = hasher.keys(emails), email_aliases(emails)
    differing = pc.if_else(pc.equal(aliases, emails), NO_TEXT, aliases)
    return (
        leads.drop_columns(list(PERSONAL))
        .append_column("email_key", keys)
        .append_column("email_alias_key", pc.coalesce(hasher.keys(differing), keys))
        .append_column("phone_key", hasher.keys(phones))
        .append_column("other_phone_keys", listed_keys(_in_one_piece(leads, "other_phones"), hasher))
    )


def _keyed_proofs(proofs: pa.Table, hasher: IdentityHasher) -> pa.Table:
    keyed = proofs
    for name in ("email", "phone"):
        clear, digest = _in_one_piece(proofs, name), _in_one_piece(proofs, f"{name}_sha256")
        digests = pc.if_else(pc.is_valid(clear), NO_TEXT, digest)
        keys = pc.coalesce(hasher.keys(clear), hasher.keys_of_digests(digests))
        keyed = keyed.drop_columns([name, f"{name}_sha256"]).append_column(f"{name}_key", keys)
    return keyed


def _in_one_piece(table: pa.Table, name: str) -> pa.Array:
    """A column in one piece."""
    column = table[name].combine_chunks()
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _keys_to_compare(fields: Fields, hasher: IdentityHasher, is_accepted: Truth) -> dict[str, pa.Array]:
    """Keys beside those of the lead itself that are compared with oppositions; of rejected rows nothing is searched."""
    emails, phones = (_identifiers(fields, name, is_accepted) for name in ("email", "phone"))
    phones = replace(phones, others=list_columns(fields.values("other_phones")))
    contained = contained_in(emails, phones, *_unread_phones(fields, is_accepted))
    return {
        "probe_keys": other_form_keys(emails, phones, hasher, contained),
        "contained_keys": contained_keys(emails, phones, hasher, contained),
    }


def _unread_phones(fields: Fields, is_accepted: Truth) -> Iterator[Identifiers]:
    """The lists of further numbers of which a part can't be read, to be searched for what they may mean."""
    if "other_phones" in fields:
        is_bad = pa.array(fields["other_phones"].is_bad & is_accepted)
        texts = pc.if_else(is_bad, fields.texts("other_phones"), NO_TEXT)
        yield Identifiers(pa.nulls(fields.rows.count, TEXT), texts)


def _identifiers(fields: Fields, name: str, is_accepted: Truth) -> Identifiers:
    texts = fields.texts(name)
    return Identifiers(fields.values(name), texts if is_accepted.all() else pc.if_else(is_accepted, texts, NO_TEXT))
