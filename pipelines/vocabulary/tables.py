"""The published tables of the lake: one class a table, one description a column, one set of types.

Instants are UTC without a zone, in microseconds. `vendor` and `delivery_date` are in every table and, on disk, in the
path only. No function that fills a table belongs here.
"""

from collections.abc import Iterable
from functools import cache
from typing import Final

import pyarrow as pa

from pipelines.vocabulary import words
from pipelines.vocabulary.check_tables import CheckResults, KnowledgeWaits
from pipelines.vocabulary.reasons import REASONS
from pipelines.vocabulary.table_columns import (
    Count,
    Flag,
    Instant,
    PartitionedTable,
    Series,
    Table,
    Text,
    TextList,
    columns_in,
    filled,
    optional,
)
from pipelines.vocabulary.verdict_tables import (
    Corrections,
    DimensionScorecards,
    Findings,
    Scorecards,
    UsableLeads,
    Verdicts,
)


class Deliveries(PartitionedTable):
    """One row a file, two if it is read as leads and as proofs; a due day without leads has a row `no_delivery`."""

    file_digest: Series[Text] = optional("SHA-256 of the file as delivered, lower-case hex; NULL for `no_delivery`.")
    file_name: Series[Text] = optional("Path of the file below its delivery folder; NULL for `no_delivery`.")
    file_number: Series[Count] = optional(
        "Place of the file among those of its folder, by name; the same in both rows of a file that is read twice.",
        ge=1,
    )
    role: Series[Text] = optional("What the contract says the file is; NULL when no glob claims it.", isin=words.ROLES)
    rows_received: Series[Count] = optional("Data rows in the file; NULL unless accepted.", ge=0)
    rows_accepted: Series[Count] = optional("Rows that became leads or proofs; NULL unless accepted.", ge=0)
    rows_rejected: Series[Count] = optional("Distinct rows with at least one reason; NULL unless accepted.", ge=0)
    received_at: Series[Instant] = optional("When we first saw the file, by our transport's record, else the cut-off.")
    delivered_at: Series[Instant] = optional(
        "When the delivery was complete: the latest arrival of its lead files by the cut-off, else the first; of a "
        "lead file that came later, its own arrival."
    )
    replaced_at: Series[Instant] = optional(
        "When other bytes came under the name of the file, which was kept as it had been taken in; NULL for files that "
        "lie there, and where nobody knows."
    )
    is_received_at_assumed: Series[Flag] = optional("True when our transport left no record of the file.")
    columns: Series[TextList] = optional("Names of the delivered columns, in order, as far as they were read.")
    undeclared_columns: Series[TextList] = optional("Names of delivered columns that the contract does not declare.")
    format_differences: Series[TextList] = optional("Where the file is not of the contract's format, in words.")
    format_causes: Series[TextList] = optional(
        "The same differences, one by one, as JSON: a `code` and its `figures`, which make a sentence in any language."
    )
    ambiguous_dates: Series[TextList] = optional("Canonical fields whose dates read both as d/m and as m/d, sorted.")
    unknown_words: Series[TextList] = optional(
        "Columns with words outside of their field's vocabulary, one by one, as JSON: `field`, `column`, how many "
        "`rows`, and of the `words` those that are frequent and plain, in lower case."
    )
    sequence: Series[Count] = optional("Sequence number of a manifest; NULL for other files.")
    status: Series[Text] = filled("What became of the file.", isin=words.STATUSES)
    reason: Series[Text] = optional("Why, in words or as a reason code, when the status needs one.")
    causes: Series[TextList] = optional(
        "What `reason` rests on, one by one, as JSON: a `code` and its `figures`, as in `format_causes`."
    )


