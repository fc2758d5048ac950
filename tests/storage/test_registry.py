"""The registry's schema and how it is reached, on SQLite and on PostgreSQL."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from pipelines.scores.points import DimensionScore
from pipelines.scores.records import publish_scores, scores_as_of
from pipelines.storage.registry.columns import METADATA
from pipelines.storage.registry.database import RegistryError, open_registry, registry_engine, sync, writing
from pipelines.storage.registry.tables import OPPOSITIONS, SUPPRESSION_SHARES
from pipelines.storage.registry.vendor_tables import VENDOR_SCORES
from tests.support.postgres import postgres_server, postgres_url, registry_url  # noqa: F401

AS_OF = datetime(2026, 9, 20, 4, tzinfo=UTC)
CONSENT = DimensionScore("consent", 100, 1, 0.01, 0.01, 80.0)
PROOF = DimensionScore("proof", 100, 0, 0.0, 0.01, 100.0)
TOTAL = DimensionScore("total", 100, 1, 0.01, None, 89.1)

UPGRADE = """
import sys
from pipelines.storage.registry.database import open_registry
print("ready", flush=True)
sys.stdin.readline()
open_registry(sys.argv[1]).dispose()
"""


@pytest.fixture
def registry(registry_url: str) -> sa.Engine:  # noqa: F811
    return open_registry(registry_url)


def publish(
    registry: sa.Engine, *rows: DimensionScore, vendor: str = "acme", method: str = "1", rules: str = "a" * 64
) -> int:
    return publish_scores(registry, {vendor: rows}, as_of=AS_OF, methods=method, catalogue_digest=rules)


def test_the_migrations_make_the_tables_that_the_code_declares(registry: sa.Engine) -> None:
    with registry.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []
    assert OPPOSITIONS.metadata is VENDOR_SCORES.metadata is METADATA


def test_upgrading_twice_changes_nothing(registry: sa.Engine, registry_url: str) -> None:  # noqa: F811
    publish(registry, CONSENT)
    open_registry(registry_url).dispose()
    assert len(scores_as_of(registry, AS_OF)) == 1


@pytest.mark.fault(
    area="oppositions",
    fault="Several programs start at once on an empty registry",
    promise="It is made once, and all of them go on.",
)
def test_processes_that_start_at_once_make_one_schema(registry_url: str) -> None:  # noqa: F811
    command = [sys.executable, "-c", UPGRADE, registry_url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(3)]  # type: ignore[call-overload]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    outcomes = [(process.communicate(timeout=60)[1], process.returncode) for process in processes]
    assert outcomes == [("", 0)] * 3
    with registry_engine(registry_url).connect() as connection:
        assert set(METADATA.tables) < set(sa.inspect(connection).get_table_names())


@pytest.mark.fault(
    area="oppositions",
    fault="The program is killed while it brings the registry up to date",
    promise="The registry is as before, and the next start does it whole.",
)
def test_a_killed_migration_leaves_nothing_behind(registry_url: str, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    engine = registry_engine(registry_url)
    with monkeypatch.context() as patch:
        patch.setattr("alembic.operations.Operations.create_index", _killed)
        with pytest.raises(RuntimeError, match="killed"):
            open_registry(registry_url)
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
    open_registry(registry_url).dispose()


def _killed(*_arguments: object, **_options: object) -> None:
    raise RuntimeError("killed")


@pytest.mark.fault(
    area="oppositions",
    fault="An older program meets the registry of a newer one",
    promise="It refuses to start instead of reading what it does not know.",
)
def test_a_schema_newer_than_the_code_is_refused(registry: sa.Engine, registry_url: str) -> None:  # noqa: F811
    with registry.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'v9999'"))
    with pytest.raises(RegistryError, match=r"schema v9999.*upgrade the program.*OPPOSABLE_DATABASE_URL"):
        open_registry(registry_url)


@pytest.mark.fault(
    area="oppositions",
    fault="The address of the registry is nonsense, or of a kind that we do not know",
    promise="Refused by the name of the setting, before anything is made.",
)
@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://registry:s3cret@db/registry",
        "postgresql+psycopg2://registry:s3cret@db/registry",
        "postgresql://registry:s3cret@db:port/registry",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_a_wrong_url_is_refused_by_the_name_of_the_setting(url: str) -> None:
    with pytest.raises(RegistryError, match="OPPOSABLE_DATABASE_URL: expected sqlite:///PATH or postgresql") as caught:
        open_registry(url)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.fault(
    area="oppositions",
    fault="The server of the registry can't be reached",
    promise="That is an error, never an empty registry; the message does not show the password.",
)
@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://registry:s3cret@127.0.0.1:1/registry",
        "postgresql+psycopg://registry@127.0.0.1:1/registry?password=s3cret",
    ],
)
def test_an_unreachable_server_is_named_without_its_password(url: str) -> None:
    with pytest.raises(
        RegistryError, match=r"no registry at 127\.0\.0\.1:1/registry .*OPPOSABLE_DATABASE_URL"
    ) as caught:
        open_registry(url)
    assert "s3cret" not in str(caught.value)


@pytest.mark.fault(
    area="oppositions",
    fault="The server is there, its database is not",
    promise="The database is named, and none is made in its place.",
)
def test_a_missing_database_is_named(postgres_server: Path) -> None:  # noqa: F811
    with pytest.raises(RegistryError, match='database "elsewhere" does not exist'):
        open_registry(f"postgresql+psycopg://registry:s3cret@/elsewhere?host={postgres_server}")


@pytest.mark.fault(
    area="oppositions",
    fault="The address of the registry is a file that is no database",
    promise="It is named and left as it is.",
)
def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no database at all, but long enough to be read as one\n" * 40)
    with pytest.raises(RegistryError, match=r"notes\.txt \(file is not a database\)"):
        open_registry(f"sqlite:///{path}")
    assert path.read_text().startswith("no database at all")


def test_the_folder_of_a_new_registry_is_made(tmp_path: Path) -> None:
    open_registry(f"sqlite:///{tmp_path / 'home' / 'registry.db'}").dispose()
    assert (tmp_path / "home" / "registry.db").exists()


def test_sqlite_reads_while_another_writes_and_enforces_references(tmp_path: Path) -> None:
    with open_registry(f"sqlite:///{tmp_path / 'registry.db'}").connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "foreign_keys")
        }
        assert pragmas == {"journal_mode": "wal", "foreign_keys": 1}
        assert int(connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()) >= 60_000


def test_a_writing_waits_for_the_disk_unless_it_is_told_not_to_and_the_next_one_does_again(
    registry: sa.Engine,
) -> None:
    asked = {"sqlite": "PRAGMA synchronous", "postgresql": "SHOW synchronous_commit"}[registry.dialect.name]
    levels = []
    for is_synced in (True, False, True):
        with registry.connect() as connection, writing(connection, is_synced=is_synced):
            levels.append(str(connection.exec_driver_sql(asked).scalar()))
    assert levels == {"sqlite": ["2", "1", "2"], "postgresql": ["on", "off", "on"]}[registry.dialect.name]
    sync(registry)


def test_sqlite_syncs_its_log_though_a_reader_holds_it_and_syncs_none_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkpoint would sync nothing here: all up to what the reader sees is in the database already."""
    synced: list[Path] = []
    fsync = os.fsync

    def noting(descriptor: int) -> None:
        synced.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    path = tmp_path.resolve() / "registry.db"
    engine = open_registry(f"sqlite:///{path}")
    with engine.connect() as reader:
        reader.execute(sa.select(OPPOSITIONS)).all()
        with engine.connect() as connection, writing(connection, is_synced=False):
            connection.exec_driver_sql("CREATE TABLE noted (id INTEGER)")
        sync(engine)
    assert synced == [path.with_name("registry.db-wal"), path.parent]
    engine.dispose()
    sync(engine)
    assert synced[2:] == []


