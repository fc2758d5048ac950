"""Runs of the canary's market in a process of their own, with every log at its loudest.

The home is the one of the settings. First runs that fail, each at another place where personal values are at hand, with
the values in the error's words; then runs that succeed.
"""

import io
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import dagster as dg
from pyrage.x25519 import Identity

from pipelines.cli import app
from pipelines.definitions import build_defs
from pipelines.house import House
from pipelines.orchestration.instance import REFERENCE
from pipelines.orchestration.jobs import AS_OF_TAG
from pipelines.orchestration.partitions import VENDORS as PARTITION_VENDORS
from pipelines.orchestration.partitions import partition_key, range_tags
from pipelines.settings import load_settings
from tests.support.canary_market import AS_OF, DAYS, FIRST, LAST, VENDORS, address, number
from tests.support.instances import runs_created_at

RECIPIENT: Final = str(Identity.generate().to_public())
LOUD: Final = {"loggers": {"console": {"config": {"log_level": "DEBUG"}}}}
LOGS: Final = """
python_logs:
  managed_python_loggers: [root]
  python_log_level: DEBUG
"""
SAMPLES: Final = {f"leads_{number(12)}.csv": 0, "leads_headerless.csv": 2}
"""Files that a contract is drafted from, and how that ends."""
BROKEN: Final = (
    "pipelines.storage.secrets.vault.encrypt",
    "pipelines.intake.vendor.read_inbox_folder",
    "pipelines.intake.vendor.read_file",
    "pipelines.intake.acceptance.lead_attributes",
    "pipelines.intake.acceptance.without_identifiers",
    "pipelines.identifiers.keyed_hashes.IdentityHasher.keys",
)
"""Where personal values are at hand. The vault first: the house's own invented persons have none, and once they were
watched, the others break at what the vendor delivered."""


def broken(*arguments: Any, **named: Any) -> Any:
    """Fails as libraries do, with what they were given in their words, and in the words of what they were doing."""
    try:
        raise ValueError(f"expected 3 cells, found: {address('cause')};{FIRST} {LAST};{number(58, ' ')}")
    except ValueError as error:
        raise RuntimeError(f"{address('boom')} {number(59)} {FIRST}") from error


class Runs:
    """The home's jobs, run one after another in a persisted instance."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self._instance = instance
        self._definitions = build_defs(settings=load_settings())

    def run(self, job: str, **tags: str) -> bool:
        return self._run(job, {AS_OF_TAG: AS_OF.isoformat(), **tags})

    def retention(self) -> bool:
        with runs_created_at(AS_OF):
            return self._run("retention", {})

    def _run(self, job: str, tags: dict[str, str]) -> bool:
        definition = self._definitions.resolve_job_def(job)
        result = definition.execute_in_process(
            instance=self._instance, tags=tags, run_config=LOUD, raise_on_error=False
        )
        return result.success

    def deliveries(self, vendor: str) -> bool:
        tags = range_tags(partition_key(vendor, DAYS[0]), partition_key(vendor, DAYS[-1]))
        return self.run("deliveries", **tags)


@contextmanager
def instance(house: House) -> Iterator[dg.DagsterInstance]:
    folder = house.settings.dagster_home
    folder.mkdir(parents=True)
    (folder / "dagster.yaml").write_text(REFERENCE.read_text(encoding="utf-8") + LOGS, encoding="utf-8")
    with dg.DagsterInstance.from_config(str(folder)) as opened:
        opened.add_dynamic_partitions(str(PARTITION_VENDORS.name), list(VENDORS))
        yield opened


def check(name: str, is_as_expected: bool) -> None:
    if not is_as_expected:
        sys.exit(f"{name} did not end as expected")


def command(*arguments: str, status: int = 0) -> None:
    """A command of the program, in this process."""
    try:
        app(arguments)
    except SystemExit as ended:
        check(" ".join(arguments[:2]), ended.code == status)  # a sample's name may be a number


def deliveries(home: Path) -> None:
    """Imports, failing runs, good runs, and every command that says something of them."""
    for name, status in (("good", 0), ("bad", 1), ("headless", 2)):
        command("oppositions", "import", str(home / "delivered_oppositions" / f"{name}.csv"), status=status)
    with instance(House(load_settings())) as opened:
        runs = Runs(opened)
        check("registry", runs.run("registry"))
        for place in BROKEN:
            with patch(place, broken):
                check(place, not runs.deliveries(VENDORS[0]))
        for vendor in VENDORS:
            check(vendor, runs.deliveries(vendor))
        check("publish", runs.run("publish"))
    first, last = DAYS[0].isoformat(), DAYS[-1].isoformat()
    again = ("--vendor", VENDORS[1], "--as-of", AS_OF.isoformat(), "--anew")
    command("reconcile", "--from", first, "--to", last, *again)
    command("explain", VENDORS[0], "L-1", "--date", first)
    command("explain", VENDORS[0], "L-1", "--date", first, "--all")
    command("explain", VENDORS[0], "L-76", status=1)
    command("contracts", "lint")
    command("contracts", "drift")
    command("receipts", "list")
    command("export", "--channel", "email", "--recipient", RECIPIENT, "--purpose", "request 17")
    with patch("sys.stdin", io.StringIO(f"{number(12)}\n")):
        command("may-call", status=1)
    for name, status in SAMPLES.items():
        (sample,) = (home / "inbox").rglob(name)
        draft = home / "drafts" / f"{status}.yaml"
        command("contracts", "init", "kan-new", "--from", str(sample), "--out", str(draft), status=status)


def sealing(home: Path) -> None:
    """The job that seals what was taken in: once with a failure, once without."""
    with dg.DagsterInstance.from_config(str(home / "dagster")) as opened:
        runs = Runs(opened)
        with patch("pipelines.storage.secrets.seals.encrypt_stream", broken):
            check("a broken seal", not runs.retention())
        check("retention", runs.retention())


if __name__ == "__main__":
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    {"deliveries": deliveries, "sealing": sealing}[sys.argv[1]](load_settings().home)
