"""Days that would come out as they are published are left alone, and whatever changes is made anew: the same bytes."""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines.engines.interface import Engine
from pipelines.intake.vendor import UnchangedDay
from pipelines.oppositions.snapshot import refresh_snapshot
from pipelines.publishing.judged_days import JudgedDays
from pipelines.publishing.judgement_digests import judgement_digests
from pipelines.storage.outcome_notes import OutcomeNotes
from pipelines.storage.program_digest import program_digest
from pipelines.verdicts.days_behind import from_days_behind
from pipelines.verdicts.due_days import due_days
from pipelines.verdicts.judge import Reach
from tests.support.clean_market import LATE, MONDAY, VENDOR, CleanMarket, contract_text, lead, proof
from tests.support.houses import days_between, forget_inputs, house_at, import_oppositions, lake_bytes, reconcile

FIRST: Final = MONDAY - timedelta(days=2)
DAYS: Final = days_between(FIRST, MONDAY)
SUNDAY: Final = DAYS[1]
TAGGED: Final = "ana.roy+devis@gmail.com"
UNTAGGED: Final = "ana.roy@gmail.com"
HEADER: Final = "identifier,kind,channel,opposed_at,recorded_at,origin\n"
OVERRIDE: Final = {
    "reason": {"fr": "Contrôlé ailleurs.", "en": "Checked elsewhere."},
    "decided_by": "DPO",
    "decided_on": date(2026, 9, 1),
}


def deliver(market: CleanMarket) -> None:
    """A lead and its proof on each day; of Monday's two leads one repeats the person of Saturday. The registry holds a
    hash, so that leads are compared with hashes."""
    oppose(market.home, 0, "2026-08-02", identifier="0" * 64, kind="phone_sha256")
    market.deliver([lead(8, SUNDAY, email=TAGGED)], "leads_8.csv", SUNDAY)
    for number, day in enumerate(DAYS, 1):
        market.deliver([lead(number, day)], "leads.csv", day)
        market.deliver([proof(number, day)], "proofs.csv", day)
    market.deliver([lead(9, email="personne1@mail.example")], "leads_2.csv")


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    market = CleanMarket(tmp_path_factory.mktemp("unchanged") / "home", first=FIRST)
    deliver(market)
    market.reconcile(LATE)
    return market.home


@pytest.fixture
def market(judged: Path, tmp_path: Path) -> CleanMarket:
    return CleanMarket(shutil.copytree(judged, tmp_path / "home"), first=FIRST)


def taken_in(market: CleanMarket, *, is_anew: bool = False) -> list[date]:
    """Days that an intake of all days reads again."""
    house = house_at(market.home)
    contracts = house.contracts([VENDOR]).of(VENDOR)
    with house.lake.writing(VENDOR):
        found = list(house.intake.take_in(VENDOR, contracts, DAYS, is_anew=is_anew))
    assert [one.day for one in found] == DAYS
    return [one.day for one in found if not isinstance(one, UnchangedDay)]


def judged_again(market: CleanMarket, as_of: datetime = LATE, *, is_anew: bool = False) -> list[date]:
    """Days that a judgement of all days judges again."""
    house = house_at(market.home)
    refresh_snapshot(house.registry, house.lake)
    with house.lake.writing(VENDOR):
        done: JudgedDays = house.judged_days.publish(
            house.contracts([VENDOR]).of(VENDOR), VENDOR, DAYS, as_of, is_anew=is_anew
        )
    assert sorted(done.counts) == DAYS
    return sorted(done.counts.keys() - done.unchanged)


def oppose(home: Path, number: int, recorded_on: str, identifier: str = "", kind: str = "email") -> None:
    path = home / f"oppositions-{number}-{recorded_on}.csv"
    said = identifier or f"personne{number}@mail.example"
    path.write_text(f"{HEADER}{said},{kind},all,2026-08-01,{recorded_on},courrier\n")
    import_oppositions([path], house_at(home))


def test_what_is_as_it_was_is_neither_taken_in_nor_judged_again_and_says_so(market: CleanMarket) -> None:
    house = market.house
    contracts = house.contracts([VENDOR]).of(VENDOR)
    with house.lake.writing(VENDOR):
        found = list(house.intake.take_in(VENDOR, contracts, DAYS))
        done = house.judged_days.publish(contracts, VENDOR, DAYS, LATE)
    assert all(isinstance(one, UnchangedDay) for one in found)
    assert str(done) == "3 days looked at, 0 judged, 3 left as published, unchanged; new receipts: 0"
    leads = found[-1].counts("leads")
    assert (leads["dagster/row_count"], leads["files"]) == (2, 2)
    assert str(leads["unchanged"]).startswith("as published on 20")
    assert (done.counts[MONDAY]["lead uses"], str(done.counts[MONDAY]["unchanged"])[:15]) == (4, "as published on")


