"""Which words of a sentence carry a meaning together: expressions, verbs in two pieces, words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digest.lexicon.lemmas import dutch_lemma
from digest.lexicon.lexicon import PARTICLES, Entry, Lexicon, Phrase

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_REACH = 13
_CLAUSE_END = ",.;:!?"
_BEGINNINGS = (". ", '" ', ": ")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a sentence, with its place, its lower-case form and its lemma."""

    text: str
    start: int
    end: int
    form: str
    lemma: str

    @property
    def is_capital(self) -> bool:
        """Whether it begins with a capital."""
        return self.text[0].isupper()


@dataclass(frozen=True, slots=True)
class Unit:
    """Words that have one entry: their positions in the sentence, the first run first.

    `together` of them stand side by side; a verb may follow that stands elsewhere.
    """

    entry: Entry
    words: tuple[int, ...]
    together: int


def read_words(sentence: str) -> tuple[Word, ...]:
    """The words of a sentence, in order; numbers and marks are none."""
    return tuple(
        Word(found[0], found.start(), found.end(), form, dutch_lemma(form))
        for found in _WORD.finditer(sentence)
        for form in (found[0].lower(),)
    )


def is_name(sentence: str, words: Sequence[Word], index: int) -> bool:
    """Whether a word has a capital although no sentence begins there."""
    word = words[index]
    before = sentence[max(0, word.start - 2) : word.start]
    return word.is_capital and index > 0 and before not in _BEGINNINGS


def split_infinitives(words: Sequence[Word], lexicon: Lexicon) -> Iterator[Unit]:
    """`tegen te spreken` is `tegenspreken`; `om te gaan` is not `omgaan`."""
    for index in range(len(words) - 2):
        particle, to, verb = (word.form for word in words[index : index + 3])
        if particle in PARTICLES and particle != "om" and to == "te":
            entry = lexicon.entry(particle + verb)
            if entry:
                yield Unit(entry, (index, index + 1, index + 2), 3)


def expressions(
    words: Sequence[Word], lexicon: Lexicon, taken: set[int], *, further: bool
) -> Iterator[Unit]:
    """The longest expression that begins at each word that is not `taken`.

    `further` looks for those that are not for prompts as well. Words of what is yielded must
    be added to `taken` before the next one is asked for.
    """
    places: dict[str, list[int]] = {}
    for index, word in enumerate(words):
        places.setdefault(word.lemma, []).append(index)
    lemmas = tuple(word.lemma for word in words)
    for index, lemma in enumerate(lemmas):
        best: Phrase | None = None
        for phrase in lexicon.phrases_from(lemma, further=further):
            end = index + len(phrase.lemmas)
            if (
                (best is None or phrase.size > best.size)
                and lemmas[index:end] == phrase.lemmas
                and (not phrase.verb or phrase.verb in places)
            ):
                best = phrase
        if best is None:
            continue
        together = tuple(range(index, index + len(best.lemmas)))
        if taken.isdisjoint(together):
            verb = places[best.verb][:1] if best.verb else []
            yield Unit(best.entry, (*together, *verb), len(together))


def separated_verb(
    sentence: str, words: Sequence[Word], lexicon: Lexicon, taken: set[int], index: int
) -> Unit | None:
    """The verb that a particle at the end of its clause belongs to: `houdt ... voor`."""
    word = words[index]
    at_end = sentence[word.end : word.end + 1] in _CLAUSE_END  # also at the end of the text
    if not at_end and [follower.form for follower in words[index + 1 : index + 2]] != ["dat"]:
        return None
    for before in range(index - 1, max(-1, index - _REACH - 1), -1):
        verb = word.form + words[before].lemma
        if before not in taken and verb.endswith("n") and (entry := lexicon.entry(verb)):
            return Unit(entry, (index, before), 1)
    return None
