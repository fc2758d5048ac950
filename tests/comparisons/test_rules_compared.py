"""Past deliveries under other rules: what flips, by hand; and nothing that is published changes."""

import csv
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.comparisons.rules_compared import VendorCompared, all_flips, compare_rules
from pipelines.comparisons.scenarios import scenarios
from pipelines.rulebook.catalogue import SHIPPED_CARDS, Catalogue, load_catalogue
from pipelines.scores.method import MONTH, Methods, shipped_methods
from pipelines.verdicts.judge import Judge
from tests.support.clean_market import MONDAY, VENDOR, CleanMarket, lead, proof
from tests.support.houses import lake_bytes

AS_OF = datetime(2026, 9, 14, 4, tzinfo=UTC)
MENTIONS, NAMED = "tel_consent_five_mentions", "consent_named_recipient_elec"


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> CleanMarket:
    """Four leads, two euros by e-mail and three by phone: one without mentions, one without our name, two right."""
    market = CleanMarket(
        tmp_path_factory.mktemp("compared"),
        terms={"pricePerChannel": {"email": 2, "phone": 3}, "refusalGrounds": [MENTIONS, NAMED]},
    )
    market.deliver([lead(number) for number in (1, 2, 3, 4)], "leads.csv")
    wrong = {1: {"mentions": "identity"}, 2: {"recipients": "Autre Enseigne SA", "recipient_sirens": ""}}
    market.deliver([proof(number, **wrong.get(number, {})) for number in (1, 2, 3, 4)], "proofs.csv")
    market.reconcile(AS_OF)
    return market


def compared(
    market: CleanMarket, others: Catalogue, methods: Methods | None = None, as_of: datetime = AS_OF
) -> VendorCompared:
    house = market.house
    contracts, days = house.contracts().of(VENDOR), house.lake.published_days(VENDOR, "scorecards")
    judges = house.judge, Judge(engine=house.engine, lake=house.lake, catalogue=others)
    return compare_rules(
        house.engine, house.lake, judges, VENDOR, contracts, days, methods=methods or house.methods(), as_of=as_of
    )


def test_a_rule_left_out_frees_the_lead_uses_that_it_alone_blocked(market: CleanMarket) -> None:
    before = lake_bytes(market.house.lake)
    found = compared(market, load_catalogue().without([MENTIONS]))
    assert found.uses_count == 8  # four leads, by e-mail and by phone
    assert all_flips([found]).to_pylist() == [
        {
            "vendor": VENDOR,
            "delivery_date": MONDAY,
            "lead_id": "L-1",
            "channel": "phone",
            "verdict_before": "blocked",
            "verdict_after": "usable",
            "rules_gained": [],
            "rules_lost": [MENTIONS],
        }
    ]
    assert found.by_verdict == {("blocked", "usable"): 1}
    assert [(one.rule_id, one.fails_before, one.fails_after) for one in found.rules] == [(MENTIONS, 1, 0)]
    assert (found.before.claimable, found.after.claimable) == (Decimal(5), Decimal(2))
    assert found.before.points is not None
    assert found.after.points is not None
    assert found.before.points <= found.after.points
    assert lake_bytes(market.house.lake) == before


def test_the_same_rules_change_nothing(market: CleanMarket) -> None:
    found = compared(market, load_catalogue())
    assert (found.flips.num_rows, found.rules, found.by_verdict) == (0, (), {})
    assert found.before == found.after


def test_both_sides_are_scored_by_the_method_of_the_contract_and_in_its_window(market: CleanMarket) -> None:
    """Half of the leads fail in consent, where 1 % is tolerated: no points, and the whole has the allowance at most."""
    one = shipped_methods().versions[0]
    generous = replace(one, window=MONTH, scoring=replace(one.scoring, allowance=30))
    found = compared(market, load_catalogue(), Methods((generous,)))
    assert (found.before.points, found.after.points) == (30, 30)
    october = compared(market, load_catalogue(), Methods((generous,)), datetime(2026, 10, 2, 4, tzinfo=UTC))
    assert (october.before.points, october.after.points) == (None, None)


def test_an_edited_card_counts_in_place_of_ours(market: CleanMarket, tmp_path: Path) -> None:
    card = (SHIPPED_CARDS / "telephone" / f"{MENTIONS}.yaml").read_text(encoding="utf-8")
    (tmp_path / f"{MENTIONS}.yaml").write_text(card.replace("severity: blocking", "severity: minor"), encoding="utf-8")
    found = compared(market, load_catalogue(edited=tmp_path))
    assert found.by_verdict == {("blocked", "usable"): 1}
    assert found.rules == ()  # it fails as often, and blocks no more


@pytest.mark.parametrize("name", scenarios())
def test_a_scenario_names_rules_that_there_are(name: str) -> None:
    catalogue, scenario = load_catalogue(), scenarios()[name]
    left = catalogue.without(scenario.without)
    assert set(left.by_id) == set(catalogue.by_id) - set(scenario.without)
    assert left.digest != catalogue.digest
    assert all(not set(card.needs) & set(scenario.without) for card in left.cards)


def test_the_command_tells_and_writes_what_flips(
    market: CleanMarket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPPOSABLE_HOME", str(market.home))
    out = tmp_path / "flips.csv"
    asked = ["rules", "diff", "--scenario", "decree_annulled", "--as-of", AS_OF.isoformat(), "--csv", str(out)]
    told = CliRunner().invoke(app, asked, env={"COLUMNS": "200"})
    assert told.exit_code == 0, told.output
    assert "1 blocked -> usable" in told.output
    with out.open(encoding="utf-8-sig", newline="") as rows:
        assert [(row["vendor"], row["lead_id"], row["rules_lost"]) for row in csv.DictReader(rows)] == [
            (VENDOR, "L-1", MENTIONS)
        ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "--with FOLDER"),
        (["--with", "/nowhere"], "no folder"),
        (["--without", "tel_consent_five_mention"], f"did you mean `{MENTIONS}`"),
        (["--scenario", "decree"], "decree_annulled: Decree"),
        (["--scenario", "decree_annulled", "--vendor", "clairr"], "did you mean clair"),
    ],
)
def test_what_is_asked_wrongly_is_refused_in_words(
    market: CleanMarket, monkeypatch: pytest.MonkeyPatch, options: list[str], said: str
) -> None:
    monkeypatch.setenv("OPPOSABLE_HOME", str(market.home))
    told = CliRunner().invoke(app, ["rules", "diff", *options])
    assert told.exit_code == 2
    assert said in told.output
