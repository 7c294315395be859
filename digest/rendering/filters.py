"""Texts as they are shown: wrapping, columns, times. Ordinary functions, tested as such."""

import re
from collections.abc import Iterable
from itertools import zip_longest
from typing import Protocol

from wcwidth import ljust
from wcwidth import wrap as wrap_cells

from digest.article import Dateline, Precision, Published
from digest.calendar import clock_en, clock_nl
from digest.plaintext import plain


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


def side_by_side(left: str, right: str, width: int, gap: str = " | ") -> str:
    """Two texts in two columns of a line of `width` cells."""
    column = (width - len(gap)) // 2
    lines = zip_longest(
        wrap(left, column).splitlines(), wrap(right, column).splitlines(), fillvalue=""
    )
    return "\n".join(f"{ljust(one, column)}{gap}{two}".rstrip() for one, two in lines)


def hyperlink(text: str, address: str) -> str:
    """Lines that lead to an address, as terminals know it (OSC 8), each without its indent."""
    begin, end = f"\x1b]8;;{address}\x1b\\", "\x1b]8;;\x1b\\"
    return re.sub(r"\S(?:.*\S)?", lambda line: f"{begin}{line[0]}{end}", text)


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
    return f"{' '.join(published.raw.split()).rstrip(' :–—|-')}{clock}"


def _clock(published: Published, clock: str, about: str) -> str:
    if published.precision is Precision.DAY or _has_clock(published.raw):
        return ""
    return f" ({about if published.precision is Precision.HOUR else ''}{clock})"


def _has_clock(raw: str) -> bool:
    return any(
        mark in ".:uh" and before.isdigit() and after.isdigit()
        for before, mark, after in zip(raw, raw[1:], raw[2:], strict=False)
    )


def shorten(text: str, words: int) -> str:
    """The first words of a text, with an ellipsis where it goes on."""
    parts = text.split()
    if len(parts) <= words:
        return " ".join(parts)
    return " ".join(parts[:words]).rstrip(".,;:!?-–") + "…"


def markdown(text: str) -> str:
    """Text in which no character has a meaning in Markdown."""
    return _unlisted(_escaped(" ".join(plain(text).split())))


class Linked(Protocol):
    """A text with an address, or none."""

    @property
    def text(self) -> str:
        """What is shown."""

    @property
    def address(self) -> str:
        """Where it leads."""


def markdown_links(pieces: Iterable[Linked]) -> str:
    """Pieces of a text, of which some lead somewhere."""
    parts = (
        markdown_link(piece, piece.address) if piece.address else _escaped(plain(piece.text))
        for piece in pieces
    )
    joined = "".join(parts).replace("![", r"\![")  # an image, which would be loaded
    return _unlisted(" ".join(joined.split()))


def markdown_link(text: Linked, address: str = "") -> str:
    """A text that leads to an address, its own where no other is given."""
    return f"[{_escaped(plain(text.text))}]({markdown_address(address or text.address)})"


def markdown_address(address: str) -> str:
    """An address in which no character ends a link of Markdown."""
    return address.replace("(", "%28").replace(")", "%29")


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", text)


def _unlisted(escaped: str) -> str:
    """A line that does not begin an item of a list."""
    listed = re.sub(r"^(\d+)([.)])(?=\s)", r"\1\\\2", escaped)
    return re.sub(r"^([-+=])(?=\s|$)", r"\\\1", listed)


FILTERS = {
    "hyperlink": hyperlink,
    "markdown": markdown,
    "markdown_address": markdown_address,
    "markdown_link": markdown_link,
    "markdown_links": markdown_links,
    "plain": plain,
    "side_by_side": side_by_side,
    "wrap": wrap,
}
