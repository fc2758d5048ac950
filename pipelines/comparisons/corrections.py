"""What becomes known after a verdict is final: rows beside it, one a cause, at somebody's account. Never in its place.

**At whose account.** The vendor is charged with what it could have known and did not say: a refusal or withdrawal from
before the delivery that it tells us after the deadline, a record that contradicts its earlier ones, a form of its own
that our review finds bad. What the cards say of who answers for a rule still holds; this only ever charges less. A
proof that comes late is at the vendor's account, too: the lead use may be used, but what was not proven by the deadline
stays a defect, or deadlines would mean nothing; nor is it a further one, or who never proves would fare better, unless
the record takes down what had been usable. An opposition that we recorded later is at nobody's account: the vendor
could not know it, and neither could we. What our rules, our contract's file or our reading got wrong is at ours: what
the vendor was charged with wrongly is given back, and nothing is charged that it was not told in time.

A row counts from the instant of the run that found it: scores, claims and dossiers of an earlier date stay as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.comparisons.accepted_disputes import given_back, older_disputed
from pipelines.comparisons.ladder import STATES, Ladder, rungs_between
from pipelines.comparisons.news import Look, facts_since, look_of_now, touched_days
from pipelines.comparisons.standpoints import (
    PastDay,
    Standpoint,
    accounts_of,
    as_known_at,
    delivered_by_day,
    grouped_days,
    published_days,
    published_standpoints,
    under,
    whole_days,
)
from pipelines.contracts.contract import Contract
from pipelines.disputes.dispute import RecordedDispute
from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.use_states import CAUSE_PLACE
from pipelines.storage.kept_corrections import TABLE, of_accounts, recorded_corrections
from pipelines.storage.lake import Lake
from pipelines.verdicts.day_terms import NO_HINDSIGHT, Hindsight
from pipelines.verdicts.due_days import LOOK_BACK
from pipelines.verdicts.kept_law import KeptLaw
from pipelines.vocabulary.clock import as_lake, paris_date
from pipelines.vocabulary.tables import arrow_schema

_STANDING: Final = f"""
    with corrected as (
        select
            delivery_date, lead_id, channel,
            last(to_verdict order by known_at, {CAUSE_PLACE}) as verdict,
            true as is_corrected
        from corrections
        group by delivery_date, lead_id, channel
    )

    select
        stood.delivery_date, stood.lead_id, stood.channel,
        case when corrected.is_corrected then corrected.verdict else stood.verdict end as verdict,
        stood.rules,
        {{account}}
    from stood
    left join corrected using (delivery_date, lead_id, channel)
    left join seen using (delivery_date, lead_id, channel)
