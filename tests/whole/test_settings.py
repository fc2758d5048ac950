"""Settings: read once, places below the home, errors that name the variable."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from pipelines.formats.limits import Limits
from pipelines.settings import SettingsError, load_settings
from pipelines.vocabulary.reasons import Reason
from pipelines.wording.reasons import published

MIB = 2**20


def test_places_lie_below_the_home_unless_given(tmp_path: Path) -> None:
    settings = load_settings({"OPPOSABLE_HOME": str(tmp_path), "OPPOSABLE_LAKE": str(tmp_path / "elsewhere")})
    assert settings.inbox == tmp_path / "inbox"
    assert settings.lake == tmp_path / "elsewhere"
    assert settings.database_url == f"sqlite:///{tmp_path / 'registry.db'}"


@pytest.mark.fault(
    area="runs",
    fault="A setting is misspelt or out of range",
    promise="The program says which, before any work, instead of taking its default.",
)
@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("OPPOSABLE_LAKEE", "x", "OPPOSABLE_LAKEE; did you mean OPPOSABLE_LAKE?"),
        ("OPPOSABLE_FIRST_DAY", "tomorrow", "OPPOSABLE_FIRST_DAY"),
        ("OPPOSABLE_THREADS", "0", "OPPOSABLE_THREADS"),
        ("OPPOSABLE_ENGINE", "abacus", "OPPOSABLE_ENGINE"),
        ("OPPOSABLE_MAX_ROWS", "0", "OPPOSABLE_MAX_ROWS"),
        ("OPPOSABLE_MEMORY_LIMIT", "600MiB", "OPPOSABLE_MEMORY_LIMIT: .*less than 640MiB"),
        ("OPPOSABLE_MEMORY_LIMIT", "much", "OPPOSABLE_MEMORY_LIMIT"),
        ("OPPOSABLE_SERVE_ADDRESS", "leads.example.org", "OPPOSABLE_SERVE_ADDRESS"),
        ("OPPOSABLE_SERVE_PROXIES", "everywhere", "OPPOSABLE_SERVE_PROXIES"),
    ],
)
def test_a_wrong_setting_is_named(variable: str, value: str, expected: str) -> None:
    with pytest.raises(SettingsError, match=expected.replace("?", r"\?")):
        load_settings({variable: value})


@pytest.mark.fault(
    area="folders",
    fault="A place of ours is set below the inbox or outbox",
    promise="Refused before any work.",
)
@pytest.mark.parametrize("place", ["inbox", "outbox"])
def test_what_is_ours_lies_nowhere_that_a_vendor_can_write(tmp_path: Path, place: str) -> None:
    variables = {"OPPOSABLE_HOME": str(tmp_path), "OPPOSABLE_STATE": str(tmp_path / place / "state")}
    with pytest.raises(SettingsError, match=f"^OPPOSABLE_STATE: .*OPPOSABLE_{place.upper()}"):
        load_settings(variables)


def test_an_intake_holds_no_more_than_four_blocks_however_many_threads_the_engine_has() -> None:
    assert load_settings({"OPPOSABLE_THREADS": "32"}).intake_threads == 4
    assert load_settings({"OPPOSABLE_THREADS": "3"}).intake_threads == 3
    assert 1 <= load_settings({}).intake_threads <= 4


def test_variables_of_others_are_left_alone() -> None:
    assert load_settings({"PATH": "/bin"}).engine == "duckdb"


def test_every_limit_of_a_delivered_file_is_a_setting_that_its_refusal_names() -> None:
    """But that of rejected rows: nothing is refused for it."""
    assert load_settings({}).limits == Limits()
    assert load_settings({"OPPOSABLE_MAX_READ_BYTES": f"{2**27}"}).limits == Limits(read_bytes=2**27)
    assert published(Reason("memory_exceeded")).endswith("(OPPOSABLE_MAX_READ_BYTES)")
    for place, bound in enumerate((bound for bound in fields(Limits) if bound.name != "read_bytes"), start=5):
        setting = f"OPPOSABLE_MAX_{bound.name.upper()}"
        limits = load_settings({setting: str(place)}).limits
        assert limits == replace(Limits(), **{bound.name: place})
        if bound.name == "rejected_rows":
            continue
        words = published(limits.refusal(bound.name).cause)  # type: ignore[arg-type]
        assert f" {place} " in words
        assert words.endswith(f"({setting})")


def test_a_limit_of_memory_is_shared_out_and_refuses_no_file() -> None:
    narrow = load_settings({"OPPOSABLE_MEMORY_LIMIT": "1GiB", "OPPOSABLE_THREADS": "4"})
    shares = narrow.memory_shares
    assert shares is not None
    assert (shares.engine_bytes, shares.run_bytes) == (512 * MIB, 48 * MIB)
    assert narrow.limits == Limits()
    assert narrow.intake_threads == 1
    wide = load_settings({"OPPOSABLE_MEMORY_LIMIT": "100GB", "OPPOSABLE_THREADS": "4"})
    assert wide.intake_threads == 4
    assert load_settings({}).memory_shares is None
