"""The edition: one dated digest with every item in both languages, and how the run went.

An edition holds values only; it is made once and then rendered any number of times.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from itertools import groupby

from digest.article import NO_ORIGIN, Dateline, Link, Origin, Published, Role, Section


class Format(StrEnum):
    """What an edition is rendered as: `html` is for mail, `web` for a browser.

    `jsonl` has an item a line, `eml` is a message of several of these, `atom` and `jsonfeed` are
    for feed readers, `epub` is for e-readers.
    """

    TEXT = "text"
    HTML = "html"
    WEB = "web"
    MD = "md"
    JSON = "json"
    JSONL = "jsonl"
    EML = "eml"
    ATOM = "atom"
    JSONFEED = "jsonfeed"
    EPUB = "epub"


class Layout(StrEnum):
    """How the two languages stand."""

    INTERLEAVED = "interleaved"
    COLUMNS = "columns"
    TRANSLATION = "translation"
    ORIGINAL = "original"


class Alignment(StrEnum):
    """What stands beside what: paragraphs, or the sentences in them."""

    PARAGRAPH = "paragraph"
    SENTENCE = "sentence"


class Sort(StrEnum):
    """In which order items stand: by section, by source, or the newest first."""

    SECTION = "section"
    SOURCE = "source"
    TIME = "time"


class Flag(StrEnum):
    """Why a translated segment is doubtful; the value is the reason in English."""

    EMPTY = "not translated"
    COPY = "left in Dutch"
    LOOP = "repeats itself"
    LENGTH = "too short or too long"
    NUMBERS = "numbers differ"
    DUTCH = "Dutch words left"
    NAMES = "a name is missing"
    QUOTES = "quotes or brackets differ"
    SYMBOLS = "stray symbols"
    MEANING = "not found in the English"
    FOREIGN = "not Dutch, shown as it is"

    @property
    def reason(self) -> str:
        """What is doubtful, in words for the reader."""
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A Dutch name or term and how it is settled in English; an empty target keeps the Dutch."""

    source: str
    target: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gloss:
    """What a word or expression of a sentence means.

    It stands from `start` to `end` in the Dutch; `head` is how a dictionary lists it. A name
    or a number has no meanings.
    """

    start: int
    end: int
    head: str
    meanings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A Dutch sentence beside its English one.

    `score` is the mean log probability of the tokens, at most 0; None when no model made it.
    `terms` are those of the glossary that settled something in the English. `glosses` are the
    meanings of its less common words, `missing` the words whose meaning is not in the English.
    """

    dutch: str
    english: str
    score: float | None = None
    flags: tuple[Flag, ...] = ()
    terms: tuple[Term, ...] = ()
    glosses: tuple[Gloss, ...] = ()
    missing: tuple[Gloss, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A headline or paragraph in both languages, sentence beside sentence.

    `links` are those of the Dutch, in reading order.
    """

    dutch: str
    sentences: tuple[Sentence, ...]
    role: Role = Role.BODY
    dateline: Dateline | None = None
    links: tuple[Link, ...] = ()

    @property
    def english(self) -> str:
        """The English sentences as running text."""
        return " ".join(sentence.english for sentence in self.sentences if sentence.english)

    @property
    def flags(self) -> tuple[Flag, ...]:
        """The flags of all sentences, each once."""
        return tuple(dict.fromkeys(flag for part in self.sentences for flag in part.flags))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An item of the edition, with its place in it (`number` counts from 1).

    `headline` is None for a brief; `source` names the file or feed it was read from, `origin` is
    what that says of it; `pictures` are what pictures are said to show. `identity` is the same
    wherever and whenever the item is read; `updated` says that its text changed since it was
    first read, `shortened` that sentences were left out to keep a document small.
    """

    number: int
    headline: Passage | None
    headline_derived: bool
    paragraphs: tuple[Passage, ...]
    section: Section | None
    published: Published | None
    source: str
    origin: Origin = NO_ORIGIN
    pictures: tuple[Passage, ...] = ()
    identity: str = ""
    updated: bool = False
    shortened: bool = False

    @property
    def passages(self) -> tuple[Passage, ...]:
        """Headline, paragraphs and pictures; the first paragraph has a derived headline already."""
        headed = self.headline and not self.headline_derived
        head = (self.headline,) if self.headline and headed else ()
        return (*head, *self.paragraphs, *self.pictures)

    @property
    def publisher(self) -> str:
        """Who published it, as far as anybody says: else the source that it was read from."""
        return self.origin.publisher or self.source

    @property
    def dateline(self) -> Dateline | None:
        """The first dateline of the item."""
        return next((part.dateline for part in self.paragraphs if part.dateline), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the sentences of an edition come to.

    How many there are, of how many Dutch words and of how many characters in both languages; how
    many carry a flag, or have no translation at all; the terms of the glossary that settled
    something, each once.
    """

    sentences: int = 0
    words: int = 0
    characters: int = 0
    doubtful: int = 0
    untranslated: int = 0
    terms: tuple[Term, ...] = ()


