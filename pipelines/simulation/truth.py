"""What is wrong with the market at the proof deadline: when each rule is asked, and every finding that follows.

What the rules say is in `law.py`, what was known in `known_facts.py`. Nothing here was taken from the rulebook.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from pipelines.simulation import law, law_of_bases, law_of_forms
from pipelines.simulation.acceptance import Accepted, Lead, Proof
from pipelines.simulation.law import PHONE_CONSENT_FROM, Answer, LeadUse
from pipelines.simulation.market_facts import duration
from pipelines.simulation.record_keeping import days_of_a_pile
from pipelines.vocabulary import words

ELECTRONIC: Final = ("email", "sms", "automated_call")
PERSONS: Final = ("consumer", "professional")
CALLS: Final = ("phone", "automated_call")
_PHONE: Final = ("phone",)
_GDPR_FROM: Final = date(2018, 5, 25)
_PARTNERS_FROM: Final = date(2018, 12, 28)
_CONSUMER: Final = ("consumer",)


class TruthRow(NamedTuple):
    """One expected finding, or one expected reason of a rejected row; a row of `truth.parquet`."""

    vendor: str
    delivery_date: date
    lead_id: str | None = None
    channel: str | None = None
    rule_id: str | None = None
    outcome: str | None = None
    file_name: str | None = None
    row_number: int | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Rule:
    """A rule beside what it says: whom it concerns, since when, and which rule must pass before it is asked."""

    rule_id: str
    says: Callable[[LeadUse], Answer]
    channels: tuple[str, ...] = words.CHANNELS
    audiences: tuple[str, ...] = words.AUDIENCES
    first_day: date = date.min
    is_of_consent: bool = True
    """True when it is asked only where the lead claims consent."""
    needs: str | None = "proof_individual_record"
    reads_proof: bool = True
    is_blocking: bool = True
    is_asked: Callable[[LeadUse], Answer] = lambda use: True
    owed: Callable[[LeadUse], bool] = lambda use: False
    """True when the contract asks the vendor for the fact whose absence leaves the rule unknown."""


def _contract_asks(use: LeadUse, *names: str) -> bool:
    return any(name in use.terms.proofs.columns for name in names)


def _basis_owed(use: LeadUse) -> bool:
    return use.basis is None and "claimed_basis" in use.terms.leads.columns


def _record_owed(use: LeadUse) -> bool:
    return use.proof is None or _basis_owed(use) or _contract_asks(use, *law.gaps(use.proof))


def _identity_owed(use: LeadUse) -> bool:
    name = "email" if use.channel == "email" else "phone"
    return _contract_asks(use, name, f"{name}_sha256")


def _recipients_owed(use: LeadUse) -> bool:
    return _contract_asks(use, "recipients", "recipient_sirens")


def _optin_owed(use: LeadUse) -> bool:
    names = ("double_optin_sent_at", "double_optin_confirmed_at")
    return _contract_asks(use, *(name for name in names if getattr(use.record, name) is None))


def _is_ticked(use: LeadUse) -> Answer:
    return None if use.record.action is None else use.record.action == "ticked_box"


def _claims_callback(use: LeadUse) -> Answer:
    return None if use.basis is None else use.basis == "callback_request"


def _is_optin_required(use: LeadUse) -> Answer:
    return use.terms.is_double_optin_required


def _claims_interest(use: LeadUse) -> Answer:
    return None if use.basis is None else use.basis in ("b2b", "legitimate_interest")


def _are_bases_ordered(use: LeadUse) -> Answer:
    return use.terms.bases is not None


def _origin_owed(use: LeadUse) -> bool:
    """Who claims an interest owes that the person was told and could say no; of the record, what the contract asks."""
    if use.proof is None or None in (use.lead.is_informed, use.lead.is_optout_offered):
        return True
    is_shown = use.proof.form_id is not None or use.proof.source_url is not None
    return (not is_shown and _contract_asks(use, "form_id", "source_url")) or _identity_missing(use)


def _identity_missing(use: LeadUse) -> bool:
    return law.proof_matches_lead(use) is None and _identity_owed(use)


def _function_owed(use: LeadUse) -> bool:
    """Which functions an offer concerns is for the advertiser to say."""
    return use.terms.target_functions is not None


def _sells(*sectors: str) -> Callable[[LeadUse], Answer]:
    return lambda use: use.terms.sector in sectors


def _is_under_consent_rule(use: LeadUse) -> Answer:
    """Newspapers and magazines are not (C. consom., art. L. 223-5)."""
    return use.terms.sector != "press"


def _dated_consent_owed(use: LeadUse) -> bool:
    return use.proof is None or _basis_owed(use)


def _always_owed(use: LeadUse) -> bool:
    """What only the vendor's own unreadable cells leave unknown."""
    return True


