"""Whatever the intake expects, a French vendor is told in French."""

import ast
import re
from collections.abc import Iterator

import pytest

from pipelines.contracts.contract import FieldTerms
from pipelines.formats.kinds import KINDS
from pipelines.formats.limits import Limits
from pipelines.intake.values import kind_of
from pipelines.vocabulary.fields import CANONICAL_FIELDS
from pipelines.vocabulary.words import REJECT_REASONS
from pipelines.wording.expectations import expected_in_french, expected_words
from pipelines.wording.words import LANGUAGES, words
from tests.support.paths import PRODUCT

FIELDS = sorted({field for fields in CANONICAL_FIELDS.values() for field in fields})
SAYING = {"FileRefusal": ("expected", 1), "Objection": ("expected", 3), "RawFile": ("well_formed", 2)}
"""Who says what was expected: the argument, by name and by place."""
BY_NAME = {"expected", "well_formed"}


@pytest.mark.parametrize("field", FIELDS)
def test_every_kind_of_field_has_its_french_expectation(field: str) -> None:
    plain = FieldTerms(name=field, physical_name=field)
    dated = FieldTerms(name=field, physical_name=field, format="dd/MM/yyyy HH:mm")
    listed = FieldTerms(name=field, physical_name=field, enum={"oui": "true", "non": "false"}, list_separator=";")
    for terms in (plain, dated, listed):
        expected = kind_of(field).expected(terms)
        french = expected_in_french(expected)
        assert french, expected
        assert not re.search(r"\b(one|of|the|and|separated|value|true)\b", re.sub("`[^`]*`|: .*", "", french))


def test_names_and_formats_of_the_contract_are_kept() -> None:
    french = expected_in_french("one or more of e-mail, sms, separated by `, `")
    assert french == "une ou plusieurs de ces valeurs, séparées par `, ` : e-mail, sms"
    assert expected_in_french("a date and time as `yyyy-MM-dd'T'HH:mm`") == (
        "une date et une heure comme `yyyy-MM-dd'T'HH:mm`"
    )
    assert expected_in_french("the columns lead_id, courriel") == "les colonnes lead_id, courriel"


def test_words_that_nobody_translated_are_told_as_they_are() -> None:
    assert expected_in_french("something quite new") is None
    assert expected_words("something quite new", "fr") == "something quite new"
    assert expected_in_french("the column a; something quite new") is None


def test_near_names_are_told_with_the_missing_column() -> None:
    told = "the column Téléphone; `Téléphone portable` is not in the contract; did you mean `Téléphone`?"
    assert expected_in_french(told) == (
        "la colonne Téléphone ; `Téléphone portable` n'est pas dans le contrat, s'agit-il de `Téléphone` ?"
    )


def test_a_vendor_is_not_told_our_settings() -> None:
    told = Limits(rows=1_000).refusal("rows").expected
    assert expected_words(told, "en") == "at most 1,000 data rows"
    assert expected_words(told, "fr") == "au plus 1\u202f000 lignes de données"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", REJECT_REASONS)
def test_every_reason_has_a_name_and_a_remedy(reason: str, language: str) -> None:
    say = words(language)
    assert say(f"reject.{reason}")
    assert say(f"receipt.remedy.{reason}").endswith(".")


def said() -> Iterator[str]:
    """Every expectation written in the code of the intake, with `3` where a figure or a name is put in."""
    for path in sorted(PRODUCT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
                name, place = SAYING[node.func.id]
                named = [keyword.value for keyword in node.keywords if keyword.arg == name]
                yield from map(_text, filter(_is_text, [*named, *node.args[place : place + 1]]))
    for kind in KINDS.values():
        yield kind.expected
    for bound in ("file_bytes", "held_bytes", "expansion", "rows", "columns", "cell_characters", "archive_files"):
        yield Limits().refusal(bound).expected.partition(" (")[0]


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _text(node: ast.expr) -> str:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "3" for part in parts)


def test_whatever_the_intake_says_has_its_french() -> None:
    found = {text for text in said() if text}
    assert len(found) > 10
    assert sorted(text for text in found if expected_in_french(text) is None) == []
