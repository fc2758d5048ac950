"""Which files and rows of the market are accepted, and why the others are not: a plain reading of appendix A.

Works on what was invented, never on the written files. What the accepted leads are worth is judged in `truth.py`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from pipelines.simulation.clocks import delivered_at
from pipelines.simulation.dates import is_ambiguous
from pipelines.simulation.market_facts import Bad, ContractTerms, Filler, Layout, Row, SimulatedDelivery, SimulatedFile
from pipelines.simulation.noes import No, noes_of_row
from pipelines.simulation.protection import audience_protected, audience_said
from pipelines.simulation.row_reasons import (
    REQUIRED_OF_LEADS,
    REQUIRED_OF_PROOFS,
    faulty_fields,
    is_unread,
    lead_reasons,
    proof_reasons,
    unread_fields,
)

T = TypeVar("T")


@dataclass(frozen=True)
class Lead:
    """An accepted lead row. E-mail in canonical form, phone in E.164, None when not delivered or bad."""

    vendor: str
    delivery_date: date
    delivered_at: datetime
    file_name: str
    row_number: int
    terms: ContractTerms
    lead_id: str
    collected_at: datetime
    email: str | None
    phone: str | None
    audience: str
    channels: tuple[str, ...]
    consent_id: str | None
    claimed_basis: str | None
    has_bad_fields: bool
    is_audience_unread: bool = False
    """True when nobody can tell whom the vendor says that it sells."""
    is_channels_unread: bool = False
    """True when nobody can tell for which channels the lead is sold."""
    has_filler: bool = False
    """True when a field holds a filler instead of a person's value."""
    doubtful_email: str | None = None
    """What a bad e-mail may mean, in canonical form."""
    said_audience: str | None = None
    """Whom the vendor says that it sells, which is not whom the law protects."""
    job_function: str | None = None
    is_informed: bool | None = None
    """Whether the person was told at collection; None where the vendor does not say."""
    is_optout_offered: bool | None = None
    is_over_18: bool | None = None
    """Whether the person declared to be of age."""


@dataclass(frozen=True)
class Proof:
    """An accepted proof row. None where the vendor gave nothing, or nothing readable."""

    file_digest: str
    row_number: int
    received_at: datetime
    consent_id: str
    lead_id: str | None
    email: str | None
    phone: str | None
    channels: tuple[str, ...]
    decision: str
    consent_at: datetime
    action: str | None
    box_prechecked: bool | None
    consent_text: str | None
    recipients: tuple[str, ...] | None
    recipient_sirens: tuple[str, ...] | None
    partner_list_version: str | None
    period_end: datetime | None
    mentions: tuple[str, ...] | None
    form_id: str | None
    form_version: str | None
    double_optin_sent_at: datetime | None
    double_optin_confirmed_at: datetime | None
    withdrawn_at: datetime | None
    participation_requires_consent: bool | None = None
    refusal_equal_prominence: bool | None = None
    source_url: str | None = None
    l223_2_notice: bool | None = None
    chain: str | None = None
    proof_sha256: str | None = None
    snapshot_sha256: str | None = None
    unread: frozenset[str] = frozenset()
    """Fields that hold something that can't be read."""
    faulty: frozenset[str] = frozenset()
    """Those, and fields that the contract requires and that are empty."""


@dataclass(frozen=True)
class Reject:
    """One reason for which a row (or a whole file, when `row_number` is None) is refused."""

    vendor: str
    delivery_date: date
    file_name: str
    row_number: int | None
    reason: str


@dataclass(frozen=True)
class Accepted:
    """What remains of one vendor's deliveries."""

    leads: tuple[Lead, ...]
    proofs: tuple[Proof, ...]
    rejects: tuple[Reject, ...]
    noes: tuple[No, ...] = ()
    """What rejected rows of proofs are or may be: refusals and withdrawals."""
    unread_noes_on: tuple[date, ...] = ()
    """Delivery dates with a line of a proof file that is no row, or a rejected row that is or may be a NO."""
    undeclared_on: tuple[date, ...] = ()
    """Delivery dates with an accepted file that has a column beside the contract."""
    otherwise_on: tuple[date, ...] = ()
    """Delivery dates with an accepted file that is not of the contract's format."""
    ambiguous_on: tuple[date, ...] = ()
    """Delivery dates with an accepted file whose dates read both as day first and as month first."""
    incomplete_on: tuple[date, ...] = ()
    """Delivery dates before which a numbered delivery is missing."""


