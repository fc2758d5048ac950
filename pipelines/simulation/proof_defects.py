"""What can be wrong with a consent or its proof: absent, late, refused, withdrawn, incomplete, old, somebody else's.

Each function spoils one draft. A draft whose proof another defect took away is left alone.
"""

from datetime import datetime, timedelta
from typing import Final

from pipelines.simulation import people
from pipelines.simulation.drafts import Consent, Draft, identity_values
from pipelines.simulation.market_facts import Bad, Value, in_paris, years_later
from pipelines.vocabulary import words
from pipelines.vocabulary.words import PARIS

OTHER_RECIPIENTS: Final = ("Assurances du Ballon", "Voyages Cap Sizun")
_ESSENTIALS: Final = ("consent_text", "action", "form_id", "form_version")
_IDENTITY: Final = ("email", "phone", "email_sha256", "phone_sha256")


def expired(draft: Draft) -> None:
    """Consent given a year ago or longer, sometimes to the second, sometimes a second less."""
    chance = draft.rng.random()
    a_year_ago = years_later(draft.delivered_at, -1)
    for consent in draft.own:
        if chance < 0.2:
            consent.values["consent_at"] = a_year_ago + timedelta(seconds=draft.rng.choice((0, 1)))
        else:
            consent.values["consent_at"] = a_year_ago - timedelta(days=draft.rng.randint(1, 300), minutes=7)
        consent.drop("double_optin_sent_at", "double_optin_confirmed_at", "period_end")


def period_over(draft: Draft) -> None:
    """The period for which the person consented ended before the delivery."""
    for consent in draft.own:
        ended_on = draft.delivered_at.astimezone(PARIS).date() - timedelta(days=draft.rng.randint(0, 20))
        consent.values["period_end"] = in_paris(ended_on)


def consent_after_collection(draft: Draft) -> None:
    """Consent given some time after the data was collected, still before the delivery."""
    for consent in draft.own:
        minutes = draft.rng.choice((5, 6, 20, 45))  # five minutes are tolerated
        consent.values["consent_at"] = draft.instant("collected_at") + timedelta(minutes=minutes)


def consent_after_delivery(draft: Draft) -> None:
    """Consent given after the lead was sold."""
    for consent in draft.own:
        consent.values["consent_at"] = draft.delivered_at + timedelta(minutes=draft.rng.randint(1, 1200))


def refused(draft: Draft) -> None:
    """The person refused, and is sold as a lead."""
    for consent in draft.own:
        consent.values["decision"] = "refused"
        consent.drop("withdrawn_at")


def refused_besides(draft: Draft) -> None:
    """A second row says that the person refused, on some channels, before or after the consent."""
    for consent in draft.own:
        other = sibling(draft, consent, "R")
        if other:
            other.values["decision"] = "refused"
            other.drop("withdrawn_at")
            other.values["channels"] = some_channels(draft)
            other.values["consent_at"] = instant_around(draft, consent)
            draft.consents.append(other)


def withdrawn(draft: Draft) -> None:
    """The person withdrew the consent from the vendor, before or after the delivery."""
    for consent in draft.own:
        consent.values["withdrawn_at"] = max(instant_around(draft, consent), _consent_instant(consent, "consent_at"))


def withdrawn_besides(draft: Draft) -> None:
    """Another consent of the same person was withdrawn, before or after this one was given."""
    for consent in draft.own:
        other = sibling(draft, consent, "W")
        if other:
            given_at = _consent_instant(consent, "consent_at") - timedelta(days=draft.rng.randint(20, 90))
            other.values |= {"consent_at": given_at, "withdrawn_at": instant_around(draft, consent)}
            other.values["channels"] = some_channels(draft)
            draft.consents.append(other)


def second_proof(draft: Draft) -> None:
    """A worse proof of the same consent, delivered with the good one."""
    for consent in draft.own:
        worse = Consent(dict(consent.values), consent.arrives_on)
        spoil = draft.rng.choice(("text", "channels", "recipients", "late"))
        if spoil == "text":
            worse.drop("consent_text")
        elif spoil == "channels":
            worse.values["channels"] = draft.terms.channels[-1:]
        elif spoil == "recipients":
            worse.drop("recipient_sirens")
            worse.values["recipients"] = OTHER_RECIPIENTS
        else:
            worse.values["consent_at"] = draft.delivered_at + timedelta(hours=1)
        draft.consents.append(worse)


def channel_missing(draft: Draft) -> None:
    """The consent covers only some of the channels for which the lead is sold."""
    for consent in draft.own:
        consent.values["channels"] = some_channels(draft)


def unnamed(draft: Draft) -> None:
    """Consent asked for other companies only."""
    for consent in draft.own:
        consent.drop("recipient_sirens", "partner_list_version")
        consent.values["recipients"] = OTHER_RECIPIENTS


def list_only(draft: Draft) -> None:
    """Recipients given by the version of a list of partners, not by name."""
    for consent in draft.own:
        consent.drop("recipients", "recipient_sirens")
        consent.values["partner_list_version"] = "partenaires-2026-06"


def prechecked(draft: Draft) -> None:
    """The vendor itself says that the box was ticked beforehand."""
    for consent in draft.own:
        consent.values["box_prechecked"] = True


def form_confessed(draft: Draft) -> None:
    """The vendor itself says that one could not take part without consent, or that refusing was hard to see."""
    for consent in draft.own:
        if draft.rng.random() < 0.5:
            consent.values["participation_requires_consent"] = True
        else:
            consent.values["refusal_equal_prominence"] = False


def text_changed(draft: Draft) -> None:
    """Another text than the one that was reviewed."""
    for consent in draft.own:
        consent.values["consent_text"] = "J'accepte de recevoir toutes les offres des partenaires."


