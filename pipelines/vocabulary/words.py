"""The closed vocabularies, and what else all rooms mean alike. No logic belongs here."""

import re
from typing import Final
from zoneinfo import ZoneInfo

CHANNELS: Final = ("email", "sms", "phone", "automated_call")
AUDIENCES: Final = ("consumer", "professional", "legal_person")
BASES: Final = ("consent", "legitimate_interest", "b2b", "soft_optin", "contract", "callback_request")
DECISIONS: Final = ("given", "refused")
ACTIONS: Final = ("ticked_box", "button", "signature", "oral_recorded")
MENTIONS: Final = ("identity", "choice", "duration", "withdrawal", "proof_access")

SEVERITIES: Final = ("blocking", "major", "minor", "info")
ATTRIBUTIONS: Final = ("vendor", "advertiser", "nobody", "undetermined")
PARTIES: Final = ("vendor", "advertiser", "third_party")
DIMENSIONS: Final = ("consent", "proof", "opposition", "conformity", "quality", "governance")
RATED_DIMENSIONS: Final = ("consent", "proof", "opposition", "conformity", "quality")
GRAINS: Final = ("lead_use", "lead", "delivery", "call", "vendor")
STAGES: Final = ("candidate", "pilot", "live")
VERDICTS: Final = ("usable", "on_hold", "blocked")
FLIP_CAUSES: Final = (
    "intake_changed",
    "contract_changed",
    "rule_changed",
    "form_reviewed",
    "late_proof",
    "new_withdrawal",
    "new_opposition",
    "deadline_passed",
)
"""Why a lead use is judged otherwise than before, in the order in which causes are looked at."""
ACCEPTED_DISPUTE: Final = "accepted_dispute"
CORRECTION_CAUSES: Final = (*FLIP_CAUSES, ACCEPTED_DISPUTE)
"""Why a final verdict is corrected, in the order in which corrections of one instant follow one another."""
DISPUTE_OUTCOMES: Final = ("accepted", "refused", "pending")
"""What a person makes of a dispute."""
KNOWLEDGE_STEPS: Final = ("notice", "decision", "stop")
"""What a known defect can wait for: that the vendor is told, that its answer is decided on, that such leads stop
coming."""
EMAIL_KINDS: Final = ("ordinary", "role", "disposable")
PHONE_KINDS: Final = ("mobile", "geographic", "non_geographic", "premium")
HASHED_KINDS: Final = ("email_sha256", "phone_sha256")
OPPOSITION_KINDS: Final = ("email", "phone", *HASHED_KINDS)

ROLES: Final = ("leads", "consent_proofs", "manifest")
ACCEPTED_STATUSES: Final = ("accepted", "accepted_with_rejects")
STATUSES: Final = (*ACCEPTED_STATUSES, "refused", "duplicate", "superseded", "no_delivery")
REJECT_REASONS: Final = (
    "required_missing",
    "required_invalid",
    "no_valid_identifier",
    "lead_id_repeated",
    "row_malformed",
    "file_unclaimed",
    "file_undecodable",
    "header_missing",
    "column_missing",
    "file_empty",
    "limit_exceeded",
    "no_contract_in_force",
)
ROLES_READ: Final = ("leads", "consent_proofs")

VENDOR_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,31}")
PARIS: Final = ZoneInfo("Europe/Paris")
"""Whose dates and times the house means where none is said."""
ODCS_VERSION: Final = "v3.2.0"
"""Of the Open Data Contract Standard: in what version contracts are drafted."""
NO_PROOF: Final = "consent_proofs"
ALTERNATIVES: Final = "|"
"""Of `findings.missing_facts`: the entry that says that there is no proof at all, and what stands between fields one of
which would do."""
