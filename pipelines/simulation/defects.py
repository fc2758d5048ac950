"""Every defect by name, in the order in which they strike a draft. What each does is told where it is defined."""

import random
from collections.abc import Callable, Mapping
from typing import Final

from pipelines.simulation import (
    decorations,
    disguises,
    form_defects,
    lead_defects,
    objections,
    proof_defects,
    spelling_defects,
)
from pipelines.simulation.drafts import Draft

Defect = Callable[[Draft], None]

# Persons and instants first, then what the proof says of them, then its delivery; a row is broken last, as a whole.
_IN_ORDER: Final[tuple[Defect, ...]] = (
    lead_defects.too_old,
    lead_defects.duplicate_person,
    lead_defects.lead_id_again,
    objections.known_to_vendor,
    objections.shared_too_late,
    objections.never_shared,
    objections.one_channel,
    objections.on_the_day,
    objections.after_delivery,
    objections.recorded_too_late,
    objections.revoked,
    objections.under_alias,
    objections.hashed_otherwise,
    proof_defects.expired,
    proof_defects.consent_after_collection,
    proof_defects.consent_after_delivery,
    lead_defects.collected_after_delivery,
    proof_defects.period_over,
    proof_defects.channel_missing,
    proof_defects.unnamed,
    proof_defects.list_only,
    proof_defects.prechecked,
    proof_defects.text_changed,
    proof_defects.mentions_lacking,
    proof_defects.optin_missing,
    proof_defects.optin_late,
    proof_defects.withdrawn,
    proof_defects.withdrawn_besides,
    proof_defects.refused_besides,
    proof_defects.refused,
    proof_defects.incomplete,
    proof_defects.other_identity,
    proof_defects.identity_absent,
    proof_defects.second_proof,
    proof_defects.reused,
    proof_defects.late,
    proof_defects.bad_row,
    proof_defects.missing,
    lead_defects.foreign_channel,
    lead_defects.foreign_basis,
    lead_defects.basis_listed,
    lead_defects.basis_missing,
    lead_defects.optional_missing,
    lead_defects.email_absent,
    lead_defects.phone_absent,
    lead_defects.bad_optional,
    lead_defects.bad_identifier,
    lead_defects.no_identifier,
    lead_defects.lead_id_repeated,
    lead_defects.required_missing,
    lead_defects.required_bad,
    lead_defects.collected_in_the_future,
    lead_defects.filler,
    lead_defects.reference_tells,
    lead_defects.malformed,
)

# Nothing is drawn of these for a vendor that has no such vice: others' leads are the same with and without them.
_OF_FEW: Final[tuple[Defect, ...]] = (
    disguises.siren_of_zeros,
    disguises.siren_absent,
    disguises.callback_unproven,
    disguises.consumer_unordered,
    disguises.interest_untold,
    proof_defects.form_confessed,
    form_defects.underage,
    form_defects.notice_unshown,
    form_defects.resold,
    form_defects.digest_of_nothing,
    spelling_defects.consent_unforeseen,
    spelling_defects.proof_cell_unread,
    spelling_defects.refusal_unforeseen,
    spelling_defects.withdrawal_unread,
    spelling_defects.audience_unforeseen,
    spelling_defects.channels_unforeseen,
    spelling_defects.nothing_in_words,
    decorations.decorated,
)

DEFECTS: Final[Mapping[str, Defect]] = {defect.__name__: defect for defect in (*_IN_ORDER, *_OF_FEW)}


def spoil(draft: Draft, rates: Mapping[str, float], rng: random.Random) -> None:
    """Let each defect strike a draft with its own chance, independently of the others.

    Raises:
        KeyError: a rate is given for a defect that does not exist.
    """
    for name in rates:
        DEFECTS[name]
    of_few = {defect.__name__ for defect in _OF_FEW}
    for name, defect in DEFECTS.items():
        if (name in rates or name not in of_few) and rng.random() < rates.get(name, 0.0):
            defect(draft)
