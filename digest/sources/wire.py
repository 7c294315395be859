"""Wire copy: the text of Dutch news agencies as news sites carry it.

The grammar, as in docs/design.md: a headline, paragraphs with a dateline before the
first; `Meer uit X` opens a section in which each paragraph is a brief; a time belongs to
the item before it, also where it is glued to the next dateline. Whatever does not fit is
kept as a paragraph.
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
    Section,
)
from digest.sources.dates import match_time
from digest.sources.places import english_place, english_section, ordinary_capitals
from digest.splitter import split_sentences

MAX_HEADLINE = 160
"""A longer first line (in characters) is body text: Dutch headlines keep under 100."""

_WRAP_LIMIT = 100
_WRAP_MINIMUM = 40
_DATELINE = re.compile(
    r"(?P<place>[^\W\d_'’][^()\n]{1,59}?|['’][^()\n]{2,59}?)\s*"
    r"\((?P<agencies>[^\W\d_][\w ./,&+-]{1,59})\)\s*[-–—]+\s+"
)
_SECTION = re.compile(r"Meer\s+uit\s+(?P<name>[^\W\d_][\w &/-]{1,39})", re.IGNORECASE)


def parse_wire(text: str, *, source: str, as_of: datetime) -> Document:
    """Parse wire copy into a document; never fails and never loses a character.

    `as_of` is the aware moment from which relative times count back.
    """
    builder = _Builder()
    for block in _unwrap(text):
        for part in _split_times(block, as_of):
            builder.add(part)
    return Document(source=source, as_of=as_of, text=text, parts=builder.finish())


def match_dateline(text: str) -> tuple[Dateline, str] | None:
    """The dateline at the start of `text` and what follows it, or None."""
    found = _DATELINE.match(text)
    if not found or not _is_place(found["place"]):
        return None
    place = ordinary_capitals(found["place"].strip())
    dateline = Dateline(
        raw=found[0].rstrip(),
        place=place,
        place_en=english_place(place),
        agencies=tuple(name.strip() for name in re.split(r"[/,]", found["agencies"])),
    )
    return dateline, text[found.end() :]


def _is_place(place: str) -> bool:
    return place.isupper() and all(char.isalpha() or char in " -'’./" for char in place)


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
        if was_full and not _SECTION.fullmatch(line) and not match_dateline(line):
            glue = "" if joined[-1].endswith("-") and line[0].islower() else " "
            joined[-1] += glue + line
        else:
            joined.append(line)
    return joined


def _split_times(block: str, as_of: datetime) -> Iterator[Published | str]:
    """A block as the times that stand before its text, and that text."""
    while block:
        time = match_time(block, as_of)
        rest = block[len(time.raw) :].lstrip() if time else ""
        if time and (not rest or match_dateline(rest)):
            yield time
            block = rest
        else:
            yield block
            return


@dataclass(slots=True)
class _Builder:
    """Puts blocks together to items; the last item is open until the next begins."""

    parts: list[Section | Item] = field(default_factory=list)
    section: Section | None = None
    open: Item | None = None

    def add(self, part: Published | str) -> None:
        if isinstance(part, Published):
            self._add_time(part)
        elif heading := _SECTION.fullmatch(part):
            self._close()
            name = heading["name"].strip()
            self.section = Section(heading=part, name=name, name_en=english_section(name))
            self.parts.append(self.section)
        else:
            self._add_text(part)

    def finish(self) -> tuple[Section | Item, ...]:
        self._close()
        return tuple(self.parts)

    def _add_time(self, time: Published) -> None:
        if self.open and not self.open.published:
            self.open = replace(self.open, published=time)
        else:
            self._add_text(time.raw)

    def _add_text(self, text: str) -> None:
        dateline, rest = match_dateline(text) or (None, text)
        paragraph = Paragraph(text=rest, dateline=dateline)
        if self.section:
            self._close()
            self.open = Brief(paragraphs=(paragraph,), section=self.section)
        elif isinstance(self.open, Article) and not self.open.published:
            self.open = replace(self.open, paragraphs=(*self.open.paragraphs, paragraph))
        else:
            self._close()
            self.open = _new_article(paragraph)

    def _close(self) -> None:
        if self.open:
            self.parts.append(self.open)
            self.open = None


def _new_article(paragraph: Paragraph) -> Article:
    """An article that begins with its headline, or with a body that has to lend it one."""
    sentences = split_sentences(paragraph.text)
    if not paragraph.dateline and len(paragraph.text) <= MAX_HEADLINE and len(sentences) == 1:
        return Article(headline=Headline(text=paragraph.text), paragraphs=())
    first = sentences[0].strip() if sentences else paragraph.text
    return Article(headline=Headline(text=first, derived=True), paragraphs=(paragraph,))
