"""A vendor's past judged again: as it was, to the byte, or as we know now, with the cause of every flip.

Nothing that is published changes. Where a replay is kept is in `kept_comparisons`.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.comparisons.ladder import STEPS, Ladder, Rung, rungs_between
from pipelines.comparisons.news import facts_since
from pipelines.comparisons.standpoints import PastDay, Standpoint, grouped_days, published_standpoints
from pipelines.storage.lake import Lake
from pipelines.verdicts.day_terms import NO_HINDSIGHT
from pipelines.verdicts.judged_tables import CONTRACT_FACT, JudgedDay
from pipelines.vocabulary.tables import VERDICT_TABLES
from pipelines.vocabulary.words import FLIP_CAUSES

FLIPS: Final = pa.schema(
    {
        "vendor": pa.string(),
        "delivery_date": pa.date32(),
        "lead_id": pa.string(),
        "channel": pa.string(),
        "verdict_before": pa.string(),
        "verdict_after": pa.string(),
        "cause": pa.string(),
        "rules_gained": pa.list_(pa.string()),
        "rules_lost": pa.list_(pa.string()),
    }
)
"""A row a lead use whose verdict differs; a verdict is NULL on a side that has no such lead use."""
_FLIPS: Final = """
    with caused as (
        select delivery_date, lead_id, channel, last(cause order by step) as cause
        from steps
        where from_verdict is distinct from to_verdict
        group by delivery_date, lead_id, channel
    ),

    pairs as (
        select
            delivery_date,
            lead_id,
            channel,
            stood.verdict as verdict_before,
            seen.verdict as verdict_after,
            coalesce(stood.rules, []) as rules_before,
            coalesce(seen.rules, []) as rules_after
        from stood
        full outer join seen using (delivery_date, lead_id, channel)
    )

    select
        '{vendor}' as vendor,
        pairs.delivery_date,
        pairs.lead_id,
        pairs.channel,
        pairs.verdict_before,
        pairs.verdict_after,
        caused.cause,
        list_sort(list_filter(rules_after, lambda rule: not list_contains(rules_before, rule))) as rules_gained,
        list_sort(list_filter(rules_before, lambda rule: not list_contains(rules_after, rule))) as rules_lost
    from pairs
    left join caused using (delivery_date, lead_id, channel)
    where pairs.verdict_before is distinct from pairs.verdict_after
    order by pairs.delivery_date, pairs.lead_id, pairs.channel
"""
"""The cause is that of the step which gave the verdict that holds now."""


@dataclass(frozen=True)
class VendorReplayed:
    """One vendor's days, judged again."""

    vendor: str
    days_count: int
    uses_count: int
    """Lead uses as published."""
    flips: pa.Table
    """Schema `FLIPS`, ordered by delivery date, lead and channel."""
    differing: tuple["DayDiffering", ...] = ()
    """As it was: the days that did not come out to the byte."""
    judged_on: tuple[tuple[str, str | None, int], ...] = ()
    """Digests of the rules and of the contract by which days were published, and how many days; None: not noted."""

    @property
    def by_cause(self) -> Mapping[str, int]:
        """How many flips each cause has; those that have none are left out."""
        counted = {row["values"]: row["counts"] for row in pc.value_counts(self.flips["cause"]).to_pylist()}
        return {cause: counted[cause] for cause in FLIP_CAUSES if cause in counted}


@dataclass(frozen=True)
class DayDiffering:
    """A day that did not come out as it was published, and what was not there to judge it by."""

    day: date
    tables: tuple[str, ...]
    """Those whose bytes differ."""
    missing: tuple[str, ...]
    """`rules`, `contract`: no longer kept, so that those of now stood in; empty where neither is missing."""


def replay_as_known(ladder: Ladder, published: Sequence[PastDay], now: Standpoint) -> VendorReplayed:
    """Published days beside what they are by the rules, contracts and facts of now."""
    days = [day.day for day in published]
    stood = ladder.published(days)
    seen = ladder.seen_from(now.only(set(days)))
    flipped = _flipped_days(ladder, stood, seen)
    steps = [
        _steps_of_group(ladder, group, now, stood, seen)
        for group in grouped_days(day for day in published if day.day in flipped)
    ]
    flips = _flips(ladder, stood, seen, steps)
    return VendorReplayed(ladder.vendor, len(days), len(stood), flips, judged_on=_laws_of(published))


