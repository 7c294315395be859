"""An engine that does not fail because of one segment.

What an engine fails at is halved until the segment that it fails at is alone; that one is tried in
pieces, since most models fail at what is too long for them, and is at last left untranslated.
"""

from collections.abc import Iterator, Sequence

from digest.errors import ModelError
from digest.splitter import CLAUSE_END, SPACE
from digest.translation.engine import Decoding, Engine, Hypothesis, Model

UNTRANSLATED = Hypothesis(text="", score=0.0)
"""What is said of a segment that cannot be translated."""

_GIVE_UP_AFTER = 3
"""So many segments in a row that fail alone, before any was translated: it is the engine."""


class CarefulEngine:
    """Another engine, whose failures cost no more than the segments they are about."""

    def __init__(self, engine: Engine) -> None:
        self.model: Model = engine.model
        self._engine = engine
        self._failed = 0
        self._works = False
        self._error: ModelError | None = None

    def translate_segments(
        self, segments: Sequence[str], decoding: Decoding
    ) -> Iterator[tuple[int, tuple[Hypothesis, ...]]]:
        """See `Engine.translate_segments`; raises `ModelError` when the engine always fails."""
        for index, hypotheses in self._halving(segments, decoding):
            if hypotheses[0] is UNTRANSLATED:
                self._failed += 1
            if self._failed >= _GIVE_UP_AFTER and not self._works:
                assert self._error
                raise self._error
            yield index, hypotheses

    def _halving(
        self, segments: Sequence[str], decoding: Decoding
    ) -> Iterator[tuple[int, tuple[Hypothesis, ...]]]:
        done = set()
        try:
            for index, hypotheses in self._engine.translate_segments(segments, decoding):
                done.add(index)
                self._works = True
                yield index, hypotheses
        except ModelError as error:
            self._error = error
            left = [index for index in range(len(segments)) if index not in done]
            if len(left) == 1:
                yield left[0], self._in_pieces(segments[left[0]], decoding)
                return
            for half in (left[: len(left) // 2], left[len(left) // 2 :]):
                again = self._halving([segments[index] for index in half], decoding)
                yield from ((half[position], hypotheses) for position, hypotheses in again)

    def _in_pieces(self, segment: str, decoding: Decoding) -> tuple[Hypothesis, ...]:
        """A segment that fails alone, translated in two pieces; nothing if that fails as well."""
        pieces = _halve(segment)
        answers = dict(self._halving(pieces, decoding)) if pieces else {}
        firsts = [answers[index][0] for index in range(len(pieces))]
        if not firsts or not all(first.text for first in firsts):
            return (UNTRANSLATED,)
        score = sum(first.score for first in firsts) / len(firsts)
        return (Hypothesis(text=" ".join(first.text for first in firsts), score=score),)


def _halve(segment: str) -> list[str]:
    """A segment in two, at the clause border nearest to its middle, else at the space."""
    for border in (CLAUSE_END, SPACE):
        ends = [found.end() for found in border.finditer(segment) if found.end() < len(segment)]
        inside = [end for end in ends if segment[:end].strip()]
        if inside:
            middle = min(inside, key=lambda end: abs(end - len(segment) / 2))
            return [segment[:middle].strip(), segment[middle:].strip()]
    return []
