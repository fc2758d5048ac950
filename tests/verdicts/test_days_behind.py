"""A lead is explained from few days of a long history, in the words that the whole of it would give."""

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.contracts.contract import Contract
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.oppositions.snapshot import refresh_snapshot
from pipelines.storage.lake import Lake
from pipelines.verdicts.days_behind import days_behind, from_days_behind
from pipelines.verdicts.explain import ExplainedUse, explain, explained_uses
from pipelines.verdicts.explained_words import explanation
from pipelines.verdicts.judge import Judge, Reach, delivered_days
from pipelines.vocabulary.tables import INTAKE_TABLES, arrow_schema
from pipelines.wording.words import words
from tests.support.clean_market import MONDAY, VENDOR, CleanMarket, contract_text, lead, proof
from tests.support.contract_files import read_contract, shipped_catalogue, write
from tests.support.usable_market import oppose

ENGINE: Final = DuckDBEngine(threads=1)
DAYS: Final = [MONDAY - timedelta(days=number) for number in range(9, -1, -1)]
QUIET, FIRST, AGAIN, CONSENT, REUSED, UNNAMED, LATER, CHAINED, THIRD, SEVENTH = DAYS
LONG_AFTER: Final = datetime(2026, 10, 20, 8, tzinfo=UTC)
DOSSIERS: Final = ("dossier", "lead_dossier", "delivery_dossier")
"""Of these a judgement is made, row by row, or from the rows of one lead."""

SEED: Final = 1
KINDS: Final = 40
"""Of a random history: how many values a reference or key has; the fewer, the more often days meet."""

SOLD: Final = {
    QUIET: lead(1, QUIET),
    FIRST: lead(2, FIRST),
    AGAIN: lead(2, AGAIN, lead_id="L-20", consent_id="C-20"),
    CONSENT: lead(3, CONSENT),
    REUSED: lead(4, REUSED, consent_id="{c-3}"),
    UNNAMED: lead(6, UNNAMED, consent_id=""),
    LATER: lead(7, LATER),
    CHAINED: lead(9, CHAINED, consent_id="C-6"),
    THIRD: lead(10, THIRD),
    SEVENTH: lead(11, SEVENTH),
}
TOLD: Final = {
    QUIET: [proof(1, QUIET)],
    FIRST: [proof(2, FIRST)],
    CONSENT: [proof(3, CONSENT)],
    LATER: [proof(6, UNNAMED, lead_id="", phone=""), proof(7, LATER)],
    SEVENTH: [proof(11, SEVENTH)],
}
BEHIND: Final = {
    QUIET: (QUIET,),
    FIRST: (FIRST, AGAIN),
    AGAIN: (FIRST, AGAIN),
    CONSENT: (CONSENT, REUSED),
    REUSED: (CONSENT, REUSED),
    UNNAMED: (UNNAMED, LATER, CHAINED),
    LATER: (LATER,),
    CHAINED: (UNNAMED, LATER, CHAINED),
    THIRD: (THIRD,),
    SEVENTH: (THIRD, SEVENTH),
}
"""By day of a lead: the same person; the same consent, however it is written; a proof that came later by e-mail, and
who else has its consent; the manifest before, from which numbers are missing."""


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> CleanMarket:
    market = CleanMarket(tmp_path_factory.mktemp("home"), first=QUIET)
    for day, sold in SOLD.items():
        market.deliver([sold], "leads.csv", day)
    for day, told in TOLD.items():
        market.deliver(told, "proofs.csv", day)
    market.announce(["leads.csv"], 3, THIRD)
    market.announce(["leads.csv", "proofs.csv"], 7, SEVENTH)
    market.take_in(until=SEVENTH)
    oppose(market.house, market.home, "personne11@mail.example,email,all", datetime(2026, 9, 1, tzinfo=UTC))
    refresh_snapshot(market.house.registry, market.house.lake)
    return market


def behind_of(lake: Lake, day: date) -> tuple[date, ...]:
    (found,) = days_behind(ENGINE, lake, VENDOR, SOLD[day]["lead_id"]).items()
    assert found[0] == day
    return found[1]


def test_only_days_that_share_a_person_a_reference_or_a_count_are_behind_a_day(market: CleanMarket) -> None:
    assert {day: behind_of(market.house.lake, day) for day in DAYS} == BEHIND
    assert days_behind(ENGINE, market.house.lake, VENDOR, "L-99") == {}
    assert days_behind(ENGINE, market.house.lake, VENDOR, "L-1", on=FIRST) == {}


