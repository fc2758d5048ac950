"""What a judgement of some days comes to: the published tables, day after day, and what their writer notes of each day.

How the days are judged is in `judge`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Final

import pyarrow as pa

from pipelines.arrays.sorted_rows import cut_by_day
from pipelines.engines.interface import Session
from pipelines.vocabulary.clock import as_lake
from pipelines.vocabulary.tables import SORT_KEYS, VERDICT_TABLES, arrow_schema

CONTRACT_FACT: Final = "contract_digest"
"""What is noted of a day: the contract that judged it."""
PIECE_ROWS: Final = 65_536
"""Rows of a table that are at hand while it is read day after day."""
_DAY_FACTS: Final = """
    select
        delivery_date,
        max(known_at) filter (is_day_clock) as known_at,
        bool_or(is_final) filter (is_day_clock) as is_final,
        bool_and(is_final) as is_settled,
        max(known_at) filter (not is_final) as open_at,
        bool_and(coalesce(is_vendor_live, false)) as is_live
    from clocks
    group by delivery_date
"""
"""What is noted of a day: `is_live` only where it is not, and no score counts it; `open_at` is up to when facts counted
for files whose deadline has not passed."""


@dataclass(frozen=True)
class JudgedDay:
    """The published tables of one day, and what their writer notes with them."""

    day: date
    tables: dict[str, pa.Table]
    facts: dict[str, str]


@dataclass(frozen=True)
class JudgedTables:
    """Days that were judged together, while the session stands in which they were."""

    session: Session | None
    """None where no day has a contract in force: all its tables have no rows."""
    facts: Mapping[date, dict[str, str]]
    """By day, in order, what is noted of it."""

    def pieces(self, table: str) -> Iterator[tuple[date, pa.Table]]:
        """The rows of a published table in pieces of one day each: days in order, of a day in the order of the table's
        sort keys. Days without rows have none. Read it to its end before another is asked for."""
        if self.session is None:
            return
        schema = arrow_schema(table)
        order = ", ".join(("delivery_date", *SORT_KEYS[table]))
        query = f"select {', '.join(schema.names)} from {table} order by {order}"
        for part in self.session.stream(query, rows=PIECE_ROWS):
            yield from cut_by_day(part.cast(schema)).items()

    def days(self) -> list[JudgedDay]:
        """Every day with all its rows, for whoever looks at few; to publish them they are read in pieces."""
        tables = {table: _tables_by_day(self.pieces(table)) for table in VERDICT_TABLES}
        nothing = {table: arrow_schema(table).empty_table() for table in VERDICT_TABLES}
        return [
            JudgedDay(day, {table: tables[table].get(day, nothing[table]) for table in VERDICT_TABLES}, facts)
            for day, facts in self.facts.items()
        ]


def _tables_by_day(pieces: Iterator[tuple[date, pa.Table]]) -> dict[date, pa.Table]:
    return {day: pa.concat_tables(part for _, part in parts) for day, parts in groupby(pieces, key=itemgetter(0))}


def facts_of_days(
    session: Session, catalogue_digest: str, contract_digests: Mapping[date, str]
) -> dict[date, dict[str, str]]:
    """What is noted of each day of a session's `clocks`."""
    return {
        row["delivery_date"]: {
            "catalogue_digest": catalogue_digest,
            "known_at": row["known_at"].isoformat(),
            "is_final": str(row["is_final"]).lower(),
            **({} if row["is_live"] else {"is_live": "false"}),
            **({} if row["is_settled"] else {"open_at": row["open_at"].isoformat()}),
            CONTRACT_FACT: contract_digests[row["delivery_date"]],
        }
        for row in session.fetch(_DAY_FACTS).to_pylist()
    }


def reopens(published: Mapping[str, str], judged: Mapping[str, str], as_of: datetime) -> bool:
    """Whether a judgement would take final verdicts back because it knows less than they did.

    Args:
        published: what is noted of the day now; empty where nothing is.
        judged: what would be noted.
        as_of: the knowledge instant of the judgement, aware.
    """
    if published.get("is_final") != "true" or judged.get("is_final") == "true" or "known_at" not in published:
        return False
    return as_lake(as_of) < datetime.fromisoformat(published["known_at"])
