"""Web addresses as browsers send them, and whether one is of this machine alone."""

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

_PORTS: Final = {"http": 80, "https": 443}


def web_address(text: str) -> str:
    """`https://host[:port]` as browsers write it in Origin and, without the scheme, in Host (RFC 6454, 6.2).

    In lower case, without a path and without the port that goes without saying; an IPv6 address short, in brackets.

    Raises:
        ValueError: it names no host, or no port that can be.
    """
    address = urlsplit(text.lower())
    if not address.hostname:
        raise ValueError("expected a host after ://, an IPv6 address in brackets")
    port = "" if address.port in (None, _PORTS.get(address.scheme)) else f":{address.port}"
    return f"{address.scheme}://{_host_written(address.hostname)}{port}"


def is_loopback(host: str) -> bool:
    """Whether a host, without brackets, is this machine as seen by itself."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _host_written(host: str) -> str:
    return f"[{ip_address(host)}]" if ":" in host else host
