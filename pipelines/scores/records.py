"""Vendors' scores in the registry: publishing those of an instant, and reading them. Points are made in `points`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, delete, insert, select

from pipelines.scores.graded import GradedScore
from pipelines.scores.points import TOTAL, DimensionScore
from pipelines.storage.registry.database import writing
from pipelines.storage.registry.tables import VENDOR_SCORES
from pipelines.vocabulary.words import RATED_DIMENSIONS

DIMENSION_ORDER: Final = (*RATED_DIMENSIONS, TOTAL)


@dataclass(frozen=True, kw_only=True)
class PublishedScore(GradedScore):
    """A score as published: of whom, as of when (UTC), by which method and which rules."""

    vendor: str
    as_of: datetime
    method_version: str
    catalogue_digest: str


def publish_scores(
    engine: Engine,
    scores: Mapping[str, Sequence[DimensionScore]],
    *,
    as_of: datetime,
    method_version: str,
    catalogue_digest: str,
) -> int:
    """Make these the scores of each vendor given, as of an instant, in one transaction; none at all is a score, too.

    Returns:
        Rows that changed: 0 when the same was published before.
    """
    stamp: dict[str, Any] = {"as_of": as_of, "method_version": method_version, "catalogue_digest": catalogue_digest}
    published = {
        vendor: [PublishedScore(**asdict(row), vendor=vendor, **stamp) for row in rows]
        for vendor, rows in scores.items()
    }
    with engine.connect() as connection, writing(connection):
        return sum(_replace_scores(connection, vendor, as_of, rows) for vendor, rows in published.items())


def scores_as_of(engine: Engine, as_of: datetime) -> list[PublishedScore]:
    """Scores published for an instant, by vendor, then in the order of the dimensions, `total` last."""
    with engine.connect() as connection:
        return _scores_where(connection, VENDOR_SCORES.c.as_of == as_of)


def score_history(engine: Engine, vendor: str, dimension: str, *, before: datetime) -> list[PublishedScore]:
    """A vendor's scores of one dimension at every instant before this one, in order."""
    of_vendor = (VENDOR_SCORES.c.vendor == vendor) & (VENDOR_SCORES.c.dimension == dimension)
    with engine.connect() as connection:
        rows = _scores_where(connection, of_vendor & (VENDOR_SCORES.c.as_of < before))
    return sorted(rows, key=lambda row: row.as_of)


def _replace_scores(connection: Connection, vendor: str, as_of: datetime, rows: list[PublishedScore]) -> int:
    is_theirs = (VENDOR_SCORES.c.vendor == vendor) & (VENDOR_SCORES.c.as_of == as_of)
    published = {row.dimension: row for row in _scores_where(connection, is_theirs)}
    wanted = {row.dimension: row for row in rows}
    stale = [name for name, row in published.items() if wanted.get(name) != row]
    fresh = [asdict(row) for name, row in wanted.items() if published.get(name) != row]
    if stale:
        connection.execute(delete(VENDOR_SCORES).where(is_theirs, VENDOR_SCORES.c.dimension.in_(stale)))
    if fresh:
        connection.execute(insert(VENDOR_SCORES), fresh)
    return len({*stale, *(row["dimension"] for row in fresh)})


def _scores_where(connection: Connection, condition: Any) -> list[PublishedScore]:
    columns = [column for column in VENDOR_SCORES.c if column.name != "id"]
    rows = [PublishedScore(**row) for row in connection.execute(select(*columns).where(condition)).mappings()]
    return sorted(rows, key=lambda row: (row.vendor, DIMENSION_ORDER.index(row.dimension)))
