"""Vendors' scores in the registry: publishing those of an instant, and reading them. Points are made in `points`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, delete, insert, select

from pipelines.scores.graded import GradedScore
from pipelines.scores.points import TOTAL, DimensionScore
from pipelines.storage.registry.database import writing
from pipelines.storage.registry.vendor_tables import CORRECTED_SCORES, VENDOR_SCORES
from pipelines.vocabulary.words import RATED_DIMENSIONS

DIMENSION_ORDER: Final = (*RATED_DIMENSIONS, TOTAL)


@dataclass(frozen=True, kw_only=True)
class PublishedScore(GradedScore):
    """A score as published: of whom, as of when (UTC), by which method and which rules."""

    vendor: str
    as_of: datetime
    method_version: str
    catalogue_digest: str
    inputs_digest: str | None = None
    """SHA-256 over the deliveries, the contract and the method that it was worked out from."""
    published_as_of: datetime | None = None
    """Whose run published it; later than `as_of` where it was worked out afterwards, from what was known by then."""


@dataclass(frozen=True, kw_only=True)
class CorrectedScore(PublishedScore):
    """A score that was published, and that another replaced."""

    corrected_at: datetime


def publish_scores(
    engine: Engine,
    scores: Mapping[str, Sequence[DimensionScore]],
    *,
    as_of: datetime,
    methods: str | Mapping[str, str],
    catalogue_digest: str,
    inputs: Mapping[str, str] | None = None,
    published_as_of: datetime | None = None,
) -> int:
    """Make these the scores of each vendor given, as of an instant, in one transaction; none at all is a score, too.

    What they replace is kept as it was, as a line of corrections.

    Args:
        engine: the registry.
        scores: by vendor.
        as_of: whose knowledge they show.
        methods: version of the method by which they were made, of all or by vendor.
        catalogue_digest: of the rules by which leads were judged.
        inputs: by vendor, the digest of what they were made from.
        published_as_of: the run's own instant; `as_of` unless given.

    Returns:
        Rows that changed: 0 when the same was published before.
    """
    run = published_as_of or as_of
    stamp: dict[str, Any] = {"as_of": as_of, "catalogue_digest": catalogue_digest, "published_as_of": run}
    digests = inputs or {}

    def stamped(vendor: str, row: DimensionScore) -> PublishedScore:
        version = methods if isinstance(methods, str) else methods[vendor]
        of_vendor: dict[str, Any] = {"vendor": vendor, "method_version": version, "inputs_digest": digests.get(vendor)}
        return PublishedScore(**asdict(row), **of_vendor, **stamp)

    published = {vendor: [stamped(vendor, row) for row in rows] for vendor, rows in scores.items()}
    with engine.connect() as connection, writing(connection):
        return sum(_replace_scores(connection, vendor, as_of, rows, run) for vendor, rows in published.items())


def scores_as_of(engine: Engine, as_of: datetime) -> list[PublishedScore]:
    """Scores published for an instant, by vendor, then in the order of the dimensions, `total` last."""
    with engine.connect() as connection:
        return _scores_where(connection, VENDOR_SCORES.c.as_of == as_of)


def vendor_scores_as_of(engine: Engine, vendor: str, as_of: datetime) -> list[PublishedScore]:
    """A vendor's scores published for an instant, in the order of the dimensions, `total` last."""
    with engine.connect() as connection:
        return _scores_where(connection, (VENDOR_SCORES.c.vendor == vendor) & (VENDOR_SCORES.c.as_of == as_of))


def whole_history(engine: Engine, vendor: str, *, until: datetime) -> list[PublishedScore]:
    """A vendor's scores of every dimension at every instant up to this one, in order."""
    condition = (VENDOR_SCORES.c.vendor == vendor) & (VENDOR_SCORES.c.as_of <= until)
    with engine.connect() as connection:
        rows = _scores_where(connection, condition)
    return sorted(rows, key=lambda row: row.as_of)


def score_history(engine: Engine, vendor: str, dimension: str, *, before: datetime) -> list[PublishedScore]:
    """A vendor's scores of one dimension at every instant before this one, in order."""
    of_vendor = (VENDOR_SCORES.c.vendor == vendor) & (VENDOR_SCORES.c.dimension == dimension)
    with engine.connect() as connection:
        rows = _scores_where(connection, of_vendor & (VENDOR_SCORES.c.as_of < before))
    return sorted(rows, key=lambda row: row.as_of)


def score_corrections(engine: Engine, vendor: str, dimension: str, *, before: datetime) -> list[CorrectedScore]:
    """What was published of a vendor's scores up to an instant and replaced since, in order of what they were of."""
    table = CORRECTED_SCORES.c
    columns = [column for column in table if column.name != "id"]
    condition = (table.vendor == vendor) & (table.dimension == dimension) & (table.as_of <= before)
    statement = select(*columns).where(condition).order_by(table.as_of, table.id)
    with engine.connect() as connection:
        return [CorrectedScore(**row) for row in connection.execute(statement).mappings()]


def _replace_scores(
    connection: Connection, vendor: str, as_of: datetime, rows: list[PublishedScore], at: datetime
) -> int:
    is_theirs = (VENDOR_SCORES.c.vendor == vendor) & (VENDOR_SCORES.c.as_of == as_of)
    published = {row.dimension: row for row in _scores_where(connection, is_theirs)}
    wanted = {row.dimension: row for row in rows}
    same = {name for name, row in published.items() if name in wanted and _says_the_same(row, wanted[name])}
    stale = [name for name in published if name not in same]
    fresh = [asdict(row) for name, row in wanted.items() if name not in same]
    if stale:
        kept = [{**asdict(published[name]), "corrected_at": at} for name in stale]
        connection.execute(insert(CORRECTED_SCORES), kept)
        connection.execute(delete(VENDOR_SCORES).where(is_theirs, VENDOR_SCORES.c.dimension.in_(stale)))
    if fresh:
        connection.execute(insert(VENDOR_SCORES), fresh)
    return len({*stale, *(row["dimension"] for row in fresh)})


def _says_the_same(old: PublishedScore, new: PublishedScore) -> bool:
    """Whichever run says it; rows from before digests were kept have none to compare."""
    inputs = new.inputs_digest if old.inputs_digest else None
    return replace(new, published_as_of=old.published_as_of, inputs_digest=inputs) == old


def _scores_where(connection: Connection, condition: Any) -> list[PublishedScore]:
    columns = [column for column in VENDOR_SCORES.c if column.name != "id"]
    rows = [PublishedScore(**row) for row in connection.execute(select(*columns).where(condition)).mappings()]
    return sorted(rows, key=lambda row: (row.vendor, DIMENSION_ORDER.index(row.dimension)))
