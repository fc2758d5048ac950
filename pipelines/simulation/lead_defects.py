"""What can be wrong with a lead row: unreadable values, repetition, age, channels and claimed bases.

Each function spoils one draft; which ones are drawn, and how often, is the vendor's character.
"""

from datetime import timedelta
from typing import Final

from pipelines.simulation import people
from pipelines.simulation.drafts import Draft
from pipelines.simulation.market_facts import Bad, Filler, Layout, Said, Value, duration
from pipelines.vocabulary import words

_TYPED_IN_PARQUET: Final = ("collected_at", "over_18", "informed_at_collection", "optout_offered_at_collection")
_BAD_VALUES: Final[dict[str, Bad]] = {
    "over_18": Bad("peut-être"),
    "informed_at_collection": Bad("cf. CGV"),
    "optout_offered_at_collection": Bad("?"),
    "audience": Bad("inconnue"),
    "company_siren": Bad("12AB"),
    "channels": Bad(("email", "pigeon")),
    "claimed_basis": Bad("usage"),
}
_FILLERS: Final = (
    ("first_name", "Test", "Test"),
    ("last_name", "AZERTY", "AZERTY"),
    ("last_name", "xxx", "xxx"),
    ("phone", "0600000000", "+33600000000"),
    ("email", "azerty@courriel-rapide.example", "azerty@courriel-rapide.example"),
)
_FOREIGN_BASES: Final = ("contract", "soft_optin", "legitimate_interest", "b2b", "callback_request")
_LISTED_BASES: Final = ("consent", "consent", "callback_request", "b2b", "soft_optin")


def too_old(draft: Draft) -> None:
    """Collected long before the delivery, sometimes on the very limit of the contract's age."""
    limit = draft.terms.max_lead_age
    if limit and draft.rng.random() < 0.2:
        draft.shift(draft.delivered_at - duration(limit) - draft.instant("collected_at"))
    else:
        draft.shift(-timedelta(days=draft.rng.randint(4, 60)))


def collected_after_delivery(draft: Draft) -> None:
    """Said to be collected after it was delivered."""
    draft.lead["collected_at"] = draft.delivered_at + timedelta(minutes=draft.rng.randint(1, 600))


def duplicate_person(draft: Draft) -> None:
    """The same person as an earlier lead, or only the same phone or the same e-mail."""
    if not draft.earlier:
        return
    twin = draft.rng.choice(draft.earlier[-150:]).person
    shared = draft.rng.choice(("both", "email", "phone"))
    draft.become(
        people.replaced(
            draft.person,
            email=draft.person.email if shared == "phone" else twin.email,
            phone=draft.person.phone if shared == "email" else twin.phone,
        )
    )


def lead_id_again(draft: Draft) -> None:
    """The reference of a lead of an earlier delivery."""
    others = [other for other in draft.earlier if other.day < draft.day and isinstance(other.lead.get("lead_id"), str)]
    if others:
        _take_lead_id(draft, draft.rng.choice(others[-150:]))


def lead_id_repeated(draft: Draft) -> None:
    """The reference of another lead of the same delivery."""
    others = [other for other in draft.earlier if other.day == draft.day and isinstance(other.lead.get("lead_id"), str)]
    if others:
        _take_lead_id(draft, draft.rng.choice(others))


def _take_lead_id(draft: Draft, other: Draft) -> None:
    draft.lead["lead_id"] = other.lead["lead_id"]
    for consent in draft.consents:
        if "lead_id" in consent.values:
            consent.values["lead_id"] = other.lead["lead_id"]


def email_absent(draft: Draft) -> None:
    """No e-mail: no fault, but no use of the lead by e-mail either."""
    draft.lead.pop("email", None)


def phone_absent(draft: Draft) -> None:
    """No phone: no fault either."""
    draft.lead.pop("phone", None)


def bad_identifier(draft: Draft) -> None:
    """An e-mail or a phone number that can't be one."""
    if draft.rng.random() < 0.5:
        draft.lead["email"] = _bad_email(draft)
    else:
        draft.lead["phone"] = _bad_phone(draft)


