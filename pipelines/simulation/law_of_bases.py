"""What the law asks of whoever rests on something else than consent, and of what is sold: more of the second reading.

As in `law.py`: one small function a rule. True passes, False fails, None is unknown.
"""

from datetime import timedelta
from typing import Final

from pipelines.simulation.law import (
    PHONE_CONSENT_FROM,
    Answer,
    LeadUse,
    consent_names_advertiser,
    plain_text,
    proof_matches_lead,
    used_on,
)

ENERGY: Final = ("energy_renovation", "renewable_energy")
HOMES: Final = (*ENERGY, "housing_adaptation")
CPF: Final = ("cpf_training",)
INSURANCE: Final = ("insurance",)
INSURANCE_CONSENT: Final = timedelta(days=30)


def basis_admissible(use: LeadUse) -> Answer:
    """A bought lead rests on consent; a few channels admit another basis for some persons."""
    if use.basis is None:
        return None
    if use.basis == "consent":
        return True
    audience, basis = use.lead.audience, use.basis
    if use.channel in ("email", "sms"):
        protected = ("consumer",) if use.channel == "email" else ("consumer", "professional")
        is_b2b = basis == "b2b" and audience != "consumer"
        return is_b2b or (basis == "legitimate_interest" and audience not in protected)
    if use.channel == "automated_call":
        return audience == "legal_person" and basis in ("legitimate_interest", "b2b")
    if audience == "consumer":
        is_optout = used_on(use) < PHONE_CONSENT_FROM or use.terms.sector == "press"
        return basis == "callback_request" or (basis == "legitimate_interest" and is_optout)
    return basis in ("callback_request", "legitimate_interest", "b2b")


def basis_not_contracted(use: LeadUse) -> Answer:
    """The contract orders leads that rest on this basis."""
    return None if use.basis is None else use.basis in (use.terms.bases or ())


def interest_origin_proven(use: LeadUse) -> Answer:
    """Whoever rests on no consent shows where the data comes from, that the person was told and could say no.

    RGPD, art. 5, 2, 6, 1, f), 13, 14, 21, 2; the regulator's position of 2005 between professionals. What is not shown
    is not known; one wrong part is enough.
    """
    if use.proof is None:
        return None
    shown = None if use.proof.form_id is None and use.proof.source_url is None else True
    parts = (
        use.lead.is_informed,
        use.lead.is_optout_offered,
        shown,
        use.proof.consent_at <= use.lead.delivered_at,
        proof_matches_lead(use),
    )
    return False if False in parts else None if None in parts else True


def elec_b2b_function_relevance(use: LeadUse) -> Answer:
    """A professional is written to about the own function; a contract says which functions the offer concerns."""
    if use.terms.target_functions is None or use.lead.job_function is None:
        return None
    return plain_text(use.lead.job_function).casefold() in use.terms.target_functions


def callback_request_proven(use: LeadUse) -> Answer:
    """There is a proof that the person asked to be called; no vendor of the market has one."""
    return None


def sector_phone_ban(use: LeadUse) -> Answer:
    """Nobody calls a consumer about such works, consent or not, but who was asked to, or works there already.

    C. consom., art. L. 223-1 (energy since 26 July 2020) and R. 223-4.
    """
    if use.basis is None:
        return None
    return use.basis == "contract" or (use.basis == "callback_request" and use.channel == "phone")


def sector_message_ban(use: LeadUse) -> Answer:
    """Nor does anybody write (C. consom., art. L. 223-8), nor to the holder of a CPF (C. trav., art. L. 6323-8-1)."""
    return None if use.basis is None else use.basis == "contract"


def sector_insurance_consent_30_days(use: LeadUse) -> Answer:
    """An insurer calls within thirty days of the consent to it, or who asked to be called (C. assur., L. 112-2-2)."""
    if use.basis == "callback_request":
        return True
    if use.basis is not None and use.basis != "consent":
        return False
    is_late = use.proof is not None and use.lead.delivered_at >= use.proof.consent_at + INSURANCE_CONSENT
    if is_late:
        return False
    return None if use.basis is None or use.proof is None else True


def sector_insurance_named_distributor(use: LeadUse) -> Answer:
    """Who will call was named beforehand."""
    return consent_names_advertiser(use)
