"""Who said no, when, and to what."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tests.support.plain_judge.answers import Answer, contrary
from tests.support.plain_judge.bases import names_us, rests_on
from tests.support.plain_judge.cases import Case, Noted, is_named, is_of_person
from tests.support.plain_judge.paris import day_of, midnight
from tests.support.plain_judge.readings import Ruling, of_use


def has_said_no(case: Case, events: Iterable[Noted]) -> Answer:
    """Whether a refusal or withdrawal stands against this channel: true, or unknown where it is perhaps one.

    Known by then and not later than the act. One that names the lead or its consent always counts; one that names the
    person alone only if it is not earlier than the consent looked at (review.md, "Refusal"). One of which the instant
    can't be read is as late as it came.
    """
    standing = [event for event in events if _stands(case, event)]
    return True if any(event.is_sure for event in standing) else None if standing else False


def _stands(case: Case, event: Noted) -> bool:
    if event.channels is not None and case.channel not in event.channels:
        return False
    if event.known_since > case.known_at or (event.said_at is not None and event.said_at > case.used_at):
        return False
    consented = case.of_proof("consent_at")
    return event.is_by_reference or consented is None or (event.said_at or event.known_since) >= consented


@of_use()
def consent_refused_at_collection(case: Case) -> Ruling:
    """RGPD, art. 4, 11) and 21, 2; review.md, "Refusal": whatever basis is claimed."""
    return Ruling(True, contrary(has_said_no(case, case.refusals)))


@of_use()
def consent_withdrawn(case: Case) -> Ruling:
    """RGPD, art. 7, 3; C. consom., art. R. 223-3."""
    events = (*case.withdrawals, *_told_by_record(case))
    return Ruling(rests_on(case, "consent"), contrary(has_said_no(case, events)))


def _told_by_record(case: Case) -> list[Noted]:
    """The withdrawal that the record itself tells of, for the channels that it is about."""
    record = case.record
    if record is None or (record["withdrawn_at"] is None and "withdrawn_at" not in record["invalid_fields"]):
        return []
    if not (is_named(case.lead, record) or is_of_person(case.lead, record)):
        return []
    told = Noted(
        channels=None if record["channels"] is None else tuple(record["channels"]),
        said_at=record["withdrawn_at"],
        known_since=record["received_at"],
        is_by_reference=is_named(case.lead, record),
        is_sure=record["withdrawn_at"] is not None,
    )
    return [told]


@of_use()
def opp_vendor_redelivery(case: Case) -> Ruling:
    """RGPD, art. 21, 2 and 3: before the act, known by then, not taken back; every basis and audience."""
    return Ruling(True, not any(_is_in_force(case, one) for one in case.oppositions))


@of_use()
def opp_new_consent_after_opposition(case: Case) -> Ruling:
    """RGPD, art. 4, 11), 7 and 21: a yes that is later than each no, taken back or not, waits for a person of ours.

    One that is not for us, or not for this channel, lifts nothing.
    """
    noes = [one for one in case.oppositions if _is_met(case, one)]
    consented = case.of_proof("consent_at")
    is_later = consented is not None and bool(noes) and all(_is_over(one, consented) for one in noes)
    if not any(_is_in_force(case, one) for one in noes):
        return Ruling(is_later, True)
    is_for_use = names_us(case) is True and case.channel in (case.of_proof("channels") or ())
    return Ruling(is_later, None if is_for_use else False)


def _is_over(opposition: Noted, consented: datetime) -> bool:
    """Whether a no was said before a yes; a date alone is as late as its 24:00 (precedence, in doubt the person)."""
    said, day = opposition.said_at, day_of(opposition.said_at)
    if said is None or day is None:
        return False
    return consented >= midnight(day + timedelta(days=1)) if said == midnight(day) else consented > said


def _is_in_force(case: Case, opposition: Noted) -> bool:
    return _is_met(case, opposition) and not _is_taken_back(case, opposition)


def _is_met(case: Case, opposition: Noted) -> bool:
    is_meant = opposition.channels is None or case.channel in opposition.channels
    is_early = opposition.said_at is not None and opposition.said_at < case.used_at
    return is_meant and is_early and opposition.known_since <= case.known_at


def _is_taken_back(case: Case, opposition: Noted) -> bool:
    back, known = opposition.revoked_at, opposition.revocation_known_since
    return back is not None and known is not None and back <= case.used_at and known <= case.known_at


@of_use()
def opp_other_form(case: Case) -> Ruling:
    """RGPD, art. 21, 2 and 3; review.md, privacy: a hit on a non-canonical form blocks; not compared is unknown."""
    return Ruling(True, contrary(case.seen["is_opposed_in_other_form"]))
