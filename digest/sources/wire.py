"""Wire copy: the text of Dutch news agencies as news sites carry it.

The grammar, as in docs/design.md: a headline, paragraphs with a dateline before the first;
`Meer uit X` opens a section in which each paragraph is a brief; a time belongs to the item
before it, also where it is glued to the next dateline. Whatever does not fit is kept as a
paragraph.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from digest.article import (
    Article,
    Brief,
    Dateline,
    Document,
    Headline,
    Item,
    Paragraph,
    Published,
    Role,
    Section,
)
from digest.sources.dates import match_time
from digest.sources.language import is_dutch
from digest.sources.places import english_place, english_section, ordinary_capitals
from digest.sources.roles import english_byline, find_role
from digest.splitter import split_sentences

MAX_HEADLINE = 160
"""A longer first line (in characters) is body text: Dutch headlines keep under 100."""

_WRAP_LIMIT = 100
_WRAP_MINIMUM = 40
_LONGEST_TIME = 60
_DATELINE = re.compile(
    r"(?P<place>[^\W\d_'’][^()\n]{1,59}?|['’][^()\n]{2,59}?)\s*"
    r"\((?P<agencies>[^\W\d_][\w ./,&+-]{1,59})\)\s*[-–—]+\s+"
)
_BARE_DATELINE = re.compile(
    r"(?P<place>[^\W\d_'’][^\W\d_][^()\n.!?,:;]{1,38}?|['’][^()\n.!?,:;]{2,39}?)\s+[-–—]+\s+(?=[\"“„‘'(]?\w)"
)
_AGENCIES = frozenset(
    "afp anp ap belga bloomberg dpa efe nos novum pa reuters rtr sda tass vrt xinhua".split()
)
_ACRONYMS = frozenset("CDA EU GGD KNMI NAVO NOS OM PVV PVDA RIVM UWV VN VRT VS VVD WHO".split())
_SECTION = re.compile(
    r"(?:meer|ander|ook)\s+(?:nieuws\s+)?(?:uit|over|in)\s+(?:het\s+|de\s+)?"
    r"(?P<name>[^\W\d_][\w &/-]{1,39})|(?P<other>kort nieuws|ander nieuws|meer nieuws)",
    re.IGNORECASE,
)


def parse_wire(text: str, *, source: str, as_of: datetime) -> Document:
    """Parse wire copy into a document; never fails and never loses a character.

    `as_of` is the aware moment from which relative times count back.
    """
    tokens = [part for block in _unwrap(text) for part in _split_times(block, as_of)]
    builder = _Builder()
    for token, following in zip(tokens, [*tokens, ""][1:], strict=True):
        builder.add(token, following)
    return Document(source=source, as_of=as_of, text=text, parts=builder.finish())


def match_dateline(text: str) -> tuple[Dateline, str] | None:
    """The dateline at the start of `text` and what follows it, or None.

    Places stand in capitals; in ordinary letters only before agencies that are known.
    """
    found = _DATELINE.match(text)
    if found:
        agencies = tuple(name.strip() for name in re.split(r"[/,]", found["agencies"]))
        known = all(name.lower() in _AGENCIES for name in agencies)
    else:
        found = _BARE_DATELINE.match(text)
        agencies, known = (), False
    if not found or not _is_place(found["place"].strip(), known=known):
        return None
    place = ordinary_capitals(found["place"].strip())
    dateline = Dateline(
        raw=found[0].rstrip(), place=place, place_en=english_place(place), agencies=agencies
    )
    return dateline, text[found.end() :]


def _is_place(place: str, *, known: bool) -> bool:
    if not all(char.isalpha() or char in " -'’./" for char in place) or place in _ACRONYMS:
        return False
    return place.isupper() or (known and place[:1].isupper() and len(place.split()) <= 3)  # noqa: PLR2004 - Rio de Janeiro


def _unwrap(text: str) -> Iterator[str]:
    """The text as one string a paragraph: blank lines separate, wrapped lines are joined."""
    group: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.strip():
            group.append(line.strip())
        elif group:
            yield from _join_wrapped(group)
            group = []


def _join_wrapped(lines: list[str]) -> list[str]:
    """Join lines that a program has wrapped: each is so long that the next word did not fit."""
    width = max(map(len, lines))
    if not _WRAP_MINIMUM <= width < _WRAP_LIMIT:
        return lines
    full = [
        len(line) + 1 + len(following.split()[0]) > width
        for line, following in itertools.pairwise(lines)
    ]
    if sum(full) * 5 < len(full) * 3 or not full:
        return lines
    joined = [lines[0]]
    for was_full, line in zip(full, lines[1:], strict=True):
        if was_full and not _stands_alone(line):
            glue = "" if joined[-1].endswith("-") and line[0].islower() else " "
            joined[-1] += glue + line
        else:
            joined.append(line)
    return joined


def _stands_alone(line: str) -> bool:
    return bool(
        _SECTION.fullmatch(line) or match_dateline(line) or find_role(line) is not Role.BODY
    )


def _split_times(block: str, as_of: datetime) -> Iterator[Published | str]:
    """A block as the times that stand before its text, that text, and a time glued to its end."""
    while block:
        time = match_time(block, as_of)
        rest = block[len(time.raw) :].lstrip() if time else ""
        if not time or (rest and not match_dateline(rest)):
            break
        yield time
        block = rest
    if not block:
        return
    text, glued = _glued_time(block, as_of)
    yield text
    if glued:
        yield glued


def _glued_time(block: str, as_of: datetime) -> tuple[str, Published | None]:
    """A text, and the time that follows its last sentence without a space, or None."""
    tail = max(len(block) - _LONGEST_TIME, 0)
    for found in re.finditer(r"[.!?…][\"”’)]*(?=\w)", block[tail:]):
        start = tail + found.end()
        time = match_time(block[start:], as_of)
        if time and time.raw == block[start:]:
            return block[:start], time
    return block, None


@dataclass(slots=True)
class _Open:
    """The item that is being read: an article with a headline, else a brief."""

    headline: Headline | None
    section: Section | None
    published: Published | None = None
    paragraphs: list[Paragraph] = field(default_factory=list)
    has_body: bool = False

    def add(self, paragraph: Paragraph) -> None:
        self.paragraphs.append(paragraph)
        self.has_body = self.has_body or paragraph.role is Role.BODY

    def close(self) -> Item:
        headline = self.headline.text if self.headline else ""
        body = (part.text for part in self.paragraphs if part.role is Role.BODY)
        dutch = is_dutch(" ".join([headline, *body]))
        paragraphs = tuple(self.paragraphs)
        if self.headline:
            return Article(
                headline=self.headline,
                paragraphs=paragraphs,
                published=self.published,
                is_dutch=dutch,
            )
        assert self.section
        return Brief(
            paragraphs=paragraphs,
            section=self.section,
            published=self.published,
            is_dutch=dutch,
        )


@dataclass(slots=True)
class _Builder:
    """Puts tokens together to items; the last item is open until the next begins."""

    parts: list[Section | Item] = field(default_factory=list)
    section: Section | None = None
    open: _Open | None = None
    waiting: Published | None = None
    times_lead: bool = False

    def add(self, token: Published | str, following: Published | str) -> None:
        if isinstance(token, Published):
            self._add_time(token)
        elif heading := _SECTION.fullmatch(token):
            self._close()
            name = (heading["name"] or heading["other"]).strip()
            name = name[:1].upper() + name[1:]
            self.section = Section(heading=token, name=name, name_en=english_section(name))
            self.parts.append(self.section)
            self.times_lead = False
        else:
            self._add_text(token, following)

    def finish(self) -> tuple[Section | Item, ...]:
        self._close()
        return tuple(self.parts)

    def _add_time(self, time: Published) -> None:
        first_of_section = self.section and not self.open and self.parts[-1] is self.section
        if (first_of_section or self.times_lead) and not self.waiting:
            # The times of this section stand before their briefs.
            self.times_lead = True
            self._close()
            self.waiting = replace(time, leads=True)
        elif self.open and not self.open.published and not self.waiting:
            self.open.published = time
        else:
            self._add_text(time.raw, "")

    def _add_text(self, text: str, following: Published | str) -> None:
        role = find_role(text)
        dateline, rest = (match_dateline(text) if role is Role.BODY else None) or (None, text)
        english = english_byline(text) if role is Role.BYLINE else ""
        paragraph = Paragraph(text=rest, dateline=dateline, role=role, english=english)
        if not self._continues(paragraph, following):
            published = self._take_waiting()
            self._close()
            self.open = _begin(paragraph, self.section, published)
        elif self.open:
            self.open.add(paragraph)

    def _continues(self, paragraph: Paragraph, following: Published | str) -> bool:
        """Whether a paragraph belongs to the open item, or begins the next."""
        if not self.open or self.open.published or self.waiting:
            return False
        if paragraph.role is not Role.BODY:
            return True
        if self.section or not self.open.headline:
            return False
        if self.open.headline.derived and not self.open.has_body:
            return False
        begins = isinstance(following, str) and match_dateline(following) is not None
        return not (self.open.has_body and begins and _may_be_headline(paragraph))

    def _take_waiting(self) -> Published | None:
        waiting, self.waiting = self.waiting, None
        return waiting

    def _close(self) -> None:
        if self.open:
            self.parts.append(self.open.close())
            self.open = None
        if waiting := self._take_waiting():
            assert self.section
            paragraph = Paragraph(text=waiting.raw)
            self.parts.append(Brief(paragraphs=(paragraph,), section=self.section))


def _begin(paragraph: Paragraph, section: Section | None, published: Published | None) -> _Open:
    """A brief in a section; else an article with its headline, or one made from its body."""
    if section:
        begun = _Open(headline=None, section=section, published=published)
    elif _may_be_headline(paragraph):
        return _Open(headline=Headline(text=paragraph.text), section=None)
    else:
        sentences = split_sentences(paragraph.text)
        first = sentences[0].strip() if sentences else paragraph.text
        begun = _Open(headline=Headline(text=first, derived=True), section=None)
    begun.add(paragraph)
    return begun


def _may_be_headline(paragraph: Paragraph) -> bool:
    text = paragraph.text
    return (
        not paragraph.dateline
        and paragraph.role is Role.BODY
        and len(text) <= MAX_HEADLINE
        and len(split_sentences(text)) == 1
    )
