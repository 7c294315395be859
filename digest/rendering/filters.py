"""What templates call: dates, wrapping, marks. Ordinary functions, tested as such."""

import unicodedata
from collections.abc import Iterable

from wcwidth import wrap as wrap_cells

from digest.article import Dateline, Precision, Published
from digest.calendar import clock_en, clock_nl, long_date_en, long_date_nl
from digest.edition import Entry, Flag, Passage

DOUBTFUL = "[?]"
"""Stands right behind a doubtful sentence, as a reference to a note does."""

_LEAD_WORDS = 9


def plain(text: str) -> str:
    """Text without control characters, so that no source can steer a terminal."""
    return "".join(
        char for char in text if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"}
    )


def wrap(text: str, width: int, indent: str = "", rest: str | None = None) -> str:
    """Text in lines of at most `width` terminal cells, a width of 0 leaves it in one line.

    `indent` begins the first line, `rest` (else `indent`) all others; words are never broken.
    """
    flat = " ".join(plain(text).split())
    if not width:
        return indent + flat
    lines = wrap_cells(
        flat,
        width,
        initial_indent=indent,
        subsequent_indent=indent if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(line.rstrip() for line in lines) or indent.rstrip()


def english(passage: Passage) -> str:
    """The English of a passage, with the mark behind each doubtful sentence."""
    parts = [
        f"{part.english}{DOUBTFUL}" if part.flags else part.english for part in passage.sentences
    ]
    return " ".join(part for part in parts if part)


def reasons(flags: Iterable[Flag]) -> str:
    """Why something is doubtful, as one phrase."""
    return ", ".join(flag.reason for flag in flags)


def place_en(dateline: Dateline) -> str:
    """`Kyiv (ANP/AFP/RTR)`."""
    return _place(dateline.place_en, dateline.agencies)


def place_nl(dateline: Dateline) -> str:
    """`Kiev (ANP/AFP/RTR)`."""
    return _place(dateline.place, dateline.agencies)


def _place(place: str, agencies: tuple[str, ...]) -> str:
    return f"{place} ({'/'.join(agencies)})" if agencies else place


def time_en(published: Published) -> str:
    """`20 minutes ago (14:40)`; the clock is left out where it says nothing more."""
    clock = _clock(published, clock_en(published.at), "about ")
    return f"{published.english}{clock}"


def time_nl(published: Published) -> str:
    """`20 minuten geleden (14.40 uur)`."""
    clock = _clock(published, clock_nl(published.at), "rond ")
    return f"{' '.join(published.raw.split())}{clock}"


def _clock(published: Published, clock: str, about: str) -> str:
    if published.precision is Precision.DAY or _has_clock(published.raw):
        return ""
    return f" ({about if published.precision is Precision.HOUR else ''}{clock})"


def _has_clock(raw: str) -> bool:
    return any(
        mark in ".:" and before.isdigit() and after.isdigit()
        for before, mark, after in zip(raw, raw[1:], raw[2:], strict=False)
    )


def lead(entry: Entry) -> Passage | None:
    """What names an entry in a table of contents: its headline, or its first paragraph."""
    return entry.headline or next(iter(entry.paragraphs), None)


def shorten(text: str, words: int = _LEAD_WORDS) -> str:
    """The first words of a text, with an ellipsis where it goes on."""
    parts = text.split()
    if len(parts) <= words:
        return " ".join(parts)
    return " ".join(parts[:words]).rstrip(".,;:!?-–") + " …"


FILTERS = {
    "clock_en": clock_en,
    "clock_nl": clock_nl,
    "date_en": long_date_en,
    "date_nl": long_date_nl,
    "english": english,
    "lead": lead,
    "place_en": place_en,
    "place_nl": place_nl,
    "plain": plain,
    "reasons": reasons,
    "shorten": shorten,
    "time_en": time_en,
    "time_nl": time_nl,
    "wrap": wrap,
}