class Leads(PartitionedTable):
    """One accepted row of a lead file, without any direct identifier."""

    lead_id: Series[Text] = filled("The vendor's own reference of the lead.")
    collected_at: Series[Instant] = filled("When the person's data was collected, says the vendor.")
    postal_code: Series[Text] = optional("Postal code.")
    country: Series[Text] = optional("ISO 3166 alpha-2 country; FR unless delivered.")
    audience: Series[Text] = optional(
        "Whom the lead is; the contract's default unless delivered, NULL when what was delivered can't be read.",
        isin=words.AUDIENCES,
    )
    job_function: Series[Text] = optional("Function of the person in the company.")
    company_siren: Series[Text] = optional("SIREN of the company.")
    channels: Series[TextList] = optional(
        "Channels delivered with the lead, none in an empty list; NULL when the contract's apply, or when "
        "`invalid_fields` says that what was delivered can't be read."
    )
    consent_id: Series[Text] = optional("The proof that the lead claims to rest on.")
    claimed_basis: Series[Text] = optional("Legal basis claimed: one value, or `channel:basis` parts joined by `|`.")
    form_id: Series[Text] = optional("Collection form, says the lead.")
    form_version: Series[Text] = optional("Version of the collection form, says the lead.")
    source_url: Series[Text] = optional("Page of collection, without its query.")
    collector_id: Series[Text] = optional("Company that collected the data.")
    product: Series[Text] = optional("Product or service asked about.")
    over_18: Series[Flag] = optional("True when the person declared to be of age.")
    informed_at_collection: Series[Flag] = optional("True when the person was informed at collection.")
    optout_offered_at_collection: Series[Flag] = optional("True when an opt-out was offered at collection.")
    answers: Series[Text] = optional("Qualification answers, as JSON.")
    email_kind: Series[Text] = optional("What the e-mail address is by its form.", isin=words.EMAIL_KINDS)
    phone_kind: Series[Text] = optional("What the number is by the numbering plan.", isin=words.PHONE_KINDS)
    phone_region: Series[Text] = optional("ISO 3166 alpha-2 country or territory of the number.")
    email_key: Series[Text] = optional("Identity key of the canonical e-mail: 32 hex digits.")
    email_alias_key: Series[Text] = optional("Identity key of the e-mail without `+tag` and Gmail's dots.")
    phone_key: Series[Text] = optional("Identity key of the phone number in E.164.")
    other_phone_keys: Series[TextList] = optional(
        "Identity keys of further phone numbers, sorted; NULL where none can be read."
    )
    probe_keys: Series[TextList] = optional(
        "Keys of the e-mail and phone in other forms under which others may have hashed them, sorted."
    )
    contained_keys: Series[TextList] = optional(
        "Keys of plain e-mails and phones that a bad or decorated one holds or may mean, sorted; NULL for none."
    )
    invalid_fields: Series[TextList] = filled("Canonical fields whose delivered value was bad and became NULL, sorted.")
    placeholder_fields: Series[TextList] = filled("Canonical fields whose value is no person's but a filler, sorted.")
    unallocated_fields: Series[TextList] = filled(
        "Canonical fields whose phone number lies in no block that Arcep had allocated by October 2026, sorted."
    )
    delivered_at: Series[Instant] = filled("When the delivery was complete; of a lead in a later file, its arrival.")
    file_digest: Series[Text] = filled("SHA-256 of the lead file.")
    row_number: Series[Count] = filled("1-based data row in the file.", ge=1)
    sheet_row: Series[Count] = optional("The row as a spreadsheet numbers it; NULL where there is none.", ge=1)


