"""Wire copy in tokens: its texts, the times around them, and lines whose role is known.

What is glued together is taken apart here; what the tokens mean for each other is the grammar of
`wire.py`.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.article import Paragraph, Precision, Published, Role
from digest.cleaning import clean
from digest.sources.datelines import match_dateline
from digest.sources.dates import match_line, match_time
from digest.sources.headers import header_lines
from digest.sources.liveblog import LiveEntry, split_entries
from digest.sources.places import is_section
from digest.sources.roles import find_role
from digest.sources.wrapping import unwrap

Token = Published | LiveEntry | Paragraph | str
"""A time, an entry of a live blog, a line whose role is known, or a text."""

SENTENCE_END = re.compile(r"[.!?…][\"”’')\]]*$")
"""How a text ends that is a sentence."""

_LONGEST_TIME = 60
_LONGEST_DATELINE = 160
_LONGEST_MENU = 8
_FARTHEST = 6
_AFTER_SENTENCE = re.compile(r"(?<![.!?…])[.!?…][\"”’)]*(?P<space>\s*)(?=\w)")
_AGO = re.compile(r".*\b(?:uur|min\w*\.?|kwartier|seconden)\s+geleden", re.IGNORECASE)
_CLOCK = re.compile(r"\d\d:\d\d")
_BLANK = re.compile(r"\s*")
_SOFT_BREAK = re.compile(r"\xad[^\S\n]*\n[^\S\n]*(?=\w)")
_SECTION = re.compile(
    r"(?:meer|(?:meer|ander|ook)\s+nieuws)\s+(?:uit|over|in)\s+(?:het\s+|de\s+)?"
    r"(?P<name>[^\W\d_][\w &/-]{1,39})|(?P<other>kort nieuws|ander nieuws|meer nieuws)",
    re.IGNORECASE,
)
_LONGEST_NAME = 3
_SMALL = frozenset("aan de den der en het in op ten ter van".split())


def tokenise(text: str, as_of: datetime) -> list[Token]:
    """The tokens of wire copy, in reading order; relative times count back from `as_of`."""
    text = clean(_SOFT_BREAK.sub("", text))
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
    return bool(
        is_section_heading(line) or match_dateline(line) or find_role(line) is not Role.BODY
    )


def _menu(lines: list[str]) -> int:
    """How many lines at the beginning are a site's own: a menu, up to a headline given twice."""
    if not lines or find_role(lines[0]) is not Role.NOTICE:
        return 0
    sentences = 0
    for index, (line, following) in enumerate(itertools.pairwise(lines[:_LONGEST_MENU])):
        if line == following:
            return index if sentences <= 1 else 0
        sentences += bool(SENTENCE_END.search(line))
    return 0


def _split_times(block: str, as_of: datetime) -> Iterator[Published | str]:
    """A block as its texts and times: those before a dateline, and one at the end, also glued."""
    if time := match_line(block, as_of):
        yield time
        return
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


def is_section_heading(text: str) -> bool:
    """Whether a text opens a section."""
    return section_heading(text) is not None


def section_heading(text: str) -> re.Match[str] | None:
    """The heading of a section: of one that is known, or named as desks and regions are."""
    found = _SECTION.fullmatch(text)
    if not found or not found["name"] or is_section(found["name"]):
        return found
    words = [word for word in re.split(r"[ &/-]+", found["name"]) if word not in _SMALL]
    return found if len(words) <= _LONGEST_NAME and all(w[:1].isupper() for w in words) else None


def has_dateline(token: Token) -> bool:
    """Whether a token is a text that begins with a dateline."""
    return isinstance(token, str) and match_dateline(token) is not None


def is_body(token: Token) -> bool:
    """Whether a text is the body of an item: it has a dateline, or ends as sentences do."""
    if not isinstance(token, str) or not token or is_section_heading(token):
        return False
    return has_dateline(token) or bool(SENTENCE_END.search(token))


@dataclass(frozen=True, slots=True)
class Ahead:
    """What follows a token: the next one, and the next text that is prose or a headline.

    Times and lines of their own kind stand between them; `is_timed` says that there is a time.
    """

    token: Token
    text: str
    is_timed: bool


def look_ahead(tokens: Sequence[Token], index: int) -> Ahead:
    """What follows the token in this place; empty texts at the end."""
    following = tokens[index + 1 : index + 1 + _FARTHEST]
    is_timed = False
    for token in following:
        if isinstance(token, LiveEntry):
            break
        if isinstance(token, Published):
            is_timed = True
        elif isinstance(token, str) and (has_dateline(token) or find_role(token) is Role.BODY):
            return Ahead(following[0], token, is_timed)
    return Ahead(following[0] if following else "", "", is_timed)
