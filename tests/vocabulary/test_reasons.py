"""Reasons are data: each code is declared once, used with its own figures, and written so that it can be read back."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from pipelines.rulebook.catalogue import load_catalogue
from pipelines.vocabulary.reasons import PLACES, REASONS, THINGS, Reason, reason_of, reason_of_text
from pipelines.vocabulary.words import REJECT_REASONS, SEVERITIES
from tests.support.paths import PRODUCT, ROOT
from tests.support.reasons import any_reason

HOME = PRODUCT / "vocabulary" / "reasons.py"


def used() -> Iterator[tuple[Path, ast.expr, set[str | None] | None]]:
    """Every place of the product that makes a reason: where, the code, and the figures (None: those are given later).

    A reason is made by `Reason(code, …)`, or by `partial(Reason, code)` whose figures come with the call.
    """
    for path, node in calls():
        if is_named(node.func, "Reason"):
            yield path, node.args[0], {keyword.arg for keyword in node.keywords}
        elif is_named(node.func, "partial") and is_named(node.args[0], "Reason"):
            yield path, node.args[1], None


def calls() -> Iterator[tuple[Path, ast.Call]]:
    """Every call of the product, but those where codes are declared."""
    paths = [path for root in (PRODUCT, ROOT / "assets") for path in sorted(root.rglob("*.py")) if path != HOME]
    for path in paths:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield from ((path, node) for node in ast.walk(tree) if isinstance(node, ast.Call))


def is_named(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def test_every_code_that_is_used_is_declared_with_the_figures_that_it_is_given() -> None:
    for path, code, figures in used():
        where = f"{path.relative_to(ROOT)}:{code.lineno}"
        assert isinstance(code, ast.Constant), f"{where}: the code must be written out"
        assert code.value in REASONS, f"{where}: {code.value} is not declared"
        if figures is not None and None not in figures:  # `**figures` are checked when they are given
            assert figures == REASONS[code.value].figures.keys(), f"{where}: {code.value}"


def test_what_is_refused_is_refused_under_a_reject_reason_of_its_code() -> None:
    """Where both are written out: `FileRefusal(reject reason, Reason(code, …))` and rejections of rows."""
    places = {"FileRefusal": (0, 1), "Rejection": (1, 3), "refusals": (3, 5)}
    found = 0
    for path, node in calls():
        if isinstance(node.func, ast.Name) and node.func.id in places:
            word, cause = (node.args[place] if len(node.args) > place else None for place in places[node.func.id])
            if isinstance(word, ast.Constant) and isinstance(cause, ast.Call) and is_named(cause.func, "Reason"):
                found += 1
                (code,) = (argument.value for argument in cause.args if isinstance(argument, ast.Constant))
                assert word.value in REASONS[str(code)].reject_reasons, f"{path.relative_to(ROOT)}:{node.lineno}"
    assert found > 20


def test_every_code_that_is_declared_is_used() -> None:
    found = {code.value for _, code, _ in used() if isinstance(code, ast.Constant)}
    assert sorted(REASONS.keys() - found) == []


def test_every_thing_that_nobody_can_read_is_looked_for() -> None:
    text = (PRODUCT / "formats" / "kinds.py").read_text(encoding="utf-8")
    assert [thing for thing in THINGS if f'"{thing}"' not in text] == []


@pytest.mark.parametrize("code", REASONS)
def test_what_is_declared_of_a_code_is_of_our_vocabularies(code: str) -> None:
    declared = REASONS[code]
    assert declared.code == code
    assert declared.place in PLACES
    assert declared.severity in SEVERITIES
    assert set(declared.reject_reasons) <= set(REJECT_REASONS)
    assert bool(declared.reject_reasons) == (declared.severity == "blocking")


def test_every_reject_reason_has_a_cause() -> None:
    assert {word for declared in REASONS.values() for word in declared.reject_reasons} == set(REJECT_REASONS)


def test_what_a_rule_finds_is_as_grave_as_the_rule() -> None:
    rules = load_catalogue().by_id
    found = [declared for declared in REASONS.values() if declared.rule]
    assert {declared.place for declared in found} == {"difference", "manifest"}
    assert [declared.code for declared in found if declared.severity != rules[declared.rule or ""].severity] == []


@settings(deadline=None)
@given(any_reason())
def test_a_reason_is_read_back_from_what_is_published(reason: Reason) -> None:
    assert reason_of(reason.code, reason.figures_text()) == reason
    assert reason_of_text(reason.as_text()) == reason
    assert hash(reason_of_text(reason.as_text())) == hash(reason)


def test_figures_are_written_in_one_way() -> None:
    told = Reason("manifest_rows", found=6, file="é.csv", announced=5)
    assert told.figures_text() == '{"announced":5,"file":"é.csv","found":6}'
    assert told.as_text() == '{"code":"manifest_rows","figures":{"announced":5,"file":"é.csv","found":6}}'
    near = Reason("columns_missing", near=(("Mél", "Courriel"),), columns=("Courriel",))
    assert json.loads(near.figures_text()) == {"columns": ["Courriel"], "near": [["Mél", "Courriel"]]}


@pytest.mark.parametrize(
    ("code", "figures", "told"),
    [
        ("no_such_code", {}, "no_such_code: no reason of this code is declared"),
        ("limit_rows", {}, "limit_rows: figures missing, not declared or of another kind: most"),
        ("file_broken", {"most": 5}, "file_broken: figures missing, not declared or of another kind: most"),
        ("limit_rows", {"most": "secret"}, "limit_rows: figures missing, not declared or of another kind: most"),
        ("limit_rows", {"most": True}, "limit_rows: figures missing, not declared or of another kind: most"),
        ("value_word", {"words": "secret"}, "value_word: figures missing, not declared or of another kind: words"),
        (
            "file_foreign",
            {"stated": "csv", "found": "secret"},
            "file_foreign: figures missing, not declared or of another kind: found",
        ),
        (
            "columns_missing",
            {"columns": ("a",), "near": ("a",)},
            "columns_missing: figures missing, not declared or of another kind: near",
        ),
    ],
)
def test_other_figures_than_declared_are_our_fault_and_named_without_their_value(
    code: str, figures: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValueError, match="declared") as error:
        Reason(code, **figures)
    assert str(error.value) == told
