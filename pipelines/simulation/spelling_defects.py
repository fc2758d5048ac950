"""What a vendor writes in words and orders that its contract did not foresee: its NOs above all.

`Worded` is what everybody understands, `Bad` what nobody can be sure of, `Blank` a word for an empty cell.
"""

from typing import Final

from pipelines.simulation.drafts import Draft
from pipelines.simulation.market_facts import Bad, Blank, Value, Worded
from pipelines.simulation.proof_defects import instant_around, sibling, some_channels

_WITHDRAWALS: Final = (
    "par courrier", "Aug 20 2026", "20260820", "1786000000", "oui", "1", "true", "20/08/2026 11:00",
)  # fmt: skip
_NOES: Final[tuple[Value, ...]] = (
    Worded("opt-out", "refused"),
    Worded("refusé", "refused"),
    Worded("non", "refused"),
    Bad("pas d'accord"),
    Bad("à rappeler"),
)
_YESSES: Final = (Worded("opt-in", "given"), Worded("accepté", "given"), Worded("oui", "given"))
_CHANNELS: Final = {
    "email": ("e-mail", "courriel", "mail"),
    "sms": ("SMS", "texto"),
    "phone": ("téléphone", "tél", "appel"),
}
_NO_CHANNELS: Final[tuple[Value, ...]] = (Worded("aucun", ()), Worded("[]", ()), Bad("tous"), Bad("partout"))
_AUDIENCES: Final[tuple[Value, ...]] = (
    Worded("B2C", "consumer"),
    Worded("particulier", "consumer"),
    Worded("PRO", "professional"),
    Bad("prospect"),
    Bad("client fidèle"),
)
_UNREAD_CELLS: Final[dict[str, tuple[str, ...]]] = {
    "period_end": ("19/08/2026", "1 mois"),
    "box_prechecked": ("voir formulaire", "peut-être"),
    "mentions": ("identity;choice",),
    "recipient_sirens": ("904 127",),
}
_NOTHING: Final = ("NULL", "N/A", "-", "#N/A", "nan", "\\N")


def withdrawal_unread(draft: Draft) -> None:
    """A withdrawal in another order, as a tick or as a remark, in the lead's own row or in another of its person."""
    for consent in draft.own:
        row = consent if draft.rng.random() < 0.5 else sibling(draft, consent, "U")
        if row:
            row.values["withdrawn_at"] = Bad(draft.rng.choice(_WITHDRAWALS))
        if row and row is not consent:
            row.values["channels"] = some_channels(draft)
            draft.consents.append(row)


def refusal_unforeseen(draft: Draft) -> None:
    """Another row says NO in the vendor's own words, sometimes with an instant or channels that nobody can read."""
    for consent in draft.own:
        row = sibling(draft, consent, "N")
        if row:
            row.values["decision"] = draft.rng.choice(_NOES)
            row.values["channels"] = _unforeseen_channels(draft) if draft.rng.random() < 0.7 else _no_channels(draft)
            row.values["consent_at"] = Bad("hier soir") if draft.rng.random() < 0.2 else instant_around(draft, consent)
            draft.consents.append(row)


def consent_unforeseen(draft: Draft) -> None:
    """A YES in the vendor's own words, with a tick, the -1 that some databases write for it, or a NO for the box."""
    for consent in draft.own:
        consent.values["decision"] = draft.rng.choice(_YESSES)
        consent.values["channels"] = _unforeseen_channels(draft)
        consent.values["box_prechecked"] = draft.rng.choice(
            (Worded("✓", True), Worded("-1", True), Worded("non", False))
        )


def proof_cell_unread(draft: Draft) -> None:
    """A cell of the proof that nobody can read, of those that decide."""
    for consent in draft.own:
        name = draft.rng.choice(tuple(_UNREAD_CELLS))
        consent.values[name] = Bad(draft.rng.choice(_UNREAD_CELLS[name]))


def nothing_in_words(draft: Draft) -> None:
    """A word for nothing where a reference or a form should be."""
    word = Blank(draft.rng.choice(_NOTHING))
    name = draft.rng.choice(("lead_id", "consent_id", "form_id", "form_version", "withdrawn_at"))
    for row in (draft.lead, *(consent.values for consent in draft.own)):
        if name in row or name == "withdrawn_at":
            row[name] = word


def audience_unforeseen(draft: Draft) -> None:
    """Whom the lead is, in the vendor's own words."""
    draft.lead["audience"] = draft.rng.choice(_AUDIENCES)


def channels_unforeseen(draft: Draft) -> None:
    """For which channels the lead is sold, in the vendor's own words, none of them included."""
    is_told = draft.rng.random() < 0.5
    draft.lead["channels"] = _unforeseen_channels(draft) if is_told else _no_channels(draft)


def _unforeseen_channels(draft: Draft) -> Value:
    channels = some_channels(draft)
    spelled = (draft.rng.choice(_CHANNELS[channel]) for channel in channels)
    return Worded(draft.terms.proofs.columns["channels"].separator.join(spelled), channels)


def _no_channels(draft: Draft) -> Value:
    return draft.rng.choice(_NO_CHANNELS)
