"""Beside each finding, what became of the vendor's answer to it. Worked out by hand."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from pipelines.disputes.dispute import DisputeDecision, RecordedDispute
from pipelines.dossiers.disputed_findings import disputed_findings
from pipelines.dossiers.findings_csv import write_findings_csv
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.vocabulary.tables import arrow_schema

DAY, AT = date(2026, 9, 1), datetime(2026, 9, 10, 8, tzinfo=UTC)
FOUND = (
    ("A", "email", "proof_individual_record", "proof"),
    ("A", "phone", "proof_individual_record", "proof"),
    ("B", None, "lead_age", "quality"),
    ("C", "phone", "opp_before_delivery", "opposition"),
    ("D", "phone", "proof_individual_record", "proof"),
)


def disputed(number: int, lead_id: str, channel: str | None, rule: str, *outcomes: str) -> RecordedDispute:
    decisions = tuple(
        DisputeDecision(outcome=outcome, reason="r", decided_by="A. Martin", decided_at=AT) for outcome in outcomes
    )
    return RecordedDispute(
        id=number, vendor="acme", delivery_date=DAY, lead_id=lead_id, channel=channel, rule=rule,
        statement_digest="b" * 64, evidence_digests=(), file_digest="c" * 64, row_number=number, received_at=AT,
        notified_at=None, due_at=None, decisions=decisions,
    )  # fmt: skip


def marks(folder: Path, *disputes: RecordedDispute) -> dict[tuple[str, str], str]:
    """What the file says: (lead, channel) -> the cell `dispute`."""
    rows = [
        {
            **{"vendor": "acme", "delivery_date": DAY, "lead_id": lead, "channel": channel, "rule_id": rule},
            **{"outcome": "fail", "is_proven": True, "severity": "blocking", "dimension": dimension, "facts": "{}"},
        }
        for lead, channel, rule, dimension in FOUND
    ]
    with DuckDBEngine().session() as session:
        session.register("findings", pa.Table.from_pylist(rows, schema=arrow_schema("findings")))
        write_findings_csv(folder / "findings.csv", disputed_findings(session, disputes))
    with (folder / "findings.csv").open(encoding="utf-8-sig", newline="") as source:
        return {(row["lead_id"], row["channel"]): row["dispute"] for row in csv.DictReader(source)}


def test_each_finding_says_what_became_of_the_answer_to_it(tmp_path: Path) -> None:
    found = marks(
        tmp_path,
        disputed(1, "A", "phone", "proof_individual_record", "refused"),
        disputed(2, "B", None, "lead_age", "pending"),
        disputed(3, "C", "email", "opposed", "refused", "accepted"),
        disputed(4, "D", None, "lead_age"),
    )
    assert found == {
        ("A", "email"): "",
        ("A", "phone"): "refused",
        ("B", ""): "pending",
        ("C", "phone"): "accepted",  # what receipts call opposed is of the whole lead
        ("D", "phone"): "",
    }


def test_of_several_answers_the_accepted_one_is_told_then_the_one_that_is_open(tmp_path: Path) -> None:
    refused = disputed(1, "A", "phone", "proof_individual_record", "refused")
    open_, accepted = (disputed(n, "A", None, "proof_individual_record", *o) for n, o in ((2, ()), (3, ("accepted",))))
    assert marks(tmp_path, refused, open_)["A", "phone"] == "pending"
    assert marks(tmp_path, accepted, refused, open_)["A", "phone"] == "accepted"


def test_without_answers_nothing_is_marked(tmp_path: Path) -> None:
    assert set(marks(tmp_path).values()) == {""}
