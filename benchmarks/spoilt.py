"""The delivery of `benchmarks.data`, spoilt: every row of it is rejected for two reasons."""

from pathlib import Path
from typing import Final

import pyarrow as pa
from pyarrow import csv

SPOILT: Final = {
    "leads.csv": {"collected_at": "demain", "email": "adresse@", "phone": "non communiqué"},
    "proofs.csv": {"consent_at": "demain", "channels": "pigeon"},
}
"""What stands in every row: a lead without a date and without an identifier, a proof without a date and channels."""


def spoil(home: Path) -> None:
    """Rewrite the delivered files of a home."""
    for name, texts in SPOILT.items():
        for path in (home / "inbox").rglob(name):
            head = csv.read_csv(path).column_names
            rows = csv.read_csv(path, convert_options=csv.ConvertOptions(column_types=dict.fromkeys(head, pa.string())))
            for column, text in texts.items():
                rows = rows.set_column(head.index(column), column, pa.repeat(text, len(rows)))
            csv.write_csv(rows, path)
