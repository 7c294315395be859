"""Sources as documents: files, folders, patterns, standard input, feeds and pages.

One source that cannot be read is a failure in the result; it never stops the others.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from digest.article import Document, shelve_documents
from digest.errors import InputError
from digest.sources.cache import Notes
from digest.sources.finding import MOST_BYTES, find_files
from digest.sources.hosts import is_web, public_address
from digest.sources.kinds import recognise
from digest.sources.parsing import Loaded, merged, parse, stream_file
from digest.sources.spec import STANDARD_INPUT, Reading, SourceSpec
from digest.sources.versions import newest
from digest.sources.web import Fetched, dead


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What was read: the documents, and one error for each source or item that could not be.

    `specs` are what was asked for, `advice` what should be changed about them, a sentence each.
    """

    documents: Sequence[Document]
    failures: tuple[InputError, ...]
    specs: tuple[SourceSpec, ...] = ()
    advice: tuple[str, ...] = ()


_Read = Callable[[], Document | None]


def read_sources(specs: Iterable[SourceSpec], reading: Reading) -> Readings:
    """Read and parse all sources, in their order."""
    specs = tuple(specs)
    fetched = reading.fetch(
        {spec.location: spec.timeout or reading.timeout for spec in specs if is_web(spec.location)}
    )
    failures: list[InputError] = []
    accepted: dict[str, bool] = {}
    jobs: list[tuple[str, _Read]] = []
    for spec in specs:
        try:
            jobs += _jobs(spec, reading, fetched, failures, accepted)
        except InputError as error:
            failures.append(error)
    documents = shelve_documents(_documents(jobs, reading, failures))
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


def _documents(
    jobs: Sequence[tuple[str, _Read]], reading: Reading, failures: list[InputError]
) -> Iterator[Document]:
    for done, (name, read) in enumerate(jobs):
        reading.progress(done, len(jobs), name)
        try:
            if document := read():
                yield document
        except InputError as error:
            failures.append(error)
    reading.progress(len(jobs), len(jobs), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One thing that a source has, as documents that are read when it is their turn.

    `mark` says of which bytes; it is empty where nobody can tell before they are read.
    """

    place: str
    mark: str
    documents: Iterator[Document]


def stream_sources(
    specs: Iterable[SourceSpec], reading: Reading, failures: list[InputError]
) -> Iterator[Stream]:
    """All that the sources have, one after the other; what cannot be read goes to `failures`."""
    for spec in specs:
        try:
            if is_web(spec.location) or spec.location == STANDARD_INPUT:
                found = read_sources([spec], reading)
                failures += found.failures
                yield Stream(place=spec.place, mark="", documents=iter(found.documents))
                continue
            for file in find_files(spec.location, failures):
                documents = stream_file(file, spec, reading, failures)
                yield Stream(place=str(file.absolute()), mark=_mark(file), documents=documents)
        except InputError as error:
            failures.append(error)


def _mark(file: Path) -> str:
    """The size of a file and when it was changed; of a Maildir nobody knows."""
    try:
        found = file.stat()
    except OSError:
        return ""
    return f"{found.st_size} {found.st_mtime_ns}" if file.is_file() else ""


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
        loaded = Loaded(
            data=notes.body,
            changed=reading.now,
            charset=notes.charset,
            address=notes.address or public_address(spec.location),
            before=_kind_of(answer.earlier) if is_new and answer.earlier else "",
        )
        try:
            document, kind = parse(name, loaded, spec, reading, failures)
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
        loaded = Loaded(data=_read_stdin(reading), changed=reading.now)
        yield name, lambda: parse(name, loaded, spec, reading, failures)[0]
    else:
        for file in find_files(spec.location, failures):
            yield file.name, partial(_read_file, file, spec, reading, failures)


def _read_file(
    file: Path, spec: SourceSpec, reading: Reading, failures: list[InputError]
) -> Document | None:
    """A file as one document."""
    return merged(stream_file(file, spec, reading, failures))


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
