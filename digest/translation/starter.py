"""The starter model as an engine: a decoder-only language model that was taught to translate.

A prompt is `<bos>`, the pieces of the Dutch sentence with the glosses of its less common words
and a line feed; what the model writes up to `<eos>` is the English sentence.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from digest.errors import ModelError
from digest.regular import read_regular
from digest.translation.argos import damaged
from digest.translation.batches import plan_batches
from digest.translation.engine import Decoding, Hypothesis, Model, translate_in_windows
from digest.translation.prompts import without_glosses

NAME = "starter-nl_en"

_BEAM_SIZE = 1
_BATCH_TOKENS = 2048
_WINDOW = 1024


def describe_starter(path: Path) -> Model:
    """The identity of the built starter in a folder, without loading it.

    Raises `ModelError` when it is damaged.
    """
    try:
        description = json.loads(read_regular(path / "starter.json", 1_000_000))
        if not (path / "model.bin").is_file():
            raise damaged(path)
        return Model(
            name=NAME,
            version=description["version"],
            digest=description["digest"],
            quality="A small starter model: readable English, with mistakes in names and facts.",
            origin="built from Gemma 3 270M",
            reads_glosses=True,
        )
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise damaged(path) from error


class StarterEngine:
    """The starter loaded on `threads` processor threads; fulfils `Engine`."""

    def __init__(self, path: Path, *, threads: int, compute_type: str = "default") -> None:
        import ctranslate2  # takes a second to load
        import sentencepiece

        self.model = describe_starter(path)
        self._threads = threads
        try:
            self._vocabulary = sentencepiece.SentencePieceProcessor(
                model_file=str(path / "sentencepiece.model")
            )
            self._generator = ctranslate2.Generator(
                str(path), inter_threads=threads, intra_threads=1, compute_type=compute_type
            )
        except (RuntimeError, OSError, ValueError) as error:
            raise damaged(path) from error

    def translate_segments(
        self, segments: Sequence[str], decoding: Decoding
    ) -> Iterator[tuple[int, tuple[Hypothesis, ...]]]:
        """See `Engine.translate_segments`."""
        return translate_in_windows(
            segments, lambda window: self._translate(window, decoding), size=_WINDOW
        )

    def _translate(
        self, segments: Sequence[str], decoding: Decoding
    ) -> Iterator[tuple[int, tuple[Hypothesis, ...]]]:
        prompts = [self._prompt(segment) for segment in segments]
        plain = [len(self._vocabulary.encode(without_glosses(each))) for each in segments]
        beam_size = decoding.beam_size or _BEAM_SIZE
        batches = plan_batches(
            [len(prompt) for prompt in prompts],
            most_tokens=decoding.batch_tokens or _BATCH_TOKENS,
            workers=self._threads,
            beam=beam_size,
        )
        jobs = [
            self._generator.generate_batch(
                [prompts[index] for index in batch],
                beam_size=beam_size,
                num_hypotheses=decoding.hypotheses,
                no_repeat_ngram_size=decoding.no_repeat_ngram,
                repetition_penalty=decoding.repetition_penalty,
                max_length=_most_tokens(max(plain[index] for index in batch)),
                include_prompt_in_result=False,
                return_scores=True,
                asynchronous=True,
            )
            for batch in batches
        ]
        for batch, results in zip(batches, jobs, strict=True):
            for index, job in zip(batch, results, strict=True):
                try:
                    yield index, self._hypotheses(job.result())
                except RuntimeError as error:
                    raise ModelError(f"{self.model} failed: {error}") from error

    def _prompt(self, segment: str) -> list[str]:
        pieces = self._vocabulary.encode(" ".join(segment.split()), out_type=str)
        return ["<bos>", *pieces, "\n"]

    def _hypotheses(self, result: Any) -> tuple[Hypothesis, ...]:
        return tuple(
            Hypothesis(text=self._vocabulary.decode(pieces).strip(), score=score)
            for pieces, score in zip(result.sequences, result.scores, strict=True)
        )


def _most_tokens(dutch: int) -> int:
    """English takes about as many pieces as Dutch; half as many more is a loop."""
    return dutch * 3 // 2 + 12
