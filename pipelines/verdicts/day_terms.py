"""What a contract means for each day to judge: instants, limits, forms. One row a day and clock."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import pyarrow as pa

from pipelines.contracts.calendar import cut_off_at
from pipelines.contracts.contract import ApprovedForm, Contract
from pipelines.contracts.sectors import UNSAID_SECTOR
from pipelines.contracts.stages import may_be_used
from pipelines.verdicts.company_names import Likeness, likeness
from pipelines.verdicts.job_functions import is_function_named
from pipelines.vocabulary.clock import as_lake, paris_date

DAY_TERMS = pa.schema(
    {
        "vendor": pa.string(),
        "delivery_date": pa.date32(),
        "delivered_at": pa.timestamp("us"),
        "is_delivered_at_assumed": pa.bool_(),
        "is_day_clock": pa.bool_(),
        "used_at": pa.timestamp("us"),
        "used_on": pa.date32(),
        "known_at": pa.timestamp("us"),
        "known_on": pa.date32(),
        "proofs_known_at": pa.timestamp("us"),
        "objections_known_at": pa.timestamp("us"),
        "oppositions_known_at": pa.timestamp("us"),
        "is_final": pa.bool_(),
        "contract_digest": pa.string(),
        "vendor_stage": pa.string(),
        "is_vendor_live": pa.bool_(),
        "contract_channels": pa.list_(pa.string()),
        "contract_audiences": pa.list_(pa.string()),
        "contract_bases": pa.list_(pa.string()),
        "sector": pa.string(),
        "target_functions": pa.list_(pa.string()),
        "target_function_spellings": pa.list_(pa.string()),
        "is_in_alsace_moselle": pa.bool_(),
        "advertiser_siren": pa.string(),
        "advertiser_spellings": pa.list_(pa.string()),
        "advertiser_near_spellings": pa.list_(pa.string()),
        "is_double_optin_required": pa.bool_(),
        "max_lead_age_seconds": pa.int64(),
        "suppression_delay_seconds": pa.int64(),
        "duplicate_window_seconds": pa.int64(),
        "consent_max_age_months": pa.int64(),
        "mapped_fields": pa.list_(pa.string()),
    }
)
FORM_REVIEWS = pa.schema(
    {
        "contract_digest": pa.string(),
        "form_id": pa.string(),
        "form_version": pa.string(),
        "reviewed_on": pa.date32(),
        "text_digest": pa.string(),
        "box_prechecked": pa.bool_(),
        "refusal_equal_prominence": pa.bool_(),
        "participation_requires_consent": pa.bool_(),
        "mentions": pa.list_(pa.string()),
        "names_advertiser": pa.bool_(),
        "france_renov_sentence": pa.bool_(),
        "l223_2_notice": pa.bool_(),
        "informed_art13": pa.bool_(),
        "separate_from_terms": pa.bool_(),
        "withdrawal_as_easy": pa.bool_(),
        "named_since": pa.date32(),
    }
)


@dataclass(frozen=True)
class Hindsight:
    """Up to when facts of a kind count that came after a delivery's own clock; zone-less UTC. None: none of them."""

    reviews_at: datetime | None = None
    """Of forms; the civil date, Europe/Paris, counts."""
    proofs_at: datetime | None = None
    objections_at: datetime | None = None
    """Refusals and withdrawals, as vendors tell them."""
    oppositions_at: datetime | None = None


NO_HINDSIGHT: Final = Hindsight()


