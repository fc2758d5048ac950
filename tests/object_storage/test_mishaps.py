"""Mishaps of a machine or a writer: nothing that was published is lost by them, and nobody else is held up."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from shutil import rmtree

import pytest

from pipelines.house import House
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.object_storage.bucket import StoreError
from pipelines.object_storage.generations import object_key
from pipelines.object_storage.heads import holding
from pipelines.object_storage.health import GRACE, clean, holdings, unseen
from pipelines.object_storage.parts import HOUSE
from tests.support.kills import Killed
from tests.support.object_stores import AT_ONCE_DEAD, STUBBORN, MortalClient, store_of, the_store

NOW = datetime.now(UTC)


def write(house: House, name: str, content: bytes | None, vendor: str = "acme") -> Path:
    """Write one file below the home under the vendor's lease, or remove it."""
    with house.lake.writing(vendor):
        return lay(house, name, content)


def lay(house: House, name: str, content: bytes | None) -> Path:
    path = house.settings.home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink() if content is None else path.write_bytes(content)
    return path


def touch(house: House, vendor: str = "acme") -> None:
    with house.lake.writing(vendor):
        pass


def lies_in_store(house: House, content: bytes) -> bool:
    return the_store(house).bucket.get(object_key("acme", sha256(content).hexdigest())) is not None


def cleaned(house: House, at: datetime, grace: timedelta = GRACE) -> int:
    left = LeftVendors("cleaning")
    count = clean(the_store(house), at, left, grace)
    assert left.reasons == {}
    return count


@pytest.mark.fault(
    area="lake",
    fault="a vendor's folders vanish from a machine that shares an object store, and the vendor is written there",
    promise="What vanished is brought back from the store and nothing is published as removed, unless work removed it.",
)
@pytest.mark.parametrize("place", ["lake/leads/vendor=acme", "state/acme", "vault/vendor=acme", "inbox/acme"])
@pytest.mark.parametrize("is_whole", [True, False])
def test_a_folder_that_vanished_is_no_removal(a: House, b: House, place: str, *, is_whole: bool) -> None:
    lying = write(a, f"{place}/2026-08-11/file", b"kept")
    rmtree(lying.parents[1]) if is_whole else lying.unlink()
    touch(a)
    b.catch_up()
    assert lying.read_bytes() == b"kept"
    assert (b.settings.home / place / "2026-08-11/file").read_bytes() == b"kept"


def test_a_folder_that_vanishes_while_work_is_done_is_not_published(a: House, b: House) -> None:
    lying = write(a, "vault/vendor=acme/day/file", b"kept")
    with (
        pytest.raises(StoreError, match="acme: its folder of vault was here and is gone"),
        a.lake.writing("acme"),
    ):
        rmtree(lying.parents[1])
    b.catch_up()
    assert (b.settings.home / "vault/vendor=acme/day/file").read_bytes() == b"kept"


def test_what_vanished_outside_of_work_is_left_for_a_time_from_when_nothing_named_it(a: House) -> None:
    for name in ("gone", "kept"):
        lay(a, f"dossiers/acme/{name}", name.encode())
    a.share()
    lay(a, "dossiers/acme/gone", None)
    a.share()
    old = NOW + timedelta(days=30)  # the object was put long ago by then
    assert cleaned(a, old) == 0
    assert cleaned(a, old + GRACE - timedelta(seconds=1)) == 0
    assert lies_in_store(a, b"gone")
    assert cleaned(a, old + GRACE) > 0
    assert not lies_in_store(a, b"gone")
    assert lies_in_store(a, b"kept")


@pytest.mark.fault(
    area="retention",
    fault="a delivery that came through the object store is sealed or purged, and its clear bytes lie there still",
    promise="They go with the seal or the purge, without a time of grace.",
)
def test_what_work_removed_goes_from_the_store_at_once(a: House) -> None:
    write(a, "inbox/acme/2026-08-11/leads.csv", b"clear")
    assert lies_in_store(a, b"clear")
    with a.lake.writing("acme"):
        lay(a, "inbox/acme/2026-08-11/leads.csv", None)
        lay(a, "inbox/acme/2026-08-11/leads.csv.age", b"sealed")
    assert lies_in_store(a, b"sealed")
    assert not lies_in_store(a, b"clear")


@pytest.mark.fault(
    area="vendors",
    fault="an object of one vendor on the object store is damaged",
    promise="That vendor stays as it lies on the machine and is told; all others are brought.",
)
def test_a_damaged_object_of_one_vendor_holds_up_no_other(a: House, b: House) -> None:
    for vendor in ("acme", "globex"):
        write(a, f"state/{vendor}/x", vendor.encode(), vendor)
    the_store(a).bucket.put(object_key("acme", sha256(b"acme").hexdigest()), b"other")
    assert list(b.catch_up().reasons) == ["acme"]
    assert (b.settings.state / "globex/x").read_bytes() == b"globex"
    assert not (b.settings.state / "acme").exists()


def test_damage_of_what_all_need_stops_in_words(a: House, b: House) -> None:
    write(a, "lake/oppositions/x", b"objects", "_registry")
    the_store(a).bucket.put(object_key("_registry", sha256(b"objects").hexdigest()), b"other")
    with pytest.raises(StoreError, match="_registry"):
        b.catch_up()


