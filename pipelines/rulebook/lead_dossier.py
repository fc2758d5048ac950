"""The columns of the lead dossier: what rules may read, where each comes from, and which delivered field it stands for.

The SQL that joins them is in `pipelines/rulebook/sql/`; cards are checked against this list.
"""

from dataclasses import dataclass
from typing import Final, Literal

Source = Literal["context", "lead", "proof", "contract", "registry", "review"]
SqlType = Literal["text", "list", "instant", "date", "boolean", "integer"]
DELIVERED: Final[tuple[Source, ...]] = ("lead", "proof")
"""Facts that a vendor delivers: absence is never knowledge, so `is null` and `coalesce` are refused on them."""


@dataclass(frozen=True)
class DossierColumn:
    """One fact of a lead use, a lead or a delivery."""

    name: str
    type: SqlType
    source: Source
    grains: tuple[str, ...] = ("lead_use",)
    fields: tuple[str, ...] = ()
    """Contract fields (`object.field`) that would fill it; empty for what is ours."""
    example_default: object = None
    """Value in a card's example that does not name the column."""


_LEAD: Final = ("lead_use", "lead")
_ALL: Final = ("lead_use", "lead", "delivery")


def _lead(name: str, type_: SqlType = "text", default: object = None) -> DossierColumn:
    return DossierColumn(name, type_, "lead", _LEAD, (f"leads.{name}",), default)


def _proof(name: str, type_: SqlType = "text", *fields: str) -> DossierColumn:
    names = fields or (name.removeprefix("proof_"),)
    return DossierColumn(name, type_, "proof", fields=tuple(f"consent_proofs.{field}" for field in names))


