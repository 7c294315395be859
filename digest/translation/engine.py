"""What an engine is, and how segments become batches."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The identity of a model: `digest` is the SHA-256 of its weights, in hex.

    `quality` is one honest line for the foot of an edition; `origin` says where it came from.
    `reads_glosses`: its prompts carry the English of less common words.
    """

    name: str
    version: str
    digest: str
    quality: str
    origin: str
    reads_glosses: bool = False

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoding:
    """How a model searches: `beam_size` 0 is the model's own default, 1 is greedy.

    `hypotheses` is how many translations of a segment are wanted (at most the beam size);
    `no_repeat_ngram` forbids n-grams of that many tokens to come twice, 0 forbids none;
    a `repetition_penalty` above 1 makes tokens less likely that were there before.
    `batch_tokens` limits a batch, 0 is the model's own default; it decides speed and memory,
    not what is said.
    """

    beam_size: int = 0
    hypotheses: int = 1
    no_repeat_ngram: int = 0
    repetition_penalty: float = 1.0
    batch_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One translation of a segment; `score` is the mean log probability of its tokens."""

    text: str
    score: float


class Engine(Protocol):
    """A model loaded and ready."""

    @property
    def model(self) -> Model:
        """The model that translates."""

    def translate_segments(
        self, segments: Sequence[str], decoding: Decoding
    ) -> Iterator[tuple[int, tuple[Hypothesis, ...]]]:
        """Translate all segments in one call.

        Yields the index of a segment and its hypotheses, the best first, each index once,
        as batches finish and so in any order. Raises `ModelError` when the model fails.
        """


WINDOW = 256
"""So many segments are tokens at a time: memory stays flat however large an edition is."""


def translate_in_windows(
    segments: Sequence[str],
    translate: Callable[[list[str]], Iterator[tuple[int, tuple[Hypothesis, ...]]]],
    size: int = WINDOW,
) -> Iterator[tuple[int, tuple[Hypothesis, ...]]]:
    """All results of `translate`, called for a window of segments at a time.

    The longest texts come first, so that the batches of a window are even.
    """
    order = sorted(range(len(segments)), key=lambda index: len(segments[index]), reverse=True)
    for start in range(0, len(order), size):
        window = order[start : start + size]
        for position, hypotheses in translate([segments[index] for index in window]):
            yield window[position], hypotheses


def batch_limit(lengths: Sequence[int], *, threads: int, most: int) -> int:
    """How many tokens a batch may have, so that each of `threads` workers gets its share.

    At most `most`, and no fewer than the longest segment.
    """
    share = -(-sum(lengths) // max(threads, 1))
    return max(min(share, most), max(lengths, default=1))


def unique(segments: Iterable[str]) -> list[str]:
    """Each segment once, in order of first appearance."""
    return list(dict.fromkeys(segments))
