"""What an item is known by, wherever and whenever it is read.

Wire copy and pages are known by their letters. A feed tells its items apart itself, by a GUID or a
link: one that it gave before is the same item, whatever became of its headline, and another one
with the same letters is the same as well, but for headlines alone that recur on another date.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import TypeGuard
from urllib.parse import urlsplit

from digest.archive.values import Alias
from digest.article import (
    SHOWN,
    Article,
    Aside,
    Brief,
    Document,
    Item,
    Role,
    Section,
    shelve_documents,
)
from digest.cleaning import clean, letters
from digest.links import link_address
from digest.shelf import shelve

Known = Callable[[Iterable[str]], Mapping[str, Alias]]
"""The items that are known by these names, those that are known at all."""

_COUNTER = re.compile(
    r"\s*(?:[(\[]\s*(?!(?:19|20)\d\d\s*[)\]])[\d.]+(?:\s+(?:nieuwe?\s+)?\w+)?\s*[)\]]"
    r"|[-–—|·:]\s*[\d.]+\s+(?:nieuwe?\s+)?(?:reacties?|comments?|keer\s+\w+)|💬\s*\d+)\s*$",
    re.IGNORECASE,
)
"""How many comments there are, as some feeds have it behind a headline."""
_WORD = re.compile(r"[^\W_]{2,}")
_COMMON = frozenset(
    """
    aan achter al alle alles als bij dag dan dat de deze die dit door drie duizend een eerste en er
    gaan gaat geen gemeente grote haar had heeft hebben hem het hij hoe hun ik in is jaar kan komt
    krijgt kunnen maar man meer men mensen met miljoen moet moeten na naar niet nieuw nieuwe nog nu
    of om onder ons ook op over politie procent rond sinds te tegen toch toen tot twee uit uur van
    vandaag vanaf veel vier volgens voor vrouw vrouwen waar want waren was wat weer wel werd wil
    willen worden wordt zal ze zegt zei zeker zes zich zij zijn zo zou
    """.split()
)
"""What two texts about different things share as well."""
_TOLD_BY = SHOWN - {Role.BYLINE}
_BEGINS = 600
_MOST_WORDS = 24
_LEAST_KEY = 8
_CERTAIN = frozenset({"agency", "mail"})
"""Feeds whose keys are unique in the world: those of NewsML and of messages."""
_SURE, _UNSURE, _CARRIED = 0.2, 0.5, 0.6
"""More than this share of the less common words of the shorter text is to be common to two
versions of an item: of one whose key is like no other, of one whose key may be a position in the
feed, of one that an older archive knows by its headline."""


def identity(item: Item) -> str:
    """The name of an item: the one that it was given, else that of its letters."""
    return item.identity or by_letters(item)


def by_letters(item: Item) -> str:
    """A name made of the letters and digits of headline and shown text, in lower case.

    So other spaces, quotes or times, or another advertisement, make no other item. Without any it
    is made of all there is.
    """
    headline = item.headline.text if isinstance(item, Article) else ""
    shown = (part.text for part in item.paragraphs if part.role in _TOLD_BY)
    text = "".join([headline, *shown]) or "".join(part.text for part in item.paragraphs)
    return _name(letters(text) or text)


def by_text(item: Item) -> str:
    """A name made of the letters of an item, but for a counter of comments: that of its text."""
    return _name(*_letters(item))


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """Documents whose items have their identities, and other names by which to know them again."""

    documents: Sequence[Document]
    aliases: Sequence[tuple[str, Alias]]


def identify(
    documents: Iterable[Document], known: Known, *, updates: bool = False, learns: bool = True
) -> Identified:
    """Give items their identities; with `updates` a changed text of a feed has one of its own.

    `known` is asked for what earlier runs learned. Where nobody `learns` of this one, versions of
    an item are told apart for `updates` only.
    """
    learning = _Learning(ask=known)
    named = shelve_documents(_identify(document, learning) for document in documents)
    if not (learns or updates):
        return Identified(documents=named, aliases=())
    result = shelve_documents(
        _with_updates(document, learning, updates=updates) for document in named
    )
    return Identified(documents=result, aliases=shelve(learning.learned.items()))


@dataclass(slots=True)
class _Learning:
    """What is known, asked for when it is needed, and of that what was not before."""

    ask: Known
    known: dict[str, Alias] = field(default_factory=dict)
    learned: dict[str, Alias] = field(default_factory=dict)

    def look_up(self, names: Iterable[str]) -> None:
        self.known |= self.ask(name for name in names if name not in self.known)

    def note(self, name: str, item: str, words: str = "") -> None:
        alias = Alias(identity=item, words=words)
        if self.known.get(name) != alias:
            self.known[name] = alias
            if name != item:
                self.learned[name] = alias


def _identify(document: Document, learning: _Learning) -> Document:
    ambiguous = _ambiguous_keys(document)
    items = document.items
    ages = list(map(_age, items))
    found = [""] * len(items)
    order = iter(sorted(range(len(items)), key=ages.__getitem__))  # what recurs was there first
    while some := list(islice(order, _AT_ONCE)):
        named = []
        for position in some:
            item = items[position]
            key = item.key if isinstance(item, Article) and item.key not in ambiguous else ""
            named.append((position, item, _Names.of(item, document, key)))
        learning.look_up(name for _, _, names in named for name in names.all())
        for position, item, names in named:
            found[position] = _resolve(item, names, learning)
    identities = iter(found)
    parts = (
        replace(part, identity=next(identities)) if isinstance(part, Article | Brief) else part
        for part in document.parts
    )
    return replace(document, parts=shelve(parts))


_AT_ONCE = 500
"""So many items are in memory at a time, however many a document has."""


def _ambiguous_keys(document: Document) -> set[str]:
    """Keys that say nothing: home pages, and those of several different items."""
    words: dict[str, str] = {}
    ambiguous = set()
    for item in document.items:
        if not isinstance(item, Article):
            continue
        own = _words(item)
        before = words.setdefault(item.key, own)
        if _NO_KEY.fullmatch(item.key) or (before != own and _share(before, own) <= _UNSURE):
            ambiguous.add(item.key)
    return ambiguous


_NO_KEY = re.compile(r"https?://[^/?#]*/?(?:index\.\w+)?", re.IGNORECASE)


def _age(item: Item) -> datetime:
    return item.published.at if item.published else datetime.max.replace(tzinfo=UTC)


def _resolve(item: Item, names: "_Names", learning: _Learning) -> str:
    """The identity of an item; its names are noted."""
    words = _words(item)
    known = learning.known
    by_key = known.get(names.key)
    carried = known.get(names.carried)
    if by_key and _share(by_key.words, words) > names.needed:
        result = by_key.identity
    elif names.date in known:
        result = known[names.date].identity
    elif same := known.get(names.letters) or known.get(names.uncounted):
        recurs = names.date and names.headline in known
        result = _name(names.letters, names.date) if recurs else same.identity
    elif carried and _share(carried.words, _in_order(telling_words(_body(item)))) >= _CARRIED:
        result = carried.identity
        learning.note(names.carried, result)  # once: without words it is like no other
    else:
        result = names.letters
    for name in filter(None, (names.letters, names.uncounted)):
        if name not in known:
            learning.note(name, result)
    if names.key:
        learning.note(names.key, result, words)
    if names.date:
        learning.note(names.headline, result)
        learning.note(names.date, result)
    return result


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of an item; those from `uncounted` on in a feed only.

    `uncounted` is that of its letters without a counter of comments, `key` that of its GUID or
    link; `headline` and `date` are for headlines alone.
    """

    letters: str
    carried: str
    uncounted: str
    key: str
    needed: float
    headline: str
    date: str

    @classmethod
    def of(cls, item: Item, document: Document, key: str) -> "_Names":
        feed, own = document.feed, by_letters(item)
        alone = feed and not any(part.role in SHOWN for part in item.paragraphs)
        uncounted = _name("uncounted", feed, *_letters(item))
        at = item.published.at.astimezone(UTC).isoformat() if item.published and alone else ""
        return cls(
            letters=own,
            carried=carried_name(document.source, _beginning(item)),
            uncounted=uncounted if feed else "",
            key=_name("key", feed, _plain(key)) if feed and key else "",
            needed=_needed(key, feed),
            headline=_name("headline", uncounted) if at else "",
            date=_name("date", uncounted, at) if at else "",
        )

    def all(self) -> Iterator[str]:
        """All that it has."""
        names = (self.letters, self.carried, self.uncounted, self.key, self.headline, self.date)
        yield from filter(None, names)


