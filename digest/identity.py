"""What an item is known by, wherever and whenever it is read.

Wire copy and pages are known by their letters. A feed tells its items apart itself, by a GUID or a
link: one that it gave before is the same item, whatever became of its headline, and another one
with the same letters is the same as well, but for headlines alone that recur on another date.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from digest.archive.values import Alias
from digest.article import SHOWN, Article, Document, Item, Role
from digest.cleaning import letters

Known = Callable[[Iterable[str]], Mapping[str, Alias]]
"""The items that are known by these names, those that are known at all."""

_COUNTER = re.compile(
    r"\s*(?:[(\[]\s*\d+(?:\s+\w+)?\s*[)\]]|[-–—|·:]\s*\d+\s+(?:reacties?|comments?|keer\s+\w+))\s*$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{4,}")
_TOLD_BY = SHOWN - {Role.BYLINE}
_BEGINS = 400
_MOST_WORDS = 24
_RELATED = 0.25
_SAME_TEXT = 0.5
"""How many of the longer words two texts share, of the shorter one's, to be versions of one."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """Documents whose items have their identities, and the names by which to know them again."""

    documents: tuple[Document, ...]
    aliases: Mapping[str, Alias]


def identify(documents: Iterable[Document], known: Known, *, updates: bool = False) -> Identified:
    """Give the items of feeds their identities; with `updates` a changed text has one of its own.

    `known` is asked for what earlier runs learned.
    """
    documents = tuple(documents)
    names = [
        name
        for doc in documents
        for item in doc.items
        for name in _Names.of(item, doc, item.key if isinstance(item, Article) else "").all()
    ]
    learning = _Learning(known=dict(known(names)))
    result = [_identify(document, learning) for document in documents]
    versions = [name for doc in result for item in doc.items for name in _versions(item)]
    learning.known |= known(versions)
    result = [_with_updates(document, learning, updates=updates) for document in result]
    return Identified(documents=tuple(result), aliases=learning.learned)


@dataclass(slots=True)
class _Learning:
    """What is known, and of that what was not before."""

    known: dict[str, Alias]
    learned: dict[str, Alias] = field(default_factory=dict)

    def note(self, name: str, item: str, words: frozenset[str] = frozenset()) -> None:
        alias = Alias(identity=item, words=words)
        if self.known.get(name) != alias:
            self.known[name] = alias
            if name != item:
                self.learned[name] = alias


def _identify(document: Document, learning: _Learning) -> Document:
    ambiguous = _ambiguous_keys(document)
    found: dict[int, Item] = {}
    for item in sorted(document.items, key=_age):  # what recurs was there first
        key = item.key if isinstance(item, Article) and item.key not in ambiguous else ""
        names = _Names.of(item, document, key)
        found[id(item)] = replace(item, identity=_resolve(item, names, learning))
    parts = tuple(found.get(id(part), part) for part in document.parts)
    return replace(document, parts=parts)


def _ambiguous_keys(document: Document) -> set[str]:
    """Keys that a feed gives to several items, so that they say nothing."""
    texts: dict[str, set[str]] = {}
    for item in document.items:
        if isinstance(item, Article):
            texts.setdefault(item.key, set()).add(by_letters(item))
    return {key for key, named in texts.items() if len(named) > 1}


def _age(item: Item) -> datetime:
    return item.published.at if item.published else datetime.max.replace(tzinfo=UTC)


def _resolve(item: Item, names: "_Names", learning: _Learning) -> str:
    """The identity of an item; its names are noted."""
    words = _words(item)
    known = learning.known
    by_key = known.get(names.key)
    carried = known.get(names.carried)
    if by_key and _share(by_key.words, words) >= _RELATED:
        result = by_key.identity
    elif names.date in known:
        result = known[names.date].identity
    elif names.letters in known:
        recurs = names.key and names.date and names.headline in known
        result = _name(names.letters, names.date) if recurs else known[names.letters].identity
    elif carried and _share(carried.words, words) >= _SAME_TEXT:
        result = carried.identity
    else:
        result = names.letters
    if names.letters not in known:
        learning.note(names.letters, result)
    if names.key:
        learning.note(names.key, result, words)
    if names.date:
        learning.note(names.headline, result)
        learning.note(names.date, result)
    return result


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of an item; `key` in a feed only, `headline` and `date` for headlines alone."""

    letters: str
    carried: str
    key: str
    headline: str
    date: str

    @classmethod
    def of(cls, item: Item, document: Document, key: str) -> "_Names":
        feed, own = document.feed, by_letters(item)
        alone = feed and not any(part.role in SHOWN for part in item.paragraphs)
        at = item.published.at.astimezone(UTC).isoformat() if item.published and alone else ""
        return cls(
            letters=own,
            carried=carried_name(document.source, _beginning(item)),
            key=_name("key", feed, key) if feed and key else "",
            headline=_name("headline", feed, own) if at else "",
            date=_name("date", feed, own, at) if at else "",
        )

    def all(self) -> Iterator[str]:
        yield from filter(None, (self.letters, self.carried, self.key, self.headline, self.date))


def _beginning(item: Item) -> str:
    """The headline of an item, else its first paragraph."""
    return _headline(item) or next((part.text for part in item.paragraphs), "")


def carried_name(source: str, beginning: str) -> str:
    """The name of an item of an older archive: its source, and its headline or first paragraph."""
    return _name("carried", source, letters(beginning))


def _with_updates(document: Document, learning: _Learning, *, updates: bool) -> Document:
    """Note the version of each item that is seen first; later ones are updates of it."""
    changed: dict[int, Item] = {}
    for item in document.items:
        if not (document.feed and isinstance(item, Article) and item.key):
            continue
        any_version, this_version = _versions(item)
        if any_version not in learning.known:
            learning.note(any_version, item.identity)
            learning.note(this_version, item.identity)
        elif updates and this_version not in learning.known:
            name = _name("update", this_version)
            changed[id(item)] = replace(item, identity=name, updated=True)
    return replace(document, parts=tuple(changed.get(id(p), p) for p in document.parts))


def _versions(item: Item) -> tuple[str, str]:
    """The name under which any version of an item is noted, and that of this one."""
    body = "".join(part.text for part in item.paragraphs if part.role is Role.BODY)
    headline = "".join(char for char in _COUNTER.sub("", _headline(item)) if not char.isdigit())
    text = f"{letters(headline)} {letters(body)}"
    return _name("version", item.identity), _name("version", item.identity, text)


def _headline(item: Item) -> str:
    return item.headline.text if isinstance(item, Article) and not item.headline.derived else ""


def _words(item: Item) -> frozenset[str]:
    """The first longer words of an item."""
    body = " ".join(part.text for part in item.paragraphs if part.role is Role.BODY)
    return longer_words(f"{_headline(item)} {body}")


def longer_words(text: str) -> frozenset[str]:
    """The first longer words of a text, in lower case: by them its versions are told."""
    words = dict.fromkeys(_WORD.findall(text[:_BEGINS].lower()))
    return frozenset(list(words)[:_MOST_WORDS])


def _share(before: frozenset[str], now: frozenset[str]) -> float:
    """How many words two texts have in common, of those of the shorter one."""
    fewest = min(len(before), len(now))
    return len(before & now) / fewest if fewest else 1.0


def _name(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode(errors="surrogatepass")).hexdigest()[:32]