def replay_as_it_was(ladder: Ladder, published: Sequence[PastDay], now: Standpoint, scratch: Path) -> VendorReplayed:
    """Published days judged again by the same instants, rules and contracts, and compared byte by byte.

    `now`: whose rules and contracts stand in for those that are not kept; `scratch`: an empty folder to write in.
    """
    groups = [(group, _first_rung(group, now)) for group in grouped_days(published)]
    differing = [one for group, rung in groups for one in _days_differing(ladder, group, rung.standpoint, scratch)]
    differ = {one.day for one in differing}
    stood = ladder.published([day.day for day in published])
    steps, replayed = [], [_of_days(stood, {day.day for day in published} - differ)]
    for group, rung in groups:
        days = {day.day for day in group} & differ
        seen = ladder.seen_from(rung.standpoint.only(days))
        steps.append(ladder.climb(_of_days(stood, days), [(rung.cause, seen)]))
        replayed.append(seen)
    flips = _flips(ladder, stood, pa.concat_tables(replayed), steps)
    return VendorReplayed(ladder.vendor, len(published), len(stood), flips, tuple(differing), _laws_of(published))


def _laws_of(published: Sequence[PastDay]) -> tuple[tuple[str, str | None, int], ...]:
    counted = Counter((day.catalogue_digest, day.contract_digest) for day in published)
    return tuple((*digests, count) for digests, count in sorted(counted.items(), key=str))


def _first_rung(group: Sequence[PastDay], now: Standpoint) -> Rung:
    """From where a group is judged as it was, or nearest to it; its cause is what differs if it comes out otherwise."""
    was, law_was = published_standpoints(group, now)
    judged_as_of = max(day.as_of for day in group)
    nearest = replace(now.only({day.day for day in group}), as_of=judged_as_of, hindsight=NO_HINDSIGHT)
    return rungs_between(was, law_was, nearest)[0]


def _days_differing(
    ladder: Ladder, group: Sequence[PastDay], standpoint: Standpoint, scratch: Path
) -> list[DayDiffering]:
    judge = ladder.judge_under(standpoint.catalogue).reading(ladder.lake)
    judged = judge.judge_days(ladder.vendor, standpoint.days, as_of=standpoint.as_of)
    found = []
    for day in group:
        tables = _differing_tables(ladder, judged.get(day.day), day, Lake(scratch))
        if tables:
            found.append(DayDiffering(day.day, tables, _missing_law(day)))
    return found


def _differing_tables(ladder: Ladder, judged: JudgedDay | None, day: PastDay, scratch: Lake) -> tuple[str, ...]:
    """Tables of a day whose files would have other bytes."""
    if judged is None:
        return VERDICT_TABLES
    noted = judged.facts if day.contract_digest else {k: v for k, v in judged.facts.items() if k != CONTRACT_FACT}
    scratch.publish(ladder.vendor, day.day, judged.tables, facts=noted)
    files = {
        table: [lake.partition(table, ladder.vendor, day.day) for lake in (ladder.lake, scratch)]
        for table in VERDICT_TABLES
    }
    return tuple(table for table, (ours, theirs) in files.items() if ours.read_bytes() != theirs.read_bytes())


def _missing_law(day: PastDay) -> tuple[str, ...]:
    is_missing = {"rules": day.catalogue is None, "contract": day.terms is None}
    return tuple(name for name, missing in is_missing.items() if missing)


def _steps_of_group(
    ladder: Ladder, group: Sequence[PastDay], now: Standpoint, stood: pa.Table, seen: pa.Table
) -> pa.Table:
    """What happens to a group of days on the way to now; the last step is judged already."""
    days = {day.day for day in group}
    reached = now.only(days)
    *before, last = rungs_between(
        *published_standpoints(group, now),
        reached,
        facts_since(ladder.engine, ladder.lake, ladder.vendor, group, reached),
    )
    tables = [(rung.cause, ladder.seen_from(rung.standpoint)) for rung in before]
    return ladder.climb(_of_days(stood, days), [*tables, (last.cause, _of_days(seen, days))])


def _flips(ladder: Ladder, stood: pa.Table, seen: pa.Table, steps: Sequence[pa.Table]) -> pa.Table:
    with ladder.engine.session() as session:
        session.register("stood", stood)
        session.register("seen", seen)
        session.register("steps", pa.concat_tables([STEPS.empty_table(), *steps]))
        return session.fetch(_FLIPS.format(vendor=ladder.vendor)).select(FLIPS.names).cast(FLIPS)


def _flipped_days(ladder: Ladder, stood: pa.Table, seen: pa.Table) -> set[date]:
    found = _flips(ladder, stood, seen, [])["delivery_date"]
    return set(found.unique().to_pylist())


def _of_days(rows: pa.Table, days: Collection[date]) -> pa.Table:
    return rows.filter(pc.is_in(rows["delivery_date"], pa.array(sorted(days), pa.date32())))
