"""Documents that are too large for a mail program, shortened by rule.

First most of the sources are only counted. Then every item keeps its headline and as many of its
first sentences as let the document fit, the same number for all, at last without a list of
contents; then the last items have their headlines alone, in both languages, then in one; only then
are they left out. No sentence is cut, and what was shortened says so.
"""

from collections.abc import Callable
from dataclasses import replace

from digest.article import Role
from digest.edition import Edition, Entry, Passage
from digest.shelf import shelve
from digest.vocabulary import uncommon_words

WARN_ABOVE = 90_000
"""Bytes of HTML above which a warning is due: Gmail clips a message at about 102 KB."""

_LISTED = 10
"""So many sources and problems are still named in a shortened document."""


def fit_size(edition: Edition, size: Callable[[Edition], int], most: int) -> Edition:
    """The edition with as much of it as keeps its size, in bytes, within `most`."""
    if size(edition) <= most:
        return edition
    lean = list_fewer(edition, _LISTED)
    short = _fewer_sentences(lean, size, most, least=1)
    short = short or _fewer_sentences(replace(lean, contents=False), size, most, least=0)
    if short:
        return short
    bare = replace(list_fewer(edition, 1), words=(), contents=False)
    one_each = shorten_edition(bare, 1)
    whole = _largest(len(edition.entries), lambda count: size(_headlines(one_each, count)) <= most)
    both, single = _headlines(one_each, whole), _headlines(bare, 0, languages=1)
    for headlines in (both, single):
        if size(headlines) <= most:
            return headlines
    kept = _largest(len(edition.entries), lambda count: size(_first(single, count)) <= most)
    return _first(single, kept)


def _headlines(edition: Edition, whole: int, languages: int = 2) -> Edition:
    """The edition with headlines only after the first so many items."""
    return replace(edition, headlines_from=whole + 1, headline_languages=languages)


def _fewer_sentences(
    edition: Edition, size: Callable[[Edition], int], most: int, *, least: int
) -> Edition | None:
    """The edition with as many sentences for each item as fit; None where not even `least` do."""
    longest = max(
        (sum(len(part.sentences) for part in entry.paragraphs) for entry in edition.entries),
        default=0,
    )
    sentences = _largest(longest + 1, lambda count: size(shorten_edition(edition, count)) <= most)
    short = shorten_edition(edition, sentences)
    return short if sentences >= least and size(short) <= most else None


def list_fewer(edition: Edition, most: int) -> Edition:
    """The edition with at most so many sources, and problems, named; the others are counted."""
    unlisted = max(0, len(edition.sources) - most) + max(0, len(edition.problems) - most)
    return replace(
        edition,
        sources=edition.sources[:most],
        problems=edition.problems[:most],
        unlisted=unlisted,
    )


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


def first_sentences(edition: Edition, count: int) -> Edition:
    """The edition with the first so many sentences of each item, which says so."""
    short = shorten_edition(edition, count)
    words = uncommon_words(short.entries, len(edition.words))
    return replace(short, words=words, sentences_each=count)


def shorten_edition(edition: Edition, sentences: int) -> Edition:
    """The edition with at most so many sentences in the body of each item."""
    entries = shelve(_shorten(entry, sentences) for entry in edition.entries)
    return replace(edition, entries=entries, words=())


def _shorten(entry: Entry, sentences: int) -> Entry:
    left = sentences
    kept: list[Passage] = []
    for passage in entry.paragraphs:
        if passage.role is Role.BYLINE:
            kept.append(passage)
            continue
        inside = passage.sentences[:left]
        left -= len(inside)
        if inside == passage.sentences:
            kept.append(passage)
        elif inside:
            dutch = " ".join(sentence.dutch for sentence in inside)
            links = tuple(
                link for link in passage.links if link.start + len(link.text) <= len(dutch)
            )
            kept.append(replace(passage, sentences=inside, dutch=dutch, links=links))
    if kept == list(entry.paragraphs):
        return entry
    # A brief without any of its body would have nothing to be known by.
    if sentences == 0 and entry.headline is None:
        return _shorten(entry, 1)
    return replace(entry, paragraphs=tuple(kept), shortened=True)
