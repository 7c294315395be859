"""Sources on the web: asked politely, with time-outs and limits, and only where one says so.

What was fetched is kept, once it could be read, with its ETag and Last-Modified, so that a source
that has not changed is not sent again; a source that fails gives what it gave last, and counts as
dead only after several failures in a row. A source has a limit of time in all, whatever it is
waited for.
"""

import queue
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from digest.errors import InputError
from digest.sources.cache import Cache, Notes
from digest.sources.header_values import charset_of, seconds_of
from digest.sources.hosts import Resolve, host_of, is_public, itself, resolve_host

AGENT = "digest (+a daily reader; asks once a run)"
MOST_BYTES = 10_000_000
"""A larger answer is cut off and counts as a failure."""

DEAD_AFTER = 3
"""So many failures in a row are worth a word."""

_FEED_SCHEME = re.compile(r"feed(s?):(?=https?://|//)", re.IGNORECASE)
_PART_TIMEOUT = (10, 30)
_AT_ONCE = 4
_MOST_REDIRECTS = 10
_DONE = frozenset({200, 203})
_MOVED = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
_NOT_MODIFIED = 304
_TOO_MANY = 429
_BUSY = frozenset({_TOO_MANY, 503})
_IS_GONE = 410
_GONE = "gone"
_USUAL_WAIT = 3600.0
_LONGEST_WAIT = 86400.0
"""Seconds: what a server that was asked too often gets without saying how long, and at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came of a source: its bytes with notes on them, and the failure if any.

    Where the bytes are new, `earlier` is what was kept of it before, else they are that.
    `failures` is how many there were in a row; one is told `at_once` where something came that is
    no answer. `advice` is what should be changed about the source, told once.
    """

    notes: Notes
    failure: str = ""
    failures: int = 0
    earlier: Notes | None = None
    at_once: bool = False
    advice: str = ""

    @property
    def data(self) -> bytes:
        """The bytes, none where there are none."""
        return self.notes.body


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """The notes on what came, none where nothing has changed; or why there is nothing.

    `moved` is where a source is for good, `is_gone` that it will not come back, `wait` how many
    seconds it wants to be left alone.
    """

    notes: Notes | None = None
    failure: str = ""
    at_once: bool = False
    moved: str = ""
    is_gone: bool = False
    wait: float = 0


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


def fetch_all(
    limits: Mapping[str, float], cache: Cache, *, resolve: Resolve = resolve_host
) -> dict[str, Fetched]:
    """Fetch all of these addresses, a few at once; each may take so many seconds."""
    named = frozenset(host for each in limits if (host := host_of(web_address(each))))
    notes = {location: cache.read(location) for location in limits}
    answers: queue.Queue[tuple[str, _Answer]] = queue.Queue()
    waiting = list(limits)
    deadlines: dict[str, float] = {}
    results: dict[str, Fetched] = {}
    while waiting or deadlines:
        while waiting and len(deadlines) < _AT_ONCE:
            location = waiting.pop(0)
            if 0 < notes[location].wait_until - time.time() <= _LONGEST_WAIT:
                results[location] = _left_alone(notes[location])
                continue
            deadlines[location] = time.monotonic() + limits[location]
            ask = _Asking(
                location,
                web_address(location),
                notes[location],
                named,
                resolve,
                deadlines[location],
            )
            # A thread of its own, left to itself when its time is up: no time-out reaches the
            # resolving of names, and some answers never end.
            threading.Thread(target=ask.into, args=(answers,), daemon=True).start()
        if not deadlines:
            break
        patience = max(0.0, min(deadlines.values()) - time.monotonic())
        try:
            location, answer = answers.get(timeout=patience)
        except queue.Empty:
            location = min(deadlines, key=deadlines.__getitem__)
            answer = _Answer(failure=f"it took longer than {limits[location]:g} seconds")
        if deadlines.pop(location, None) is not None:
            results[location] = _settle(location, answer, notes[location], cache)
    return results


def _left_alone(notes: Notes) -> Fetched:
    """What a source gave last, while it wants to be asked later."""
    until = datetime.fromtimestamp(notes.wait_until).astimezone()
    failure = "" if notes.body else f"the server wants to be asked again after {until:%H:%M}"
    return Fetched(notes=notes, failure=failure)


def dead(location: str, fetched: Fetched) -> InputError | None:
    """The failure to report: none for a source that gives something and may recover."""
    reported = not fetched.data or fetched.at_once or fetched.failures >= DEAD_AFTER
    if fetched.failure and reported:
        times = f" {fetched.failures} times in a row" if fetched.failures > 1 else ""
        return InputError(public_address(location), f"cannot be fetched{times}: {fetched.failure}")
    return None


def accept(location: str, fetched: Fetched, cache: Cache, *, kind: str) -> None:
    """Keep what was fetched, since it could be read, as this kind of source."""
    cache.keep(location, fetched.data)
    cache.note(location, replace(fetched.notes, kind=kind))


