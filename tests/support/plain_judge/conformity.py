"""What the contract ordered, and what of a delivery can be read: mostly one answer each, delivered or counted."""

from datetime import date, timedelta

from tests.support.plain_judge.answers import Answer, among, not_after
from tests.support.plain_judge.cases import Case, Facts
from tests.support.plain_judge.readings import GDPR, Ruling, of_delivery, of_lead, of_use


def _delivered_channels(case: Case) -> list[str] | None:
    """Those of the lead, else those that were bought; None where nobody can read which."""
    if case.is_unread("leads.channels"):
        return None
    channels: list[str] = case.lead["channels"] or case.contract["contract_channels"]
    return channels


@of_use(since=None)
def channel_readable(case: Case) -> Ruling:
    """Contract (channels); RGPD, art. 25, 2: a lead is used on the channels that it was delivered for."""
    return Ruling(True, among(case.channel, _delivered_channels(case)))


@of_lead()
def channel_not_contracted(case: Case) -> Ruling:
    """Contract (channels)."""
    channels = _delivered_channels(case)
    return Ruling(True, None if channels is None else {*channels} <= {*case.contract["contract_channels"]})


@of_lead()
def audience_not_contracted(case: Case) -> Ruling:
    """Contract (audience, otherAudiences): what the lead says it is."""
    return Ruling(True, among(case.lead["audience"], case.contract["contract_audiences"]))


@of_lead()
def lead_too_old_at_delivery(case: Case) -> Ruling:
    """Contract (maxLeadAge), where it sets one."""
    limit, collected = case.contract["max_lead_age"], case.lead["collected_at"]
    if limit is None:
        return Ruling(False, None)
    return Ruling(True, not_after(case.used_at, _plus(collected, limit)))


def _plus(instant: object, span: timedelta) -> object:
    return None if instant is None else instant + span  # type: ignore[operator]


def _none_of(facts: Facts, name: str) -> Ruling:
    return Ruling(True, not facts[name])


@of_lead()
def field_invalid(case: Case) -> Ruling:
    """Contract (schema of the delivery)."""
    return _none_of(case.lead, "invalid_fields")


@of_delivery(since=GDPR)
def min_only_contract_fields(delivery: Facts) -> Ruling:
    """RGPD, art. 5, 1, c)."""
    return _none_of(delivery, "undeclared_columns")


@of_delivery()
def date_order_ambiguous(delivery: Facts) -> Ruling:
    """Contract (schema of the delivery)."""
    return _none_of(delivery, "ambiguous_dates")


@of_delivery()
def format_differs(delivery: Facts) -> Ruling:
    """Contract (servers)."""
    return _none_of(delivery, "format_differences")


@of_delivery()
def sequence_gap(delivery: Facts) -> Ruling:
    """Contract (manifest.json: sequence)."""
    return _none_of(delivery, "missing_sequences")


@of_delivery(since=GDPR)
def objections_readable(delivery: Facts) -> Ruling:
    """RGPD, art. 7, 3: every no that was delivered can be read."""
    return _none_of(delivery, "unread_objection_count")


@of_delivery(since=date(2026, 8, 21))
def consents_spread_before_law(delivery: Facts) -> Ruling:
    """Ours (note of the card): of the last week at most four, or three times as many as of the week before."""
    counted: Answer = delivery["last_week_consents"] <= delivery["usual_last_week_consents"]
    return Ruling(True, counted)
