"""A house on an object store: all or nothing, whoever is killed, and the same bytes on every machine."""

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.house import House
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.object_storage.generations import object_key
from pipelines.object_storage.heads import Head, head_key
from pipelines.object_storage.health import clean, damages, mend
from pipelines.object_storage.parts import HOUSE, SharedFolder, parts_of
from tests.support.houses import house_at
from tests.support.kills import Killed
from tests.support.object_stores import AT_ONCE_DEAD, STUBBORN, MortalClient, machine, store_of, the_store

Tree = Mapping[str, bytes]
OLD: Tree = {"lake/leads/delivery_date=2026-08-11/part-0.parquet": b"old leads", "outbox/2026-08-11/receipt.csv": b"1"}
NEW: Tree = {"lake/leads/delivery_date=2026-08-11/part-0.parquet": b"new leads", "outbox/2026-08-12/receipt.csv": b"2"}
PLACES = ("inbox", "state", "vault", "lake/deliveries", "lake/leads", "outbox", "dossiers", "disputes")


def pushed(house: House) -> list[str]:
    left = LeftVendors("pushing")
    found = the_store(house).push(left)
    assert left.reasons == {}
    return found


def parts(house: House) -> Iterator[SharedFolder]:
    yield from parts_of(house.settings, "acme")


def tree(house: House) -> dict[str, bytes]:
    """What lies on a machine of the vendor."""
    return {
        f"{part.name}/{path.relative_to(part.folder).as_posix()}": path.read_bytes()
        for part in parts(house)
        for path in part.folder.rglob("*")
        if path.is_file()
    }


def lay(house: House, wanted: Tree) -> None:
    """Make the vendor's folders hold this and nothing else."""
    for name in tree(house).keys() | wanted.keys():
        part = next(part for part in parts(house) if name.startswith(f"{part.name}/"))
        path = part.folder / name.removeprefix(f"{part.name}/")
        path.unlink(missing_ok=True)
        if name in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(wanted[name])


def write(house: House, wanted: Tree) -> None:
    with house.lake.writing("acme"):
        lay(house, wanted)


FILES = st.dictionaries(
    st.builds(
        lambda place, names: "/".join([place, *names]),
        st.sampled_from(PLACES),
        st.lists(st.sampled_from(["d=1", "é à", "x+%20"]), min_size=1, max_size=2).map(lambda names: [*names, "f"]),
    ),
    st.binary(max_size=20),
    max_size=6,
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trees=st.lists(FILES, min_size=1, max_size=3))
def test_what_one_machine_publishes_is_what_another_gets(
    tmp_path_factory: pytest.TempPathFactory, store_url: str, trees: list[Tree]
) -> None:
    homes, url = tmp_path_factory.mktemp("homes"), f"{store_url}/{os.urandom(4).hex()}"
    first, second = machine(homes / "a", url), machine(homes / "b", url)
    for wanted in trees:
        write(first, wanted)
        second.catch_up()
        assert tree(second) == dict(wanted)
        assert times(second) == times(first)