def accept(deliveries: Sequence[SimulatedDelivery]) -> Accepted:
    """Read one vendor's deliveries, in order of their dates."""
    leads: list[Lead] = []
    proofs: list[Proof] = []
    noes: list[No] = []
    unread_noes_on: list[date] = []
    rejects: list[Reject] = []
    for delivery in deliveries:
        rejects += (_reject(delivery, file, None, file.flaw) for file in delivery.files if file.flaw)
        reasons = dict(_row_reasons(delivery))
        for (name, number), why in reasons.items():
            rejects += (Reject(delivery.vendor.slug, delivery.on, name, number, reason) for reason in sorted(why))
        leads += (
            _lead_of_row(delivery, file, number, row)
            for file, number, row in _rows_read(delivery, "leads")
            if (file.name, number) not in reasons
        )
        proofs += (
            _proof_of_row(delivery, file, number, row)
            for file, number, row in _rows_read(delivery, "consent_proofs")
            if (file.name, number) not in reasons
        )
        rejected = [
            (file, row)
            for file, number, row in _rows_read(delivery, "consent_proofs")
            if (file.name, number) in reasons
        ]
        unread = [no for file, row in rejected for no in noes_of_row(row, delivery.terms, file.received_at)]
        if unread or any(row.is_malformed for _, row in rejected):
            unread_noes_on.append(delivery.on)
        noes += unread
    return Accepted(
        tuple(leads),
        tuple(proofs),
        tuple(rejects),
        tuple(noes),
        tuple(unread_noes_on),
        undeclared_on=_days_on_which(deliveries, lambda layout, file: any(row.undeclared for row in file.rows)),
        otherwise_on=_days_on_which(deliveries, lambda layout, file: file.differs),
        ambiguous_on=_days_on_which(deliveries, is_ambiguous),
        incomplete_on=tuple(delivery.on for delivery in deliveries if delivery.has_sequence_gap),
    )


def _days_on_which(
    deliveries: Sequence[SimulatedDelivery], holds: Callable[[Layout, SimulatedFile], bool]
) -> tuple[date, ...]:
    """Delivery dates on which something holds of a file that is read."""
    layouts = {"leads": "leads", "consent_proofs": "proofs"}
    return tuple(
        delivery.on
        for delivery in deliveries
        if any(
            holds(getattr(delivery.terms, layouts[file.role]), file)
            for file in delivery.files
            if file.role in layouts and not file.flaw and not file.repeats
        )
    )


def _reject(delivery: SimulatedDelivery, file: SimulatedFile, number: int | None, reason: str) -> Reject:
    return Reject(delivery.vendor.slug, delivery.on, file.name, number, reason)


def _rows_read(delivery: SimulatedDelivery, role: str) -> Iterator[tuple[SimulatedFile, int, Row]]:
    """Rows of the files that are read: neither refused nor the same bytes as an earlier file."""
    for file in sorted(delivery.files, key=lambda file: file.name):
        if file.role == role and not file.flaw and not file.repeats:
            for number, row in enumerate(file.rows, start=1):
                yield file, number, row


def _row_reasons(delivery: SimulatedDelivery) -> Iterator[tuple[tuple[str, int], list[str]]]:
    """Every row that is not accepted, with all its reasons; a line that is no row has that reason alone."""
    seen: set[object] = set()
    for file, number, row in _rows_read(delivery, "leads"):
        why = ["row_malformed"] if row.is_malformed else lead_reasons(row) + _future_reasons(row, file)
        lead_id = None if row.is_malformed else row.meaning("lead_id")
        if lead_id is not None and lead_id in seen:
            why.append("lead_id_repeated")
        seen.add(lead_id)
        if why:
            yield (file.name, number), why
    for file, number, row in _rows_read(delivery, "consent_proofs"):
        why = ["row_malformed"] if row.is_malformed else proof_reasons(row, delivery.terms)
        if why:
            yield (file.name, number), why


def _future_reasons(row: Row, file: SimulatedFile) -> list[str]:
    """A lead collected more than a day after its file came, as our transport noted, was not collected then."""
    collected_at = row.meaning("collected_at")
    is_future = isinstance(collected_at, datetime) and collected_at > file.received_at + timedelta(hours=24)
    return ["required_invalid"] if file.is_recorded and is_future else []