def mentions_lacking(draft: Draft) -> None:
    """One of the five mentions was not shown."""
    for consent in draft.own:
        dropped = draft.rng.choice(words.MENTIONS)
        consent.values["mentions"] = tuple(mention for mention in words.MENTIONS if mention != dropped)


def incomplete(draft: Draft) -> None:
    """An essential part of the proof is missing or can't be read."""
    for consent in draft.own:
        part = draft.rng.choice((*_ESSENTIALS, "recipients"))
        if part == "recipients":
            consent.drop("recipients", "recipient_sirens", "partner_list_version")
        elif part == "action" and "action" in consent.values:
            consent.values["action"] = Bad("clic")
        else:
            consent.drop(part)


def other_identity(draft: Draft) -> None:
    """The proof names somebody else, by one identifier or by both."""
    for consent in draft.own:
        strange = identity_values(draft.rng, people.draw_person(draft.rng), draft.vendor.habits.identity)
        chosen = draft.rng.choice((("email", "email_sha256"), ("phone", "phone_sha256"), _IDENTITY))
        consent.values |= {name: value for name, value in strange.items() if name in chosen}


def identity_absent(draft: Draft) -> None:
    """The proof names the person by one identifier only."""
    for consent in draft.own:
        consent.drop(*draft.rng.choice((("email", "email_sha256"), ("phone", "phone_sha256"))))


def optin_missing(draft: Draft) -> None:
    """The confirmation message was never answered, or never sent."""
    for consent in draft.own:
        consent.drop("double_optin_confirmed_at")
        if draft.rng.random() < 0.5:
            consent.drop("double_optin_sent_at")


def optin_late(draft: Draft) -> None:
    """Confirmed after the delivery, or before it was asked."""
    for consent in draft.own:
        if draft.rng.random() < 0.5:
            consent.values["double_optin_confirmed_at"] = draft.delivered_at + timedelta(hours=3)
        else:
            consent.values["double_optin_sent_at"] = _consent_instant(consent, "consent_at") - timedelta(minutes=9)


def reused(draft: Draft) -> None:
    """The lead rests on the consent of another person, in this delivery or an earlier one."""
    others = [other for other in draft.earlier[-200:] if "consent_id" in other.lead]
    if others:
        draft.lead["consent_id"] = draft.rng.choice(others).lead["consent_id"]
        draft.consents = []


def late(draft: Draft) -> None:
    """The proof comes some days after the lead."""
    for consent in draft.consents:
        consent.arrives_on = draft.day + timedelta(days=draft.rng.randint(1, 6))


def bad_row(draft: Draft) -> None:
    """A proof row that can't be accepted."""
    for consent in draft.own:
        layout = draft.terms.proofs
        kinds = ["no_reference", "no_instant", "bad_channels"]
        if layout.format != "parquet":
            kinds += ["bad_instant", "no_channels"]
        if layout.format in ("csv", "jsonl"):
            kinds.append("malformed")
        if "decision" in layout.columns:
            kinds += ["bad_decision", "no_decision"]
        _spoil_row(consent, draft.rng.choice(kinds))


def _spoil_row(consent: Consent, kind: str) -> None:
    bad: dict[str, tuple[str, Value]] = {
        "bad_channels": ("channels", Bad(("email", "pigeon"))),
        "bad_instant": ("consent_at", Bad("32/13/2026")),
        "bad_decision": ("decision", Bad("plus tard")),
    }
    missing = {
        "no_reference": "consent_id",
        "no_instant": "consent_at",
        "no_channels": "channels",
        "no_decision": "decision",
    }
    if kind == "malformed":
        consent.is_malformed = True
    elif kind in missing:
        consent.drop(missing[kind])
    else:
        name, value = bad[kind]
        consent.values[name] = value


def missing(draft: Draft) -> None:
    """No proof at all."""
    draft.consents = []


def sibling(draft: Draft, consent: Consent, letter: str) -> Consent | None:
    """Another row about the same person, tied to the lead by its consent, by its lead or by key alone.

    Needs a person named in clear or by hash, so that the tie by key exists.
    """
    link = draft.rng.choice(("consent_id", "lead_id", "key"))
    identity = identity_values(draft.rng, draft.person, draft.vendor.habits.identity)
    if not identity or "consent_id" not in consent.values:
        return None
    other = Consent(dict(consent.values) | identity, consent.arrives_on)
    if link != "consent_id" or "consent_id" not in draft.lead:
        other.values["consent_id"] = f"{letter}{consent.values['consent_id']}"
    if link == "key":
        other.drop("lead_id")
    return other


def instant_around(draft: Draft, consent: Consent) -> datetime:
    """An instant before the consent, between consent and delivery, or after the delivery."""
    given_at = _consent_instant(consent, "consent_at")
    between = given_at + (draft.delivered_at - given_at) / 2
    choices = (given_at - timedelta(days=3), between.replace(microsecond=0), draft.delivered_at + timedelta(hours=2))
    return draft.rng.choices(choices, weights=(2, 5, 2))[0]


def some_channels(draft: Draft) -> tuple[str, ...]:
    """At least one of the contract's channels, and not all where there are several."""
    channels = draft.terms.channels
    if len(channels) == 1:
        return channels
    kept = set(draft.rng.sample(channels, draft.rng.randint(1, len(channels) - 1)))
    return tuple(channel for channel in channels if channel in kept)


def _consent_instant(consent: Consent, name: str) -> datetime:
    value = consent.values[name]
    if not isinstance(value, datetime):
        raise TypeError(f"{name} holds no instant")
    return value
