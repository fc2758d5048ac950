"""The Dagster UI on a throw-away copy of a home, and Chromium before it. What is looked at there belongs to callers."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipelines.settings import PREFIX

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT: Final = Path(__file__).parents[2]
CHROMIUM: Final = Path("/usr/bin/chromium")
QUIET: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_SECONDS: Final = 120


class UiError(RuntimeError):
    """The UI did not start."""


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """The address of a UI with its daemon, on a copy of the home: nothing that is done there reaches the home.

    Raises:
        UiError: it ended, or did not answer within START_SECONDS.
    """
    with tempfile.TemporaryDirectory(prefix="ui-") as scratch:  # a short path: sockets are put below it
        shutil.copytree(home, Path(scratch, "home"))
        address = f"http://127.0.0.1:{_free_port()}"
        log = Path(scratch, "log")
        server = _start(Path(scratch), address.rpartition(":")[2], log)
        try:
            _wait(server, address, log)
            yield address
        finally:
            os.killpg(server.pid, signal.SIGKILL)  # its daemon, code server and runs too; the copy goes with them
            server.wait()


@contextmanager
def chromium() -> Iterator["Browser"]:
    """A headless Chromium that asks nothing of the network by itself."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(scratch: Path, port: str, log: Path) -> subprocess.Popen[bytes]:
    """`opposable dev` as a newcomer starts it, in a process group of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    places = {"OPPOSABLE_HOME": str(scratch / "home"), "TMPDIR": str(scratch)}
    command = [sys.executable, "-m", "pipelines.cli", "dev", "--port", port]
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603 - our own interpreter, our own arguments
            command, cwd=ROOT, env=kept | places, stdout=output, stderr=output, start_new_session=True
        )


def _wait(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/server_info", timeout=5):  # noqa: S310 - an address of our own
                return
        except OSError:
            time.sleep(0.2)
    last_lines = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])
    raise UiError(f"the Dagster UI did not answer at {address}; its last words:\n{last_lines}")