def _unread_owed(*names: str) -> Callable[[LeadUse], bool]:
    return lambda use: use.is_any_unread(*names)


def _digest_owed(use: LeadUse) -> bool:
    return _contract_asks(use, *law_of_forms.DIGESTS)


def _has_proof(use: LeadUse) -> Answer:
    return use.proof is not None


LEAD_USE_RULES: Final = (
    Rule("channel_readable", law.channel_readable, is_of_consent=False, needs=None,
         reads_proof=False, owed=_always_owed),
    Rule("basis_admissible", law_of_bases.basis_admissible, is_of_consent=False, needs=None,
         reads_proof=False, owed=_basis_owed),
    Rule("basis_not_contracted", law_of_bases.basis_not_contracted, is_of_consent=False,
         needs=None, reads_proof=False, is_blocking=False, is_asked=_are_bases_ordered, owed=_basis_owed),
    Rule("interest_origin_proven", law_of_bases.interest_origin_proven, first_day=_GDPR_FROM,
         is_of_consent=False, needs="basis_admissible", is_asked=_claims_interest, owed=_origin_owed),
    Rule("elec_b2b_function_relevance", law_of_bases.elec_b2b_function_relevance, ("email", "sms"),
         ("professional", "legal_person"), _GDPR_FROM, is_of_consent=False, needs="basis_admissible", reads_proof=False,
         is_asked=_claims_interest, owed=_function_owed),
    Rule("callback_request_proven", law_of_bases.callback_request_proven, _PHONE, words.AUDIENCES, _GDPR_FROM,
         is_of_consent=False, needs=None, reads_proof=False, is_asked=_claims_callback, owed=_always_owed),
    Rule("consent_refused_at_collection", law.consent_refused_at_collection, is_of_consent=False, needs=None,
         owed=_always_owed),
    Rule("proof_field_invalid", law.proof_field_invalid, is_of_consent=False, needs=None,
         is_blocking=False, is_asked=_has_proof),
    Rule("opp_vendor_redelivery", law.opp_vendor_redelivery, is_of_consent=False, needs=None,
         reads_proof=False),
    Rule("opp_new_consent_after_opposition", law.opp_new_consent_after_opposition, first_day=_GDPR_FROM,
         is_of_consent=False, needs=None, is_blocking=False, is_asked=law.is_consent_after_objection),
    Rule("opp_other_form", law.opp_other_form, is_of_consent=False, needs=None,
         reads_proof=False),
    Rule("proof_individual_record", law.proof_individual_record, needs="consent_refused_at_collection",
         owed=_record_owed),
    Rule("proof_matches_lead", law.proof_matches_lead, owed=_identity_owed),
    Rule("consent_prior_to_delivery", law.consent_prior_to_delivery),
    Rule("consent_timestamp_coherent", law.consent_timestamp_coherent, needs="consent_prior_to_delivery",
         is_blocking=False),
    Rule("elec_consent_per_channel", law.consent_covers_channel, ELECTRONIC),
    Rule("tel_optin_consent_required", law.consent_covers_channel, _PHONE, _CONSUMER, PHONE_CONSENT_FROM,
         is_asked=_is_under_consent_rule),
    Rule("consent_named_recipient_elec", law.consent_names_advertiser, ELECTRONIC, owed=_recipients_owed),
    Rule("tel_consent_named_professional", law.consent_names_advertiser, _PHONE, _CONSUMER, PHONE_CONSENT_FROM,
         is_asked=_is_under_consent_rule, owed=_recipients_owed),
    Rule("consent_form_version_known", law.consent_form_version_known),
    Rule("consent_box_not_prechecked", law.consent_box_not_prechecked, is_asked=_is_ticked,
         owed=_unread_owed("box_prechecked")),
    Rule("consent_not_bundled_with_participation", law.consent_not_bundled_with_participation, first_day=_GDPR_FROM,
         owed=_unread_owed("participation_requires_consent")),
    Rule("consent_equal_prominence_refusal", law.consent_equal_prominence_refusal, first_day=_GDPR_FROM,
         owed=_unread_owed("refusal_equal_prominence")),
    Rule("tel_consent_five_mentions", law.tel_consent_five_mentions, _PHONE, _CONSUMER, PHONE_CONSENT_FROM,
         is_asked=_is_under_consent_rule, owed=_unread_owed("mentions")),
    Rule("tel_consent_max_age_one_year", law.tel_consent_max_age_one_year, _PHONE, _CONSUMER, PHONE_CONSENT_FROM,
         is_asked=_is_under_consent_rule, owed=_always_owed),
    Rule("consent_withdrawn", law.consent_withdrawn, owed=_always_owed),
    Rule("consent_double_optin_confirmed", law.consent_double_optin_confirmed, ("email", "sms"), is_blocking=False,
         is_asked=_is_optin_required, owed=_optin_owed),
    Rule("proof_reused_across_persons", law.proof_reused_across_persons, reads_proof=False),
    Rule("proof_records_agree", law.proof_records_agree, first_day=_GDPR_FROM, reads_proof=False, is_blocking=False),
    Rule("sector_energy_renovation_phone_ban", law_of_bases.sector_phone_ban, CALLS, _CONSUMER, date(2020, 7, 26),
         is_of_consent=False, needs=None, reads_proof=False, is_asked=_sells(*law_of_bases.ENERGY), owed=_basis_owed),
    Rule("sector_housing_adaptation_phone_ban", law_of_bases.sector_phone_ban, CALLS, _CONSUMER, date(2025, 7, 2),
         is_of_consent=False, needs=None, reads_proof=False, is_asked=_sells("housing_adaptation"), owed=_basis_owed),
    Rule("sector_energy_adaptation_message_ban", law_of_bases.sector_message_ban, ("email", "sms"), _CONSUMER,
         date(2025, 7, 2), is_of_consent=False, needs=None, reads_proof=False, is_asked=_sells(*law_of_bases.HOMES),
         owed=_basis_owed),
    Rule("sector_cpf_ban", law_of_bases.sector_message_ban, audiences=PERSONS, first_day=date(2022, 12, 21),
         is_of_consent=False, needs=None, reads_proof=False, is_asked=_sells(*law_of_bases.CPF), owed=_basis_owed),
    Rule("sector_insurance_consent_30_days", law_of_bases.sector_insurance_consent_30_days, CALLS, _CONSUMER,
         date(2022, 4, 1), is_of_consent=False, needs=None, is_asked=_sells(*law_of_bases.INSURANCE),
         owed=_dated_consent_owed),
    Rule("sector_insurance_named_distributor", law_of_bases.sector_insurance_named_distributor, CALLS, _CONSUMER,
         date(2022, 4, 1), is_asked=_sells(*law_of_bases.INSURANCE), owed=_recipients_owed),
    Rule("tel_number_collection_notice", law_of_forms.tel_number_collection_notice, _PHONE, _CONSUMER,
         law_of_forms.NOTICE_FROM, is_of_consent=False, needs=None, is_blocking=False,
         is_asked=law_of_forms.is_notice_due, owed=_unread_owed("l223_2_notice")),
    Rule("consent_no_onward_transfer", law_of_forms.consent_no_onward_transfer, first_day=_PARTNERS_FROM,
         is_asked=law_of_forms.is_resold, owed=_recipients_owed),
    Rule("consent_informed_art13", law_of_forms.consent_informed_art13, first_day=_GDPR_FROM, is_blocking=False,
         is_asked=law_of_forms.is_reviewed),
    Rule("consent_withdrawal_as_easy", law_of_forms.consent_withdrawal_as_easy, first_day=_GDPR_FROM,
         is_blocking=False, is_asked=law_of_forms.is_reviewed),
    Rule("consent_not_in_terms", law_of_forms.consent_not_in_terms, is_asked=law_of_forms.is_reviewed_for_terms),
    Rule("consent_partner_list_maintained", law_of_forms.consent_partner_list_maintained, ELECTRONIC,
         first_day=_PARTNERS_FROM, is_asked=law_of_forms.is_place_on_list_dated),
    Rule("proof_integrity", law_of_forms.proof_integrity, first_day=date(2020, 9, 17), is_of_consent=False,
         needs=None, is_blocking=False, is_asked=law_of_forms.is_digest_due, owed=_digest_owed),
    Rule("consent_near_collection", law.consent_near_collection, first_day=_GDPR_FROM,
         needs="consent_timestamp_coherent", is_blocking=False),
)  # fmt: skip
"""Every rule of grain lead use; a needed rule stands before those that need it."""


