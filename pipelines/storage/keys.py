"""Secrets of the house: made at first start, kept in `keys/` with mode 0600. No hashing belongs here."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

SECRET_BYTES: Final = 32
KEY_ID: Final = "identity-1"
"""Names the secret under which identifiers are keyed."""


class KeyMissingError(RuntimeError):
    """The identity secret is gone although keyed data exists; the message says what would mend it."""


def identity_secret(keys: Path, *, has_keyed_data: Callable[[], bool]) -> bytes:
    """The secret under which identifiers are keyed; made at first start.

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
        _create(path)
    text = path.read_text(encoding="ascii").strip()
    if len(text) != 2 * SECRET_BYTES:
        raise ValueError(f"{path}: expected {2 * SECRET_BYTES} hex digits; restore the file from your backup")
    return bytes.fromhex(text)


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(SECRET_BYTES) + "\n")
    try:
        os.link(aside, path)  # the first of two starts wins, and both read the winner's
    except FileExistsError:
        pass
    finally:
        aside.unlink()
