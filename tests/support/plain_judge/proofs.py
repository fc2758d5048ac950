"""The record of a consent, beside other records, and its digest."""

from datetime import date

from tests.support.plain_judge.answers import both, either, is_there
from tests.support.plain_judge.bases import rests_on
from tests.support.plain_judge.cases import Case
from tests.support.plain_judge.readings import Ruling, of_use

OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""SHA-256 of no bytes (FIPS 180-4)."""
DIGESTS = ("proof_sha256", "snapshot_sha256")


@of_use(since=date(2020, 9, 17))
def proof_integrity(case: Case) -> Ruling:
    """CNIL, recommendation 2020-092, by analogy: a digest of the record or of its snapshot, where the contract asks.

    A digest of nothing is no record's: one is enough to fail. One that can't be read may be such a one.
    """
    asked = any(f"consent_proofs.{name}" in case.contract["mapped_fields"] for name in DIGESTS)
    digests = [case.of_proof(name) for name in DIGESTS]
    is_of_something = [True if digest is None else digest != OF_NOTHING for digest in digests]
    can_be_read = [None if case.is_unread(f"consent_proofs.{name}") else True for name in DIGESTS]
    holds = both(either(*map(is_there, digests)), *is_of_something, *can_be_read)
    return Ruling(both(case.proof is not None, asked), holds)


@of_use()
def proof_records_agree(case: Case) -> Ruling:
    """RGPD, art. 5, 1, d): several records of one consent say the same; what we compared says whether."""
    return Ruling(rests_on(case, "consent"), not case.seen["has_contradicting_records"])


@of_use()
def proof_reused_across_persons(case: Case) -> Ruling:
    """RGPD, art. 4, 11) and 7, 1: a consent is one person's; what we compared says whether."""
    return Ruling(rests_on(case, "consent"), not case.seen["is_consent_of_other_person"])


@of_use(since=None)
def proof_field_invalid(case: Case) -> Ruling:
    """Contract (schema of the delivery)."""
    return Ruling(case.proof is not None, not case.of_proof("invalid_fields"))
