"""A source as it is asked for, what reading it needs, and what that makes of its document."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path

from digest.article import Article, Brief, Document
from digest.choosing import EVERYTHING, Choice
from digest.config import SOURCE_SECONDS
from digest.progress import Progress, unseen
from digest.shelf import pick, shelve
from digest.sources.hosts import is_web, plain_address
from digest.sources.kinds import Kind
from digest.sources.places import section_named
from digest.sources.web import Fetched

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec:
    """A source as it is asked for: a path, a pattern, an address or `-`.

    `name` stands in the edition instead of the location, `kind` is what it is, whatever is in it,
    `section` groups its items, `limit` is how many of them there may be (0: all), `timeout` is how
    many seconds it may take on the web (0: as long as any other). `full_text` asks for the pages
    behind its items, `choice` says which of them are wanted.
    """

    location: str
    name: str = ""
    kind: Kind = Kind.AUTO
    section: str = ""
    limit: int = 0
    timeout: float = 0
    full_text: bool = False
    choice: Choice = EVERYTHING

    @property
    def place(self) -> str:
        """Where the source is, whoever asks from which folder and however he writes it."""
        if is_web(self.location):
            return plain_address(self.location)
        if self.location == STANDARD_INPUT:
            return STANDARD_INPUT
        return str(Path(self.location).expanduser().absolute())


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


def finished(document: Document, spec: SourceSpec, kind: Kind) -> Document:
    """A document with what its source was given: its place and section."""
    document = replace(document, place=spec.place, kind=kind)
    if kind is Kind.FEED and is_web(spec.location):
        document = replace(document, feed=spec.location)
    return _sectioned(document, spec.section)


def _sectioned(document: Document, name: str) -> Document:
    """Articles without a section are of the one that the source was given."""
    if not name:
        return document
    section = section_named(name)
    parts = shelve(
        replace(part, section=section) if isinstance(part, Article) and not part.section else part
        for part in document.parts
    )
    return replace(document, parts=parts)


def limited(documents: Iterable[Document], limit: int) -> Iterator[Document]:
    """Documents of one source, up to so many items in all; 0 is no limit."""
    left = limit
    for document in documents:
        items = len(document.items)
        yield document if not limit or items <= left else _first(document, left)
        left -= items
        if limit and left <= 0:
            return


def _first(document: Document, count: int) -> Document:
    """A document with so many of its items, and with all that is none."""
    items = (
        index for index, part in enumerate(document.parts) if isinstance(part, Article | Brief)
    )
    left_out = set(islice(items, count, None))
    kept = [index for index in range(len(document.parts)) if index not in left_out]
    return replace(document, parts=pick(document.parts, kept))
