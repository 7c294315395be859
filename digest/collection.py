"""What was read and waits for its edition: items into the archive and back."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from digest.archive.store import Archive
from digest.archive.values import CollectedItem
from digest.article import NO_ORIGIN, Article, Brief, Document, Item, Precision, Published, is_news
from digest.calendar import clock_en, clock_nl, long_date_en, long_date_nl
from digest.errors import ArchiveError
from digest.identity import identity
from digest.rendering.data import as_data, from_data


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
) -> dict[str, tuple[str, Kept]]:
    """What is kept of items, each with the place of its source.

    What is damaged is told and forgotten: nobody can get it any more.
    """
    found: dict[str, tuple[str, Kept]] = {}
    for name in identities:
        try:
            row = archive.collected_item(name)
            found[name] = row.source, _read(archive, row)
        except ArchiveError as error:
            warn(str(error))
            archive.drop_collected(name)
    return found


def read_collected(
    archive: Archive, identities: Iterable[str], warn: Callable[[str], object]
) -> tuple[Document, ...]:
    """The collected items as documents. `warn` is told of what is damaged."""
    return as_documents(read_kept(archive, identities, warn).values())


def as_documents(kept_items: Iterable[tuple[str, Kept]]) -> tuple[Document, ...]:
    """Kept items as documents, one for each source, the newest first in each."""
    found: dict[tuple[str, str], _Source] = {}
    for place, kept in kept_items:
        if item := kept.article or kept.brief:
            found.setdefault((place, kept.source), _Source()).add(kept, item)
    return tuple(source.document(place) for (place, _), source in found.items())


@dataclass(slots=True)
class _Source:
    kept: list[Kept] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)

    def add(self, kept: Kept, item: Item) -> None:
        self.kept.append(kept)
        self.items.append(item)

    def document(self, place: str) -> Document:
        last = self.kept[-1]
        items = self.items[::-1]
        items.sort(key=_age, reverse=True)
        return Document(
            source=last.source,
            as_of=last.as_of,
            text="",
            parts=tuple(items),
            feed=last.feed,
            place=place,
        )


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
