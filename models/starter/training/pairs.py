"""The sentence pairs that are learned from, in batches of like length."""

import hashlib
import lzma
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from digest.cleaning import letters
from digest.lexicon.lexicon import load_lexicon
from digest.lexicon.units import read_words

_FOLDER = Path(__file__).parent
PAIRS = _FOLDER / "pairs.tsv.xz"
"""35,076 pairs of ours: README.md."""
_CHECKOUT = _FOLDER.parents[2]
NEWS_DEV = _CHECKOUT / "benchmarks" / "news-dev.tsv"
"""The pairs by which a training is followed."""
_PROBE = _CHECKOUT / "digest" / "data" / "probe.tsv"
_PRINTS = _FOLDER / "held-out.txt"
_DRAWN, _CHOSEN = 5000, 1000
_LONGEST = 160
_GLOSS = 3.2
"""So many pieces the gloss of a less common word has, about."""


class Vocabulary(Protocol):
    """A sentencepiece model."""

    def encode(self, text: str) -> list[int]:
        """The numbers of the pieces of a text."""

    def piece_to_id(self, piece: str) -> int:
        """The number of a piece."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence in both languages, and about how many pieces it takes with its glosses."""

    dutch: str
    english: str
    length: int


def read_pairs(path: Path = PAIRS) -> Iterator[tuple[str, str]]:
    """The pairs of a file as `read_tabs` does, to learn from.

    Raises `ValueError` for a sentence that models are measured with.
    """
    for number, pair in enumerate(read_tabs(path), 1):
        if not held_out().isdisjoint(map(fingerprint, pair)):
            raise ValueError(f"{path}, line {number}: models are measured with this sentence")
        yield pair


def read_tabs(path: Path) -> Iterator[tuple[str, str]]:
    """Dutch and English, a tab between; packed where the name ends in `.xz`.

    Raises `ValueError` for a line that has not one tab.
    """
    for number, line in enumerate(_lines(path), 1):
        try:
            dutch, english = line.split("\t")
        except ValueError:
            raise ValueError(f"{path}, line {number}: it has not one tab") from None
        yield dutch, english


@cache
def held_out() -> frozenset[str]:
    """The fingerprints of all sentences that models are measured with.

    Those of FLORES-200 and NTREX-128 lie here as fingerprints alone.
    """
    known = {
        fingerprint(text)
        for path in (NEWS_DEV, _PROBE)
        for line in _lines(path)
        for text in line.split("\t")
    }
    return frozenset(known.union(_lines(_PRINTS)))


def fingerprint(text: str) -> str:
    """What is the same for a sentence however it is cased, spaced and pointed."""
    return hashlib.sha256(letters(text).encode()).hexdigest()[:16]


def _lines(path: Path) -> Iterator[str]:
    with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8") as lines:
        yield from (line.rstrip("\n") for line in lines)


def usable(pairs: Iterable[tuple[str, str]], vocabulary: Vocabulary) -> Iterator[Pair]:
    """Pairs that can be learned from: not those of odd lengths."""
    common = load_lexicon().common
    for dutch, english in pairs:
        read, written = len(vocabulary.encode(dutch)), len(vocabulary.encode(english))
        if (
            2 <= read <= _LONGEST  # noqa: PLR2004
            and written <= min(_LONGEST, 2 * read + 12)
            and read <= 2 * written + 8
        ):
            rare = sum(word.form not in common for word in read_words(dutch))
            yield Pair(dutch, english, round(read + written + _GLOSS * rare) + 3)


def draw_batches(
    pool: Sequence[Pair], visits: list[float], tokens: int, choose: random.Random
) -> list[list[int]]:
    """Positions in batches of about so many pieces: of the thousand least seen of five thousand."""
    drawn = choose.sample(range(len(pool)), min(len(pool), _DRAWN))
    chosen = sorted(drawn, key=lambda place: (visits[place], choose.random()))[:_CHOSEN]
    full: list[list[int]] = []
    batch: list[int] = []
    for place in sorted(chosen, key=lambda place: pool[place].length):
        if batch and (len(batch) + 1) * pool[place].length > tokens:
            full.append(batch)
            batch = []
        batch.append(place)
        visits[place] += 1
    return [*full, batch]
