"""Wire copy: the text of Dutch news agencies as news sites carry it.

The grammar, as in docs/design.md: a headline, paragraphs with a dateline before the first;
`Meer uit X` opens a section of briefs, which may have headlines; a time belongs to the item
before it, also where it is glued to the next dateline, and to the item whose headline it stands
above or below. Whatever does not fit is kept as a paragraph.
"""

import re
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
from digest.sources.datelines import match_dateline
from digest.sources.language import is_dutch
from digest.sources.liveblog import LiveEntry
from digest.sources.places import english_section
from digest.sources.roles import english_byline, find_role
from digest.sources.tokens import (
    SENTENCE_END,
    Ahead,
    Token,
    has_dateline,
    is_body,
    look_ahead,
    section_heading,
    tokenise,
)
from digest.splitter import split_sentences

MAX_HEADLINE = 160
"""A longer first line (in characters) is body text: Dutch headlines keep under 100."""

_MAYBE_HEADLINE = frozenset({Role.LINK, Role.CREDIT, Role.BYLINE, Role.NOTICE})
_NEVER_HEADLINE = re.compile(r"[^:]{1,20}:.*|[(©].*")


def parse_wire(text: str, *, source: str, as_of: datetime) -> Document:
    """Parse wire copy into a document; never fails and never loses a character.

    `as_of` is the aware moment from which relative times count back.
    """
    tokens = tokenise(text, as_of)
    builder = _Builder()
    for index, token in enumerate(tokens):
        builder.add(token, look_ahead(tokens, index))
    return Document(source=source, as_of=as_of, text=text, parts=builder.finish())


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
    def is_headed_only(self) -> bool:
        """Whether its headline stands there, and no prose yet."""
        return bool(self.headline and not self.headline.derived and not self.has_body)

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

    `waiting` is a time that stands before its item; `times_lead` says that all do, here. `aside`
    are lines that belong to no item, `is_separated` says that a separator was the last.
    """

    parts: list[Section | Item | Aside] = field(default_factory=list)
    section: Section | None = None
    open: _Open | None = None
    waiting: Published | None = None
    times_lead: bool = False
    aside: list[Paragraph] = field(default_factory=list)
    is_separated: bool = False

    def add(self, token: Token, ahead: Ahead) -> None:
        if isinstance(token, Published):
            self._add_time(token, ahead)
        elif isinstance(token, LiveEntry):
            self._begin(Paragraph(text=token.text), headline=None, published=token.published)
        elif isinstance(token, Paragraph):
            self._add_aside(token)
        elif heading := section_heading(token):
            self._close()
            name = (heading["name"] or heading["other"]).strip()
            name = name[:1].upper() + name[1:]
            self.section = Section(heading=token, name=name, name_en=english_section(name))
            self.parts.append(self.section)
            self.times_lead = False
        else:
            self._add_text(token, ahead)

    def finish(self) -> tuple[Section | Item | Aside, ...]:
        self._close()
        return tuple(self.parts)

    def _add_time(self, time: Published, ahead: Ahead) -> None:
        following = ahead.token
        goes_on = isinstance(following, str) and following and not section_heading(following)
        at_start = (self.section or not self.parts) and not self.open
        if self.section and self.parts[-1] is not self.section:
            at_start = False
        if (at_start or self.times_lead) and not self.waiting and (goes_on or self.section):
            # The times of this section, or of this text, stand before their items.
            self.times_lead = True
            self._close()
            self.waiting = replace(time, leads=True)
        elif not self.open or self.open.published or self.waiting:
            self._add_text(time.raw, Ahead("", "", is_timed=False))
        elif self.open.is_headed_only and is_body(ahead.text):
            below = len(self.open.paragraphs)
            self.open.published = replace(time, under_headline=True, below=below)
        elif self._is_subheading(time, following):
            self.open.add(Paragraph(text=time.raw))
        else:
            self.open.published = time
            self.open.ended = True

    def _is_subheading(self, time: Published, following: Token) -> bool:
        """Whether a date or clock time in the middle of a text stands above what happened then."""
        is_ago = time.precision is Precision.HOUR or "geleden" in time.raw
        in_text = self.open and self.open.has_body and not self.section
        prose = isinstance(following, str) and not has_dateline(following) and is_body(following)
        return bool(in_text and prose and not is_ago)

    def _add_aside(self, paragraph: Paragraph) -> None:
        if self.open and not self.open.ended:
            self.open.add(paragraph)
            self.is_separated = paragraph.role is Role.SEPARATOR and self.open.has_body
            return
        if self.open or self.waiting:
            self._close()
        self.aside.append(paragraph)

    def _add_text(self, text: str, ahead: Ahead) -> None:
        paragraph = self._paragraph(text, ahead)
        if paragraph.role not in SHOWN and not self.waiting:
            self._add_aside(paragraph)
            return
        if self._continues(paragraph, ahead):
            assert self.open
            self.open.add(paragraph)
        else:
            published = self._take_waiting()
            headline = Headline(text=paragraph.text) if self._heads(paragraph, ahead) else None
            self._begin(paragraph, headline=headline, published=published)
        self.is_separated = False

    def _paragraph(self, text: str, ahead: Ahead) -> Paragraph:
        has_headline = self.open is not None and self.open.is_headed_only
        if self.open and self.open.headline and has_headline and text == self.open.headline.text:
            return Paragraph(text=text, role=Role.NOTICE)
        role = find_role(text)
        if (
            role in _MAYBE_HEADLINE
            and not has_headline
            and has_dateline(ahead.token)
            and not _NEVER_HEADLINE.fullmatch(text)
        ):
            role = Role.BODY
        dateline, rest = (match_dateline(text) if role is Role.BODY else None) or (None, text)
        if dateline and not has_headline and _is_label(dateline, rest, ahead):
            dateline, rest = None, text
        if role is not Role.TABLE:
            rest = re.sub(r"\t+ *", " ", rest)
        english = english_byline(text) if role is Role.BYLINE else ""
        return Paragraph(text=rest, dateline=dateline, role=role, english=english)

    def _continues(self, paragraph: Paragraph, ahead: Ahead) -> bool:
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
        if not has_body or not _may_be_headline(paragraph, ahead):
            return True
        # A heading within a text looks like a headline too: what follows tells, or the section.
        in_row = ahead.is_timed or self.is_separated or (self.section and not headline.derived)
        is_headed = not SENTENCE_END.search(paragraph.text) and is_body(ahead.text)
        return not (has_dateline(ahead.text) or (in_row and is_headed))

    def _heads(self, paragraph: Paragraph, ahead: Ahead) -> bool:
        """Whether the first line of an item is its headline; a brief has mostly none."""
        if not _may_be_headline(paragraph, ahead):
            return False
        if not self.section:
            return True
        return not SENTENCE_END.search(paragraph.text) and is_body(ahead.text)

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


def _may_be_headline(paragraph: Paragraph, ahead: Ahead) -> bool:
    """Whether a paragraph may be a headline: a short sentence, or more right before a dateline."""
    text = paragraph.text
    if paragraph.dateline or paragraph.role is not Role.BODY or len(text) > MAX_HEADLINE:
        return False
    before_dateline = has_dateline(ahead.token) and not text.endswith(".")
    return before_dateline or len(split_sentences(text)) == 1


def _is_label(dateline: Dateline, rest: str, ahead: Ahead) -> bool:
    """Whether capitals before a dash are a label, as in `WK VOETBAL - Oranje wint`."""
    is_sentence = SENTENCE_END.search(rest) or len(rest) > MAX_HEADLINE
    return not (dateline.agencies or is_sentence) and has_dateline(ahead.text)
