"""What a model that reads glosses is given, and its answer as a reader gets it."""

import re
from collections.abc import Iterable
from dataclasses import replace

from digest.edition import Gloss
from digest.lexicon.glosses import annotate
from digest.translation.engine import Hypothesis

FEW = 1
"""So many meanings a word has in a first try."""
ALL = 3
"""So many it has where a first try was doubtful; more are never given."""

_GLOSSES = re.compile(r" \[[^\[\]]*\]")
_ROUND = str.maketrans("[]", "()")
_SQUARE = str.maketrans("()", "[]")


def write_prompt(text: str, glosses: Iterable[Gloss], most: int) -> str:
    """The annotated text, with at most so many meanings a word.

    Square brackets are for glosses alone; those of the text are written round.
    """
    few = (replace(gloss, meanings=gloss.meanings[:most]) for gloss in glosses)
    return annotate(text.translate(_ROUND), few)


def without_glosses(prompt: str) -> str:
    """The text of a prompt, whose square brackets are all glosses."""
    return _GLOSSES.sub("", prompt)


def restore_brackets(text: str, answer: Hypothesis) -> Hypothesis:
    """The answer with square brackets again, where the text has those and no round ones."""
    if "[" not in text or "(" in text:
        return answer
    return replace(answer, text=answer.text.translate(_SQUARE))
