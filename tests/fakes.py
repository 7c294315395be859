"""An engine without a model."""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from digest.errors import ModelError
from digest.progress import unseen
from digest.translation.engine import Decoding, Hypothesis, Model
from digest.translation.glossary import Glossary
from digest.translation.translate import Memory, NoMemory, Translator
from digest.translation.words import Words

MODEL = Model(name="fake", version="1", digest="0" * 64, quality="Not a model.", origin="tests")


@dataclass
class FakeEngine:
    """Says what `answers` holds for a segment, else the segment in `pretend_english`.

    It fails on demand; `calls` has the segments of each call. Several answers are several
    hypotheses, of which as many are given as the decoding asks for.
    """

    answers: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    fails: bool = False
    model: Model = MODEL
    calls: list[list[str]] = field(default_factory=list)

    def translate_segments(
        self, segments: Sequence[str], decoding: Decoding
    ) -> Iterator[tuple[int, tuple[Hypothesis, ...]]]:
        self.calls.append(list(segments))
        for index in reversed(range(len(segments))):
            if self.fails:
                raise ModelError("The fake fails on demand.")
            answer = self.answers.get(segments[index], pretend_english(segments[index]))
            texts = (answer,) if isinstance(answer, str) else answer
            hypotheses = [Hypothesis(text=text, score=-0.5) for text in texts]
            yield index, tuple(hypotheses[: decoding.hypotheses])


def pretend_english(dutch: str) -> str:
    """Words that are no Dutch, with the names, numbers and marks of the Dutch."""
    return re.sub(r"\b[^\W\d_A-Z]+", lambda word: codecs.encode(word[0], "rot13"), dutch)


def translator(
    engine: FakeEngine,
    *,
    memory: Memory | None = None,
    glossary: Glossary | None = None,
    meaning: bool = False,
) -> Translator:
    """A translator with a fake engine, without memory and glossary unless they are given.

    Meanings are not checked: `pretend_english` has none.
    """
    glossary = glossary or Glossary(())
    return Translator(
        engine.model,
        lambda: engine,
        decoding=Decoding(),
        glossary=glossary,
        words=Words(glossary.meanings, meaning=meaning),
        memory=memory or NoMemory(),
        progress=unseen,
    )
