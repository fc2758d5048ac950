"""Why a lead was judged as it was: every rule, its inputs, its outcome, in words. Printing belongs to the command."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import pyarrow.compute as pc

from pipelines.contracts.contract import Contract
from pipelines.engines.interface import Session
from pipelines.rulebook.compiler import Code, CompiledRule
from pipelines.storage.lake import Lake
from pipelines.verdicts.judge import Judge, delivered_days

_LEAD: Final = """
    select d.*, j.* exclude (lead_no)
    from lead_dossier as d inner join judged_leads_by_rule as j using (lead_no)"""
_DELIVERY: Final = """
    select d.*, j.* exclude (delivery_date)
    from delivery_dossier as d inner join judged_deliveries as j using (delivery_date)"""
_USE: Final = """
    select d.*, j.* exclude (lead_no, channel, proof_no)
    from dossier as d
    inner join judged_uses as j
        on d.lead_no = j.lead_no and d.channel = j.channel and d.proof_no is not distinct from j.proof_no"""
WORDS: Final = {
    Code.PASS: "pass",
    Code.FAIL: "fail",
    Code.UNKNOWN: "unknown",
    Code.OWED: "unknown",
    Code.NOT_PROVEN: "fail",
    Code.NOT_APPLICABLE: "not applicable",
}


@dataclass(frozen=True)
class AppliedRule:
    """One rule on one lead use, or on its lead or delivery."""

    rule: CompiledRule
    outcome: str
    inputs: Mapping[str, Any]
    why: str


@dataclass(frozen=True)
class ExplainedUse:
    """A lead use with its verdict and every rule that was applied."""

    vendor: str
    delivery_date: date
    lead_id: str
    channel: str | None
    verdict: str
    known_at: datetime
    is_final: bool
    rules: tuple[AppliedRule, ...]


def explain(
    judge: Judge,
    lake: Lake,
    contracts: Sequence[Contract],
    vendor: str,
    lead_id: str,
    *,
    on: date | None = None,
    channel: str | None = None,
    as_of: datetime | None = None,
) -> list[ExplainedUse]:
    """Every use of a lead, rule by rule. Without `as_of`, as it was published; no use: an empty list."""
    published = lake.published_days(vendor)
    leads = lake.read("leads", vendor, published if on is None else [day for day in published if day == on])
    found = sorted(set(leads.filter(pc.equal(leads["lead_id"], lead_id))["delivery_date"].to_pylist()))
    days = {day.day: day for day in delivered_days(vendor, contracts, lake.read("deliveries", vendor, published))}
    explained: list[ExplainedUse] = []
    for day in (day for day in found if day in days):
        at = as_of or _published_at(lake, vendor, day) or days[day].deadline_at.replace(tzinfo=UTC)
        with judge.session(vendor, contracts, [days[day]], as_of=at, until="verdicts") as session:
            explained += _uses(session, judge, lead_id)
    return [use for use in explained if channel is None or use.channel in (channel, None)]


def _published_at(lake: Lake, vendor: str, day: date) -> datetime | None:
    if day not in lake.published_days(vendor, "scorecards"):
        return None
    known_at = lake.facts(vendor, day, "scorecards").get("known_at")
    return datetime.fromisoformat(known_at).replace(tzinfo=UTC) if known_at else None


def _uses(session: Session, judge: Judge, lead_id: str) -> Iterator[ExplainedUse]:
    reference = lead_id.replace("'", "''")
    lead = _one(session, f"{_LEAD} where lead_id = '{reference}'")
    delivery = _one(session, _DELIVERY)
    uses = session.fetch(f"{_USE} where d.lead_id = '{reference}' order by d.channel").to_pylist()
    verdicts = session.fetch(f"select channel, verdict from verdicts where lead_id = '{reference}'").to_pylist()
    by_channel = {row["channel"]: row["verdict"] for row in verdicts}
    shared = [*_applied(judge.judgement.lead, lead), *_applied(judge.judgement.delivery, delivery)]
    for use in uses or [{"channel": None}]:
        rules = (*_applied(judge.judgement.lead_use, use), *shared) if uses else tuple(shared)
        yield ExplainedUse(
            vendor=str(lead["vendor"]),
            delivery_date=lead["delivery_date"],
            lead_id=lead_id,
            channel=use["channel"],
            verdict=by_channel.get(use["channel"], "no lead use"),
            known_at=lead["known_at"],
            is_final=lead["is_final"],
            rules=tuple(sorted(rules, key=lambda applied: applied.rule.id)),
        )


def _one(session: Session, sql: str) -> dict[str, Any]:
    row: dict[str, Any] = session.fetch(sql).to_pylist()[0]
    return row


def _applied(rules: Sequence[CompiledRule], row: Mapping[str, Any]) -> list[AppliedRule]:
    codes = {rule.id: Code(row[f"f_{rule.id}"]) for rule in rules}
    return [
        AppliedRule(
            rule=rule,
            outcome=WORDS[codes[rule.id]],
            inputs={name: row[name] for name in sorted(rule.columns)},
            why=_why(rule, codes, row),
        )
        for rule in rules
    ]


def _why(rule: CompiledRule, codes: Mapping[str, Code], row: Mapping[str, Any]) -> str:
    code = codes[rule.id]
    if code is Code.NOT_APPLICABLE:
        return _why_not_applicable(rule, codes, row)
    if code is Code.PASS:
        return f"holds: {rule.card.pass_when}"
    if code is Code.FAIL:
        return f"does not hold: {rule.card.pass_when}"
    missing = ", ".join(name for name in sorted(rule.columns) if row[name] is None) or "the fact"
    if code is Code.NOT_PROVEN:
        return f"not proven at the deadline: missing {missing}"
    return f"undecided: missing {missing}"


def _why_not_applicable(rule: CompiledRule, codes: Mapping[str, Code], row: Mapping[str, Any]) -> str:
    card = rule.card
    unmet = [f"{needed} is {WORDS[codes[needed]]}" for needed in card.needs if codes[needed] is not Code.PASS]
    if unmet:
        return "needs more: " + ", ".join(unmet)
    if card.channels and row.get("channel") not in card.channels:
        return f"not for channel {row.get('channel')}"
    if "audience" in row and row["audience"] not in card.audiences:
        return f"not for audience {row['audience']}"
    used_on, period = row["used_on"], card.in_force
    if (period.from_ and used_on < period.from_) or (period.to and used_on > period.to):
        return f"not in force on {used_on}"
    return f"only when {card.applies_when}"
