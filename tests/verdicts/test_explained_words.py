"""An explanation as people read it: verdict and deciding rules first, in few lines, in the reader's language."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from pipelines.commands.explain import _rules_as_table
from pipelines.rulebook.compiler import Code, CompiledRule, compile_rules
from pipelines.rulebook.overrides import Change
from pipelines.rulebook.yaml_files import Override
from pipelines.verdicts.explain import WORDS, AppliedRule, ExplainedUse
from pipelines.verdicts.explained_words import explanation
from pipelines.verdicts.missing_parts import MissingPart
from pipelines.vocabulary.bilingual import Bilingual
from pipelines.wording.words import words
from tests.support.contract_files import shipped_catalogue

KNOWN_AT = datetime(2026, 8, 14, 8)
PROOF, NAMED, MATCHES = "proof_individual_record", "consent_named_recipient_elec", "proof_matches_lead"


@cache
def rules() -> Mapping[str, CompiledRule]:
    compiled = (compile_rules(shipped_catalogue(), grain=grain) for grain in ("lead_use", "lead", "delivery"))
    return {rule.id: rule for of_grain in compiled for rule in of_grain}


def applied(rule_id: str, code: Code, inputs: Mapping[str, Any] | None = None, **more: Any) -> AppliedRule:
    return AppliedRule(rules()[rule_id], WORDS[code], code, inputs or {}, "", **more)


def use(channel: str, verdict: str, *found: AppliedRule) -> ExplainedUse:
    rest = [applied(rule_id, Code.PASS) for rule_id in rules() if rule_id not in {one.rule.id for one in found}]
    plain = [one for one in rest if one.rule.card.holds_until is None]
    return ExplainedUse("acme", date(2026, 8, 11), "L-1", channel, verdict, KNOWN_AT, True, (*found, *plain))


def told(*uses: ExplainedUse, language: str = "en") -> list[str]:
    return list(explanation(uses, words(language), shipped_catalogue()))


def test_a_plain_lead_takes_three_lines() -> None:
    assert told(use("email", "usable"), use("phone", "usable")) == [
        "acme, delivery of 11\u00a0August\u00a02026, lead L-1",
        "e-mail and phone: USABLE (final, by what was known on 14\u00a0August\u00a02026, 10:00 in Paris)",
        "  No blocking rule fails, and none waits on a fact.",
    ]


def test_what_decides_comes_right_after_the_verdict_and_the_rest_in_one_line() -> None:
    fail = applied(NAMED, Code.FAIL)
    minor = applied("lead_duplicate", Code.FAIL)
    open_ = applied(MATCHES, Code.UNKNOWN, waits_on="vendor")
    lines = told(use("email", "blocked", minor, open_, fail))
    assert lines[2] == (
        "  Blocked by: The advertiser was not named among the recipients of the electronic consent "
        "[consent_named_recipient_elec]"
    )
    assert lines[3].startswith("    What would mend it: If the list delivered lacks the advertiser, name it")
    others = "lead_duplicate (fails), proof_matches_lead (open or not proven)"
    assert lines[4:] == [f"  Also found, without bearing on the verdict: {others}"]


def test_what_is_not_proven_is_never_told_as_a_breach_and_what_is_missing_is_named() -> None:
    missing = (MissingPart("consent_proofs", ("texte",)), MissingPart("consent_proofs", ("noms", "sirens")))
    proof = applied(PROOF, Code.NOT_PROVEN, missing=missing, waits_on="vendor")
    lines = told(*(use(channel, "blocked", proof) for channel in ("email", "sms", "phone")))
    assert len(lines) <= 10
    assert lines[1].startswith("e-mail, SMS and phone: BLOCKED")
    assert lines[2] == (
        "  Blocked by: not proven by the proof deadline: There is an individual and complete proof of the consent "
        "[proof_individual_record] (missing or unclear in the proof file: `texte`, `noms` or `sirens`)"
    )


def test_a_lead_on_hold_says_on_whom_it_waits_in_the_readers_language() -> None:
    open_ = applied("consent_form_version_known", Code.UNKNOWN, waits_on="advertiser")
    lines = told(use("email", "on_hold", open_), language="fr")
    assert lines[1].startswith("e-mail\u00a0: EN ATTENTE (définitif")
    assert "on attend l\u2019annonceur" in lines[2]


@pytest.mark.parametrize(
    ("consent_at", "expires_at", "warned"),
    [
        (datetime(2027, 6, 1, 8), datetime(2028, 6, 1, 8), "31\u00a0May\u00a02028, 10:00"),
        (datetime(2026, 6, 1, 8), datetime(2027, 6, 1, 8), None),
        (datetime(2027, 6, 1, 8), datetime(2027, 9, 1, 8), None),
    ],
    ids=["over a 29 February", "a year of 365 days", "a shorter period"],
)
def test_the_stricter_reading_of_one_year_is_a_warning_where_it_differs(
    consent_at: datetime, expires_at: datetime, warned: str | None
) -> None:
    age = applied(
        "tel_consent_max_age_one_year", Code.PASS, {"consent_at": consent_at, "consent_expires_at": expires_at}
    )
    warnings = [line for line in told(use("phone", "usable", age)) if "365" in line]
    assert [warned in line for line in warnings if warned] == ([True] if warned else [])
    assert len(warnings) == (warned is not None)


@pytest.mark.fault(
    area="content",
    fault="A vendor's values hold mark-up of terminals: brackets, control sequences",
    promise="`explain` shows them as text.",
)
def test_brackets_are_text_in_the_table_and_no_control_sequence_reaches_the_terminal() -> None:
    found = applied(PROOF, Code.FAIL, {"form_version": "[red]v2[/] [/x]\x1b[2J\u202e"})
    console = Console(file=StringIO(), width=200)
    console.print(_rules_as_table(replace(use("email", "blocked", found), lead_id="L[/]\x1b[2J"), words("en")))
    assert isinstance(console.file, StringIO)
    printed = console.file.getvalue()
    assert r"L[/]\x1b[2J" in printed
    assert "[red]v2[/] [/x]" in printed
    assert "\x1b" not in printed
    assert "\u202e" not in printed


def test_a_rule_that_the_house_changed_says_so_where_it_decides() -> None:
    reason = Bilingual("Plus strict.", "Stricter.")
    override = Override(reason=reason, decided_by="Inès Laurent", decided_on=date(2026, 9, 1))
    changed = replace(shipped_catalogue(), changes=(Change("replaced", NAMED, override),))
    lines = list(explanation([use("email", "blocked", applied(NAMED, Code.FAIL))], words("en"), changed))
    assert lines[-1] == "    Rule changed by Inès Laurent on 1\u00a0September\u00a02026: Stricter."
    assert not any("Inès" in line for line in told(use("email", "blocked", applied(NAMED, Code.FAIL))))
