"""Secrets of the house: made when first needed, kept in `keys/` with mode 0600.

Hashing is in `identifiers.keyed_hashes`, encrypting in `age`.

`identity-<n>.key` holds a secret of the identity key chain, as hex digits; every one of them stays, because new
identifiers walk the whole chain. `vault-<n>.key` and `seal-<n>.key` hold an age identity, as `age-keygen` writes it:
the newest encrypts, all decrypt.
"""

import os
import re
import secrets
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Final

from pipelines.identifiers.shown_names import shown_path
from pipelines.storage.secrets.age import Identity, identity_of, is_opened_by, new_identity_text

SECRET_BYTES: Final = 32
KEY_ID: Final = "identity-1"
"""The first secret under which identifiers are keyed."""
VAULT: Final = "vault"
SEAL: Final = "seal"
TRIED: Final = 3
"""So many encrypted files are tried with a key: one may be damaged."""


class KeysError(RuntimeError):
    """The secrets and what they key or encrypt do not go together; the message says the mend."""


class KeyMissingError(KeysError):
    """A secret is gone, or is another one, although there is data that needs it; the message says the mend."""


def key_id(number: int) -> str:
    """The name of a secret of the identity key chain, which starts at 1."""
    return f"identity-{number}"


def identity_secret(keys: Path, *, has_keyed_data: Callable[[], bool]) -> bytes:
    """The first secret of the identity key chain; made at first start.

    Args:
        keys: folder of the secrets.
        has_keyed_data: whether anything was keyed already; only asked when there is no secret.

    Raises:
        KeyMissingError: no secret, but data that was keyed under one.
        ValueError: the key file is not 64 hex digits.
    """
    path = keys / f"{KEY_ID}.key"
    if not path.exists():
        if has_keyed_data():
            raise KeyMissingError(
                f"{path} is missing, but the lake or the registry holds data keyed under it: restore the file from "
                "your backup, or empty both to start again"
            )
        make_identity_secret(keys, 1)
    return read_identity_secret(keys, 1)


def make_identity_secret(keys: Path, number: int) -> None:
    """A new secret of the chain, unless one was made already by a start that ended halfway."""
    _create(keys / f"{key_id(number)}.key", secrets.token_hex(SECRET_BYTES) + "\n")


def read_identity_secret(keys: Path, number: int) -> bytes:
    """A secret of the chain.

    Raises:
        KeyMissingError: there is no such file.
        ValueError: it is not 64 hex digits.
    """
    path = keys / f"{key_id(number)}.key"
    if not path.exists():
        raise KeyMissingError(
            f"{path} is missing, but identifiers are keyed under it: restore the file from your backup; "
            "past secrets are needed as much as the newest"
        )
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if not re.fullmatch(rf"[0-9a-fA-F]{{{2 * SECRET_BYTES}}}", text):
        raise ValueError(f"{path}: expected {2 * SECRET_BYTES} hex digits; restore the file from your backup")
    return bytes.fromhex(text)


def age_identities(keys: Path, name: str, *, encrypted: Callable[[], Iterable[Path]]) -> tuple[Identity, ...]:
    """The age identities of a name (`vault` or `seal`), the newest first; the first is made at first need.

    Args:
        keys: folder of the secrets.
        name: `vault` or `seal`.
        encrypted: files that were encrypted to them, of which the first few are tried.

    Raises:
        KeyMissingError: none, or none that opens what was encrypted.
        KeysError: a file can't be read.
        ValueError: a file holds no age identity.
    """
    some = list(islice(encrypted(), TRIED))
    identities = age_identities_as_they_lie(keys, name, has_encrypted=bool(some))
    if not identities:
        make_age_identity(keys, name, 1)
        identities = age_identities_as_they_lie(keys, name, has_encrypted=False)
    if some and not any(is_opened_by(path, identities) for path in some):
        raise KeyMissingError(
            f"{age_key_files(keys, name)[0]} does not open {shown_path(some[0])}: it is another key, so that nothing "
            "is encrypted to it; restore the right one from your backup"
        )
    return identities


def age_identities_as_they_lie(keys: Path, name: str, *, has_encrypted: bool) -> tuple[Identity, ...]:
    """The age identities of a name, the newest first, whatever they open; none is made.

    Raises:
        KeyMissingError: none, though something was encrypted to them.
        KeysError: a file can't be read.
        ValueError: a file holds no age identity.
    """
    paths = age_key_files(keys, name)
    if has_encrypted and not paths:
        raise KeyMissingError(
            f"{keys / f'{name}-1.key'} is missing, but there is data encrypted to it: restore the file from your backup"
        )
    return tuple(map(_age_identity, paths))


def age_key_files(keys: Path, name: str) -> list[Path]:
    """Files of the age identities of a name, the newest first."""
    return sorted(_numbered_files(keys.glob(f"{name}-*.key")), key=_key_number, reverse=True)


def make_age_identity(keys: Path, name: str, number: int) -> None:
    """A new age identity, unless there is one of the number."""
    _create(keys / f"{name}-{number}.key", new_identity_text())


def _age_identity(path: Path) -> Identity:
    try:
        identity = identity_of(path.read_text(encoding="ascii", errors="replace"))
    except OSError as error:
        raise KeysError(f"{path} can't be read: {error.strerror}: let the user of the house read it") from None
    if identity is None:
        raise ValueError(f"{path}: expected an age identity, AGE-SECRET-KEY-1…; restore the file from your backup")
    return identity


def _numbered_files(paths: Iterable[Path]) -> Iterable[Path]:
    return (path for path in paths if re.fullmatch(r"[a-z]+-[0-9]+", path.stem))


def _key_number(path: Path) -> int:
    return int(path.stem.rpartition("-")[2])


def _create(path: Path, content: str) -> None:
    """Write a secret whole and durably; the first of two starts wins, and both read the winner's."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
