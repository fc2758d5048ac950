"""One vendor's days judged under two catalogues, by the same knowledge: what flips, for whom, and what it is worth.

Both are judged anew: what is published may be of an older catalogue, and is left as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import pyarrow as pa

from pipelines.contracts.contract import Contract, contract_in_force
from pipelines.contracts.stages import is_live
from pipelines.dossiers.failed_leads import failed_leads
from pipelines.engines.interface import Engine, Session
from pipelines.scores.method import Method, Methods
from pipelines.scores.points import TOTAL
from pipelines.scores.standings import deliveries_by_date, vendor_standing
from pipelines.storage.lake import Lake
from pipelines.verdicts.claims import claims_on
from pipelines.verdicts.judge import Judge
from pipelines.vocabulary.clock import paris_date
from pipelines.vocabulary.tables import arrow_schema

JUDGED: Final = ("verdicts", "findings", "dimension_scorecards")
_FLIPS: Final = """
    with before as (
        select delivery_date, lead_id, channel, verdict, list_concat(failed_rules, unknown_rules) as rules
        from before_verdicts
    ),

    after as (
        select delivery_date, lead_id, channel, verdict, list_concat(failed_rules, unknown_rules) as rules
        from after_verdicts
    )

    select
        delivery_date,
        lead_id,
        channel,
        before.verdict as verdict_before,
        after.verdict as verdict_after,
        list_sort(list_filter(after.rules, lambda rule: not list_contains(before.rules, rule))) as rules_gained,
        list_sort(list_filter(before.rules, lambda rule: not list_contains(after.rules, rule))) as rules_lost
    from before
    inner join after using (delivery_date, lead_id, channel)
    where before.verdict <> after.verdict
    order by delivery_date, lead_id, channel
"""
"""Lead uses are the same under every catalogue: which there are is no rule's."""
_RULES: Final = """
    with sides as (
        select rule_id, outcome, 'before' as side from before_findings
        union all
        select rule_id, outcome, 'after' as side from after_findings
    )

    select
        rule_id,
        count(*) filter (side = 'before' and outcome = 'fail') as fails_before,
        count(*) filter (side = 'after' and outcome = 'fail') as fails_after,
        count(*) filter (side = 'before' and outcome = 'unknown') as unknown_before,
        count(*) filter (side = 'after' and outcome = 'unknown') as unknown_after
    from sides
    group by rule_id
    having fails_before <> fails_after or unknown_before <> unknown_after
    order by rule_id
"""


@dataclass(frozen=True)
class RuleChange:
    """How often a rule fails, and is unknown, under each catalogue."""

    rule_id: str
    fails_before: int
    fails_after: int
    unknown_before: int
    unknown_after: int


@dataclass(frozen=True)
class Side:
    """What one catalogue makes of the days as a whole."""

    points: float | None
    """Of the total, over the judged days that the contract's method counts; None without leads."""
    claimable: Decimal | None
    """What the contract lets us claim; None where no price says so."""


@dataclass(frozen=True)
class VendorCompared:
    """One vendor under two catalogues."""

    vendor: str
    uses_count: int
    before: Side
    after: Side
    currency: str
    rules: tuple[RuleChange, ...]
    """Those that differ, by id."""
    flips: pa.Table
    """Lead uses whose verdict differs, in order: delivery date, lead, channel, both verdicts, rules gained and lost."""
    by_verdict: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """How many of them, by verdict before and after."""


