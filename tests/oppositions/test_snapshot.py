"""The published snapshot is of one registry, is what was published, and is never replaced by less without a word."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.house import House
from pipelines.oppositions.snapshot import confirm_registry, refresh_snapshot
from pipelines.storage.registry.database import RegistryError
from pipelines.storage.registry.tables import OPPOSITIONS, REGISTRY_ACCEPTANCES
from tests.support.houses import house_at, import_oppositions
from tests.support.opposition_files import HEADER, line_of

FIRST, SECOND = date(2026, 8, 2), date(2026, 8, 3)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    add(home, line_of(), line_of(recorded="2026-08-03", who="zoe"))
    house = house_at(home)
    assert refresh_snapshot(house.registry, house.lake).day_count == 2
    return home


def add(home: Path, *lines: str) -> None:
    file = home / "file.csv"
    file.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    import_oppositions([file], house_at(home))


def file_of(home: Path, day: date) -> Path:
    return home / "lake" / "oppositions" / f"recorded_on={day}" / "part-0.parquet"


def run(home: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*arguments], env={"OPPOSABLE_HOME": str(home)})
    return result.exit_code, result.output


def a_flipped_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def an_older_file(path: Path) -> None:
    shutil.copy(path.parent.parent / f"recorded_on={SECOND}" / path.name, path)


@pytest.mark.fault(
    area="oppositions",
    fault="A day of the snapshot has a flipped bit, is deleted, or is an older file",
    promise="It is written anew from the registry before anybody is judged, and the run says so.",
)
@pytest.mark.parametrize("damage", [a_flipped_bit, Path.unlink, lambda path: shutil.rmtree(path.parent), an_older_file])
def test_a_damaged_day_is_written_anew_and_told(home: Path, damage: Callable[[Path], None]) -> None:
    whole = file_of(home, FIRST).read_bytes()
    damage(file_of(home, FIRST))
    house = house_at(home)
    refreshed = refresh_snapshot(house.registry, house.lake)
    assert (refreshed.mended, refreshed.is_rebuild) == ((FIRST,), False)
    assert file_of(home, FIRST).read_bytes() == whole
    assert refresh_snapshot(house.registry, house.lake).mended == ()


@pytest.mark.fault(
    area="oppositions",
    fault="Somebody adds a day of oppositions to the snapshot by hand",
    promise="It is taken away again: only what the registry holds counts.",
)
def test_a_day_that_nobody_published_goes(home: Path) -> None:
    strange = file_of(home, date(2026, 7, 1))
    shutil.copytree(file_of(home, FIRST).parent, strange.parent)
    house = house_at(home)
    assert refresh_snapshot(house.registry, house.lake).mended == (date(2026, 7, 1),)
    assert not strange.parent.exists()


@pytest.mark.fault(
    area="oppositions",
    fault="A stray folder lies in the snapshot",
    promise="It is in nobody's way: every real day is read.",
)
@pytest.mark.parametrize("name", ["copy", "recorded_on=copy"])
def test_a_folder_of_no_day_is_in_nobodys_way(home: Path, name: str) -> None:
    shutil.copytree(file_of(home, FIRST).parent, home / "lake" / "oppositions" / name)
    house = house_at(home)
    assert refresh_snapshot(house.registry, house.lake).mended == ()
    assert list(house.lake.opposition_days()) == [FIRST, SECOND]


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"seal": "x"}'])
def test_a_snapshot_whose_note_is_damaged_is_made_anew(home: Path, text: str) -> None:
    whole = file_of(home, FIRST).read_bytes()
    (home / "lake" / "oppositions" / ".watermark.json").write_text(text)
    house = house_at(home)
    assert refresh_snapshot(house.registry, house.lake).is_rebuild
    assert file_of(home, FIRST).read_bytes() == whole


@pytest.mark.fault(
    area="oppositions",
    fault="Somebody changes the note that says up to where the snapshot is complete",
    promise="The note is not believed, and the whole snapshot is made anew.",
)
def test_a_note_that_was_changed_is_none(home: Path) -> None:
    note = home / "lake" / "oppositions" / ".watermark.json"
    note.write_text(note.read_text().replace('"event_id": 2', '"event_id": 9'))
    house = house_at(home)
    assert refresh_snapshot(house.registry, house.lake).is_rebuild


@pytest.mark.fault(
    area="oppositions",
    fault="The registry is gone, or another one (a typo in its address)",
    promise="Nothing is judged until a person says, with a reason that is kept, that this registry counts from now on.",
)
@pytest.mark.parametrize("is_bigger", [False, True])
def test_another_registry_publishes_nothing_until_a_person_says_so(home: Path, *, is_bigger: bool) -> None:
    before = file_of(home, FIRST).read_bytes()
    (home / "registry.db").unlink()
    if is_bigger:
        add(home, *(line_of(who=f"p{number}") for number in range(9)))
    house = house_at(home)
    for ask in (confirm_registry, refresh_snapshot):
        with pytest.raises(RegistryError, match=r"not the registry whose .* accept-registry"):
            ask(house.registry, house.lake)
    assert file_of(home, FIRST).read_bytes() == before
    assert run(home, "keys", "check")[0] == 1
    assert run(home, "oppositions", "accept-registry", "--reason", " ")[0] == 2
    status, said = run(home, "oppositions", "accept-registry", "--reason", "moved to a new server, ticket 12")
    assert (status, f"accepted: {9 * is_bigger} rows" in said) == (0, True), said
    house = house_at(home)
    confirm_registry(house.registry, house.lake)
    with house.registry.connect() as connection:
        [noted] = connection.execute(sa.select(REGISTRY_ACCEPTANCES)).all()
    assert (noted.reason, len(noted.instead_of)) == ("moved to a new server, ticket 12", 36)


@pytest.mark.fault(
    area="oppositions",
    fault="An older backup of the registry, with as many rows, is put back",
    promise="The missing oppositions are noticed by what they are, not by their number, and the run stops.",
)
def test_an_older_backup_with_as_many_other_oppositions_is_noticed(home: Path) -> None:
    shutil.copy(home / "registry.db", home / "backup.db")
    add(home, line_of(recorded="2026-08-04", who="ida"))
    house = house_at(home)
    refresh_snapshot(house.registry, house.lake)
    house.registry.dispose()
    for name in ("registry.db-wal", "registry.db-shm"):
        (home / name).unlink(missing_ok=True)
    (home / "backup.db").rename(home / "registry.db")
    add(home, line_of(recorded="2026-08-04", who="eve"))
    house = house_at(home)
    with pytest.raises(RegistryError, match="lacks 1 rows of oppositions"):
        refresh_snapshot(house.registry, house.lake)
    add(home, line_of(recorded="2026-08-04", who="ida"))
    assert refresh_snapshot(house.registry, house.lake).is_rebuild


@pytest.mark.fault(
    area="oppositions",
    fault="Rows of the registry are deleted",
    promise="The run stops and says how many oppositions are lacking: nobody becomes usable.",
)
def test_an_emptied_registry_is_noticed(home: Path) -> None:
    house: House = house_at(home)
    with house.registry.begin() as connection:
        connection.execute(sa.delete(OPPOSITIONS))
    with pytest.raises(RegistryError, match="lacks 2 rows of oppositions"):
        refresh_snapshot(house.registry, house.lake)
