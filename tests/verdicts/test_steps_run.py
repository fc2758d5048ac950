"""However little is held at a time, the same is published, and nothing is held that nobody reads again."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.engines.duckdb import JOINED_ROWS, DuckDBEngine, DuckDBSession
from pipelines.engines.interface import Engine, EngineMemory
from pipelines.storage.lake import Lake
from pipelines.verdicts.judge import Judge
from pipelines.vocabulary.tables import VERDICT_TABLES
from tests.support.clean_market import MONDAY, VENDOR, CleanMarket, lead, proof
from tests.support.houses import forget_inputs, lake_bytes

TUESDAY = date(2026, 9, 8)
AS_OF = datetime(2026, 9, 20, 4, tzinfo=UTC)
LIMIT = 64 * 2**20
"""Of an engine: what its libraries need before any row, room for two threads that make some, and little else."""


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> CleanMarket:
    """Two days of leads: right ones, without a proof, refused, with two proofs, sold twice."""
    market = CleanMarket(tmp_path_factory.mktemp("steps"))
    for day, numbers in ((MONDAY, range(1, 8)), (TUESDAY, range(7, 12))):
        market.deliver([lead(number, day) for number in numbers], "leads.csv", day)
        proofs = [proof(number, day) for number in numbers if number != 2]
        proofs += [
            proof(3, day, consent_id="N-3", decision="refused"),
            proof(4, day, consent_id="D-4", channels="email"),
        ]
        market.deliver(proofs, "proofs.csv", day)
    market.reconcile(AS_OF, until=TUESDAY)
    return market


@pytest.fixture(autouse=True)
def _no_work_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the market published was: so both come to the same."""
    monkeypatch.setattr("pipelines.engines.duckdb.SMALL_BYTES", -1)


def judge_of(market: CleanMarket, engine: Engine) -> Judge:
    return Judge(engine=engine, lake=market.house.lake, catalogue=market.house.catalogue)


def assert_published_alike(market: CleanMarket, engine: Engine, folder: Path) -> None:
    """An engine judges Monday, and what it reaches, to the bytes that the market published."""
    house, lake, judge = market.house, Lake(folder), judge_of(market, engine)
    with judge.judging(judge.reach(house.contracts().of(VENDOR), VENDOR, [MONDAY]), as_of=AS_OF) as judged:
        assert [*judged.facts][-2:] == [MONDAY, TUESDAY]
        lake.publish_days(VENDOR, {table: judged.pieces(table) for table in VERDICT_TABLES}, judged.facts)
    for day in judged.facts:
        for table in VERDICT_TABLES:
            ours, published = (one.partition(table, VENDOR, day).read_bytes() for one in (lake, house.lake))
            assert ours == published
    assert house.lake.read("findings", VENDOR, [MONDAY]).num_rows


@pytest.mark.parametrize("joined_rows", [1, 5, JOINED_ROWS])
def test_a_day_has_the_same_bytes_in_portions_and_under_little_memory(
    market: CleanMarket, tmp_path: Path, joined_rows: int
) -> None:
    memory = EngineMemory(tmp_path / "spill", LIMIT)
    assert_published_alike(market, DuckDBEngine(threads=2, memory=memory, joined_rows=joined_rows), tmp_path / "lake")


@pytest.mark.parametrize("joined_rows", [5, JOINED_ROWS])
def test_a_day_has_the_same_bytes_where_each_statement_reads_its_files(
    market: CleanMarket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, joined_rows: int
) -> None:
    monkeypatch.setattr("pipelines.engines.duckdb.READ_AT_ONCE_BYTES", -1)
    assert_published_alike(market, DuckDBEngine(threads=2, joined_rows=joined_rows), tmp_path / "lake")


