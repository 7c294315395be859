"""An engine without a model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from digest.errors import ModelError
from digest.translation.engine import Decoding, Hypothesis, Model

MODEL = Model(name="fake", version="1", digest="0" * 64, quality="Not a model.", origin="tests")


@dataclass
class FakeEngine:
    """Puts `English: ` before a segment, or says what `answers` holds for it; fails on demand.

    `calls` has the segments of each call.
    """

    answers: dict[str, str] = field(default_factory=dict)
    fails: bool = False
    model: Model = MODEL
    calls: list[list[str]] = field(default_factory=list)

    def translate_segments(
        self, segments: Sequence[str], decoding: Decoding
    ) -> Iterator[tuple[int, Hypothesis]]:
        del decoding
        self.calls.append(list(segments))
        for index in reversed(range(len(segments))):
            if self.fails:
                raise ModelError("The fake fails on demand.")
            text = self.answers.get(segments[index], f"English: {segments[index]}")
            yield index, Hypothesis(text=text, score=-0.5)
