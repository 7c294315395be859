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
from functools import lru_cache
from itertools import takewhile

from digest.edition import Gloss
from digest.lexicon.english import EnglishText, forms, tokens
from digest.lexicon.items import Item, Kind, read_items
from digest.lexicon.lexicon import Lexicon
from digest.lexicon.names import cognate, is_close, sound
from digest.lexicon.numbers import Language, find_numbers
from digest.lexicon.units import read_words

VERSION = "1"
"""Counts up when the same sentences would get another answer."""

_COGNATE_LETTERS = 4


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
        self._items = lru_cache(1 << 8)(self._read)
        self._known = lru_cache(1 << 8)(self._all_meanings)

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
        found = read_items(dutch, self._lexicon, self._terms)
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
