"""What stands around identifiers in vendors' files: prefixes, brackets, notes and wrappers that leave one meaning.

A decorated person is the same person: who objected is not sold under `mailto:` or `Mobile:` either.
"""

from typing import Final

from pipelines.simulation.drafts import Draft
from pipelines.simulation.market_facts import Said
from pipelines.simulation.people import national

EMAILS: Final = ("mailto:{}", "<{}>", "{},")
INTERNATIONAL_PHONES: Final = ("p:{}",)
NATIONAL_PHONES: Final = ("Mobile: {}", "{} (mobile)", '="{}"')


def decorated(draft: Draft) -> None:
    """The e-mail, the phone number or both as a form, a spreadsheet or a social network exports them."""
    names = draft.rng.choice((("email",), ("phone",), ("email", "phone")))
    for name in names:
        delivered = draft.lead.get(name)
        if isinstance(delivered, Said):
            draft.lead[name] = _decorated(draft, name, delivered.meaning)


def _decorated(draft: Draft, name: str, identifier: str) -> Said:
    if name == "email":
        return Said(draft.rng.choice(EMAILS).format(identifier), identifier)
    shape = draft.rng.choice((*INTERNATIONAL_PHONES, *NATIONAL_PHONES))
    text = identifier if shape in INTERNATIONAL_PHONES else national(identifier)
    return Said(shape.format(text), identifier)
