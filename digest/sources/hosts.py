"""Addresses of sources: what they mean, how they are shown, and whether anybody can reach them."""

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from urllib.parse import urljoin, urlsplit, urlunsplit

Resolve = Callable[[str], Iterable[str]]
"""The addresses of a host, as text."""


_FEED_SCHEME = re.compile(r"feed(s?):(?=https?://|//)", re.IGNORECASE)


def is_web(location: str) -> bool:
    """Whether a source is on the web."""
    return web_address(location).lower().startswith(("http://", "https://"))


def web_address(location: str) -> str:
    """The address to ask: `feed://x` and `feed:https://x`, which browsers hand on, as they mean."""
    found = _FEED_SCHEME.match(location)
    if not found:
        return location
    rest = location[found.end() :]
    return f"http{found[1]}:{rest}" if rest.startswith("//") else rest


def public_address(location: str) -> str:
    """A location without the name and password in it, as it may be shown and kept.

    Also one whose scheme is mistyped, or none that is read.
    """
    shown = re.sub(r"^(\s*(?:feeds?:)?[A-Za-z][\w+.-]*:/{0,2})[^/?#]*@", r"\1", location)
    # A password with a slash or the like is not what the standard asks for, and all the same one;
    # digits after the colon are a port.
    return re.sub(r"^(\s*(?:feeds?:)?\w+://)[^/?#@\s]*:(?!\d*(?:[/?#]|$))\S*@", r"\1", shown)


def plain_address(location: str) -> str:
    """An address without name and password, in the one form that all ways to write it have."""
    address = public_address(web_address(location.strip()))
    try:
        parts = urlsplit(address)
        scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
        if parts.port is not None and parts.port != _PORTS.get(scheme):
            host = f"{host}:{parts.port}"
    except ValueError:
        return address
    return urlunsplit((scheme, host, parts.path or "/", parts.query, ""))


_PORTS = {"http": 80, "https": 443}


def resolve_host(host: str) -> list[str]:
    """The addresses of a host, from the system."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, None)]


def join_address(base: str, address: str) -> str:
    """An address as it is meant where `base` is; nothing where it cannot be one."""
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return ""


def host_of(location: str) -> str:
    """The name of the host in an address, empty where there is none."""
    try:
        return (urlsplit(location).hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_public(host: str, resolve: Resolve) -> bool:
    """Whether all addresses of a host are such that anybody can reach."""
    try:
        found = [ipaddress.ip_address(address.partition("%")[0]) for address in resolve(host)]
    except (OSError, ValueError):
        return False  # nobody knows what it will be
    return bool(found) and all(_is_global(address) for address in found)


def itself(address: str) -> list[str]:
    """Resolves what is an address already."""
    return [address]


def _is_global(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if any(address in network for network in _NOBODYS):
            return False
        inside = address.ipv4_mapped or address.sixtofour
        if not inside and any(address in network for network in _EMBEDDING):
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside:
            return _is_global(inside)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast


_EMBEDDING = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96")))
"""What has an IPv4 address in its last four bytes: NAT64 (RFC 6052), the old compatible form, and
that of stateless translation (RFC 7915)."""
_NOBODYS = tuple(
    map(ipaddress.IPv6Network, ("64:ff9b:1::/48", "3fff::/20", "5f00::/16", "100::/64"))
)
"""Local NAT64 (RFC 8215), documentation, segment routing, and what is thrown away."""