def compare_rules(
    engine: Engine,
    lake: Lake,
    judges: tuple[Judge, Judge],
    vendor: str,
    contracts: Sequence[Contract],
    days: Sequence[date],
    *,
    methods: Methods,
    as_of: datetime,
) -> VendorCompared:
    """A vendor's published days under the catalogues of two judges, as of an instant (timezone-aware).

    Raises:
        MethodError: the contract names a version of the method that is not there.
    """
    method = methods.of_contract(contracts, paris_date(as_of))
    before, after = (_judged_days(judge, vendor, contracts, days, as_of) for judge in judges)
    sides = [
        Side(
            _points_judged(tables["dimension_scorecards"], contracts, days, method, as_of),
            _claimable_judged(engine, lake, vendor, contracts, days, tables, as_of),
        )
        for tables in (before, after)
    ]
    with engine.session() as session:
        for name, tables in (("before", before), ("after", after)):
            for table in ("verdicts", "findings"):
                session.register(f"{name}_{table}", tables[table])
        flips = session.fetch(_FLIPS)
        rules = tuple(RuleChange(**row) for row in session.fetch(_RULES).to_pylist())
    contract = contract_in_force(tuple(contracts), paris_date(as_of))
    return VendorCompared(
        vendor=vendor,
        uses_count=before["verdicts"].num_rows,
        before=sides[0],
        after=sides[1],
        currency=contract.currency if contract else "EUR",
        rules=rules,
        flips=flips,
        by_verdict=_by_verdict(flips),
    )


def all_flips(compared: Sequence[VendorCompared]) -> pa.Table:
    """The flips of several vendors, each with its vendor before it."""
    tables = [
        one.flips.add_column(0, "vendor", pa.array([one.vendor] * one.flips.num_rows, pa.string())) for one in compared
    ]
    return pa.concat_tables(tables) if tables else pa.table({"vendor": pa.array([], pa.string())})


def _judged_days(
    judge: Judge, vendor: str, contracts: Sequence[Contract], days: Sequence[date], as_of: datetime
) -> dict[str, pa.Table]:
    """The tables of the days alone, though judging them reaches others."""
    wanted = set(days)
    found = [one for one in judge.judge(contracts, vendor, days, as_of=as_of) if one.day in wanted]
    return {
        table: pa.concat_tables([arrow_schema(table).empty_table(), *(day.tables[table] for day in found)])
        for table in JUDGED
    }


def _points_judged(
    scorecards: pa.Table, contracts: Sequence[Contract], days: Sequence[date], method: Method, as_of: datetime
) -> float | None:
    counts: dict[str, list[tuple[date, int, int]]] = {}
    for row in scorecards.to_pylist():
        line = (row["delivery_date"], row["leads_received"], row["leads_vendor_defective"])
        if is_live(contract_in_force(tuple(contracts), line[0]), line[0]):
            counts.setdefault(row["dimension"], []).append(line)
    contract = contract_in_force(tuple(contracts), max(days)) if days else None
    standings = vendor_standing(
        {name: deliveries_by_date(lines) for name, lines in counts.items()},
        contract.tolerances if contract else {},
        method.since(contracts, paris_date(as_of)),
        scoring=method.scoring,
        grading=method.grading,
    )
    return next((one.score.points for one in standings if one.score.dimension == TOTAL), None)


def _claimable_judged(
    engine: Engine,
    lake: Lake,
    vendor: str,
    contracts: Sequence[Contract],
    days: Sequence[date],
    tables: Mapping[str, pa.Table],
    as_of: datetime,
) -> Decimal | None:
    with engine.session() as session:
        session.register("findings", tables["findings"])
        session.register("verdicts", tables["verdicts"])
        session.register("corrections", arrow_schema("corrections").empty_table())
        session.register("deliveries", lake.read("deliveries", vendor, list(days)))
        return _claimable(session, contracts, as_of)


def _claimable(session: Session, contracts: Sequence[Contract], as_of: datetime) -> Decimal | None:
    grounds = {rule for contract in contracts for rule in contract.refusal_grounds}
    claims = claims_on(
        paris_date(as_of), failed_leads(session, grounds), lambda on: contract_in_force(tuple(contracts), on)
    )
    return claims.amount if claims else None


def _by_verdict(flips: pa.Table) -> dict[tuple[str, str], int]:
    counted = flips.group_by(["verdict_before", "verdict_after"]).aggregate([("lead_id", "count")]).to_pylist()
    return dict(sorted(((row["verdict_before"], row["verdict_after"]), row["lead_id_count"]) for row in counted))
