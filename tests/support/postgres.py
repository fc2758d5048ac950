"""A real PostgreSQL server for tests: a temporary cluster, reached through its socket, gone at the end.

Tests that need it are skipped where no server is installed, and fail instead where `CI=true`.
"""

import atexit
import functools
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest

USER = "registry"
FAST = "-c fsync=off -c full_page_writes=off"


@pytest.fixture(scope="session")
def postgres_server() -> Path:
    """Socket folder of a running server, started once."""
    binaries = installed_binaries()
    if binaries is None:
        reason = "no PostgreSQL server (initdb) is installed"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return started_server(binaries, FAST)


@pytest.fixture
def postgres_url(postgres_server: Path) -> str:
    """URL of an empty database: what the test before left there, its connections included, is gone."""
    with psycopg.connect(host=str(postgres_server), user=USER, dbname="postgres", autocommit=True) as server:
        others = "SELECT pid FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()"
        server.execute(f"SELECT pg_terminate_backend(pid) FROM ({others}) AS other")
        server.execute("DROP SCHEMA public CASCADE")
        server.execute("CREATE SCHEMA public")
    return url_of(postgres_server)


def url_of(server: Path) -> str:
    """URL of the one database of a server, by its socket folder."""
    return f"postgresql+psycopg://{USER}@/postgres?host={server}"


@pytest.fixture(params=["sqlite", "postgresql"])
def registry_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty registry, of either database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'registry.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


def installed_binaries() -> Path | None:
    """Folder of the newest server's programs; None: none is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else found[-1].parent if found else None


@functools.cache
def started_server(binaries: Path, options: str) -> Path:
    """Socket folder of a server of this process, which no other machine reaches."""
    folder = Path(tempfile.mkdtemp(prefix="opposable-"))
    owner = _server_user()
    if owner:
        shutil.chown(folder, owner)
    data = str(folder / "data")
    _run(
        owner, binaries / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"
    )
    stop = functools.partial(_run, owner, binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    reached = f"-c listen_addresses='' -c unix_socket_directories={folder}"
    _run(owner, binaries / "pg_ctl", "-D", data, "-o", f"{options} {reached}", "-l", str(folder / "log"), "-w", "start")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(stop)  # runs first
    return folder


def _server_user() -> str | None:
    """Whom the server runs as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _run(owner: str | None, program: Path, *arguments: str) -> None:
    prefix = ["runuser", "-u", owner, "--"] if owner else []
    done = subprocess.run([*prefix, str(program), *arguments], capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        raise RuntimeError(f"{program.name}: {done.stderr}")
