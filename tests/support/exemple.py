"""Small deliveries under the contract of `contract_files`: due Monday to Friday by 16:00 in Paris, proofs in 72 h."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from tests.support.contract_files import VALID, write

HEADER = "Référence;Collecté le;Courriel;Téléphone;Canaux;postal_code"


def sign(home: Path, *vendors: str, text: str | bytes = VALID) -> None:
    """File the contract of some vendors."""
    for vendor in vendors:
        write(home / "contracts", text, vendor)


def lead_line(reference: str, number: int, day: date) -> str:
    """A right lead, collected at nine on the day."""
    return f"{reference};{day:%d/%m/%Y} 09:00;lead{number}@example.org;06123456{number:02};mél;75001"


def deliver(
    home: Path,
    vendor: str,
    day: date,
    lines: Sequence[str] | None = None,
    *,
    name: str = "leads_1.csv",
    received_at: datetime | None = None,
) -> Path:
    """Put a lead file into the inbox, and note its arrival if that is given."""
    folder = home / "inbox" / vendor / day.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    rows = [lead_line(f"{vendor}-{day}-{number}", number, day) for number in (1, 2)] if lines is None else lines
    (folder / name).write_bytes("\r\n".join([HEADER, *rows, ""]).encode("windows-1252"))
    if received_at is not None:
        record = {"files": [{"name": name, "received_at": received_at.isoformat()}]}
        (folder / ".received.json").write_text(json.dumps(record), encoding="utf-8")
    return folder
