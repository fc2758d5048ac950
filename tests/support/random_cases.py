"""Cases by chance, the same ones for a seed: what is rare in a market is common here, and so is what is missing.

How often a field is missing, and on which instants things happen, is in `random_draws`.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final

from tests.support.plain_judge.cases import Case, Facts, Noted
from tests.support.random_draws import (
    DAY,
    DECREE,
    OFF,
    PARIS,
    TICK,
    Draw,
    consented_at,
    midnight,
    period_end,
    requested_at,
    used_at_by_chance,
)

CHANNELS: Final = ("email", "sms", "phone", "automated_call")
BASES: Final = ("consent", "b2b", "legitimate_interest", "callback_request", "contract", "soft_optin")
AUDIENCES: Final = ("consumer", "professional", "legal_person")
SECTORS: Final = (
    *("furniture", "press", "energy_renovation", "renewable_energy", "housing_adaptation", "cpf_training", "insurance"),
    *("energy_supply", "other"),
)
STAGES: Final = tuple(
    {"vendor_stage": stage, "is_vendor_live": is_live}
    for stage, is_live in (*12 * ((None, True),), ("live", True), ("live", None), ("pilot", None), ("candidate", False))
)
"""In our file of a vendor; most never were a candidate."""
MENTIONS: Final = ("identity", "choice", "duration", "withdrawal", "proof_access")
SIREN: Final = "732829320"
ADVERTISER: Final = "Meubles Sereins SAS"
NEARLY: Final = "Meubles Sereins"
EMPTY: Final = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
DIGEST: Final = "c1cda26362828b69266512052b97cb3729e3b052e4ade47c0a1e3383defe73c7"


def random_cases(seed: int, count: int, first: int = 0) -> list[Case]:
    """So many cases, each of a person of its own, `L<n>` from the first number on; a seed tells the same of others."""
    chance = Random(seed)
    return [_case(Draw(chance, number)) for number in range(first, first + count)]


def random_deliveries(seed: int, count: int) -> list[Facts]:
    """So many dossiers of deliveries: what we counted and compared in each."""
    chance = Random(seed)
    return [_delivery(Draw(chance, number)) for number in range(count)]


def _delivery(draw: Draw) -> Facts:
    used_at = used_at_by_chance(draw)
    usual = draw.one(4, 30)
    return {
        "number": draw.number,
        "used_at": used_at,
        "used_on": used_at.replace(tzinfo=UTC).astimezone(PARIS).date(),
        "undeclared_columns": draw.one([], ["date_naissance"]),
        "ambiguous_dates": draw.one([], ["collected_at"]),
        "format_differences": draw.one([], ["1 total line after the rows"]),
        "missing_sequences": draw.one([], ["3"]),
        "unread_objection_count": draw.one(0, 1),
        "last_week_consents": usual + draw.one(-4, 0, 1),
        "usual_last_week_consents": usual,
        "mapped_fields": draw.one([], ["leads.email"]),
    }


def valid_proof(case: Case) -> Facts:
    """A record of the same consent with all that any rule asks of one, given an hour before the act."""
    given_at = case.used_at - timedelta(hours=1)
    return {
        "consent_id": case.lead["consent_id"] or f"{case.lead['lead_id']} again",
        "lead_id": case.lead["lead_id"],
        "decision": "given",
        "received_at": case.known_at,
        "consent_at": given_at,
        "channels": [*CHANNELS],
        "action": "button",
        "recipients": [ADVERTISER],
        "recipient_sirens": [SIREN],
        "mentions": [*MENTIONS],
        "form_id": "devis",
        "form_version": "3",
        "source_url": "https://devis.example/",
        "consent_text_digest": "3f0a",
        "proof_sha256": DIGEST,
        "requested_at": given_at,
        "request_object": "devis pour une literie",
        "email_key": case.lead["email_key"],
        "phone_key": case.lead["phone_key"],
        "invalid_fields": [],
    }


def _case(draw: Draw) -> Case:
    used_at = used_at_by_chance(draw)
    known_at = used_at + draw.one(timedelta(0), timedelta(hours=30), timedelta(hours=72))
    channel = draw.chance.choices(CHANNELS, (25, 15, 45, 15))[0]
    contract = _contract(draw)
    lead = _lead(draw, used_at, channel)
    record = None if draw.is_so(0.06) else _record(draw, used_at, known_at, lead)
    if draw.is_so(0.1):
        age = timedelta(seconds=(used_at - lead["collected_at"]) // timedelta(seconds=1))
        contract["max_lead_age"] = age + draw.one(-1, 0, 1) * timedelta(seconds=1)
    return Case(
        lead=lead,
        channel=channel,
        contract=contract,
        used_at=used_at,
        known_at=known_at,
        record=record,
        form=_form(draw, record, known_at) if record and draw.is_so(0.85) else None,
        refusals=_refusals(draw, used_at, known_at, record),
        withdrawals=_told_withdrawals(draw, used_at, known_at, record),
        oppositions=_oppositions(draw, used_at, known_at, record),
        seen={
            "is_duplicate": draw.is_so(0.2),
            "has_contradicting_records": draw.is_so(0.1),
            "is_consent_of_other_person": draw.is_so(0.1),
            "is_opposed_in_other_form": draw.chance.choices((False, True, None), (80, 10, 10))[0],
        },
    )


def _contract(draw: Draw) -> Facts:
    targets = draw.one(None, ["acheteur"], ["acheteur"])
    return {
        "contract_channels": draw.some(CHANNELS, 0.7) or ["phone"],
        "contract_audiences": draw.some(AUDIENCES) or ["consumer"],
        "contract_bases": draw.one(None, draw.some(BASES) or ["consent"]),
        "sector": draw.chance.choices(SECTORS, (24, 10, 14, 6, 10, 8, 14, 4, 10))[0],
        "target_functions": targets,
        "target_function_spellings": ["acheteuse"] if targets else [],
        "is_in_alsace_moselle": draw.is_so(0.3),
        **draw.one(*STAGES),
        "advertiser_siren": SIREN,
        "advertiser_spellings": [ADVERTISER],
        "advertiser_near_spellings": [NEARLY],
        "is_double_optin_required": draw.is_so(0.4),
        "max_lead_age": draw.one(None, 2 * DAY, 30 * DAY),
        "mapped_fields": draw.some(
            ("leads.over_18", "consent_proofs.proof_sha256", "consent_proofs.action", "consent_proofs.recipients")
        )
        or [],
    }


def _lead(draw: Draw, used_at: datetime, channel: str) -> Facts:
    draw.invalid = []
    basis = draw.chance.choices((*BASES, None), (58, 11, 11, 10, 4, 2, 4))[0]
    if basis and draw.is_so(0.15):
        others = (f"{other}:{draw.one(*BASES)}" for other in CHANNELS if other != channel and draw.is_so(0.5))
        parts = [*others, *([f"{channel}:{basis}"] if draw.is_so(0.9) else [])]
        basis = "|".join(parts) or basis
    audience = draw.chance.choices((*AUDIENCES, None), (60, 20, 15, 5))[0]
    if audience is None:
        draw.invalid.append("audience")
    others_too = draw.some(CHANNELS, 0.4) or []
    reached_by = draw.chance.choices(("both", "email", "phone"), (90, 5, 5))[0]
    collected = used_at - draw.one(
        timedelta(0), TICK, -TICK, timedelta(seconds=-1), timedelta(hours=5), 20 * DAY, 2 * DAY
    )
    if draw.is_so(0.2):
        collected = midnight(DECREE) + draw.one(*OFF, *(off + DAY for off in OFF))
    return {
        "lead_id": f"L{draw.number}",
        "claimed_basis": draw.field("claimed_basis", basis) if basis else None,
        "audience": audience,
        "company_siren": draw.field("company_siren", "552100554"),
        "collected_at": collected,
        "channels": draw.field("channels", sorted({*others_too, channel}) if draw.is_so(0.8) else others_too or None),
        "job_function": draw.field("job_function", draw.one("acheteuse", "directeur informatique")),
        "informed_at_collection": draw.field("informed_at_collection", draw.is_so(0.8)),
        "optout_offered_at_collection": draw.field("optout_offered_at_collection", draw.is_so(0.8)),
        "over_18": draw.field("over_18", draw.is_so(0.7)),
        "email_kind": draw.one("ordinary", "ordinary", "role"),
        "email_key": None if reached_by == "phone" else f"e{draw.number}",
        "phone_key": None if reached_by == "email" else f"p{draw.number}",
        "consent_id": f"C{draw.number}" if draw.is_so(0.7) else None,
        "placeholder_fields": ["email"] if draw.is_so(0.1) else [],
        "unallocated_fields": ["phone"] if draw.is_so(0.1) else [],
        "invalid_fields": draw.invalid,
    }


def _record(draw: Draw, used_at: datetime, known_at: datetime, lead: Facts) -> Facts:
    draw.invalid = []
    known = draw.field
    consented = consented_at(draw, used_at, lead["collected_at"])
    told = draw.one([ADVERTISER], [ADVERTISER], [ADVERTISER], [NEARLY], ["Autre Enseigne SA"], None)
    record = {
        "consent_id": f"C{draw.number}",
        "lead_id": f"L{draw.number}" if draw.is_so(0.8) else None,
        "decision": "given",
        "received_at": known_at + (draw.one(TICK, DAY) if draw.is_so(0.04) else draw.one(timedelta(0), -DAY)),
        "consent_at": known("consent_at", consented),
        "channels": known("channels", draw.some(CHANNELS, 0.75)),
        "action": known("action", draw.one("ticked_box", "ticked_box", "button")),
        "box_prechecked": known("box_prechecked", draw.is_so(0.2)),
        "recipients": known("recipients", told),
        "recipient_sirens": known("recipient_sirens", draw.one([SIREN], ["443061841"], None)),
        "partner_list_version": draw.one("2026-08", None),
        "period_end": known("period_end", period_end(draw, used_at)),
        "mentions": known("mentions", draw.one([*MENTIONS], draw.some(MENTIONS, 0.9), None)),
        "l223_2_notice": known("l223_2_notice", draw.one(True, False, None)),
        "source_url": known("source_url", "https://devis.example/"),
        "form_id": known("form_id", "devis"),
        "form_version": known("form_version", "3"),
        "refusal_equal_prominence": known("refusal_equal_prominence", draw.one(True, True, False)),
        "participation_requires_consent": known("participation_requires_consent", draw.one(True, False, False)),
        "snapshot_sha256": known("snapshot_sha256", draw.one(None, None, DIGEST, EMPTY)),
        "proof_sha256": known("proof_sha256", draw.one(None, DIGEST, EMPTY, EMPTY)),
        "requested_at": known("requested_at", requested_at(draw, used_at)),
        "request_object": known("request_object", "devis pour une literie"),
        "chain": known("chain", draw.one(None, "editeur > regie", "editeur > regie > courtier")),
        "email_key": known("email_key", f"e{draw.number}" if draw.is_so(0.9) else "e-other"),
        "phone_key": known("phone_key", f"p{draw.number}" if draw.is_so(0.9) else "p-other"),
        "consent_text_digest": known("consent_text_digest", draw.one("3f0a", "3f0a", "77b1")),
        "withdrawn_at": known("withdrawn_at", used_at + draw.one(*OFF, -DAY)) if draw.is_so(0.15) else None,
    }
    sent = (consented if draw.is_so(0.9) else used_at) + draw.one(*OFF[1:])
    confirmed = min(sent, used_at) + draw.one(*OFF[1:]) if draw.is_so(0.6) else used_at + draw.one(*OFF)
    record["double_optin_sent_at"] = known("double_optin_sent_at", sent)
    record["double_optin_confirmed_at"] = known("double_optin_confirmed_at", confirmed)
    return record | {"invalid_fields": draw.invalid}


def _form(draw: Draw, record: Facts, known_at: datetime) -> Facts:
    """Our review: of the proof's form, mostly, and mostly before the leads were judged."""
    known_on = known_at.replace(tzinfo=UTC).astimezone(PARIS).date()
    return {
        "form_id": record["form_id"] or "devis",
        "form_version": "3" if draw.is_so(0.95) else "4",
        "reviewed_on": known_on + (DAY if draw.is_so(0.05) else draw.one(timedelta(0), -30 * DAY)),
        "text_digest": draw.one("3f0a", "3f0a", None),
        "box_prechecked": draw.one(False, False, True, None),
        "refusal_equal_prominence": draw.one(True, True, False, None),
        "participation_requires_consent": draw.one(False, False, True, None),
        "mentions": draw.one([*MENTIONS], draw.some(MENTIONS, 0.9), None),
        "names_advertiser": draw.one(True, True, False, None),
        "france_renov_sentence": draw.one(True, False, None),
        "l223_2_notice": draw.one(True, True, False, None),
        "informed_art13": draw.one(True, False, None),
        "separate_from_terms": draw.one(True, False, None),
        "withdrawal_as_easy": draw.one(True, False, None),
        "named_since": draw.one(None, _day_of_consent(record) + draw.one(-1, 0, 1) * DAY),
    }


