"""Small exports beside the lake's tables, for what reads Parquet only: which deliveries can be trusted, rules, scores.

Each is one file, replaced whole, in the order of its key. What the marts make of them is dbt's.
"""

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from pipelines.rulebook.catalogue import Catalogue
from pipelines.storage.lake import Lake
from pipelines.storage.registry.vendor_tables import VENDOR_SCORES
from pipelines.vocabulary.clock import as_lake

_INSTANT: Final = pa.timestamp("us")
_WRITER: Final = "_exports"
"""No vendor's key: under whose lock exports are written."""

EXPORTS: Final[Mapping[str, pa.Schema]] = {
    "delivery_states": pa.schema(
        {
            "vendor": pa.string(),
            "delivery_date": pa.date32(),
            "is_judged": pa.bool_(),
            "is_final": pa.bool_(),
            "is_live": pa.bool_(),
            "known_at": _INSTANT,
            "catalogue_digest": pa.string(),
        }
    ),
    "rules": pa.schema(
        [(name, pa.string()) for name in ("rule_id", "grain", "dimension", "severity", "title_fr", "title_en")]
    ),
    "vendor_scores": pa.schema(
        {
            "vendor": pa.string(),
            "as_of": _INSTANT,
            "dimension": pa.string(),
            "leads_received": pa.int64(),
            "leads_vendor_defective": pa.int64(),
            "rate": pa.float64(),
            "tolerance": pa.float64(),
            "points": pa.float64(),
            "method_version": pa.string(),
            "catalogue_digest": pa.string(),
            "lower_points": pa.float64(),
            "upper_points": pa.float64(),
            "rate_lower": pa.float64(),
            "rate_upper": pa.float64(),
            "correlation": pa.float64(),
            "effective_leads": pa.float64(),
            "state": pa.string(),
            "grade_earned": pa.string(),
            "grade": pa.string(),
        }
    ),
}
"""Schemas by table; instants are UTC without a zone, as in the lake."""


def export_for_marts(lake: Lake, registry: sa.Engine, catalogue: Catalogue) -> dict[str, int]:
    """Write every export anew; the rows of each.

    `delivery_states` has the deliveries whose files agree with their digests, and no others: readers keep to these.
    """
    rows = {
        "delivery_states": list(_delivery_states(lake)),
        "rules": list(_rules(catalogue)),
        "vendor_scores": list(_vendor_scores(registry)),
    }
    for table, content in rows.items():
        _replace_export(lake, table, pa.Table.from_pylist(content, schema=EXPORTS[table]))
    return {table: len(content) for table, content in rows.items()}


def has_deliveries(lake: Lake) -> bool:
    """Whether the lake knows of anything that came or was due; reads no more than it must."""
    files = (lake.root / "deliveries").glob("vendor=*/delivery_date=*/part-0.parquet")
    return any(_holds_rows(file) for file in files)


def _holds_rows(file: Path) -> bool:
    """Whether a file has a row that marts can show: of a damaged one they show none."""
    try:
        return bool(pq.read_metadata(file).num_rows)
    except (OSError, ValueError):  # Arrow's own error of a damaged file is a ValueError
        return False


def _delivery_states(lake: Lake) -> Iterator[dict[str, Any]]:
    for vendor in lake.vendors():
        judged = set(lake.published_days(vendor, "scorecards"))
        for day in lake.published_days(vendor):
            facts = lake.facts(vendor, day, "scorecards") if day in judged else {}
            yield {
                "vendor": vendor,
                "delivery_date": day,
                "is_judged": day in judged,
                "is_final": facts.get("is_final") == "true",
                "is_live": facts.get("is_live") != "false",
                "known_at": datetime.fromisoformat(facts["known_at"]) if "known_at" in facts else None,
                "catalogue_digest": facts.get("catalogue_digest"),
            }


def _rules(catalogue: Catalogue) -> Iterator[dict[str, str]]:
    for card in catalogue.cards:
        yield {
            "rule_id": card.id,
            "grain": card.grain,
            "dimension": card.dimension,
            "severity": card.severity,
            "title_fr": card.title.fr,
            "title_en": card.title.en,
        }


def _vendor_scores(registry: sa.Engine) -> Iterator[dict[str, Any]]:
    names = EXPORTS["vendor_scores"].names
    columns = [VENDOR_SCORES.c[name] for name in names]
    with registry.connect() as connection:
        for row in connection.execute(sa.select(*columns).order_by(*columns[:3])).mappings():
            yield {**row, "as_of": as_lake(row["as_of"])}


def _replace_export(lake: Lake, table: str, content: pa.Table) -> None:
    aside, target = lake.aside(_WRITER) / f"{table}.parquet", lake.whole_file(table)
    with lake.writing(_WRITER):  # what a kill left aside goes with the next writer
        for path in (aside, target):
            path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(content, aside, compression="zstd", store_schema=False)
        os.replace(aside, target)
