"""What `opposable explain --all` shows: every rule, and what was delivered as it was delivered."""

import io
from datetime import date, datetime

import pytest
from rich.console import Console

from pipelines.commands.explain import rules_as_table
from pipelines.rulebook.compiler import Code, compile_rules
from pipelines.verdicts.explain import WORDS, AppliedRule, ExplainedUse
from pipelines.wording.words import words
from tests.support.contract_files import shipped_catalogue

MARKUP = "[red]L-1[/red] [link=x]y[/link] [/]"


@pytest.mark.fault(
    area="content",
    fault="Brackets in a reference or a value that a terminal would take for colours or links",
    promise="`opposable explain` shows them as they were delivered.",
)
def test_brackets_are_text() -> None:
    [rule, *_] = compile_rules(shipped_catalogue(), grain="lead")
    applied = AppliedRule(rule, WORDS[Code.FAIL], Code.FAIL, {"form_id": MARKUP}, MARKUP)
    use = ExplainedUse("acme", date(2026, 8, 11), MARKUP, "email", "blocked", datetime(2026, 8, 14), True, (applied,))
    shown = io.StringIO()
    Console(file=shown, width=300).print(rules_as_table(use, words("en")))
    assert shown.getvalue().count(MARKUP) == 3
