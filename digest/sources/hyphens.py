"""Hyphens that only broke a word at the end of a line, and those that belong to it."""

import itertools
import re
from collections.abc import Sequence

from digest.vocabulary import frequency

_KEEPS = frozenset("adjunct bijna ex kandidaat niet non oud plaatsvervangend tv wk ek tbs".split())
_GOES_ON = frozenset("en of tot noch als dan én".split())
_LONGEST = 40
_BROKEN = re.compile(r"([^\W\d_]+)[-\u2010]$")
_FIRST = re.compile(r"[^\W\d_]+")
_INSIDE = re.compile(r"(?<![\w-])([^\W\d_]{2,30})-([^\W\d_A-ZÀ-Þ]{2,30})(?![\w]|-\w)")
_VOWELS = "aeiouyäëïöüáéíóúàè"
_SURE = 4.3
"""Zipf frequency of a word that nobody writes with a hyphen: of 3,558 pairs with one in the
FLORES-200 sentences, our training pairs and word list, none is joined to a word so frequent."""


def is_broken(line: str, following: str) -> bool:
    """Whether a line ends within a word that the next one goes on with."""
    return line[-2:-1].isalpha() and line.endswith(("-", "\u2010")) and following[:1].islower()


def join_lines(lines: Sequence[str]) -> str:
    """The lines of a paragraph as one; words that were broken at a border are whole again."""
    pieces = [_before(line, following) for line, following in itertools.pairwise(lines)]
    return "".join([*pieces, *lines[-1:]])


def _before(line: str, following: str) -> str:
    """A line as it stands before the next: with a space, with its hyphen, or without that."""
    first = _BROKEN.search(line, max(len(line) - _LONGEST, 0))
    second = _FIRST.match(following)
    if not first or not second:
        return line if line.endswith("-") and following[:1].isalnum() else f"{line} "
    if second[0].lower() in _GOES_ON:  # in- en uitvoer
        return f"{line} "
    return line if _belongs(first[1], second[0]) else line[:-1]


def _belongs(first: str, second: str) -> bool:
    """Whether the hyphen between two halves is one that is written in the middle of a line too."""
    if not second.islower() or first.lower() in _KEEPS or len(first) == 1:
        return True
    if frequency(first + second) or (first + second).lower() == first.lower():
        return False
    clash = first[-1].lower() in _VOWELS and second[0] in _VOWELS
    return clash or first.isupper() or not any(char in _VOWELS for char in first.lower())


def heal_hyphens(text: str) -> str:
    """A text in which words that a copy left broken are whole: `minis-ter`, `Bin-nen- en`."""
    return _INSIDE.sub(_heal, text) if "-" in text else text


def _heal(found: re.Match[str]) -> str:
    joined = found[1] + found[2]
    return joined if frequency(joined) >= _SURE else found[0]
