"""Which secrets key what is stored: noted at first use, compared at every start. Changing them is in `upkeep.rotation`.

The registry is the judge: its table `identity_keys` says how many secrets the chain has, tells a wrong one by its
check digest, and says whether everything stored was brought under the newest. The lake says of each partition under
which it was keyed, in the facts of `deliveries`.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, insert, select

from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.storage.lake import Lake
from pipelines.storage.registry.database import writing
from pipelines.storage.registry.tables import IDENTITY_KEYS
from pipelines.storage.secrets.keys import (
    KEY_ID,
    KeyMissingError,
    KeysError,
    identity_secret,
    key_id,
    read_identity_secret,
)

KEY_FACT: Final = "key_id"
"""Fact of a partition of `deliveries`: the newest secret under which its leads and proofs are keyed."""
_CHECKED: Final = b"opposable: which identity secret is this?"
"""What the check digest is an HMAC of: no digest and no key, so it never is the key of an identifier."""


class KeyGenerationError(KeysError):
    """Keys of two generations must not be joined, or are about to be; the message says what to run."""


@dataclass(frozen=True)
class IdentityKey:
    """One secret of the chain. `wrapped_at` is None while what was keyed before is being brought under it."""

    number: int
    key_id: str
    check_digest: str
    made_at: datetime
    wrapped_at: datetime | None


def check_digest(secret: bytes) -> str:
    """HMAC-SHA256 of a fixed text, hex: equal for equal secrets, and of no use for keying an identifier."""
    return hmac.new(secret, _CHECKED, hashlib.sha256).hexdigest()


def identity_keys(registry: Engine) -> list[IdentityKey]:
    """The chain, oldest first; empty before the first use."""
    with registry.connect() as connection:
        return _noted_keys(connection)


def open_hasher(
    registry: Engine, keys: Path, *, has_keyed_data: Callable[[], bool], now: datetime | None = None
) -> IdentityHasher:
    """The house's hasher, after each of its secrets was found to be the one that keyed what is stored.

    The first secret is made at first start; `has_keyed_data` is only asked when there is none.

    Raises:
        KeyMissingError: a secret is gone, or is another one than the registry knows.
        KeyGenerationError: a rotation is unfinished.
        ValueError: a key file is damaged.
    """
    chain = identity_keys(registry) or _begin(registry, keys, has_keyed_data, now or datetime.now(UTC))
    secrets = read_secrets(keys, chain)
    if chain[-1].wrapped_at is None:
        raise KeyGenerationError(unfinished(chain[-1]))
    return IdentityHasher(*secrets)


def read_secrets(keys: Path, chain: list[IdentityKey]) -> list[bytes]:
    """The secrets of a chain, each compared with the registry.

    Raises:
        KeyMissingError, ValueError: as `open_hasher`.
    """
    return [_checked(keys, key) for key in chain]


def unfinished(key: IdentityKey) -> str:
    """What to say while a rotation is unfinished."""
    return (
        f"the rotation to {key.key_id}, begun {key.made_at:%Y-%m-%d %H:%M} UTC, is not finished: until then nothing is "
        "keyed or compared; run `opposable keys rotate`, which goes on where it stopped"
    )


def confirm_generation(registry: Engine, lake: Lake, vendor: str, hasher: IdentityHasher) -> None:
    """Make sure, under the vendor's lock, that no key of another generation than the hasher's meets its keys.

    Raises:
        KeyGenerationError: a rotation began or ended since the hasher was opened, or a partition was left behind.
    """
    newest = key_id(hasher.secret_count)
    with registry.connect() as connection:
        confirm_newest(connection, newest)
    strays = left_behind(lake, vendor, newest)
    if strays:
        raise KeyGenerationError(
            f"{vendor}: {len(strays)} days, the first {min(strays)}, are keyed under another secret than {newest} "
            "(were they restored from a backup?): run `opposable keys wrap`, which brings everything under the newest"
        )


def left_behind(lake: Lake, vendor: str, newest: str) -> list[date]:
    """Days of a vendor that readers trust and that are keyed under another secret than the newest."""
    strays = {day for day, found in partition_key_ids(lake, vendor).items() if found != newest}
    return [day for day in lake.published_days(vendor) if day in strays] if strays else []


def confirm_newest(connection: Connection, expected: str) -> None:
    """Make sure that a secret is the newest, and that everything was brought under it.

    Raises:
        KeyGenerationError: it is not.
    """
    chain = _noted_keys(connection)
    if not chain:
        return  # a registry that others filled: nobody keyed by the house yet
    if chain[-1].wrapped_at is None:
        raise KeyGenerationError(unfinished(chain[-1]))
    if chain[-1].key_id != expected:
        raise KeyGenerationError(
            f"this program keys under {expected}, but {chain[-1].key_id} is the newest since "
            f"{chain[-1].wrapped_at:%Y-%m-%d %H:%M} UTC: start it again"
        )


def partition_key_ids(lake: Lake, vendor: str) -> dict[date, str]:
    """Under which secret each partition of a vendor was keyed; the first where it was not noted yet."""
    paths = (lake.root / "deliveries" / f"vendor={vendor}").glob("delivery_date=*/part-0.parquet")
    days = sorted(date.fromisoformat(path.parent.name.removeprefix("delivery_date=")) for path in paths)
    return {day: lake.facts(vendor, day, "deliveries").get(KEY_FACT, KEY_ID) for day in days}


def _noted_keys(connection: Connection) -> list[IdentityKey]:
    rows = connection.execute(select(IDENTITY_KEYS).order_by(IDENTITY_KEYS.c.number))
    return [IdentityKey(**row) for row in rows.mappings()]


def _begin(registry: Engine, keys: Path, has_keyed_data: Callable[[], bool], now: datetime) -> list[IdentityKey]:
    """Note the first secret, made if need be; of two first starts one notes it, and both go by that."""
    secret = identity_secret(keys, has_keyed_data=has_keyed_data)
    first = {"number": 1, "key_id": KEY_ID, "check_digest": check_digest(secret), "made_at": now, "wrapped_at": now}
    with registry.connect() as connection, writing(connection):
        if not _noted_keys(connection):
            connection.execute(insert(IDENTITY_KEYS).values(first))
    return identity_keys(registry)


def _checked(keys: Path, key: IdentityKey) -> bytes:
    secret = read_identity_secret(keys, key.number)
    if not hmac.compare_digest(check_digest(secret), key.check_digest):
        raise KeyMissingError(
            f"{keys / key.key_id}.key is not the secret under which identifiers were keyed since "
            f"{key.made_at:%Y-%m-%d}: restore that one from your backup; another would find no opposition"
        )
    return secret
