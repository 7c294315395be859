"""One address asked: within limits, through redirects that lead to where they may lead."""

import queue
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from digest import __version__
from digest.errors import InputError
from digest.sources.cache import Notes
from digest.sources.connecting import RefusedError, open_session
from digest.sources.header_values import charset_of, seconds_of
from digest.sources.hosts import Resolve, host_of, is_public, is_web, itself, public_address

NAME = "digest"
"""By what `robots.txt` knows the program."""
AGENT = f"{NAME}/{__version__} (reads news for one reader; obeys robots.txt)"
MOST_BYTES = 10_000_000
"""A larger answer is cut off and counts as a failure."""

_PART_TIMEOUT = (10, 30)
_MOST_REDIRECTS = 10
_DONE = frozenset({200, 203})
_MOVED = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
_NOT_MODIFIED = 304
_TOO_MANY = 429
_BUSY = frozenset({_TOO_MANY, 503})
_IS_GONE = 410
_USUAL_WAIT = 3600.0
"""Seconds: what a server that was asked too often gets without saying how long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The notes on what came, none where nothing has changed; or why there is nothing.

    `moved` is where a source is for good, `is_gone` that it will not come back, `wait` how many
    seconds it wants to be left alone, `code` its status, 0 where there was none. `leads` is where a
    redirect leads that was not followed; `late` says that it took too long.
    """

    notes: Notes | None = None
    failure: str = ""
    at_once: bool = False
    moved: str = ""
    is_gone: bool = False
    wait: float = 0
    code: int = 0
    leads: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Asking:
    """One address, asked until there is an answer, a failure or no time left.

    `name` is how it is named, `location` the address. What it leads to has to be public where it
    is so itself, and where it is `guarded` it has to be public itself; but for hosts that somebody
    `named`. `most` is how many bytes are read; what is longer is a failure, or `cut` off. With
    `hops` off a redirect is not followed.
    """

    name: str
    location: str
    notes: Notes
    named: frozenset[str]
    resolve: Resolve
    deadline: float
    guarded: bool = False
    most: int = MOST_BYTES
    cut: bool = False
    hops: bool = True

    def into(self, answers: queue.Queue[tuple[str, Answer]]) -> None:
        """Put the answer into a queue; whatever a library raises is about this source alone."""
        try:
            answer = self._ask()
        except InputError as error:
            answer = Answer(failure=error.reason)
        except Exception as error:  # noqa: BLE001 - see above
            answer = Answer(failure=f"the address or the answer is not sound ({_name(error)})")
        answers.put((self.name, answer))

    def _ask(self) -> Answer:
        import requests  # noqa: PLC0415 - only the web needs it

        parts = urlsplit(self.location)
        address = public_address(self.location)
        moved = ""
        for_good = True
        self._check(address)
        with open_session(self._may_connect) as session:
            for _ in range(_MOST_REDIRECTS):
                try:
                    with session.get(
                        address,
                        headers=self._headers(),
                        auth=_Credentials.of(parts) if _same_site(address, parts) else _nobody,
                        stream=True,
                        timeout=_PART_TIMEOUT,
                    ) as response:
                        if response.status_code not in _MOVED:
                            return replace(self._read(address, response), moved=moved)
                        for_good = for_good and response.status_code in _FOR_GOOD
                        address = self._follow(address, response.headers.get("Location", ""))
                        if not self.hops:
                            return Answer(leads=address, code=response.status_code)
                        moved = requests.utils.requote_uri(address) if for_good else moved
                except RefusedError as error:
                    raise self._not_public(error.host) from error
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

    def _read(self, address: str, response: Any) -> Answer:
        """The body, within limits. Raises `InputError` for what is no answer."""
        code = response.status_code
        if code == _NOT_MODIFIED and self.notes.body:
            return Answer(code=code)
        if code not in _DONE:
            wait = response.headers.get("Retry-After", "") if code in _BUSY else ""
            return Answer(
                failure=f"the server answered {code} {response.reason or ''}".rstrip(),
                code=code,
                is_gone=code == _IS_GONE,
                wait=seconds_of(wait, _USUAL_WAIT if code == _TOO_MANY else 0.0),
            )
        data = bytearray()
        for chunk in response.iter_content(1 << 16):
            data += chunk
            if len(data) > self.most and self.cut:
                del data[self.most :]
                break
            if len(data) > self.most:
                raise self._failure(f"it is larger than {self.most // 1_000_000} MB")
            if time.monotonic() > self.deadline:
                raise self._failure("it took too long")
        if not data.strip():
            return Answer(failure="the answer is empty", at_once=True, code=code)
        notes = Notes(
            body=bytes(data),
            etag=response.headers.get("ETag", ""),
            modified=response.headers.get("Last-Modified", ""),
            charset=charset_of(response.headers.get("Content-Type", "")),
            address=address,
        )
        return Answer(notes=notes, code=code)

    def _follow(self, address: str, target: str) -> str:
        """Where a redirect leads. Raises `InputError` where that is nowhere to go."""
        if not target:
            raise self._failure("it redirects without saying where")
        # Headers are Latin-1 to the library, and mostly UTF-8 to those who write them.
        where = urljoin(address, target.encode("latin-1").decode("utf-8", "replace"))
        host = host_of(where)
        # Libraries do not agree on where the host ends in an address with such signs.
        odd = re.search(r"[\\\s\x00-\x20]|//[^/?#]*@", where)
        if not is_web(where) or not host or odd:
            raise self._failure(
                f"it redirects to {public_address(where):.80}, which is no web address"
            )
        self._check(where, address)
        return where

    def _check(self, where: str, before: str = "") -> None:
        """Raise `InputError` for an address that is not public where it has to be.

        A proxy looks names up itself.
        """
        host = host_of(where)
        if host in self.named or not (self.guarded or (before and self._is_public(before))):
            return
        is_unknown = self._has_proxy(where) and not _is_known(host, self.resolve)
        if not is_unknown and not is_public(host, self.resolve):
            raise self._not_public(host)

    def _not_public(self, host: str) -> InputError:
        leads = "it leads" if self.guarded else "it redirects"
        return self._failure(f"{leads} to {host}, which is not a public address")

    def _is_public(self, address: str) -> bool:
        return is_public(host_of(address), self.resolve)

    def _may_connect(self, host: str, address: str) -> bool:
        """Whether a host may be reached at an address: what is public leads to what is public."""
        is_guarded = self.guarded or self._is_public(self.location)
        return host in self.named or not is_guarded or is_public(address, itself)

    def _has_proxy(self, address: str) -> bool:
        from requests.utils import get_environ_proxies, select_proxy  # noqa: PLC0415 - as requests

        return bool(select_proxy(address, get_environ_proxies(address)))

    def _failure(self, reason: str) -> InputError:
        return InputError(public_address(self.location), reason)


def _is_known(host: str, resolve: Resolve) -> bool:
    """Whether anything here knows what a host is."""
    try:
        return bool(list(resolve(host)))
    except OSError:
        return False


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
