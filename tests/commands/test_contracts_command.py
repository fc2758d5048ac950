"""`opposable contracts text-digest`: the digest is the intake's, and the review that has it is named."""

import unicodedata
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.intake.values import consent_text_digests
from tests.support.contract_files import VALID, changed, write

TEXT = "J’accepte d'être contacté par Meubles Sereins SAS."
DIGEST = sha256(TEXT.encode()).hexdigest()
NONE = "no reviewed form of a readable contract has this text\n"


def text_digest(home: Path, content: bytes, *, is_piped: bool = False) -> Result:
    file = home / "text.txt"
    file.write_bytes(content)
    arguments = ["contracts", "text-digest", "-" if is_piped else str(file)]
    environment = {"OPPOSABLE_HOME": str(home)}
    return CliRunner().invoke(app, arguments, input=content if is_piped else None, env=environment)


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        f"\n  {TEXT}\r\n\t".encode(),
        TEXT.replace(" ", "\n \u00a0").encode(),
        unicodedata.normalize("NFD", TEXT).encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("cp1252"),
    ],
    ids=["as it is", "wrapped in space", "other spaces", "NFD", "byte order mark", "UTF-16", "Windows-1252"],
)
def test_spellings_of_one_text_have_one_digest(tmp_path: Path, content: bytes) -> None:
    result = text_digest(tmp_path, content)
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{DIGEST}\n", NONE)


def test_a_text_may_come_through_a_pipe(tmp_path: Path) -> None:
    assert text_digest(tmp_path, TEXT.encode(), is_piped=True).stdout == f"{DIGEST}\n"


def test_the_reviews_that_have_the_text_are_named_with_vendor_contract_and_form(tmp_path: Path) -> None:
    text = changed("A7A8ED750798CF3ED7B7F2E12CBFA8A7B0CDF3F981C11FB4F1CF828CA448D457", DIGEST.upper())
    write(tmp_path / "contracts", text)
    write(tmp_path / "contracts", text.replace("status: active", "status: draft"), name="2027-01-01.odcs.yaml")
    write(tmp_path / "contracts", VALID, vendor="autre")
    review = "form devis, version 7, reviewed on 2025-12-01"
    result = text_digest(tmp_path, TEXT.encode())
    assert result.stdout == f"{DIGEST}\n"
    assert result.stderr.splitlines() == [
        f"exemple-leads, contract from 2026-01-01: {review}",
        f"exemple-leads, contract from 2027-01-01: {review}",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "nothing but white space"),
        (" \u200b\n".encode(), "nothing but white space"),
        (b"PK\x03\x04 a workbook", "expected a text in UTF-8, UTF-16 or Windows-1252"),
        ("d'être".encode() + b"\x00 contact\xc3\xa9", "expected a text in UTF-8, UTF-16 or Windows-1252"),
    ],
    ids=["empty", "blank", "archive", "zero byte"],
)
def test_what_holds_no_text_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    result = text_digest(tmp_path, content)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


@given(
    words=st.lists(st.text(alphabet="aéÉ,’x", min_size=1), min_size=1),
    space=st.sampled_from([" ", "\n", "\t ", "\u00a0"]),
)
def test_however_words_are_set_apart_their_digest_is_that_of_single_spaces(words: list[str], space: str) -> None:
    digest = consent_text_digests(pa.array([space.join(words)]))[0].as_py()
    assert digest == sha256(" ".join(words).encode()).hexdigest()
