"""What may be decided by whom, that it stays as it was written, and what nobody decided."""

import re
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipelines.reviews.decisions import DecisionRefusedError, FourEyes, decide, dossier_named
from pipelines.reviews.desk import ReviewDesk
from pipelines.reviews.own_findings import AGAINST, UNCONFIRMED, UNDECIDED, own_findings
from pipelines.reviews.records import confirm_decision, record_decision, recorded_decisions
from pipelines.reviews.written_dossiers import (
    NOTE,
    DossierNote,
    WrittenDossier,
    dossier_digest,
    found_dossiers,
    keep_dossier,
)
from pipelines.storage.registry.database import open_registry
from tests.support.postgres import postgres_server, postgres_url, registry_url  # noqa: F401
from tests.support.report_models import contract

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
RENEWAL = date(2027, 3, 1)
PASSED = datetime(2027, 3, 2, 5, tzinfo=UTC)
NOTE_OF = DossierNote("acme", NOW, "suspend", "gate", "2026.1", "2026.2", "b" * 64, "c" * 64, RENEWAL)
DOSSIER = WrittenDossier(Path("dossiers/acme/2026-11-21"), "a" * 64, NOTE_OF)


@pytest.fixture
def registry(registry_url: str) -> sa.Engine:  # noqa: F811
    return open_registry(registry_url)


def recorded(
    registry: sa.Engine, decision: str = "suspend", *, by: str = "A. Martin", four_eyes: FourEyes = "against"
) -> int:
    return record_decision(
        registry, decide(DOSSIER, decision, by=by, reason="Seen with the board.", at=NOW, four_eyes=four_eyes)
    )


def test_what_was_decided_is_read_as_it_was_recorded(registry: sa.Engine) -> None:
    number = recorded(registry)
    [one] = recorded_decisions(registry)
    assert (one.id, one.vendor, one.decision, one.decided_by, one.reason) == (
        number,
        "acme",
        "suspend",
        "A. Martin",
        "Seen with the board.",
    )
    assert (one.decided_at, one.dossier_digest, one.renewal_on) == (NOW, "a" * 64, RENEWAL)
    assert one.stands_at(NOW)
    assert not one.is_against


@pytest.mark.fault(
    area="scores",
    fault="Somebody with access to the registry changes or removes a recorded decision by a statement",
    promise="The database refuses it: decisions and confirmations are only ever added.",
)
@pytest.mark.parametrize("table", ["review_decisions", "decision_confirmations"])
@pytest.mark.parametrize("statement", ["update {} set id = id + 1", "delete from {}"])
def test_no_statement_changes_what_was_decided(registry: sa.Engine, table: str, statement: str) -> None:
    recorded(registry, "renew")
    confirm_decision(registry, "acme", by="B. Petit", at=NOW)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), registry.begin() as connection:
        connection.execute(sa.text(statement.format(table)))
    assert [one.confirmed_by for one in recorded_decisions(registry)] == ["B. Petit"]


def test_against_the_recommendation_only_a_second_person_makes_it_stand(registry: sa.Engine) -> None:
    recorded(registry, "renew")
    [waiting] = recorded_decisions(registry)
    assert not waiting.stands_at(NOW)
    for same in ("A. Martin", "  a.  MARTIN "):
        with pytest.raises(DecisionRefusedError, match="another person"):
            confirm_decision(registry, "acme", by=same, at=NOW)
    confirm_decision(registry, "acme", by="B. Petit", at=NOW + timedelta(hours=1))
    [standing] = recorded_decisions(registry)
    assert standing.stands_at(NOW + timedelta(hours=1))
    assert not standing.stands_at(NOW)
    with pytest.raises(DecisionRefusedError, match="no decision waits"):
        confirm_decision(registry, "acme", by="C. Roux", at=NOW)


@pytest.mark.parametrize(
    ("four_eyes", "decision", "needs_second"),
    [
        ("never", "renew", False),
        ("against", "renew", True),
        ("against", "suspend", False),
        ("always", "suspend", True),
    ],
)
def test_the_policy_says_which_decisions_a_second_person_confirms(
    four_eyes: FourEyes, decision: str, needs_second: bool
) -> None:
    assert decide(DOSSIER, decision, by="A", reason="r", at=NOW, four_eyes=four_eyes).needs_second is needs_second


