"""Wire copy: the text of Dutch news agencies as news sites carry it.

The grammar, as in docs/design.md: a headline, paragraphs with a dateline before the first;
`Meer uit X` opens a section of briefs, which may have headlines; a time belongs to the item
before it, also where it is glued to the next dateline, and to the item whose headline it stands
above or below. Whatever does not fit is kept as a paragraph.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from digest.article import (
    SHOWN,
    Article,
    Aside,
    Brief,
    Dateline,
    Document,
    Headline,
    Item,
    Paragraph,
    Precision,
    Published,
    Role,
    Section,
)
from digest.cleaning import clean
from digest.sources.datelines import match_dateline
from digest.sources.dates import match_time
from digest.sources.headers import header_lines
from digest.sources.language import is_dutch
from digest.sources.liveblog import LiveEntry, split_entries
from digest.sources.places import english_section, is_section
from digest.sources.roles import english_byline, find_role
from digest.sources.wrapping import unwrap
from digest.splitter import split_sentences

MAX_HEADLINE = 160
"""A longer first line (in characters) is body text: Dutch headlines keep under 100."""

_LONGEST_TIME = 60
_LONGEST_DATELINE = 160
_AFTER_SENTENCE = re.compile(r"(?<![.!?…])[.!?…][\"”’)]*(?P<space>\s*)(?=\w)")
_AGO = re.compile(r".*\b(?:uur|min\w*\.?|kwartier|seconden)\s+geleden", re.IGNORECASE)
_CLOCK = re.compile(r"\d\d:\d\d")
_BLANK = re.compile(r"\s*")
_LONGEST_MENU = 8
_SECTION = re.compile(
    r"(?:meer|(?:meer|ander|ook)\s+nieuws)\s+(?:uit|over|in)\s+(?:het\s+|de\s+)?"
    r"(?P<name>[^\W\d_][\w &/-]{1,39})|(?P<other>kort nieuws|ander nieuws|meer nieuws)",
    re.IGNORECASE,
)
_LONGEST_NAME = 3
_SOFT_BREAK = re.compile(r"\xad[^\S\n]*\n[^\S\n]*(?=\w)")
_MAYBE_HEADLINE = frozenset({Role.LINK, Role.CREDIT, Role.BYLINE, Role.NOTICE})
_NEVER_HEADLINE = re.compile(r"[^:]{1,20}:.*|[(©].*")
_SENTENCE_END = re.compile(r"[.!?…][\"”’')\]]*$")

Token = Published | LiveEntry | Paragraph | str
"""A time, an entry of a live blog, a line whose role is known, or a text."""


def parse_wire(text: str, *, source: str, as_of: datetime) -> Document:
    """Parse wire copy into a document; never fails and never loses a character.

    `as_of` is the aware moment from which relative times count back.
    """
    tokens = _tokens(clean(_SOFT_BREAK.sub("", text)), as_of)
    builder = _Builder()
    for token, *after in zip(tokens, [*tokens[1:], ""], [*tokens[2:], "", ""], strict=False):
        builder.add(token, after)
    return Document(source=source, as_of=as_of, text=text, parts=builder.finish())


def _tokens(text: str, as_of: datetime) -> list[Token]:
    lines = list(unwrap(text, _stands_alone))
    notes = dict.fromkeys(header_lines(lines), Role.HEADER)
    notes |= dict.fromkeys(range(_menu(lines)), Role.NOTICE)
    tokens: list[Token] = []
    prose: list[str] = []
    for index, line in enumerate([*lines, ""]):
        if line and index not in notes:
            prose.append(line)
            continue
        for part in split_entries(prose, as_of):
            tokens.extend([part] if isinstance(part, LiveEntry) else _split_times(part, as_of))
        prose = []
        if line:
            tokens.append(Paragraph(text=line, role=notes[index]))
    return _merged_times(tokens)


def _stands_alone(line: str) -> bool:
    return bool(_is_section(line) or match_dateline(line) or find_role(line) is not Role.BODY)


def _menu(lines: list[str]) -> int:
    """How many lines at the beginning are a site's own: a menu, up to a headline given twice."""
    if not lines or find_role(lines[0]) is not Role.NOTICE:
        return 0
    sentences = 0
    for index, (line, following) in enumerate(itertools.pairwise(lines[:_LONGEST_MENU])):
        if line == following:
            return index if sentences <= 1 else 0
        sentences += bool(_SENTENCE_END.search(line))
    return 0