def test_nothing_is_held_that_no_published_table_is_made_of(market: CleanMarket) -> None:
    judge = judge_of(market, DuckDBEngine(threads=1, joined_rows=5))
    with judge.judging(judge.reach(market.house.contracts().of(VENDOR), VENDOR, [MONDAY]), as_of=AS_OF) as judged:
        assert isinstance(judged.session, DuckDBSession)
        held = judged.session.connection.sql("select table_name from duckdb_tables()").fetchall()
        columns = {name.rstrip("_0123456789") for (name,) in held if not name.endswith("_layout")}
    assert columns == {
        *(
            "all_leads",
            "lead_files",
            "terms",
            "duplicates",
            "reused_consents",
        ),  # of the leads, as far as they are in memory
        *("patterned_uses", "pattern_verdicts"),  # of the verdicts
        *("use_findings", "lead_findings", "delivery_findings"),
        *("scorecards", "dimension_scorecards"),
    }


def test_while_outcomes_are_made_neither_keys_nor_wide_rows_are_held(market: CleanMarket) -> None:
    judge = judge_of(market, DuckDBEngine(threads=1))
    days = [*judge.reach(market.house.contracts().of(VENDOR), VENDOR, [MONDAY]).delivered.values()]
    with judge.session(VENDOR, days, as_of=AS_OF, until="delivery_dossier", read_after=VERDICT_TABLES) as session:
        assert isinstance(session, DuckDBSession)
        held = session.connection.sql("select table_name, column_count from duckdb_tables()").fetchall()
    made = {name: count for name, count in held if not name.startswith("all_") and not name.endswith("_layout")}
    assert {"candidates", "lead_uses"} <= made.keys()
    assert not {"lead_keys", "given_proofs", "paths"} & made.keys()
    assert max(count for name, count in made.items() if name != "terms") <= 12


def test_a_question_is_answered_of_files_as_they_were_when_it_was_asked(
    market: CleanMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody who asks holds the vendor's lock: a day may be published meanwhile."""
    monkeypatch.setattr("pipelines.engines.duckdb.READ_AT_ONCE_BYTES", -1)
    judge = judge_of(market, DuckDBEngine(threads=1))
    days = [*judge.reach(market.house.contracts().of(VENDOR), VENDOR, [MONDAY]).delivered.values()]
    with judge.session(VENDOR, days, as_of=AS_OF) as session:
        assert isinstance(session, DuckDBSession)
        views = session.connection.sql("select view_name from duckdb_views() where not internal").fetchall()
    assert {"all_leads", "all_proofs", "judged_leads"} <= {name for (name,) in views}
    assert not {"leads", "proofs"} & {name for (name,) in views}


def test_leads_and_proofs_of_one_reference_are_no_small_work_however_small_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each lead meets each proof: a dossier of them all is not kept."""
    market = CleanMarket(tmp_path)
    numbers = range(1, 81)
    market.deliver([lead(number, MONDAY, consent_id="C") for number in numbers], "leads.csv", MONDAY)
    market.deliver([proof(number, MONDAY, consent_id="C") for number in numbers], "proofs.csv", MONDAY)
    monkeypatch.setattr("pipelines.engines.duckdb.SMALL_BYTES", 2**20)
    market.reconcile(AS_OF, until=MONDAY)
    published = lake_bytes(market.house.lake)
    judge = judge_of(market, DuckDBEngine(threads=1))
    days = [*judge.reach(market.house.contracts().of(VENDOR), VENDOR, [MONDAY]).delivered.values()]
    with judge.session(VENDOR, days, as_of=AS_OF, read_after=VERDICT_TABLES) as session:
        assert isinstance(session, DuckDBSession)
        kept = {name for (name,) in session.connection.sql("select table_name from duckdb_tables()").fetchall()}
    assert "lead_keys" in kept, "it began as small work"
    assert "dossier" not in kept
    monkeypatch.setattr("pipelines.engines.duckdb.SMALL_BYTES", -1)
    forget_inputs(market.house.lake)
    market.reconcile(AS_OF, until=MONDAY)
    assert lake_bytes(market.house.lake) == published
