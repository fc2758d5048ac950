"""The annex for counsel: what it counts, by hand, and who can read it."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.dossiers import annex
from pipelines.dossiers.annex import AnnexWriter, found_breaches
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.engines.interface import Session
from pipelines.reviews.exposure import provision_table
from pipelines.rulebook.catalogue import load_catalogue
from pipelines.storage.lake import Lake
from pipelines.vocabulary.tables import arrow_schema

BEFORE, SINCE = date(2020, 7, 25), date(2026, 9, 1)
AS_OF = datetime(2026, 10, 1, 4, tzinfo=UTC)
TEL, PROOF = "tel_optin_consent_required", "proof_individual_record"


def finding(day: date, lead: str, channel: str | None, rule: str, *, is_proven: bool = True) -> dict[str, Any]:
    return {
        "delivery_date": day, "lead_id": lead, "channel": channel, "rule_id": rule, "outcome": "fail",
        "is_proven": is_proven,
    }  # fmt: skip


FINDINGS = (
    finding(SINCE, "A", "phone", TEL),
    finding(SINCE, "B", "phone", TEL, is_proven=False),
    finding(SINCE, "C", "email", TEL),
    finding(BEFORE, "D", "phone", TEL),
    finding(SINCE, "A", None, PROOF),
    finding(SINCE, "A", "phone", PROOF),
)


@contextmanager
def published() -> Iterator[Session]:
    """Four leads on e-mail and phone, final."""
    uses = [
        {"vendor": "acme", "delivery_date": day, "lead_id": lead, "channel": channel, "is_final": True}
        for day, lead in ((SINCE, "A"), (SINCE, "B"), (SINCE, "C"), (BEFORE, "D"))
        for channel in ("email", "phone")
    ]
    with DuckDBEngine().session() as session:
        session.register("verdicts", pa.Table.from_pylist(uses, schema=arrow_schema("verdicts")))
        rows = [{"vendor": "acme", **row} for row in FINDINGS]
        session.register("findings", pa.Table.from_pylist(rows, schema=arrow_schema("findings")))
        yield session


def test_lead_uses_count_once_for_a_provision_on_its_channels_and_in_its_time() -> None:
    """By phone A is proven, by two rules, B not; C failed on e-mail, D before the text. What is of the whole lead is of
    each use, so that A counts by e-mail, too.
    """
    with published() as session:
        found = found_breaches(session, load_catalogue(), provision_table())
    called = found["consom_l242_16"]
    assert (called.proven_count, called.count, called.rules) == (1, 2, (PROOF, TEL))
    assert (called.first_on, called.last_on) == (SINCE, SINCE)
    principles = found["rgpd_83_5"]
    assert (principles.proven_count, principles.count) == (2, 2)
    messages = found["cpce_r10_1"]
    assert (messages.proven_count, messages.count, messages.rules) == (1, 1, (PROOF,))
    assert "travail_l6323_8_1" not in found


@pytest.mark.fault(
    area="personal",
    fault="Somebody with another account, a vendor or a page looks for what the advertiser fears to pay",
    promise="The annex is read by the house's user alone, and nothing links to it.",
)
def test_the_annex_is_for_one_user_and_says_what_it_rests_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def tables(*_: object, **__: object) -> Iterator[Session]:
        with published() as session:
            yield session

    monkeypatch.setattr(annex, "vendor_tables", tables)
    folder = AnnexWriter(DuckDBEngine(), Lake(tmp_path / "lake"), load_catalogue(), tmp_path / "annexes", AS_OF).write(
        "acme", Decimal(900_000_000)
    )
    assert folder == tmp_path / "annexes" / "acme" / "2026-10-01"
    for page in folder.iterdir():
        assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "annexes").stat().st_mode) == 0o700
    french, english = ((folder / name).read_text() for name in ("annex.html", "annex.en.html"))
    assert "Réservé au conseil" in french
    assert "36,000,000" in english
    assert "0.15" in english
    assert "contacted once" in english