@dataclass(frozen=True)
class DeliveredDay:
    """A day of one vendor: its contract in force, and when its delivery was complete. Instants are zone-less UTC."""

    vendor: str
    day: date
    contract: Contract
    delivered_at: datetime | None
    is_assumed: bool
    later: tuple["DeliveredDay", ...] = ()
    """The same day as files with a clock of their own have it."""

    @property
    def clocks(self) -> tuple["DeliveredDay", ...]:
        """The day, and again for each file that came later."""
        return (self, *self.later)

    @property
    def acted_at(self) -> datetime:
        """The act that rules look at; without leads, the contract's cut-off."""
        return self.delivered_at or as_lake(cut_off_at(self.contract, self.day))

    @property
    def deadline_at(self) -> datetime:
        """Proof deadline: delivery plus the contract's `proofDeadline`."""
        return self.acted_at + self.contract.proof_deadline

    def known_at(self, as_of: datetime) -> datetime:
        """Up to when facts count: `as_of` (zone-less UTC), but not after the deadline, nor before the leads had come.

        A tick of the morning knows nothing of leads that came in the evening: they are judged by what came with them.
        """
        return min(self.deadline_at, max(as_of, self.delivered_at or as_of))

    def come_by(self, instant: datetime) -> "DeliveredDay | None":
        """The day with the files that had come at an instant (zone-less UTC); None where its own had not."""
        if self.delivered_at is None or self.delivered_at > instant:
            return None
        return replace(self, later=tuple(file for file in self.later if file.delivered_at <= instant))  # type: ignore[operator]


def day_terms_table(
    days: Sequence[DeliveredDay],
    *,
    as_of: datetime,
    max_age_months: Callable[[date], int | None],
    recipients: Iterable[str],
    functions: Iterable[str] = (),
    is_today: bool = False,
    hindsight: Hindsight = NO_HINDSIGHT,
) -> pa.Table:
    """One row a day and clock, schema `DAY_TERMS`.

    Args:
        days: the days to judge; on the clock *today* those that had come by `as_of`.
        as_of: zone-less UTC.
        max_age_months: of a consent, on a date.
        recipients: spellings in the proofs.
        functions: those in companies, in the leads.
        is_today: whether `as_of` is the act that rules look at, and all that is known by then counts; else the delivery
            is, with what is known up to its proof deadline.
    """
    told = sorted(set(recipients))
    advertisers = {day.contract.advertiser_name for day in days}
    likenesses = {ours: {name: likeness(name, ours) for name in told} for ours in advertisers}
    delivered = sorted(set(functions))
    rows = [
        {
            **_terms_row(clock, as_of, max_age_months, likenesses[day.contract.advertiser_name], is_today=is_today),
            **_knowledge(as_of if is_today else clock.known_at(as_of), hindsight),
            **_ordered(day.contract, delivered),
            "is_day_clock": clock is day,
        }
        for day in days
        for clock in day.clocks
    ]
    return pa.Table.from_pylist(rows, schema=DAY_TERMS)


def form_reviews_table(contracts: Iterable[Contract]) -> pa.Table:
    """What we reviewed, by contract; schema `FORM_REVIEWS`. Of a version reviewed twice, the later review stands."""
    rows = [
        row
        for contract in contracts
        for row in {(form.form_id, form.form_version): _form(contract, form) for form in _by_review(contract)}.values()
    ]
    return pa.Table.from_pylist(rows, schema=FORM_REVIEWS)


def _by_review(contract: Contract) -> list[ApprovedForm]:
    return sorted(contract.approved_forms, key=lambda form: form.reviewed_on)