def _needed(key: str, feed: str) -> float:
    """What two versions have to have in common; the names of agencies and mail are certain."""
    if feed in _CERTAIN:
        return -1.0
    return _SURE if len(key) >= _LEAST_KEY else _UNSURE


def _plain(key: str) -> str:
    """A key without what varies in an address: its scheme, marks of campaigns, a last slash."""
    address = link_address(key) if key.lower().startswith(("http://", "https://")) else ""
    if not address:
        return key
    parts = urlsplit(address)
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{parts.netloc}{parts.path.rstrip('/')}?{parts.query}{fragment}"


def _beginning(item: Item) -> str:
    """The headline of an item, else its first paragraph."""
    return _headline(item) or next((part.text for part in item.paragraphs), "")


def carried_name(source: str, beginning: str) -> str:
    """The name of an item of an older archive: its source, and its headline or first paragraph."""
    return _name("carried", source, letters(_COUNTER.sub("", clean(beginning))))


def _with_updates(document: Document, learning: _Learning, *, updates: bool) -> Document:
    """Tell versions of items apart: with `updates` one that is new has an identity of its own.

    Without, it is noted as seen under the identity of the item.
    """
    if not document.feed:
        return document
    return replace(document, parts=shelve(_updated(document.parts, learning, updates=updates)))


