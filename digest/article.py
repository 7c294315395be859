"""What a source says, parsed once: articles, briefs and their parts.

All values are immutable and hold the text as it stands in the source, so that
`Document.reassemble` can show that nothing was lost.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digest.cleaning import clean
from digest.shelf import pick_kinds, shelve


class Precision(StrEnum):
    """How exactly a published time is known."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """When an item was published: `raw` as it stands, `english` by rule, `at` aware.

    `leads` says that it stands before the item instead of after it, `under_headline` that it
    stands between headline and body, `below` so many lines.
    """

    raw: str
    english: str
    at: datetime
    precision: Precision
    leads: bool = False
    under_headline: bool = False
    below: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """Place and agencies before the first sentence: `KIEV (ANP/AFP/RTR) -`."""

    raw: str
    place: str
    place_en: str
    agencies: tuple[str, ...]


class Role(StrEnum):
    """What a paragraph is; only `body` is prose, and only it is translated by a model.

    A `notice` is what a site says of itself: subscribe, log in, sign up; a `header` is what an
    agency says of a message: its number, desk and length.
    """

    BODY = "body"
    BYLINE = "byline"
    TABLE = "table"
    ADVERTISEMENT = "advertisement"
    LINK = "link"
    CREDIT = "credit"
    SEPARATOR = "separator"
    NOTICE = "notice"
    HEADER = "header"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link in a paragraph: the words that carry it, from `start` on, and its address."""

    text: str
    address: str
    start: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Text without line breaks; `text` does not hold the dateline.

    `english` is its translation where a rule gives one, as for a byline. `links` are in reading
    order.
    """

    text: str
    dateline: Dateline | None = None
    role: Role = Role.BODY
    english: str = ""
    links: tuple[Link, ...] = ()


class Status(StrEnum):
    """What became of an item of an agency; what is withdrawn or withheld stands in no edition."""

    USABLE = ""
    CORRECTION = "correction"
    WITHDRAWN = "withdrawn"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an item comes from, as its source says; what it does not say is empty.

    `address` is that of the original, as `links.link_address` gives it; `publisher` is the name
    of the feed or site, `status` what an agency says became of it. Where the whole
    text was wanted, `is_full` says that it was had from there, `note` why not.
    """

    address: str = ""
    author: str = ""
    publisher: str = ""
    categories: tuple[str, ...] = ()
    status: Status = Status.USABLE
    is_full: bool = False
    note: str = ""


NO_ORIGIN = Origin()
"""That of an item whose source says nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """A headline; `derived` when it was made from the first sentence of the body."""

    text: str
    derived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A group of items: `heading` as it stands (`Meer uit Buitenland`), its name in both."""

    heading: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One news item with a headline and a body of paragraphs.

    `is_dutch` is False for an item that is plainly in another language. `key` is what its feed
    knows it by, empty where nothing says so. `identity` is what it is known by, where that is not
    told by its letters; `updated` says that its text changed since it was first read. `pictures`
    are what pictures are said to show, `version` is the number that an agency gave this text.
    """

    headline: Headline
    paragraphs: tuple[Paragraph, ...]
    section: Section | None = None
    published: Published | None = None
    is_dutch: bool = True
    key: str = ""
    origin: Origin = NO_ORIGIN
    pictures: tuple[str, ...] = ()
    version: int = 0
    identity: str = ""
    updated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A short item without a headline of its own."""

    paragraphs: tuple[Paragraph, ...]
    section: Section
    published: Published | None = None
    is_dutch: bool = True
    identity: str = ""


Item = Article | Brief


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """Lines that belong to no item: an agency's header, an advertisement before the first."""

    paragraphs: tuple[Paragraph, ...]


SHOWN = frozenset({Role.BODY, Role.BYLINE, Role.TABLE})
"""The roles that stand in an edition; all others are counted and left out."""


def is_news(item: Item) -> bool:
    """Whether an item has a headline or prose of its own: not only an advertisement."""
    headed = isinstance(item, Article) and not item.headline.derived
    return headed or any(part.role in SHOWN for part in item.paragraphs)


def dateline_of(item: Item) -> Dateline | None:
    """The first dateline among the item's paragraphs."""
    return next((part.dateline for part in item.paragraphs if part.dateline), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One source as parsed: its name, the whole text of wire copy, its parts in reading order.

    `as_of` is the aware moment from which its relative times count back. `feed` is what the
    feed that it is is known by, empty for anything else; `place` is where the source is, `kind`
    what it was read as.
    """

    source: str
    as_of: datetime
    text: str
    parts: Sequence[Section | Item | Aside]
    feed: str = ""
    place: str = ""
    kind: str = ""

    @property
    def items(self) -> Sequence[Item]:
        """The articles and briefs, in reading order."""
        return pick_kinds(self.parts, Article, Brief)

    @property
    def lines(self) -> Iterator[Paragraph]:
        """All paragraphs, those that belong to no item too."""
        held = (part.paragraphs for part in self.parts if not isinstance(part, Section))
        return (paragraph for paragraphs in held for paragraph in paragraphs)

    def reassemble(self) -> str:
        """The text again, from the parts alone.

        It is `text` but for what `clean` takes, white space, and hyphens at the ends of lines.
        """
        return "\n".join(line for part in self.parts for line in _lines(part))

    @property
    def is_complete(self) -> bool:
        """Whether no character of the text of wire copy was lost in parsing."""
        return _are_same("".join(clean(self.text).split()), "".join(self.reassemble().split()))


def shelve_documents(documents: Iterable[Document]) -> Sequence[Document]:
    """Documents in their order, of which few are held in memory: each may have a hundred items."""
    return shelve(documents, held=_DOCUMENTS)


_DOCUMENTS = 4
_HYPHENS = "-\u2010"


def _are_same(text: str, parts: str) -> bool:
    """Whether two texts are the same, but for hyphens between letters that the second has not."""
    at = 0
    for index, char in enumerate(text):
        if parts[at : at + 1] == char:
            at += 1
        elif (
            char not in _HYPHENS or not f"{text[index - 1]}{text[index + 1 : index + 2]}".isalpha()
        ):
            return False
    return at == len(parts)


def _lines(part: Section | Item | Aside) -> list[str]:
    if isinstance(part, Section):
        return [part.heading]
    published = None if isinstance(part, Aside) else part.published
    lines = []
    if published and published.leads:
        lines.append(published.raw)
    if isinstance(part, Article) and not part.headline.derived:
        lines.append(part.headline.text)
    body = [f"{p.dateline.raw} {p.text}" if p.dateline else p.text for p in part.paragraphs]
    if published and published.under_headline:
        body.insert(published.below, published.raw)
    lines += body
    if published and not (published.leads or published.under_headline):
        lines.append(published.raw)
    return lines
