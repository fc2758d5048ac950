"""A vendor's days: when each delivery arrives, into which files its drafts go, and what goes wrong with whole files."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from pipelines.simulation.dates import swap_dates
from pipelines.simulation.defects import spoil
from pipelines.simulation.drafts import Consent, Draft, fresh_draft
from pipelines.simulation.file_habits import HABITS, PACKED, drawn_habits
from pipelines.simulation.market_facts import Layout, Row, SimulatedDelivery, SimulatedFile, Value, Vendor, in_paris

FLAWS: Final = {
    "undecodable": "file_undecodable",
    "no_header": "header_missing",
    "missing_column": "column_missing",
}
"""Incident on the second lead file of a day -> reason for which it is refused."""
INCIDENTS: Final = (
    *FLAWS, "empty_file", "unclaimed", "header_only", "resent", "resent_same_day", "resent_proofs",
    "proofs_missing_column", "proofs_column_dropped", "undeclared", "undeclared_proofs", "skipped", "unrecorded",
    "proofs_unrecorded", "late_arrival", "first_file_late", "first_file_unrecorded", "sequence_skipped",
    "american_dates", *HABITS,
)  # fmt: skip


@dataclass(frozen=True)
class Day:
    """One date of a vendor: what arrives when, and what befalls it."""

    on: date
    leads_at: datetime
    proofs_at: datetime
    incidents: tuple[str, ...]
    has_leads: bool

    @property
    def is_recorded(self) -> bool:
        """True when the transport noted the arrival of the lead files."""
        return "unrecorded" not in self.incidents


def draw_deliveries(
    seed: int, vendor: Vendor, first_day: date, days: int, leads: int
) -> tuple[list[SimulatedDelivery], list[Draft]]:
    """A vendor's deliveries over the market, folders of late proofs included, and the drafts they were made of."""
    calendar = [_plan_day(seed, vendor, first_day, index) for index in range(days)]
    drafts: list[Draft] = []
    for day in calendar:
        if day.has_leads:
            _draw_leads(random.Random(f"{seed}/{vendor.slug}/{day.on}"), vendor, day, leads, drafts)
    arrivals = _arrivals_by_day(drafts, calendar[-1].on)
    by_day: defaultdict[date, list[Draft]] = defaultdict(list)
    for draft in drafts:
        by_day[draft.day].append(draft)
    deliveries: list[SimulatedDelivery] = []
    for day in calendar:
        rng = random.Random(f"{seed}/{vendor.slug}/{day.on}/files")
        files = _lead_files(vendor, day, by_day[day.on], deliveries)
        files += _proof_files(rng, vendor, day, arrivals[day.on], deliveries)
        if files:
            deliveries.append(_numbered_delivery(vendor, day, files, deliveries))
    return deliveries, drafts


def _numbered_delivery(
    vendor: Vendor, day: Day, files: list[SimulatedFile], earlier: Sequence[SimulatedDelivery]
) -> SimulatedDelivery:
    """The day's delivery with the next number of its vendor's manifests, or the one after that."""
    terms = vendor.terms_on(day.on)
    if not vendor.habits.has_manifest:
        return SimulatedDelivery(vendor, day.on, terms, files)
    is_skipped = bool(earlier) and "sequence_skipped" in day.incidents
    sequence = 1 + max((delivery.sequence or 0 for delivery in earlier), default=0) + is_skipped
    return SimulatedDelivery(vendor, day.on, terms, files, sequence, is_skipped)


