"""The keyed hashes that stand for identifiers. Their secrets are kept in `storage.secrets.keys`.

Key = HMAC-SHA256(secret, lower-case hex of SHA-256(canonical identifier)), cut to 16 bytes, as 32 hex digits: clear
and SHA-256-hashed entries of a registry meet in the same key.
"""

import hashlib
from copy import copy
from typing import Final

import email_validator
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.identifiers.digests import sha256_digests

KEY_BYTES: Final = 16
NORMALISATION_VERSION: Final = 2
"""Of the canonical forms: a later version may find what an earlier one would miss.

2: what stands around an address or number is taken off, and oppositions in clear have an alias key. Well-formed values
have the keys of version 1; what version 1 took a decorated address for is met by `contained`.
"""
IN_BULK: Final = 4_096
"""So many values are hashed as a column: from a third of it on that is faster, but for what loads once, 0.04 s."""
_KEY_DIGITS: Final = 2 * KEY_BYTES
_BLOCK_BYTES: Final = 64

# Syntax alone decides here: an address at .test or .invalid is a question of quality. The library's documented way.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()


class IdentityHasher:
    """Turns canonical identifiers into identity keys under a chain of secrets, the oldest first.

    key_1 = HMAC(secret_1, hex SHA-256 of the identifier), key_n = HMAC(secret_n, the 32 lower-case hex digits of
    key_{n-1}), each cut to 16 bytes. So a key that was made under fewer secrets can be brought up to date without its
    identifier, by wrapping it.
    """

    def __init__(self, *secrets: bytes, is_keying_other_forms: bool = False) -> None:
        """Prepare the HMAC of each secret once: it is called for every identifier of every lead.

        `is_keying_other_forms`: whether leads are keyed under other forms, too (`other_forms`).
        """
        self.is_keying_other_forms = is_keying_other_forms
        if not secrets:
            raise ValueError("an identity key needs at least one secret")
        self._first, *self._later = map(_KeyedHash, secrets)

    def with_other_forms(self, is_keying_other_forms: bool) -> "IdentityHasher":
        """The same hasher, with leads keyed under other forms, too, or not."""
        other = copy(self)
        other.is_keying_other_forms = is_keying_other_forms
        return other

    @property
    def secret_count(self) -> int:
        """How many secrets the chain has: the generation of its keys."""
        return 1 + len(self._later)

    def keys(self, canonicals: pa.Array) -> pa.Array:
        """Keys of a column of canonical identifiers; NULL stays NULL."""
        clear = pc.drop_null(canonicals).cast(pa.binary())
        return _put_back(self._hashed(_hex_digests(clear)), canonicals)

    def keys_of_digests(self, digests: pa.Array) -> pa.Array:
        """Keys of a column of SHA-256 digests, written in any way that `digests` reads; NULL where it is none."""
        good = sha256_digests(digests)
        return _put_back(self._hashed(pc.drop_null(good)), good)

    def wrapped(self, keys: pa.Array, secret_count: int | None = None) -> pa.Array:
        """Keys made under the first so many secrets, all but the newest unless told, brought up to date; NULL stays.

        Raises:
            ValueError: there is no secret that they were not made under, or none that they were.
        """
        count = len(self._later) if secret_count is None else secret_count
        if not 1 <= count <= len(self._later):
            raise ValueError(f"keys made under {count} of {self.secret_count} secrets can't be wrapped")
        return _put_back(self._chained(pc.drop_null(keys), count), keys)

    def _chained(self, keys: pa.Array, count: int) -> pa.Array:
        """Keys made under `count` secrets as keys under all."""
        for later in self._later[count - 1 :]:
            keys = later.keys(keys)
        return keys

    def _hashed(self, digests: pa.Array) -> pa.Array:
        return self._chained(self._first.keys(digests), 1)


class _KeyedHash:
    """HMAC-SHA256 under one secret, with its two padded states prepared."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < KEY_BYTES:
            raise ValueError(f"the identity secret must have at least {KEY_BYTES} bytes")
        block = (hashlib.sha256(secret).digest() if len(secret) > _BLOCK_BYTES else secret).ljust(_BLOCK_BYTES, b"\0")
        self._inner_pad = bytes(byte ^ 0x36 for byte in block)
        self._outer_pad = bytes(byte ^ 0x5C for byte in block)
        self._inner, self._outer = hashlib.sha256(self._inner_pad), hashlib.sha256(self._outer_pad)

    def keys(self, texts: pa.Array) -> pa.Array:
        """The keys of texts, of which none is NULL."""
        values = texts.cast(pa.binary())
        if len(values) < IN_BULK:
            return pa.array([self._key(value) for value in values.to_pylist()], pa.string())
        from pipelines.identifiers.bulk_hashes import hex_hmacs  # slow to import

        return hex_hmacs(values, self._inner_pad, self._outer_pad, _KEY_DIGITS)

    def _key(self, value: bytes) -> str:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(value)
        outer.update(inner.digest())
        return outer.hexdigest()[:_KEY_DIGITS]


def _hex_digests(values: pa.Array) -> pa.Array:
    """SHA-256 of binary values, of which none is NULL, as lower-case hex."""
    if len(values) < IN_BULK:
        return pa.array([hashlib.sha256(value).hexdigest() for value in values.to_pylist()], pa.string())
    from pipelines.identifiers.bulk_hashes import hex_digests  # slow to import

    return hex_digests(values)


def _put_back(found: pa.Array, where: pa.Array) -> pa.Array:
    """The found values, in order, at the places of `where` that hold a value; NULL elsewhere."""
    if len(found) == len(where):
        return found
    return pc.replace_with_mask(pa.nulls(len(where), found.type), pc.is_valid(where), found)
