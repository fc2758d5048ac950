"""The identity key chain: new identifiers walk it, old keys are wrapped, and both meet in the same key."""

import hashlib
import hmac

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.identifiers.keyed_hashes import IdentityHasher

SECRETS = (
    bytes(range(32)),
    b"the second secret, long enough",
    b"the third, longer than a block of sixty-four bytes, " * 2,
)


def expected_key(canonical: str, secrets: tuple[bytes, ...]) -> str:
    """The definition of design section 8, a step at a time."""
    text = hashlib.sha256(canonical.encode()).hexdigest()
    for secret in secrets:
        text = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()[:32]
    return text


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=40)), max_size=12), st.integers(1, 3))
def test_a_key_is_the_chain_of_hmacs_and_clear_and_hashed_identifiers_meet_in_it(
    values: list[str | None], count: int
) -> None:
    values = [value if value is None else value.encode("utf-8", "replace").decode() for value in values]
    digests = [None if value is None else hashlib.sha256(value.encode()).hexdigest() for value in values]
    hasher = IdentityHasher(*SECRETS[:count])
    keys = hasher.keys(pa.array(values, pa.string())).to_pylist()
    assert keys == [None if value is None else expected_key(value, SECRETS[:count]) for value in values]
    assert hasher.keys_of_digests(pa.array(digests, pa.string())).to_pylist() == keys
    assert hasher.secret_count == count


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=40)), max_size=12), st.integers(1, 2), st.integers(0, 5))
def test_a_wrapped_key_is_the_key_that_its_identifier_gets_now(
    values: list[str | None], made_under: int, start: int
) -> None:
    values = [value if value is None else value.encode("utf-8", "replace").decode() for value in values]
    identifiers = pa.array(values, pa.string())
    now = IdentityHasher(*SECRETS)
    old = IdentityHasher(*SECRETS[:made_under]).keys(identifiers)
    assert now.wrapped(old, made_under).equals(now.keys(identifiers))
    assert now.wrapped(old.slice(start), made_under).equals(now.keys(identifiers).slice(start))


def test_wrapping_is_from_the_generation_before_unless_told() -> None:
    keys = IdentityHasher(*SECRETS[:2]).keys(pa.array(["a@b.fr"]))
    assert IdentityHasher(*SECRETS).wrapped(keys).to_pylist() == [expected_key("a@b.fr", SECRETS)]


@pytest.mark.parametrize("count", [0, 3, 4])
def test_what_was_made_under_no_secret_or_all_cannot_be_wrapped(count: int) -> None:
    with pytest.raises(ValueError, match="can't be wrapped"):
        IdentityHasher(*SECRETS).wrapped(pa.array(["00" * 16]), count)


def test_a_hasher_needs_a_secret() -> None:
    with pytest.raises(ValueError, match="at least one secret"):
        IdentityHasher()
