"""The columns of the lead dossier: what rules may read, where each comes from, and which delivered field it stands for.

The SQL that joins them is in `pipelines/rulebook/sql/`; cards are checked against this list.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal

from pipelines.vocabulary.fields import FIELD_NAMED

Origin = Literal["context", "lead", "proof", "contract", "ours", "review"]
SqlType = Literal["text", "list", "instant", "date", "boolean", "integer"]
DELIVERED: Final[tuple[Origin, ...]] = ("lead", "proof")
"""Facts that a vendor delivers: absence is never knowledge, so `is null` and `coalesce` are refused on them."""


@dataclass(frozen=True)
class LeadDossierColumn:
    """One fact of a lead use, a lead or a delivery."""

    name: str
    type: SqlType
    origin: Origin
    grains: tuple[str, ...] = ("lead_use",)
    fields: tuple[str, ...] = ()
    """Contract fields (`object.field`) that would fill it; empty for what is ours."""
    example_default: object = None
    """Value in a card's example that does not name the column."""
    is_always_owed: bool = False
    """True where the law asks the vendor for it, whether or not the contract maps it."""


_LEAD: Final = ("lead_use", "lead")
_ALL: Final = ("lead_use", "lead", "delivery")


def _lead_column(name: str) -> LeadDossierColumn:
    return LeadDossierColumn(name, FIELD_NAMED[name].kind.type, "lead", _LEAD, (f"leads.{name}",))


def _owed_lead_column(name: str) -> LeadDossierColumn:
    """A column of the proof of another basis than consent: the label alone is worth nothing."""
    return replace(_lead_column(name), is_always_owed=True)


def _request_column(name: str, *fields: str) -> LeadDossierColumn:
    """A column of a callback request: a label without its proof is worth nothing, whatever the contract asks for."""
    return replace(_proof_column(name, *fields), is_always_owed=True)


def _proof_column(name: str, *fields: str, type_: SqlType | None = None) -> LeadDossierColumn:
    """A column that stands for some fields of the proof, of the first one's type unless told."""
    names = fields or (name.removeprefix("proof_"),)
    told = type_ or FIELD_NAMED[names[0]].kind.type
    return LeadDossierColumn(name, told, "proof", fields=tuple(f"consent_proofs.{field}" for field in names))


