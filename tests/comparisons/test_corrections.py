"""What becomes known after a verdict is final, and the past judged again: one market, each worked out by hand."""

import json
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.comparisons.corrections import Corrector
from pipelines.comparisons.ladder import Ladder, judges_of
from pipelines.dossiers.writer import DossierWriter
from pipelines.oppositions.snapshot import refresh_snapshot
from pipelines.rulebook.catalogue import SHIPPED_CARDS
from pipelines.scores.scorer import Scorer
from pipelines.verdicts.claims import Claims
from pipelines.vocabulary.tables import VERDICT_TABLES
from tests.support.clean_market import LATE, MONDAY, VENDOR, CleanMarket, contract_text, lead, proof
from tests.support.houses import house_at, import_oppositions, lake_bytes

BEFORE = datetime(2026, 9, 21, 4, tzinfo=UTC)
FACTS_KNOWN = datetime(2026, 9, 23, 4, tzinfo=UTC)
RULE_MENDED = datetime(2026, 9, 24, 4, tzinfo=UTC)
REVOKED = datetime(2026, 9, 25, 4, tzinfo=UTC)
MENTIONS, WITHDRAWN = "tel_consent_five_mentions", "consent_withdrawn"
MENDED = """
override:
  reason: {fr: "la carte était trop sévère", en: "the card was too strict"}
  decided_by: Inès Laurent
  decided_on: 2026-09-24
"""
OBJECTED = "2026-09-01T10:00:00+02:00"


@dataclass
class Told:
    """What was published as of each instant."""

    market: CleanMarket
    rows: dict[datetime, list[dict[str, Any]]] = field(default_factory=dict)
    again: dict[datetime, int] = field(default_factory=dict)
    verdicts: dict[str, bytes] = field(default_factory=dict)


def correct(market: CleanMarket, as_of: datetime) -> list[dict[str, Any]]:
    """What the asset does for the vendor."""
    house = house_at(market.home)  # as each run reads its rules anew
    refresh_snapshot(house.registry, house.lake)
    with house.lake.writing(VENDOR):
        judges = judges_of(house.engine, house.lake)
        ladder = Ladder(house.engine, house.lake.as_found(), VENDOR, house.catalogue, judges)
        rows = Corrector(ladder, house.lake, house.kept_law, house.contracts().of(VENDOR)).publish(as_of)
    return rows.sort_by([("lead_id", "ascending"), ("channel", "ascending")]).to_pylist()


def edit_card(market: CleanMarket, rule: str, old: str, new: str) -> None:
    card = next(SHIPPED_CARDS.rglob(f"{rule}.yaml")).read_text(encoding="utf-8")
    folder = market.home / "rules"
    folder.mkdir(exist_ok=True)
    assert old in card
    (folder / f"{rule}.yaml").write_text(card.replace(old, new) + MENDED, encoding="utf-8")


def oppose(market: CleanMarket, number: int, opposed_at: str, recorded_at: str) -> None:
    path = market.home / f"oppositions-{number}.csv"
    path.write_text(
        "identifier,kind,channel,opposed_at,recorded_at,origin\n"
        f"personne{number}@mail.example,email,all,{opposed_at},{recorded_at},courrier\n"
    )
    import_oppositions([path], market.house)


def revoke(market: CleanMarket, number: int) -> None:
    path = market.home / "revoked.csv"
    path.write_text(
        "identifier,kind,channel,opposed_at,recorded_at,origin,revoked_at\n"
        f"personne{number}@mail.example,email,all,{OBJECTED},2026-09-24T10:00:00+02:00,courrier,2026-09-03\n"
    )
    import_oppositions([path], market.house)


