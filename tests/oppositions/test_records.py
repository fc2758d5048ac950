"""The opposition registry, on SQLite and on PostgreSQL: lines into events, events into the lake's snapshot."""

import hashlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.oppositions import imports, records
from pipelines.oppositions.imports import ImportCounts, import_oppositions
from pipelines.oppositions.late_entries import late_entries
from pipelines.oppositions.lines import OppositionLine, event_digest
from pipelines.oppositions.records import Watermark, oppositions_recorded_on, oppositions_since
from pipelines.storage.registry.database import open_registry, registry_engine
from pipelines.storage.registry.tables import OPPOSITIONS
from pipelines.vocabulary.tables import SORT_KEYS, arrow_schema
from tests.support.opposition_files import HEADER, SECRET, key_of, line_of, read_good, utc
from tests.support.postgres import postgres_server, postgres_url, registry_url  # noqa: F401


@pytest.fixture
def registry(registry_url: str) -> sa.Engine:  # noqa: F811
    return open_registry(registry_url)


def load(engine: sa.Engine, *lines: str) -> ImportCounts:
    return import_oppositions(engine, read_good(*lines), key_id="identity-1", normalisation_version=1)


def everything(engine: sa.Engine) -> list[dict[str, object]]:
    days = oppositions_since(engine, Watermark()).recorded_on
    rows: list[dict[str, object]] = oppositions_recorded_on(engine, days).to_pylist()
    return rows


def test_importing_again_changes_nothing(registry: sa.Engine) -> None:
    lines = (line_of(shared="acme|zed,2026-08-03", revoked="2026-08-09"), line_of(who="bob"))
    assert load(registry, *lines) == ImportCounts(2, 2, 1, 0)
    before, mark = everything(registry), oppositions_since(registry, Watermark()).watermark
    assert load(registry, *lines) == ImportCounts(0, 0, 0, 2)
    assert everything(registry) == before
    assert oppositions_since(registry, mark).recorded_on == frozenset()


def test_lines_of_one_opposition_are_one_and_add_their_shares(registry: sa.Engine) -> None:
    counts = load(
        registry,
        line_of(shared="acme,2026-08-03"),
        line_of(shared="zed,2026-08-05"),
        line_of(shared="acme,2026-08-04"),
        line_of(shared="acme,2026-08-03"),
    )
    assert counts == ImportCounts(1, 3, 0, 3)
    assert [(row["vendor"], str(row["shared_at"])) for row in everything(registry)] == [
        ("acme", "2026-08-03 22:00:00"),
        ("acme", "2026-08-04 22:00:00"),
        ("zed", "2026-08-05 22:00:00"),
    ]


def test_another_kind_channel_or_instant_is_another_opposition(registry: sa.Engine) -> None:
    digest = hashlib.sha256(b"ada@example.fr").hexdigest()
    counts = load(
        registry,
        "ada@example.fr,email,all,2026-08-01,2026-08-02,web,,,",
        "ada@example.fr,email,sms,2026-08-01,2026-08-02,web,,,",
        "ada@example.fr,email,all,2026-08-01T00:01,2026-08-02,web,,,",
        f"{digest},email_sha256,all,2026-08-01,2026-08-02,web,,,",
    )
    assert counts == ImportCounts(4, 0, 0, 0)
    assert {row["identity_key"] for row in everything(registry)} == {key_of("ada@example.fr")}


def test_within_a_file_the_least_recorded_at_counts(registry: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "CHUNK", 1)  # also when the lines are far apart
    load(registry, *(line_of(recorded=day) for day in ("2026-08-06", "2026-08-03", "2026-08-05")))
    assert [row["recorded_at"] for row in everything(registry)] == [datetime(2026, 8, 2, 22)]


def test_of_what_a_file_repeats_in_every_combination_each_event_and_share_comes_in_once(registry: sa.Engine) -> None:
    lines = [
        line_of(who=who, opposed=opposed, recorded=recorded, shared=shared, revoked=revoked)
        for recorded, who, opposed, shared, revoked in product(
            ("2026-08-05T12:00Z", "2026-08-03", "2026-08-04"),
            ("ada", "bob"),
            ("2026-08-01", "2026-08-02T09:00"),
            (",", "acme,2026-08-06", "*,2026-08-06", "acme|zed,2026-08-07"),
            ("", "2026-08-08"),
        )
    ]
    assert load(registry, *lines) == ImportCounts(4, 4 * 4, 4, len(lines) - 4)
    assert {row["recorded_at"] for row in everything(registry)} == {datetime(2026, 8, 2, 22)}
    assert load(registry, *reversed(lines)) == ImportCounts(0, 0, 0, len(lines))


