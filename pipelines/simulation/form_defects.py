"""What can be wrong with how data was collected and passed on, as the vendor itself tells it.

Each function spoils one draft, as in `proof_defects`.
"""

from typing import Final

from pipelines.simulation.drafts import Draft
from pipelines.simulation.proof_defects import OTHER_RECIPIENTS

_DIGEST_OF_NOTHING: Final = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def underage(draft: Draft) -> None:
    """A minor who says so."""
    draft.lead["over_18"] = False


def notice_unshown(draft: Draft) -> None:
    """The vendor itself says that nobody was told of calls where the number was asked for."""
    for consent in draft.own:
        consent.values["l223_2_notice"] = False


def resold(draft: Draft) -> None:
    """Bought from whoever had bought it, for us or, more often, for others."""
    for consent in draft.own:
        consent.values["chain"] = f"editeur-42 > regie-sud > {draft.vendor.slug}"
        if draft.rng.random() < 0.6:
            consent.drop("recipient_sirens", "partner_list_version")
            consent.values["recipients"] = OTHER_RECIPIENTS


def digest_of_nothing(draft: Draft) -> None:
    """The digest of a file that was empty, or no digest at all."""
    for consent in draft.own:
        consent.drop("snapshot_sha256")
        if draft.rng.random() < 0.5:
            consent.values["proof_sha256"] = _DIGEST_OF_NOTHING
        else:
            consent.drop("proof_sha256")
