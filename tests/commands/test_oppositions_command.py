"""`opposable oppositions import`: what it prints, how it ends, what it leaves in the home."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipelines.storage.registry.database import open_registry
from tests.support.opposition_files import HEADER, key_of, line_of

Run = Callable[..., tuple[int, str]]


def test_the_command_counts_what_it_did(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "august.csv"
    path.write_bytes("\ufeff".encode() + "\r\n".join([HEADER, line_of(shared="acme,2026-08-03"), ""]).encode())
    meets = "august.csv: 1 lines can meet a lead (1 in clear); 0 can't\n"
    done = f"august.csv: 1 new oppositions, 1 shares added, 0 revocations, 0 already known, 0 refused\n{meets}"
    again = f"august.csv: 0 new oppositions, 0 shares added, 0 revocations, 1 already known, 0 refused\n{meets}"
    assert run(path) == (0, done)
    assert run(path) == (0, again)


def test_the_command_imports_good_lines_and_names_the_bad(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "august.csv"
    path.write_bytes(f"{HEADER}\n{line_of(opposed='s3cret')}\n{line_of()}\n".encode() + b"s3cret\xe9\n")
    status, output = run(path)
    assert status == 1
    assert "august.csv: line 2: opposed_at: expected an ISO 8601 instant" in output
    assert "august.csv: line 4: expected UTF-8 text" in output
    assert "1 new oppositions, 0 shares added, 0 revocations, 0 already known, 2 refused" in output
    assert "s3cret" not in output


def test_the_command_says_how_many_lines_can_meet_a_lead_and_why_others_cannot(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "hashed.csv"
    behind = "all,2026-08-01,2026-08-02,web,,,"
    told = [
        f"{hashlib.sha256(b'ada@example.fr').hexdigest()},email_sha256",
        "ku4mBX7Z3qJTXWyLFB1INzkyR2WZGW4ANSJUiW21iI8=,email_sha256",  # by UID2's page
        f"{hashlib.sha256(b'').hexdigest()},phone_sha256",
        f"{hashlib.md5(b'ada@example.fr').hexdigest()},email_sha256",
        f"{hashlib.md5(b'bob@example.fr').hexdigest()},email",
        f"{hashlib.sha256(b'ada@example.fr').hexdigest()},email",
        "s3cret,phone",
        "Ada <ada@example.fr>,email",
    ]
    path.write_text("\n".join([HEADER, *(f"{each},{behind}" for each in told)]), encoding="utf-8")
    status, output = run(path)
    assert status == 1
    assert "hashed.csv: line 5: identifier: expected 64 hex digits, or their bytes in base64" in output
    assert "here: 32 hex digits: an MD5, which no lead can meet: ask for SHA-256 or clear" in output
    assert (
        "hashed.csv: 3 lines can meet a lead (2 as SHA-256; 1 in clear); 5 can't ("
        "2 32 hex digits: an MD5, which no lead can meet: ask for SHA-256 or clear; "
        "1 a SHA-256, which is of kind email_sha256; "
        "1 not a phone number, national or with its country code; "
        "1 the digest of an empty cell)" in output
    )
    assert "s3cret" not in output


def test_the_command_does_nothing_if_one_file_is_missing_or_no_opposition_file(run: Run, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(f"{HEADER}\n{line_of()}\n")
    bad.write_text(f"{line_of()}\n")
    status, output = run(good, tmp_path / "nowhere.csv")
    assert (status, "nowhere.csv: No such file or directory" in output) == (2, True)
    status, output = run(good, bad)
    assert (status, "bad.csv: expected the header" in output, "ada@" in output) == (2, True, False)
    assert not (tmp_path / "home" / "registry.db").exists()


def test_the_command_names_a_wrong_database(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "good.csv").write_text(f"{HEADER}\n{line_of()}\n")
    monkeypatch.setenv("OPPOSABLE_DATABASE_URL", "mysql://registry:s3cret@db/registry")
    status, output = run(tmp_path / "good.csv")
    assert (status, "OPPOSABLE_DATABASE_URL" in output, "s3cret" in output) == (2, True, False)


def test_the_command_makes_no_new_key_beside_a_keyed_registry(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text(f"{HEADER}\n{line_of()}\n")
    assert run(tmp_path / "good.csv")[0] == 0
    (tmp_path / "home" / "keys" / "identity-1.key").unlink()
    status, output = run(tmp_path / "good.csv")
    assert (status, "restore the file from your backup" in output) == (2, True)


@pytest.mark.fault(
    area="oppositions",
    fault="The registry fails while an import runs",
    promise="The command says so and nothing of the file was imported.",
)
def test_a_registry_that_fails_leaves_nothing_imported(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text(f"{HEADER}\n{line_of()}\n")
    engine = open_registry(f"sqlite:///{tmp_path / 'home' / 'registry.db'}")
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE suppression_shares"))
    status, output = run(tmp_path / "good.csv")
    assert (status, "the registry failed (OperationalError); nothing of it was imported" in output) == (1, True)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM oppositions")).scalar_one() == 0


@pytest.mark.fault(
    area="personal", fault="A list of clear addresses is imported", promise="None of them is in a file of the house."
)
def test_no_identifier_reaches_the_home(run: Run, tmp_path: Path) -> None:
    digest = hashlib.sha256(b"+33612345678").hexdigest()
    path = tmp_path / "august.csv"
    path.write_text(f"{HEADER}\n{line_of()}\n{digest},phone_sha256,all,2026-08-01,2026-08-01,from ada@example.fr,,,\n")
    assert run(path)[0] == 0
    written = b"".join(file.read_bytes() for file in (tmp_path / "home").rglob("*") if file.is_file())
    assert key_of("ada@example.fr").encode() not in written  # the home has a secret of its own
    assert b"ada@" not in written
    assert digest.encode() not in written