def test_across_files_the_first_recorded_at_stays(registry: sa.Engine) -> None:
    load(registry, line_of(recorded="2026-08-06"))
    load(registry, line_of(recorded="2026-08-03"))
    assert [row["recorded_at"] for row in everything(registry)] == [datetime(2026, 8, 5, 22)]


def test_a_trial_counts_and_adds_nothing(registry: sa.Engine) -> None:
    load(registry, line_of(who="bob"))
    before, mark = everything(registry), oppositions_since(registry, Watermark()).watermark
    lines = read_good(line_of(shared="acme,2026-08-03", revoked="2026-08-09"), line_of(who="bob"))
    counts = import_oppositions(registry, lines, key_id="identity-1", normalisation_version=1, is_trial=True)
    assert counts == ImportCounts(1, 1, 1, 1)
    assert everything(registry) == before
    assert oppositions_since(registry, mark).recorded_on == frozenset()


@pytest.mark.parametrize("is_trial", [False, True])
def test_late_entries_are_those_of_the_import_and_no_writer_waits_until_they_are_read(
    tmp_path: Path, is_trial: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three are recorded by the 5th, of which one was there; of a trial nothing stays, so they are read first."""
    registry = open_registry(f"sqlite:///{tmp_path / 'registry.db'}")
    waits: list[bool] = []
    load(registry, line_of(who="bob"))

    def noting(*args: Any, **named: Any) -> pa.Table:
        with closing(sqlite3.connect(tmp_path / "registry.db", timeout=0, isolation_level=None)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
                waits.append(False)
            except sqlite3.OperationalError:
                waits.append(True)
        return late_entries(*args, **named)

    monkeypatch.setattr(imports, "late_entries", noting)
    monkeypatch.setattr("pipelines.oppositions.late_entries.CHUNK", 1)
    days = {"ann": "2026-08-02", "cid": "2026-08-03", "dan": "2026-08-06"}
    lines = read_good(*(line_of(who=who, recorded=day) for who, day in days.items()))
    counts = import_oppositions(
        registry, lines, key_id="identity-1", normalisation_version=1,
        is_trial=is_trial, judged_until=datetime(2026, 8, 5),
    )  # fmt: skip
    assert waits == [is_trial]
    assert [str(at) for at in counts.late["recorded_at"].to_pylist()] == ["2026-08-01 22:00:00", "2026-08-02 22:00:00"]


def test_a_revocation_is_an_event_beside_the_opposition(registry: sa.Engine) -> None:
    load(registry, line_of(recorded="2026-08-02", shared="acme,2026-08-03"))
    mark = oppositions_since(registry, Watermark()).watermark
    assert load(registry, line_of(recorded="2026-08-20", revoked="2026-08-19")) == ImportCounts(0, 0, 1, 1)
    assert oppositions_since(registry, mark).recorded_on == {date(2026, 8, 20)}
    opposition, revocation = everything(registry)
    assert (opposition["revoked_at"], opposition["vendor"]) == (None, "acme")
    assert (revocation["revoked_at"], revocation["vendor"]) == (datetime(2026, 8, 19, 22), None)
    assert revocation["recorded_at"] == datetime(2026, 8, 19, 22)
    assert revocation["opposed_at"] == opposition["opposed_at"]


def test_revoking_an_unknown_opposition_keeps_both_events(registry: sa.Engine) -> None:
    assert load(registry, line_of(revoked="2026-08-19")) == ImportCounts(1, 0, 1, 0)
    assert [row["revoked_at"] for row in everything(registry)] == [datetime(2026, 8, 19, 22), None]


def test_rows_lie_on_the_civil_date_of_their_recording(registry: sa.Engine) -> None:
    load(registry, line_of(recorded="2026-08-10T21:59:59Z"), line_of(recorded="2026-08-10T22:00:00Z", who="bob"))
    assert oppositions_since(registry, Watermark()).recorded_on == {date(2026, 8, 10), date(2026, 8, 11)}
    (row,) = oppositions_recorded_on(registry, [date(2026, 8, 11)]).to_pylist()
    assert row["identity_key"] == key_of("bob@example.fr")


def test_a_later_share_touches_the_day_of_its_opposition_only(registry: sa.Engine) -> None:
    load(registry, line_of(recorded="2026-08-02"), line_of(recorded="2026-08-03", who="bob"))
    first = oppositions_since(registry, Watermark())
    load(registry, line_of(recorded="2026-08-30", shared="*,2026-08-29"))
    second = oppositions_since(registry, first.watermark)
    assert not second.is_rebuild
    assert second.recorded_on == {date(2026, 8, 2)}
    (row,) = oppositions_recorded_on(registry, second.recorded_on).to_pylist()
    assert (row["vendor"], row["shared_at"]) == ("*", datetime(2026, 8, 29, 22))


def test_a_snapshot_has_the_lakes_schema_and_order(registry: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "CHUNK", 2)
    load(registry, *(line_of(who=f"person{number}", shared="zed|acme,2026-08-03") for number in range(5)))
    table = oppositions_recorded_on(registry, [date(2026, 8, 2)])
    assert table.schema == arrow_schema("oppositions")
    assert table.num_rows == 10
    assert table.equals(table.sort_by([(key, "ascending") for key in SORT_KEYS["oppositions"]]))


def test_a_day_without_rows_is_an_empty_table(registry: sa.Engine) -> None:
    table = oppositions_recorded_on(registry, [date(2026, 8, 2)])
    assert (table.num_rows, table.schema) == (0, arrow_schema("oppositions"))


def test_an_empty_registry_has_nothing_new(registry: sa.Engine) -> None:
    increment = oppositions_since(registry, Watermark())
    assert (increment.recorded_on, increment.watermark, increment.is_rebuild) == (frozenset(), Watermark(), False)


def test_a_restored_backup_asks_for_a_rebuild(registry: sa.Engine, tmp_path: Path) -> None:
    load(registry, line_of(), line_of(who="bob", recorded="2026-08-04"))
    mark = oppositions_since(registry, Watermark()).watermark
    restored = open_registry(f"sqlite:///{tmp_path / 'restored.db'}")
    assert oppositions_since(restored, mark).is_rebuild
    load(restored, line_of())
    behind = oppositions_since(restored, mark)
    assert behind.is_rebuild
    assert behind.recorded_on == {date(2026, 8, 2)}
    load(restored, line_of(who="cyd", recorded="2026-08-05"), line_of(who="dan", recorded="2026-08-06"))
    ahead_again = oppositions_since(restored, mark)
    assert ahead_again.is_rebuild
    assert ahead_again.recorded_on == {date(2026, 8, 2), date(2026, 8, 5), date(2026, 8, 6)}
    assert not oppositions_since(restored, ahead_again.watermark).is_rebuild


@pytest.mark.fault(
    area="oppositions",
    fault="A restored backup lacks only what was shared with vendors",
    promise="That is noticed as well, and the snapshot is made anew.",
)
def test_a_restored_backup_that_lost_shares_only_asks_for_a_rebuild(registry: sa.Engine, tmp_path: Path) -> None:
    load(registry, line_of(shared="acme,2026-08-03"))
    mark = oppositions_since(registry, Watermark()).watermark
    restored = open_registry(f"sqlite:///{tmp_path / 'restored.db'}")
    load(restored, line_of())
    assert oppositions_since(restored, mark).is_rebuild


@pytest.mark.fault(
    area="oppositions",
    fault="An import of oppositions breaks off half-way",
    promise="Nothing of it is in the registry, and importing it again adds everything.",
)
def test_an_import_that_breaks_off_leaves_nothing(registry: sa.Engine) -> None:
    def broken() -> Iterator[OppositionLine]:
        yield from read_good(line_of())
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        import_oppositions(registry, broken(), key_id="identity-1", normalisation_version=1)
    assert everything(registry) == []
    assert load(registry, line_of()) == ImportCounts(1, 0, 0, 0)


@pytest.mark.fault(
    area="oppositions",
    fault="PostgreSQL goes away in the middle of an import",
    promise="Nothing of the import is kept, and it can be made again.",
)
def test_a_server_that_drops_its_connections_during_an_import_leaves_nothing(
    postgres_url: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(imports, "CHUNK", 1)
    engine = open_registry(postgres_url)

    def lines() -> Iterator[OppositionLine]:
        yield from read_good(line_of(), line_of(who="bob"))
        with registry_engine(postgres_url).begin() as other:
            found = "from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()"
            ended = other.execute(sa.text(f"select pg_terminate_backend(pid) {found} and state is not null")).all()
        assert ended
        yield from read_good(line_of(who="cyd"))

    with pytest.raises(sa.exc.OperationalError):
        import_oppositions(engine, lines(), key_id="identity-1", normalisation_version=1)
    assert everything(engine) == []
    assert load(engine, line_of()) == ImportCounts(1, 0, 0, 0)


def test_a_file_without_good_lines_adds_nothing(registry: sa.Engine) -> None:
    assert load(registry) == ImportCounts(0, 0, 0, 0)


def test_events_keep_the_key_and_the_forms_they_were_made_under(registry: sa.Engine) -> None:
    load(registry, line_of(revoked="2026-08-09"))
    with registry.connect() as connection:
        columns = (OPPOSITIONS.c.event_digest, OPPOSITIONS.c.key_id, OPPOSITIONS.c.normalisation_version)
        rows = connection.execute(sa.select(*columns).order_by(OPPOSITIONS.c.id)).all()
    opposed, revoked = utc("2026-07-31T22:00"), utc("2026-08-09T22:00")
    identity = (key_of("ada@example.fr"), "email", "all", opposed)
    assert rows == [
        (event_digest(*identity), "identity-1", 1),
        (event_digest(*identity, revoked), "identity-1", 1),
    ]


LINES = st.builds(
    line_of,
    who=st.sampled_from(["ada", "bob"]),
    opposed=st.sampled_from(["2026-08-01", "2026-08-02T09:00"]),
    recorded=st.sampled_from(["2026-08-03", "2026-08-04", "2026-08-05T12:00Z"]),
    shared=st.sampled_from([",", "acme,2026-08-06", "*,2026-08-06", "acme|zed,2026-08-07"]),
    revoked=st.sampled_from(["", "2026-08-08"]),
)


@settings(max_examples=10, deadline=None)
@given(st.lists(LINES, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_a_files_lines_does_not_matter(lines: list[str], random: object) -> None:
    shuffled = list(lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    with TemporaryDirectory() as folder:
        one, other = (open_registry(f"sqlite:///{folder}/{name}.db") for name in ("one", "other"))
        counts = load(one, *lines), load(other, *shuffled)
        assert counts[0] == counts[1]
        assert everything(one) == everything(other)
        one.dispose()
        other.dispose()


IMPORT = """
import sys
from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.oppositions.lines import read_header, read_lines
from pipelines.oppositions.imports import import_oppositions
from pipelines.storage.registry.database import open_registry, registry_engine
url, secret, path = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
with open(path, encoding="utf-8") as file:
    lines = read_lines(file, read_header(next(file)), IdentityHasher(secret.encode()))
    counts = import_oppositions(open_registry(url), lines, key_id="identity-1", normalisation_version=1)
print(counts.opposition_count, counts.share_count, counts.revocation_count)
"""


@pytest.mark.fault(
    area="oppositions",
    fault="Two imports run at the same time, with persons in common",
    promise="Every opposition is there once, none is lost.",
)
def test_two_imports_at_once_add_each_event_once(registry_url: str, tmp_path: Path) -> None:  # noqa: F811
    people = [line_of(who=f"p{number}", shared="acme,2026-08-03", revoked="2026-08-09") for number in range(900)]
    files = {"one.csv": people[:600], "other.csv": people[:299:-1]}  # three hundred in common, in opposite orders
    for name, lines in files.items():
        (tmp_path / name).write_text("\n".join([HEADER, *lines]), encoding="utf-8")
    command = [sys.executable, "-c", IMPORT, registry_url, SECRET.decode()]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen([*command, str(tmp_path / name)], **pipes) for name in files]  # type: ignore[call-overload]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    counts = [tuple(map(int, process.communicate(timeout=60)[0].split())) for process in processes]
    assert sorted(counts) == [(300, 300, 300), (600, 600, 600)]
    assert len(everything(open_registry(registry_url))) == 1800
