"""Single values as delivered, to typed ones: what reads, and what can't be seen."""

import pyarrow as pa
import pytest

from pipelines.arrays.values import clean
from pipelines.contracts.contract import FieldTerms
from pipelines.intake.values import kind_of
from pipelines.wording.reasons import published


def read(field: str, text: str) -> object:
    return kind_of(field).read(clean(pa.array([text])), FieldTerms(field, field))[0].as_py()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Jeanne ", "Jeanne"),
        ("\u00a0Jeanne\u202f", "Jeanne"),
        ("\ufeffJeanne\u200b", "Jeanne"),
        (" \u200b ", None),
        ("\ufeff", None),
        ("", None),
        ("Jose\u0301", "José"),
        ("Anne\u200dMarie", "Anne\u200dMarie"),  # inside it may mean something
        ("\u3000Li\t\n", "Li"),
    ],
)
def test_a_text_has_nothing_unseen_around_it(text: str, expected: str | None) -> None:
    assert clean(pa.array([text, None])).to_pylist() == [expected, None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Oui", True), ("O", True), ("1.0", True), ("on", True), ("N", False), ("FAUX", False), ("0", False), ("?", None)],
)
def test_a_flag_is_read_in_the_words_of_forms_and_exports(text: str, expected: bool | None) -> None:
    assert read("over_18", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("email;sms", ["email", "sms"]),
        ("sms, email et tel", ["email", "sms", "phone"]),
        ("tel ,; email", ["email", "phone"]),
        ("email etsms", None),
        ("email|sms", None),
        ('["email", "sms"]', ["email", "sms"]),
        (" ; ", []),
    ],
)
def test_a_list_is_cut_at_each_of_its_separators(text: str, expected: list[str] | None) -> None:
    terms = FieldTerms("channels", "channels", list_separators=(";", ",", " et "))
    assert kind_of("channels").read(clean(pa.array([text])), terms)[0].as_py() == expected


def test_of_separators_that_begin_alike_the_longest_is_taken() -> None:
    terms = FieldTerms("recipients", "recipients", list_separators=("-", "->"))
    assert kind_of("recipients").read(pa.array(["A->B-C"]), terms)[0].as_py() == ["A", "B", "C"]


def test_what_is_expected_names_every_separator() -> None:
    terms = FieldTerms("recipients", "recipients", list_separators=(";", ","))
    assert published(kind_of("recipients").expected(terms)) == "names separated by `;` `,`"


@pytest.mark.parametrize(("text", "expected"), [("fr", "FR"), ("France", "FR"), ("FRA", "FR"), ("BEL", None)])
def test_a_country_is_a_code_of_two_letters_or_france(text: str, expected: str | None) -> None:
    assert read("country", text) == expected


@pytest.mark.parametrize("field", ["form_id", "form_version", "lead_id"])
@pytest.mark.parametrize(
    ("text", "expected"), [("7\x00", None), ("\x1bdevis", None), ("a\x7fb", None), ("a\tb", "a\tb")]
)
def test_a_label_or_reference_with_a_character_that_nobody_sees_is_bad(
    field: str, text: str, expected: str | None
) -> None:
    assert read(field, text) == expected
