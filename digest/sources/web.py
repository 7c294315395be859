"""Sources on the web: asked politely, with time-outs and limits, and only where one says so.

What was fetched is kept with its ETag and Last-Modified, so that a source that has not changed
is not sent again; a source that fails gives what it gave last, and counts as dead only after
several failures in a row. A source has a limit of time in all, whatever it is waited for.
"""

import ipaddress
import queue
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from digest.errors import InputError
from digest.sources.cache import Cache, Notes

AGENT = "digest (+a daily reader; asks once a run)"
MOST_BYTES = 10_000_000
"""A larger answer is cut off and counts as a failure."""

DEAD_AFTER = 3
"""So many failures in a row are worth a word."""

_PART_TIMEOUT = (10, 30)
_AT_ONCE = 4
_MOST_REDIRECTS = 10
_DONE = frozenset({200, 203})
_MOVED = frozenset({301, 302, 303, 307, 308})
_NOT_MODIFIED = 304

Resolve = Callable[[str], Iterable[str]]
"""The addresses of a host, as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came of a source: its bytes, empty where there are none, and the failure if any.

    `failures` is how many there were in a row.
    """

    data: bytes
    failure: str = ""
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """The body and its marks, no body where it has not changed; or why there is none."""

    data: bytes | None = None
    etag: str = ""
    modified: str = ""
    failure: str = ""


def is_web(location: str) -> bool:
    """Whether a source is on the web."""
    return location.lower().startswith(("http://", "https://"))


def public_address(location: str) -> str:
    """A location without the name and password in it, as it may be shown and kept.

    Also one whose scheme is mistyped, or none that is read.
    """
    shown = re.sub(r"^(\s*[A-Za-z][\w+.-]*:/{0,2})[^/?#]*@", r"\1", location)
    # A password with a slash or the like is not what the standard asks for, and all the same one;
    # digits after the colon are a port.
    return re.sub(r"^(\s*\w+://)[^/?#@\s]*:(?!\d*(?:[/?#]|$))\S*@", r"\1", shown)


