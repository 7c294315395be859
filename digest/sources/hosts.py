"""Addresses: joined, their hosts, and whether anybody can reach those."""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from urllib.parse import urljoin, urlsplit

Resolve = Callable[[str], Iterable[str]]
"""The addresses of a host, as text."""


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
        inside = address.ipv4_mapped or address.sixtofour
        if not inside and any(address in network for network in _EMBEDDING):
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside:
            return _is_global(inside)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast


_EMBEDDING = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))
"""What has an IPv4 address in its last four bytes: NAT64 (RFC 6052), the old compatible form."""
