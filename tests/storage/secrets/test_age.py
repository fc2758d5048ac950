"""Encrypted files: what any age tool opens, read as a stream that may be closed, sought in, and found broken."""

import io
import threading
from pathlib import Path

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.storage.secrets import age
from pipelines.storage.secrets.age import (
    BrokenSealError,
    clear_size,
    encrypt,
    identity_of,
    new_identity_text,
    open_clear,
)

IDENTITY = identity_of(new_identity_text())
SIZES = (0, 1, 65535, 65536, 65537, 3 * 65536, 200_001)


def content_of(size: int) -> bytes:
    return bytes(number % 251 for number in range(size))


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is read by way of a pipe, not at once."""
    monkeypatch.setattr(age, "SMALL", 0)
    path = tmp_path / "x.age"
    path.write_bytes(encrypt(content_of(1_000_000), IDENTITY))
    return path


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("small", [0, 2**30])
def test_the_clear_bytes_come_back_and_their_number_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, small: int
) -> None:
    monkeypatch.setattr(age, "SMALL", small)
    path = tmp_path / "x.age"
    path.write_bytes(encrypt(content_of(size), IDENTITY))
    with open_clear(path, [IDENTITY]) as stream:
        assert stream.read() == content_of(size)
    assert clear_size(path) == size


def test_a_key_file_is_one_that_the_age_tools_read(tmp_path: Path) -> None:
    comment, secret = new_identity_text().splitlines()
    assert comment.startswith("# public key: age1")
    identity = pyrage.x25519.Identity.from_str(secret)
    assert str(identity.to_public()) == comment.removeprefix("# public key: ")
    assert identity_of("no key at all") is identity_of("AGE-SECRET-KEY-1QQQ") is None


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0, 1, 2]), st.integers(0, 1_000_000), st.integers(0, 70_000)), max_size=6))
def test_seeking_and_reading_go_as_in_memory(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, int]]
) -> None:
    path = tmp_path_factory.mktemp("age") / "x.age"
    path.write_bytes(encrypt(content_of(150_000), IDENTITY))
    plain = io.BytesIO(content_of(150_000))
    with io.BufferedReader(age._ClearStream(path, [IDENTITY], age.open_file)) as stream:
        for whence, offset, count in steps:
            place = min(offset, 150_000) if whence == 0 else (0 if whence == 1 else -min(offset, 150_000))
            assert stream.seek(place, whence) == plain.seek(place, whence)
            assert stream.read(count) == plain.read(count)


def test_a_stream_that_is_closed_early_leaves_no_thread(large: Path) -> None:
    before = threading.active_count()
    stream = open_clear(large, [IDENTITY])
    assert stream.read(10) == content_of(10)
    stream.close()
    stream.close()
    assert threading.active_count() == before
    with pytest.raises(ValueError, match="closed"):
        stream.read(1)


@pytest.mark.fault(
    area="keys",
    fault="An encrypted file was cut",
    promise="It is named as damaged; a part of it never passes for the whole.",
)
@pytest.mark.parametrize("kept", [30, 200, 300, 65_000, 999_000])
@pytest.mark.parametrize("small", [0, 2**30])
def test_a_cut_file_is_named_and_never_a_short_one(
    large: Path, monkeypatch: pytest.MonkeyPatch, kept: int, small: int
) -> None:
    monkeypatch.setattr(age, "SMALL", small)
    large.write_bytes(large.read_bytes()[:kept])
    with pytest.raises(BrokenSealError, match=r"x\.age can't be decrypted"):
        open_clear(large, [IDENTITY]).read()


def test_another_key_opens_nothing(large: Path) -> None:
    with pytest.raises(BrokenSealError, match="restore it, or the key"):
        open_clear(large, [identity_of(new_identity_text())]).read()
