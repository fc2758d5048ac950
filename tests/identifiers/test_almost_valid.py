"""Identifiers that miss validity by a sign: refused at once where nothing else can come out, and nowhere else."""

import email_validator
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.identifiers.contained import contained_emails, contained_in, contained_phones
from pipelines.identifiers.emails import canonical_email, canonical_emails, literal_email
from pipelines.identifiers.other_forms import Identifiers
from pipelines.identifiers.phones import canonical_phone, canonical_phones

_SIGNS = st.sampled_from(
    ["@", "@@", " @ ", ".", "..", ",", " ", "-", "_", ";", "%40", "&#64;", " at ", " dot ", "<", ">", "é"]
)
_PIECES = st.sampled_from(["a", "jean", "x1", "fr", "com", "gmail", "0612345678", "33", "0"])
TEXTS = st.lists(st.one_of(_PIECES, _SIGNS), min_size=1, max_size=9).map("".join)
DIGITS = st.from_regex(r"(?:\+|00?|33|262|590)?[0-9]{5,13}", fullmatch=True)


def _accepted(text: str) -> bool:
    try:
        email_validator.validate_email(text, check_deliverability=False)
    except email_validator.EmailNotValidError:
        return False
    return True


@given(st.one_of(TEXTS, st.from_regex(r"[!-~]{1,12}@[!-~]{1,12}", fullmatch=True)))
@settings(max_examples=100, deadline=None)
def test_what_is_refused_at_once_is_what_the_validator_refuses(text: str) -> None:
    if literal_email(text) is None and text.isascii():
        tops = text.rpartition(".")[2]
        assert not _accepted(text.strip()) or len(tops) < 2


@given(st.lists(TEXTS, min_size=1, max_size=8))
@settings(max_examples=100, deadline=None)
def test_a_column_of_almost_addresses_is_read_as_each_is_alone(texts: list[str]) -> None:
    emails = canonical_emails(pa.array(texts))
    assert emails.to_pylist() == [canonical_email(text) for text in texts]
    held = contained_in(Identifiers(emails, pa.array(texts)))
    for place, text in enumerate(texts):
        if emails[place].as_py() is None:
            of_row = [column[place].as_py() for column in held.emails]
            assert {*contained_emails(text)} >= {*filter(None, of_row)} - {text.lower()}
            assert len([*dict.fromkeys(contained_emails(text))][:8]) <= len([one for one in of_row if one])


@given(st.lists(DIGITS, min_size=101, max_size=120))
@settings(max_examples=10, deadline=None)
def test_a_column_of_almost_numbers_is_read_as_each_is_alone(texts: list[str]) -> None:
    numbers = canonical_phones(pa.array(texts))
    assert numbers.to_pylist() == [canonical_phone(text) for text in texts]
    held = contained_in(
        Identifiers(pa.nulls(len(texts), pa.string()), pa.nulls(len(texts), pa.string())),
        Identifiers(numbers, pa.array(texts)),
    )
    for place, text in enumerate(texts):
        if numbers[place].as_py() is None:
            assert {column[place].as_py() for column in held.phones} - {None} == {*contained_phones(text)}


@pytest.mark.parametrize(
    ("text", "held"), [("jean,roy@x,fr", "jean.roy@x.fr"), ("a @ x.fr, b@y.fr", "b@y.fr"), ("a@@x.fr", "a@x.fr")]
)
def test_what_an_almost_valid_address_may_mean_is_still_found(text: str, held: str) -> None:
    column = pa.array([text])
    found = contained_in(Identifiers(canonical_emails(column), column)).emails
    assert held in [part[0].as_py() for part in found]
    assert pc.is_null(canonical_emails(column))[0].as_py()