@pytest.mark.parametrize(
    ("day", "decides"),
    [
        (QUIET, None),
        (AGAIN, "lead_duplicate"),
        (REUSED, "proof_reused_across_persons"),
        (UNNAMED, None),
        (SEVENTH, "sequence_gap"),
    ],
)
def test_what_is_said_of_a_lead_is_what_all_days_together_say(
    market: CleanMarket, day: date, decides: str | None
) -> None:
    house, lead_id = market.house, SOLD[day]["lead_id"]
    contracts = house.contracts([VENDOR]).of(VENDOR)
    judge = Judge(engine=ENGINE, lake=house.lake, catalogue=shipped_catalogue())
    found = explain(judge, house.lake, contracts, VENDOR, lead_id)
    expected = of_all_days(judge, house.lake, contracts, day, lead_id)
    assert found == expected
    assert all({one.rule.id for one in use.rules if one.is_found} >= ({decides} - {None}) for use in found)
    say = words("fr")
    assert [*explanation(found, say, judge.catalogue)] == [*explanation(expected, say, judge.catalogue)]


def of_all_days(
    judge: Judge, lake: Lake, contracts: tuple[Contract, ...], day: date, lead_id: str
) -> list[ExplainedUse]:
    deliveries = lake.read("deliveries", VENDOR, lake.published_days(VENDOR))
    (asked,) = (one for one in delivered_days(VENDOR, contracts, deliveries) if one.day == day)
    deadline = asked.deadline_at.replace(tzinfo=UTC)
    with judge.session(VENDOR, [asked], as_of=deadline, until="verdicts") as session:
        return list(explained_uses(session, judge, asked.contract, [lead_id]))


def test_a_damaged_day_is_left_out_whether_or_not_it_can_be_read(market: CleanMarket, tmp_path: Path) -> None:
    lake = Lake(Path(shutil.copytree(market.house.lake.root, tmp_path / "lake")))
    other = lake.partition("consent_proofs", VENDOR, CONSENT)
    pq.write_table(pq.read_table(other, partitioning=None).slice(0, 0), other)
    assert behind_of(lake, REUSED) == (REUSED,)
    lake.partition("leads", VENDOR, FIRST).write_bytes(b"no Parquet")
    assert behind_of(lake, REUSED) == (REUSED,)
    assert behind_of(lake, AGAIN) == (AGAIN,)
    assert days_behind(ENGINE, lake, VENDOR, "L-2") == {}


def test_of_a_random_history_the_days_behind_make_the_same_dossiers(tmp_path: Path) -> None:
    """References in several spellings, keys and instants by chance, so that days meet in every way that they can."""
    contract = read_contract(write(tmp_path / "contracts", contract_text(), VENDOR))
    lake, left_out = random_history(tmp_path / "lake", Random(SEED)), 0
    judge = Judge(engine=ENGINE, lake=lake, catalogue=shipped_catalogue())
    expected = dossiers(judge, contract, lake, DAYS)
    for day in DAYS:
        (behind,) = days_behind(ENGINE, lake, VENDOR, f"only {day}").values()
        found = dossiers(judge, contract, lake.as_found_of(VENDOR, behind), [day])
        assert found == {(table, one): rows for (table, one), rows in expected.items() if one == day}
        left_out += len(DAYS) - len(behind)
    assert left_out > 0, "where every day is behind every other nothing is tested"


@pytest.mark.parametrize("days", [DAYS[-1:], [DAYS[2], DAYS[5]]])
def test_days_of_a_random_history_come_out_the_same_from_the_days_behind_them(tmp_path: Path, days: list[date]) -> None:
    contract = read_contract(write(tmp_path / "contracts", contract_text(), VENDOR))
    lake = random_history(tmp_path / "lake", Random(SEED)).as_found()
    judge = Judge(engine=ENGINE, lake=lake, catalogue=shipped_catalogue())
    deliveries = lake.read("deliveries", VENDOR, DAYS)
    delivered = {one.day: one for one in delivered_days(VENDOR, (contract,), deliveries)}
    whole = Reach(VENDOR, lake, deliveries, delivered, tuple(days))
    few = from_days_behind(ENGINE, whole)
    assert {*days} <= {*few.lake.published_days(VENDOR)} < {*DAYS}
    assert judged_from(judge, few) == judged_from(judge, whole)


