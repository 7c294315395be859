"""What has to arrive of a sentence: its expressions, verbs, words, names and the user's terms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from digest.edition import Gloss
from digest.lexicon.lexicon import PARTICLES, Entry, Lexicon, distinct
from digest.lexicon.numbers import Language, find_numbers
from digest.lexicon.units import (
    Unit,
    Word,
    expressions,
    is_name,
    read_words,
    separated_verb,
    split_infinitives,
)

_LEAST_LETTERS = 3
_SHOWN_GLOSSES = 2
_PRIOR = 2
_TYPICAL_SEEN = 5
_LEAST_BEGINNING = 5
_TELLING = 0.93
"""Frequent words that are found more rarely in human translations are not looked for."""


class Kind(Enum):
    """What a checked item is, with how often items of it are found in human translations.

    Where an entry has its own figures they are used instead (counted on 35,076 pairs of ours).
    """

    WORD = 0.88
    EXPRESSION = 0.87
    PLACE = 0.99
    COMPOUND = 0.8
    NAME = 0.94
    TERM = 0.97


@dataclass(frozen=True, slots=True)
class Item:
    """Something of a sentence that has to arrive: one of `glosses`, or all of one of `parts`.

    `forms` are its own words, which English may have too.
    """

    gloss: Gloss
    kind: Kind
    glosses: tuple[str, ...] = ()
    parts: tuple[tuple[tuple[str, ...], ...], ...] = ()
    forms: tuple[str, ...] = ()
    readings: frozenset[object] = frozenset()
    rate: float = 0.0
    seen: int = 0
    common: bool = False

    @property
    def is_telling(self) -> bool:
        """Whether it says something that it is not found: of `door` it does not."""
        return not self.common or self.rate >= _TELLING


def read_items(sentence: str, lexicon: Lexicon, terms: Mapping[str, str]) -> Iterator[Item]:
    """What is looked for of a sentence; `terms` (in lower case) go before the word list."""
    return _Reader(sentence, lexicon, terms).items()


class _Reader:
    """The items of one sentence."""

    def __init__(self, sentence: str, lexicon: Lexicon, terms: Mapping[str, str]) -> None:
        self._sentence = sentence
        self._lexicon = lexicon
        self._terms = terms
        self._words = read_words(sentence)
        self._taken: set[int] = set()
        self._numbers = {number.start: number for number in find_numbers(sentence, Language.DUTCH)}

    def items(self) -> Iterator[Item]:
        """Expressions and verbs before the words that they are made of."""
        yield from self._settled()
        for unit in split_infinitives(self._words, self._lexicon):
            if self._taken.isdisjoint(unit.words):
                yield self._of_unit(unit, Kind.WORD)
        for unit in expressions(self._words, self._lexicon, self._taken, further=True):
            yield self._of_unit(unit, Kind.EXPRESSION)
        for index, word in enumerate(self._words):
            if index not in self._taken and word.form in PARTICLES:
                verb = separated_verb(
                    self._sentence, self._words, self._lexicon, self._taken, index
                )
                if verb:
                    yield self._of_unit(verb, Kind.WORD)
        for index, word in enumerate(self._words):
            if index not in self._taken and len(word.form) >= _LEAST_LETTERS:
                yield from self._of_word(index, word)

    def _settled(self) -> Iterator[Item]:
        """Terms of the user, by their form, their lemma, or word for word."""
        if not self._terms:
            return
        for size in range(max(len(term.split()) for term in self._terms), 0, -1):
            for start in range(len(self._words) - size + 1):
                indices = range(start, start + size)
                run = self._words[start : start + size]
                names = {self._sentence[run[0].start : run[-1].end].lower()}
                names |= {run[0].lemma} if size == 1 else set()
                name = next((each for each in names if each in self._terms), None)
                if name and self._taken.isdisjoint(indices):
                    self._taken.update(indices)
                    target = self._terms[name]
                    yield Item(
                        gloss=Gloss(
                            start=run[0].start, end=run[-1].end, head=name, meanings=(target,)
                        ),
                        kind=Kind.TERM,
                        glosses=(target, name),
                        rate=Kind.TERM.value,
                        seen=_TYPICAL_SEEN,
                    )

    def _of_unit(self, unit: Unit, kind: Kind) -> Item:
        self._taken.update(unit.words)
        words = [self._words[index] for index in unit.words]
        own = tuple(self._glosses(word) for word in words if word.form not in self._lexicon.common)
        # The words of an expression may have been translated one by one.
        by_word = (own,) if own and all(own) else ()
        return self._item(
            unit.entry,
            start=words[0].start,
            end=words[unit.together - 1].end,
            kind=kind,
            parts=by_word,
            forms=tuple(word.form for word in words),
        )

    def _of_word(self, index: int, word: Word) -> Iterator[Item]:
        named = is_name(self._sentence, self._words, index) and not self._follows_quote(word)
        entry = self._lexicon.find(word.form)
        if entry and (not named or any(gloss[0].isupper() for gloss in entry.glosses)):
            number = self._numbers.get(word.start)
            yield self._item(
                entry,
                start=word.start,
                end=word.end,
                kind=Kind.PLACE if named else Kind.WORD,
                glosses=self._glosses(word),
                parts=tuple(self._parts(word.form)),
                forms=(word.form,),
                readings=frozenset(number.readings) if number else frozenset(),
            )
        elif named:
            yield Item(
                gloss=Gloss(start=word.start, end=word.end, head=word.text),
                kind=Kind.NAME,
                glosses=self._glosses(word) or self._beginning(word),
                parts=tuple(self._parts(word.form)),
                forms=(word.form,),
                rate=Kind.NAME.value,
                seen=_TYPICAL_SEEN,
            )
        elif parts := list(self._parts(word.form)):
            yield Item(
                gloss=Gloss(
                    start=word.start,
                    end=word.end,
                    head=word.form,
                    meanings=(" + ".join(part[0] for part in parts[0]),),
                ),
                kind=Kind.COMPOUND,
                parts=tuple(parts),
                forms=(word.form,),
                rate=Kind.COMPOUND.value,
                seen=_TYPICAL_SEEN,
            )

    def _item(
        self,
        entry: Entry,
        *,
        start: int,
        end: int,
        kind: Kind,
        parts: tuple[tuple[tuple[str, ...], ...], ...],
        forms: tuple[str, ...],
        glosses: tuple[str, ...] = (),
        readings: frozenset[object] = frozenset(),
    ) -> Item:
        return Item(
            gloss=Gloss(
                start=start,
                end=end,
                head=entry.head,
                meanings=distinct(entry.glosses, _SHOWN_GLOSSES),
            ),
            kind=kind,
            glosses=glosses or entry.glosses,
            parts=parts,
            forms=forms,
            readings=readings,
            rate=(entry.found + _PRIOR * kind.value) / (entry.seen + _PRIOR),
            seen=entry.seen,
            common=forms[0] in self._lexicon.common,
        )

    def _glosses(self, word: Word) -> tuple[str, ...]:
        """The translations of a form and of its lemma."""
        entries = (self._lexicon.entry(form) for form in dict.fromkeys((word.form, word.lemma)))
        return tuple(dict.fromkeys(gloss for entry in entries if entry for gloss in entry.glosses))

    def _beginning(self, word: Word) -> tuple[str, ...]:
        """The translations of what a name begins with: `Russischtalige`, `Amsterdammer`."""
        sizes = range(len(word.form) - 1, _LEAST_BEGINNING - 1, -1)
        entries = (self._lexicon.entry(word.form[:size]) for size in sizes)
        found = next((entry for entry in entries if entry), None)
        return found.glosses if found else ()

    def _parts(self, form: str) -> Iterator[tuple[tuple[str, ...], ...]]:
        """The ways to take a compound apart, each with the translations of its parts."""
        for first, second in self._lexicon.compounds(form):
            yield (*first.glosses, first.head), (*second.glosses, second.head)
        if "-" in form:
            halves = form.split("-")
            yield tuple(
                (*(entry.glosses if (entry := self._lexicon.find(half)) else ()), half)
                for half in halves
                if len(half) > 1
            )

    def _follows_quote(self, word: Word) -> bool:
        return self._sentence[max(0, word.start - 1) : word.start] in tuple("\"“'‘(")
