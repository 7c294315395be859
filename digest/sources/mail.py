"""Mail as news: newsletters, copy of agencies and saved pages, forwarded ones too.

The HTML part goes through the same blocks as a feed, the plain part is wire copy. A heading that is
followed by prose begins an item of its own; what a newsletter says of itself is a notice.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from digest.article import (
    Article,
    Aside,
    Brief,
    Document,
    Headline,
    Item,
    Origin,
    Paragraph,
    Role,
    Section,
)
from digest.cleaning import letters
from digest.errors import InputError
from digest.sources.blocks import read_blocks
from digest.sources.feed_dates import read_date
from digest.sources.forwarding import forwarded_blocks, forwarded_text
from digest.sources.language import is_dutch
from digest.sources.messages import (
    Head,
    charset,
    header,
    payload,
    read_bodies,
    read_head,
    seal_of,
)
from digest.sources.newsletters import (
    LEAST_PROSE,
    Piece,
    find_closing,
    is_footer,
    is_own,
    names_section,
    plain_blocks,
    read_newsletter,
    read_pieces,
)
from digest.sources.page import read_page
from digest.sources.pictures import described
from digest.sources.places import section_named
from digest.sources.tables import Block
from digest.sources.wire import parse_wire

FEED = "mail"
"""What all mail is known by as a feed: a Message-ID is that of one message in the world."""

_DEEPEST = 8
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
_BLANK = b"\xef\xbb\xbf \t\r\n"
_Parts = tuple[Section | Item | Aside, ...]


def parse_mail(data: bytes, *, source: str, as_of: datetime, zone: tzinfo) -> Document:
    """A message as a document. Raises `InputError` for one without news."""
    message = message_from_bytes(data.lstrip(_BLANK), policy=compat32)
    parts = _Reader(source=source, as_of=as_of, zone=zone).read(message)
    if not any(isinstance(part, Article | Brief) for part in parts):
        raise InputError(source, "is a mail message without news")
    return Document(source=source, as_of=as_of, text="", parts=parts, feed=FEED)


def parse_mailbox(
    messages: Iterable[Callable[[], bytes]],
    *,
    source: str,
    as_of: datetime,
    zone: tzinfo,
    problems: list[InputError],
) -> Document:
    """All messages of a mailbox as one document; what is wrong with one goes to `problems`.

    Each is read when it is its turn. A mailbox may be empty.
    """
    parts: list[Section | Item | Aside] = []
    for read in messages:
        try:
            parts += parse_mail(read(), source=source, as_of=as_of, zone=zone).parts
        except FileNotFoundError:
            continue  # somebody has moved it in the meantime
        except OSError as error:
            reason = f"has a message that cannot be read ({error.strerror})"
            problems.append(InputError(source, reason))
        except InputError as error:
            problems.append(InputError(source, f"has a message that {error.reason}"))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is about this message alone
            problems.append(
                InputError(source, f"has a message that cannot be read ({type(error).__name__})")
            )
    return Document(source=source, as_of=as_of, text="", parts=tuple(parts), feed=FEED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads messages of one source; times without a zone are in `zone`."""

    source: str
    as_of: datetime
    zone: tzinfo

    def read(self, message: Message, depth: int = 0) -> _Parts:
        """The parts of a document that a message is."""
        if seal := seal_of(message):
            raise InputError(self.source, f"is {seal}")
        head, bodies = read_head(message), read_bodies(message, source=self.source)
        if bodies.pages:
            return self._page(bodies.pages[0], head)
        as_html = self._html(bodies.html, head) if bodies.html else ()
        as_text = self._plain(bodies.plain, head) if bodies.plain.strip() else ()
        if bodies.is_alternative or not as_text or not as_html:
            parts = as_text if _prose(as_text) > _prose(as_html) * 2 else as_html
        else:
            parts = as_text + as_html
        if bodies.forwarded and depth < _DEEPEST:
            inner = tuple(part for each in bodies.forwarded for part in self.read(each, depth + 1))
            return inner if _prose(inner) > _prose(parts) else parts
        return parts

    def _page(self, part: Message, head: Head) -> _Parts:
        """The article of a saved page."""
        page = read_page(
            payload(part),
            source=self.source,
            as_of=self.as_of,
            zone=self.zone,
            charset=charset(part),
            base=header(part, "Content-Location") or head.address,
        )
        return (page.article,)

    def _plain(self, text: str, head: Head) -> _Parts:
        """The items of wire copy, the first of which is called as the message."""
        head, text = forwarded_text(text, head)
        text = _SIGNATURE.split(text, maxsplit=1)[0].strip("\n") or text
        blocks = plain_blocks(text)
        if sum(block.is_heading for block in blocks) > 1:
            return tuple(self._items(blocks, head, ()))
        lines = text.splitlines()
        lines = [line for line in lines[: find_closing(lines)] if not is_own(line)]
        begins = (n for n, line in enumerate(lines) if n and not lines[n - 1] and is_footer(line))
        lines = lines[: next(begins, len(lines))]
        document = parse_wire("\n".join(lines), source=self.source, as_of=self.as_of)
        parts: list[Section | Item | Aside] = []
        number = 0
        for part in document.parts:
            if not isinstance(part, Article):
                parts.append(part)
                continue
            is_named = head.subject and not number
            is_alone = len(document.parts) == 1
            parts.append(
                replace(
                    _titled(part, head.subject, is_alone=is_alone) if is_named else part,
                    origin=Origin(address=head.address, publisher=head.sender),
                    key=_key(head, number),
                    published=part.published
                    or read_date(head.date, as_of=self.as_of, zone=self.zone),
                )
            )
            number += 1
        return tuple(parts)

    def _html(self, html: str, head: Head) -> _Parts:
        """The articles of a newsletter in HTML."""
        pictures: list[str] = []
        blocks = read_blocks(html, base=head.address, pictures=pictures)
        head, listed = forwarded_blocks(blocks, head)
        return tuple(self._items(listed, head, pictures))

    def _items(
        self, blocks: Iterable[Block], head: Head, pictures: Iterable[str]
    ) -> Iterator[Section | Item | Aside]:
        """The articles of a newsletter: each heading with prose below begins one."""
        pieces = list(read_pieces(blocks))
        told = [piece for piece in pieces if piece.heading and piece.length]
        if len(told) < 2 or _is_one(pieces, head):  # noqa: PLR2004 - one item with headings in it
            whole = Piece(heading=None, blocks=[block for piece in pieces for block in piece.all])
            title = head.subject or (told[0].title if told else "")
            if article := self._article(whole, title, head, 0):
                shown = described(pictures, title, article.paragraphs)
                yield replace(article, pictures=shown)
            return
        section: Section | None = None
        number = 0
        for piece in pieces:
            is_alone = bool(piece.heading) and not piece.length
            if is_alone and not piece.address:
                section = section_named(piece.title) if names_section(piece.title) else section
            elif not piece.heading and piece.length < LEAST_PROSE:
                yield Aside(paragraphs=read_newsletter(piece.blocks))
            elif article := self._article(piece, piece.title or head.subject, head, number):
                yield replace(article, section=section)
                number += 1

    def _article(self, piece: Piece, title: str, head: Head, number: int) -> Article | None:
        paragraphs = tuple(
            part for part in read_newsletter(piece.blocks) if letters(part.text) != letters(title)
        )
        prose = [part.text for part in paragraphs if part.role is Role.BODY]
        if not prose and not (title and (paragraphs or piece.heading)):
            return None
        return Article(
            headline=Headline(text=title or prose[0], derived=not title),
            paragraphs=paragraphs,
            published=read_date(head.date, as_of=self.as_of, zone=self.zone),
            is_dutch=is_dutch(" ".join([title, *prose])),
            key=_key(head, number),
            origin=Origin(address=piece.address or head.address, publisher=head.sender),
        )