@pytest.mark.fault(
    area="lake",
    fault="cleaning the object store is killed at any request, after a writer that was killed before it had shown all",
    promise="The vendor can be written afterwards, and sees what was published.",
)
def test_two_kills_leave_nobody_stuck(a: House, b: House) -> None:
    name = "outbox/acme/day/receipt.csv"
    for step in range(2, 400, 4):  # a busy machine renews its lease more often: it ends once the cleaning does
        write(a, name, b"old %d" % step)
        new = b"new %d" % step
        with suppress(Killed):
            store_of(a, STUBBORN, MortalClient(the_store(b).bucket.client, 15, is_done=True))
            write(a, name, new)
        store_of(a, AT_ONCE_DEAD, MortalClient(the_store(b).bucket.client, step, is_done=True))
        is_whole = False
        with suppress(Killed):
            clean(the_store(a), NOW + timedelta(days=9), LeftVendors("cleaning"), timedelta(0))
            is_whole = True
        store_of(a, AT_ONCE_DEAD)
        touch(a)
        found = the_store(a).bucket.get(name)
        assert found is not None
        assert found.content == (a.settings.home / name).read_bytes(), step
        if is_whole:
            return
    raise AssertionError


def test_where_the_list_of_what_a_vendor_sees_is_gone_all_is_shown_anew(a: House) -> None:
    write(a, "outbox/acme/day/receipt.csv", b"1")
    store = the_store(a)
    store.bucket.delete("outbox/acme/day/receipt.csv")
    with holding(store.bucket, "acme", STUBBORN) as lease:
        lease.swap(shown="0" * 64)
    touch(a)
    found = store.bucket.get("outbox/acme/day/receipt.csv")
    assert found is not None


def test_what_a_vendor_sees_is_compared_with_what_was_published_and_mended(a: House) -> None:
    write(a, "outbox/acme/day/receipt.csv", b"1")
    store, key = the_store(a), "outbox/acme/day/receipt.csv"
    store.bucket.put("outbox/acme/day/acknowledgement.json", b"{}")
    assert [one.unlike_outbox for one in holdings(store)] == [[]]
    store.bucket.put(key, b"2")
    assert (holdings(store)[0].unlike_outbox, unseen(store, "acme")) == ([], [key])
    store.bucket.delete(key)
    store.bucket.put("outbox/acme/day/forged.csv", b"2")
    assert holdings(store)[0].unlike_outbox == ["outbox/acme/day/forged.csv", key]
    store.show_anew("acme")
    assert unseen(store, "acme") == []


def test_cleaning_goes_on_past_a_vendor_who_is_being_written(a: House, b: House) -> None:
    for vendor in ("acme", "globex"):
        write(a, f"state/{vendor}/x", b"old", vendor)
        write(a, f"state/{vendor}/x", b"new", vendor)
    left = LeftVendors("cleaning", (StoreError,))
    with b.lake.writing("acme"):
        assert clean(the_store(a), NOW, left, timedelta(0)) == 2  # the bytes and the list that named them
    assert "acme: " in left.reasons["acme"]
    assert "writes it on the object store" in left.reasons["acme"]


@pytest.mark.parametrize("is_here", [True, False])
def test_who_ends_waits_for_no_writer(a: House, b: House, *, is_here: bool) -> None:
    lay(a, "dossiers/acme/x", b"page")
    lay(a, "dossiers/globex/x", b"page")
    store_of(a, AT_ONCE_DEAD if is_here else STUBBORN)
    other = a if is_here else b
    left = LeftVendors("pushing")
    with other.lake.writing("acme"):
        assert the_store(a).push(left) == ["globex"]
    assert left.reasons == {}
    a.share()
    b.catch_up()
    assert (b.settings.dossiers / "acme/x").exists()


@pytest.mark.fault(
    area="lake",
    fault="a run is killed after it wrote receipts and before it published; another machine publishes the vendor",
    promise="The receipts of what was never published go, and no later command sends them out.",
)
def test_receipts_of_what_was_never_published_do_not_go_out(a: House, b: House) -> None:
    write(a, "outbox/acme/day/receipt.csv", b"published")
    b.catch_up()
    lay(b, "outbox/acme/day/receipt.csv", b"of a killed run")
    lay(b, "outbox/acme/other day/receipt.csv", b"of a killed run")
    lay(b, "outbox/acme/day/acknowledgement.json", b"{}")
    write(a, "state/acme/x", b"1")
    b.catch_up()
    b.share()
    shown = {one.key for one in the_store(b).bucket.listed("outbox/")}
    assert shown == {"outbox/acme/day/receipt.csv"}
    assert (b.settings.outbox / "acme/day/receipt.csv").read_bytes() == b"published"
    a.catch_up()
    assert (a.settings.outbox / "acme/day/acknowledgement.json").read_bytes() == b"{}"


def test_a_table_of_usable_leads_that_was_never_published_goes(a: House, b: House) -> None:
    name = "lake/usable_leads/part-0.parquet"
    write(a, name, b"published", HOUSE)
    b.catch_up()
    lay(b, name, b"never published")
    write(a, "exports/list", b"1", HOUSE)
    b.catch_up()
    b.share()
    a.catch_up()
    assert (a.settings.home / name).read_bytes() == b"published" == (b.settings.home / name).read_bytes()


def test_no_machine_sees_a_verdict_without_its_law(a: House, b: House) -> None:
    with a.lake.writing("acme"):
        lay(a, "law/rules/digest.yaml", b"rule")
        lay(a, "state/acme/x", b"judged by it")
        b.catch_up()
        assert not (b.settings.law / "rules").exists()
    b.catch_up()
    assert (b.settings.law / "rules/digest.yaml").read_bytes() == b"rule"
    assert (b.settings.state / "acme/x").exists()
