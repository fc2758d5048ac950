"""The facts of the sample market: what vendors, contracts, forms, files and rows are.

Plain data only. Drawing, writing and judging belong to the other modules of the simulation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from pipelines.vocabulary.words import PARIS


@dataclass(frozen=True)
class Said:
    """A value spelled otherwise than it means: `06 12…` for `+33612…`, a hash for an e-mail."""

    text: str
    meaning: str


@dataclass(frozen=True)
class Filler(Said):
    """A value that can be read and is nobody's: `test`, `0600000000`."""


@dataclass(frozen=True)
class Bad:
    """A value that can't be read as what its field should hold; a tuple is a list with a bad element."""

    text: str | tuple[str, ...]
    may_mean: str | None = None
    """Of an e-mail: the canonical one that whoever reads the text thinks of."""


Plain = str | bool | datetime | tuple[str, ...]


@dataclass(frozen=True)
class Worded:
    """A value in a word that no contract foresees and everybody understands: `oui` for True, `aucun` for no channel."""

    text: str
    meaning: Plain


@dataclass(frozen=True)
class Blank:
    """A word for an empty cell: `NULL`, `N/A`."""

    text: str


Value = Plain | Said | Bad | Worded | Blank


@dataclass
class Row:
    """One data row as the vendor wrote it, by canonical field; a field without a key is empty."""

    values: dict[str, Value]
    undeclared: dict[str, str] = field(default_factory=dict)
    is_malformed: bool = False

    def meaning(self, name: str) -> Plain | None:
        """What the row says in a field; None when it is empty or bad."""
        value = self.values.get(name)
        if isinstance(value, Said | Worded):
            return value.meaning
        return None if isinstance(value, Bad | Blank) else value

    def is_bad(self, name: str) -> bool:
        """True when the field holds something that can't be read."""
        return isinstance(self.values.get(name), Bad)

    def is_empty(self, name: str) -> bool:
        """True when the field holds nothing, or a word for nothing."""
        return name not in self.values or isinstance(self.values[name], Blank)


@dataclass(frozen=True)
class Column:
    """How a vendor writes one canonical field."""

    physical_name: str
    pattern: str | None = None
    """JDK pattern of an instant or a date; None is ISO 8601."""
    zone: str | None = None
    """Zone of naive instants; None when every instant carries its offset."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Our value -> the vendor's word."""
    separator: str = "|"
    is_required: bool = False
    is_date: bool = False
    is_open: bool = False
    """True when the contract lists no words, though the field has a closed vocabulary."""


@dataclass(frozen=True)
class Layout:
    """How the files of one role look."""

    glob: str
    format: str
    columns: Mapping[str, Column]
    delimiter: str | None = None
    encoding: str | None = None
    quote: str | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class Form:
    """One version of a collection form, as persons see it and as the vendor reports it in its proofs."""

    form_id: str
    form_version: str
    text: str
    action: str = "ticked_box"
    box_prechecked: bool | None = False
    recipients: tuple[str, ...] | None = None
    recipient_sirens: tuple[str, ...] | None = None
    partner_list_version: str | None = None
    mentions: tuple[str, ...] | None = None


@dataclass(frozen=True)
class FormReview:
    """What the advertiser wrote when it reviewed a form version; None where the review is silent."""

    reviewed_on: date
    text: str | None = None
    box_prechecked: bool | None = None
    mentions: tuple[str, ...] | None = None
    recipients: tuple[str, ...] | None = None
    recipient_sirens: tuple[str, ...] | None = None
    participation_requires_consent: bool | None = None
    refusal_equal_prominence: bool | None = None
    l223_2_notice: bool | None = None
    informed_art13: bool | None = None
    separate_from_terms: bool | None = None
    withdrawal_as_easy: bool | None = None
    named_since: date | None = None


@dataclass(frozen=True)
class ContractTerms:
    """One contract with a vendor: what it asks for and from when."""

    valid_from: date
    version: str
    advertiser_name: str
    advertiser_siren: str
    channels: tuple[str, ...]
    leads: Layout
    proofs: Layout
    proof_deadline: tuple[int, str]
    """A count and its unit, `h` or `d`."""
    audience: str = "consumer"
    other_audiences: tuple[str, ...] = ()
    bases: tuple[str, ...] | None = None
    target_functions: tuple[str, ...] | None = None
    sector: str = "telecom"
    cut_off: time = time(22, 0)
    days_due: str = "*"
    """Day-of-week field of a cron expression."""
    is_double_optin_required: bool = False
    is_only_given_consents: bool = False
    max_lead_age: tuple[int, str] | None = None
    duplicate_window: tuple[int, str] | None = None
    suppression_delay: tuple[int, str] = (24, "h")
    reviews: Mapping[tuple[str, str], FormReview] = field(default_factory=dict)
    price: float = 4.0


