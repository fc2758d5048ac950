"""The secrets of the house: made once, private, never silently replaced, and told from wrong ones."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipelines.storage.registry.database import open_registry
from pipelines.storage.secrets.age import encrypt
from pipelines.storage.secrets.identity_keys import check_digest, identity_keys, open_hasher
from pipelines.storage.secrets.keys import (
    SEAL,
    VAULT,
    KeyMissingError,
    age_identities,
    age_key_files,
    identity_secret,
    make_age_identity,
    make_identity_secret,
)

NOW = datetime(2026, 8, 11, tzinfo=UTC)


@pytest.fixture
def registry(tmp_path: Path) -> sa.Engine:
    return open_registry(f"sqlite:///{tmp_path / 'registry.db'}")


def test_the_secret_is_made_at_first_start_and_stays(tmp_path: Path) -> None:
    first = identity_secret(tmp_path / "keys", has_keyed_data=lambda: False)
    assert identity_secret(tmp_path / "keys", has_keyed_data=lambda: False) == first
    assert len(first) == 32


@pytest.mark.fault(
    area="keys", fault="Another user of the machine reads the keys", promise="Keys can be read by their owner alone."
)
@pytest.mark.parametrize("name", ["identity-1", "identity-2", "seal-1"])
def test_only_the_owner_can_read_a_secret(tmp_path: Path, name: str) -> None:
    keys = tmp_path / "keys"
    identity_secret(keys, has_keyed_data=lambda: False)
    make_identity_secret(keys, 2)
    age_identities(keys, SEAL, encrypted=list)
    assert stat.S_IMODE((keys / f"{name}.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700


def test_keyed_data_without_its_secret_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(KeyMissingError, match="restore the file from your backup"):
        identity_secret(tmp_path / "keys", has_keyed_data=lambda: True)
    assert not (tmp_path / "keys").exists()


@pytest.mark.fault(
    area="keys",
    fault="The file of a secret is damaged",
    promise="The file is named; not one character of the secret is shown.",
)
@pytest.mark.parametrize("content", ["abc123", "g" * 64, "0" * 63, "é"])
def test_a_damaged_secret_is_named_but_not_shown(tmp_path: Path, content: str) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "identity-1.key").write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"identity-1\.key: expected 64 hex digits") as caught:
        identity_secret(tmp_path / "keys", has_keyed_data=lambda: False)
    assert content not in str(caught.value)


def test_the_first_use_is_noted_with_a_check_digest_and_without_the_secret(tmp_path: Path, registry: sa.Engine) -> None:
    open_hasher(registry, tmp_path / "keys", has_keyed_data=lambda: False, now=NOW)
    (key,) = identity_keys(registry)
    secret = (tmp_path / "keys" / "identity-1.key").read_text().strip()
    assert (key.number, key.key_id, key.made_at, key.wrapped_at) == (1, "identity-1", NOW, NOW)
    assert key.check_digest == check_digest(bytes.fromhex(secret))
    assert secret not in (tmp_path / "registry.db").read_bytes().decode("latin-1")


@pytest.mark.fault(
    area="keys",
    fault="Another secret lies in its place",
    promise="It is noticed at the next start, before anybody is compared.",
)
def test_a_wrong_but_well_formed_secret_is_noticed_at_the_next_start(tmp_path: Path, registry: sa.Engine) -> None:
    open_hasher(registry, tmp_path / "keys", has_keyed_data=lambda: False)
    (tmp_path / "keys" / "identity-1.key").write_text("00" * 32 + "\n")
    with pytest.raises(
        KeyMissingError, match=r"identity-1\.key is not the secret .* restore that one from your backup"
    ):
        open_hasher(registry, tmp_path / "keys", has_keyed_data=lambda: False)


@pytest.mark.fault(
    area="keys",
    fault="The secret under which persons are keyed is gone",
    promise="No other is made in its place: that would hide all old objections. The message says to restore it.",
)
def test_a_secret_that_is_gone_after_its_first_use_is_never_made_anew(tmp_path: Path, registry: sa.Engine) -> None:
    open_hasher(registry, tmp_path / "keys", has_keyed_data=lambda: False)
    (tmp_path / "keys" / "identity-1.key").unlink()
    with pytest.raises(KeyMissingError, match=r"identity-1\.key is missing"):
        open_hasher(registry, tmp_path / "keys", has_keyed_data=lambda: False)
    assert list((tmp_path / "keys").iterdir()) == []


def test_the_newest_of_several_age_keys_comes_first_and_by_number_not_by_name(tmp_path: Path) -> None:
    for number in (2, 10, 9):
        make_age_identity(tmp_path, SEAL, number)
    assert [path.name for path in age_key_files(tmp_path, SEAL)] == ["seal-10.key", "seal-9.key", "seal-2.key"]
    assert len(age_identities(tmp_path, SEAL, encrypted=list)) == 3


@pytest.mark.fault(
    area="keys",
    fault="The key of vault or seals is lost",
    promise="No new key is made beside what it opened; the message says which file to restore.",
)
def test_encrypted_data_without_its_key_is_an_error_and_no_new_key_is_made(tmp_path: Path) -> None:
    with pytest.raises(KeyMissingError, match=r"seal-1\.key is missing, but there is data encrypted to it"):
        age_identities(tmp_path, SEAL, encrypted=lambda: [tmp_path / "a.age"])
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_age_key_is_named_but_not_shown(tmp_path: Path) -> None:
    (tmp_path / "seal-1.key").write_text("AGE-SECRET-KEY-1NOTREALLY\n")
    with pytest.raises(ValueError, match=r"seal-1\.key: expected an age identity") as caught:
        age_identities(tmp_path, SEAL, encrypted=lambda: [tmp_path / "a.age"])
    assert "NOTREALLY" not in str(caught.value)


@pytest.mark.fault(
    area="keys",
    fault="Another key lies in the place of the vault's or the seals'",
    promise="It encrypts nothing: no row is written that nobody could open.",
)
def test_a_key_that_opens_nothing_of_what_is_encrypted_encrypts_nothing_more(tmp_path: Path) -> None:
    (theirs,) = age_identities(tmp_path / "right", VAULT, encrypted=list)
    files = [tmp_path / "damaged.age", tmp_path / "whole.age"]
    files[0].write_bytes(b"damaged")
    files[1].write_bytes(encrypt(b"content", theirs))
    assert age_identities(tmp_path / "right", VAULT, encrypted=lambda: files)
    make_age_identity(tmp_path / "wrong", VAULT, 1)
    with pytest.raises(KeyMissingError, match=r"vault-1\.key does not open .*damaged\.age: it is another key"):
        age_identities(tmp_path / "wrong", VAULT, encrypted=lambda: files)
