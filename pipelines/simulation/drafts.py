"""A lead while it is being invented: its row, the consents behind it and the objections of its person.

A fresh draft is faultless as far as its vendor's form allows; `lead_defects`, `proof_defects` and `objections`
spoil it.
"""

import hashlib
import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from pipelines.simulation import people
from pipelines.simulation.market_facts import ContractTerms, Form, OppositionRow, Value, Vendor, duration, in_paris
from pipelines.simulation.people import InventedPerson
from pipelines.vocabulary.words import PARIS


@dataclass
class Consent:
    """One proof row and the day on which the vendor delivers it."""

    values: dict[str, Value]
    arrives_on: date
    is_malformed: bool = False

    def drop(self, *names: str) -> None:
        """Leave fields empty."""
        for name in names:
            self.values.pop(name, None)


@dataclass
class Draft:
    """A lead on its way into a lead file, with all that belongs to it."""

    rng: random.Random
    vendor: Vendor
    terms: ContractTerms
    day: date
    delivered_at: datetime
    earlier: list["Draft"] = field(repr=False)
    """Drafts of the same vendor before this one, the same delivery included."""
    person: InventedPerson
    lead: dict[str, Value] = field(default_factory=dict)
    consents: list[Consent] = field(default_factory=list)
    oppositions: list[OppositionRow] = field(default_factory=list)
    is_malformed: bool = False

    @property
    def known_at(self) -> datetime:
        """The proof deadline of the delivery."""
        return self.delivered_at + duration(self.terms.proof_deadline)

    @property
    def own(self) -> list[Consent]:
        """The lead's first consent, or nothing when its proof is missing."""
        return self.consents[:1]

    def instant(self, name: str) -> datetime:
        """An instant of the lead row that is known to be there."""
        value = self.lead[name]
        if not isinstance(value, datetime):
            raise TypeError(f"{name} holds no instant")
        return value

    def become(self, person: InventedPerson) -> None:
        """Put another person into the lead and its consents."""
        self.person = person
        self.lead |= {
            "email": people.spell_email(self.rng, person.email),
            "phone": people.spell_phone(self.rng, person.phone),
            "first_name": person.first_name,
            "last_name": person.last_name.upper() if self.rng.random() < 0.3 else person.last_name,
            "postal_code": person.postal_code,
        }
        for consent in self.consents:
            consent.values |= identity_values(self.rng, person, self.vendor.habits.identity)

    def shift(self, distance: timedelta) -> None:
        """Move collection and consent in time, together."""
        self.lead["collected_at"] = self.instant("collected_at") + distance
        for consent in self.consents:
            for name in ("consent_at", "double_optin_sent_at", "double_optin_confirmed_at"):
                value = consent.values.get(name)
                if isinstance(value, datetime):
                    consent.values[name] = value + distance


def identity_values(rng: random.Random, person: InventedPerson, identity: str) -> dict[str, Value]:
    """How a proof row names a person: clear, hashed or not at all."""
    if identity == "clear":
        return {"email": people.spell_email(rng, person.email), "phone": people.spell_phone(rng, person.phone)}
    if identity == "sha256":
        return {"email_sha256": people.hashed(person.email), "phone_sha256": people.hashed(person.phone)}
    return {}


def fresh_draft(
    rng: random.Random, vendor: Vendor, day: date, delivered_at: datetime, number: int, earlier: list[Draft]
) -> Draft:
    """A faultless lead of a delivery, with one consent that arrives the vendor's usual number of days later."""
    terms = vendor.terms_on(day)
    draft = Draft(rng, vendor, terms, day, delivered_at, earlier, people.draw_person(rng))
    reference = f"{day:%y%m%d}-{number:04d}"
    collected_at = _collection_instant(rng, delivered_at)
    form = rng.choices(vendor.forms, weights=vendor.habits.form_weights)[0]
    link = rng.choice(vendor.habits.links)
    draft.lead = _lead_values(draft, f"{vendor.prefix}-{reference}", collected_at, form)
    values = _consent_values(draft, f"C{vendor.prefix}-{reference}", form)
    if link == "consent_id":
        draft.lead["consent_id"] = values["consent_id"]
    if link == "key":
        values.pop("lead_id")
    draft.consents = [Consent(values, day + timedelta(days=rng.choice(vendor.habits.days_late)))]
    draft.become(draft.person)
    return draft


