"""A vendor whose leads and proofs are right in every respect, and what becomes of them when a cell is changed.

Columns bear the names of the canonical fields, dates are ISO 8601; the contract maps every field and reviewed its form.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from pipelines.house import House
from pipelines.vocabulary.fields import CANONICAL_FIELDS
from tests.support.houses import days_between, house_at, read_all, reconcile

VENDOR = "clair"
MONDAY = date(2026, 9, 7)
TEXT = "J'accepte d'être appelée par Meubles Sereins SAS."
SIREN = "732829320"
LISTS = ("channels", "recipients", "recipient_sirens", "mentions")
MENTIONS = "identity|choice|duration|withdrawal|proof_access"
FORM = {
    "form_id": "devis",
    "form_version": "7",
    "text_sha256": hashlib.sha256(TEXT.encode()).hexdigest(),
    "box_prechecked": False,
    "refusal_equal_prominence": True,
    "participation_requires_consent": False,
    "mentions": MENTIONS.split("|"),
    "recipients": ["Meubles Sereins SAS"],
    "recipient_sirens": [SIREN],
    "l223_2_notice": True,
    "informed_art13": True,
    "separate_from_terms": True,
    "withdrawal_as_easy": True,
    "reviewed_on": "2026-01-02",
}
Row = dict[str, str]


def contract_text(**terms: Any) -> str:
    """The contract; `terms` replace customProperties, or leave them out where they are None."""
    required = {"lead_id", "collected_at", "consent_id", "channels", "decision", "consent_at"}
    custom = {
        "advertiser": {"name": "Meubles Sereins SAS", "siren": SIREN},
        "instrument": "contract",
        "audience": "consumer",
        "onlyGivenConsents": False,
        "sector": "furniture",
        "channels": ["email", "phone"],
        "approvedForms": [FORM],
        "toleratedDefectRates": {
            "consent": 0.01,
            "proof": 0.01,
            "opposition": 0.01,
            "conformity": 0.05,
            "quality": 0.05,
        },
        **terms,
    }
    document = {
        "apiVersion": "v3.2.0", "kind": "DataContract", "id": "clair-2026", "version": "1.0.0", "status": "active",
        "servers": [_server("leads", "leads*.csv"), _server("consent_proofs", "proofs*.csv")],
        "schema": [_object("leads", required - {"consent_id", "channels"}), _object("consent_proofs", required)],
        "slaProperties": [
            {"property": "proofDeadline", "value": 72, "unit": "h"},
            {"property": "timeOfAvailability", "value": "16:00"},
            {"property": "duplicateWindow", "value": 90, "unit": "d"},
            {"property": "suppressionDelay", "value": 1, "unit": "d"},
        ],
        "customProperties": [{"property": name, "value": value} for name, value in custom.items() if value is not None],
    }  # fmt: skip
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


def _server(name: str, path: str) -> dict[str, str]:
    return {"server": name, "type": "custom", "path": path, "format": "csv", "delimiter": ";", "encoding": "utf-8"}


def _object(role: str, required: Iterable[str]) -> dict[str, Any]:
    fields = [{"name": name, "logicalType": "string"} for name in CANONICAL_FIELDS[role]]
    for one in fields:
        if one["name"] in required:
            one["required"] = True  # type: ignore[assignment]
        if one["name"] in LISTS:
            one["logicalType"] = "array"
            one["customProperties"] = [{"property": "listSeparator", "value": "|"}]  # type: ignore[assignment]
    return {"name": role, "properties": fields}


def lead(number: int, day: date = MONDAY, **changes: str) -> Row:
    """A right lead, collected at eight in Paris; its person is of its number alone."""
    return {
        "lead_id": f"L-{number}",
        "collected_at": f"{day}T08:00:00+02:00",
        "email": f"personne{number}@mail.example",
        "phone": f"+33612{number:06d}",
        "channels": "email|phone",
        "audience": "consumer",
        "consent_id": f"C-{number}",
        "claimed_basis": "consent",
        "form_id": "devis",
        "form_version": "7",
        "over_18": "true",
        **changes,
    }


def proof(number: int, day: date = MONDAY, **changes: str) -> Row:
    """The right proof of the lead of that number."""
    return {
        "consent_id": f"C-{number}",
        "lead_id": f"L-{number}",
        "email": f"personne{number}@mail.example",
        "phone": f"+33612{number:06d}",
        "channels": "email|phone",
        "decision": "given",
        "consent_at": f"{day}T08:00:00+02:00",
        "action": "ticked_box",
        "box_prechecked": "false",
        "consent_text": TEXT,
        "recipients": "Meubles Sereins SAS",
        "recipient_sirens": SIREN,
        "mentions": MENTIONS,
        "form_id": "devis",
        "form_version": "7",
        "proof_sha256": hashlib.sha256(f"C-{number}".encode()).hexdigest(),
        **changes,
    }


def file_bytes(rows: Sequence[Mapping[str, str]]) -> bytes:
    """A CSV of all columns that any row has, in the order in which they come."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, names, delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


