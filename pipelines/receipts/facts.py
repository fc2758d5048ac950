"""Receipts of judged days, worked out by the engine: heads and lines. Texts are in `texts`, files in `writer`.

One session serves all days of a run. What may be told, and what not, is said in `pipelines.receipts.receipt`.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.arrays.sorted_rows import cut_by_day
from pipelines.contracts.contract import Contract
from pipelines.engines.interface import Engine, Session
from pipelines.receipts import lines as sql
from pipelines.receipts.receipt import (
    DETAIL_LISTS,
    FIELD_LISTS,
    LeadVerdicts,
    Receipt,
    ReceiptReason,
    ReceivedFile,
    reason_key,
)
from pipelines.receipts.told_defects import ToldByDay, told_defects
from pipelines.rulebook.catalogue import Catalogue
from pipelines.storage.lake import Lake
from pipelines.verdicts.day_terms import DeliveredDay
from pipelines.verdicts.judge import delivered_days
from pipelines.verdicts.missing_parts import MissingPart, missing_parts, vendors_name
from pipelines.vocabulary.clock import as_lake
from pipelines.vocabulary.reasons import Reason, reason_of, reason_of_text
from pipelines.vocabulary.tables import arrow_schema
from pipelines.vocabulary.words import ACCEPTED_STATUSES, PARIS

TABLES: Final = ("deliveries", "rejected_rows", "leads", "findings", "verdicts")
PART_ROWS: Final = 100_000
_DAYS: Final = pa.schema({"delivery_date": pa.date32(), "deadline": pa.string()})
_DAY: Final = [("delivery_date", pa.date32())]


def _schema_of_names(names: Sequence[str]) -> pa.Schema:
    return pa.schema(_DAY + [(name, pa.string()) for name in (*names, "name", "text_key")])


_REFUSALS: Final = _schema_of_names(("role", "reason", "column", "cause", "figures"))
_EVIDENCE: Final = _schema_of_names(("rule_id", "state", "facts", "missing_facts"))

Row = Mapping[str, Any]


@dataclass(frozen=True)
class ReceiptFacts:
    """The receipts of some days of a vendor, by date, and what their lines tell in words of their own."""

    receipts: tuple[Receipt, ...]
    told: Mapping[str, ReceiptReason]
    """By key; what is not in it tells no more than its reason code and state."""
    session: Session

    def defects(self) -> ToldByDay:
        """What the receipts tell of leads that failed a rule, counted."""
        return told_defects(self.session)

    def lines(self) -> Iterator[tuple[date, pa.Table]]:
        """Lines in order, in parts of bounded size, each of one day; a day without lines has no part.

        Columns: `delivery_date`, those of `receipt_lines.COLUMNS`, and `json`, the line as a JSON object.
        """
        for part in self.session.stream(sql.STREAM, rows=PART_ROWS):
            yield from cut_by_day(part).items()


@contextmanager
def receipt_facts(
    engine: Engine,
    lake: Lake,
    catalogue: Catalogue,
    contracts: Sequence[Contract],
    vendor: str,
    days: Sequence[date],
    *,
    as_of: datetime,
) -> Iterator[ReceiptFacts]:
    """The receipts of days judged under a catalogue as of an instant (timezone-aware); days without files have none."""
    delivered = {table: [lake.partition(table, vendor, day) for day in days] for table in TABLES}
    with engine.session([file for files in delivered.values() for file in files]) as session:
        for table, files_of_table in delivered.items():
            session.read_files(table, files_of_table, arrow_schema(table))
        files = session.fetch(sql.FILES)
        judged = {day.day: day for day in delivered_days(vendor, contracts, files)}
        by_day: dict[date, list[Row]] = {}
        for file in files.to_pylist():
            by_day.setdefault(file["delivery_date"], []).append(file)
        session.register("days", _days_table(list(by_day), judged, as_of))
        lines = _Lines(session, {day: terms.contract for day, terms in judged.items()})
        used = {day: _used_count(lake.partition("verdicts", vendor, day)) for day in by_day}
        is_all_used = all(used[day] == _accepted_count(files_of_day) for day, files_of_day in by_day.items())
        lines.make({card.id: card.evidence for card in catalogue.cards}, is_all_used=is_all_used)
        heads = _receipts(session, vendor, by_day, judged, used, as_of)
        yield ReceiptFacts(tuple(heads), lines.told, session)


def _used_count(verdicts: Path) -> int:
    """Leads with at least one lead use. The file is in the order of its leads: it takes no hashing to count them."""
    leads = pq.ParquetFile(verdicts).read(columns=["lead_id"])["lead_id"].combine_chunks()
    changes = pc.sum(pc.not_equal(leads.slice(1), leads.slice(0, max(len(leads) - 1, 0)))).as_py() or 0
    return int(changes) + (len(leads) > 0)


class _Lines:
    """Makes the table `lines`, and collects what they tell in words of their own."""

    def __init__(self, session: Session, contracts: Mapping[date, Contract]) -> None:
        self.told: dict[str, ReceiptReason] = {}
        self._session = session
        self._contracts = contracts
        self._differences = {
            (row["delivery_date"], row["difference"]): reason_of_text(row["cause"])
            for row in session.fetch(sql.DIFFERENCES).to_pylist()
        }

    def make(self, evidence: Mapping[str, Collection[str]], *, is_all_used: bool) -> None:
        """`evidence`: the columns that each rule's card names; `is_all_used`: every accepted lead has a lead use."""
        session, named = self._session, {*FIELD_LISTS, *DETAIL_LISTS}
        session.create("rejected", sql.REJECTED)
        self._name("refusals", _REFUSALS, map(self._refusal, session.fetch(sql.REFUSALS).to_pylist()))
        session.create("told", sql.told(sorted(rule for rule, columns in evidence.items() if named & set(columns))))
        self._name("evidence", _EVIDENCE, map(self._evidence, session.fetch(sql.EVIDENCE).to_pylist()))
        session.create("opposed", sql.OPPOSED_LEADS)
        session.create("placed_leads", sql.PLACED_LEADS)
        session.create("used_leads", sql.ALL_USED_LEADS if is_all_used else sql.USED_LEADS)
        session.create("unusable_uses", sql.UNUSABLE_USES)
        session.create("lead_verdicts", sql.LEAD_VERDICTS)
        session.create("lines", sql.LINES)

    def _name(self, table: str, schema: pa.Schema, rows: Iterable[Row]) -> None:
        self._session.register(table, pa.Table.from_pylist(list(rows), schema=schema))

    def _refusal(self, row: Row) -> Row:
        name = self._vendors_names(row["delivery_date"], [row["column"]] if row["column"] else [], row["role"])
        causes = (reason_of(row["cause"], row["figures"]),) if row["cause"] else ()
        return {**row, "name": name, "text_key": self._tell(row["reason"], "rejected", row["expected"], causes)}

    def _evidence(self, row: Row) -> Row:
        facts = json.loads(row["facts"] or "{}")
        fields = [field for name in FIELD_LISTS for field in facts.get(name) or ()]
        details = {name: facts.get(name) or () for name in DETAIL_LISTS}
        entries = row["missing_facts"].split(sql.BETWEEN_FACTS) if row["missing_facts"] else ()
        missing = tuple(missing_parts(entries, self._contracts.get(row["delivery_date"])))
        detail = "; ".join(text for texts in (*details.values(), map(str, missing)) for text in texts)
        causes = (
            *(self._differences[row["delivery_date"], text] for text in details["format_differences"]),
            *(Reason("sequence_missing", number=text) for text in details["missing_sequences"]),
        )
        names = [self._vendors_names(row["delivery_date"], fields), *(" | ".join(part.columns) for part in missing)]
        key = self._tell(row["rule_id"], row["state"], detail or None, causes, missing)
        return {**row, "name": ", ".join(filter(None, names)) or None, "text_key": key}

    def _tell(
        self,
        reason_code: str,
        state: str,
        detail: str | None,
        causes: tuple[Reason, ...],
        missing: tuple[MissingPart, ...] = (),
    ) -> str:
        key = reason_key(reason_code, state, detail)
        self.told[key] = ReceiptReason(key, reason_code, state, causes, missing)
        return key

    def _vendors_names(self, day: date, fields: Sequence[str], role: str | None = None) -> str | None:
        """Columns as the vendor calls them, joined; as they are where the contract does not map them."""
        return ", ".join(vendors_name(self._contracts.get(day), field, role) for field in fields) or None