@pytest.mark.parametrize(
    ("decision", "by", "reason", "message"),
    [
        ("maybe", "A. Martin", "why", "--decision: expected one of renew"),
        ("renew", "A. Martin", "  ", "against the recommendation, which is suspend"),
        ("suspend", "A. Martin", "", "--reason: expected why"),
        ("suspend", "", "why", "--by: expected words"),
        ("suspend", "A", "said by ada%40example.org", "--reason: expected words"),
        ("suspend", "jeanne.martin@exemple.example", "why", "without an e-mail address"),
        ("suspend", "A. Martin", "she said so on 06 12 34 56 78", "without an e-mail address"),
        ("suspend", "A. Martin", "x" * 1001, "at most 1000 characters"),
    ],
)
def test_what_can_not_be_recorded_is_refused_in_words(decision: str, by: str, reason: str, message: str) -> None:
    with pytest.raises(DecisionRefusedError, match=message):
        decide(DOSSIER, decision, by=by, reason=reason, at=NOW, four_eyes="never")


def test_knowledge_of_an_instant_holds_no_later_confirmation(registry: sa.Engine) -> None:
    recorded(registry, "renew")
    confirm_decision(registry, "acme", by="B. Petit", at=NOW + timedelta(days=3))
    [then] = recorded_decisions(registry, before=NOW + timedelta(days=1))
    assert then.confirmed_by is None
    assert recorded_decisions(registry, before=NOW - timedelta(days=1)) == []


def write_dossier(home: Path, day: str, page: str = "<p>1</p>") -> Path:
    folder = home / "acme" / day
    folder.mkdir(parents=True)
    (folder / "index.html").write_text(page)
    (folder / "findings.csv").write_text("a,b\n")
    note = replace(NOTE_OF, as_of=datetime.fromisoformat(f"{day}T05:00:00+00:00"))
    (folder / NOTE).write_bytes(note.as_json())
    return folder


def test_the_digest_of_a_dossier_is_what_anybody_works_out(tmp_path: Path) -> None:
    folder = write_dossier(tmp_path, "2026-11-21")
    said = subprocess.run(
        ["/bin/bash", "-c", "LC_ALL=C sha256sum * | sha256sum"], cwd=folder, capture_output=True, text=True, check=True
    )
    [dossier] = found_dossiers(tmp_path, "acme")
    assert dossier.digest == said.stdout.split()[0]
    assert dossier.read().note.renewal_on == RENEWAL


def test_a_digest_names_one_dossier_that_is_there(tmp_path: Path) -> None:
    write_dossier(tmp_path, "2026-11-20")
    write_dossier(tmp_path, "2026-11-21", "<p>2</p>")
    first, last = found_dossiers(tmp_path, "acme")
    assert dossier_named([first, last], "acme", None) == last.read()
    assert dossier_named([first, last], "acme", first.digest[:12].upper()) == first.read()
    for wrong in ("f" * 64, first.digest[:7], ""):
        with pytest.raises(DecisionRefusedError, match=rf"one of the 2 dossiers of acme.*{last.digest}"):
            dossier_named([first, last], "acme", wrong)
    with pytest.raises(DecisionRefusedError, match="there is no dossier to decide on"):
        dossier_named([], "acme", None)


@pytest.mark.parametrize(
    "note",
    ["", "{", "[]", "null", '{"as_of": 1, "renewal_on": null}', NOTE_OF.as_json().decode().replace("row", "line")],
    ids=["empty", "cut", "list", "null", "without fields", "another version"],
)
def test_a_note_that_can_not_be_read_stands_only_in_the_way_of_its_own_dossier(tmp_path: Path, note: str) -> None:
    old, new = (write_dossier(tmp_path, day, page=day) for day in ("2026-11-20", "2026-11-21"))
    (old / NOTE).write_text(note)
    first, last = found_dossiers(tmp_path, "acme")
    assert dossier_named([first, last], "acme", None).folder == new
    with pytest.raises(DecisionRefusedError, match=re.escape(f"{old / NOTE}: expected the note of a dossier")):
        dossier_named([first, last], "acme", first.digest)


