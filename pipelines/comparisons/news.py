"""What came since days were last looked at: which of them it touches, and what kinds of facts it is."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Final

import pyarrow as pa

from pipelines.comparisons.standpoints import PastDay, Standpoint
from pipelines.engines.interface import Engine, Session
from pipelines.oppositions.lead_keys import KEY_COLUMNS, LEAD_KEYS
from pipelines.oppositions.snapshot_note import read_note
from pipelines.rulebook.references import with_reference_keys
from pipelines.storage.lake import Lake
from pipelines.storage.opposition_rows import read_oppositions
from pipelines.verdicts.day_terms import DeliveredDay
from pipelines.vocabulary.clock import as_lake, paris_date
from pipelines.vocabulary.tables import arrow_columns, arrow_schema

_TOLD_IN: Final = {"all_proofs": "consent_proofs", "all_unread_objections": "unread_objections"}
"""What a vendor told of persons -> the table that it is in."""
_SINCE: Final = pa.schema({"delivery_date": pa.date32(), "since": pa.timestamp("us"), "is_looked_at": pa.bool_()})
_OF_LEADS: Final = ("delivery_date", "lead_id", "consent_id", *KEY_COLUMNS)
_TOUCHED: Final = with_reference_keys(f"""
    with told as (
        select
            reference_key(consent_id) as consent_reference, reference_key(lead_id) as lead_reference,
            email_key, phone_key, received_at
        from all_proofs
        union all
        select
            reference_key(consent_id) as consent_reference, reference_key(lead_id) as lead_reference,
            email_key, phone_key, received_at
        from all_unread_objections
    ),

    news as (
        select *
        from told
        where received_at > (select min(since) from since) and received_at <= timestamp '{{until}}'
    ),

    objected as (
        select identity_key, recorded_at, false as is_changed
        from oppositions
        union all
        select alias_key, recorded_at, false as is_changed
        from oppositions
        union all
        select identity_key, recorded_at, true as is_changed
        from changed_oppositions
        union all
        select alias_key, recorded_at, true as is_changed
        from changed_oppositions
    ),

    leads as (
        select
            lead.*,
            since.since,
            since.is_looked_at,
            reference_key(lead.consent_id) as consent_reference,
            reference_key(lead.lead_id) as lead_reference
        from all_leads as lead
        inner join since on lead.delivery_date = since.delivery_date
    ),

    keys as (
        select delivery_date, since, is_looked_at, unnest({LEAD_KEYS}) as identity_key
        from leads
    )

    select leads.delivery_date
    from leads
    inner join news on leads.consent_reference = news.consent_reference
    where news.received_at > leads.since
    union
    select leads.delivery_date
    from leads
    inner join news on leads.lead_reference = news.lead_reference
    where news.received_at > leads.since
    union
    select leads.delivery_date
    from leads
    inner join news on leads.email_key = news.email_key
    where news.received_at > leads.since
    union
    select leads.delivery_date
    from leads
    inner join news on leads.phone_key = news.phone_key
    where news.received_at > leads.since
    union
    select keys.delivery_date
    from keys
    inner join objected on keys.identity_key = objected.identity_key
    where
        objected.recorded_at <= timestamp '{{until}}'
        and ((objected.is_changed and keys.is_looked_at) or objected.recorded_at > keys.since)
""")
"""A file of the registry's snapshot that changed may hold an entry with an earlier date, imported since."""


_KINDS: Final = """
    with told as (
        select received_at, decision = 'given' as is_proof, decision = 'refused' or withdrawn_at is not null
            or list_contains(invalid_fields, 'withdrawn_at') as is_objection
        from all_proofs
        union all
        select received_at, false as is_proof, true as is_objection
        from all_unread_objections
    ),

    news as (
        select received_at as told_at, 'late_proof' as cause from told where is_proof
        union all
        select received_at as told_at, 'new_withdrawal' as cause from told where is_objection
        union all
        select recorded_at as told_at, 'new_opposition' as cause from oppositions
    )

    select distinct cause
    from news
    where told_at > timestamp '{since}' and told_at <= timestamp '{until}'
"""


@dataclass(frozen=True)
class Look:
    """What the last look at a vendor's final days rested on."""

    at: datetime | None = None
    """Zone-less UTC; None: none yet."""
    catalogue_digest: str = ""
    contracts: Mapping[date, str] = field(default_factory=dict)
    """By day that was looked at, the digest of its contract."""
    published: Mapping[date, str] = field(default_factory=dict)
    """By day that was looked at, the digest of what was published of it."""
    oppositions: Mapping[date, str] = field(default_factory=dict)
    """By day of recording, the digest of the snapshot's file."""

    def as_facts(self) -> dict[str, str]:
        """As the writer of a table notes it."""
        return {
            "looked_at": self.at.isoformat() if self.at else "",
            "catalogue_digest": self.catalogue_digest,
            "contracts": _dated_json(self.contracts),
            "published": _dated_json(self.published),
            "oppositions": _dated_json(self.oppositions),
        }

    def of_accounts(self, accounts: Mapping[date, str]) -> "Look":
        """As if those days had never been looked at of which something else is published now."""
        same = {day for day, account in self.published.items() if accounts.get(day) == account}
        contracts = {day: digest for day, digest in self.contracts.items() if day in same}
        return replace(self, contracts=contracts, published={day: self.published[day] for day in same})

    @staticmethod
    def from_facts(facts: Mapping[str, str]) -> "Look":
        """From the notes of a table; no look from none."""
        if not facts.get("looked_at"):
            return Look()
        return Look(
            datetime.fromisoformat(facts["looked_at"]),
            facts["catalogue_digest"],
            _dated(facts["contracts"]),
            _dated(facts["published"]),
            _dated(facts["oppositions"]),
        )