def published_bytes(market: CleanMarket) -> dict[str, bytes]:
    """All that was published but corrections and the registry's snapshot."""
    found = lake_bytes(market.house.lake)
    return {name: content for name, content in found.items() if name.split("/")[0] in VERDICT_TABLES}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Six leads at two euros a use: 1 without mentions, 2 without a proof; then facts, a mended rule, a revocation."""
    market = CleanMarket(
        tmp_path_factory.mktemp("corrected") / "home",
        terms={"pricePerChannel": {"email": 2, "phone": 2}, "refusalGrounds": [WITHDRAWN, "proof_individual_record"]},
    )
    market.deliver([lead(number) for number in range(1, 7)], "leads.csv")
    market.deliver([proof(n, **({"mentions": "identity"} if n == 1 else {})) for n in (1, 3, 4, 5, 6)], "proofs.csv")
    market.reconcile(LATE)
    told = Told(market, verdicts=published_bytes(market))
    told.rows[BEFORE] = correct(market, BEFORE)
    late, house = MONDAY + timedelta(days=14), market.house
    withdrawn = {
        "consent_id": "C-4b",
        "consent_at": "2026-09-05T08:00:00+02:00",
        "withdrawn_at": "2026-09-06T08:00:00+02:00",
    }
    market.deliver([proof(2), proof(4, **withdrawn)], "proofs-late.csv", late)
    for _ in house.intake.take_in(VENDOR, house.contracts().of(VENDOR), [late]):
        pass
    oppose(market, 3, OBJECTED, "2026-09-22T10:00:00+02:00")
    told.rows[FACTS_KNOWN] = correct(market, FACTS_KNOWN)
    told.again[FACTS_KNOWN] = len(correct(market, FACTS_KNOWN))
    edit_card(market, MENTIONS, "severity: blocking", "severity: info")
    told.rows[RULE_MENDED] = correct(market, RULE_MENDED)
    revoke(market, 3)
    oppose(market, 5, OBJECTED, "2026-09-15T10:00:00+02:00")  # imported now, with an earlier date
    told.rows[REVOKED] = correct(market, REVOKED)
    return told


@pytest.fixture(scope="module")
def moved_on(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same home after all that, under a contract that buys e-mail alone."""
    home = tmp_path_factory.mktemp("moved") / "home"
    shutil.copytree(told.market.home, home)
    terms = told.market.terms | {"channels": ["email"], "pricePerChannel": {"email": 2}}
    (home / "contracts" / VENDOR / "2026-01-01.odcs.yaml").write_text(contract_text(**terms), encoding="utf-8")
    return home


def replay(home: Path, name: str, *options: str) -> Any:
    """The command, on the deliveries of September as known on 1 October."""
    asked = ["replay", VENDOR, "--from", "2026-09-01", "--to", "2026-09-30", "--name", name, "--as-of", "2026-10-01"]
    return CliRunner().invoke(app, [*asked, *options], env={"OPPOSABLE_HOME": str(home)})


def kept(home: Path, name: str) -> Any:
    text = (home / "comparisons" / name / "comparison.json").read_text(encoding="utf-8")
    return json.loads(text)["answer"][VENDOR]


def essentials(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (row["lead_id"], row["channel"], row["cause"], row["from_verdict"], row["to_verdict"], row["attributable_to"])
        for row in rows
    ]


def test_nothing_is_corrected_where_nothing_came(told: Told) -> None:
    assert told.rows[BEFORE] == []


def test_each_fact_is_a_row_a_lead_use_at_its_own_account(told: Told) -> None:
    assert essentials(told.rows[FACTS_KNOWN]) == [
        ("L-2", "email", "late_proof", "blocked", "usable", "vendor"),
        ("L-2", "phone", "late_proof", "blocked", "usable", "vendor"),
        ("L-3", "email", "new_opposition", "usable", "blocked", "nobody"),
        ("L-3", "phone", "new_opposition", "usable", "blocked", "nobody"),
        ("L-4", "email", "new_withdrawal", "usable", "blocked", "vendor"),
        ("L-4", "phone", "new_withdrawal", "usable", "blocked", "vendor"),
    ]
    accounts = {
        row["lead_id"]: (row["charged_dimensions"], row["released_dimensions"]) for row in told.rows[FACTS_KNOWN]
    }
    assert accounts == {"L-2": ([], []), "L-3": ([], []), "L-4": (["all", "opposition"], [])}