def _collection_instant(rng: random.Random, delivered_at: datetime) -> datetime:
    """Between one and eleven hours before the delivery, to the second."""
    return (delivered_at - timedelta(seconds=rng.randint(3600, 39_600))).replace(microsecond=0)


def _lead_values(draft: Draft, lead_id: str, collected_at: datetime, form: Form) -> dict[str, Value]:
    rng, habits = draft.rng, draft.vendor.habits
    values: dict[str, Value] = {
        "lead_id": lead_id,
        "collected_at": collected_at,
        "country": "FR",
        "form_id": form.form_id,
        "form_version": form.form_version,
        "source_url": f"https://{draft.vendor.slug}.example/{form.form_id.lower()}?merci={draft.person.email}",
        "collector_id": draft.vendor.slug,
        "product": rng.choice(("fibre", "mobile", "fibre et mobile")),
        "over_18": True,
        "informed_at_collection": True,
        "optout_offered_at_collection": True,
        "claimed_basis": rng.choice(habits.bases),
        "answers": f'{{"fibre_eligible": {rng.choice(("true", "false"))}, "occupants": {rng.randint(1, 6)}}}',
    }
    if habits.audiences:
        values["audience"] = audience = rng.choice(habits.audiences)
        if audience != "consumer" and rng.random() < 0.9:
            values |= {"company_siren": draft.person.siren, "job_function": rng.choice(("gérant", "DSI", "acheteuse"))}
    if habits.channel_choices:
        values["channels"] = rng.choice(habits.channel_choices)
    return values


def _consent_values(draft: Draft, consent_id: str, form: Form) -> dict[str, Value]:
    rng = draft.rng
    consent_at = draft.instant("collected_at") - timedelta(seconds=rng.randint(0, 120))
    sent_at = consent_at + timedelta(seconds=rng.randint(0, 240))
    values: dict[str, Value | None] = {
        "consent_id": consent_id,
        "lead_id": str(draft.lead["lead_id"]),
        "channels": draft.terms.channels,
        "decision": "given",
        "consent_at": consent_at,
        "action": form.action,
        "box_prechecked": form.box_prechecked,
        "consent_text": _text_as_exported(rng, form.text, draft.terms.proofs.encoding),
        "recipients": form.recipients,
        "recipient_sirens": form.recipient_sirens,
        "partner_list_version": form.partner_list_version,
        "goods_services": "accès à internet et téléphonie",
        "mentions": form.mentions,
        "l223_2_notice": True,
        "chain": f"editeur-42 > {draft.vendor.slug}",
        "proof_sha256": hashlib.sha256(consent_id.encode()).hexdigest(),
        "snapshot_sha256": hashlib.sha256(form.text.encode()).hexdigest(),
        "source_url": f"https://{draft.vendor.slug}.example/{form.form_id.lower()}",
        "form_id": form.form_id,
        "form_version": form.form_version,
        "ip": f"198.51.100.{rng.randint(1, 254)}",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64)",
        "double_optin_sent_at": sent_at,
        "double_optin_confirmed_at": sent_at + timedelta(seconds=rng.randint(0, 2400)),
        "period_end": _half_a_year_later(consent_at) if rng.random() < 0.3 else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def _half_a_year_later(instant: datetime) -> datetime:
    return in_paris(instant.astimezone(PARIS).date() + timedelta(days=180))


def _text_as_exported(rng: random.Random, text: str, encoding: str | None) -> str:
    """The text of a form as a vendor's export renders it: the same words, other spaces or composed otherwise."""
    chance = rng.random()
    if chance < 0.05:
        return f"  {text} "
    if chance < 0.10:
        return text.replace(". ", ".\n", 1)
    if chance < 0.15 and encoding != "windows-1252":
        return people.decomposed(text)
    return text.replace(" ", "  ", 1) if chance < 0.20 else text
