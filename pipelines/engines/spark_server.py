"""How a Spark server is reached: its address, the client, a session with the configuration that statements rely on."""

import logging
import socket
import warnings
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from pipelines.engines.interface import EngineSettingError
from pipelines.engines.main_module import name_main_module

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession

SETTING: Final = "OPPOSABLE_SPARK_REMOTE"
OLDEST: Final = (4, 2)
"""The oldest server that was compared with the embedded engine."""
_PORT: Final = 15002
_SECONDS_TO_ANSWER: Final = 10
_CONFIGURATION: Final = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
}
"""What our statements rely on, whatever the server was started with."""


def connected(remote: str) -> "SparkSession":
    """A new session of the server at an address, `sc://host:port`; whoever asks stops it.

    Raises:
        EngineSettingError: no address, no client, no answer, or a server that is too old. Names the setting, the host
            and the port; an address may hold a token, which is never shown.
    """
    _make_sure_of_answer(remote)
    session = _client().builder.remote(remote).create()
    if tuple(int(part) for part in session.version.split(".")[:2]) < OLDEST:
        version = session.version
        session.stop()
        raise EngineSettingError(
            f"{SETTING}: the server is Spark {version}; expected {'.'.join(map(str, OLDEST))} or later, with which "
            "the statements were compared. Name another server, or set OPPOSABLE_ENGINE=duckdb"
        )
    for name, value in _CONFIGURATION.items():
        session.conf.set(name, value)
    return session


def _client() -> Any:
    """Spark's client, without its habit of writing what rows hold into the log."""
    logging.getLogger("SQLQueryContextLogger").disabled = True
    name_main_module()
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)
    try:
        from pyspark.sql.connect.session import SparkSession
    except ImportError as error:
        raise EngineSettingError(
            f"OPPOSABLE_ENGINE: spark needs its client, and {error.name} is not installed; expected the extra: "
            "pip install 'opposable[spark]'"
        ) from None
    return SparkSession


def _make_sure_of_answer(remote: str) -> None:
    """The client asks for ten minutes before it says that nobody answers."""
    if not remote:
        raise EngineSettingError(f"{SETTING} is not set; expected the server's address, such as sc://localhost:{_PORT}")
    host, port = _host_and_port(remote)
    try:
        socket.create_connection((host, port), timeout=_SECONDS_TO_ANSWER).close()
    except OSError:
        raise EngineSettingError(
            f"{SETTING}: no server answers at {host}:{port}; start it, or mend the address: docs/engines.md, Spark"
        ) from None


def _host_and_port(remote: str) -> tuple[str, int]:
    try:
        address = urlsplit(remote)
        if address.scheme == "sc" and address.hostname:
            return address.hostname, address.port or _PORT
    except ValueError:
        pass
    raise EngineSettingError(f"{SETTING} is no address of a server; expected sc://host:port")
