"""Why a lead was judged as it was: every rule, its inputs, its outcome, in words. Printing belongs to the command."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

import pyarrow.compute as pc

from pipelines.contracts.contract import Contract
from pipelines.engines.interface import Session, text_in_sql
from pipelines.rulebook.compiler import Code, CompiledRule
from pipelines.rulebook.judgement import Judgement
from pipelines.storage.kept_corrections import standing_corrections
from pipelines.storage.lake import Lake
from pipelines.verdicts.days_behind import days_behind
from pipelines.verdicts.judge import DAY_COLUMNS, Judge, delivered_days
from pipelines.verdicts.missing_parts import MissingPart, missing_parts
from pipelines.vocabulary.clock import civil_days_after
from pipelines.vocabulary.words import CORRECTION_CAUSES

_LEAD: Final = """
    select d.*, j.* exclude (lead_no)
    from lead_dossier as d inner join ({judged}) as j using (lead_no)"""
_DELIVERY: Final = """
    select d.*, j.* exclude (delivery_date)
    from delivery_dossier as d inner join ({judged}) as j using (delivery_date)"""
_USE: Final = """
    select d.*, j.* exclude (lead_no, channel, proof_no)
    from dossier as d
    inner join ({judged}) as j
        on d.lead_no = j.lead_no and d.channel = j.channel and d.proof_no is not distinct from j.proof_no"""
EXPIRY: Final = "consent_expires_at"
STRICT_YEAR: Final = 365
"""Days of a year, read strictly."""
WORDS: Final = {
    Code.PASS: "pass",
    Code.FAIL: "fail",
    Code.UNKNOWN: "unknown",
    Code.OWED: "unknown",
    Code.NOT_PROVEN: "fail",
    Code.NOT_APPLICABLE: "not applicable",
}
_DECIDED: Final = (Code.PASS, Code.FAIL, Code.NOT_APPLICABLE)
"""Outcomes that rest on what was delivered."""


@dataclass(frozen=True)
class AppliedRule:
    """One rule on one lead use, or on its lead or delivery."""

    rule: CompiledRule
    outcome: str
    code: Code
    inputs: Mapping[str, Any]
    why: str
    missing: tuple[MissingPart, ...] = ()
    """What was not delivered, where the outcome is open or not proven."""
    waits_on: str | None = None
    """Who owes the missing fact, where the outcome is open or not proven."""

    @property
    def is_found(self) -> bool:
        """Whether the rule fails or has no answer."""
        return self.code not in (Code.PASS, Code.NOT_APPLICABLE)


class Correction(NamedTuple):
    """What became known of a lead use after its verdict was final; a verdict is None where there was no such use."""

    known_at: datetime
    """Zone-less UTC."""
    cause: str
    from_verdict: str | None
    to_verdict: str | None
    attributable_to: str
    rules: Sequence[str]
    """Those that fail or have no answer on one side alone."""


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
    corrections: tuple[Correction, ...] = ()
    """In the order in which they followed one another."""
    unread_count: int = 0
    """Oppositions of the person that count by then and that no run has read: see `comparisons.out_of_date`."""
    published_as: str | None = None
    """The verdict that is published, where it is another."""

    @property
    def deciding(self) -> tuple[AppliedRule, ...]:
        """The rules that decide the verdict: blocking ones that fail; where none does, those without an answer."""
        blocking = [one for one in self.rules if one.is_found and one.rule.card.severity == "blocking"]
        return tuple(one for one in blocking if one.outcome == "fail") or tuple(blocking)

    @property
    def others_found(self) -> tuple[AppliedRule, ...]:
        """The other rules that fail or have no answer."""
        return tuple(one for one in self.rules if one.is_found and one not in self.deciding)

    @property
    def stricter_expiry(self) -> datetime | None:
        """Where the year that a consent lasts is counted as 365 days, when it expires; None where that is no sooner.

        The law says *un an*; we count a calendar year. UTC, zone-less; only for rules that hold until the expiry.
        """
        capped = [
            one for one in self.rules if one.rule.card.holds_until == EXPIRY and one.code is not Code.NOT_APPLICABLE
        ]
        for inputs in (one.inputs for one in capped):
            given_at, expires_at = inputs["consent_at"], inputs[EXPIRY]
            if given_at is not None and expires_at is not None:
                strictly = civil_days_after(given_at, STRICT_YEAR)
                return strictly if strictly < expires_at else None
        return None


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
    behind = days_behind(judge.engine, lake, vendor, lead_id, on=on)
    deliveries = lake.read("deliveries", vendor, list(behind), DAY_COLUMNS)
    explained: list[ExplainedUse] = []
    for day in delivered_days(vendor, contracts, deliveries):
        at = as_of or _published_at(lake, vendor, day.day) or day.deadline_at.replace(tzinfo=UTC)
        reading = judge.reading(lake.as_found_of(vendor, behind[day.day]))
        with reading.session(vendor, [day], as_of=at, until="verdicts") as session:
            explained += explained_uses(session, judge, day.contract, [lead_id])
    found_since = _corrections_by_use(lake, vendor, lead_id, as_of)
    return [
        replace(use, corrections=found_since.get((use.delivery_date, use.channel), ()))
        for use in explained
        if channel is None or use.channel in (channel, None)
    ]


def _corrections_by_use(
    lake: Lake, vendor: str, lead_id: str, as_of: datetime | None
) -> dict[tuple[date, str | None], tuple[Correction, ...]]:
    """What is published of a lead beside its verdicts; as of an instant (aware), what was known by then."""
    table = standing_corrections(lake, vendor, as_of)
    found: dict[tuple[date, str | None], tuple[Correction, ...]] = {}
    rows = table.filter(pc.equal(table["lead_id"], lead_id)).to_pylist()
    for row in sorted(rows, key=lambda row: (row["known_at"], CORRECTION_CAUSES.index(row["cause"]))):
        use = row["delivery_date"], row["channel"]
        told = {name: row[name] for name in Correction._fields}
        found[use] = (*found.get(use, ()), Correction(**told))
    return found


def _published_at(lake: Lake, vendor: str, day: date) -> datetime | None:
    if not lake.is_whole(vendor, day, "scorecards"):
        return None
    known_at = lake.facts(vendor, day, "scorecards").get("known_at")
    return datetime.fromisoformat(known_at).replace(tzinfo=UTC) if known_at else None


def explained_uses(
    session: Session, judge: Judge, contract: Contract, lead_ids: Sequence[str]
) -> Iterator[ExplainedUse]:
    """Every use of some leads of a day, in a session in which its judgement stands, on whichever clock."""
    quoted = ", ".join(map(text_in_sql, lead_ids))
    asked, rules_of = f"where lead_id in ({quoted})", judge.judgement
    leads = _rows_by_lead(_judged_rows(session, _LEAD, rules_of, "lead", asked))
    (delivery,) = _judged_rows(session, _DELIVERY, rules_of, "delivery")
    uses = _rows_by_lead(_judged_rows(session, _USE, rules_of, "lead_use", f"{asked} order by channel"))
    said = session.fetch(f"select lead_id, channel, verdict from verdicts {asked}").to_pylist()
    verdicts = _rows_by_lead(said)
    of_delivery = tuple(_applied(rules_of.delivery, delivery, contract))
    for lead_id in lead_ids:
        (lead,) = leads[lead_id]
        by_channel = {row["channel"]: row["verdict"] for row in verdicts.get(lead_id, ())}
        shared = [*_applied(rules_of.lead, lead, contract), *of_delivery]
        for use in uses.get(lead_id) or [{"channel": None}]:
            own = _applied(rules_of.lead_use, use, contract) if use["channel"] is not None else ()
            yield ExplainedUse(
                vendor=str(lead["vendor"]),
                delivery_date=lead["delivery_date"],
                lead_id=lead_id,
                channel=use["channel"],
                verdict=by_channel.get(use["channel"], "no lead use"),
                known_at=lead["known_at"],
                is_final=lead["is_final"],
                rules=tuple(sorted([*own, *shared], key=lambda applied: applied.rule.id)),
            )


def _rows_by_lead(rows: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["lead_id"], []).append(row)
    return found


def _judged_rows(
    session: Session, dossier: str, judgement: Judgement, grain: str, narrowed: str = ""
) -> list[dict[str, Any]]:
    """Rows of a grain's dossier with its outcomes, and what is missing and who owes it, by rule that is open in any.

    Of all rules it would be asked in vain: planning that takes longer than to ask once more.
    """
    judged = f"from ({dossier.format(judged=judgement.judged(grain))}) as judged {narrowed}"
    rows: list[dict[str, Any]] = session.fetch(f"select judged.* {judged}").to_pylist()
    more = [
        f", {rule.missing} as missing_{rule.id}, {rule.pending_on} as debtor_{rule.id}"
        for rule in judgement.grains[grain]
        if any(row[f"f_{rule.id}"] not in _DECIDED for row in rows)
    ]
    return session.fetch(f"select judged.*{''.join(more)} {judged}").to_pylist() if more else rows


def _applied(rules: Sequence[CompiledRule], row: Mapping[str, Any], contract: Contract) -> list[AppliedRule]:
    codes = {rule.id: Code(row[f"f_{rule.id}"]) for rule in rules}
    return [
        AppliedRule(
            rule=rule,
            outcome=WORDS[codes[rule.id]],
            code=codes[rule.id],
            inputs={name: row[name] for name in sorted(rule.columns)},
            why=_why(rule, codes, row),
            **_open_answer(rule, codes[rule.id], row, contract),
        )
        for rule in rules
    ]


def _open_answer(rule: CompiledRule, code: Code, row: Mapping[str, Any], contract: Contract) -> dict[str, Any]:
    if code in _DECIDED:
        return {}
    missing = tuple(missing_parts(row[f"missing_{rule.id}"], contract))
    return {"missing": missing, "waits_on": row[f"debtor_{rule.id}"]}


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
