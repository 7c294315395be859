"""Documents that are too large for a mail program, shortened by rule.

Every item keeps its headline and as many of its first sentences as let the document fit,
the same number for all; no sentence is cut, and what was shortened says so.
"""

from collections.abc import Callable
from dataclasses import replace

from digest.edition import Edition, Entry, Passage

WARN_ABOVE = 90_000
"""Bytes of HTML above which a warning is due: Gmail clips a message at about 102 KB."""


def fit_size(edition: Edition, size: Callable[[Edition], int], most: int) -> Edition:
    """The edition with as many sentences an item as keep its size, in bytes, within `most`.

    When not even the headlines alone fit, those are what is returned.
    """
    if size(edition) <= most:
        return edition
    longest = max(sum(len(part.sentences) for part in e.paragraphs) for e in edition.entries)
    fits, too_large = 0, longest
    while too_large - fits > 1:
        middle = (fits + too_large) // 2
        if size(shorten_edition(edition, middle)) <= most:
            fits = middle
        else:
            too_large = middle
    return shorten_edition(edition, fits)


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