def test_a_dossier_decided_on_stays_as_it_was(tmp_path: Path) -> None:
    folder = write_dossier(tmp_path / "dossiers", "2026-11-21")
    [found] = found_dossiers(tmp_path / "dossiers", "acme")
    dossier = found.read()
    kept = keep_dossier(dossier, tmp_path / "decisions")
    (folder / "index.html").write_text("<p>another</p>")
    assert (kept / "index.html").read_text() == "<p>1</p>"
    assert keep_dossier(dossier, tmp_path / "decisions") == kept
    assert dossier_digest(kept) == dossier.digest
    modes = {oct(path.stat().st_mode & 0o777) for path in (kept.parent.parent, kept.parent, kept)}
    assert (modes, {oct(path.stat().st_mode & 0o777) for path in kept.iterdir()}) == ({"0o700"}, {"0o600"})


@pytest.mark.parametrize("name", ["index.html", NOTE], ids=["page", "note"])
def test_a_dossier_that_is_written_anew_while_somebody_decides_is_not_decided_on(
    tmp_path: Path, registry: sa.Engine, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """`publish` replaces a file after the digest and the note were read, and before the copy is made."""
    folder = write_dossier(tmp_path / "dossiers", "2026-11-21")
    desk = ReviewDesk(registry, tmp_path / "dossiers", tmp_path / "decisions", "never")
    other = replace(NOTE_OF, recommendation="renew").as_json() if name == NOTE else b"<p>another</p>"

    def publish_then_keep(dossier: WrittenDossier, kept: Path) -> Path:
        (folder / name).write_bytes(other)
        return keep_dossier(dossier, kept)

    with monkeypatch.context() as racing:
        racing.setattr("pipelines.reviews.desk.keep_dossier", publish_then_keep)
        with pytest.raises(DecisionRefusedError, match="read the one that lies there now") as refused:
            desk.decide("acme", "suspend", by="A. Martin", reason="r", at=NOW)
    assert refused.value.kind == "dossier"
    assert recorded_decisions(registry) == []
    assert list((tmp_path / "decisions" / "acme").iterdir()) == []
    made = desk.decide("acme", "suspend", by="A. Martin", reason="r", at=NOW)
    assert dossier_digest(made.kept) == made.decision.dossier_digest


def test_a_renewal_that_passed_without_a_decision_that_stands_is_ours(registry: sa.Engine) -> None:
    contracts = {"acme": [contract(vendor="acme", renewal_on=RENEWAL)]}

    def kinds(at: datetime) -> list[tuple[str, date]]:
        return [(one.kind, one.on) for one in own_findings(contracts, recorded_decisions(registry), at)]

    assert kinds(datetime(2027, 3, 1, 5, tzinfo=UTC)) == []  # its own day has not passed
    assert kinds(PASSED) == [(UNDECIDED, RENEWAL)]
    recorded(registry, "renew")
    assert kinds(PASSED) == [(UNCONFIRMED, NOW.date()), (UNDECIDED, RENEWAL)]
    confirm_decision(registry, "acme", by="B. Petit", at=NOW)
    assert kinds(PASSED) == [(AGAINST, NOW.date())]


def test_a_renewal_date_that_an_amendment_moved_is_nobodys_any_more() -> None:
    first = contract(vendor="acme", renewal_on=date(2026, 12, 31))
    amended = contract(vendor="acme", valid_from=date(2026, 10, 1), renewal_on=date(2027, 12, 31))
    signed_anew = contract(vendor="acme", valid_from=date(2026, 12, 31), renewal_on=date(2027, 12, 31))
    assert own_findings({"acme": [first, amended]}, [], PASSED) == []
    [found] = own_findings({"acme": [first, signed_anew]}, [], PASSED)
    assert found.on == date(2026, 12, 31)