COLUMNS: Final[tuple[LeadDossierColumn, ...]] = (
    # context: the act and what was known of it
    LeadDossierColumn("vendor", "text", "context", _ALL, example_default="acme"),
    LeadDossierColumn("lead_id", "text", "context", _LEAD, example_default="L-1"),
    LeadDossierColumn("channel", "text", "context"),
    LeadDossierColumn("delivery_date", "date", "context", _ALL),
    LeadDossierColumn("delivered_at", "instant", "context", _ALL),
    LeadDossierColumn("is_delivered_at_assumed", "boolean", "context", _ALL, example_default=False),
    LeadDossierColumn("used_at", "instant", "context", _ALL),
    LeadDossierColumn("used_on", "date", "context", _ALL),  # civil date of `used_at` in Europe/Paris
    LeadDossierColumn("known_at", "instant", "context", _ALL),
    # lead
    LeadDossierColumn(
        "audience", "text", "lead", _LEAD, ("leads.audience",), "consumer"
    ),  # as judged: a professional without SIREN is a consumer, and whom nobody ordered is whom the law protects more
    LeadDossierColumn("declared_audience", "text", "lead", ("lead",), ("leads.audience",), "consumer"),
    _lead_column("claimed_basis"),  # at grain lead use: the basis claimed for that channel
    _lead_column("collected_at"),
    LeadDossierColumn(
        "collected_on", "date", "lead", fields=("leads.collected_at",)
    ),  # civil date of `collected_at` in Europe/Paris
    _lead_column("consent_id"),
    _lead_column("form_id"),
    _lead_column("form_version"),
    _lead_column("source_url"),
    _lead_column("collector_id"),
    _lead_column("product"),
    _lead_column("postal_code"),
    _lead_column("country"),
    _lead_column("job_function"),
    _lead_column("company_siren"),
    _lead_column("over_18"),
    LeadDossierColumn("email_kind", "text", "ours"),  # ordinary | role | disposable; NULL without an address
    LeadDossierColumn(
        "is_target_function", "boolean", "lead", fields=("leads.job_function",), is_always_owed=True
    ),  # NULL where the contract names no functions, too
    _owed_lead_column("informed_at_collection"),
    _owed_lead_column("optout_offered_at_collection"),
    LeadDossierColumn(
        "lead_channels", "list", "ours", _LEAD
    ),  # delivered with the lead, else the contract's; NULL where what was delivered can't be read
    LeadDossierColumn("invalid_fields", "list", "ours", _LEAD, example_default=[]),
    LeadDossierColumn("unread_fields", "list", "ours", _LEAD, example_default=[]),  # `object.field`, of lead and proof
    LeadDossierColumn("proof_invalid_fields", "list", "ours", example_default=[]),
    LeadDossierColumn("placeholder_fields", "list", "ours", _LEAD, example_default=[]),
    LeadDossierColumn("unallocated_fields", "list", "ours", _LEAD, example_default=[]),
    # chosen proof; all NULL when there is none
    LeadDossierColumn("has_proof", "boolean", "ours", example_default=True),
    _proof_column("proof_consent_id"),
    _proof_column("proof_lead_id"),
    _proof_column("proof_channels"),
    _proof_column("decision"),
    _proof_column("consent_at"),
    _proof_column("consent_on", "consent_at", type_="date"),  # civil date of `consent_at` in Europe/Paris
    _proof_column("action"),
    _proof_column("box_prechecked"),
    _proof_column("consent_text_digest", "consent_text"),
    _proof_column("recipients"),
    _proof_column("recipient_sirens"),
    _proof_column("partner_list_version"),
    _proof_column(
        "names_advertiser", "recipients", "recipient_sirens", type_="boolean"
    ),  # NULL without either list, or in doubt
    _proof_column("goods_services"),
    _proof_column("period_end"),
    _proof_column(
        "consent_expires_at", "consent_at", "period_end"
    ),  # earlier of `period_end` and `consent_at` + the maximum age
    _proof_column("consent_thirty_days_at", "consent_at"),  # thirty days after `consent_at`
    _proof_column("mentions"),
    _proof_column("l223_2_notice"),
    _proof_column("privacy_notice_version"),
    _proof_column("proof_source_url"),
    _proof_column("proof_form_id"),
    _proof_column("proof_form_version"),
    _proof_column("refusal_equal_prominence"),
    _proof_column("participation_requires_consent"),
    _proof_column("snapshot_uri"),
    _proof_column("snapshot_sha256"),
    _proof_column("proof_sha256", "proof_sha256"),
    _proof_column("double_optin_sent_at"),
    _proof_column("double_optin_confirmed_at"),
    _request_column("requested_at"),
    _request_column("request_object"),
    _request_column("callback_ends_at", "requested_at"),  # five working days after `requested_at`
    _proof_column("proof_collector_id"),
    _proof_column("chain"),
    LeadDossierColumn(
        "has_intermediaries", "boolean", "ours", example_default=False
    ),  # more companies in `chain` than the collector and the vendor; NULL: it can't be read
    _proof_column("proof_received_at", "consent_id", type_="instant"),
    _proof_column("email_keys_equal", "email", "email_sha256", type_="boolean"),  # NULL when either side has none
    _proof_column("phone_keys_equal", "phone", "phone_sha256", type_="boolean"),
    # contract in force on the delivery date
    LeadDossierColumn("contract_channels", "list", "contract", _LEAD),
    LeadDossierColumn("contract_audiences", "list", "contract", ("lead",), example_default=["consumer"]),
    LeadDossierColumn("vendor_stage", "text", "contract"),  # candidate | pilot | live; NULL: it never was a candidate
    LeadDossierColumn("is_vendor_live", "boolean", "ours"),  # NULL: nobody has decided; false: it was refused
    LeadDossierColumn("contract_bases", "list", "contract"),  # NULL where the contract does not say
    LeadDossierColumn("sector", "text", "contract", example_default="other"),  # `other` where it does not say
    LeadDossierColumn("target_functions", "list", "contract"),  # NULL where it names none
    LeadDossierColumn("advertiser_siren", "text", "contract", _LEAD),
    LeadDossierColumn("is_double_optin_required", "boolean", "contract", example_default=False),
    LeadDossierColumn("is_digest_asked", "boolean", "contract", example_default=False),  # of a proof or its snapshot
    LeadDossierColumn("is_over_18_asked", "boolean", "contract", ("lead",), example_default=False),
    LeadDossierColumn(
        "lead_age_limit_at", "instant", "contract", _LEAD
    ),  # `collected_at` + maxLeadAge; NULL without maxLeadAge
    # registry and our own comparisons: never NULL unless said, absence is false
    LeadDossierColumn("is_refused", "boolean", "ours", example_default=False),  # NULL: one that can't be read may be
    LeadDossierColumn("is_withdrawn", "boolean", "ours", example_default=False),  # as `is_refused`
    LeadDossierColumn("is_opposed", "boolean", "ours", example_default=False),
    LeadDossierColumn(
        "is_opposed_in_other_form", "boolean", "ours", example_default=False
    ),  # NULL: the registry holds hashes, and the lead was taken in without other forms to compare
    LeadDossierColumn(
        "opposition_blame_at", "instant", "ours"
    ),  # least shared_at + suppressionDelay; NULL if never shared
    LeadDossierColumn(
        "is_consent_after_objection", "boolean", "ours", example_default=False
    ),  # the proof's consent is later than every objection, revoked or not; false where nobody can tell
    LeadDossierColumn(
        "is_consent_for_use", "boolean", "ours", example_default=True
    ),  # the proof names the advertiser and lists the channel; false in doubt
    LeadDossierColumn("is_consent_of_other_person", "boolean", "ours", example_default=False),
    LeadDossierColumn("has_contradicting_records", "boolean", "ours", example_default=False),
    LeadDossierColumn("is_duplicate", "boolean", "ours", _LEAD, example_default=False),
    LeadDossierColumn("undeclared_columns", "list", "ours", ("delivery",), example_default=[]),
    LeadDossierColumn("ambiguous_dates", "list", "ours", ("delivery",), example_default=[]),
    LeadDossierColumn("format_differences", "list", "ours", ("delivery",), example_default=[]),
    LeadDossierColumn("missing_sequences", "list", "ours", ("delivery",), example_default=[]),
    LeadDossierColumn("unread_objection_count", "integer", "ours", ("delivery",), example_default=0),
    # leads with a consent of 4 to 10 August 2026; 4, or three times as many as of 28 July to 3 August
    LeadDossierColumn("last_week_consents", "integer", "ours", ("delivery",), example_default=0),
    LeadDossierColumn("usual_last_week_consents", "integer", "ours", ("delivery",), example_default=4),
    # our review of the proof's form version; NULL when unreviewed or when the review does not say
    LeadDossierColumn("is_form_reviewed", "boolean", "review", example_default=False),
    LeadDossierColumn("reviewed_text_digest", "text", "review"),
    LeadDossierColumn("reviewed_box_prechecked", "boolean", "review"),
    LeadDossierColumn("reviewed_refusal_equal_prominence", "boolean", "review"),
    LeadDossierColumn("reviewed_participation_requires_consent", "boolean", "review"),
    LeadDossierColumn("reviewed_mentions", "list", "review"),
    LeadDossierColumn("reviewed_names_advertiser", "boolean", "review"),
    LeadDossierColumn("reviewed_france_renov_sentence", "boolean", "review"),
    LeadDossierColumn("reviewed_l223_2_notice", "boolean", "review"),
    LeadDossierColumn("reviewed_informed_art13", "boolean", "review"),
    LeadDossierColumn("reviewed_separate_from_terms", "boolean", "review"),
    LeadDossierColumn("reviewed_withdrawal_as_easy", "boolean", "review"),
    LeadDossierColumn("reviewed_named_since", "date", "review"),
)

BY_NAME: Final = {column.name: column for column in COLUMNS}

PROOF_DEPENDENT: Final = frozenset(
    {column.name for column in COLUMNS if column.origin in ("proof", "review")}
    | {"is_consent_after_objection", "is_consent_for_use"}
    | {"has_proof", "is_refused", "is_withdrawn", "proof_invalid_fields", "has_intermediaries"}
)
"""Columns whose value depends on the proof that is looked at: a rule that reads one of them reads the proof."""

OBJECTION_FACTS: Final = frozenset({"is_refused", "is_withdrawn", "is_opposed", "is_opposed_in_other_form"})
"""Columns that say that the person said no: at collection, later, or to us."""

NULL_IF_UNREAD: Final = ("is_refused", "is_withdrawn", "lead_channels", "has_intermediaries")
"""Columns of ours that are NULL only because something that the vendor delivered can't be read."""