def _days_table(days: Sequence[date], judged: Mapping[date, DeliveredDay], as_of: datetime) -> pa.Table:
    """Days with files, and until when facts can be proven; NULL once that has passed."""
    rows: list[Row] = [{"delivery_date": day, "deadline": None} for day in days if day not in judged]
    for day in (judged[day] for day in days if day in judged):
        deadline_at = day.deadline_at.replace(tzinfo=UTC)
        shown = deadline_at.astimezone(PARIS).isoformat() if as_of < deadline_at else None
        rows.append({"delivery_date": day.day, "deadline": shown})
    return pa.Table.from_pylist(rows, schema=_DAYS)


def _receipts(
    session: Session,
    vendor: str,
    files: Mapping[date, Sequence[Row]],
    judged: Mapping[date, DeliveredDay],
    used: Mapping[date, int],
    as_of: datetime,
) -> Iterator[Receipt]:
    told: dict[date, dict[str, int]] = {}
    line_counts: Counter[date] = Counter()
    for row in session.fetch(sql.LINE_COUNTS).to_pylist():
        told.setdefault(row["delivery_date"], {})[row["text_key"]] = row["told_count"]
        line_counts[row["delivery_date"]] += row["line_count"]
    unusable = {row["delivery_date"]: row for row in session.fetch(sql.UNUSABLE_COUNTS).to_pylist()}
    for day, files_of_day in files.items():
        terms = judged.get(day)
        yield Receipt(
            vendor=vendor,
            delivery_date=day,
            is_final=terms is None or as_lake(as_of) >= terms.deadline_at,
            proof_deadline_at=terms.deadline_at.replace(tzinfo=UTC) if terms else None,
            files=tuple(_received_file(row) for row in files_of_day),
            leads=_lead_verdicts(_accepted_count(files_of_day), used[day], unusable.get(day, {})),
            told_counts=told.get(day, {}),
            line_count=line_counts[day],
            notice_clause=terms.contract.notice_clause if terms else None,
        )


def _received_file(row: Row) -> ReceivedFile:
    names = ("file_name", "role", "status", "rows_received", "rows_accepted", "rows_rejected", "reason")
    causes = tuple(reason_of_text(cause) for cause in row["causes"] or ())
    return ReceivedFile(**{name: row[name] for name in names}, causes=causes)


def _accepted_count(files: Sequence[Row]) -> int:
    read = [file for file in files if file["role"] == "leads" and file["status"] in ACCEPTED_STATUSES]
    return sum(file["rows_accepted"] for file in read)


def _lead_verdicts(accepted: int, used: int, unusable: Row) -> LeadVerdicts:
    blocked, on_hold = unusable.get("blocked_count", 0), unusable.get("on_hold_count", 0)
    return LeadVerdicts(accepted, used - blocked - on_hold, on_hold, blocked, accepted - used)