def no_identifier(draft: Draft) -> None:
    """Neither a valid e-mail nor a valid phone."""
    for name, bad in (("email", _bad_email(draft)), ("phone", _bad_phone(draft))):
        if draft.rng.random() < 0.6:
            draft.lead[name] = bad
        else:
            draft.lead.pop(name, None)


def _bad_email(draft: Draft) -> Bad:
    local, _, domain = draft.person.email.partition("@")
    text = draft.rng.choice((f"{local}.{domain}", f"{local}@@{domain}", f"{local} @", "néant"))
    return Bad(text, may_mean=draft.person.email if "@@" in text else None)


def _bad_phone(draft: Draft) -> Bad:
    return Bad(draft.rng.choice((f"0{draft.person.phone[-9:-4]}", "non communiqué", "0000000000", "0612")))


def bad_optional(draft: Draft) -> None:
    """An optional field whose value can't be read."""
    layout = draft.terms.leads
    names = [name for name in _BAD_VALUES if name in layout.columns and _holds_text(layout, name)]
    if names:
        name = draft.rng.choice(names)
        draft.lead[name] = _BAD_VALUES[name]


def optional_missing(draft: Draft) -> None:
    """A field left empty although the contract requires it."""
    draft.lead.pop("postal_code", None)


def required_missing(draft: Draft) -> None:
    """A row without its reference or its collection instant."""
    draft.lead.pop(draft.rng.choice(("lead_id", "collected_at")), None)


def required_bad(draft: Draft) -> None:
    """A collection instant that is none."""
    if "collected_at" in draft.lead and _holds_text(draft.terms.leads, "collected_at"):
        draft.lead["collected_at"] = Bad(draft.rng.choice(("31/02/2026 25:61:00", "hier soir", "2026-13-45T10:00:00Z")))


def collected_in_the_future(draft: Draft) -> None:
    """Said to be collected days after it was delivered."""
    if "collected_at" in draft.lead:
        draft.lead["collected_at"] = draft.delivered_at + timedelta(days=draft.rng.randint(2, 20))


def reference_tells(draft: Draft) -> None:
    """A reference that is made of the person's own number."""
    phone, delivered = draft.person.phone, draft.lead.get("phone")
    is_own = isinstance(delivered, Said) and delivered.meaning == phone
    if "lead_id" in draft.lead and is_own and phone.startswith("+33"):
        draft.lead["lead_id"] = Bad(f"{draft.vendor.prefix}-0{phone[3:]}")


def filler(draft: Draft) -> None:
    """Nobody's name, number or address, where somebody's should be."""
    name, text, meaning = draft.rng.choice(_FILLERS)
    if isinstance(draft.lead.get(name), str | Said):
        draft.lead[name] = Filler(text, meaning)


def malformed(draft: Draft) -> None:
    """A line of the file that is no row."""
    draft.is_malformed = draft.terms.leads.format in ("csv", "jsonl")


def foreign_channel(draft: Draft) -> None:
    """Sold for a channel that the contract doesn't buy."""
    foreign = next((channel for channel in words.CHANNELS if channel not in draft.terms.channels), None)
    if foreign and "channels" in draft.terms.leads.columns:
        draft.lead["channels"] = (foreign,) if draft.rng.random() < 0.1 else (*_wrong_channels(draft), foreign)


def foreign_basis(draft: Draft) -> None:
    """A legal basis other than the usual one, for every channel."""
    draft.lead["claimed_basis"] = draft.rng.choice(_FOREIGN_BASES)


def basis_listed(draft: Draft) -> None:
    """A basis for each channel, sometimes with a channel left out."""
    channels = _wrong_channels(draft)
    named = channels[1:] if len(channels) > 1 and draft.rng.random() < 0.15 else channels
    parts = [f"{channel}:{draft.rng.choice(_LISTED_BASES)}" for channel in named]
    draft.lead["claimed_basis"] = "|".join(parts)


def basis_missing(draft: Draft) -> None:
    """No basis although the vendor has a column for it."""
    draft.lead.pop("claimed_basis", None)


def _wrong_channels(draft: Draft) -> tuple[str, ...]:
    value: Value | None = draft.lead.get("channels")
    return value if isinstance(value, tuple) else draft.terms.channels


def _holds_text(layout: Layout, name: str) -> bool:
    return layout.format != "parquet" or name not in _TYPED_IN_PARQUET
