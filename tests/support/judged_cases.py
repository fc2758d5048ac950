"""Cases judged by the product: their facts become the tables that a judgement reads, and its statements run once.

Each case has a day and a contract of its own. What is found by comparing leads with one another is given, so that a
case can be told alone; whose proof it is, what stands against it, and all that depends on instants is worked out.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

import pyarrow as pa

from pipelines.contracts.sectors import SECTOR_BANS
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.rulebook.card import Example
from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.compiler import Code, CompiledRule
from pipelines.rulebook.expressions import columns_of, parse_condition
from pipelines.rulebook.judgement import Judgement, judgement_of
from pipelines.rulebook.lead_dossier import BY_NAME, COLUMNS
from pipelines.rulebook.rule_table import rule_numbers
from pipelines.verdicts.day_terms import DAY_TERMS, FORM_REVIEWS
from pipelines.verdicts.examples import example_outcomes
from pipelines.verdicts.working_days import callback_ends
from pipelines.vocabulary.tables import arrow_schema
from pipelines.vocabulary.words import AUDIENCES, CHANNELS
from tests.support.plain_judge.cases import Case, Facts, Noted

WORDS: Final[Mapping[int, str]] = {
    Code.FAIL: "fail", Code.PASS: "pass", Code.UNKNOWN: "unknown", Code.OWED: "unknown", Code.NOT_PROVEN: "unknown",
    Code.NOT_APPLICABLE: "not_applicable",
}  # fmt: skip
ASKED: Final = pa.schema(
    {"lead_id": pa.string(), "channel": pa.string(), "is_duplicate": pa.bool_(), "is_contradicted": pa.bool_(),
     "is_reused": pa.bool_(), "other_form": pa.bool_()}
)  # fmt: skip
GIVEN: Final = {
    "duplicates": "select lead_no from leads inner join asked using (lead_id) where is_duplicate",
    "reused_consents": "select lead_no from leads inner join asked using (lead_id) where is_reused",
    "contradictions": "select lead_no from leads inner join asked using (lead_id) where is_contradicted",
    "lead_uses": "select lead_no, channel from leads inner join asked using (lead_id)",
    "other_forms": """
        select lead_no, case when other_form then 'other ' || lead_id end as identity_key
        from leads inner join asked using (lead_id)
        where other_form is not false""",
    "delivery_outcomes": "select * from lead_outcomes where false",
}
"""Steps that compare leads, and channels that a use exists for: as the case says."""
OF_DELIVERIES: Final = ("missing_sequences", "old_consents", "delivery_dossier")
LONG_AGO: Final = datetime(2010, 1, 1)
ACT: Final = datetime(2026, 10, 5, 8, tzinfo=UTC)
"""Every law is in force."""


def judged_cases(
    catalogue: Catalogue, cases: Sequence[Case], columns: Sequence[str] = (), shuffled_by: Random | None = None
) -> list[dict[str, Any]]:
    """By case, in order: `outcome.<rule>`, `verdict`, and some columns of the dossier of a use.

    `shuffled_by`: puts the rows of every table that is read into another order.
    """
    judgement = judgement_of(catalogue)
    with DuckDBEngine(threads=1).session() as session:
        for name, table in _tables(cases).items():
            session.register(name, table if shuffled_by is None else _shuffled(table, shuffled_by))
        session.register("callback_ends", callback_ends())
        session.register("rules", judgement.rules)
        for step in judgement.steps:
            if step.name in OF_DELIVERIES:
                continue
            session.create(step.name, GIVEN.get(step.name, step.sql), is_view=step.is_view)
            if step.name == "patterned_uses":
                break
        rows = session.fetch(_told(judgement, columns)).to_pylist()
    return [{name: WORDS.get(value, value) if name.startswith("outcome.") else value for name, value in row.items()}
            for row in rows]  # fmt: skip


def _shuffled(table: pa.Table, chance: Random) -> pa.Table:
    places = list(range(len(table)))
    chance.shuffle(places)
    return table.take(pa.array(places, pa.int64()))


def _told(judgement: Judgement, columns: Sequence[str]) -> str:
    return f"""
        select
            {"".join(f"dossier.{name}, " for name in columns)}
            of_use.* exclude (pattern_no), of_lead.* exclude (pattern_no), pattern.verdict
        from patterned_uses as use
        inner join patterns as pattern on use.pattern_no = pattern.pattern_no
        inner join dossier
            on use.lead_no = dossier.lead_no and use.proof_no is not distinct from dossier.proof_no
        inner join {_side_by_side(judgement, "lead_use", "alone")} as of_use on use.pattern_no = of_use.pattern_no
        inner join {_side_by_side(judgement, "lead", "code")} as of_lead on use.lead_pattern_no = of_lead.pattern_no
        order by cast(substr(dossier.lead_id, 2) as integer)"""


def _side_by_side(judgement: Judgement, grain: str, code: str) -> str:
    numbers = rule_numbers(judgement.grains)
    told = "".join(
        f', max(case when rule_no = {numbers[rule.id]} then {code} end) as "outcome.{rule.id}"'
        for rule in judgement.grains[grain]
    )
    return f"(select pattern_no{told} from pattern_outcomes group by pattern_no)"


def judged_deliveries(catalogue: Catalogue, deliveries: Sequence[Facts]) -> list[dict[str, str]]:
    """By delivery, in order: outcomes by rule. A delivery is its dossier, and `number`."""
    rules = judgement_of(catalogue).delivery
    columns = ", ".join(f"{rule.outcome} as {rule.id}" for rule in rules)
    with DuckDBEngine(threads=1).session() as session:
        session.register("dossier", pa.Table.from_pylist(list(deliveries)))
        rows = session.fetch(f"select {columns} from dossier order by number").to_pylist()
    return [{rule: WORDS[code] for rule, code in row.items()} for row in rows]


def blank_outcomes(catalogue: Catalogue, origins: Sequence[str]) -> dict[str, set[str]]:
    """What each rule on a use says where every column of some origins is NULL, whoever the lead is.

    Rules whose condition reads no such column are left out.
    """
    blank = {column.name: None for column in COLUMNS if column.origin in origins}
    asking = {"is_digest_asked": True, "is_double_optin_required": True, "used_at": ACT}
    examples = [
        Example(why="blank", expect="unknown", given=blank | asking | {"audience": who, "channel": how, "sector": what})
        for who, how, what in product(AUDIENCES, CHANNELS, ("other", "press", "insurance", *SECTOR_BANS))
    ]
    rules = [rule for rule in judgement_of(catalogue).lead_use if _asks(rule, catalogue, origins)]
    return {rule.id: set(example_outcomes(rule, examples, DuckDBEngine(threads=1))) for rule in rules}


def _asks(rule: CompiledRule, catalogue: Catalogue, origins: Sequence[str]) -> bool:
    condition = parse_condition(rule.card.pass_when, grain=rule.card.grain, parameters=catalogue.parameters)
    return any(BY_NAME[name].origin in origins for name in columns_of(condition))


def _tables(cases: Sequence[Case]) -> dict[str, pa.Table]:
    rows: dict[str, list[Facts]] = {name: [] for name in (*_READ, "clocks", "form_reviews", "asked")}
    for number, case in enumerate(cases):
        for name, found in _rows(number, case).items():
            rows[name] += found
    schemas = {name: arrow_schema(table) for name, table in _READ.items()}
    schemas |= {"clocks": DAY_TERMS, "form_reviews": FORM_REVIEWS, "asked": ASKED}
    return {name: pa.Table.from_pylist(found, schema=schemas[name]) for name, found in rows.items()}


_READ: Final = {
    "all_leads": "leads", "all_deliveries": "deliveries", "all_proofs": "consent_proofs", "oppositions": "oppositions",
    "all_unread_objections": "unread_objections", "all_rejected_rows": "rejected_rows",
}  # fmt: skip


def _rows(number: int, case: Case) -> dict[str, list[Facts]]:
    place = {"vendor": "acme", "delivery_date": date(1970, 1, 1) + timedelta(days=number), "file_digest": f"f{number}"}
    received = {**place, "delivered_at": case.used_at}
    no_of = {"invalid_fields": [], "row_number": 2}
    refused = [one for one in case.refusals if one.is_sure]
    perhaps = [one for one in case.refusals if not one.is_sure]
    return {
        "all_leads": [{**received, "row_number": 1, **case.lead}],
        "all_deliveries": [{**received, "file_name": "l", "role": "leads", "status": "accepted"}],
        "all_proofs": [
            *([{**place, "row_number": 1, **case.record}] if case.record else []),
            *({**place, "row_number": 3, **one} for one in case.more_records),
            *({**place, **no_of, **_no(case.lead, one), "decision": "refused", "consent_at": one.said_at}
              for one in refused),
        ],
        "all_unread_objections": [
            *({**place, "row_number": 1, **_no(case.lead, one), "is_refusal": None, "is_withdrawal": False}
              for one in perhaps),
            *({**place, "row_number": 2, **_no(case.lead, one), "is_refusal": False,
               "is_withdrawal": True if one.is_sure else None} for one in case.withdrawals),
        ],
        "oppositions": [row for one in case.oppositions for row in _opposition(case, one)]
        + ([_objected(f"other {case.lead['lead_id']}")] if case.seen["is_opposed_in_other_form"] else []),
        "clocks": [_terms(case, received)],
        "form_reviews": [{"contract_digest": place["file_digest"], **case.form}] if case.form else [],
        "asked": [
            {
                "lead_id": case.lead["lead_id"],
                "channel": case.channel,
                "is_duplicate": case.seen["is_duplicate"],
                "is_contradicted": case.seen["has_contradicting_records"],
                "is_reused": case.seen["is_consent_of_other_person"],
                "other_form": case.seen["is_opposed_in_other_form"],
            }
        ],
    }  # fmt: skip


def _no(lead: Facts, said: Noted) -> Facts:
    names = ("email_key", "phone_key")
    by = {"lead_id": lead["lead_id"]} if said.is_by_reference else {name: lead[name] for name in names}
    channels = None if said.channels is None else list(said.channels)
    return {"channels": channels, "objected_at": said.said_at, "received_at": said.known_since, **by}


def _objected(key: str) -> Facts:
    return {
        "identity_key": key,
        "kind": "email_sha256",
        "channel": "all",
        "opposed_at": LONG_AGO,
        "recorded_at": LONG_AGO,
    }


def _opposition(case: Case, said: Noted) -> list[Facts]:
    """As the registry holds it: taking it back is a row more."""
    key = case.lead["phone_key"] or case.lead["email_key"]
    channel = "all" if said.channels is None else said.channels[0]
    row = {"identity_key": key, "kind": "phone", "channel": channel, "opposed_at": said.said_at}
    known = [{**row, "recorded_at": said.known_since}]
    if said.revoked_at is not None:
        known.append({**row, "recorded_at": said.revocation_known_since, "revoked_at": said.revoked_at})
    return known


def _terms(case: Case, received: Facts) -> Facts:
    limit = case.contract["max_lead_age"]
    return {
        **received,
        **{name: value for name, value in case.contract.items() if name in DAY_TERMS.names},
        "is_delivered_at_assumed": False,
        "is_day_clock": True,
        "used_at": case.used_at,
        "used_on": case.used_on,
        "known_at": case.known_at,
        "proofs_known_at": case.known_at,
        "objections_known_at": case.known_at,
        "oppositions_known_at": case.known_at,
        "known_on": case.known_at.replace(tzinfo=UTC).astimezone(ZoneInfo("Europe/Paris")).date(),
        "is_final": False,
        "contract_digest": received["file_digest"],
        "max_lead_age_seconds": None if limit is None else int(limit.total_seconds()),
        "suppression_delay_seconds": 0,
        "consent_max_age_months": 12,
    }
