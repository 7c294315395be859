"""Editions as a feed: Atom (RFC 4287) and JSON Feed 1.1, an entry an item."""

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from urllib.parse import quote, urlsplit

from digest import __version__
from digest.edition import Dated, Entry, Format, shown_source
from digest.plaintext import plain_line
from digest.rendering.data import as_json_with
from digest.rendering.environment import Press, Templates
from digest.rendering.phrases import DOUBTFUL
from digest.rendering.view import EntryView, Look, view_edition
from digest.shelf import shelve

_NAMES = uuid.UUID("5f0f7c1e-6a0e-5c0a-9d53-7f2f8f1c9b11")
"""The name space of all ids of this program (RFC 9562, 5.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a document will be found: the address of its folder, empty if unknown, and its name."""

    folder: str = ""
    name: str = ""

    @property
    def address(self) -> str:
        """The address of the document, empty where nobody knows it."""
        return f"{self.folder}{quote(self.name)}" if self.folder and self.name else ""


NOWHERE = Place()
"""That of a document of which nobody said where it will be found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """An item in a feed: its `content` is HTML, its `id` that of the item for ever."""

    id: str
    title: str
    address: str
    published: datetime | None
    updated: datetime
    author: str
    categories: tuple[str, ...]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed; its address and home are empty where nobody knows them."""

    id: str
    title: str
    address: str
    home: str
    language: str
    updated: datetime
    version: str
    entries: Sequence[FeedEntry]


def make_feed(
    title: str,
    dated: Sequence[Dated],
    form: Format,
    *,
    look: Look,
    templates: Templates,
    place: Place,
) -> Iterator[str]:
    """The items of editions, the newest edition first, as Atom or JSON Feed, in pieces.

    An item of several editions stands once, as it was last. The feed is known by its address,
    else by the name of its file, else by its title. Raises `TemplateError`.
    """
    press = Press(templates, [each.edition for each in dated])
    feed = _feed(title, dated, look, press, place)
    if form is Format.ATOM:
        return press.pieces("atom.xml", feed=feed)
    return as_json_with(_about(feed), "items", map(_as_json, feed.entries))


def name_id(*names: str) -> str:
    """An id that is the same for the same names, on every machine."""
    return uuid.uuid5(_NAMES, "\n".join(names)).urn


def _feed(title: str, dated: Sequence[Dated], look: Look, press: Press, place: Place) -> Feed:
    ids: set[str] = set()

    def entries() -> Iterator[FeedEntry]:
        for entry in (entry for each in dated for entry in _entries(each, look, press)):
            if entry.id not in ids:
                ids.add(entry.id)
                yield entry

    return Feed(
        id=name_id("feed", place.address or place.name or title, *look.languages),
        title=plain_line(title),
        address=place.address,
        home=place.folder,
        language=look.languages[0],
        updated=_second(max(each.made for each in dated)),
        version=__version__,
        entries=shelve(entries()),
    )


def _entries(dated: Dated, look: Look, press: Press) -> Iterator[FeedEntry]:
    view = view_edition(dated.edition, look)
    addresses = Counter(entry.origin.address for entry in dated.edition.entries)
    for entry, shown_as in zip(dated.edition.entries, view.entries, strict=True):
        published = _second(min(entry.published.at, dated.made)) if entry.published else None
        origin = entry.origin
        names = (entry.section.name_en if entry.section else "", *origin.categories)
        title = _title(shown_as)
        content = press.fill("entry.html", entry=shown_as).strip()
        yield FeedEntry(
            id=name_id("item", _known_by(entry, alone=addresses[origin.address] == 1)),
            title=title,
            address=origin.address,
            published=published,
            updated=_second(dated.made) if entry.updated or not published else published,
            author=origin.author or origin.publisher or _source(entry),
            categories=tuple(dict.fromkeys(filter(None, names))),
            content=content or f"<p>{escape(title)}</p>",
        )


def _source(entry: Entry) -> str:
    """Who an item is from, where it does not say so: its agencies, else its source."""
    agencies = "/".join(entry.dateline.agencies) if entry.dateline else ""
    return agencies or shown_source(entry.source) or "digest"


def _title(entry: EntryView) -> str:
    """The headline in the leading language, or how a brief begins."""
    doubtful = entry.title and entry.title.blocks[0].doubts
    return f"{entry.brief.blocks[0].text}{f' {DOUBTFUL}' if doubtful else ''}"


def _known_by(entry: Entry, *, alone: bool) -> str:
    """What an item is known by, whatever becomes of its text.

    Its address, where it has one of its own; else its identity, and of an old archive its letters.
    """
    address = urlsplit(entry.origin.address)
    if alone and (address.path.strip("/") or address.query):
        return entry.origin.address
    return entry.identity or "\n".join(part.dutch for part in entry.passages)


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _about(feed: Feed) -> dict[str, object]:
    """What stands before the items, as jsonfeed.org/version/1.1 has it."""
    about = _filled(home_page_url=feed.home, feed_url=feed.address, language=feed.language)
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        **about,
        "authors": [{"name": "digest"}],
    }


def _as_json(entry: FeedEntry) -> dict[str, object]:
    """An item; what is empty is left out."""
    return _filled(
        id=entry.id,
        url=entry.address,
        title=entry.title,
        content_html=entry.content,
        date_published=entry.published,
        date_modified=entry.updated,
        authors=[{"name": entry.author}],
        tags=entry.categories,
    )


def _filled(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value}