def test_an_opposition_moves_only_days_that_hold_its_person(market: CleanMarket) -> None:
    oppose(market.home, 77, "2026-08-02")
    assert judged_again(market) == []
    oppose(market.home, 2, "2026-08-02")
    assert judged_again(market) == [SUNDAY]
    assert judged_again(market) == []
    oppose(market.home, 3, "2026-11-02")
    assert judged_again(market) == [], "recorded after the last word: a correction, and no other verdict"


def test_an_instant_counts_until_the_proof_deadline_and_no_longer(market: CleanMarket) -> None:
    assert judged_again(market, LATE + timedelta(days=9)) == []
    early = datetime(2026, 9, 9, 4, tzinfo=UTC)
    fresh = CleanMarket(market.home.parent / "fresh", first=FIRST)
    deliver(fresh)
    fresh.reconcile(early)
    assert judged_again(fresh, early) == []
    later = early + timedelta(hours=1)
    assert judged_again(fresh, later) == [SUNDAY, MONDAY], "Saturday's deadline was on Tuesday"
    oppose(fresh.home, 77, "2026-08-02")
    assert judged_again(fresh, later) == [SUNDAY, MONDAY], "of a day that is not settled no lead is looked at"
    assert judged_again(fresh, later) == []


def test_whoever_asks_for_days_anew_gets_the_same_bytes(market: CleanMarket, judged: Path) -> None:
    assert (taken_in(market, is_anew=True), judged_again(market, is_anew=True)) == (DAYS, DAYS)
    assert lake_bytes(market.house.lake) == lake_bytes(house_at(judged).lake)
    assert (taken_in(market), judged_again(market)) == ([], [])


def test_what_another_program_or_another_engine_made_is_not_believed(market: CleanMarket) -> None:
    lake = market.house.lake
    notes = OutcomeNotes(lake, VENDOR, "scorecards", DAYS)
    notes.note(MONDAY, "inputs", "", {"verdicts": {}})
    for program, is_believed in ((program_digest(), True), ("another", False), (None, False)):
        theirs = replace(notes, made_by=partial(str, program) if program else lambda: None)
        assert (theirs.standing(MONDAY, "inputs", lambda: "") is not None) is is_believed
    noted = market.home / f"lake/.made_from/scorecards/vendor={VENDOR}/delivery_date={SUNDAY}.json"
    before = noted.read_bytes()
    replace(notes, made_by=lambda: None).note(SUNDAY, "inputs", "", {"verdicts": {}})
    assert noted.read_bytes() == before, "while nobody can tell which program this is, nothing is noted"
    reach = market.house.publishing_judge.reach(market.house.contracts([VENDOR]).of(VENDOR), VENDOR, DAYS)
    found = [judgement_digests(reach, market.house.catalogue, name, as_of=LATE)[MONDAY] for name in ("duckdb", "spark")]
    assert found[0] != found[1]


@pytest.mark.fault(
    area="lake",
    fault="A published file, a receipt or an identifier in the vault is damaged while nothing else changes",
    promise="The day is not taken for unchanged: it is made anew.",
)
@pytest.mark.parametrize(
    ("place", "reads", "judges"),
    [
        ("lake/consent_proofs/vendor=clair/delivery_date=2026-09-06/part-0.parquet", [SUNDAY], []),
        ("lake/findings/vendor=clair/delivery_date=2026-09-06/part-0.parquet", [], [SUNDAY]),
        ("vault/vendor=clair/delivery_date=2026-09-06/part-0.parquet.age", [SUNDAY], []),
        ("outbox/clair/2026-09-06/receipt.csv", [], [SUNDAY]),
        ("lake/.made_from/deliveries/vendor=clair/delivery_date=2026-09-06.json", [SUNDAY], []),
    ],
)
def test_what_is_damaged_is_made_anew(
    market: CleanMarket, judged: Path, place: str, reads: list[date], judges: list[date]
) -> None:
    (market.home / place).write_bytes(b"damaged")
    assert (taken_in(market), judged_again(market)) == (reads, judges)
    lake, contracts = market.house.lake, market.house.contracts([VENDOR]).of(VENDOR)
    assert lake_bytes(lake) == lake_bytes(house_at(judged).lake)
    assert due_days(lake, contracts, VENDOR, before=DAYS[-1] + timedelta(days=1), as_of=LATE) == []


def test_a_day_with_a_refused_file_is_read_again_since_time_or_memory_may_have_refused_it(market: CleanMarket) -> None:
    (market.home / "inbox" / VENDOR / SUNDAY.isoformat() / "leads_2.csv").write_bytes(b"\x00\x01")
    market.arrived("leads_2.csv", datetime(2026, 9, 6, 8, tzinfo=UTC), SUNDAY)
    assert taken_in(market) == [SUNDAY]
    assert taken_in(market) == [SUNDAY]