def tally(sentences: Iterable[Sentence]) -> Tally:
    """What sentences come to."""
    count = words = characters = doubtful = untranslated = 0
    terms: dict[Term, None] = {}
    for sentence in sentences:
        count += 1
        words += len(sentence.dutch.split())
        characters += len(sentence.dutch) + len(sentence.english)
        doubtful += bool(sentence.flags)
        untranslated += Flag.EMPTY in sentence.flags
        terms |= dict.fromkeys(sentence.terms)
    return Tally(
        sentences=count,
        words=words,
        characters=characters,
        doubtful=doubtful,
        untranslated=untranslated,
        terms=tuple(terms),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Entries of one section that stand together; the section is None for those without.

    In an edition by source it is named for the source; one by time is one group.
    """

    section: Section | None
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelNote:
    """The model that translated: its name with version, and its quality in one line."""

    name: str
    quality: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where entries come from; `as_of` is the aware moment its relative times count back from."""

    name: str
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What could not be read: the source and why, for the report."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UncommonWord:
    """A less common Dutch word, the sentence it was found in and the number of its entry.

    `meanings` are those of the word list; a word that it does not have has none.
    """

    word: str
    sentence: Sentence
    number: int
    meanings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One dated digest; `name` tells several of one date apart: `morning`, `evening`.

    `sort` is how its entries are ordered; each has at most `sentences_each` sentences in its body
    (0: all there are). `asides` lines of the sources are no news (advertisements, links, credits)
    and stand nowhere.
    What was too much for a document: it may be without its list of `contents`; items from
    `headlines_from` on (0: none) have headlines only, in so many `headline_languages`; `left_out`
    items more and `unlisted` sources and problems more are only counted.
    """

    title: str
    day: date
    name: str = ""
    sort: Sort = Sort.SECTION
    sentences_each: int = 0
    entries: Sequence[Entry]
    model: ModelNote | None
    sources: tuple[Source, ...]
    problems: tuple[Problem, ...] = ()
    words: tuple[UncommonWord, ...] = ()
    left_out: int = 0
    asides: int = 0
    contents: bool = True
    headlines_from: int = 0
    headline_languages: int = 2
    unlisted: int = 0

    @cached_property
    def key(self) -> str:
        """What tells it from all others: made of its day, name, title and items."""
        digest = hashlib.sha256(f"{self.day.isoformat()}\n{self.name}\n".encode(errors="replace"))
        digest.update(self.title.encode(errors="replace"))
        for entry in self.entries:
            digest.update(f"\n{entry.identity}".encode(errors="replace"))
        return digest.hexdigest()[:16]

    @property
    def full_title(self) -> str:
        """The title with the name."""
        return f"{self.title}, {self.name}" if self.name else self.title

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The entries in order; neighbours of the same section, or source, stand together."""
        groups = []
        start = 0
        for section, run in groupby(map(self._heading, self.entries)):
            end = start + sum(1 for _ in run)
            groups.append(Group(section=section, entries=self.entries[start:end]))
            start = end
        return tuple(groups)

    def _heading(self, entry: Entry) -> Section | None:
        if self.sort is Sort.SOURCE:
            name = entry.publisher
            return Section(heading=name, name=name, name_en=name)
        if self.sort is Sort.TIME or not entry.section:
            return None
        name = entry.section.name
        return Section(heading=name, name=name, name_en=entry.section.name_en)

    @property
    def sentences(self) -> Iterator[Sentence]:
        """All sentences, in reading order."""
        for entry in self.entries:
            for passage in (entry.headline, *entry.paragraphs, *entry.pictures):
                yield from passage.sentences if passage else ()

    @cached_property
    def tally(self) -> Tally:
        """What its sentences come to."""
        return tally(self.sentences)

    @property
    def doubtful(self) -> int:
        """How many sentences carry a flag."""
        return self.tally.doubtful

    @property
    def untranslated(self) -> int:
        """How many sentences have no translation at all."""
        return self.tally.untranslated


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """An edition, and the aware moment when it was made."""

    edition: Edition
    made: datetime


def shown_source(source: str) -> str:
    """A source as others may see it: of a path its name, not where the file lies.

    An address, and what a source is called, stay.
    """
    is_path = "/" in source and "://" not in source and " / " not in source
    return source.rstrip("/").rpartition("/")[2] if is_path else source
