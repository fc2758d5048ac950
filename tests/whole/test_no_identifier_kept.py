"""What people write in purposes, references and names reaches no table that is kept while it looks like a person."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
import sqlalchemy as sa

from pipelines.identifiers.spellings import Person
from pipelines.receipts.notices import Acknowledgement, NoticeRefusedError, PreparedReceipt
from pipelines.receipts.records import record_acknowledged, record_prepared, standing_receipts
from pipelines.storage.registry.database import open_registry
from pipelines.storage.registry.tables import VAULT_READINGS
from pipelines.storage.secrets.vault_readings import check_purpose, note_reading
from tests.support.intake_boxes import Box, contract, csv_bytes, lead, rows

DAY = date(2026, 9, 1)
AT = datetime(2026, 9, 2, 4, tzinfo=UTC)
DIGEST = "a" * 64
PERSONS = (
    "06 39 98 12 34",
    "(06) 39 98 12 34",
    "06_39_98_12_34",
    "06\u202f39\u202f98\u202f12\u202f34",
    "+33 (0)6 39 98 12 34",
    "p:+33639981234",
    "0692123456",
    "jean@example.org",
    "jean(at)example.org",
    "jean [at] example [dot] org",
    "jean at example dot org",
    "jean%40example.org",
    "jean＠example.org",
)


@pytest.fixture
def registry(tmp_path: Path) -> sa.Engine:
    return open_registry(f"sqlite:///{tmp_path / 'registry.db'}")


def purposes(registry: sa.Engine) -> list[str]:
    with registry.connect() as connection:
        return list(connection.execute(sa.select(VAULT_READINGS.c.purpose)).scalars())


@pytest.mark.fault(
    area="personal",
    fault="A purpose of reading the vault names a person",
    promise="Refused, and not repeated in the message.",
)
@pytest.mark.parametrize("told", PERSONS)
def test_the_log_of_the_vault_keeps_no_purpose_that_names_anybody(registry: sa.Engine, told: str) -> None:
    for purpose in (told, f"rappeler {told} avant midi"):
        with pytest.raises(ValueError, match=r"a reason in words") as caught:
            note_reading(registry, "acme", DAY, "L-1", reader="dpo", purpose=purpose, read_at=AT)
        assert told not in str(caught.value)
    assert purposes(registry) == []


def test_the_log_of_the_vault_keeps_requests_by_number_and_date(registry: sa.Engine) -> None:
    told = ["request 17", "ticket 123456789", "demande du 2026-08-01 au 2026-08-20", "RGPD-20260801-000123"]
    for purpose in told:
        note_reading(registry, "acme", DAY, "L-1", reader="dpo", purpose=purpose, read_at=AT)
    assert purposes(registry) == told


@pytest.mark.parametrize("purpose", ["rappeler Jean Roy", "jean.roy", "numéro 6 39 98 12 34", "  "])
def test_a_purpose_must_not_name_whom_the_reading_is_about(purpose: str) -> None:
    with pytest.raises(ValueError, match="a reason in words"):
        check_purpose(purpose, Person("jean.roy@example.org", "+33639981234", "Jean", "Roy"))


def acknowledged_by(registry: sa.Engine, by: str) -> str | None:
    receipt = PreparedReceipt(vendor="acme", delivery_date=DAY, digest=DIGEST, is_final=True, line_count=0)
    record_prepared(registry, [receipt], {}, prepared_at=AT)
    said = Acknowledgement(DIGEST, AT + timedelta(hours=1), by)
    record_acknowledged(registry, "acme", DAY, said, source="file", now=AT + timedelta(days=1))
    return standing_receipts(registry, "acme")[-1].acknowledged_by


@pytest.mark.fault(
    area="personal",
    fault="A receipt is acknowledged by somebody's phone number",
    promise="Refused in words that don't repeat it; a role or the number of a message is taken.",
)
@pytest.mark.parametrize("by", ["06.39.98.12.34", "06-39-98-12-34", "tel:33639981234", "MSG_0639981234"])
def test_a_notice_is_acknowledged_by_no_number_of_a_person(registry: sa.Engine, by: str) -> None:
    with pytest.raises(NoticeRefusedError, match="a role or a message's number") as caught:
        acknowledged_by(registry, by)
    assert by not in str(caught.value)
    assert [notice.acknowledged_by for notice in standing_receipts(registry, "acme")] == [None]


@pytest.mark.parametrize("by", ["MSG-2026-08-01/000123", "AR-20260801-093000", "dpo"])
def test_a_notice_is_acknowledged_by_a_dated_message(registry: sa.Engine, by: str) -> None:
    assert acknowledged_by(registry, by) == by


@pytest.mark.fault(
    area="personal",
    fault="A phone number or address as the name of a file or column",
    promise="It is masked before it is kept.",
)
@pytest.mark.parametrize("told", PERSONS)
def test_deliveries_keep_no_name_of_a_file_or_a_column_that_is_an_identifier(told: str) -> None:
    file = f"leads_2026-08-01_2026-08-20 {told.replace('/', '-')}.csv"
    content = csv_bytes([{**lead(1), told: "x", "CA 2026-08-01": "y"}])
    kept = Box(**{file: content}).take(contract())
    (row,) = rows(kept.deliveries, "file_name", "columns", "undeclared_columns")
    mask = "[phone]" if told[-1].isdigit() else "[email]"
    assert row[0].startswith("leads_2026-08-01_2026-08-20 ")
    assert mask in row[0]
    assert sorted(row[2]) == ["column 8", "column 9"]
    assert told not in repr(pa.Table.from_pandas(kept.deliveries, preserve_index=False).to_pylist())
