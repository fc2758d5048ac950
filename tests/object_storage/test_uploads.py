"""What vendors put into the store: taken over once, when the store had it, and nothing that leads elsewhere."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.deliveries.known_arrivals import known_arrivals
from pipelines.house import House
from pipelines.object_storage.bucket import Bucket
from pipelines.object_storage.health import holdings, nobodys
from pipelines.storage.inboxes import digest_of_name
from pipelines.vocabulary.clock import paris_date
from tests.support.houses import house_at
from tests.support.object_stores import store_of

TODAY = paris_date(datetime.now(UTC))
"""The store's clock is the clock on the wall."""


@pytest.fixture
def house(tmp_path: Path, store_url: str) -> House:
    return opened(tmp_path / "a", store_url)


@pytest.fixture
def bucket(house: House) -> Bucket:
    assert house.store is not None
    return house.store.bucket


def opened(home: Path, store_url: str, **variables: str) -> House:
    found = house_at(home, OPPOSABLE_STORE=store_url, **variables)
    store_of(found)
    return found


def arrival(house: House, day: date, name: str) -> datetime | None:
    found = known_arrivals(house.inbox, house.inbox.folder("acme", day)).get(digest_of_name(name))
    return found[-1].received_at if found else None


def test_an_upload_comes_once_when_the_store_had_it(
    house: House, bucket: Bucket, tmp_path: Path, store_url: str
) -> None:
    bucket.put(f"inbox/acme/{TODAY}/leads/1.csv", b"a;b")
    put_at = next(bucket.listed("inbox/acme/")).put_at
    house.catch_up()
    lying = house.settings.inbox / "acme" / TODAY.isoformat() / "leads" / "1.csv"
    assert lying.read_bytes() == b"a;b"
    assert arrival(house, TODAY, "leads/1.csv") == put_at
    assert list(bucket.listed("inbox/")) == []
    other = opened(tmp_path / "b", store_url)
    other.catch_up()
    assert (other.settings.inbox / lying.relative_to(house.settings.inbox)).read_bytes() == b"a;b"
    assert arrival(other, TODAY, "leads/1.csv") == put_at


