"""From one standpoint to another in steps, one cause a step: what becomes of each lead use on the way.

Between what stands and what is known now, one thing is changed after another, in the order of `FLIP_CAUSES`; whatever
changes at a step is that cause's. So a cause is found by judging, never by reading reasons, and no change has two.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, NamedTuple

import pyarrow as pa

from pipelines.comparisons.standpoints import Standpoint
from pipelines.engines.interface import Engine
from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.use_states import USE_STATES, twins_of
from pipelines.storage.lake import Lake
from pipelines.verdicts.judge import Judge
from pipelines.vocabulary.clock import as_lake
from pipelines.vocabulary.tables import arrow_schema
from pipelines.vocabulary.words import FLIP_CAUSES

_TEXTS: Final = pa.list_(pa.string())
STATES: Final = pa.schema(
    {
        "delivery_date": pa.date32(),
        "lead_id": pa.string(),
        "channel": pa.string(),
        "verdict": pa.string(),
        "rules": _TEXTS,
        "charged_rules": _TEXTS,
        "charged_dimensions": _TEXTS,
    }
)
"""A row a lead use; `verdict` is NULL where there is none."""
STEPS: Final = pa.schema(
    {
        **{name: STATES.field(name).type for name in ("delivery_date", "lead_id", "channel")},
        "step": pa.int64(),
        "cause": pa.string(),
        "from_verdict": pa.string(),
        "to_verdict": pa.string(),
        **{
            f"{side}_{name}": _TEXTS
            for name in ("rules", "charged_rules", "charged_dimensions")
            for side in ("from", "to")
        },
    }
)
"""A row a lead use and step at which its verdict, its rules at the vendor's account, or its dimensions change."""
_PLACES: Final = pa.schema([STEPS.field("step"), STEPS.field("cause")])
_CHANGES: Final = """
    with uses as (
        select distinct delivery_date, lead_id, channel from states
    ),

    grid as (
        select
            uses.*,
            steps.step,
            steps.cause,
            states.verdict,
            coalesce(states.rules, []) as rules,
            coalesce(states.charged_rules, []) as charged_rules,
            coalesce(states.charged_dimensions, []) as charged_dimensions
        from uses
        cross join steps
        left join states
            on uses.delivery_date = states.delivery_date
            and uses.lead_id = states.lead_id
            and uses.channel = states.channel
            and steps.step = states.step
    ),

    pairs as (
        select
            delivery_date, lead_id, channel, step, cause,
            lag(verdict) over so_far as from_verdict, verdict as to_verdict,
            lag(rules) over so_far as from_rules, rules as to_rules,
            lag(charged_rules) over so_far as from_charged_rules, charged_rules as to_charged_rules,
            lag(charged_dimensions) over so_far as from_charged_dimensions, charged_dimensions as to_charged_dimensions
        from grid
        window so_far as (partition by delivery_date, lead_id, channel order by step)
    )

    select
        * replace (
            case
                when cause = 'intake_changed' and to_rules <> from_rules and len(list_filter(
                    list_concat(to_rules, from_rules),
                    lambda one: list_contains(to_rules, one) <> list_contains(from_rules, one)
                        and not list_contains({registry_rules}, one)
                )) = 0 then 'new_opposition'
                else cause
            end as cause
        )
    from pairs
    where
        cause is not null
        and (
            from_verdict is distinct from to_verdict
            or from_charged_rules <> to_charged_rules
            or from_charged_dimensions <> to_charged_dimensions
        )
    order by delivery_date, lead_id, channel, step
"""
"""The step without a cause is what stood. Where nothing is changed on purpose and only rules that ask the registry come
out otherwise, an entry was recorded with an earlier date."""
_KINDS_OF_FACTS: Final = {
    "form_reviewed": "reviews_at",
    "late_proof": "proofs_at",
    "new_withdrawal": "objections_at",
    "new_opposition": "oppositions_at",
}
"""Cause of a flip -> up to when such facts are known, in `Hindsight`."""
REGISTRY_FACTS: Final = frozenset({"is_opposed", "opposition_blame_at", "is_opposed_in_other_form"})
"""Columns of the lead dossier that the opposition registry alone fills."""


class Rung(NamedTuple):
    """A step: what it changes, and from where days are judged once it is changed."""

    cause: str
    standpoint: Standpoint


