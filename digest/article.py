"""What a source says, parsed once: articles, briefs and their parts.

All values are immutable and hold the text as it stands in the source, so that
`Document.reassemble` can show that nothing was lost.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Precision(StrEnum):
    """How exactly a published time is known."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """When an item was published: `raw` as it stands, `english` by rule, `at` aware.

    `leads` says that it stands before the item instead of after it.
    """

    raw: str
    english: str
    at: datetime
    precision: Precision
    leads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """Place and agencies before the first sentence: `KIEV (ANP/AFP/RTR) -`."""

    raw: str
    place: str
    place_en: str
    agencies: tuple[str, ...]


class Role(StrEnum):
    """What a paragraph is; only `body` is prose, and only it is translated by a model."""

    BODY = "body"
    BYLINE = "byline"
    TABLE = "table"
    ADVERTISEMENT = "advertisement"
    LINK = "link"
    CREDIT = "credit"
    SEPARATOR = "separator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Text without line breaks; `text` does not hold the dateline.

    `english` is its translation where a rule gives one, as for a byline.
    """

    text: str
    dateline: Dateline | None = None
    role: Role = Role.BODY
    english: str = ""


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

    `is_dutch` is False for an item that is plainly in another language.
    """

    headline: Headline
    paragraphs: tuple[Paragraph, ...]
    section: Section | None = None
    published: Published | None = None
    is_dutch: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A short item without a headline of its own."""

    paragraphs: tuple[Paragraph, ...]
    section: Section
    published: Published | None = None
    is_dutch: bool = True


Item = Article | Brief


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
    """One source as parsed: its name, its whole text, its parts in reading order.

    `as_of` is the aware moment from which its relative times count back.
    """

    source: str
    as_of: datetime
    text: str
    parts: tuple[Section | Item, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """The articles and briefs, in reading order."""
        return tuple(part for part in self.parts if not isinstance(part, Section))

    def reassemble(self) -> str:
        """The text again, from the parts alone; equal to `text` but for white space."""
        return "\n".join(line for part in self.parts for line in _lines(part))

    @property
    def is_complete(self) -> bool:
        """Whether no character of the text was lost in parsing."""
        return "".join(self.reassemble().split()) == "".join(self.text.split())


def _lines(part: Section | Item) -> list[str]:
    if isinstance(part, Section):
        return [part.heading]
    lines = []
    if part.published and part.published.leads:
        lines.append(part.published.raw)
    if isinstance(part, Article) and not part.headline.derived:
        lines.append(part.headline.text)
    for paragraph in part.paragraphs:
        lines.append(f"{paragraph.dateline.raw} " if paragraph.dateline else "")
        lines[-1] += paragraph.text
    if part.published and not part.published.leads:
        lines.append(part.published.raw)
    return lines
