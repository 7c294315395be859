"""Which words of a Dutch sentence get which English glosses.

The starter was trained on text annotated by exactly these rules; another way to write it costs
quality.
"""

from collections.abc import Iterable

from digest.edition import Gloss
from digest.lexicon.lexicon import PARTICLES, Lexicon, distinct
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
_COGNATE = 5
_OF_EXPRESSION = 2


def find_glosses(sentence: str, lexicon: Lexicon) -> tuple[Gloss, ...]:
    """The less common words and expressions of a sentence with their meanings, in order.

    Frequent words, names and words that English has too get none; a compound that is not
    listed shows its parts, joined by ` + `.
    """
    words = read_words(sentence)
    found: dict[int, Gloss] = {}
    taken: set[int] = set()
    for unit in split_infinitives(words, lexicon):
        found[unit.words[-1]] = _gloss(unit, words)
        taken.update(unit.words)
    for unit in expressions(words, lexicon, taken, further=False):
        together = unit.words[: unit.together]
        found[together[-1]] = _gloss(unit, words, _OF_EXPRESSION)
        taken.update(together)
    for index, word in enumerate(words):
        if index in taken:
            continue
        if word.form in PARTICLES:
            if verb := separated_verb(sentence, words, lexicon, taken, index):
                found[index] = _gloss(verb, words)
        elif len(word.form) >= _LEAST_LETTERS and word.form not in lexicon.common:
            gloss = _of_word(word, lexicon)
            if gloss and _is_wanted(gloss, word, named=is_name(sentence, words, index)):
                found[index] = gloss
    return tuple(found[index] for index in sorted(found))


def annotate(sentence: str, glosses: Iterable[Gloss]) -> str:
    """The sentence with ` [meaning; meaning]` after each word or expression that has a gloss."""
    pieces = []
    end = 0
    for gloss in glosses:
        pieces.append(f"{sentence[end : gloss.end]} [{'; '.join(gloss.meanings)}]")
        end = gloss.end
    return "".join(pieces) + sentence[end:]


def _gloss(unit: Unit, words: tuple[Word, ...], most: int = 3) -> Gloss:
    return Gloss(
        start=words[unit.words[0]].start,
        end=words[unit.words[unit.together - 1]].end,
        head=unit.entry.head,
        meanings=distinct(unit.entry.glosses, most),
    )


def _of_word(word: Word, lexicon: Lexicon) -> Gloss | None:
    if entry := lexicon.find(word.form):
        head, meanings = entry.head, distinct(entry.glosses)
    elif parts := next(lexicon.compounds(word.form), None):
        head, meanings = word.form, (" + ".join(part.glosses[0] for part in parts),)
    else:
        return None
    return Gloss(start=word.start, end=word.end, head=head, meanings=meanings)


def _is_wanted(gloss: Gloss, word: Word, *, named: bool) -> bool:
    """No names, unless English writes the word with a capital too, and no cognates."""
    if named and not gloss.meanings[0][0].isupper():
        return False
    return any(meaning.lower()[:_COGNATE] != word.form[:_COGNATE] for meaning in gloss.meanings)
