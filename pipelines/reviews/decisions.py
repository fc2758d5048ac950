"""What may be decided at a renewal by whom, on which dossier. How it is kept is in `records`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from pipelines.identifiers.kept_words import confirm_kept_words
from pipelines.reviews.written_dossiers import FoundDossier, WrittenDossier

DECISIONS: Final = ("renew", "renew_with_conditions", "suspend", "do_not_renew")
LEAST_DIGEST_DIGITS: Final = 8
MOST_CHARACTERS: Final = {"by": 64, "reason": 1000}
REFUSALS: Final = ("unknown_word", "no_reason", "by", "reason", "nothing_waits", "same_person", "dossier")
"""Kinds of what can't be recorded: no decision, no reason, unfit words, nothing to confirm, one person twice, no such
dossier."""

FourEyes = Literal["never", "against", "always"]


class DecisionRefusedError(ValueError):
    """A decision that can't be recorded; the message says why, and what would mend it.

    `kind` is one of `REFUSALS`, so that a page can say it in its own words.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Who decided what, when, why, on which dossier."""

    vendor: str
    decision: str
    reason: str
    decided_by: str
    decided_at: datetime
    dossier_digest: str
    dossier_as_of: datetime
    recommendation: str
    renewal_on: date | None
    needs_second: bool

    @property
    def is_against(self) -> bool:
        """Whether it is not what the dossier advised."""
        return self.decision != self.recommendation


@dataclass(frozen=True, kw_only=True)
class RecordedDecision(Decision):
    """A decision in the registry, and who confirmed it."""

    id: int
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None

    def stands_at(self, instant: datetime) -> bool:
        """Whether it counted at an instant: where a second person is asked for, from its confirmation on."""
        since = self.confirmed_at if self.needs_second else self.decided_at
        return since is not None and since <= instant


def decide(
    dossier: WrittenDossier, decision: str, *, by: str, reason: str, at: datetime, four_eyes: FourEyes
) -> Decision:
    """A decision to be recorded.

    Raises:
        DecisionRefusedError: it is no decision, nobody's, or has no reason, above all against the recommendation.
    """
    if decision not in DECISIONS:
        raise DecisionRefusedError("unknown_word", f"--decision: expected one of {', '.join(DECISIONS)}")
    note = dossier.note
    is_against = decision != note.recommendation
    if not reason.strip():
        advised = f" against the recommendation, which is {note.recommendation}" if is_against else ""
        raise DecisionRefusedError("no_reason", f"--reason: expected why this is decided{advised}, in words")
    _confirm_text("by", by)
    _confirm_text("reason", reason)
    return Decision(
        vendor=note.vendor,
        decision=decision,
        reason=reason.strip(),
        decided_by=_same_name(by),
        decided_at=at,
        dossier_digest=dossier.digest,
        dossier_as_of=note.as_of,
        recommendation=note.recommendation,
        renewal_on=note.renewal_on,
        needs_second=four_eyes == "always" or (four_eyes == "against" and is_against),
    )


def confirmable(
    decisions: Sequence[RecordedDecision], vendor: str, by: str, number: str | None = None
) -> RecordedDecision:
    """The vendor's latest decision, which a second person confirms.

    `number`: of the decision that the person was shown; a later one is not confirmed in its place.

    Raises:
        DecisionRefusedError: nothing waits for a confirmation, or the person is the one who decided.
    """
    _confirm_text("by", by)
    latest = max((one for one in decisions if one.vendor == vendor), key=lambda one: one.id, default=None)
    is_other = latest is not None and number not in (None, str(latest.id))
    if latest is None or is_other or not latest.needs_second or latest.confirmed_at is not None:
        raise DecisionRefusedError(
            "nothing_waits",
            f"{vendor}: no decision waits for a second person: `opposable review list {vendor}` names them all",
        )
    if _same_name(by).casefold() == latest.decided_by.casefold():
        raise DecisionRefusedError("same_person", "--by: expected another person than the one who decided")
    return latest


def dossier_named(dossiers: Sequence[FoundDossier], vendor: str, digest: str | None) -> WrittenDossier:
    """The dossier of a digest, or of its first digits; the latest without one. What others hold is not asked.

    Raises:
        DecisionRefusedError: there is none, several begin so, or its note can't be read.
    """
    chosen = _dossier_chosen(dossiers, vendor, digest)
    try:
        return chosen.read()
    except ValueError as error:
        raise DecisionRefusedError(
            "dossier",
            f"{error}; run `opposable reconcile`, which writes a new one, or name another by --dossier-digest",
        ) from None


def _dossier_chosen(dossiers: Sequence[FoundDossier], vendor: str, digest: str | None) -> FoundDossier:
    if not dossiers:
        raise DecisionRefusedError(
            "dossier", f"{vendor}: there is no dossier to decide on; run `opposable reconcile` first"
        )
    if digest is None:
        return dossiers[-1]
    wanted = digest.lower()
    found = [one for one in dossiers if one.digest.startswith(wanted)]
    if len(wanted) < LEAST_DIGEST_DIGITS or len(found) != 1:
        raise DecisionRefusedError(
            "dossier",
            f"--dossier-digest: expected at least {LEAST_DIGEST_DIGITS} digits of the digest of one of the "
            f"{len(dossiers)} dossiers of {vendor}; that of {dossiers[-1].folder.name} is {dossiers[-1].digest}",
        )
    return found[0]


def _confirm_text(option: str, text: str) -> None:
    """What is kept for years names a colleague and reasons, never a person who was sold as a lead."""
    try:
        confirm_kept_words(f"--{option}", text, MOST_CHARACTERS[option])
    except ValueError as error:
        raise DecisionRefusedError(option, str(error)) from None


def _same_name(name: str) -> str:
    """A name without what tells its spellings apart by accident."""
    return " ".join(name.split())
