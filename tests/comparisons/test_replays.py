"""The past judged again: as it was, to the byte; as we know now, one cause a flip; nothing published changes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.comparisons.ladder import Ladder, judges_of
from pipelines.comparisons.replays import VendorReplayed, replay_as_it_was, replay_as_known
from pipelines.comparisons.standpoints import as_known_at, delivered_by_day, published_days
from pipelines.oppositions.snapshot import refresh_snapshot
from tests.support.clean_market import LATE, MONDAY, VENDOR, CleanMarket, contract_text, lead, proof
from tests.support.houses import import_oppositions, lake_bytes

NOW = datetime(2026, 10, 1, 4, tzinfo=UTC)
MENTIONS = "tel_consent_five_mentions"


def replayed(market: CleanMarket, tmp_path: Path, *, as_it_was: bool = False) -> VendorReplayed:
    house = market.house
    refresh_snapshot(house.registry, house.lake)
    days = house.lake.published_days(VENDOR, "scorecards")
    delivered = delivered_by_day(house.lake, VENDOR, house.contracts().of(VENDOR), days)
    published = published_days(house.lake, house.kept_law, house.catalogue, VENDOR, delivered)
    now = as_known_at(house.catalogue, list(delivered.values()), NOW)
    ladder = Ladder(house.engine, house.lake, VENDOR, judges_of(house.engine, house.lake))
    if as_it_was:
        return replay_as_it_was(ladder, published, now, tmp_path / "scratch")
    return replay_as_known(ladder, published, now)


def edit_card(market: CleanMarket, rule: str, old: str, new: str) -> None:
    from pipelines.rulebook.catalogue import SHIPPED_CARDS

    card = next(SHIPPED_CARDS.rglob(f"{rule}.yaml")).read_text(encoding="utf-8")
    folder = market.home / "rules"
    folder.mkdir(exist_ok=True)
    assert old in card
    (folder / f"{rule}.yaml").write_text(card.replace(old, new), encoding="utf-8")


@pytest.fixture
def market(tmp_path: Path) -> CleanMarket:
    """Six leads: 1 without mentions, 2 without a proof; judged finally."""
    market = CleanMarket(tmp_path / "home")
    market.deliver([lead(number) for number in range(1, 7)], "leads.csv")
    wrong: dict[int, dict[str, str]] = {1: {"mentions": "identity"}}
    market.deliver([proof(number, **wrong.get(number, {})) for number in (1, 3, 4, 5, 6)], "proofs.csv")
    market.reconcile(LATE)
    return market


def oppose(market: CleanMarket, number: int, opposed_at: str, recorded_at: str) -> None:
    path = market.home / f"oppositions-{number}.csv"
    path.write_text(
        "identifier,kind,channel,opposed_at,recorded_at,origin\n"
        f"personne{number}@mail.example,email,all,{opposed_at},{recorded_at},courrier\n"
    )
    import_oppositions([path], market.house)


def test_as_it_was_is_what_was_published_to_the_byte(market: CleanMarket, tmp_path: Path) -> None:
    found = replayed(market, tmp_path, as_it_was=True)
    assert (found.differing, found.flips.num_rows, found.uses_count) == ((), 0, 12)


def test_as_it_was_holds_after_rules_contract_and_facts_have_moved_on(market: CleanMarket, tmp_path: Path) -> None:
    edit_card(market, MENTIONS, "severity: blocking", "severity: minor")
    path = market.home / "contracts" / VENDOR / "2026-01-01.odcs.yaml"
    path.write_text(contract_text(channels=["email"]), encoding="utf-8")
    oppose(market, 3, "2026-09-01T10:00:00+02:00", "2026-09-22T10:00:00+02:00")
    assert replayed(market, tmp_path, as_it_was=True).differing == ()


def test_each_flip_has_the_cause_that_brought_it(market: CleanMarket, tmp_path: Path) -> None:
    before = None
    edit_card(market, MENTIONS, "severity: blocking", "severity: minor")  # frees lead 1 by phone
    late = MONDAY + timedelta(days=14)
    market.deliver([proof(2)], "proofs-late.csv", late)  # proves lead 2
    market.deliver(
        [proof(4, withdrawn_at="2026-09-06T08:00:00+02:00", consent_id="C-4b", consent_at="2026-09-05T08:00:00+02:00")],
        "proofs-withdrawn.csv",
        late,
    )
    house = market.house
    for _ in house.intake.take_in(VENDOR, house.contracts().of(VENDOR), [late]):
        pass
    oppose(market, 3, "2026-09-01T10:00:00+02:00", "2026-09-22T10:00:00+02:00")
    refresh_snapshot(house.registry, house.lake)
    before = lake_bytes(house.lake)
    found = replayed(market, tmp_path)
    told = [
        (row["lead_id"], row["channel"], row["verdict_before"], row["verdict_after"], row["cause"])
        for row in found.flips.to_pylist()
    ]
    assert told == [
        ("L-1", "phone", "blocked", "usable", "rule_changed"),
        ("L-2", "email", "blocked", "usable", "late_proof"),
        ("L-2", "phone", "blocked", "usable", "late_proof"),
        ("L-3", "email", "usable", "blocked", "new_opposition"),
        ("L-3", "phone", "usable", "blocked", "new_opposition"),
        ("L-4", "email", "usable", "blocked", "new_withdrawal"),
        ("L-4", "phone", "usable", "blocked", "new_withdrawal"),
    ]
    assert lake_bytes(house.lake) == before