def resolve_host(host: str) -> list[str]:
    """The addresses of a host, from the system."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, None)]


def fetch_all(
    limits: Mapping[str, float], cache: Cache, *, resolve: Resolve = resolve_host
) -> dict[str, Fetched]:
    """Fetch all of these addresses, a few at once; each may take so many seconds."""
    named = frozenset(host for each in limits if (host := _host(each)))
    notes = {location: cache.read(location) for location in limits}
    answers: queue.Queue[tuple[str, _Answer]] = queue.Queue()
    waiting = list(limits)
    deadlines: dict[str, float] = {}
    results: dict[str, Fetched] = {}
    while waiting or deadlines:
        while waiting and len(deadlines) < _AT_ONCE:
            location = waiting.pop(0)
            deadlines[location] = time.monotonic() + limits[location]
            ask = _Asking(location, notes[location], named, resolve, deadlines[location])
            # A thread of its own, left to itself when its time is up: no time-out reaches the
            # resolving of names, and some answers never end.
            threading.Thread(target=ask.into, args=(answers,), daemon=True).start()
        patience = max(0.0, min(deadlines.values()) - time.monotonic())
        try:
            location, answer = answers.get(timeout=patience)
        except queue.Empty:
            location = min(deadlines, key=deadlines.__getitem__)
            answer = _Answer(failure=f"it took longer than {limits[location]:g} seconds")
        if deadlines.pop(location, None) is not None:
            results[location] = _settle(location, answer, notes[location], cache)
    return results


def dead(location: str, fetched: Fetched) -> InputError | None:
    """The failure to report: none for a source that gives something and may recover."""
    if fetched.failure and (not fetched.data or fetched.failures >= DEAD_AFTER):
        times = f" {fetched.failures} times in a row" if fetched.failures > 1 else ""
        return InputError(public_address(location), f"cannot be fetched{times}: {fetched.failure}")
    return None


def _settle(location: str, answer: _Answer, notes: Notes, cache: Cache) -> Fetched:
    """What an answer is worth, noted in the cache."""
    if answer.failure:
        notes = replace(notes, failures=notes.failures + 1)
    elif answer.data is None:
        notes = replace(notes, failures=0)
    else:
        notes = Notes(body=answer.data, etag=answer.etag, modified=answer.modified)
        cache.keep(location, answer.data)
    cache.note(location, notes)
    return Fetched(data=notes.body, failure=answer.failure, failures=notes.failures)


@dataclass(frozen=True, slots=True)
class _Asking:
    """One source, asked until there is an answer, a failure or no time left."""

    location: str
    notes: Notes
    named: frozenset[str]
    resolve: Resolve
    deadline: float

    def into(self, answers: "queue.Queue[tuple[str, _Answer]]") -> None:
        """Put the answer into a queue; whatever a library raises is about this source alone."""
        try:
            answer = self._ask()
        except InputError as error:
            answer = _Answer(failure=error.reason)
        except Exception as error:  # noqa: BLE001 - see above
            answer = _Answer(failure=f"the address or the answer is not sound ({_name(error)})")
        answers.put((self.location, answer))

    def _ask(self) -> _Answer:
        import requests  # noqa: PLC0415 - only the web needs it

        class Session(requests.Session):
            """One that leaves redirects to us: where they lead is looked at first."""

            def get_redirect_target(self, resp: requests.Response) -> None:
                del resp

        parts = urlsplit(self.location)
        address = public_address(self.location)
        with Session() as session:
            for _ in range(_MOST_REDIRECTS):
                try:
                    with session.get(
                        address,
                        headers=self._headers(),
                        auth=_Credentials.of(parts) if _same_site(address, parts) else _nobody,
                        stream=True,
                        timeout=_PART_TIMEOUT,
                    ) as response:
                        self._check_peer(address, response)
                        if response.status_code not in _MOVED:
                            return self._read(response)
                        address = self._follow(address, response.headers.get("Location", ""))
                except requests.Timeout as error:
                    raise self._failure("the server does not answer in time") from error
                except requests.RequestException as error:
                    raise self._failure(f"the connection failed ({_name(error)})") from error
        raise self._failure("it redirects for ever")

    def _headers(self) -> dict[str, str]:
        headers = {"User-Agent": AGENT}
        if self.notes.body and self.notes.etag:
            headers["If-None-Match"] = self.notes.etag
        if self.notes.body and self.notes.modified:
            headers["If-Modified-Since"] = self.notes.modified
        return headers

    def _read(self, response: Any) -> _Answer:
        """The body, within limits. Raises `InputError` for what is no answer."""
        code = response.status_code
        if code == _NOT_MODIFIED and self.notes.body:
            return _Answer()
        if code not in _DONE:
            raise self._failure(f"the server answered {code} {response.reason or ''}".rstrip())
        data = bytearray()
        for chunk in response.iter_content(1 << 16):
            data += chunk
            if len(data) > MOST_BYTES:
                raise self._failure(f"it is larger than {MOST_BYTES // 1_000_000} MB")
            if time.monotonic() > self.deadline:
                raise self._failure("it took too long")
        if not data.strip():
            raise self._failure("the answer is empty")
        return _Answer(
            data=bytes(data),
            etag=response.headers.get("ETag", ""),
            modified=response.headers.get("Last-Modified", ""),
        )

    def _follow(self, address: str, target: str) -> str:
        """Where a redirect leads. Raises `InputError` where that is nowhere to go."""
        if not target:
            raise self._failure("it redirects without saying where")
        # Headers are Latin-1 to the library, and mostly UTF-8 to those who write them.
        where = urljoin(address, target.encode("latin-1").decode("utf-8", "replace"))
        host = _host(where)
        # Libraries do not agree on where the host ends in an address with such signs.
        odd = re.search(r"[\\\s\x00-\x20]|//[^/?#]*@", where)
        if not is_web(where) or not host or odd:
            raise self._failure(
                f"it redirects to {public_address(where):.80}, which is no web address"
            )
        if self._is_guarded(host, address) and not _is_public(host, self.resolve):
            raise self._failure(f"it redirects to {host}, which is not a public address")
        return where

    def _is_guarded(self, host: str, address: str) -> bool:
        """Whether a host may only be reached where it is public: a public one leads to it."""
        return host not in self.named and _is_public(_host(address), self.resolve)

    def _check_peer(self, address: str, response: Any) -> None:
        """Look at where the connection really goes: names can mean something else a moment later.

        A proxy is asked in our place, and knows itself whom it may ask.
        """
        host = _host(address)
        sock = getattr(getattr(response.raw, "_connection", None), "sock", None)
        if host in self.named or sock is None or self._has_proxy(address):
            return
        peer = sock.getpeername()[0]
        if _is_public(_host(self.location), self.resolve) and not _is_public(peer, _itself):
            raise self._failure(f"it redirects to {host}, which is not a public address")

    def _has_proxy(self, address: str) -> bool:
        from requests.utils import get_environ_proxies, select_proxy  # noqa: PLC0415 - as requests

        return bool(select_proxy(address, get_environ_proxies(address)))

    def _failure(self, reason: str) -> InputError:
        return InputError(public_address(self.location), reason)


def _is_public(host: str, resolve: Resolve) -> bool:
    """Whether all addresses of a host are such that anybody can reach."""
    try:
        found = [ipaddress.ip_address(address.partition("%")[0]) for address in resolve(host)]
    except (OSError, ValueError):
        return False  # nobody knows what it will be
    return bool(found) and all(_is_global(address) for address in found)


def _itself(address: str) -> list[str]:
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


def _host(location: str) -> str:
    try:
        return (urlsplit(location).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _same_site(address: str, parts: SplitResult) -> bool:
    there = urlsplit(address)
    return (there.scheme, there.hostname, there.port) == (
        parts.scheme.lower(),
        parts.hostname,
        parts.port,
    )


def _name(error: Exception) -> str:
    return type(error).__name__


def _nobody(request: Any) -> Any:
    """No name and no password: without this, requests looks them up in ~/.netrc."""
    return request


class _Credentials:
    """The name and password of an address, for the site that it names alone."""

    def __init__(self, user: str, password: str) -> None:
        self._pair = user, password

    @classmethod
    def of(cls, parts: SplitResult) -> Callable[[Any], Any]:
        if not parts.username:
            return _nobody
        return cls(unquote(parts.username), unquote(parts.password or ""))

    def __call__(self, request: Any) -> Any:
        from requests.auth import HTTPBasicAuth  # noqa: PLC0415 - only the web needs it

        return HTTPBasicAuth(*(part.encode() for part in self._pair))(request)
