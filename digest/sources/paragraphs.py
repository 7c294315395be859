"""Blocks of a feed or page as paragraphs: what is prose, and what each other line is."""

import re
from collections.abc import Iterable, Iterator

from digest.article import Link, Paragraph, Role
from digest.cleaning import letters
from digest.sources.datelines import match_dateline
from digest.sources.lists import has_marker
from digest.sources.roles import english_byline, find_role
from digest.sources.tables import Anchor, Block

_TAIL = re.compile(
    r"(?<=[.!?…\])\"”])\s*(?=©|(?:lees (?:verder|meer|ook|het (?:hele|volledige) \w+)|read more"
    r"|continue reading)\b(?:[^.!?]|\.(?=\w)){0,80}[.»>→…]{0,3}$"
    r"|(?:het bericht|dit bericht|de post|the post|het artikel)\b[^.!?]{1,160}"
    r"\b(?:verscheen (?:als )?eerst(?:e)? op|appeared first on)\b[^!?]{1,80}$)",
    re.IGNORECASE,
)
"""Before what is no part of the last sentence and stands on its line."""
_TIMED = re.compile(r"\d{1,2}[.:]\d{2}(?: uur)?\s*[:–—-]\s")
"""Before what is a line of its own in a programme or a live blog."""
_CUT = re.compile(r"\s*(?:\[\s*(?:…|\.\.\.)\s*\]|\(\s*(?:…|\.\.\.)\s*\)|…|\.\.\.)\s*$")


def read_paragraphs(blocks: Iterable[Block]) -> tuple[Paragraph, ...]:
    """The paragraphs of blocks, each with its role; a dateline stands before the first prose."""
    paragraphs: list[Paragraph] = []
    is_first = True
    for block in blocks:
        for line in _lines(block):
            role = block.role if block.role is Role.TABLE else find_role(line)
            if role is Role.BODY and paragraphs and paragraphs[-1].role is Role.LINK:
                role = Role.LINK if _is_link(line, block.links) else role
            dateline, text = None, line
            if role is Role.BODY:
                dateline, text = match_dateline(line, bare=is_first) or (None, line)
                is_first = False
            paragraphs.append(
                Paragraph(
                    text=text,
                    dateline=dateline,
                    role=role,
                    english=english_byline(text) if role is Role.BYLINE else "",
                    links=_links_in(text, block.links),
                )
            )
    return tuple(paragraphs)


def _lines(block: Block) -> Iterator[str]:
    """A block in lines: one that was broken by hand is one, but for lines of their own kind."""
    if block.role is Role.TABLE:
        yield block.text
        return
    prose: list[str] = []
    for broken in block.text.split("\n"):
        for line in _TAIL.split(broken):
            if find_role(line) is not Role.BODY:
                if prose:
                    yield " ".join(prose)
                prose = []
                yield line
            elif line:
                if prose and (has_marker(line) or _TIMED.match(line)):
                    yield " ".join(prose)
                    prose = []
                prose.append(line)
    if prose:
        yield " ".join(prose)


def _links_in(text: str, links: tuple[Anchor, ...]) -> tuple[Link, ...]:
    found: list[Link] = []
    at = 0
    for link in links[:_MOST_LINKS]:
        start = _place(link, text, at) if link.address else -1
        if start >= 0:
            found.append(Link(text=link.text, address=link.address, start=start))
            at = start + len(link.text)
    return tuple(found[:_MOST_SHOWN])


def _place(link: Anchor, text: str, at: int) -> int:
    """Where a link stands in a text, from `at` on: after what is before it, else between words."""
    before = letters(link.before)[-_TELLING:]
    places: list[int] = []
    while len(places) < _MOST_PLACES and (at := text.find(link.text, at)) >= 0:
        here = letters(text[max(at - _LOOK_BACK, 0) : at])[-_TELLING:]
        if here.endswith(before) or (before.endswith(here) and at <= _LOOK_BACK):
            return at
        places.append(at)
        at += 1
    whole = (place for place in places if _is_whole(text, place, place + len(link.text)))
    return next(whole, places[0] if places else -1)


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether a stretch of a text is words, and not a part of one."""
    return not any(map(str.isalnum, text[max(start - 1, 0) : start] + text[end : end + 1]))


_MOST_PLACES = 50
_LOOK_BACK = 60
_MOST_LINKS, _MOST_SHOWN = 300, 200
"""More links in a paragraph are none of prose, and take a time that grows with their square."""


def _is_link(text: str, links: tuple[Anchor, ...]) -> bool:
    """Whether a line is nothing but a link, as those below `Lees ook` are."""
    return any(letters(link.text) == letters(text) for link in links)


def joined(lead: tuple[Paragraph, ...], content: tuple[Paragraph, ...]) -> tuple[Paragraph, ...]:
    """Lead and content as one text, without the lead where the content says it again.

    A lead that was cut off, at an ellipsis or before `Lees meer`, is said again by what goes on. A
    content that the lead says whole is left out itself.
    """
    prose = [letters(part.text) for part in content if part.role is Role.BODY]
    if not lead or not prose:
        return (*lead, *content)
    whole = "".join(letters(part.text) for part in lead)
    if all(text in whole for text in prose):
        return lead if whole != "".join(prose) else content
    said = "".join(prose)
    new = []
    for index, part in enumerate(lead):
        is_last = not any(after.role is Role.BODY for after in lead[index + 1 :])
        own = letters(_CUT.sub("", part.text))
        if is_last and not said.count(own) and _CUT.search(part.text):
            own = own[:-_LONGEST_CUT_WORD]  # cut within a word
        again = own in said if len(own) >= _TELLING else _begins(prose, own)
        if own and not again:
            new.append(part)
    return (*new, *content)


_LONGEST_CUT_WORD = 30
_TELLING = 20
"""So many letters do not stand in another text by chance."""


def _begins(texts: list[str], own: str) -> bool:
    return any(text.startswith(own) for text in texts)
