"""The knowledge clock: of each blocking rule and form, since when the house knew, and what followed from it.

First detected, vendor notified, answered, decided, stopped; and how many such leads came meanwhile. To go on using data
for months after knowing that proofs are missing is what is held against advertisers (CNIL, SAN-2025-001, SOLOCAL).
Instants are those at which the house could know: when a receipt told it (`told_before`: that outlasts the judgement), a
verdict's `known_at` or a correction's where earlier, a receipt's notification, an answer's arrival. A line stands while
leads with the defect do: one for each of a rule's most frequent forms, one for all others. What falls on one step only
after its time is an alarm (`KnowledgeLine.waits_for`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple

import pyarrow as pa

from pipelines.disputes.dispute import RecordedDispute
from pipelines.disputes.told_before import ToldBefore
from pipelines.disputes.told_findings import DISPUTABLE, IS_DISPUTED, NamedFinding, named_table
from pipelines.engines.interface import Session
from pipelines.receipts.lines import FORM_OF_LEAD, FORM_OF_PROOF
from pipelines.receipts.told_defects import MOST_FORMS, OTHER_FORMS
from pipelines.vocabulary.clock import as_lake

_TOLD: Final = pa.schema(
    {
        "rule_id": pa.string(),
        "form": pa.string(),
        "other_of": pa.date32(),
        "told_at": pa.timestamp("us"),
        "notified_at": pa.timestamp("us"),
    }
)
_FOUND_LEADS: Final = f"""
    with found as (
        select findings.delivery_date, findings.lead_id, findings.channel, findings.rule_id, verdicts.known_at,
            nullif({FORM_OF_PROOF}, '') as proof_form
        from findings
        inner join (
            select delivery_date, max(known_at) as known_at from verdicts group by delivery_date
        ) as verdicts on findings.delivery_date = verdicts.delivery_date
        where findings.outcome = 'fail' and findings.severity = 'blocking' and findings.lead_id is not null
        union all
        select delivery_date, lead_id, channel, rule_id, known_at, null
        from (select * exclude (charged_rules), unnest(charged_rules) as rule_id from corrections)
        where rule_id in ({{blocking}})
    ),

    formed as (
        select found.* exclude (proof_form), coalesce(proof_form, {FORM_OF_LEAD}, '') as named_form
        from found
        left join leads on found.delivery_date = leads.delivery_date and found.lead_id = leads.lead_id
    ),

    counted as (
        select rule_id, named_form, row_number() over (partition by rule_id order by count(*) desc, named_form) as place
        from formed
        group by rule_id, named_form
    )

    select
        formed.*,
        case when counted.place > {MOST_FORMS} then '{OTHER_FORMS}' else formed.named_form end as form,
        complete.delivered_at
    from formed
    inner join counted on formed.rule_id = counted.rule_id and formed.named_form = counted.named_form
    left join (
        select delivery_date, max(delivered_at) as delivered_at from deliveries group by delivery_date
    ) as complete on formed.delivery_date = complete.delivery_date
"""
_LINES: Final = f"""
    with starts as (
        select found.rule_id, found.form,
            min(least(
                found.known_at, coalesce(told.told_at, found.known_at), coalesce(other.told_at, found.known_at)
            )) as detected_at,
            least(min(told.notified_at), min(other.notified_at)) as notified_at,
            max(found.delivered_at) as last_at, max(found.delivery_date) as last_day
        from found_leads as found
        left join told_before as told on found.rule_id = told.rule_id and found.named_form = told.form
        left join told_before as other on found.rule_id = other.rule_id and found.delivery_date = other.other_of
        group by found.rule_id, found.form
    ),

    answered as (
        select found.rule_id, found.form, list(distinct disputed.place) as places
        from ({DISPUTABLE}) as told
        inner join disputed on {IS_DISPUTED}
        inner join found_leads as found
            on told.delivery_date = found.delivery_date and told.lead_id = found.lead_id
            and told.rule_id = found.rule_id and told.channel is not distinct from found.channel
        group by found.rule_id, found.form
    ),

    usable as (
        select distinct delivery_date, lead_id from verdicts where verdict = 'usable'
    ),

    leads_found as (
        select distinct rule_id, form, delivery_date, lead_id, delivered_at from found_leads
    ),

    counted as (
        select
            starts.rule_id, starts.form,
            count(*) as leads_count,
            count(*) filter (leads_found.delivered_at > starts.detected_at) as after_count,
            count(*) filter (leads_found.delivered_at > starts.detected_at and usable.lead_id is not null)
                as usable_count
        from starts
        inner join leads_found on starts.rule_id = leads_found.rule_id and starts.form = leads_found.form
        left join usable
            on leads_found.delivery_date = usable.delivery_date and leads_found.lead_id = usable.lead_id
        group by starts.rule_id, starts.form
    ),

    later as (
        select starts.rule_id, starts.form, min(complete.delivered_at) as clean_at
        from starts
        inner join (
            select delivery_date, max(delivered_at) as delivered_at
            from deliveries
            where role = 'leads' and rows_accepted > 0
            group by delivery_date
            having delivery_date in (select delivery_date from verdicts where is_final)
        ) as complete on complete.delivered_at > starts.last_at
        group by starts.rule_id, starts.form
    )

    select
        starts.rule_id, starts.form, starts.detected_at, starts.notified_at, coalesce(answered.places, []) as places,
        counted.leads_count, counted.after_count, counted.usable_count, starts.last_at, starts.last_day,
        later.clean_at
    from starts
    left join answered on starts.rule_id = answered.rule_id and starts.form = answered.form
    left join counted on starts.rule_id = counted.rule_id and starts.form = counted.form
    left join later on starts.rule_id = later.rule_id and starts.form = later.form
    order by starts.detected_at, starts.rule_id, starts.form
