"""Did every meaning arrive? Dutch words of which no translation stands in the English.

Looked for are expressions before their words, separable verbs, compounds by their parts, names
as they stand or as English spells them, numbers by their readings. That a word is not found
says more of a word that human translators nearly always render by one of its glosses than of
one with many meanings, and less where much of the English is worded freely. So what is not
found is weighed, by a logistic regression on words that were judged by hand (docs/design.md).
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import takewhile

from digest.edition import Gloss
from digest.lexicon.english import EnglishText, forms, tokens
from digest.lexicon.lexicon import PARTICLES, Entry, Lexicon, distinct
from digest.lexicon.names import cognate, is_close, sound
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

VERSION = "1"
"""Counts up when the same sentences would get another answer."""

_LEAST_LETTERS = 3
_COGNATE_LETTERS = 4
_SHOWN_GLOSSES = 2


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


@dataclass(frozen=True, slots=True)
class Missing:
    """A word whose meaning was not found.

    `odds` are the log odds that it really is wrong, whatever else of the sentence is missing or
    worded freely; `loss` is the probability that it is wrong where everything else is there, by
    which translations of the same sentence compare.
    """

    gloss: Gloss
    odds: float
    loss: float


@dataclass(frozen=True, slots=True)
class Meanings:
    """How many items of a sentence were looked for, and those that were not found."""

    checked: int
    missing: tuple[Missing, ...] = ()


def doubtful(missing: Iterable[Missing]) -> tuple[Gloss, ...]:
    """Those that are so likely to be wrong that a reader should know."""
    return tuple(lost.gloss for lost in missing if lost.odds > THRESHOLD)


def expected_losses(missing: Iterable[Missing]) -> float:
    """How much is lost: a number that is the smaller, the better a translation is."""
    return sum(lost.loss for lost in missing)


THRESHOLD = 0.25
"""Log odds above which a word is shown: see the curve in benchmarks/README.md."""


@dataclass(frozen=True, slots=True)
class _Weights:
    """What counts for and against a missing word being wrong; fitted as the module says."""

    base: float
    rate: float
    glosses: float
    seen: float
    common: float
    misses: float
    unexplained: float
    kinds: Mapping[Kind, float]


_WEIGHTS = _Weights(
    base=2.1,
    rate=0.3,
    glosses=-0.31,
    seen=-0.24,
    common=-1.17,
    misses=-0.26,
    unexplained=-0.51,
    kinds={Kind.PLACE: -0.3, Kind.COMPOUND: -0.42, Kind.NAME: -0.9},
)
_MOST_COUNTED = 4
_PRIOR = 2
_NUMBER_ODDS = 4.0
"""Numbers have one meaning; `Flag.NUMBERS` says the same without naming them."""


class MeaningCheck:
    """Looks for the meanings of a sentence; `terms` of the user go before the word list.

    A `thorough` one looks for frequent words too that say nothing when they are not found: that
    is how they are counted.
    """

    def __init__(
        self, lexicon: Lexicon, terms: Mapping[str, str], *, thorough: bool = False
    ) -> None:
        self._lexicon = lexicon
        self._thorough = thorough
        self._terms = {source.lower(): target or source for source, target in terms.items()}
        self._items = lru_cache(1 << 12)(self._read)
        self._known = lru_cache(1 << 10)(self._all_meanings)

    def check(self, dutch: str, english: str) -> Meanings:
        """What of a sentence is in its translation."""
        text = EnglishText(english)
        items = self._items(dutch)
        lost = [item for item in items if not self.is_found(item, text)]
        numbers = list(_lost_numbers(dutch, english))
        if not lost:
            return Meanings(len(items) + len(numbers), tuple(numbers))
        free = text.unexplained(self._known(dutch))
        missing = [
            Missing(
                item.gloss,
                odds=_odds(item, misses=len(lost), unexplained=free),
                loss=1 / (1 + math.exp(-_odds(item, misses=1, unexplained=0))),
            )
            for item in lost
        ]
        ordered = sorted(missing + numbers, key=lambda each: each.gloss.start)
        return Meanings(len(items) + len(numbers), tuple(ordered))

    def items(self, dutch: str) -> tuple[Item, ...]:
        """What is looked for."""
        return self._items(dutch)

    def _read(self, dutch: str) -> tuple[Item, ...]:
        found = _Reader(dutch, self._lexicon, self._terms).items()
        return tuple(item for item in found if self._thorough or item.is_telling)

    def _all_meanings(self, dutch: str) -> frozenset[str]:
        """Every form that an English word for something in the sentence may have."""
        known: set[str] = set()

        def add(glosses: Iterable[str]) -> None:
            for gloss in glosses:
                for word in tokens(gloss.replace("-", " ")):
                    known.update(forms(word))

        for word in read_words(dutch):
            known.update((word.form, cognate(word.form), sound(word.form)))
            for form in {word.form, word.lemma, *word.form.split("-")}:
                if entry := self._lexicon.entry(form):
                    add(entry.glosses)
            for parts in self._lexicon.compounds(word.form):
                for part in parts:
                    add(part.glosses)
        for item in self._items(dutch):
            add(item.glosses)
        return frozenset(known)

    def is_found(self, item: Item, text: EnglishText) -> bool:
        """Whether an item of a sentence is in its translation."""
        if any(map(text.has_gloss, item.glosses)):
            return True
        if any(all(any(map(text.has_gloss, part)) for part in parts) for parts in item.parts):
            return True
        if item.kind is Kind.NAME:
            return any(_has_name(form, text) for form in item.forms)
        if item.readings and any(
            item.readings & number.readings
            for number in find_numbers(" ".join(text.words), Language.ENGLISH)
        ):
            return True
        return any(
            text.has_word(form) or text.has_word(cognate(form))
            for form in item.forms
            if len(form) >= _COGNATE_LETTERS
        )


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


_TYPICAL_SEEN = 5
_LEAST_BEGINNING = 5
_TELLING = 0.93
"""Frequent words that are found more rarely in human translations are not looked for."""


def _has_name(form: str, text: EnglishText) -> bool:
    """Whether a name is there as it stands, in English spelling, or derived: `Assyrian`."""
    form = form.replace("’", "'").removesuffix("'s")
    if form in text.forms:
        return True
    wanted = sound(form)
    return any(
        is_close(wanted, heard)
        or is_close(wanted, heard.removesuffix("s"))
        or _is_derived(wanted, heard)
        for heard in map(sound, text.words)
    )


def _is_derived(one: str, other: str) -> bool:
    """Whether two names begin alike: four letters, and nearly half of the longer one."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return sum(1 for _ in pairs) >= max(_STEM, _SHARED * max(len(one), len(other)))


_STEM = 4
_SHARED = 0.45


def _lost_numbers(dutch: str, english: str) -> Iterator[Missing]:
    """Numbers in digits of which no reading is in the English."""
    shown: frozenset[object] = frozenset().union(
        *(number.readings for number in find_numbers(english, Language.ENGLISH))
    )
    for number in find_numbers(dutch, Language.DUTCH):
        if number.in_digits and not number.readings & shown:
            end = number.start + len(number.text)
            gloss = Gloss(start=number.start, end=end, head=number.text)
            yield Missing(gloss, odds=_NUMBER_ODDS, loss=1.0)


def _odds(item: Item, *, misses: int, unexplained: int) -> float:
    weights = _WEIGHTS
    return (
        weights.base
        + weights.kinds.get(item.kind, 0.0)
        + weights.rate * math.log(item.rate / (1 - item.rate))
        + weights.glosses * math.log(len(item.glosses) or 2)
        + weights.seen * math.log1p(item.seen)
        + weights.common * item.common
        + weights.misses * min(misses, _MOST_COUNTED)
        + weights.unexplained * min(unexplained, _MOST_COUNTED)
    )
