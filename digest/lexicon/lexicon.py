"""The word list itself: heads and expressions with their English.

`words.tsv.gz` has a head, its translations and how often it occurred and was found in human
translations; `phrases.tsv.gz` the same for expressions, with the lemmas that they are known
by; `common.txt` the most frequent forms, which need no gloss. README.md beside them says where
they come from. Reading them takes no lemmatiser; finding a word by another form than its own
does.
"""

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from digest.lexicon.lemmas import dutch_lemma

DATA = Path(__file__).with_name("data")
_FILES = ("words.tsv.gz", "phrases.tsv.gz", "common.txt")

PARTICLES = frozenset(
    "aan achter af bij door heen in langs los mee na neer om omhoog onder op open over plaats "
    "rond samen tegen terecht terug thuis toe tussen uit vast vol voor voort vrij weer weg".split()
)
"""Words that are a verb's other half: `houdt ... tegen`."""

_SUFFIXES = frozenset(
    "aars achtig achtige baar bare dom eren erij heden heid igen lijk lijke lijks ling lingen "
    "loos loze matig matige schap schappen ster sters zaam zame".split()
)
_LEAST_COMPOUND = 9
_LEAST_PART = 4
_LEAST_STEM = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """What a head means.

    `seen` counts its sentences in human translations of ours, `found` those in whose English
    one of the glosses stood.
    """

    head: str
    glosses: tuple[str, ...]
    seen: int = 0
    found: int = 0


@dataclass(frozen=True, slots=True)
class Phrase:
    """An expression: the lemmas that stand together, and a verb that may stand anywhere."""

    entry: Entry
    lemmas: tuple[str, ...]
    verb: str = ""

    @property
    def size(self) -> int:
        """How many words it has."""
        return len(self.lemmas) + bool(self.verb)


class Lexicon:
    """Words and expressions with their English.

    `phrases` are for prompts and for checks, `further` for checks only; both by the lemma of
    their first word.
    """

    def __init__(
        self,
        words: Mapping[str, str],
        phrases: Mapping[str, tuple[Phrase, ...]],
        further: Mapping[str, tuple[Phrase, ...]],
        common: frozenset[str],
    ) -> None:
        self._words = words
        self._entries: dict[str, Entry] = {}
        self.phrases = phrases
        self.further = further
        self.common = common

    def entry(self, head: str) -> Entry | None:
        """The entry of exactly this head, in lower case."""
        if head not in self._entries:
            row = self._words.get(head)
            if row is None:
                return None
            self._entries[head] = _entry(head, row)
        return self._entries[head]

    def entries(self) -> Iterator[Entry]:
        """The entries of all heads, without the expressions."""
        return (_entry(head, row) for head, row in self._words.items())

    def find(self, form: str) -> Entry | None:
        """The entry of a form in lower case, or of its lemma."""
        return self.entry(form) or self.entry(dutch_lemma(form))

    def compounds(self, form: str) -> Iterator[tuple[Entry, Entry]]:
        """The two parts that a form may be made of, the shortest first part first.

        The last letters of the first part may link it: `s`, `en`, `n`, `e` or a hyphen.
        """
        if len(form) < _LEAST_COMPOUND:
            return
        for cut in range(_LEAST_PART, len(form) - _LEAST_PART + 1):
            left, right = form[:cut], form[cut:]
            if left in PARTICLES or right in _SUFFIXES or not (tail := self.find(right)):
                continue
            for stem in _stems(left):
                if len(stem) >= _LEAST_STEM and (first := self.find(stem)):
                    yield first, tail

    def phrases_from(self, lemma: str, *, further: bool) -> tuple[Phrase, ...]:
        """The expressions whose first word has this lemma."""
        found = self.phrases.get(lemma, ())
        return found + self.further.get(lemma, ()) if further else found

    def expressions_with(self, words: AbstractSet[str]) -> tuple[Entry, ...]:
        """The expressions that have one of these lemmas, by their heads."""
        found = {
            phrase.entry.head: phrase.entry
            for table in (self.phrases, self.further)
            for phrases in table.values()
            for phrase in phrases
            if not words.isdisjoint((*phrase.lemmas, phrase.verb))
        }
        return tuple(found[head] for head in sorted(found))


@cache
def load_lexicon(folder: Path = DATA) -> Lexicon:
    """The word list that is shipped; read once in a process."""
    phrases: dict[str, list[Phrase]] = {}
    further: dict[str, list[Phrase]] = {}
    for line in _lines(folder / "phrases.tsv.gz"):
        head, keys, use, row = line.split("\t", 3)
        table = phrases if use == "prompt" else further
        for phrase in _phrases(_entry(head, row), tuple(keys.split())):
            table.setdefault(phrase.lemmas[0], []).append(phrase)
    return Lexicon(
        words=dict(line.split("\t", 1) for line in _lines(folder / "words.tsv.gz")),
        phrases={lemma: tuple(found) for lemma, found in phrases.items()},
        further={lemma: tuple(found) for lemma, found in further.items()},
        common=frozenset((folder / "common.txt").read_text(encoding="utf-8").split()),
    )


@cache
def lexicon_digest(folder: Path = DATA) -> str:
    """SHA-256 over the files of the word list, in hex; what is derived from it is kept by it."""
    digest = hashlib.sha256()
    for name in _FILES:
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()


def distinct(glosses: tuple[str, ...], most: int = 3) -> tuple[str, ...]:
    """The first glosses, without those whose first five letters another one has."""
    chosen: dict[str, str] = {}
    for gloss in glosses:
        chosen.setdefault(gloss.lower()[:5], gloss)
    return tuple(chosen.values())[:most]


def _lines(path: Path) -> list[str]:
    return gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()


def _entry(head: str, row: str) -> Entry:
    glosses, seen, found = row.split("\t")
    return Entry(head, tuple(glosses.split("; ")), int(seen), int(found))


_VERB_FROM = 3


def _phrases(entry: Entry, lemmas: tuple[str, ...]) -> Iterator[Phrase]:
    """An expression as it stands, and one that ends in a verb also with the verb elsewhere."""
    yield Phrase(entry, lemmas)
    if len(lemmas) >= _VERB_FROM and entry.head.endswith("n"):
        yield Phrase(entry, lemmas[:-1], lemmas[-1])


def _stems(left: str) -> list[str]:
    """What the first part of a compound may be without its linking letters or hyphen."""
    stems = [left]
    if left.endswith("s"):
        stems.append(left[:-1])
    if left.endswith("en"):
        stems.append(left[:-2])
    if left.endswith(("n", "e", "-")):
        stems.append(left[:-1])
    return stems
