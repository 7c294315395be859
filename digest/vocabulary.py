"""The less common Dutch words of an edition, for those who learn the language.

A word is less common when its Zipf frequency is below 4 (fewer than ten times in a million
words); words that the list does not know are left out: most are names, compounds or slips.
"""

import gzip
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from digest.edition import Entry, Flag, Sentence, UncommonWord

COMMON = 4.0
"""From this Zipf frequency on a word is common."""

_FREQUENCIES = Path(__file__).with_name("data") / "frequent-nl.txt.gz"
_WORD = re.compile(r"(?<![\w-])[a-zà-ÿ]{5,}(?![\w-])")


def uncommon_words(entries: Iterable[Entry], count: int) -> tuple[UncommonWord, ...]:
    """The `count` rarest known words of the entries, each once, in reading order."""
    if not count:
        return ()
    frequencies = _frequencies()
    found: dict[str, UncommonWord] = {}
    for entry in entries:
        for passage in entry.paragraphs:
            for sentence in passage.sentences:
                if Flag.FOREIGN in sentence.flags:
                    continue
                for match in _WORD.finditer(sentence.dutch):
                    word = match[0]
                    if frequencies.get(word, COMMON) < COMMON and word not in found:
                        found[word] = UncommonWord(
                            word=word,
                            meanings=_meanings(sentence, *match.span()),
                            sentence=sentence,
                            number=entry.number,
                        )
        if len(found) > _MOST_FOUND * count:
            found = _rarest(found, count)
    return tuple(_rarest(found, count).values())


_MOST_FOUND = 20
"""So many times as many words as are wanted are held in memory."""


def _rarest(found: dict[str, UncommonWord], count: int) -> dict[str, UncommonWord]:
    frequencies = _frequencies()
    rarest = set(sorted(found, key=lambda word: (frequencies[word], word))[:count])
    return {word: listed for word, listed in found.items() if word in rarest}


def frequency(word: str) -> float:
    """The Zipf frequency of a word, in any case; 0 where the list does not know it."""
    return _frequencies().get(word.lower(), 0.0)


def is_uncommon(text: str) -> bool:
    """Whether one of these words is less common, or not on the list at all."""
    return any(frequency(word) < COMMON for word in text.split())


def _meanings(sentence: Sentence, start: int, end: int) -> tuple[str, ...]:
    """What the gloss says that covers these letters of the Dutch."""
    covering = (g for g in sentence.glosses if g.start <= start and end <= g.end)
    return next((gloss.meanings for gloss in covering), ())


@cache
def _frequencies() -> dict[str, float]:
    with gzip.open(_FREQUENCIES, "rt", encoding="utf-8") as lines:
        rows = (line.split() for line in lines)
        return {word: float(frequency) for frequency, *words in rows for word in words}
