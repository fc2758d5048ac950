"""What an accepted dispute gives back: rows beside final verdicts, at the advertiser's account.

The finding was read wrongly: it counts against the vendor no more, in scores and claims. Verdicts stay: whether a
person may be contacted rests on proofs, not on what two companies agree on. So does what later facts charged.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.comparisons.ladder import STATES, Ladder
from pipelines.comparisons.standpoints import PastDay, accounts_of
from pipelines.disputes.dispute import RecordedDispute
from pipelines.disputes.told_findings import DISPUTABLE, IS_DISPUTED, NamedFinding, named_table
from pipelines.engines.interface import Engine
from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.standing_fails import RULE_TURNS
from pipelines.rulebook.use_states import CAUSE_PLACE, USE_STATES, twins_of
from pipelines.storage.kept_corrections import TABLE
from pipelines.vocabulary.clock import as_lake
from pipelines.vocabulary.tables import arrow_schema
from pipelines.vocabulary.words import ACCEPTED_DISPUTE

_OF_LEADS: Final = """
    select all_{table}.*
    from all_{table}
    semi join disputed on all_{table}.delivery_date = disputed.delivery_date and all_{table}.lead_id = disputed.lead_id
"""
_ACCEPTED: Final = f"""
    with {RULE_TURNS},

    meant as (
        select distinct told.delivery_date, told.lead_id, told.channel, told.rule_id
        from disputed
        inner join ({DISPUTABLE}) as told on {IS_DISPUTED}
    ),

    borne_by_nobody as (
        select delivery_date, lead_id, channel, rule_id from meant
        union
        select findings.delivery_date, findings.lead_id, findings.channel, findings.rule_id
        from findings
        inner join corrected
            on findings.delivery_date = corrected.delivery_date and findings.lead_id = corrected.lead_id
            and (findings.channel is null or findings.channel = corrected.channel)
            and findings.rule_id = corrected.rule_id
        where not corrected.is_charged
    )

    select
        findings.* replace (
            case when borne_by_nobody.rule_id is null then findings.attributable_to end as attributable_to
        )
    from findings
    left join borne_by_nobody
        on findings.delivery_date = borne_by_nobody.delivery_date and findings.lead_id = borne_by_nobody.lead_id
        and findings.channel is not distinct from borne_by_nobody.channel
        and findings.rule_id = borne_by_nobody.rule_id
"""
"""The fail stays, so that what counts the same defect is given back with it; nobody's account bears it. Nor does any
account bear what a correction gave back before: it holds no dimension against the vendor."""
_GIVEN_BACK: Final = f"""
    with {RULE_TURNS},

    spoken_by_use as (
        select delivery_date, lead_id, channel, list(rule_id) as rules
        from corrected
        group by delivery_date, lead_id, channel
    ),

    turned as (
        select delivery_date, lead_id, unnest(list_concat(charged_dimensions, released_dimensions)) as dimension
        from corrections
        union
        select corrected.delivery_date, corrected.lead_id, rule_dimensions.dimension
        from corrected
        inner join rule_dimensions using (rule_id)
        where corrected.is_charged
        union
        select delivery_date, lead_id, 'all' from corrected where is_charged
    ),

    turned_by_lead as (
        select delivery_date, lead_id, list(dimension) as dimensions from turned group by delivery_date, lead_id
    ),

    verdicts_now as (
        select delivery_date, lead_id, channel, last(to_verdict order by known_at, {CAUSE_PLACE}) as verdict
        from corrections
        group by delivery_date, lead_id, channel
    ),

    given as (
        select
            stood.delivery_date, stood.lead_id, stood.channel,
            coalesce(verdicts_now.verdict, stood.verdict) as verdict,
            list_filter(
                stood.charged_rules,
                lambda one: not list_contains(accepted.charged_rules, one)
                    and not list_contains(coalesce(spoken_by_use.rules, []), one)
            ) as released_rules,
            list_filter(
                stood.charged_dimensions,
                lambda one: not list_contains(accepted.charged_dimensions, one)
                    and not list_contains(coalesce(turned_by_lead.dimensions, []), one)
            ) as released_dimensions
        from stood
        inner join accepted using (delivery_date, lead_id, channel)
        left join spoken_by_use using (delivery_date, lead_id, channel)
        left join turned_by_lead using (delivery_date, lead_id)
        left join verdicts_now using (delivery_date, lead_id, channel)
    ),

    told as (
        select *, bool_or(len(released_rules) > 0) over (partition by delivery_date, lead_id) as is_any_rule
        from given
    )

    select
        '{{vendor}}' as vendor, given.delivery_date, given.lead_id, given.channel,
        timestamp '{{known_at}}' as known_at, '{ACCEPTED_DISPUTE}' as cause,
        given.verdict as from_verdict, given.verdict as to_verdict, 'advertiser' as attributable_to,
        [] as rules, [] as charged_rules, list_sort(given.released_rules) as released_rules,
        [] as charged_dimensions, list_sort(given.released_dimensions) as released_dimensions,
        '{{digest}}' as catalogue_digest, days.account_digest
    from told as given
    inner join days using (delivery_date)
    where len(given.released_rules) > 0 or (len(given.released_dimensions) > 0 and not given.is_any_rule)