def times(house: House) -> dict[str, int]:
    folders = [part.folder for part in parts(house)]
    return {
        path.relative_to(house.settings.home).as_posix(): path.stat().st_mtime_ns
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.fault(
    area="lake",
    fault="a writer is killed between any two requests to the object store, or before it hears the answer to one",
    promise="Other machines see the old state or the new one, whole; the next writer goes on, and what nothing names "
    "is removed.",
)
def test_a_writer_killed_at_any_request_leaves_all_or_nothing(a: House, b: House) -> None:
    write(a, OLD)
    lying, killed_count = dict(OLD), 0
    for step, is_done in ((step, is_done) for step in range(1, 60) for is_done in (False, True)):
        new = {f"lake/leads/day={step}{is_done}/f": b"%d %d" % (step, is_done), "outbox/day/receipt.csv": b"%d" % step}
        store_of(a, STUBBORN, MortalClient(the_store(b).bucket.client, step, is_done=is_done))
        try:
            write(a, new)
        except Killed:
            killed_count += 1
        else:
            break
        b.catch_up()
        assert tree(b) in (lying, new), (step, is_done)
        store_of(b, AT_ONCE_DEAD)
        lying = {**new, "state/x": b"%d" % step}
        write(b, lying)
        store_of(a, AT_ONCE_DEAD)
        a.catch_up()
        assert tree(a) == lying, (step, is_done)
    assert killed_count > 2 * 9
    b.catch_up()
    assert tree(b) == new
    assert only_named_objects(b)


def only_named_objects(house: House) -> bool:
    """Whether, after cleaning, all objects are named, and the outbox in the store is the one on this machine."""
    store = the_store(house)
    clean(store, datetime.now(UTC), LeftVendors("cleaning"), timedelta(0))
    named = set(tree(house).values())
    kept = [one.key for one in store.bucket.listed(object_key("acme", ""))]
    shown = {one.key for one in store.bucket.listed("outbox/acme/")}
    ours = {name.replace("outbox/", "outbox/acme/", 1) for name in tree(house) if name.startswith("outbox/")}
    return len(kept) == len(named) + 1 and shown == ours


@pytest.mark.fault(
    area="lake",
    fault="bytes on the object store are changed, or an object is lost",
    promise="A machine that would get them gets nothing, and says which object; one whose copy is whole mends it.",
)
@pytest.mark.parametrize("is_lost", [False, True])
def test_a_damaged_object_is_found_by_its_digest_and_mended(a: House, b: House, *, is_lost: bool) -> None:
    write(a, OLD)
    b.catch_up()
    write(a, NEW)
    store = the_store(a)
    digest = sha256(b"new leads").hexdigest()
    key = object_key("acme", digest)
    store.bucket.delete(key) if is_lost else store.bucket.put(key, b"NEW leads")
    told = b.catch_up().reasons["acme"]
    assert ("lacks an object" if is_lost else f"{key} is not what was put there") in told
    assert tree(b) == dict(OLD)
    assert damages(store, "acme") == [digest]
    assert mend(store, "acme", [digest]) == 1
    b.catch_up()
    assert tree(b) == dict(NEW)


def test_a_damaged_list_of_files_is_no_list(a: House, b: House) -> None:
    write(a, OLD)
    store = the_store(a)
    generation = Head.of(store.bucket.get(head_key("acme"))).generation or ""
    store.bucket.put(object_key("acme", generation), b"{}")
    assert list(b.catch_up().reasons) == ["acme"]
    assert tree(b) == {}


def test_what_a_killed_writer_left_in_its_folders_goes_once_others_published(a: House, b: House) -> None:
    write(a, OLD)
    b.catch_up()
    lay(a, {**OLD, "lake/leads/delivery_date=2026-08-12/part-0.parquet": b"never published", "state/x": b"1"})
    write(b, NEW)
    a.catch_up()
    assert tree(a) == dict(NEW)


def test_what_a_killed_writer_left_is_published_by_the_next_one_if_nobody_else_was(a: House, b: House) -> None:
    write(a, OLD)
    lay(a, NEW)
    a.catch_up()
    with a.lake.writing("acme"):
        pass
    b.catch_up()
    assert tree(b) == {**OLD, **NEW}  # what it removed comes back: nothing tells a kill from a mishap


def test_work_that_fails_leaves_what_it_had_finished(a: House, b: House) -> None:
    def fail() -> None:
        with a.lake.writing("acme"):
            lay(a, OLD)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    b.catch_up()
    assert tree(b) == dict(OLD)


def test_what_is_written_without_a_lease_is_published_at_the_end(a: House, b: House) -> None:
    with a.up_to_date():
        lay(a, {"dossiers/2026-09-01/index.html": b"page"})
        a.settings.law.mkdir()
        (a.settings.law / "digest.yaml").write_bytes(b"rule")
        (a.settings.home / "announced_rules.yaml").write_bytes(b"told")
    b.catch_up()
    assert tree(b) == {"dossiers/2026-09-01/index.html": b"page"}
    assert (b.settings.law / "digest.yaml").read_bytes() == b"rule"
    assert (b.settings.home / "announced_rules.yaml").read_bytes() == b"told"
    assert pushed(b) == []


def test_a_dossier_of_this_machine_outlives_what_others_publish_meanwhile(a: House, b: House) -> None:
    write(a, OLD)
    b.catch_up()
    lay(b, {**OLD, "decisions/d1/index.html": b"decided"})
    write(a, NEW)
    b.catch_up()
    assert tree(b) == {**NEW, "decisions/d1/index.html": b"decided"}
    assert pushed(b) == ["acme"]


def test_nothing_is_published_where_nothing_changed(a: House) -> None:
    write(a, OLD)
    before = Head.of(the_store(a).bucket.get(head_key("acme")))
    with a.lake.writing("acme"):
        pass
    after = Head.of(the_store(a).bucket.get(head_key("acme")))
    assert (after.generation, after.fence) == (before.generation, before.fence + 1)


def test_a_home_that_was_never_a_copy_is_not_overwritten(a: House, b: House) -> None:
    write(a, OLD)
    mine = {"lake/leads/delivery_date=2026-08-11/part-0.parquet": b"another house"}
    lay(b, mine)
    assert "this home holds files of a vendor that the object store knows other" in b.catch_up().reasons["acme"]
    assert tree(b) == mine


def test_a_home_that_was_filled_before_is_pushed_whole(tmp_path: Path, a: House, b: House) -> None:
    lay(a, NEW)
    assert the_store(a).push_all() == ["acme"]
    b.catch_up()
    assert tree(b) == dict(NEW)


def test_keys_contracts_and_rules_stay_on_their_machine(a: House, store_url: str) -> None:
    for name in ("keys", "contracts/acme", "rules"):
        (a.settings.home / name).mkdir(parents=True)
        (a.settings.home / name / "file").write_bytes(b"secret of this machine")
    write(a, OLD)
    the_store(a).push_all()
    bucket = the_store(a).bucket
    contents = [bucket.get(one.key) for one in bucket.listed("")]
    assert all(found is not None and b"secret" not in found.content for found in contents)
    assert HOUSE not in the_store(a).writers()


def test_without_the_setting_there_is_no_store(tmp_path: Path) -> None:
    house = house_at(tmp_path)
    assert house.store is None
    write(house, OLD)
    assert not (tmp_path / "store").exists()
