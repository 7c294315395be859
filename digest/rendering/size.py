"""Documents that are too large for a mail program, shortened by rule.

Every item keeps its headline and as many of its first sentences as let the document fit,
the same number for all; only then are the last items left out. No sentence is cut, and what
was shortened says so.
"""

from collections.abc import Callable
from dataclasses import replace

from digest.edition import Edition, Entry, Passage

WARN_ABOVE = 90_000
"""Bytes of HTML above which a warning is due: Gmail clips a message at about 102 KB."""


def fit_size(edition: Edition, size: Callable[[Edition], int], most: int) -> Edition:
    """The edition with as much of it as keeps its size, in bytes, within `most`.

    First the sentences of each item are fewer; when a headline or one sentence each is still
    too much, the last items are left out and counted.
    """
    if size(edition) <= most:
        return edition
    longest = max(sum(len(part.sentences) for part in e.paragraphs) for e in edition.entries)
    sentences = _largest(longest, lambda count: size(shorten_edition(edition, count)) <= most)
    short = shorten_edition(edition, sentences)
    if size(short) <= most:
        return short
    kept = _largest(len(edition.entries), lambda count: size(_first(short, count)) <= most)
    return _first(short, kept)


def _largest(too_many: int, fits: Callable[[int], bool]) -> int:
    """The largest number below `too_many` that fits; 0 is taken to fit."""
    few = 0
    while too_many - few > 1:
        middle = (few + too_many) // 2
        if fits(middle):
            few = middle
        else:
            too_many = middle
    return few


def _first(edition: Edition, count: int) -> Edition:
    return replace(edition, entries=edition.entries[:count], left_out=len(edition.entries) - count)


def shorten_edition(edition: Edition, sentences: int) -> Edition:
    """The edition with at most so many sentences in the body of each item."""
    return replace(
        edition, entries=tuple(_shorten(entry, sentences) for entry in edition.entries), words=()
    )


def _shorten(entry: Entry, sentences: int) -> Entry:
    left = sentences
    kept: list[Passage] = []
    for passage in entry.paragraphs:
        inside = passage.sentences[:left]
        left -= len(inside)
        if inside == passage.sentences:
            kept.append(passage)
        elif inside:
            dutch = " ".join(sentence.dutch for sentence in inside)
            kept.append(replace(passage, sentences=inside, dutch=dutch))
    if kept == list(entry.paragraphs):
        return entry
    # A brief without any of its body would have nothing to be known by.
    if not kept and entry.headline is None:
        return _shorten(entry, 1)
    return replace(entry, paragraphs=tuple(kept), shortened=True)
