"""The catalogue of rules: what shipped cards promise, what own cards may change, what is said of a wrong one."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import sqlglot
import yaml
from sqlglot import exp
from typer.testing import CliRunner

from pipelines.commands.rules import app
from pipelines.rulebook.card import Card
from pipelines.rulebook.catalogue import SHIPPED_CARDS, Catalogue, load_catalogue
from pipelines.rulebook.judgement import judgement_of
from pipelines.rulebook.lead_dossier import BY_NAME, DELIVERED, NULL_IF_UNREAD
from pipelines.rulebook.yaml_files import CatalogueError
from pipelines.vocabulary.words import AUDIENCES, BASES, CHANNELS
from tests.support.rule_cards import OVERRIDE, SIMPLE
from tests.support.rule_cards import write_card as write

SHIPPED = sorted(path.stem for path in SHIPPED_CARDS.rglob("*.yaml"))
ALWAYS_DELIVERED = {"audience", "collected_at", "collected_on"}
"""Delivered facts that no accepted lead lacks: the contract gives the one, a row without the other is rejected."""
NOT_ALWAYS_COMPARED = {"is_opposed_in_other_form", "is_consent_for_use"}
"""Facts of ours that leave a rule open: a comparison of identifiers, an examination of ours."""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def problems_of(folder: Path) -> list[str]:
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(folder)
    return [f"{problem.file.name}:{problem.line}: {problem.message}" for problem in caught.value.problems]


def test_ships_every_card_of_its_folders_in_order_of_id(catalogue: Catalogue) -> None:
    assert [card.id for card in catalogue.cards] == SHIPPED
    assert len(SHIPPED) > 20


def test_the_shipped_cards_hold_together(catalogue: Catalogue) -> None:
    assert catalogue.problems == ()


def test_a_shipped_card_that_somebody_broke_is_named_before_anything_is_judged(catalogue: Catalogue) -> None:
    first, *others = catalogue.cards
    broken = replace(catalogue, cards=(first.model_copy(update={"pass_when": "no_such_fact"}), *others))
    with pytest.raises(CatalogueError, match=f"{first.id}.yaml.*no_such_fact"):
        judgement_of(broken)


def test_every_card_that_reads_a_fact_that_may_be_missing_shows_an_unknown(catalogue: Catalogue) -> None:
    for card in catalogue.cards:
        is_unknown_shown = any(example.expect == "unknown" for example in card.examples)
        assert is_unknown_shown == bool(delivered_columns(card) - ALWAYS_DELIVERED), card.id


def delivered_columns(card: Card) -> set[str]:
    trees = [sqlglot.parse_one(sql, dialect="duckdb") for sql in (card.applies_when, card.pass_when) if sql]
    names = {column.name for tree in trees for column in tree.find_all(exp.Column) if not column.table}
    return {
        name
        for name in names
        if BY_NAME[name].origin in DELIVERED or name in (*NOT_ALWAYS_COMPARED, *NULL_IF_UNREAD, "is_vendor_live")
    }


def admissible(channel: str, audience: str, basis: str, on: date) -> bool:
    """The sentence on `basis_admissible`, written out by hand."""
    if basis == "consent":
        return True
    if channel in ("email", "sms"):
        is_job = basis == "b2b" and audience in ("professional", "legal_person")
        may_interest = ("professional", "legal_person") if channel == "email" else ("legal_person",)
        return is_job or (basis == "legitimate_interest" and audience in may_interest)
    if channel == "automated_call":
        return basis in ("b2b", "legitimate_interest") and audience == "legal_person"
    if basis == "callback_request":
        return True
    if audience == "consumer":
        return basis == "legitimate_interest" and on <= date(2026, 8, 10)
    return basis in ("b2b", "legitimate_interest")


@pytest.mark.parametrize("on", [date(2018, 5, 25), date(2026, 8, 10), date(2026, 8, 11), date(2030, 1, 1)])
def test_the_table_of_bases_says_what_the_law_says(catalogue: Catalogue, on: date) -> None:
    cases = {":".join(case) for case in product(CHANNELS, AUDIENCES, BASES) if admissible(*case, on)}
    listed = catalogue.parameters["admissible_bases"].at(on)
    assert isinstance(listed, tuple)
    assert len(listed) == len(set(listed))
    assert set(listed) == cases


def test_a_parameter_has_no_value_before_its_first_date(catalogue: Catalogue) -> None:
    assert catalogue.parameters["consent_max_age_months"].at(date(2026, 8, 10)) is None
    assert catalogue.parameters["consent_max_age_months"].at(date(2026, 8, 11)) == 12


def test_where_the_instant_of_delivery_decides_the_vendor_only_answers_for_a_known_one(catalogue: Catalogue) -> None:
    hanging = {card.id for card in catalogue.cards if "is_delivered_at_assumed" in str(card.attributable_to)}
    assert hanging == {
        "basis_admissible",
        "callback_request_proven",
        "consent_prior_to_delivery",
        "consent_refused_at_collection",
        "consent_withdrawn",
        "consent_timestamp_coherent",
        "consent_double_optin_confirmed",
        "interest_origin_proven",
        "sector_insurance_consent_30_days",
        "lead_too_old_at_delivery",
        "opp_vendor_redelivery",
        "tel_consent_max_age_one_year",
        "tel_optin_consent_required",
    }
    assert all(catalogue.by_id[rule_id].attributable_to[-1] == ("nobody", None) for rule_id in hanging)


def test_nobody_answers_for_a_phone_consent_older_than_its_text(catalogue: Catalogue) -> None:
    for rule_id in ("tel_consent_five_mentions", "tel_consent_named_professional", "tel_consent_max_age_one_year"):
        (party, when), otherwise = catalogue.by_id[rule_id].attributable_to
        assert party == "vendor"
        assert when is not None
        assert when.startswith("consent_on >= date '2026-08-11'")
        assert otherwise == ("nobody", None)


def test_doctrine_decides_the_attribution_and_not_the_verdict(catalogue: Catalogue) -> None:
    card = catalogue.by_id["consent_form_version_known"]
    assert card.attributable_to == (("vendor", "used_on >= date '2022-11-24'"), ("nobody", None))
    assert card.in_force.from_ == date(2018, 5, 25)


def test_open_questions_on_a_form_wait_on_the_advertiser(catalogue: Catalogue) -> None:
    waiting = {card.id for card in catalogue.cards if card.pending_on[-1].party == "advertiser"}
    forms = {"consent_form_version_known", "consent_box_not_prechecked", "tel_consent_five_mentions"}
    forms |= {"consent_equal_prominence_refusal", "consent_not_bundled_with_participation"}
    forms |= {"form_france_renov_sentence", "tel_number_collection_notice", "consent_informed_art13"}
    forms |= {"consent_not_in_terms", "consent_withdrawal_as_easy"}
    assert waiting - {"opp_other_form", "opp_new_consent_after_opposition", "vendor_gone_live"} == forms


def test_each_rule_comes_after_all_that_it_needs(catalogue: Catalogue) -> None:
    order = [card.id for card in catalogue.in_needs_order()]
    assert sorted(order) == SHIPPED
    for card in catalogue.cards:
        assert all(order.index(needed) < order.index(card.id) for needed in card.needs)


def test_silence_means_every_channel_and_audience(catalogue: Catalogue) -> None:
    card = catalogue.by_id["opp_vendor_redelivery"]
    assert set(card.channels) == set(CHANNELS)
    assert set(card.audiences) == set(AUDIENCES)
    assert catalogue.by_id["lead_duplicate"].channels == ()


def test_a_card_knows_the_lines_of_its_file(catalogue: Catalogue) -> None:
    card = catalogue.by_id["tel_consent_max_age_one_year"]
    lines = card.file.read_text().splitlines()
    assert lines[card.line_of("pass_when") - 1].startswith("pass_when:")
    assert lines[card.line_of("examples.1.given.used_at") - 1].strip().startswith("given:")
    assert card.line_of("examples.1.nowhere") == card.line_of("examples.1")
    assert card.line_of("nowhere") == 1


# Own cards


def test_an_own_card_adds_a_rule(tmp_path: Path) -> None:
    write(tmp_path)
    assert "own_rule" in load_catalogue(tmp_path).by_id


def test_an_own_card_replaces_the_shipped_one_of_its_id(tmp_path: Path) -> None:
    write(tmp_path, "lead_duplicate", severity="major", override=OVERRIDE)
    changed = load_catalogue(tmp_path)
    assert changed.by_id["lead_duplicate"].severity == "major"
    assert len(changed.cards) == len(SHIPPED)


def test_own_parameters_replace_shipped_ones_by_name(tmp_path: Path) -> None:
    own = {"consent_max_age_months": {"values": {date(2026, 8, 11): 6}, "reference": "Politique", "override": OVERRIDE}}
    (tmp_path / "parameters.yaml").write_text(yaml.safe_dump(own))
    parameters = load_catalogue(tmp_path).parameters
    assert parameters["consent_max_age_months"].at(date(2026, 9, 1)) == 6
    assert "admissible_bases" in parameters


def test_a_folder_that_does_not_exist_holds_no_rules(tmp_path: Path, catalogue: Catalogue) -> None:
    assert load_catalogue(tmp_path / "rules").digest == catalogue.digest


# Digest


@pytest.mark.parametrize(
    "change",
    [
        {"title": {"fr": "Autre", "en": "Other"}},
        {"fault": {"fr": "Autre", "en": "Other"}},
        {"remedy": {"fr": "Autre", "en": "Other"}},
        {"basis": [{"cite": "RGPD, art. 5"}]},
        {"review": {"status": "to_confirm", "note": "Ask counsel."}},
        {"pass_when": "  not\n   (is_duplicate and  not is_delivered_at_assumed) "},
        {"audiences": ["legal_person", "consumer", "professional"]},
        {"examples": SIMPLE["examples"] + [{"why": "again", "given": {"is_duplicate": True}, "expect": "fail"}]},
    ],
)
def test_words_for_people_and_layout_do_not_change_the_digest(tmp_path: Path, change: dict[str, Any]) -> None:
    path = write(tmp_path)
    before = load_catalogue(tmp_path).digest
    write(tmp_path, **change)
    path.write_text("# a comment\n" + path.read_text())
    assert load_catalogue(tmp_path).digest == before


@pytest.mark.parametrize(
    "change",
    [
        {"severity": "major"},
        {"attributable_to": "nobody"},
        {"pending_on": "advertiser"},
        {"dimension": "conformity"},
        {"applies_when": "country = 'FR'"},
        {"pass_when": "is_duplicate"},
        {"audiences": ["consumer"]},
        {"evidence": ["collected_at"]},
        {"doctrine_since": date(2022, 11, 24)},
        {"subsumed_by": ["lead_duplicate"]},
        {"needs": ["lead_duplicate"]},
    ],
)
def test_what_judges_changes_the_digest(tmp_path: Path, change: dict[str, Any]) -> None:
    write(tmp_path)
    before = load_catalogue(tmp_path).digest
    write(tmp_path, **change)
    assert load_catalogue(tmp_path).digest != before


def test_a_parameter_changes_the_digest_and_its_reference_does_not(tmp_path: Path, catalogue: Catalogue) -> None:
    path = tmp_path / "parameters.yaml"
    path.write_text("consent_max_age_months: {values: {2026-08-11: 12}, reference: elsewhere}")
    assert load_catalogue(edited=tmp_path).digest == catalogue.digest
    path.write_text("consent_max_age_months: {values: {2026-08-11: 11}, reference: elsewhere}")
    assert load_catalogue(edited=tmp_path).digest != catalogue.digest


def test_the_folder_in_which_a_card_lies_does_not_change_the_digest(tmp_path: Path, catalogue: Catalogue) -> None:
    for path in SHIPPED_CARDS.rglob("*.yaml"):
        shutil.copy(path, tmp_path / path.name)
    assert load_catalogue(edited=tmp_path).digest == catalogue.digest


# Problems


def wrong_cards() -> Iterator[tuple[str, dict[str, Any], str]]:
    dated = {"from": date(2026, 8, 11), "to": date(2027, 1, 31)}
    good, bad = SIMPLE["examples"]
    yield "an unknown key", {"pass_wehn": "true"}, "unknown key `pass_wehn`; did you mean `pass_when`?"
    yield "an unknown nested key", {"in_force": {"from": None, "until": None, "to": None}}, "unknown key `until`"
    yield "a missing key", {"remedy": ...}, "`remedy` is missing"
    yield "a foreign word", {"severity": "bloking"}, "unknown word `bloking`; did you mean `blocking`?"
    yield "a foreign party", {"attributable_to": "shared"}, "expected one of vendor, advertiser, nobody, undetermined"
    yield "a condition without otherwise", {"pending_on": {"vendor": "is_duplicate"}}, "otherwise: <party>"
    yield "a channel where there is none", {"channels": ["email"]}, "a channel has no meaning at the grain lead"
    yield (
        "an unknown need",
        {"needs": ["lead_duplicat"]},
        "unknown rule `lead_duplicat`; did you mean `lead_duplicate`?",
    )
    yield "an unknown subsumer", {"subsumed_by": ["nobody_knows"]}, "`subsumed_by`: unknown rule `nobody_knows`"
    yield (
        "a need of another grain",
        {"needs": ["basis_admissible"]},
        "`needs`: `basis_admissible` is of grain lead_use; expected a rule of this one's, lead",
    )
    yield (
        "a subsumer of another grain",
        {"subsumed_by": ["basis_admissible"]},
        "`subsumed_by`: `basis_admissible` is of grain lead_use; expected a rule of this one's, lead",
    )
    yield "a need of itself", {"needs": ["own_rule"]}, "`needs` goes in a circle: own_rule -> own_rule"
    yield "no pass", {"examples": [bad]}, "no example with `expect: pass`"
    yield "no fail", {"examples": [good]}, "no example with `expect: fail`"
    yield "no first day", {"in_force": dated}, "no example on 2026-08-11, where the rule still applies"
    yield "no day before", {"in_force": dated}, "no example on 2026-08-10 with `expect: not_applicable`"
    yield "no last day", {"in_force": dated}, "no example on 2027-01-31, where the rule still applies"
    yield "no day after", {"in_force": dated}, "no example on 2027-02-01 with `expect: not_applicable`"
    yield "dates reversed", {"in_force": {"from": date(2026, 2, 1), "to": date(2026, 1, 1)}}, "`to` lies before `from`"
    yield "doctrine before the text", {"in_force": dated, "doctrine_since": date(2026, 8, 11)}, "must be later than"
    yield "an unknown fact", {"evidence": ["colected_at"]}, "did you mean `collected_at`?"
    yield "a fact of another grain", {"evidence": ["consent_at"]}, "unknown dossier column `consent_at`"
    yield "a clock that is none", {"dated_by": "country"}, "`country` is text, expected an instant or a date"
    yield (
        "an unknown given",
        {"examples": [good, bad | {"given": {"is_duplicated": True}}]},
        "did you mean `is_duplicate`?",
    )
    yield (
        "a given of a wrong type",
        {"examples": [good, bad | {"given": {"is_duplicate": "yes"}}]},
        "expected true or false",
    )
    yield "a comment in an expression", {"pass_when": "not is_duplicate -- why"}, "no comment inside an expression"


@pytest.mark.parametrize(("change", "message"), [pytest.param(*case[1:], id=case[0]) for case in wrong_cards()])
def test_a_wrong_card_is_said_with_what_mends_it(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    write(tmp_path, **change)
    assert any(message in problem for problem in problems_of(tmp_path)), problems_of(tmp_path)


def test_an_instant_without_a_zone_is_said(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_text(
        path.read_text().replace("is_duplicate: true", "is_duplicate: true\n    used_at: 2026-08-11 09:00:00")
    )
    assert any("`used_at`: expected an instant with its zone" in problem for problem in problems_of(tmp_path))


def test_a_lead_use_in_an_example_has_a_channel(tmp_path: Path) -> None:
    given = {"given": {"is_opposed": False}}
    write(tmp_path, grain="lead_use", pass_when="not is_opposed", examples=[SIMPLE["examples"][0] | given])
    assert any("names no `channel`" in problem for problem in problems_of(tmp_path))


def test_a_need_that_never_applies_there_is_said(tmp_path: Path) -> None:
    examples = [{"why": expect, "given": {"channel": "sms"}, "expect": expect} for expect in ("pass", "fail")]
    shared: dict[str, Any] = {
        "grain": "lead_use",
        "pass_when": "not (is_opposed and is_duplicate)",
        "examples": examples,
    }
    write(tmp_path, "needed", channels=["email"], **shared)
    write(tmp_path, channels=["email", "sms"], needs=["needed"], **shared)
    (problem,) = problems_of(tmp_path)
    assert problem.endswith("needs `needed`, which never applies to sms: there this rule would never apply")


def test_a_circle_of_needs_is_said_once_with_its_way(tmp_path: Path) -> None:
    write(tmp_path, "first", needs=["second"])
    write(tmp_path, "second", needs=["first"])
    (problem,) = problems_of(tmp_path)
    assert "`needs` goes in a circle: " in problem


def test_problems_name_the_line_and_come_all_at_once(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("id: broken\ntitle: [\n")
    (tmp_path / "empty.yaml").write_text("")
    (tmp_path / "parameters.yaml").write_text("age:\n  reference: x\n  values: {2026-08-11: 1, 2027-01-01: [a]}\n")
    path = write(tmp_path, severity="grave", needs=["broken", "nowhere"])
    line = path.read_text().splitlines().index("severity: grave") + 1
    problems = problems_of(tmp_path)
    assert [problem.split(": ")[0] for problem in problems] == [
        "broken.yaml:3",
        "empty.yaml:1",
        f"own_rule.yaml:{line}",
        "parameters.yaml:3",
    ]


def test_a_wrong_expression_and_a_missing_example_of_a_card_are_said_together(tmp_path: Path) -> None:
    path = write(tmp_path, pass_when="not is_duplicat", examples=SIMPLE["examples"][:1])
    lines = path.read_text().splitlines()
    problems = problems_of(tmp_path)
    assert [problem.split(": ")[0] for problem in problems] == [
        f"own_rule.yaml:{lines.index('pass_when: not is_duplicat') + 1}",
        f"own_rule.yaml:{lines.index('examples:') + 1}",
    ]
    assert "did you mean `is_duplicate`?" in problems[0]
    assert "no example with `expect: fail`" in problems[1]


def test_a_key_given_twice_is_said(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_text(path.read_text() + "severity: info\n")
    assert any("`severity` is given twice" in problem for problem in problems_of(tmp_path))


def test_a_card_is_named_as_its_file(tmp_path: Path) -> None:
    write(tmp_path).rename(tmp_path / "other.yaml")
    assert any("name both alike" in problem for problem in problems_of(tmp_path))


def test_two_own_cards_of_one_id_are_said(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder)
    assert any("rule `own_rule` is also in" in problem for problem in problems_of(tmp_path))


# Commands


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("OPPOSABLE_HOME", str(tmp_path))
    (tmp_path / "rules").mkdir()
    return CliRunner()


def test_the_list_names_every_rule_in_the_language_asked_for(run: CliRunner) -> None:
    listed = run.invoke(app, ["list", "--lang", "fr"]).output
    assert all(rule_id in listed for rule_id in SHIPPED)
    assert "pré-cochée" in listed


def test_show_prints_the_basis_the_conditions_and_the_remedy(run: CliRunner) -> None:
    shown = run.invoke(app, ["show", "tel_consent_max_age_one_year"]).output
    for words in (
        "R. 223-1",
        "used_at < consent_expires_at",
        "otherwise nobody",
        "If the consent has expired",
        "from 11\u00a0August\u00a02026",
    ):
        assert words in shown


def test_show_of_an_unknown_rule_is_a_wrong_argument(run: CliRunner) -> None:
    result = run.invoke(app, ["show", "consent_withdrew"])
    assert result.exit_code == 2
    assert "did you mean `consent_withdrawn`?" in result.output


def test_check_passes_the_shipped_rulebook(run: CliRunner) -> None:
    result = run.invoke(app, ["check"])
    assert result.exit_code == 0
    assert f"{len(SHIPPED)} rules" in result.output


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"severity": "grave"}, "`severity`"),
        ({"pass_when": "not is_duplicat"}, "is_duplicat"),
        ({"pass_when": "is_duplicate"}, "expected pass, got fail"),
    ],
)
def test_check_says_each_problem_with_file_and_line(
    run: CliRunner, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    write(tmp_path / "rules", **change)
    result = run.invoke(app, ["check"])
    assert result.exit_code == 1
    assert message in result.output
    assert "own_rule.yaml:" in result.output
