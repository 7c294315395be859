"""Segments to sentences of an edition.

The texts of a batch go once and in one call through: shield, glosses, memory, engine, checks and
second tries, glossary. The engine and the word list are loaded only when the memory does not
have everything.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from digest.counting import counted
from digest.edition import Gloss, ModelNote, Sentence
from digest.lexicon.meaning import Missing, doubtful
from digest.progress import Batches, Progress, unseen
from digest.translation.careful import CarefulEngine
from digest.translation.casing import is_shouted, sentence_case
from digest.translation.engine import Decoding, Engine, Hypothesis, Model, unique
from digest.translation.glossary import Glossary, Settlement, put_terms
from digest.translation.ladder import VERSION as LADDER_VERSION
from digest.translation.ladder import Candidate, first_decoding, judge, try_again
from digest.translation.memory import Remembered
from digest.translation.prompts import FEW, restore_brackets, write_prompt
from digest.translation.shield import placeholders, shield, unshield
from digest.translation.words import Words

_REMEMBER_EVERY = 16
_MARKER = re.compile(r"(?:[•‣◦▪●·–—-]|\(?(?:\d{1,3}|[a-z])[.)])\s+(?=\S)")
_SOFT_HYPHEN = "\xad"


class Memory(Protocol):
    """What was found before: `TranslationMemory`, or nothing at all."""

    def recall(self, prompts: Sequence[str]) -> Mapping[str, Remembered]:
        """What is remembered of these prompts."""

    def remember(self, translations: Iterable[tuple[str, Remembered]]) -> None:
        """Keep finished translations, by their prompts."""

    def recall_glosses(self, words: str, texts: Sequence[str]) -> Mapping[str, tuple[Gloss, ...]]:
        """The glosses of texts, as a word list has them."""

    def remember_glosses(self, words: str, glosses: Mapping[str, tuple[Gloss, ...]]) -> None:
        """Keep the glosses of texts."""

    def close(self) -> None:
        """Let go of the file."""


class NoMemory:
    """Remembers nothing."""

    def recall(self, prompts: Sequence[str]) -> Mapping[str, Remembered]:
        """Nothing."""
        del prompts
        return {}

    def remember(self, translations: Iterable[tuple[str, Remembered]]) -> None:
        """Keeps nothing."""

    def recall_glosses(self, words: str, texts: Sequence[str]) -> Mapping[str, tuple[Gloss, ...]]:
        """Nothing."""
        del words, texts
        return {}

    def remember_glosses(self, words: str, glosses: Mapping[str, tuple[Gloss, ...]]) -> None:
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


def memory_options(decoding: Decoding, compute_type: str, *, meaning: bool) -> str:
    """The part of a memory's key that says how its translations were made."""
    return (
        f"beam={decoding.beam_size} compute={compute_type} ladder={LADDER_VERSION} "
        f"meaning={'on' if meaning else 'off'}"
    )