class ConsentProofs(PartitionedTable):
    """One accepted row of a proof file; `delivery_date` is that of the folder it arrived in."""

    consent_id: Series[Text] = filled("The vendor's reference of the consent; may repeat.")
    lead_id: Series[Text] = optional("The lead that the proof belongs to, says the vendor.")
    channels: Series[TextList] = filled("Channels that the decision covers.")
    decision: Series[Text] = filled("Whether the person consented or refused.", isin=words.DECISIONS)
    consent_at: Series[Instant] = filled("When the person decided.")
    action: Series[Text] = optional("What the person did.", isin=words.ACTIONS)
    box_prechecked: Series[Flag] = optional("True when the vendor says that the box was ticked beforehand.")
    recipients: Series[TextList] = optional("Names of the companies for which consent was asked.")
    recipient_sirens: Series[TextList] = optional("SIRENs of the companies for which consent was asked.")
    partner_list_version: Series[Text] = optional("Version of the list of partners shown.")
    goods_services: Series[Text] = optional("Goods or services that the consent covers.")
    period_end: Series[Instant] = optional("End of the period for which consent was given.")
    mentions: Series[TextList] = optional("Mentions shown to the person, of the five that the decree asks for.")
    l223_2_notice: Series[Flag] = optional("True when the notice of article L. 223-2 was shown.")
    privacy_notice_version: Series[Text] = optional("Version of the privacy notice shown.")
    source_url: Series[Text] = optional("Page of collection, without its query.")
    form_id: Series[Text] = optional("Form on which the person decided.")
    form_version: Series[Text] = optional("Version of the form.")
    refusal_equal_prominence: Series[Flag] = optional("True when refusing was as easy as accepting, says the vendor.")
    participation_requires_consent: Series[Flag] = optional(
        "True when taking part needed the consent, says the vendor."
    )
    snapshot_uri: Series[Text] = optional("Where the vendor keeps the snapshot of the form.")
    snapshot_sha256: Series[Text] = optional("Digest of the snapshot.")
    proof_sha256: Series[Text] = optional("Digest of the vendor's own record.")
    double_optin_sent_at: Series[Instant] = optional("When the confirmation message was sent.")
    double_optin_confirmed_at: Series[Instant] = optional("When the person confirmed.")
    collector_id: Series[Text] = optional("Company that collected the consent.")
    chain: Series[Text] = optional("Companies that the data went through, as delivered.")
    withdrawn_at: Series[Instant] = optional("When the person withdrew the consent from the vendor.")
    requested_at: Series[Instant] = optional("When the person asked to be called back.")
    request_object: Series[Text] = optional("What the person asked to be called back about.")
    email_key: Series[Text] = optional("Identity key of the e-mail, from its clear or hashed form.")
    phone_key: Series[Text] = optional("Identity key of the phone, from its clear or hashed form.")
    consent_text_digest: Series[Text] = optional("SHA-256 of the consent text: NFC, trimmed, spaces collapsed.")
    invalid_fields: Series[TextList] = filled("Canonical fields whose delivered value was bad and became NULL, sorted.")
    received_at: Series[Instant] = filled("When we first saw the proof file.")
    replaced_at: Series[Instant] = optional(
        "When other bytes came under the name of the proof file: the row counts for what was known before."
    )
    corrected_at: Series[Instant] = optional(
        "The same, where its delivery could still be corrected: a refusal or withdrawal ends then, and else never."
    )
    file_digest: Series[Text] = filled("SHA-256 of the proof file.")
    row_number: Series[Count] = filled("1-based data row in the file.", ge=1)


class UnreadObjections(PartitionedTable):
    """One rejected row of a proof file that is or may be a refusal or a withdrawal: whatever names the person."""

    is_refusal: Series[Flag] = optional("True for a refusal; NULL when no decision can be read.")
    is_withdrawal: Series[Flag] = optional("True for a withdrawal; NULL when something stands there, unreadable.")
    channels: Series[TextList] = optional("Channels objected to; NULL for any, because none can be read.")
    objected_at: Series[Instant] = optional("When the person objected; NULL when it can't be read.")
    consent_id: Series[Text] = optional("The consent that it belongs to, says the vendor.")
    lead_id: Series[Text] = optional("The lead that it belongs to, says the vendor.")
    email_key: Series[Text] = optional("Identity key of the e-mail, from its clear or hashed form.")
    phone_key: Series[Text] = optional("Identity key of the phone, from its clear or hashed form.")
    received_at: Series[Instant] = filled("When we first saw the proof file.")
    replaced_at: Series[Instant] = optional(
        "When other bytes came under the name of the proof file: the row counts for what was known before."
    )
    corrected_at: Series[Instant] = optional(
        "The same, where its delivery could still be corrected: a refusal or withdrawal ends then, and else never."
    )
    file_digest: Series[Text] = filled("SHA-256 of the proof file.")
    row_number: Series[Count] = filled("1-based data row in the file.", ge=1)


class RejectedRows(PartitionedTable):
    """One row a reason of a rejected row, or of a run of them; a refused file has one without a row number."""

    file_digest: Series[Text] = filled("SHA-256 of the file.")
    role: Series[Text] = optional("As what the row was read; NULL when no glob claims the file.", isin=words.ROLES)
    row_number: Series[Count] = optional("1-based data row, the first of a run; NULL for a whole file.", ge=1)
    last_row_number: Series[Count] = optional(
        "The last row of a run, else the same; rows between the two may lack where `row_count` says so.", ge=1
    )
    row_count: Series[Count] = optional("Rows for which it stands; NULL for a whole file.", ge=1)
    reason_row_count: Series[Count] = optional(
        "Of them, rows that no other row of the table counts for the reason: they sum to the rows with the reason.",
        ge=0,
    )
    rejected_row_count: Series[Count] = optional(
        "Of them, rows that no other row of the table counts: they sum to the distinct rejected rows.", ge=0
    )
    sheet_row: Series[Count] = optional(
        "The row, the first of a run, as a spreadsheet numbers it; NULL where there is none.", ge=1
    )
    lead_id: Series[Text] = optional(
        "The vendor's reference of the lead; NULL where it is bad or can't be read, and of a run."
    )
    reason: Series[Text] = filled("Stable reason code.", isin=words.REJECT_REASONS)
    column: Series[Text] = optional("Canonical field or delivered column concerned.")
    expected: Series[Text] = filled("What was expected, in words.")
    cause: Series[Text] = filled("Code of what was expected, finer than `reason`.", isin=tuple(REASONS))
    figures: Series[Text] = filled("Figures of the cause, as JSON: counts, formats, words and column names.")