def _split_times(block: str, as_of: datetime) -> Iterator[Published | str]:
    """A block as its texts and times: those before a dateline, and one at the end, also glued."""
    start = 0
    for begins, is_glued in [(0, True), *_after_sentences(block)]:
        at = begins
        while at >= start and (time := match_time(block[at : at + _LONGEST_TIME], as_of)):
            end = at + len(time.raw)
            rest = block[end : end + _LONGEST_DATELINE].lstrip()
            if (rest and not match_dateline(rest)) or not (is_glued or _AGO.fullmatch(time.raw)):
                break
            if text := block[start:at].strip():
                yield text
            yield time
            start = at = end + len(_BLANK.findall(block, end)[0])
    if text := block[start:].strip():
        yield text


def _after_sentences(block: str) -> Iterator[tuple[int, bool]]:
    """Where something follows a sentence, and whether it does so without a space."""
    for found in _AFTER_SENTENCE.finditer(block):
        yield found.end(), not found["space"]


def _merged_times(tokens: Sequence[Token]) -> list[Token]:
    """Tokens in which a date and a time that follow each other are one."""
    merged: list[Token] = []
    for token in tokens:
        before = merged[-1] if merged else None
        if (
            isinstance(before, Published)
            and isinstance(token, Published)
            and before.precision is Precision.DAY
            and _CLOCK.fullmatch(token.english)
        ):
            at = before.at.replace(hour=token.at.hour, minute=token.at.minute)
            merged[-1] = Published(
                raw=f"{before.raw} {token.raw}",
                english=f"{before.english} at {token.english}",
                at=at,
                precision=Precision.MINUTE,
            )
        else:
            merged.append(token)
    return merged