def _lead_of_row(delivery: SimulatedDelivery, file: SimulatedFile, number: int, row: Row) -> Lead:
    terms = delivery.terms
    basis = row.meaning("claimed_basis") if "claimed_basis" in terms.leads.columns else "consent"
    return Lead(
        vendor=delivery.vendor.slug,
        delivery_date=delivery.on,
        delivered_at=delivered_at(delivery, file),
        file_name=file.name,
        row_number=number,
        terms=terms,
        lead_id=_filled_cell(row, "lead_id", str),
        collected_at=_filled_cell(row, "collected_at", datetime),
        email=_given_cell(row, "email", str),
        phone=_given_cell(row, "phone", str),
        audience=audience_protected(row, terms),
        said_audience=audience_said(row, terms),
        job_function=_given_cell(row, "job_function", str),
        is_informed=_given_cell(row, "informed_at_collection", bool),
        is_optout_offered=_given_cell(row, "optout_offered_at_collection", bool),
        is_over_18=_given_cell(row, "over_18", bool),
        channels=_channels_of_row_sold(row, terms),
        consent_id=_given_cell(row, "consent_id", str),
        claimed_basis=basis if isinstance(basis, str) else None,
        has_bad_fields=bool(faulty_fields(row, terms.leads, REQUIRED_OF_LEADS)),
        is_audience_unread=is_unread(row, "audience", terms.leads),
        is_channels_unread=is_unread(row, "channels", terms.leads),
        has_filler=any(isinstance(row.values.get(name), Filler) for name in row.values),
        doubtful_email=_doubtful(row, "email"),
    )


def _doubtful(row: Row, name: str) -> str | None:
    value = row.values.get(name)
    return value.may_mean if isinstance(value, Bad) else None


def _channels_of_row_sold(row: Row, terms: ContractTerms) -> tuple[str, ...]:
    """The channels of the row, none where it says so; those of the contract where it says nothing that can be read."""
    channels = _given_cell(row, "channels", tuple)
    return terms.channels if channels is None else channels


def _proof_of_row(delivery: SimulatedDelivery, file: SimulatedFile, number: int, row: Row) -> Proof:
    return Proof(
        file_digest=file.digest,
        row_number=number,
        received_at=file.received_at,
        consent_id=_filled_cell(row, "consent_id", str),
        lead_id=_given_cell(row, "lead_id", str),
        email=_given_cell(row, "email", str) or _given_cell(row, "email_sha256", str),
        phone=_given_cell(row, "phone", str) or _given_cell(row, "phone_sha256", str),
        channels=_filled_cell(row, "channels", tuple),
        decision="given" if delivery.terms.is_only_given_consents else _filled_cell(row, "decision", str),
        consent_at=_filled_cell(row, "consent_at", datetime),
        action=_given_cell(row, "action", str),
        box_prechecked=_given_cell(row, "box_prechecked", bool),
        consent_text=_given_cell(row, "consent_text", str),
        recipients=_given_cell(row, "recipients", tuple),
        recipient_sirens=_given_cell(row, "recipient_sirens", tuple),
        partner_list_version=_given_cell(row, "partner_list_version", str),
        period_end=_given_cell(row, "period_end", datetime),
        mentions=_given_cell(row, "mentions", tuple),
        form_id=_given_cell(row, "form_id", str),
        form_version=_given_cell(row, "form_version", str),
        double_optin_sent_at=_given_cell(row, "double_optin_sent_at", datetime),
        double_optin_confirmed_at=_given_cell(row, "double_optin_confirmed_at", datetime),
        withdrawn_at=_given_cell(row, "withdrawn_at", datetime),
        participation_requires_consent=_given_cell(row, "participation_requires_consent", bool),
        refusal_equal_prominence=_given_cell(row, "refusal_equal_prominence", bool),
        source_url=_given_cell(row, "source_url", str),
        l223_2_notice=_given_cell(row, "l223_2_notice", bool),
        chain=_given_cell(row, "chain", str),
        proof_sha256=_given_cell(row, "proof_sha256", str),
        snapshot_sha256=_given_cell(row, "snapshot_sha256", str),
        unread=unread_fields(row),
        faulty=faulty_fields(row, delivery.terms.proofs, REQUIRED_OF_PROOFS),
    )


def _given_cell(row: Row, name: str, kind: type[T]) -> T | None:
    value = row.meaning(name)
    return value if isinstance(value, kind) else None


def _filled_cell(row: Row, name: str, kind: type[T]) -> T:
    value = row.meaning(name)
    if not isinstance(value, kind):
        raise TypeError(f"an accepted row has no {name}")
    return value
