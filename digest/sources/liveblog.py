"""Live blogs: paragraphs that begin with the time of their entry, also glued together."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.article import Precision, Published
from digest.calendar import clock_en

_CLOCK = r"(?:[01]?\d|2[0-3])(?:[.:]|u|h)[0-5]\d"
_LABEL = r"(?:(?:UPDATE|Update|LIVE|BREAKING|NIEUW)[ :–-]+)?"
_STAMP = re.compile(
    rf"(?:^|(?<=[.!?…\"”’)]))(?P<space>\s*)(?P<raw>(?:[•*–-]\s*)?{_LABEL}(?:"
    rf"[\[(]{_CLOCK}(?:\s*(?:uur|u\.?))?[\])]\s*[:–—-]?"
    rf"|(?:Om\s+)?{_CLOCK}(?:\s*(?:uur|u\.?))?(?:\s*\([^()]{{1,20}}\))?\s*[:–—|-](?=\s)"
    rf"|{_CLOCK}\s*(?:u\b\.?)(?=\s)"
    r"))\s+(?=\S)"
)
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class LiveEntry:
    """An entry of a live blog: when, and its first paragraph."""

    published: Published
    text: str


def split_entries(paragraphs: list[str], as_of: datetime) -> list[str | LiveEntry]:
    """The paragraphs of an article, with those that begin with a time as entries.

    One time alone is no live blog, nor are times within sentences. Times are of the day of `as_of`,
    or of the day before where that would be later.
    """
    found = [list(_STAMP.finditer(text)) for text in paragraphs]
    begins = any(not stamp.start("raw") or not stamp["space"] for each in found for stamp in each)
    if sum(map(len, found)) < _FEWEST or not begins:
        return list(paragraphs)
    result: list[str | LiveEntry] = []
    for text, stamps in zip(paragraphs, found, strict=True):
        ends = [stamp.start() for stamp in stamps] + [len(text)]
        if before := text[: ends[0]].strip():
            result.append(before)
        for stamp, end in zip(stamps, ends[1:], strict=True):
            body = text[stamp.end() : end].strip()
            result.append(LiveEntry(_published(stamp, as_of), body))
    return result


def _published(stamp: re.Match[str], as_of: datetime) -> Published:
    hour, minute = map(int, re.findall(r"\d+", stamp["raw"])[:2])
    at = as_of.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if at > as_of:
        at -= timedelta(days=1)
    return Published(
        raw=stamp["raw"].strip(),
        english=clock_en(at),
        at=at,
        precision=Precision.MINUTE,
        leads=True,
    )
