"""What was read and waits for its edition: items into the archive and back."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from digest.archive.store import Archive
from digest.archive.values import CollectedItem
from digest.article import (
    NO_ORIGIN,
    Article,
    Brief,
    Document,
    Item,
    Precision,
    Published,
    is_news,
    shelve_documents,
)
from digest.calendar import clock_en, clock_nl, long_date_en, long_date_nl
from digest.errors import ArchiveError
from digest.identity import identity
from digest.rendering.data import as_data, from_data
from digest.shelf import pick, shelve


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An item as it is kept: what it was read of, its letters as its source has them, and itself.

    Another text has other letters, the text of its page none of its own.
    """

    source: str
    feed: str
    as_of: datetime
    letters: str
    article: Article | None = None
    brief: Brief | None = None

    @property
    def item(self) -> Item | None:
        """The item, where there is one."""
        return self.article or self.brief

    @property
    def name(self) -> str:
        """The identity of the item."""
        return self.item.identity if self.item else ""

    @property
    def is_complete(self) -> bool:
        """Whether the page behind it was asked for."""
        origin = self.article.origin if self.article else NO_ORIGIN
        return origin.is_full or bool(origin.note)


def collectable(
    documents: Iterable[Document], wanted: set[str], letters: Mapping[str, str]
) -> Iterator[CollectedItem]:
    """Those of the items of documents that are wanted, as the archive keeps them.

    `letters` are those that their sources have, by identity.
    """
    left = set(wanted)
    for document in documents:
        for item in document.items:
            if (name := identity(item)) in left and is_news(item):
                left.remove(name)
                text = kept_text(item, name, document, letters.get(name, ""))
                yield CollectedItem(identity=name, source=document.place, document=text)


def kept_text(item: Item, name: str, document: Document, letters: str) -> str:
    """An item of a document as it is kept, as JSON: with its identity, and times that stay true."""
    dated = replace(item, identity=name, published=_dated(item.published))
    kept = Kept(
        source=document.source,
        feed=document.feed,
        as_of=document.as_of,
        letters=letters,
        article=dated if isinstance(dated, Article) else None,
        brief=dated if isinstance(dated, Brief) else None,
    )
    return json.dumps(as_data(kept), ensure_ascii=False)


def kept_from_text(text: str) -> Kept:
    """The item that `kept_text` wrote. Raises `ValueError` and others for anything else."""
    kept = from_data(Kept, json.loads(text))
    assert isinstance(kept, Kept)
    return kept


def read_kept(
    archive: Archive, identities: Iterable[str], warn: Callable[[str], object]
) -> Iterator[tuple[str, Kept]]:
    """What is kept of items, each with the place of its source.

    What is damaged is told and forgotten: nobody can get it any more.
    """
    for name in identities:
        try:
            row = archive.collected_item(name)
            yield row.source, _read(archive, row)
        except ArchiveError as error:
            warn(str(error))
            archive.drop_collected(name)


def read_collected(
    archive: Archive, identities: Iterable[str], warn: Callable[[str], object]
) -> Sequence[Document]:
    """The collected items as documents. `warn` is told of what is damaged."""
    return as_documents(shelve(read_kept(archive, identities, warn)))


def as_documents(kept_items: Sequence[tuple[str, Kept]]) -> Sequence[Document]:
    """Kept items as documents, one for each source, the newest first in each."""
    found: dict[tuple[str, str], list[int]] = {}
    ages: list[float] = []
    for number, (place, kept) in enumerate(kept_items):
        ages.append(_age(kept.item) if kept.item else 0.0)
        if kept.item:
            found.setdefault((place, kept.source), []).append(number)

    def document(place: str, numbers: list[int]) -> Document:
        last = kept_items[numbers[-1]][1]
        newest_first = sorted(numbers, key=lambda each: (ages[each], each), reverse=True)
        items = (kept.item for _, kept in pick(kept_items, newest_first))
        return Document(
            source=last.source,
            as_of=last.as_of,
            text="",
            parts=shelve(item for item in items if item),
            feed=last.feed,
            place=place,
        )

    return shelve_documents(document(place, own) for (place, _), own in found.items())


def _age(item: Item) -> float:
    return item.published.at.timestamp() if item.published else 0.0


def _read(archive: Archive, row: CollectedItem) -> Kept:
    try:
        return kept_from_text(row.document)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise archive.damage(f"the collected item {row.identity}") from error


def _dated(published: Published | None) -> Published | None:
    """A time that is understood on another day too: `20 minuten geleden` with its date."""
    if published is None or str(published.at.year) in published.raw:
        return published
    english, dutch = long_date_en(published.at), long_date_nl(published.at)
    if published.precision is not Precision.DAY:
        about = published.precision is Precision.HOUR
        english += f" at {'about ' if about else ''}{clock_en(published.at)}"
        dutch += f" om {'ongeveer ' if about else ''}{clock_nl(published.at)}"
    return replace(published, english=english, raw=dutch)