class Translator:
    """Translates with one model; `load` is called when the model is first needed."""

    def __init__(
        self,
        model: Model,
        load: Callable[[], Engine],
        *,
        decoding: Decoding,
        glossary: Glossary,
        words: Words,
        memory: Memory,
        progress: Progress,
    ) -> None:
        self.model = model
        self.counts = Counts()
        self._load = load
        self._decoding = decoding
        self._glossary = glossary
        self._words = words
        self._memory = memory
        self._progress = Batches(progress)
        self._glosses: dict[str, tuple[Gloss, ...]] = {}

    def close(self) -> None:
        """Close the memory."""
        self._progress.end()
        self._memory.close()

    def begin(self, items: int, left: int) -> None:
        """The next call translates so many items, and so many are left for other calls."""
        self._progress.begin(items, left)

    @cached_property
    def _engine(self) -> Engine:
        return CarefulEngine(self._load())

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
        self._look_up(prose + [part.cased for part in prepared.values() if part.is_prose])
        candidates = self._settle(prose, self._translate(prose))
        sentences = {
            dutch: _finish(dutch, part, *candidates[part.text], self._glosses[part.cased])
            if part.is_prose
            else Sentence(dutch=dutch, english=dutch)
            for dutch, part in prepared.items()
        }
        self._glosses = {}  # the memory has them, and there may be a next call
        return sentences

    def _look_up(self, texts: Iterable[str]) -> None:
        """Find the glosses of texts, in the memory or in the word list."""
        wanted = [text for text in unique(texts) if text not in self._glosses]
        edition = self._words.edition
        self._glosses |= self._memory.recall_glosses(edition, wanted)
        if missing := [text for text in wanted if text not in self._glosses]:
            found = self._words.find_glosses(missing)
            self._memory.remember_glosses(edition, found)
            self._glosses |= found

    @property
    def reads_glosses(self) -> bool:
        """Whether the engine is given the English of less common words."""
        return self.model.reads_glosses

    def ask(
        self, texts: Sequence[str], decoding: Decoding, *, meanings: int
    ) -> Iterator[tuple[int, tuple[Hypothesis, ...]]]:
        """Let the engine translate texts; see `Wording.ask`."""
        prompts = self._prompts(texts, meanings)
        for index, hypotheses in self._engine.translate_segments(prompts, decoding):
            text = texts[index] if self.reads_glosses else ""
            yield index, tuple(restore_brackets(text, each) for each in hypotheses)

    def _prompts(self, texts: Sequence[str], meanings: int = FEW) -> list[str]:
        """What the engine is given: the texts, annotated where the model reads glosses."""
        if not self.reads_glosses:
            return list(texts)
        self._look_up(texts)
        return [write_prompt(text, self._glosses[text], meanings) for text in texts]

    def missing(self, dutch: str, english: str) -> tuple[Missing, ...]:
        """The words of a text whose meaning is not in its translation."""
        found = self._words.missing(dutch, english)
        return tuple(lost for lost in found if not placeholders(lost.gloss.head.upper()))

    def _translate(self, texts: Sequence[str]) -> Mapping[str, Candidate]:
        """The best candidate for each text, from the memory or the engine."""
        prompts = dict(zip(texts, self._prompts(texts), strict=True))
        remembered = self._memory.recall(list(prompts.values()))
        found = {
            text: self._judge_again(text, remembered[prompts[text]])
            for text in texts
            if prompts[text] in remembered
        }
        missing = [text for text in texts if text not in found]
        self.counts.remembered += len(found)
        if missing:
            fresh, others = self._first_try(missing, prompts)
            again = {text: first for text, first in fresh.items() if first.is_worth_another_try}
            if again:
                once_more = f"{counted(len(again), 'sentence')} once more"
                self._progress(len(missing) - 1, len(missing), once_more)
                fresh |= try_again(again, others, decoding=self._decoding, wording=self)
                self._remember({text: fresh[text] for text in again}, prompts)
            self._progress(len(missing), len(missing), "")
            self.counts.translated += len(missing)
            self.counts.tried_again += len(again)
            found |= fresh
        return found

    def _first_try(
        self, texts: Sequence[str], prompts: Mapping[str, str]
    ) -> tuple[dict[str, Candidate], dict[str, Sequence[Hypothesis]]]:
        """One call of the engine; what nobody doubts is remembered as it comes.

        Of what somebody does there are other hypotheses too, where the engine had them anyway.
        """
        fresh: dict[str, Candidate] = {}
        others: dict[str, Sequence[Hypothesis]] = {}
        waiting: dict[str, Candidate] = {}
        self._progress(0, len(texts), "")
        decoding = first_decoding(self._decoding, reads_glosses=self.reads_glosses)
        for index, (hypothesis, *more) in self.ask(texts, decoding, meanings=FEW):
            text = texts[index]
            fresh[text] = judge(text, hypothesis, self.missing(text, hypothesis.text))
            if fresh[text].is_worth_another_try:
                others[text] = more
            else:
                waiting[text] = fresh[text]
            if len(waiting) == _REMEMBER_EVERY:
                self._remember(waiting, prompts)
                waiting = {}
            self._progress(min(len(fresh), len(texts) - 1), len(texts), text)
        self._remember(waiting, prompts)
        return fresh, others

    def _remember(self, candidates: Mapping[str, Candidate], prompts: Mapping[str, str]) -> None:
        self._memory.remember(
            (
                prompts[text],
                Remembered(
                    hypothesis=candidate.hypothesis,
                    checked=self._words.check_key,
                    missing=candidate.missing,
                ),
            )
            for text, candidate in candidates.items()
            if candidate.hypothesis.text  # what failed may not fail the next time
        )

    def _judge_again(self, text: str, kept: Remembered) -> Candidate:
        """A remembered candidate; its meanings are checked anew where the word list changed."""
        if kept.checked == self._words.check_key:
            return judge(text, kept.hypothesis, kept.missing)
        return judge(text, kept.hypothesis, self.missing(text, kept.hypothesis.text))

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
            if again.rank[0] <= first.rank[0] and not after.missing:
                terms = dict.fromkeys(before.terms + before.missing + after.terms)
                settled[text] = again, replace(after, terms=tuple(terms))
        return settled


