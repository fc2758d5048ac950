"""The vendors of the sample market: contracts, habits and vices. Data only; no vendor is known to any other module."""

from datetime import date, time, timedelta
from typing import Final

from pipelines.simulation import forms, layouts
from pipelines.simulation.market_facts import ContractTerms, Form, Habits, Layout, Vendor

# A little of this happens to everybody; the characters below say what a vendor is known for.
_NOISE: Final = {"email_absent": 0.03, "phone_absent": 0.04, "late": 0.005, "after_delivery": 0.01}


def _rates(**chances: float) -> dict[str, float]:
    """Chances of defects, the usual noise included."""
    return _NOISE | chances


# fmt: off
LUMICONSO: Final = Habits(
    rates=_rates(
        late=0.0, missing=0.001, expired=0.002, optin_missing=0.002, optin_late=0.002, second_proof=0.02,
        never_shared=0.003,
    ),
    incidents={5: ("packed",), 12: ("packed",)},
    has_manifest=True,
    form_weights=(3, 1),
    delivery_hour=18,
)
TARDIVO: Final = Habits(
    rates=_rates(
        incomplete=0.02, missing=0.03, withdrawn=0.03, withdrawn_besides=0.04, refused_besides=0.03, bad_row=0.02,
        malformed=0.01, bad_optional=0.01, identity_absent=0.02, second_proof=0.03, filler=0.01, reference_tells=0.01,
    ),
    incidents={
        4: ("undecodable",), 7: ("packed",), 9: ("resent_proofs",), 11: ("sequence_skipped",), 13: ("unclaimed",),
        18: ("proofs_unrecorded",),
    },
    days_late=(0, 1, 1, 2, 2, 3, 3, 4, 5),
    links=("consent_id", "consent_id", "lead_id", "key"),
    channel_choices=(("email",), ("phone",), ("email", "phone")),
    has_manifest=True,
    form_weights=(2, 1),
    delivery_hour=20,
)
PROMO_PLAISIR: Final = Habits(
    rates=_rates(
        refused=0.06, refused_besides=0.05, prechecked=0.15, unnamed=0.15, text_changed=0.05, mentions_lacking=0.10,
        channel_missing=0.15, consent_after_collection=0.05, expired=0.05, incomplete=0.04, withdrawn=0.03,
        list_only=0.05, bad_row=0.01, basis_missing=0.02, filler=0.03, hashed_otherwise=0.02, underage=0.03,
    ),
    incidents={
        3: ("header_again",), 6: ("undecodable",), 9: ("header_again", "totals"), 12: ("unrecorded",),
        15: ("mixed_line_ends",), 20: ("proofs_column_dropped",),
    },
    channel_choices=(
        ("email", "sms", "phone", "automated_call"), ("email", "sms"), ("phone", "automated_call"), ("email",),
    ),
    form_weights=(3, 2, 3, 1),
    volume=1.2,
)
RELANCE: Final = Habits(
    rates=_rates(
        known_to_vendor=0.06, shared_too_late=0.03, never_shared=0.04, one_channel=0.04, on_the_day=0.02,
        after_delivery=0.03, recorded_too_late=0.02, revoked=0.03, under_alias=0.03, expired=0.04, period_over=0.05,
        collected_after_delivery=0.02, consent_after_delivery=0.03, foreign_channel=0.04, too_old=0.06,
        bad_optional=0.02, missing=0.02, bad_row=0.02, required_missing=0.01, hashed_otherwise=0.04,
        collected_in_the_future=0.01,
    ),
    incidents={7: ("undecodable",), 15: ("resent",), 21: ("resent_proofs", "unclaimed")},
    links=("consent_id", "key"),
    audiences=("consumer", "consumer", "consumer", "professional", "legal_person"),
    channel_choices=(("email", "sms", "phone"), ("sms", "phone"), ("phone",)),
    form_weights=(3, 1),
)
RHONE: Final = Habits(
    rates=_rates(
        duplicate_person=0.12, lead_id_again=0.03, lead_id_repeated=0.04, malformed=0.03, no_identifier=0.02,
        required_missing=0.03, required_bad=0.03, bad_identifier=0.05, bad_optional=0.05, optional_missing=0.03,
        bad_row=0.02, identity_absent=0.01, consent_after_collection=0.02, channel_missing=0.01, withdrawn=0.01,
        refused=0.005, period_over=0.01, foreign_channel=0.03, too_old=0.08, filler=0.03, reference_tells=0.01,
        collected_in_the_future=0.01,
    ),
    incidents={
        1: ("titles",), 3: ("other_encoding",), 6: ("titles", "totals"), 10: ("other_delimiter",),
        16: ("american_dates",), 18: ("american_dates",), 20: ("other_encoding", "packed"), 24: ("american_dates",),
        2: ("no_header",), 5: ("missing_column",), 8: ("empty_file",), 11: ("undecodable",),
        14: ("unclaimed", "header_only"), 17: ("resent",), 19: ("resent_same_day",), 22: ("proofs_missing_column",),
    },
    file_count=2,
    form_weights=(2, 1),
    channel_choices=(("phone",), ("phone", "sms"), ("phone", "sms", "email")),
    delivery_hour=18,
)
MULTIBASE: Final = Habits(
    rates=_rates(
        reused=0.10, foreign_basis=0.20, basis_listed=0.12, basis_missing=0.04, other_identity=0.05,
        duplicate_person=0.04, text_changed=0.04, bad_optional=0.06, required_bad=0.01, never_shared=0.02,
        incomplete=0.03, channel_missing=0.04, unnamed=0.03, refused_besides=0.03, filler=0.02,
    ),
    incidents={
        3: ("undecodable",), 5: ("titles",), 10: ("unclaimed",), 11: ("totals",), 16: ("resent_same_day",),
        18: ("titles", "totals"), 24: ("missing_column",),
    },
    bases=("consent", "consent", "consent", "b2b"),
    audiences=("professional", "professional", "legal_person", "consumer"),
    channel_choices=(("email", "phone"), ("email", "sms", "phone"), ("email", "automated_call"), ("phone",)),
    form_weights=(2, 1),
    volume=0.8,
)
HEXA: Final = Habits(
    rates=_rates(
        too_old=0.08, incomplete=0.01, mentions_lacking=0.005, foreign_basis=0.005, expired=0.005, lead_id_again=0.02,
        one_channel=0.01, second_proof=0.03, consent_after_delivery=0.005, malformed=0.01,
    ),
    incidents={
        1: ("undeclared",), 2: ("undeclared", "undeclared_proofs"), 6: ("skipped",), 7: ("skipped",),
        8: ("undeclared",), 9: ("late_arrival",), 10: ("undeclared_proofs",), 13: ("skipped",),
        14: ("mixed_line_ends",),
        15: ("undeclared_proofs",), 16: ("undeclared",), 20: ("skipped",), 21: ("skipped",), 22: ("undeclared",),
        23: ("undeclared", "late_arrival"), 24: ("undeclared",),
    },
    undeclared=("score_appetence", "revenu_estimé"),
    form_weights=(20, 1),
    links=("consent_id", "lead_id"),
)
NOVA: Final = Habits(
    rates=_rates(
        foreign_basis=0.01, basis_missing=0.01, basis_listed=0.01, other_identity=0.01, withdrawn=0.02, prechecked=0.01,
        list_only=0.01, expired=0.01, required_missing=0.01, required_bad=0.01, malformed=0.02, no_identifier=0.01,
        never_shared=0.01, missing=0.01, consent_after_delivery=0.01, hashed_otherwise=0.01, reference_tells=0.01,
    ),
    incidents={
        3: ("unrecorded",), 6: ("unrecorded",), 10: ("undecodable",), 13: ("unrecorded",), 18: ("unrecorded",),
        21: ("resent_proofs",), 26: ("unrecorded", "resent"),
    },
    links=("consent_id", "lead_id"),
    identity="sha256",
    bases=("sms:consent|phone:callback_request", "consent", "consent"),
    channel_choices=(("phone",), ("phone", "sms")),
    form_weights=(20, 1),
    delivery_hour=17,
)
MOT_A_MOT: Final = Habits(
    rates=_rates(
        withdrawal_unread=0.15, refusal_unforeseen=0.15, consent_unforeseen=0.20, proof_cell_unread=0.15,
        nothing_in_words=0.08, audience_unforeseen=0.15, channels_unforeseen=0.20,
    ),
    links=("consent_id", "lead_id", "key"),
    audiences=("professional", "consumer"),
    channel_choices=(("email", "phone"), ("sms", "phone"), ("email",)),
    volume=0.3,
)
CARNET: Final = Habits(
    rates=_rates(
        decorated=0.60, never_shared=0.15, known_to_vendor=0.10, one_channel=0.10, under_alias=0.05,
        duplicate_person=0.08, too_old=0.06, unnamed=0.04, notice_unshown=0.08,
    ),
    channel_choices=(("email", "phone"), ("sms", "phone"), ("email", "sms")),
    volume=0.25,
)
FACADE: Final = Habits(
    rates=_rates(
        siren_of_zeros=0.15, siren_absent=0.15, callback_unproven=0.10, duplicate_person=0.10, reused=0.10,
        form_confessed=0.10, consumer_unordered=0.05, interest_untold=0.10, resold=0.10, digest_of_nothing=0.06,
    ),
    incidents={
        2: ("first_file_late",), 6: ("first_file_unrecorded",), 9: ("first_file_late", "late_arrival"),
        11: ("first_file_late",), 15: ("first_file_unrecorded", "late_arrival"), 20: ("first_file_late",),
        25: ("first_file_unrecorded",),
    },
    file_count=2,
    audiences=("professional", "legal_person"),
    bases=("consent", "consent", "legitimate_interest"),
    channel_choices=(("email", "phone"), ("phone",), ("email",)),
    volume=0.25,
)
# fmt: on


