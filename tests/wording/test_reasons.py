"""Reasons in words: each code in both languages, with all its figures, and in no language a word of the other."""

from string import Formatter

import pytest
from hypothesis import given, settings

from pipelines.vocabulary.reasons import REASONS, THINGS, Reason
from pipelines.vocabulary.words import REJECT_REASONS
from pipelines.wording.reasons import published, sentence, sentences, template
from pipelines.wording.words import LANGUAGES, translations, words
from tests.support.reasons import any_reason, english_in, examples

FORMS = ("one", "other")


@pytest.mark.parametrize(("reason", "english", "french"), examples(), ids=lambda each: getattr(each, "code", ""))
def test_each_code_says_its_example(reason: Reason, english: str, french: str) -> None:
    assert published(reason) == english
    assert sentence(reason, "fr") == french


def test_every_code_has_an_example_and_every_thing_too() -> None:
    told = [reason for reason, _, _ in examples()]
    assert {reason.code for reason in told} == REASONS.keys()
    assert {reason.figures["found"] for reason in told if reason.code == "file_foreign"} == set(THINGS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_exactly_the_codes_that_are_declared_with_exactly_their_figures(language: str) -> None:
    keys = [key.split(".") for key in translations(language) if key.startswith("reason.")]
    assert {key[1] for key in keys} == REASONS.keys()
    for code, declared in REASONS.items():
        for form in FORMS:
            assert placeholders(template(code, language, form)) == declared.figures.keys(), (code, form)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@settings(deadline=None)
@given(any_reason())
def test_whatever_the_figures_both_languages_say_them_and_french_says_no_english(reason: Reason) -> None:
    for language in LANGUAGES:
        told = sentence(reason, language)
        assert told
        assert all(figure in told for figure in shown(reason, language)), (reason, language)
    assert english_in(sentence(reason, "fr")) == set()


def shown(reason: Reason, language: str) -> list[str]:
    """Figures that have to stand in a sentence as they are, each of them."""
    kinds, say = REASONS[reason.code].figures, words(language)
    found: list[str] = []
    for name, figure in reason.figures.items():
        if kinds[name] == "count":
            found.append(say.number(figure))  # type: ignore[arg-type]
        elif kinds[name] in ("names", "near"):
            found += [text for each in figure for text in ([each] if isinstance(each, str) else each)]  # type: ignore[union-attr]
        elif kinds[name] == "name":
            found.append(str(figure))
    return found


def test_english_in_a_french_text_is_seen() -> None:
    assert english_in("attendu\u00a0: un header and data rows") == {"header", "and", "data", "rows"}
    assert english_in("le contrat says `found`, l\u2019une de ces valeurs\u00a0: found, of") == {"says"}
    assert english_in("une ou plusieurs de ces valeurs, séparées par `|`\u00a0: of, found") == set()


def test_several_reasons_are_told_in_one_line() -> None:
    told = [Reason("titles_found"), Reason("totals_found")]
    assert sentences(told, "en") == "found title lines before the header; found total lines after the rows"
    assert sentences(told, "fr") == (
        "des lignes de titre avant l\u2019en-tête\u202f; des lignes de total après les données"
    )
    assert sentences([], "fr") == ""


def test_a_vendor_is_not_told_our_settings() -> None:
    limit = Reason("limit_rows", most=1_000)
    assert published(limit) == "at most 1,000 data rows (OPPOSABLE_MAX_ROWS)"
    assert sentence(limit, "en") == "at most 1,000 data rows"
    assert sentence(limit, "fr") == "au plus 1\u202f000 lignes de données"


def test_a_language_that_misses_a_code_is_our_fault() -> None:
    with pytest.raises(KeyError):
        template("no_such_code", "fr", "one")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", REJECT_REASONS)
def test_every_reject_reason_has_a_name_and_a_remedy(reason: str, language: str) -> None:
    say = words(language)
    assert say(f"reject.{reason}")
    assert say(f"receipt.remedy.{reason}").endswith(".")
