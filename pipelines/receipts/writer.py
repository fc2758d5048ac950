"""Receipts written into the outbox, a CSV and a JSON for each judged delivery, with their texts and summaries.

A line says what is wrong; what would mend it is told once for each `text_key`, in a CSV beside it and in the JSON.
What they tell is said in `pipelines.receipts.receipt`, worked out by the engine, and noted in the registry.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from pyarrow import csv

from pipelines.arrays.spreadsheet_cells import BYTE_ORDER_MARK, neutralised, neutralised_texts
from pipelines.contracts.contract import Contract
from pipelines.engines.interface import Engine
from pipelines.receipts import told_defects
from pipelines.receipts.facts import receipt_facts
from pipelines.receipts.notices import PreparedReceipt
from pipelines.receipts.outbox import Outbox
from pipelines.receipts.receipt import Receipt, ReceivedFile
from pipelines.receipts.records import record_prepared, standing_receipts
from pipelines.receipts.summaries import summary
from pipelines.receipts.texts import Explainer, Explanation, file_reason
from pipelines.receipts.told_records import receipts_unrecorded, record_filled_in
from pipelines.rulebook.catalogue import Catalogue
from pipelines.storage.lake import Lake
from pipelines.verdicts.due_days import is_unjudged
from pipelines.vocabulary.tables import arrow_schema
from pipelines.vocabulary.words import PARIS
from pipelines.wording.words import LANGUAGES

TABLE: Final = "receipt.csv"
LEGEND: Final = "reasons.csv"
DOCUMENT: Final = "receipt.json"
SUMMARY: Final = "summary.{language}.txt"
FORMAT: Final = "opposable.receipt/1"
COLUMNS: Final = pa.schema(
    {
        "file_name": pa.string(),
        "role": pa.string(),
        "row_number": pa.int64(),
        "last_row_number": pa.int64(),
        "row_count": pa.int64(),
        "sheet_row": pa.int64(),
        "lead_id": pa.string(),
        "channel": pa.string(),
        "form": pa.string(),
        "verdict": pa.string(),
        "reason_code": pa.string(),
        "column": pa.string(),
        "wrong_fr": pa.string(),
        "wrong_en": pa.string(),
        "severity": pa.string(),
        "is_final": pa.bool_(),
        "deadline": pa.string(),
        "text_key": pa.string(),
    }
)
"""Of the CSV. `role`: of a rejection or refusal, as what it was read; `row_number`: 1-based data row; `last_row_number`
and `row_count`: of a line that stands for many rows, of which the first is `row_number`; `sheet_row`: as a
spreadsheet numbers it, where known; `form`: form and version, as the proof names them, else the lead; `column`: by the
vendor's names, ` | ` between those of which one would do; `deadline`: until when a fact that waits on the vendor can be
proven, Europe/Paris; `text_key`: the row of the legend."""


_NAMES_OF_TEXTS: Final = tuple(field.name for field in fields(Explanation))


@dataclass(frozen=True)
class ReceiptWriter:
    """Prepares the receipts of judged deliveries. A fault in it is ours; nothing that a vendor sent raises."""

    engine: Engine
    lake: Lake
    catalogue: Catalogue
    outbox: Outbox
    registry: sa.Engine

    def prepare(
        self,
        vendor: str,
        contracts: Sequence[Contract],
        days: Sequence[date],
        delivered: Mapping[date, str] = MappingProxyType({}),
        *,
        as_of: datetime,
    ) -> int:
        """Write the receipts of a vendor's days, just judged as of an instant, and note those that are new.

        `delivered`: by date, a digest over the vendor's files that were judged, where it is known.

        Returns:
            Receipts that are new: of a delivery without one, or that differ from the one before.
        """
        where = (self.engine, self.lake, self.catalogue, contracts, vendor, days)
        with receipt_facts(*where, as_of=as_of) as facts:
            explainer = Explainer(self.catalogue, facts.told)
            open_ = {receipt.delivery_date: receipt for receipt in facts.receipts}
            prepared = [
                self._write(open_.pop(day), explainer, (part for _, part in parts))
                for day, parts in groupby(facts.lines(), key=itemgetter(0))
            ]
            prepared += [self._write(receipt, explainer, ()) for receipt in open_.values()]
            told = facts.defects()
        return record_prepared(self.registry, prepared, told, delivered, prepared_at=as_of)

    def fill_in(self, vendor: str) -> int:
        """Record what receipts told that were prepared before this was recorded, from what is published still.

        Before their days are taken in or judged again, which replaces that; once, and days that are damaged when they
        are mended. A day that was taken in and not judged since has leads and findings that are not of each other.

        Returns:
            Receipts filled in.
        """
        unrecorded = receipts_unrecorded(self.registry, vendor)
        whole = [one for one in unrecorded if self._is_whole(vendor, one.delivery_date)]
        if whole:
            with self.engine.session() as session:
                for table in told_defects.TABLES:
                    files = [self.lake.partition(table, vendor, one.delivery_date) for one in whole]
                    session.read_files(table, files, arrow_schema(table))
                told = told_defects.told_defects(session)
            record_filled_in(self.registry, whole, told)
        return len(whole)

    def _is_whole(self, vendor: str, day: date) -> bool:
        is_whole = all(self.lake.is_whole(vendor, day, marker) for marker in ("deliveries", "scorecards"))
        return is_whole and not is_unjudged(self.lake, vendor, day)

    def digests(self, vendor: str) -> Callable[[date], str]:
        """By day SHA-256, lower-case hex, of what is prepared of it: the receipt that stands now, files in the outbox,
        which are read where a day is asked for."""
        standing = {one.delivery_date: one.digest for one in standing_receipts(self.registry, vendor)}
        names = (TABLE, LEGEND, DOCUMENT, *(SUMMARY.format(language=language) for language in LANGUAGES))

        def digest(day: date) -> str:
            files = [self.outbox.digest(vendor, day, name) for name in names]
            return sha256(f"{standing.get(day)} {files}".encode()).hexdigest()

        return digest

    def has_to_fill_in(self, vendor: str) -> bool:
        """Whether there is anything that `fill_in` looks at."""
        return bool(receipts_unrecorded(self.registry, vendor))

    def _write(self, receipt: Receipt, explainer: Explainer, parts: Iterable[pa.Table]) -> PreparedReceipt:
        replacing = partial(self.outbox.replacing, receipt.vendor, receipt.delivery_date)
        texts = {key: explainer.explain(key) for key in sorted(receipt.told_counts)}
        with replacing(TABLE) as table, replacing(DOCUMENT) as file:
            table.write(BYTE_ORDER_MARK)
            document = _Document(file, _receipt_head(receipt, texts))
            with csv.CSVWriter(table, COLUMNS) as rows:
                for part in parts:
                    rows.write_table(_csv_lines(part, receipt, texts))
                    document.add(part["json"])
            digest = document.finished()
        with replacing(LEGEND) as legend:
            legend.write(BYTE_ORDER_MARK)
            csv.write_csv(_legend(receipt, texts), legend)
        for language in LANGUAGES:
            with replacing(SUMMARY.format(language=language)) as file:
                file.write(summary(receipt, explainer, digest, language=language).encode())
        return PreparedReceipt(
            vendor=receipt.vendor,
            delivery_date=receipt.delivery_date,
            digest=digest,
            is_final=receipt.is_final,
            line_count=receipt.line_count,
        )


class _Document:
    """A JSON object of head and lines, written as the lines come; its digest is that of its bytes."""

    def __init__(self, file: BinaryIO, head: Mapping[str, Any]) -> None:
        self._file = file
        self._digest = sha256()
        self._separator = "\n"
        self._write("{\n" + ",\n".join(f"{_cell_text(name)}: {_cell_text(value)}" for name, value in head.items()))
        self._write(',\n"lines": [')

    def add(self, lines: pa.ChunkedArray) -> None:
        """Add lines, each a JSON object."""
        self._write(self._separator + ",\n".join(lines.to_pylist()))
        self._separator = ",\n"

    def finished(self) -> str:
        """Close the object; the digest of the whole."""
        self._write("\n]\n}\n")
        return self._digest.hexdigest()

    def _write(self, text: str) -> None:
        content = text.encode()
        self._digest.update(content)
        self._file.write(content)


def _cell_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _receipt_head(receipt: Receipt, texts: Mapping[str, Explanation]) -> dict[str, Any]:
    deadline = receipt.proof_deadline_at
    return {
        "format": FORMAT,
        "vendor": receipt.vendor,
        "delivery_date": receipt.delivery_date.isoformat(),
        "is_final": receipt.is_final,
        "proof_deadline": deadline and deadline.astimezone(PARIS).isoformat(),
        "files": [_file_told(file) for file in receipt.files],
        "leads": asdict(receipt.leads),
        "line_count": receipt.line_count,
        "counts": receipt.told_counts,
        "texts": {key: asdict(text) for key, text in texts.items()},
    }


def _file_told(file: ReceivedFile) -> dict[str, Any]:
    """A file as the document has it: its causes in words, in each language."""
    told = {name: value for name, value in vars(file).items() if name != "causes"}
    return told | {f"reason_{language}": file_reason(file, language) for language in LANGUAGES}


def _legend(receipt: Receipt, texts: Mapping[str, Explanation]) -> pa.Table:
    """Each text of the lines once, most frequent first: how often it is told, what is wrong, what would mend it."""
    told = [(key, count, texts[key]) for key, count in receipt.told_counts.items()]
    columns = {"text_key": [key for key, _, _ in told]}
    columns |= {name: [getattr(text, name) for _, _, text in told] for name in _NAMES_OF_TEXTS}
    legend = neutralised(pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}))
    return legend.append_column("count", pa.array([count for _, count, _ in told], pa.int64()))


def _csv_lines(part: pa.Table, receipt: Receipt, texts: Mapping[str, Explanation]) -> pa.Table:
    """Lines of the CSV: those of the engine with their texts, safe for spreadsheets."""
    places = pc.index_in(part["text_key"], pa.array(list(texts), pa.string()))
    foreign = neutralised(part.select(["file_name", "lead_id", "form", "column"]))
    columns = {name: part[name] for name in COLUMNS.names if name in part.column_names}
    columns |= {name: foreign[name] for name in foreign.column_names}
    columns |= {
        name: neutralised_texts(pa.array([getattr(text, name) for text in texts.values()], pa.string())).take(places)
        for name in ("wrong_fr", "wrong_en")
    }
    columns["is_final"] = pa.repeat(receipt.is_final, part.num_rows)
    return pa.table({name: columns[name] for name in COLUMNS.names}).cast(COLUMNS)
