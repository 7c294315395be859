"""Segments to sentences of an edition: each text once, all in one call of the engine."""

from collections.abc import Callable, Iterable, Mapping

from digest.edition import Flag, ModelNote, Sentence
from digest.translation.engine import Decoding, Engine, unique
from digest.translation.packages import Installed, load_engine

Progress = Callable[[int, int], None]
"""Told how many segments are done, of how many."""


class Translator:
    """Translates with one installed model, which is loaded when it is first needed."""

    def __init__(
        self, installed: Installed, *, threads: int, decoding: Decoding, progress: Progress
    ) -> None:
        self._installed = installed
        self._threads = threads
        self._decoding = decoding
        self._progress = progress

    @property
    def note(self) -> ModelNote | None:
        """What an edition says about the model."""
        model = self._installed.model
        return ModelNote(name=str(model), quality=model.quality) if model else None

    def __call__(self, segments: Iterable[str]) -> Mapping[str, Sentence]:
        """The translation of every segment, by its Dutch text.

        Raises `ModelError` when the model is damaged or fails.
        """
        engine = load_engine(self._installed, threads=self._threads)
        return translate_segments(
            segments, engine=engine, decoding=self._decoding, progress=self._progress
        )


def translate_segments(
    segments: Iterable[str], *, engine: Engine, decoding: Decoding, progress: Progress
) -> Mapping[str, Sentence]:
    """The translation of every segment, by its Dutch text.

    A segment without a letter (a number, a row of dashes) is the same in both languages
    and not sent to the engine. Raises `ModelError` when the engine fails.
    """
    sentences = {text: Sentence(dutch=text, english=text) for text in unique(segments)}
    prose = [text for text in sentences if any(map(str.isalpha, text))]
    results = engine.translate_segments(prose, decoding)
    for done, (index, hypothesis) in enumerate(results, 1):
        english = " ".join(hypothesis.text.split())
        sentences[prose[index]] = Sentence(
            dutch=prose[index],
            english=english,
            score=hypothesis.score,
            flags=() if english else (Flag.EMPTY,),
        )
        progress(done, len(prose))
    return sentences
