"""The canonical fields of leads and consent proofs. How vendors write them is in contracts."""

from typing import Final

from pipelines.vocabulary import words

FLAG_WORDS: Final = ("true", "false")

LEAD_FIELDS: Final = (
    "lead_id",
    "collected_at",
    "email",
    "phone",
    "first_name",
    "last_name",
    "postal_code",
    "country",
    "audience",
    "job_function",
    "company_siren",
    "channels",
    "consent_id",
    "claimed_basis",
    "form_id",
    "form_version",
    "source_url",
    "collector_id",
    "product",
    "over_18",
    "informed_at_collection",
    "optout_offered_at_collection",
    "answers",
)
CONSENT_PROOF_FIELDS: Final = (
    "consent_id",
    "lead_id",
    "email",
    "phone",
    "email_sha256",
    "phone_sha256",
    "channels",
    "decision",
    "consent_at",
    "action",
    "box_prechecked",
    "consent_text",
    "recipients",
    "recipient_sirens",
    "partner_list_version",
    "goods_services",
    "period_end",
    "mentions",
    "l223_2_notice",
    "privacy_notice_version",
    "source_url",
    "form_id",
    "form_version",
    "refusal_equal_prominence",
    "participation_requires_consent",
    "snapshot_uri",
    "snapshot_sha256",
    "proof_sha256",
    "ip",
    "user_agent",
    "double_optin_sent_at",
    "double_optin_confirmed_at",
    "collector_id",
    "chain",
    "withdrawn_at",
)
CANONICAL_FIELDS: Final = {"leads": LEAD_FIELDS, "consent_proofs": CONSENT_PROOF_FIELDS}

INSTANT_FIELDS: Final = frozenset(
    {
        "collected_at",
        "consent_at",
        "period_end",
        "double_optin_sent_at",
        "double_optin_confirmed_at",
        "withdrawn_at",
    }
)
_CHANNEL_BASES: Final = tuple(f"{channel}:{basis}" for channel in words.CHANNELS for basis in words.BASES)
FIELD_WORDS: Final = {
    "audience": words.AUDIENCES,
    "channels": words.CHANNELS,
    "claimed_basis": (*words.BASES, *_CHANNEL_BASES),
    "decision": words.DECISIONS,
    "action": words.ACTIONS,
    "mentions": words.MENTIONS,
    "over_18": FLAG_WORDS,
    "informed_at_collection": FLAG_WORDS,
    "optout_offered_at_collection": FLAG_WORDS,
    "box_prechecked": FLAG_WORDS,
    "l223_2_notice": FLAG_WORDS,
    "refusal_equal_prominence": FLAG_WORDS,
    "participation_requires_consent": FLAG_WORDS,
}
"""Fields with a closed vocabulary, and its words."""


def is_siren(digits: str) -> bool:
    """Whether nine digits have a right check digit (Luhn, ISO/IEC 7812-1, as the SIREN uses it)."""
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits))]
    return len(digits) == 9 and sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