def test_a_share_needs_its_opposition(registry: sa.Engine) -> None:
    share = {"opposition_id": 1, "vendor": "acme", "shared_at": AS_OF, "recorded_at": AS_OF}
    with pytest.raises(sa.exc.IntegrityError), registry.begin() as connection:
        connection.execute(sa.insert(SUPPRESSION_SHARES), share)


def test_instants_are_kept_in_utc_to_the_microsecond(registry: sa.Engine) -> None:
    paris = datetime.fromisoformat("2026-08-11T09:30:00.123456+02:00")
    event = {
        **{
            "event_digest": "d",
            "identity_key": "k",
            "kind": "email",
            "channel": "all",
            "origin": None,
            "revoked_at": None,
        },
        **{"opposed_at": paris, "recorded_at": paris, "recorded_on": date(2026, 8, 11)},
        **{"key_id": "identity-1", "normalisation_version": 1},
    }
    with registry.begin() as connection:
        connection.execute(sa.insert(OPPOSITIONS), event)
        opposed_at: datetime = connection.execute(sa.select(OPPOSITIONS.c.opposed_at)).scalar_one()
        stored: str = connection.execute(
            sa.text("SELECT CAST(opposed_at AS VARCHAR(30)) FROM oppositions")
        ).scalar_one()
    assert (opposed_at, opposed_at.tzinfo) == (paris, UTC)
    assert stored == "2026-08-11 07:30:00.123456"