"""
_OWN_ACCOUNT: Final = "stood.charged_rules, stood.charged_dimensions"
_SEEN_ACCOUNT: Final = """
    coalesce(seen.charged_rules, []) as charged_rules, coalesce(seen.charged_dimensions, []) as charged_dimensions"""
_ROWS: Final = f"""
    with moved as (
        select
            *,
            list_filter(to_charged_rules, lambda one: not list_contains(from_charged_rules, one)) as gained_rules,
            list_filter(from_charged_rules, lambda one: not list_contains(to_charged_rules, one)) as lost_rules,
            list_filter(to_charged_dimensions, lambda one: not list_contains(from_charged_dimensions, one)) as gained,
            list_filter(from_charged_dimensions, lambda one: not list_contains(to_charged_dimensions, one)) as lost
        from steps
    ),

    attributed as (
        select
            *,
            case
                when cause in ('late_proof', 'new_withdrawal') then 'vendor'
                when cause = 'form_reviewed' and len(gained_rules) > 0 then 'vendor'
                when cause in ('new_opposition', 'deadline_passed') then 'nobody'
                else 'advertiser'
            end as attributable_to,
            cause <> 'late_proof' or (to_verdict = 'blocked' and from_verdict is distinct from 'blocked') as may_charge
        from moved
    ),

    told as (
        select
            * exclude (gained_rules, lost_rules, gained, lost, may_charge),
            case when attributable_to = 'vendor' and may_charge then gained_rules else [] end as charged_rules,
            case when attributable_to <> 'vendor' then lost_rules else [] end as released_rules,
            case when attributable_to = 'vendor' and may_charge then gained else [] end as charged,
            case when attributable_to <> 'vendor' then lost else [] end as released
        from attributed
    ),

    events as (
        select delivery_date, lead_id, step, unnest(charged) as dimension, true as is_charged from told
        union
        select delivery_date, lead_id, step, unnest(released) as dimension, false as is_charged from told
    ),

    before as (
        select delivery_date, lead_id, unnest(charged_dimensions) as dimension, true as is_charged,
            timestamp '-infinity' as known_at, 0 as place
        from stood
        union all
        select delivery_date, lead_id, unnest(charged_dimensions), true, known_at, {CAUSE_PLACE} from corrections
        union all
        select delivery_date, lead_id, unnest(released_dimensions), false, known_at, {CAUSE_PLACE} from corrections
    ),

    standing as (
        select delivery_date, lead_id, dimension, last(is_charged order by known_at, place) as is_charged
        from before
        group by delivery_date, lead_id, dimension
    ),

    turns as (
        select
            events.*,
            coalesce(
                lag(events.is_charged) over (
                    partition by events.delivery_date, events.lead_id, events.dimension order by events.step
                ),
                standing.is_charged,
                false
            ) as was_charged
        from events
        left join standing using (delivery_date, lead_id, dimension)
    ),

    accounts as (
        select
            delivery_date, lead_id, step,
            list_sort(list(dimension) filter (is_charged)) as charged_dimensions,
            list_sort(list(dimension) filter (not is_charged)) as released_dimensions
        from turns
        where is_charged <> was_charged
        group by delivery_date, lead_id, step
    ),

    lines as (
        select
            told.*,
            coalesce(accounts.charged_dimensions, []) as charged_dimensions,
            coalesce(accounts.released_dimensions, []) as released_dimensions,
            accounts.lead_id is not null as is_account_changed,
            from_verdict is distinct from to_verdict
            or len(told.charged_rules) > 0
            or len(told.released_rules) > 0 as is_own
        from told
        left join accounts using (delivery_date, lead_id, step)
    ),

    published as (
        select *, bool_or(is_own) over (partition by delivery_date, lead_id, step) as is_any_own
        from lines
    )

    select
        '{{vendor}}' as vendor,
        delivery_date,
        lead_id,
        channel,
        timestamp '{{known_at}}' as known_at,
        cause,
        from_verdict,
        to_verdict,
        attributable_to,
        list_sort(list_concat(
            list_filter(to_rules, lambda one: not list_contains(from_rules, one)),
            list_filter(from_rules, lambda one: not list_contains(to_rules, one))
        )) as rules,
        charged_rules,
        released_rules,
        charged_dimensions,
        released_dimensions,
        '{{digest}}' as catalogue_digest,
        days.account_digest
    from published
    inner join days using (delivery_date)
    where is_own or (is_account_changed and not is_any_own)
