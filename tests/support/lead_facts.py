"""One faultless lead with its proof, and how tests of the simulated truth change and judge it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from pipelines.simulation.acceptance import Accepted, Lead, Proof
from pipelines.simulation.known_facts import KnownFacts, registry_of
from pipelines.simulation.market_facts import Column, ContractTerms, FormReview, Layout, OppositionRow
from pipelines.simulation.truth import judge_use
from pipelines.vocabulary import words

NAMES = ("email", "phone", "recipients", "recipient_sirens", "partner_list_version", "consent_text", "action")
COLUMNS = {name: Column(name) for name in (*NAMES, "form_id", "form_version", "double_optin_confirmed_at")}
BASIS_COLUMN = {"claimed_basis": Column("claimed_basis")}
REVIEW = FormReview(
    date(2026, 1, 1),
    "J'accepte.",
    box_prechecked=False,
    mentions=words.MENTIONS,
    recipients=("Acme",),
    participation_requires_consent=False,
    refusal_equal_prominence=True,
    l223_2_notice=True,
    informed_art13=True,
    separate_from_terms=True,
    withdrawal_as_easy=True,
)
TERMS = ContractTerms(
    valid_from=date(2026, 1, 1),
    version="1",
    advertiser_name="Acme",
    advertiser_siren="111",
    channels=words.CHANNELS,
    leads=Layout("l*", "csv", BASIS_COLUMN),
    proofs=Layout("p*", "csv", COLUMNS),
    proof_deadline=(72, "h"),
    reviews={("F", "1"): REVIEW},
)
DELIVERED_AT = datetime(2026, 8, 20, 18, tzinfo=UTC)
LEAD = Lead(
    vendor="v",
    delivery_date=date(2026, 8, 20),
    delivered_at=DELIVERED_AT,
    file_name="l1",
    row_number=1,
    terms=TERMS,
    lead_id="L1",
    collected_at=DELIVERED_AT - timedelta(hours=2),
    email="ana@mail.example",
    phone="+33612345678",
    audience="consumer",
    channels=words.CHANNELS,
    consent_id="C1",
    claimed_basis="consent",
    has_bad_fields=False,
)
PROOF = Proof(
    file_digest="d",
    row_number=1,
    received_at=DELIVERED_AT,
    consent_id="C1",
    lead_id=None,
    email="ana@mail.example",
    phone="+33612345678",
    channels=words.CHANNELS,
    decision="given",
    consent_at=DELIVERED_AT - timedelta(hours=2),
    action="ticked_box",
    box_prechecked=False,
    consent_text="J'accepte.",
    recipients=("Acme",),
    recipient_sirens=None,
    partner_list_version=None,
    period_end=None,
    mentions=words.MENTIONS,
    form_id="F",
    form_version="1",
    double_optin_sent_at=None,
    double_optin_confirmed_at=None,
    withdrawn_at=None,
)


def known_facts(leads: list[Lead], proofs: list[Proof], oppositions: list[OppositionRow] | None = None) -> KnownFacts:
    """What was known of one vendor's leads."""
    return KnownFacts(Accepted(tuple(leads), tuple(proofs), (), ()), registry_of(oppositions or []))


def findings(
    lead: Lead, *proofs: Proof, others: tuple[Lead, ...] = (), registry: tuple[OppositionRow, ...] = ()
) -> set[str]:
    """`channel rule outcome` of every finding of a lead's uses."""
    known = known_facts([*others, lead], list(proofs), list(registry))
    return {f"{use.channel} {rule} {outcome}" for use in known.uses_of(lead) for rule, outcome in judge_use(use)}


def sold_for(channel: str, **changes: object) -> Lead:
    """The lead, sold for one channel."""
    return replace(LEAD, channels=(channel,), **changes)  # type: ignore[arg-type]


def with_terms(lead: Lead, **changes: object) -> Lead:
    """The lead under other terms."""
    return replace(lead, terms=replace(lead.terms, **changes))  # type: ignore[arg-type]


def without_column(lead: Lead, *names: str) -> Lead:
    """The lead under a contract that does not ask for some columns of the proofs."""
    kept = {name: column for name, column in COLUMNS.items() if name not in names}
    return with_terms(lead, proofs=Layout("p*", "csv", kept))