def _updated(
    parts: Iterable[Section | Item | Aside], learning: _Learning, *, updates: bool
) -> Iterator[Section | Item | Aside]:
    stream = iter(parts)
    while some := list(islice(stream, _AT_ONCE)):
        learning.look_up(name for part in some if _has_key(part) for name in _versions(part))
        for part in some:
            yield _as_version(part, learning, updates=updates) if _has_key(part) else part


def _has_key(part: object) -> TypeGuard[Article]:
    return isinstance(part, Article) and bool(part.key)


def _as_version(item: Article, learning: _Learning, *, updates: bool) -> Article:
    any_version, this_version = _versions(item)
    if this_version in learning.known:
        name = learning.known[this_version].identity
    elif updates and any_version in learning.known:
        name = _name("update", this_version)
    else:
        name = item.identity
    learning.note(any_version, item.identity)
    learning.note(this_version, name)
    return replace(item, identity=name, updated=name != item.identity)


def _versions(item: Item) -> tuple[str, str]:
    """The name under which any version of an item is noted, and that of this one."""
    text = " ".join(_letters(item))
    return _name("version", item.identity), _name("version", item.identity, text)


def _letters(item: Item) -> tuple[str, str]:
    """The letters of the headline of an item, without a counter of comments, and of its body."""
    return letters(_COUNTER.sub("", _headline(item))), letters(_body(item))


def _headline(item: Item) -> str:
    return item.headline.text if isinstance(item, Article) and not item.headline.derived else ""


def _words(item: Item) -> str:
    """The first less common words of an item, as an alias has them."""
    return _in_order(telling_words(f"{_COUNTER.sub('', _headline(item))} {_body(item)}"))


def _in_order(words: Iterable[str]) -> str:
    return " ".join(sorted(words))


def _body(item: Item) -> str:
    return " ".join(part.text for part in item.paragraphs if part.role is Role.BODY)


def telling_words(text: str) -> frozenset[str]:
    """The first less common words of a text, in lower case: by them its versions are told."""
    words = dict.fromkeys(_WORD.findall(text[:_BEGINS].lower()))
    return frozenset([word for word in words if word not in _COMMON][:_MOST_WORDS])


def _share(before: str, now: str) -> float:
    """How many words two texts have in common, of those of the shorter one; of none nothing."""
    earlier, later = frozenset(before.split()), frozenset(now.split())
    fewest = min(len(earlier), len(later))
    return len(earlier & later) / fewest if fewest else 0.0


def _name(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode(errors="surrogatepass")).hexdigest()[:32]