def test_the_same_facts_are_told_once(told: Told) -> None:
    assert told.again == {FACTS_KNOWN: 0}


def test_a_mended_rule_gives_back_what_was_wrongly_charged(told: Told) -> None:
    (row,) = told.rows[RULE_MENDED]
    assert essentials([row]) == [("L-1", "phone", "rule_changed", "blocked", "usable", "advertiser")]
    assert (row["rules"], row["released_dimensions"], row["charged_dimensions"]) == ([], ["all", "consent"], [])


def test_a_correction_of_a_correction_follows_it_and_a_late_import_is_found(told: Told) -> None:
    assert essentials(told.rows[REVOKED]) == [
        ("L-3", "email", "new_opposition", "blocked", "usable", "nobody"),
        ("L-3", "phone", "new_opposition", "blocked", "usable", "nobody"),
        ("L-5", "email", "new_opposition", "usable", "blocked", "nobody"),
        ("L-5", "phone", "new_opposition", "usable", "blocked", "nobody"),
    ]


def test_the_published_verdicts_stay_to_the_byte(told: Told) -> None:
    assert published_bytes(told.market) == told.verdicts


def test_less_known_adds_nothing(told: Told) -> None:
    before = lake_bytes(told.market.house.lake)
    assert correct(told.market, BEFORE) == []
    assert lake_bytes(told.market.house.lake) == before


def defective(told: Told, as_of: datetime) -> dict[str, int]:
    house = told.market.house
    scored = Scorer(house.engine, house.lake, house.contracts(), house.registry).score(VENDOR, as_of)
    return {score.dimension: score.leads_vendor_defective for score in scored.scores}


def test_a_score_counts_them_from_their_date_on_and_never_before(told: Told) -> None:
    assert defective(told, BEFORE) == {
        "consent": 1,
        "proof": 1,
        "opposition": 0,
        "conformity": 0,
        "quality": 0,
        "total": 2,
    }
    assert defective(told, FACTS_KNOWN) == {**defective(told, BEFORE), "opposition": 1, "total": 3}
    assert defective(told, RULE_MENDED) == {**defective(told, FACTS_KNOWN), "consent": 0, "total": 2}


def test_claims_and_the_dossier_carry_them(told: Told) -> None:
    house = told.market.house
    before, after = (_dossier(told, as_of) for as_of in (BEFORE, FACTS_KNOWN))
    assert _claimed(before.claims) == (1, Decimal(4))  # lead 2 was not proven in time, and stays so
    assert _claimed(after.claims) == (2, Decimal(8))  # lead 4 had withdrawn, on both channels
    assert [(line.cause, line.uses_count) for line in before.corrections] == []
    assert {(line.cause, line.attributable_to, line.uses_count) for line in after.corrections} == {
        ("late_proof", "vendor", 2),
        ("new_opposition", "nobody", 2),
        ("new_withdrawal", "vendor", 2),
    }
    page = (house.settings.home / "dossiers" / VENDOR / "2026-09-23" / "index.html").read_text(encoding="utf-8")
    assert "Corrections de verdicts définitifs" in page


def test_a_day_that_is_judged_anew_is_corrected_once(told: Told, tmp_path: Path) -> None:
    """What is given back is in the new account already: leads 2 and 4 count, as before, and lead 1 takes none off."""
    home = tmp_path / "again"
    shutil.copytree(told.market.home, home)
    again = Told(CleanMarket(home, told.market.terms))
    again.market.reconcile(REVOKED)
    correct(again.market, REVOKED)
    assert defective(again, REVOKED) == defective(told, REVOKED)
    assert (defective(again, REVOKED)["total"], defective(again, REVOKED)["consent"]) == (2, 0)
    assert _claimed(_dossier(again, REVOKED).claims) == (2, Decimal(8))
    history = again.market.house.lake.read_vendor("corrections", VENDOR)
    was_told = pc.less(history["known_at"], REVOKED.replace(tzinfo=None))
    assert pc.sum(was_told).as_py() == len(told.rows[FACTS_KNOWN]) + len(told.rows[RULE_MENDED])