def test_an_instant_without_a_zone_is_a_fault(registry: sa.Engine) -> None:
    with pytest.raises(sa.exc.StatementError, match="timezone-aware"):
        scores_as_of(registry, datetime(2026, 9, 20))


def test_publishing_the_same_scores_again_changes_nothing(registry: sa.Engine) -> None:
    assert publish(registry, CONSENT, TOTAL) == 2
    assert publish(registry, CONSENT, TOTAL) == 0
    assert [(row.vendor, row.dimension, row.points) for row in scores_as_of(registry, AS_OF)] == [
        ("acme", "consent", 80.0),
        ("acme", "total", 89.1),
    ]


def test_other_values_replace_the_row_of_the_same_instant(registry: sa.Engine) -> None:
    publish(registry, CONSENT, TOTAL)
    assert publish(registry, CONSENT, DimensionScore("total", 100, 2, 0.02, None, 70.0)) == 1
    assert [row.points for row in scores_as_of(registry, AS_OF)] == [80.0, 70.0]


def test_another_method_or_catalogue_replaces_too(registry: sa.Engine) -> None:
    publish(registry, CONSENT)
    assert publish(registry, CONSENT, method="2") == 1
    assert publish(registry, CONSENT, method="2", rules="b" * 64) == 1
    assert [(row.method_version, row.catalogue_digest) for row in scores_as_of(registry, AS_OF)] == [("2", "b" * 64)]


def test_a_dimension_that_lost_its_leads_goes(registry: sa.Engine) -> None:
    publish(registry, CONSENT, PROOF, TOTAL)
    publish(registry, CONSENT, TOTAL)
    assert [row.dimension for row in scores_as_of(registry, AS_OF)] == ["consent", "total"]
    assert publish(registry) == 2
    assert scores_as_of(registry, AS_OF) == []


def test_vendors_and_instants_that_are_not_published_stay(registry: sa.Engine) -> None:
    earlier = datetime(2026, 9, 19, 4, tzinfo=UTC)
    publish_scores(registry, {"acme": [CONSENT]}, as_of=earlier, methods="1", catalogue_digest="a" * 64)
    publish(registry, PROOF, vendor="zed")
    publish(registry, TOTAL, CONSENT)
    assert [row.dimension for row in scores_as_of(registry, earlier)] == ["consent"]
    assert [(row.vendor, row.dimension) for row in scores_as_of(registry, AS_OF)] == [
        ("acme", "consent"),
        ("acme", "total"),
        ("zed", "proof"),
    ]
