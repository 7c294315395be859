"""The data flow: documents to segments, segments to English, both to an edition."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain
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
from digest.shelf import pick, pick_where, shelve
from digest.splitter import split_sentences
from digest.vocabulary import uncommon_words

T = TypeVar("T")

Translate = Callable[[tuple[str, ...]], Mapping[str, Sentence]]
"""Translates segments in one call; the result has each of them as a key."""
Begin = Callable[[int, int], object]
"""Told how many items the next call is about, and how many are left for others."""


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
    begin: Begin = lambda _items, _left: None,
) -> Edition:
    """Translate all items of the documents, as many in one batch as memory has room for.

    `begin` is told of each batch.
    """
    documents = shelve(documents)
    items = ((item, doc.source) for doc in documents for item in doc.items)
    merged = merge_copies((item, source) for item, source in items if is_news(item))
    sourced = ordered(
        merged, options.sort, itemgetter(0), lambda pair: _publisher(pair[0]) or pair[1]
    )
    entries = shelve(_entries(sourced, translate, begin))
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


def _entries(
    sourced: Sequence[tuple[Item, str]], translate: Translate, begin: Begin
) -> Iterator[Entry]:
    number = 0
    for batch, sentences in translated(sourced, itemgetter(0), translate, begin):
        for item, source in batch:
            number += 1
            yield _entry(number, item, source, sentences)
        del batch, sentences  # or there would be those of two batches


def translated(
    items: Sequence[T], item_of: Callable[[T], Item], translate: Translate, begin: Begin
) -> Iterator[tuple[list[T], Mapping[str, Sentence]]]:
    """Items in their order, in batches of which all segments are translated in one call."""
    left = len(items)
    for batch in _batches(items, item_of):
        left -= len(batch)
        begin(len(batch), left)
        segments = (part for item in batch for part in item_segments(item_of(item)))
        yield batch, translate(tuple(segments))


def _batches(items: Iterable[T], item_of: Callable[[T], Item]) -> Iterator[list[T]]:
    batch: list[T] = []
    left = BATCH
    for item in items:
        batch.append(item)
        left -= _characters(item_of(item))
        if left <= 0:
            yield batch
            batch, left = [], BATCH
    if batch:
        yield batch


BATCH = 90_000
"""So many characters of items are a batch, some hundred items: a daily edition is one."""


def _characters(item: Item) -> int:
    texts = [paragraph.text for paragraph in item.paragraphs]
    if isinstance(item, Article):
        texts += [item.headline.text, *item.pictures]
    return sum(map(len, texts))


def merge_copies(items: Iterable[tuple[Item, str]]) -> Sequence[tuple[Item, str]]:
    """Each item once, where it came first, with the names of all its sources.

    Where the first source does not say where the original is, another one may.
    """
    places: dict[str, int] = {}
    sources: dict[int, dict[str, None]] = {}
    addresses: dict[int, str] = {}

    def first_ones() -> Iterator[tuple[Item, str]]:
        for item, source in items:
            name = identity(item)
            if name not in places:
                places[name] = len(places)
                yield item, source
                continue
            sources.setdefault(places[name], {})[source] = None
            if isinstance(item, Article) and item.origin.address:
                addresses.setdefault(places[name], item.origin.address)

    def with_others() -> Iterator[tuple[Item, str]]:
        for place, (item, source) in enumerate(merged):
            address = addresses.get(place, "")
            names = ", ".join({source: None} | sources.get(place, {}))
            if address and isinstance(item, Article) and not item.origin.address:
                yield replace(item, origin=replace(item.origin, address=address)), names
            else:
                yield item, names

    merged = shelve(first_ones())
    return shelve(with_others()) if sources else merged


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
    items: Sequence[T], sort: Sort, item_of: Callable[[T], _Placed], source_of: Callable[[T], str]
) -> Sequence[T]:
    """Items in the order of an edition.

    Those of one section, or source, stand side by side, the groups in order of first appearance;
    by time the newest is first, and what has no time last.
    """
    if sort is Sort.TIME:
        latest = datetime.max.replace(tzinfo=UTC)
        times = (item_of(item).published for item in items)
        ages = [latest - time.at if time else timedelta.max for time in times]
        return pick(items, sorted(range(len(ages)), key=ages.__getitem__))
    groups: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        section = item_of(item).section
        name = source_of(item) if sort is Sort.SOURCE else section.name if section else ""
        groups.setdefault(name, []).append(place)
    return pick(items, [place for places in groups.values() for place in places])


def excerpt(
    edition: Edition, identities: Container[str], *, earlier: Iterable[Entry] = (), words: int = 0
) -> Edition:
    """The edition with only the entries of these identities, those of past editions first."""
    before = [entry for entry in earlier if entry.identity in identities]
    kept = pick_where(edition.entries, lambda entry: entry.identity in identities)
    if not before and len(kept) == len(edition.entries):
        return edition
    entries = ordered(
        shelve(chain(before, kept)), edition.sort, lambda entry: entry, attrgetter("publisher")
    )
    numbered = shelve(replace(entry, number=number) for number, entry in enumerate(entries, 1))
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
