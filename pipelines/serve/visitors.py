"""Who asks: the name that a trusted proxy puts into a header. And whether a form was sent from our own page."""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from pipelines.settings import Settings
from pipelines.vocabulary.web_addresses import is_loopback

MOST_CHARACTERS: Final = 64


class StrangerError(PermissionError):
    """Who asks is not known, or what is sent does not come from our own page. `kind` names a sentence of the pages."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True)
class Doorkeeper:
    """Whom the house lets in, and how it knows its own forms."""

    user_header: str
    """Empty: nobody is known, and pages of the house are read on this machine alone."""
    proxies: tuple[IPv4Network | IPv6Network, ...]
    origin: str
    """The pages' own address: one that others reach is a proxy's, which would show the house to everybody."""
    secret: bytes
    """Of this process; forms that it made are known by it."""

    @classmethod
    def of(cls, settings: Settings, secret: bytes) -> "Doorkeeper":
        """As the settings say."""
        networks = tuple(ip_network(part.strip()) for part in settings.serve_proxies.split(","))
        return cls(settings.serve_user_header, networks, settings.serve_address, secret)

    def visitor(self, request: Request) -> str | None:
        """Who asks; None where the house knows nobody.

        Raises:
            StrangerError: no proxy of ours asks, or it does not say for whom.
        """
        if not self.user_header:
            if not is_loopback(urlsplit(self.origin).hostname or ""):
                raise StrangerError("no_header")
            return None
        if not self._is_proxy(request.client.host if request.client else ""):
            raise StrangerError("not_by_proxy")
        names = request.headers.getlist(self.user_header)
        name = _header_text(names[0]) if len(names) == 1 else ""
        if not name or len(name) > MOST_CHARACTERS:
            raise StrangerError("no_name")
        return name

    def form_token(self, who: str, path: str) -> str:
        """What a form of ours carries, for one person and one page."""
        return hmac.new(self.secret, f"{who}\n{path}".encode(), sha256).hexdigest()

    def confirm_form(self, request: Request, who: str, token: str) -> None:
        """Make sure that a form was made for this person by this process, and sent from our own page.

        Raises:
            StrangerError: it was not.
        """
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin", "").lower()
        is_ours = site == "same-origin" if site is not None else origin == self.origin
        expected = self.form_token(who, request.url.path)
        if not is_ours or not hmac.compare_digest(expected.encode(), token.encode()):
            raise StrangerError("foreign_form")

    def confirm_own_link(self, request: Request) -> None:
        """Make sure that no page of another site asks for what costs us seconds.

        Raises:
            StrangerError: one does.
        """
        if request.headers.get("sec-fetch-site") == "cross-site":
            raise StrangerError("foreign_link")

    def _is_proxy(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self.proxies)


def _header_text(value: str) -> str:
    """Headers come as Latin-1; names are written in UTF-8."""
    try:
        return " ".join(value.encode("latin-1").decode("utf-8").split())
    except UnicodeError:
        return ""