def test_a_day_with_a_repeated_file_that_could_not_be_read_is_read_again(market: CleanMarket) -> None:
    for day in (FIRST, SUNDAY):
        (market.home / "inbox" / VENDOR / day.isoformat() / "leads_2.csv").write_bytes(b"\x00\x01")
        market.arrived("leads_2.csv", datetime(day.year, day.month, day.day, 8, tzinfo=UTC), day)
    assert (taken_in(market), taken_in(market)) == ([FIRST, SUNDAY], [FIRST, SUNDAY])
    sundays = [row for row in market.rows("deliveries") if row["delivery_date"] == SUNDAY]
    assert {row["file_name"]: row["status"] for row in sundays}["leads_2.csv"] == "duplicate"


class TwoHomes:
    """The same house twice: one leaves what is unchanged, the other judges everything at each run."""

    def __init__(self, judged: Path, folder: Path) -> None:
        self.homes = [shutil.copytree(judged, folder / name) for name in ("leaving", "anew")]
        self.markets = [CleanMarket(home, first=FIRST) for home in self.homes]
        self.as_of = LATE

    def change(self, how: str) -> None:
        for home, market in zip(self.homes, self.markets, strict=True):
            CHANGES[how](home, market)
        self.as_of += timedelta(days=how == "a later instant")

    def published(self) -> list[dict[str, bytes]]:
        found = []
        forget_inputs(house_at(self.homes[1]).lake)
        for home in self.homes:
            house = house_at(home)
            reconcile(house, [VENDOR], DAYS, self.as_of)
            outbox = {path.relative_to(home).as_posix(): path.read_bytes() for path in (home / "outbox").rglob("*.*")}
            found.append(lake_bytes(house.lake) | outbox)
            house.registry.dispose()
        return found


def _deliver_late_proof(home: Path, market: CleanMarket) -> None:
    late = datetime(2026, 9, 7, 9, tzinfo=UTC)
    refusal = proof(2, SUNDAY, decision="refused", consent_id="C-2b")
    market.deliver([refusal], "proofs_2.csv", MONDAY, at=late)


def _overwrite_leads(home: Path, market: CleanMarket) -> None:
    market.deliver(
        [lead(2, SUNDAY, email="autre@mail.example")], "leads.csv", SUNDAY, at=datetime(2026, 9, 6, 9, tzinfo=UTC)
    )


def _change_contract(home: Path, market: CleanMarket) -> None:
    path = home / "contracts" / VENDOR / "2026-01-01.odcs.yaml"
    path.write_text(contract_text(sector="energy"), encoding="utf-8")


def _switch_off_rule(home: Path, market: CleanMarket) -> None:
    (home / "rules").mkdir(exist_ok=True)
    (home / "rules" / "switched_off.yaml").write_text(yaml.safe_dump({"lead_duplicate": OVERRIDE}), encoding="utf-8")


CHANGES: Final[dict[str, Callable[[Path, CleanMarket], Any]]] = {
    "nothing": lambda home, market: None,
    "a later instant": lambda home, market: None,
    "an opposition of a stranger": lambda home, market: oppose(home, 77, "2026-08-02"),
    "an opposition of Saturday's person": lambda home, market: oppose(home, 1, "2026-08-02"),
    "an opposition of an address without its tag": lambda home, market: oppose(home, 8, "2026-08-02", UNTAGGED),
    "its hash, recorded too late": lambda home, market: oppose(
        home, 8, "2026-11-02", hashlib.sha256(UNTAGGED.encode()).hexdigest(), "email_sha256"
    ),
    "a refusal in a later folder": _deliver_late_proof,
    "leads overwritten": _overwrite_leads,
    "another contract": _change_contract,
    "a rule switched off": _switch_off_rule,
}


@example(["an opposition of Saturday's person", "leads overwritten", "a refusal in a later folder", "another contract"])
@example(["an opposition of an address without its tag", "its hash, recorded too late"])
@given(st.lists(st.sampled_from(sorted(CHANGES)), min_size=2, max_size=2))
@settings(max_examples=1, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_changes_end_in_the_bytes_of_judging_everything(
    judged: Path, tmp_path_factory: pytest.TempPathFactory, changes: list[str]
) -> None:
    homes = TwoHomes(judged, tmp_path_factory.mktemp("two"))
    for change in changes:
        homes.change(change)
        leaving, anew = homes.published()
        assert sorted(name for name in leaving.keys() | anew.keys() if leaving.get(name) != anew.get(name)) == [], (
            change
        )


def test_a_day_of_a_long_history_is_judged_from_those_it_can_meet_to_the_same_bytes(
    judged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    def noting(engine: Engine, reach: Reach) -> Reach:
        opened.append((reach.days, few := from_days_behind(engine, reach)))
        return few

    monkeypatch.setattr("pipelines.publishing.judged_days.LONG", 0)
    monkeypatch.setattr("pipelines.publishing.judged_days.from_days_behind", noting)
    homes = TwoHomes(judged, tmp_path)
    homes.change("an opposition of an address without its tag")
    leaving, anew = homes.published()
    assert [(days, few.lake.published_days(VENDOR)) for days, few in opened] == [((SUNDAY,), [SUNDAY])]
    assert leaving == anew
