"""May this number or address be contacted: the leads that bear it judged now, and the oppositions to it.

The answer is the one that a call list of the same instant gives. Whoever objected is answered no, lead or not. Many
answers from leads that were judged once are in `open_answers`, by the same statements.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.engines.interface import Engine, Session
from pipelines.identifiers.emails import canonical_emails, email_aliases
from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.identifiers.other_forms import Identifiers, other_form_keys
from pipelines.identifiers.phones import canonical_phone, canonical_phones
from pipelines.oppositions.lead_keys import KEY_COLUMNS
from pipelines.rulebook.judgement import oppositions_met, other_forms_met
from pipelines.usable.call_list import identifier_of, valid_until
from pipelines.usable.today import Today
from pipelines.verdicts.uses_now import USES_NOW
from pipelines.vocabulary.clock import as_lake
from pipelines.vocabulary.tables import arrow_columns, arrow_schema

_FEW: Final = 20
"""Numbers that are read faster one by one."""
_HELD: Final = """
    select distinct delivery_date
    from held
    where {column} in (select identity_key from asked)
"""
_PERSONS: Final = """
    select
        {column} as identity_key,
        bool_or(verdict = 'usable') as is_usable,
        first(usable_until order by delivered_at, vendor, delivery_date, lead_id) filter (where verdict = 'usable')
            as usable_until,
        min(delivered_at) filter (where verdict = 'usable') as usable_since,
        list_sort(list_distinct(flatten(list(reasons)))) as rules
    from uses
    where channel = '{channel}' and {column} is not null
    group by {column}
    order by {column}
"""
_EVERY_KEY: Final = """
    select
        row_number() over (order by met_key) as lead_no,
        '' as vendor,
        met_key as email_key,
        cast(null as varchar) as email_alias_key,
        cast(null as varchar) as phone_key,
        cast(null as varchar[]) as other_phone_keys,
        timestamp '{at}' as used_at,
        timestamp '{at}' as known_at,
        timestamp '{at}' as oppositions_known_at,
        0 as suppression_delay_seconds
    from (
        select identity_key as met_key from oppositions
        union
        select alias_key as met_key from oppositions where alias_key is not null
    )
