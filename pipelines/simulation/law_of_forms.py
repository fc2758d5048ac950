"""What the law asks of what persons are shown and told, and of the record of it: more of the second reading.

As in `law.py`: one small function a rule. True passes, False fails, None is unknown.
"""

from datetime import date
from typing import Final

from pipelines.simulation.acceptance import Lead
from pipelines.simulation.law import Answer, LeadUse, consent_names_advertiser
from pipelines.vocabulary.words import PARIS

NOTICE_FROM: Final = date(2026, 8, 11)
"""From this day whoever asks a consumer for a number says that commercial calls need consent."""
DIGESTS: Final = ("proof_sha256", "snapshot_sha256")
DIGEST_OF_NOTHING: Final = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def _as_reviewed(use: LeadUse, name: str) -> Answer:
    said: Answer = getattr(use.review, name, None)
    return said


def tel_number_collection_notice(use: LeadUse) -> Answer:
    """The notice of C. consom., art. L. 223-2 was there; the vendor may confess that it was not."""
    if use.is_any_unread("l223_2_notice"):
        return None
    return False if use.record.l223_2_notice is False else _as_reviewed(use, "l223_2_notice")


def is_notice_due(use: LeadUse) -> Answer:
    """There is a form to look at, and it asked for the number under the new law."""
    return use.proof is not None and use.lead.collected_at.astimezone(PARIS).date() >= NOTICE_FROM


def consent_no_onward_transfer(use: LeadUse) -> Answer:
    """A consent is not sold on; who was named in the first place may have it (CNIL, 28 December 2018)."""
    return consent_names_advertiser(use)


def is_resold(use: LeadUse) -> Answer:
    """More than the collector and the vendor had the data."""
    chain = None if use.proof is None else use.proof.chain
    return len([company for company in (chain or "").split(">") if company.strip()]) > 2


def consent_informed_art13(use: LeadUse) -> Answer:
    """The person was told what article 13 of the GDPR asks for."""
    return _as_reviewed(use, "informed_art13")


def consent_withdrawal_as_easy(use: LeadUse) -> Answer:
    """To withdraw is as easy as to give (RGPD, art. 7, 3)."""
    return _as_reviewed(use, "withdrawal_as_easy")


def consent_not_in_terms(use: LeadUse) -> Answer:
    """Whoever accepts terms of use has consented to nothing (RGPD, art. 7, 2)."""
    return _as_reviewed(use, "separate_from_terms")


def is_reviewed(use: LeadUse) -> Answer:
    """Somebody of ours has looked at the form."""
    return use.review is not None


def is_reviewed_for_terms(use: LeadUse) -> Answer:
    """Somebody of ours has looked where the consent stands."""
    return use.review is not None and use.review.separate_from_terms is not None


def consent_partner_list_maintained(use: LeadUse) -> Answer:
    """Who was put on the list later has no consent of before."""
    since = None if use.review is None else use.review.named_since
    return None if since is None else use.record.consent_at.astimezone(PARIS).date() >= since


def is_place_on_list_dated(use: LeadUse) -> Answer:
    """Somebody of ours noted since when we are on the list."""
    return use.review is not None and use.review.named_since is not None


def proof_integrity(use: LeadUse) -> Answer:
    """A digest shows what was changed; that of an empty file shows nothing."""
    digests = {getattr(use.record, name) for name in DIGESTS} - {None}
    if DIGEST_OF_NOTHING in digests:
        return False
    return True if digests and not use.is_any_unread(*DIGESTS) else None


def is_digest_due(use: LeadUse) -> Answer:
    """The contract asks for one, and there is a proof to bear it."""
    return use.proof is not None and any(name in use.terms.proofs.columns for name in DIGESTS)


def is_age_in_order(lead: Lead) -> bool:
    """A consumer whose age the contract asks for is of age, and says so."""
    is_asked = "over_18" in lead.terms.leads.columns and (lead.audience == "consumer" or lead.is_audience_unread)
    return not is_asked or (lead.is_over_18 is True and not lead.is_audience_unread)
