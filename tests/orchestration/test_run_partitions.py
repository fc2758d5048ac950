"""Which partitions a run's tags name: as each way of starting a run leaves them, and where they contradict."""

from collections.abc import Iterator
from datetime import date

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.orchestration.partitions import deliveries_partitions, partition_key
from pipelines.orchestration.run_partitions import RunTagsError, keys_of_tags

VENDORS = ["zeta", "acme", "mid"]
PARTITIONS = deliveries_partitions(date(2026, 8, 1))
START, END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
ONE, DATE, VENDOR = "dagster/partition", "dagster/partition/delivery_date", "dagster/partition/vendor"


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        made.add_dynamic_partitions("vendor", VENDORS)
        yield made


def test_one_partition_as_the_asset_page_and_the_command_line_name_it(instance: dg.DagsterInstance) -> None:
    tags = {ONE: "2026-08-11|acme", DATE: "2026-08-11", VENDOR: "acme"}
    assert keys_of_tags(tags, PARTITIONS, instance) == ["2026-08-11|acme"]
    assert keys_of_tags({ONE: "2026-08-11|acme"}, PARTITIONS, instance) == ["2026-08-11|acme"]
    assert keys_of_tags({DATE: "2026-08-11", VENDOR: "acme"}, PARTITIONS, instance) == ["2026-08-11|acme"]


def test_a_range_is_its_days_and_vendors_in_the_order_of_registration(instance: dg.DagsterInstance) -> None:
    tags = {START: "2026-08-11|zeta", END: "2026-08-12|acme"}
    expected = ["2026-08-11|zeta", "2026-08-11|acme", "2026-08-12|zeta", "2026-08-12|acme"]
    assert keys_of_tags(tags, PARTITIONS, instance) == expected
    alone = {START: "2026-08-11|acme", END: "2026-08-11|acme", ONE: "2026-08-11|acme", VENDOR: "acme"}
    assert keys_of_tags(alone, PARTITIONS, instance) == ["2026-08-11|acme"]


def test_a_run_of_one_partition_carries_its_key_in_one_tag() -> None:
    """Else Dagster copies the dimensions' tags of a backfill's first partition beside the range of every run."""
    assert PARTITIONS.get_tags_for_partition_key("2026-08-11|acme") == {ONE: "2026-08-11|acme"}


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ({START: "2026-08-11|zeta", END: "2026-08-12|acme", VENDOR: "mid"}, f"{VENDOR}: mid contradicts"),
        (
            {START: "2026-08-11|zeta", END: "2026-08-12|zeta", DATE: "2026-08-11"},
            f"{DATE}: 2026-08-11 contradicts {END}",
        ),
        ({START: "2026-08-11|zeta", END: "2026-08-12|acme", ONE: "2026-08-11|zeta"}, f"{ONE}: .* contradicts"),
        ({START: "2026-08-11|zeta"}, f"{END}: missing"),
        ({END: "2026-08-11|zeta"}, f"{START}: missing"),
        ({ONE: "2026-08-11|acme", DATE: "2026-08-12"}, f"{DATE}: 2026-08-12 contradicts {ONE}"),
        ({VENDOR: "acme"}, "names no partition"),
        ({}, "names no partition"),
        ({ONE: "2026-08-11"}, "names no partition"),
        ({ONE: "2026-08-11|nobody"}, "no partition from"),
        ({ONE: "2026-07-31|acme"}, "no partition from"),
        ({ONE: "2199-01-01|acme"}, "no partition from"),
        ({ONE: "yesterday|acme"}, "no partition from"),
        ({START: "2026-08-11|acme", END: "2026-08-12|zeta"}, "order of registration"),
        ({START: "2026-08-12|acme", END: "2026-08-11|acme"}, "no partition from"),
    ],
)
def test_tags_that_contradict_or_name_no_partition_are_an_error_that_names_the_tag(
    instance: dg.DagsterInstance, tags: dict[str, str], told: str
) -> None:
    with pytest.raises(RunTagsError, match=told):
        keys_of_tags(tags, PARTITIONS, instance)


@given(st.data())
def test_a_range_is_each_of_its_days_for_each_of_its_vendors(instance: dg.DagsterInstance, data: st.DataObject) -> None:
    days = sorted(data.draw(st.lists(st.integers(1, 20), min_size=2, max_size=2)))
    places = sorted(data.draw(st.lists(st.integers(0, 2), min_size=2, max_size=2)))
    first, last = (partition_key(VENDORS[place], date(2026, 8, day)) for place, day in zip(places, days, strict=True))
    expected = {
        f"2026-08-{day:02}|{vendor}"
        for day in range(days[0], days[1] + 1)
        for vendor in VENDORS[places[0] : places[1] + 1]
    }
    found = keys_of_tags({START: str(first), END: str(last)}, PARTITIONS, instance)
    assert (len(found), set(found)) == (len(expected), expected)