def judged_from(judge: Judge, reach: Reach) -> dict[date, tuple[dict[str, list[str]], dict[str, str]]]:
    """By day, the rows that are published of it in no order, and what is noted."""
    with judge.judging(reach, as_of=LONG_AFTER) as judged:
        return {
            one.day: ({name: sorted(map(str, rows.to_pylist())) for name, rows in one.tables.items()}, one.facts)
            for one in judged.days()
        }


def dossiers(judge: Judge, contract: Contract, lake: Lake, days: list[date]) -> dict[tuple[str, date], list[str]]:
    """By table and day, the rows of some days, without the numbers that say their order alone."""
    delivered = delivered_days(VENDOR, (contract,), lake.read("deliveries", VENDOR, days))
    with judge.reading(lake).session(VENDOR, delivered, as_of=LONG_AFTER, until="delivery_dossier") as session:
        told = {table: session.fetch(f"select * from {table}").to_pylist() for table in DOSSIERS}
    return {
        (table, day): sorted(
            str({name: value for name, value in row.items() if name not in ("lead_no", "proof_no")})
            for row in rows
            if row["delivery_date"] == day
        )
        for table, rows in told.items()
        for day in days
    }


def random_history(root: Path, chance: Random) -> Lake:
    """Ten days of three leads, three proofs and an objection that can't be read; on some days a numbered manifest."""
    lake = Lake(root)
    with lake.writing(VENDOR):
        for day in DAYS:
            lake.publish(VENDOR, day, {table: _rows_by_chance(chance, table, day) for table in INTAKE_TABLES})
    return lake


def _rows_by_chance(chance: Random, table: str, day: date) -> pa.Table:
    at = datetime(day.year, day.month, day.day, 8)

    def some(kind: str, *, is_filled: bool = False) -> str | None:
        number = chance.randrange(1, KINDS)
        spelt = chance.choice((f"{kind}-{number}", f"{{{kind}-{number}}}", f"{kind.upper()}-{number}"))
        return spelt if is_filled or chance.random() < 0.6 else None

    def moment(days: float = 6.0) -> datetime:
        return at + timedelta(days=chance.uniform(-1, days))

    def key(kind: str) -> str | None:
        return f"{kind} {chance.randrange(KINDS)}" if chance.random() < 0.6 else None

    def keyed(*, is_lead_filled: bool = False, is_consent_filled: bool = False) -> dict[str, Any]:
        return {
            "lead_id": some("lead", is_filled=is_lead_filled),
            "consent_id": some("consent", is_filled=is_consent_filled),
            "email_key": key("email"),
            "phone_key": key("phone"),
        }

    of_table: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "deliveries": lambda: [
            {"file_digest": f"f {day}", "file_name": "leads.csv", "role": "leads", "status": "accepted",
             "delivered_at": at, "received_at": at, "is_received_at_assumed": False},
            *([{"file_name": "manifest.json", "role": "manifest", "status": "accepted",
                "sequence": chance.randrange(20)}] if chance.random() < 0.4 else []),
        ],
        "leads": lambda: [
            {**keyed(is_lead_filled=True), **({"lead_id": f"only {day}"} if number == 0 else {}),
             "collected_at": at, "delivered_at": at, "invalid_fields": []}
            for number in range(3)
        ],
        "consent_proofs": lambda: [
            {**keyed(is_consent_filled=True), "decision": chance.choice(("given", "given", "refused")),
             "consent_at": moment(1), "received_at": moment(), "channels": ["email", "phone"],
             "withdrawn_at": chance.choice((None, None, moment())), "replaced_at": chance.choice((None, moment())),
             "corrected_at": chance.choice((None, moment())),
             "invalid_fields": chance.choice(([], ["withdrawn_at"]))}
            for _ in range(3)
        ],
        "unread_objections": lambda: [
            {**keyed(), "received_at": moment(), "is_refusal": chance.choice((None, True, False)),
             "is_withdrawal": chance.choice((None, True, False))}
        ],
    }  # fmt: skip
    rows = of_table[table]() if table in of_table else []
    numbered = [{"vendor": VENDOR, "delivery_date": day, "file_digest": f"{table} {day}", "row_number": number, **row}
                for number, row in enumerate(rows, 1)]  # fmt: skip
    schema = arrow_schema(table)
    return pa.Table.from_pylist(
        [{name: value for name, value in row.items() if name in schema.names} for row in numbered], schema
    )
