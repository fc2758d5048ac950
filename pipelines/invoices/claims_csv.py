"""What is disputed or open of an invoice, as a table for people: one row a part, the words of the reason last."""

from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.dossiers.findings_csv import write_rows_csv
from pipelines.invoices.checked import CheckedInvoice
from pipelines.invoices.kept import parts_table
from pipelines.wording.words import Words

CLAIMS_FILE: Final = "claims.csv"
_SHOWN: Final = (
    "line_id", "lead_id", "delivery_date", "channel", "cause", "rules", "quantity", "price", "agreed_price", "amount"
)  # fmt: skip
_FIGURES: Final = ("quantity", "price", "agreed_price")


def write_claims_csv(path: Path, checked: CheckedInvoice, say: Words) -> int:
    """Write what is not to be paid now: the columns of `kept.SCHEMA` less `taken`, between invoice and reason.

    Returns:
        Rows written.
    """
    parts = [part for part in checked.parts if part.cause and part.amount]
    table = parts_table(parts).select(_SHOWN)
    for name in _FIGURES:
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, pc.cast(table[name], pa.float64()))
    ends = {
        "currency": [checked.invoice.currency] * len(parts),
        "reason": [say(f"invoice_cause.{part.cause}") for part in parts],
    }
    begin = {"vendor": [checked.vendor] * len(parts), "invoice": [checked.invoice.number] * len(parts)}
    texts = {name: pa.array(values, pa.string()) for name, values in (begin | ends).items()}
    columns = {name: texts[name] for name in begin} | {name: table[name] for name in _SHOWN}
    return write_rows_csv(path, pa.table(columns | {name: texts[name] for name in ends}))
