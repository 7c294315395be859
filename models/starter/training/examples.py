"""Pairs as what the starter reads and writes: prompts with glosses, made various."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from digest.lexicon.glosses import find_glosses
from digest.lexicon.lexicon import load_lexicon
from digest.translation.prompts import ALL, FEW, write_prompt

from .network import LONGEST, UNTOLD
from .pairs import Pair, Vocabulary
from .variety import Names, Synonyms, bind, swap_names, swap_numbers, without


@dataclass(frozen=True, slots=True, kw_only=True)
class Variety:
    """How often a prompt is made in which way, from 0 to 1.

    `few`: with as many meanings of a word as a first try has; `plain`: without any gloss;
    `dropped`: how many glosses are left out of half of the others; `swapped`: with other names and
    numbers; `bound`: with a word that is bound to a synonym.
    """

    few: float = 0.75
    plain: float = 0.05
    dropped: float = 0.15
    swapped: float = 0.3
    bound: float = 0.15


@dataclass(frozen=True, slots=True)
class Example:
    """The pieces of a prompt, `<bos>` to line feed, and those of the answer, with `<eos>`."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.prompt) + len(self.answer)


class Examples:
    """Writes pairs as examples; `choose` decides in which way."""

    def __init__(
        self, pool: Sequence[Pair], vocabulary: Vocabulary, variety: Variety, choose: random.Random
    ) -> None:
        self._vocabulary = vocabulary
        self._lexicon = load_lexicon()
        self._variety = variety
        self._choose = choose
        self._names = Names(((pair.dutch, pair.english) for pair in pool), self._lexicon)
        self._synonyms = Synonyms(self._lexicon)

    def of(self, pair: Pair) -> Example:
        """A pair, made various."""
        dutch, english, variety = pair.dutch, pair.english, self._variety
        if self._happens(variety.swapped):
            dutch, english = swap_names(dutch, english, self._names, self._choose)
            dutch, english = swap_numbers(dutch, english, self._choose)
        meanings = FEW if self._happens(variety.few) else ALL
        glosses = () if self._happens(variety.plain) else find_glosses(dutch, self._lexicon)
        if self._happens(1 / 2):
            glosses = tuple(each for each in glosses if not self._happens(variety.dropped))
        if self._happens(variety.bound):
            found = bind(dutch, english, self._lexicon, self._synonyms, self._choose)
            if found:
                gloss, english = found
                glosses = without(glosses, gloss)
        return self._write(write_prompt(dutch, glosses, meanings), english)

    def as_asked(self, dutch: str, english: str) -> Example:
        """A pair as the program asks for it in a first try."""
        return self._write(write_prompt(dutch, find_glosses(dutch, self._lexicon), FEW), english)

    def _write(self, prompt: str, english: str) -> Example:
        begin, line_feed, end = map(self._vocabulary.piece_to_id, ("<bos>", "\n", "<eos>"))
        return Example(
            (begin, *self._vocabulary.encode(prompt), line_feed),
            (*self._vocabulary.encode(english), end),
        )

    def _happens(self, share: float) -> bool:
        return self._choose.random() < share


def as_tensors(examples: Sequence[Example]) -> tuple[Tensor, Tensor]:
    """Pieces and what is to be learned of them, both (examples, length), padded on the right.

    Examples that are too long for the network are left out.
    """
    rows = [each for each in examples if len(each) <= LONGEST]
    length = max(map(len, rows))
    pieces = torch.zeros(len(rows), length, dtype=torch.long)
    wanted = torch.full_like(pieces, UNTOLD)
    for row, each in enumerate(rows):
        pieces[row, : len(each)] = torch.tensor(each.prompt + each.answer)
        wanted[row, len(each.prompt) : len(each)] = torch.tensor(each.answer)
    return pieces, wanted
