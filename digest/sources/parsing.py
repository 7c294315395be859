"""The bytes of a source as documents, whatever kind it is."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path

from digest.article import Document
from digest.errors import InputError, OutputError
from digest.plaintext import readable
from digest.regular import open_regular
from digest.shelf import shelve
from digest.sources.agency import parse_agency
from digest.sources.decoding import decode
from digest.sources.feed import parse_feed
from digest.sources.finding import MOST_BYTES
from digest.sources.kinds import Kind, recognise
from digest.sources.line_format import LONGEST_LINE, is_lines
from digest.sources.lines import parse_lines
from digest.sources.mail import parse_mail, parse_mailbox
from digest.sources.mailboxes import is_mbox, list_maildir, read_message, split_mbox
from digest.sources.page import parse_page
from digest.sources.spec import Reading, SourceSpec, finished, limited
from digest.sources.wire import parse_wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The bytes of a source, when they were last changed, and what HTTP said of them.

    `before` is what the source was read as before these bytes came, if that is known.
    """

    data: bytes
    changed: datetime
    charset: str = ""
    address: str = ""
    before: str = ""


def load(file: Path, reading: Reading) -> Loaded:
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
        return Loaded(data=data, changed=reading.as_of)
    try:
        changed = datetime.fromtimestamp(found.st_mtime, tz=reading.zone)
    except (ValueError, OverflowError, OSError) as error:
        raise InputError(
            name, "was last changed at a time that no calendar has", hint="Give --as-of."
        ) from error
    return Loaded(data=data, changed=changed)


def parse(
    name: str, loaded: Loaded, spec: SourceSpec, reading: Reading, failures: list[InputError]
) -> tuple[Document, Kind]:
    """A source as a document, and what it was; whatever a parser raises is about it alone.

    What is wrong with one of its items goes to `failures`.
    """
    try:
        document, kind = _parse_as(name, loaded, spec, reading, failures)
    except (InputError, OutputError):
        raise
    except Exception as error:
        raise InputError(name, f"cannot be understood ({type(error).__name__})") from error
    (document,) = limited([document], spec.limit)
    return document, kind


def _parse_as(
    name: str, loaded: Loaded, spec: SourceSpec, reading: Reading, failures: list[InputError]
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
        return _whole(_parse_mailbox(name, messages, spec, reading, failures), name), kind
    elif kind is Kind.LINES:
        lines = loaded.data.splitlines()
        return _whole(_parse_lines(name, lines, spec, reading, failures), name), kind
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


def _whole(documents: Iterable[Document], name: str) -> Document:
    """Documents of one source as one. Raises `InputError` where there is none."""
    document = merged(documents)
    if document is None:
        raise InputError(name, "has no articles")
    return document


_SHOWN = {
    Kind.WIRE: "a text",
    Kind.PAGE: "a web page",
    Kind.FEED: "a feed",
    Kind.MAIL: "mail",
    Kind.AGENCY: "a message of an agency",
    Kind.LINES: "articles in JSON Lines",
}
_SPOILED = {(Kind.FEED, Kind.PAGE), (Kind.FEED, Kind.WIRE), (Kind.PAGE, Kind.WIRE)}


def stream_file(
    file: Path, spec: SourceSpec, reading: Reading, failures: list[InputError]
) -> Iterator[Document]:
    """A file as documents: a mailbox and JSON Lines some items at a time, anything else as one.

    What is wrong with one item goes to `failures`. Raises `InputError`.
    """
    return limited(_stream(file, spec, reading, failures), spec.limit)


def _stream(
    file: Path, spec: SourceSpec, reading: Reading, failures: list[InputError]
) -> Iterator[Document]:
    name = spec.name or readable(str(file))
    try:
        if file.is_dir():
            messages = (partial(read_message, each) for each in list_maildir(file))
            yield from _parse_mailbox(name, messages, spec, reading, failures)
            return
        with open_regular(file) as opened:
            head = opened.read(LONGEST_LINE)
            opened.seek(0)
            if spec.kind in (Kind.AUTO, Kind.MAIL) and is_mbox(head):
                split = _as_read(split_mbox(opened))
                yield from _parse_mailbox(name, split, spec, reading, failures)
                return
            if spec.kind is Kind.LINES or (spec.kind is Kind.AUTO and is_lines(head)):
                yield from _parse_lines(name, opened, spec, reading, failures)
                return
    except OSError as error:
        raise InputError(name, f"cannot be read ({error.strerror})") from error
    yield parse(name, load(file, reading), spec, reading, failures)[0]


def merged(documents: Iterable[Document]) -> Document | None:
    """Documents of one source as one; nothing where there is none."""
    stream = iter(documents)
    first = next(stream, None)
    if first is None:
        return None
    parts = (part for document in chain([first], stream) for part in document.parts)
    return replace(first, parts=shelve(parts))


def _as_read(messages: Iterable[bytes]) -> Iterator[Callable[[], bytes]]:
    return (partial(bytes, message) for message in messages)


def _parse_mailbox(
    name: str,
    messages: Iterable[Callable[[], bytes]],
    spec: SourceSpec,
    reading: Reading,
    failures: list[InputError],
) -> Iterator[Document]:
    stream = iter(messages)
    some = list(islice(stream, _AT_ONCE))
    while True:
        document = parse_mailbox(
            some,
            source=name,
            as_of=reading.as_of or reading.now,
            zone=reading.zone,
            problems=failures,
        )
        yield finished(document, spec, Kind.MAIL)
        if not (some := list(islice(stream, _AT_ONCE))):
            return


_AT_ONCE = 200
"""So many messages are in memory at a time, however large a mailbox is."""


def _parse_lines(
    name: str,
    lines: Iterable[bytes],
    spec: SourceSpec,
    reading: Reading,
    failures: list[InputError],
) -> Iterator[Document]:
    for document in parse_lines(
        lines,
        source=name,
        as_of=reading.as_of or reading.now,
        zone=reading.zone,
        section=spec.section,
        problems=failures,
    ):
        yield finished(document, spec, Kind.LINES)