@dataclass
class CleanMarket:
    """A house with that vendor's contract, into which deliveries are put."""

    home: Path
    terms: dict[str, Any] = field(default_factory=dict)
    first: date = MONDAY - timedelta(days=2)
    """The first day that is taken in; the contract expects a delivery on each."""

    def __post_init__(self) -> None:
        """File the contract."""
        path = self.home / "contracts" / VENDOR / "2026-01-01.odcs.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(contract_text(**self.terms), encoding="utf-8")

    @cached_property
    def house(self) -> House:
        """The house as its settings make it."""
        return house_at(self.home)

    def deliver(
        self, rows: Sequence[Mapping[str, str]], name: str, day: date = MONDAY, *, at: datetime | None = None
    ) -> None:
        """Put a file into a folder; it came at ten in Paris unless said otherwise."""
        folder = self.home / "inbox" / VENDOR / day.isoformat()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(file_bytes(rows))
        self.arrived(name, at or datetime(day.year, day.month, day.day, 8, tzinfo=UTC), day)

    def arrived(self, name: str, at: datetime, day: date = MONDAY) -> None:
        """Let the transport say when a file came."""
        record = self.home / "inbox" / VENDOR / day.isoformat() / ".received.json"
        known = json.loads(record.read_text()) if record.exists() else {"files": []}
        known["files"].append({"name": name, "received_at": at.isoformat()})
        record.write_text(json.dumps(known))

    def announce(self, names: Sequence[str], number: int, day: date = MONDAY) -> None:
        """Put a numbered manifest into a folder, which makes files that it does not name old."""
        folder = self.home / "inbox" / VENDOR / day.isoformat()
        document = {"sequence": number, "files": [{"name": name} for name in names]}
        (folder / f"manifest-{number}.json").write_text(json.dumps(document))

    def take_in(self, *, until: date = MONDAY) -> None:
        """Take in every day up to one, and judge none."""
        with self.house.lake.writing(VENDOR):
            contracts = self.house.contracts([VENDOR]).of(VENDOR)
            list(self.house.intake.take_in(VENDOR, contracts, days_between(self.first, until)))

    def reconcile(self, as_of: datetime, *, until: date = MONDAY) -> None:
        """Take in and judge every day up to one."""
        reconcile(self.house, [VENDOR], days_between(self.first, until), as_of)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Published rows of a table."""
        marker = (
            "scorecards" if table in ("verdicts", "findings", "dimension_scorecards", "scorecards") else "deliveries"
        )
        return read_all(self.house.lake, table, marker).to_pylist()

    def verdicts(self) -> dict[tuple[str, str], str]:
        """(lead_id, channel) -> verdict."""
        return {(row["lead_id"], row["channel"]): row["verdict"] for row in self.rows("verdicts")}

    def failed(self) -> dict[tuple[str, str], list[str]]:
        """(lead_id, channel) -> rules that failed or are unknown."""
        return {
            (row["lead_id"], row["channel"]): sorted(row["failed_rules"] + row["unknown_rules"])
            for row in self.rows("verdicts")
        }


SOON = datetime(2026, 9, 8, 8, tzinfo=UTC)
"""Before the proof deadline of Monday."""
LATE = datetime(2026, 9, 20, 8, tzinfo=UTC)
"""After it."""
