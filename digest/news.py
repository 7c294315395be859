"""What there is to publish: what the sources give, what was collected of them, what is wanted.

Every item has its identity here, and the text of the page behind it where that was fetched.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from digest.archive.store import Archive
from digest.archive.values import Alias
from digest.article import Article, Document, Status, is_news
from digest.choosing import Choice, unwanted, unwanted_english
from digest.collection import read_collected
from digest.edition import Edition
from digest.identity import identify, identity
from digest.select import select_items
from digest.sources.files import Readings

Complete = Callable[[Sequence[Article]], Mapping[str, Article]]
"""Fetches the pages behind articles; gives each, by its identity, with its text or why not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is wanted of what was read, and the names by which to know it again.

    `left_out` are the items that are not.
    """

    readings: Readings
    documents: tuple[Document, ...]
    aliases: Mapping[str, Alias]
    left_out: frozenset[str]
    choice: Choice

    @property
    def identities(self) -> dict[str, None]:
        """All items that are news, in order, each once."""
        return identities_of(self.documents)

    @property
    def by_english(self) -> bool:
        """Whether the English decides too what is wanted."""
        choices = (self.choice, *(spec.choice for spec in self.readings.specs))
        return any(choice.by_english for choice in choices)

    def unwanted_english(self, edition: Edition) -> set[str]:
        """The items of an edition, made of this, that are not wanted for their English."""
        return unwanted_english(edition, self.documents, [self.choice], _choices(self.readings))

    def lacking(self, wanted: Collection[str]) -> tuple[Article, ...]:
        """Those of the items whose page is to be fetched, and was not yet."""
        places = {spec.place for spec in self.readings.specs if spec.full_text}
        found: dict[str, Article] = {}
        for document in self.documents if places else ():
            for item in document.items if document.place in places else ():
                if isinstance(item, Article) and _lacks_text(item) and identity(item) in wanted:
                    found.setdefault(identity(item), item)
        return tuple(found.values())


def gather(
    readings: Readings,
    archive: Archive | None,
    *,
    recipients: Sequence[str] = (),
    choice: Choice,
    now: datetime,
    updates: bool,
    texts: Mapping[str, Article],
    warn: Callable[[str], object],
) -> News:
    """What the sources gave, and what was collected of them and is new for one of the recipients.

    `texts` are items whose page was fetched. `warn` is told of what is damaged.
    """
    known = archive.known if archive else lambda _names: {}
    found = identify(readings.documents, known, updates=updates)
    documents, full = found.documents, dict(texts)
    if archive and recipients:
        documents, collected = _with_collected(documents, readings, archive, recipients, warn)
        full = collected | full
    left_out = frozenset(
        unwanted(documents, [choice], _choices(readings), now) | _withdrawn(documents)
    )
    kept = select_items(documents, keep=lambda each: each not in left_out)
    return News(
        readings=readings,
        documents=tuple(_with_texts(document, full) for document in kept),
        aliases=found.aliases,
        left_out=left_out,
        choice=choice,
    )


def identities_of(documents: Iterable[Document]) -> dict[str, None]:
    """The identities of all items that are news, in order, each once."""
    return {identity(item): None for doc in documents for item in doc.items if is_news(item)}


def _with_collected(
    documents: tuple[Document, ...],
    readings: Readings,
    archive: Archive,
    recipients: Sequence[str],
    warn: Callable[[str], object],
) -> tuple[tuple[Document, ...], dict[str, Article]]:
    """The documents with what was collected and is in no source any more.

    Also the collected items that are in one still, with the text of their page.
    """
    collected = archive.collected(spec.place for spec in readings.specs)
    new = {each for recipient in recipients for each in archive.new_for(recipient, collected)}
    found = read_collected(archive, [each for each in collected if each in new], warn)
    here = identities_of(documents)
    full: dict[str, Article] = {}
    result = {id(document): document for document in documents}
    by_name = {(document.place, document.source): id(document) for document in documents}
    for document in found:
        old = tuple(item for item in document.items if identity(item) not in here)
        full |= {
            identity(item): item
            for item in document.items
            if isinstance(item, Article) and (item.origin.is_full or item.origin.note)
        }
        if key := by_name.get((document.place, document.source)):
            result[key] = replace(result[key], parts=(*result[key].parts, *old))
        elif old:
            result[id(document)] = replace(document, parts=old)
    return tuple(result.values()), full


def _withdrawn(documents: Iterable[Document]) -> set[str]:
    """What its agency took back, also where it was collected before."""
    return {
        identity(item)
        for document in documents
        for item in document.items
        if isinstance(item, Article) and item.origin.status is Status.WITHDRAWN
    }


def _choices(readings: Readings) -> dict[str, Choice]:
    return {spec.place: spec.choice for spec in readings.specs}


def _lacks_text(item: Article) -> bool:
    return bool(item.origin.address) and not item.origin.is_full


def _with_texts(document: Document, texts: Mapping[str, Article]) -> Document:
    """The document with those items whole whose page was fetched."""
    parts = tuple(
        replace(texts[identity(part)], identity=identity(part), updated=part.updated)
        if isinstance(part, Article) and identity(part) in texts
        else part
        for part in document.parts
    )
    return replace(document, parts=parts) if texts else document
