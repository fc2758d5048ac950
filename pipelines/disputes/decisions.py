"""What may be decided of a dispute. How it is kept is in `records`.

An accepted dispute stays accepted: what it gave back is published in `corrections`, which nothing takes away. A refused
one may be taken up again, where the vendor shows more.
"""

from datetime import datetime
from typing import Final

from pipelines.disputes.dispute import DisputeDecision, RecordedDispute
from pipelines.vocabulary.words import DISPUTE_OUTCOMES

MOST_CHARACTERS: Final = {"by": 64, "reason": 1000}


class DisputeRefusedError(ValueError):
    """What was asked of a dispute can't be done; the message says why, and what would mend it."""


def decide_dispute(dispute: RecordedDispute, outcome: str, *, by: str, reason: str, at: datetime) -> DisputeDecision:
    """A decision to be recorded; `at` is aware.

    Raises:
        DisputeRefusedError: it is no outcome, nobody's, has no reason, or the dispute is accepted already.
    """
    if outcome not in DISPUTE_OUTCOMES:
        raise DisputeRefusedError(f"OUTCOME: expected one of {', '.join(DISPUTE_OUTCOMES)}")
    if dispute.state == "accepted":
        raise DisputeRefusedError(
            f"dispute {dispute.id} is accepted, and corrections count it: nothing takes that back"
        )
    from pipelines.identifiers.kept_words import confirm_kept_words  # whose patterns reading does not need

    for option, text in (("by", by), ("reason", reason)):
        try:
            confirm_kept_words(f"--{option}", text, MOST_CHARACTERS[option])
        except ValueError as error:
            raise DisputeRefusedError(str(error)) from None
    return DisputeDecision(outcome=outcome, reason=reason.strip(), decided_by=" ".join(by.split()), decided_at=at)


def dispute_numbered(disputes: list[RecordedDispute], vendor: str, number: int) -> RecordedDispute:
    """A vendor's dispute by its number.

    Raises:
        DisputeRefusedError: it has none of that number.
    """
    found = next((one for one in disputes if one.id == number), None)
    if found is None:
        raise DisputeRefusedError(
            f"NUMBER: {vendor} has no dispute of this number: `opposable disputes list {vendor}` names them all"
        )
    return found