def market_vendors(first_day: date, days: int) -> tuple[Vendor, ...]:
    """The vendors, with contracts that hold over the whole market; one changes its contract halfway."""
    reviewed = forms.reviews(first_day, days)
    signed_on = (first_day - timedelta(days=200)).replace(day=1)
    changed_on = first_day + timedelta(days=days // 2)

    def terms(slug: str, channels: tuple[str, ...], leads: Layout, proofs: Layout, **other: object) -> ContractTerms:
        common = {"valid_from": signed_on, "version": "1.0.0", "proof_deadline": (72, "h"), **other}
        names = {"advertiser_name": forms.ADVERTISER_NAME, "advertiser_siren": forms.ADVERTISER_SIREN}
        return ContractTerms(channels=channels, leads=leads, proofs=proofs, reviews=reviewed[slug], **names, **common)  # type: ignore[arg-type]

    nova = ("nova-rappel", ("sms", "phone"), layouts.CALLBACK_LEADS)
    return (
        _vendor("lumiconso", "Lumiconso", "LUM", forms.LUMICONSO, LUMICONSO, terms(
            "lumiconso", ("email", "sms", "phone"), layouts.UTC_CSV_LEADS, layouts.UTC_CSV_PROOFS,
            proof_deadline=(48, "h"), is_double_optin_required=True, is_only_given_consents=True, price=9.5)),
        _vendor("tardivo-data", "Tardivo Data", "TD", forms.TARDIVO, TARDIVO, terms(
            "tardivo-data", ("email", "phone"), layouts.JSON_LEADS, layouts.JSON_PROOFS, max_lead_age=(48, "h"))),
        _vendor("promo-plaisir", "Promo Plaisir", "PP", forms.PROMO_PLAISIR, PROMO_PLAISIR, terms(
            "promo-plaisir", ("email", "sms", "phone", "automated_call"), layouts.OFFSET_CSV_LEADS,
            layouts.OFFSET_CSV_PROOFS, proof_deadline=(2, "d"), price=1.2)),
        _vendor("relance-directe", "Relance Directe", "RD", forms.RELANCE, RELANCE, terms(
            "relance-directe", ("email", "sms", "phone"), layouts.PARQUET_LEADS, layouts.PARQUET_PROOFS,
            is_only_given_consents=True, max_lead_age=(10, "d"), suppression_delay=(48, "h"),
            other_audiences=("professional", "legal_person"))),
        _vendor("agence-du-rhone", "Agence du Rhône", "RH", forms.RHONE, RHONE, terms(
            "agence-du-rhone", ("email", "sms", "phone"), layouts.FRENCH_CSV_LEADS, layouts.FRENCH_CSV_PROOFS,
            duplicate_window=(7, "d"), cut_off=time(21, 30))),
        _vendor("multibase-pro", "Multibase Pro", "MB", forms.MULTIBASE, MULTIBASE, terms(
            "multibase-pro", ("email", "sms", "phone", "automated_call"), layouts.XLSX_LEADS, layouts.XLSX_PROOFS,
            audience="professional", other_audiences=("legal_person", "consumer"), proof_deadline=(5, "d"),
            target_functions=("gérant", "dsi"))),
        _vendor("hexa-leads", "Hexa Leads", "HX", forms.HEXA, HEXA, terms(
            "hexa-leads", ("email", "phone"), layouts.TAB_LEADS, layouts.TAB_PROOFS, days_due="1-5",
            max_lead_age=(3, "d"), duplicate_window=(240, "h"))),
        _vendor("nova-rappel", "Nova Rappel", "NR", forms.NOVA, NOVA,
            terms(*nova, layouts.CALLBACK_PROOFS_AT_FIRST, cut_off=time(20, 0)),
            terms(*nova, layouts.CALLBACK_PROOFS_LATER, valid_from=changed_on, version="2.0.0",
                  is_double_optin_required=True, max_lead_age=(24, "h"), proof_deadline=(48, "h"))),
        _vendor("mot-a-mot", "Mot à Mot", "MM", forms.MOTS, MOT_A_MOT, terms(
            "mot-a-mot", ("email", "sms", "phone"), layouts.OPEN_CSV_LEADS, layouts.OPEN_CSV_PROOFS,
            audience="professional", other_audiences=("consumer",))),
        _vendor("carnet-decore", "Carnet Décoré", "CD", forms.CARNET, CARNET, terms(
            "carnet-decore", ("email", "sms", "phone"), layouts.DECORATED_LEADS, layouts.DECORATED_PROOFS,
            sector="insurance")),
        _vendor("facade-conseil", "Façade Conseil", "FC", forms.FACADE, FACADE, terms(
            "facade-conseil", ("email", "phone"), layouts.COMPANY_LEADS, layouts.COMPANY_PROOFS,
            audience="professional", other_audiences=("legal_person",), bases=("consent", "legitimate_interest"),
            target_functions=("gérant", "acheteuse"))),
    )  # fmt: skip


def _vendor(
    slug: str, name: str, prefix: str, shown: tuple[Form, ...], habits: Habits, *terms: ContractTerms
) -> Vendor:
    return Vendor(slug, name, prefix, terms, shown, habits)
