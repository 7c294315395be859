"""The data flow: documents to segments, segments to English, both to an edition."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter, itemgetter
from typing import Protocol, TypeVar

from digest.article import (
    NO_ORIGIN,
    SHOWN,
    Article,
    Document,
    Item,
    Paragraph,
    Published,
    Role,
    Section,
    is_news,
)
from digest.edition import (
    Edition,
    Entry,
    Flag,
    ModelNote,
    Passage,
    Problem,
    Sentence,
    Sort,
    Source,
)
from digest.identity import identity
from digest.splitter import split_sentences
from digest.vocabulary import uncommon_words

T = TypeVar("T")

Translate = Callable[[tuple[str, ...]], Mapping[str, Sentence]]
"""Translates all segments in one call; the result has each of them as a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionOptions:
    """What an edition is called and dated, and how its items are sorted.

    `words` is how many uncommon words it lists.
    """

    title: str
    day: date
    name: str = ""
    sort: Sort = Sort.SECTION
    words: int = 0


def make_edition(
    documents: Iterable[Document],
    *,
    options: EditionOptions,
    translate: Translate,
    model: ModelNote | None,
    problems: tuple[Problem, ...] = (),
) -> Edition:
    """Translate all items of the documents in one batch and put them together."""
    documents = tuple(documents)
    items = ((item, doc.source) for doc in documents for item in doc.items)
    merged = merge_copies((item, source) for item, source in items if is_news(item))
    sourced = ordered(
        merged, options.sort, itemgetter(0), lambda pair: _publisher(pair[0]) or pair[1]
    )
    segments = tuple(segment for item, _ in sourced for segment in item_segments(item))
    sentences = translate(segments)
    entries = tuple(
        _entry(number, item, source, sentences) for number, (item, source) in enumerate(sourced, 1)
    )
    return Edition(
        title=options.title,
        day=options.day,
        name=options.name,
        sort=options.sort,
        entries=entries,
        model=model,
        sources=tuple(Source(name=doc.source, as_of=doc.as_of) for doc in documents),
        problems=problems,
        words=uncommon_words(entries, options.words),
        asides=sum(part.role not in SHOWN for doc in documents for part in doc.lines),
    )


def merge_copies(items: Iterable[tuple[Item, str]]) -> Iterable[tuple[Item, str]]:
    """Each item once, where it came first, with the names of all its sources.

    Where the first source does not say where the original is, another one may.
    """
    found: dict[str, tuple[Item, list[str]]] = {}
    for item, source in items:
        first, sources = found.setdefault(identity(item), (item, []))
        if source not in sources:
            sources.append(source)
        if isinstance(first, Article) and isinstance(item, Article) and not first.origin.address:
            origin = replace(first.origin, address=item.origin.address)
            found[identity(item)] = replace(first, origin=origin), sources
    return [(item, ", ".join(sources)) for item, sources in found.values()]


def _publisher(item: Item) -> str:
    return item.origin.publisher if isinstance(item, Article) else ""


class _Placed(Protocol):
    """What has a section and a time: an item, or its entry."""

    @property
    def section(self) -> Section | None:
        """The section that it is in."""

    @property
    def published(self) -> Published | None:
        """When it was published."""


def ordered(
    items: Iterable[T], sort: Sort, item_of: Callable[[T], _Placed], source_of: Callable[[T], str]
) -> list[T]:
    """Items in the order of an edition.

    Those of one section, or source, stand side by side, the groups in order of first appearance;
    by time the newest is first, and what has no time last.
    """
    if sort is Sort.TIME:
        latest = datetime.max.replace(tzinfo=UTC)

        def age(item: T) -> timedelta:
            published = item_of(item).published
            return latest - published.at if published else timedelta.max

        return sorted(items, key=age)
    groups: dict[str, list[T]] = {}
    for item in items:
        section = item_of(item).section
        name = source_of(item) if sort is Sort.SOURCE else section.name if section else ""
        groups.setdefault(name, []).append(item)
    return [item for items in groups.values() for item in items]


def excerpt(
    edition: Edition, identities: Container[str], *, earlier: Iterable[Entry] = (), words: int = 0
) -> Edition:
    """The edition with only the entries of these identities, those of past editions first."""
    entries = [entry for entry in (*earlier, *edition.entries) if entry.identity in identities]
    if entries == list(edition.entries):
        return edition
    numbered = tuple(
        replace(entry, number=number)
        for number, entry in enumerate(
            ordered(entries, edition.sort, lambda entry: entry, attrgetter("publisher")), 1
        )
    )
    return replace(edition, entries=numbered, words=uncommon_words(numbered, words))


def item_segments(item: Item) -> Iterable[str]:
    """The segments to translate of an item, in reading order: its headline and its sentences."""
    if not item.is_dutch:
        return
    if isinstance(item, Article):
        yield from text_segments(item.headline.text)
        for picture in item.pictures:
            yield from text_segments(picture)
    for paragraph in item.paragraphs:
        if paragraph.role is Role.BODY:
            yield from text_segments(paragraph.text)


def text_segments(text: str) -> tuple[str, ...]:
    """The sentences of a text as segments, without the white space around them."""
    return tuple(segment for piece in split_sentences(text) if (segment := piece.strip()))


def align(text: str, sentences: Mapping[str, Sentence]) -> Passage:
    """A text beside its translation, sentence by sentence."""
    return Passage(
        dutch=text, sentences=tuple(sentences[segment] for segment in text_segments(text))
    )


def _entry(number: int, item: Item, source: str, sentences: Mapping[str, Sentence]) -> Entry:
    article = item if isinstance(item, Article) else None
    headline = article.headline if article else None
    if not item.is_dutch:
        sentences = _Foreign()
    return Entry(
        number=number,
        headline=align(headline.text, sentences) if headline else None,
        headline_derived=bool(headline and headline.derived),
        paragraphs=tuple(
            _paragraph(paragraph, sentences)
            for paragraph in item.paragraphs
            if paragraph.role in SHOWN
        ),
        section=item.section,
        published=item.published,
        source=source,
        origin=article.origin if article else NO_ORIGIN,
        pictures=tuple(align(text, sentences) for text in article.pictures) if article else (),
        identity=identity(item),
        updated=bool(article and article.updated),
    )


def _paragraph(paragraph: Paragraph, sentences: Mapping[str, Sentence]) -> Passage:
    if paragraph.role is Role.BODY:
        passage = align(paragraph.text, sentences)
    else:
        by_rule = Sentence(dutch=paragraph.text, english=paragraph.english or paragraph.text)
        passage = Passage(dutch=paragraph.text, sentences=(by_rule,))
    role, links = paragraph.role, paragraph.links
    return replace(passage, role=role, dateline=paragraph.dateline, links=links)


class _Foreign(dict[str, Sentence]):
    """Every sentence of an item in another language, as it is."""

    def __missing__(self, text: str) -> Sentence:
        return Sentence(dutch=text, english=text, flags=(Flag.FOREIGN,))
