"""Sources on the web: asked politely, with time-outs and limits, and only where one says so.

What was fetched is kept, once it could be read, with its ETag and Last-Modified, so that a source
that has not changed is not sent again; a source that fails gives what it gave last, and counts as
dead only after several failures in a row. A source has a limit of time in all, whatever it is
waited for.
"""

import queue
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from digest.counting import counted
from digest.errors import InputError
from digest.progress import Progress, unseen
from digest.sources.asking import MOST_BYTES, Answer, Asking
from digest.sources.cache import Cache, Notes
from digest.sources.hosts import Resolve, host_of, public_address, resolve_host, web_address

DEAD_AFTER = 3
"""So many failures in a row are worth a word."""

_AT_ONCE = 4
_GONE = "gone"
_LONGEST_WAIT = 86400.0
"""Seconds that a server may want to be left alone, at most."""


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


def fetch_all(
    limits: Mapping[str, float],
    cache: Cache,
    *,
    resolve: Resolve = resolve_host,
    progress: Progress = unseen,
) -> dict[str, Fetched]:
    """Fetch all of these addresses, a few at once; each may take so many seconds."""
    named = frozenset(host for each in limits if (host := host_of(web_address(each))))
    notes = {location: cache.read(location) for location in limits}
    answers: queue.Queue[tuple[str, Answer]] = queue.Queue()
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
            ask = Asking(
                location,
                web_address(location),
                notes[location],
                named,
                resolve,
                deadlines[location],
                most=MOST_BYTES,
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
            answer = Answer(failure=f"it took longer than {counted(limits[location], 'second')}")
        if deadlines.pop(location, None) is not None:
            results[location] = _settle(location, answer, notes[location], cache)
            progress(len(results), len(limits), public_address(location))
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


def _settle(location: str, answer: Answer, notes: Notes, cache: Cache) -> Fetched:
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
