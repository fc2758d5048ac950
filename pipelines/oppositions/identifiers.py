"""Identifiers of an opposition file, by the readers that leads are read by, as keys.

None outlives the parsing of its line; of one that can't be read the kind is told, never the text.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import NO_TEXT
from pipelines.identifiers.contained import latin_emails
from pipelines.identifiers.digests import OF_NOTHING, other_digest, sha256_digests
from pipelines.identifiers.emails import canonical_emails, email_aliases
from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.identifiers.phones import canonical_phones
from pipelines.vocabulary.words import HASHED_KINDS, OPPOSITION_KINDS

Keys = Mapping[tuple[str, str], tuple[str, str | None]]
"""Identity key and alias key by kind and identifier as written; those not valid for their kind are left out."""

_CANONICAL: Final[Mapping[str, Callable[[pa.Array], pa.Array]]] = {"email": canonical_emails, "phone": canonical_phones}
EXPECTED_IDENTIFIERS: Final = {
    "email": "an e-mail address",
    "phone": "a phone number, national or with its country code",
    "email_sha256": "64 hex digits, or their bytes in base64: the SHA-256 of the e-mail",
    "phone_sha256": "64 hex digits, or their bytes in base64: the SHA-256 of the number",
}
"""By kind, what an identifier has to be."""


def keys_of_identifiers(rows: Iterable[Mapping[str, str]], hasher: IdentityHasher) -> Keys:
    """The keys of the identifiers of some lines, given as cells by column."""
    by_kind: dict[str, set[str]] = {kind: set() for kind in OPPOSITION_KINDS}
    for cells in rows:
        if cells["kind"] in by_kind:
            by_kind[cells["kind"]].add(cells["identifier"])
    return {
        (kind, identifier): (key, alias_key)
        for kind, identifiers in by_kind.items()
        for identifier, key, alias_key in _keys_of_identifiers(kind, list(identifiers), hasher)
        if key
    }


def keys_of_columns(kinds: pa.Array, identifiers: pa.Array, hasher: IdentityHasher) -> tuple[pa.Array, pa.Array]:
    """Identity keys and alias keys of columns of kinds and identifiers, each NULL where there is none."""
    keys, alias_keys = pa.nulls(len(kinds), pa.string()), pa.nulls(len(kinds), pa.string())
    for kind in OPPOSITION_KINDS:
        is_ours = pc.equal(kinds, kind)
        found, aliases = _keys_of_kind(kind, identifiers.filter(is_ours), hasher)
        keys, alias_keys = (
            pc.replace_with_mask(all_keys, is_ours, ours) for all_keys, ours in ((keys, found), (alias_keys, aliases))
        )
    return keys, alias_keys


def _keys_of_identifiers(
    kind: str, identifiers: list[str], hasher: IdentityHasher
) -> Iterable[tuple[str, str | None, str | None]]:
    keys, alias_keys = _keys_of_kind(kind, pa.array(identifiers, pa.string()), hasher)
    return zip(identifiers, keys.to_pylist(), alias_keys.to_pylist(), strict=True)


def _keys_of_kind(kind: str, texts: pa.Array, hasher: IdentityHasher) -> tuple[pa.Array, pa.Array]:
    """Identity keys and alias keys, each NULL where there is none."""
    if kind in HASHED_KINDS:
        digests = sha256_digests(texts)
        keys = hasher.keys_of_digests(pc.if_else(pc.equal(digests, OF_NOTHING), NO_TEXT, digests))
        return keys, pa.nulls(len(texts), pa.string())
    canonicals = _CANONICAL[kind](texts)
    aliases = email_aliases(latin_emails(texts, canonicals)) if kind == "email" else canonicals
    differing = pc.if_else(pc.equal(aliases, canonicals), NO_TEXT, aliases)
    return hasher.keys(canonicals), hasher.keys(differing)


def cause_of_unread(kind: str, text: str) -> str | None:
    """What an identifier is instead, if it is a digest; its length alone is told."""
    digest = sha256_digests(pa.array([text]))[0].as_py()
    if digest == OF_NOTHING:
        return "the digest of an empty cell"
    if digest:
        return f"a SHA-256, which is of kind {kind}_sha256"
    other = other_digest(text)
    return f"{other}, which no lead can meet: ask for SHA-256 or clear" if other else None