class Oppositions(Table):
    """One event of the opposition registry and, where it was shared, one row a share. Append-only."""

    identity_key: Series[Text] = filled("Identity key of the e-mail or phone that objected.")
    alias_key: Series[Text] = optional(
        "Key of the e-mail without `+tag`, Gmail's dots and look-alike letters, where another; NULL for hashes, too."
    )
    kind: Series[Text] = filled("How the identifier was given.", isin=words.OPPOSITION_KINDS)
    channel: Series[Text] = filled("`all`, or the channel objected to.", isin=("all", *words.CHANNELS))
    opposed_at: Series[Instant] = filled("When the person objected; a date alone is its 00:00 in Europe/Paris.")
    recorded_at: Series[Instant] = filled("When we learned of it.")
    origin: Series[Text] = optional("Where the objection came in.")
    vendor: Series[Text] = optional("Vendor with which it was shared, `*` for all; NULL if not shared.")
    shared_at: Series[Instant] = optional("When the share was acknowledged; a date alone is its 24:00.")
    revoked_at: Series[Instant] = optional("Set on the event that revokes the opposition; a date alone is its 24:00.")


TABLES: dict[str, type[Table]] = {
    "deliveries": Deliveries,
    "leads": Leads,
    "rejected_rows": RejectedRows,
    "consent_proofs": ConsentProofs,
    "unread_objections": UnreadObjections,
    "oppositions": Oppositions,
    "verdicts": Verdicts,
    "findings": Findings,
    "scorecards": Scorecards,
    "dimension_scorecards": DimensionScorecards,
    "corrections": Corrections,
    "usable_leads": UsableLeads,
    "check_results": CheckResults,
    "knowledge_waits": KnowledgeWaits,
}

INTAKE_TABLES: Final = ("leads", "consent_proofs", "unread_objections", "rejected_rows", "deliveries")
"""What the intake publishes of a day, in this order: readers trust the last."""
VERDICT_TABLES: Final = ("verdicts", "findings", "dimension_scorecards", "scorecards")
"""What the verdicts publish of a day, in this order."""
TABLES_BY_MARKER: Final = {tables[-1]: tables for tables in (INTAKE_TABLES, VERDICT_TABLES)}
"""What is published together, by the last of it: readers trust a table by its marker."""

SORT_KEYS: dict[str, tuple[str, ...]] = {
    "deliveries": ("file_name", "file_digest", "role", "status"),
    "leads": ("lead_id", "file_digest", "row_number"),
    "rejected_rows": ("file_digest", "role", "row_number", "reason", "column", "expected"),
    "consent_proofs": ("consent_id", "file_digest", "row_number"),
    "unread_objections": ("file_digest", "row_number"),
    "oppositions": (
        "identity_key",
        "kind",
        "channel",
        "opposed_at",
        "recorded_at",
        "revoked_at",
        "vendor",
        "shared_at",
    ),
    "verdicts": ("lead_id", "channel"),
    "findings": ("lead_id", "channel", "rule_id"),
    "scorecards": ("channel", "rule_id"),
    "dimension_scorecards": ("dimension",),
    "corrections": ("known_at", "delivery_date", "lead_id", "channel", "cause"),
    "usable_leads": ("vendor", "delivery_date", "lead_id", "channel"),
    "check_results": ("delivery_date", "check"),
    "knowledge_waits": ("due_at", "rule_id", "form", "step"),
}


@cache
def arrow_schema(table: str) -> pa.Schema:
    """Arrow schema of a published table, partition columns included."""
    return pa.schema([pa.field(name, column.type) for name, column in columns_in(TABLES[table]).items()])


def arrow_columns(table: str, names: Iterable[str]) -> pa.Schema:
    """Some columns of a published table, as its Arrow schema has them: of a long history they are read in a fraction of
    the time."""
    whole = arrow_schema(table)
    return pa.schema([whole.field(name) for name in names])
