"""How a delivery's columns differ from those of the vendor's last accepted delivery: missing, renamed, added, re-typed.

Derived from published tables, so that it does not matter when a day was taken in. Names are the kept ones
(`shown_name`); no value is looked at.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Final

import pyarrow as pa

from pipelines.contracts.contract import Contract, FileTerms, declared_beside
from pipelines.identifiers.shown_names import shown_name
from pipelines.vocabulary.column_names import near_names
from pipelines.vocabulary.words import ACCEPTED_STATUSES

ROLES: Final = ("leads", "consent_proofs")
FEWEST_ROWS: Final = 10
"""Rows from which shares say something."""
READABLE, UNREADABLE = 0.9, 0.5
"""A field is re-typed when at least so much of it was read before, and at most so much of it is now."""

ContractOn = Callable[[date], Contract | None]
Readings = Mapping[tuple[date, str], Mapping[str, float]]
"""(Day, role) -> canonical field that the contract maps -> share of the rows whose value could be read."""


@dataclass(frozen=True)
class Drift:
    """One column of one delivery that is not as before."""

    vendor: str
    day: date
    role: str
    kind: str
    """missing | renamed | added | retyped."""
    words: str

    def __str__(self) -> str:
        return f"{self.vendor} {self.day} {self.role}: {self.words}"


@dataclass
class _DeliveredColumns:
    """What one delivery's files of one role hold."""

    every: set[str] = field(default_factory=set)
    """Columns that some file has."""
    files: list[set[str]] = field(default_factory=list)
    is_accepted: bool = False
    """True when a file was accepted, and at least one of its rows."""


def column_drifts(
    vendor: str, deliveries: pa.Table, days: Iterable[date], *, contract_on: ContractOn, readings: Readings
) -> list[Drift]:
    """Drifts of some days, by day and role.

    Args:
        vendor: its key.
        deliveries: the vendor's `deliveries` of those days and of enough days before them.
        days: those to compare.
        contract_on: the contract in force on a day; what a new contract changes is no drift.
        readings: of those days and the days before.
    """
    found = _files_by_day(deliveries)
    wanted = set(days)
    drifts = []
    for role in ROLES:
        before: date | None = None
        for day in sorted(day for day, name in found if name == role):
            if before is not None and day in wanted:
                drifts += _compared(vendor, role, (before, day), found, contract_on, readings)
            before = day if found[day, role].is_accepted else before
    return sorted(drifts, key=lambda drift: (drift.day, ROLES.index(drift.role), drift.kind, drift.words))


def last_accepted_before(deliveries: pa.Table, role: str, day: date) -> date | None:
    """The last day before one with an accepted file of a role."""
    accepted = (on for (on, name), held in _files_by_day(deliveries).items() if name == role and held.is_accepted)
    return max((on for on in accepted if on < day), default=None)


def days_compared_with(deliveries: pa.Table, days: Iterable[date]) -> set[date]:
    """Days after some days whose drifts those can move: of each role, up to the next day that was accepted."""
    found = _files_by_day(deliveries)
    moved: set[date] = set()
    for role, first in product(ROLES, days):
        for day in sorted(on for on, name in found if name == role and on > first):
            moved.add(day)
            if found[day, role].is_accepted:
                break
    return moved


def _files_by_day(deliveries: pa.Table) -> dict[tuple[date, str], _DeliveredColumns]:
    """Files whose header was read, accepted or not."""
    found: dict[tuple[date, str], _DeliveredColumns] = {}
    for row in deliveries.select(["delivery_date", "role", "columns", "status", "rows_accepted"]).to_pylist():
        if row["role"] not in ROLES or not row["columns"] or row["status"] not in (*ACCEPTED_STATUSES, "refused"):
            continue
        held = found.setdefault((row["delivery_date"], row["role"]), _DeliveredColumns())
        names = set(filter(None, row["columns"]))
        held.files.append(names)
        held.every |= names
        held.is_accepted |= row["status"] in ACCEPTED_STATUSES and bool(row["rows_accepted"])
    return found


def _compared(
    vendor: str,
    role: str,
    days: tuple[date, date],
    found: Mapping[tuple[date, str], _DeliveredColumns],
    contract_on: ContractOn,
    readings: Readings,
) -> list[Drift]:
    before, day = days
    agreed_before, agreed_now = (_declared(contract_on(on), role) for on in days)
    agreed_gone, agreed_new = agreed_before - agreed_now, agreed_now - agreed_before
    always = set.intersection(*found[before, role].files)
    phrases: dict[str, str] = {}
    for names in found[day, role].files:
        gone = always - names - agreed_gone
        added = names - found[before, role].every - agreed_new
        phrases |= _column_changes(gone, added)
    phrases |= _retyped_columns(
        readings.get((before, role), {}), readings.get((day, role), {}), _terms_of_role(contract_on(day), role)
    )
    return [Drift(vendor, day, role, kind, words) for words, kind in phrases.items()]


def _column_changes(gone: set[str], added: set[str]) -> dict[str, str]:
    """Phrase -> kind of drift."""
    renamed = near_names(gone, added)
    phrases = {f"`{old}` is missing and `{new}` is new: renamed?": "renamed" for old, new in renamed.items()}
    phrases |= {f"`{name}` is missing": "missing" for name in gone - renamed.keys()}
    return phrases | {f"`{name}` is new": "added" for name in added - set(renamed.values())}


def _retyped_columns(before: Mapping[str, float], now: Mapping[str, float], terms: FileTerms | None) -> dict[str, str]:
    columns = {one.name: one.physical_name for one in terms.fields} if terms else {}
    return {
        f"`{shown_name(columns.get(name, name), 0)}` ({name}): {share:.0%} of the rows have a value that can be read, "
        f"{before[name]:.0%} before: written in another way?": "retyped"
        for name, share in now.items()
        if share <= UNREADABLE and before.get(name, 0.0) >= READABLE
    }


def _terms_of_role(contract: Contract | None, role: str) -> FileTerms | None:
    if contract is None:
        return None
    return contract.leads if role == "leads" else contract.consent_proofs


def _declared(contract: Contract | None, role: str) -> set[str]:
    """Declared names as they are kept of delivered files."""
    terms = _terms_of_role(contract, role)
    return {shown_name(name, 0) for name in declared_beside(terms, contract)} if contract and terms else set()
