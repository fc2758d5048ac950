"""May this number or address be contacted: the leads that bear it judged now, and the oppositions to it.

The answer is the one that a call list of the same instant gives. Whoever objected is answered no, lead or not.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.identifiers.emails import canonical_emails, email_aliases
from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.identifiers.other_forms import Identifiers, other_form_keys
from pipelines.identifiers.phones import canonical_phones
from pipelines.usable.call_list import identifier_of, usable_by_person, valid_until
from pipelines.usable.today import Today
from pipelines.verdicts.uses_now import USES_NOW
from pipelines.vocabulary.clock import as_lake
from pipelines.vocabulary.tables import arrow_schema

_CANONICAL: Final[Mapping[str, Callable[[pa.Array], pa.Array]]] = {"email": canonical_emails, "phone": canonical_phones}
_HELD: Final = """
    select distinct delivery_date
    from held
    where {column} in (select identity_key from asked)
"""
_OPPOSED: Final = """
    with known as (
        select identity_key as met_key, oppositions.*
        from oppositions
        union all
        select alias_key as met_key, oppositions.*
        from oppositions
        where alias_key is not null
    ),

    met as (
        select asked.identity_key as asked_key, known.*
        from asked
        inner join known on asked.met_key = known.met_key
        where
            known.channel in ('all', '{channel}')
            and known.recorded_at <= timestamp '{at}'
            and (not asked.is_other_form or known.kind in ('email_sha256', 'phone_sha256'))
    ),

    revoked as (
        select distinct asked_key, identity_key, kind, channel, opposed_at
        from met
        where revoked_at <= timestamp '{at}'
    )

    select distinct asked_key
    from met
    anti join revoked using (asked_key, identity_key, kind, channel, opposed_at)
    where revoked_at is null and opposed_at < timestamp '{at}'
"""
_ASKED: Final = pa.schema({"identity_key": pa.string(), "met_key": pa.string(), "is_other_form": pa.bool_()})


@dataclass(frozen=True)
class ContactAnswer:
    """What is said of one number or address."""

    identity_key: str | None
    """None where the text is neither."""
    said: str
    """`yes`, `no`, `unknown` or `unreadable`."""
    until: datetime | None = None
    """Of a yes: from when on it no longer holds; aware."""
    rules: tuple[str, ...] = ()
    """Of a no: blocking rules that stand against its leads."""
    is_opposed: bool = False
    """Whether the person objected to the channel."""


def answers(today: Today, texts: Sequence[str], channel: str) -> list[ContactAnswer]:
    """An answer for each text, in order.

    Raises:
        KeysError, RegistryError: nothing can be compared now.
    """
    canonicals = _CANONICAL[identifier_of(channel)](pa.array(texts, pa.string()))
    hasher = today.house.hasher
    keys = hasher.keys(canonicals).to_pylist()
    opposed = _opposed_keys(today, _asked_table(canonicals, texts, channel, hasher), channel)
    uses = _uses_of(today, sorted({key for key in keys if key}), channel)
    chosen = usable_by_person(uses, channel)
    against = _rules_against(uses, channel)
    return [_answer(today, key, chosen, against, opposed) for key in keys]


def _answer(
    today: Today,
    key: str | None,
    chosen: Mapping[str, Mapping[str, Any]],
    against: Mapping[str, tuple[str, ...]],
    opposed: frozenset[str],
) -> ContactAnswer:
    if key is None:
        return ContactAnswer(None, "unreadable")
    if key in opposed:
        return ContactAnswer(key, "no", rules=against.get(key, ()), is_opposed=True)
    if key in chosen:
        return ContactAnswer(key, "yes", until=valid_until(chosen[key]["usable_until"], today.at, today.law_changes_at))
    return ContactAnswer(key, "no", rules=against[key]) if key in against else ContactAnswer(key, "unknown")


def _rules_against(uses: pa.Table, channel: str) -> dict[str, tuple[str, ...]]:
    """By identity key, the rules that stand against any of its uses, sorted."""
    found: dict[str, set[str]] = {}
    for use in uses.to_pylist():
        found.setdefault(use[f"{identifier_of(channel)}_key"], set()).update(use["reasons"])
    return {key: tuple(sorted(rules)) for key, rules in found.items()}


def _uses_of(today: Today, keys: Sequence[str], channel: str) -> pa.Table:
    """The uses on a channel of every held lead that bears one of some keys: its days are judged, no others."""
    found = [USES_NOW.empty_table()]
    column = f"{identifier_of(channel)}_key"
    for vendor in today.vendors() if keys else ():
        days = _days_with(today, vendor, keys, column)
        uses = today.uses(vendor, days) if days else USES_NOW.empty_table()
        is_asked = pc.and_(pc.is_in(uses[column], pa.array(keys)), pc.equal(uses["channel"], channel))
        found.append(uses.filter(is_asked))
    return pa.concat_tables(found)


def _days_with(today: Today, vendor: str, keys: Sequence[str], column: str) -> list[date]:
    paths = [today.house.lake.partition("leads", vendor, day) for day in today.held_days(vendor)]
    with today.house.engine.session() as session:
        session.read_files("held", [path for path in paths if path.exists()], arrow_schema("leads"))
        session.register("asked", pa.table({"identity_key": pa.array(keys, pa.string())}))
        return list(session.fetch(_HELD.format(column=column))["delivery_date"].to_pylist())


def _asked_table(canonicals: pa.Array, texts: Sequence[str], channel: str, hasher: IdentityHasher) -> pa.Table:
    """Every key under which an opposition may mean what was asked; columns `_ASKED`."""
    keys = hasher.keys(canonicals).to_pylist()
    is_email = identifier_of(channel) == "email"
    aliases = hasher.keys(email_aliases(canonicals)).to_pylist() if is_email else keys
    asked, none = Identifiers(canonicals, pa.array(texts, pa.string())), _nobody(len(texts))
    others = other_form_keys(*((asked, none) if is_email else (none, asked)), hasher).to_pylist()
    rows = [
        (key, met, is_other)
        for key, alias, forms in zip(keys, aliases, others, strict=True)
        if key
        for met, is_other in [(key, False), (alias, False), *((form, True) for form in forms or ())]
    ]
    return pa.Table.from_pylist([dict(zip(_ASKED.names, row, strict=True)) for row in dict.fromkeys(rows)], _ASKED)


def _nobody(count: int) -> Identifiers:
    return Identifiers(pa.nulls(count, pa.string()), pa.nulls(count, pa.string()))


def _opposed_keys(today: Today, asked: pa.Table, channel: str) -> frozenset[str]:
    """Of the identity keys asked about, those whose person objected to the channel."""
    with today.house.engine.session() as session:
        session.read_files("oppositions", today.house.lake.opposition_files(), arrow_schema("oppositions"))
        session.register("asked", asked)
        statement = _OPPOSED.format(channel=channel, at=as_lake(today.at).isoformat(sep=" "))
        return frozenset(session.fetch(statement)["asked_key"].to_pylist())
