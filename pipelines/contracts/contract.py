"""What a vendor's contract says, in our own terms. Files are read in `book`, documents in `reading`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from itertools import pairwise

from pipelines.vocabulary.column_names import column_name
from pipelines.vocabulary.fields import FIELDS, whole_field


@dataclass(frozen=True)
class FieldTerms:
    """One property of a contract object: a canonical field and how the vendor writes it."""

    name: str
    physical_name: str
    logical_type: str = "string"
    format: str | None = None
    default_timezone: str | None = None
    is_required: bool = False
    enum: Mapping[str, str] = field(default_factory=dict)
    """The vendor's word (the `label`, and the value itself) -> our value; empty when the field is free."""
    list_separators: tuple[str, ...] = ("|",)
    """What may stand between the elements of a list."""


@dataclass(frozen=True)
class FileTerms:
    """How one role's files look: a `server` of the contract and the `schema` object of the same name."""

    role: str
    path: str
    """Glob below the delivery folder."""
    format: str
    """One of `vocabulary.file_formats.FILE_FORMATS`."""
    delimiter: str | None = None
    encoding: str | None = None
    quote: str | None = None
    sheet: str | None = None
    fields: tuple[FieldTerms, ...] = ()

    @property
    def mapped_fields(self) -> frozenset[str]:
        """Canonical fields that the contract maps to a delivered column, or a list to one for each of its elements."""
        return frozenset(whole_field(terms.name) for terms in self.fields)

    def columns_of(self, field: str) -> tuple[str, ...]:
        """Delivered columns of a canonical field, as `column_name` gives them; none where it is not mapped."""
        return tuple(column_name(terms.physical_name) for terms in self.fields if whole_field(terms.name) == field)


@dataclass(frozen=True)
class ApprovedForm:
    """A version of a form as we reviewed it. None means that the review does not say."""

    form_id: str
    form_version: str
    reviewed_on: date
    text_sha256: str | None = None
    box_prechecked: bool | None = None
    refusal_equal_prominence: bool | None = None
    participation_requires_consent: bool | None = None
    mentions: tuple[str, ...] | None = None
    recipients: tuple[str, ...] | None = None
    recipient_sirens: tuple[str, ...] | None = None
    france_renov_sentence: bool | None = None
    l223_2_notice: bool | None = None
    informed_art13: bool | None = None
    separate_from_terms: bool | None = None
    withdrawal_as_easy: bool | None = None
    named_since: date | None = None


@dataclass(frozen=True)
class NoticeClause:
    """How the vendor is notified. Without `deemed_after` only its acknowledgement notifies it."""

    means: str
    """email | registered_letter | portal | file."""
    address: str | None = None
    """Where notices go: a role's, never a person's."""
    deemed_after: timedelta | None = None
    """Counts as received so long after it was sent by those means."""


@dataclass(frozen=True)
class GoLiveDecision:
    """What was decided of a vendor that began as a candidate: whether its leads may be used, from which delivery on."""

    on: date
    """First delivery date that it counts for."""
    is_open: bool


