"""Contracts, rows and delivery folders in memory, for tests of the intake."""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from pipelines.contracts.contract import Contract, FieldTerms, FileTerms
from pipelines.deliveries.files import DeliveredFile, Delivery
from pipelines.deliveries.manifests import parse_manifest
from pipelines.formats.limits import FileRefusal, Limits
from pipelines.formats.raw import RawFile
from pipelines.formats.readers import read_source
from pipelines.formats.source import BytesSource
from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.intake.days import take_in_days
from pipelines.vocabulary.reasons import Reason
from pipelines.vocabulary.tables import arrow_schema

DAY = date(2026, 8, 11)
HASHER = IdentityHasher(b"a secret of the house, long enough")
NOON = datetime(2026, 8, 11, 10, tzinfo=UTC)
REFUSED = ("refused", "duplicate", "superseded", "no_delivery")

LEAD_COLUMNS = {
    "lead_id": "Réf",
    "collected_at": "Date",
    "email": "Courriel",
    "phone": "Tél",
    "postal_code": "CP",
    "channels": "Canaux",
    "audience": "Cible",
}
PROOF_COLUMNS = {"consent_id": "id", "channels": "channels", "decision": "decision", "consent_at": "at"}


def key_of(canonical: str, hasher: IdentityHasher = HASHER) -> str:
    """The key of one canonical identifier."""
    key: str = hasher.keys(pa.array([canonical]))[0].as_py()
    return key


def file_terms(role: str, columns: Mapping[str, str], **changes: Any) -> FileTerms:
    fields = tuple(FieldTerms(name, column) for name, column in columns.items())
    return FileTerms(**{"role": role, "path": f"{role}*.csv", "format": "csv", "fields": fields, **changes})


def contract(**changes: Any) -> Contract:
    return Contract(
        **{
            "vendor": "acme",
            "valid_from": date(2026, 1, 1),
            "version": "1",
            "status": "active",
            "digest": "0" * 64,
            "advertiser_name": "Annonceur",
            "advertiser_siren": "123456782",
            "audience": "consumer",
            "channels": ("email", "phone"),
            "leads": file_terms("leads", LEAD_COLUMNS),
            "consent_proofs": file_terms("consent_proofs", PROOF_COLUMNS),
            "proof_deadline": timedelta(hours=72),
            **changes,
        }
    )


def with_leads(columns: Mapping[str, str] | None = None, **field_changes: Mapping[str, Any]) -> Contract:
    """A contract whose lead fields are changed by name."""
    fields = [FieldTerms(name, column) for name, column in (columns or LEAD_COLUMNS).items()]
    changed = tuple(replace(field, **field_changes.get(field.name, {})) for field in fields)
    return contract(leads=file_terms("leads", {}, fields=changed))


def csv_bytes(rows: Sequence[Mapping[str, str]], columns: Sequence[str] | None = None, delimiter: str = ",") -> bytes:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns or list(rows[0]), delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


def lead(number: int, **changes: str) -> dict[str, str]:
    good = {
        "Réf": f"L{number}",
        "Date": "2026-08-10T09:00:00Z",
        "Courriel": f"a{number}@x.fr",
        "Tél": f"06123456{number:02d}",
        "CP": "75001",
        "Canaux": "email|phone",
        "Cible": "consumer",
    }
    return {**good, **changes}


def proof(number: int, **changes: str) -> dict[str, str]:
    good = {"id": f"C{number}", "channels": "email", "decision": "given", "at": "2026-08-10T09:00:00Z"}
    return {**good, **changes}


@dataclass(frozen=True)
class PublishedTables:
    """The published tables of some days."""

    deliveries: pd.DataFrame
    leads: pd.DataFrame
    consent_proofs: pd.DataFrame
    unread_objections: pd.DataFrame
    rejected_rows: pd.DataFrame


def taken_in(deliveries: Sequence[Delivery], **options: Any) -> PublishedTables:
    """Take in some days, and read their tables as the lake would."""
    tables: dict[str, list[pa.Table]] = {field.name: [] for field in fields(PublishedTables)}
    for day in take_in_days("acme", deliveries, **{"hasher": HASHER, "first_delivered_on": {}, **options}):
        for table, stream in day.tables.items():
            tables[table] += stream
    frames = {
        table: pa.concat_tables([arrow_schema(table).empty_table(), *parts]).combine_chunks()
        for table, parts in tables.items()
    }
    return PublishedTables(**{table: frame.to_pandas(types_mapper=pd.ArrowDtype) for table, frame in frames.items()})


class Box:
    """A delivery folder in memory."""

    def __init__(self, **files: bytes) -> None:
        self.contents = files

    def files(self, *, received: Mapping[str, datetime] | None = None) -> tuple[DeliveredFile, ...]:
        return tuple(self.file(name, (received or {}).get(name, NOON)) for name in self.contents)

    def file(self, name: str, received_at: datetime | None) -> DeliveredFile:
        content = self.contents[name]
        manifest = parse_manifest(name, content) if name.endswith(".json") else None
        digest = hashlib.sha256(content).hexdigest()
        return DeliveredFile(name, Path(name), digest, len(content), received_at, manifest=manifest)

    def read(self, file: DeliveredFile, terms: FileTerms) -> RawFile | FileRefusal:
        content = self.contents[file.name]
        if not content:
            return FileRefusal("file_empty", Reason("file_without_rows"))
        return read_source(BytesSource(content), terms, Limits())

    def take(self, terms: Contract | None, **options: Any) -> PublishedTables:
        files = options.pop("files", None) or self.files()
        earlier = dict.fromkeys(options.pop("earlier_digests", ()), date.min)
        delivery = Delivery(options.pop("day", DAY), terms, tuple(files))
        return taken_in([delivery], read=self.read, first_delivered_on=earlier, **options)


def take_leads(*rows: Mapping[str, str], terms: Contract | None = None, **options: Any) -> PublishedTables:
    return Box(**{"leads.csv": csv_bytes(rows)}).take(terms or contract(), **options)


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    table = pa.Table.from_pandas(frame, preserve_index=False).select(list(columns))
    return [tuple(row.values()) for row in table.to_pylist()]


def refusals(intake: PublishedTables) -> list[tuple[Any, ...]]:
    return rows(intake.rejected_rows, "row_number", "reason", "column")


def statuses(intake: PublishedTables) -> dict[str, str]:
    return dict(rows(intake.deliveries, "file_name", "status"))