"""
"""Given back once: what a correction has spoken of is not spoken of again. Where a later fact gave back the last rule
that held a dimension, the account of the lead alone changes, and each of its uses has a row."""
_DIMENSIONS: Final = pa.schema({"rule_id": pa.string(), "dimension": pa.string()})


def given_back(
    ladder: Ladder, past: Sequence[PastDay], disputes: Sequence[RecordedDispute], standing: pa.Table, as_of: datetime
) -> pa.Table:
    """What accepted disputes give back of a vendor's final days, as rows of `corrections`.

    Args:
        ladder: judges the vendor's days.
        past: the days that are final for good.
        disputes: the vendor's, with what was decided of them by then.
        standing: rows that correct those days already.
        as_of: the instant from which on it counts, aware.
    """
    schema, final = arrow_schema(TABLE), {day.day: day for day in past}
    named = [
        NamedFinding(one.delivery_date, one.lead_id, one.rule, one.channel)
        for one in disputes
        if one.state == "accepted" and one.delivery_date in final
    ]
    if not named:
        return schema.empty_table()
    days = [final[day] for day in sorted({one.delivery_date for one in named})]
    stood, then = _states_of(ladder, days, named, standing)
    at, catalogue = as_lake(as_of).isoformat(sep=" "), ladder.catalogue
    with ladder.engine.session() as session:
        session.register("days", accounts_of(days))
        session.register("rule_dimensions", _dimensions_of(catalogue))
        for name, table in (("stood", stood), ("accepted", then), ("corrections", standing)):
            session.register(name, table)
        rows = session.fetch(_GIVEN_BACK.format(vendor=ladder.vendor, known_at=at, digest=catalogue.digest))
        return rows.select(schema.names).cast(schema)


def older_disputed(disputes: Sequence[RecordedDispute], recorded: pa.Table, before: date) -> set[date]:
    """Days before one, of accepted disputes for which no row of the recorded corrections gives anything back."""
    rows = recorded.filter(pc.equal(recorded["cause"], ACCEPTED_DISPUTE)).to_pylist()
    given = {(row["delivery_date"], row["lead_id"], rule) for row in rows for rule in row["released_rules"]}
    accepted = [one for one in disputes if one.state == "accepted" and one.delivery_date < before]
    return {one.delivery_date for one in accepted if (one.delivery_date, one.lead_id, one.rule) not in given}


def _states_of(
    ladder: Ladder, days: Sequence[PastDay], named: Sequence[NamedFinding], standing: pa.Table
) -> tuple[pa.Table, pa.Table]:
    """The leads that are disputed, as published, and as if the findings that are meant were at nobody's account.

    With those that are meant go those that `standing` gave back before.
    """
    engine, tables = ladder.engine, {"disputed": named_table(named), "twins": twins_of(ladder.catalogue)}
    with engine.session() as session:
        session.register("disputed", tables["disputed"])
        for table in ("verdicts", "findings"):
            files = [ladder.lake.partition(table, ladder.vendor, day.day) for day in days]
            session.read_files(f"all_{table}", files, arrow_schema(table))
            tables[table] = session.fetch(_OF_LEADS.format(table=table))
    stood = _states_in(engine, tables)
    with engine.session() as session:
        for name in ("disputed", "findings"):
            session.register(name, tables[name])
        session.register("corrections", standing)
        return stood, _states_in(engine, {**tables, "findings": session.fetch(_ACCEPTED)})


def _states_in(engine: Engine, tables: Mapping[str, pa.Table]) -> pa.Table:
    with engine.session() as session:
        for name in ("verdicts", "findings", "twins"):
            session.register(name, tables[name])
        return session.fetch(USE_STATES).select(STATES.names).cast(STATES)


def _dimensions_of(catalogue: Catalogue) -> pa.Table:
    rows = [{"rule_id": card.id, "dimension": card.dimension} for card in catalogue.cards]
    return pa.Table.from_pylist(rows, schema=_DIMENSIONS)