def _plan_day(seed: int, vendor: Vendor, first_day: date, index: int) -> Day:
    rng = random.Random(f"{seed}/{vendor.slug}/{index}/plan")
    on = first_day + timedelta(days=index)
    terms, incidents = vendor.terms_on(on), vendor.habits.incidents.get(index, ())
    cut_off = in_paris(on, terms.cut_off)
    leads_at = in_paris(on, time(vendor.habits.delivery_hour)) + timedelta(seconds=rng.randint(0, 5000))
    if "late_arrival" in incidents:
        leads_at = in_paris(on + timedelta(days=2), time(9)) + timedelta(seconds=rng.randint(0, 5000))
    proofs_at = leads_at + timedelta(seconds=rng.randint(-1200, 2400))
    if "unrecorded" in incidents:
        leads_at = cut_off
    if "unrecorded" in incidents or "proofs_unrecorded" in incidents:
        proofs_at = cut_off
    is_due = terms.days_due == "*" or on.isoweekday() <= 5
    return Day(on, leads_at, proofs_at, incidents, has_leads=is_due and "skipped" not in incidents)


def _draw_leads(rng: random.Random, vendor: Vendor, day: Day, leads: int, drafts: list[Draft]) -> None:
    mean = leads * vendor.habits.volume
    for number in range(1, max(1, round(mean * rng.uniform(0.8, 1.2))) + 1):
        draft = fresh_draft(rng, vendor, day.on, day.leads_at, number, drafts)
        spoil(draft, vendor.habits.rates, rng)
        drafts.append(draft)


def _arrivals_by_day(drafts: Sequence[Draft], last_day: date) -> Mapping[date, list[Consent]]:
    """Consents by the day on which they arrive; what would come after the market's last day comes on it."""
    arrivals: defaultdict[date, list[Consent]] = defaultdict(list)
    for draft in drafts:
        for consent in draft.consents:
            arrivals[min(consent.arrives_on, last_day)].append(consent)
    return arrivals


def _lead_files(
    vendor: Vendor, day: Day, drafts: list[Draft], earlier: Sequence[SimulatedDelivery]
) -> list[SimulatedFile]:
    if not drafts:
        return []
    layout = vendor.terms_on(day.on).leads
    files = [
        SimulatedFile(_file_name(layout, day, number), "leads", rows, day.leads_at, day.is_recorded)
        for number, rows in enumerate(_shares(layout, drafts, vendor, day), start=1)
    ]
    _flaw_the_last(layout, day, files)
    _delay_the_first(vendor, day, files)
    files[0].habits = drawn_habits(layout, day.incidents)
    if PACKED in files[0].habits:
        files[0].name += ".gz"
    if "american_dates" in day.incidents:
        swap_dates(layout, files[0].rows)
    if "undeclared" in day.incidents:
        _add_columns(vendor, files[0].rows)
    files += _extra_lead_files(layout, day, files[0])
    if "resent" in day.incidents:
        files += _resent("leads", layout, day, earlier)
    return files