def _titled(article: Article, subject: str, *, is_alone: bool) -> Article:
    """An article called as its message where it has no headline of its own.

    One line alone in a message is what it says, and the subject is what it is called.
    """
    headline = article.headline
    if is_alone and not article.paragraphs and letters(headline.text) != letters(subject):
        body = (Paragraph(text=headline.text),)
        return replace(article, headline=Headline(text=subject), paragraphs=body)
    return replace(article, headline=Headline(text=subject)) if headline.derived else article


def _is_one(pieces: Iterable[Piece], head: Head) -> bool:
    """Whether headings are those of one article: the subject is, and they lead nowhere."""
    headed = [piece for piece in pieces if piece.heading]
    called = any(letters(piece.title) == letters(head.subject) for piece in headed[:2])
    levels = [piece.heading.level for piece in headed if piece.heading]
    is_title = bool(levels) and 0 < levels[0] < min(levels[1:] or [0])
    return (called or is_title) and sum(bool(piece.address) for piece in headed) <= 1


def _key(head: Head, number: int) -> str:
    """What an item of a message is known by: its Message-ID, and which one of it it is."""
    return f"{head.key}#{number}" if head.key and number else head.key


def _prose(parts: Iterable[Section | Item | Aside]) -> int:
    """How many letters of prose items have."""
    items = [part for part in parts if isinstance(part, Article | Brief)]
    return sum(
        len(letters(each.text))
        for item in items
        for each in item.paragraphs
        if each.role is Role.BODY
    )
