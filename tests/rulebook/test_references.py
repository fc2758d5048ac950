"""A vendor's reference is one, however it is written; two references stay two."""

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.rulebook.references import reference_key, with_reference_keys

UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
REFERENCES = st.text("abABfz019-_{}/:. é", max_size=20) | st.from_regex(
    r"\A(https?://[A-Za-z]{1,9}\.fr)?[A-Za-z0-9/-]{0,14}/?\Z"
)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as session:
        yield session


def key(connection: duckdb.DuckDBPyConnection, reference: str | None) -> str | None:
    found = connection.execute(f"select {reference_key('x')} from (select cast(? as varchar) as x)", [reference])
    (value,) = found.fetchone() or (None,)
    return value


@pytest.mark.parametrize(
    "spellings",
    [
        [UUID, UUID.upper(), UUID.replace("-", ""), f"{{{UUID}}}", f"urn:uuid:{UUID}", f"URN:UUID:{UUID.upper()}"],
        ["C-12ab", "c-12AB", "C-12AB", "{C-12ab}", "C-12ab/"],
        ["Consent-2026-0001", "CONSENT-2026-0001", "consent-2026-0001"],
        ["https://X.fr/proof/12/", "http://x.fr/proof/12", "HTTPS://x.FR/Proof/12", "x.fr/proof/12"],
        ["https://Proofs.fr/aB3dE9xQ1z", "http://proofs.FR/aB3dE9xQ1z/"],
        ["DEADBEEF01", "deadbeef01", "DeadBeef01"],
    ],
)
def test_one_reference_in_many_spellings(connection: duckdb.DuckDBPyConnection, spellings: list[str]) -> None:
    assert len({key(connection, each) for each in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("C-12", "C12"),  # hyphens count but in a UUID
        ("C-1-2", "C-12"),
        ("003A000001AbCdEIAV", "003A000001aBcDeIAV"),  # as Salesforce writes its own
        ("aB3dE9xQ1z", "ab3de9xq1z"),
        ("https://x.fr/a/1", "https://x.fr/a/2"),
        ("https://x.fr/a", "https://y.fr/a"),
        ("x/y", "xy"),
        (UUID, UUID[:-1] + "f"),
        ("é-1", "e-1"),
    ],
)
def test_different_references_stay_different(connection: duckdb.DuckDBPyConnection, one: str, other: str) -> None:
    assert key(connection, one) != key(connection, other)


def test_nothing_stays_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    assert key(connection, None) is None


@settings(max_examples=150, deadline=None)
@given(REFERENCES)
def test_a_key_is_its_own_key(connection: duckdb.DuckDBPyConnection, reference: str) -> None:
    once = key(connection, reference)
    assert key(connection, once) == once


@settings(max_examples=100, deadline=None)
@given(st.uuids(), st.sampled_from(["", "urn:uuid:", "{"]), st.booleans(), st.booleans())
def test_a_uuid_is_one_however_it_is_written(
    connection: duckdb.DuckDBPyConnection, value: object, head: str, is_upper: bool, is_bare: bool
) -> None:
    text = str(value).replace("-", "") if is_bare else str(value)
    written = f"{head}{text}{'}' if head == '{' else ''}"
    assert key(connection, written.upper() if is_upper else written) == str(value).replace("-", "")


def test_a_statement_asks_for_the_key_of_a_column() -> None:
    assert (
        with_reference_keys("select reference_key(lead.lead_id) as k") == f"select {reference_key('lead.lead_id')} as k"
    )