"""


class Wait(NamedTuple):
    """A step that has not happened."""

    step: str
    """One of `words.KNOWLEDGE_STEPS`."""
    due_at: datetime
    """UTC, aware: by when it should."""


@dataclass(frozen=True, kw_only=True)
class KnowledgeLine:
    """One blocking rule on one form. Instants are UTC, aware; None: it has not happened."""

    rule_id: str
    form: str
    """Form and version, as the proof names them, else the lead; empty where neither does. Or `OTHER_FORMS`."""
    detected_at: datetime
    notified_at: datetime | None
    answered_at: datetime | None
    decided_at: datetime | None
    """When a person first accepted or refused an answer of the vendor."""
    last_day: date
    """Of the last delivery that had such a lead."""
    last_at: datetime | None
    """When the last such lead was delivered."""
    is_stopped: bool
    """Whether a later delivery is final and has none."""
    leads_count: int
    after_count: int
    """Of them, delivered after the first was detected."""
    usable_count: int
    """Of these, usable on some channel all the same: whether they were contacted, no call log says yet."""
    waits: tuple[Wait, ...] = ()
    """Each step that has not happened, and by when it should."""
    waits_for: str | None
    """One of `words.KNOWLEDGE_STEPS`, where it should have happened by now."""
    due_at: datetime | None
    """By when it should have."""


def clock_tables(session: Session, blocking: Iterable[str], told: Iterable[ToldBefore]) -> None:
    """Make what the clock is read from, of a session with a vendor's published tables.

    Args:
        session: holds them, and `corrections`.
        blocking: rules that block.
        told: what receipts told before, each rule and form once, other forms once a day.
    """
    listed = ", ".join(f"'{rule}'" for rule in sorted(blocking)) or "null"
    session.create("found_leads", _FOUND_LEADS.format(blocking=listed))
    rows = [
        {
            "rule_id": one.rule_id,
            "form": one.form,
            "other_of": one.other_of,
            "told_at": as_lake(one.told_at),
            "notified_at": one.notified_at and as_lake(one.notified_at),
        }
        for one in told
    ]
    session.register("told_before", pa.Table.from_pylist(rows, schema=_TOLD))


def knowledge_clock(
    session: Session,
    disputes: Sequence[RecordedDispute],
    *,
    reaction: timedelta,
    cure_days: int | None,
    as_of: datetime,
) -> tuple[KnowledgeLine, ...]:
    """Every line, the longest known first.

    Args:
        session: after `clock_tables`.
        disputes: the vendor's, with what was decided of them by then.
        reaction: within which something must follow.
        cure_days: what the contract gives to mend after a notice; None: as `reaction`.
        as_of: the instant (aware) whose knowledge counts.
    """
    named = [NamedFinding(one.delivery_date, one.lead_id, one.rule, one.channel) for one in disputes]
    session.register("disputed", named_table(named))
    cure = reaction if cure_days is None else timedelta(days=cure_days)
    rows = session.fetch(_LINES).to_pylist()
    return tuple(
        _knowledge_line(row, [disputes[place] for place in row["places"]], reaction, cure, as_of)
        for row in rows
        if _aware(row["detected_at"]) <= as_of
    )


def _knowledge_line(
    row: Mapping[str, Any],
    disputes: Sequence[RecordedDispute],
    reaction: timedelta,
    cure: timedelta,
    as_of: datetime,
) -> KnowledgeLine:
    detected_at, notified, is_stopped = _aware(row["detected_at"]), row["notified_at"], row["clean_at"] is not None
    told_at = None if notified is None else _aware(notified)
    open_since = min((one.received_at for one in disputes if one.is_open), default=None)
    due = {
        "notice": detected_at + reaction if told_at is None else None,
        "decision": open_since + reaction if open_since else None,
        "stop": told_at + cure if told_at is not None and not is_stopped else None,
    }
    waits = tuple(Wait(step, at) for step, at in due.items() if at is not None)
    late = min((wait for wait in waits if wait.due_at < as_of), key=lambda wait: wait.due_at, default=None)
    return KnowledgeLine(
        **{name: row[name] for name in ("rule_id", "form", "last_day", "leads_count", "after_count", "usable_count")},
        detected_at=detected_at,
        notified_at=told_at,
        answered_at=min((one.received_at for one in disputes), default=None),
        decided_at=min(
            (made.decided_at for one in disputes for made in one.decisions if made.outcome != "pending"), default=None
        ),
        last_at=None if row["last_at"] is None else _aware(row["last_at"]),
        is_stopped=is_stopped,
        waits=waits,
        waits_for=late.step if late else None,
        due_at=late.due_at if late else None,
    )


def _aware(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC)
