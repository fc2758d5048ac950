"""What public documents prescribe before hashing is met where the digest is a SHA-256, and named where it is none."""

import base64
import hashlib

import pyarrow as pa
import pytest

from pipelines.identifiers.digests import OF_NOTHING, other_digest, sha256_digests
from pipelines.identifiers.emails import canonical_emails, email_aliases
from pipelines.identifiers.other_forms import email_forms, phone_forms
from pipelines.identifiers.phones import canonical_phones
from pipelines.identifiers.published_spellings import PUBLISHED_SPELLINGS, PublishedSpelling

JANE = "92ee26057ed9dea2535d6c8b141d48373932476599196e00352254896db5888f"
"""SHA-256 of janesaoirse@gmail.com, by UID2's page."""


def forms_of(spelling: PublishedSpelling) -> set[str | None]:
    texts = pa.array([spelling.delivered.strip()])
    if spelling.kind == "phone":
        canonicals = canonical_phones(texts)
        return {canonicals[0].as_py(), *(form[0].as_py() for form in phone_forms(canonicals, texts))}
    canonicals = canonical_emails(texts)
    known = (canonicals, email_aliases(canonicals), *email_forms(canonicals, texts))
    return {form[0].as_py() for form in known}


@pytest.mark.parametrize("spelling", PUBLISHED_SPELLINGS, ids=lambda each: f"{each.document}: {each.hashed!r}")
def test_every_published_spelling_is_among_the_forms_of_a_lead(spelling: PublishedSpelling) -> None:
    assert spelling.url.startswith("https://")
    assert spelling.hashed in forms_of(spelling)


def test_digests_of_published_spellings_are_met_or_named() -> None:
    lengths = {"MD5": 32, "SHA-1": 40}
    for spelling in PUBLISHED_SPELLINGS:
        assert spelling.can_meet == ("SHA-256" in spelling.digests)
        for digest in set(spelling.digests) - {"SHA-256"}:
            assert str(other_digest("0" * lengths[digest])).endswith(digest)


@pytest.mark.parametrize(
    "written",
    [
        JANE,
        JANE.upper(),
        f" {JANE} ",
        f"0x{JANE}",
        f"sha256:{JANE}",
        "ku4mBX7Z3qJTXWyLFB1INzkyR2WZGW4ANSJUiW21iI8=",  # by UID2's page
        "ku4mBX7Z3qJTXWyLFB1INzkyR2WZGW4ANSJUiW21iI8",
        base64.b64encode(JANE.encode()).decode(),
    ],
)
def test_a_sha_256_is_read_as_others_write_it(written: str) -> None:
    assert sha256_digests(pa.array([written])).to_pylist() == [JANE]


@pytest.mark.parametrize("text", ["", "a@x.fr", "g" * 64, "0" * 63, "ku4mBX7Z3qJTXWyLFB1INzkyR2WZGW4ANSJUiW21iI!="])
def test_nothing_else_is_one(text: str) -> None:
    assert sha256_digests(pa.array([text])).to_pylist() == [None]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (hashlib.md5(b"a").hexdigest(), "32 hex digits: an MD5"),
        (hashlib.sha1(b"a").hexdigest().upper(), "40 hex digits: a SHA-1"),
        (hashlib.sha512(b"a").hexdigest(), "128 hex digits: a SHA-512"),
        (hashlib.sha384(b"a").hexdigest(), "96 hex digits: a SHA-384"),
        (JANE, None),
        ("0612345678", None),
    ],
)
def test_another_digest_is_named_by_its_length(text: str, told: str | None) -> None:
    assert other_digest(text) == told


def test_the_digest_of_nothing_is_known() -> None:
    assert OF_NOTHING == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