"""
_LEADS: Final = pa.schema(
    {
        "lead_no": pa.int64(), "vendor": pa.string(), "email_key": pa.string(), "email_alias_key": pa.string(),
        "phone_key": pa.string(), "other_phone_keys": pa.list_(pa.string()), "used_at": pa.timestamp("us"),
        "known_at": pa.timestamp("us"), "oppositions_known_at": pa.timestamp("us"),
        "suppression_delay_seconds": pa.int64(),
    }
)  # fmt: skip
"""What the meeting with oppositions reads of a lead."""


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
    is_being_judged: bool = False
    """Of a no: whether it stands only until a vendor of whom something changed was judged anew."""


@dataclass(frozen=True)
class AskedPersons:
    """Some texts that are asked about on a channel."""

    channel: str
    keys: Sequence[str | None]
    """Identity key of each; None where a text is no number or address."""
    aliases: Sequence[str | None]
    """Of addresses, the key of the alias."""
    forms: Sequence[Sequence[str]]
    """Keys of the other forms under which others may have hashed each."""


def answers(today: Today, texts: Sequence[str], channel: str) -> list[ContactAnswer]:
    """An answer for each text, in order.

    Raises:
        KeysError, RegistryError: nothing can be compared now.
    """
    asked, house = asked_about(texts, channel, today.house.hasher), today.house
    uses = _uses_of(today, sorted({key for key in asked.keys if key}), channel)
    persons = {row["identity_key"]: row for row in persons_of(house.engine, uses, channel).to_pylist()}
    with house.engine.session() as session:
        session.read_files("oppositions", house.lake.opposition_files(), arrow_schema("oppositions"))
        opposed = opposed_keys(session, asked, today.at)
    return [answer_of(key, persons.get(key or ""), opposed, today.at, today.law_changes_at) for key in asked.keys]


def answer_of(
    key: str | None,
    person: Mapping[str, Any] | None,
    opposed: Collection[str],
    at: datetime,
    law_changes_at: datetime | None,
) -> ContactAnswer:
    """What is said of one key at an instant (aware).

    `person`: its row of `persons_of`, with `is_being_judged` where that is so; None where no lead bears it.
    """
    if key is None:
        return ContactAnswer(None, "unreadable")
    if key in opposed:
        return ContactAnswer(key, "no", rules=tuple(person["rules"]) if person else (), is_opposed=True)
    if person is None:
        return ContactAnswer(key, "unknown")
    if person["is_usable"]:
        return ContactAnswer(key, "yes", until=valid_until(person["usable_until"], at, law_changes_at))
    return ContactAnswer(key, "no", rules=tuple(person["rules"]), is_being_judged=bool(person.get("is_being_judged")))


def persons_of(engine: Engine, uses: pa.Table, channel: str) -> pa.Table:
    """A row a person with a use on a channel, by identity key; `usable_until` is that of its line in a call list.

    `uses`: columns `USES_NOW`. Columns: `identity_key`, `is_usable`, `usable_until`, and `rules`, those that stand
    against any of its uses, sorted.
    """
    with engine.session() as session:
        session.register("uses", uses)
        return session.fetch(_PERSONS.format(column=f"{identifier_of(channel)}_key", channel=channel))


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
        session.read_files(
            "held", [path for path in paths if path.exists()], arrow_columns("leads", ("delivery_date", *KEY_COLUMNS))
        )
        session.register("asked", pa.table({"identity_key": pa.array(keys, pa.string())}))
        return list(session.fetch(_HELD.format(column=column))["delivery_date"].to_pylist())


def asked_about(texts: Sequence[str], channel: str, hasher: IdentityHasher) -> AskedPersons:
    """Texts as they are compared: with leads by their own key, with oppositions by every other form, too."""
    column = pa.array(texts, pa.string())
    canonicals = canonical_emails(column) if identifier_of(channel) == "email" else _canonical_numbers(column)
    asked, none = Identifiers(canonicals, column), Identifiers(*[pa.nulls(len(texts), pa.string())] * 2)
    is_email = identifier_of(channel) == "email"
    aliases = email_aliases(canonicals) if is_email else none.canonicals
    forms = other_form_keys(*((asked, none) if is_email else (none, asked)), hasher).to_pylist()
    keys = hasher.keys(canonicals).to_pylist()
    return AskedPersons(channel, keys, hasher.keys(aliases).to_pylist(), [keys or () for keys in forms])


def _canonical_numbers(texts: pa.Array) -> pa.Array:
    if len(texts) > _FEW:
        return canonical_phones(texts)
    return pa.array([canonical_phone(text) for text in texts.to_pylist()], pa.string())


def opposed_keys(session: Session, asked: AskedPersons, at: datetime) -> frozenset[str]:
    """Of the identity keys asked about, those whose person had objected to the channel at an instant (aware).

    Each is met as a lead that is used at that instant. `session`: knows `oppositions`.
    """
    places = [place for place, key in enumerate(asked.keys) if key]
    leads = [_lead(asked, place, as_lake(at)) for place in places]
    forms = [(place, form) for place in places for form in asked.forms[place]]
    session.register("judged_keys", pa.Table.from_pylist(leads, _LEADS))
    session.register("lead_uses", _columns(lead_no=places, channel=[asked.channel] * len(places)))
    session.register(
        "asked_forms", _columns(lead_no=[place for place, _ in forms], identity_key=[form for _, form in forms])
    )
    session.create("other_forms", other_forms_met("asked_forms"), is_view=True)
    met = session.fetch(f"select lead_no from ({oppositions_met()}) where is_opposed or is_opposed_in_other_form")
    return frozenset(key for place in met["lead_no"].to_pylist() if (key := asked.keys[place]))


def opposed_in_all(session: Session, channel: str, at: datetime) -> pa.Table:
    """Of every key that an opposition has, whether it stands against a channel at an instant (aware).

    Columns: `met_key`, `is_opposed` for whoever has this key, `is_opposed_in_other_form` for whom it is another form.
    `session`: knows `oppositions`.
    """
    session.create("judged_keys", _EVERY_KEY.format(at=as_lake(at).isoformat(sep=" ")))
    session.create("lead_uses", f"select lead_no, '{channel}' as channel from judged_keys", is_view=True)
    session.create("asked_forms", "select lead_no, email_key as identity_key from judged_keys", is_view=True)
    session.create("other_forms", other_forms_met("asked_forms"), is_view=True)
    return session.fetch(f"""
        select lead.email_key as met_key, met.is_opposed, met.is_opposed_in_other_form
        from ({oppositions_met()}) as met
        inner join judged_keys as lead on met.lead_no = lead.lead_no""")


def _lead(asked: AskedPersons, place: int, at: datetime) -> dict[str, Any]:
    own = {f"{identifier_of(asked.channel)}_key": asked.keys[place], "email_alias_key": asked.aliases[place]}
    clocks = dict.fromkeys(("used_at", "known_at", "oppositions_known_at"), at)
    return {"lead_no": place, "vendor": "", "suppression_delay_seconds": 0, **clocks, **own}


def _columns(*, lead_no: list[int], **texts: list[str]) -> pa.Table:
    return pa.table(
        {"lead_no": pa.array(lead_no, pa.int64())} | {k: pa.array(v, pa.string()) for k, v in texts.items()}
    )
