"""What the word list says of segments: glosses for prompts and readers, meanings that are lost.

What was found once is kept in the memory, so that a remembered edition loads neither the word
list nor the lemmatiser.
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from digest.edition import Gloss
from digest.lexicon.glosses import find_glosses
from digest.lexicon.lexicon import DATA, lexicon_digest, load_lexicon
from digest.lexicon.meaning import VERSION, MeaningCheck, Missing


class Words:
    """The word list, with the user's `terms` (Dutch to English) before it in the check.

    `meaning` says whether meanings are checked at all, `data` is the folder of the word list.
    """

    def __init__(self, terms: Mapping[str, str], *, meaning: bool, data: Path = DATA) -> None:
        self._terms = terms
        self._data = data
        self.meaning = meaning

    @property
    def edition(self) -> str:
        """Which word list this is: glosses are kept under it."""
        return lexicon_digest(self._data)

    @cached_property
    def check_key(self) -> str:
        """What decides the answer of `missing`: it is kept under this key."""
        if not self.meaning:
            return "off"
        terms = repr(sorted(self._terms.items()))
        return hashlib.sha256(f"{VERSION} {self.edition} {terms}".encode()).hexdigest()

    def find_glosses(self, texts: Sequence[str]) -> Mapping[str, tuple[Gloss, ...]]:
        """The glosses of each text."""
        lexicon = load_lexicon(self._data)
        return {text: find_glosses(text, lexicon) for text in texts}

    def missing(self, dutch: str, english: str) -> tuple[Missing, ...]:
        """The words of a segment whose meaning is not in its translation, with their odds."""
        return self._check.check(dutch, english).missing if self.meaning else ()

    @cached_property
    def _check(self) -> MeaningCheck:
        return MeaningCheck(load_lexicon(self._data), self._terms)