def reject(location: str, fetched: Fetched, cache: Cache) -> None:
    """Note that what was fetched was no answer; what was kept before stays.

    What could not be read though it was kept is asked for again, whether it has changed or not.
    """
    notes = fetched.earlier or replace(fetched.notes, etag="", modified="")
    cache.note(location, replace(notes, failures=notes.failures + 1))


def _settle(location: str, answer: _Answer, notes: Notes, cache: Cache) -> Fetched:
    """What an answer is worth; failures, and that nothing changed, are noted in the cache."""
    public, advice = public_address(location), ""
    if answer.failure:
        if answer.is_gone and notes.advised != _GONE:
            advice = f"{public} is gone for good, says its server: remove it from your sources."
            notes = replace(notes, advised=_GONE)
        wait_until = time.time() + min(answer.wait, _LONGEST_WAIT) if answer.wait else 0.0
        notes = replace(notes, failures=notes.failures + 1, wait_until=wait_until)
        cache.note(location, notes)
        return Fetched(
            failure=answer.failure,
            # That it is gone was said, and will not change.
            failures=min(notes.failures, DEAD_AFTER - 1) if answer.is_gone else notes.failures,
            notes=notes,
            at_once=answer.at_once,
            advice=advice,
        )
    earlier, notes = notes, answer.notes or replace(notes, failures=0, wait_until=0.0)
    notes = replace(notes, advised="" if earlier.advised == _GONE else earlier.advised)
    if answer.moved and answer.moved != earlier.advised:
        advice = f"{public} has moved for good to {answer.moved}: change the source."
        notes = replace(notes, advised=answer.moved)
    if answer.notes:
        return Fetched(notes=notes, earlier=earlier, advice=advice)
    cache.note(location, notes)
    return Fetched(notes=notes, advice=advice)


@dataclass(frozen=True, slots=True)
class _Asking:
    """One source, asked until there is an answer, a failure or no time left.

    `name` is how the source is named, `location` its address.
    """

    name: str
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
        answers.put((self.name, answer))

    def _ask(self) -> _Answer:
        import requests  # noqa: PLC0415 - only the web needs it

        class Session(requests.Session):
            """One that leaves redirects to us: where they lead is looked at first."""

            def get_redirect_target(self, resp: requests.Response) -> None:
                del resp

        parts = urlsplit(self.location)
        address = public_address(self.location)
        moved = ""
        for_good = True
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
                            return replace(self._read(address, response), moved=moved)
                        for_good = for_good and response.status_code in _FOR_GOOD
                        address = self._follow(address, response.headers.get("Location", ""))
                        moved = requests.utils.requote_uri(address) if for_good else moved
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

    def _read(self, address: str, response: Any) -> _Answer:
        """The body, within limits. Raises `InputError` for what is no answer."""
        code = response.status_code
        if code == _NOT_MODIFIED and self.notes.body:
            return _Answer()
        if code not in _DONE:
            wait = response.headers.get("Retry-After", "") if code in _BUSY else ""
            return _Answer(
                failure=f"the server answered {code} {response.reason or ''}".rstrip(),
                is_gone=code == _IS_GONE,
                wait=seconds_of(wait, _USUAL_WAIT if code == _TOO_MANY else 0.0),
            )
        data = bytearray()
        for chunk in response.iter_content(1 << 16):
            data += chunk
            if len(data) > MOST_BYTES:
                raise self._failure(f"it is larger than {MOST_BYTES // 1_000_000} MB")
            if time.monotonic() > self.deadline:
                raise self._failure("it took too long")
        if not data.strip():
            return _Answer(failure="the answer is empty", at_once=True)
        notes = Notes(
            body=bytes(data),
            etag=response.headers.get("ETag", ""),
            modified=response.headers.get("Last-Modified", ""),
            charset=charset_of(response.headers.get("Content-Type", "")),
            address=address,
        )
        return _Answer(notes=notes)

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
        if self._is_guarded(host, address) and not is_public(host, self.resolve):
            raise self._failure(f"it redirects to {host}, which is not a public address")
        return where

    def _is_guarded(self, host: str, address: str) -> bool:
        """Whether a host may only be reached where it is public: a public one leads to it."""
        return host not in self.named and is_public(host_of(address), self.resolve)

    def _check_peer(self, address: str, response: Any) -> None:
        """Look at where the connection really goes: names can mean something else a moment later.

        A proxy is asked in our place, and knows itself whom it may ask.
        """
        host = host_of(address)
        sock = getattr(getattr(response.raw, "_connection", None), "sock", None)
        if host in self.named or sock is None or self._has_proxy(address):
            return
        peer = sock.getpeername()[0]
        if is_public(host_of(self.location), self.resolve) and not is_public(peer, itself):
            raise self._failure(f"it redirects to {host}, which is not a public address")

    def _has_proxy(self, address: str) -> bool:
        from requests.utils import get_environ_proxies, select_proxy  # noqa: PLC0415 - as requests

        return bool(select_proxy(address, get_environ_proxies(address)))

    def _failure(self, reason: str) -> InputError:
        return InputError(public_address(self.location), reason)


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