def judges_of(engine: Engine, lake: Lake) -> Callable[[Catalogue], Judge]:
    """Judges under any catalogue, each compiled once."""
    made: dict[str, Judge] = {}

    def judge_under(catalogue: Catalogue) -> Judge:
        if catalogue.digest not in made:
            made[catalogue.digest] = Judge(engine=engine, lake=lake, catalogue=catalogue)
        return made[catalogue.digest]

    return judge_under


@dataclass(frozen=True)
class Ladder:
    """Judges the days of one vendor from several standpoints."""

    engine: Engine
    lake: Lake
    """As one reader finds it."""
    vendor: str
    catalogue: Catalogue
    """The rules of now."""
    judge_under: Callable[[Catalogue], Judge]

    def published(self, days: Sequence[date]) -> pa.Table:
        """What is published of some days, as `STATES`; the rules of now say what counts once."""
        with self.engine.session() as session:
            for table in ("verdicts", "findings"):
                files = [self.lake.partition(table, self.vendor, day) for day in days]
                session.read_files(table, files, arrow_schema(table))
            session.register("twins", twins_of(self.catalogue))
            return _as_states(session.fetch(USE_STATES))

    def seen_from(self, standpoint: Standpoint) -> pa.Table:
        """What the days are from a standpoint, as `STATES`."""
        if not standpoint.days:
            return STATES.empty_table()
        judge = self.judge_under(standpoint.catalogue).reading(self.lake)
        with judge.session(
            self.vendor,
            standpoint.days,
            as_of=standpoint.as_of,
            until="findings",
            hindsight=standpoint.hindsight,
        ) as session:
            session.register("twins", twins_of(standpoint.catalogue))
            return _as_states(session.fetch(USE_STATES))

    def climb(self, stands: pa.Table, rungs: Sequence[tuple[str, pa.Table]]) -> pa.Table:
        """What changes at each step, as `STEPS`.

        Args:
            stands: what stood, as `STATES`.
            rungs: each with its cause, in order, and what is then, as `STATES`.
        """
        steps = [{"step": 0, "cause": None}, *({"step": at, "cause": one[0]} for at, one in enumerate(rungs, start=1))]
        with self.engine.session() as session:
            session.register("steps", pa.Table.from_pylist(steps, schema=_PLACES))
            states = [table.append_column("step", pa.repeat(at, len(table))) for at, table in _numbered(stands, rungs)]
            session.register("states", pa.concat_tables(states))
            return session.fetch(_CHANGES.format(registry_rules=self._registry_rules)).select(STEPS.names).cast(STEPS)

    @property
    def _registry_rules(self) -> list[str]:
        """Rules of now that ask the opposition registry."""
        rules = self.judge_under(self.catalogue).judgement.lead_use
        return sorted(rule.id for rule in rules if rule.columns & REGISTRY_FACTS)


def rungs_between(
    was: Standpoint | None, law_was: Standpoint | None, now: Standpoint, facts: Collection[str] = FLIP_CAUSES
) -> list[Rung]:
    """The steps from a standpoint to that of now, each judged anew where it changes anything.

    Args:
        was: where days were judged, under their own rules and contracts; None where one of these is not kept.
        law_was: the same under the contracts of now; None where the rules are not kept.
        now: where they are judged now.
        facts: kinds of facts that came in between, as their causes; all unless given.
    """
    base = was or law_was or now
    if all(as_lake(base.as_of) >= clock.deadline_at for day in now.days for clock in day.clocks):
        now = replace(now, as_of=base.as_of)  # final then and now: the instant of judging says nothing more
    known = replace(now, as_of=base.as_of, hindsight=base.hindsight)
    found = [Rung(cause, one) for cause, one in zip(FLIP_CAUSES, (was, law_was, known), strict=False) if one]
    hindsight = known.hindsight
    for cause, kind in _KINDS_OF_FACTS.items():
        hindsight = replace(hindsight, **{kind: getattr(now.hindsight, kind)})
        if cause in facts:
            found.append(Rung(cause, replace(known, hindsight=hindsight)))
    if now.as_of != base.as_of:
        found.append(Rung("deadline_passed", now))
    return [
        one for place, one in enumerate(found) if place == 0 or one.standpoint.key != found[place - 1].standpoint.key
    ]


def _as_states(rows: pa.Table) -> pa.Table:
    return rows.select(STATES.names).cast(STATES)


def _numbered(stands: pa.Table, rungs: Sequence[tuple[str, pa.Table]]) -> list[tuple[int, pa.Table]]:
    return list(enumerate((stands, *(table for _, table in rungs))))
