"""What a house changes of the shipped rulebook: only with a reason, a name and a date, and never in silence."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.rulebook.catalogue import load_catalogue
from pipelines.rulebook.yaml_files import CatalogueError
from tests.support.contract_files import shipped_catalogue
from tests.support.rule_cards import OVERRIDE, write_card

MONTHS = {"values": {date(2026, 8, 11): 6}, "reference": "Politique interne"}


def write_yaml(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def test_a_replaced_rule_and_a_replaced_value_say_why_who_and_when(tmp_path: Path) -> None:
    write_card(tmp_path, "lead_duplicate", severity="major", override=OVERRIDE)
    write_yaml(tmp_path / "parameters.yaml", {"consent_max_age_months": {**MONTHS, "override": OVERRIDE}})
    catalogue = load_catalogue(tmp_path)
    assert [(one.kind, one.name) for one in catalogue.changes] == [
        ("replaced", "lead_duplicate"),
        ("parameter", "consent_max_age_months"),
    ]
    for change in catalogue.changes:
        assert (change.override.decided_by, change.override.decided_on) == ("Inès Laurent", date(2026, 9, 1))
    assert [one.name for one in catalogue.changes_behind("lead_duplicate")] == ["lead_duplicate"]
    assert [one.name for one in catalogue.changes_behind("tel_consent_max_age_one_year")] == ["consent_max_age_months"]
    assert catalogue.changes_behind("consent_withdrawn") == ()


def test_a_rule_that_is_switched_off_is_not_judged_and_none_waits_for_it(tmp_path: Path) -> None:
    write_yaml(tmp_path / "switched_off.yaml", {"proof_individual_record": OVERRIDE})
    catalogue = load_catalogue(tmp_path)
    assert set(shipped_catalogue().by_id) - set(catalogue.by_id) == {"proof_individual_record"}
    assert [one.name for one in catalogue.switched_off] == ["proof_individual_record"]
    assert catalogue.by_id["consent_withdrawn"].needs == ()
    assert catalogue.digest != shipped_catalogue().digest


def test_who_decided_and_why_changes_no_verdict(tmp_path: Path) -> None:
    write_card(tmp_path, "lead_duplicate", severity="major", override=OVERRIDE)
    before = load_catalogue(tmp_path).digest
    write_card(tmp_path, "lead_duplicate", severity="major", override=OVERRIDE | {"decided_by": "Paul Roux"})
    assert load_catalogue(tmp_path).digest == before


def wrong(folder: Path) -> str:
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(folder)
    return str(caught.value)


def test_a_rule_replaced_in_silence_is_refused(tmp_path: Path) -> None:
    path = write_card(tmp_path, "lead_duplicate", severity="major")
    assert wrong(tmp_path) == (
        f"{path}:1: lead_duplicate: replaces the shipped rule of that id, and must say why: add `override: "
        "{reason: {fr: …, en: …}, decided_by: …, decided_on: YYYY-MM-DD}`, or give it another id"
    )


def test_a_value_replaced_in_silence_is_refused(tmp_path: Path) -> None:
    write_yaml(tmp_path / "parameters.yaml", {"consent_max_age_months": MONTHS})
    assert "parameters.yaml:1: `consent_max_age_months` replaces the shipped parameter, and must say why" in wrong(
        tmp_path
    )


def test_an_override_that_replaces_nothing_is_refused(tmp_path: Path) -> None:
    write_card(tmp_path, override=OVERRIDE)
    assert "own_rule: `override`: there is no shipped rule of that id to replace" in wrong(tmp_path)


@pytest.mark.parametrize(
    ("off", "message"),
    [
        ({"lead_duplicat": OVERRIDE}, "unknown shipped rule `lead_duplicat`; did you mean `lead_duplicate`?"),
        ({"consent_withdrawn": OVERRIDE}, "`consent_withdrawn` can't be switched off: an objection is absolute"),
        ({"lead_duplicate": {**OVERRIDE, "decided_by": ""}}, "`lead_duplicate.decided_by`: expected text, not nothing"),
        ({"lead_duplicate": {"decided_by": "Inès Laurent"}}, "`lead_duplicate.reason` is missing"),
        ({"lead_duplicate": {**OVERRIDE, "decided_on": "soon"}}, "`lead_duplicate.decided_on`: expected a date"),
        ({"lead_duplicate": {**OVERRIDE, "reason": {"fr": "Oui"}}}, "`lead_duplicate.reason.en` is missing"),
    ],
)
def test_what_is_switched_off_without_saying_why_is_refused(tmp_path: Path, off: dict[str, Any], message: str) -> None:
    write_yaml(tmp_path / "switched_off.yaml", off)
    said = wrong(tmp_path)
    assert said.startswith(f"{tmp_path / 'switched_off.yaml'}:")
    assert message in said


OBJECTIONS = ("consent_refused_at_collection", "consent_withdrawn", "opp_other_form", "opp_vendor_redelivery")
"""By hand: the blocking cards that hear a refusal, a withdrawal or an objection."""


@pytest.mark.fault(
    area="objections",
    fault="A house switches off, or replaces by a milder one, a rule that hears who said no",
    promise="It is refused before anybody is judged: nobody who said no enters a call list that way.",
)
def test_a_rule_that_hears_who_said_no_is_neither_switched_off_nor_replaced(tmp_path: Path) -> None:
    off = tmp_path / "switched_off.yaml"
    write_yaml(off, dict.fromkeys(OBJECTIONS, OVERRIDE))
    cards = [replace_shipped(tmp_path, rule_id, severity="info") for rule_id in OBJECTIONS]
    said = wrong(tmp_path).splitlines()
    why = "an objection is absolute (single ones are revoked in the registry)"
    replaced = f"this rule can't be replaced: {why}; take the card out, or give yours another id"
    assert sorted(line.partition(": ")[2] for line in said) == sorted(
        [f"{rule_id}: `id`: {replaced}" for rule_id in OBJECTIONS]
        + [f"`{rule_id}` can't be switched off: {why}; take the line out" for rule_id in OBJECTIONS]
    )
    assert {line.partition(":")[0] for line in said} == {str(path) for path in (off, *cards)}


def test_what_a_rule_that_hears_who_said_no_needs_is_not_replaced(tmp_path: Path) -> None:
    path = replace_shipped(tmp_path, "proof_individual_record", severity="info")
    assert wrong(tmp_path).startswith(
        f"{path}:1: proof_individual_record: `id`: this rule can't be replaced: `consent_withdrawn` needs it"
    )


def replace_shipped(folder: Path, rule_id: str, **changes: Any) -> Path:
    path = folder / f"{rule_id}.yaml"
    write_yaml(path, {**shipped_catalogue().by_id[rule_id].written, **changes, "override": OVERRIDE})
    return path


def test_a_rule_is_replaced_or_switched_off_and_not_both(tmp_path: Path) -> None:
    write_card(tmp_path, "lead_duplicate", severity="major", override=OVERRIDE)
    write_yaml(tmp_path / "switched_off.yaml", {"lead_duplicate": OVERRIDE})
    assert "switched_off.yaml switches this rule off; keep the card or the line, not both" in wrong(tmp_path)
