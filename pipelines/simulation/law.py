"""What is wrong with each lead use, by the law and the contracts: a second reading, made without the rulebook.

One small function a rule, over the facts of one lead use. True passes, False fails, None is unknown. Which facts those
are (the proof that counts, refusals, objections) is found in `known_facts.py`; when a rule is asked, in `truth.py`;
what is asked of other bases than consent, and in some sectors, in `law_of_bases.py`.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from pipelines.simulation.acceptance import Lead, Proof
from pipelines.simulation.market_facts import ContractTerms, FormReview, duration, years_later
from pipelines.simulation.record_keeping import is_long_before
from pipelines.vocabulary import words
from pipelines.vocabulary.words import PARIS

Answer = bool | None
PHONE_CONSENT_FROM: Final = date(2026, 8, 11)
"""From this day nobody may phone a consumer in France without prior consent."""
TOLERANCE: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class LeadUse:
    """One lead on one channel, with everything that was known of it at the proof deadline."""

    lead: Lead
    channel: str
    proof: Proof | None = None
    is_refused: bool | None = False
    """None when a row that nobody can read may be a refusal."""
    is_withdrawn: bool | None = False
    is_opposed: bool = False
    objected_until: datetime | None = None
    """Until when the person may have objected to this use, lifted or not; None if never."""
    is_opposed_in_other_form: bool = False
    is_consent_of_other_person: bool = False
    has_contradicting_records: bool = False

    @property
    def record(self) -> Proof:
        """The proof, for rules that are asked only where there is one."""
        if self.proof is None:
            raise LookupError("this rule needs a proof")
        return self.proof

    def is_any_unread(self, *names: str) -> bool:
        """True when the proof holds something in one of some fields that nobody can read."""
        return any(name in self.record.unread for name in names)

    @property
    def terms(self) -> ContractTerms:
        """The contract in force on the delivery date."""
        return self.lead.terms

    @property
    def basis(self) -> str | None:
        """The legal basis claimed for this channel; None when the vendor claims none."""
        claimed = self.lead.claimed_basis
        if claimed is None or ":" not in claimed:
            return claimed
        return dict(part.split(":") for part in claimed.split("|")).get(self.channel)

    @property
    def review(self) -> FormReview | None:
        """Our review of the proof's form version, if it was made by the civil day on which the facts closed."""
        if self.proof is None or self.proof.form_id is None or self.proof.form_version is None:
            return None
        review = self.terms.reviews.get((self.proof.form_id, self.proof.form_version))
        closed_on = known_at(self.lead).astimezone(PARIS).date()
        return review if review and review.reviewed_on <= closed_on else None


def known_at(lead: Lead) -> datetime:
    """The proof deadline: what came later does not count."""
    return lead.delivered_at + duration(lead.terms.proof_deadline)


def uses_of(lead: Lead) -> tuple[str, ...]:
    """Channels bought by the contract and sold with the lead, whose identifier is there."""
    sold = (channel for channel in lead.terms.channels if channel in lead.channels)
    return tuple(channel for channel in sold if (lead.email if channel == "email" else lead.phone) is not None)


def channel_readable(use: LeadUse) -> Answer:
    """The vendor says for which channels it sells."""
    return None if use.lead.is_channels_unread else True


def consent_refused_at_collection(use: LeadUse) -> Answer:
    """The person did not refuse."""
    return None if use.is_refused is None else not use.is_refused


def proof_individual_record(use: LeadUse) -> Answer:
    """There is a record of this consent: text, action, form and recipients."""
    return None if use.proof is None or gaps(use.proof) else True


def proof_field_invalid(use: LeadUse) -> Answer:
    """Every field of the proof that the contract asks for can be read."""
    return not use.record.faulty


def proof_matches_lead(use: LeadUse) -> Answer:
    """The record is about the person of the lead."""
    if use.channel == "email":
        return _equal(use.lead.email, use.record.email)
    return _equal(use.lead.phone, use.record.phone)


def consent_prior_to_delivery(use: LeadUse) -> Answer:
    """Consent came before the sale."""
    return use.record.consent_at <= use.lead.delivered_at


def consent_timestamp_coherent(use: LeadUse) -> Answer:
    """Consent, collection and delivery follow each other, with five minutes of tolerance between the first two."""
    in_time = use.record.consent_at <= use.lead.collected_at + TOLERANCE
    return in_time and use.lead.collected_at <= use.lead.delivered_at


def consent_covers_channel(use: LeadUse) -> Answer:
    """The consent covers the means of contact."""
    return use.channel in use.record.channels


def consent_names_advertiser(use: LeadUse) -> Answer:
    """The advertiser was named when consent was asked; our review may deny it, only the proof can show it."""
    if use.review and _names_us(use.terms, use.review.recipients, use.review.recipient_sirens) is False:
        return False
    names_us = _names_us(use.terms, use.record.recipients, use.record.recipient_sirens)
    return names_us or (None if use.is_any_unread("recipients", "recipient_sirens") else names_us)


def consent_form_version_known(use: LeadUse) -> Answer:
    """We reviewed this version of the form, and its text is the one that the person saw."""
    if use.review is None:
        return None
    if use.review.text is None:
        return True
    seen = use.record.consent_text
    return None if seen is None else plain_text(seen) == plain_text(use.review.text)