COLUMNS: Final[tuple[DossierColumn, ...]] = (
    # context: the act and what was known of it
    DossierColumn("vendor", "text", "context", _ALL, example_default="acme"),
    DossierColumn("lead_id", "text", "context", _LEAD, example_default="L-1"),
    DossierColumn("channel", "text", "context"),
    DossierColumn("delivery_date", "date", "context", _ALL),
    DossierColumn("delivered_at", "instant", "context", _ALL),
    DossierColumn("is_delivered_at_assumed", "boolean", "context", _ALL, example_default=False),
    DossierColumn("used_at", "instant", "context", _ALL),
    DossierColumn("used_on", "date", "context", _ALL),  # civil date of `used_at` in Europe/Paris
    DossierColumn("known_at", "instant", "context", _ALL),
    # lead
    DossierColumn(
        "audience", "text", "lead", _LEAD, ("leads.audience",), "consumer"
    ),  # professional without SIREN: consumer
    _lead("claimed_basis"),  # at grain lead use: the basis claimed for that channel
    _lead("collected_at", "instant"),
    _lead("consent_id"),
    _lead("form_id"),
    _lead("form_version"),
    _lead("source_url"),
    _lead("collector_id"),
    _lead("product"),
    _lead("postal_code"),
    _lead("country"),
    _lead("job_function"),
    _lead("company_siren"),
    _lead("over_18", "boolean"),
    _lead("informed_at_collection", "boolean"),
    _lead("optout_offered_at_collection", "boolean"),
    DossierColumn(
        "lead_channels", "list", "registry", _LEAD
    ),  # delivered with the lead, else the contract's: never NULL
    DossierColumn("invalid_fields", "list", "registry", _LEAD, example_default=[]),
    DossierColumn("placeholder_fields", "list", "registry", _LEAD, example_default=[]),
    # chosen proof; all NULL when there is none
    DossierColumn("has_proof", "boolean", "registry", example_default=True),
    _proof("proof_consent_id"),
    _proof("proof_lead_id"),
    _proof("proof_channels", "list"),
    _proof("decision"),
    _proof("consent_at", "instant"),
    _proof("consent_on", "date", "consent_at"),  # civil date of `consent_at` in Europe/Paris
    _proof("action"),
    _proof("box_prechecked", "boolean"),
    _proof("consent_text_digest", "text", "consent_text"),
    _proof("recipients", "list"),
    _proof("recipient_sirens", "list"),
    _proof("partner_list_version"),
    _proof("names_advertiser", "boolean", "recipients", "recipient_sirens"),  # NULL when neither list was given
    _proof("goods_services"),
    _proof("period_end", "instant"),
    _proof("consent_expires_at", "instant", "consent_at"),  # earlier of `period_end` and `consent_at` + the maximum age
    _proof("mentions", "list"),
    _proof("l223_2_notice", "boolean"),
    _proof("privacy_notice_version"),
    _proof("proof_source_url"),
    _proof("proof_form_id"),
    _proof("proof_form_version"),
    _proof("refusal_equal_prominence", "boolean"),
    _proof("participation_requires_consent", "boolean"),
    _proof("snapshot_uri"),
    _proof("snapshot_sha256"),
    _proof("proof_sha256", "text", "proof_sha256"),
    _proof("double_optin_sent_at", "instant"),
    _proof("double_optin_confirmed_at", "instant"),
    _proof("proof_collector_id"),
    _proof("proof_received_at", "instant", "consent_id"),
    _proof("email_keys_equal", "boolean", "email", "email_sha256"),  # NULL when either side has none
    _proof("phone_keys_equal", "boolean", "phone", "phone_sha256"),
    # contract in force on the delivery date
    DossierColumn("contract_channels", "list", "contract", _LEAD),
    DossierColumn("advertiser_siren", "text", "contract", _LEAD),
    DossierColumn("is_double_optin_required", "boolean", "contract", example_default=False),
    DossierColumn(
        "lead_age_limit_at", "instant", "contract", _LEAD
    ),  # `collected_at` + maxLeadAge; NULL without maxLeadAge
    # registry and our own comparisons: never NULL, absence is false
    DossierColumn("is_refused", "boolean", "registry", example_default=False),
    DossierColumn("is_withdrawn", "boolean", "registry", example_default=False),
    DossierColumn("is_opposed", "boolean", "registry", example_default=False),
    DossierColumn(
        "is_opposed_in_other_form", "boolean", "registry", example_default=False
    ),  # NULL: the registry holds hashes, and the lead was taken in without other forms to compare
    DossierColumn(
        "opposition_blame_at", "instant", "registry"
    ),  # least shared_at + suppressionDelay; NULL if never shared
    DossierColumn("is_consent_of_other_person", "boolean", "registry", example_default=False),
    DossierColumn("is_duplicate", "boolean", "registry", _LEAD, example_default=False),
    DossierColumn("undeclared_columns", "list", "registry", ("delivery",), example_default=[]),
    DossierColumn("ambiguous_dates", "list", "registry", ("delivery",), example_default=[]),
    DossierColumn("format_differences", "list", "registry", ("delivery",), example_default=[]),
    DossierColumn("missing_sequences", "list", "registry", ("delivery",), example_default=[]),
    # our review of the proof's form version; NULL when unreviewed or when the review does not say
    DossierColumn("is_form_reviewed", "boolean", "review", example_default=False),
    DossierColumn("reviewed_text_digest", "text", "review"),
    DossierColumn("reviewed_box_prechecked", "boolean", "review"),
    DossierColumn("reviewed_refusal_equal_prominence", "boolean", "review"),
    DossierColumn("reviewed_participation_requires_consent", "boolean", "review"),
    DossierColumn("reviewed_mentions", "list", "review"),
    DossierColumn("reviewed_names_advertiser", "boolean", "review"),
)

BY_NAME: Final = {column.name: column for column in COLUMNS}

PROOF_DEPENDENT: Final = frozenset(
    {column.name for column in COLUMNS if column.source in ("proof", "review")}
    | {"has_proof", "is_refused", "is_withdrawn"}
)
"""Columns whose value depends on the proof that is looked at: a rule that reads one of them reads the proof."""
