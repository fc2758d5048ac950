"""The identity secret: made once, private, never silently replaced."""

import stat
from pathlib import Path

import pytest

from pipelines.storage.keys import KeyMissingError, identity_secret


def test_the_secret_is_made_at_first_start_and_stays(tmp_path: Path) -> None:
    first = identity_secret(tmp_path / "keys", has_keyed_data=lambda: False)
    assert identity_secret(tmp_path / "keys", has_keyed_data=lambda: False) == first
    assert len(first) == 32


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    identity_secret(tmp_path / "keys", has_keyed_data=lambda: False)
    assert stat.S_IMODE((tmp_path / "keys" / "identity-1.key").stat().st_mode) == 0o600


def test_keyed_data_without_its_secret_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(KeyMissingError, match="restore the file from your backup"):
        identity_secret(tmp_path / "keys", has_keyed_data=lambda: True)
    assert not (tmp_path / "keys").exists()


def test_a_damaged_secret_is_named_but_not_shown(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "identity-1.key").write_text("abc123", encoding="ascii")
    with pytest.raises(ValueError, match=r"identity-1\.key: expected 64 hex digits") as caught:
        identity_secret(tmp_path / "keys", has_keyed_data=lambda: False)
    assert "abc123" not in str(caught.value)