def _dossier(told: Told, as_of: datetime) -> Any:
    house = told.market.house
    scorer = Scorer(house.engine, house.lake.as_found(), house.contracts(), house.registry)
    folder, ours = house.settings.home / "dossiers", house.settings
    writer = DossierWriter(scorer, house.catalogue, folder, as_of, ours.contracts, ours.policy)
    (dossier,) = writer.write_all()
    return dossier


def _claimed(claims: Claims | None) -> tuple[int, Decimal | None]:
    assert claims is not None
    return claims.leads_count, claims.amount


def test_explain_tells_them_after_the_verdict(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPPOSABLE_HOME", str(told.market.home))
    out = CliRunner().invoke(app, ["explain", VENDOR, "L-3", "--language", "fr"]).output.replace("\u00a0", " ")
    assert out.count("Corrigé le") == 2
    assert "utilisable devient BLOQUÉ" in out
    assert "bloqué devient UTILISABLE" in out


def test_a_replay_by_what_is_known_now_gives_each_flip_its_cause_and_publishes_nothing(
    moved_on: Path, tmp_path: Path
) -> None:
    before = lake_bytes(house_at(moved_on).lake)
    page = tmp_path / "page.html"
    out = replay(moved_on, "by-email-alone", "--html", str(page), "--language", "fr")
    assert out.exit_code == 0, out.output
    flips = pq.read_table(moved_on / "comparisons" / "by-email-alone" / f"vendor={VENDOR}" / "flips.parquet")
    columns = ("lead_id", "channel", "verdict_before", "verdict_after", "cause")
    by_phone = {number: "usable" if number > 2 else "blocked" for number in range(1, 7)}  # bought no more
    assert sorted(tuple(row[name] for name in columns) for row in flips.to_pylist()) == sorted(
        [
            ("L-2", "email", "blocked", "usable", "late_proof"),
            ("L-4", "email", "usable", "blocked", "new_withdrawal"),
            ("L-5", "email", "usable", "blocked", "new_opposition"),
            *((f"L-{number}", "phone", was, None, "contract_changed") for number, was in by_phone.items()),
        ],
        key=str,
    )
    assert kept(moved_on, "by-email-alone")["flips_by_cause"] == {
        "contract_changed": 6,
        "late_proof": 1,
        "new_withdrawal": 1,
        "new_opposition": 1,
    }
    assert lake_bytes(house_at(moved_on).lake) == before
    text = page.read_text(encoding="utf-8")
    assert "Le contrat a changé" in text
    assert "<script" not in text


def test_a_replay_as_it_was_is_what_was_published_though_rule_contract_and_facts_moved_on(moved_on: Path) -> None:
    out = replay(moved_on, "as-published", "--as-it-was")
    assert out.exit_code == 0, out.output
    assert "to the byte" in out.output
    answer = kept(moved_on, "as-published")
    assert (answer["days_that_differ"], answer["flips"], answer["lead_uses"]) == ([], 0, 12)
    other = replay(moved_on, "as-published")
    assert (other.exit_code, kept(moved_on, "as-published")) == (2, answer)
    assert "answers another question" in other.output


def test_law_that_is_not_kept_is_named(moved_on: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(moved_on, home)
    shutil.rmtree(home / "law")
    out = replay(home, "without-law", "--as-it-was")
    assert "The rules of that time are not kept" in out.output


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--name", "../out"], "--name: expected"), (["--all"], "not both"), (["--to", "2026-08-01"], "not before")],
)
def test_what_a_replay_is_asked_wrongly_is_refused_in_words(moved_on: Path, options: list[str], said: str) -> None:
    out = replay(moved_on, "wrong", *options)
    assert out.exit_code == 2
    assert said in out.output