def look_of_now(lake: Lake, at: datetime, now: Standpoint, past: Sequence[PastDay]) -> Look:
    """A look at final days at an instant (zone-less UTC), on the registry's snapshot as it lies there."""
    return Look(
        at,
        now.catalogue.digest,
        {day.day: day.contract.digest for day in now.days},
        {day.day: day.account for day in past},
        read_note(lake.root / "oppositions").digests,
    )


def touched_days(
    engine: Engine, lake: Lake, vendor: str, days: Sequence[PastDay], before: Look, until: datetime
) -> set[date]:
    """Of some days, those with a lead that a proof, objection or opposition touches which nobody had looked at, and
    those of which a form was reviewed.

    `until`: what came later than that does not count; zone-less UTC.
    """
    if not days:
        return set()
    digests = read_note(lake.root / "oppositions").digests
    changed = [path for day, path in lake.opposition_days().items() if before.oppositions.get(day) != digests.get(day)]
    leads = [lake.partition("leads", vendor, day.day) for day in days]
    with _facts_told(engine, lake, vendor, beside=leads) as session:
        session.read_files("all_leads", leads, arrow_columns("leads", _OF_LEADS))
        session.read_files("changed_oppositions", changed, arrow_schema("oppositions"))
        session.register("since", pa.Table.from_pylist([_since_row(day, before) for day in days], schema=_SINCE))
        found = session.fetch(_TOUCHED.replace("{until}", until.isoformat(sep=" ")))
    reviewed = {day.day for day in days if day.terms and _is_form_reviewed([day.terms], _seen_at(day, before), until)}
    return reviewed | set(found["delivery_date"].to_pylist())


def causes_of_facts(
    engine: Engine, lake: Lake, vendor: str, days: Sequence[DeliveredDay], since: datetime, until: datetime
) -> set[str]:
    """Which kinds of facts came after one instant and up to another (both zone-less UTC), as causes of a flip."""
    with _facts_told(engine, lake, vendor) as session:
        asked = _KINDS.format(since=since.isoformat(sep=" "), until=until.isoformat(sep=" "))
        found = set(session.fetch(asked)["cause"].to_pylist())
    return found | ({"form_reviewed"} if _is_form_reviewed(days, since, until) else set())


def _is_form_reviewed(days: Sequence[DeliveredDay], since: datetime, until: datetime) -> bool:
    """Whether a form of the days' contracts was reviewed on a date after that of one instant, up to that of another."""
    first, last = paris_date(since), paris_date(until)
    return any(first < form.reviewed_on <= last for day in days for form in day.contract.approved_forms)


def facts_since(
    engine: Engine, lake: Lake, vendor: str, group: Sequence[PastDay], now: Standpoint, at: datetime | None = None
) -> set[str]:
    """Which kinds of facts came since a group of days was looked at, or judged where it was not (`at`: None)."""
    since = at or min(day.known_at for day in group)
    return causes_of_facts(engine, lake, vendor, now.days, since, as_lake(now.as_of))


@contextmanager
def _facts_told(engine: Engine, lake: Lake, vendor: str, *, beside: Sequence[Path] = ()) -> Iterator[Session]:
    """A session with what a vendor told of its leads' persons, and with the registry's snapshot.

    `beside`: files that are read as well, not counting those of the snapshot.
    """
    published = lake.published_days(vendor)
    told = {table: [lake.partition(table, vendor, day) for day in published] for table in _TOLD_IN.values()}
    with engine.session([*chain.from_iterable(told.values()), *lake.opposition_files(), *beside]) as session:
        for name, table in _TOLD_IN.items():
            session.read_files(name, told[table], arrow_schema(table))
        read_oppositions(session, lake)
        yield session


def _since_row(day: PastDay, before: Look) -> dict[str, object]:
    return {
        "delivery_date": day.day,
        "since": _seen_at(day, before),
        "is_looked_at": day.day in before.contracts,
    }


def _seen_at(day: PastDay, before: Look) -> datetime:
    """Up to when facts were counted for a day: by the last look, else when it was judged."""
    return before.at if before.at is not None and day.day in before.contracts else day.known_at


def _dated_json(values: Mapping[date, str]) -> str:
    return json.dumps({day.isoformat(): value for day, value in sorted(values.items())})


def _dated(text: str) -> dict[date, str]:
    return {date.fromisoformat(day): value for day, value in json.loads(text).items()}