def _day_of_consent(record: Facts) -> date:
    consented = record["consent_at"] or datetime(2026, 8, 1)
    day: date = consented.replace(tzinfo=UTC).astimezone(PARIS).date()
    return day


def _refusals(draw: Draw, used_at: datetime, known_at: datetime, record: Facts | None) -> tuple[Noted, ...]:
    """One that can be read may be a record of a no, of which instant and channels may be missing."""
    return tuple(replace(one, is_sure=draw.is_so(0.7)) for one in _noes(draw, used_at, known_at, record, 0.12))


def _told_withdrawals(draw: Draw, used_at: datetime, known_at: datetime, record: Facts | None) -> tuple[Noted, ...]:
    """Rows that are no proof: one is sure where all of it can be read."""
    told = _noes(draw, used_at, known_at, record, 0.1)
    return tuple(
        replace(one, is_sure=one.channels is not None and one.said_at is not None and draw.is_so(0.7)) for one in told
    )


def _noes(
    draw: Draw, used_at: datetime, known_at: datetime, record: Facts | None, likelihood: float
) -> tuple[Noted, ...]:
    """A no of the person, now and then: about its consent or by its address alone, at any of the telling instants."""
    if not draw.is_so(likelihood):
        return ()
    consented = record["consent_at"] if record else None
    channels = draw.one(None, draw.some(CHANNELS))
    told = Noted(
        channels=None if channels is None else tuple(channels),
        said_at=draw.one(None, used_at + draw.one(*OFF), (consented or used_at) + draw.one(*OFF)),
        known_since=known_at + draw.one(TICK, timedelta(0), -DAY, -DAY),
        is_by_reference=draw.is_so(0.5),
    )
    return (told,)


def _around_consent(draw: Draw, used_at: datetime, record: Facts | None) -> datetime:
    """Long before a yes, about as late, or on the same date without an hour."""
    consented: datetime = (record or {}).get("consent_at") or used_at
    day = consented.replace(tzinfo=UTC).astimezone(PARIS).date()
    return consented + draw.one(*OFF, -400 * DAY, -400 * DAY, midnight(day) - consented)  # type: ignore[no-any-return]


def _oppositions(draw: Draw, used_at: datetime, known_at: datetime, record: Facts | None) -> tuple[Noted, ...]:
    if not draw.is_so(0.25):
        return ()
    revoked_at = draw.one(None, None, used_at + draw.one(*OFF))
    return (
        Noted(
            channels=draw.one(None, (draw.one(*CHANNELS),)),
            said_at=draw.one(used_at + draw.one(*OFF, -DAY), _around_consent(draw, used_at, record)),
            known_since=known_at + draw.one(TICK, timedelta(0), -DAY),
            revoked_at=revoked_at,
            revocation_known_since=known_at + draw.one(TICK, timedelta(0)) if revoked_at else None,
        ),
    )