def answer(rule: Rule, use: LeadUse) -> str:
    """`pass`, `fail`, `unknown` or `not_applicable`, without regard to needed rules and to the deadline."""
    in_scope = use.channel in rule.channels and use.lead.audience in rule.audiences
    if not in_scope or law.used_on(use) < rule.first_day:
        return "not_applicable"
    asked = _both(_claims_consent(use) if rule.is_of_consent else True, rule.is_asked(use))
    if asked is False:
        return "not_applicable"
    says = None if asked is None else rule.says(use)
    if says and _may_concern_others(rule, use):
        says = None
    return "unknown" if says is None else "pass" if says else "fail"


def judge_use(use: LeadUse) -> Iterator[tuple[str, str]]:
    """Rule and outcome of every `fail` and `unknown` of a lead use, at the proof deadline."""
    outcomes: dict[str, str] = {}
    for rule in LEAD_USE_RULES:
        is_reached = rule.needs is None or outcomes[rule.needs] == "pass"
        outcome = answer(rule, use) if is_reached else "not_applicable"
        outcomes[rule.rule_id] = outcome
        if outcome == "unknown" and (rule.owed(use) or _may_concern_others(rule, use)):
            outcome = "fail"  # not proven in time
        if outcome in ("fail", "unknown"):
            yield rule.rule_id, outcome


