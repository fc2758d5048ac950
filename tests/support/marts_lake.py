"""A small lake written by hand, and the marts that dbt makes of it: once a session, since a dbt run costs seconds."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import dagster as dg
import pyarrow as pa

from assets.marts import MANIFEST, PROJECT, build_marts, dbt_environment
from pipelines.house import House
from pipelines.scores.graded import GradedScore
from pipelines.scores.records import publish_scores
from pipelines.settings import Settings, load_settings
from pipelines.storage.lake import Lake
from pipelines.storage.registry.database import open_registry
from pipelines.vocabulary.tables import INTAKE_TABLES, VERDICT_TABLES, arrow_schema
from tests.support.earlier_layouts import BEFORE_RUNS, write_without

CATALOGUE_DIGEST = "c" * 64
AS_OF = datetime(2026, 8, 10, 4, tzinfo=UTC)
EARLIER = datetime(2026, 8, 1, 4, tzinfo=UTC)
DIMENSIONS = ("consent", "proof", "opposition", "conformity", "quality", "all")
JULY_31, AUGUST_1, AUGUST_2 = date(2026, 7, 31), date(2026, 8, 1), date(2026, 8, 2)

Rows = list[dict[str, Any]]


def file(
    name: str, role: str | None, status: str, received: int | None = None, rejected: int | None = None
) -> dict[str, Any]:
    accepted = None if received is None or rejected is None else received - rejected
    return {
        "file_digest": name[0] * 64,
        "file_name": name,
        "role": role,
        "rows_received": received,
        "rows_accepted": accepted,
        "rows_rejected": rejected,
        "received_at": datetime(2026, 8, 2, 3),
        "delivered_at": datetime(2026, 8, 2, 3),
        "is_received_at_assumed": False,
        "undeclared_columns": ["note"] if role == "leads" else [],
        "status": status,
    }


def refused(name: str, role: str | None, reason: str) -> dict[str, Any]:
    return {**file(name, role, "refused"), "reason": reason}


VALUE = {"expected": "a value", "cause": "value", "figures": "{}"}


def reject(name: str, row_number: int | None, reason: str) -> dict[str, Any]:
    """A line of one row, or of a whole file; the first line of a row counts it."""
    role = "leads" if row_number else None
    counts = dict.fromkeys(("row_count", "reason_row_count", "rejected_row_count"), 1 if row_number else None)
    place = {"row_number": row_number, "last_row_number": row_number, **counts}
    return {"file_digest": name[0] * 64, "role": role, "reason": reason, **place, **VALUE}


def outcome(
    rule_id: str, channel: str | None, dimension: str, counts: tuple[int, int, int, int], blamed: int = 0
) -> dict[str, Any]:
    names = ("pass_count", "fail_count", "unknown_count", "not_applicable_count")
    return {
        "rule_id": rule_id,
        "channel": channel,
        "dimension": dimension,
        **dict(zip(names, counts, strict=True)),
        "vendor_attributable_count": blamed,
    }


def rated(received: int, defective: Mapping[str, tuple[int, int]], accepted: int | None = None) -> Rows:
    """Defective and vendor-defective leads by dimension; none where nothing is said. All were accepted unless told."""
    rows = []
    for dimension in DIMENSIONS:
        all_of_them, by_vendor = defective.get(dimension, (0, 0))
        rows.append(
            {
                "dimension": dimension,
                "leads_received": received if accepted is None or dimension in ("conformity", "all") else accepted,
                "leads_defective": all_of_them,
                "leads_vendor_defective": by_vendor,
            }
        )
    return rows


def deliver(lake: Lake, vendor: str, day: date, files: Rows, rejects: Rows = ()) -> None:  # type: ignore[assignment]
    numbered = [{"file_number": number, **row} if "file_name" in row else row for number, row in enumerate(files, 1)]
    tables = {"deliveries": numbered, "rejected_rows": list(rejects)}
    with lake.writing(vendor):
        lake.publish(vendor, day, {name: _table(name, vendor, day, tables.get(name, [])) for name in INTAKE_TABLES})


def judge(lake: Lake, vendor: str, day: date, outcomes: Rows, rates: Rows, *, is_final: bool = True) -> None:
    tables = {"scorecards": outcomes, "dimension_scorecards": rates}
    known_at = "2026-08-05T03:00:00" if is_final else "2026-08-10T04:00:00"
    facts = {"is_final": str(is_final).lower(), "known_at": known_at, "catalogue_digest": CATALOGUE_DIGEST}
    with lake.writing(vendor):
        parts = {name: _table(name, vendor, day, tables.get(name, [])) for name in VERDICT_TABLES}
        lake.publish(vendor, day, parts, facts=facts)


def fill(lake: Lake) -> None:
    """Two final days and a provisional one of acme; a missing and a refused delivery of bolt; proofs alone of 0042."""
    deliver(
        lake,
        "acme",
        JULY_31,
        [file("a.csv", "leads", "accepted", 100, 0), file("p.csv", "consent_proofs", "accepted", 90, 0)],
    )
    judge(
        lake,
        "acme",
        JULY_31,
        [
            outcome("consent_withdrawn", "email", "opposition", (95, 5, 0, 0), blamed=2),
            outcome("proof_matches_lead", "email", "proof", (80, 0, 0, 20)),
            outcome("lead_duplicate", None, "quality", (97, 3, 0, 0), blamed=3),
            outcome("min_only_contract_fields", None, "conformity", (0, 1, 0, 0), blamed=1),
        ],
        rated(100, {"opposition": (5, 2), "quality": (3, 3), "all": (7, 4)}),
    )
    # row 1 has two reasons, row 2 one: two rejected rows, three reasons
    deliver(
        lake,
        "acme",
        AUGUST_1,
        [
            file("b.csv", "leads", "accepted_with_rejects", 50, 2),
            refused("z.csv", None, "file_unclaimed"),
        ],
        [
            reject("b.csv", 1, "required_missing"),
            reject("b.csv", 1, "required_invalid") | {"rejected_row_count": 0},
            reject("b.csv", 2, "required_missing"),
            reject("z.csv", None, "file_unclaimed"),
        ],
    )
    write_without(lake, "acme", AUGUST_1, BEFORE_RUNS)
    judge(
        lake,
        "acme",
        AUGUST_1,
        [
            outcome("consent_withdrawn", "email", "opposition", (48, 0, 0, 0)),
            outcome("lead_duplicate", None, "quality", (40, 8, 0, 0), blamed=8),
            outcome("rule_of_old", None, "quality", (47, 1, 0, 0), blamed=1),  # has left the catalogue since
        ],
        rated(50, {"conformity": (2, 2), "quality": (9, 9), "all": (11, 11)}, accepted=48),
    )
    deliver(lake, "acme", AUGUST_2, [file("c.csv", "leads", "accepted", 40, 0)])
    judge(
        lake,
        "acme",
        AUGUST_2,
        [outcome("consent_withdrawn", "email", "opposition", (0, 40, 0, 0), blamed=40)],
        rated(40, {"opposition": (40, 40), "all": (40, 40)}),
        is_final=False,
    )
    deliver(lake, "bolt", JULY_31, [{"status": "no_delivery"}])
    deliver(
        lake,
        "bolt",
        AUGUST_1,
        [refused("d.csv", "leads", "header_missing")],
        [reject("d.csv", None, "header_missing")],
    )
    deliver(lake, "0042", AUGUST_1, [file("e.csv", "consent_proofs", "accepted", 30, 0)])

    deliver(lake, "half", AUGUST_1, [file("f.csv", "leads", "accepted", 77, 0)])
    lake.partition("leads", "half", AUGUST_1).unlink()  # a writer that was killed: nobody may trust this partition


def score(house: House) -> None:
    """Two scores of acme: as of 1 August over July, and over its two final deliveries since."""
    for as_of, leads, accepted, bad, defective, points, earned in (
        (EARLIER, 100, 100, 3, 4, 90.0, "B"),
        (AS_OF, 150, 148, 12, 15, 62.5, "C"),
    ):
        rows = [
            GradedScore(
                "quality",
                accepted,
                bad,
                bad / accepted,
                0.05,
                points + 1,
                40.0,
                95.0,
                0.01,
                0.3,
                0.02,
                80.0,
                "above_not_shown",
            ),
            GradedScore(
                "total", leads, defective, defective / leads, None, points, 30.0, 95.0, grade_earned=earned, grade="D"
            ),
        ]
        publish_scores(house.registry, {"acme": rows}, as_of=as_of, methods="2026.1", catalogue_digest=CATALOGUE_DIGEST)


def settings_in(home: Path) -> Settings:
    return load_settings({"OPPOSABLE_HOME": str(home)})


@cache
def published() -> tuple[Settings, dg.ExecuteInProcessResult]:
    """A home whose marts Dagster has published from the lake above, and what Dagster says of it."""
    home = Path(tempfile.mkdtemp(prefix="marts-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    house = House(settings_in(home))
    open_registry(house.settings.database_url).dispose()
    fill(house.lake)
    score(house)
    return house.settings, materialize(house)


def materialize(house: House) -> dg.ExecuteInProcessResult:
    ensure_manifest()
    quiet = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}
    return dg.materialize([build_marts()], resources={"house": house}, run_config=quiet, raise_on_error=False)


@cache
def ensure_manifest() -> None:
    """What `make manifest` does, in this process, and only if a file of the project is newer."""
    sources = [path for folder in ("models", "macros", "tests") for path in (PROJECT / folder).rglob("*.*")]
    changed_at = max(path.stat().st_mtime for path in [*sources, *PROJECT.glob("*.yml")])
    if MANIFEST.exists() and MANIFEST.stat().st_mtime > changed_at:
        return
    dbt("parse", Path(tempfile.gettempdir()) / "no-lake", MANIFEST.parent / "marts.duckdb", MANIFEST.parent)


def dbt(command: str, lake: Path, marts: Path, artifacts: Path, *options: str, manifest: Any = None) -> Any:
    """Run a dbt command in this process, with a parsed manifest if there is one; its result, with the file closed."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    marts.parent.mkdir(parents=True, exist_ok=True)
    with patch.dict(os.environ, dbt_environment(lake, marts, artifacts)):
        result = dbtRunner(manifest=manifest).invoke([command, "--quiet", *options])
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    return result


def _table(name: str, vendor: str, day: date, rows: Rows) -> pa.Table:
    return pa.Table.from_pylist(
        [{**row, "vendor": vendor, "delivery_date": day} for row in rows], schema=arrow_schema(name)
    )