@dataclass(slots=True)
class _Open:
    """The item that is being read: an article with a headline, else a brief."""

    headline: Headline | None
    section: Section | None
    published: Published | None = None
    paragraphs: list[Paragraph] = field(default_factory=list)
    has_body: bool = False
    ended: bool = False

    @property
    def is_headline_only(self) -> bool:
        """Whether its headline stands there and nothing else yet."""
        return bool(self.headline and not self.headline.derived and not self.paragraphs)

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
                section=self.section,
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
    """Puts tokens together to items; the last item is open until the next begins.

    `waiting` is a time that stands before its item; `times_lead` says that all do, here.
    """

    parts: list[Section | Item | Aside] = field(default_factory=list)
    section: Section | None = None
    open: _Open | None = None
    waiting: Published | None = None
    times_lead: bool = False
    aside: list[Paragraph] = field(default_factory=list)

    def add(self, token: Token, after: Sequence[Token]) -> None:
        """Add a token; `after` are the two that follow, empty texts at the end."""
        if isinstance(token, Published):
            self._add_time(token, after[0])
        elif isinstance(token, LiveEntry):
            self._begin(Paragraph(text=token.text), headline=None, published=token.published)
        elif isinstance(token, Paragraph):
            self._add_aside(token)
        elif heading := _section_heading(token):
            self._close()
            name = (heading["name"] or heading["other"]).strip()
            name = name[:1].upper() + name[1:]
            self.section = Section(heading=token, name=name, name_en=english_section(name))
            self.parts.append(self.section)
            self.times_lead = False
        else:
            self._add_text(token, after)

    def finish(self) -> tuple[Section | Item | Aside, ...]:
        self._close()
        return tuple(self.parts)

    def _add_time(self, time: Published, following: Token) -> None:
        goes_on = isinstance(following, str) and bool(following) and not _is_section(following)
        at_start = (self.section or not self.parts) and not self.open
        if self.section and self.parts[-1] is not self.section:
            at_start = False
        if (at_start or self.times_lead) and not self.waiting and (goes_on or self.section):
            # The times of this section, or of this text, stand before their items.
            self.times_lead = True
            self._close()
            self.waiting = replace(time, leads=True)
        elif not self.open or self.open.published or self.waiting:
            self._add_text(time.raw, ["", ""])
        elif self.open.is_headline_only and goes_on and _is_body(following):
            self.open.published = replace(time, under_headline=True)
        else:
            self.open.published = time
            self.open.ended = True

    def _add_aside(self, paragraph: Paragraph) -> None:
        if self.open and not self.open.ended:
            self.open.add(paragraph)
            return
        if self.open or self.waiting:
            self._close()
        self.aside.append(paragraph)

    def _add_text(self, text: str, after: Sequence[Token]) -> None:
        is_timed = isinstance(after[0], Published)  # a headline may have its time under it
        following = after[1] if is_timed else after[0]
        paragraph = self._paragraph(text, following)
        if paragraph.role not in SHOWN and not self.waiting:
            self._add_aside(paragraph)
        elif self._continues(paragraph, following, is_timed=is_timed):
            assert self.open
            self.open.add(paragraph)
        else:
            published = self._take_waiting()
            headed = not paragraph.dateline and self._is_headline(paragraph, following)
            headline = Headline(text=paragraph.text) if headed else None
            self._begin(paragraph, headline=headline, published=published)

    def _paragraph(self, text: str, following: Token) -> Paragraph:
        if self.open and self.open.is_headline_only and self.open.headline:
            if text == self.open.headline.text:
                return Paragraph(text=text, role=Role.NOTICE)
            has_headline = True
        else:
            has_headline = False
        role = find_role(text)
        if (
            role in _MAYBE_HEADLINE
            and not has_headline
            and _has_dateline(following)
            and not _NEVER_HEADLINE.fullmatch(text)
        ):
            role = Role.BODY
        dateline, rest = (match_dateline(text) if role is Role.BODY else None) or (None, text)
        if dateline and self._is_label(dateline, rest, following):
            dateline, rest = None, text
        if role is not Role.TABLE:
            rest = re.sub(r"\t+ *", " ", rest)
        english = english_byline(text) if role is Role.BYLINE else ""
        return Paragraph(text=rest, dateline=dateline, role=role, english=english)

    def _is_label(self, dateline: Dateline, rest: str, following: Token) -> bool:
        """Whether capitals before a dash are a label, as in `WK VOETBAL - Oranje wint`."""
        is_sentence = _SENTENCE_END.search(rest) or len(rest) > MAX_HEADLINE
        has_headline = self.open and self.open.is_headline_only
        return not (dateline.agencies or is_sentence or has_headline) and _has_dateline(following)

    def _continues(self, paragraph: Paragraph, following: Token, *, is_timed: bool) -> bool:
        """Whether a paragraph belongs to the open item, or begins the next."""
        if not self.open or self.open.ended or self.waiting:
            return False
        headline, has_body = self.open.headline, self.open.has_body
        if paragraph.role is not Role.BODY:
            return True
        if not headline or (headline.derived and not has_body):
            return False
        if has_body and self.section and paragraph.dateline:
            return False
        if not has_body or not _may_be_headline(paragraph):
            return True
        # A heading within a text looks like a headline too: what follows tells, or the section.
        in_row = is_timed or (self.section and not headline.derived)
        is_headed = not _SENTENCE_END.search(paragraph.text) and _is_body(following)
        return not (_has_dateline(following) or (in_row and is_headed))

    def _is_headline(self, paragraph: Paragraph, following: Token) -> bool:
        """Whether the first line of an item is its headline; a brief has mostly none."""
        if not _may_be_headline(paragraph):
            return False
        if not self.section:
            return True
        return not _SENTENCE_END.search(paragraph.text) and _is_body(following)

    def _begin(
        self, paragraph: Paragraph, *, headline: Headline | None, published: Published | None
    ) -> None:
        """Begin an item: with a headline, as a brief in a section, else one made from its body."""
        self._close()
        if headline:
            self.open = _Open(headline=headline, section=self.section, published=published)
            return
        derived = None
        if not self.section:
            sentences = split_sentences(paragraph.text)
            first = sentences[0].strip() if sentences else paragraph.text
            derived = Headline(text=first, derived=True)
        self.open = _Open(headline=derived, section=self.section, published=published)
        self.open.add(paragraph)

    def _take_waiting(self) -> Published | None:
        waiting, self.waiting = self.waiting, None
        return waiting

    def _close(self) -> None:
        """End what is open: lines that belong to no item, an item, a time without one."""
        if self.aside:
            self.parts.append(Aside(paragraphs=tuple(self.aside)))
            self.aside = []
        if self.open:
            self.parts.append(self.open.close())
            self.open = None
        if waiting := self._take_waiting():
            paragraph = Paragraph(text=waiting.raw)
            if self.section:
                self.parts.append(Brief(paragraphs=(paragraph,), section=self.section))
            else:
                self.parts.append(Aside(paragraphs=(paragraph,)))


def _may_be_headline(paragraph: Paragraph) -> bool:
    text = paragraph.text
    return (
        not paragraph.dateline
        and paragraph.role is Role.BODY
        and len(text) <= MAX_HEADLINE
        and len(split_sentences(text)) == 1
    )


def _has_dateline(token: Token) -> bool:
    return isinstance(token, str) and match_dateline(token) is not None


def _is_body(token: Token) -> bool:
    """Whether a text is the body of an item: it has a dateline, or ends as sentences do."""
    if not isinstance(token, str) or not token or _is_section(token):
        return False
    return _has_dateline(token) or bool(_SENTENCE_END.search(token))


def _is_section(text: str) -> bool:
    return _section_heading(text) is not None


def _section_heading(text: str) -> re.Match[str] | None:
    """The heading of a section: of one that is known, or named as desks and regions are."""
    found = _SECTION.fullmatch(text)
    if not found or not found["name"] or is_section(found["name"]):
        return found
    words = [word for word in re.split(r"[ &/-]+", found["name"]) if word not in _SMALL]
    return found if len(words) <= _LONGEST_NAME and all(w[:1].isupper() for w in words) else None


_SMALL = frozenset("aan de den der en het in op ten ter van".split())
