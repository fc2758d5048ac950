"""From where days are judged: by which rules and contract, by what was known; as they were published, or as of now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final

import pyarrow as pa

from pipelines.contracts.contract import Contract
from pipelines.rulebook.catalogue import Catalogue
from pipelines.storage.kept_corrections import account_digest
from pipelines.storage.lake import Lake
from pipelines.verdicts.day_terms import NO_HINDSIGHT, DeliveredDay, Hindsight
from pipelines.verdicts.judge import delivered_days
from pipelines.verdicts.judged_tables import CONTRACT_FACT
from pipelines.verdicts.kept_law import KeptLaw
from pipelines.vocabulary.clock import as_lake

ACCOUNTS: Final = pa.schema({"delivery_date": pa.date32(), "account_digest": pa.string()})


@dataclass(frozen=True)
class Standpoint:
    """Days judged together: the same rules, the same instants; each day under its own contract."""

    catalogue: Catalogue
    days: tuple[DeliveredDay, ...]
    as_of: datetime
    """Aware."""
    hindsight: Hindsight = NO_HINDSIGHT

    @property
    def key(self) -> object:
        """What tells it from another one."""
        contracts = tuple((day.day, day.contract.digest) for day in self.days)
        return self.catalogue.digest, contracts, self.as_of, self.hindsight

    def only(self, days: set[date]) -> "Standpoint":
        """The same of some of the days."""
        return replace(self, days=tuple(day for day in self.days if day.day in days))


@dataclass(frozen=True)
class PastDay:
    """What is noted of a published day, and how it would be judged again."""

    day: date
    catalogue_digest: str
    contract_digest: str | None
    """None where an earlier version of the program did not note it: then the contract of now is taken for it."""
    known_at: datetime
    """Zone-less UTC."""
    is_settled: bool
    """Whether all of its files are final."""
    as_of: datetime
    """Aware; with this instant the same clocks are final, and the same facts count."""
    catalogue: Catalogue | None
    """None where the rules that judged are not kept."""
    terms: DeliveredDay | None
    """The day under the contract that judged it; None where that is not kept, or none judged it."""
    account: str
    """Digest of what is published of it."""


def whole_days(lake: Lake, vendor: str) -> list[date]:
    """Days whose deliveries and verdicts are both as they were published, in order: a damaged one is left to repair."""
    taken_in = set(lake.published_days(vendor))
    return [day for day in lake.published_days(vendor, "scorecards") if day in taken_in]


def delivered_by_day(
    lake: Lake, vendor: str, contracts: Sequence[Contract], days: Sequence[date]
) -> dict[date, DeliveredDay]:
    """Published days with their clocks, under the contract in force of those given."""
    return {day.day: day for day in delivered_days(vendor, contracts, lake.read("deliveries", vendor, list(days)))}


def as_known_at(catalogue: Catalogue, days: Sequence[DeliveredDay], as_of: datetime) -> Standpoint:
    """Days by these rules, and by all that is known at an instant (aware)."""
    at = as_lake(as_of)
    return Standpoint(catalogue, tuple(days), as_of, Hindsight(at, at, at, at))


def published_days(
    lake: Lake,
    kept: KeptLaw,
    catalogue: Catalogue,
    vendor: str,
    book: Sequence[Contract],
    delivered: Mapping[date, DeliveredDay],
) -> list[PastDay]:
    """Of each judged day, from where it was published.

    `catalogue`: the rules of now; `book`: the vendor's contracts of now; `delivered`: the days under these. A day that
    no contract judged is left out: nothing of it is a lead use.
    """
    contracts = {contract.digest: contract for contract in book}
    catalogues: dict[str, Catalogue | None] = {catalogue.digest: catalogue}
    found = []
    for day in sorted(delivered):
        facts = lake.facts(vendor, day, "scorecards")
        if "known_at" not in facts:
            continue
        rules, terms = facts["catalogue_digest"], facts.get(CONTRACT_FACT)
        if rules not in catalogues:
            catalogues[rules] = kept.catalogue(rules)
        if terms is not None and terms not in contracts and (contract := kept.contract(terms, book)) is not None:
            contracts[terms] = contract
        now = delivered[day]
        judged_by = now.contract if terms is None else contracts.get(terms)
        found.append(
            PastDay(
                day,
                rules,
                terms,
                datetime.fromisoformat(facts["known_at"]),
                facts["is_final"] == "true" and "open_at" not in facts,
                _judged_as_of(facts, now if judged_by is None else under(now, judged_by)),
                catalogues[rules],
                None if judged_by is None else under(now, judged_by),
                account_digest(lake, vendor, day),
            )
        )
    return found


def accounts_of(days: Sequence[PastDay]) -> pa.Table:
    """What is published of some days, by digest; schema `ACCOUNTS`."""
    rows = [{"delivery_date": day.day, "account_digest": day.account} for day in days]
    return pa.Table.from_pylist(rows, schema=ACCOUNTS)


def grouped_days(days: Iterable[PastDay]) -> list[list[PastDay]]:
    """Days that are judged together: of the same rules and, unless they are settled, as of the same instant."""
    groups: dict[object, list[PastDay]] = {}
    for day in days:
        as_of = None if day.is_settled else day.as_of
        groups.setdefault((day.catalogue_digest, day.terms is None, as_of), []).append(day)
    return list(groups.values())


def published_standpoints(
    days: Sequence[PastDay], now: Standpoint, hindsight: Hindsight | None = None
) -> tuple[Standpoint | None, Standpoint | None]:
    """From where a group of days was judged, with their own contracts and with those of now; None where it is
    not kept.

    `hindsight`: what counted beyond their own clocks, where they were looked at since.
    """
    first, as_of = days[0], max(day.as_of for day in days)
    if first.catalogue is None:
        return None, None
    known = hindsight or NO_HINDSIGHT
    wanted = {day.day for day in days}
    law_was = Standpoint(first.catalogue, now.only(wanted).days, as_of, known)
    own = tuple(day.terms for day in days if day.terms is not None)
    return (Standpoint(first.catalogue, own, as_of, known) if own else None), law_was


def under(day: DeliveredDay, contract: Contract) -> DeliveredDay:
    """A day and its later files under another contract."""
    return replace(day, contract=contract, later=tuple(replace(file, contract=contract) for file in day.later))


def _judged_as_of(facts: Mapping[str, str], day: DeliveredDay) -> datetime:
    """An instant at which the day's clocks are as they were published: which it was exactly is not noted."""
    if facts["is_final"] != "true":
        return datetime.fromisoformat(facts["known_at"]).replace(tzinfo=UTC)
    if "open_at" in facts:
        return datetime.fromisoformat(facts["open_at"]).replace(tzinfo=UTC)
    return max(clock.deadline_at for clock in day.clocks).replace(tzinfo=UTC)