def judge_lead(lead: Lead, *, is_duplicate: bool) -> Iterator[str]:
    """The rules of grain lead that a lead fails; what can't be read of it was owed by the vendor."""
    max_age = lead.terms.max_lead_age
    if is_duplicate:
        yield "lead_duplicate"
    if max_age and lead.delivered_at > lead.collected_at + duration(max_age):
        yield "lead_too_old_at_delivery"
    may_be_beside = lead.is_channels_unread  # whoever buys every channel has not bought a word that nobody can read
    if may_be_beside or not set(lead.channels) <= set(lead.terms.channels):
        yield "channel_not_contracted"
    if lead.said_audience not in (lead.terms.audience, *lead.terms.other_audiences):
        yield "audience_not_contracted"
    if not law_of_forms.is_age_in_order(lead):
        yield "consent_minor_check"
    if lead.has_bad_fields:
        yield "field_invalid"
    if lead.has_filler:
        yield "value_placeholder"


def truth_of(
    vendor: str,
    accepted: Accepted,
    uses_of: Callable[[Lead], Iterable[LeadUse]],
    is_duplicate: Callable[[Lead], bool],
    consents_of: Callable[[Lead], Iterable[Proof]],
) -> Iterator[TruthRow]:
    """Every finding and every reject reason of one vendor."""
    for reject in accepted.rejects:
        name, number = reject.file_name, reject.row_number
        yield TruthRow(vendor, reject.delivery_date, file_name=name, row_number=number, reason=reject.reason)
    of_deliveries = {
        "min_only_contract_fields": accepted.undeclared_on,
        "format_differs": accepted.otherwise_on,
        "date_order_ambiguous": accepted.ambiguous_on,
        "sequence_gap": accepted.incomplete_on,
        "objections_readable": accepted.unread_noes_on,
        "consents_spread_before_law": days_of_a_pile(accepted.leads, consents_of),
    }
    for rule_id, days in of_deliveries.items():
        yield from (TruthRow(vendor, day, rule_id=rule_id, outcome="fail") for day in days)
    for lead in accepted.leads:
        for rule_id in judge_lead(lead, is_duplicate=is_duplicate(lead)):
            yield TruthRow(vendor, lead.delivery_date, lead.lead_id, None, rule_id, "fail")
        for use in uses_of(lead):
            for rule_id, outcome in judge_use(use):
                yield TruthRow(vendor, lead.delivery_date, lead.lead_id, use.channel, rule_id, outcome)


def _may_concern_others(rule: Rule, use: LeadUse) -> bool:
    """True when nobody can tell whether the rule is for the person of the lead."""
    return use.lead.is_audience_unread and rule.audiences != words.AUDIENCES


def _claims_consent(use: LeadUse) -> Answer:
    return None if use.basis is None else use.basis == "consent"


def _both(left: Answer, right: Answer) -> Answer:
    """`and` with three values: one False is enough, an unknown spoils a True."""
    if left is False or right is False:
        return False
    return None if left is None or right is None else True
