"""`opposable serve`: the small web app, on this machine. What it shows is in `serve`."""

import secrets
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.control_file import control_page
from pipelines.commands.shared import house_of_settings, refuse
from pipelines.vocabulary.web_addresses import is_loopback

if TYPE_CHECKING:
    import uvicorn

    from pipelines.house import House
    from pipelines.serve.app import Served


def _utc_now() -> datetime:
    return datetime.now(UTC)


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; another than this machine's needs a proxy.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8600,
) -> None:
    """Serve dossiers, decisions, dates, the control file and questionnaires to browsers, until interrupted.

    Without OPPOSABLE_SERVE_USER_HEADER pages are read on this machine alone, and nobody decides there (docs/deploy.md).
    Exit status: 2 a wrong argument or setting.
    """
    from pipelines.serve.app import Served

    house = house_of_settings()
    if not house.settings.serve_user_header and not is_loopback(host):
        refuse("--host: without OPPOSABLE_SERVE_USER_HEADER expected an address of this machine, such as 127.0.0.1")
    listening, served = _listening_socket(host, port), Served(host, port)
    typer.echo(served.address)
    web_server(house, served).run(sockets=[listening])


def web_server(house: "House", served: "Served", now: Callable[[], datetime] = _utc_now) -> "uvicorn.Server":
    """The server of a house's pages, not started yet; `now`: the instant (aware)."""
    import uvicorn

    from pipelines.serve.app import web_app

    app = web_app(
        house,
        served,
        now=now,
        secret=secrets.token_bytes(32),
        control_file=lambda house, first, last, lang, at: control_page(house, first, last, lang, as_of=at),
    )
    config = uvicorn.Config(
        app,
        host=served.host,
        port=served.port,
        proxy_headers=False,  # who asks is the peer: no header says another
        server_header=False,
        access_log=False,  # a link's token would stand in it
        log_level="warning",
        lifespan="off",
        ws="none",
        limit_concurrency=200,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=32_768,
    )
    return uvicorn.Server(config)


def _listening_socket(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        refuse(f"--host, --port: {host}:{port} can't be listened on: {error.strerror}; name another port")
