"""Who may write: one writer of a vendor on all machines, by conditional puts, whatever happens to it."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from pipelines.object_storage.bucket import Bucket, StoreError
from pipelines.object_storage.heads import Head, HeldError, LostLeaseError, head_key, holding
from tests.support.object_stores import AT_ONCE_DEAD, STUBBORN, DeafClient, ForgetfulClient, MuteClient, bucket_at


def head_in(bucket: Bucket) -> Head:
    return Head.of(bucket.get(head_key("acme")))


@pytest.fixture
def bucket(store_url: str) -> Bucket:
    return bucket_at(store_url)


@pytest.mark.fault(
    area="lake",
    fault="two machines that share an object store want to write the same vendor at once",
    promise="One writes; the other is refused in words, and has changed nothing.",
)
def test_of_two_writers_one_is_refused_in_words(bucket: Bucket) -> None:
    with holding(bucket, "acme", STUBBORN) as first:
        told = r"acme: .*, process \d+ writes it on the object store; wait"
        with pytest.raises(HeldError, match=told), holding(bucket, "acme", STUBBORN):
            raise AssertionError
        first.swap(generation="a" * 64)
    assert head_in(bucket).generation == "a" * 64
    with holding(bucket, "acme", STUBBORN) as next_one:
        assert (next_one.head.fence, next_one.head.generation) == (2, "a" * 64)
    assert head_in(bucket).holder == ""


def test_writers_of_other_vendors_are_not_in_the_way(bucket: Bucket) -> None:
    with holding(bucket, "acme", STUBBORN), holding(bucket, "globex", STUBBORN):
        assert head_in(bucket).holder


@pytest.mark.fault(
    area="lake",
    fault="a writer stands still, loses its lease on the object store to another machine, and goes on afterwards",
    promise="It can publish nothing any more, neither before nor after the other one has.",
)
def test_a_writer_that_lost_its_lease_publishes_nothing(bucket: Bucket) -> None:
    with holding(bucket, "acme", STUBBORN) as late, holding(bucket, "acme", AT_ONCE_DEAD) as newer:
        with pytest.raises(LostLeaseError, match="acme: this process lost its lease"):
            late.swap(generation="b" * 64)
        newer.swap(generation="c" * 64)
        with pytest.raises(LostLeaseError):
            late.swap(generation="b" * 64)
    assert (head_in(bucket).generation, head_in(bucket).fence) == ("c" * 64, 2)


def test_a_lease_that_is_renewed_is_not_taken_over(bucket: Bucket) -> None:
    with holding(bucket, "acme", STUBBORN) as lease:
        mark = head_in(bucket).mark
        lease.swap()
        assert head_in(bucket).mark != mark
        assert head_in(bucket).fence == 1


def test_a_put_whose_answer_was_lost_is_known_as_ones_own(bucket: Bucket) -> None:
    forgetful = Bucket(ForgetfulClient(bucket.client), bucket.name, bucket.prefix)
    with holding(bucket, "acme", STUBBORN):
        pass
    with holding(forgetful, "acme", STUBBORN) as lease:
        lease.swap(generation="d" * 64)
    assert (head_in(bucket).generation, head_in(bucket).holder) == ("d" * 64, "")


@pytest.mark.fault(
    area="lake",
    fault="the object store takes conditional puts and does not keep their conditions",
    promise="The first writer says so and stops: no lease is believed that such a store gives.",
)
def test_a_store_that_does_not_keep_conditions_is_refused(bucket: Bucket) -> None:
    deaf = Bucket(DeafClient(bucket.client, "put_object"), bucket.name, bucket.prefix)
    for _ in range(2):
        told = "conditional puts and does not keep their conditions"
        with pytest.raises(StoreError, match=told), holding(deaf, "acme", AT_ONCE_DEAD):
            raise AssertionError


def test_a_store_that_removes_whatever_the_condition_is_refused(bucket: Bucket) -> None:
    deaf = Bucket(DeafClient(bucket.client, "delete_object"), bucket.name, bucket.prefix)
    told = "conditional removals and does not keep their conditions"
    with pytest.raises(StoreError, match=told), holding(deaf, "acme", STUBBORN):
        raise AssertionError


def test_a_renewal_whose_answer_was_lost_does_not_lose_the_lease(bucket: Bucket) -> None:
    mute = MuteClient(bucket.client)
    with holding(Bucket(mute, bucket.name, bucket.prefix), "acme", STUBBORN) as lease:
        mute.is_mute = True
        with pytest.raises(StoreError, match="found ReadTimeoutError"):
            lease.swap(generation="e" * 64)
        mute.is_mute = False
        lease.swap()
        assert head_in(bucket).generation == "e" * 64
    assert head_in(bucket).holder == ""


@pytest.mark.fault(
    area="lake",
    fault="a writer that lost its lease stands in the middle of removing or copying objects",
    promise="It stops before the next few: what the new writer published stays.",
)
def test_a_writer_without_its_lease_stops_in_the_middle_of_its_removals(bucket: Bucket) -> None:
    done: list[int] = []
    with holding(bucket, "acme", STUBBORN) as late, ExitStack() as newer:

        def remove_until_15_then_lose_the_lease(number: int) -> None:
            done.append(number)
            if number == 15:
                newer.enter_context(holding(bucket, "acme", AT_ONCE_DEAD))

        with pytest.raises(LostLeaseError):
            list(map(remove_until_15_then_lose_the_lease, late.fenced(range(60))))
    assert done == [*range(20)]


def test_a_store_that_is_away_is_told_in_words_that_name_the_setting(
    store_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(StoreError, match=r"^OPPOSABLE_STORE: asked to read, found \w+: check bucket"):
        Bucket.at(store_url).get("heads/acme.json")


def test_a_bucket_that_is_not_there_is_told(bucket: Bucket) -> None:
    with pytest.raises(StoreError, match="OPPOSABLE_STORE: asked to list, the store answered NoSuchBucket"):
        list(Bucket(bucket.client, "nowhere-at-all", "").listed("heads/"))
