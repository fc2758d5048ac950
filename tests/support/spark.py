"""A real Spark server for tests: Spark Connect in a Java machine of its own, on loopback, gone at the end.

It comes from `.venv-spark`, which `make spark` fills: `pyspark` is the server and a client at once, and would overwrite
the thin client beside it. What it is told costs less here: no code is generated for a handful of rows.
"""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

from tests.support.paths import ROOT

START_SECONDS: Final = 240
CONFIGURATION: Final = {
    "spark.connect.grpc.binding.address": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.log.level": "ERROR",
    "spark.buffer.pageSize": "128k",
    "spark.default.parallelism": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "2",
}
JAVA: Final = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"


@pytest.fixture(scope="session")
def spark_remote() -> str:
    """The address of a running server, started once."""
    homes = sorted((ROOT / ".venv-spark").glob("lib/python3*/site-packages/pyspark"))
    if not homes:
        reason = "no Spark server is installed: make spark"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return _start_server(homes[0])


def _start_server(home: Path) -> str:
    port = _free_port()
    folder = Path(tempfile.mkdtemp(prefix="opposable-spark-"))
    configuration = {
        **CONFIGURATION,
        "spark.connect.grpc.binding.port": str(port),
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }
    options = [part for name, value in configuration.items() for part in ("--conf", f"{name}={value}")]
    server = subprocess.Popen(
        [str(home / "bin" / "spark-submit"), "--class", "org.apache.spark.sql.connect.service.SparkConnectServer",
         "--master", "local[2]", "--driver-memory", "1g", "--driver-java-options", JAVA, *options],
        env={**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"},
        cwd=folder, start_new_session=True, stdout=subprocess.DEVNULL, stderr=(folder / "log").open("wb"),
    )  # fmt: skip
    atexit.register(_stop, server, folder)
    _await(server, port, folder / "log")
    return f"sc://127.0.0.1:{port}"


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _await(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.2)
    pytest.fail(f"the Spark server does not answer:\n{log.read_text(encoding='utf-8', errors='replace')[-4000:]}")


def _stop(server: subprocess.Popen[bytes], folder: Path) -> None:
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    shutil.rmtree(folder, ignore_errors=True)
