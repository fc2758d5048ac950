"""How a vendor dresses a consumer up as somebody whom fewer rules protect: a company, or one who asked to be called."""

from pipelines.simulation.drafts import Draft
from pipelines.simulation.market_facts import Bad


def siren_of_zeros(draft: Draft) -> None:
    """A company with a number that no company has."""
    draft.lead |= {"audience": draft.rng.choice(("professional", "legal_person")), "company_siren": Bad("000000000")}


def siren_absent(draft: Draft) -> None:
    """A company that nobody can look up."""
    draft.lead["audience"] = draft.rng.choice(("professional", "legal_person"))
    draft.lead.pop("company_siren", None)


def consumer_unordered(draft: Draft) -> None:
    """A consumer for whoever ordered companies."""
    draft.lead["audience"] = "consumer"


def interest_untold(draft: Draft) -> None:
    """A company's interest is claimed in somebody who was not told, could not say no, or of whom nothing is shown."""
    draft.lead["claimed_basis"] = draft.rng.choice(("legitimate_interest", "b2b"))
    match draft.rng.choice(("untold", "no choice", "silence", "no trace")):
        case "untold":
            draft.lead["informed_at_collection"] = False
        case "no choice":
            draft.lead["optout_offered_at_collection"] = False
        case "silence":
            draft.lead.pop("optout_offered_at_collection", None)
        case _:
            draft.consents = []


def callback_unproven(draft: Draft) -> None:
    """Said to have asked to be called, without a trace of it."""
    draft.lead["claimed_basis"] = draft.rng.choice(("callback_request", "phone:callback_request|email:b2b"))
    draft.consents = []
