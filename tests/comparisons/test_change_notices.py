"""A changed rule is announced to each vendor: what, from when, what it would have changed for it; in two languages."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from assets.rule_notices import rule_notices
from pipelines.cli import app
from pipelines.comparisons.rule_differences import changed_values, rule_differences
from pipelines.house import House
from pipelines.rulebook.announced import read_rules
from pipelines.rulebook.catalogue import load_catalogue
from pipelines.rulebook.catalogue_text import catalogue_text
from pipelines.rulebook.yaml_files import CatalogueError
from tests.support.clean_market import VENDOR, CleanMarket, lead, proof
from tests.support.contract_files import shipped_catalogue
from tests.support.exemple import sign
from tests.support.houses import lake_bytes
from tests.support.rule_cards import OVERRIDE, write_card

AS_OF = datetime(2026, 9, 14, 4, tzinfo=UTC)
MENTIONS = "tel_consent_five_mentions"


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> CleanMarket:
    """Two leads, one of them without mentions for calls, which are claimed at three euros."""
    market = CleanMarket(
        tmp_path_factory.mktemp("announced"),
        terms={"pricePerChannel": {"email": 2, "phone": 3}, "refusalGrounds": [MENTIONS]},
    )
    market.deliver([lead(1), lead(2)], "leads.csv")
    market.deliver([proof(1, mentions="identity"), proof(2)], "proofs.csv")
    market.reconcile(AS_OF)
    return market


def announce(market: CleanMarket) -> str:
    words = ["rules", "notices", "--as-of", AS_OF.isoformat()]
    outcome = CliRunner().invoke(app, words, env={"OPPOSABLE_HOME": str(market.home), "COLUMNS": "200"})
    assert outcome.exit_code == 0, outcome.output
    return outcome.output


def test_a_change_is_told_once_with_its_effect_on_the_vendors_own_deliveries(market: CleanMarket) -> None:
    assert "are noted as announced" in announce(market)
    assert oct((market.home / "announced_rules.yaml").stat().st_mode & 0o777) == "0o600"
    assert "nothing changed" in announce(market)
    before = lake_bytes(market.house.lake)
    rules = market.home / "rules"
    rules.mkdir()
    (rules / "switched_off.yaml").write_text(yaml.safe_dump({MENTIONS: OVERRIDE}), encoding="utf-8")
    english, french = sorted(Path(line) for line in announce(market).splitlines())
    assert french.parent == market.home / "outbox" / VENDOR / "2026-09-14"
    told = english.read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "Rules changed: notice to clair, 14 September 2026" in told
    assert "- Rule no longer applied: " in told
    assert "- 4 lead uses judged, delivery dates 5 September 2026 to 7 September 2026" in told
    assert "- 1 use goes from “blocked” to “usable”" in told
    assert f"[{MENTIONS}]; breaches before: 1, after: 0" in told
    assert "- To claim: €3.00 before, €0.00 after" in told
    assert "- Rule not applied, by decision of Inès Laurent on 1 September 2026: Duplicates are tolerated" in told
    assert "L-1" not in told
    said = french.read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "- 1 usage passe de « bloqué » à « utilisable »" in said
    assert len(said.splitlines()) == len(told.splitlines())
    assert lake_bytes(market.house.lake) == before
    assert "nothing changed" in announce(market)


def test_the_job_publish_tells_a_change_once_and_says_so(market: CleanMarket) -> None:
    """The rule that is switched off above judges again: that is a change, too."""
    announce(market)
    (market.home / "rules" / "switched_off.yaml").unlink()
    tags = {"opposable/as_of": AS_OF.isoformat()}
    told = []
    for _ in range(2):
        done = dg.materialize([rule_notices], resources={"house": House(market.house.settings)}, tags=tags)
        (event,) = done.asset_materializations_for_node("rule_notices")
        told.append(event.metadata["notices"].value)
    assert told == [2, 0]


def test_rules_that_were_announced_are_read_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    for rules in (shipped_catalogue(), shipped_catalogue().without(["proof_individual_record"])):
        path.write_text(catalogue_text(rules), encoding="utf-8")
        assert read_rules(path).digest == rules.digest


@pytest.mark.parametrize("content", ["", "rules: {}\n", "rules: [1]\nparameters: {}\n", "rules: ["])
def test_announced_rules_that_are_something_else_are_refused_by_file(tmp_path: Path, content: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        read_rules(path)
    assert str(caught.value).startswith(f"{path}:1: ")


def test_announced_rules_that_this_version_can_not_read_say_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPPOSABLE_HOME", str(tmp_path))
    path = tmp_path / "announced_rules.yaml"
    path.write_text(
        catalogue_text(shipped_catalogue()).replace("not is_duplicate", "not was_duplicate"), encoding="utf-8"
    )
    outcome = CliRunner().invoke(app, ["rules", "notices"])
    assert outcome.exit_code == 2
    assert "did you mean `is_duplicate`?" in outcome.output
    assert f"move {path} away" in outcome.output


@pytest.mark.parametrize("lost", ["registry.db", "keys"])
def test_nothing_is_told_or_noted_where_the_registry_or_the_keys_are_others(market: CleanMarket, lost: str) -> None:
    noted = market.home / "announced_rules.yaml"
    noted.write_text(catalogue_text(shipped_catalogue().without([MENTIONS, "lead_duplicate"])), encoding="utf-8")
    before, outbox = noted.read_bytes(), sorted(market.home.glob("outbox/*/*/*"))
    place, aside = market.home / lost, market.home / "aside"
    place.rename(aside)
    try:
        told = [
            run(market.home, "rules", *words, "--as-of", AS_OF.isoformat())
            for words in (("notices",), ("diff", "--without", "lead_duplicate"))
        ]
    finally:
        shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
        aside.rename(place)
    assert [outcome.exit_code for outcome in told] == [2, 2], [outcome.output for outcome in told]
    assert (noted.read_bytes(), sorted(market.home.glob("outbox/*/*/*"))) == (before, outbox)


def test_vendors_whose_contract_can_not_be_read_are_named_and_the_rules_stay_unannounced(tmp_path: Path) -> None:
    sign(tmp_path, "acme", "broken")
    [contract] = (tmp_path / "contracts" / "broken").glob("*.odcs.yaml")
    contract.write_text("apiVersion: [", encoding="utf-8")
    noted = tmp_path / "announced_rules.yaml"
    noted.write_text(catalogue_text(shipped_catalogue().without(["lead_duplicate"])), encoding="utf-8")
    before = noted.read_bytes()
    outcome = run(tmp_path, "rules", "notices", "--as-of", AS_OF.isoformat())
    assert outcome.exit_code == 2
    assert "broken: left out, its contract can't be read" in outcome.output
    assert "opposable contracts lint broken" in outcome.output
    assert "acme" not in outcome.output
    assert noted.read_bytes() == before
    assert not (tmp_path / "outbox").exists()


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(app, words, env={"OPPOSABLE_HOME": str(home), "COLUMNS": "200"})


def test_only_what_judges_is_a_difference(tmp_path: Path) -> None:
    shipped = yaml.safe_load(shipped_catalogue().by_id["lead_duplicate"].file.read_text(encoding="utf-8"))
    same = {**shipped, "title": {"fr": "Autrement dit", "en": "In other words"}}
    (tmp_path / "lead_duplicate.yaml").write_text(yaml.safe_dump(same), encoding="utf-8")
    assert rule_differences(shipped_catalogue(), load_catalogue(edited=tmp_path)) == ()
    (tmp_path / "lead_duplicate.yaml").write_text(yaml.safe_dump(same | {"severity": "info"}), encoding="utf-8")
    write_card(tmp_path)
    (tmp_path / "parameters.yaml").write_text("consent_max_age_months: {values: {2026-08-11: 6}, reference: x}")
    after = load_catalogue(edited=tmp_path)
    told = [(one.kind, one.card.id, one.keys) for one in rule_differences(shipped_catalogue(), after)]
    assert told == [("changed", "lead_duplicate", ("severity",)), ("added", "own_rule", ())]
    assert changed_values(shipped_catalogue(), after) == ("consent_max_age_months",)
    assert [one.kind for one in rule_differences(after, shipped_catalogue())] == ["changed", "dropped"]
