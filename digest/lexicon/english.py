"""An English text as it is searched for meanings: by word, by lemma, by the first letters."""

import re

from digest.lexicon.lemmas import english_lemma
from digest.lexicon.names import is_close

_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+(?:[.,:]\d+)*")
_STEM = 5
_LONG = 6
_ALL_BUT_ONE = 2

FUNCTION_WORDS = frozenset(
    """
    a about after all also am an and any are as at be been before being between both but by can
    could did do does don't during each for from get had has have he her here his how i i'm if in
    into is it it's its may might more most must my no not of on one one's oneself only or other
    our out over own s same shall she should so some somebody someone something such t than that
    the their then there these they this those through to too under up very was we were what when
    where which who whom whose why will with would you your
    """.split()
)
"""Words that stand in most English sentences, whatever these are about."""

_EMPTY = frozenset(
    """
    a an and are as at away back be been by do down for from get go in into is it its not of off
    on one one's oneself or out s somebody someone something the to up was were with
    """.split()
)
"""Words of a gloss that need not be found: `to`, `be`, `someone`, the `up` of `roll up`."""


class EnglishText:
    """A text with the forms by which its words are known."""

    def __init__(self, text: str) -> None:
        self.words = tuple(word.removesuffix("'s") for word in tokens(text))
        self.forms = frozenset(
            form for word in self.words for form in (*forms(word), *_participle_stems(word))
        )
        self._stems = frozenset(form[:_STEM] for form in self.forms if len(form) >= _STEM)
        self._joined = "".join(self.words)

    def has_word(self, word: str) -> bool:
        """Whether a word in lower case is there: in another form, derived, or misspelt."""
        wanted = forms(word)
        if not wanted.isdisjoint(self.forms) or word[:_STEM] in self._stems:
            return True
        lemma = english_lemma(word)
        return len(lemma) >= _LONG and any(
            len(form) >= _LONG and is_close(lemma, form, most=1) for form in self.forms
        )

    def has_gloss(self, gloss: str) -> bool:
        """Whether all words of a gloss that say something are there."""
        words = tokens(gloss.replace("-", " "))
        telling = [word for word in words if word not in _EMPTY] or words
        found = sum(map(self.has_word, telling))
        if found == len(telling) or found == len(telling) - 1 >= _ALL_BUT_ONE:
            return True
        return len(telling) > 1 and "".join(words) in self._joined

    def unexplained(self, meanings: frozenset[str]) -> int:
        """How many words that say something have none of their forms among these."""
        stems = {form[:_STEM] for form in meanings if len(form) >= _STEM}
        return sum(
            word.isalpha()
            and word not in FUNCTION_WORDS
            and len(word) > 2  # noqa: PLR2004 - abbreviations of months, units
            and forms(word).isdisjoint(meanings)
            and word[:_STEM] not in stems
            for word in self.words
        )


def tokens(text: str) -> list[str]:
    """The words and numbers of an English text, in lower case."""
    return _TOKEN.findall(text.lower().replace("’", "'"))


def forms(word: str) -> frozenset[str]:
    """A word in lower case, its lemma, and the lemma in American spelling."""
    lemma = english_lemma(word)
    return frozenset((word, lemma, _american(lemma)))


def _participle_stems(word: str) -> tuple[str, ...]:
    """What `acting`, `planning`, `baking` may be forms of: word lists have them as nouns."""
    if not word.endswith("ing") or len(word) < _LONG:
        return ()
    stem = word[:-3]
    return (stem, f"{stem}e", stem[:-1]) if stem[-1:] == stem[-2:-1] else (stem, f"{stem}e")


def _american(word: str) -> str:
    """`colour` as `color`, `centre` as `center`, `organise` as `organize`."""
    if len(word) < _STEM:
        return word
    word = word.replace("our", "or").replace("isation", "ization")
    if word.endswith("re"):
        word = f"{word[:-2]}er"
    return f"{word[:-3]}ize" if word.endswith("ise") else word