@pytest.mark.fault(
    area="scores",
    fault="a vendor begins an upload in parts before its deadline, which dates the object, and ends it days later",
    promise="Of what came in parts the object's date says nothing: it came when it was first seen.",
)
def test_an_upload_in_parts_came_when_it_was_first_seen(house: House, bucket: Bucket) -> None:
    client, key = bucket.client, f"{bucket.prefix}inbox/acme/{TODAY}/leads.csv"
    begun = client.create_multipart_upload(Bucket=bucket.name, Key=key)
    place = {"Bucket": bucket.name, "Key": key, "UploadId": begun["UploadId"]}
    part = client.upload_part(**place, PartNumber=1, Body=b"a;b")
    client.complete_multipart_upload(**place, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    before = datetime.now(UTC)
    house.catch_up()
    at = arrival(house, TODAY, "leads.csv")
    assert at is not None
    assert before <= at <= datetime.now(UTC)


def test_what_is_put_into_an_old_folder_is_a_history_and_no_arrival(house: House, bucket: Bucket) -> None:
    old = TODAY - timedelta(days=30)
    bucket.put(f"inbox/acme/{old}/leads.csv", b"a;b")
    house.catch_up()
    assert (house.inbox.folder("acme", old) / "leads.csv").exists()
    assert arrival(house, old, "leads.csv") is None


@pytest.mark.fault(
    area="scores",
    fault="a vendor uploads a record of our transport with arrival times of its own",
    promise="It is refused by its name, and the files came when the store had them, whatever a record says.",
)
@pytest.mark.parametrize("records", ["transport", "none"])
def test_no_vendor_says_when_its_files_came(tmp_path: Path, store_url: str, records: str) -> None:
    house = opened(tmp_path / "c", store_url, OPPOSABLE_INBOX_RECORDS=records)
    assert house.store is not None
    bucket = house.store.bucket
    told = b'{"files": [{"name": "leads.csv", "received_at": "2026-01-01T00:00:00+00:00"}]}'
    house.inbox.folder("acme", TODAY).mkdir(parents=True)
    (house.inbox.folder("acme", TODAY) / ".received.json").write_bytes(told)  # as a transport of earlier days left it
    bucket.put(f"inbox/acme/{TODAY}/.received.json", told + b" ")
    bucket.put(f"inbox/acme/{TODAY}/leads.csv", b"a;b")
    put_at = next(one.put_at for one in bucket.listed("inbox/acme/") if one.key.endswith("leads.csv"))
    house.catch_up()
    assert arrival(house, TODAY, "leads.csv") == put_at
    assert house.store.waiting("acme").refused == [f"inbox/acme/{TODAY}/.received.json"]
    assert (house.inbox.folder("acme", TODAY) / ".received.json").read_bytes() == told


@pytest.mark.fault(
    area="folders",
    fault="keys on the object store that lead out of a vendor's folder, or bear the name of a record of ours",
    promise="They stay where they are and are named by `store status`; all else of the vendor is taken over.",
)
def test_a_name_that_no_folder_can_hold_is_refused_and_the_rest_is_taken_over(house: House, bucket: Bucket) -> None:
    good = [f"{TODAY}/é à +%20.csv", f"{TODAY}/.hidden", "invoices/1.xml", f"{TODAY}/{'y' * 212}.csv"]
    bad = [f"{TODAY}/a\\b", f"{TODAY}/{'x' * 217}", f"{TODAY}/.sealed.json", ".purged.json"]
    for name in (*good, *bad):
        bucket.put(f"inbox/acme/{name}", b"1")
    bucket.put("inbox/No Vendor/x", b"1")
    house.catch_up()
    lying = {path.relative_to(house.settings.inbox / "acme").as_posix() for path in house.settings.inbox.rglob("*.*")}
    assert lying >= {*good}
    assert [path for path in house.settings.inbox.rglob("*") if path.name in ("a\\b", ".sealed.json", "x")] == []
    assert house.store is not None
    assert sorted(house.store.waiting("acme").refused) == sorted(f"inbox/acme/{name}" for name in bad)


@pytest.mark.parametrize("name", ["../globex/x", "2026-08-11/../../x", "2026-08-11//x", "./x", "2026-08-11/.."])
def test_no_name_leads_out_of_the_vendors_folder(name: str) -> None:
    from pipelines.object_storage.uploads import is_safe

    assert not is_safe(name)


def test_a_file_and_a_folder_of_one_name_are_not_both_taken_over(house: House, bucket: Bucket) -> None:
    bucket.put(f"inbox/acme/{TODAY}/a", b"file")
    bucket.put(f"inbox/acme/{TODAY}/a/b", b"below")
    house.catch_up()
    assert (house.inbox.folder("acme", TODAY) / "a").read_bytes() == b"file"
    assert [one.key for one in bucket.listed("inbox/acme/")] == [f"inbox/acme/{TODAY}/a/b"]


def test_what_is_uploaded_while_the_one_before_is_taken_over_is_not_removed(house: House, bucket: Bucket) -> None:
    bucket.put(f"inbox/acme/{TODAY}/leads.csv", b"first")
    with house.lake.writing("acme"):
        bucket.put(f"inbox/acme/{TODAY}/leads.csv", b"second")
    assert [one.size for one in bucket.listed("inbox/acme/")] == [len(b"second")]
    house.catch_up()
    assert (house.inbox.folder("acme", TODAY) / "leads.csv").read_bytes() == b"second"


def test_an_acknowledgement_that_a_vendor_drops_back_is_brought(house: House, bucket: Bucket) -> None:
    bucket.put(f"outbox/acme/{TODAY}/acknowledgement.json", b"{}")
    bucket.put(f"outbox/acme/{TODAY}/anything.else", b"{}")
    with house.lake.writing("acme"):
        pass
    folder = house.outbox.folder("acme", TODAY)
    assert [path.name for path in folder.iterdir()] == ["acknowledgement.json"]
    assert [one.key for one in bucket.listed("outbox/")] == [f"outbox/acme/{TODAY}/anything.else"]


@pytest.mark.fault(
    area="vendors",
    fault="what one vendor put on the object store can't be taken over",
    promise="It stays there, that vendor is told, and all other vendors' uploads are taken over.",
)
def test_a_fault_at_one_vendor_is_that_vendors(house: House, bucket: Bucket) -> None:
    day = TODAY.isoformat()
    broken = house.settings.state / "acme" / day / "received.json"
    broken.parent.mkdir(parents=True)
    broken.write_text("[", encoding="utf-8")
    for vendor in ("acme", "globex"):
        bucket.put(f"inbox/{vendor}/{day}/leads.csv", b"a;b")
    assert list(house.catch_up().reasons) == ["acme"]
    assert (house.settings.inbox / "globex" / day / "leads.csv").read_bytes() == b"a;b"
    assert [one.key for one in bucket.listed("inbox/")] == [f"inbox/acme/{day}/leads.csv"]


def test_a_name_that_the_file_system_refuses_is_refused_and_the_rest_is_taken_over(
    house: House, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.object_storage.uploads._LONGEST_NAME", 300)  # as on another file system
    for name in ("x" * 250, "leads.csv"):
        bucket.put(f"inbox/acme/{TODAY}/{name}", b"1")
    assert house.catch_up().reasons == {}
    assert [one.key for one in bucket.listed("inbox/")] == [f"inbox/acme/{TODAY}/{'x' * 250}"]


def test_what_is_nobodys_below_the_inbox_is_told(house: House, bucket: Bucket) -> None:
    bucket.put("inbox/No Vendor/x", b"1")
    bucket.put("inbox/beside", b"1")
    assert house.store is not None
    refused = [key for one in holdings(house.store) for key in one.waiting.refused]
    assert [*refused, *nobodys(house.store)] == ["inbox/No Vendor/x", "inbox/beside"]
