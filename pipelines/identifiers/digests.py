"""SHA-256 digests as registries write them, and what a text is that is the digest of something else, or of nothing.

Which texts are hashed belongs to `published_spellings` and `other_forms`; keys are made in `keyed_hashes`.
"""

import base64
import binascii
import hashlib
import re
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import TEXT, mapped_once

_HEX: Final = r"^[0-9a-f]{64}$"
_PREFIX: Final = re.compile(r"^(?:0x|sha-?256[:=$ ]\s*)", re.IGNORECASE)
_SHA256_HEX: Final = re.compile(_HEX)
_SHA256_BYTES: Final = 32
_BASE64_LENGTHS: Final = (43, 44)
_BASE64_OF_HEX: Final = 88
"""What UID2's pages warn of: base64 of the 64 hex digits."""
_ANY_HEX: Final = re.compile(r"^[0-9a-fA-F]+$")
_OTHERS: Final = {32: "an MD5", 40: "a SHA-1", 56: "a SHA-224", 96: "a SHA-384", 128: "a SHA-512"}
"""By hex digits: RFC 1321, FIPS 180-4. https://csrc.nist.gov/pubs/fips/180-4/upd1/final"""
OF_NOTHING: Final = hashlib.sha256(b"").hexdigest()
"""The digest of an empty cell."""


def sha256_digests(texts: pa.Array) -> pa.Array:
    """Digests as 64 lower-case hex digits; NULL where a text is none.

    In hex of any case, with `0x` or `sha256:` before it, or in base64, as UID2 and Google's Data Manager take it.
    """
    lowered = pc.ascii_lower(pc.utf8_trim_whitespace(texts))
    is_odd = pc.fill_null(pc.invert(pc.match_substring_regex(lowered, _HEX)), False)
    if not pc.any(is_odd).as_py():
        return lowered
    return pc.replace_with_mask(lowered, is_odd, mapped_once(texts.filter(is_odd), _sha256_hex, TEXT))


def other_digest(text: str) -> str | None:
    """What a text is in words, such as `32 hex digits: an MD5`, if it is a digest that no lead can meet."""
    bare = text.strip()
    if _ANY_HEX.match(bare) and len(bare) in _OTHERS:
        return f"{len(bare)} hex digits: {_OTHERS[len(bare)]}"
    return None


def _sha256_hex(text: str) -> str | None:
    bare = _PREFIX.sub("", text.strip())
    if _SHA256_HEX.match(bare.lower()):
        return bare.lower()
    if len(bare) in _BASE64_LENGTHS and (found := _decoded_base64(bare)) and len(found) == _SHA256_BYTES:
        return found.hex()
    if len(bare) == _BASE64_OF_HEX and (found := _decoded_base64(bare)):
        inner = found.decode("latin-1").lower()
        return inner if _SHA256_HEX.match(inner) else None
    return None


def _decoded_base64(text: str) -> bytes | None:
    """What base64 of either alphabet stands for."""
    padded = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
