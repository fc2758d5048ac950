"""Whether two names are one company's: what is the same, what cannot be told, what is wholly different."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.verdicts.company_names import Likeness, likeness

SAME, NEAR, DIFFERENT = Likeness.SAME, Likeness.NEAR, Likeness.DIFFERENT
NAMES = [
    ("DURAND TÉLÉCOM S.A.", "Durand Telecom SA", SAME),
    ("durand-telecom, s.a", "Durand Telecom SA", SAME),
    ("Durand  Télécom", "Durand Telecom SA", SAME),
    ("DurandTelecom SA", "Durand Telecom SA", SAME),
    ("SA Durand Telecom", "Durand Telecom SA", SAME),
    ("Société anonyme Durand Télécom", "Durand Telecom SA", SAME),
    ("S A Durand Telecom", "Durand Telecom SA", SAME),
    ("Meubles Sereins (SAS)", "MEUBLES  SEREINS sas", SAME),
    ("Société par actions simplifiée unipersonnelle Meubles Sereins", "Meubles Sereins SASU", SAME),
    ("Meubles Sereins SAS", "Meubles Sereins SASU", SAME),
    ("Dupont et Fils", "Dupont & Fils SARL", SAME),
    ("L\u2019Œuvre d'Oc", "L'OEUVRE D\u2019OC SCI", SAME),
    ("Durand Telecom SARL", "Durand Telecom SA", NEAR),
    ("Durand", "Durand Telecom SA", NEAR),
    ("Telecom", "Durand Telecom SA", NEAR),
    ("Durand Telecom France", "Durand Telecom SA", NEAR),
    ("Groupe Durand Télécom", "Durand Telecom SA", NEAR),
    ("DurandTelecomFrance", "Durand Telecom SA", NEAR),
    ("Martin Energie SAS", "Durand Telecom SA", DIFFERENT),
    ("nos partenaires", "Durand Telecom SA", DIFFERENT),
    ("Durant Telecom SA", "Durand Telecom SA", DIFFERENT),
    ("SA", "Durand Telecom SA", DIFFERENT),
    ("", "Durand Telecom SA", DIFFERENT),
    ("…", "Durand Telecom SA", DIFFERENT),
    ("SAS", "SAS", SAME),
]
FORMS = st.sampled_from(["SA", "S.A.", "s.a.s.", "SARL", "S.A.R.L.", "EURL", "Sasu", "SCI"])
WORDS = st.lists(st.sampled_from(["durand", "télécom", "énergie", "habitat", "nord", "été"]), min_size=1, max_size=4)


@pytest.mark.parametrize(("one", "other", "expected"), NAMES, ids=[f"{one} / {other}" for one, other, _ in NAMES])
def test_names_are_the_same_near_or_different(one: str, other: str, expected: Likeness) -> None:
    assert (likeness(one, other), likeness(other, one)) == (expected, expected)


@given(words=WORDS, form=FORMS, case=st.sampled_from([str.upper, str.lower, str.title]), sign=st.sampled_from(" -,_"))
def test_spelling_never_makes_a_company_another(words: list[str], form: str, case: object, sign: str) -> None:
    plain = " ".join([*words, form])
    spelt = unicodedata.normalize("NFD", sign.join([*map(case, words), form]))  # type: ignore[call-overload]
    assert likeness(plain, spelt) is SAME
    assert likeness(plain, " ".join(words)) is SAME


@given(words=WORDS, more=st.sampled_from(["France", "Groupe", "Services"]), is_first=st.booleans(), form=FORMS)
def test_a_name_with_something_more_is_never_the_same_and_never_shown_to_be_another(
    words: list[str], more: str, is_first: bool, form: str
) -> None:
    longer = [more, *words] if is_first else [*words, more]
    assert likeness(" ".join([*words, form]), " ".join(longer)) is NEAR


@given(one=st.text(max_size=40), other=st.text(max_size=40))
def test_any_two_texts_can_be_compared_in_either_order(one: str, other: str) -> None:
    assert likeness(one, other) is likeness(other, one)


@given(text=st.text(max_size=40))
def test_any_name_is_its_own(text: str) -> None:
    assert likeness(text, text) is not NEAR