def _shares(layout: Layout, drafts: list[Draft], vendor: Vendor, day: Day) -> list[list[Row]]:
    """The day's rows, cut into the vendor's number of files, and one more where a file is to be refused."""
    rows = [lead_row(layout, draft) for draft in drafts]
    count = vendor.habits.file_count + any(flaw in day.incidents for flaw in FLAWS)
    size = -(-len(rows) // count)
    shares = [rows[start : start + size] for start in range(0, len(rows), size)]
    for share in shares:
        if all(row.is_malformed for row in share):
            share[0].is_malformed = False  # a file without one readable row would have no columns
    return shares


def _flaw_the_last(layout: Layout, day: Day, files: list[SimulatedFile]) -> None:
    for incident, reason in FLAWS.items():
        if incident in day.incidents and len(files) > 1:
            files[-1].flaw = reason
            files[-1].absent = frozenset({"collected_at"}) if incident == "missing_column" else frozenset()


def _delay_the_first(vendor: Vendor, day: Day, files: list[SimulatedFile]) -> None:
    """The first of several files comes on the next day, or nobody notes when it came."""
    if "first_file_late" in day.incidents and len(files) > 1:
        files[0].received_at = in_paris(day.on + timedelta(days=1), time(11))
    if "first_file_unrecorded" in day.incidents and len(files) > 1:
        files[0].received_at, files[0].is_recorded = in_paris(day.on, vendor.terms_on(day.on).cut_off), False


def _extra_lead_files(layout: Layout, day: Day, first: SimulatedFile) -> list[SimulatedFile]:
    extra = []
    if "empty_file" in day.incidents:
        extra.append(
            SimulatedFile(_file_name(layout, day, 8), "leads", [], day.leads_at, day.is_recorded, "file_empty")
        )
    if "header_only" in day.incidents:
        extra.append(SimulatedFile(_file_name(layout, day, 9), "leads", [], day.leads_at, day.is_recorded))
    if "unclaimed" in day.incidents:
        extra.append(SimulatedFile("LISEZMOI.txt", None, [], day.leads_at, day.is_recorded, "file_unclaimed"))
    if "resent_same_day" in day.incidents:
        extra.append(_repeat(first, layout, day))
    return extra


def _proof_files(
    rng: random.Random, vendor: Vendor, day: Day, consents: list[Consent], earlier: Sequence[SimulatedDelivery]
) -> list[SimulatedFile]:
    layout = vendor.terms_on(day.on).proofs
    files = []
    if consents:
        rng.shuffle(consents)
        absent = frozenset({"form_version"}) if "proofs_column_dropped" in day.incidents else frozenset[str]()
        rows = [proof_row(layout, consent, absent) for consent in consents]
        is_recorded = day.is_recorded and "proofs_unrecorded" not in day.incidents
        files.append(
            SimulatedFile(_file_name(layout, day, 1), "consent_proofs", rows, day.proofs_at, is_recorded, absent=absent)
        )
        if all(row.is_malformed for row in rows):
            rows[0].is_malformed = False
        if "proofs_missing_column" in day.incidents:
            files[0].flaw, files[0].absent = "column_missing", frozenset({"consent_at"})
        if "undeclared_proofs" in day.incidents and day.has_leads:
            _add_columns(vendor, rows)
    if "resent_proofs" in day.incidents:
        files += _resent("consent_proofs", layout, day, earlier)
    return files


def _resent(role: str, layout: Layout, day: Day, earlier: Sequence[SimulatedDelivery]) -> list[SimulatedFile]:
    """The vendor's last readable file of a role, once more."""
    sent = [file for delivery in earlier for file in delivery.files if file.role == role and file.rows]
    readable = [file for file in sent if not file.flaw and not file.repeats]
    return [_repeat(readable[-1], layout, day)] if readable else []


def _repeat(file: SimulatedFile, layout: Layout, day: Day) -> SimulatedFile:
    """The same bytes under a later name, received later."""
    name = layout.glob.replace("*", f"{day.on:%Y%m%d}_renvoi")
    received_at = day.leads_at + timedelta(hours=1) if day.is_recorded else day.leads_at
    return SimulatedFile(name, file.role, [], received_at, day.is_recorded, repeats=file)


def _file_name(layout: Layout, day: Day, number: int) -> str:
    return layout.glob.replace("*", f"{day.on:%Y%m%d}" if number == 1 else f"{day.on:%Y%m%d}_{number}")


def _add_columns(vendor: Vendor, rows: list[Row]) -> None:
    for number, row in enumerate(rows, start=1):
        row.undeclared = dict.fromkeys(vendor.habits.undeclared, f"{number % 7}")


def lead_row(layout: Layout, draft: Draft) -> Row:
    """The lead as the vendor's layout can tell it."""
    return Row(_told(layout, draft.lead, frozenset()), is_malformed=draft.is_malformed)


def proof_row(layout: Layout, consent: Consent, absent: frozenset[str]) -> Row:
    """The consent as the vendor's layout can tell it."""
    return Row(_told(layout, consent.values, absent), is_malformed=consent.is_malformed)


def _told(layout: Layout, values: Mapping[str, Value], absent: frozenset[str]) -> dict[str, Value]:
    return {name: values[name] for name in layout.columns if name in values and name not in absent}