def consent_box_not_prechecked(use: LeadUse) -> Answer:
    """The box was not ticked beforehand; the vendor may confess it, only our review can clear it."""
    if use.is_any_unread("box_prechecked"):
        return None
    if use.record.box_prechecked:
        return False
    prechecked = use.review.box_prechecked if use.review else None
    return None if prechecked is None else not prechecked


def consent_not_bundled_with_participation(use: LeadUse) -> Answer:
    """Nobody had to consent to take part; the vendor may confess it, only our review can clear it."""
    return _is_clear_of(use, "participation_requires_consent", fault=True)


def consent_equal_prominence_refusal(use: LeadUse) -> Answer:
    """Refusing was as easy to see as agreeing; the vendor may confess that it was not."""
    return _is_clear_of(use, "refusal_equal_prominence", fault=False)


def _is_clear_of(use: LeadUse, name: str, *, fault: bool) -> Answer:
    if use.is_any_unread(name):
        return None
    reviewed = getattr(use.review, name, None)
    if fault in (getattr(use.record, name), reviewed):
        return False
    return None if reviewed is None else True


def tel_consent_five_mentions(use: LeadUse) -> Answer:
    """The form shows the five mentions; a proof that lacks one fails, only our review can pass."""
    if use.is_any_unread("mentions"):
        return None
    if use.record.mentions is not None and not _holds_all_mentions(use.record.mentions):
        return False
    shown = use.review.mentions if use.review else None
    return None if shown is None else _holds_all_mentions(shown)


def tel_consent_max_age_one_year(use: LeadUse) -> Answer:
    """A phone consent lives one calendar year, or for the shorter period that was agreed."""
    a_year_on, agreed_end = years_later(use.record.consent_at, 1), use.record.period_end
    is_in_time = use.lead.delivered_at < (min(a_year_on, agreed_end) if agreed_end else a_year_on)
    return None if is_in_time and use.is_any_unread("period_end") else is_in_time


def consent_withdrawn(use: LeadUse) -> Answer:
    """The person did not take the consent back."""
    return None if use.is_withdrawn is None else not use.is_withdrawn


def consent_double_optin_confirmed(use: LeadUse) -> Answer:
    """Consent, message, confirmation and delivery in this order."""
    sent_at, confirmed_at = use.record.double_optin_sent_at, use.record.double_optin_confirmed_at
    steps = (use.record.consent_at, sent_at, confirmed_at, use.lead.delivered_at)
    if any(earlier > later for earlier, later in pairwise(steps) if earlier and later):
        return False
    return None if None in steps else True


def proof_reused_across_persons(use: LeadUse) -> Answer:
    """Nobody else rests on the same consent."""
    return not use.is_consent_of_other_person


def proof_records_agree(use: LeadUse) -> Answer:
    """One consent has one history."""
    return not use.has_contradicting_records


def consent_near_collection(use: LeadUse) -> Answer:
    """The lead was collected about when the person consented."""
    return not is_long_before(use.record.consent_at, use.lead.collected_at)


def opp_vendor_redelivery(use: LeadUse) -> Answer:
    """The person had not objected."""
    return not use.is_opposed


def opp_new_consent_after_opposition(use: LeadUse) -> Answer:
    """A consent later than every objection lifts it once we have examined it; one that is not for us never does."""
    if not use.is_opposed:
        return True
    is_for_us = consent_names_advertiser(use) is True and use.channel in use.record.channels
    return None if is_for_us else False


def is_consent_after_objection(use: LeadUse) -> Answer:
    """The chosen consent is later than all that the person may have said."""
    if use.proof is None or use.objected_until is None:
        return False
    return use.proof.consent_at > use.objected_until


def opp_other_form(use: LeadUse) -> Answer:
    """Nobody whose hash was made of another spelling of the same identifier had objected."""
    return not use.is_opposed_in_other_form


def plain_text(text: str) -> str:
    """A consent text for comparison: composed (NFC), trimmed, runs of white space as one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _names_us(terms: ContractTerms, names: tuple[str, ...] | None, sirens: tuple[str, ...] | None) -> Answer:
    if names is None and sirens is None:
        return None
    us = plain_text(terms.advertiser_name).casefold()
    return terms.advertiser_siren in (sirens or ()) or us in (plain_text(name).casefold() for name in names or ())


def gaps(proof: Proof) -> tuple[str, ...]:
    """Fields whose absence makes a proof incomplete; any one of three says who the recipients are."""
    recipients = ("recipients", "recipient_sirens", "partner_list_version")
    gaps = tuple(name for name in ("consent_text", "action", "form_id", "form_version") if getattr(proof, name) is None)
    return gaps + (recipients if all(getattr(proof, name) is None for name in recipients) else ())


def _holds_all_mentions(mentions: tuple[str, ...]) -> bool:
    return set(words.MENTIONS) <= set(mentions)


def _equal(left: str | None, right: str | None) -> Answer:
    return None if left is None or right is None else left == right


def used_on(use: LeadUse) -> date:
    """The civil day in Paris on which the lead was delivered."""
    return use.lead.delivered_at.astimezone(PARIS).date()