def _terms_row(
    day: DeliveredDay,
    as_of: datetime,
    max_age_months: Callable[[date], int | None],
    names: Mapping[str, Likeness],
    *,
    is_today: bool,
) -> dict[str, Any]:
    contract = day.contract
    used_at, known_at = (as_of, as_of) if is_today else (day.acted_at, day.known_at(as_of))
    used_on = paris_date(used_at)
    return {
        "vendor": day.vendor,
        "delivery_date": day.day,
        "delivered_at": day.delivered_at,
        "is_delivered_at_assumed": day.is_assumed,
        "used_at": used_at,
        "used_on": used_on,
        "known_at": known_at,
        "is_final": as_of >= day.deadline_at,
        "contract_digest": contract.digest,
        "vendor_stage": contract.stage,
        "is_vendor_live": may_be_used(contract, day.day),
        "advertiser_siren": contract.advertiser_siren,
        "advertiser_spellings": [name for name, alike in names.items() if alike is Likeness.SAME],
        "advertiser_near_spellings": [name for name, alike in names.items() if alike is Likeness.NEAR],
        "is_double_optin_required": contract.is_double_optin_required,
        "max_lead_age_seconds": _seconds(contract.max_lead_age),
        "suppression_delay_seconds": _seconds(contract.suppression_delay or timedelta(0)),
        "duplicate_window_seconds": _seconds(contract.duplicate_window),
        "consent_max_age_months": _tightened(max_age_months(used_on), contract.consent_max_age_months),
        "mapped_fields": mapped_fields(contract),
    }


def _tightened(legal: int | None, agreed: int | None) -> int | None:
    """What the contract agrees counts where it is stricter than the law, and where the law says something."""
    return legal if legal is None or agreed is None else min(legal, agreed)


def _knowledge(known_at: datetime, hindsight: Hindsight) -> dict[str, Any]:
    """Up to when facts of each kind count: never less than on the delivery's own clock."""

    def until(instant: datetime | None) -> datetime:
        return max(known_at, instant or known_at)

    return {
        "known_on": paris_date(until(hindsight.reviews_at)),
        "proofs_known_at": until(hindsight.proofs_at),
        "objections_known_at": until(hindsight.objections_at),
        "oppositions_known_at": until(hindsight.oppositions_at),
    }


def _ordered(contract: Contract, functions: Sequence[str]) -> dict[str, Any]:
    """What the contract orders, and which delivered functions are among those that it names."""
    targets = contract.target_functions
    return {
        "contract_channels": list(contract.channels),
        "contract_audiences": list(contract.audiences),
        "contract_bases": None if contract.bases is None else list(contract.bases),
        "sector": contract.sector or UNSAID_SECTOR,
        "target_functions": None if targets is None else list(targets),
        "target_function_spellings": [name for name in functions if is_function_named(name, targets or ())],
        "is_in_alsace_moselle": contract.is_in_alsace_moselle,
    }


def mapped_fields(contract: Contract) -> list[str]:
    """Fields that the contract maps, as `object.field`, sorted."""
    return sorted(
        f"{terms.role}.{name}" for terms in (contract.leads, contract.consent_proofs) for name in terms.mapped_fields
    )


def _form(contract: Contract, form: ApprovedForm) -> dict[str, Any]:
    return {
        "contract_digest": contract.digest,
        "form_id": form.form_id,
        "form_version": form.form_version,
        "reviewed_on": form.reviewed_on,
        "text_digest": form.text_sha256,
        "box_prechecked": form.box_prechecked,
        "refusal_equal_prominence": form.refusal_equal_prominence,
        "participation_requires_consent": form.participation_requires_consent,
        "mentions": None if form.mentions is None else list(form.mentions),
        "names_advertiser": names_advertiser(contract, form),
        "france_renov_sentence": form.france_renov_sentence,
        "l223_2_notice": form.l223_2_notice,
        "informed_art13": form.informed_art13,
        "separate_from_terms": form.separate_from_terms,
        "withdrawal_as_easy": form.withdrawal_as_easy,
        "named_since": form.named_since,
    }


def names_advertiser(contract: Contract, form: ApprovedForm) -> bool | None:
    """Whether the recipients that we reviewed include the advertiser; None when the review lists none, or one of which
    the name does not tell."""
    if form.recipients is None and form.recipient_sirens is None:
        return None
    if contract.advertiser_siren in (form.recipient_sirens or ()):
        return True
    likest = max((likeness(name, contract.advertiser_name) for name in form.recipients or ()), default=None)
    return None if likest is Likeness.NEAR else likest is Likeness.SAME


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds())
