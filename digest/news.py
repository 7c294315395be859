"""What there is to publish: what the sources give, what was collected of them, what is wanted.

Every item has its identity here, and the text of the page behind it where that was fetched.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from digest.archive.store import Archive
from digest.archive.values import Alias
from digest.article import (
    Article,
    Aside,
    Document,
    Item,
    Section,
    Status,
    is_news,
    shelve_documents,
)
from digest.choosing import Choice, unwanted, unwanted_english
from digest.collection import Kept, as_documents, collectable, read_kept
from digest.edition import Edition
from digest.identity import by_text, identify, identity
from digest.select import select_items
from digest.shelf import pick_where, shelve
from digest.sources.files import Readings

Complete = Callable[[Sequence[Article]], Mapping[str, Article]]
"""Fetches the pages behind articles; gives each, by its identity, with its text or why not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is wanted of what was read, and the names by which to know it again.

    `letters` are those of the items that were read, as their sources have them; `left_out` are the
    items that are not wanted.
    """

    readings: Readings
    documents: Sequence[Document]
    letters: Mapping[str, str]
    aliases: Sequence[tuple[str, Alias]]
    left_out: frozenset[str]
    choice: Choice

    @property
    def identities(self) -> dict[str, None]:
        """All items that are news, in order, each once."""
        return identities_of(self.documents)

    @property
    def completed(self) -> set[str]:
        """The items whose page was asked for."""
        items = (item for doc in self.documents for item in doc.items)
        return {
            identity(item)
            for item in items
            if isinstance(item, Article) and (item.origin.is_full or item.origin.note)
        }

    @property
    def by_english(self) -> bool:
        """Whether the English decides too what is wanted."""
        choices = (self.choice, *(spec.choice for spec in self.readings.specs))
        return any(choice.by_english for choice in choices)

    def unwanted_english(self, edition: Edition) -> set[str]:
        """The items of an edition, made of this, that are not wanted for their English."""
        return unwanted_english(edition, self.documents, [self.choice], _choices(self.readings))

    def lacking(self, wanted: Collection[str], *, again: bool = False) -> tuple[Article, ...]:
        """Those of the items whose page is to be fetched, and was not yet.

        With `again` also those whose page could not be had before.
        """
        places = {spec.place for spec in self.readings.specs if spec.full_text}
        found: dict[str, Article] = {}
        for document in self.documents:
            for item in document.items if document.place in places else ():
                if not isinstance(item, Article) or identity(item) not in wanted:
                    continue
                if _lacks_text(item, again=again):
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
    found = identify(readings.documents, known, updates=updates, learns=archive is not None)
    documents, full = found.documents, dict(texts)
    letters: dict[str, str] = {}
    if archive:
        letters = {identity(item): by_text(item) for doc in documents for item in doc.items}
        asked = _asked(documents, readings, archive, recipients)
        kept = shelve(read_kept(archive, asked, warn))
        full = _complete(kept, letters) | full
        documents = _with_collected(documents, kept)
    left_out = frozenset(
        unwanted(documents, [choice], _choices(readings), now) | _withdrawn(documents)
    )
    chosen = select_items(documents, keep=lambda each: each not in left_out)
    return News(
        readings=readings,
        documents=_with_texts(chosen, full),
        letters=letters,
        aliases=found.aliases,
        left_out=left_out,
        choice=choice,
    )


def keep_new(news: News, archive: Archive, *, now: datetime, warn: Callable[[str], object]) -> int:
    """Keep all items that somebody may have to get; how many were not kept before.

    So none is lost that leaves its source before it is delivered, whatever becomes of this run.
    What is kept already is kept anew where its text is another one, or that of its page came.
    """
    places = [
        (document.place, identity(item))
        for document in news.documents
        for item in document.items
        if is_news(item)
    ]
    unkept = archive.unkept(news.identities)
    waiting = set(archive.collected((place for place, _ in places), waiting=True))
    kept = read_kept(archive, (name for name in news.identities if name in waiting), warn)
    completed = news.completed
    changed = {each.name for _, each in kept if _is_newer(each, news.letters, completed)}
    items = collectable(news.documents, unkept | changed, news.letters)
    archive.collect(items, places, news.aliases, now=now)
    return len(unkept)


def _is_newer(kept: Kept, letters: Mapping[str, str], completed: Collection[str]) -> bool:
    """Whether what is there of an item is more than what is kept."""
    if kept.name not in letters:  # it is what is kept
        return False
    is_other = letters[kept.name] != kept.letters
    return is_other or (kept.name in completed and not kept.is_complete)


def identities_of(documents: Iterable[Document]) -> dict[str, None]:
    """The identities of all items that are news, in order, each once."""
    return {identity(item): None for doc in documents for item in doc.items if is_news(item)}


def _asked(
    documents: Sequence[Document],
    readings: Readings,
    archive: Archive,
    recipients: Sequence[str],
) -> list[str]:
    """What is to be read of what was collected: what is new for somebody, or may have its page."""
    collected = archive.collected(spec.place for spec in readings.specs)
    new = {each for recipient in recipients for each in archive.new_for(recipient, collected)}
    places = {spec.place for spec in readings.specs if spec.full_text}
    here = identities_of(document for document in documents if document.place in places)
    return [each for each in collected if each in new or each in here]


def _complete(kept: Iterable[tuple[str, Kept]], letters: Mapping[str, str]) -> dict[str, Article]:
    """What was collected with its page, of the text that its source still has."""
    return {
        each.name: each.article
        for _, each in kept
        if each.article
        and each.is_complete
        and letters.get(each.name, each.letters) == each.letters
    }


def _with_collected(
    documents: Sequence[Document], kept: Sequence[tuple[str, Kept]]
) -> Sequence[Document]:
    """The documents with what was collected and is in no source any more."""
    here = identities_of(documents) if kept else {}
    gone = pick_where(kept, lambda each: each[1].name not in here)
    if not gone:
        return documents
    more = {(document.place, document.source): document for document in as_documents(gone)}
    last = {(document.place, document.source): index for index, document in enumerate(documents)}

    def joined() -> Iterator[Document]:
        for index, document in enumerate(documents):
            name = (document.place, document.source)
            if name in more and last[name] == index:
                parts = chain(document.parts, more.pop(name).parts)
                yield replace(document, parts=shelve(parts))
            else:
                yield document
        yield from more.values()

    return shelve_documents(joined())


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


def _lacks_text(item: Article, *, again: bool) -> bool:
    origin = item.origin
    return bool(origin.address) and not origin.is_full and (again or not origin.note)


def _with_texts(documents: Sequence[Document], texts: Mapping[str, Article]) -> Sequence[Document]:
    """The documents with those items whole whose page was fetched."""
    if not texts:
        return documents

    def whole(part: Section | Item | Aside) -> Section | Item | Aside:
        if not isinstance(part, Article) or identity(part) not in texts:
            return part
        return replace(texts[identity(part)], identity=identity(part), updated=part.updated)

    return shelve_documents(
        replace(document, parts=shelve(map(whole, document.parts))) for document in documents
    )