@dataclass(frozen=True)
class Habits:
    """A vendor's character: how its days and leads usually look, and how often which defect occurs."""

    rates: Mapping[str, float] = field(default_factory=dict)
    """Name of a defect (`defects.DEFECTS`) -> its chance on one lead."""
    incidents: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """Day of the market, from 0 -> what happens to that day's delivery (`incidents.py`)."""
    volume: float = 1.0
    file_count: int = 1
    links: tuple[str, ...] = ("consent_id",)
    """How a proof is tied to its lead: `consent_id`, `lead_id` or `key`; one is drawn for each lead."""
    identity: str = "clear"
    """How a proof names the person: `clear`, `sha256` or `none`."""
    audiences: tuple[str, ...] = ()
    bases: tuple[str, ...] = ("consent",)
    channel_choices: tuple[tuple[str, ...], ...] = ()
    form_weights: tuple[int, ...] = (1,)
    days_late: tuple[int, ...] = (0,)
    has_manifest: bool = False
    delivery_hour: int = 19
    undeclared: tuple[str, ...] = ()
    """Columns that the contract does not know, sent on days with the incident `undeclared`."""


@dataclass(frozen=True)
class Vendor:
    """A company that sells leads, with its contracts in order of validity."""

    slug: str
    name: str
    prefix: str
    """Start of its lead and consent references."""
    terms: tuple[ContractTerms, ...]
    forms: tuple[Form, ...]
    habits: Habits

    def terms_on(self, day: date) -> ContractTerms:
        """The contract in force on a date."""
        return max((terms for terms in self.terms if terms.valid_from <= day), key=lambda terms: terms.valid_from)


@dataclass
class SimulatedFile:
    """One file below a delivery folder."""

    name: str
    role: str | None
    """`leads`, `consent_proofs`, or None for a file that no contract glob claims."""
    rows: list[Row] = field(repr=False)
    received_at: datetime
    is_recorded: bool = True
    """False when the transport left no record of the file; `received_at` is then the cut-off."""
    flaw: str | None = None
    """Reason code for which the whole file is refused."""
    absent: frozenset[str] = frozenset()
    """Canonical fields whose column the file lacks."""
    repeats: "SimulatedFile | None" = None
    """The earlier file whose bytes this one is."""
    habits: tuple[str, ...] = ()
    """What the vendor's tool does to the file as a whole (`file_habits.HABITS`)."""
    differs: bool = False
    """True when it is not of the format that the contract says; known once it is written."""
    content: bytes = field(default=b"", repr=False)
    digest: str = ""


@dataclass
class SimulatedDelivery:
    """One folder of the inbox."""

    vendor: Vendor
    on: date
    terms: ContractTerms
    files: list[SimulatedFile]
    sequence: int | None = None
    """Number of the manifest; None without one."""
    has_sequence_gap: bool = False
    """True when the number before it was never sent."""


@dataclass(frozen=True)
class OppositionRow:
    """One line of an opposition file. Dates stand for themselves; `identifier` says how it is written."""

    identifier: Said
    kind: str
    channel: str
    opposed_at: datetime | date
    recorded_at: datetime
    origin: str
    shared_with: tuple[str, ...] = ()
    shared_at: datetime | date | None = None
    revoked_at: datetime | date | None = None


def duration(amount: tuple[int, str]) -> timedelta:
    """A count of hours or days as a length of time."""
    count, unit = amount
    return timedelta(hours=count) if unit == "h" else timedelta(days=count)


def in_paris(day: date, at: time = time(0)) -> datetime:
    """The instant (UTC) at which clocks in Paris show a time on a date."""
    return datetime.combine(day, at, PARIS).astimezone(UTC)


def years_later(instant: datetime, count: int) -> datetime:
    """The same civil time in Paris some calendar years later (29 February becomes the 28th)."""
    local = instant.astimezone(PARIS).replace(tzinfo=None)
    day = 28 if (local.month, local.day) == (2, 29) else local.day
    return local.replace(year=local.year + count, day=day, tzinfo=PARIS).astimezone(UTC)
