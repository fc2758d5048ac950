"""The identity key chain: new identifiers walk it, old keys are wrapped, and both meet in the same key."""

import hashlib
import hmac
import traceback
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NoReturn

import pyarrow as pa
import pytest
from datafusion import SessionContext
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.identifiers import keyed_hashes
from pipelines.identifiers.bulk_hashes import hex_digests, hex_hmacs
from pipelines.identifiers.errors_without_values import IntakeFaultError
from pipelines.identifiers.keyed_hashes import IN_BULK, IdentityHasher

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


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.binary(min_size=16, max_size=200), min_size=1, max_size=3),
    st.lists(st.none() | TEXTS, max_size=9),
    st.integers(0, 3),
)
def test_one_by_one_and_in_bulk_a_key_is_the_same(secrets: list[bytes], values: list[str | None], start: int) -> None:
    expected = [None if value is None else expected_key(value, tuple(secrets)) for value in values][start:]
    identifiers = pa.array(values, pa.string()).slice(start)
    digests = [None if value is None else hashlib.sha256(value.encode()).hexdigest() for value in values]
    for in_bulk in (1, IN_BULK):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(keyed_hashes, "IN_BULK", in_bulk)
            hasher, old = IdentityHasher(*secrets), IdentityHasher(secrets[0])
            assert hasher.keys(identifiers).to_pylist() == expected
            assert hasher.keys_of_digests(pa.array(digests, pa.string()).slice(start)).to_pylist() == expected
            if len(secrets) > 1:
                assert hasher.wrapped(old.keys(identifiers), 1).to_pylist() == expected


@cache
def long_column() -> tuple[pa.Array, list[str | None]]:
    """Identifiers, every seventh missing, enough for three batches of DataFusion's; and their keys."""
    values = [None if number % 7 == 6 else f"é{number}@exemple.fr" for number in range(20_000)]
    return pa.array(values), [None if value is None else expected_key(value, SECRETS[:1]) for value in values]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 500), st.sampled_from([IN_BULK, 8_192, 2 * 8_192]), st.integers(-3, 3), st.booleans())
def test_long_columns_keep_their_order_whatever_their_size(start: int, size: int, more: int, has_missing: bool) -> None:
    column, expected = long_column()
    if not has_missing:
        column, expected = column.drop_null(), [key for key in expected if key is not None]
    cut = slice(start, start + size + more)
    assert IdentityHasher(SECRETS[0]).keys(column[cut]).to_pylist() == expected[cut]


def test_several_threads_may_make_keys_at_once() -> None:
    column, expected = long_column()
    with ThreadPoolExecutor(4) as pool:
        for keys in pool.map(IdentityHasher(SECRETS[0]).keys, [column] * 8):
            assert keys.to_pylist() == expected


@pytest.mark.fault(
    area="personal",
    fault="What hashes long columns fails",
    promise="The error quotes neither an identifier nor a secret.",
)
def test_an_error_in_bulk_quotes_no_value_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    pad, value = bytes(range(64, 128)), b"jean@exemple.fr"

    class Broken(SessionContext):  # type: ignore[misc]  # it has no types
        def sql(self, *_: object) -> NoReturn:
            raise ValueError(f"can't hash {value!r} beside {pad!r}, {pad.hex()}")

    monkeypatch.setattr("pipelines.identifiers.bulk_hashes.SessionContext", Broken)
    for hashed in (lambda: hex_hmacs(pa.array([value]), pad, pad, 32), lambda: hex_digests(pa.array([value]))):
        with pytest.raises(IntakeFaultError) as raised:
            hashed()
        told = "".join(traceback.format_exception(raised.value))
        assert "hashing a column failed with ValueError at pipelines/identifiers/bulk_hashes.py" in told
        assert not any(word in told for word in ("jean", pad.hex(), repr(pad), pad.decode()))
