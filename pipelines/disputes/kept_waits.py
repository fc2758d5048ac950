"""What of the knowledge clock waits for somebody, kept in the lake as it was last looked at: lists of dates read it.

The clock itself is read from all that is published of a vendor; a list of dates must not take as long.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import pyarrow as pa

from pipelines.disputes.knowledge_clock import KnowledgeLine
from pipelines.storage.lake import Lake
from pipelines.vocabulary.clock import as_lake
from pipelines.vocabulary.tables import arrow_schema

TABLE: Final = "knowledge_waits"


@dataclass(frozen=True)
class KeptWait:
    """A step that a blocking defect waits for. Instants are UTC, aware."""

    vendor: str
    rule_id: str
    form: str
    step: str
    """One of `words.KNOWLEDGE_STEPS`."""
    due_at: datetime
    known_at: datetime
    """The instant whose knowledge counted."""


def keep_waits(lake: Lake, vendor: str, lines: Iterable[KnowledgeLine], *, as_of: datetime) -> None:
    """Replace what is kept of a vendor; `as_of` is aware."""
    rows = [
        {
            "vendor": vendor,
            "rule_id": line.rule_id,
            "form": line.form,
            "step": wait.step,
            "due_at": as_lake(wait.due_at),
            "known_at": as_lake(as_of),
        }
        for line in lines
        for wait in line.waits
    ]
    with lake.writing(vendor):
        lake.replace_file(
            lake.vendor_file(TABLE, vendor), TABLE, pa.Table.from_pylist(rows, schema=arrow_schema(TABLE))
        )


def kept_waits(lake: Lake) -> list[KeptWait]:
    """What waits at all vendors."""
    rows = (row for vendor in lake.vendors(TABLE) for row in lake.read_vendor(TABLE, vendor).to_pylist())
    return [
        KeptWait(
            **{name: row[name] for name in ("vendor", "rule_id", "form", "step")},
            due_at=row["due_at"].replace(tzinfo=UTC),
            known_at=row["known_at"].replace(tzinfo=UTC),
        )
        for row in rows
    ]
