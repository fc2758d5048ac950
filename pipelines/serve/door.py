"""Before every page: which host is asked for, how large and of which kind a body is, and what the browser is told."""

import asyncio
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY_BYTES: Final = 128 * 1024
"""A questionnaire answered at the greatest length, in letters that take nine signs each, is larger; no vendor is."""
MOST_FIELDS: Final = 200
BODY_SECONDS: Final = 15
FORM: Final = "application/x-www-form-urlencoded"
POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


class Door:
    """Lets in requests for our own host, with a small form or none; `form` of the request's state holds its fields."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self.app = app
        self.hosts = hosts
        """In lower case, with their ports: another name may be a page that had a name of its own lead here."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is None and scope["method"] == "POST":
            body = await _body(receive)
            form = _form_fields(body) if body is not None else None
            refusal = None if form is not None else (413, "the form is too large, or came too slowly")
            scope.setdefault("state", {})["form"] = form
        answer = PlainTextResponse(refusal[1], refusal[0]) if refusal else self.app
        await answer(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        if headers.get("host", "").lower() not in self.hosts:
            return 421, "this is not the address of these pages; see OPPOSABLE_SERVE_ADDRESS"
        if scope["method"] == "POST":
            if headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
                return 415, f"expected {FORM}"
            length = headers.get("content-length", "0")
            if not length.isdecimal() or int(length[:12]) > MOST_BODY_BYTES:
                return 413, "the form is too large"
        return None


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None where it is too large or does not come in time."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                body += message.get("body", b"")
                if message["type"] != "http.request" or len(body) > MOST_BODY_BYTES:
                    return None
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        return None


def _form_fields(body: bytes) -> dict[str, str] | None:
    """The fields, of each name the last; None for too many."""
    try:
        text = body.decode("utf-8")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="replace"))
    except ValueError:
        return None


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