"""
"""Dimensions are those of the lead, and turn only where they are not so already; rules are those of the lead use. Where
the account of a lead alone changes, each of its uses has a row."""


@dataclass(frozen=True)
class Corrector:
    """Looks at one vendor's final days again, and says what is known of them since."""

    ladder: Ladder
    lake: Lake
    """Where corrections are published."""
    kept: KeptLaw
    contracts: Sequence[Contract]

    @property
    def catalogue(self) -> Catalogue:
        """The rules of now."""
        return self.ladder.catalogue

    def publish(self, as_of: datetime, disputes: Sequence[RecordedDispute] = ()) -> pa.Table:
        """Add what became known up to an instant (aware) to the table; the new rows. The caller holds the lock.

        Nothing as of an instant before the last look: less was known then. `disputes`: as decided by then.
        """
        lake, vendor = self.lake, self.ladder.vendor
        path, at = lake.vendor_file(TABLE, vendor), as_lake(as_of)
        before, recorded = Look.from_facts(lake.facts_of(path)), recorded_corrections(lake, vendor)
        if before.at is not None and at < before.at:
            return recorded.slice(0, 0)
        now, past, given = self._final_days(as_of, older_disputed(disputes, recorded, paris_date(as_of) - LOOK_BACK))
        accounts = {day.day: day.account for day in past}
        before, standing = before.of_accounts(accounts), of_accounts(recorded, accounts)
        groups = self._due_groups(self._last_seen(past, now, before), now, before)
        rows = [self._corrections_of(group, now, before, standing) for group in groups]
        standing = of_accounts(recorded, {day.day: day.account for day in given})
        rows.append(given_back(self.ladder, given, disputes, pa.concat_tables([standing, *rows]), as_of))
        fresh = pa.concat_tables([recorded.slice(0, 0), *rows])
        facts = look_of_now(lake, at, now, past).as_facts()
        self.kept.keep(self.catalogue, self.contracts)  # the next look stands on the law of this one
        lake.replace_file(path, TABLE, pa.concat_tables([recorded, fresh]), facts=facts, is_noted=True)
        return fresh

    def _final_days(self, as_of: datetime, older: set[date]) -> tuple[Standpoint, list[PastDay], list[PastDay]]:
        """The days that are final for good, from where they are judged now and where they were; and with older ones."""
        lake, vendor, on = self.ladder.lake, self.ladder.vendor, paris_date(as_of)
        days = [day for day in whole_days(lake, vendor) if on - LOOK_BACK <= day < on or day in older]
        delivered = delivered_by_day(lake, vendor, self.contracts, days)
        published = published_days(lake, self.kept, self.catalogue, vendor, self.contracts, delivered)
        given = [day for day in published if day.is_settled and day.as_of <= as_of]
        past = [day for day in given if day.day not in older]
        now = as_known_at(self.catalogue, list(delivered.values()), as_of)
        return now.only({day.day for day in past}), past, given

    def _last_seen(self, past: Sequence[PastDay], now: Standpoint, before: Look) -> list[PastDay]:
        """The days by the law of the last look, where they were looked at as they are published."""
        rules = before.catalogue_digest
        catalogue = self.catalogue if rules == self.catalogue.digest else self.kept.catalogue(rules)
        contracts = {contract.digest: contract for contract in self.contracts}
        for digest in set(before.contracts.values()) - contracts.keys():
            if (contract := self.kept.contract(digest, self.contracts)) is not None:
                contracts[digest] = contract
        delivered = {day.day: day for day in now.days}

        def seen(day: PastDay, digest: str) -> PastDay:
            terms = under(delivered[day.day], contracts[digest]) if digest in contracts else None
            return replace(day, catalogue_digest=rules, catalogue=catalogue, contract_digest=digest, terms=terms)

        return [seen(day, before.contracts[day.day]) if day.day in before.contracts else day for day in past]

    def _due_groups(self, past: Sequence[PastDay], now: Standpoint, before: Look) -> list[list[PastDay]]:
        """Days under other law than when they were last seen, or touched by news, in groups judged together."""
        ladder, contracts = self.ladder, {day.day: day.contract.digest for day in now.days}
        same = [
            day
            for day in past
            if day.catalogue_digest == self.catalogue.digest and day.contract_digest in (None, contracts[day.day])
        ]
        touched = touched_days(ladder.engine, ladder.lake, ladder.vendor, same, before, as_lake(now.as_of))
        due = [day for day in past if day not in same or day.day in touched]
        looked_at = [day for day in due if day.day in before.contracts]
        fresh = [day for day in due if day.day not in before.contracts]
        return [*grouped_days(looked_at), *grouped_days(fresh)]

    def _corrections_of(self, group: Sequence[PastDay], now: Standpoint, before: Look, standing: pa.Table) -> pa.Table:
        """What became known of a group of days, as rows of the table; `standing`: those that correct them already."""
        days = sorted(day.day for day in group)
        is_looked_at = days[0] in before.contracts
        known = Hindsight(before.at, before.at, before.at, before.at) if is_looked_at else NO_HINDSIGHT
        then, reached = published_standpoints(group, now, known), now.only(set(days))
        ladder, at = self.ladder, before.at if is_looked_at else None
        facts = facts_since(ladder.engine, ladder.lake, ladder.vendor, group, reached, at)
        rungs = rungs_between(*then, reached, facts)
        seen = [(rung.cause, self.ladder.seen_from(rung.standpoint)) for rung in rungs]
        published = self.ladder.published(days)
        of_days = standing.filter(pc.is_in(standing["delivery_date"], pa.array(days, pa.date32())))
        with self.ladder.engine.session() as session:
            session.register("days", accounts_of(group))
            for name, table in (("stood", published), ("seen", seen[0][1]), ("corrections", of_days)):
                session.register(name, table)
            account = _SEEN_ACCOUNT if is_looked_at else _OWN_ACCOUNT
            states = session.fetch(_STANDING.format(account=account)).select(STATES.names).cast(STATES)
            session.register("steps", self.ladder.climb(states, seen))
            figures = {
                "vendor": self.ladder.vendor,
                "known_at": as_lake(now.as_of).isoformat(sep=" "),
                "digest": self.catalogue.digest,
            }
            schema = arrow_schema(TABLE)
            return session.fetch(_ROWS.format(**figures)).select(schema.names).cast(schema)
