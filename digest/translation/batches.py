"""Which prompts go through a decoder-only model together.

CTranslate2 reads the prompts of a batch together only as far as the shortest one goes; the rest
of the longer ones is taken a token a step, as an answer is written. A step costs less a prompt
the more prompts share it. So prompts of nearly the same length belong together, and the sizes
of the batches are chosen by what they cost.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Milliseconds: to read a token, for a step of a batch, and for each prompt in a step.

    Measured for the starter on one of two cores; what counts is how they compare.
    """

    read: float = 0.45
    step: float = 8.0
    row: float = 1.25


_ANSWER_SHARE = 0.4
"""Tokens of an answer by tokens of its prompt, about."""
_MOST_ROWS = 48


def plan_batches(
    lengths: Sequence[int], *, most_tokens: int, workers: int, beam: int, costs: Costs | None = None
) -> list[list[int]]:
    """Indices of prompts in batches, the longest first.

    `lengths` are in tokens. A batch has at most `most_tokens` with those of its hypotheses, of
    which there are `beam` a prompt; a prompt that is longer is a batch of its own. No worker
    is left without work while there is enough of it.
    """
    costs = costs or Costs()
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    share = max(1, -(-len(order) // max(workers, 1)))
    most_rows = min(share, max(1, _MOST_ROWS // beam))
    least = [0.0] * (len(order) + 1)  # cost of the first so many prompts, in the best batches
    begin = [0] * (len(order) + 1)
    for end in range(1, len(order) + 1):
        longest = lengths[order[end - 1]]
        least[end] = float("inf")
        for start in range(end - 1, max(-1, end - most_rows - 1), -1):
            rows = end - start
            if rows > 1 and longest * rows * beam > most_tokens:
                break
            shortest = lengths[order[start]]
            steps = longest - shortest + _ANSWER_SHARE * longest
            cost = costs.read * rows * shortest + steps * (costs.step + costs.row * rows * beam)
            if least[start] + cost < least[end]:
                least[end], begin[end] = least[start] + cost, start
    batches = []
    end = len(order)
    while end:
        batches.append(order[begin[end] : end])
        end = begin[end]
    return batches
