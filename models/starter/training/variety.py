"""Pairs made different on both sides at once, so that copying is learned, not a name by heart.

A name or number that stands in the Dutch and in the English becomes another one in both. A word
whose English stands in the translation becomes a synonym there, and is bound to it in the prompt:
`rechter [= magistrate]`. Nothing of this is written by a model.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from digest.edition import Gloss
from digest.lexicon.lexicon import Lexicon, distinct
from digest.lexicon.units import Word, is_name, read_words

BOUND = "= {}"
"""A meaning that must be used."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:[.,]\d+)*(?![\w-]|[.,]\d)")
_DECIMALS = str.maketrans(".,", ",.")
_YEARS = range(1900, 2100)
_LEAST_NAME = 4
_LEAST_MEANING = 3
_MEANINGS = 6
_MADE_UP = 0.5
_PLACES = frozenset("in uit te naar bij van".split())
_ARTICLES = frozenset("de het een der deze dit die dat geen zijn haar hun onze".split())
_VOWELS = "aeiou"


class Names:
    """The names of many pairs, to put in each other's place: after `in` other than elsewhere."""

    def __init__(self, pairs: Iterable[tuple[str, str]], lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        found: dict[bool, set[str]] = defaultdict(set)
        for dutch, english in pairs:
            for _, name, is_place in self.read(dutch, english):
                found[is_place].add(name)
        self._names = {kind: sorted(names) for kind, names in found.items()}

    def read(self, dutch: str, english: str) -> list[tuple[int, str, bool]]:
        """Where in the Dutch are names that the English has too, once each."""
        words = read_words(dutch)
        there = _WORD.findall(english)
        return [
            (word.start, word.text, index > 0 and words[index - 1].form in _PLACES)
            for index, word in enumerate(words)
            if len(word.text) >= _LEAST_NAME
            and is_name(dutch, words, index)
            and there.count(word.text) == 1
            and dutch.count(word.text) == english.count(word.text) == 1
            and not self._lexicon.find(word.form)
        ]

    def another(self, *, is_place: bool, choose: random.Random) -> str:
        """A name of the pairs, or one that is made of two of them."""
        names = self._names.get(is_place) or next(iter(self._names.values()))
        name = choose.choice(names)
        if choose.random() < _MADE_UP:
            head, tail = _cut(name), _cut(choose.choice(names))
            return head[0] + tail[1]
        return name


def _cut(name: str) -> tuple[str, str]:
    """A name in two, before a consonant that a vowel precedes, near its middle."""
    places = [
        place
        for place in range(2, len(name) - 1)
        if name[place - 1].lower() in _VOWELS and name[place].lower() not in _VOWELS
    ]
    place = min(places, key=lambda place: abs(place - len(name) / 2), default=len(name))
    return name[:place], name[place:].lower() if place < len(name) else ""


def swap_names(dutch: str, english: str, names: Names, choose: random.Random) -> tuple[str, str]:
    """The pair with other names, the same ones in both."""
    for _, name, is_place in names.read(dutch, english):
        other = names.another(is_place=is_place, choose=choose)
        dutch, english = dutch.replace(name, other), english.replace(name, other)
    return dutch, english


def swap_numbers(dutch: str, english: str, choose: random.Random) -> tuple[str, str]:
    """The pair with other numbers of as many digits: `1.250` is `1,250` in English.

    A year remains one; numbers of one digit, which words agree with, stay.
    """
    for number in set(_NUMBER.findall(dutch)):
        there = number.translate(_DECIMALS)
        if len(number) < 2 or dutch.count(number) != 1 or english.count(there) != 1:  # noqa: PLR2004
            continue
        if number.isdecimal() and int(number) in _YEARS:
            other = str(choose.choice(_YEARS))
        else:
            other = _digits(number, choose)
        dutch = dutch.replace(number, other)
        english = english.replace(there, other.translate(_DECIMALS))
    return dutch, english


def _digits(number: str, choose: random.Random) -> str:
    first = choose.choice("123456789") if number[0] != "0" else "0"
    return first + "".join(
        choose.choice("0123456789") if digit.isdecimal() else digit for digit in number[1:]
    )


class Synonyms:
    """English words that may stand for each other: translations of one Dutch word."""

    def __init__(self, lexicon: Lexicon) -> None:
        found: dict[str, set[str]] = defaultdict(set)
        for entry in lexicon.entries():
            meanings = [each for each in distinct(entry.glosses, _MEANINGS) if _is_plain(each)]
            for meaning in meanings:
                found[meaning].update(meanings)
        self._others = {word: sorted(others - {word}) for word, others in found.items()}

    def of(self, meaning: str) -> Sequence[str]:
        """What may stand where this meaning does, without itself."""
        return self._others.get(meaning, ())


def _is_plain(meaning: str) -> bool:
    return len(meaning) >= _LEAST_MEANING and all(map(str.isalpha, meaning.split()))


def bind(
    dutch: str, english: str, lexicon: Lexicon, synonyms: Synonyms, choose: random.Random
) -> tuple[Gloss, str] | None:
    """A gloss that binds one word of the Dutch, and the English with what it is bound to."""
    words = _after_articles(dutch)
    choose.shuffle(words)
    for word in words:
        entry = lexicon.find(word.form)
        for meaning in entry.glosses if entry else ():
            others = synonyms.of(meaning)
            for inflected in (str, _plural) if others else ():
                if len(_whole(inflected(meaning)).findall(english)) == 1:
                    other = choose.choice([*others, meaning])
                    told = _put(english, inflected(meaning), inflected(other))
                    return _gloss(word, other), told
    return None


def _gloss(word: Word, term: str) -> Gloss:
    return Gloss(start=word.start, end=word.end, head=word.lemma, meanings=(BOUND.format(term),))


def _after_articles(dutch: str) -> list[Word]:
    """The words that follow an article at once or after one word: nouns, mostly."""
    words = read_words(dutch)
    return [
        word
        for place, word in enumerate(words)
        if len(word.form) >= _LEAST_NAME
        and not is_name(dutch, words, place)
        and word.form not in _ARTICLES
        and not _ARTICLES.isdisjoint(each.form for each in words[max(0, place - 2) : place])
    ]


def _whole(form: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:([Aa])n? )?({re.escape(form)})\b", re.IGNORECASE)


def _put(english: str, form: str, other: str) -> str:
    def replaced(found: re.Match[str]) -> str:
        put = other[0].upper() + other[1:] if found[2][0].isupper() else other
        if not found[1]:
            return put
        return f"{found[1]}{'n' if other[0].lower() in _VOWELS else ''} {put}"

    return _whole(form).sub(replaced, english)


def _plural(noun: str) -> str:
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in _VOWELS:
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def without(glosses: Iterable[Gloss], bound_to: Gloss) -> tuple[Gloss, ...]:
    """The glosses with one that binds in the place of what covers the same words."""
    others = [each for each in glosses if each.end <= bound_to.start or each.start >= bound_to.end]
    return tuple(sorted([*others, bound_to], key=lambda each: each.end))
