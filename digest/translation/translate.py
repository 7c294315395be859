"""Segments to sentences of an edition.

Each text goes once and in one call through: shield, memory, engine, checks and second
tries, glossary. The engine is loaded only when the memory does not have everything.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from digest.edition import ModelNote, Sentence
from digest.translation.casing import is_shouted, sentence_case
from digest.translation.engine import Decoding, Engine, Hypothesis, Model, unique
from digest.translation.glossary import Glossary, Settlement, put_terms
from digest.translation.ladder import VERSION as LADDER_VERSION
from digest.translation.ladder import Candidate, judge, try_again
from digest.translation.shield import shield, unshield

Progress = Callable[[int, int], None]
"""Told how many segments are done, of how many."""

_REMEMBER_EVERY = 16
_SOFT_HYPHEN = "\xad"


class Memory(Protocol):
    """What was translated before: `TranslationMemory`, or nothing at all."""

    def recall(self, segments: Sequence[str]) -> Mapping[str, Hypothesis]:
        """What is remembered of these segments."""

    def remember(self, translations: Iterable[tuple[str, Hypothesis]]) -> None:
        """Keep finished translations."""

    def close(self) -> None:
        """Let go of the file."""


class NoMemory:
    """Remembers nothing."""

    def recall(self, segments: Sequence[str]) -> Mapping[str, Hypothesis]:
        """Nothing."""
        del segments
        return {}

    def remember(self, translations: Iterable[tuple[str, Hypothesis]]) -> None:
        """Keeps nothing."""

    def close(self) -> None:
        """There is nothing to let go of."""


@dataclass(slots=True)
class Counts:
    """What a translator did: segments asked for, remembered, translated, tried again."""

    segments: int = 0
    remembered: int = 0
    translated: int = 0
    tried_again: int = 0


def memory_options(decoding: Decoding, compute_type: str) -> str:
    """The part of a memory's key that says how its translations were made."""
    return f"beam={decoding.beam_size} compute={compute_type} ladder={LADDER_VERSION}"


class Translator:
    """Translates with one model; `load` is called when the model is first needed."""

    def __init__(
        self,
        model: Model,
        load: Callable[[], Engine],
        *,
        decoding: Decoding,
        glossary: Glossary,
        memory: Memory,
        progress: Progress,
    ) -> None:
        self.model = model
        self.counts = Counts()
        self._load = load
        self._decoding = decoding
        self._glossary = glossary
        self._memory = memory
        self._progress = progress

    def close(self) -> None:
        """Close the memory."""
        self._memory.close()

    @cached_property
    def _engine(self) -> Engine:
        return self._load()

    @property
    def note(self) -> ModelNote:
        """What an edition says about the model."""
        return ModelNote(name=str(self.model), quality=self.model.quality)

    def __call__(self, segments: Iterable[str]) -> Mapping[str, Sentence]:
        """The translation of every segment, by its Dutch text.

        A segment without a word (a number, a web address, a row of dashes) is the same in
        both languages and not sent to the engine. Raises `ModelError` when the model is
        damaged or fails.
        """
        prepared = {dutch: _prepare(dutch) for dutch in unique(segments)}
        prose = unique(part.text for part in prepared.values() if part.is_prose)
        self.counts.segments += len(prepared)
        candidates = self._settle(prose, self._translate(prose))
        return {
            dutch: _finish(dutch, part, *candidates[part.text])
            if part.is_prose
            else Sentence(dutch=dutch, english=dutch)
            for dutch, part in prepared.items()
        }

    def _translate(self, texts: Sequence[str]) -> Mapping[str, Candidate]:
        """The best candidate for each text, from the memory or the engine."""
        remembered = self._memory.recall(texts)
        found = {text: judge(text, hypothesis) for text, hypothesis in remembered.items()}
        missing = [text for text in texts if text not in found]
        self.counts.remembered += len(found)
        if missing:
            fresh = self._first_try(missing)
            doubtful = {text: candidate for text, candidate in fresh.items() if candidate.doubts}
            if doubtful:
                fresh |= try_again(doubtful, engine=self._engine, decoding=self._decoding)
                self._memory.remember((text, fresh[text].hypothesis) for text in doubtful)
            self.counts.translated += len(missing)
            self.counts.tried_again += len(doubtful)
            found |= fresh
        return found

    def _first_try(self, texts: Sequence[str]) -> dict[str, Candidate]:
        """One call of the engine; what nobody doubts is remembered as it comes."""
        fresh: dict[str, Candidate] = {}
        waiting: list[tuple[str, Hypothesis]] = []
        for index, hypotheses in self._engine.translate_segments(texts, self._decoding):
            candidate = judge(texts[index], hypotheses[0])
            fresh[texts[index]] = candidate
            if not candidate.doubts:
                waiting.append((texts[index], candidate.hypothesis))
            if len(waiting) == _REMEMBER_EVERY:
                self._memory.remember(waiting)
                waiting = []
            self._progress(len(fresh), len(texts))
        self._memory.remember(waiting)
        return fresh

    def _settle(
        self, texts: Sequence[str], candidates: Mapping[str, Candidate]
    ) -> Mapping[str, tuple[Candidate, Settlement]]:
        """Each candidate with what the glossary made of it.

        A text in which a term is missing is translated once more with the term in it; the
        answer is used when it has the term and is not more doubtful.
        """
        settled = {
            text: (candidates[text], self._glossary.settle(text, candidates[text].hypothesis.text))
            for text in texts
        }
        retries = {
            text: put_terms(text, settlement.missing)
            for text, (_, settlement) in settled.items()
            if settlement.missing
        }
        answers = self._translate(unique(retries.values()))
        for text, retry in retries.items():
            first, before = settled[text]
            again = answers[retry]
            after = self._glossary.settle(text, again.hypothesis.text)
            if again.doubts <= first.doubts and not after.missing:
                terms = dict.fromkeys(before.terms + before.missing + after.terms)
                settled[text] = again, replace(after, terms=tuple(terms))
        return settled


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """A segment as the engine gets it: without what is not prose, not all in capitals."""

    text: str
    spans: tuple[str, ...]
    shouted: bool
    is_prose: bool


def _prepare(dutch: str) -> _Prepared:
    shouted = is_shouted(dutch)
    shielded = shield(sentence_case(dutch) if shouted else dutch)
    rest = unshield(shielded.text, ("",) * len(shielded.spans))
    return _Prepared(
        text=" ".join(shielded.text.replace(_SOFT_HYPHEN, "").split()),
        spans=shielded.spans,
        shouted=shouted,
        is_prose=any(map(str.isalpha, rest)),
    )


def _finish(
    dutch: str, prepared: _Prepared, candidate: Candidate, settlement: Settlement
) -> Sentence:
    english = settlement.english.upper() if prepared.shouted else settlement.english
    return Sentence(
        dutch=dutch,
        english=" ".join(unshield(english, prepared.spans).split()),
        score=candidate.hypothesis.score,
        flags=candidate.flags,
        terms=settlement.terms,
    )
