"""A vendor's market on two machines that share a store and a registry: same bytes, whoever judges."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.commands.runs import Runs
from pipelines.commands.store import app
from pipelines.house import House
from pipelines.vocabulary.clock import paris_date
from tests.support.exemple import deliver, sign
from tests.support.houses import house_at, lake_bytes, reconcile
from tests.support.object_stores import store_of

NOW = datetime.now(UTC)
DAY = paris_date(NOW) - timedelta(days=1)


@pytest.fixture
def machines(tmp_path: Path, store_url: str) -> tuple[House, House]:
    """Two homes with the same keys, contracts and registry; nothing else is shared but the store."""
    shared = {
        "OPPOSABLE_STORE": store_url,
        "OPPOSABLE_KEYS": str(tmp_path / "keys"),
        "OPPOSABLE_CONTRACTS": str(tmp_path / "contracts"),
        "OPPOSABLE_DATABASE_URL": f"sqlite:///{tmp_path / 'registry.db'}",
    }
    sign(tmp_path, "acme")
    houses = tuple(house_at(tmp_path / name, **shared) for name in ("a", "b"))
    for house in houses:
        store_of(house)
    return houses[0], houses[1]


def upload(house: House, folder: Path) -> None:
    assert house.store is not None
    for path in folder.iterdir():
        house.store.bucket.put(f"inbox/acme/{DAY}/{path.name}", path.read_bytes())


def test_what_one_machine_judged_lies_on_the_other_in_the_same_bytes(
    machines: tuple[House, House], tmp_path: Path
) -> None:
    a, b = machines
    upload(a, deliver(tmp_path / "vendor", "acme", DAY))
    a.catch_up()
    reconcile(a, ["acme"], [DAY], NOW)
    assert a.store is not None
    a.share()
    assert [one.key for one in a.store.bucket.listed("inbox/")] == []
    receipts = {one.key.rpartition("/")[2] for one in a.store.bucket.listed(f"outbox/acme/{DAY}/")}
    assert receipts == {"receipt.csv", "receipt.json", "reasons.csv", "summary.en.txt", "summary.fr.txt"}

    b.catch_up()
    judged = lake_bytes(a.lake)
    assert lake_bytes(b.lake) == judged
    assert b.lake.published_days("acme", "scorecards") == [DAY]
    reconcile(b, ["acme"], [DAY], NOW)
    assert lake_bytes(b.lake) == judged
    assert b.retention.run(b.contracts(), as_of=NOW, now=NOW).sealed_count == 1
    a.catch_up()
    assert [path.name for path in a.inbox.folder("acme", DAY).iterdir()] == ["leads_1.csv.age"]
    reconcile(a, ["acme"], [DAY], NOW, is_anew=True)
    assert lake_bytes(a.lake) == judged


def test_a_run_brings_what_was_uploaded_and_publishes_what_it_made(
    machines: tuple[House, House], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = machines
    upload(a, deliver(tmp_path / "vendor", "acme", DAY))
    with Runs(a.settings) as runs:
        runs.register(["acme"])
        assert runs.deliveries("acme", DAY, DAY, NOW)
    b.catch_up()
    assert lake_bytes(b.lake) == lake_bytes(a.lake)
    assert b.lake.published_days("acme", "scorecards") == [DAY]
    assert sorted(path.name for path in b.settings.law.iterdir()) == sorted(
        path.name for path in a.settings.law.iterdir()
    )


def test_the_commands_say_what_lies_there(
    machines: tuple[House, House], monkeypatch: pytest.MonkeyPatch, store_url: str
) -> None:
    a, b = machines
    assert a.store is not None
    for name in ("home", "keys", "contracts", "database_url", "store"):
        monkeypatch.setenv(f"OPPOSABLE_{name.upper()}", str(getattr(a.settings, name)))
    receipt = a.outbox.folder("acme", DAY) / "receipt.csv"
    receipt.parent.mkdir(parents=True)
    receipt.write_bytes(b"1")
    a.store.bucket.put("inbox/acme/.purged.json", b"{}")
    assert told("push") == (0, "published: acme\n")
    code, text = told("status")
    assert (code, "acme" in text, "inbox/acme/.purged.json: no folder can hold" in text) == (1, True, True)
    assert told("verify") == (0, "every object of the store is what was put there\n")
    assert told("clean", "--older-than", "0")[0] == 0
    monkeypatch.setenv("OPPOSABLE_HOME", str(b.settings.home))
    assert told("pull") == (0, "brought: acme\nuploads taken over: nothing\n")
    monkeypatch.setenv("OPPOSABLE_STORE", "")
    assert told("pull")[0] == 2


def told(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output
