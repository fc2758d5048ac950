"""What the vendor is told of its answers: one table a file of answers, in the outbox, in French and English.

`outbox/<vendor>/<date on which it came>/disputes-<first digits of its digest>.csv`. It says of each row what became of
it, and why; it quotes nothing of a row that is no dispute, and names none of us.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import pyarrow as pa
import sqlalchemy as sa
from pyarrow import csv

from pipelines.arrays.spreadsheet_cells import BYTE_ORDER_MARK, neutralised
from pipelines.disputes.dispute import DisputeFile, RecordedDispute
from pipelines.disputes.records import dispute_files, recorded_disputes
from pipelines.receipts.outbox import Outbox
from pipelines.vocabulary.clock import paris_date
from pipelines.vocabulary.reasons import reason_of_text
from pipelines.wording.reasons import sentence
from pipelines.wording.words import LANGUAGES, words

COLUMNS: Final = pa.schema(
    {
        "row_number": pa.int64(),
        "delivery_date": pa.date32(),
        "lead_id": pa.string(),
        "channel": pa.string(),
        "rule": pa.string(),
        "state": pa.string(),
        "is_late": pa.bool_(),
        "due_on": pa.date32(),
        "decided_on": pa.date32(),
        "said_fr": pa.string(),
        "said_en": pa.string(),
        "reason": pa.string(),
    }
)
"""`state`: `accepted`, `refused`, `pending`, or `rejected` for what is no dispute; `due_on`: the last day to reply;
`reason`: why it was decided so, in our own words."""
AGAIN: Final = timedelta(days=7)
"""For which a reply that a kill left unwritten is written by a later run: after the answers came, or a decision."""
_DIGITS: Final = 12


def reply_name(file: DisputeFile) -> str:
    """What a reply is called in the folder of the day on which the answers came."""
    return f"disputes-{file.file_digest[:_DIGITS]}.csv"


def write_replies(
    registry: sa.Engine, outbox: Outbox, vendor: str, *, now: datetime, also: Collection[str] = ()
) -> int:
    """Write what is told of files that came or were decided on lately, and of more by their digests; how many."""
    disputes = recorded_disputes(registry, vendor)
    lately = {one.file_digest for one in disputes if one.latest and now - one.latest.decided_at <= AGAIN}.union(also)
    due = [
        file
        for file in dispute_files(registry, vendor)
        if file.file_digest in lately or now - file.received_at <= AGAIN
    ]
    for file in due:
        _write_reply(outbox, file, [one for one in disputes if one.file_digest == file.file_digest])
    return len(due)


def _write_reply(outbox: Outbox, file: DisputeFile, disputes: Sequence[RecordedDispute]) -> None:
    rows = [*_refused_file(file), *_rejected_rows(file), *map(_disputed_row, disputes)]
    table = pa.Table.from_pylist(sorted(rows, key=lambda row: row["row_number"] or 0), schema=COLUMNS)
    with outbox.replacing(file.vendor, paris_date(file.received_at), reply_name(file)) as target:
        target.write(BYTE_ORDER_MARK)
        csv.write_csv(neutralised(table), target)


def _refused_file(file: DisputeFile) -> Iterator[dict[str, Any]]:
    if file.refusal is not None:
        reason = reason_of_text(file.refusal)
        said = {language: words(language)("disputes.refused_file") for language in LANGUAGES}
        yield _row_told(None, "rejected", {name: said[name] + sentence(reason, name) for name in said})


def _rejected_rows(file: DisputeFile) -> Iterator[dict[str, Any]]:
    for number, code in file.rejected:
        said = {language: words(language)(f"dispute_rejected.{code}") for language in LANGUAGES}
        yield _row_told(number, "rejected", said)


def _disputed_row(one: RecordedDispute) -> dict[str, Any]:
    keys = (f"disputes.told_{one.state}", *(["disputes.told_late"] if one.is_late else []))
    said = {language: " ".join(map(words(language), keys)) for language in LANGUAGES}
    return {
        **_row_told(one.row_number, one.state, said),
        **{name: getattr(one, name) for name in ("delivery_date", "lead_id", "channel", "rule", "is_late")},
        "due_on": one.due_at and paris_date(one.due_at),
        "decided_on": one.latest and paris_date(one.latest.decided_at),
        "reason": one.latest and one.latest.reason,
    }


def _row_told(number: int | None, state: str, said: dict[str, str]) -> dict[str, Any]:
    return {"row_number": number, "state": state, "said_fr": said["fr"], "said_en": said["en"]}