@dataclass(frozen=True)
class Contract:
    """One contract file: the terms that judge deliveries from `valid_from` until the next active one."""

    vendor: str
    valid_from: date
    version: str
    status: str
    digest: str
    """SHA-256 of the file, lower-case hex."""
    advertiser_name: str
    advertiser_siren: str
    audience: str
    """Whom a lead is about that does not say."""
    channels: tuple[str, ...]
    leads: FileTerms
    consent_proofs: FileTerms
    proof_deadline: timedelta
    instrument: str | None = None
    relationship_since: date | None = None
    vendor_name: str | None = None
    """Legal name of the vendor."""
    vendor_siren: str | None = None
    is_only_given_consents: bool = False
    other_audiences: tuple[str, ...] = ()
    """Ordered besides `audience`."""
    bases: tuple[str, ...] | None = None
    """Legal bases that were ordered; None: the contract does not say."""
    target_functions: tuple[str, ...] | None = None
    """Functions in companies that what is sold concerns; None: the contract does not say."""
    is_in_alsace_moselle: bool = False
    """Whether the two more public holidays of Alsace and Moselle count."""
    sector: str | None = None
    goods_services: str | None = None
    price: float | None = None
    currency: str = "EUR"
    price_per_channel: Mapping[str, float] = field(default_factory=dict)
    is_double_optin_required: bool = False
    consent_max_age_months: int | None = None
    """Calendar months that a phone consent lasts; None, and more than the law says: the law's."""
    claim_window: timedelta | None = None
    reply_period: timedelta | None = None
    """To answer a finding, once the vendor was notified; None: none was agreed, and the house's policy counts."""
    suppression_delay: timedelta | None = None
    """None: none was agreed, and none is granted."""
    max_lead_age: timedelta | None = None
    duplicate_window: timedelta | None = None
    retention: timedelta | None = None
    cut_off: time | None = None
    """Europe/Paris; None: none was agreed, and the day ends as `calendar.CUT_OFF` says."""
    calendar: str | None = None
    """Cron expression of the days due; None: none was agreed, and every day is due."""
    tolerances: Mapping[str, float] = field(default_factory=dict)
    scoring_method: str | None = None
    """Version of the scoring method for the whole contract period; None: the one in force at its start."""
    refusal_grounds: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    """Ids of the clauses that the paper has; see `governance.checklist`."""
    approved_forms: tuple[ApprovedForm, ...] = ()
    renewal_on: date | None = None
    notice_days: int | None = None
    cure_days: int | None = None
    """To mend after a formal notice; None: no time was agreed."""
    notice_clause: NoticeClause | None = None
    contacts: tuple[str, ...] = ()
    stage: str | None = None
    """One of `words.STAGES`; None: the vendor never was a candidate, as far as contracts say. See `stages`."""
    go_live: tuple[GoLiveDecision, ...] = ()
    """Of the vendor, in order; not in its file, but the registry's."""

    @property
    def audiences(self) -> tuple[str, ...]:
        """All that were ordered."""
        return tuple(dict.fromkeys((self.audience, *self.other_audiences)))

    @property
    def is_priced(self) -> bool:
        """Whether the contract says what a lead, or a lead on some channel, costs."""
        return self.price is not None or bool(self.price_per_channel)

    @property
    def has_proofs_beside_leads(self) -> bool:
        """Whether the same files hold leads and proofs: each row is read as both."""
        return bool(self.leads.path) and self.leads.path == self.consent_proofs.path


InForce = Callable[[str, date], Contract | None]
"""The contract that judges a vendor's delivery on a date."""


def contract_in_force(contracts: tuple[Contract, ...], on: date) -> Contract | None:
    """The active contract that judges a delivery on a date: the latest `valid_from` not after it."""
    candidates = [c for c in contracts if c.status == "active" and c.valid_from <= on]
    return max(candidates, key=lambda c: c.valid_from, default=None)


def last_day_in_force(contract: Contract, contracts: Sequence[Contract]) -> date | None:
    """The day before the next active contract of the vendor begins; None where there is no later one."""
    later = [c.valid_from for c in contracts if c.status == "active" and c.valid_from > contract.valid_from]
    return min(later) - timedelta(days=1) if later else None


def contract_at_start(contracts: Sequence[Contract], on: date) -> Contract | None:
    """The contract at the start of the contract period that a date lies in; None before the first.

    A period starts with the first contract, and with each that begins on or after the renewal date of the one before.
    What begins earlier is an amendment, and starts none; nor does a renewal date on which nothing new was signed.
    """
    active = sorted((one for one in contracts if one.status == "active" and one.valid_from <= on), key=_first_day)
    starts = [later for one, later in pairwise(active) if one.renewal_on and later.valid_from >= one.renewal_on]
    found = starts or active[:1]
    return found[-1] if found else None


def period_start(contracts: Sequence[Contract], on: date) -> date | None:
    """First day of the contract period that a date lies in; None before the first contract."""
    first = contract_at_start(contracts, on)
    return first.valid_from if first else None


def _first_day(contract: Contract) -> date:
    return contract.valid_from


def required_fields(role: str, contract: Contract) -> tuple[str, ...]:
    """Fields without which a row is not accepted: the required ones, unless the contract says what they would."""
    said = {"onlyGivenConsents"} if contract.is_only_given_consents else frozenset[str]()
    return tuple(field.name for field in FIELDS[role] if field.is_required and field.contract_term not in said)


def declared_names(terms: FileTerms) -> frozenset[str]:
    """Columns that the contract declares, as `column_name` gives them."""
    return frozenset(column_name(field.physical_name) for field in terms.fields)


def declared_beside(terms: FileTerms, contract: Contract) -> frozenset[str]:
    """Columns that the contract declares of a role's files, for whichever role."""
    if not contract.has_proofs_beside_leads:
        return declared_names(terms)
    return declared_names(contract.leads) | declared_names(contract.consent_proofs)


def declared_places(names: Sequence[str], declared: frozenset[str]) -> dict[str, int]:
    """Where the declared columns stand among the delivered ones; the first of two with one name counts."""
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        if name in declared:
            places.setdefault(name, place)
    return places
