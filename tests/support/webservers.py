"""A real Dagster webserver and daemon on a house, on 127.0.0.1, and what its users ask of it by GraphQL."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.house import House
from pipelines.orchestration.instance import REFERENCE
from tests.support.paths import ROOT

LOCATION = """
from pipelines.definitions import build_defs
from pipelines.settings import load_settings
defs = build_defs(settings=load_settings({{"OPPOSABLE_HOME": {home!r}}}), has_marts=False)
"""
START_SECONDS, RUN_SECONDS = 240, 400
ENDED = ("SUCCESS", "FAILURE", "CANCELED")
REPOSITORY = {"repositoryName": "__repository__", "repositoryLocationName": "location.py"}
TAGS_OF_RUNS = """
query Runs($filter: RunsFilter!) { runsOrError(filter: $filter) { ... on Runs { results {
  runId status tags { key value } } } } }
"""


@dataclass(frozen=True)
class Webserver:
    """The UI's own API, and the command line beside it."""

    home: Path
    address: str

    @property
    def location(self) -> Path:
        return self.home / "location.py"

    def ask(self, query: str, **variables: Any) -> Any:
        """The answer to a query of one field."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.address}/graphql", body, headers)
        with urllib.request.urlopen(request, timeout=60) as response:
            said = json.load(response)
        assert "errors" not in said, said["errors"]
        (answer,) = said["data"].values()
        return answer

    def runs(self, **wanted: Any) -> list[dict[str, Any]]:
        return list(self.ask(TAGS_OF_RUNS, filter=wanted)["results"])

    def ended(self, count: int = 1, **wanted: Any) -> list[dict[str, Any]]:
        """So many runs, once they have ended."""
        deadline = time.monotonic() + RUN_SECONDS
        while time.monotonic() < deadline:
            found = self.runs(**wanted)
            if len(found) >= count and all(run["status"] in ENDED for run in found):
                return found
            time.sleep(0.5)
        raise AssertionError(f"{count} runs of {wanted} did not end: {self.runs(**wanted)}")

    def until(self, is_so: Callable[[], object]) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + RUN_SECONDS
        while not is_so():
            assert time.monotonic() < deadline
            time.sleep(0.5)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Dagster's own command line on this house's instance."""
        command = [sys.executable, "-m", "dagster", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=environment(self.home), capture_output=True, text=True, check=False
        )


def tags_of(run: Mapping[str, Any]) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in run["tags"]}


@contextmanager
def webserver(house: House) -> Iterator[Webserver]:
    """Webserver, daemon and code server, as `dagster dev` starts them; ended with all that they started."""
    home = house.settings.home
    house.settings.dagster_home.mkdir(parents=True, exist_ok=True)
    (house.settings.dagster_home / "dagster.yaml").write_text(REFERENCE.read_text(encoding="utf-8"), encoding="utf-8")
    served = Webserver(home, f"http://127.0.0.1:{free_port()}")
    served.location.write_text(LOCATION.format(home=str(home)), encoding="utf-8")
    log = home / "webserver.log"
    process = _started(served, ["-f", str(served.location), "-h", "127.0.0.1"], log)
    try:
        _answering(served, process, log)
        yield served
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPPOSABLE_")}
    return {**kept, "OPPOSABLE_HOME": str(home), "DAGSTER_HOME": str(home / "dagster"), "PYTHONPATH": str(ROOT)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _started(served: Webserver, arguments: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    port = served.address.rpartition(":")[2]
    command = [sys.executable, "-m", "dagster", "dev", *arguments, "-p", port]
    with log.open("wb") as output:
        return subprocess.Popen(
            command, cwd=ROOT, env=environment(served.home), stdout=output, stderr=output, start_new_session=True
        )


def _answering(served: Webserver, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if served.ask("{ version }"):
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(log.read_text(encoding="utf-8", errors="replace")[-3000:])