def bare_translator(
    engine: Engine, *, meaning: bool = True, decoding: Decoding | None = None
) -> Translator:
    """A translator without glossary, memory and progress, as models are measured with."""
    return Translator(
        engine.model,
        lambda: engine,
        decoding=decoding or Decoding(),
        glossary=Glossary(()),
        words=Words({}, meaning=meaning),
        memory=NoMemory(),
        progress=unseen,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """A segment as the engine gets it: without what is not prose, not all in capitals.

    `marker` is the bullet or number that it began with. `cased` is the Dutch as a reader looks
    words up in it, letter for letter as long.
    """

    marker: str
    text: str
    cased: str
    spans: tuple[str, ...]
    shouted: bool
    is_prose: bool


def _prepare(dutch: str) -> _Prepared:
    shouted = is_shouted(dutch)
    cased = sentence_case(dutch) if shouted else dutch
    marker = _MARKER.match(cased)
    shielded = shield(cased[marker.end() :] if marker else cased)
    rest = unshield(shielded.text, ("",) * len(shielded.spans))
    text = shielded.text.replace(_SOFT_HYPHEN, "").replace(",,", '"').replace("''", '"')
    return _Prepared(
        marker=marker[0] if marker else "",
        text=" ".join(text.split()),
        cased=cased if len(cased) == len(dutch) else dutch,
        spans=shielded.spans,
        shouted=shouted,
        is_prose=any(map(str.isalpha, rest)),
    )


def _finish(
    dutch: str,
    prepared: _Prepared,
    candidate: Candidate,
    settlement: Settlement,
    glosses: tuple[Gloss, ...],
) -> Sentence:
    english = settlement.english.upper() if prepared.shouted else settlement.english
    return Sentence(
        dutch=dutch,
        english=" ".join(f"{prepared.marker}{unshield(english, prepared.spans)}".split()),
        score=candidate.hypothesis.score,
        flags=candidate.flags,
        terms=settlement.terms,
        glosses=glosses,
        missing=tuple(
            _in_dutch(dutch, prepared.text, lost) for lost in doubtful(candidate.missing)
        ),
    )


def _in_dutch(dutch: str, text: str, gloss: Gloss) -> Gloss:
    """A gloss of what the engine was given, at its place in the segment itself."""
    start = dutch.lower().find(text[gloss.start : gloss.end].lower())
    if text == dutch or start < 0:
        return gloss
    return replace(gloss, start=start, end=start + gloss.end - gloss.start)
