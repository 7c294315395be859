"""Sources as documents: files, folders, patterns, standard input, feeds and pages.

One source that cannot be read is a failure in the result; it never stops the others.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path

from digest.article import Document
from digest.config import SOURCE_SECONDS
from digest.errors import InputError
from digest.plaintext import readable
from digest.progress import Progress, unseen
from digest.regular import open_regular
from digest.sources.agency import parse_agency
from digest.sources.cache import Notes
from digest.sources.decoding import decode
from digest.sources.feed import parse_feed
from digest.sources.finding import MOST_BYTES, find_files
from digest.sources.hosts import is_web, public_address
from digest.sources.kinds import Kind, recognise
from digest.sources.mail import parse_mail, parse_mailbox
from digest.sources.mailboxes import is_mbox, list_maildir, read_message, split_mbox
from digest.sources.page import parse_page
from digest.sources.spec import STANDARD_INPUT, SourceSpec, finished
from digest.sources.versions import newest
from digest.sources.web import Fetched, dead
from digest.sources.wire import parse_wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What all sources of a run share.

    Relative times count back from `as_of`, else from the time a file was last changed, else
    from `now`; all in `zone`. `stdin` reads so many bytes of standard input at most; `fetch`
    fetches addresses, each within so many seconds, of which there are `timeout` by default.
    `accept` is told what could be read of what was fetched anew, and as what, `reject` what could
    not; `progress` how many sources are read.
    """

    as_of: datetime | None
    now: datetime
    zone: tzinfo
    stdin: Callable[[int], bytes]
    fetch: Callable[[Mapping[str, float]], Mapping[str, Fetched]]
    accept: Callable[[str, Fetched, str], None]
    reject: Callable[[str, Fetched], None]
    timeout: float = SOURCE_SECONDS
    progress: Progress = unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What was read: the documents, and one error for each source or item that could not be.

    `specs` are what was asked for, `advice` what should be changed about them, a sentence each.
    """

    documents: tuple[Document, ...]
    failures: tuple[InputError, ...]
    specs: tuple[SourceSpec, ...] = ()
    advice: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """The bytes of a source, when they were last changed, and what HTTP said of them.

    `before` is what the source was read as before these bytes came, if that is known.
    """

    data: bytes
    changed: datetime
    charset: str = ""
    address: str = ""
    before: str = ""


_Read = Callable[[], Document | None]


def read_sources(specs: Iterable[SourceSpec], reading: Reading) -> Readings:
    """Read and parse all sources, in their order."""
    specs = tuple(specs)
    fetched = reading.fetch(
        {spec.location: spec.timeout or reading.timeout for spec in specs if is_web(spec.location)}
    )
    documents: list[Document] = []
    failures: list[InputError] = []
    accepted: dict[str, bool] = {}
    jobs: list[tuple[str, _Read]] = []
    for spec in specs:
        try:
            jobs += _jobs(spec, reading, fetched, failures, accepted)
        except InputError as error:
            failures.append(error)
    for done, (name, read) in enumerate(jobs):
        reading.progress(done, len(jobs), name)
        try:
            if document := read():
                documents.append(document)
        except InputError as error:
            failures.append(error)
    reading.progress(len(jobs), len(jobs), "")
    for location in (each for each, good in accepted.items() if not good):
        reading.reject(location, fetched[location])
    return Readings(
        documents=newest(documents, failures),
        failures=tuple(failures),
        specs=specs,
        advice=tuple(
            answer.advice
            for location, answer in fetched.items()
            if answer.advice and accepted.get(location, True)
        ),
    )


def _read_answer(
    answer: Fetched,
    spec: SourceSpec,
    reading: Reading,
    failures: list[InputError],
    accepted: dict[str, bool],
) -> Document | None:
    """What a source on the web gave; where that is no news, what it gave before.

    `accepted` notes whether it could be read, by one of those who ask for it.
    """
    if failure := dead(spec.location, answer):
        failures.append(failure)
    name = spec.name or public_address(spec.location)
    for notes in filter(None, (answer.notes, answer.earlier)):
        if not notes.body:
            continue
        is_new = notes is answer.notes and answer.earlier is not None
        loaded = _Loaded(
            data=notes.body,
            changed=reading.now,
            charset=notes.charset,
            address=notes.address or public_address(spec.location),
            before=_kind_of(answer.earlier) if is_new and answer.earlier else "",
        )
        try:
            document, kind = _parse(name, loaded, spec, reading, failures)
            if is_new:
                reading.accept(spec.location, answer, kind)
                accepted[spec.location] = True
        except InputError as error:
            failures.append(error)
            if notes is answer.notes:
                accepted.setdefault(spec.location, False)
        else:
            return document
    return None


def _kind_of(notes: Notes) -> str:
    """What a source was read as; an older cache did not note it."""
    if notes.kind or not notes.body:
        return notes.kind
    try:
        return recognise(notes.body, source="", charset=notes.charset)
    except InputError:
        return ""


_SHOWN = {
    Kind.WIRE: "a text",
    Kind.PAGE: "a web page",
    Kind.FEED: "a feed",
    Kind.MAIL: "mail",
    Kind.AGENCY: "a message of an agency",
}
_SPOILED = {(Kind.FEED, Kind.PAGE), (Kind.FEED, Kind.WIRE), (Kind.PAGE, Kind.WIRE)}


def _jobs(
    spec: SourceSpec,
    reading: Reading,
    fetched: Mapping[str, Fetched],
    failures: list[InputError],
    accepted: dict[str, bool],
) -> Iterator[tuple[str, _Read]]:
    """What reads each thing that a source has, with its name.

    Raises `InputError` where it has nothing.
    """
    if is_web(spec.location):
        answer = fetched[spec.location]
        name = spec.name or public_address(spec.location)
        yield name, partial(_read_answer, answer, spec, reading, failures, accepted)
    elif spec.location == STANDARD_INPUT:
        name = spec.name or "standard input"
        loaded = _Loaded(data=_read_stdin(reading), changed=reading.now)
        yield name, lambda: _parse(name, loaded, spec, reading, failures)[0]
    else:
        for file in find_files(spec.location, failures):
            yield file.name, partial(_read_file, file, spec, reading, failures)


def _read_file(
    file: Path, spec: SourceSpec, reading: Reading, failures: list[InputError]
) -> Document:
    """A file, or a mailbox as the stream of messages that it is."""
    name = spec.name or readable(str(file))
    try:
        if file.is_dir():
            messages = (partial(read_message, each) for each in list_maildir(file))
            return _parse_mailbox(name, messages, spec, reading, failures)
        with open_regular(file) as opened:
            if spec.kind in (Kind.AUTO, Kind.MAIL) and is_mbox(opened.peek(_PEEK)):
                return _parse_mailbox(name, _as_read(split_mbox(opened)), spec, reading, failures)
    except OSError as error:
        raise InputError(name, f"cannot be read ({error.strerror})") from error
    return _parse(name, _load(file, reading), spec, reading, failures)[0]


_PEEK = 1000


def _as_read(messages: Iterable[bytes]) -> Iterator[Callable[[], bytes]]:
    return (partial(bytes, message) for message in messages)


def _parse_mailbox(
    name: str,
    messages: Iterable[Callable[[], bytes]],
    spec: SourceSpec,
    reading: Reading,
    failures: list[InputError],
) -> Document:
    document = parse_mailbox(
        messages,
        source=name,
        as_of=reading.as_of or reading.now,
        zone=reading.zone,
        problems=failures,
    )
    return finished(document, spec, Kind.MAIL)


def _read_stdin(reading: Reading) -> bytes:
    data = reading.stdin(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise InputError("standard input", f"is larger than {MOST_BYTES // 1_000_000} MB")
    return data


def is_file_of(path: Path, spec: SourceSpec) -> bool:
    """Whether a path leads to a file of a source, standard input too."""
    try:
        if is_web(spec.location) or not path.is_file():
            return False
        if spec.location == STANDARD_INPUT:
            return os.path.samestat(os.fstat(0), path.stat())
        return any(path.samefile(file) for file in find_files(spec.location, []))
    except (InputError, OSError):
        return False


def _load(file: Path, reading: Reading) -> _Loaded:
    """What a regular file has, and when it was last changed."""
    name = readable(str(file))
    try:
        with open_regular(file) as opened:
            found = os.fstat(opened.fileno())
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(name, f"cannot be read ({error.strerror})") from error
    if len(data) > MOST_BYTES:
        raise InputError(name, f"is larger than {MOST_BYTES // 1_000_000} MB")
    if reading.as_of:
        return _Loaded(data=data, changed=reading.as_of)
    try:
        changed = datetime.fromtimestamp(found.st_mtime, tz=reading.zone)
    except (ValueError, OverflowError, OSError) as error:
        raise InputError(
            name, "was last changed at a time that no calendar has", hint="Give --as-of."
        ) from error
    return _Loaded(data=data, changed=changed)


def _parse(
    name: str, loaded: _Loaded, spec: SourceSpec, reading: Reading, failures: list[InputError]
) -> tuple[Document, Kind]:
    """A source as a document, and what it was; whatever a parser raises is about it alone.

    What is wrong with one of its items goes to `failures`.
    """
    try:
        return _parse_as(name, loaded, spec, reading, failures)
    except InputError:
        raise
    except Exception as error:
        raise InputError(name, f"cannot be understood ({type(error).__name__})") from error


def _parse_as(
    name: str, loaded: _Loaded, spec: SourceSpec, reading: Reading, failures: list[InputError]
) -> tuple[Document, Kind]:
    as_of = reading.as_of or loaded.changed
    kind = spec.kind
    if kind is Kind.AUTO:
        kind = recognise(loaded.data, source=name, charset=loaded.charset)
        if (loaded.before, kind) in _SPOILED:  # what sites give for an error
            there = _SHOWN[Kind(loaded.before)]
            raise InputError(name, f"is {_SHOWN[kind]} where there was {there}")
    if kind is Kind.FEED:
        document = parse_feed(
            loaded.data,
            source=name,
            as_of=as_of,
            zone=reading.zone,
            name=spec.name,
            section=spec.section,
            charset=loaded.charset,
            base=loaded.address,
            problems=failures,
        )
    elif kind is Kind.PAGE:
        document = parse_page(
            loaded.data,
            source=name,
            as_of=as_of,
            zone=reading.zone,
            charset=loaded.charset,
            base=loaded.address,
            trusted=spec.kind is Kind.PAGE,
        )
    elif kind is Kind.MAIL and is_mbox(loaded.data):
        messages = _as_read(split_mbox(loaded.data.splitlines(keepends=True)))
        return _parse_mailbox(name, messages, spec, reading, failures), kind
    elif kind is Kind.MAIL:
        document = parse_mail(loaded.data, source=name, as_of=as_of, zone=reading.zone)
    elif kind is Kind.AGENCY:
        document = parse_agency(
            loaded.data,
            source=name,
            as_of=as_of,
            zone=reading.zone,
            charset=loaded.charset,
            problems=failures,
        )
    else:
        text = decode(loaded.data, source=name, charset=loaded.charset)
        document = parse_wire(text, source=name, as_of=as_of)
        if not document.parts:
            raise InputError(name, "is empty")
    return finished(document, spec, kind), kind
